"""The sentences that readers see."""

import ast
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import get_args

import pytest
from msgspec.structs import replace

from tests.render.build import ADA, NAMELESS, START, counted, name, post, thread
from threadleaf.core.model import Author, Completeness, Counter, Gap, Media, Note, Numbering, Option, Poll, Quote
from threadleaf.render import claims, words
from threadleaf.render.tongue import ENGLISH
from threadleaf.sources._pages_repair import _STEPS
from threadleaf.wire import RefusalKind

SOURCES = Path(__file__).parent.parent.parent / "src" / "threadleaf"


def completeness(state, posts, **fields):
    return Completeness(state=state, posts=posts, **fields)


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        (completeness("complete", 23), "All 23 posts are here."),
        (completeness("complete", 1), "This thread is one post, and it is here."),
        (completeness("complete", 2), "Both posts are here."),
        (completeness("incomplete", 11, missing=1, announced=12), "One post is missing."),
        (completeness("incomplete", 9, missing=3, reported=12), "3 of 12 posts are missing."),
        (completeness("incomplete", 1100, missing=1000, ends_reached=True), "1,000 of 2,100 posts are missing."),
        (completeness("incomplete", 11, missing=1), "At least one post is missing."),
        (completeness("incomplete", 7, missing=3), "At least 3 posts are missing."),
        (completeness("incomplete", 9, missing=None), "Some posts are missing."),
        (completeness("open", 60), "Nothing is known to be missing; we could not confirm the end."),
    ],
)
def test_the_state_is_told_in_one_sentence(given, sentence):
    assert claims.state(given) == sentence


def test_a_post_missing_in_a_branch_is_counted_among_the_posts_of_branches():
    given = completeness("incomplete", 9, branch_posts=2, missing=2, ends_reached=True)
    assert claims.state(given, in_branches=True) == "2 of 13 posts are missing."
    one = thread(
        post(1),
        state="incomplete",
        gaps=(Gap(line=name("a")),),
        completeness={"branch_posts": 2, "missing": 1, "reported": 1, "read_at": None},
    )
    assert claims.told(one) == ("One post is missing.", "3 of 4 posts are here; the network reports 1.")


@pytest.mark.parametrize(
    ("given", "numbers", "sentence"),
    [
        (completeness("complete", 3), (), ""),
        (
            completeness("complete", 23, reported=23, ends_reached=True, read_at=START),
            (),
            "The network reports 23; every end was reached; read on 3 May 2026, 09:12 UTC.",
        ),
        (
            completeness("incomplete", 11, missing=1, announced=12),
            [(6, 6)],
            "11 of 12 posts are here; number 6 is unavailable; 12 announced.",
        ),
        (
            completeness("incomplete", 11, missing=1),
            [(6, 6)],
            "11 posts are here; number 6 is unavailable; we could not confirm the end.",
        ),
        (
            completeness("incomplete", 7, missing=3),
            [(1, 1), (6, 6), (8, 8)],
            "7 posts are here; numbers 1, 6 and 8 are unavailable; we could not confirm the end.",
        ),
        (
            completeness("incomplete", 7, missing=3, announced=10),
            [(1, 1), (6, 6), (8, 8)],
            "7 posts are here; numbers 1, 6 and 8 are unavailable; 10 announced.",
        ),
        (completeness("incomplete", 7, missing=None), [(4, 5)], "7 posts are here; numbers 4–5 are unavailable."),
        (completeness("incomplete", 7, missing=None), [(2 * n, 2 * n) for n in range(9)], "7 posts are here."),
        (completeness("open", 1), (), "1 post is here."),
        (completeness("open", 2, withheld=1), (), "2 posts are here; 1 post withheld."),
    ],
)
def test_the_figures_follow_the_state(given, numbers, sentence):
    assert claims.figures(given, numbers) == sentence


@pytest.mark.parametrize(
    ("numbers", "said"),
    [
        ([(1, 5), (6, 6)], "numbers 1–6 are"),
        ([(1, 16), (17, 17), (24, 60)], "numbers 1–17 and 24–60 are"),
        ([(9, 7), (6, 6), (3, 3)], "numbers 3 and 6–9 are"),
        ([(2, 8), (4, 4)], "numbers 2–8 are"),
        ([(4, 4), (4, 4)], "number 4 is"),
    ],
)
def test_neighbouring_numbers_are_told_as_one_run(numbers, said):
    assert f"; {said} unavailable" in claims.figures(completeness("incomplete", 7, missing=None), numbers)


