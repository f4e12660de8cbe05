"""The article view: rules §5.2 to §5.4."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.talk import a, b, chain, page, thread
from threadleaf.core.article import paragraph_text
from threadleaf.core.assemble import assemble
from threadleaf.core.model import Card, Media, Missing, Option, Poll, Quote, Span


def texts(t):
    posts = {post.id: post for post in t.posts}
    return [paragraph_text(paragraph, posts) for paragraph in t.article.paragraphs]


def line(*words, **more):
    """A chain of posts with these texts."""
    return thread([a(str(i), text, to=str(i - 1) if i > 1 else None) for i, text in enumerate(words, 1)], **more)


def pair(first, second):
    return texts(line(first, second))


@pytest.mark.parametrize(
    ("first", "second", "joined"),
    [
        ("The miller sleeps when", "the village is awake.", "The miller sleeps when the village is awake."),
        ("The stone, the wheel,", "The water.", "The stone, the wheel, The water."),
        ("It stops…", "… and starts.", "It stops … and starts."),
        ("It stops ...", "...and starts.", "It stops … and starts."),
        ("It stops", "… and starts.", "It stops … and starts."),
        ("It stops…", "and starts.", "It stops… and starts."),
        ("Мельник спит, когда", "деревня не спит.", "Мельник спит, когда деревня не спит."),
        ("磨坊主睡觉的时候", "村子醒着。", "磨坊主睡觉的时候村子醒着。"),
        ("石头…", "…很冷。", "石头……很冷。"),
        ("A remark (see below)", "and more.", "A remark (see below) and more."),
    ],
)
def test_a_sentence_cut_across_posts_is_joined(first, second, joined):
    assert pair(first, second) == [joined]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("It stops.", "It starts."),
        ("It stops!", "it starts."),
        ("It “stops.”", "It starts."),
        ("Why?)", "So."),
        ("It stops…", "It starts."),
        ("It stops…", "…"),
        ("Here is why:", "one reason."),
        ("它停了。", "它开始了。"),
        ("A lovely day 🎉", "The next day."),
        ("Done ❤️", "More."),
        ("How a clock is wound", "It takes two people."),
        ("Как заводят часы", "«Вдвоём», сказал он."),
    ],
)
def test_whole_sentences_stay_apart(first, second):
    assert pair(first, second) == [first, second]


@pytest.mark.parametrize("kind", ["link", "tag"])
def test_a_post_that_ends_with_a_link_or_a_hashtag_has_ended(kind):
    first = a("1", "Look at #mills", spans=(Span(start=8, end=14, kind=kind, value="mills"),))
    assert texts(thread(first, a("2", "the next.", to="1"))) == ["Look at #mills", "the next."]


def test_blank_lines_are_paragraphs_and_single_breaks_stay():
    t = line("One.\n\nTwo,\nstill two.\n \nThree")
    assert texts(t) == ["One.", "Two,\nstill two.", "Three"]


def test_the_last_paragraph_of_a_post_is_joined_with_the_next_post():
    assert texts(line("One.\n\nTwo goes", "on.\n\nThree.")) == ["One.", "Two goes on.", "Three."]


def test_counters_are_dropped_where_they_count_posts():
    t = line("1/4 It begins", "2/4 and goes on.", "3/4 It ends.", "Really. 4/4")
    assert texts(t) == ["It begins and goes on.", "It ends.", "Really."]
    assert [cut.why for cut in t.article.cuts if cut.why != "space"] == ["counter"] * 4


def test_counters_of_two_posts_and_list_numbers_stay():
    assert texts(line("1/2 It begins.", "2/2 It ends.")) == ["1/2 It begins.", "2/2 It ends."]
    items = ("1. Flour.", "Any.", "2. Water.", "Warm.", "So.", "3. Salt.")
    assert texts(line(*items)) == list(items)


def test_what_stands_behind_a_counter_at_the_end_is_kept():
    t = line("One 1/ 👇", "Two 2/ 👇", "Three 3/ 👇")
    assert "".join(texts(t)).count("👇") == 3
    assert "1/" not in "".join(texts(t))


def test_a_post_that_is_only_a_counter_leaves_an_empty_piece():
    assert texts(line("1/3 One.", "2/3", "3/3 Three.")) == ["One.", "", "Three."]


def test_leading_mentions_of_the_author_herself_are_dropped():
    spans = (
        Span(start=0, end=2, kind="mention", value="https://example.com/a"),
        Span(start=3, end=5, kind="mention", value="https://example.com/@b"),
    )
    t = thread(
        a("1", "One."),
        a(
            "2",
            "@a @b is right. @a",
            to="1",
            spans=(*spans, Span(start=16, end=18, kind="mention", value="https://example.com/a")),
        ),
    )
    assert texts(t) == ["One.", "@b is right. @a"]


def test_a_mention_within_the_text_stays():
    spans = (Span(start=4, end=6, kind="mention", value="https://example.com/a"),)
    assert texts(thread(a("1", "See @a.", spans=spans))) == ["See @a."]


@pytest.mark.parametrize(
    "more",
    [
        {"media": (Media(kind="image"),)},
        {"card": Card(url="https://example.com")},
        {"poll": Poll(options=(Option(title="yes"),))},
        {"langs": ("de",)},
        {"warning": "Spiders"},
    ],
)
def test_never_joined_across_media_warnings_or_a_change_of_language(more):
    t = thread(a("1", "It begins", **more), a("2", "and ends.", to="1"))
    assert texts(t) == ["It begins", "and ends."]


def test_never_joined_into_a_content_warning():
    t = thread(a("1", "It begins"), a("2", "and ends.", to="1", warning="Spiders"))
    assert texts(t) == ["It begins", "and ends."]


def test_never_joined_across_a_branch_a_gap_or_somebody_elses_reply():
    t = thread(a("1", "It begins"), a("2", "and ends.", to="1"), a("x", "Aside.", to="1", at=90))
    assert texts(t) == ["It begins", "and ends."]
    t = thread(
        a("1", "It begins"),
        a("3", "and ends.", to="2", root="1", parent_author="a"),
        missing=(Missing(id="2", author="a", parent="1"),),
    )
    assert texts(t) == ["It begins", "and ends."]
    t = thread(chain(2, text="It begins"), b("q", to="2"), a("3", "and goes", to="q"), a("4", "on.", to="3"))
    assert texts(t) == ["It begins", "It begins", "and goes on."]


def test_posts_of_a_page_are_joined_though_they_have_no_parents():
    assert texts(assemble(page("It begins", "and ends."))) == ["It begins and ends."]


def test_a_quoted_address_at_the_seam_goes_behind_the_paragraph():
    address = "https://twitter.com/b/status/77"
    start = len("It stops... ")
    quote = Quote(id="77", state="address")
    first = a(
        "1",
        f"It stops... {address}",
        quote=quote,
        spans=(Span(start=start, end=start + len(address), kind="link", value=address),),
    )
    t = thread(first, a("2", "... and starts.", to="1"))
    assert texts(t) == [f"It stops … and starts. {address}"]
    assert [piece.post for piece in t.article.paragraphs[0].after] == ["1"]


@pytest.mark.parametrize("value", ["https://example.com/77", "https://twitter.com/b/status/78"])
def test_other_addresses_stay_where_they_are(value):
    text = f"See {value}"
    first = a("1", text, quote=Quote(id="status/77"), spans=(Span(start=4, end=len(text), kind="link", value=value),))
    assert texts(thread(first)) == [text]


def test_a_quoted_address_that_is_the_whole_text_stays():
    value = "https://twitter.com/b/status/77"
    first = a("1", value, quote=Quote(id="77"), spans=(Span(start=0, end=len(value), kind="link", value=value),))
    assert texts(thread(first)) == [value]


def test_a_picture_alone_is_an_empty_piece():
    t = thread(a("1", "One."), a("2", " ", to="1", media=(Media(kind="image"),)), a("3", "Three.", to="2"))
    assert texts(t) == ["One.", "", "Three."]


def restored(t):
    """Every post's text, put together again from pieces and cuts."""
    rows = [(c.post, c.start, c.end) for c in t.article.cuts]
    rows += [
        (p.post, p.start, p.end) for paragraph in t.article.paragraphs for p in (*paragraph.pieces, *paragraph.after)
    ]
    found = {}
    for post in t.posts:
        ranges = sorted((s, e) for i, s, e in rows if i == post.id and e > s)
        assert all(left[1] == right[0] for left, right in pairwise(ranges))
        found[post.id] = "".join(post.text[s:e] for s, e in ranges)
    return found


