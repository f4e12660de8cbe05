"""Bluesky's own ways: sessions, notifications, records under derived names, places in bytes."""

from __future__ import annotations

import json
import stat
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.bot.conftest import Kept
from tests.store.build import NOON
from tests.support import pds as faults
from tests.support.pds import BOT, HANDLE, PASSWORD, Pds
from threadleaf.bot.bluesky import KNOWN, NAMES, Bluesky
from threadleaf.bot.network import Mention, Outgoing
from threadleaf.bot.session import ACCESS, REFRESH, Session, Tokens
from threadleaf.bot.talk import talking
from threadleaf.core.aturi import int_to_tid, tid_to_int
from threadleaf.core.errors import Unreadable
from threadleaf.fetch.door import Credential
from threadleaf.wire import Refused, Scope

LINK = "https://threads.example.org/t/bsky/did:plc:ann/3k1"
TO = "at://did:plc:ann/app.bsky.feed.post/3k1"


class Bench:
    """A channel in front of a server in memory."""

    def __init__(self) -> None:
        self.pds = Pds(lambda: NOON)
        self.kept = Kept()
        self.channel = Bluesky(HANDLE, PASSWORD, Scope(), self.kept)
        self.talk = talking(self.pds.ask)

    def mention(self, words: str = "unroll", **more: Any) -> Mention:
        self.pds.mention("bob", words, **{"to": TO} | more)
        return self.talk(self.channel.mentions("")).mentions[-1]

    def answer(self, text: str = f"Here it is: {LINK}", **more: Any) -> Outgoing:
        return self.channel.compose("answer", self.mention(**more), text, LINK, NOON)


@pytest.fixture
def bench() -> Bench:
    return Bench()


# --- the session ---------------------------------------------------------------------------------------------------


def test_it_signs_in_once_and_then_renews(bench: Bench) -> None:
    assert bench.channel.me == ""
    bench.talk(bench.channel.mentions(""))
    assert bench.channel.me == BOT
    bench.pds.expire()
    assert bench.talk(bench.channel.mentions("")).says == ""
    assert bench.pds.asked.count("createSession") == 1
    assert bench.pds.asked.count("refreshSession") == 1


def test_another_processs_new_session_is_used(bench: Bench) -> None:
    bench.talk(bench.channel.mentions(""))
    old = bench.kept.tokens
    bench.pds.expire()

    class Changed(Kept):
        asked = 0

        @property  # type: ignore[override]
        def tokens(self) -> Tokens | None:
            self.asked += 1
            return old if self.asked == 1 else bench.kept.tokens

        @tokens.setter
        def tokens(self, value: Tokens | None) -> None: ...

    bench.talk(bench.channel.mentions(""))
    bench.pds.asked.clear()
    channel = Bluesky(HANDLE, PASSWORD, Scope(), Changed())
    bench.pds._access = "over"
    assert "ExpiredToken" in bench.talk(channel.mentions("")).says
    assert "refreshSession" not in bench.pds.asked


@pytest.mark.parametrize(
    ("handle", "method", "reply", "says"),
    [
        ("nobody.example", "", None, "Nobody knows the handle"),
        (HANDLE, "resolveHandle", Refused(kind="offline"), "could not be looked up; perhaps there is no network."),
        (HANDLE, "identity", Refused(kind="timeout"), "where the account"),
        (HANDLE, "createSession", Refused(kind="timeout", detail="No answer."), "did not let"),
    ],
)
def test_why_there_is_no_session_is_said(bench: Bench, handle: str, method: str, reply: Any, says: str) -> None:
    bench.pds.refuse = lambda asked: reply if asked == method else None
    channel = Bluesky(handle, PASSWORD, Scope(), Kept())
    assert says in bench.talk(channel.mentions("")).says
    assert says in bench.talk(channel.check())[0]
    outcome = bench.talk(channel.send(_delete()))
    assert (outcome.fate, outcome.says[:6]) == ("not-done", says[:6]) or says in outcome.says


def test_a_renewal_that_fails_for_another_reason_is_tried_later(bench: Bench) -> None:
    bench.talk(bench.channel.mentions(""))
    bench.pds.expire()
    until = NOON + timedelta(hours=1)
    bench.pds.refuse = lambda asked: Refused(kind="rate", until=until) if asked == "refreshSession" else None
    heard = bench.talk(bench.channel.mentions("here"))
    assert (heard.until, heard.cursor) == (until, "here")
    assert "could not be renewed" in heard.says


def test_without_a_session_nobody_knows_what_is_there(bench: Bench) -> None:
    out = bench.answer()
    bench.kept.keep(None)
    bench.pds.revoke()
    assert bench.talk(bench.channel.find(out)).fate == "unknown"


