"""What the bot hears and does, on both databases."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.store.build import NOON
from threadleaf.store.inbox import REFUSED, SILENT, Arrival, Inbox, Marks
from threadleaf.store.outbox import SETTLES, Letter, Outbox, Remembered, Withdrawn
from threadleaf.store.threads import Store

LATER = NOON + timedelta(minutes=1)
THREAD, AUTHOR = b"thread", b"author"
MARKS = Marks(asker=b"asker", conversation=b"conversation")


@pytest.fixture
def inbox(store: Store) -> Inbox:
    store.inbox.hold("bsky", "me", NOON, NOON + timedelta(days=99))
    return store.inbox


@pytest.fixture
def outbox(store: Store) -> Outbox:
    return store.outbox


def arrival(name: str, seen_at: datetime = NOON, **more: Any) -> Arrival:
    return Arrival(
        **{"notification": f"n-{name}", "post": f"p-{name}", "body": name.encode(), "seen_at": seen_at} | more
    )


def heard(inbox: Inbox, *names: str) -> list[int]:
    """The ids of new mentions."""
    inbox.hear("bsky", "me", [arrival(name) for name in names], "here")
    return [waiting.id for waiting in inbox.waiting("bsky", NOON, 99)]


def letter(key: str = "k", **more: Any) -> Letter:
    told = {"network": "bsky", "deed": "answer", "key": key, "target": "t", "body": b"{}", "at": NOON}
    return Letter(**told | more)


def bodies(inbox: Inbox, at: datetime = NOON) -> list[bytes]:
    return [waiting.body for waiting in inbox.waiting("bsky", at, 99)]


# --- who is the bot ------------------------------------------------------------------------------------------------


def test_one_process_is_the_bot_until_its_time_is_over_or_it_lets_go(inbox: Inbox) -> None:
    soon = NOON + timedelta(seconds=90)
    assert inbox.hold("fedi", "one", NOON, soon)
    assert not inbox.hold("fedi", "two", NOON, soon)
    assert inbox.hold("fedi", "one", NOON, soon)
    assert inbox.hold("fedi", "two", soon, soon + timedelta(seconds=90))
    inbox.let_go("fedi", "one")
    assert not inbox.hold("fedi", "one", soon, soon)
    inbox.let_go("fedi", "two")
    assert inbox.hold("fedi", "one", soon, soon)


def test_the_last_turn_is_known_to_who_had_it(inbox: Inbox) -> None:
    soon = LATER + timedelta(seconds=90)
    assert inbox.turned("fedi") is None
    inbox.hold("fedi", "one", NOON, soon, turned=NOON)
    assert inbox.turned("fedi") is None, "nothing was noted that it could be"
    inbox.catch_up("fedi", "two", NOON)
    assert inbox.turned("fedi") is None, "another one is the bot"
    inbox.catch_up("fedi", "one", NOON)
    inbox.hold("fedi", "one", LATER, soon, turned=LATER)
    assert inbox.turned("fedi") == NOON
    inbox.hold("fedi", "one", LATER, soon)
    assert inbox.turned("fedi") == NOON
    inbox.hold("fedi", "one", LATER, soon, turned=NOON)
    assert inbox.turned("fedi") == LATER
    inbox.let_go("fedi", "one")
    assert inbox.turned("fedi") == LATER


def test_whoever_is_not_the_bot_hears_nothing_and_sends_nothing(inbox: Inbox, outbox: Outbox) -> None:
    assert inbox.hear("bsky", "another", [arrival("a")], "there") == 0
    assert inbox.cursor("bsky") == ""
    (mention,) = heard(inbox, "a")
    outbox.put(letter(), mention, "help", MARKS, NOON)
    (posted,) = outbox.ready("bsky", NOON, 9)
    assert not outbox.take(posted.id, "another", NOON)
    assert not outbox.take(posted.id, "me", NOON + timedelta(days=100))
    assert outbox.take(posted.id, "me", NOON)
    assert not outbox.take(posted.id, "me", NOON)


# --- hearing -------------------------------------------------------------------------------------------------------


def test_what_was_heard_before_is_not_heard_again(inbox: Inbox) -> None:
    assert inbox.cursor("bsky") == ""
    assert inbox.hear("bsky", "me", [arrival("a"), arrival("b")], "here") == 2
    assert inbox.hear("bsky", "me", [arrival("a"), arrival("c", post="p-b"), arrival("d")], "there") == 1
    assert inbox.cursor("bsky") == "there"
    assert bodies(inbox) == [b"a", b"b", b"d"]


def test_the_oldest_come_first_and_whoever_has_waited_before_them(inbox: Inbox) -> None:
    inbox.hear("bsky", "me", [arrival("new", LATER), arrival("old"), arrival("read", LATER)], "")
    reading = inbox.waiting("bsky", NOON, 9)[-1]
    inbox.reading(reading.id, "unroll-1", MARKS, NOON)
    assert bodies(inbox) == [b"read", b"old", b"new"]
    assert inbox.being_read("bsky") == 1
    assert inbox.being_read("fedi") == 0
    first = inbox.waiting("bsky", NOON, 1)[0]
    assert (first.phase, first.unroll, first.verdict) == ("reading", "unroll-1", "unroll")


def test_one_can_be_looked_at_later_and_anew(inbox: Inbox) -> None:
    (mention,) = heard(inbox, "a")
    inbox.reading(mention, "unroll-1", MARKS, NOON)
    inbox.later(mention, LATER)
    assert bodies(inbox) == []
    assert inbox.being_read("bsky") == 0, "it was read, and waits for something else"
    assert inbox.waiting("bsky", LATER, 9)[0].phase == "reading"
    inbox.later(mention, NOON, anew=True)
    assert inbox.waiting("bsky", NOON, 9)[0].phase == "new"
    assert inbox.counts("bsky", MARKS, NOON).for_asker == 0


def test_what_begins_anew_joins_the_round_that_is_on(inbox: Inbox) -> None:
    inbox.hear("bsky", "me", [arrival("e", LATER, asker=b"eve")], "")
    (eve,) = inbox.waiting("bsky", NOON, 9)
    inbox.reading(eve.id, "unroll-1", MARKS, NOON)
    crowd(inbox, *[(f"k{number}", "kim", "") for number in range(4)])
    inbox.settle(inbox.waiting("bsky", NOON, 2)[1].id, "ignore: no call", NOON)
    assert bodies(inbox) == [b"e", b"k1", b"k2", b"k3"]
    inbox.later(eve.id, NOON, anew=True)
    assert bodies(inbox) == [b"k1", b"e", b"k2", b"k3"]


def test_a_wish_is_gone_on_with(inbox: Inbox) -> None:
    (mention,) = heard(inbox, "a")
    inbox.acting(mention, "forget", THREAD, NOON)
    (waiting,) = inbox.waiting("bsky", NOON, 9)
    assert (waiting.phase, waiting.verdict, waiting.thread) == ("acting", "forget", THREAD)


def test_what_is_settled_is_over_and_its_words_are_gone(inbox: Inbox) -> None:
    first, second = heard(inbox, "a", "b")
    inbox.settle(first, "ignore: too old", NOON)
    assert [waiting.id for waiting in inbox.waiting("bsky", NOON, 9)] == [second]
    assert inbox.hear("bsky", "me", [arrival("a")], "") == 0


# --- whose turn it is ----------------------------------------------------------------------------------------------


def crowd(inbox: Inbox, *told: tuple[str, str, str]) -> None:
    """Several call: what each is named, who asks, and whose thread it is about."""
    marks = [(name, asker.encode(), about.encode() or None) for name, asker, about in told]
    inbox.hear("bsky", "me", [arrival(name, asker=asker, about=about) for name, asker, about in marks], "")


def test_whoever_asks_over_and_over_keeps_nobody_else_waiting(inbox: Inbox) -> None:
    crowd(inbox, *[(f"e{number}", "eve", "") for number in range(5)], ("k", "kim", ""))
    crowd(inbox, ("z", "zoe", ""))
    assert bodies(inbox) == [b"e0", b"k", b"z", b"e1", b"e2", b"e3", b"e4"]


def test_a_crowd_that_asks_for_one_authors_threads_keeps_nobody_else_waiting(inbox: Inbox) -> None:
    crowd(inbox, *[(f"s{number}", f"sock{number}", "ann") for number in range(4)], ("b", "bob", "ben"))
    assert bodies(inbox)[:2] == [b"s0", b"b"]


def test_whoever_comes_later_joins_the_round_that_is_on(inbox: Inbox) -> None:
    crowd(inbox, *[(f"e{number}", "eve", "") for number in range(5)])
    for waiting in inbox.waiting("bsky", NOON, 3):
        inbox.settle(waiting.id, "ignore: no call", NOON)
    crowd(inbox, ("k0", "kim", ""), ("k1", "kim", ""))
    assert bodies(inbox) == [b"e3", b"k0", b"e4", b"k1"]


def test_whoever_waits_for_a_time_holds_no_round_up(inbox: Inbox) -> None:
    crowd(inbox, *[(f"e{number}", "eve", "") for number in range(3)])
    first = inbox.waiting("bsky", NOON, 1)[0]
    inbox.later(first.id, LATER)
    crowd(inbox, ("k0", "kim", ""))
    assert bodies(inbox) == [b"e1", b"k0", b"e2"]
    assert inbox.left("bsky") == 4
    assert inbox.left("fedi") == 0


def test_wishes_come_first_whatever_round_is_on(inbox: Inbox) -> None:
    crowd(inbox, *[(f"e{number}", "eve", "") for number in range(3)])
    first, second, _third = inbox.waiting("bsky", NOON, 9)
    inbox.later(first.id, LATER)
    inbox.later(second.id, LATER)
    wishes = [arrival(f"w{number}", LATER, asker=b"ann", is_wish=True) for number in range(2)]
    inbox.hear("bsky", "me", wishes, "")
    assert bodies(inbox, LATER) == [b"w0", b"w1", b"e0", b"e1", b"e2"]
    assert [waiting.body for waiting in inbox.waiting("bsky", LATER, 1)] == [b"w0"]
    assert [waiting.body for waiting in inbox.waiting("bsky", LATER, 3)] == [b"w0", b"w1", b"e0"]


def test_what_an_asker_was_told_to_wait_for_counts(inbox: Inbox) -> None:
    crowd(inbox, ("e0", "asker", ""), ("e1", "asker", ""), ("e2", "asker", ""))
    first, second, third = inbox.waiting("bsky", NOON, 9)
    inbox.later(first.id, LATER)
    inbox.later(second.id, LATER)
    assert inbox.counts("bsky", MARKS, NOON, third.id).for_asker == 2
    assert inbox.counts("bsky", MARKS, NOON, first.id).for_asker == 0


# --- counting ------------------------------------------------------------------------------------------------------


def test_what_was_done_is_counted_by_asker_conversation_author_and_network(inbox: Inbox, outbox: Outbox) -> None:
    first, second, third, fourth = heard(inbox, "a", "b", "c", "d")
    anew = Marks(asker=b"asker", conversation=b"conversation", author=AUTHOR)
    inbox.reading(first, "u", anew, NOON)
    outbox.put(letter(), second, "help", MARKS, NOON)
    inbox.settle(third, "refuse", NOON, Marks(asker=b"another", conversation=b"conversation"))
    inbox.settle(fourth, "ignore: no call", NOON, MARKS)
    counts = inbox.counts("bsky", anew, NOON)
    assert (counts.for_asker, counts.in_conversation, counts.being_read, counts.sent) == (2, 3, 1, 1)
    assert counts.of_author == 0, "only of what was read it is known which thread it is"
    inbox.settle(first, "unroll", NOON, anew)
    counts = inbox.counts("bsky", anew, NOON)
    assert (counts.for_asker, counts.of_author, counts.being_read) == (2, 1, 0)
    assert inbox.counts("bsky", anew, NOON, but=first).for_asker == 1
    assert inbox.counts("bsky", MARKS, NOON).of_author == 0
    hour = inbox.counts("bsky", anew, NOON + timedelta(hours=1))
    assert (hour.for_asker, hour.in_conversation, hour.of_author, hour.sent) == (0, 3, 1, 0)
    assert inbox.counts("bsky", anew, NOON + timedelta(days=1)).of_author == 0
    assert inbox.counts("fedi", anew, NOON).sent == 0


def test_who_was_told_why_not_is_counted_for_a_day(inbox: Inbox, outbox: Outbox) -> None:
    first, second = heard(inbox, "a", "b")
    outbox.put(letter(deed="note"), first, REFUSED, MARKS, NOON)
    inbox.settle(second, SILENT, NOON, MARKS)
    counts = inbox.counts("bsky", MARKS, NOON)
    assert (counts.refused, counts.for_asker) == (1, 2)
    other = Marks(asker=b"another", conversation=b"conversation")
    assert inbox.counts("bsky", other, NOON).refused == 0
    assert inbox.counts("bsky", MARKS, NOON + timedelta(days=1)).refused == 0


def test_an_asker_is_known_to_have_been_told_of_a_thread(inbox: Inbox, outbox: Outbox) -> None:
    first, second = heard(inbox, "a", "b")
    about = Marks(asker=b"asker", conversation=b"conversation", thread=THREAD)
    outbox.claim(letter(), THREAD, AUTHOR, first, about)
    assert inbox.counts("bsky", about, NOON, second).told == 1
    assert inbox.counts("bsky", about, NOON, first).told == 0
    assert inbox.counts("bsky", MARKS, NOON, second).told == 0
    other = Marks(asker=b"another", conversation=b"conversation", thread=THREAD)
    assert inbox.counts("bsky", other, NOON, second).told == 0


def test_who_was_told_nothing_in_the_end_was_not_told(inbox: Inbox, outbox: Outbox) -> None:
    first, second, third = heard(inbox, "a", "b", "c")
    about = Marks(asker=b"asker", conversation=b"conversation", thread=THREAD)
    outbox.claim(letter(), THREAD, AUTHOR, first, about)
    (posted,) = outbox.ready("bsky", NOON, 9)
    outbox.doubtful(posted.id, None, "nobody knows")
    assert inbox.counts("bsky", about, NOON, third).told == 1
    outbox.failed(posted.id, "no")
    assert inbox.counts("bsky", about, NOON, third).told == 0
    outbox.put(letter("later", deed="note", at=LATER), second, "unroll", about, LATER)
    assert inbox.counts("bsky", about, NOON, third).told == 1


def test_who_asked_is_forgotten_after_thirty_days(inbox: Inbox) -> None:
    first, second = heard(inbox, "a", "b")
    inbox.settle(first, "refuse", NOON, MARKS)
    inbox.reading(second, "u", MARKS, NOON)
    inbox.forget(NOON + timedelta(days=30) - timedelta(seconds=1))
    assert inbox.counts("bsky", MARKS, NOON).for_asker == 2
    inbox.forget(NOON + timedelta(days=30))
    assert inbox.counts("bsky", MARKS, NOON).for_asker == 1, "whatever is not done with is kept"


def test_hashes_are_keyed_by_kind_and_network(inbox: Inbox) -> None:
    marks = {inbox.mark(kind, network, "n") for kind in ("asker", "author") for network in ("bsky", "fedi")}  # type: ignore[arg-type]
    assert len(marks) == 4


# --- doing ---------------------------------------------------------------------------------------------------------


def test_a_thread_is_claimed_once(inbox: Inbox, outbox: Outbox) -> None:
    first, second = heard(inbox, "a", "b")
    assert outbox.claim(letter("one", path="/t/x"), THREAD, AUTHOR, first, MARKS)
    assert not outbox.claim(letter("two"), THREAD, AUTHOR, second, MARKS)
    answer = outbox.answer("bsky", THREAD)
    assert answer is not None
    assert (answer.letter.key, answer.letter.path, answer.state) == ("one", "/t/x", "ready")
    assert [waiting.id for waiting in inbox.waiting("bsky", NOON, 9)] == [second]
    assert outbox.answer("bsky", b"another") is None
    assert outbox.claim(letter("two"), THREAD, AUTHOR, second, MARKS, before=answer.id)
    assert [posted.letter.key for posted in outbox.ready("bsky", NOON, 9)] == ["one", "two"]


def test_answers_may_be_kept_back_and_all_else_is_ready(inbox: Inbox, outbox: Outbox) -> None:
    first, second, third = heard(inbox, "a", "b", "c")
    outbox.put(letter("one"), first, "unroll", MARKS, NOON)
    outbox.put(letter("two"), second, "unroll", MARKS, NOON)
    outbox.put(letter("nod", deed="like"), third, "allow", MARKS, NOON)
    assert [posted.letter.key for posted in outbox.ready("bsky", NOON, 1)] == ["one"]
    assert [posted.letter.key for posted in outbox.ready("bsky", NOON, 1, answers=False)] == ["nod"]


def test_the_same_deed_is_written_down_once(inbox: Inbox, outbox: Outbox) -> None:
    first, second = heard(inbox, "a", "b")
    outbox.put(letter(body=b"first"), first, "help", MARKS, NOON)
    outbox.put(letter(body=b"second"), second, "help", MARKS, NOON)
    (posted,) = outbox.ready("bsky", NOON, 9)
    assert posted.letter.body == b"first"
    assert bodies(inbox) == []


def test_what_is_done_keeps_nothing_of_whom_it_was_for(inbox: Inbox, outbox: Outbox) -> None:
    (mention,) = heard(inbox, "a")
    outbox.claim(letter(), THREAD, AUTHOR, mention, MARKS)
    (posted,) = outbox.ready("bsky", NOON, 9)
    outbox.take(posted.id, "me", NOON)
    assert outbox.in_doubt("bsky", NOON + SETTLES - timedelta(seconds=1), 9) == (), "it may be under way"
    assert [doubt.id for doubt in outbox.in_doubt("bsky", NOON + SETTLES, 9)] == [posted.id]
    outbox.sent(posted.id, "at://mine", "https://mine", LATER)
    sent = outbox.at("bsky", "at://mine")
    assert sent is not None
    assert (sent.state, sent.url, sent.tries) == ("sent", "https://mine", 1)
    assert (sent.letter.target, sent.letter.body) == ("", b"")
    assert outbox.at("bsky", "") is None
    assert outbox.at("fedi", "at://mine") is None


def test_what_was_not_done_is_tried_again_and_what_nobody_knows_is_looked_for_or_held(
    inbox: Inbox, outbox: Outbox
) -> None:
    (mention,) = heard(inbox, "a")
    outbox.put(letter(), mention, "help", MARKS, NOON)
    (posted,) = outbox.ready("bsky", NOON, 9)
    outbox.take(posted.id, "me", NOON)
    outbox.again(posted.id, LATER, "500")
    assert outbox.ready("bsky", NOON, 9) == ()
    assert outbox.ready("bsky", LATER, 9)[0].says == "500"
    outbox.take(posted.id, "me", LATER)
    outbox.doubtful(posted.id, LATER, "timeout")
    assert outbox.in_doubt("bsky", NOON, 9) == ()
    assert outbox.in_doubt("bsky", LATER, 9)[0].tries == 2
    assert outbox.held() == ()
    outbox.doubtful(posted.id, None, "nobody knows")
    assert [held.says for held in outbox.held()] == ["nobody knows"]


def test_what_the_network_refuses_frees_the_thread(inbox: Inbox, outbox: Outbox) -> None:
    first, second = heard(inbox, "a", "b")
    outbox.claim(letter("one"), THREAD, AUTHOR, first, MARKS)
    (posted,) = outbox.ready("bsky", NOON, 9)
    outbox.failed(posted.id, "replies are disabled")
    assert outbox.ready("bsky", NOON, 9) == ()
    assert outbox.claim(letter("two"), THREAD, AUTHOR, second, MARKS)


# --- taking back ---------------------------------------------------------------------------------------------------


def answered(inbox: Inbox, outbox: Outbox, *names: str) -> list[int]:
    """Public answers about as many threads of one author, ready to be sent."""
    for mention, name in zip(heard(inbox, *names), names, strict=True):
        outbox.claim(letter(name), name.encode(), AUTHOR, mention, MARKS)
    return [posted.id for posted in outbox.ready("bsky", NOON, 99)]


def deleted(outbox: Outbox) -> list[str]:
    return [posted.letter.target for posted in outbox.ready("bsky", NOON, 99) if posted.letter.deed == "delete"]


def test_what_was_sent_is_deleted_and_what_was_not_goes_nowhere(inbox: Inbox, outbox: Outbox) -> None:
    sent, ready, going = answered(inbox, outbox, "sent", "ready", "going")
    outbox.take(sent, "me", NOON)
    outbox.sent(sent, "at://sent", "", NOON)
    outbox.take(going, "me", NOON)
    (wish,) = heard(inbox, "wish")
    which = Withdrawn(author=AUTHOR)
    nod = letter("nod", deed="like")
    outbox.withdraw(nod, wish, "opt out", NOON, which=which, network="bsky")
    assert deleted(outbox) == ["at://sent"]
    assert {posted.letter.key for posted in outbox.ready("bsky", NOON, 99)} == {"at://sent", "nod"}
    outbox.sent(going, "at://going", "", NOON)
    assert deleted(outbox) == ["at://sent", "at://going"], "what arrives too late is deleted too"
    assert outbox.answer("bsky", b"ready") is None
    assert bodies(inbox) == []
    assert ready


def test_one_thread_is_taken_back_without_the_others(inbox: Inbox, outbox: Outbox) -> None:
    one, other = answered(inbox, outbox, "one", "other")
    for number in (one, other):
        outbox.take(number, "me", NOON)
        outbox.sent(number, f"at://{number}", "", NOON)
    (wish,) = heard(inbox, "wish")
    outbox.withdraw(None, wish, "forget", NOON, which=Withdrawn(thread=b"one"), network="bsky")
    assert deleted(outbox) == [f"at://{one}"]
    assert outbox.answer("bsky", b"other") is not None


def test_answers_to_later_askers_go_with_the_first_one(inbox: Inbox, outbox: Outbox) -> None:
    mention, later, late, other = heard(inbox, "first", "later", "late", "other")
    outbox.claim(letter("first", path="/t/1"), THREAD, AUTHOR, mention, MARKS)
    for key, who, path in (("later", later, "/t/1"), ("late", late, "/t/1"), ("other", other, "/t/2")):
        outbox.put(letter(key, path=path), who, "told", MARKS, NOON)
    numbers = {posted.letter.key: posted.id for posted in outbox.ready("bsky", NOON, 99)}
    for key, number in numbers.items():
        outbox.take(number, "me", NOON)
        if key != "late":
            outbox.sent(number, f"at://{key}", "", NOON)
    (wish,) = heard(inbox, "wish")
    outbox.withdraw(None, wish, "forget", NOON, which=Withdrawn(thread=THREAD), network="bsky")
    assert deleted(outbox) == ["at://first", "at://later"]
    outbox.sent(numbers["late"], "at://late", "", NOON)
    assert deleted(outbox) == ["at://first", "at://later", "at://late"]


# --- remembering ---------------------------------------------------------------------------------------------------


def remembered(name: str, **more: Any) -> Remembered:
    told = {"native": f"at://{name}", "url": f"https://{name}", "path": f"/t/{name}", "at": NOON, "thread": THREAD}
    return Remembered(**told | more)


def test_what_was_posted_and_is_not_known_claims_its_thread(outbox: Outbox) -> None:
    outbox.remember("bsky", [remembered("second", at=LATER), remembered("first")], LATER)
    answer = outbox.answer("bsky", THREAD)
    assert answer is not None
    assert (answer.native, answer.url, answer.state, answer.letter.path) == (
        "at://first",
        "https://first",
        "sent",
        "/t/first",
    )
    assert outbox.at("bsky", "at://second") is not None
    outbox.remember("bsky", [remembered("first")], LATER)
    assert outbox.answer("bsky", THREAD) == answer
    assert outbox.ready("bsky", LATER, 9) == ()


def test_what_is_known_already_is_not_noted_twice(inbox: Inbox, outbox: Outbox) -> None:
    (mention,) = heard(inbox, "a")
    outbox.claim(letter(path="/t/first"), THREAD, AUTHOR, mention, MARKS)
    (posted,) = outbox.ready("bsky", NOON, 9)
    outbox.take(posted.id, "me", NOON)
    outbox.sent(posted.id, "at://first", "", NOON)
    outbox.remember("bsky", [remembered("first", thread=b"another")], LATER)
    assert outbox.answer("bsky", b"another") is None
    found = outbox.at("bsky", "at://first")
    assert found is not None
    assert found.id == posted.id


def test_a_claim_that_is_there_stays(inbox: Inbox, outbox: Outbox) -> None:
    (mention,) = heard(inbox, "a")
    outbox.claim(letter(), THREAD, AUTHOR, mention, MARKS)
    outbox.remember("bsky", [remembered("other")], LATER)
    answer = outbox.answer("bsky", THREAD)
    assert answer is not None
    assert answer.letter.key == "k"


def test_what_an_author_took_back_is_deleted_and_claims_nothing(outbox: Outbox) -> None:
    outbox.remember("bsky", [remembered("over", is_over=True)], LATER)
    assert deleted(outbox) == ["at://over"]
    assert outbox.answer("bsky", THREAD) is None


def test_whose_thread_it_is_may_turn_out_later(inbox: Inbox, outbox: Outbox) -> None:
    outbox.remember("bsky", [remembered("first")], NOON)
    outbox.wrote("bsky", b"another", AUTHOR)
    outbox.wrote("bsky", THREAD, AUTHOR)
    outbox.wrote("bsky", THREAD, b"somebody else")
    (wish,) = heard(inbox, "wish")
    outbox.withdraw(None, wish, "opt out", NOON, which=Withdrawn(author=AUTHOR), network="bsky")
    assert deleted(outbox) == ["at://first"]


def test_a_remembered_answer_is_told_from_one_that_was_sent_from_here(inbox: Inbox, outbox: Outbox) -> None:
    (mention,) = heard(inbox, "a")
    outbox.claim(letter(), b"another", AUTHOR, mention, MARKS)
    outbox.remember("bsky", [remembered("first")], NOON)
    found, sent = outbox.answer("bsky", THREAD), outbox.answer("bsky", b"another")
    assert found is not None
    assert sent is not None
    assert (found.is_remembered, sent.is_remembered) == (True, False)


@pytest.mark.parametrize(("verdict", "takes_all"), [("forget all", True), ("opt out", True), ("forget", False)])
def test_it_is_known_who_took_everything_back_and_since_when(inbox: Inbox, verdict: str, takes_all: bool) -> None:
    inbox.hear("bsky", "me", [arrival("wish", LATER)], "")
    (wish,) = inbox.waiting("bsky", LATER, 9)
    inbox.acting(wish.id, verdict, None, LATER, b"ann")
    assert inbox.wishes("bsky", b"ann", NOON) is takes_all
    assert inbox.wishes("bsky", b"ann", LATER + timedelta(seconds=1)) is False
    assert inbox.wishes("bsky", b"bob", NOON) is False
    assert inbox.wishes("fedi", b"ann", NOON) is False
