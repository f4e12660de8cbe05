"""Limits: by each who asks and by all together, kept over a restart, begun anew when their time is over."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import Connection, event, func, select

from tests.store.build import NOON
from tests.support.databases import Sandbox
from threadleaf.store import open_store
from threadleaf.store.cases import Rate
from threadleaf.store.limits import Counters
from threadleaf.store.schema import counters
from threadleaf.store.threads import Store

HOUR = 3_600
ANN, BEN = "192.0.2.0/24", "198.51.100.0/24"


def rate(each: int = 3, everybody: int = 1_000) -> Rate:
    return Rate("unroll", each, everybody, HOUR)


def often(store: Store, rate: Rate, asker: str = ANN, *, times: int = 10_000, **later: float) -> int:
    """How many of so many tries are allowed."""
    return sum(store.counters.spend(rate, asker, NOON + timedelta(**later)).allowed for _ in range(times))


def rows(store: Store) -> int:
    with store._database.reading() as connection:
        return connection.execute(select(func.count()).select_from(counters)).scalar_one()


@pytest.fixture
def write_counter() -> Callable[[Store], list[int]]:
    """Calling it counts the writing transactions of a store from then on."""

    def count(store: Store) -> list[int]:
        seen: list[int] = []
        event.listen(
            store._database._engine, "begin", lambda connection: seen.append(1) if writes(connection) else None
        )
        return seen

    def writes(connection: Connection) -> bool:
        return connection.get_execution_options().get("begin", "") == "BEGIN IMMEDIATE"

    return count


def test_each_who_asks_has_so_many_uses_and_no_more(store: Store) -> None:
    assert often(store, rate(), times=20) == 3
    assert often(store, rate(), BEN, times=20) == 3


def test_what_remains_is_told_and_when_all_is_there_again(store: Store) -> None:
    told = [store.counters.spend(rate(), ANN, NOON) for _ in range(4)]
    assert [(spent.allowed, spent.remaining) for spent in told] == [(True, 2), (True, 1), (True, 0), (False, 0)]
    assert {(spent.most, spent.at, spent.reset_at, spent.seconds) for spent in told} == {
        (3, NOON, NOON + timedelta(hours=1), HOUR)
    }


def test_a_limit_begins_anew_when_its_time_is_over(store: Store) -> None:
    assert often(store, rate(), times=9) == 3
    assert often(store, rate(), times=9, minutes=59) == 0
    assert often(store, rate(), times=9, hours=1) == 3


def test_all_together_have_a_limit_too(store: Store) -> None:
    assert often(store, rate(3, 4), times=9) == 3
    assert often(store, rate(3, 4), BEN, times=9) == 1
    spent = store.counters.spend(rate(3, 4), "203.0.113.0/24", NOON)
    assert (spent.allowed, spent.remaining, spent.reset_at) == (False, 0, NOON + timedelta(hours=1))


def test_kinds_are_counted_apart(store: Store) -> None:
    assert often(store, rate(), times=9) == 3
    assert store.counters.spend(Rate("report", 3, 9, HOUR), ANN, NOON).allowed


@pytest.mark.parametrize("each", [1, 10, 19, 40, 1_000])
def test_a_restart_gives_nobody_more(database: Sandbox, each: int) -> None:
    allowed = 0
    for _ in range(4):
        with open_store(database.address) as store:
            allowed += often(store, rate(each, 100_000), times=each // 3 + 1)
    with open_store(database.address) as store:
        allowed += often(store, rate(each, 100_000), times=2 * each)
    assert allowed <= each
    assert allowed >= each - 5 * max(1, each // 20)


def test_several_processes_give_nobody_more(database: Sandbox) -> None:
    stores = [open_store(database.address) for _ in range(3)]
    try:
        allowed = sum(store.counters.spend(rate(50, 90), ANN, NOON).allowed for _ in range(60) for store in stores)
    finally:
        for store in stores:
            store.close()
    assert 40 <= allowed <= 50


def test_many_at_once_get_no_more_than_there_is(store: Store) -> None:
    with ThreadPoolExecutor(8) as pool:
        spent = list(pool.map(lambda _: store.counters.spend(rate(25, 1_000), ANN, NOON).allowed, range(200)))
    assert sum(spent) == 25


def test_the_database_is_written_for_every_twentieth_use(
    store: Store, write_counter: Callable[[Store], list[int]]
) -> None:
    writes = write_counter(store)
    assert often(store, rate(200, 4_000), times=100) == 100
    assert len(writes) == 11, "ten for the asker, one for all"


def test_whoever_has_used_all_writes_nothing_more(store: Store, write_counter: Callable[[Store], list[int]]) -> None:
    assert often(store, rate(2), times=3) == 2
    writes = write_counter(store)
    assert often(store, rate(2), times=50) == 0
    assert writes == []


def test_whoever_turned_out_to_be_welcome_begins_anew(store: Store) -> None:
    assert often(store, rate(), times=9) == 3
    store.counters.clear(rate(), ANN)
    assert often(store, rate(), times=9) == 3


def test_who_asks_is_known_by_a_keyed_hash_only(database: Sandbox) -> None:
    with open_store(database.address) as one, open_store(database.bare()) as other:
        assert one.counters.mark(ANN) == one.counters.mark(ANN)
        assert one.counters.mark(ANN) != one.counters.mark(BEN)
        assert one.counters.mark(ANN) != other.counters.mark(ANN)
        assert len(one.counters.mark("\ud800")) == 32


def test_nothing_is_left_of_who_asked_when_the_time_is_over(store: Store) -> None:
    often(store, rate(), times=2)
    assert rows(store) == 2
    store.counters.forget(NOON + timedelta(minutes=59))
    assert rows(store) == 2
    store.counters.forget(NOON + timedelta(hours=1))
    assert rows(store) == 0


def test_a_new_use_drops_what_is_over(store: Store) -> None:
    often(store, rate(), times=2)
    often(store, rate(), BEN, times=1, hours=2)
    assert rows(store) == 2


def test_whoever_is_blocked_gets_nothing_until_then(store: Store) -> None:
    assert often(store, rate(100), times=1) == 1, "and holds more in memory"
    until = NOON + timedelta(days=30)
    store.counters.block(store.counters.mark(ANN), until)
    store.counters.block(store.counters.mark(ANN), until)
    assert store.counters.blocked(NOON) == 1
    spent = store.counters.spend(rate(100), ANN, NOON)
    assert (spent.allowed, spent.reset_at) == (False, until)
    assert often(store, rate(100), BEN, times=9) == 9
    assert often(store, rate(100), times=9, days=29) == 0
    assert often(store, rate(100), times=9, days=30) == 9
    assert store.counters.blocked(until) == 0


def test_all_who_are_blocked_can_be_forgiven(store: Store) -> None:
    store.counters.block(store.counters.mark(ANN), NOON + timedelta(days=30))
    assert often(store, rate(), times=1) == 0
    store.counters.forgive()
    assert store.counters.blocked(NOON) == 0
    assert often(store, rate(), times=9) == 3


def test_a_crowd_does_not_fill_the_memory(store: Store) -> None:
    few = Counters(store._database, store._key, crowd=5)
    for number in range(8):
        few.spend(rate(), f"10.0.{number}.0/24", NOON)
    assert len(few._leases) == 9, "all of them count now"
    few.spend(rate(), BEN, NOON + timedelta(hours=2))
    assert len(few._leases) == 2


def test_a_limit_that_was_lowered_holds_at_once(store: Store) -> None:
    assert often(store, rate(40), times=4) == 4
    fresh = Counters(store._database, store._key)
    assert not fresh.spend(rate(1), ANN, NOON).allowed


def test_many_uses_at_once_count_as_many_and_are_allowed_whole_or_not_at_all(store: Store) -> None:
    many = rate(each=500, everybody=801)
    assert [store.counters.spend(many, ANN, NOON, 60).allowed for _ in range(9)] == [True] * 8 + [False]
    assert store.counters.spend(many, ANN, NOON, 20).remaining == 0
    assert not store.counters.spend(many, ANN, NOON).allowed
    assert [store.counters.spend(many, BEN, NOON, 150).allowed for _ in range(3)] == [True, True, False]
    assert store.counters.spend(many, BEN, NOON, 1).allowed


def test_what_is_left_in_memory_is_used_before_more_is_taken(store: Store) -> None:
    many = rate(each=500)
    assert store.counters.spend(many, ANN, NOON, 1).remaining == 499  # a share of 25 is taken
    assert store.counters.spend(many, ANN, NOON, 30).remaining == 469
    again = Counters(store._database, store._key)
    assert again.spend(many, ANN, NOON, 400).allowed
    assert not again.spend(many, ANN, NOON, 60).allowed


def test_a_limit_whose_time_is_over_begins_anew_for_many_uses_too(store: Store) -> None:
    many = rate(each=100)
    assert store.counters.spend(many, ANN, NOON, 70).allowed
    assert not store.counters.spend(many, ANN, NOON, 70).allowed
    assert store.counters.spend(many, ANN, NOON + timedelta(hours=1), 70).remaining == 30