def test_nothing_is_said_to_be_reached_where_the_end_is_cut_off():
    posts = [post(n) for n in range(1, 6)]
    cut = thread(
        *posts,
        state="incomplete",
        gaps=(Gap(after=posts[-1].id, number=6, last=12, count=7),),
        completeness={"missing": 7, "announced": 12, "ends_reached": True, "read_at": None},
    )
    assert claims.told(cut, [(6, 12)]) == (
        "7 of 12 posts are missing.",
        "5 posts are here; numbers 6–12 are not in what was read; 12 announced.",
    )
    assert not any(line.startswith("For every post of the author") for line in claims.how_we_know(cut))


@pytest.mark.parametrize(
    ("posts", "state", "said"),
    [
        (1, "complete", "1 post"),
        (11, "incomplete", "11 posts, some missing"),
        (1100, "open", "1,100 posts, end not confirmed"),
    ],
)
def test_a_list_tells_completeness_in_two_words(posts, state, said):
    assert claims.in_short(posts, state) == said
    assert words.kept(START) == "kept 3 May 2026"


def test_how_we_know_tells_the_evidence():
    known = claims.how_we_know(thread(post(1), completeness={"reported": 1, "branch_posts": 1, "withheld": 2}))
    assert known == [
        "Each post names the post it answers; the order follows these links.",
        "For every post of the author, all further answers by the author were asked for.",
        "The network counts 1 post in this thread.",
        "In branches, shown where they leave: 1 more post by the author.",
        "Posts that are not for everybody are left out; their places are kept.",
        "Read on 3 May 2026, 14:02 UTC; what was written or changed later is not here.",
    ]


def test_how_we_know_of_a_saved_page_claims_no_links():
    page = thread(
        post(1),
        state="incomplete",
        gaps=(Gap(before=name("1"), number=1),),
        completeness={"links_seen": False, "announced": 2, "read_at": None},
    )
    assert claims.how_we_know(page) == [
        "This comes from a saved page, which does not say which post answers which.",
        "The order is the page's, and a lost post shows only by the author's numbering.",
        "The page announces 2 posts.",
        "What is missing is named in its place.",
        "It is not known when this was read.",
    ]


@pytest.mark.parametrize(
    ("ends", "said"), [((), None), (("a",), "Below one post there may"), (("a", "b"), "Below two posts there may")]
)
def test_how_we_know_names_the_open_ends(ends, said):
    known = claims.how_we_know(thread(post(1), state="open", completeness={"open_ends": ends}))
    assert [line for line in known if line.startswith("Below")] == [line for line in known if said and said in line]
    assert len([line for line in known if line.startswith("Below")]) == bool(said)


def test_the_authors_numbering_is_explained():
    posts = [post(n) for n in (1, 2, 3)]
    numbered = thread(*posts, counters=counted(*posts, numbers=(1, 2, 3)), completeness={"announced": 3})
    known = claims.how_we_know(numbered)
    assert "The author numbers the posts, in the form “n/”; the article view leaves the numbers out." in known
    assert "The author numbers the posts, in the form “n/”." in claims.how_we_know(numbered, "posts")
    keys = replace(numbered, counters=replace(numbered.counters, style="keycap"))
    assert "The author numbers the posts, in the form “1\ufe0f\u20e3”." in claims.how_we_know(keys, "posts")
    assert "The author announces 3 posts." in known
    assert "The author's numbers count points in the text, not posts; they stay where they are." in claims.how_we_know(
        thread(*posts, counters=Numbering(kind="items"))
    )


def notes(*found, **fields):
    posts = [post(n) for n in (1, 2, 3)]
    numbers = counted(*posts, numbers=(4, 5, 7))
    return claims.notes(thread(*posts, counters=numbers, completeness={"notes": found} | fields))


def test_a_skipped_number_is_explained_by_its_linked_neighbours():
    six = Note(kind="number-skipped", n=6)
    assert notes(six) == ["The author's numbering skips 6; post 7 answers post 5 directly."]
    assert notes(six, links_seen=False) == ["The author's numbering skips 6."]
    assert notes(Note(kind="number-skipped", n=1)) == ["The author's numbering skips 1."]
    assert notes(Note(kind="number-skipped", n=9)) == ["The author's numbering skips 9."]


