"""The schema, step by step: a list of functions, a transaction each, forward only.

A released step is never edited; what the tables look like now is in `store.schema`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sqlalchemy import Connection, text

from threadleaf.core.errors import StoreError
from threadleaf.store.engine import Database
from threadleaf.store.migrations import (
    m0001_threads,
    m0002_wishes,
    m0003_search,
    m0004_pages,
    m0005_unrolls,
    m0006_follow,
    m0007_moderation,
    m0008_pictures,
    m0009_bot,
    m0010_authors,
    m0011_spending,
    m0013_picture_levels,
    m0014_due,
    m0015_held,
    m0017_named,
    m0018_bot_memory,
    m0019_seen,
    m0020_indexing,
    m0021_turns,
)

Migration = Callable[[Connection], None]

MIGRATIONS: Sequence[Migration] = (
    m0001_threads.apply,
    m0002_wishes.apply,
    m0003_search.apply,
    m0004_pages.apply,
    m0005_unrolls.apply,
    m0006_follow.apply,
    m0007_moderation.apply,
    m0008_pictures.apply,
    m0009_bot.apply,
    m0010_authors.apply,
    m0011_spending.apply,
    m0013_picture_levels.apply,
    m0014_due.apply,
    m0015_held.apply,
    m0017_named.apply,
    m0018_bot_memory.apply,
    m0019_seen.apply,
    m0020_indexing.apply,
    m0021_turns.apply,
)
"""In order; the version of a schema is the number of steps that made it."""


def upgrade(database: Database, migrations: Sequence[Migration] = MIGRATIONS) -> None:
    """Take the steps that a database still lacks.

    Two programs that start at once take each step once. Raises StoreError if a newer program wrote the database:
    then nothing is changed.
    """
    done = version(database)
    if done > len(migrations):
        raise StoreError(
            f"This database was written by a newer Threadleaf (its schema is {done}, this program knows "
            f"{len(migrations)}). Update Threadleaf; nothing was changed.",
            code="newer-schema",
        )
    for number in range(done + 1, len(migrations) + 1):
        with database.writing() as connection:
            if _version(database, connection) < number:
                migrations[number - 1](connection)
                _set_version(connection, number)


def version(database: Database) -> int:
    """How many steps made the schema of a database; 0 where there is none."""
    with database.reading() as connection:
        return _version(database, connection)


def _version(database: Database, connection: Connection) -> int:
    if not database.has_table(connection, "meta"):
        return 0
    value = connection.execute(text("SELECT value FROM meta WHERE name = 'schema'")).scalar_one()
    return int(bytes(value))


def _set_version(connection: Connection, number: int) -> None:
    connection.execute(text("DELETE FROM meta WHERE name = 'schema'"))
    connection.execute(text("INSERT INTO meta (name, value) VALUES ('schema', :value)"), {"value": b"%d" % number})
