"""Doing what was asked for: read a thread and keep it, or read it for a look."""

from __future__ import annotations

import logging
from functools import partial
from typing import cast

from threadleaf.core.errors import NotNow, ThreadleafError, UnknownAddress
from threadleaf.core.model import Ref
from threadleaf.jobs.board import Board, Stopped
from threadleaf.jobs.hub import Hub
from threadleaf.jobs.passing import Passed, Passing
from threadleaf.jobs.pictures import Pictures
from threadleaf.render.tongue import marked
from threadleaf.service import Threadleaf
from threadleaf.service.consent import Consent
from threadleaf.store.records import Asker, PageVisibility, Saved

_FAULT = marked("The thread could not be read. The fault is ours; the operator finds it in the log.")


class Worker:
    """Does one thing in one thread; `board` knows that it does. `hub` and `pictures` hear of what was kept; `consent` says
    what may be."""

    def __init__(
        self, service: Threadleaf, board: Board, passing: Passing, hub: Hub, pictures: Pictures, consent: Consent
    ) -> None:
        self._service, self._board, self._passing, self._clock = service, board, passing, service.now
        self._hub, self._pictures, self._consent = hub, pictures, consent

    def keep(self, number: str) -> None:
        """Read and keep what is on the list under that number; doing it twice does no harm.

        Nothing is done for what is not on the list any more, or is done. Raises StoreError if the list cannot be
        read or written, and Stopped if the program ends.
        """
        unrolls = self._service.unrolls
        unroll = unrolls.get(number)
        if unroll is None or unroll.ref is None:
            return
        with self._board.reading(number):
            try:
                saved = self._kept(unroll.ref, unroll.level, unroll.asker)
            except Exception as error:  # noqa: BLE001 -- all of them are told, or go on
                unrolls.failed(number, _told(error), self._clock())
            else:
                unrolls.done(number, saved.number, anchor(unroll.ref), self._clock())
                self._tell(saved)

    def look(self, passed: Passed) -> None:
        """Read what is not kept, or only if its author agreed. Raises Stopped if the program ends."""
        with self._board.reading(passed.id):
            decide = partial(self._consent.decide, passed.ref, "live", passed.asker)
            try:
                found = self._service.unroll(passed.ref, asker=passed.asker, decide=decide)
            except Exception as error:  # noqa: BLE001 -- all of them are told, or go on
                self._passing.failed(passed.id, _told(error))
            else:
                self._passing.done(passed.id, found.thread, found.saved.path if found.saved else "")
                if found.saved is not None:
                    self._tell(found.saved)

    def _tell(self, saved: Saved) -> None:
        """Whoever wants to know of what was kept."""
        self._pictures.wake()
        self._hub.tell(saved)
        self._service.count_asked(saved)

    def _kept(self, ref: Ref, level: PageVisibility, asker: Asker) -> Saved:
        """The page of a thread after it was read; a kept page serves where its network cannot."""
        decide = partial(self._consent.decide, ref, level, asker)
        try:
            # whatever is to be kept has a page
            return cast("Saved", self._service.unroll(ref, save=level, asker=asker, decide=decide).saved)
        except (NotNow, UnknownAddress):  # it does not answer, or we read only saved answers of it
            kept = self._service.find(ref, private=level == "private")
            if kept is None:
                raise
            return kept


def _told(error: Exception) -> ThreadleafError:
    """What is said of an error to whoever asked. Raises it if it only says that the program ends."""
    if isinstance(error, Stopped):
        raise error
    if isinstance(error, ThreadleafError):
        return error
    logging.getLogger(__name__).error("A thread could not be read.", exc_info=error)
    return ThreadleafError(_FAULT, code="fault")


def anchor(ref: Ref) -> str:
    """The end of a post's id, as its page names the place of the post; empty if it cannot stand in an address."""
    key = ref.id.rpartition("/")[2]
    return key if key.isalnum() else ""
