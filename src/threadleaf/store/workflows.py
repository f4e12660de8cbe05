"""Where the library of durable work (DBOS) keeps its tables: a file of its own, made as ours is."""

from __future__ import annotations

import sqlite3
from importlib import import_module
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Engine, create_engine, event

from threadleaf.store.engine import driver, make, translated

PATIENCE = 30.0
"""Seconds that a writer waits for another one: that library does not try again by itself."""


def engine(path: Path) -> Engine:
    """An engine for an SQLite file that only its owner may read; the file is made if there is none.

    Dispose of it after use. Raises StoreError if the file cannot be made.
    """
    with translated():
        own = driver(sqlite3, import_module)
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not path.exists():
            make(path, own)
        address = URL.create("sqlite+pysqlite", database=str(path))
        made = create_engine(address, module=own, connect_args={"timeout": PATIENCE}, hide_parameters=True)
        event.listen(made, "connect", _prepare)
        return made


def _prepare(connection: Any, _record: object) -> None:
    # As the library does it for an engine of its own: whoever will write waits for the lock before it reads.
    connection.isolation_level = "IMMEDIATE"
    for pragma in ("foreign_keys=ON", "synchronous=FULL", "secure_delete=ON"):
        connection.execute(f"PRAGMA {pragma}")
