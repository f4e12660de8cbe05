"""Run the list in the threads of this process. What is left at the end is begun anew at the next start."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from functools import partial
from threading import Lock
from typing import Protocol

from threadleaf.jobs.pool import Pool


class Runner(Protocol):
    """A way to run what is on the list."""

    def start(self, work: Callable[[str], None], pool: Pool) -> None:
        """Be ready; `work` does what has an id, in a thread of the pool, and raises nothing that is not a fault."""

    def put(self, number: str) -> None:
        """Have the unroll with that id done, if it is not being done already."""

    def begun(self, number: str) -> bool:
        """Whether somebody is reading it, in this process or another."""

    def tidy(self, waiting: Iterable[str]) -> Collection[str]:
        """Have everything on the list done that nobody has begun; the answer are those that cannot be done."""

    def stop(self) -> None:
        """End, soon, whatever is being done."""


class Here:
    """A runner that needs nothing but the pool. It is the only one on its list."""

    def __init__(self) -> None:
        self._put: set[str] = set()
        self._lock = Lock()

    def start(self, work: Callable[[str], None], pool: Pool) -> None:
        self._work, self._pool = work, pool

    def put(self, number: str) -> None:
        with self._lock:
            if number in self._put:
                return
            self._put.add(number)
        self._pool.put(partial(self._done, number))

    def begun(self, number: str) -> bool:  # noqa: ARG002
        """What is being read here, the board knows."""
        return False

    def tidy(self, waiting: Iterable[str]) -> Collection[str]:
        for number in waiting:
            self.put(number)
        return ()

    def stop(self) -> None:
        """The threads end with the program."""

    def _done(self, number: str) -> None:
        try:
            self._work(number)
        finally:
            self._put.discard(number)
