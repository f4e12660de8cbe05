"""Order: rules §3."""

import pytest

from tests.support.talk import a, b, c, chain, ids, minute, talk, thread
from threadleaf.core.assemble import assemble
from threadleaf.core.model import Missing, Post, Quote


def branches(t):
    return [(branch.at, ids(branch.posts)) for branch in t.branches]


def test_at_a_fork_the_main_line_takes_the_oldest_child():
    t = thread(
        chain(3), a("2b", to="1", at=60), a("2c", to="2b", at=61), a("2d", to="2c", at=62), a("2e", to="2d", at=63)
    )
    assert ids(t.posts) == "1 2 3"
    assert branches(t) == [("1", "2b 2c 2d 2e")]


def test_a_child_is_never_older_than_its_parent():
    t = thread(a("1", at=10), a("2", to="1", at=12), a("3", to="1", at=1))
    assert ids(t.posts) == "1 3"


def test_same_second_siblings_are_ordered_by_id():
    t = thread(a("1", at=0), a("9", to="1", at=5), a("10", to="1", at=5), a("8", to="1", at=5))
    assert (ids(t.posts), branches(t)) == ("1 8", [("1", "9"), ("1", "10")])


def test_parents_decide_the_order_never_clocks():
    t = thread(a("1", at=100), a("2", to="1", at=50), a("3", to="2", at=10))
    assert ids(t.posts) == "1 2 3"


def test_branches_are_shown_in_time_order_and_nested_ones_after_theirs():
    t = thread(
        chain(4),
        a("x", to="2", at=30),
        a("y", to="2", at=20),
        a("y2", to="y", at=21),
        a("y3", to="y", at=22),
        a("z", to="3", at=9),
    )
    assert branches(t) == [("2", "y y2"), ("y", "y3"), ("2", "x"), ("3", "z")]


def test_where_the_oldest_lacks_the_next_number_the_line_follows_the_counter():
    t = thread(
        a("1", "One 1/4", at=1),
        a("oops", "Sorry, a typo", to="1", at=2),
        a("2", "Two 2/4", to="1", at=3),
        a("3", "Three 3/4", to="2", at=4),
        a("4", "Four 4/4", to="3", at=5),
    )
    assert (ids(t.posts), branches(t)) == ("1 2 3 4", [("1", "oops")])


def test_two_later_children_with_the_next_number_leave_the_oldest_in_place():
    t = thread(
        a("1", "One 1/4", at=1),
        a("oops", "Sorry", to="1", at=2),
        a("2", "Two 2/4", to="1", at=3),
        a("2b", "Two again 2/4", to="1", at=4),
        a("3", "3/4", to="2", at=5),
        a("4", "4/4", to="3", at=6),
    )
    assert ids(t.posts) == "1 oops"


def test_an_oldest_child_with_the_next_number_stays_the_main_line():
    t = thread(chain(4, text="Post {i}/4"), a("x", "aside", to="2", at=30))
    assert ids(t.posts) == "1 2 3 4"


def test_numbers_that_do_not_count_posts_move_nothing():
    t = thread(a("1", "1/2 of it", at=1), a("x", "So.", to="1", at=2), a("2", "2/3 majority", to="1", at=3))
    assert ids(t.posts) == "1 x"


def test_answers_to_other_people_stand_apart():
    t = thread(
        chain(3, text="Post {i}/3"),
        b("q", to="1"),
        a("r1", "An answer.", to="q"),
        a("r2", "More.", to="r1"),
        b("q2", to="r2"),
        a("r3", "Yes.", to="q2"),
    )
    assert (ids(t.posts), ids(t.replies_by_author)) == ("1 2 3", "r1 r2 r3")
    assert ids(t.context) == "q q2"


def test_a_run_below_somebodys_reply_after_the_end_continues_the_thread():
    t = thread(chain(3), b("q", to="3"), a("4", to="q"), a("5", to="4"))
    assert (ids(t.posts), ids(t.context), ids(t.replies_by_author)) == ("1 2 3 4 5", "q", "")


def test_a_run_that_was_written_before_the_end_does_not_continue_the_thread():
    t = thread(chain(3), b("q", to="1", at=1.1), a("r", to="q", at=1.2), a("s", to="r", at=1.3))
    assert (ids(t.posts), ids(t.replies_by_author)) == ("1 2 3", "r s")


