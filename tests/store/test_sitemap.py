"""Which pages search engines may list, file by file."""

from contextlib import closing
from datetime import timedelta

from tests.store.build import NOON, draft, line, talk
from tests.support.databases import Sandbox
from threadleaf.store.engine import Database
from threadleaf.store.sitemap import Maps
from threadleaf.store.threads import Store


def keep(store: Store, name: object, **more: object) -> int:
    saved = store.save(draft(talk(*line(name)), **more))
    assert saved is not None
    return saved.number


def test_a_store_without_pages_has_no_file(store: Store) -> None:
    assert store.maps.files(unsaid=True) == ()
    assert store.maps.pages(0, unsaid=True) == ()


def test_listed_pages_stand_in_a_file_in_order_with_the_day_of_their_last_change(store: Store) -> None:
    for name in (1, 2):
        keep(store, name)
    keep(store, "undated", at=NOON + timedelta(days=1))
    assert store.maps.files(unsaid=True) == (0,)
    assert store.maps.pages(0, unsaid=True) == (
        ("/t/bsky/did:plc:ann/3k1", NOON + timedelta(minutes=1)),
        ("/t/bsky/did:plc:ann/3k2", NOON + timedelta(minutes=2)),
        ("/t/bsky/did:plc:ann/3kundated", NOON + timedelta(days=1)),
    )


def test_what_lists_may_not_show_is_in_no_file(store: Store) -> None:
    keep(store, 1, visibility="unlisted")
    keep(store, 2, visibility="private")
    keep(store, 3, quiet=True)
    assert store.maps.files(unsaid=True) == ()


def test_it_is_known_of_each_page(store: Store) -> None:
    listed, unlisted = keep(store, 1), keep(store, 2, visibility="unlisted")
    quiet = keep(store, 3, quiet=True)
    assert store.maps.holds([listed, unlisted, quiet, quiet + 1], unsaid=True) == {listed}


def test_no_file_holds_more_than_its_share_and_every_page_is_in_one(store: Store, database: Sandbox) -> None:
    numbers = [keep(store, name) for name in range(1, 8)]
    keep(store, "between", visibility="unlisted")
    numbers.append(keep(store, 9))
    with closing(Database(database.address)) as opened:
        maps = Maps(opened, in_file=3)
        shares = [maps.pages(number, unsaid=True) for number in maps.files(unsaid=True)]
        # Where one ends is a matter of the pages' numbers, which go on from test to test on a server.
        assert all(0 < len(share) <= 3 for share in shares)
        paths = [path for share in shares for path, _ in share]
        assert len(set(paths)) == len(paths) == len(numbers)
        assert Maps(opened, in_file=1).files(unsaid=True) == tuple(number - 1 for number in numbers)
