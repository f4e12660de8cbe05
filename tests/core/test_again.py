"""Where a reading that was stopped is gone on with."""

from tests.support.talk import a, b, chain, talk
from threadleaf.core.again import alone, mine, unfinished
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


def test_a_reading_that_stands_for_itself_has_no_word_of_what_it_did_not_see() -> None:
    known = talk(chain(4))
    fresh = talk(chain(2), frontiers=(Frontier(post="2", why="limit"), Frontier(post="3", why="unseen")))
    seen = alone(known, mine(known), fresh)
    assert [post.id for post in seen.posts] == ["1", "2"]
    assert seen.missing == tuple(
        Missing(id=f"{n}", author="a", parent=f"{n - 1}", reason="unreachable") for n in (3, 4)
    )
    assert [frontier.post for frontier in seen.frontiers] == ["2"]


def test_what_it_shows_to_be_gone_is_no_place_that_could_not_be_read() -> None:
    known = talk(chain(3))
    lost = Missing(id="3", author="a", parent="2", says="not-found")
    seen = alone(known, mine(known), talk(chain(2), missing=(lost,)))
    assert seen.missing == (lost,)
