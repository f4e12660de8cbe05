"""Where people ask for threads: who may, what they get at once, what they have to wait for."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any, cast

import pytest

from tests.jobs.conftest import PUBLIC, Desk
from tests.store.build import NOON, author, draft, line, ref, talk
from threadleaf.core.errors import Gone, NotFound, NotNow, Refused, StoreError, ThreadleafError, TooLarge
from threadleaf.core.model import Conversation, Ref
from threadleaf.jobs import FRESH, KEPT, Ticket
from threadleaf.jobs.desk import LOST
from threadleaf.store.aliases import alias_of
from threadleaf.store.unrolls import Unrolls

Make = Callable[..., Desk]
FEDI = Ref("fedi", "https://social.example/@ann/1")


def kept(desk: Desk, **more: Any) -> str:
    saved = desk.store.save(draft(talk(*line(1, 2)), **more))
    assert saved is not None
    return saved.path


def path(ticket: Ticket) -> str:
    assert ticket.page is not None
    return ticket.page.path


def wished(label: str) -> Conversation:
    return talk(*line(1, 2), authors=(author("ann", labels=(label,)),))


# --- who may -----------------------------------------------------------------------------------------------------


def test_a_stranger_finds_what_the_operator_has_unrolled_and_nothing_is_read_for_him(desk: Make) -> None:
    there = desk(public_origin=PUBLIC["public_origin"])
    page = kept(there)
    assert path(there.jobs.ask(ref(2))) == page
    with pytest.raises(Refused) as told:
        there.jobs.ask(ref(7))
    assert told.value.code == "operator"
    assert (there.asked, there.jobs.may_unroll(), there.jobs.choices("bsky")) == (0, False, ())


def test_the_operator_may_ask_where_nobody_else_may(desk: Make) -> None:
    there = desk(public_origin=PUBLIC["public_origin"])
    there.says = talk(*line(1, 2))
    assert there.ends(there.jobs.ask(ref(1), "listed", operator=True).number).level == "listed"


def test_where_anyone_may_ask_the_page_is_in_no_list_unless_that_was_chosen(desk: Make) -> None:
    there = desk(**PUBLIC)
    there.says = talk(*line(1, 2))
    there.ends(there.jobs.ask(ref(1)).number)
    assert there.service.list() == ()
    there.ends(there.jobs.ask(ref(1), "listed").number)
    assert len(there.service.list()) == 1


def test_a_closed_network_is_found_and_not_read(desk: Make) -> None:
    there = desk(**PUBLIC, modes={"bsky": "closed"})
    with pytest.raises(Refused) as told:
        there.jobs.ask(ref(1))
    assert told.value.code == "closed"
    page = kept(there)
    assert path(there.jobs.ask(ref(1))) == page


def test_a_thread_of_the_fediverse_that_a_stranger_asks_for_is_shown_and_not_kept(desk: Make) -> None:
    there = desk(**PUBLIC)
    there.says = talk(*line(1, 2))
    state = there.ends(there.jobs.ask(FEDI, "listed").number)
    assert (state.level, state.path) == ("live", f"/live/{state.number}")
    assert len(there.jobs.look(state.number).thread.posts) == 2
    assert (there.store.list(9, visibility=None), there.service.unrolls.recent(9)) == ((), ())


# --- what is there -----------------------------------------------------------------------------------------------


def test_what_was_read_lately_is_there_at_once(desk: Make) -> None:
    there = desk()
    page = kept(there)
    there.later(seconds=(FRESH - timedelta(seconds=1)).total_seconds())
    assert path(there.jobs.ask(ref(2))) == page
    assert there.asked == 0


def test_what_was_read_a_while_ago_is_read_again(desk: Make) -> None:
    there = desk()
    page = kept(there)
    there.says = talk(*line(1, 2, 3))
    there.later(seconds=FRESH.total_seconds())
    state = there.ends(there.jobs.ask(ref(2)).number)
    assert (state.path, state.anchor) == (page, "3k2")
    assert there.service.read(page).saved.posts == 3


def test_a_page_that_more_shall_see_is_read_again_at_once(desk: Make) -> None:
    there = desk()
    kept(there, visibility="unlisted")
    there.says = talk(*line(1, 2))
    there.ends(there.jobs.ask(ref(1), "listed").number)
    assert len(there.service.list()) == 1


def test_a_page_that_fewer_should_see_stays_as_it_is(desk: Make) -> None:
    there = desk(**PUBLIC)
    page = kept(there)
    assert path(there.jobs.ask(ref(1), "unlisted")) == page


def test_who_asks_for_a_look_at_a_kept_thread_is_led_to_its_page(desk: Make) -> None:
    there = desk(**PUBLIC)
    page = kept(there, visibility="unlisted")
    assert path(there.jobs.ask(ref(1), "live")) == page
    there.says = talk(*line(1, 2))
    there.later(hours=1)
    state = there.ends(there.jobs.ask(ref(1), "live").number)
    assert (state.path, state.level) == (page, "unlisted")


def test_a_private_page_is_another_one(desk: Make) -> None:
    there = desk()
    page = kept(there)
    there.says = talk(*line(1, 2))
    state = there.ends(there.jobs.ask(ref(1), "private").number)
    assert state.path.startswith("/p/")
    assert path(there.jobs.ask(ref(2), "private")) == state.path
    assert path(there.jobs.ask(ref(2))) == page


def test_what_was_taken_down_is_not_asked_for(desk: Make) -> None:
    there = desk()
    kept(there)
    there.store.remove([alias_of(ref(1))], "author", NOON)
    with pytest.raises(Gone):
        there.jobs.ask(ref(1))
    assert there.asked == 0


# --- waiting -----------------------------------------------------------------------------------------------------


def test_two_who_ask_for_the_same_meanwhile_get_the_same(desk: Make) -> None:
    there = desk(unrolls_at_once=1)
    there.says = talk(*line(1, 2))
    there.lets.clear()
    first, second = there.jobs.ask(ref(1)).number, there.jobs.ask(ref(1)).number
    assert first == second
    there.lets.set()
    there.ends(first)
    assert there.asked == 1


def test_steps_are_seen_while_a_thread_is_read_and_others_wait_for_their_turn(desk: Make) -> None:
    there = desk(unrolls_at_once=1)
    there.says = talk(*line(1, 2))
    there.lets.clear()
    first = there.jobs.ask(ref(1)).number
    there.begun.wait()
    there.later(seconds=1)
    second = there.jobs.ask(ref(7)).number
    reading = there.ends(first, "reading")
    assert [(step.purpose, step.done) for step in reading.steps] == [("Reading the thread", 3)]
    waiting = there.ends(second, "waiting")
    assert (waiting.ahead, waiting.steps, waiting.ref) == (1, (), ref(7))


def test_when_all_is_full_who_comes_is_told_when_to_come_back(desk: Make) -> None:
    there = desk(unrolls_at_once=1, unrolls_waiting=1)
    there.lets.clear()
    there.jobs.ask(ref(1))
    with pytest.raises(NotNow) as told:
        there.jobs.ask(ref(2))
    assert (told.value.code, told.value.sentence) == (
        "full",
        "Too many threads wait to be read here. Try again in a minute.",
    )
    assert there.jobs.patience() == 60
    there.jobs.ask(ref(2), "live")
    with pytest.raises(NotNow):
        there.jobs.ask(ref(3), "live")


def test_the_longer_the_queue_the_later_one_should_come_back(desk: Make) -> None:
    there = desk(unrolls_at_once=2, unrolls_waiting=100)
    assert there.jobs.patience() == 300
    assert "in 5 minutes" in there.jobs._full().sentence


# --- how it ends -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "error",
    [
        NotFound("There is no such post."),
        TooLarge("This is too much.", code="posts"),
        NotNow("It does not answer."),
        StoreError("The disk is full.", code="full"),
    ],
)
@pytest.mark.parametrize("level", ["", "live"])
def test_what_went_wrong_is_told_and_can_be_tried_again(desk: Make, error: ThreadleafError, level: str) -> None:
    there = desk()
    there.says = error
    state = there.ends(there.jobs.ask(ref(1), level).number, "failed")
    assert state.error is not None
    assert (type(state.error), state.error.sentence, state.error.code) == (type(error), error.sentence, error.code)
    assert state.ref == ref(1)
    there.says = talk(*line(1, 2))
    there.ends(there.jobs.ask(ref(1), level).number)


def test_a_wish_is_told_and_nothing_is_kept(desk: Make) -> None:
    there = desk()
    there.says = wished("!no-unauthenticated")
    state = there.ends(there.jobs.ask(ref(1)).number, "failed")
    assert isinstance(state.error, Refused)
    assert there.store.list(9, visibility=None) == ()


@pytest.mark.parametrize("level", ["", "live"])
def test_a_fault_of_ours_is_told_as_one(desk: Make, level: str, caplog: pytest.LogCaptureFixture) -> None:
    there = desk()
    there.says = ZeroDivisionError("by zero")
    state = there.ends(there.jobs.ask(ref(1), level).number, "failed")
    assert state.error is not None
    assert (state.error.code, "The fault is ours" in state.error.sentence) == ("fault", True)
    assert "ZeroDivisionError: by zero" in caplog.text


def test_a_kept_page_serves_where_its_network_does_not_answer(desk: Make) -> None:
    there = desk()
    page = kept(there)
    there.later(hours=1)
    there.says = NotNow("It does not answer.")
    assert there.ends(there.jobs.ask(ref(1)).number).path == page


def test_what_was_asked_for_is_remembered_for_a_while_only(desk: Make) -> None:
    there = desk(unrolls_waiting=2000)
    there.says = NotNow("It does not answer.")
    first = there.jobs.ask(ref(1)).number
    assert there.ends(first, "failed").ref == ref(1)
    for number in range(1000):
        there.jobs._remember(str(number), ref(number))
    assert there.ends(first, "failed").ref is None


def test_a_page_that_is_taken_down_leaves_nothing_of_its_unroll(desk: Make) -> None:
    there = desk()
    there.says = talk(*line(1, 2))
    number = there.jobs.ask(ref(1)).number
    there.ends(number)
    there.store.remove([alias_of(ref(1))], "author", NOON)
    assert there.jobs.state(number) is None
    assert there.jobs.state("never") is None


# --- threads that are not kept -----------------------------------------------------------------------------------


def looked_at(there: Desk) -> str:
    there.says = talk(*line(1, 2))
    return there.ends(there.jobs.ask(ref(2), "live").number).number


def test_a_look_is_private_and_over_after_an_hour(desk: Make) -> None:
    there = desk()
    number = looked_at(there)
    found = there.jobs.look(number)
    assert (found.saved.path, found.saved.visibility, found.saved.title) == (
        f"/live/{number}",
        "private",
        "Words of 1 by ann.",
    )
    assert there.ends(number).anchor == "3k2"
    assert there.jobs.ask(ref(2), "live").number == number
    there.later(hours=1)
    with pytest.raises(NotFound):
        there.jobs.look(number)
    assert there.jobs.state(number) is None


def test_an_author_who_opts_out_meanwhile_is_not_shown_any_more(desk: Make) -> None:
    there = desk()
    number = looked_at(there)
    there.service.opt_out("bsky", "did:plc:ann", "author")
    with pytest.raises(Refused):
        there.jobs.look(number)


def test_a_thread_that_is_taken_down_meanwhile_is_not_shown_any_more(desk: Make) -> None:
    there = desk()
    number = looked_at(there)
    kept(there)
    there.store.remove([alias_of(ref(1))], "law", NOON)
    with pytest.raises(Gone):
        there.jobs.look(number)


# --- keeping order -----------------------------------------------------------------------------------------------


def test_what_an_earlier_program_left_is_done(desk: Make) -> None:
    there = desk()
    there.says = talk(*line(1, 2))
    left = there.store.unrolls.begin(ref(1), "listed", NOON, 1)
    assert left is not None
    with there.jobs.open():
        there.ends(left.id)
    assert there.board.stopped


def test_what_never_ends_is_called_lost_in_the_end_and_others_may_ask_anew(desk: Make) -> None:
    there = desk(unrolls_at_once=1)
    there.lets.clear()
    first = there.jobs.ask(ref(1)).number
    there.begun.wait()
    there.later(seconds=LOST.total_seconds())
    there.jobs.tidy()
    assert there.ends(first, "reading")
    there.later(seconds=1)
    there.jobs.tidy()
    state = there.ends(first, "failed")
    assert state.error is not None
    assert state.error.code == "lost"
    assert there.jobs.ask(ref(1)).number != first


def test_how_something_ended_is_forgotten_in_time(desk: Make) -> None:
    there = desk()
    there.says = NotNow("It does not answer.")
    number = there.jobs.ask(ref(1)).number
    there.ends(number, "failed")
    there.later(seconds=KEPT.total_seconds())
    there.jobs.tidy()
    assert there.jobs.state(number) is not None
    there.later(seconds=1)
    there.jobs.tidy()
    assert there.jobs.state(number) is None


def test_a_list_that_cannot_be_read_is_for_the_log(desk: Make, caplog: pytest.LogCaptureFixture) -> None:
    there = desk()
    there.store.unrolls = cast("Unrolls", None)
    with there.jobs.open():
        pass
    assert "could not be put in order" in caplog.text


def test_when_the_program_ends_what_is_being_read_stays_on_the_list(desk: Make) -> None:
    there = desk()
    there.lets.clear()
    with there.jobs.open():
        number = there.jobs.ask(ref(1)).number
        look = there.jobs.ask(ref(7), "live").number
        there.begun.wait()
    there.lets.set()
    there.ends(number, "waiting")
    assert there.ends(look, "waiting").error is None


def test_an_author_may_have_a_page_where_others_may_only_look(desk: Make) -> None:
    jobs = desk(**PUBLIC, modes={"bsky": "own-only"}).jobs
    assert jobs.choices("bsky") == ("live",)
    assert jobs.choices("bsky", by_author=True)[0] == "unlisted"
    closed = desk(**PUBLIC, modes={"bsky": "closed"}).jobs
    assert closed.choices("bsky", by_author=True) == ()


def test_what_an_author_reported_and_nobody_decided_is_hidden_when_order_is_kept(desk: Make) -> None:
    there = desk(**PUBLIC)
    page = kept(there)
    moderation = there.jobs._service.desk
    ticket = moderation.report(page, "author", "It is mine.")
    there.jobs.tidy()
    assert moderation.ticket(ticket).state == "open"  # type: ignore[union-attr]
    there.time += timedelta(days=1)
    there.jobs.tidy()
    assert moderation.ticket(ticket).state == "hidden"  # type: ignore[union-attr]