def test_a_single_answer_continues_only_with_the_next_number():
    numbered = chain(3, text="Post {i}/4")
    t = thread(numbered, b("q", to="2"), a("4", "The last 4/4", to="q"))
    assert (ids(t.posts), t.completeness.state) == ("1 2 3 4", "complete")
    assert ids(thread(numbered, b("q", to="2"), a("4", "Thanks!", to="q")).posts) == "1 2 3"


@pytest.mark.parametrize("author", ["b", ""])
@pytest.mark.parametrize("parent", ["3", "1"])
def test_a_run_below_a_reply_to_the_thread_that_is_not_shown_continues_it_too(author, parent):
    hidden = Missing(id="q", author=author, parent=parent, reason="blocked", says="blocked")
    t = thread(chain(3), a("4", to="q", at=20, root="1"), a("5", to="4", at=21, root="1"), missing=(hidden,))
    assert (ids(t.posts), ids(t.replies_by_author), ids(t.context)) == ("1 2 3 4 5", "", "")


def test_a_run_below_a_hidden_reply_to_a_missing_post_of_the_thread_continues_it_too():
    places = (Missing(id="2", author="a", parent="1"), Missing(id="q", author="b", parent="2", reason="blocked"))
    posts = [a("1", at=1), a("3", to="2", at=3, root="1"), a("4", to="q", at=20, root="1"), a("5", to="4", at=21)]
    assert ids(thread(posts, missing=places).posts) == "1 3 4 5"


@pytest.mark.parametrize("told", [(), (Missing(id="q", author="b"),), (Missing(id="q", reason="opted-out"),)])
def test_below_a_reply_that_nobody_can_place_only_the_next_number_goes_on(told):
    def shown(text, *more):
        return thread(
            chain(3, text=text), *(a(i, words, to=to, at=at, root="1") for i, words, to, at in more), missing=told
        )

    t = shown("{i}/ Post", ("4", "4/ Post", "q", 20), ("5", "5/ Post", "4", 21))
    assert (ids(t.posts), ids(t.replies_by_author), t.completeness.missing) == ("1 2 3 4 5", "", 0)
    for text, number in (("Post {i}.", "4/ Post"), ("{i}/ Post", "5/ Post"), ("{i}/ Post", "Post")):
        t = shown(text, ("x", number, "q", 20), ("y", "And so on.", "x", 21))
        assert (ids(t.posts), ids(t.replies_by_author)) == ("1 2 3", "x y")


def test_an_answer_to_a_post_that_answers_nobody_is_no_part_of_the_thread():
    t = thread(chain(3, text="{i}/ Post"), b("q"), a("4", "4/ Post", to="q", root="1"))
    assert ids(t.posts) == "1 2 3"


def test_a_continuation_may_itself_be_continued_below_its_last_post():
    t = thread(
        chain(2),
        b("q", to="1"),
        a("3", to="q"),
        a("4", to="3"),
        c("r", to="4"),
        a("5", to="r"),
        a("6", to="5"),
        b("s", to="2"),
        a("7", to="s"),
        a("8", to="7"),
    )
    assert (ids(t.posts), ids(t.replies_by_author)) == ("1 2 3 4 5 6", "7 8")


def test_branches_of_a_continuation_and_of_answers_are_kept():
    t = thread(chain(2), b("q", to="2"), a("3", to="q"), a("4", to="3", at=50), a("4b", to="3", at=60))
    assert (ids(t.posts), branches(t)) == ("1 2 3 4", [("3", "4b")])
    t = thread(
        chain(3, text="{i}/3"),
        b("q", to="2"),
        a("r", "So.", to="q"),
        a("s", "Or so.", to="r", at=70),
        a("t", "Or so.", to="r", at=80),
    )
    assert ids(t.replies_by_author) == "r s t"


def loose(text="Post {i}.", n=6, gone=4):
    """A chain whose post `gone` is deleted: what hangs below it has lost its way up."""
    posts = [p for p in chain(n, text=text) if p.id != str(gone)]
    known = [
        Post(id=p.id, author="a", text=p.text, created=p.created, parent=p.parent, parent_author="a", root="1")
        if p.parent
        else p
        for p in posts
    ]
    return known, Missing(id=str(gone), author="a", says="not-found")


