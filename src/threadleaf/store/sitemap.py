"""The pages that search engines may list, in files of limited size (sitemaps.org).

A page's number says in which file it is, so a file never moves on when others grow, and each costs the same. `unsaid`
says whether they may list what neither its author nor the operator said anything of (see `store.indexing`).
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import func, select

from threadleaf.store.engine import Database
from threadleaf.store.indexing import may_be_indexed
from threadleaf.store.schema import entries, threads

IN_FILE = 50_000
"""The most addresses that one file may hold."""


class Maps:
    """The face for `Store.maps`. Every method is one transaction and raises StoreError if the database fails."""

    def __init__(self, database: Database, in_file: int = IN_FILE) -> None:
        self._database = database
        self._in_file = in_file

    def files(self, *, unsaid: bool) -> tuple[int, ...]:
        """The numbers of the files in which there is something, from 0 on."""
        newest = select(func.max(entries.c.thread)).where(may_be_indexed(unsaid=unsaid))
        found = []
        with self._database.reading() as connection:
            last = connection.execute(newest).scalar()
            while last is not None:
                number = (last - 1) // self._in_file
                found.append(number)
                last = connection.execute(newest.where(entries.c.thread <= number * self._in_file)).scalar()
        return tuple(reversed(found))

    def holds(self, numbers: Collection[int], *, unsaid: bool) -> frozenset[int]:
        """Those of some pages, by their numbers, that search engines may list."""
        query = select(entries.c.thread).where(entries.c.thread.in_(numbers), may_be_indexed(unsaid=unsaid))
        with self._database.reading() as connection:
            return frozenset(connection.execute(query).scalars())

    def pages(self, number: int, *, unsaid: bool) -> tuple[tuple[str, datetime], ...]:
        """The paths of the pages in a file, and when each last changed as far as its posts tell."""
        first = number * self._in_file
        query = (
            select(threads.c.path, threads.c.created_at, threads.c.last_posted)
            .join(entries)
            .where(may_be_indexed(unsaid=unsaid), entries.c.thread > first, entries.c.thread <= first + self._in_file)
            .order_by(entries.c.thread)
        )
        with self._database.reading() as connection:
            rows = connection.execute(query).all()
        return tuple((row.path, max(row.created_at, row.last_posted or row.created_at)) for row in rows)
