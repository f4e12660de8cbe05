"""What is kept: threads with their conversations, the ways that lead to them, rendered pages, tombstones.

The only modules that know SQL. `records` and `aliases` are plain data and import no database; `open_store` is the
door to the rest. Importing this package is cheap.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from threadleaf.store.threads import Store


def open_store(target: str | Path, journal: str | Path | None = None) -> Store:
    """Open a database, make it if there is none, bring its schema up to date, and finish what was taken down.

    `target` is the path of an SQLite file (missing folders are made) or an address that begins with `postgresql://`.
    `journal` is the file of its removals, which a restored backup catches up with; if none is named it lies beside an
    SQLite file, and a server has none. Close the store after use, or use it in a `with` block. Raises StoreError: not
    reachable, damaged, written by a newer Threadleaf, or with a journal that cannot be read.
    """
    from threadleaf.store.engine import Database, is_file
    from threadleaf.store.journal import Journal, beside
    from threadleaf.store.migrations import upgrade
    from threadleaf.store.threads import Store

    database = Database(target)
    if journal is None and is_file(target):
        journal = beside(target)
    try:
        upgrade(database)
        store = Store(database, Journal(Path(journal)) if journal is not None else None)
        store.refresh()
        store.replay()
        store.finish_removals()
    except BaseException:
        database.close()
        raise
    return store
