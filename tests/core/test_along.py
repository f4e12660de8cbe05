"""A thread read along one of its branches."""

from msgspec.structs import replace

from tests.support.talk import a, chain, ids, thread
from threadleaf.core.along import along
from threadleaf.core.model import Branch, Gap, Missing, Note


def forked():
    """1–2–3–4, with 5–6 leaving 2, and 7 leaving 5."""
    return thread([*chain(4), a("5", to="2", at=50), a("6", to="5", at=51), a("7", to="5", at=52)])


def lines(t):
    return ids(t.posts), [(branch.at, ids(branch.posts)) for branch in t.branches]


def test_the_branch_becomes_the_end_of_the_main_line_and_the_rest_a_branch():
    t = along(forked(), "5")
    assert lines(t) == ("1 2 5 6", [("2", "3 4"), ("5", "7")])


def test_a_branch_of_a_branch_brings_the_way_to_it():
    t = along(forked(), "7")
    assert lines(t) == ("1 2 5 7", [("2", "3 4"), ("5", "6")])


def test_a_branch_from_the_last_post_leaves_nothing_behind():
    t = along(replace(forked(), branches=(Branch(at="4", posts=(a("8", to="4", at=60),)),)), "8")
    assert lines(t) == ("1 2 3 4 8", [])


def test_a_branch_from_a_place_that_nobody_knows_stands_behind_everything():
    t = along(replace(forked(), branches=(Branch(at="?", posts=(a("8", to="?", at=60),)),)), "8")
    assert lines(t) == ("1 2 3 4 8", [])


def test_only_the_first_post_of_a_branch_names_it():
    assert along(forked(), "6") is None
    assert along(forked(), "1") is None
    assert along(forked(), "unknown") is None


def test_there_and_back_is_the_same_order():
    t = forked()
    assert lines(along(along(t, "5"), "3")) == lines(t)


def test_title_address_and_state_stay():
    t = forked()
    other = along(t, "5")
    assert (other.title, other.ref, other.url, other.completeness.state) == (t.title, t.ref, t.url, "complete")
    assert (other.completeness.posts, other.completeness.branch_posts) == (4, 3)


def test_the_article_is_made_for_the_new_line():
    assert [p.pieces[0].post for p in along(forked(), "5").article.paragraphs] == ["1", "2", "5", "6"]


def test_figures_of_the_threads_own_main_line_are_left_out():
    t = forked()
    notes = (Note(kind="doubled-posts", n=1), Note(kind="number-skipped", n=6))
    t = replace(t, completeness=replace(t.completeness, announced=9, reported=4, notes=notes))
    told = along(t, "5").completeness
    assert (told.announced, told.reported, [note.kind for note in told.notes]) == (
        None,
        None,
        ["doubled-posts", "along-branch"],
    )


def gap_lines(t):
    return [(gap.id, gap.after, gap.before, gap.line) for gap in t.gaps]


def test_gaps_stay_beside_their_posts():
    lost = [Missing(id="x", author="a", parent="3"), Missing(id="y", author="a", parent="5")]
    t = thread([*chain(3), a("4", to="x", at=40), a("5", to="2", at=50), a("6", to="y", at=51)], missing=lost)
    assert gap_lines(t) == [("x", "3", "4", ""), ("y", "5", "6", "5")]
    assert gap_lines(along(t, "5")) == [("x", "3", "4", "3"), ("y", "5", "6", "")]


def test_a_gap_of_another_branch_is_not_touched():
    t = forked()
    t = replace(t, branches=(*t.branches, Branch(at="3", posts=(a("9", to="3"),))), gaps=(Gap(after="9", line="9"),))
    assert gap_lines(along(t, "5")) == [("", "9", None, "9")]


def test_a_gap_at_an_end_stays_at_that_end():
    t = replace(forked(), gaps=(Gap(after="4"), Gap(after="6", line="5")))
    assert gap_lines(along(t, "5")) == [("", "4", None, "3"), ("", "6", None, "")]


def test_a_gap_behind_the_post_at_which_the_line_was_left_is_still_told():
    t = replace(forked(), branches=(Branch(at="4", posts=(a("8", to="4", at=60),)),), gaps=(Gap(after="4"),))
    assert gap_lines(along(t, "8")) == [("", "4", None, "4")]
