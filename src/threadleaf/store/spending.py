"""What reading X has cost, by day (UTC), and what is held for readings that go on.

Whoever is about to ask holds the most that it can cost; what it did cost is drawn from that, answer by answer, and the
rest is released at the end. So what is spent and held together never exceeds a ceiling, however many ask at once. What
was paid for on a day costs nothing more on that day: it is known by keyed hashes, which are gone the next day.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from datetime import date, datetime, timedelta

from msgspec import Struct
from sqlalchemy import Connection, Table, delete, func, insert, select, update

from threadleaf.store.engine import Database
from threadleaf.store.rows import chunks
from threadleaf.store.schema import x_held, x_paid, x_spent

GOES_ON = timedelta(minutes=10)
"""So long a reading may go on; what is held for longer was left behind."""


class Amounts(Struct, frozen=True):
    """Money in millionths of a US dollar, of a day and of its month. `held` is part of both: what is held for what goes on,
    and not what was left behind by programs that ended in the middle."""

    day: int
    month: int
    held: int


class Full(Struct, frozen=True):
    """That no more may be spent: today, or in this month."""

    until: str


class Spending:
    """The account. Every method is one transaction and raises StoreError if the database fails."""

    def __init__(self, database: Database, key: bytes) -> None:
        """`key` is a secret of the instance."""
        self._database, self._key = database, key

    def hold(self, amount: int, at: datetime, day: int, month: int) -> int | Full:
        """Hold an amount if the ceilings of the day and of the month allow it; a number under which to settle it."""
        today = at.date()
        with self._database.writing() as connection:
            now = _amounts(connection, at)
            if now.month + amount > month:
                return Full("month")
            if now.day + amount > day:
                return Full("day")
            connection.execute(delete(x_paid).where(x_paid.c.day < today))
            held = insert(x_held).values(day=today, amount=amount, since=at)
            made = connection.execute(held.returning(x_held.c.id))
            number: int = made.scalar_one()
            return number

    def draw(self, number: int, cost: int, resources: Mapping[str, int]) -> int:
        """Take from what is held what an answer cost; the answer is that amount.

        `cost` is what it costs in any case, `resources` what was returned, and the price of each. It counts for the day
        on which it was held. If it is more than is held, it counts all the same.
        """
        mine = x_held.c.id == number
        with self._database.writing() as connection:
            day, held = connection.execute(select(x_held.c.day, x_held.c.amount).where(mine)).one()
            cost += _new(connection, day, {self._mark(name): price for name, price in resources.items()})
            connection.execute(update(x_held).where(mine).values(amount=max(0, held - cost)))
            if cost:
                _add(connection, day, cost)
            return cost

    def release(self, number: int) -> None:
        """Hold the rest no longer."""
        with self._database.writing() as connection:
            connection.execute(delete(x_held).where(x_held.c.id == number))

    def amounts(self, at: datetime) -> Amounts:
        """What is spent and held."""
        with self._database.reading() as connection:
            return _amounts(connection, at)

    def _mark(self, name: str) -> bytes:
        return hmac.digest(self._key, f"x paid\n{name}".encode(), "sha256")


def _amounts(connection: Connection, at: datetime) -> Amounts:
    today = at.date()
    first = today.replace(day=1)
    going_on = select(func.sum(x_held.c.amount)).where(x_held.c.since > at - GOES_ON)
    return Amounts(
        day=_sum(connection, x_spent, today) + _sum(connection, x_held, today),
        month=_sum(connection, x_spent, first) + _sum(connection, x_held, first),
        held=int(connection.execute(going_on).scalar_one() or 0),
    )


def _sum(connection: Connection, table: Table, since: date) -> int:
    return int(connection.execute(select(func.sum(table.c.amount)).where(table.c.day >= since)).scalar_one() or 0)


def _new(connection: Connection, day: date, marks: Mapping[bytes, int]) -> int:
    """What those cost that were not paid for on that day; they are from now on."""
    known: set[bytes] = set()
    for some in chunks(list(marks)):
        rows = connection.execute(select(x_paid.c.mark).where(x_paid.c.day == day, x_paid.c.mark.in_(some)))
        known.update(bytes(mark) for mark in rows.scalars())
    fresh = [mark for mark in marks if mark not in known]
    if fresh:
        connection.execute(insert(x_paid), [{"day": day, "mark": mark} for mark in fresh])
    return sum(marks[mark] for mark in fresh)


def _add(connection: Connection, day: date, amount: int) -> None:
    more = update(x_spent).where(x_spent.c.day == day).values(amount=x_spent.c.amount + amount)
    if connection.execute(more).rowcount == 0:
        connection.execute(insert(x_spent).values(day=day, amount=amount))
