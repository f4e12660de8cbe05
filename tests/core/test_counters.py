"""The author's numbering: rules §5.3."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from threadleaf.core.counters import candidates, falls, read
from threadleaf.core.model import Post


def numbering(*texts, linked=True):
    return read([Post(id=f"p{i}", author="a", text=text) for i, text in enumerate(texts, 1)], linked=linked)


def marks(n):
    return [(c.post, c.number) for c in n.found]


def test_a_single_post_has_no_numbering():
    assert numbering("1/5 A start").kind == "none"
    assert numbering().kind == "none"


@pytest.mark.parametrize(
    ("form", "style"),
    [
        ("{n}/{N} Words.", "n/N"),
        ("{n}/ Words.", "n/"),
        ("({n}/{N}) Words.", "(n/N)"),
        ("[{n}/{N}] Words.", "[n/N]"),
        ("{n}/{N}: Words.", "n/N:"),
        ("{n} of {N} Words.", "nofN"),
        ("({n}/) Words.", "(n/)"),
        ("{n}/n Words.", "n/n"),
        ("{n}/x Words.", "n/x"),
        ("{n}/? Words.", "n/?"),
        ("{n}/∞ Words.", "n/∞"),
        ("{n}. Words.", "n."),
        ("{n}) Words.", "n)"),
        ("({n}) Words.", "(n)"),
        ("🧵{n}/{N} Words.", "n/N"),
        ("  {n}/{N}\nWords.", "n/N"),
        ("{n}\ufe0f\u20e3 Words.", "keycap"),
        ("#{n} of {N} Words.", "#nofN"),
        ("Words. {n}/{N}", "n/N"),
        ("Words.{n}/", "n/"),
        ("Words. /{n}", "/n"),
        ("Words./{n}", "/n"),
        ("Words ({n}/{N})", "(n/N)"),
        ("Words. ({n})", "(n)"),
        ("Words. #{n}/{N}", "#n/N"),
        ("Words. {n}\ufe0f\u20e3", "keycap"),
        ("Words. {n}/{N} 👇", "n/N"),
        ("Words. {n}/{N} 🧵", "n/N"),
        ("Words. {n}/{N} https://example.com/a/1", "n/N"),
        ("Words.\n\n{n}/{N}", "n/N"),
        ("{n}／{N} Слова.", "n/N"),
        ("{n}⁄{N} Words.", "n/N"),
    ],
)
def test_every_known_form_is_read(form, style):
    n = numbering(*(form.format(n=i, N=4) for i in range(1, 5)))
    assert (n.kind, n.style, [c.number for c in n.found]) == ("posts", style, [1, 2, 3, 4])


def test_full_width_digits_are_digits():
    n = numbering("１／３ 甲", "２／３ 乙", "３／３ 丙")
    assert (n.kind, n.total, [c.number for c in n.found]) == ("posts", 3, [1, 2, 3])


def test_the_marker_alone_is_the_counter():
    text = "Words. (2/3) 👇"
    (c,) = [c for c in candidates(text) if c.family == "end slash"]
    assert text[c.start : c.end] == "(2/3)"


@pytest.mark.parametrize(
    "texts",
    [
        ("Open 24/7.", "On 9/11 it rained.", "44/100 #100DaysOfCode"),
        ("1/3 of devs agree.", "So.", "Then."),
        ("10/10, would bake again.", "A mark.", "9/10 for the crust."),
        ("82/15 is a year.", "1/2 cup of flour.", "2/3 majority."),
        ("I say 1) this, 2) that.", "And 3) more.", "Well."),
        ("1/10 The film.", "9/10 The book.", "3/10 The play."),
        ("3/1/2024 we met.", "4/1/2024 we left.", "5/1/2024 we wrote."),
        ("1.5 litres", "2.5 litres", "3.5 litres"),
        ("1/2", "1/2", "1/2", "1/2"),
    ],
)
def test_what_only_looks_like_a_counter_is_none(texts):
    assert numbering(*texts).kind == "none"


def test_list_items_over_several_posts_are_items_and_stay():
    n = numbering("1. Flour", "Any kind will do.", "2. Water", "Warm.", "Not hot.", "3. Salt", "A pinch.")
    assert (n.kind, n.style, [c.number for c in n.found]) == ("items", "n.", [1, 2, 3])


def test_a_list_at_the_ends_of_posts_is_reported_too():
    n = numbering("Flour (1)", "So.", "Water (2)", "So.", "So.", "Salt (3)", "So.")
    assert (n.kind, n.at) == ("items", "end")


def test_a_title_before_and_extras_behind_are_allowed():
    n = numbering("How a clock is wound", "1/ A", "2/ B", "3/ C", "PS: thanks!")
    assert (n.kind, marks(n)) == ("posts", [("p2", 1), ("p3", 2), ("p4", 3)])


def test_numbers_on_less_than_half_of_the_line_count_nothing():
    assert numbering("1/ A", "2/ B", "3/ C", *["More."] * 5).kind != "posts"


def test_numbering_may_start_at_nought():
    assert [c.number for c in numbering("0/ A", "1/ B", "2/ C").found] == [0, 1, 2]


def test_one_change_of_style_is_allowed():
    n = numbering("A /2", "B /3", "C /4", "D 5/5")
    assert (n.kind, n.total, [c.number for c in n.found]) == ("posts", 5, [2, 3, 4, 5])
    n = numbering("1/ A", "2/ B", "3/ C", "D 4/4")
    assert [c.number for c in n.found] == [1, 2, 3, 4]


def test_a_second_change_of_style_is_not():
    n = numbering("1/ A", "2/ B", "3/ C", "4. D", "E (5)")
    assert [c.number for c in n.found] == [1, 2, 3, 4]


def test_a_mark_of_another_style_that_does_not_continue_is_left_alone():
    n = numbering("1/ A", "2/ B", "3/ C", "Open 24/7", "5/ E")
    assert marks(n) == [("p1", 1), ("p2", 2), ("p3", 3), ("p5", 5)]


def test_a_number_may_repeat():
    n = numbering("1/ A", "2/ B", "3/ C", "3/ C again", "4/ D", "5/ E")
    assert (n.kind, n.repeated, n.skipped) == ("posts", (3,), ())


def test_a_post_may_cover_two_numbers():
    n = numbering("4/40 A", "5/40 B", "6-7/40 C", "8/40 D")
    assert ([(c.number, c.last) for c in n.found], n.skipped) == ([(4, None), (5, None), (6, 7), (8, None)], ())


def test_numbering_may_count_down():
    n = numbering("#4 of 4 A", "#3 of 4 B", "#2 of 4 C", "#1 of 4 D")
    assert (n.kind, falls(n.found), n.total) == ("posts", True, 4)


def test_a_skipped_number_is_named():
    assert numbering("1/7", "2/7", "3/7", "4/7", "5/7", "7/7").skipped == (6,)
    assert numbering("#7 of 7", "#6 of 7", "#5 of 7", "#3 of 7", "#2 of 7", "#1 of 7").skipped == (4,)


def test_a_post_without_words_takes_the_free_number():
    assert numbering("1/ A", "2/ B", "", "4/ D", "5/ E").skipped == ()
    assert numbering("1/ A", "2/ B", "3/ C", "", "6/ F", "7/ G").skipped == (5,)


def test_the_usual_total_wins_over_a_slip():
    assert numbering("1/9 A", "2/9 B", "3/8 C", "4/9 D").total == 9


def test_three_different_totals_are_marks_not_counters():
    assert numbering("1/3 A", "2/4 B", "3/5 C").kind == "items"


def test_two_posts_count_only_with_one_total_from_one_on():
    assert numbering("1/2 A", "2/2 B").kind == "posts"
    assert numbering("1/3 A", "2/3 B").kind == "posts"
    assert numbering("1/2 A", "B", "C", "2/2 D").kind == "none"
    assert numbering("1/ A", "2/ B").kind == "none"
    assert numbering("2/3 A", "3/3 B").kind == "none"
    assert numbering("1/3 A", "2/4 B").kind == "none"


def test_lost_posts_make_numbers_jump_only_where_no_links_were_seen():
    texts = ("1/9 A", "2/9 B", "5/9 E", "6/9 F", "9/9 I")
    assert numbering(*texts, linked=False).kind == "posts"
    assert numbering(*texts, linked=True).kind == "items"


@given(st.lists(st.text(max_size=40), max_size=12))
def test_any_texts_are_read_and_marks_lie_in_their_texts(texts):
    posts = [Post(id=str(i), author="a", text=text) for i, text in enumerate(texts)]
    for c in read(posts).found:
        text = texts[int(c.post)]
        assert 0 <= c.start < c.end <= len(text)
        assert any(char.isdigit() or char in "\u20e3\U0001f51f" for char in text[c.start : c.end])


@given(
    st.integers(3, 40),
    st.integers(0, 3),
    st.sampled_from(["{n}/{N} Words", "Words {n}/{N}", "{n}. Words", "({n}/{N}) Words"]),
)
def test_a_numbering_of_posts_is_found_wherever_it_starts(n, first, form):
    texts = [form.format(n=first + i, N=first + n - 1) for i in range(n)]
    assert [c.number for c in numbering(*texts).found] == list(range(first, first + n))


def test_an_ellipsis_behind_the_counter_belongs_to_the_text():
    n = numbering("1/ One ...", "2/ ... two ...", "3/... three")
    assert [(c.start, c.end) for c in n.found] == [(0, 2), (0, 2), (0, 2)]


def test_list_items_that_stand_close_together_are_items_too():
    assert numbering("1. Flour", "2. Water", "Warm.", "3. Salt", "A pinch.", "4. Time").kind == "items"


def test_numbers_that_begin_anew_count_nothing():
    assert numbering("1/ A", "2/ B", "3/ C", "1/ D", "2/ E").kind == "none"


def test_a_number_in_brackets_may_follow_an_emoji_or_a_script_without_spaces():
    assert numbering("甲🌱（1/3）", "乙（2/3）", "丙。（3/3）").kind == "posts"
    assert numbering("word(1/3)", "word(2/3)", "word(3/3)").kind == "none"
