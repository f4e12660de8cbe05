"""Who follows what by e-mail: addresses that somebody gave and confirmed, and what each was told last.

An address is kept because it is written to, and only as long: whoever ends the last thing they follow is gone.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from datetime import datetime
from secrets import token_urlsafe
from typing import Any

from msgspec import Struct
from sqlalchemy import Row, delete, insert, select, update

from threadleaf.store.engine import Database
from threadleaf.store.schema import follows

MOST = 50
"""Things that one address may follow."""


class Follow(Struct, frozen=True, kw_only=True):
    """One thing that an address follows. `token` is what its links hold; `seen` is up to where it was told."""

    number: int
    token: str
    address: str
    topic: str
    lang: str
    asked_at: datetime
    confirmed_at: datetime | None
    told_at: datetime
    seen: int


class Follows:
    """The face for `Store.follows`. Every method is one transaction and raises StoreError if the database fails.

    `key` is a secret of this instance.
    """

    def __init__(self, database: Database, key: bytes) -> None:
        self._database, self._key = database, key

    def begin(self, address: str, topic: str, *, lang: str, at: datetime, seen: int) -> Follow | None:
        """Note that somebody wants to follow something; it counts once it is confirmed.

        None if there is nothing to confirm: it is followed already, or the address follows too much, or it was asked
        whether it wants this within the last hour. Nobody is written to at the will of others.
        """
        mark = hmac.digest(self._key, f"follow\n{address}\n{topic}".encode(), "sha256")
        with self._database.writing() as connection:
            theirs = connection.execute(select(follows).where(follows.c.address == address)).all()
            asked = [row for row in theirs if row.confirmed_at is None]
            if any(row.mark == mark and row.confirmed_at for row in theirs) or len(theirs) >= MOST:
                return None
            if any((at - row.asked_at).total_seconds() < 3600 for row in asked):
                return None
            connection.execute(delete(follows).where(follows.c.mark == mark))
            new = insert(follows).values(
                mark=mark,
                token=token_urlsafe(16),
                address=address,
                topic=topic,
                lang=lang,
                asked_at=at,
                told_at=at,
                seen=seen,
            )
            return _follow(connection.execute(new.returning(follows)).one())

    def find(self, token: str) -> Follow | None:
        """What is followed under a token."""
        with self._database.reading() as connection:
            row = connection.execute(select(follows).where(follows.c.token == token)).one_or_none()
        return None if row is None else _follow(row)

    def confirm(self, token: str, at: datetime) -> Follow | None:
        """Let it count; None if there is no such token (any more). Confirming twice does no harm."""
        with self._database.writing() as connection:
            this = follows.c.token == token
            connection.execute(update(follows).where(this, follows.c.confirmed_at.is_(None)).values(confirmed_at=at))
            row = connection.execute(select(follows).where(this)).one_or_none()
        return None if row is None else _follow(row)

    def end(self, token: str, *, everything: bool = False) -> bool:
        """Forget what is followed under a token, or everything that its address follows; False if there is none."""
        with self._database.writing() as connection:
            address = select(follows.c.address).where(follows.c.token == token)
            which = follows.c.address == address.scalar_subquery() if everything else follows.c.token == token
            return connection.execute(delete(follows).where(which)).rowcount > 0

    def take(self, before: datetime, at: datetime) -> tuple[Follow, ...]:
        """All that one address follows to which nothing was told since `before`; empty if there is no such address.

        It counts as told `at` that time from now on, so nobody else takes it too.
        """
        waits = select(follows.c.address).where(follows.c.confirmed_at.is_not(None), follows.c.told_at < before)
        with self._database.writing() as connection:
            address = connection.execute(waits.order_by(follows.c.told_at, follows.c.id).limit(1)).scalar()
            theirs = (follows.c.address == address) & follows.c.confirmed_at.is_not(None)
            rows = connection.execute(select(follows).where(theirs).order_by(follows.c.id)).all()
            connection.execute(update(follows).where(theirs).values(told_at=at))
        return tuple(map(_follow, rows))

    def told(self, seen: Mapping[int, int]) -> None:
        """Note up to where somebody was told about some things, by their numbers."""
        with self._database.writing() as connection:
            for number, last in sorted(seen.items()):
                connection.execute(update(follows).where(follows.c.id == number).values(seen=last))

    def again(self, address: str, told_at: datetime) -> None:
        """Put an address back that could not be told: it counts as told at that time."""
        with self._database.writing() as connection:
            connection.execute(update(follows).where(follows.c.address == address).values(told_at=told_at))

    def forget(self, before: datetime) -> None:
        """Forget whatever nobody confirmed that was asked for before some time."""
        with self._database.writing() as connection:
            connection.execute(delete(follows).where(follows.c.confirmed_at.is_(None), follows.c.asked_at < before))


def _follow(row: Row[Any]) -> Follow:
    told = dict(row._mapping)  # noqa: SLF001 -- SQLAlchemy's public face, which needed a name no column has
    del told["mark"]
    return Follow(number=told.pop("id"), **told)
