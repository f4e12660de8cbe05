"""Fetching the pictures of pages in the background, so that nobody waits for them, and no page does."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import partial
from threading import Event, Thread

from threadleaf.core.errors import ThreadleafError
from threadleaf.service.pictures import Gallery

_AGAIN = 60.0
"""Seconds until it is looked for what others have put there, or what waits for a server that did not answer."""


class Pictures:
    """Fetches one picture after another in a thread of its own; what waits stands in the database and outlasts it.

    Without a `gallery` there is nothing to do. `stopped` says that the program ends.
    """

    def __init__(self, gallery: Gallery | None, stopped: Callable[[], bool]) -> None:
        self._gallery, self._stopped = gallery, stopped
        self._wake = Event()

    def start(self) -> None:
        """Begin with what waits. The thread is a daemon: whatever some server keeps it waiting for, the program ends."""
        if self._gallery is not None:
            self._wake.set()
            Thread(target=self._run, args=(self._gallery,), name="pictures", daemon=True).start()

    def wake(self) -> None:
        """A page was made, or the program ends."""
        self._wake.set()

    def _run(self, gallery: Gallery) -> None:
        self._try(gallery.sweep)  # another program may have ended between a takedown and this
        while not self._stopped():
            self._wake.wait(_AGAIN)
            self._wake.clear()
            self._try(partial(gallery.gather, self._stopped))

    def _try(self, work: Callable[[], None]) -> None:
        try:
            work()
        except ThreadleafError as error:
            if not self._stopped():  # else its database is closed already
                logging.getLogger(__name__).warning("Pictures could not be fetched: %s", error.sentence)
        except Exception:
            logging.getLogger(__name__).exception("Pictures could not be fetched.")
