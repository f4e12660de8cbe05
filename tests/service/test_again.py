"""A kept thread is read again: what its author has taken back goes, what was only not seen stays."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from tests.service.conftest import Instance
from tests.store.build import NOON, line, ref, talk, uri
from tests.support.bluesky import Bluesky
from tests.support.fediverse import Fediverse
from threadleaf.core.errors import NotFound, NotNow, Refused
from threadleaf.core.model import Conversation, Frontier, Ref, Thread
from threadleaf.service import Threadleaf
from threadleaf.store.threads import Store
from threadleaf.wire import Refused as Refusal
from threadleaf.wire import Steps


class Keeper:
    """Somebody who keeps threads of one network, three days after the other."""

    def __init__(self, store: Store, run: Callable[[Steps], Conversation]) -> None:
        self.run, self.time = run, NOON
        self.service = Threadleaf(store, self._fetch, lambda: self.time)
        self.readings = 0

    def keep(self, ref: Ref) -> Thread:
        self.time += timedelta(days=3)
        self.readings = 0
        return self.service.read(self.service.unroll(ref, save="listed").path).thread

    def _fetch(self, steps: Steps) -> Conversation:
        self.readings += 1
        return self.run(steps)


def shown(thread: Thread, posts: list[str]) -> list[int]:
    """Which of the posts the thread shows, counted from 1."""
    return [posts.index(post.id) + 1 for post in thread.posts]


@pytest.fixture
def bluesky() -> Bluesky:
    return Bluesky(flat=False)


@pytest.fixture
def keeper(store: Store, bluesky: Bluesky) -> Keeper:
    return Keeper(store, bluesky.run)


def at(uri: str) -> Ref:
    return Ref("bsky", uri)


@pytest.mark.parametrize(
    ("deleted", "left"),
    [([2, 3, 4, 5, 6], [1]), ([5, 6], [1, 2, 3, 4]), ([3, 4, 5, 6], [1, 2]), ([4], [1, 2, 3, 5, 6])],
)
def test_what_was_deleted_is_not_shown_any_more(
    keeper: Keeper, bluesky: Bluesky, deleted: list[int], left: list[int]
) -> None:
    posts = bluesky.thread("ann", 6)
    keeper.keep(at(posts[0]))
    for number in deleted:
        bluesky.delete(posts[number - 1])
    thread = keeper.keep(at(posts[0]))
    assert shown(thread, posts) == left
    assert [gap.id for gap in thread.gaps] == ([posts[3]] if deleted == [4] else [])


def test_the_post_that_is_asked_for_may_be_the_one_that_is_gone(keeper: Keeper, bluesky: Bluesky) -> None:
    posts = bluesky.thread("ann", 4)
    keeper.keep(at(posts[0]))
    bluesky.delete(posts[3])
    assert shown(keeper.keep(at(posts[3])), posts) == [1, 2, 3]
    bluesky.delete(posts[0])
    thread = keeper.keep(at(posts[0].replace("did:plc:ann", "ann.example")))
    assert shown(thread, posts) == [2, 3]
    assert [gap.id for gap in thread.gaps] == [posts[0]]


def test_of_a_thread_that_is_gone_altogether_nothing_stays(keeper: Keeper, bluesky: Bluesky) -> None:
    posts = bluesky.thread("ann", 3)
    keeper.keep(at(posts[0]))
    for post in posts:
        bluesky.delete(post)
    with pytest.raises(NotFound):
        keeper.keep(at(posts[1]))
    assert keeper.service.list(visibility=None) == ()


def test_a_wish_that_the_network_itself_heeds_takes_the_page_down(store: Store) -> None:
    network = Bluesky()
    keeper = Keeper(store, network.run)
    posts = network.thread("ann", 3)
    keeper.keep(at(posts[0]))
    network.labels["ann"] = ["!no-unauthenticated"]
    with pytest.raises(Refused):
        keeper.keep(at(posts[2]))
    assert keeper.service.list(visibility=None) == ()


def test_a_block_between_two_accounts_takes_down_only_what_it_hides(store: Store) -> None:
    network = Bluesky()
    posts = network.thread("ann", 3)

    def run(steps: Steps) -> Conversation:
        seen = network.run(steps)
        if blocked and seen.anchor == posts[2]:
            raise Refused("Blocked.", code="blocked")
        return seen

    blocked: list[str] = []
    keeper = Keeper(store, run)
    keeper.keep(at(posts[0]))
    blocked.append(posts[2])
    assert len(shown(keeper.keep(at(posts[2])), posts)) >= 2
    assert len(keeper.service.list(visibility=None)) == 1


def test_what_could_not_be_asked_about_stays_and_the_end_is_open(keeper: Keeper, bluesky: Bluesky) -> None:
    posts = bluesky.thread("ann", 6)
    keeper.keep(at(posts[0]))
    bluesky.delete(posts[1])

    def run(steps: Steps) -> Conversation:
        if keeper.readings > 1:
            raise NotNow("Later.")
        return bluesky.run(steps)

    keeper.run = run
    thread = keeper.keep(at(posts[0]))
    assert shown(thread, posts) == [1, 3, 4, 5, 6]
    assert posts[2] in thread.completeness.open_ends


def test_the_first_question_is_not_answered_for_by_what_is_kept(keeper: Keeper, bluesky: Bluesky) -> None:
    posts = bluesky.thread("ann", 2)
    keeper.keep(at(posts[0]))
    bluesky.refuse = lambda request: Refusal(kind="rate")
    with pytest.raises(NotNow):
        keeper.keep(at(posts[0]))
    assert len(keeper.service.list(visibility=None)) == 1


def test_a_thread_all_of_which_is_seen_again_takes_one_reading(keeper: Keeper, bluesky: Bluesky) -> None:
    posts = bluesky.thread("ann", 6)
    keeper.keep(at(posts[0]))
    assert shown(keeper.keep(at(posts[5])), posts) == [1, 2, 3, 4, 5, 6]
    assert keeper.readings == 1


def test_a_thread_in_many_pieces_is_not_asked_about_without_end(keeper: Keeper, bluesky: Bluesky) -> None:
    posts = bluesky.thread("ann", 30)
    keeper.keep(at(posts[0]))
    for post in posts[1:]:
        bluesky.delete(post)
    thread = keeper.keep(at(posts[0]))
    assert keeper.readings == 10
    assert thread.completeness.state != "complete"
    for _ in range(3):
        thread = keeper.keep(at(posts[0]))
    assert (shown(thread, posts), thread.completeness.state) == ([1], "complete")


def test_a_thread_that_somebody_not_known_here_deleted_is_not_found(keeper: Keeper) -> None:
    with pytest.raises(NotFound):
        keeper.keep(at("at://did:plc:ann/app.bsky.feed.post/3k2222222222a"))


def test_a_first_post_that_is_gone_from_mastodon_goes(store: Store) -> None:
    network = Fediverse()
    keeper = Keeper(store, network.run)
    server = network.servers["moss.example"]
    numbers = server.thread("ann", 3)
    posts = server.uris(numbers)
    keeper.keep(Ref("fedi", server.url(numbers[0])))
    server.delete(numbers[0])
    assert shown(keeper.keep(Ref("fedi", server.url(numbers[1]))), posts) == [2, 3]


def test_the_address_of_a_post_that_is_known_to_be_missing_takes_nothing_down(keeper: Keeper, bluesky: Bluesky) -> None:
    posts = bluesky.thread("ann", 6)
    keeper.keep(at(posts[0]))
    bluesky.delete(posts[3])
    assert shown(keeper.keep(at(posts[0])), posts) == [1, 2, 3, 5, 6]
    with pytest.raises(NotFound):
        keeper.keep(at(posts[3]))
    assert len(keeper.service.list(visibility=None)) == 1


def test_a_block_at_a_post_that_is_known_to_be_missing_takes_nothing_down(keeper: Keeper, bluesky: Bluesky) -> None:
    posts = bluesky.thread("ann", 6)
    keeper.keep(at(posts[0]))
    bluesky.delete(posts[3])
    keeper.keep(at(posts[0]))

    def run(steps: Steps) -> Conversation:
        steps.close()
        raise Refused("One of the accounts has blocked the other.", code="blocked")

    keeper.run = run
    with pytest.raises(Refused):
        keeper.keep(at(posts[3]))
    assert len(keeper.service.list(visibility=None)) == 1


def test_where_going_on_brings_nothing_the_thread_is_read_from_the_post_asked_for(instance: Instance) -> None:
    cut = talk(*line(1, 2, 3), frontiers=(Frontier(post=uri(3), why="limit"),))
    instance.says(cut).unroll(ref(1), save="listed")
    assert instance.asked == 1
    assert instance.says(cut).unroll(ref(1), save="listed").thread.completeness.state == "open"
    assert instance.asked == 3
