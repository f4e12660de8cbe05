"""A few threads that read, so that no more is read at once than was said.

They are daemons: whatever they do, the program ends when it is told to. What they leave undone is on the list.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from queue import SimpleQueue
from threading import Lock, Thread


class Pool:
    """At most `at_once` things are done at a time, in the order in which they came."""

    def __init__(self, at_once: int) -> None:
        self._at_once = at_once
        self._lock = Lock()
        self._threads = 0
        self._free = 0
        self._work: SimpleQueue[Callable[[], None]] = SimpleQueue()

    def put(self, work: Callable[[], None]) -> None:
        """Have something done; what it raises is for the log."""
        with self._lock:
            self._free -= 1
            if self._free < 0 and self._threads < self._at_once:
                self._threads += 1
                Thread(target=self._run, name="unroll", daemon=True).start()
                self._free += 1
        self._work.put(work)

    def _run(self) -> None:
        while True:
            try:
                self._work.get()()
            except Exception:
                logging.getLogger(__name__).exception("This could not be done.")
            with self._lock:
                self._free += 1
