"""What is gone or hidden says so in the reader's language, with the day."""

from __future__ import annotations

import pytest

from threadleaf.store.removal import _WHY
from threadleaf.web import dated, languages
from threadleaf.web.languages import NAMES, Choice

DAY = "28 November 2026"
SENTENCES = (
    *(f"This thread was taken down on {DAY}, {why}." for why in _WHY.values()),
    f"This page is hidden since {DAY}, while a report about it is looked at.",
)


@pytest.mark.parametrize("code", sorted(set(NAMES) - {"en"}))
def test_every_reason_has_its_sentence_in_every_language(code: str):
    with languages.speaking(Choice(code)):
        told = [str(languages.told(sentence)) for sentence in SENTENCES]
    assert len(set(told)) == len(SENTENCES)
    assert [sentence for sentence in told if 'lang="en"' in sentence or DAY in sentence] == []


def test_in_english_they_stay_as_they_are():
    with languages.speaking(Choice("en")):
        assert [languages.told(sentence) for sentence in SENTENCES] == list(SENTENCES)


def test_the_day_stands_as_the_language_has_it():
    with languages.speaking(Choice("de")):
        assert "28. November 2026" in str(languages.told(SENTENCES[0]))
        assert dated.said("Another sentence.", languages.say()) == "Another sentence."