def test_the_session_is_kept_in_a_file_for_its_owner_alone(session: Session, tmp_path: Path) -> None:
    assert session.tokens is None
    assert dict(session) == {}
    tokens = Tokens(did=BOT, server="https://pds.example", access="a", refresh="r")
    session.keep(tokens)
    assert session.tokens == tokens
    file = tmp_path / "bot" / "bluesky.json"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert session[ACCESS] == Credential("https://pds.example", "Bearer a")
    assert session[REFRESH] == Credential("https://pds.example", "Bearer r")
    assert set(session) == {ACCESS, REFRESH}
    assert len(session) == 2
    with pytest.raises(KeyError):
        session["another"]
    assert "'a'" not in repr(tokens)
    file.write_bytes(b"{")
    assert session.tokens is None
    session.keep(None)
    assert not file.exists()
    file.mkdir()
    with pytest.raises(Unreadable, match="cannot be read"):
        session.tokens  # noqa: B018


# --- hearing -------------------------------------------------------------------------------------------------------


def test_a_mention_is_told_with_all_that_an_answer_needs(bench: Bench) -> None:
    mention = bench.mention("unroll")
    assert mention.native == mention.notification == mention.post.id
    assert (mention.proof, mention.root_native, mention.conversation) == ("cid", TO, TO)
    assert (mention.asker.id, mention.is_bot, mention.parent_is_ours) == ("did:plc:bob", False, False)
    assert mention.post.parent == TO


def test_a_mention_that_is_none_of_ours_is_left_out(bench: Bench) -> None:
    bench.pds.mention("bob", "unroll", facets=[])
    bench.pds.mention("bob", "unroll")
    for notification in bench.pds.listed[1:]:
        notification["reason"] = "mention"
    bench.pds.listed.append({**bench.pds.listed[0], "reason": "reply"})
    bench.pds.listed.append({**bench.pds.listed[0], "uri": "at://did:plc:eve/app.bsky.feed.post/3k"})
    bench.pds.listed.append({"reason": "mention"})
    assert len(bench.talk(bench.channel.mentions("")).mentions) == 1


def test_the_inbox_is_read_as_far_back_as_needed_and_no_further(bench: Bench) -> None:
    for _ in range(250):
        bench.pds.mention("bob", "unroll")
    heard = bench.talk(bench.channel.mentions(""))
    assert len(heard.mentions) == 250
    assert bench.pds.asked.count("listNotifications") == 3
    assert [mention.native for mention in heard.mentions] == [item["uri"] for item in reversed(bench.pds.listed)]
    bench.pds.asked.clear()
    for item in bench.pds.listed:
        item["indexedAt"] = (NOON - timedelta(hours=3)).isoformat()
    assert bench.talk(bench.channel.mentions(NOON.isoformat())).mentions == ()
    assert bench.pds.asked.count("listNotifications") == 1


def test_an_inbox_that_cannot_be_read_leaves_the_cursor(bench: Bench) -> None:
    bench.talk(bench.channel.mentions(""))
    for reply in (Refused(kind="network", detail="Closed."), bench.pds.says("no list", 200), bench.pds.says([], 502)):
        bench.pds.refuse = lambda _method, reply=reply: reply  # type: ignore[misc]
        heard = bench.talk(bench.channel.mentions("2026-03-01T12:00:00Z"))
        assert heard.cursor == "2026-03-01T12:00:00Z"
        assert heard.says


def _looks(bench: Bench, cursor: str = "") -> tuple[list[str], str, int]:
    """Everything that is heard until there is no more, where to go on, and how many looks it took."""
    found, number = [], 0
    while True:
        heard = bench.talk(bench.channel.mentions(cursor))
        found, cursor, number = [*found, *(mention.native for mention in heard.mentions)], heard.cursor, number + 1
        if not heard.more:
            return found, cursor, number


def test_a_listing_longer_than_a_look_is_gone_on_with(bench: Bench) -> None:
    called = {bench.pds.mention("bob", "help") for _ in range(2_250)}
    heard = bench.talk(bench.channel.mentions(""))
    assert (len(heard.mentions), heard.more) == (2_000, True)
    called.add(bench.pds.mention("bob", "help"))
    found, cursor, number = _looks(bench, heard.cursor)
    assert number == 1
    assert {*found, *(mention.native for mention in heard.mentions)} == called - {bench.pds.listed[0]["uri"]}
    assert bench.pds.listed[0]["uri"] in _looks(bench, cursor)[0]


def test_of_what_was_told_before_only_a_little_is_read_again(bench: Bench) -> None:
    for _ in range(1_000):
        bench.pds.mention("bob", "help")
    first, cursor, _ = _looks(bench)
    assert len(first) == 1_000
    bench.pds.clock = lambda: NOON + timedelta(minutes=10)
    new = bench.pds.mention("bob", "help")
    again, cursor, _ = _looks(bench, cursor)
    assert again[-1] == new
    assert len(again) == 300
    late = bench.pds.mention("bob", "help")
    bench.pds.listed.insert(60, bench.pds.listed.pop(0) | {"indexedAt": bench.pds.listed[60]["indexedAt"]})
    assert late in _looks(bench, cursor)[0]