def test_numbers_of_one_kind_share_a_sentence():
    skipped = [Note(kind="number-skipped", n=n) for n in (6, 8, 9)]
    assert notes(*skipped) == ["The author's numbering skips 6, 8 and 9."]
    repeated = [Note(kind="number-repeated", n=n) for n in range(1000, 2000)]
    assert notes(*repeated) == [
        "These numbers of the author's occur more than once: 1000, 1001, 1002, 1003, 1004, 1005, 1006, 1007 and 992 others."
    ]


def test_a_note_is_told_once_and_an_unknown_one_not_at_all():
    cut = [Note(kind="cycle-cut", post=name("1")), Note(kind="cycle-cut", post=name("2"))]
    assert notes(*cut, Note(kind="from-the-future"), Note(kind="doubled-posts", n=2)) == [
        "Some posts answer each other in a circle; it was opened at the oldest of them.",
        "Some posts came more than once (further copies: 2); the latest edit of each is shown.",
    ]


@pytest.mark.parametrize(("n", "where"), [(1, "one place"), (3, "3 places"), (None, "some places")])
def test_a_note_says_in_how_many_places(n, where):
    assert notes(Note(kind="guessed-boundaries", n=n)) == [f"In {where}, it is a guess where a new post begins."]


def test_a_count_of_another_kind_is_explained_and_not_set_against_ours():
    counted = completeness("complete", 2, reported=3, ends_reached=True)
    assert "reports" not in claims.figures(counted, ())
    said = claims.how_we_know(replace(ONE, completeness=counted))
    assert "The network counts 3 posts in this thread, calls to a bot and answers among them." in said
    same = completeness("complete", 2, reported=2, ends_reached=True)
    assert claims.figures(same, ()) == "The network reports 2; every end was reached."
    assert "The network counts 2 posts in this thread." in claims.how_we_know(replace(ONE, completeness=same))


@pytest.mark.parametrize(
    ("reported", "missing", "figure", "evidence"),
    [
        (3, 1, "the network reports 3, the missing one among them", "The post that is missing here is among them: 2 posts and the missing one."),
        (4, 2, "the network reports 4, the missing ones among them", "The posts that are missing here are among them: 2 posts and the 2 missing ones."),
        (5, 2, "the network reports 5 and may count otherwise", "That is not the number of posts here: it may hold posts not shown to us, calls to a bot, or answers."),
        (5, None, "the network reports 5 and may count otherwise", "That is not the number of posts here: it may hold posts not shown to us, calls to a bot, or answers."),
        (1, 1, "the network reports 1 and may count otherwise", "That is fewer than are here: the network may have counted before the others were written."),
    ],
)  # fmt: skip
def test_where_the_networks_count_is_not_ours_it_is_said_why(reported, missing, figure, evidence):
    counted = completeness("incomplete", 2, reported=reported, missing=missing)
    assert figure in claims.figures(counted)
    assert evidence in claims.how_we_know(replace(ONE, completeness=counted))


def test_of_posts_missing_in_a_branch_the_networks_count_says_nothing():
    counted = completeness("incomplete", 2, reported=3, missing=1, branch_posts=1)
    one = replace(ONE, completeness=counted, gaps=(Gap(line=name("a")),))
    assert "the network reports 3 and may count otherwise" in claims.told(one)[1]
    assert "among them" not in " ".join(claims.how_we_know(one))


def test_of_many_missing_posts_the_first_and_the_last_are_linked():
    row = [Gap(after="a", before="b", id=f"at://a/app.bsky.feed.post/{n}", reason="unreachable") for n in range(30)]
    (told,) = claims.gaps(row, [(n, n) for n in range(30)], ONE)
    assert [post for _, post in told.links] == [row[0].id, row[-1].id]
    (few,) = claims.gaps(row[:8], [(n, n) for n in range(8)], ONE)
    assert len(few.links) == 8


def test_every_kind_of_refusal_has_a_sentence():
    for kind in get_args(RefusalKind):
        assert notes(Note(kind=f"stopped-{kind}", n=2)) == [claims.NOTES[f"stopped-{kind}"]]


