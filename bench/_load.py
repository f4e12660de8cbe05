"""Load on two servers in turns: requests in a second, CPU time of a request, and how long the slowest wait.

Servers run on the first core of the machine, wrk on the last one.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median
from typing import NamedTuple

import psutil

CONNECTIONS = 64
SECONDS = 2
_UNITS = {"us": 0.001, "ms": 1.0, "s": 1000.0}


class Load(NamedTuple):
    """What one server took: requests per second, µs of CPU for each, ms within which 99 of 100 were answered."""

    rate: float
    cpu: float
    slowest: float


def tools(*names: str) -> None:
    """Have these programs, from the system's own packages; raises RuntimeError where that cannot be done."""
    missing = [name for name in names if not shutil.which(name)]
    if missing and os.geteuid() == 0 and shutil.which("apt-get"):
        subprocess.run(["apt-get", "install", "-q", "-y", "--no-install-recommends", *missing], check=True)
    elif missing:
        raise RuntimeError(f"This measurement needs {', '.join(missing)}. Please install that first.")


def pinned(command: Sequence[str], **more: object) -> subprocess.Popen[bytes]:
    """A server on the first core."""
    return subprocess.Popen(["taskset", "-c", "0", *command], **more)  # type: ignore[call-overload,no-any-return]


def in_turns(one: Callable[[], Load], other: Callable[[], Load], rounds: int = 5) -> tuple[Load, Load]:
    """Medians of both, measured in turns."""
    pairs = [(one(), other()) for _ in range(rounds)]
    return tuple(Load(*map(median, zip(*loads, strict=True))) for loads in zip(*pairs, strict=True))  # type: ignore[return-value]


def load(process: int, base: str, script: Path, **headers: str) -> Load:
    """Ask a server with a script of wrk; `process` is its first process."""
    options = [option for name, value in headers.items() for option in ("-H", f"{name.replace('_', '-')}: {value}")]
    command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{SECONDS}s", "--latency", "-s", str(script), *options, base]
    before = _cpu(process)
    said = subprocess.run(["taskset", "-c", str((os.cpu_count() or 1) - 1), *command], check=True, capture_output=True)
    spent = _cpu(process) - before
    return _read(said.stdout.decode(), spent)


def _read(text: str, spent: float) -> Load:
    """What wrk printed; anything but the answers asked for is an error."""
    bad = re.search(r"Non-2xx or 3xx responses: \d+|Socket errors: .*", text)
    if bad:
        print(f"  wrk: {bad[0]}", file=sys.stderr)
    requests = int(_found(r"(\d+) requests in", text)[1])
    slowest = _found(r"99%\s+([\d.]+)(us|ms|s)\b", text)
    rate = float(_found(r"Requests/sec:\s+([\d.]+)", text)[1])
    return Load(rate, spent / requests * 1e6, float(slowest[1]) * _UNITS[slowest[2]])


def _found(pattern: str, text: str) -> re.Match[str]:
    found = re.search(pattern, text)
    if not found:
        raise ValueError(f"wrk did not say what it usually says: {text}")
    return found


def _cpu(process: int) -> float:
    """Seconds of CPU that a process and those below it have used."""
    first = psutil.Process(process)
    times = [one.cpu_times() for one in (first, *first.children(recursive=True))]
    return sum(one.user + one.system for one in times)