def test_a_listing_in_which_nobody_called_is_gone_on_with_too(bench: Bench) -> None:
    called = bench.pds.mention("bob", "help")
    bench.pds.listed = [*_likes(bench, 2_000), *bench.pds.listed]
    assert _looks(bench)[::2] == ([called], 2)


def _likes(bench: Bench, number: int) -> list[dict[str, Any]]:
    at = bench.pds.clock().isoformat()
    return [{"uri": f"at://did:plc:fan/like/{one}", "reason": "like", "indexedAt": at} for one in range(number)]


def test_what_nobody_called_by_is_not_read_again_with_every_look(bench: Bench) -> None:
    bench.pds.mention("bob", "help")
    bench.pds.clock = lambda: NOON + timedelta(hours=3)
    bench.pds.listed = [*_likes(bench, 5_000), *bench.pds.listed]
    cursor = _looks(bench)[1]
    bench.pds.asked.clear()
    called = bench.pds.mention("carol", "help")
    assert called in _looks(bench, cursor)[0]
    assert bench.pds.asked.count("listNotifications") == KNOWN


@pytest.mark.parametrize("called", [0, 3])
def test_a_server_that_always_names_another_page_is_not_asked_for_ever(bench: Bench, called: int) -> None:
    for _ in range(called):
        bench.pds.mention("bob", "help")
    bench.pds.refuse = lambda method: (
        bench.pds.says({"notifications": bench.pds.listed, "cursor": f"{len(bench.pds.asked)}"})
        if method == "listNotifications"
        else None
    )
    assert len({*_looks(bench)[0]}) == called
    assert bench.pds.asked.count("listNotifications") <= KNOWN + 1


def test_a_time_to_come_hides_nothing_that_comes_before_it(bench: Bench) -> None:
    bench.pds.mention("bob", "help")
    bench.pds.listed[0]["indexedAt"] = (NOON + timedelta(days=900)).isoformat()
    cursor = _looks(bench)[1]
    assert bench.pds.mention("carol", "help") in _looks(bench, cursor)[0]


# --- names and bytes -----------------------------------------------------------------------------------------------


def test_an_answers_name_follows_from_the_mention_and_stays_within_a_day(bench: Bench) -> None:
    mention = bench.mention()
    key = bench.channel.compose("answer", mention, "Hi.", "", NOON).key
    assert key == bench.channel.compose("answer", mention, "Hi.", "", NOON + timedelta(hours=1)).key
    assert tid_to_int(key) >> 10 == tid_to_int(mention.native.rpartition("/")[2]) >> 10
    day = int(timedelta(days=1).total_seconds() * 1_000_000)
    seen = int(mention.seen_at.timestamp() * 1_000_000)
    for name, time in ((int_to_tid(0), seen - day), (int_to_tid(2**63 - 1), seen + day), ("no-tid", seen)):
        forged = Mention(**{**_told(mention), "native": f"at://did:plc:bob/app.bsky.feed.post/{name}"})
        assert tid_to_int(bench.channel.compose("answer", forged, "Hi.", "", NOON).key) >> 10 == time


def test_the_address_is_marked_by_its_place_in_bytes(bench: Bench) -> None:
    out = bench.answer(f"Здесь 🧵 {LINK} да")
    record = json.loads(out.body)["record"]
    index = record["facets"][0]["index"]
    assert record["text"].encode()[index["byteStart"] : index["byteEnd"]].decode() == LINK
    assert record["facets"][0]["features"][0]["uri"] == LINK
    assert json.loads(bench.channel.compose("answer", bench.mention(), "Hi.", "", NOON).body)["record"]["facets"] == []


def test_a_mention_that_begins_a_conversation_is_its_root(bench: Bench) -> None:
    mention = bench.mention(to="")
    reply = json.loads(bench.channel.compose("answer", mention, "Hi.", "", NOON).body)["record"]["reply"]
    assert reply["root"] == reply["parent"] == {"uri": mention.native, "cid": "cid"}


def test_an_answer_says_in_which_language_it_is(bench: Bench) -> None:
    out = bench.channel.compose("answer", bench.mention(), "Здесь.", "", NOON, lang="ru")
    assert json.loads(out.body)["record"]["langs"] == ["ru"]
    assert "langs" not in json.loads(bench.answer().body)["record"]
    assert "langs" not in json.loads(bench.channel.compose("like", bench.mention(), "", "", NOON).body)["record"]


# --- sending -------------------------------------------------------------------------------------------------------


