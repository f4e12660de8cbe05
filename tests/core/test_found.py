"""What of a thread is searched, and the lines that show where something was found."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.store.build import draft, line, post, talk
from threadleaf.core.found import Excerpt, _looked_up, all_words, bits, excerpt, features, parts, posts, tags
from threadleaf.core.model import Card, Gap, Media, Option, Poll, Post, Quote, Span, Thread
from threadleaf.core.query import HAS, parse
from threadleaf.core.words import alike, in_step, placed


def thread(*texts: str, **more: Any) -> Thread:
    row: list[Post] = []
    for number, text in enumerate(texts):
        row.append(post(number, row[-1].id if row else None, text=text, **more))
    return draft(talk(*row)).shown


def shown(row: tuple[Post, ...], text: str) -> tuple[str, list[str]]:
    """An excerpt's text, and what is marked in it."""
    found = excerpt(row, parse(text))
    return found.text, [found.text[start:end] for start, end in found.marks]


def test_the_main_line_and_its_branches_are_searched_and_no_answers_to_others() -> None:
    main, branch = line(1, 2, 3), line(7, after=post(1).id)
    bob = post(4, post(2).id, author="bob")
    answer = post(5, bob.id)
    whole = draft(talk(*main, *branch, bob, answer)).shown
    assert answer in whole.replies_by_author
    assert [found.id for found in posts(whole)] == [found.id for found in (*main, *branch)]
    assert [found.id for found in posts(whole, {post(2).id})] == [post(1).id, post(3).id, post(7).id]


def test_all_of_the_authors_own_words_in_a_post_are_searched() -> None:
    one = post(
        1,
        text="Text",
        warning="warning",
        media=(Media(kind="image", alt="described"), Media(kind="image")),
        poll=Poll(options=(Option(title="yes"), Option(title="no"))),
        card=Card(url="https://a.example", title="Somebody else's words"),
    )
    assert list(parts(one)) == ["Text", "warning", "described", "yes", "no"]
    assert all_words([one, post(2, text="goes on")]) == ["text", "warning", "described", "yes", "no", "goes", "on"]


@pytest.mark.parametrize(
    ("more", "names"),
    [
        ({}, set()),
        ({"media": (Media(kind="image"),)}, {"image"}),
        ({"media": (Media(kind="gif"), Media(kind="audio"))}, {"image", "video", "audio"}),
        ({"media": (Media(kind="video"), Media(kind="unknown"))}, {"video"}),
        ({"card": Card(url="https://a.example")}, {"link"}),
        ({"text": "here", "spans": (Span(start=0, end=4, kind="link", value="https://a.example"),)}, {"link"}),
        ({"text": "here", "spans": (Span(start=0, end=4, kind="mention", value="x"),)}, set()),
        ({"poll": Poll(options=())}, {"poll"}),
        ({"quote": Quote(id="x")}, {"quote"}),
        ({"warning": "spoiler"}, {"warning"}),
    ],
)
def test_what_a_thread_has_is_known(more: dict[str, Any], names: set[str]) -> None:
    told = {"text": "a", **more}
    whole = draft(talk(post(1, **told))).shown
    assert features(whole) == bits(names)


def test_gaps_and_branches_are_features_too() -> None:
    forked = draft(talk(*line(1, 2), *line(7, after=post(1).id))).shown
    assert features(forked) == 1 << HAS.index("branch")
    assert features(replace(forked, branches=(), gaps=(Gap(),))) == 1 << HAS.index("gap")


def test_tags_are_the_authors_own_each_once_as_first_written() -> None:
    spans = [Span(start=0, end=6, kind="tag", value=value) for value in ("#Tides", "TIDES", "潮汐", "#")]
    row = [post(n, text="#Tides", spans=(span,)) for n, span in enumerate(spans)]
    row.append(post(9, text="@tides", spans=(Span(start=0, end=6, kind="mention", value="tides"),)))
    assert tags(row) == {"tides": "Tides", "潮汐": "潮汐"}


@pytest.mark.parametrize(
    ("text", "marked"),
    [
        ("mill", ["mill", "mills"]),
        ('"tide mill"', ["tide mill"]),
        ("tide mill", ["tide", "mill", "mills"]),
        ("MIL*", ["mill", "milk", "mills"]),
    ],
)
def test_what_was_looked_for_is_marked(text: str, marked: list[str]) -> None:
    row = thread("A tide mill gives no milk; other mills neither.").posts
    assert shown(row, text) == (row[0].text, marked)


