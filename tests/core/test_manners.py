"""The bot's manners: what is done about a mention, and why not."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from threadleaf.core.calls import Call, Word
from threadleaf.core.manners import PER_ASKER, PER_AUTHOR, PER_CONVERSATION, Asked, Known, Verdict, decide, is_past
from threadleaf.core.model import Ref

NOON = datetime(2026, 5, 3, 12, tzinfo=UTC)
THERE = Ref("bsky", "at://did:plc:ann/app.bsky.feed.post/3k")
WISHES = ("forget", "forget all", "opt out", "allow")


def asked(word: Word | None = "unroll", **more: Any) -> Asked:
    told = {"asker": "bob", "bot": "bot", "created": NOON, "anchor": THERE} | more
    return Asked(call=Call(word) if word else None, **told)


def known(**more: Any) -> Known:
    return Known(**{"now": NOON, "author": "ann", "most": 100} | more)


def test_who_asks_is_answered() -> None:
    assert decide(asked(), known()) == Verdict("unroll")
    assert decide(asked("unroll private"), known()) == Verdict("unroll")
    assert decide(asked("help", anchor=None), known(author="")) == Verdict("help")


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"asker": "bot"}, "own post"),
        ({"is_bot": True}, "a bot"),
        ({"created": NOON - timedelta(days=1, seconds=1)}, "too old"),
        ({"word": None}, "no call"),
        ({"answers_us": True}, "our answer"),
    ],
)
def test_some_are_passed_over(more: dict[str, Any], why: str) -> None:
    assert decide(asked(**more), known()) == Verdict("ignore", why)  # type: ignore[arg-type]


def test_while_threads_of_an_author_are_being_read_others_wait() -> None:
    going_on = known(of_author=1, being_read=PER_AUTHOR - 1)
    assert decide(asked(), going_on) == Verdict("wait", "author's cap")
    assert decide(asked(asker="ann"), going_on) == Verdict("unroll")
    assert decide(asked(), known(being_read=PER_AUTHOR, is_new=False)) == Verdict("unroll")


def test_later_askers_leave_half_of_the_room_to_first_ones() -> None:
    later = known(is_new=False, is_first=False)
    assert decide(asked(), replace(later, sent=49)) == Verdict("unroll")
    assert decide(asked(), replace(later, sent=50)) == Verdict("wait", "network's cap")
    assert decide(asked(), known(sent=99)) == Verdict("unroll")
    assert decide(asked(), known(sent=100)) == Verdict("wait", "network's cap")


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"told": 1}, "asked before"),
        ({"for_asker": PER_ASKER}, "asker's cap"),
        ({"in_conversation": PER_CONVERSATION}, "conversation's cap"),
        ({"of_author": PER_AUTHOR}, "author's cap"),
    ],
)
def test_caps_are_kept_in_silence(more: dict[str, int], why: str) -> None:
    assert decide(asked(), known(**more)) == Verdict("ignore", why)  # type: ignore[arg-type]
    assert decide(asked(), known(**{name: n - 1 for name, n in more.items()})) == Verdict("unroll")


def test_an_author_may_have_as_many_of_her_own_threads_as_she_likes_and_a_kept_page_counts_for_nobody() -> None:
    assert decide(asked(asker="ann"), known(of_author=PER_AUTHOR)) == Verdict("unroll")
    assert decide(asked(), known(of_author=PER_AUTHOR, is_new=False)) == Verdict("unroll")


def test_at_half_of_what_the_network_allows_one_waits() -> None:
    assert decide(asked(), known(sent=100)) == Verdict("wait", "network's cap")


OLD = {"created": NOON - timedelta(days=30)}


@pytest.mark.parametrize("word", ["forget", "forget all", "opt out"])
def test_a_wish_to_be_left_alone_is_obeyed_however_late_it_is_heard(word: Word) -> None:
    assert decide(asked(word, asker="ann", **OLD), known()).act == word


@pytest.mark.parametrize("word", ["unroll", "help", "allow", None])
def test_anything_else_is_too_old_after_a_day(word: Word | None) -> None:
    assert decide(asked(word, **OLD), known()) == Verdict("ignore", "too old")
    assert is_past(Call(word) if word else None, NOON - timedelta(days=1, seconds=1), NOON)
    assert not is_past(Call(word) if word else None, NOON - timedelta(days=1), NOON)


def test_who_names_nothing_is_told_so() -> None:
    assert decide(asked(anchor=None), known(author="")) == Verdict("refuse", "nothing named")


def test_below_our_own_answer_wishes_help_and_addresses_count() -> None:
    assert decide(asked("forget", asker="ann", answers_us=True), known()) == Verdict("forget")
    assert decide(asked("help", answers_us=True), known()) == Verdict("help")
    other = Asked(asker="bob", bot="bot", created=NOON, call=Call("unroll", "x"), anchor=THERE, answers_us=True)
    assert decide(other, known()) == Verdict("unroll")


def test_only_authors_are_forgotten() -> None:
    assert decide(asked("forget", asker="ann"), known()) == Verdict("forget")
    assert decide(asked("forget"), known()) == Verdict("ignore", "not the author")
    assert decide(asked("forget"), known(named=frozenset({"bob"}))) == Verdict("forget own")
    assert decide(asked("forget"), known(author="")) == Verdict("ignore", "not there")
    assert decide(asked("forget", anchor=None), known()) == Verdict("ignore", "nothing named")


counts = st.integers(0, 200)
anybody = st.sampled_from(["ann", "bob", "bot"])
mentions = st.builds(
    asked,
    st.sampled_from([None, *get_args(Word)]),
    asker=anybody,
    is_bot=st.booleans(),
    answers_us=st.booleans(),
    anchor=st.sampled_from([None, THERE]),
    created=st.timedeltas(timedelta(0), timedelta(days=3)).map(lambda ago: NOON - ago),
)
facts = st.builds(
    known,
    author=st.sampled_from(["", "ann", "bob"]),
    named=st.frozensets(anybody),
    is_new=st.booleans(),
    for_asker=counts,
    in_conversation=counts,
    of_author=counts,
    sent=counts,
)


@given(mentions, facts)
def test_nobody_is_answered_who_did_not_call_and_no_bot_ever(mention: Asked, facts: Known) -> None:
    if mention.call is None or mention.is_bot or mention.asker == mention.bot:
        assert decide(mention, facts).act == "ignore"


@given(mentions, facts)
def test_nobody_has_a_thread_forgotten_that_is_not_hers(mention: Asked, facts: Known) -> None:
    act = decide(mention, facts).act
    if act == "forget":
        assert mention.asker == facts.author
    if act == "forget own":
        assert mention.asker in facts.named


@given(mentions, facts)
def test_a_wish_is_never_capped(mention: Asked, facts: Known) -> None:
    uncapped = Known(now=facts.now, author=facts.author, named=facts.named)
    if mention.call is not None and mention.call.word in WISHES:
        assert decide(mention, facts) == decide(mention, uncapped)


@given(mentions, facts)
def test_no_cap_is_ever_passed(mention: Asked, facts: Known) -> None:
    if decide(mention, facts).act in ("unroll", "help", "refuse"):
        assert facts.for_asker < PER_ASKER
        assert facts.in_conversation < PER_CONVERSATION
        assert facts.sent < facts.most


@given(mentions, facts)
def test_there_is_a_reason_exactly_where_nothing_is_done(mention: Asked, facts: Known) -> None:
    verdict = decide(mention, facts)
    assert bool(verdict.why) == (verdict.act in ("ignore", "wait", "refuse"))
