"""Pages of X that nobody could look after are held back, and come back."""

from __future__ import annotations

from datetime import timedelta

import pytest
from msgspec.structs import replace

from tests.store.build import NOON, draft, line, post, rendered, talk
from threadleaf.core.errors import NotNow
from threadleaf.core.model import Author, Ref
from threadleaf.core.query import parse
from threadleaf.store.aliases import alias_of
from threadleaf.store.records import Draft, Saved
from threadleaf.store.threads import Store


def of_x(number: int = 1, **more: object) -> Draft:
    """A draft of X with one post."""
    one = replace(post(number), id=str(number), author="7", url=f"https://x.com/ann/status/{number}", text="A mill.")
    seen = replace(talk(one), network="x", authors=(Author(id="7", network="x", handle="ann"),))
    return draft(seen, **more)


def keep(store: Store, made: Draft) -> Saved:
    saved = store.save(made)
    assert saved is not None
    return saved


def ways(number: int = 1) -> list:  # type: ignore[type-arg]
    return [alias_of(Ref("x", str(number)))]


def is_shown(store: Store, number: int = 1) -> bool:
    """Whether a page is in every place where it may be; it is in all of them or in none."""
    try:
        read = store.read(ways(number)[0]) is not None
    except NotNow:
        read = False
    listed = bool(store.list(9))
    assert bool(store.maps.pages(0, unsaid=True)) is listed
    assert read is listed
    return read


def test_what_was_not_seen_for_too_long_is_in_no_place_until_it_is_seen_again(store: Store) -> None:
    saved = keep(store, of_x())
    store.keep_page(rendered(saved, "e", b"x" * 9), "posts", "r")
    assert store.seen.hold(NOON - timedelta(seconds=1)) == 0
    assert is_shown(store)
    assert store.seen.hold(NOON) == 1
    assert not is_shown(store)
    assert store.page(ways()[0], "posts", "r") is None
    assert store.seen.hold(NOON) == 0
    with pytest.raises(NotNow, match=r"This thread was last seen on X on 1 March 2026\."):
        store.find(ways())
    assert store.find(ways(), lifting=True) == (saved,)
    assert store.find(ways(), behind=True) == (saved,)
    assert store.read(ways()[0], behind=True) is not None
    assert store.schedule.take(NOON + timedelta(days=1), NOON + timedelta(days=2), 9) == (saved,)
    keep(store, of_x(at=NOON + timedelta(days=2), based_on=(saved,)))
    assert is_shown(store)


def test_it_is_found_by_no_search(store: Store) -> None:
    keep(store, of_x())
    assert store.search.find(parse("mill"), 9, None, "listed", "newest").total == 1
    store.seen.hold(NOON)
    assert store.search.find(parse("mill"), 9, None, "listed", "newest").total == 0
    assert store.search.find(parse("from:ann"), 9, None, "listed", "newest").total == 0


def test_all_of_it_counts_as_seen_when_its_oldest_part_was(store: Store) -> None:
    made = of_x(at=NOON + timedelta(hours=5))
    keep(store, replace(made, conversation=replace(made.conversation, begun_at=NOON)))
    assert store.seen.hold(NOON) == 1


def test_other_networks_and_files_are_nobody_to_look_after(store: Store) -> None:
    keep(store, draft(talk(*line(1, 2))))
    keep(store, of_x(origin="file"))
    assert store.seen.hold(NOON + timedelta(days=99)) == 0


@pytest.mark.parametrize("held", [False, True])
def test_a_page_that_joins_another_counts_as_seen_when_it_was(store: Store, held: bool) -> None:
    older = keep(store, of_x(1, origin="file"))
    newer = keep(store, of_x(2))
    store.seen.hold(NOON if held else NOON - timedelta(days=1))
    both = of_x(1, origin="file", based_on=(older, newer), at=NOON + timedelta(days=1))
    joined = keep(store, replace(both, aliases=tuple(sorted({*ways(1), *ways(2)}))))
    assert joined.number == older.number
    assert store.seen.hold(NOON) == (0 if held else 1)
    assert not is_shown(store, 1)


def test_of_two_pages_that_join_the_one_that_nobody_saw_the_longest_counts(store: Store) -> None:
    newer, older = keep(store, of_x(1, at=NOON + timedelta(hours=5))), keep(store, of_x(2))
    both = of_x(1, origin="file", based_on=(newer, older))
    keep(store, replace(both, aliases=tuple(sorted({*ways(1), *ways(2)}))))
    assert store.seen.hold(NOON) == 1


def test_files_that_join_are_nobody_to_look_after(store: Store) -> None:
    kept = keep(store, of_x(1, origin="file")), keep(store, of_x(2, origin="file"))
    keep(store, replace(of_x(1, origin="file", based_on=kept), aliases=tuple(sorted({*ways(1), *ways(2)}))))
    assert store.seen.hold(NOON + timedelta(days=99)) == 0
