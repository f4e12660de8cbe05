"""A whole Bluesky network on this machine: directory, PDS, labeller, and two AppViews over the same data.

    with Network.started() as network: …

By hand, with the samples of `seeds.py`, until Ctrl-C:

    python -m tests.real.network
"""

import json
import os
import selectors
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Self
from urllib.parse import quote

import psycopg

from tests.real.node import node, workshop
from tests.support.postgres import fresh_postgres

DEPTH = 10
"""How many levels of answers the public service shows, whatever more is asked for."""
PARENTS = 50
"""How many posts above the one asked for the AppView shows."""


class Network:
    """A running network. `appview` cuts off at `DEPTH` levels, `appview_deep` does not; all addresses are origins."""

    def __init__(self, process: subprocess.Popen[bytes], errors: Path) -> None:
        self._process, self._errors = process, errors
        self._rest = b""
        where = self._line(seconds=180)
        self.appview, self.appview_deep = where["appview"], where["appviewDeep"]
        self.directory, self.pds = where["directory"], where["pds"]
        self.memory = where["memory"]  # bytes, just after the start
        self.pid = process.pid

    @property
    def places(self) -> frozenset[str]:
        """The places (HOST:PORT) that an unroll may have to ask."""
        return frozenset(
            origin.removeprefix("http://") for origin in (self.appview, self.appview_deep, self.directory, self.pds)
        )

    @classmethod
    @contextmanager
    def started(cls) -> Iterator[Self]:
        """Start a network, empty; end it and drop its data afterwards. Raises RuntimeError with the reason."""
        with workshop() as folder:
            errors = folder / "errors"
            process = _start(folder, errors)
            try:
                yield cls(process, errors)
            finally:
                _end(process)

    def settle(self) -> None:
        """Wait until everything that was written can be read: it waits for the AppView's queues, not for a time."""
        self._wish({"settle": True})

    def label(self, uri: str, value: str, cid: str = "") -> None:
        """Put a label of the moderators on a post (with its `cid`) or on an account (its DID as `uri`)."""
        self._wish({"label": {"uri": uri, "cid": cid, "val": value}})

    def take_down(self, uri: str) -> None:
        """Take a post down, as moderators do; its author's repository still has it."""
        self._wish({"takeDown": {"uri": uri}})

    def _wish(self, wish: Mapping[str, object]) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(wish).encode() + b"\n")
        answer = self._line(seconds=120)
        if "error" in answer:
            raise RuntimeError(f"The Bluesky network could not do {wish}: {answer['error']}")

    def _line(self, seconds: float) -> Any:
        """The next line that the network says."""
        output = self._process.stdout
        assert output is not None
        end = time.monotonic() + seconds
        with selectors.DefaultSelector() as ready:
            ready.register(output, selectors.EVENT_READ)
            while b"\n" not in self._rest:
                if not ready.select(max(0.0, end - time.monotonic())):
                    raise RuntimeError(f"The Bluesky network said nothing for {seconds:g} seconds. {self._why()}")
                more = os.read(output.fileno(), 65536)
                if not more:
                    raise RuntimeError(f"The Bluesky network has ended. {self._why()}")
                self._rest += more
        line, _, self._rest = self._rest.partition(b"\n")
        return json.loads(line)

    def _why(self) -> str:
        return f"Its last words:\n{self._errors.read_text(errors='replace')[-4000:]}"


def _start(folder: Path, errors: Path) -> subprocess.Popen[bytes]:
    environ = os.environ | {
        "DB_POSTGRES_URL": _for_node(fresh_postgres()),
        "REDIS_HOST": "unused",  # it wants a name, and asks nobody of it
        "DEPTH": str(DEPTH),
        "PARENTS": str(PARENTS),
        "TMPDIR": str(folder),
        "LOG_ENABLED": "false",
        "NODE_ENV": "development",
        "NODE_NO_WARNINGS": "1",
    }
    with errors.open("wb") as stderr:
        return subprocess.Popen(
            [node(), "--import", "./loopback.mjs", "network.mjs"],
            cwd=folder,
            env=environ,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=stderr,
            bufsize=0,
            start_new_session=True,
        )


def _end(process: subprocess.Popen[bytes]) -> None:
    """End it with all that it started. Nothing of it is kept, so it need not tidy up."""
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    for pipe in (process.stdin, process.stdout):
        assert pipe is not None
        pipe.close()


def _for_node(address: str) -> str:
    """A database's address with everything in it that only PostgreSQL's own library adds by itself."""
    with psycopg.connect(address) as connection:
        info = connection.info
        who = f"{quote(info.user, safe='')}:{quote(info.password, safe='')}"
        if info.host.startswith("/"):
            return f"postgresql://{who}@/{info.dbname}?host={quote(info.host, safe='')}&port={info.port}"
        return f"postgresql://{who}@{info.host}:{info.port}/{info.dbname}"


def _by_hand() -> None:
    import msgspec

    from tests.real.people import World
    from tests.real.seeds import seed

    for ending in (signal.SIGINT, signal.SIGTERM):  # started in the background, it would ignore Ctrl-C
        signal.signal(ending, signal.default_int_handler)
    with suppress(KeyboardInterrupt), Network.started() as network:
        seeds = seed(World(network))
        for name in ("appview", "appview_deep", "directory", "pds"):
            print(name, getattr(network, name))
        print(msgspec.json.format(msgspec.json.encode(seeds)).decode())
        places = ",".join(sorted(network.places))
        print(f"export THREADLEAF_BLUESKY_APPVIEW={network.appview} THREADLEAF_BLUESKY_DIRECTORY={network.directory}")
        print(f"export THREADLEAF_ALLOW_LOOPBACK={places}", flush=True)
        signal.pause()


if __name__ == "__main__":
    _by_hand()
