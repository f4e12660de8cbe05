"""Modes in which an author has a say: what is held, looked at, refused, and what her word opens."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.jobs.conftest import PUBLIC, Desk
from tests.store.build import draft, line, post, ref, talk, uri
from threadleaf.core.errors import NotNow, Refused
from threadleaf.core.model import Ref
from threadleaf.service import consent
from threadleaf.store.held import WAITS

Make = Callable[..., Desk]
ANN = "did:plc:ann"
BY_HANDLE = Ref("bsky", "at://ann.example.org/app.bsky.feed.post/1")
"""Of this nobody knows whose it is before it is read."""


def make(desk: Make, mode: str, **more: Any) -> Desk:
    there = desk(**PUBLIC, modes={"bsky": mode}, **more)
    there.says = talk(*line(1, 2))
    return there


def refused(there: Desk, asked: Ref, level: str = "", **how: Any) -> str:
    with pytest.raises(Refused) as told:
        there.jobs.ask(asked, level, **how)
    return told.value.code


def pages(there: Desk) -> int:
    return len(there.store.list(9, visibility=None))


def done(there: Desk) -> None:
    """Wait until nothing is on the list any more."""
    for unroll in there.service.unrolls.waiting():
        there.ends(unroll.id)


# --- ask-first ---------------------------------------------------------------------------------------------------


def test_a_request_is_held_and_nothing_is_read(desk: Make) -> None:
    there = make(desk, "ask-first")
    assert refused(there, ref(1)) == "held"
    assert refused(there, ref(1)) == "held"
    assert (there.asked, pages(there), there.service.unrolls.waiting()) == (0, 0, ())


def test_when_the_author_agrees_what_was_held_is_unrolled_and_open_to_everybody(desk: Make) -> None:
    there = make(desk, "ask-first")
    refused(there, ref(1), "listed")
    there.jobs.release()
    assert there.service.unrolls.waiting() == ()
    there.service.agree("bsky", ANN)
    there.jobs.tidy()
    done(there)
    assert [page.visibility for page in there.store.list(9, visibility=None)] == ["listed"]
    assert there.service.held.agreed() == ()
    there.says = talk(*line(7, 8))
    assert there.ends(there.jobs.ask(ref(7)).number).level == "unlisted"


def test_what_was_held_for_too_long_is_gone(desk: Make) -> None:
    there = make(desk, "ask-first")
    refused(there, ref(1))
    there.later(days=WAITS.days)
    there.jobs.tidy()
    there.service.agree("bsky", ANN)
    assert there.service.held.agreed() == ()


def test_whose_thread_it_is_may_come_out_by_reading_it_which_is_not_kept(desk: Make) -> None:
    there = make(desk, "ask-first")
    state = there.ends(there.jobs.ask(BY_HANDLE).number, "failed")
    assert state.error is not None
    assert (state.error.code, type(state.error), pages(there)) == ("held", Refused, 0)
    there.service.agree("bsky", ANN)
    there.jobs.release()
    done(there)
    assert pages(there) == 1


def test_what_waits_too_long_on_the_list_stays_held(desk: Make) -> None:
    there = make(desk, "ask-first", unrolls_waiting=1)
    refused(there, ref(1))
    there.service.agree("bsky", ANN)
    there.lets.clear()
    blocking = there.jobs.ask(ref(7)).number
    there.jobs.release()
    assert len(there.service.held.agreed()) == 1
    there.lets.set()
    there.ends(blocking)
    there.jobs.release()
    assert there.service.held.agreed() == ()


def test_only_so_many_wait(desk: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(consent, "MOST", 0)
    with pytest.raises(NotNow) as told:
        make(desk, "ask-first").jobs.ask(ref(1))
    assert told.value.code == "full"


@pytest.mark.parametrize("level", ["private", "live"])
def test_a_page_of_which_only_the_asker_may_know_is_not_held_for_nobody(desk: Make, level: str) -> None:
    there = make(desk, "ask-first")
    assert refused(there, ref(1), level) == "ask-first"
    there.service.agree("bsky", ANN)
    assert there.service.held.agreed() == ()


def test_of_whom_nothing_may_be_shown_nothing_is_held(desk: Make) -> None:
    there = make(desk, "ask-first")
    refused(there, ref(1))
    there.service.opt_out("bsky", ANN, "author")
    for asked in (ref(1), BY_HANDLE):
        error = there.ends(there.jobs.ask(asked).number, "failed").error
        assert error is not None
        assert error.code == "opt-out-list"
    there.service.agree("bsky", ANN)
    assert there.service.held.agreed() == ()


def test_a_page_that_is_there_is_shown_and_not_read_again(desk: Make) -> None:
    there = make(desk, "ask-first")
    saved = there.store.save(draft(talk(*line(1, 2))))
    assert saved is not None
    there.later(days=1)
    assert there.jobs.ask(ref(2)).page == saved
    assert there.asked == 0


# --- opt-in and own-only -----------------------------------------------------------------------------------------


def test_opt_in_refuses_and_holds_nothing(desk: Make) -> None:
    there = make(desk, "opt-in")
    assert refused(there, ref(1)) == "opt-in"
    error = there.ends(there.jobs.ask(BY_HANDLE).number, "failed").error
    assert error is not None
    assert error.code == "opt-in"
    there.service.agree("bsky", ANN)
    assert there.service.held.agreed() == ()
    assert there.ends(there.jobs.ask(ref(1)).number).path
    assert pages(there) == 1


def test_own_only_lets_others_look_until_the_author_agrees(desk: Make) -> None:
    there = make(desk, "own-only")
    assert there.ends(there.jobs.ask(BY_HANDLE).number).path.startswith("/live/")
    assert pages(there) == 0
    there.service.agree("bsky", ANN)
    there.later(hours=1)
    state = there.ends(there.jobs.ask(BY_HANDLE).number)
    assert state.path == there.store.list(9, visibility=None)[0].path
    assert there.jobs.choices("bsky", author=ANN)[0] == "unlisted"


def test_whoever_agreed_speaks_for_her_own_threads_only(desk: Make) -> None:
    there = make(desk, "own-only")
    there.service.agree("bsky", "did:plc:bob")
    there.says = talk(*line(1, 2), post("answer", uri(2), author="bob"), anchor=uri("answer", "bob"))
    asked = Ref("bsky", uri("answer", "bob"))
    error = there.ends(there.jobs.ask(asked).number, "failed").error
    assert error is not None
    assert (error.code, pages(there)) == ("opt-in", 0)


def test_a_page_that_is_there_is_read_again_and_stays_as_wide_as_it_is(desk: Make) -> None:
    there = make(desk, "own-only")
    there.ends(there.jobs.ask(ref(1), by_author=True).number)
    there.later(days=1)
    there.ends(there.jobs.ask(ref(1)).number)
    assert there.asked == 2
    other = make(desk, "ask-first")
    assert other.store.save(draft(talk(*line(1, 2)), visibility="unlisted"))
    assert other.ends(other.jobs.ask(BY_HANDLE, "listed").number).path
    assert other.store.list(9, visibility=None)[0].visibility == "unlisted"


def test_what_is_held_of_a_network_that_is_closed_meanwhile_is_not_read(desk: Make) -> None:
    there = make(desk, "closed")
    assert there.service.held.put(ref(1), "unlisted", "anyone", author=ANN, at=there.time, most=1)
    there.service.agree("bsky", ANN)
    there.jobs.release()
    assert there.service.unrolls.waiting() == ()
    assert len(there.service.held.agreed()) == 1


# --- those who need nobody's word --------------------------------------------------------------------------------


@pytest.mark.parametrize("mode", ["ask-first", "opt-in"])
def test_the_author_by_the_bot_and_the_operator_need_nobodys_word(desk: Make, mode: str) -> None:
    there = make(desk, mode)
    there.ends(there.jobs.ask(ref(1), by_author=True, author=ANN, summoned=True).number)
    there.later(days=1)
    there.ends(there.jobs.ask(ref(1), operator=True).number)
    assert there.asked == 2


def test_whoever_answers_in_anothers_thread_is_not_its_author(desk: Make) -> None:
    there = make(desk, "opt-in")
    there.says = talk(*line(1, 2), post("answer", uri(2), author="bob"), anchor=uri("answer", "bob"))
    error = there.ends(there.jobs.ask(BY_HANDLE, by_author=True, author="did:plc:bob").number, "failed").error
    assert error is not None
    assert error.code == "opt-in"


def test_a_look_of_the_operators_stays_one(desk: Make) -> None:
    there = make(desk, "own-only")
    there.service.agree("bsky", ANN)
    assert there.ends(there.jobs.ask(ref(1), "live", operator=True).number).path.startswith("/live/")
