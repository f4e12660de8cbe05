"""A network of its own in which every address there is belongs to this machine, so that nothing can leave it.

Linux calls it a network namespace. In it, a route says that all addresses are local: whatever is dialled, private,
public or nonsense, ends at a listener here, and the kernel's counters see every connection. Files of the system that
say how names are looked up can be replaced in it, too.
"""

import importlib
import json
import shutil
import subprocess
import sys
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from tests.proof.rows import ROOT

WAYS = (["unshare", "--net", "--mount"], ["unshare", "--map-root-user", "--net", "--mount"])
EVERYTHING = (
    ["link", "set", "lo", "up"],
    ["route", "add", "local", "0.0.0.0/0", "dev", "lo"],
    ["-6", "route", "add", "local", "::/0", "dev", "lo"],
)
NETWORK = Path("/proc/self/ns/net")
NONLOCAL = Path("/proc/sys/net/ipv6/ip_nonlocal_bind")


@cache
def _way() -> tuple[list[str], str]:
    """How to get in, or the kernel's reason why not. A missing program is a mistake of the set-up, not a reason."""
    if sys.platform != "linux":
        return [], "a network of our own is made by Linux only"
    for program in ("unshare", "ip"):
        if shutil.which(program) is None:
            raise RuntimeError(f"the program `{program}` is missing: run `make tools`")
    said = ""
    for way in WAYS:
        done = subprocess.run([*way, "ip", "link", "set", "lo", "up"], capture_output=True, text=True, check=False)
        if done.returncode == 0:
            return way, ""
        said = done.stderr.strip()
    return [], f"the kernel forbids a network of our own: {said}"


def why_not() -> str:
    """Why no such network can be made here; empty if it can."""
    return _way()[1]


def inside(act: str, **settings: object) -> dict[str, Any]:
    """Run `module:function` of this package with these settings inside, in a process of its own; what it returns."""
    given = json.dumps({"act": act, "outside": NETWORK.stat().st_ino, "settings": settings})
    command = [*_way()[0], sys.executable, "-m", "tests.proof.space"]
    done = subprocess.run(command, cwd=ROOT, input=given, capture_output=True, text=True, check=False)
    if done.returncode:
        raise AssertionError(f"{act} failed inside\n{done.stdout[-1000:]}\n{done.stderr[-3000:]}")
    result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return result


def _own_everything() -> None:
    for command in EVERYTHING:
        subprocess.run(["ip", *command], check=True)
    # A route is enough to listen at any IPv4 address; IPv6 wants to be told.
    NONLOCAL.write_text("1", "ascii")


def only_these(own: Iterable[str]) -> None:
    """From now on no addresses are this machine's but loopback and these."""
    NONLOCAL.write_text("0", "ascii")
    for command in EVERYTHING[1:]:
        subprocess.run(["ip", *(word.replace("add", "del") for word in command)], check=True)
    for address in own:
        # Without `nodad` an address of IPv6 is tentative at first, and nothing can be bound to it (RFC 4862 §5.4).
        family, length, *at_once = ("-6", 128, "nodad") if ":" in address else ("-4", 32)
        command = ["ip", family, "address", "add", f"{address}/{length}", "dev", "lo", *at_once]
        subprocess.run(command, check=True)


def replaced(files: Mapping[str, str], folder: Path) -> None:
    """Let files of the system say something else, in here only."""
    for number, (path, text) in enumerate(files.items()):
        own = folder / f"{number}-{Path(path).name}"
        own.write_text(text, "utf-8")
        subprocess.run(["mount", "--bind", str(own), path], check=True)


def opened() -> tuple[int, int]:
    """How many TCP connections were opened from here, and how many were accepted here, by the kernel's count."""
    lines = [
        line.split() for line in Path("/proc/self/net/snmp").read_text("ascii").splitlines() if line.startswith("Tcp:")
    ]
    counts = dict(zip(lines[0][1:], map(int, lines[1][1:]), strict=True))
    return counts["ActiveOpens"], counts["PassiveOpens"]


def main() -> None:
    given = json.loads(sys.stdin.read())
    if NETWORK.stat().st_ino == given["outside"]:
        raise SystemExit("this is the machine's real network: nothing is dialled here")
    _own_everything()
    module, _, function = given["act"].partition(":")
    result = getattr(importlib.import_module(f"tests.proof.{module}"), function)(**given["settings"])
    print(json.dumps(result))


if __name__ == "__main__":
    main()
