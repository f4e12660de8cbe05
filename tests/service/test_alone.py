"""While a network's moderation cannot be asked, a page that is kept stays as it is."""

import pytest

from tests.service.conftest import Instance
from tests.support.bluesky import Bluesky, refusing
from threadleaf.core.errors import Gone, Refused
from threadleaf.core.model import ALONE, Conversation, Ref
from threadleaf.service import Threadleaf
from threadleaf.store.threads import Store
from threadleaf.wire import Steps

DOWN = refusing("public.api.bsky.app")


@pytest.fixture
def network() -> Bluesky:
    return Bluesky()


@pytest.fixture
def service(store: Store, network: Bluesky, instance: Instance) -> Threadleaf:
    def fetch(steps: Steps) -> Conversation:
        return network.run(steps)

    return Threadleaf(store, fetch, lambda: instance.time)


def test_a_post_that_moderation_hides_does_not_come_back(service: Threadleaf, network: Bluesky) -> None:
    chain = network.thread("ann", 5)
    network.unshown.add(chain[2])
    before = service.unroll(Ref("bsky", chain[0]), save="listed")
    assert chain[2] not in [post.id for post in before.thread.posts]
    network.refuse = DOWN
    after = service.unroll(Ref("bsky", chain[0]), save="listed")
    assert (after.thread, after.saved) == (before.thread, before.saved)
    assert service.read(before.path).thread == before.thread


def test_the_authors_own_wish_counts_all_the_same(service: Threadleaf, network: Bluesky) -> None:
    chain = network.thread("ann", 3)
    path = service.unroll(Ref("bsky", chain[0]), save="listed").path
    network.refuse = DOWN
    network.profiles["ann"] = "#nounroll"
    with pytest.raises(Refused):
        service.unroll(Ref("bsky", chain[0]), save="listed")
    with pytest.raises(Gone, match="as its author wished"):
        service.read(path)


def test_a_new_page_is_kept_and_in_no_list(service: Threadleaf, network: Bluesky) -> None:
    chain = network.thread("ann", 3)
    network.refuse = DOWN
    page = service.unroll(Ref("bsky", chain[0]), save="listed")
    assert [note.kind for note in page.thread.completeness.notes] == [ALONE]
    assert service.list() == ()
    network.refuse = lambda request: None
    assert service.unroll(Ref("bsky", chain[0]), save="listed").thread.completeness.notes == ()
    assert [saved.path for saved in service.list()] == [page.path]