def test_a_second_try_changes_nothing(bench: Bench) -> None:
    out = bench.answer()
    first, second = bench.talk(bench.channel.send(out)), bench.talk(bench.channel.send(out))
    assert first == second
    assert first.fate == "done"
    assert first.native in bench.pds.records
    assert bench.pds.writes == 1


def test_after_a_restored_backup_the_answer_that_is_there_is_found(bench: Bench) -> None:
    mention = bench.mention()
    first = bench.talk(bench.channel.send(bench.channel.compose("answer", mention, "Hi.", "", NOON)))
    again = bench.channel.compose("answer", mention, "Hi again.", "", NOON + timedelta(hours=1))
    assert bench.talk(bench.channel.send(again)) == first
    assert bench.pds.writes == 1
    assert bench.pds.records[first.native]["text"] == "Hi."


def test_where_the_name_is_taken_the_next_one_is_used_and_found(bench: Bench) -> None:
    out = bench.answer()
    number = tid_to_int(out.key)
    names = [f"at://{BOT}/app.bsky.feed.post/{int_to_tid(number + (n << 10))}" for n in range(NAMES)]
    other = {"reply": {"parent": {"uri": "at://another"}}}
    bench.pds.records[names[0]] = other
    assert bench.talk(bench.channel.find(out)).fate == "not-done"
    assert bench.talk(bench.channel.send(out)).native == names[1]
    assert bench.talk(bench.channel.find(out)).native == names[1]
    bench.pds.records |= dict.fromkeys(names, other)
    assert bench.talk(bench.channel.send(out)).fate == "refused"


def test_a_name_that_the_server_does_not_like_is_changed(bench: Bench) -> None:
    out = bench.answer()
    bench.pds.faults = [lambda pds, _: pds.fails("InvalidRequest", "Unacceptable slur in record key")]
    assert bench.talk(bench.channel.send(out)).native.rpartition("/")[2] == int_to_tid(tid_to_int(out.key) + (1 << 10))


@pytest.mark.parametrize(
    ("fault", "fate"),
    [
        (faults.done_and_lost, "done"),
        (faults.done_and_fails, "done"),
        (faults.lost, "not-done"),
        (faults.broken, "not-done"),
        (faults.busy(60), "not-done"),
        (lambda pds, _: pds.fails("InvalidRequest", "Invalid record: text too long"), "refused"),
        (lambda pds, _: pds.fails("AccountTakedown", "Account has been taken down", 403), "not-done"),
    ],
)
def test_what_is_there_decides_and_never_a_status(bench: Bench, fault: faults.Fault, fate: str) -> None:
    out = bench.answer()
    bench.pds.faults = [fault]
    outcome = bench.talk(bench.channel.send(out))
    assert outcome.fate == fate
    if fault not in (faults.done_and_lost, faults.done_and_fails):
        assert outcome.says


def test_what_cannot_be_read_back_is_unknown(bench: Bench) -> None:
    out = bench.answer()
    bench.pds.faults = [faults.lost]
    bench.pds.refuse = lambda method: Refused(kind="timeout") if method == "getRecord" else None
    assert bench.talk(bench.channel.send(out)).fate == "unknown"
    assert bench.talk(bench.channel.find(out)).fate == "unknown"
    assert bench.talk(bench.channel.find(_delete())).fate == "unknown"


def test_a_like_is_found_by_what_it_likes(bench: Bench) -> None:
    out = bench.channel.compose("like", bench.mention(), "", "", NOON)
    bench.pds.faults = [faults.done_and_lost]
    assert bench.talk(bench.channel.send(out)).fate == "done"
    assert bench.pds.likes() == [out.target]


def _delete(native: str = f"at://{BOT}/app.bsky.feed.post/3k") -> Outgoing:
    return Outgoing(network="bsky", deed="delete", key=native, target=native, body=b"", at=NOON)


def test_an_answer_is_deleted_whatever_is_said(bench: Bench) -> None:
    native = bench.talk(bench.channel.send(bench.answer())).native
    assert bench.talk(bench.channel.find(_delete(native))).fate == "not-done"
    bench.pds.faults = [faults.broken, faults.done_and_lost]
    assert bench.talk(bench.channel.send(_delete(native))).fate == "not-done"
    assert bench.talk(bench.channel.send(_delete(native))).fate == "done"
    assert bench.talk(bench.channel.send(_delete(native))).fate == "done"


# --- checking ------------------------------------------------------------------------------------------------------


def test_a_profile_that_does_not_say_bot_is_told(bench: Bench) -> None:
    assert bench.talk(bench.channel.check()) == ()
    bench.pds.records[f"at://{BOT}/app.bsky.actor.profile/self"] = {}
    (says,) = bench.talk(bench.channel.check())
    assert "does not say that it is a bot" in says


def _told(mention: Mention) -> dict[str, Any]:
    return {name: getattr(mention, name) for name in mention.__struct_fields__}
