"""Where a reading that was stopped is gone on with."""

from tests.support.talk import a, b, chain, talk
from threadleaf.core.again import unfinished
from threadleaf.core.model import Frontier, Missing


def stopped(*posts: str) -> tuple[Frontier, ...]:
    return tuple(Frontier(post=post, why="unreachable") for post in posts)


def test_ends_of_lines_are_gone_on_with_before_posts_whose_continuation_is_known() -> None:
    known = talk(chain(4), a("2b", to="2", at=30), frontiers=stopped("1", "2b", "3", "4"))
    assert unfinished(known) == ("4", "2b", "1", "3")


def test_posts_of_the_authors_that_have_no_place_yet_are_asked_for_before_ends() -> None:
    lost = Missing(id="5", author="a", parent="q", reason="unreachable")
    others = Missing(id="r", author="b", parent="3", reason="unreachable")
    gone = Missing(id="6", author="a", parent="q", says="not-found")
    known = talk(chain(3), b("q", to="3"), missing=(lost, others, gone), frontiers=stopped("3"))
    assert unfinished(known) == ("5", "3")
