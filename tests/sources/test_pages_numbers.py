"""The author's numbers settle where posts begin: decided for the page, never for a line."""

import pytest

from threadleaf.core.model import Conversation
from threadleaf.sources import pages
from threadleaf.wire import Document

FOOT = "You can follow @somebody."
LONG = "The lamp at the harbour mouth is lit every evening by a man who has never been to sea and would not like to go"
FULL = f"{LONG}, as he told me while he cleaned the glass and counted the boats that had come home, of which there were nine."


def page(*lines: str) -> Conversation:
    return pages.read([Document(body="\n".join([*lines, FOOT]).encode(), name="page.txt")])


def texts(*lines: str) -> list[str]:
    return [post.text for post in page(*lines).posts]


def flags(*lines: str) -> str:
    """One character for each post: `?` where its beginning is uncertain."""
    return "".join("?" if post.uncertain else "." for post in page(*lines).posts)


@pytest.mark.parametrize(
    "style",
    [
        "{n}/",
        "{n}/9",
        "{n}.",
        "({n}/9)",
        "{n})",
        "{n}\ufe0f\u20e3",
        "({n}/)",
        "({n})",
        "{n}/9.",
        "#{n} of 9",
        "{n}/?",
        "{n}/x",
        "[{n}/9]",
    ],
)
@pytest.mark.parametrize("first", [1, 2, 5])
def test_every_style_at_the_start_is_understood(style, first):
    lines = [f"{style.format(n=n)} {LONG}" for n in range(first, first + 5)]
    assert texts(*lines) == lines
    assert flags(*lines) == "....."


@pytest.mark.parametrize(
    "style", ["{n}/", "{n}/9", "{n} /9", "/{n}", "({n}/9)", "({n})", "{n}/9.", "#{n} of 9", "{n}/?", "{n}\ufe0f\u20e3"]
)
@pytest.mark.parametrize("first", [1, 2, 5])
def test_every_style_at_the_end_is_understood(style, first):
    lines = [f"{LONG}. {style.format(n=n)}" for n in range(first, first + 5)]
    assert texts(*lines) == lines
    assert flags(*lines) == "....."


def test_a_numbering_may_count_down():
    lines = [f"#{n} of 5 {text}" for n, text in ((5, "flour"), (4, "water"), (3, "salt"), (1, "time"))]
    assert flags(*lines) == "...."


def test_a_number_may_be_lost_or_doubled():
    lines = [f"{n}/ {LONG}" for n in (1, 2, 5, 5, 7)]
    assert flags(*lines) == "....."


def test_text_before_number_two_is_post_one():
    assert texts("A hook,", "in two lines", "2/ more", "3/ still more") == [
        "A hook,\nin two lines",
        "2/ more",
        "3/ still more",
    ]


def test_text_before_number_one_at_an_end_belongs_to_it():
    assert texts("A hook,", "in two lines 1/2", "more 2/2") == ["A hook,\nin two lines 1/2", "more 2/2"]


def test_lines_between_two_numbers_are_one_post_if_one_can_hold_them():
    assert texts("1/ a", "b", "2/ c", "3/ d") == ["1/ a\nb", "2/ c", "3/ d"]


def test_an_author_who_breaks_lines_does_so_behind_the_last_number_as_well():
    assert texts("1/ a", "b", "2/ c", "3/ d", "e") == ["1/ a\nb", "2/ c", "3/ d\ne"]


def test_an_author_who_breaks_lines_does_so_before_the_first_number_at_an_end_as_well():
    assert texts("a", "b 2/", "c", "d 3/", "e 4/") == ["a\nb 2/", "c\nd 3/", "e 4/"]


def test_otherwise_what_follows_the_last_number_is_a_post_that_may_be_none():
    assert texts("1/ a", "2/ c", "3/ d", "e") == ["1/ a", "2/ c", "3/ d", "e"]
    assert flags("1/ a", "2/ c", "3/ d", "e") == "...?"
    assert flags("a 1/", "b 2/", "c 3/", "d", "e") == "....?"


def test_numbers_on_lines_of_their_own_stand_above_their_posts_if_text_follows_the_last():
    assert texts("A hook", "2/", "a", "3/", "b") == ["A hook", "2/\na", "3/\nb"]


def test_numbers_on_lines_of_their_own_stand_below_their_posts_if_no_text_follows_the_last():
    assert texts("A hook", "1/", "a", "2/", "b", "3/") == ["A hook\n1/", "a\n2/", "b\n3/"]


def test_blank_lines_say_which_post_a_number_on_its_own_belongs_to():
    assert texts("A", "", "1/", "b", "", "2/", "c", "", "3/", "And on") == ["A\n\n1/", "b\n\n2/", "c\n\n3/", "And on"]


def test_numbers_that_count_more_than_posts_settle_only_where_they_stand():
    lines = ["1. " + FULL, FULL, "2. " + FULL, FULL + "!", "3. " + FULL, FULL + "?"]
    assert texts(*lines) == lines
    assert flags(*lines) == "......"


def test_a_list_within_a_post_is_no_numbering():
    assert texts(FULL, "Three things:", "1. flour", "2. water", "3. salt", FULL + "!") == [
        FULL, "Three things:\n1. flour\n2. water\n3. salt", FULL + "!",
    ]  # fmt: skip


def test_numbers_of_a_list_that_makes_up_the_page_are_taken_but_prove_nothing():
    assert flags("1. flour", "2. water", "3. salt", "4. time") == ".???"


def test_a_few_numbers_on_a_long_page_are_none_of_posts():
    lines = [f"{FULL} {n}" for n in "abcdefgh"]
    lines[3] = "1/2 of it is water."
    lines[5] = "2/2 is enough."
    assert len(texts(*lines)) == 8
    assert flags(*lines)[3] == "?"


def test_marks_out_of_different_totals_are_no_numbering():
    assert flags("1/2 cup of flour", "2/3 cups of milk") == ".?"


def test_a_fraction_far_from_the_others_is_no_part_of_the_numbering():
    lines = ["1/ a", "24/7 open", "2/ b", "3/ c"]
    assert texts(*lines) == ["1/ a\n24/7 open", "2/ b", "3/ c"]


def test_the_larger_of_two_numberings_counts():
    lines = [f"{n}/ {text}" for n, text in ((1, "a 1/2"), (2, "b 2/2"), (3, "c"), (4, "d"))]
    assert texts(*lines) == lines