def test_every_kind_of_note_that_the_sources_write_has_a_sentence():
    written = {kind for kind, _ in _STEPS}
    for path in SOURCES.rglob("*.py"):
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "Note":
                kinds = [word.value for word in call.keywords if word.arg == "kind"]
                written |= {kind.value for kind in kinds if isinstance(kind, ast.Constant)}
    assert len(written) > 8
    assert written <= set(claims.NOTES)


ONE = thread(post(1), post(2))
PAGE = thread(post(1), post(2), completeness={"links_seen": False})


def gap(**fields):
    return Gap(**{"after": name("1"), "before": name("2")} | fields)


@pytest.mark.parametrize(
    ("given", "number", "what", "why"),
    [
        (
            gap(id=name("6"), says="not-found"),
            (6, 6),
            "Post 6 is unavailable.",
            "The next post answers it, so it existed; the network does not say why.",
        ),
        (
            gap(id=name("6"), reason="deleted", says="deleted"),
            (6, 6),
            "Post 6 was deleted.",
            "The next post answers it, so it existed; the network says that it was deleted.",
        ),
        (
            gap(id=name("6"), reason="deleted", says="not-found"),
            None,
            "One post is unavailable.",
            "The next post answers it, so it existed; the network does not say why.",
        ),
        (
            gap(id=name("6"), reason="blocked", before=None),
            None,
            "One post is unavailable.",
            "The network names it, so it existed; the network says that it is blocked.",
        ),
        (
            gap(number=6, last=8, count=3, beside=5),
            (6, 8),
            "Posts 6 to 8 are unavailable.",
            "The author's numbering has no 6–8; 5 stands there twice; the network does not say why.",
        ),
        (
            gap(reason="deleted", says="deleted", count=3),
            None,
            "Three posts were deleted.",
            "The network says that they were deleted.",
        ),
        (gap(count=None, reason="unreachable"), None, "Some posts are unavailable.", "They were out of reach when "),
        (gap(count=None, reason="deleted", says="deleted"), None, "Some posts were deleted.", "The network says that "),
        (
            gap(before=None, count=40, reason="unreachable"),
            None,
            "40 posts are unavailable.",
            "More posts are counted than are here; they were out of reach when this was read.",
        ),
        (
            gap(id=name("6"), reason="unreachable"),
            (6, 6),
            "Post 6 is unavailable.",
            "The next post answers it, so it existed; it was out of reach when this was read.",
        ),
    ],
)
def test_a_gap_says_what_is_missing_and_how_we_know(given, number, what, why):
    (told,) = claims.gaps([given], [number], ONE)
    assert told.what == what
    assert told.why.startswith(why)


@pytest.mark.parametrize(
    ("given", "number", "what", "why"),
    [
        (
            gap(before=None, number=26, last=60, count=35),
            (26, 60),
            "Posts 26 to 60 are not in what was read.",
            "The author's numbering goes on to 60.",
        ),
        (
            gap(before=None, number=10),
            (10, 10),
            "Post 10 is not in what was read.",
            "The author's numbering goes on to 10.",
        ),
        (
            gap(before=None, count=4),
            None,
            "Four posts are not in what was read.",
            "More posts are counted than are here.",
        ),
        (gap(count=2), None, "Two posts are not in what was read.", "More posts are counted than are here."),
        (
            gap(before=None, number=3, last=1, count=3),
            (3, 1),
            "Posts 3 to 1 are not in what was read.",
            "The author's numbering goes on to 1.",
        ),
        (gap(before=None, count=None), None, "Some posts are not in what was read.", ""),
    ],
)
def test_what_no_link_leads_to_was_never_asked_for(given, number, what, why):
    assert claims.gaps([given], [number], ONE) == [(what, why, ())]


def test_a_saved_page_is_not_called_a_network():
    (told,) = claims.gaps([gap(number=6)], [(6, 6)], PAGE)
    assert told.why == "The author's numbering has no 6; the page does not say why."
    (told,) = claims.gaps([gap(before=None, number=6)], [(6, 6)], PAGE)
    assert told.what == "Post 6 is unavailable."
    assert told.why == "The author's numbering goes on to 6; the page does not say why."


