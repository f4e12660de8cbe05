"""The pages that search engines may list, in files of limited size (sitemaps.org).

A page's number says in which file it is, so a file never moves on when others grow, and each costs the same.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select

from threadleaf.store.engine import Database
from threadleaf.store.rows import in_reach
from threadleaf.store.schema import entries, threads

IN_FILE = 50_000
"""The most addresses that one file may hold."""


class Maps:
    """The face for `Store.maps`. Every method is one transaction and raises StoreError if the database fails."""

    def __init__(self, database: Database, in_file: int = IN_FILE) -> None:
        self._database = database
        self._in_file = in_file

    def files(self) -> tuple[int, ...]:
        """The numbers of the files in which there is something, from 0 on."""
        newest = select(func.max(entries.c.thread)).where(in_reach("listed"))
        found = []
        with self._database.reading() as connection:
            last = connection.execute(newest).scalar()
            while last is not None:
                number = (last - 1) // self._in_file
                found.append(number)
                last = connection.execute(newest.where(entries.c.thread <= number * self._in_file)).scalar()
        return tuple(reversed(found))

    def holds(self, number: int) -> bool:
        """Whether search engines may list the page of a number."""
        query = select(entries.c.thread).where(entries.c.thread == number, in_reach("listed"))
        with self._database.reading() as connection:
            return connection.execute(query).one_or_none() is not None

    def pages(self, number: int) -> tuple[tuple[str, datetime], ...]:
        """The paths of the pages in a file, and when each last changed as far as its posts tell."""
        first = number * self._in_file
        query = (
            select(threads.c.path, threads.c.created_at, threads.c.last_posted)
            .join(entries)
            .where(in_reach("listed"), entries.c.thread > first, entries.c.thread <= first + self._in_file)
            .order_by(entries.c.thread)
        )
        with self._database.reading() as connection:
            rows = connection.execute(query).all()
        return tuple((row.path, max(row.created_at, row.last_posted or row.created_at)) for row in rows)
