"""Whose thread, and from where: rules §2."""

import pytest

from tests.support.talk import a, b, c, chain, ids, talk, thread
from threadleaf.core.assemble import assemble
from threadleaf.core.errors import NotFound
from threadleaf.core.model import Conversation, Media, Missing, Post, Quote, Span


def test_an_anchor_in_a_chain_decides_for_its_own_author():
    t = thread(b("x"), b("y", to="x"), a("1", to="y"), a("2", to="1"), anchor="2")
    assert (t.author.id, ids(t.posts)) == ("a", "1 2")


def test_an_anchor_outside_any_chain_leads_to_the_first_ancestor_in_one():
    t = thread(chain(4), b("x", to="3"), c("y", to="x"), anchor="y")
    assert (t.author.id, ids(t.posts)) == ("a", "1 2 3 4")


def test_the_nearest_ancestor_in_a_chain_wins_over_a_higher_one():
    t = thread(chain(3), b("x", to="3"), b("y", to="x"), c("z", to="y"), anchor="z")
    assert ids(t.posts) == "x y"


def test_a_lone_post_is_a_thread_of_one():
    t = thread(a("1"), b("x", to="1"), anchor="x")
    assert (t.author.id, ids(t.posts), ids(t.context)) == ("b", "x", "1")


def test_a_thread_that_answers_somebody_else_begins_below_that_post():
    t = thread(b("q"), a("1", to="q"), a("2", to="1"), anchor="2")
    assert (ids(t.posts), ids(t.context)) == ("1 2", "q")


def test_a_mention_in_a_strangers_branch_leads_to_the_thread():
    t = thread(chain(3), b("x", to="2"), b("call", "@bot unroll", to="x", spans=(mention(0, 4),)), anchor="call")
    assert (t.author.id, ids(t.posts)) == ("a", "1 2 3")


def mention(start, end):
    return Span(start=start, end=end, kind="mention", value="https://example.com/bot")


def test_a_missing_parent_is_crossed_when_its_author_is_known_to_be_the_same():
    posts = [*chain(2), a("4", to="3", at=4, root="1", parent_author="a"), a("5", to="4", at=5, root="1")]
    t = thread(posts, anchor="5", missing=(Missing(id="3", author="a", parent="2"),))
    assert ids(t.posts) == "1 2 4 5"
    assert [(g.after, g.before, g.id) for g in t.gaps] == [("2", "4", "3")]


def test_a_missing_parent_of_unknown_author_is_not_crossed():
    t = thread(a("1", to="gone"), a("2", to="1"))
    assert ids(t.posts) == "1 2"
    assert t.gaps == ()
    assert t.completeness.state == "open"


def test_a_call_to_the_bot_by_the_author_is_no_part_of_the_thread():
    t = thread(chain(3), a("4", "@bot unroll please", to="3", spans=(mention(0, 4),)))
    assert ids(t.posts) == "1 2 3"
    assert t.completeness.state == "complete"


def test_unrolling_from_the_authors_own_call_gives_the_thread():
    t = thread(chain(3), a("4", "@bot UNROLL", to="3", spans=(mention(0, 4),)), anchor="4")
    assert ids(t.posts) == "1 2 3"


def test_what_the_author_writes_below_her_own_call_still_belongs_to_the_thread():
    call = a("4", "unroll @bot", to="3", spans=(mention(7, 11),))
    again = a("4b", "@bot unroll", to="4", spans=(mention(0, 4),))
    t = thread(chain(3), call, again, a("5", to="4b"))
    assert ids(t.posts) == "1 2 3 5"


@pytest.mark.parametrize(
    "more",
    [
        {"text": "@bot how do I unroll a carpet?"},
        {"text": "please unroll", "spans": (Span(start=0, end=6, kind="strong"),)},
        {"text": "@bot unroll", "media": (Media(kind="image"),)},
        {"text": "@bot unroll", "quote": Quote(id="q")},
        {"text": "@bot unroll" + " please" * 40},
    ],
    ids=["talks about unrolling", "mentions nobody", "carries a picture", "quotes a post", "is long"],
)
def test_a_post_that_merely_mentions_the_word_is_part_of_the_thread(more):
    text = more.pop("text")
    spans = more.pop("spans", (mention(0, 4),))
    t = thread(chain(2), a("3", text, to="2", spans=spans, **more))
    assert ids(t.posts) == "1 2 3"


def test_a_second_plausible_reading_is_linked():
    t = thread(chain(3), b("x", to="2"), b("y", to="x"), anchor="y")
    assert [(r.author, r.id) for r in t.readings] == [("a", "1")]
    assert thread(chain(3)).readings == ()


def test_other_people_without_a_thread_are_no_other_reading():
    assert thread(b("q"), a("1", to="q"), a("2", to="1"), anchor="2").readings == ()


def test_an_anchor_that_is_not_there_is_refused_in_a_sentence():
    with pytest.raises(NotFound, match="not available"):
        assemble(talk(chain(2)), "9")


def test_threads_by_one_author_below_anothers_posts_are_threads_of_their_own():
    talked = talk(b("q"), a("1", to="q"), a("2", to="1"), a("8", to="q"), a("9", to="8"))
    assert ids(assemble(talked, "2").posts) == "1 2"
    assert ids(assemble(talked, "9").posts) == "8 9"
    assert assemble(talked, "9").replies_by_author == ()


def test_posts_of_another_conversation_by_the_same_author_are_left_out():
    t = thread(chain(2), a("other", root="elsewhere", to="elsewhere", parent_author="b"))
    assert ids(t.posts) == "1 2"
    assert t.replies_by_author == ()