def test_neighbours_missing_for_the_same_reason_share_a_sentence():
    told = claims.gaps([gap(id=name("6")), gap(id=name("7"))], [(6, 6), (7, 7)], ONE)
    assert told == [
        (
            "Posts 6 to 7 are unavailable.",
            "The network names them, so they existed; the network does not say why.",
            (("Address of 6", name("6")), ("Address of 7", name("7"))),
        )
    ]


def test_neighbours_without_numbers_are_counted():
    (told,) = claims.gaps([gap(id=name("6")), gap(id=name("7"))], [(6, 6), None], ONE)
    assert told.what == "Two posts are unavailable."
    assert told.links == (("Address of 6", name("6")), ("Address", name("7")))


def test_neighbours_missing_for_different_reasons_are_told_apart():
    first, second = claims.gaps([gap(id=name("6")), gap(id=name("7"), reason="blocked")], [None, None], ONE)
    assert first.why == "The network names it, so it existed; the network does not say why."
    assert second.why == "The next post answers it, so it existed; the network says that it is blocked."


@pytest.mark.parametrize("reason", ["opted-out", "taken-down", "protected"])
def test_a_post_that_somebody_does_not_want_shown_is_not_linked(reason):
    (told,) = claims.gaps([gap(id=name("6"), reason=reason)], [None], ONE)
    assert told.links == ()


def test_no_sentence_but_the_networks_own_says_deleted():
    reasons = ("deleted", "blocked", "protected", "opted-out", "taken-down", "unreachable", "unknown")
    for given in [
        gap(reason=reason, says=says, count=n) for reason in reasons for says in ("", "gone") for n in (1, 2)
    ]:
        (told,) = claims.gaps([given], [None], ONE)
        assert "deleted" not in f"{told.what} {told.why}"


@pytest.mark.parametrize(
    ("time", "said"),
    [
        (timedelta(seconds=59), "within a minute"),
        (timedelta(minutes=1), "one minute later"),
        (timedelta(minutes=59), "59 minutes later"),
        (timedelta(hours=2), "two hours later"),
        (timedelta(days=12), "twelve days later"),
        (timedelta(days=177), "177 days later"),
    ],
)
def test_the_time_between_posts_is_told_in_words(time, said):
    assert words.later(time) == said


def test_a_branch_after_the_end_is_an_afterthought():
    later = timedelta(hours=2)
    assert words.branch(2, later, after_end=True, deeper=False) == ("Afterthought", ", 2 posts, two hours later")
    assert words.branch(1, None, after_end=False, deeper=True) == ("Branch", ", 1 post, leaving the branch before it")
    assert words.branch(1, -later, after_end=False, deeper=False) == ("Branch", ", 1 post")


@pytest.mark.parametrize(
    ("last", "said"),
    [
        (START, ("3 May 2026, 09:12", "")),
        (START + timedelta(minutes=28), ("3 May 2026, 09:12", "09:40")),
        (datetime(2027, 1, 31, 0, 5, tzinfo=UTC), ("3 May 2026, 09:12", "31 January 2027, 00:05")),
    ],
)
def test_a_stretch_of_time_does_not_repeat_its_day(last, said):
    assert words.stretch(START, last) == said


def test_a_person_without_handle_or_name_is_unknown():
    assert words.person(ADA) == "@ada.example"
    assert words.person(Author(id="1", network="x", handle="@ada")) == "@ada"
    assert words.person(Author(id="1", network="page", name="Ada")) == "Ada"
    assert words.person(NAMELESS) == words.person(None) == "an unknown author"
    assert words.unseen(None) == "In reply to a post that is not shown here."
    assert words.unseen(ADA, turn=True) == "Continues in a reply to a post by @ada.example that is not shown here."


@pytest.mark.parametrize(
    ("media", "said"),
    [
        (Media(kind="image"), "Image."),
        (Media(kind="image", width=800), "Image."),
        (Media(kind="video", width=16, height=9), "Video, 16 : 9."),
        (Media(kind="gif", width=640, height=9), "Animation, 640 × 9."),
    ],
)
def test_media_are_told_by_kind_and_size(media, said):
    assert words.media(media) == said


