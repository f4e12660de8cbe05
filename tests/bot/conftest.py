"""The bot over a real database, with a server of Bluesky in memory and threads that the test makes up."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from tests.store.build import NOON, line, talk, uri
from tests.support.databases import database, postgres_copy, sqlite_template, store
from tests.support.pds import HANDLE, PASSWORD, Pds
from threadleaf.bot.bluesky import Bluesky
from threadleaf.bot.loop import HOLD, POLL, Bot, Turn
from threadleaf.bot.session import Session, Tokens
from threadleaf.bot.talk import talking
from threadleaf.config import Settings
from threadleaf.core.errors import NotFound
from threadleaf.core.model import Conversation
from threadleaf.jobs import Board, Jobs
from threadleaf.jobs.here import Here
from threadleaf.render.tongue import ENGLISH
from threadleaf.service import Threadleaf
from threadleaf.store import open_store
from threadleaf.store.threads import Store
from threadleaf.wire import Scope, Steps

__all__ = ["Life", "database", "life", "postgres_copy", "sqlite_template", "store"]

ORIGIN = "https://threads.example.org"


class Ended(BaseException):
    """The process ends here."""


class Kept:
    """Tokens in memory."""

    def __init__(self) -> None:
        self.tokens: Tokens | None = None

    def keep(self, tokens: Tokens | None) -> None:
        self.tokens = tokens


class Life:
    """A site with a bot. `threads` are what the network has, by the posts that lead to them; `time` is the clock.

    `chats` says whether the bot may write private notes. `ends_at` names the marks at which the process ends, one after
    the other. `start()` is another process on the same database.
    """

    def __init__(self, store: Store, *, chats: bool = False, **settings: Any) -> None:
        self.store, self.time = store, NOON + timedelta(hours=1)
        self.pds = Pds(self.clock)
        self.pds.may_chat = chats
        self.kept = Kept()
        self.threads: dict[str, Conversation | Exception] = {}
        self.marks: list[str] = []
        self.ends_at: list[str] = []
        told = {"public_origin": ORIGIN, "who_may_unroll": "anyone"} | settings
        self.settings = Settings(**told)
        self.thread("ann", 3)
        self.start()

    def clock(self) -> datetime:
        return self.time

    def later(self, **more: float) -> None:
        self.time += timedelta(**more)

    def thread(self, author: str, posts: int, **more: Any) -> list[str]:
        """Somebody's thread; its posts' URIs."""
        names = [f"{author}{n}" for n in range(posts)]
        seen = line(*names, author=author, **more)
        self.threads |= dict.fromkeys((post.id for post in seen), talk(*seen))
        return [post.id for post in seen]

    def start(self) -> None:
        """Another process."""
        self.service = Threadleaf(self.store, self._fetch, self.clock)
        self.jobs = Jobs(self.service, self.settings, Board(), Here())
        self.jobs.start()
        channel = Bluesky(HANDLE, PASSWORD, Scope(), self.kept)
        ask = talking(self.pds.ask)
        self.bot = Bot(
            channel, self.service, self.jobs, ask, origin=ORIGIN, tongue=lambda _: ENGLISH, crash=self._passes
        )

    def turns(self, n: int = 4) -> Turn:
        """So many turns, with as much time in between as threads take to be read."""
        turn = Turn()
        for _ in range(n):
            turn = self.bot.turn()
            while self.service.unrolls.waiting():
                Event().wait(0.005)
            self.later(seconds=POLL)
        return turn

    def through(self) -> None:
        """Turn until nothing is left to do, as another process whenever one ends, for three hours at most."""
        end = self.time + timedelta(hours=3)
        while self.time < end:
            try:
                self.turns(1)
            except Ended:
                self.start()
                self.later(seconds=HOLD.total_seconds())
            else:
                if not self.left():
                    return
            self.later(minutes=5)

    def left(self) -> int:
        """How much is not done with, now or later."""
        ever = self.time + timedelta(days=9)
        inbox, outbox = self.service.inbox, self.service.outbox
        boxes = (inbox.waiting("bsky", ever, 99), outbox.ready("bsky", ever, 99), outbox.in_doubt("bsky", ever, 99))
        return sum(map(len, boxes))

    def uri(self, name: object = "ann1", author: str = "ann") -> str:
        return uri(name, author)

    def _passes(self, mark: str) -> None:
        self.marks.append(mark)
        if self.ends_at and mark == self.ends_at[0]:
            del self.ends_at[0]
            raise Ended

    def _fetch(self, steps: Steps) -> Conversation:
        import inspect

        asked = inspect.getgeneratorlocals(steps)["ref"].id
        steps.close()
        found = self.threads.get(asked, NotFound("There is no such post."))
        if isinstance(found, Exception):
            raise found
        return found


@pytest.fixture
def life(store: Store) -> Life:
    return Life(store)


@pytest.fixture
def lives(tmp_path: Path, sqlite_template: Path) -> Iterator[Callable[..., Life]]:
    """Makes as many as one likes, each over a database of its own."""
    made: list[Store] = []

    def make(**words: Any) -> Life:
        path = tmp_path / f"{len(made)}.sqlite3"
        path.write_bytes(sqlite_template.read_bytes())
        made.append(open_store(path))
        return Life(made[-1], **words)

    yield make
    for one in made:
        one.close()


@pytest.fixture
def session(tmp_path: Path) -> Session:
    return Session(tmp_path / "bot" / "bluesky.json")
