"""A site that reads X, over a real database and the fake of X: what visitors, programs and the operator get of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from starlette.testclient import TestClient

from tests.support.public import TOLD
from tests.support.x import World
from threadleaf.config import Settings
from threadleaf.core.model import Conversation, Ref
from threadleaf.jobs import Board, Jobs
from threadleaf.jobs.here import Here
from threadleaf.jobs.rechecks import Rechecks
from threadleaf.service import Threadleaf
from threadleaf.service.spending import Ceilings, Purse
from threadleaf.sources.x_costs import Prices
from threadleaf.store.threads import Store
from threadleaf.web.app import create_app
from threadleaf.web.threads import renderer
from threadleaf.wire import Scope, Steps

TEXTS = ("1/ A mill & its wheel.", "2/ A tide.")


class XSite:
    """A site, and what X was asked. `money` is what may be spent in a day, in millionths; at most `posts` are read in one
    go; `made` is the service's class; `more` are settings.

    There is a thread by ada, two hours old; `start` begins the program anew on the same database.
    """

    def __init__(
        self,
        store: Store,
        *,
        texts: Sequence[str] = TEXTS,
        public: bool = True,
        money: int = 10**9,
        posts: int = 100,
        world: World | None = None,
        made: type[Threadleaf] = Threadleaf,
        **more: Any,
    ) -> None:
        self.store = store
        self.world = world or World()
        told: dict[str, Any] = dict(TOLD) if public else {}
        given = {"who_may_unroll": "anyone", "x_token": "t", "search_engines": True, **more}
        self.settings = Settings(**told, **given)
        self.money, self.posts, self._made = money, posts, made
        self.chain = self.world.thread("ada", texts, at=self.world.now - timedelta(hours=2))
        self.address = f"https://x.com/ada/status/{self.chain[0]}"
        self.ref = Ref("x", self.chain[0])
        self.start()

    def start(self) -> None:
        """Begin the program anew."""
        money = Ceilings(day=self.money, month=self.money * 40, posts=self.posts)
        self.service = self._made(
            self.store,
            self._fetch,
            self._clock,
            renderer(self.settings),
            scope=Scope(x_reads=True),
            purse=Purse(self.store.spending, Prices(), money, "https://api.x.com", self._clock),
            who_may_read_x=self.settings.who_may_read_x,
        )
        self.jobs = Jobs(self.service, self.settings, Board(), Here())
        self.app = create_app(self.service, self.settings, jobs=self.jobs)
        self.client = self.visitor()

    def visitor(self, address: str = "203.0.113.7") -> TestClient:
        """Somebody who comes by from an address."""
        origin = self.settings.public_origin or "http://127.0.0.1"
        return TestClient(self.app, base_url=origin, follow_redirects=False, client=(address, 50_000))

    def _clock(self) -> Any:
        return self.world.now

    def _fetch(self, steps: Steps) -> Conversation:
        try:
            wanted = next(steps)
            while True:
                wanted = steps.send(tuple(map(self.world.reply, wanted)))
        except StopIteration as end:
            seen: Conversation = end.value
            return seen

    @property
    def asked(self) -> int:
        return len(self.world.requests)

    def keep(self, level: Any = "unlisted", ref: Ref | None = None) -> str:
        """The operator has a thread kept."""
        return self.service.unroll(ref or self.ref, save=level, asker="operator").path

    def recheck(self) -> None:
        """Read again whatever is due, as the program does by itself."""
        rechecks = Rechecks(self.service, 120, lambda _page: None)
        for page in self.service.due(100):
            rechecks.check(page)

    def paste(self, **more: str) -> Any:
        return self.client.post("/unroll", data={"url": self.address, **more})

    def program(self) -> Any:
        return self.client.post("/api/v1/unroll", json={"address": self.address})
