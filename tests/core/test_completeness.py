"""Gaps and completeness: rules §4."""

import pytest

from tests.support.talk import a, b, chain, ids, page, talk, thread
from threadleaf.core.assemble import assemble
from threadleaf.core.errors import TooLarge
from threadleaf.core.model import Frontier, Missing, Note, Reported, Span


def gaps(t):
    return [(g.after, g.before, g.id, g.number, g.last, g.count) for g in t.gaps]


def without(posts, *gone):
    """The posts as a network would give them when some were deleted: those below know their lost parent's id."""
    return [p for p in posts if p.id not in gone]


def numbered(n, first=1):
    return chain(n, text="{i}/" + str(n + first - 1) + " Post", first=first)


def test_all_ends_reached_and_no_gap_is_complete():
    t = thread(chain(5))
    assert (t.completeness.state, t.completeness.posts, t.completeness.ends_reached) == ("complete", 5, True)


def test_a_frontier_on_any_post_of_the_tree_leaves_the_end_open():
    for post in ("1", "3", "x"):
        t = thread(chain(3), a("x", to="2", at=50), frontiers=(Frontier(post=post, why="count", hidden=1),))
        assert (t.completeness.state, t.completeness.open_ends) == ("open", (post,))


def test_frontiers_on_other_peoples_posts_and_on_answers_do_not_matter():
    t = thread(
        chain(3, text="{i}/3"),
        b("q", to="1"),
        a("r", to="q"),
        frontiers=(Frontier(post="q", why="limit"), Frontier(post="r", why="limit")),
    )
    assert t.completeness.state == "complete"


def test_open_ends_are_named_in_reading_order():
    t = thread(
        chain(3), a("x", to="1", at=50), frontiers=(Frontier(post="x", why="count"), Frontier(post="3", why="count"))
    )
    assert t.completeness.open_ends == ("3", "x")


def test_branch_posts_are_counted_apart():
    t = thread(chain(3), a("x", to="2", at=50), a("y", to="x", at=51))
    assert (t.completeness.posts, t.completeness.branch_posts) == (3, 2)


def test_a_missing_middle_post_is_a_gap_with_its_id():
    t = thread(without(chain(5), "3"), missing=(Missing(id="3", author="a", parent="2", says="not-found"),))
    assert gaps(t) == [("2", "4", "3", None, None, 1)]
    assert (t.completeness.state, t.completeness.missing) == ("incomplete", 1)
    assert (t.gaps[0].reason, t.gaps[0].says) == ("unknown", "not-found")


def test_the_reason_is_the_networks_and_nobody_elses():
    for reason in ("deleted", "blocked", "opted-out"):
        t = thread(without(chain(3), "2"), missing=(Missing(id="2", author="a", parent="1", reason=reason),))
        assert t.gaps[0].reason == reason


def test_a_parent_that_nobody_mentions_is_unreachable():
    posts = [
        p if p.parent != "3" else a("4", to="3", at=4, parent_author="a", root="1") for p in without(chain(5), "3")
    ]
    assert [(g.id, g.reason) for g in thread(posts).gaps] == [("3", "unreachable")]


def test_a_missing_answer_by_the_author_is_a_gap_at_the_end():
    t = thread(chain(3), missing=(Missing(id="4", author="a", parent="3", reason="blocked"),))
    assert gaps(t) == [("3", None, "4", None, None, 1)]


def test_a_missing_answer_by_somebody_else_is_no_gap():
    t = thread(chain(3), missing=(Missing(id="x", author="b", parent="3"), Missing(id="y", parent="2")))
    assert (t.gaps, t.completeness.state) == ((), "complete")


def test_a_missing_first_post_is_a_gap_at_the_start():
    t = thread(
        a("2", to="1", at=2, root="1", parent_author="a"),
        a("3", to="2", at=3, root="1"),
        missing=(Missing(id="1", author="a"),),
    )
    assert gaps(t) == [(None, "2", "1", None, None, 1)]


def at(key):
    return f"at://did:plc:a/app.bsky.feed.post/{key}"


def test_an_unseen_root_by_the_same_author_is_named_before_the_missing_parent():
    who = "did:plc:a"
    posts = [a(at(i), f"{i}/8 Post", to=at(i - 1), at=i, root=at(1)) for i in (7, 8)]
    posts = [type(p)(id=p.id, author=who, text=p.text, created=p.created, parent=p.parent, root=p.root) for p in posts]
    t = assemble(talk(posts, anchor=at(8)))
    assert gaps(t) == [(None, at(7), at(1), None, None, None), (None, at(7), at(6), None, None, 1)]
    assert t.completeness.missing is None


def test_numbers_before_a_missing_parent_are_counted():
    posts = chain(6, text="{i}/12 Post", first=7)
    posts[0] = a("7", "7/12 Post", to="6", at=7, root="1", parent_author="a")
    posts[1:] = [
        type(p)(id=p.id, author="a", text=p.text, created=p.created, parent=p.parent, root="1") for p in posts[1:]
    ]
    t = thread(posts, missing=(Missing(id="6", author="a", says="not-found"), Missing(id="1", author="a")))
    assert gaps(t) == [(None, "7", "1", 1, None, 1), (None, "7", "", 2, 5, 4), (None, "7", "6", 6, None, 1)]
    assert (t.completeness.state, t.completeness.missing, t.completeness.announced) == ("incomplete", 6, 12)


