"""The end of an access to a network's API: whatever came from there is deleted, and nobody is told that it was here.

What people said stays: opt-outs, tombstones, reports, and what the reading has cost, by day.
"""

from __future__ import annotations

from msgspec import Struct
from sqlalchemy import Table, delete, func, select, update

from threadleaf.core.model import Network
from threadleaf.store import catalogue
from threadleaf.store.engine import Database
from threadleaf.store.rows import chunks
from threadleaf.store.schema import bot_state, claims, held, mentions, outbox, threads, unrolls, x_held, x_paid

_ASKED = (unrolls, held)
_SAID = (mentions, claims, outbox)


class Holding(Struct, frozen=True, kw_only=True):
    """How much of a network is here: `pages` that are kept, whoever sees them, `requests` for threads, and rows about
    what was said to a bot and by it (`bot`)."""

    pages: int
    requests: int
    bot: int

    def __bool__(self) -> bool:
        return bool(self.pages or self.requests or self.bot)


class Ending:
    """The face for `Store.ending`. Every method is one transaction and raises StoreError."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def holds(self, network: Network) -> Holding:
        """How much there is."""
        with self._database.reading() as connection:

            def count(*tables: Table) -> int:
                sizes = (select(func.count()).select_from(table).where(table.c.network == network) for table in tables)
                return sum(connection.execute(size).scalar_one() for size in sizes)

            return Holding(pages=count(threads), requests=count(*_ASKED), bot=count(*_SAID))

    def delete(self, network: Network) -> None:
        """Have nobody see a page of the network any more, and delete all else of it.

        `Store.finish_removals` has to be called next, which deletes the pages' content, and is gone on with whenever a
        store is opened.
        """
        with self._database.writing() as connection:
            theirs = (threads.c.network == network) & ~threads.c.removing
            numbers = connection.execute(select(threads.c.id).where(theirs)).scalars().all()
            for some in chunks(numbers):
                catalogue.leave(connection, some)
                connection.execute(update(threads).where(threads.c.id.in_(some)).values(removing=True))
            for table in (*_ASKED, *_SAID, bot_state):
                connection.execute(delete(table).where(table.c.network == network))
            for table in (x_held, x_paid):
                connection.execute(delete(table))