def test_a_poll_is_told_with_its_figures():
    yes, no, hidden = Option(title="Yes", votes=31), Option(title="No", votes=19), Option(title="?")
    poll = Poll(options=(yes, no, hidden))
    assert words.poll(poll) == "Poll."
    assert words.poll(Poll(options=(), multiple=True, closed=True, voters=1)) == (
        "Poll, several choices allowed, closed, 1 person voted."
    )
    assert words.poll(Poll(options=(), ends=START, voters=1200)) == (
        "Poll, open until 3 May 2026, 09:12 UTC, 1,200 people voted."
    )
    assert words.share(yes, poll) == (62, "62 %, 31 votes")
    assert words.share(hidden, poll) == (None, "not counted yet")
    assert words.share(yes, Poll(options=(yes, no), multiple=True, voters=40)) == (78, "78 %, 31 votes")
    none = Option(title="Yes", votes=0)
    assert words.share(none, Poll(options=(none,))) == (0, "0 %, 0 votes")
    assert words.share(Option(title="", votes=1), Poll(options=(Option(title="", votes=1),))) == (100, "100 %, 1 vote")


def test_an_excerpt_is_cut_at_a_word():
    assert words.excerpt("short") == "short"
    assert words.excerpt("one two three", 9) == "one two…"
    assert words.excerpt("苔" * 20, 10) == "苔" * 9 + "…"


@pytest.mark.parametrize(
    ("address", "host"),
    [
        ("https://www.example.com/a?b#c", "example.com"),
        ("https://user@example.com:8443?x", "example.com:8443"),
        ("example.com/a", "example.com/a"),
    ],
)
def test_a_card_names_the_host_that_it_leads_to(address, host):
    assert words.domain(address) == host


def test_a_quote_that_somebody_objected_to_is_not_linked():
    states = ("shown", "not-found", "blocked", "detached", "opted-out", "taken-down", "hidden", "address", "unknown")
    linked = [state for state in states if words.may_link(Quote(id="q", state=state), "")]
    assert linked == ["shown", "not-found", "address", "unknown"]
    assert all(words.placeholder(Quote(id="q", state=state), "").endswith(".") for state in states)


def test_labels_put_pictures_or_the_whole_post_behind_a_notice():
    adult = Author(id="a", network="bsky", labels=("porn", "gore"))
    assert words.sensitive(post(1, labels=("graphic-media", "bot")), adult) == "Labelled: graphic media, adult content"
    assert words.sensitive(post(1, sensitive=True), None) == "Marked as sensitive by the author"
    assert words.sensitive(post(1, sensitive=True, warning="Food"), ADA) == ""
    assert words.covers(post(1, labels=("!warn",)), None) == "The network asks for a notice before this post"
    assert words.covers(post(1), Author(id="a", network="bsky", labels=("!warn",))) != ""
    assert words.covers(post(1), ADA) == words.covers(post(1), None) == ""


@pytest.mark.parametrize(("langs", "minutes"), [(("en",), "2 min"), (("zh-Hans",), "6 min"), ((), "2 min")])
def test_reading_time_knows_scripts_that_say_more_with_a_sign(langs, minutes):
    assert claims.size(thread(post(1, "x" * 2760, langs=langs))) == ["1 post", minutes]


def test_an_edit_is_told_by_the_number_of_its_post():
    assert words.edited_post((3, 3), START) == "Post 3 was edited on 3 May 2026, 09:12 UTC."
    assert words.edited_post(None, START) == "One post was edited on 3 May 2026, 09:12 UTC."


def test_numbers_are_words_up_to_twelve():
    assert [ENGLISH.small(n) for n in (0, 12, 13, -1)] == ["no", "twelve", "13", "-1"]


def test_a_counter_of_two_numbers_is_a_neighbour_by_its_last():
    found = (Counter(post="a", start=0, end=1, number=5, last=6), Counter(post="b", start=0, end=1, number=8))
    skipped = Note(kind="number-skipped", n=7)
    one = thread(post(1), counters=Numbering(kind="posts", found=found), completeness={"notes": (skipped,)})
    assert claims.notes(one)[0].endswith("; post 8 answers post 6 directly.")


def test_an_address_that_stands_in_the_text_is_not_repeated():
    quote = Quote(id="77", state="address", url="https://x.com/b/status/77")
    assert words.may_link(quote, "See this.")
    assert not words.may_link(quote, "See https://x.com/b/status/77")
    assert words.placeholder(quote, "See https://x.com/b/status/77") != words.placeholder(quote, "See this.")
