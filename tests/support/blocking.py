"""A shelf of which some threads have to be read first, which takes as long as the test wants."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from threading import Event
from typing import Any, cast

from tests.support.site import Shelf, path_of
from threadleaf.config import Settings
from threadleaf.core.model import Ref, Thread
from threadleaf.core.ref import parse, path
from threadleaf.fetch.drive import Progress
from threadleaf.jobs import Board, Jobs
from threadleaf.jobs.here import Here
from threadleaf.service import Threadleaf, Unrolled
from threadleaf.service.answers import Decide
from threadleaf.store.records import Asker, PageVisibility, Saved


class Blocking(Shelf):
    """`unread` threads are on no page until they were read; that waits for `lets`, or raises `problem` then.

    `app` is the site over it.
    """

    def __init__(
        self,
        makers: Mapping[str, Callable[[], Thread]],
        settings: Settings,
        unread: Callable[[], Thread],
    ) -> None:
        super().__init__({**makers, "unread": unread}, settings)
        thread = unread()
        self.settings, self.board = settings, Board()
        self.lets, self.problem = Event(), cast("Exception | None", None)
        self.unread = path_of(thread)
        self.ways = {way for post in thread.posts for way in (path(Ref("bsky", post.id)), path(parse(post.url)))}
        self.aliases |= dict.fromkeys(self.ways - {self.unread}, self.unread)
        self.hidden = True
        self.jobs = Jobs(cast("Threadleaf", self), settings, self.board, Here())
        self.jobs.start()
        self.jobs.soon = 0.2

    def at_once(self) -> None:
        """Nothing takes long any more, and whoever asks waits until it is there."""
        self.jobs.soon = 60
        self.lets.set()

    @property
    def app(self) -> Any:
        from threadleaf.web.app import create_app

        return create_app(cast("Threadleaf", self), self.settings, jobs=self.jobs)

    def unroll(
        self,
        ref: Ref,
        *,
        save: PageVisibility | None = None,
        asker: Asker = "anyone",
        decide: Decide | None = None,
    ) -> Unrolled:
        if path(ref) not in self.ways:
            return super().unroll(ref, save=save, asker=asker, decide=decide)
        self.board.hear(Progress("Reading the thread", 0))
        self.board.hear(Progress("Reading posts 41–60 of 112", 3))
        self.lets.wait()
        if self.problem:
            raise self.problem
        found = super().unroll(ref, save=save, asker=asker, decide=decide)
        self.hidden = self.hidden and save is None
        return found

    def find(self, ref: Ref, *, private: bool = False, lifting: bool = False) -> Saved | None:
        return None if self.hidden and path(ref) in self.ways else super().find(ref, private=private)