def test_the_authors_total_beyond_the_last_post_is_a_gap():
    t = thread(chain(5, text="{i}/12 Post"))
    assert gaps(t) == [("5", None, "", 6, 12, 7)]
    assert t.completeness.state == "incomplete"


def test_posts_without_number_behind_the_last_may_be_the_announced_ones():
    t = thread(numbered(3), a("4", "The end.", to="3", at=4))
    assert t.gaps == ()
    t = thread(chain(3, text="{i}/5 Post"), a("4", "Four.", to="3", at=4))
    assert gaps(t) == [("4", None, "", 5, None, 1)]


def test_two_posts_of_three_announced_are_evidence():
    assert gaps(thread(chain(2, text="{i}/3 Post"))) == [("2", None, "", 3, None, 1)]


def test_the_networks_count_beyond_the_last_post_is_a_gap():
    t = thread(chain(5), reported=(Reported(post="1", count=7), Reported(post="elsewhere", count=99)))
    assert (gaps(t), t.completeness.reported) == ([("5", None, "", None, None, 2)], 7)


def test_the_networks_count_is_compared_with_posts_and_known_gaps():
    t = thread(
        without(chain(5), "3"),
        missing=(Missing(id="3", author="a", parent="2"),),
        reported=(Reported(post="1", count=5),),
    )
    assert len(t.gaps) == 1


def test_a_gap_at_a_limit_is_unreachable_and_its_frontier_is_named():
    t = thread(chain(5, text="{i}/12 Post"), frontiers=(Frontier(post="5", why="limit", hidden=1),))
    assert (t.gaps[0].reason, t.completeness.open_ends) == ("unreachable", ("5",))
    t = thread(chain(5, text="{i}/12 Post"), frontiers=(Frontier(post="5", why="count", hidden=1),))
    assert t.gaps[0].reason == "unknown"


def test_between_linked_posts_a_skipped_number_is_a_note_and_the_thread_complete():
    texts = ["1/7", "2/7", "3/7", "4/7", "5/7", "7/7"]
    t = thread([a(str(i), text, to=str(i - 1) if i > 1 else None) for i, text in enumerate(texts, 1)])
    assert (t.gaps, t.completeness.state) == ((), "complete")
    assert [(n.kind, n.n) for n in t.completeness.notes] == [("number-skipped", 6)]


def test_a_first_post_numbered_two_is_no_gap_when_it_answers_nobody():
    t = thread(chain(4, text="{i}/5 Post", first=2))
    assert (t.gaps, t.completeness.state) == ((), "complete")


def test_a_post_without_words_takes_its_number():
    posts = numbered(6)
    posts[3] = a("4", " ", to="3", at=4)
    t = thread(posts)
    assert (t.gaps, t.counters.skipped, t.completeness.notes) == ((), (), ())


def test_numbers_of_a_missing_stretch_are_given_to_the_gap():
    posts = [p for p in numbered(9) if p.id not in ("4", "5", "6")]
    posts = [
        type(p)(
            id=p.id,
            author="a",
            text=p.text,
            created=p.created,
            parent=p.parent,
            parent_author="a" if p.parent else None,
            root="1" if p.parent else None,
        )
        for p in posts
    ]
    t = thread(posts, missing=(Missing(id="6", author="a"),))
    assert gaps(t) == [("3", "7", "", 4, 5, 2), ("3", "7", "6", 6, None, 1)]


def test_a_gap_in_a_branch_says_which_branch():
    posts = [*chain(3), a("x", to="2", at=50), a("z", to="y", at=52)]
    t = thread(posts, missing=(Missing(id="y", author="a", parent="x"),))
    assert [(g.after, g.before, g.line, g.id) for g in t.gaps] == [("x", "z", "x", "y")]
    assert t.completeness.state == "incomplete"


def test_a_branch_of_which_nothing_was_obtained_is_a_gap_at_its_fork():
    t = thread(chain(3), missing=(Missing(id="x", author="a", parent="2", reason="blocked"),))
    assert [(g.after, g.before, g.line, g.id) for g in t.gaps] == [("2", None, "x", "x")]
    assert t.branches == ()


# --- saved pages: no reply edges ------------------------------------------------------------------


def test_a_page_is_never_complete():
    t = assemble(page("1/3 One.", "2/3 Two.", "3/3 Three."))
    assert (t.completeness.state, t.completeness.links_seen, t.gaps) == ("open", False, ())


def test_a_number_that_does_not_occur_on_a_page_is_a_gap():
    t = assemble(page("2/ B", "3/ C", "4/ D", "5/ E", "7/ G", "9/ I", "10/ J"))
    assert gaps(t) == [(None, "p1", "", 1, None, 1), ("p4", "p5", "", 6, None, 1), ("p5", "p6", "", 8, None, 1)]
    assert (t.completeness.state, t.completeness.missing) == ("incomplete", 3)
    assert t.completeness.notes == ()


