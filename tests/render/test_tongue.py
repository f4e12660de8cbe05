"""How texts are said in any tongue: values, plurals, markup, and right-to-left."""

from datetime import UTC, date, datetime

import pytest
from markupsafe import Markup
from msgspec.structs import replace

from tests.render.build import everything
from threadleaf import render
from threadleaf.render.tongue import ENGLISH, marked, marked_plural

ARABIC = replace(ENGLISH, code="ar", dir="rtl")
BRACKETED = replace(ENGLISH, text=lambda text: f"⟦{text}⟧")


def test_values_are_put_in_by_name_and_numbers_are_written_with_commas():
    assert ENGLISH("Latest") == "Latest"
    assert ENGLISH("{n} of {all}, by {who}", n=1, all=1200, who="ada {n}") == "1 of 1,200, by ada {n}"
    assert BRACKETED("by {who}", who="ada") == "⟦by ada⟧"


def test_a_plural_is_chosen_by_the_number_and_says_it():
    assert [ENGLISH.plural(n, "{n} post", "{n} posts") for n in (0, 1, 2000)] == ["0 posts", "1 post", "2,000 posts"]
    assert ENGLISH.plural(1, *marked_plural("{n} post", "{n} posts"), n=ENGLISH.small(1)) == "one post"
    assert marked("Latest") == "Latest"


def test_markup_survives_and_everything_beside_it_is_escaped():
    said = ENGLISH("<{who}> & {what}", who=Markup("<b>ada</b>"), what="<i>")
    assert isinstance(said, Markup)
    assert said == "&lt;<b>ada</b>&gt; &amp; &lt;i&gt;"
    assert not isinstance(ENGLISH("by {who}", who="<i>"), Markup), "templates escape it"


def test_dates_and_lists_are_written_in_english():
    when = datetime(2026, 5, 3, 9, 2, tzinfo=UTC)
    assert ENGLISH.moment(when) == "3 May 2026, 09:02 UTC"
    assert ENGLISH.day(date(2026, 5, 3)) == "3 May 2026"
    assert [ENGLISH.listed(["a", "b", "{c}"][:n]) for n in (1, 2, 3)] == ["a", "a and b", "a, b and {c}"]
    assert ENGLISH.listed([Markup("<b>a</b>"), "<"]) == Markup("<b>a</b> and &lt;")


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("@ada", "من \u2068@ada\u2069"),
        ("6–8", "من 6–8"),
        (8, "من 8"),
        (None, "من None"),
        (Markup("<bdi>@ada</bdi>"), "من <bdi>@ada</bdi>"),
    ],
)
def test_from_right_to_left_words_put_in_do_not_reorder_what_stands_beside_them(value, said):
    assert ARABIC("من {who}", who=value) == said


def test_a_page_states_its_language_and_direction():
    assert '<html lang="ar" dir="rtl" data-above="' in render.html(everything(), say=ARABIC)
    assert '<html lang="en" data-above="' in render.html(everything())


@pytest.mark.parametrize("write", [render.plain, render.markdown, render.html, render.article_html])
def test_every_format_speaks_the_tongue_that_is_given(write):
    assert "⟦How we know⟧" in write(everything(), say=BRACKETED)
