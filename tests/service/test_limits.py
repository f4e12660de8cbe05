"""A reading that came to a limit goes on where it stopped, until the whole thread is there."""

from datetime import timedelta

from tests.service.conftest import Instance
from tests.store.build import NOON
from tests.support.bluesky import Bluesky
from threadleaf.core.model import Conversation, Ref
from threadleaf.service import Threadleaf
from threadleaf.store.threads import Store
from threadleaf.wire import Answer, Refused, Request, Steps


class Stingy:
    """A service that asks a network at most `most` things for one thread."""

    def __init__(self, store: Store, network: Bluesky, most: int) -> None:
        self.network, self.most, self.time = network, most, NOON
        self.service = Threadleaf(store, self._fetch, lambda: self.time)
        self.left = most
        network.refuse = self._refuse

    def unroll(self, uri: str) -> tuple[int, str]:
        """Unroll and keep; how many posts the page has then, and what is said of it."""
        self.network.asked.clear()
        page = self.service.unroll(Ref("bsky", uri), save="listed")
        return len(page.thread.posts), page.thread.completeness.state

    def _fetch(self, steps: Steps) -> Conversation:
        self.left = self.most
        return self.network.run(steps)

    def _refuse(self, request: Request) -> Answer | Refused | None:
        if "getProfile" in request.url:
            return None
        self.left -= 1
        return None if self.left >= 0 else Refused(kind="limit")


def test_each_reading_goes_on_where_the_last_one_stopped(store: Store) -> None:
    network = Bluesky()
    chain = network.thread("ada", 60)
    stingy = Stingy(store, network, most=1)
    lengths = [stingy.unroll(chain[0])]
    while lengths[-1][1] != "complete" and len(lengths) < 12:
        stingy.time += timedelta(minutes=1)
        lengths.append(stingy.unroll(chain[0]))
    assert lengths[0] == (11, "incomplete")
    assert lengths[-1] == (60, "complete")
    assert [count for count, _ in lengths] == sorted({count for count, _ in lengths})
    assert len(store.list(10)) == 1


def test_after_a_day_it_is_read_from_the_beginning_again(store: Store) -> None:
    network = Bluesky()
    chain = network.thread("ada", 60)
    stingy = Stingy(store, network, most=1)
    stingy.unroll(chain[0])
    stingy.time += timedelta(days=2)
    assert stingy.unroll(chain[0]) == (11, "incomplete")
    assert chain[0].rpartition("/")[2] in network.asked[0].url


def test_where_the_post_is_gone_at_which_it_stopped_it_is_read_from_the_one_asked_for(store: Store) -> None:
    network = Bluesky()
    chain = network.thread("ada", 20)
    stingy = Stingy(store, network, most=1)
    assert stingy.unroll(chain[0]) == (11, "incomplete")
    for uri in chain[10:]:
        network.delete(uri)
    stingy.most = 100
    assert stingy.unroll(chain[0])[0] == 10


def test_a_whole_thread_is_read_anew(instance: Instance, store: Store) -> None:
    network = Bluesky()
    chain = network.thread("ada", 5)
    stingy = Stingy(store, network, most=100)
    assert stingy.unroll(chain[2]) == (5, "complete")
    assert stingy.unroll(chain[2]) == (5, "complete")
    assert chain[2].rpartition("/")[2] in network.asked[0].url
