"""What is wrong with what somebody typed is said in the reader's language, with what was typed."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from threadleaf.core import query, ref
from threadleaf.core.errors import BadQuery, UnknownAddress
from threadleaf.web import languages, valued
from threadleaf.web.languages import NAMES, Choice

ADDRESSES = (
    "https://bsky.app/profile/ada.example", "https://bsky.app/search?q=mill", "see the mill",
    "at://did:plc:adaadaadaadaadaadaadaada/app.bsky.feed.repost/3kbi55xm6u62v",
    "at://did:plc:adaadaadaadaadaadaadaada/app.bsky.feed.generator/mills",
    "at://did:plc:adaadaadaadaadaadaadaada/app.bsky.graph.list/3kbi55xm6u62v",
    "/t/bsky/x",
)  # fmt: skip
QUERIES = (
    "x" * 1000, "a " * 100, "-#mill", "mi*", "by:ann", "-from:ann", "from:", "network:myspace", "lang:12", "has:cat",
    "before:soon",
)  # fmt: skip


def wrong(parse: Callable[[str], object], text: str) -> str:
    with pytest.raises((BadQuery, UnknownAddress)) as error:
        parse(text)
    return error.value.sentence


def parsed(text: str) -> object:
    return ref.from_path(text) if text.startswith("/") else ref.parse(text)


SENTENCES = (
    *(wrong(parsed, text) for text in ADDRESSES),
    *(wrong(query.parse, text) for text in QUERIES),
    "There is no server of the name social.example. Check the address.",
)


@pytest.mark.parametrize("code", sorted(set(NAMES) - {"en"}))
@pytest.mark.parametrize("sentence", SENTENCES)
def test_every_such_sentence_is_said_in_every_language(sentence: str, code: str):
    with languages.speaking(Choice(code)):
        told = str(languages.told(sentence))
        assert languages.plainly(sentence) != sentence
    assert 'lang="en"' not in told


def test_every_message_is_one_that_is_made():
    made = {message for message, pattern in valued._SENTENCES.patterns for one in SENTENCES if pattern.fullmatch(one)}
    assert made == {message for message, _ in valued._SENTENCES.patterns}


def test_what_was_typed_stands_in_it_and_is_text():
    hostile = 'network:<b>"x"'
    with languages.speaking(Choice("de")):
        told = languages.told(wrong(query.parse, hostile))
    assert not hasattr(told, "__html__"), "so a template escapes it"
    assert "<b>" in told
    assert "bsky, bluesky" in told


def test_in_english_and_of_anything_else_it_stays_as_it_is():
    with languages.speaking(Choice("en")):
        assert [languages.told(sentence) for sentence in SENTENCES] == [str(one) for one in SENTENCES]
    with languages.speaking(Choice("de")):
        assert languages.plainly("Another sentence.") == "Another sentence."
