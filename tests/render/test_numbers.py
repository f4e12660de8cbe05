"""The numbers by which posts and gaps are called."""

from tests.render.build import counted, name, post, thread
from threadleaf.core.model import Gap, Numbering
from threadleaf.render._numbers import number

POSTS = [post(n) for n in range(1, 6)]


def numbers(counts=None, gaps=(), posts=POSTS):
    counters = counted(*posts, numbers=counts) if counts else Numbering()
    found = number(thread(*posts, counters=counters, gaps=tuple(gaps)))
    labels = [found.posts.get(one.id) for one in posts]
    return [label and label[0] if label is None or label[0] == label[1] else label for label in labels], found.gaps


def before(key, **fields):
    return Gap(before=name(str(key)), **fields)


def test_without_numbers_the_place_counts():
    assert numbers() == ([1, 2, 3, 4, 5], {})


def test_a_gap_takes_the_numbers_of_its_posts():
    assert numbers(gaps=[before(3, id="g")]) == ([1, 2, 4, 5, 6], {0: (3, 3)})
    assert numbers(gaps=[before(3, count=2), before(3)]) == ([1, 2, 6, 7, 8], {0: (3, 4), 1: (5, 5)})
    assert numbers(gaps=[Gap(after=name("5"), count=2)]) == ([1, 2, 3, 4, 5], {0: (6, 7)})


def test_after_a_gap_of_unknown_size_there_are_no_numbers():
    assert numbers(gaps=[before(3, count=None), before(4)]) == ([1, 2, None, None, None], {})


def test_the_authors_numbers_come_first():
    assert numbers((2, 3, 4, 5, 7), [before(1, number=1), before(5, number=6)])[0] == [2, 3, 4, 5, 7]


def test_a_post_without_a_number_takes_the_next():
    assert numbers((8, 0, 10, 11, 0)) == ([8, 9, 10, 11, 12], {})


def test_a_title_before_the_first_number_has_none():
    assert numbers((0, 1, 2, 3, 4)) == ([None, 1, 2, 3, 4], {})


def test_posts_before_the_first_written_number_count_up_to_it():
    assert numbers((0, 0, 3, 4, 5)) == ([1, 2, 3, 4, 5], {})
    assert numbers((0, 0, 4, 5, 6), [before(2)]) == ([1, 3, 4, 5, 6], {0: (2, 2)})
    assert numbers((0, 0, 4, 5, 6), [before(2, number=2)]) == ([1, 3, 4, 5, 6], {0: (2, 2)})


def test_a_gap_of_unknown_size_before_the_first_number_leaves_posts_unnumbered():
    assert numbers((0, 0, 5, 6, 7), [before(2, count=None)])[0] == [None, None, 5, 6, 7]


def test_written_numbers_find_the_way_again_after_a_gap_of_unknown_size():
    assert numbers((1, 2, 7, 8, 9), [before(3, count=None)])[0] == [1, 2, 7, 8, 9]


def test_an_author_who_counts_down_is_followed_downwards():
    assert numbers((5, 4, 0, 2, 1)) == ([5, 4, 3, 2, 1], {})
    assert numbers((6, 5, 0, 2, 1), [before(3)]) == ([6, 5, 3, 2, 1], {0: (4, 4)})


def test_a_post_may_have_two_numbers():
    posts = [post(1), post(2)]
    counters = counted(*posts, numbers=(6, 8))
    from msgspec.structs import replace

    both = replace(counters, found=(replace(counters.found[0], last=7), counters.found[1]))
    found = number(thread(*posts, counters=both))
    assert found.posts == {posts[0].id: (6, 7), posts[1].id: (8, 8)}


def test_gaps_in_branches_do_not_count():
    assert numbers(gaps=[Gap(before=name("3"), line=name("a"))])[0] == [1, 2, 3, 4, 5]


def test_a_numbering_of_which_nothing_is_left_is_none():
    assert number(thread(*POSTS, counters=Numbering(kind="posts"))).posts[POSTS[4].id] == (5, 5)


def test_numbers_of_which_no_post_is_left_leave_the_rest_unnumbered():
    gone = counted(post(9), post(10), numbers=(3, 4))
    found = number(thread(*POSTS, counters=gone))
    assert found.posts == {}