def test_a_doubled_neighbour_is_mentioned_with_the_gap():
    t = assemble(page("1/7", "2/7", "3/7", "4/7", "5/7", "5/7", "7/7"))
    assert [(g.number, g.beside) for g in t.gaps] == [(6, 5)]
    assert [(n.kind, n.n) for n in t.completeness.notes] == [("number-repeated", 5)]


def test_a_page_that_counts_down_lacks_what_lies_between():
    t = assemble(page("#6 of 7 F", "#5 of 7 E", "#4 of 7 D", "#2 of 7 B"))
    assert gaps(t) == [(None, "p1", "", 7, None, 1), ("p3", "p4", "", 3, None, 1), ("p4", None, "", 1, None, 1)]


def test_a_page_that_announces_more_than_it_holds_is_incomplete():
    t = assemble(page("One.", "Two.", announced=4))
    assert (gaps(t), t.completeness.announced) == ([("p2", None, "", None, None, 2)], 4)


def test_of_an_unnumbered_page_nothing_can_be_known():
    t = assemble(page("One.", "Two."))
    assert (t.completeness.state, t.completeness.missing, t.completeness.announced) == ("open", 0, None)


def test_pages_are_told_apart_by_handle_and_words():
    first, same, other = (assemble(page(*texts)).ref for texts in (("One.", "é"), ("One.", "e\u0301"), ("One.", "e")))
    assert (first, first.network, len(first.id)) == (same, "page", 64)
    assert first != other


def test_a_title_post_before_the_first_number_is_no_gap():
    assert assemble(page("A title", "1/ A", "2/ B", "3/ C")).gaps == ()


# --- figures ---------------------------------------------------------------------------------------


def test_notes_of_the_source_are_kept():
    assert thread(chain(2), notes=(Note(kind="html-too-deep", post="1"),)).completeness.notes[0].kind == "html-too-deep"


def test_more_posts_than_can_be_read_are_refused_in_a_sentence():
    with pytest.raises(TooLarge, match="10,000 posts"):
        thread(chain(10_001))


def test_a_very_long_thread_is_walked_without_recursion():
    t = thread(chain(9_000))
    assert (len(t.posts), t.completeness.state) == (9_000, "complete")
    assert ids(t.posts[-1:]) == "9000"


def call(key, to):
    return a(key, "@bot unroll", to=to, spans=(Span(start=0, end=4, kind="mention", value="https://example.com/bot"),))


def test_what_may_hang_below_a_call_to_the_bot_leaves_the_end_open():
    t = thread(chain(3), call("4", "3"), frontiers=(Frontier(post="4", why="limit"),))
    assert (t.completeness.state, t.completeness.open_ends) == ("open", ("3",))


def test_the_network_counts_a_call_too_and_nothing_is_missing():
    t = thread(chain(3), call("4", "3"), reported=(Reported(post="1", count=4),))
    assert (t.gaps, t.completeness.state) == ((), "complete")


def test_a_continuation_below_a_stranger_does_not_stand_in_for_what_the_network_counts():
    t = thread(chain(3), b("x", to="3"), a("4", to="x"), a("5", to="4"), reported=(Reported(post="1", count=5),))
    assert ids(t.posts) == "1 2 3 4 5"
    assert [(g.after, g.before, g.count) for g in t.gaps] == [("3", "4", 2)]


def test_a_missing_first_post_is_named_once():
    posts = [a("3", to="2", parent_author="a", root="1"), a("4", to="1", parent_author="a", root="1")]
    t = thread(posts, missing=(Missing(id="1", author="a"), Missing(id="2", author="a")))
    assert sorted(g.id for g in t.gaps) == ["1", "2"]
    assert t.completeness.missing == 2


def test_a_missing_post_may_itself_answer_one_of_which_nothing_is_known():
    t = thread(a("1"), a("3", to="2"), missing=(Missing(id="2", author="a", parent="zz"),))
    assert (ids(t.posts), ids(t.replies_by_author), t.completeness.state) == ("1", "3", "open")


def test_what_is_missing_among_the_answers_to_others_is_told():
    t = thread(
        chain(3, text="{i}/3"),
        b("x", to="2"),
        a("z", to="gg", parent_author="a"),
        missing=(Missing(id="gg", author="a", parent="x"),),
    )
    assert ids(t.replies_by_author) == "z"
    assert [(n.kind, n.n) for n in t.completeness.notes] == [("answers-missing", 1)]


def test_what_stood_in_the_way_is_told_while_an_end_is_open():
    stopped = Note(kind="stopped-limit", n=2)
    t = thread(chain(3), frontiers=(Frontier(post="3", why="limit"),), notes=(stopped,))
    assert (t.completeness.state, t.completeness.notes) == ("open", (stopped,))
    t = thread(chain(3), b("q", to="1"), frontiers=(Frontier(post="q", why="limit"),), notes=(stopped,))
    assert (t.completeness.state, t.completeness.notes) == ("complete", ())