WORDS = st.text(st.sampled_from("ab .…\n\t!?：。水🎉1/2)"), max_size=24)


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["", "{n}/{N} ", "{n}. "]),
            WORDS,
            st.sampled_from(["", " {n}/{N}", "/{n}", " ({n}/{N}) 👇"]),
        ),
        min_size=1,
        max_size=7,
    )
)
def test_from_the_article_every_original_character_can_be_recovered(rows):
    posts = [
        a(str(i), (head + text + tail).format(n=i, N=len(rows)), to=str(i - 1) if i > 1 else None)
        for i, (head, text, tail) in enumerate(rows, 1)
    ]
    t = thread(posts)
    assert restored(t) == {post.id: post.text for post in t.posts}


@given(st.integers(3, 9), st.sampled_from(["{i}/{n} ", "({i}/{n}) ", "{i}. "]), st.data())
def test_with_counters_too_every_original_character_can_be_recovered(n, form, data):
    posts = [
        a(str(i), form.format(i=i, n=n) + data.draw(WORDS), to=str(i - 1) if i > 1 else None) for i in range(1, n + 1)
    ]
    t = thread(posts)
    assert restored(t) == {post.id: post.text for post in t.posts}
    assert t.counters.kind != "posts" or any(cut.why == "counter" for cut in t.article.cuts)


def test_on_a_page_nothing_is_joined_across_a_number_that_does_not_occur():
    assert texts(assemble(page("1/ It begins", "2/ and goes", "3/ on", "5/ and ends."))) == [
        "It begins and goes on",
        "and ends.",
    ]


@pytest.mark.parametrize(("second", "count"), [("and so on.", 1), ("What now?", 2), ("再来。", 2)])
def test_behind_a_quoted_address_only_a_small_letter_goes_on(second, count):
    address = "https://twitter.com/b/status/77"
    span = Span(start=8, end=8 + len(address), kind="link", value=address)
    first = a("1", f"It goes {address}", quote=Quote(id="77", state="address"), spans=(span,))
    assert len(texts(thread(first, a("2", second, to="1")))) == count