def test_a_piece_cut_loose_is_placed_behind_a_gap():
    posts, gone = loose()
    t = thread(posts, missing=(gone,))
    assert ids(t.posts) == "1 2 3 5 6"
    assert [(g.after, g.before, g.id, g.count) for g in t.gaps] == [("3", "5", "4", 1)]


def test_every_post_of_a_broken_thread_leads_to_the_same_thread():
    posts, gone = loose()
    assert {ids(thread(posts, missing=(gone,), anchor=p.id).posts) for p in posts} == {"1 2 3 5 6"}


def test_a_piece_is_placed_by_its_numbers_before_it_is_placed_by_time():
    posts, gone = loose("{i}/6 Post")
    late = a("oops", "A correction", to="3", at=90, root="1")
    t = thread(posts, late, missing=(gone,))
    assert (ids(t.posts), branches(t)) == ("1 2 3 5 6", [("3", "oops")])


def test_a_counted_tail_stays_on_the_main_line():
    posts, gone = loose("{i}/6 Post")
    t = thread(posts, a("3b", "3/6 again", to="3", at=90, root="1"), missing=(gone,))
    assert ids(t.posts) == "1 2 3 3b 5 6"


def test_several_loose_pieces_come_in_order_of_number_then_of_time():
    texts = {1: "1/9", 2: "2/9", 3: "3/9", 5: "5/9", 6: "6/9", 8: "8/9", 9: "9/9"}
    posts = [
        Post(
            id=str(i),
            author="a",
            text=t,
            created=minute(100 - i if i > 3 else i),
            parent=str(i - 1) if i > 1 else None,
            parent_author="a" if i > 1 else None,
            root="1" if i > 1 else None,
        )
        for i, t in texts.items()
    ]
    gone = tuple(Missing(id=str(i), author="a") for i in (4, 7))
    assert ids(assemble(talk(posts, missing=gone)).posts) == "1 2 3 5 6 8 9"
    plain = [
        Post(
            id=p.id,
            author="a",
            text="Words.",
            created=p.created,
            parent=p.parent,
            parent_author=p.parent_author,
            root=p.root,
        )
        for p in posts
    ]
    assert ids(assemble(talk(plain, missing=gone)).posts) == "1 2 3 8 9 5 6"


def test_loose_pieces_without_a_beginning_form_one_thread():
    posts, _ = loose(n=8, gone=6)
    tail = [p for p in posts if int(p.id) > 3]
    gone = (Missing(id="3", author="a"), Missing(id="6", author="a"))
    for anchor in ("4", "8"):
        t = thread(tail, missing=gone, anchor=anchor)
        assert ids(t.posts) == "4 5 7 8"


def test_a_loose_piece_in_somebody_elses_conversation_joins_the_chain_before_it():
    posts = [
        b("q", at=0),
        a("1", to="q", at=1, root="q"),
        a("2", to="1", at=2, root="q"),
        a("5", to="gone", at=5, root="q", parent_author="a"),
    ]
    for anchor in ("2", "5"):
        t = thread(posts, anchor=anchor, missing=(Missing(id="gone", author="a"),))
        assert ids(t.posts) == "1 2 5"


def test_two_paths_below_a_missing_post_are_both_kept():
    posts = [
        *chain(2),
        a("4", to="3", at=4, root="1", parent_author="a"),
        a("4b", to="3", at=5, root="1", parent_author="a"),
    ]
    t = thread(posts, missing=(Missing(id="3", author="a", parent="2"),))
    assert (ids(t.posts), branches(t)) == ("1 2 4", [("2", "4b")])


def test_two_paths_below_a_missing_first_post_are_both_kept():
    posts = [a("2", to="1", at=2, root="1", parent_author="a"), a("2b", to="1", at=3, root="1", parent_author="a")]
    t = thread(posts, missing=(Missing(id="1", author="a"),))
    assert (ids(t.posts), branches(t)) == ("2", [("2", "2b")])


