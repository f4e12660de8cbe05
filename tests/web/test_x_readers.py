"""Reading X costs the operator's money: strangers do not spend it, by whatever way they come (rules: who may read X)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any, Literal

import pytest
from starlette.testclient import TestClient

from tests.support.public import TOLD
from tests.support.x import World
from threadleaf.config import Settings
from threadleaf.core.errors import Refused
from threadleaf.core.model import Conversation, Ref
from threadleaf.jobs import Board, Jobs
from threadleaf.jobs.here import Here
from threadleaf.service import Threadleaf
from threadleaf.service.spending import Ceilings, Purse
from threadleaf.sources.x_costs import Prices
from threadleaf.store import open_store
from threadleaf.store.threads import Store
from threadleaf.web.app import create_app
from threadleaf.web.threads import renderer
from threadleaf.wire import Scope, Steps

Who = Literal["operator", "summoned", "anyone"]


class Site:
    """A public site that reads X, and what X was asked."""

    def __init__(self, store: Store, who: Who) -> None:
        self.world = World()
        self.settings = Settings(**TOLD, who_may_unroll="anyone", x_token="t", who_may_read_x=who)  # type: ignore[arg-type]
        clock = lambda: self.world.now  # noqa: E731 -- a clock
        money = Ceilings(day=10**9, month=10**9)
        self.service = Threadleaf(
            store,
            self._fetch,
            clock,
            renderer(self.settings),
            scope=Scope(x_reads=True),
            purse=Purse(store.spending, Prices(), money, "https://api.x.com", clock),
            who_may_read_x=who,
        )
        self.jobs = Jobs(self.service, self.settings, Board(), Here())
        app = create_app(self.service, self.settings, jobs=self.jobs)
        self.client = TestClient(app, base_url=self.settings.public_origin, follow_redirects=False)
        self.chain = self.world.thread("ada", ["1/ A mill.", "2/ A tide."], at=self.world.now - timedelta(hours=2))
        self.address = f"https://x.com/ada/status/{self.chain[0]}"
        self.ref = Ref("x", self.chain[0])

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

    def keep(self) -> str:
        """The operator has the thread kept."""
        return self.service.unroll(self.ref, save="unlisted", asker="operator").path

    def paste(self, **more: str) -> Any:
        return self.client.post("/unroll", data={"url": self.address, **more})

    def program(self) -> Any:
        return self.client.post("/api/v1/unroll", json={"address": self.address})


@pytest.fixture
def site(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Site]:
    with open_store(tmp_path / "threads.db") as store:
        there = Site(store, getattr(request, "param", "operator"))
        with there.jobs.open():
            yield there


@pytest.mark.parametrize("site", ["operator", "summoned"], indirect=True)
def test_a_stranger_who_pastes_an_address_is_told_why_not(site: Site) -> None:
    for level in ("", "live", "private", "unlisted"):
        answer = site.paste(level=level)
        assert answer.status_code == 403
        assert "Reading X costs money" in answer.text
    assert site.asked == 0


@pytest.mark.parametrize("site", ["operator", "summoned"], indirect=True)
def test_a_program_is_told_why_not(site: Site) -> None:
    answer = site.program()
    assert (answer.status_code, answer.json()["code"]) == (403, "x-readers")
    assert site.asked == 0


@pytest.mark.parametrize("site", ["operator", "summoned", "anyone"], indirect=True)
def test_what_is_kept_is_shown_however_old_and_nothing_is_spent(site: Site) -> None:
    path = site.keep()
    before = site.asked
    site.world.later(days=3)
    assert site.paste().headers["location"].partition("#")[0].endswith(path)
    assert site.program().json()["path"] == path
    assert site.client.get(path).status_code == 200
    assert site.jobs.ask(site.ref, summoned=True).page is not None
    assert site.asked == before


@pytest.mark.parametrize("site", ["operator", "summoned", "anyone"], indirect=True)
def test_whoever_calls_the_bot_may_if_the_operator_says_so(site: Site) -> None:
    if site.settings.who_may_read_x == "operator":
        with pytest.raises(Refused) as caught:
            site.jobs.ask(site.ref, summoned=True)
        assert caught.value.code == "x-readers"
        return
    ticket = site.jobs.ask(site.ref, summoned=True)
    while site.jobs.state(ticket.number).phase not in ("done", "failed"):  # type: ignore[union-attr]
        site.jobs.tidy()
    state = site.jobs.state(ticket.number)
    assert state is not None
    assert (state.phase, state.error) == ("done", None)


@pytest.mark.parametrize("site", ["anyone"], indirect=True)
def test_anyone_may_where_the_operator_says_so(site: Site) -> None:
    answer = site.paste()
    assert answer.status_code == 303, answer.text
    assert site.asked > 0


def test_what_waits_is_not_read_if_the_operator_has_changed_his_mind(tmp_path: Path) -> None:
    with open_store(tmp_path / "threads.db") as store:
        free = Site(store, "anyone")
        begun = store.unrolls.begin(free.ref, "unlisted", free.world.now, 9, "anyone")
        assert begun is not None
        strict = Site(store, "operator")
        with strict.jobs.open():
            while (state := strict.jobs.state(begun.id)) is not None and state.phase not in ("done", "failed"):
                strict.jobs.tidy()
        assert state is not None
        assert state.error is not None
        assert state.error.code == "x-readers"
        assert strict.asked == 0