@pytest.mark.parametrize(
    ("posted", "text", "marked"),
    [
        ("В Китае и у Китая, китайский", "Китай", ["Китае", "Китая"]),
        ("今天冯玉军说：玉军很好", "玉军", ["玉军", "玉军"]),
        ("Café e\u0301te\u0301 ﬁn", "ete", ["e\u0301te\u0301"]),
        ("हिन्दी में लिखा", "में", ["में"]),
        ("ab ab", '"ab ab" ab', ["ab ab"]),
        ("冯玉军", "冯玉 玉军", ["冯玉军"]),
    ],
)
def test_marks_stand_right_in_any_script(posted: str, text: str, marked: list[str]) -> None:
    assert shown(thread(posted).posts, text) == (posted, marked)


def test_the_post_with_the_most_of_the_words_is_shown_else_the_first() -> None:
    row = thread("A wheel.", "A mill and a wheel.", "A mill.").posts
    for text, number in (("mill wheel", 1), ("wheel", 0), ("mill", 1), ("water", 0)):
        assert excerpt(row, parse(text)).post == row[number].id
    assert excerpt(row, parse("water")) == Excerpt(row[0].id, "A wheel.", ())
    assert excerpt(row, parse("from:ann")) == Excerpt(row[0].id, "A wheel.", ())


def test_what_only_looks_like_a_word_is_not_marked() -> None:
    row = thread("Windmill sails.", "The mill.").posts
    assert excerpt(row, parse("mill")) == Excerpt(row[1].id, "The mill.", ((4, 8),))


def test_a_description_of_a_picture_is_shown_where_it_is_what_was_found() -> None:
    row = (post(1, text="Look!", media=(Media(kind="image", alt="A mill at dusk."),)),)
    assert shown(row, "dusk") == ("A mill at dusk.", ["dusk"])


def test_of_a_post_behind_a_warning_only_the_warning_is_shown() -> None:
    row = (post(1, text="The butler did it.", warning="Ending of the book"),)
    assert shown(row, "butler") == ("Ending of the book", [])
    assert shown(row, "ending") == ("Ending of the book", ["Ending"])
    assert shown(row, "from:ann") == ("Ending of the book", [])


def test_an_excerpt_of_a_long_post_begins_and_ends_between_words() -> None:
    words = " ".join(f"word{number}" for number in range(200))
    text, marked = shown(thread(words).posts, '"word100"')
    assert marked == ["word100"]
    assert text.startswith("…word")
    assert text.endswith("…")
    assert 200 < len(text) <= 242
    assert set(text.strip("…").split()) <= set(words.split())
    assert shown(thread(words).posts, "word199")[0].endswith("word199")


def test_an_excerpt_without_blanks_cuts_no_character_from_its_marks() -> None:
    for shift in range(4):
        long = "ก" * shift + "กิ่" * 300 + "ฟ้" + "กิ่" * 300
        text, marked = shown(thread(long).posts, "ฟ้")
        assert marked == ["ฟ้"]
        assert text[1] == "ก"
        assert text[-2] in "ก่"
        assert long[long.index(text.strip("…")) + len(text.strip("…"))] == "ก"


def test_an_excerpt_of_nothing_but_marks_ends_somewhere() -> None:
    text, marked = shown(thread("a" + "\u0301" * 600).posts, "b")
    assert (len(text), marked) == (1, [])


def test_a_mark_that_the_excerpt_cuts_ends_with_it() -> None:
    text, marked = shown(thread("冯" * 400).posts, '"' + "冯" * 300 + '"')
    assert marked == ["冯" * 240]
    assert text == "冯" * 240 + "…"


def test_an_excerpt_is_one_line() -> None:
    assert shown(thread("One\nmill\tturns").posts, "mill") == ("One mill turns", ["mill"])


WORDS = st.sampled_from(
    ["mill", "Mills", "китай", "Китаем", "冯", "玉军", "don't", "ﬁn", "ét", "-", "\n", "हिन्दी", "a", "_"]
)


@given(
    st.lists(WORDS, min_size=1, max_size=12),
    st.sampled_from(["mill", '"mill a"', "китай", "冯玉", "玉", "don't", "mil*", "et", "हिन्दी", "fin"]),
)
def test_the_short_way_to_the_marks_finds_what_cutting_into_words_finds(posted: list[str], typed: str) -> None:
    (term,) = parse(typed).wanted
    for text in ("".join(posted), " ".join(posted)):
        folded = alike(text)
        if in_step(text, folded):
            cut = list(placed(text))
            row = [word for word, _, _ in cut]
            whole = [(cut[first][1], cut[last - 1][2]) for first, last in term.ranges(row)]
            assert sorted(_looked_up(folded, term)) == whole
