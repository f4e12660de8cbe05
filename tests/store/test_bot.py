"""What the bot hears and does, on both databases."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.store.build import NOON
from threadleaf.store.inbox import Arrival, Inbox, Marks
from threadleaf.store.outbox import SETTLES, Letter, Outbox, Withdrawn
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
    first = inbox.waiting("bsky", NOON, 1)[0]
    assert (first.phase, first.unroll, first.verdict) == ("reading", "unroll-1", "unroll")


def test_one_can_be_looked_at_later_and_anew(inbox: Inbox) -> None:
    (mention,) = heard(inbox, "a")
    inbox.reading(mention, "unroll-1", MARKS, NOON)
    inbox.later(mention, LATER)
    assert bodies(inbox) == []
    assert inbox.waiting("bsky", LATER, 9)[0].phase == "reading"
    inbox.later(mention, NOON, anew=True)
    assert inbox.waiting("bsky", NOON, 9)[0].phase == "new"
    assert inbox.counts("bsky", MARKS, NOON).for_asker == 0


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


# --- counting ------------------------------------------------------------------------------------------------------


def test_what_was_done_is_counted_by_asker_conversation_author_and_network(inbox: Inbox, outbox: Outbox) -> None:
    first, second, third, fourth = heard(inbox, "a", "b", "c", "d")
    anew = Marks(asker=b"asker", conversation=b"conversation", author=AUTHOR)
    inbox.reading(first, "u", anew, NOON)
    outbox.put(letter(), second, "help", MARKS, NOON)
    inbox.settle(third, "refuse", NOON, Marks(asker=b"another", conversation=b"conversation"))
    inbox.settle(fourth, "ignore: no call", NOON, MARKS)
    counts = inbox.counts("bsky", anew, NOON)
    assert (counts.for_asker, counts.in_conversation, counts.of_author, counts.sent) == (2, 3, 1, 1)
    assert inbox.counts("bsky", anew, NOON, but=first).for_asker == 1
    assert inbox.counts("bsky", MARKS, NOON).of_author == 0
    hour = inbox.counts("bsky", anew, NOON + timedelta(hours=1))
    assert (hour.for_asker, hour.in_conversation, hour.of_author, hour.sent) == (0, 3, 1, 0)
    assert inbox.counts("bsky", anew, NOON + timedelta(days=1)).of_author == 0
    assert inbox.counts("fedi", anew, NOON).sent == 0


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
