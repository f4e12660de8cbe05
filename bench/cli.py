"""The cold start of the command line: whole processes, in turn, from the start of the interpreter to its end."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from statistics import median
from time import perf_counter

from bench import Row

ROOT = Path(__file__).parent.parent
PAGE = next((ROOT / "examples" / "lock-keeper").iterdir())
ROUNDS = 15


def run() -> list[Row]:
    """Unrolling a saved page, against importing what any command line of this kind imports."""
    own = [sys.executable, "-m", "threadleaf", "unroll", str(PAGE)]
    base = [sys.executable, "-c", "import msgspec, click"]
    for command in (own, base):  # compiles what is not compiled yet
        _seconds(command)
    found = median(_seconds(own) / _seconds(base) for _ in range(ROUNDS))
    return [Row("Cold start of `threadleaf unroll FILE`", found, 2.0, "`python -c 'import msgspec, click'`")]


def _seconds(command: list[str]) -> float:
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    start = perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env=environment)
    return perf_counter() - start
