"""A site for others over the real service and a database in a folder, with one thread and a clock that tests set."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, cast

from argon2 import PasswordHasher
from starlette.testclient import TestClient

from tests.support import site
from tests.support.public import ORIGIN, TOLD
from threadleaf.config import Settings
from threadleaf.core.model import Conversation
from threadleaf.service import Threadleaf
from threadleaf.store import open_store
from threadleaf.store.threads import Store
from threadleaf.web import admin
from threadleaf.web.app import create_app
from threadleaf.web.threads import renderer
from threadleaf.wire import Steps

NOW = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
POSTS = site.row(["The first post of a thread.", "The second one.", "And the third."])
PATH = f"/t/bsky/{site.ADA}/{POSTS[0].id.rpartition('/')[2]}"
PASSWORD = "the miller sleeps at ebb tide"


class Hosted:
    """`service` and `client` of a site; `now` is what its clock shows."""

    def __init__(self, store: Store, service: Threadleaf, settings: Settings) -> None:
        self.store = store
        self.service = service
        self.settings = settings
        self.app = create_app(service, settings)
        self.base = settings.public_origin or "http://localhost:8410"
        self.cookie = cast("admin.Cookie", admin.cookie(settings)).name if admin.cookie(settings) else ""
        self.now = NOW
        self.client = self.visitor()

    def visitor(self, address: str = "testclient") -> TestClient:
        """Another browser, at an address."""
        return TestClient(self.app, base_url=self.base, follow_redirects=False, client=(address, 50_000))

    def later(self, **more: float) -> None:
        self.now += timedelta(**more)

    def report(self, **more: str) -> int:
        """The number of a new report of the thread."""
        fields = {"url": PATH, "reason": "privacy", "words": "Please look.", "faith": "yes"} | more
        answer = self.visitor("192.0.2.77").post("/report", data=fields)
        assert answer.status_code == 303, answer.text
        return max(report.number for report in self.service.desk.waiting())

    def set_password(self) -> None:
        """Set the operator's password, kept by a hash that is quick to try."""
        quick = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
        token = self.store.operators.new_link(self.now)
        assert self.store.operators.set_password(token, quick.hash(PASSWORD), self.now)

    def signed_in(self) -> TestClient:
        """A browser in which the operator has signed in; the password is set if there was none."""
        if not self.store.operators.password():
            self.set_password()
        client = self.visitor()
        client.cookies.set(self.cookie, self.service.desk.begin())
        return client


def token(client: TestClient, path: str = "/admin") -> str:
    """The token of a form on one of the operator's pages."""
    found = re.search(r'name="token" value="(\w+)"', client.get(path).text)
    assert found
    return found[1]


@contextmanager
def hosted(folder: Path, *, personal: bool = False, empty: bool = False, **more: Any) -> Iterator[Hosted]:
    """A site whose network knows one thread, which is kept and listed unless it is `empty`; `more` are settings."""
    settings = Settings(**({} if personal else TOLD) | more)
    if not empty:
        (folder / "threads.db").write_bytes(_kept())
    hands: list[Hosted] = []

    def clock() -> datetime:
        return hands[0].now if hands else NOW

    with open_store(folder / "threads.db") as store:
        hands.append(Hosted(store, Threadleaf(store, _network, clock, renderer(settings)), settings))
        yield hands[0]


def _network(steps: Steps) -> Conversation:
    steps.close()
    return Conversation(network="bsky", anchor=POSTS[0].id, posts=tuple(POSTS), authors=site.PEOPLE, read_at=NOW)


@cache
def _kept() -> bytes:
    """A database in which the thread is kept."""
    with TemporaryDirectory() as folder:
        file = Path(folder) / "threads.db"
        with open_store(file) as store:
            Threadleaf(store, _network, lambda: NOW).unroll(POSTS[0].url, save="listed")
        return file.read_bytes()


__all__ = ["NOW", "ORIGIN", "PASSWORD", "PATH", "POSTS", "Hosted", "hosted", "token"]
