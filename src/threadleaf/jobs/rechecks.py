"""Reading kept threads again by themselves, so that a page follows its author: growth, edits, and what is taken back."""

from __future__ import annotations

import logging
from collections.abc import Callable
from threading import Event

from threadleaf.core.errors import ThreadleafError
from threadleaf.jobs.board import Stopped
from threadleaf.service import Threadleaf
from threadleaf.store.records import Saved

AT_ONCE = 10
"""So many are taken from the list at a time."""


class Rechecks:
    """Reads what is due, one thread after another, so that people who wait for theirs are not kept waiting.

    `per_hour` is the most that are read in an hour; `tell` hears of every page that has changed.
    """

    def __init__(self, service: Threadleaf, per_hour: int, tell: Callable[[Saved], None]) -> None:
        self._service, self._pause, self._tell = service, 3600 / per_hour, tell

    def run(self, over: Event) -> None:
        """Read what is due until the event is set."""
        while not over.is_set():
            for page in self._due():
                if over.wait(self._pause):
                    return
                self.check(page)
            over.wait(self._pause)

    def _due(self) -> tuple[Saved, ...]:
        try:
            return self._service.due(AT_ONCE)
        except ThreadleafError:
            logging.getLogger(__name__).exception("The threads that are due to be read again cannot be listed.")
            return ()

    def check(self, page: Saved) -> None:
        """Read one thread again; whatever goes wrong is for the log, and the thread's turn comes again."""
        try:
            unrolled = self._service.check(page)
        except Stopped:
            return
        except ThreadleafError as error:
            logging.getLogger(__name__).info("A thread was not read again: %s", error.sentence)
        except Exception:
            logging.getLogger(__name__).exception("A thread could not be read again.")
        else:
            if unrolled is not None and unrolled.saved is not None and _has_moved(page, unrolled.saved):
                self._tell(unrolled.saved)


def _has_moved(before: Saved, after: Saved) -> bool:
    """Whether a feed that names this page says something else now."""
    return (before.posts, before.last_posted, before.title) != (after.posts, after.last_posted, after.title)
