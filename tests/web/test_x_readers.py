"""Reading X costs the operator's money: strangers do not spend it, by whatever way they come (rules: who may read X)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.xsite import XSite
from threadleaf.core.errors import Refused
from threadleaf.store import open_store


@pytest.fixture
def site(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[XSite]:
    with open_store(tmp_path / "threads.db") as store:
        there = XSite(store, who_may_read_x=getattr(request, "param", "operator"))
        with there.jobs.open():
            yield there


@pytest.mark.parametrize("site", ["operator", "summoned"], indirect=True)
def test_a_stranger_who_pastes_an_address_is_told_why_not(site: XSite) -> None:
    for level in ("", "live", "private", "unlisted"):
        answer = site.paste(level=level)
        assert answer.status_code == 403
        assert "Reading X costs money" in answer.text
    assert site.asked == 0


@pytest.mark.parametrize("site", ["operator", "summoned"], indirect=True)
def test_a_program_is_told_why_not(site: XSite) -> None:
    answer = site.program()
    assert (answer.status_code, answer.json()["code"]) == (403, "x-readers")
    assert site.asked == 0


@pytest.mark.parametrize("site", ["operator", "summoned", "anyone"], indirect=True)
def test_what_is_kept_is_shown_and_nothing_is_spent(site: XSite) -> None:
    path = site.keep()
    before = site.asked
    site.world.later(hours=23)
    assert site.paste().headers["location"].partition("#")[0].endswith(path)
    assert site.program().json()["path"] == path
    assert site.client.get(path).status_code == 200
    assert site.jobs.ask(site.ref, summoned=True).page is not None
    assert site.asked == before


@pytest.mark.parametrize("site", ["operator", "summoned", "anyone"], indirect=True)
def test_whoever_calls_the_bot_may_if_the_operator_says_so(site: XSite) -> None:
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
def test_anyone_may_where_the_operator_says_so(site: XSite) -> None:
    answer = site.paste()
    assert answer.status_code == 303, answer.text
    assert site.asked > 0


def test_what_waits_is_not_read_if_the_operator_has_changed_his_mind(tmp_path: Path) -> None:
    with open_store(tmp_path / "threads.db") as store:
        free = XSite(store, who_may_read_x="anyone")
        begun = store.unrolls.begin(free.ref, "unlisted", free.world.now, 9, "anyone")
        assert begun is not None
        strict = XSite(store, who_may_read_x="operator")
        with strict.jobs.open():
            while (state := strict.jobs.state(begun.id)) is not None and state.phase not in ("done", "failed"):
                strict.jobs.tidy()
        assert state is not None
        assert state.error is not None
        assert state.error.code == "x-readers"
        assert strict.asked == 0
