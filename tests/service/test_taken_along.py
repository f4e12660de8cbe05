"""Somebody wants a post forgotten whose thread is, or becomes, longer: then all of that thread is meant."""

from __future__ import annotations

import pytest

from tests.service.conftest import Instance
from tests.store.build import NOON, address, line, post, ref, talk, uri
from threadleaf.core.errors import Gone, NotFound
from threadleaf.core.model import Conversation, Quote
from threadleaf.sources.conversation import encode
from threadleaf.store.records import PageVisibility, Removal, Saved
from threadleaf.store.threads import Store
from threadleaf.wire import Document


@pytest.fixture
def store_of(instance: Instance) -> Store:
    assert instance.store is not None
    return instance.store


def seen(instance: Instance, *names: int) -> Conversation:
    return talk(*line(*names), read_at=instance.time)


def keep(instance: Instance, *names: int, save: PageVisibility = "listed") -> Saved:
    saved = instance.says(seen(instance, *names)).unroll(ref(names[0]), save=save).saved
    assert saved is not None
    return saved


@pytest.mark.parametrize("reason", ["author", "law"])
def test_a_page_goes_with_a_later_post_that_was_taken_down(instance: Instance, reason: Removal) -> None:
    page, private = keep(instance, 1, 2), keep(instance, 1, 2, save="private")
    quote = Quote(id=uri(2), author="did:plc:ann")
    bobs = talk(post(7, author="bob", quote=quote), quoted=(post(2, uri(1)),))
    other = instance.says(bobs).unroll(ref(7, "bob"), save="listed")
    assert instance.service.remove(ref(3), reason, ahead=True).pages == ()
    assert instance.service.find(ref(1)) == page, "nobody knows yet that it belongs there"
    instance.later(days=1)
    assert instance.says(seen(instance, 1, 2, 3)).check(page) is None
    for way in (ref(1), ref(2), ref(3), page.path, private.path):
        with pytest.raises(Gone) as gone:
            instance.service.find(way)
        assert gone.value.code == reason
    assert "Words of 2 by ann" not in repr(instance.service.read(other.path).thread)
    asked = instance.asked
    with pytest.raises(Gone):
        instance.service.unroll(ref(1), save="listed")
    assert instance.asked == asked, "its network is not asked any more"


def test_whoever_asks_for_it_anew_is_told_why_and_the_page_goes(instance: Instance) -> None:
    keep(instance, 1, 2)
    instance.service.remove(ref(3), "author", ahead=True)
    with pytest.raises(Gone, match="as its author wished"):
        instance.says(seen(instance, 1, 2, 3)).unroll(address(2), save="unlisted")
    assert instance.service.list(visibility=None) == ()


def test_the_rest_of_what_was_taken_back_stays_away_for_good(instance: Instance, store_of: Store) -> None:
    store_of.withdraw(keep(instance, 1, 2, 3), "network", NOON)
    assert instance.service.remove(ref(2), "author").pages == ()
    instance.later(days=1)
    with pytest.raises(Gone):
        instance.says(seen(instance, 1, 2, 3)).unroll(ref(1), save="listed")
    asked = instance.asked
    for number in (1, 3):
        with pytest.raises(Gone):
            instance.service.unroll(ref(number), save="listed")
    assert instance.asked == asked


def test_what_comes_from_files_takes_nothing_along(instance: Instance) -> None:
    page = keep(instance, 1, 2)
    instance.service.remove(ref(3), "author", ahead=True)
    with pytest.raises(Gone):
        instance.service.unroll_documents([Document(body=encode(seen(instance, 1, 2, 3)))], save="listed")
    assert instance.service.find(ref(1)) == page


def test_what_is_not_kept_and_what_was_only_taken_back_takes_nothing_along(instance: Instance, store_of: Store) -> None:
    store_of.withdraw(keep(instance, 3), "network", NOON)
    with pytest.raises(NotFound):
        instance.service.remove(ref(9), "author")
    instance.later(days=1)
    page = keep(instance, 1, 2, 3)
    assert instance.service.read(page.path).saved == page
