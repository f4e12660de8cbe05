"""What is being read in this process right now, and who watches. Nothing of it is written down."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from threading import Lock
from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from threadleaf.fetch.drive import Progress

LAST = 8
"""Steps of one unroll that are remembered."""

_here: ContextVar[str] = ContextVar("unroll")


class Stopped(Exception):
    """The program ends: what is being read is left where it is."""


class Step(Struct, frozen=True):
    """What a source asked for (`Request.purpose`), and how many requests were answered before."""

    purpose: str
    done: int


class Board:
    """May be used from many threads at once. `hear` is what a service is given as its `progress`."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._steps: dict[str, list[Step]] = {}
        self._watchers: defaultdict[str, list[Callable[[], None]]] = defaultdict(list)
        self.stopped = False

    @contextmanager
    def reading(self, number: str) -> Iterator[None]:
        """While the block runs, in this thread, an unroll is being read; its watchers hear when it ends."""
        token = _here.set(number)
        with self._lock:
            self._steps[number] = []
        self.wake(number)
        try:
            yield
        finally:
            _here.reset(token)
            with self._lock:
                self._steps.pop(number, None)
            self.wake(number)

    def hear(self, event: Progress) -> None:
        """Note what is asked for. Raises Stopped when the program ends, so that nothing more is."""
        if self.stopped:
            raise Stopped
        number = _here.get("")
        with self._lock:
            steps = self._steps.get(number)
            if steps is None:
                return
            if steps and steps[-1].purpose == event.purpose:  # a long thread takes many requests of one kind
                steps.pop()
            steps.append(Step(event.purpose, event.done))
            del steps[:-LAST]
        self.wake(number)

    def steps(self, number: str) -> Sequence[Step] | None:
        """The last steps of an unroll, the newest last; None if it is not being read here."""
        with self._lock:
            found = self._steps.get(number)
            return None if found is None else tuple(found)

    @contextmanager
    def watched(self, number: str) -> Iterator[asyncio.Event]:
        """An event of the running loop that is set whenever an unroll has moved on, until the block ends."""
        loop, moved = asyncio.get_running_loop(), asyncio.Event()

        def wake() -> None:
            with suppress(RuntimeError):  # that loop has ended, and whoever watched there with it
                loop.call_soon_threadsafe(moved.set)

        with self._lock:
            self._watchers[number].append(wake)
        try:
            yield moved
        finally:
            with self._lock:
                self._watchers[number].remove(wake)
                if not self._watchers[number]:
                    del self._watchers[number]

    def wake(self, number: str) -> None:
        """Tell whoever watches an unroll that it has moved on."""
        with self._lock:
            watchers = tuple(self._watchers.get(number, ()))
        for wake in watchers:
            wake()

    def stop(self) -> None:
        """The program ends: no more is asked of any network, and nobody watches any longer."""
        self.stopped = True
        with self._lock:
            watchers = [wake for several in self._watchers.values() for wake in several]
        for wake in watchers:
            wake()
