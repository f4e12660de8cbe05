"""A desk over a real database, with a network that answers when the test lets it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from tests.store.build import NOON
from tests.support.databases import database, postgres_copy, sqlite_template, store
from threadleaf.config import Settings
from threadleaf.core.errors import ThreadleafError
from threadleaf.core.model import Conversation
from threadleaf.fetch.drive import Progress
from threadleaf.jobs import Board, Jobs, State
from threadleaf.jobs.here import Here, Runner
from threadleaf.service import Threadleaf
from threadleaf.store import open_store
from threadleaf.store.threads import Store
from threadleaf.wire import Steps

__all__ = ["Desk", "database", "desk", "postgres_copy", "sqlite_template", "store"]

PUBLIC = {"public_origin": "https://threads.example.org", "who_may_unroll": "anyone"}


class Desk:
    """Jobs with their hands showing.

    `says` is what the network answers; it waits for `lets` before, and has noted what it was asked in `asked`.
    """

    def __init__(self, store: Store, runner: Runner | None = None, **settings: Any) -> None:
        self.board = Board()
        self.time = NOON
        self.asked = 0
        self.begun, self.lets = Event(), Event()
        self.lets.set()
        self.says: Conversation | Exception = ThreadleafError("Nothing was set up.")
        self.store = store
        self.service = Threadleaf(store, self._fetch, lambda: self.time)
        self.jobs = Jobs(self.service, Settings(**settings), self.board, runner or Here())

    def later(self, **more: float) -> datetime:
        self.time += timedelta(**more)
        return self.time

    def ends(self, number: str, phase: str = "done") -> State:
        """How an unroll stands when it has come so far."""
        while True:
            state = self.jobs.state(number)
            assert state is not None
            if state.phase == phase:
                return state
            assert state.phase not in ("done", "failed"), state
            Event().wait(0.005)

    def _fetch(self, steps: Steps) -> Conversation:
        steps.close()
        self.asked += 1
        self.board.hear(Progress("Reading the thread", 3))
        self.begun.set()
        self.lets.wait()
        self.board.hear(Progress("Reading the rest", 4))
        if isinstance(self.says, Conversation):
            return self.says
        raise self.says


@pytest.fixture
def desk(tmp_path: Path, sqlite_template: Path) -> Iterator[Callable[..., Desk]]:
    """Makes desks with the settings given, each over a database of its own."""
    made: list[Desk] = []

    def make(**settings: Any) -> Desk:
        path = tmp_path / f"{len(made)}.sqlite3"
        path.write_bytes(sqlite_template.read_bytes())
        made.append(Desk(open_store(path), **settings))
        made[-1].jobs.start()
        return made[-1]

    yield make
    for one in made:
        one.lets.set()
        one.store.close()
