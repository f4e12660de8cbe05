"""Metamorphic properties of assembly, over generated conversations.

`seen` plays a network: it knows the whole tree, and gives what a stranger who reads everything would be given. A
deleted post disappears, whoever hung below it still names it, and the count of answers on its parent goes down, as
the networks do; where the network keeps counting, the source reports a frontier.
"""

import random

from hypothesis import given
from hypothesis import strategies as st
from msgspec.json import encode
from msgspec.structs import replace

from tests.support.talk import minute, talk
from threadleaf.core.assemble import assemble
from threadleaf.core.model import Frontier, Missing, Post


@st.composite
def trees(draw, numbered=None):
    """All posts of a conversation that begins with a chain by `a`, with forks, strangers, and answers to them."""
    n = draw(st.integers(2, 9))
    form = draw(st.sampled_from(["Post {i}.", "{i}/{n} Post.", "Post {i}/{n}"])) if numbered is None else numbered
    posts = [post(i, form.format(i=i, n=n), str(i - 1) if i > 1 else None) for i in range(1, n + 1)]
    for k in range(draw(st.integers(0, 6))):
        above = draw(st.sampled_from(posts))
        who = draw(st.sampled_from("aabc"))
        posts.append(post(100 + k, "An aside.", above.id, who))
    owners = {p.id: p.author for p in posts}
    return [replace(p, parent_author=owners.get(p.parent or "")) for p in posts]


def post(i, text, to, who="a"):
    return Post(id=str(i), author=who, text=text, created=minute(i), parent=to, root=None if to is None else "1")


def seen(posts, gone="", *, counted=False):
    """What a reader is given when the post `gone` was deleted."""
    left = [p for p in posts if p.id != gone]
    lost = next((p for p in posts if p.id == gone), None)
    missing = tuple(
        Missing(id=gone, author=p.author, says="not-found") for p in [lost] if p and any(q.parent == gone for q in left)
    )
    frontiers = (Frontier(post=lost.parent, why="count", hidden=1),) if counted and lost and lost.parent else ()
    return talk(left, missing=missing, frontiers=frontiers, anchor=left[0].id)


def own(posts):
    """The ids of the author's tree below the first post."""
    tree = {"1"}
    for p in posts:
        if p.author == "a" and p.parent in tree:
            tree.add(p.id)
    return tree


def shown(thread):
    """Every id that stands somewhere on the page as the author's."""
    return {p.id for p in (*thread.posts, *thread.replies_by_author, *(q for b in thread.branches for q in b.posts))}


@given(trees(), st.randoms(use_true_random=False))
def test_shuffled_input_gives_the_same_thread(posts, rng: random.Random):
    straight = seen(posts)
    mixed = list(straight.posts)
    rng.shuffle(mixed)
    assert assemble(replace(straight, posts=tuple(mixed)), "1") == assemble(straight, "1")


@given(trees())
def test_any_anchor_of_the_main_line_gives_the_same_thread(posts):
    talked = seen(posts)
    whole = assemble(talked)
    for p in whole.posts:
        assert assemble(talked, p.id) == whole


@given(trees())
def test_any_anchor_in_a_branch_or_an_answer_gives_the_same_thread(posts):
    talked = seen(posts)
    whole = assemble(talked)
    for key in shown(whole):
        assert assemble(talked, key) == whole


@given(trees())
def test_twice_the_same_input_gives_the_same_bytes(posts):
    assert encode(assemble(seen(posts))) == encode(assemble(seen(posts)))


@given(trees())
def test_nothing_the_author_wrote_is_lost(posts):
    assert shown(assemble(seen(posts))) == {p.id for p in posts if p.author == "a"}


@given(trees(), st.data())
def test_dropping_a_post_names_the_gap_or_leaves_the_thread_not_complete(posts, data):
    gone = data.draw(st.sampled_from(sorted(own(posts) - {"1"})))
    left = [p for p in posts if p.id != gone]
    t = assemble(seen(posts, gone, counted=True), "1")
    if any(p.parent == gone and p.author == "a" for p in left):
        assert gone in {gap.id for gap in t.gaps}
    assert t.completeness.state != "complete"
    assert shown(t) == {p.id for p in left if p.author == "a"}


@given(trees(numbered="{i}/{n} Post."), st.data())
def test_a_total_alone_names_the_gap_at_the_end(posts, data):
    chain = [p for p in posts if int(p.id) < 100]
    last = chain[-1].id
    left = [p for p in chain if p.id != last]
    t = assemble(seen(left), "1")
    if len(left) > 1:
        assert [(g.after, g.number) for g in t.gaps] == [(left[-1].id, int(last))]


@given(trees(), st.data())
def test_nothing_is_joined_across_a_gap(posts, data):
    gone = data.draw(st.sampled_from(sorted(own(posts) - {"1"})))
    t = assemble(seen(posts, gone, counted=True), "1")
    walls = {(gap.after, gap.before) for gap in t.gaps}
    for paragraph in t.article.paragraphs:
        for left, right in zip(paragraph.pieces, paragraph.pieces[1:], strict=False):
            assert (left.post, right.post) not in walls


@given(trees(), st.data())
def test_cycles_end_and_lose_nothing(posts, data):
    chain = [p for p in posts if int(p.id) < 100]
    knot = data.draw(st.sampled_from(chain))
    tied = [replace(p, parent=knot.id, parent_author="a", root="1") if p.id == "1" else p for p in posts]
    for anchor in [p.id for p in chain]:
        t = assemble(talk(tied, anchor=anchor))
        assert {p.id for p in chain} <= shown(t)
        assert t.completeness.state == "open"


@given(trees())
def test_every_gap_branch_and_piece_points_to_posts_that_are_there(posts):
    t = assemble(seen(posts))
    line = {p.id for p in t.posts}
    everywhere = shown(t)
    assert {b.at for b in t.branches} <= everywhere
    assert {i for g in t.gaps for i in (g.after, g.before) if i} <= everywhere
    assert {x.post for p in t.article.paragraphs for x in p.pieces} == line