def test_an_answer_under_the_authors_own_single_post_leads_to_that_post():
    t = thread(a("1"), b("x", to="1"), a("r", to="x"), anchor="r")
    assert (ids(t.posts), ids(t.replies_by_author)) == ("1", "r")


def test_an_answer_below_the_authors_own_thread_belongs_to_it_though_others_have_chains_between():
    t = thread(chain(3), b("x", to="2"), b("y", to="x"), a("r", to="y"), anchor="r")
    assert (t.author.id, ids(t.posts), ids(t.replies_by_author)) == ("a", "1 2 3", "r")


def test_an_answer_far_below_a_thread_in_somebody_elses_conversation_belongs_to_that_thread():
    posts = [b("q"), a("1", to="q"), a("2", to="1"), c("x", to="2"), a("r", to="x")]
    for anchor in ("2", "r"):
        t = thread(posts, anchor=anchor)
        assert (ids(t.posts), ids(t.replies_by_author)) == ("1 2", "r")


def test_a_call_is_recognised_among_other_spans():
    spans = (Span(start=0, end=4, kind="strong"), mention(0, 4), mention(2, 4))
    assert ids(thread(chain(2), a("3", "@bot unroll", to="2", spans=spans)).posts) == "1 2"


def test_calls_that_answer_each_other_in_a_circle_end():
    calls = [
        a("x", "@bot unroll", to="y", spans=(mention(0, 4),)),
        a("y", "@bot unroll", to="x", spans=(mention(0, 4),)),
    ]
    assert ids(thread(calls, a("z", to="y"), anchor="z").posts) == "x z"


def test_the_first_post_of_a_chain_decides_for_its_own_author_below_another_chain():
    t = thread(b("x"), b("y", to="x"), a("1", to="y"), a("2", to="1"), anchor="1")
    assert (t.author.id, ids(t.posts)) == ("a", "1 2")


def test_every_post_of_a_long_loose_piece_leads_to_the_chain_before_it():
    loose = [
        a("5", to="gone", at=5, root="q", parent_author="a"),
        a("6", to="5", at=6, root="q"),
        a("7", to="6", at=7, root="q"),
    ]
    posts = [b("q", at=0), a("1", to="q", at=1, root="q"), a("2", to="1", at=2, root="q"), *loose]
    for anchor in ("1", "5", "6", "7"):
        t = thread(posts, anchor=anchor, missing=(Missing(id="gone", author="a"),))
        assert ids(t.posts) == "1 2 5 6 7"


def test_a_missing_first_post_below_which_only_others_wrote_begins_no_thread():
    posts = [b("x", to="r"), a("2", to="x"), a("3", to="2")]
    t = thread(posts, anchor="3", missing=(Missing(id="r", author="a", says="not-found"),))
    assert (ids(t.posts), ids(t.context), t.completeness.state) == ("2 3", "x", "complete")


def test_an_answer_below_a_loose_piece_belongs_to_the_same_page():
    posts = [a("2", to="1", parent_author="a"), a("4", to="3", parent_author="a"), b("5", to="4"), a("6", to="5")]
    for anchor in ("2", "4", "6"):
        t = thread(posts, anchor=anchor)
        assert (ids(t.posts), ids(t.replies_by_author)) == ("2 4", "6")


def test_below_a_deleted_root_every_post_leads_to_the_same_page():
    posts = [
        b("3", to="2", parent_author="a", root="2"),
        a("4", to="3", root="2"),
        a("5", to="4", root="2"),
        a("8", to="2", parent_author="a", root="2"),
    ]
    found = [thread(posts, anchor=i, missing=(Missing(id="2", author="a", says="not-found"),)) for i in ("4", "5", "8")]
    assert {(ids(t.posts), ids(t.replies_by_author)) for t in found} == {("8", "4 5")}


def test_another_first_post_by_the_same_author_does_not_take_the_place_of_the_right_one():
    posts = (
        Post(id="z", author="a", text="Older."),
        Post(id="1", author="a", text="One."),
        Post(id="2", author="a", parent="1"),
    )
    talked = Conversation(network="fedi", anchor="2", posts=posts)
    assert [ids(assemble(talked, i).posts) for i in ("2", "1", "z")] == ["1 2", "1 2", "z"]


def test_a_cycle_elsewhere_in_the_conversation_is_placed_last():
    knot = [a("x", to="y", at=-9, root="1"), a("y", to="x", at=-8, root="1")]
    for anchor in ("1", "2", "x"):
        assert ids(thread(chain(3), knot, anchor=anchor).posts) == "1 2 3 x y"


def test_an_answer_with_an_owner_above_that_nobody_knows_leaves_the_end_open():
    t = thread(chain(3), a("5", to="4", root="1"), a("6", to="5", root="1"))
    assert (ids(t.replies_by_author), t.completeness.state) == ("5 6", "open")


@pytest.mark.parametrize("turn", [1, -1])
def test_a_missing_post_claimed_for_two_authors_is_nobodys(turn):
    posts = [a("1", to="g", parent_author="a"), b("2", to="g", parent_author="b"), a("3", to="1")][::turn]
    t = thread(posts, anchor="1")
    assert (ids(t.posts), t.gaps, t.completeness.state) == ("1 3", (), "open")


def test_a_page_without_posts_is_refused():
    with pytest.raises(NotFound):
        assemble(Conversation(network="page", anchor="p1", posts=(), linked=False))


@pytest.mark.parametrize("turn", [1, -1])
def test_a_wish_on_one_copy_of_a_post_counts_for_all(turn):
    copies = [a("2", to="1", labels=("!hide",)), a("2", to="1", visibility="private")][::turn]
    (post,) = [p for p in thread(a("1"), *copies).posts if p.id == "2"]
    assert (post.labels, post.visibility) == (("!hide",), "private")
