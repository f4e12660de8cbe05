"""Whether anything was committed to a database since: what is kept in memory of it holds as long as nothing was."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from threading import Lock
from time import monotonic

from threadleaf.core.errors import StoreError
from threadleaf.store.engine import Database

AT_ONCE = 0.005
"""Seconds for which an SQLite file, whose counter can be read at once, is not asked again about other programs."""
SOON = 1.0
"""Seconds for which a server is not asked again about other programs."""


class Watch:
    """The state of a database as a value that is equal to an earlier one only if nothing was committed in between.

    What this process commits is seen at once, what other programs commit after `AT_ONCE` or `SOON`. `clock` gives
    seconds. `state` is for one thread only, `ask` for any.
    """

    def __init__(self, database: Database, clock: Callable[[], float] = monotonic) -> None:
        self._database = database
        self._clock = clock
        self._lasts = AT_ONCE if database.is_sqlite else SOON
        self._turn = Lock()
        self._asked_at = -SOON
        self._state: tuple[object, Hashable] = (database.commits, None)
        """The last commit of this process, and what the database said when it was last asked."""

    def state(self) -> Hashable | None:
        """The state now, without waiting; None if a server would have to be asked first: then call `ask`."""
        if self._clock() - self._asked_at >= self._lasts:
            if not self._database.is_sqlite:
                return None
            self._look()
        if self._state[0] is not self._database.commits:
            self._state = (self._database.commits, self._state[1])
        return self._state

    def ask(self) -> Hashable:
        """The state now; this may wait for a server, so do it beside whatever must go on."""
        self._look()
        return self._state

    def _look(self) -> None:
        with self._turn:
            now = self._clock()
            try:
                said = self._database.others()
            except StoreError:
                # What cannot be asked counts as changed: whoever then reads the database hears what is wrong with it.
                said = object()
            state = (self._database.commits, said)
            if state != self._state:
                self._state = state  # else it stays the same object, which is compared at once
            self._asked_at = now
