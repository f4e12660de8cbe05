"""A service over a real database of either kind, with a network that says what the test wants."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import pytest

from tests.store.build import NOON
from tests.support.databases import Sandbox, database, postgres_copy, sqlite_template, store
from threadleaf.core.errors import ThreadleafError
from threadleaf.core.model import Conversation
from threadleaf.service import Limits, Renderer, Threadleaf
from threadleaf.store import open_store
from threadleaf.store.threads import Store
from threadleaf.wire import Steps

Answer = Conversation | ThreadleafError
__all__ = ["Answer", "Instance", "another", "database", "instance", "postgres_copy", "sqlite_template", "store"]


class Instance:
    """A Threadleaf with its hands showing: `says` is what the network answers next, `time` what the clock shows."""

    def __init__(self, opened: Store | None, limits: Limits | None = None, renderer: Renderer | None = None) -> None:
        self.store = opened
        self.asked = 0
        self.time = NOON
        self.answer: Answer | None = None
        self.service = Threadleaf(opened, self._fetch, self._clock, renderer, limits=limits or Limits())

    def says(self, answer: Answer) -> Threadleaf:
        self.answer = answer
        return self.service

    def later(self, **more: float) -> datetime:
        self.time += timedelta(**more)
        return self.time

    def _fetch(self, steps: Steps) -> Conversation:
        steps.close()
        self.asked += 1
        if isinstance(self.answer, Conversation):
            return self.answer
        assert self.answer is not None
        raise self.answer

    def _clock(self) -> datetime:
        return self.time


@pytest.fixture
def instance(store: Store) -> Instance:
    return Instance(store)


@pytest.fixture
def another(database: Sandbox) -> Iterator[Callable[..., Instance]]:
    """Makes further instances on the same database, as further processes would be."""
    stores: list[Store] = []

    def make(**more: object) -> Instance:
        stores.append(open_store(database.address))
        return Instance(stores[-1], **more)  # type: ignore[arg-type]

    yield make
    for opened in stores:
        opened.close()
