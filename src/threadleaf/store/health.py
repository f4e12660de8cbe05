"""How a database is: looked at, not brought up to date, not even made."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace
from sqlalchemy import text

from threadleaf.store import ledger
from threadleaf.store.engine import SECURE, Database, is_file
from threadleaf.store.journal import Journal
from threadleaf.store.migrations import MIGRATIONS, version


class Health(Struct, frozen=True, kw_only=True):
    """What a database says about itself.

    `there` is False if nothing was ever kept in it. `version` is that of SQLite or of the server; `schema` counts the
    steps that made its tables, of the `steps` that this program knows. `secure`: deleted text leaves no bytes (on a
    server its VACUUM sees to that). `fault` is what is damaged, empty if nothing is known to be. `journal`: how it goes together
    with the journal of its removals.
    """

    kind: Literal["SQLite", "PostgreSQL"]
    there: bool
    version: str = ""
    schema: int = 0
    steps: int = len(MIGRATIONS)
    secure: bool = True
    fault: str = ""
    journal: ledger.Step = ""


def examine(target: str | Path, journal: Path | None = None) -> Health:
    """Look at a database, and at the `journal` of its removals. Raises StoreError if it cannot be reached, or is none."""
    if is_file(target) and not Path(target).exists():
        return Health(kind="SQLite", there=False)
    with closing(Database(target)) as database:
        done = version(database)
        with database.reading() as connection:
            ask = {"SQLite": "SELECT sqlite_version()", "PostgreSQL": "SHOW server_version"}
            kind: Literal["SQLite", "PostgreSQL"] = "SQLite" if database.is_sqlite else "PostgreSQL"
            known: str = connection.execute(text(ask[kind])).scalar_one()
            step: ledger.Step = ledger.step_of(connection, Journal(journal)) if journal and done else ""
            plain = Health(kind=kind, there=done > 0, version=known, schema=done, journal=step)
            if not database.is_sqlite:
                return plain
            overwrites: bool = connection.execute(text("PRAGMA secure_delete")).scalar_one() == 1
            found: str = connection.execute(text("PRAGMA quick_check(1)")).scalar_one()
    return replace(plain, secure=is_secure(known, overwrites=overwrites), fault="" if found == "ok" else found)


def is_secure(version: str, *, overwrites: bool) -> bool:
    """Whether deleted text leaves no bytes in a file of this SQLite, which overwrites what it frees or not."""
    return overwrites and tuple(map(int, version.split(".")[:2])) >= SECURE
