"""Pages of X that nobody could look after: held back until somebody sees again what X still shows (core.terms).

A page that was read from X shows nothing that was not seen there since `at`. Where that is too long ago it is in no
list and cannot be read, and its rendered pages are deleted. The next reading that is kept shows it again.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select, update

from threadleaf.core.errors import NotNow
from threadleaf.core.terms import is_bound
from threadleaf.store.engine import Database
from threadleaf.store.records import Saved
from threadleaf.store.rows import chunks
from threadleaf.store.schema import pages, x_seen

UNSEEN = "unseen"
"""The code of a refusal because of this."""


class Seen:
    """The face for `Store.seen`. Every method is one transaction and raises StoreError."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def hold(self, before: datetime) -> int:
        """Hold back whatever was last seen at `before` or earlier; how many pages that are. Nothing is written if none."""
        late = select(x_seen.c.thread).where(~x_seen.c.held, x_seen.c.at <= before)
        with self._database.reading() as connection:
            if connection.execute(late.limit(1)).one_or_none() is None:
                return 0
        with self._database.writing() as connection:
            numbers = connection.execute(late).scalars().all()
            for some in chunks(numbers):
                connection.execute(update(x_seen).where(x_seen.c.thread.in_(some)).values(held=True))
                connection.execute(delete(pages).where(pages.c.thread.in_(some)))
        return len(numbers)


def note(connection: Connection, page: Saved, at: datetime) -> None:
    """Note that all of a page that was just saved was seen at its network at a time; where nothing asks for it, nothing."""
    if is_bound(page.network):
        connection.execute(delete(x_seen).where(x_seen.c.thread == page.number))
        connection.execute(insert(x_seen).values(thread=page.number, at=at, held=False))


def join(connection: Connection, numbers: Collection[int], into: int) -> None:
    """Pages become a part of another, all of which counts as seen when that part was which nobody saw the longest."""
    these = x_seen.c.thread.in_([*numbers, into])
    rows = connection.execute(select(x_seen.c.at, x_seen.c.held).where(these)).all()
    if rows:
        connection.execute(delete(x_seen).where(these))
        oldest = {"at": min(row.at for row in rows), "held": any(row.held for row in rows)}
        connection.execute(insert(x_seen).values(thread=into, **oldest))


def refuse(connection: Connection, numbers: Collection[int]) -> None:
    """Raise NotNow, with the day on which it was last seen, if a page of these numbers is held back."""
    since = select(x_seen.c.at).where(x_seen.c.held, x_seen.c.thread.in_(numbers)).limit(1)
    at = connection.execute(since).scalar_one_or_none()
    if at is not None:
        day = f"{at.day} {at:%B %Y}"
        raise NotNow(
            f"This thread was last seen on X on {day}. It is shown again when this site has seen that it is still there.",
            code=UNSEEN,
        )
