"""What is kept: threads with their conversations, the ways that lead to them, rendered pages, tombstones.

The only modules that know SQL. `records` and `aliases` are plain data and import no database; `open_store` is the
door to the rest. Importing this package is cheap.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from threadleaf.store.threads import Store


def open_store(target: str | Path) -> Store:
    """Open a database, make it if there is none, and bring its schema up to date.

    `target` is the path of an SQLite file (missing folders are made) or an address that begins with `postgresql://`.
    Close the store after use, or use it in a `with` block. Raises StoreError: not reachable, damaged, or written by
    a newer Threadleaf.
    """
    from threadleaf.store.engine import Database
    from threadleaf.store.migrations import upgrade
    from threadleaf.store.threads import Store

    database = Database(target)
    try:
        upgrade(database)
        store = Store(database)
        store.finish_removals()
        store.refresh()
    except BaseException:
        database.close()
        raise
    return store
