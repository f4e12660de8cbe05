"""How much of a limit is used: by each who asks, and by all together. A restart resets nothing.

A limit begins with the first use and begins anew when its time is over. Who asks is known by a keyed hash only, which
is gone with that time.

Each use would be a write into the database. So a process takes a twentieth of a limit at a time and uses that up in
memory; what it has taken and not used is lost when it ends, which errs on the safe side.
"""

from __future__ import annotations

import hmac
from datetime import datetime, timedelta
from threading import Lock

from msgspec import Struct
from sqlalchemy import Connection, delete, insert, select, update

from threadleaf.store.cases import Rate, Spent
from threadleaf.store.engine import Database
from threadleaf.store.schema import counters

ALL = b""
"""Stands for all who ask together."""

_BLOCKED = "blocked"
_SHARE = 20


class _Lease(Struct):
    """What a process holds of a limit: uses that the database counts as made, of which `left` are not."""

    used: int
    left: int
    ends: datetime


class Counters:
    """The limits in one database. `spend` may be called from many threads; raises StoreError if the database fails."""

    def __init__(self, database: Database, key: bytes, crowd: int = 10_000) -> None:
        """`key` is a secret of the instance; above a `crowd` of askers in memory, those whose time is over are dropped."""
        self._database = database
        self._crowd = crowd
        self._key = key
        self._lock = Lock()
        self._leases: dict[tuple[str, bytes], _Lease] = {}

    def mark(self, asker: str) -> bytes:
        """The keyed hash of who asks, given as a network such as `192.0.2.0/24`."""
        return hmac.digest(self._key, f"asker\n{asker}".encode("utf-8", "surrogatepass"), "sha256")

    def spend(self, rate: Rate, asker: str, at: datetime, uses: int = 1) -> Spent:
        """Use a limit once, or `uses` times at once, if so much of it remains for this asker and for all together."""
        with self._lock:
            own = self._lease(rate, self.mark(asker), rate.each, at, uses)
            everybody = self._lease(rate, ALL, rate.all, at, uses) if own.left >= uses else own
            if everybody.left < uses:
                return Spent(False, rate.each, 0, at, everybody.ends, rate.seconds)
            own.left -= uses
            everybody.left -= uses
            return Spent(True, rate.each, rate.each - own.used + own.left, at, own.ends, rate.seconds)

    def clear(self, rate: Rate, asker: str) -> None:
        """Let somebody begin anew, who turned out to be welcome."""
        mark = self.mark(asker)
        with self._lock, self._database.writing() as connection:
            self._leases.pop((rate.kind, mark), None)
            connection.execute(delete(counters).where(counters.c.kind == rate.kind, counters.c.mark == mark))

    def block(self, mark: bytes, until: datetime) -> None:
        """Allow nothing to somebody, known by the keyed hash, until then."""
        with self._lock, self._database.writing() as connection:
            self._leases = {(kind, whose): lease for (kind, whose), lease in self._leases.items() if whose != mark}
            connection.execute(delete(counters).where(counters.c.kind == _BLOCKED, counters.c.mark == mark))
            connection.execute(insert(counters).values(kind=_BLOCKED, mark=mark, used=0, ends=until))

    def is_blocked(self, mark: bytes, at: datetime) -> bool:
        """Whether somebody, known by the keyed hash, is allowed nothing."""
        theirs = (counters.c.kind == _BLOCKED) & (counters.c.mark == mark) & (counters.c.ends > at)
        with self._database.reading() as connection:
            return connection.execute(select(counters.c.mark).where(theirs)).first() is not None

    def blocked(self, at: datetime) -> int:
        """How many are blocked."""
        query = select(counters.c.mark).where(counters.c.kind == _BLOCKED, counters.c.ends > at)
        with self._database.reading() as connection:
            return len(connection.execute(query).all())

    def forgive(self) -> None:
        """Block nobody any more."""
        with self._lock, self._database.writing() as connection:
            self._leases.clear()
            connection.execute(delete(counters).where(counters.c.kind == _BLOCKED))

    def forget(self, at: datetime) -> None:
        """Drop whatever is of no use any more."""
        with self._database.writing() as connection:
            connection.execute(delete(counters).where(counters.c.ends <= at))

    def _lease(self, rate: Rate, mark: bytes, most: int, at: datetime, uses: int) -> _Lease:
        """What is left of a limit for somebody, taken from the database if this process holds too little."""
        held = self._leases.get((rate.kind, mark))
        if held is not None and held.ends <= at:
            held = None
        if held is not None and (held.left >= uses or held.used >= most):
            return held
        if len(self._leases) >= self._crowd:
            self._leases = {name: lease for name, lease in self._leases.items() if lease.ends > at}
        with self._database.writing() as connection:
            taken = _taken(connection, rate, mark, most, at, uses - (held.left if held else 0))
        if held is not None and taken.ends == held.ends:
            taken.left += held.left
        self._leases[rate.kind, mark] = taken
        return taken


def _taken(connection: Connection, rate: Rate, mark: bytes, most: int, at: datetime, uses: int) -> _Lease:
    """Take a share of a limit, at least for so many `uses`; what there is if that is less, nothing if this asker is blocked."""
    this = (counters.c.mark == mark) & (counters.c.ends > at)
    barred = select(counters.c.ends).where(this, counters.c.kind == _BLOCKED)
    until = connection.execute(barred).scalar_one_or_none()
    if until is not None:
        return _Lease(most, 0, until)
    connection.execute(delete(counters).where(counters.c.ends <= at))
    row = connection.execute(select(counters.c.used, counters.c.ends).where(this, counters.c.kind == rate.kind)).first()
    used, ends = (row.used, row.ends) if row else (0, at + timedelta(seconds=rate.seconds))
    share = min(max(uses, most // _SHARE), max(0, most - used))
    if row is None:
        connection.execute(insert(counters).values(kind=rate.kind, mark=mark, used=share, ends=ends))
    elif share:
        connection.execute(update(counters).where(this, counters.c.kind == rate.kind).values(used=used + share))
    return _Lease(used + share, share, ends)
