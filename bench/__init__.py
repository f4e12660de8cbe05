"""Measurements of speed, as ratios within one run, so that they mean the same on every machine.

Each module here with a `run()` gives rows; `python -m bench` prints them and writes docs/benchmarks.md. Tests never
look at a clock: the ratios and their age are kept in that file instead.
"""

from __future__ import annotations

import gc
from collections.abc import Callable
from statistics import median
from time import perf_counter

from msgspec import Struct


class Row(Struct, frozen=True):
    """One measurement: how many times the base it takes, and the most that it may take."""

    name: str
    ratio: float
    bar: float
    note: str = ""


def ratio(own: Callable[[], object], base: Callable[[], object], *, rounds: int = 60, repeat: int = 3) -> float:
    """How many times as long `own` takes as `base`: the median over interleaved rounds, each the best of `repeat`.

    Both are called once before anything is measured. The garbage collector is off while they run.
    """
    own()
    base()
    gc.disable()
    try:
        found = [_best(own, repeat) / _best(base, repeat) for _ in range(rounds)]
    finally:
        gc.enable()
    return median(found)


def _best(call: Callable[[], object], repeat: int) -> float:
    """Seconds of the fastest of a few calls."""
    times = []
    for _ in range(repeat):
        start = perf_counter()
        call()
        times.append(perf_counter() - start)
    return min(times)
