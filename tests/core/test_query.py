"""Search texts: what they mean, and what is said of those that mean nothing."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from threadleaf.core.errors import BadQuery
from threadleaf.core.query import HAS, LONGEST, MOST, Query, Term, parse, tag
from threadleaf.core.words import forms


def word(text: str) -> Term:
    """A single word as `parse` makes it."""
    stem, known = forms(text)
    return Term((text,), known, stem)


def day(year: int, month: int = 1, date: int = 1) -> datetime:
    return datetime(year, month, date, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("tide mill", Query(wanted=(word("tide"), word("mill")))),
        ("  Tide  tide ", Query(wanted=(word("tide"),))),
        ('"tide mill"', Query(wanted=(Term(("tide", "mill")),))),
        ("“Tide mill” «колесо»", Query(wanted=(Term(("tide", "mill")), Term(("колесо",))))),
        ('"not closed', Query(wanted=(Term(("not", "closed")),))),
        ("mill -wheel", Query(wanted=(word("mill"),), unwanted=(word("wheel"),))),
        ('mill -"water wheel"', Query(wanted=(word("mill"),), unwanted=(Term(("water", "wheel")),))),
        ("-wheel", Query(unwanted=(word("wheel"),))),
        ("冯玉军", Query(wanted=(Term(("冯", "玉", "军")),))),
        ("军", Query(wanted=(Term(("军",), ("军",), "军"),))),
        ("don't", Query(wanted=(Term(("don", "t")),))),
        ("mil*", Query(wanted=(Term(("mil",), opens=True),))),
        ("tide-mil*", Query(wanted=(Term(("tide", "mil"), opens=True),))),
        ("冯玉*", Query(wanted=(Term(("冯", "玉")),))),
        ('"mil*"', Query(wanted=(Term(("mil",)),))),
        ("mill & ! ()", Query(wanted=(word("mill"),))),
        ("mill OR wheel", Query(wanted=(word("mill"), word("or"), word("wheel")))),
        ("https://example.com/a", Query(wanted=(Term(("https", "example", "com", "a")),))),
        ("#Tides ＃潮汐", Query(tags=("tides", "潮汐"))),
        ("# mill", Query(wanted=(word("mill"),))),
        ("from:@Ann.Example from:bob", Query(authors=("Ann.Example", "bob"))),
        ('from:"Ann Lee"', Query(authors=("Ann Lee",))),
        ("network:Bluesky network:mastodon", Query(networks=("bsky", "fedi"))),
        ("network:page", Query(networks=("page", "file"))),
        ("lang:ru lang:zh-Hant", Query(langs=("ru", "zh"))),
        ("HAS:Image has:gap", Query(has=("image", "gap"))),
        ("before:2026", Query(until=day(2026))),
        ("after:2026", Query(since=day(2027))),
        ("after:2025-12 before:2026-5", Query(since=day(2026), until=day(2026, 5))),
        ("after:2026-02-28", Query(since=day(2026, 3))),
        ("before:2026-05 before:2026-03-02 after:2020 after:2024", Query(since=day(2025), until=day(2026, 3, 2))),
    ],
)
def test_a_search_text_means(text: str, query: Query) -> None:
    assert parse(text) == query


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "Say what to look for: at least one word, or something like from:ann."),
        ('"" - ! …', "Say what to look for: at least one word, or something like from:ann."),
        ("site:example mill", "“site:” is not known here. Known are from:, network:, lang:, has:, before:, after:;"),
        ("from: ann", "Say something right behind “from:”, without a space."),
        ("-from:ann", "Only words and phrases can be excluded, not “from:”."),
        ("-#tides", "Tags cannot be excluded. Exclude the word instead: -tides"),
        ("network:myspace", "“myspace” is no network here. Say bsky, bluesky, fedi,"),
        ("lang:russian", "“russian” is no language. Give its short name, such as en, ru or zh."),
        ("has:cat", "“has:cat” is not known. Say image, video, audio,"),
        ("before:yesterday", "“yesterday” is no date. Write it as 2026, 2026-05 or 2026-05-03."),
        ("before:2026-02-30", "“2026-02-30” is no date."),
        ("after:9999", "“9999” is no date."),
        ("after:9999-12-31", "“9999-12-31” is no date."),
        ("before:0000", "“0000” is no date."),
        ("before:２０２６", "“２０２６” is no date."),
        ("after:2026 before:2026", "No day lies both after the one date and before the other. Change one of them."),
        ("mi*", "Give at least three letters before the *, not “mi*”."),
        ("x" * (LONGEST + 1), "This is too long for a search. Use at most 500 characters."),
        ("a " * (MOST + 1), "These are too many words for a search. Use at most 16."),
    ],
)
def test_what_means_nothing_is_answered_with_a_sentence(text: str, sentence: str) -> None:
    with pytest.raises(BadQuery) as caught:
        parse(text)
    assert caught.value.sentence.startswith(sentence)
    assert caught.value.kind == "wrong-use"


def test_what_may_be_asked_for_has_a_place_that_never_changes() -> None:
    assert HAS == ("image", "video", "audio", "link", "poll", "quote", "warning", "gap", "branch")


@given(st.text(max_size=120))
def test_whatever_is_typed_is_understood_or_answered(text: str) -> None:
    try:
        query = parse(text)
    except BadQuery as error:
        query, sentence = Query(), error.sentence
    else:
        sentence = ""
    assert bool(sentence) == (query == Query())
    assert [term for term in (*query.wanted, *query.unwanted) if not all(term.words)] == []


@pytest.mark.parametrize("text", ["#Tides", "tides", " ＃ＴＩＤＥＳ", "##tides"])
def test_two_spellings_of_a_tag_are_one(text: str) -> None:
    assert tag(text) == "tides"


@pytest.mark.parametrize(
    ("asked", "row", "found"),
    [
        ("mill", "the mill and mills", [(1, 2), (3, 4)]),
        ('"mill"', "the mill and mills", [(1, 2)]),
        ("mil*", "milk and mill", [(0, 1), (2, 3)]),
        ('"a b"', "a b a a b", [(0, 2), (3, 5)]),
        ("don't", "we don t", [(1, 3)]),
        ("mill", "", []),
        ('"a b c"', "a b", []),
    ],
)
def test_a_term_is_found_in_a_row_of_words(asked: str, row: str, found: list[tuple[int, int]]) -> None:
    (term,) = parse(asked).wanted
    assert list(term.ranges(row.split())) == found
