"""Which threads are to be read again, and when."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, delete, insert, select, update

from threadleaf.core import schedule
from threadleaf.store.engine import Database
from threadleaf.store.records import Saved
from threadleaf.store.rows import LISTED, saved
from threadleaf.store.schema import due, threads


class Schedule:
    """What is due. Every method is one transaction and raises StoreError."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def take(self, at: datetime, until: datetime, limit: int) -> tuple[Saved, ...]:
        """At most `limit` threads that are due at a time, those first that are due for longest.

        Nobody else gets them before `until`, so that two programs do not read the same, and one that fails is tried
        again. A reading that is kept says itself when the next one is due.
        """
        query = select(*LISTED).join(due, due.c.thread == threads.c.id).where(due.c.at <= at, ~threads.c.removing)
        with self._database.writing() as connection:
            rows = connection.execute(query.order_by(due.c.at, due.c.thread).limit(limit)).all()
            connection.execute(update(due).where(due.c.thread.in_([row.id for row in rows])).values(at=until))
        return tuple(map(saved, rows))

    def put_off(self, page: Saved, until: datetime) -> None:
        """Read a thread again no sooner than this."""
        with self._database.writing() as connection:
            connection.execute(update(due).where(due.c.thread == page.number).values(at=until))


def enter(connection: Connection, page: Saved) -> None:
    """Say when a page that was just saved is due. What was never read from its network never is."""
    connection.execute(delete(due).where(due.c.thread == page.number))
    if page.origin == "network":
        at = schedule.due(page.network, page.last_posted, page.checked_at)
        connection.execute(insert(due).values(thread=page.number, at=at))
