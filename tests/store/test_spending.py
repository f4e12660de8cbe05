"""Money: spent and held together never exceed a ceiling, and what was paid for on a day is not paid for again."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select, text

from tests.store.build import NOON
from tests.support.databases import Sandbox
from threadleaf.store import open_store
from threadleaf.store.engine import Database
from threadleaf.store.migrations import MIGRATIONS, m0011_spending, upgrade
from threadleaf.store.schema import x_paid
from threadleaf.store.spending import GOES_ON, Amounts, Full
from threadleaf.store.threads import Store

MUCH = 1_000_000


def hold(store: Store, amount: int, *, day: int = MUCH, month: int = MUCH, **later: float) -> int:
    number = store.spending.hold(amount, NOON + timedelta(**later), day, month)
    assert isinstance(number, int)
    return number


def test_nothing_is_spent_at_first(store: Store) -> None:
    assert store.spending.amounts(NOON) == Amounts(day=0, month=0, held=0)


def test_what_is_held_counts_until_it_is_released(store: Store) -> None:
    number = hold(store, 70)
    assert store.spending.amounts(NOON) == Amounts(day=70, month=70, held=70)
    store.spending.release(number)
    assert store.spending.amounts(NOON) == Amounts(day=0, month=0, held=0)


def test_what_an_answer_cost_is_drawn_from_what_is_held(store: Store) -> None:
    number = hold(store, 70)
    assert store.spending.draw(number, 0, {"post 1": 5, "post 2": 5, "user 1": 10}) == 20
    assert store.spending.amounts(NOON) == Amounts(day=70, month=70, held=50)
    assert store.spending.draw(number, 7, {}) == 7
    store.spending.release(number)
    assert store.spending.amounts(NOON) == Amounts(day=27, month=27, held=0)


def test_what_costs_more_than_is_held_counts_all_the_same(store: Store) -> None:
    number = hold(store, 5)
    assert store.spending.draw(number, 9, {}) == 9
    assert store.spending.amounts(NOON) == Amounts(day=9, month=9, held=0)


def test_the_same_costs_nothing_more_on_the_same_day(store: Store) -> None:
    first, second, third = hold(store, 70), hold(store, 70), hold(store, 70, days=1)
    assert store.spending.draw(first, 0, {"post 1": 5, "post 2": 5}) == 10
    assert store.spending.draw(second, 0, {"post 1": 5, "post 3": 5}) == 5
    assert store.spending.draw(third, 0, {"post 1": 5}) == 5


def test_nothing_is_left_of_what_was_read_on_another_day(store: Store) -> None:
    def rows() -> int:
        with store._database.reading() as connection:
            return connection.execute(select(func.count()).select_from(x_paid)).scalar_one()

    store.spending.draw(hold(store, 9), 0, {f"post {number}": 1 for number in range(1_200)})
    assert rows() == 1_200
    hold(store, 1, hours=11)
    assert rows() == 1_200
    hold(store, 1, hours=12)
    assert rows() == 0


def test_what_was_read_is_known_by_a_keyed_hash_only(store: Store) -> None:
    store.spending.draw(hold(store, 9), 0, {"post 20": 5})
    with store._database.reading() as connection:
        mark = bytes(connection.execute(select(x_paid.c.mark)).scalar_one())
    assert (len(mark), b"20" in mark) == (32, False)


@pytest.mark.parametrize(
    ("amount", "day", "month", "until"), [(11, 10, 99, "day"), (11, 99, 10, "month"), (11, 10, 10, "month")]
)
def test_beyond_a_ceiling_nothing_is_held(store: Store, amount: int, day: int, month: int, until: str) -> None:
    assert store.spending.hold(amount, NOON, day, month) == Full(until)
    assert store.spending.amounts(NOON).held == 0
    assert isinstance(store.spending.hold(10, NOON, day, month), int)


def test_a_day_and_a_month_begin_anew(store: Store) -> None:
    """`NOON` is on the first day of a month."""
    store.spending.draw(hold(store, 70), 70, {})
    assert store.spending.amounts(NOON + timedelta(hours=11)) == Amounts(day=70, month=70, held=0)
    assert store.spending.amounts(NOON + timedelta(hours=12)) == Amounts(day=0, month=70, held=0)
    assert store.spending.amounts(NOON + timedelta(days=31)) == Amounts(day=0, month=0, held=0)


def test_what_is_drawn_after_midnight_counts_for_the_day_on_which_it_was_held(store: Store) -> None:
    number = hold(store, 70, hours=11, minutes=59)
    hold(store, MUCH, hours=12, month=2 * MUCH)
    store.spending.draw(number, 70, {})
    assert store.spending.amounts(NOON + timedelta(hours=12)).day == MUCH
    assert store.spending.amounts(NOON).day == MUCH + 70


def test_what_a_program_left_behind_counts_as_spent(store: Store) -> None:
    hold(store, 70)
    later = NOON + GOES_ON
    assert store.spending.amounts(later) == Amounts(day=70, month=70, held=0)


@pytest.mark.parametrize("programs", [1, 3])
def test_many_at_once_never_cross_a_ceiling(database: Sandbox, programs: int) -> None:
    stores = [open_store(database.address) for _ in range(programs)]

    def read(number: int) -> bool:
        spending = stores[number % programs].spending
        held = spending.hold(10, NOON, 100, MUCH)
        if isinstance(held, Full):
            return False
        spending.draw(held, 7, {})
        assert spending.amounts(NOON).day <= 100
        spending.release(held)
        return True

    try:
        with ThreadPoolExecutor(16) as pool:
            read_ = sum(pool.map(read, range(64)))
        spent = stores[0].spending.amounts(NOON)
    finally:
        for opened in stores:
            opened.close()
    assert spent == Amounts(day=7 * read_, month=7 * read_, held=0)
    assert 10 <= read_ <= 14


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    month=st.integers(1, 1_000),
    ceiling=st.integers(0, 60),
    deeds=st.lists(st.tuples(st.sampled_from(["hold", "draw", "release"]), st.integers(0, 30)), max_size=20),
)
def test_whatever_happens_in_whatever_order_a_ceiling_holds(
    store: Store, month: int, ceiling: int, deeds: list[tuple[str, int]]
) -> None:
    at = NOON + timedelta(days=40 * month)
    before = store.spending.amounts(at)
    ceiling += before.day
    going_on: dict[int, int] = {}
    for deed, figure in deeds:
        if deed == "hold":
            number = store.spending.hold(figure, at, ceiling, MUCH)
            if isinstance(number, int):
                going_on[number] = figure
        elif going_on:
            number = [*going_on][figure % len(going_on)]
            if deed == "draw":
                going_on[number] -= store.spending.draw(number, min(figure, going_on[number]), {})
            else:
                store.spending.release(number)
                del going_on[number]
        now = store.spending.amounts(at)
        assert now.held - before.held == sum(going_on.values())
        assert now.day <= ceiling


def test_what_waits_to_be_unrolled_survives_the_step_that_brings_the_account(database: Sandbox) -> None:
    step = MIGRATIONS.index(m0011_spending.apply)
    with closing(Database(database.bare())) as bare:
        upgrade(bare, MIGRATIONS[:step])
        with bare.writing() as connection:
            empty = "', '".join([""] * 4)
            connection.execute(
                text(
                    "INSERT INTO unrolls (id, network, level, asked_at, anchor, error, code, sentence)"
                    f" VALUES ('one', 'x', 'unlisted', '2026-03-01 12:00:00', '{empty}')"
                )
            )
        upgrade(bare)
        with bare.reading() as connection:
            rows = connection.execute(text("SELECT id, level, asker FROM unrolls")).all()
    assert [tuple(row) for row in rows] == [("one", "unlisted", "anyone")]
