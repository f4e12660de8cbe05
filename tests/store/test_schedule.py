"""Which threads are to be read again: those from a network, each once for whoever asks first."""

from __future__ import annotations

from datetime import timedelta

from tests.store.build import NOON, draft, line, ref, talk
from threadleaf.store.aliases import alias_of
from threadleaf.store.records import Saved
from threadleaf.store.threads import Store

MINUTE = timedelta(minutes=1)


def keep(store: Store, *names: int, **more: object) -> Saved:
    saved = store.save(draft(talk(*line(*names)), **more))
    assert saved is not None
    return saved


def test_a_thread_is_due_when_its_time_has_come_and_those_first_that_wait_for_longest(store: Store) -> None:
    later = keep(store, 3, at=NOON + 5 * MINUTE)
    first = keep(store, 1, 2)
    assert store.schedule.take(NOON + 9 * MINUTE, NOON, 10) == ()
    assert store.schedule.take(NOON + 20 * MINUTE, NOON + 60 * MINUTE, 10) == (first, later)


def test_who_takes_one_has_it_for_a_while(store: Store) -> None:
    first, second = keep(store, 1), keep(store, 2)
    assert store.schedule.take(NOON + 20 * MINUTE, NOON + 60 * MINUTE, 1) == (first,)
    assert store.schedule.take(NOON + 20 * MINUTE, NOON + 60 * MINUTE, 2) == (second,)
    assert store.schedule.take(NOON + 20 * MINUTE, NOON + 60 * MINUTE, 2) == ()
    assert store.schedule.take(NOON + 60 * MINUTE, NOON + 90 * MINUTE, 2) == (first, second)


def test_a_reading_that_is_kept_says_when_the_next_one_is_due(store: Store) -> None:
    saved = keep(store, 1)
    store.schedule.take(NOON + 20 * MINUTE, NOON + 600 * MINUTE, 1)
    again = keep(store, 1, at=NOON + 21 * MINUTE, based_on=(saved,))
    assert store.schedule.take(NOON + 31 * MINUTE, NOON + 600 * MINUTE, 1) == (again,)


def test_what_is_put_off_waits_and_what_is_gone_is_not_due(store: Store) -> None:
    first, second = keep(store, 1), keep(store, 2)
    store.schedule.put_off(first, NOON + 600 * MINUTE)
    store.remove([alias_of(ref(2))], "operator", NOON)
    assert second not in store.schedule.take(NOON + 599 * MINUTE, NOON, 10)
    assert store.schedule.take(NOON + 600 * MINUTE, NOON, 10) == (first,)
    store.finish_removals()
    store.schedule.put_off(second, NOON)
    assert store.schedule.take(NOON + 600 * MINUTE, NOON, 10) == (first,)


def test_what_was_never_read_from_its_network_is_never_due(store: Store) -> None:
    saved = keep(store, 1, origin="file")
    assert store.schedule.take(NOON + 100_000 * MINUTE, NOON, 10) == ()
    again = keep(store, 1, origin="network", based_on=(saved,))
    assert store.schedule.take(NOON + 100_000 * MINUTE, NOON, 10) == (again,)
