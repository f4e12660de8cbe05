"""Nobody is kept waiting by what comes to nothing: calls in vain, failed letters, threads that are being read."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.bot.conftest import Life
from tests.support.pds import HANDLE
from threadleaf.bot.bluesky import Bluesky
from threadleaf.bot.loop import AT_ONCE
from threadleaf.bot.sending import Sending
from threadleaf.jobs import Ticket
from threadleaf.wire import Refused

ELSEWHERE = "https://social.example/@ann/109999999999999999"


def names(life: Life, address: str, who: str = "bob") -> str:
    """A call that names an address; its URI."""
    called = life.pds.mention(who, f"unroll {address}")
    start = len(f"@{HANDLE} unroll ".encode())
    facet = {
        "index": {"byteStart": start, "byteEnd": start + len(address)},
        "features": [{"$type": "app.bsky.richtext.facet#link", "uri": address}],
    }
    life.pds.listed[0]["record"]["facets"].append(facet)
    return called


def own_posts_are_not_read(life: Life) -> None:
    life.pds.refuse = lambda method: Refused(kind="network", detail="No.") if method == "listRecords" else None


def full(life: Life, monkeypatch: pytest.MonkeyPatch) -> None:
    """So much has been said within an hour that there is no room for more."""
    monkeypatch.setattr(Bluesky, "hourly", 1)
    life.pds.mention("eve", "help")
    life.turns()
    monkeypatch.setattr(Bluesky, "hourly", 0.01)


def test_what_another_network_lets_authors_alone_have_is_refused(life: Life, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Any] = []
    monkeypatch.setattr(life.jobs, "ask", lambda *given, **_: asked.append(given))
    names(life, ELSEWHERE)
    life.turns()
    assert (asked, life.left(), life.pds.writes) == ([], 0, 0)


def test_an_unroll_that_left_no_page_is_not_repeated_at_once(life: Life, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    ask = life.jobs.ask

    def live(ref: Any, _level: str, **_: Any) -> Ticket:
        asked.append(ref)
        return ask(ref, "live", operator=True)

    monkeypatch.setattr(life.jobs, "ask", live)
    life.pds.mention("bob", "unroll", to=life.uri())
    life.turns(8)
    assert len(asked) == 1
    monkeypatch.undo()
    life.later(minutes=10)
    life.turns()
    assert len(life.pds.answers()) == 1


def test_after_a_call_in_vain_the_author_has_her_thread_unrolled_all_the_same(life: Life) -> None:
    life.pds.mention("ann", "forget all")
    life.turns()
    life.later(days=1)
    life.pds.mention("bob", "unroll", to=life.uri())
    life.turns()
    assert life.pds.answers() == []
    assert life.store.list(9, visibility=None) == ()
    life.later(days=1)
    life.pds.mention("ann", "allow")
    life.turns()
    life.pds.mention("ann", "unroll", to=life.uri())
    life.turns()
    assert len(life.pds.answers()) == 1


def test_a_call_that_was_heard_with_the_wish_lays_no_stone(life: Life) -> None:
    life.pds.mention("bob", "unroll", to=life.uri())
    life.later(minutes=1)
    life.pds.mention("ann", "forget all")
    life.turns()
    assert life.pds.answers() == []
    life.pds.mention("ann", "allow")
    life.turns()
    life.pds.mention("ann", "unroll", to=life.uri())
    life.turns()
    assert len(life.pds.answers()) == 1


def test_a_wish_is_carried_out_while_very_many_wait(life: Life) -> None:
    own_posts_are_not_read(life)
    for number in range(3 * AT_ONCE):
        life.pds.mention(f"m{number}", "unroll", to=life.uri())
    life.turns(6)
    wish = life.pds.mention("ann", "opt out")
    life.turns(2)
    assert life.pds.likes() == [wish]


def test_those_who_wait_are_all_looked_at_before_the_first_is_again(life: Life) -> None:
    own_posts_are_not_read(life)
    for number in range(4 * AT_ONCE):
        life.pds.mention(f"m{number}", "unroll", to=life.uri())
    life.bot.turn()
    while life.service.inbox.left("bsky") < 4 * AT_ONCE:
        life.bot.turn()
    for _ in range(4):
        life.later(seconds=4)
        life.bot.turn()
    life.marks.clear()
    life.bot.turn()
    assert "looked" not in life.marks, "everybody has been told to wait"


def test_nobody_who_waits_for_room_is_looked_at_less_than_once_an_hour(
    life: Life, monkeypatch: pytest.MonkeyPatch
) -> None:
    full(life, monkeypatch)
    called = life.pds.mention("bob", "unroll", to=life.uri())
    life.turns()
    assert life.pds.answers(called) == []
    monkeypatch.undo()
    life.later(minutes=60)
    life.turns()
    assert len(life.pds.answers(called)) == 1


def test_whose_answer_was_refused_is_answered_when_she_asks_again(life: Life) -> None:
    life.pds.mention("bob", "unroll", to=life.uri())
    life.pds.faults = [lambda pds, _request: pds.fails("InvalidRequest", "no")]
    life.turns()
    assert life.pds.answers() == []
    again = life.pds.mention("bob", "unroll", to=life.uri())
    life.turns()
    assert len(life.pds.answers(again)) == 1
    life.pds.mention("bob", "unroll", to=life.uri())
    life.turns()
    assert life.pds.writes == len(life.pds.answers()) == 1


def test_while_threads_are_being_read_nobody_is_asked_whether_they_take_notes(
    lives: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    life = lives(chats=True)
    monkeypatch.setattr("threadleaf.bot.answering.READING", 0)
    life.pds.mention("bob", "unroll private", to=life.uri())
    life.turns()
    assert "getConvoAvailability" not in life.pds.asked
    assert life.left() == 1


def test_calls_put_off_for_room_leave_room_to_be_read(life: Life, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("threadleaf.bot.answering.READING", 1)
    full(life, monkeypatch)
    monkeypatch.setattr(Bluesky, "hourly", 2)
    put_off = life.pds.mention("bob", "unroll", to=life.uri())
    life.turns(1)
    assert life.service.inbox.being_read("bsky") == 1
    monkeypatch.setattr(Bluesky, "hourly", 0.01)
    life.turns(1)
    assert life.service.inbox.being_read("bsky") == 0
    assert life.pds.answers(put_off) == []
    monkeypatch.setattr(Bluesky, "hourly", 99)
    life.thread("ben", 2)
    called = life.pds.mention("carol", "unroll", to=life.uri("ben1", "ben"))
    life.turns(3)
    assert len(life.pds.answers(called)) == 1


def test_likes_and_deletions_are_sent_while_nobody_is_answered(life: Life, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(21):
        life.thread(f"w{number}", 2)
        life.pds.mention(f"m{number}", "unroll", to=life.uri(f"w{number}1", f"w{number}"))
    until = life.time + timedelta(minutes=10)
    with monkeypatch.context() as patched:
        patched.setattr(Sending, "send", lambda _self, *, quiet: None)
        life.turns(6)
    assert len(life.service.outbox.ready("bsky", until, 99)) == 21
    life.bot.stop()
    own_posts_are_not_read(life)
    life.start()
    wish = life.pds.mention("zoe", "opt out")
    life.turns(3)
    assert (life.pds.likes(), life.pds.answers()) == ([wish], [])
