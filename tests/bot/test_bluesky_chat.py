"""Private notes on Bluesky: to whom they can be sent, that none is sent twice, and what becomes of those in doubt."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from tests.bot.conftest import Life
from tests.bot.test_bluesky import LINK, Bench
from tests.store.build import NOON
from tests.support import pds as faults
from tests.support.pds import BOT, PASSWORD
from threadleaf.bot import _bluesky_chat as chat
from threadleaf.bot.network import Mention, Outgoing
from threadleaf.core.manners import DAY
from threadleaf.wire import Refused

BOB = "did:plc:bob"
TEXT = f"This thread has been unrolled already: {LINK}"


@pytest.fixture
def bench() -> Bench:
    bench = Bench()
    bench.pds.may_chat = True
    return bench


def note(bench: Bench, mention: Mention | None = None, text: str = TEXT) -> Outgoing:
    return bench.channel.compose("note", mention or bench.mention(), text, LINK, NOON)


def fails(name: str, status: int = 400, message: str = "No.") -> Callable[[Bench], Any]:
    return lambda bench: bench.pds.fails(name, message, status)


def refuse(bench: Bench, method: str, reply: Any) -> None:
    bench.pds.refuse = lambda asked: reply(bench) if asked == method else None


# --- whether -------------------------------------------------------------------------------------------------------


def test_whoever_takes_messages_can_be_written_to(bench: Bench) -> None:
    assert bench.talk(bench.channel.has_private_channel(bench.mention())) is True
    bench.pds.chats.closed.add(BOB)
    assert bench.talk(bench.channel.has_private_channel(bench.mention())) is False
    bench.pds.chats.closed.clear()
    assert bench.talk(bench.channel.has_private_channel(bench.mention())) is True


def test_an_app_password_that_may_not_is_asked_once_and_costs_no_session(bench: Bench) -> None:
    bench.pds.may_chat = False
    for _ in range(3):
        assert bench.talk(bench.channel.has_private_channel(bench.mention())) is False
    assert bench.pds.asked.count("getConvoAvailability") == bench.pds.asked.count("getConvoForMembers") == 1
    assert "refreshSession" not in bench.pds.asked


@pytest.mark.parametrize(
    ("reply", "asked"),
    [
        (fails("InvalidToken", message="Bad token method"), 1),
        (fails("MethodNotImplemented", 501), 2),
        (fails("", 404), 2),
        (fails("InternalServerError", 500), 2),
        (fails("AccountTakedown", 403), 2),
        (lambda bench: bench.pds.says({"canChat": "perhaps"}), 2),
        (lambda bench: Refused(kind="timeout"), 2),
    ],
)
def test_what_cannot_be_found_out_counts_as_no_and_what_is_forbidden_is_asked_once(
    bench: Bench, reply: Callable[[Bench], Any], asked: int
) -> None:
    refuse(bench, "getConvoAvailability", reply)
    for _ in range(2):
        assert bench.talk(bench.channel.has_private_channel(bench.mention())) is False
    assert bench.pds.asked.count("getConvoAvailability") == asked


def test_without_a_session_there_is_no_private_channel(bench: Bench) -> None:
    mention = bench.mention()
    out = note(bench, mention)
    bench.pds.revoke()
    assert bench.talk(bench.channel.has_private_channel(mention)) is False
    sent = bench.talk(bench.channel.send(out))
    assert (sent.fate, "refused the app password" in sent.says) == ("not-done", True)
    assert bench.talk(bench.channel.find(out)).fate == "unknown"


def test_a_session_that_ends_while_it_looks_leaves_it_in_doubt(bench: Bench) -> None:
    out = note(bench)

    def ends(method: str) -> None:
        if method == "getMessages":
            bench.pds.revoke()

    bench.pds.refuse = ends
    for asked, fate in ((bench.channel.send, "not-done"), (bench.channel.find, "unknown")):
        bench.pds.password, bench.pds._access = PASSWORD, "access"
        assert bench.talk(asked(out)).fate == fate
    assert bench.pds.chats.texts() == []


# --- sending -------------------------------------------------------------------------------------------------------


def test_a_note_shows_the_call_and_its_address_can_be_followed(bench: Bench) -> None:
    mention = bench.mention()
    assert bench.talk(bench.channel.send(note(bench, mention))).fate == "done"
    (message,) = bench.pds.chats.messages[BOB]
    assert (message["text"], message["embed"]["record"]["uri"]) == (TEXT, mention.native)
    assert bench.pds.writes == 0


def test_a_note_is_sent_once_for_a_call_also_after_yesterdays_backup(bench: Bench) -> None:
    first, second = bench.mention(), bench.mention()
    for mention, text in ((first, TEXT), (second, TEXT), (first, "In other words."), (second, TEXT)):
        assert bench.talk(bench.channel.send(note(bench, mention, text))).fate == "done"
    assert bench.pds.chats.texts() == [TEXT, TEXT]


def test_where_messages_do_not_show_posts_the_words_tell(bench: Bench) -> None:
    bench.pds.chats.shows_posts = False
    bench.pds.chats.write(BOB, TEXT)
    out = note(bench)
    assert bench.talk(bench.channel.find(out)).fate == "not-done", "what the other one wrote is no note of ours"
    assert bench.talk(bench.channel.send(out)).fate == "done"
    assert bench.talk(bench.channel.find(out)).fate == "done"
    assert bench.talk(bench.channel.find(note(bench, text="Another."))).fate == "not-done"
    bench.pds.chats.messages[BOB][0]["sentAt"] = (NOON - DAY).isoformat()
    assert bench.talk(bench.channel.find(out)).fate == "not-done", "the same was said long before the call"


def test_a_long_chat_is_looked_through_as_far_back_as_the_call(bench: Bench) -> None:
    out = note(bench)
    bench.talk(bench.channel.send(out))
    bench.pds.chats.page = 2
    for number in range(7):
        bench.pds.chats.write(BOB, f"{number}")
    bench.pds.asked.clear()
    assert bench.talk(bench.channel.find(out)).fate == "done"
    assert bench.pds.asked.count("getMessages") == 4
    for message in bench.pds.chats.messages[BOB]:
        message["sentAt"] = (NOON - DAY).isoformat()
    bench.pds.chats.messages[BOB].pop()
    bench.pds.asked.clear()
    assert bench.talk(bench.channel.find(out)).fate == "not-done"
    assert bench.pds.asked.count("getMessages") == 1


def test_a_chat_too_long_to_look_through_gets_no_second_note(bench: Bench) -> None:
    out = note(bench)
    bench.pds.chats.page = 1
    for number in range(chat.PAGES + 1):
        bench.pds.chats.write(BOB, f"{number}")
    sent = bench.talk(bench.channel.send(out))
    assert (sent.fate, sent.says) == ("refused", "Nobody knows whether the note arrived, so it is not sent again.")
    assert bench.pds.chats.texts() == []


@pytest.mark.parametrize(
    ("fault", "fate", "there"),
    [
        (faults.done_and_lost, "unknown", True),
        (faults.done_and_fails, "unknown", True),
        (faults.lost, "unknown", False),
        (faults.broken, "unknown", False),
        (faults.busy(600), "unknown", False),
        (lambda pds, _: Refused(kind="offline"), "not-done", False),
        (lambda pds, _: pds.fails("ConvoLocked", "The chat is locked."), "refused", False),
        (lambda pds, request: pds.do(request) and pds.fails("InvalidRequest", "Sent twice."), "done", True),
    ],
)
def test_what_is_there_decides_and_never_a_status(bench: Bench, fault: faults.Fault, fate: str, there: bool) -> None:
    out = note(bench)
    bench.pds.faults = [fault]
    outcome = bench.talk(bench.channel.send(out))
    assert outcome.fate == fate
    if fate == "unknown":
        assert outcome.until is not None
        assert outcome.until >= NOON + chat.SETTLES, "it may be on its way"
        assert bench.talk(bench.channel.find(out)).fate == ("done" if there else "not-done")


def test_a_refusal_that_cannot_be_looked_after_is_no_proof(bench: Bench) -> None:
    out, replies = note(bench), iter([None, Refused(kind="timeout")])
    bench.pds.faults = [lambda pds, _: pds.fails("ConvoLocked", "The chat is locked.")]
    bench.pds.refuse = lambda asked: next(replies) if asked == "getMessages" else None
    assert bench.talk(bench.channel.send(out)).fate == "unknown"


@pytest.mark.parametrize(
    ("method", "reply", "sent", "found"),
    [
        ("getConvoForMembers", fails("MessagesDisabled"), "refused", "refused"),
        ("getConvoForMembers", fails("InvalidToken", message="Bad token method"), "refused", "refused"),
        ("getConvoForMembers", fails("InvalidRequest", message="could not resolve proxy did"), "not-done", "unknown"),
        ("getConvoForMembers", fails("UpstreamFailure", 502), "not-done", "unknown"),
        ("getConvoForMembers", lambda bench: Refused(kind="timeout"), "not-done", "unknown"),
        ("getConvoForMembers", lambda bench: bench.pds.says({}), "not-done", "unknown"),
        ("getMessages", fails("InvalidConvo"), "refused", "refused"),
        ("getMessages", lambda bench: bench.pds.says({}), "not-done", "unknown"),
        ("getMessages", fails("UpstreamFailure", 502), "not-done", "unknown"),
    ],
)
def test_a_chat_that_cannot_be_read_is_waited_for_or_given_up(
    bench: Bench, method: str, reply: Callable[[Bench], Any], sent: str, found: str
) -> None:
    out = note(bench)
    refuse(bench, method, reply)
    assert bench.talk(bench.channel.send(out)).fate == sent
    assert bench.talk(bench.channel.find(out)).fate == found
    assert bench.pds.chats.texts() == []


# --- the story -----------------------------------------------------------------------------------------------------


def test_later_askers_and_those_who_are_refused_are_told_alone(lives: Callable[..., Life]) -> None:
    life = lives(chats=True)
    life.pds.mention("bob", "unroll", to=life.uri())
    life.turns()
    life.pds.mention("carol", "unroll", to=life.uri())
    life.pds.mention("dan", "unroll", to="at://did:plc:eve/app.bsky.feed.post/3knothing")
    life.turns()
    assert len(life.pds.answers()) == 1
    assert life.pds.likes() == []
    (carols,), (dans,) = life.pds.chats.messages["did:plc:carol"], life.pds.chats.messages["did:plc:dan"]
    assert carols["text"].startswith("This thread has been unrolled already: https://threads.example.org/t/bsky/")
    assert dans["text"] == "There is no such post."
    assert BOT in {message["sender"]["did"] for message in (carols, dans)}


def test_whoever_takes_no_messages_gets_a_like_and_no_reason(lives: Callable[..., Life]) -> None:
    life = lives(chats=True)
    life.pds.chats.closed |= {"did:plc:carol", "did:plc:dan"}
    life.pds.mention("bob", "unroll", to=life.uri())
    life.turns()
    called = life.pds.mention("carol", "unroll", to=life.uri())
    life.pds.mention("dan", "unroll", to="at://did:plc:eve/app.bsky.feed.post/3knothing")
    life.turns()
    assert life.pds.likes() == [called]
    assert life.pds.chats.texts() == []


def test_a_page_for_the_asker_alone_is_told_in_a_note(lives: Callable[..., Life]) -> None:
    life = lives(chats=True)
    life.pds.mention("bob", "unroll private", to=life.uri())
    life.turns()
    assert life.pds.answers() == []
    (text,) = life.pds.chats.texts()
    assert "https://threads.example.org/p/" in text


def test_a_bot_that_saw_nothing_when_it_looked_would_be_found_out(lives: Callable[..., Life]) -> None:
    life = lives(chats=True)
    life.pds.chats.listed = lambda asked: {"messages": []}  # type: ignore[method-assign]
    life.pds.mention("bob", "unroll", to=life.uri())
    life.turns()
    life.pds.faults, life.time = [faults.done_and_lost], life.time + timedelta(minutes=1)
    life.pds.mention("carol", "unroll", to=life.uri())
    life.through()
    assert len(life.pds.chats.texts()) == 2
