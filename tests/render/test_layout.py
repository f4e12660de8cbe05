"""What is shown, in which order."""

import pytest

from tests.render.build import JEAN, NAMELESS, name, piece, post, thread
from threadleaf.core.model import Article, Branch, Gap, Paragraph
from threadleaf.render._layout import Block, Hole, Spur, Turn, lay_out


def shape(one, view="posts"):
    """The line as a list of short words."""
    return [word(item) for item in lay_out(one, view).items]


def word(item):
    if isinstance(item, Block):
        return "+".join(key(part) for part in item.posts)
    if isinstance(item, Hole):
        return "gap" * len(item.gaps)
    if isinstance(item, Turn):
        return f"asked {key(item.asked)}" if item.asked else "asked"
    inside = [key(part) if not isinstance(part, Hole) else "gap" for part in item.items]
    return f"{'deeper' if item.deeper else 'branch'} {' '.join(inside)}"


def key(one):
    return one.id.rpartition("/")[2]


ONE, TWO, THREE = post(1), post(2), post(3)


def test_posts_stand_in_reading_order():
    assert shape(thread(ONE, TWO, THREE)) == ["1", "2", "3"]


def test_a_gap_stands_before_the_post_that_follows_it():
    gaps = (Gap(before=ONE.id), Gap(after=ONE.id, before=TWO.id), Gap(after=ONE.id, before=TWO.id), Gap(after=TWO.id))
    layout = lay_out(thread(ONE, TWO, gaps=gaps), "posts")
    assert [word(item) for item in layout.items] == ["gap", "1", "gapgap", "2", "gap"]
    assert layout.end == "gap"


def test_a_gap_whose_place_is_not_on_the_line_is_shown_at_the_end():
    assert shape(thread(ONE, TWO, gaps=(Gap(before="elsewhere"),))) == ["1", "2", "gap"]


def test_a_branch_stands_behind_the_post_that_it_leaves():
    away = post("a", parent=ONE.id)
    branch = Branch(at=ONE.id, posts=(away, post("b")))
    gaps = (
        Gap(after=ONE.id, before=away.id, line=away.id),
        Gap(after=name("b"), line=away.id),
    )
    assert shape(thread(ONE, TWO, branches=(branch,), gaps=gaps)) == ["1", "branch gap a b gap", "2"]


def test_a_branch_of_a_branch_follows_it_and_a_lost_one_comes_last():
    branches = (
        Branch(at=ONE.id, posts=(post("a"),)),
        Branch(at=name("a"), posts=(post("b"),)),
        Branch(at="lost", posts=(post("c"),)),
    )
    assert shape(thread(ONE, TWO, branches=branches)) == ["1", "branch a", "deeper b", "2", "deeper c"]


def test_a_branch_knows_how_much_later_it_was_written():
    late, undated = post(9), post("u")
    spurs = [item for item in lay_out(branched(late, undated), "posts").items if isinstance(item, Spur)]
    assert [(spur.later and spur.later.seconds, spur.after_end, spur.open) for spur in spurs] == [
        (480, True, True),
        (None, False, False),
    ]


def branched(*firsts):
    branches = tuple(Branch(at=ONE.id, posts=(first,)) for first in firsts)
    return thread(ONE, TWO, branches=branches, completeness={"open_ends": (firsts[0].id,)})


def test_a_post_that_answers_somebody_else_stands_below_their_post():
    question = post("q", author=JEAN)
    answer = post(2, parent=question.id, parent_author=JEAN.id)
    assert shape(thread(ONE, answer, context=(question,))) == ["1", "asked q", "2"]
    assert shape(thread(ONE, answer)) == ["1", "asked", "2"]


def test_a_gap_before_a_post_says_enough():
    question = post("q", author=JEAN)
    answer = post(2, parent=question.id, parent_author=JEAN.id)
    gap = Gap(after=ONE.id, before=answer.id)
    assert shape(thread(ONE, answer, context=(question,), gaps=(gap,))) == ["1", "gap", "2"]


@pytest.mark.parametrize("fields", [{"parent": None}, {"parent": name("call"), "parent_author": None}])
def test_a_parent_that_is_not_known_to_be_somebody_elses_is_not_mentioned(fields):
    assert shape(thread(ONE, post(2, **fields))) == ["1", "2"]


def test_what_the_first_post_answers_is_shown_or_said_to_be_missing():
    question = post("q", author=JEAN)
    first = post(1, parent=question.id, parent_author=JEAN.id)
    assert lay_out(thread(first, context=(question,)), "posts").answered == question
    assert lay_out(thread(first), "posts").answers_unseen
    gap = Gap(before=first.id)
    assert not lay_out(thread(first, gaps=(gap,)), "posts").answers_unseen
    assert not lay_out(thread(ONE), "posts").answers_unseen


def test_the_end_is_confirmed_only_if_every_end_was_reached():
    assert lay_out(thread(ONE), "posts").end == "confirmed"
    assert lay_out(thread(ONE, state="open"), "posts").end == "open"
    assert lay_out(thread(ONE, completeness={"open_ends": (ONE.id,)}), "posts").end == "open"


def article(*paragraphs):
    return Article(paragraphs=paragraphs)


def blocks(*paragraphs):
    items = lay_out(thread(ONE, TWO, THREE, article=article(*paragraphs)), "article").items
    return [(word(i), "".join(map(key, i.begin)), "".join(map(key, i.done)), len(i.paragraphs)) for i in items]


def test_paragraphs_of_one_post_share_a_mark():
    found = blocks(
        Paragraph(pieces=(piece(ONE, 0, 2),)),
        Paragraph(pieces=(piece(ONE, 3),)),
        Paragraph(pieces=(piece(TWO),)),
        Paragraph(pieces=(piece(THREE),)),
    )
    assert found == [("1", "1", "1", 2), ("2", "2", "2", 1), ("3", "3", "3", 1)]


def test_joined_posts_share_a_mark():
    found = blocks(
        Paragraph(pieces=(piece(ONE),)),
        Paragraph(pieces=(piece(TWO), piece(THREE, 0, 3)), after=(piece(TWO, 3),)),
        Paragraph(pieces=(piece(THREE, 3),)),
    )
    assert found == [("1", "1", "1", 1), ("2+3", "23", "23", 2)]


def test_a_post_that_goes_on_into_a_joined_paragraph_stands_beside_both_marks():
    found = blocks(
        Paragraph(pieces=(piece(ONE, 0, 3),)),
        Paragraph(pieces=(piece(ONE, 3), piece(TWO))),
        Paragraph(pieces=(piece(THREE),)),
    )
    assert found == [("1", "1", "", 1), ("1+2", "2", "12", 1), ("3", "3", "3", 1)]


def test_a_thread_without_an_article_is_shown_as_posted():
    assert lay_out(thread(ONE, TWO, article=Article()), "article").view == "posts"


def test_an_answered_post_is_shown_once_for_answers_that_follow_each_other():
    question = post("q", author=JEAN)
    own = post("r1", parent=question.id)
    replies = (own, post("r2", parent=question.id), post("r3", parent=own.id), post("r4", parent=name("x", NAMELESS)))
    found = lay_out(thread(ONE, context=(question,), replies_by_author=replies), "posts").replies
    assert [(answer.asked, answer.unseen) for answer in found] == [
        (question, False),
        (None, False),
        (None, False),
        (None, True),
    ]
