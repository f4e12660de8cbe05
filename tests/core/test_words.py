"""Cutting text into words: the same for what is kept and for what is asked, in any script."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from threadleaf.core.words import LONGEST, alike, forms, is_alone, placed, words


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("A tide mill, 3/10: it's here!", ["a", "tide", "mill", "3", "10", "it", "s", "here"]),
        ("snake_case don't", ["snake", "case", "don", "t"]),
        ("Café déjà-vu ŒUVRE", ["cafe", "deja", "vu", "œuvre"]),
        ("e\u0301te\u0301", ["ete"]),
        ("ﬁne Ｆｕｌｌ", ["fine", "full"]),
        ("Straße STRASSE", ["strasse", "strasse"]),
        ("Ёлка и мой", ["елка", "и", "мой"]),
        ("Ελλάδα ΟΔΟΣ", ["ελλαδα", "οδοσ"]),
        ("冯玉军说", ["冯", "玉", "军", "说"]),
        ("新しいiPhone15です", ["新", "し", "い", "iphone15", "で", "す"]),
        ("ｶﾞギ", ["ガ", "ギ"]),
        ("중국은", ["중", "국", "은"]),
        ("กินข้าว", ["กิ", "น", "ข้", "า", "ว"]),
        ("हिन्दी में", ["हिन्दी", "में"]),
        ("العَرَبِيَّة می‌خواهم", ["العَرَبِيَّة", "می", "خواهم"]),
        ("עִבְרִית", ["עִבְרִית"]),
        ("x² 1️⃣ 🇷🇺 — …", ["x2", "1"]),
        ("", []),
    ],
)
def test_text_is_cut_into_words_in_any_script(text: str, found: list[str]) -> None:
    assert words(text) == found


def test_only_the_beginning_of_an_endless_word_counts() -> None:
    assert words("a" * 1000) == ["a" * LONGEST]
    assert [word for word, _, _ in placed("я" * 1000)] == ["я" * LONGEST]


@pytest.mark.parametrize(
    "text",
    ["Tide MILLS", "Café, Ёлка", "冯玉军说 hello", "ﬁne e\u0301te\u0301", "İstanbul straße", "中ﬀ", "Ǆ"],
)
def test_each_word_is_known_with_its_place(text: str) -> None:
    assert [word for word, _, _ in placed(text)] == words(text)
    for word, start, end in placed(text):
        assert alike(text[start:end]) == word


def test_a_fold_that_moves_characters_both_ways_moves_no_mark() -> None:
    """Here the folded text is as long as the text, though what stands in between is not where it was."""
    text = "ﬁ e\u0301 then"
    assert len(alike(text)) == len(text)
    assert [text[start:end] for _, start, end in placed(text)] == ["ﬁ", "e\u0301", "then"]


@given(st.text())
def test_places_lie_within_the_text_and_in_order(text: str) -> None:
    ranges = [(start, end) for _, start, end in placed(text)]
    assert ranges == sorted(ranges)
    assert [range_ for range_ in ranges if not 0 <= range_[0] < range_[1] <= len(text)] == []


@given(st.text())
def test_words_hold_nothing_that_a_database_could_take_for_its_language(text: str) -> None:
    for word in words(text):
        assert not set(word) & set("'\"\\*:()-+^&|<>! \n\0")


@given(st.text())
def test_folding_twice_changes_nothing_that_is_found(text: str) -> None:
    assert words(alike(text)) == words(text)


@pytest.mark.parametrize(
    ("asked", "kept"),
    [
        ("китай", "китая китаю китаем китае"),
        ("китая", "китай китаю китаем"),
        ("война", "войны войне войну войной войн"),
        ("город", "города городу городом городов городами городах"),
        ("городами", "город города"),
        ("новый", "новая новое новые нового новому новых новыми"),
        ("россией", "россия россии россию"),
        ("герой", "герои героя герою"),
        ("mill", "mills"),
        ("mills", "mill"),
        ("cat", "cats"),
        ("boxes", "box"),
        ("box", "boxes"),
        ("party", "parties"),
        ("parties", "party"),
        ("days", "day"),
        ("day", "days"),
    ],
)
def test_a_word_is_found_in_its_other_forms(asked: str, kept: str) -> None:
    stem, known = forms(asked)
    assert known[0] == asked
    assert [form for form in kept.split() if form not in known] == []
    assert [form for form in known if not form.startswith(stem)] == []


@pytest.mark.parametrize("word", ["мир", "кот", "冯", "ένας", "שלום", "2026", "thing1", "no"])
def test_short_words_and_other_alphabets_stand_for_themselves(word: str) -> None:
    assert forms(word) == (word, (word,))


@pytest.mark.parametrize(
    ("asked", "kept"),
    [
        ("мира", "миг"),
        ("glass", "glas"),
        ("virus", "viru"),
        ("this", "thi"),
        ("ties", "ty"),
        ("gas", "ga"),
        ("кит", "китай"),
    ],
)
def test_an_ending_goes_only_where_something_stays(asked: str, kept: str) -> None:
    assert kept not in forms(asked)[1]


def test_characters_that_are_words_are_known() -> None:
    assert [word for word in ("冯", "か", "한", "ก", "a", "я", "ع", "1") if is_alone(word)] == ["冯", "か", "한", "ก"]