def test_a_cycle_is_cut_and_reported():
    posts = [a("1", to="3", at=1), a("2", to="1", at=2), a("3", to="2", at=3)]
    for anchor in ("1", "2", "3"):
        t = thread(posts, anchor=anchor)
        assert ids(t.posts) == "1 2 3"
        assert [(n.kind, n.post) for n in t.completeness.notes] == [("cycle-cut", "1")]
        assert t.completeness.state == "open"


def test_a_post_that_answers_itself_is_a_cycle_of_one():
    assert ids(thread(a("1", to="1"), a("2", to="1")).posts) == "1 2"


def test_of_two_copies_of_a_post_the_latest_edit_wins():
    old, new = a("2", "Old words.", to="1"), a("2", "New words.", to="1", edited=minute(9))
    for pair in ((old, new), (new, old)):
        t = thread(a("1"), *pair)
        assert [p.text for p in t.posts] == ["Post 1.", "New words."]
        assert [(n.kind, n.n) for n in t.completeness.notes] == [("doubled-posts", 1)]


def own_quote(text, key="earlier", **more):
    return Post(id=key, author="a", text=text, url=f"https://example.com/{key}", **more)


@pytest.mark.parametrize(
    "quoted",
    [
        own_quote("It began so.", replies=2),
        own_quote("1/7 It began so."),
        own_quote("It began 🧵"),
        own_quote("On.", parent="x"),
    ],
    ids=["answered", "numbered", "announced", "an answer"],
)
def test_a_first_post_that_quotes_the_authors_own_thread_is_a_later_part(quoted):
    t = thread(a("1", quote=Quote(id="earlier")), a("2", to="1"), quoted=(quoted,))
    assert [(p.where, p.id) for p in t.parts] == [("earlier", "earlier"), ("here", "1")]


def test_a_last_post_that_quotes_the_authors_next_thread_is_an_earlier_part():
    t = thread(a("1"), a("2", to="1", quote=Quote(id="later")), quoted=(own_quote("Part two 🧵", "later"),))
    assert [(p.where, p.id, p.title) for p in t.parts] == [("here", "1", ""), ("later", "later", "Part two")]


@pytest.mark.parametrize(
    ("quote", "quoted"),
    [
        (Quote(id="earlier"), own_quote("A single post.")),
        (Quote(id="earlier"), Post(id="earlier", author="b", text="1/7 Not hers.")),
        (Quote(id="earlier", state="blocked"), own_quote("1/7", replies=3)),
        (Quote(id="2"), own_quote("1/7", "2")),
    ],
    ids=["a single post", "somebody else's", "not shown", "this very thread"],
)
def test_other_quotes_make_no_series(quote, quoted):
    t = thread(a("1", quote=quote), a("2", to="1"), quoted=(quoted,))
    assert t.parts == ()


def test_one_post_that_quotes_a_thread_is_one_part_not_two():
    t = thread(a("1", quote=Quote(id="earlier")), quoted=(own_quote("1/7 So"),))
    assert [p.where for p in t.parts] == ["earlier", "here"]


def test_a_missing_place_is_as_old_as_the_oldest_post_below_it():
    old = [a("x2", to="x1", at=2, root="1", parent_author="a")]
    places = (Missing(id="x", author="a", parent="1"), Missing(id="x1", author="a", parent="x"))
    t = thread(a("1", at=1), a("2", to="1", at=5), old, missing=places)
    assert (ids(t.posts), branches(t)) == ("1 x2", [("1", "2")])
    t = thread(a("1", at=1), a("2", to="1", at=1.5), old, missing=places)
    assert (ids(t.posts), branches(t)) == ("1 2", [("1", "x2")])


def test_children_with_clocks_before_their_parent_are_ordered_by_id():
    t = thread(a("1", at=10), a("8", to="1", at=5), a("9", to="1", at=1))
    assert (ids(t.posts), branches(t)) == ("1 8", [("1", "9")])


def test_of_two_copies_of_a_quoted_post_one_is_taken_whatever_their_order():
    copies = (own_quote("1/7 Old", "q"), own_quote("1/7 New", "q", edited=minute(9)))
    for pair in (copies, copies[::-1]):
        t = thread(a("1", quote=Quote(id="q")), a("2", to="1"), quoted=pair)
        assert [post.text for post in t.quoted] == ["1/7 New"]
