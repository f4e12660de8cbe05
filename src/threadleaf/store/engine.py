"""A database and its transactions: SQLite or PostgreSQL, one writer at a time, errors of the driver made ours.

The only place that knows which of the two it is, except for column types and a few words in `schema`.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
from collections.abc import Callable, Hashable, Iterator
from importlib import import_module
from pathlib import Path
from secrets import token_hex
from types import ModuleType
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, inspect, text
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from threadleaf.core.errors import StoreError

PATIENCE = 5.0
"""Seconds that a writer waits for another one before it gives up."""

SECURE = (3, 42)
"""The first SQLite whose full-text index can be told to leave no bytes of deleted text (`secure-delete`)."""

SOUND = (3, 51, 3)
"""The first SQLite that cannot damage a write-ahead log which two connections begin anew at once (sqlite.org/wal.html, the
WAL-reset bug)."""

_PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=FULL",
    "foreign_keys=ON",
    "trusted_schema=OFF",
    "secure_delete=ON",
)
_WRITERS = 0x7468_6C66  # any number that no other program on this database uses as an advisory lock

_SENTENCES = {
    "busy": "The database is busy with other writing. Try again in a moment.",
    "full": "There is no space left for the database. Free some space, then try again.",
    "read-only": "The database cannot be written to. Check the rights of its file or account.",
    "no file": "The file of the database cannot be opened or made. Check its folder: that it is one, and that you may write there.",
    "unreachable": "The database cannot be reached. Check its address, and that it runs.",
    "damaged": "The database is damaged, or is not a database at all. Restore it from a backup.",
    "disk": "The disk of the database cannot be read or written. Check that there is room on it, and that it is sound.",
    "unknown": "The database failed in a way that is not known.",
}
_SQLITE_CODES = {
    5: "busy",
    6: "busy",
    8: "read-only",
    10: "disk",
    11: "damaged",
    13: "full",
    14: "no file",
    26: "damaged",
}
_POSTGRES_CODES = {  # by the beginning of SQLSTATE, the first that fits; psycopg has none when it cannot connect
    "08": "unreachable",
    "25006": "read-only",
    "28": "unreachable",
    "3D": "unreachable",
    "40": "busy",
    "42501": "read-only",
    "53300": "unreachable",
    "53": "full",
    "55P03": "busy",
    "57P": "unreachable",
}


class Database:
    """A pool of connections. `reading()` and `writing()` are the transactions; close it after use."""

    def __init__(self, target: str | Path, patience: float = PATIENCE) -> None:
        """`target` is the path of an SQLite file or an address that begins with `postgresql://`; `patience` is how
        many seconds a writer waits for its turn.

        Raises StoreError if the file cannot be made, or if this is an address of another kind; a server is not asked before the first transaction.
        """
        address = str(target)
        self.is_sqlite = is_file(target)
        if self.is_sqlite and "://" in address:
            sentence = "The database must be the path of an SQLite file, or an address that begins with postgresql://."
            raise StoreError(sentence, subject=address.partition("://")[0], code="address")
        self.commits = object()
        """Another one after every transaction that this object has committed."""
        with translated():
            self._engine = _sqlite(Path(target), patience) if self.is_sqlite else _postgres(address, patience)
        self._watching: Connection | None = None

    @contextlib.contextmanager
    def reading(self) -> Iterator[Connection]:
        """One consistent view of the database; raises StoreError."""
        with translated(), self._engine.begin() as connection:
            yield connection

    @contextlib.contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction that is committed at the end of the block, or rolled back if it raises.

        One writer at a time, on both databases: what a writer has read stays true until it commits. Raises
        StoreError, with code `busy` if another writer takes longer than the patience.
        """
        writers = self._engine.execution_options(begin="BEGIN IMMEDIATE")
        with translated(), writers.begin() as connection:
            if not self.is_sqlite:
                connection.execute(text("SELECT pg_advisory_xact_lock(:writers)"), {"writers": _WRITERS})
            yield connection
        self.commits = object()

    def others(self) -> Hashable:
        """A value that changes with whatever any program commits; raises StoreError.

        SQLite counts the commits of other connections for each connection, so this one is never used for writing.
        A server's snapshot says which transactions can be seen (PostgreSQL ≥ 13).
        """
        if not self.is_sqlite:
            with self.reading() as connection:
                snapshot: str = connection.execute(text("SELECT CAST(pg_current_snapshot() AS text)")).scalar_one()
            return snapshot
        with translated():
            if self._watching is None:
                self._watching = self._engine.execution_options(begin="").connect()
                self._watching.detach()
                self._watching.exec_driver_sql("PRAGMA busy_timeout=0")
            version: int = self._watching.exec_driver_sql("PRAGMA data_version").scalar_one()
        return version

    def lean(self) -> Any:
        """A connection of SQLite's driver, set up as all are, for single statements; the caller closes it."""
        with translated():
            connection = self._engine.raw_connection()
            connection.detach()
            return connection.dbapi_connection

    def has_table(self, connection: Connection, name: str) -> bool:
        return inspect(connection).has_table(name)

    def scrub(self) -> bool:
        """Leave no bytes of deleted rows in the files of the database.

        On SQLite the write-ahead log is carried over and cut to nothing (deleted rows are overwritten, see
        `secure_delete`). False if a reader kept the log in use for longer than the patience: then call again later. On
        PostgreSQL the server's own VACUUM sees to it.
        """
        if not self.is_sqlite:
            return True
        alone = self._engine.execution_options(begin="")
        with translated(), alone.connect() as connection:
            busy: int = connection.execute(text("PRAGMA wal_checkpoint(TRUNCATE)")).one()[0]
        return not busy

    def rewrite(self) -> bool:
        """Write the file of an SQLite database anew, without the gaps in it; False if others, or a full disk, keep it from that.

        A copy that was made by other means may hold bytes of rows where nothing is stored, which deleting those rows does
        not overwrite.
        """
        if self.is_sqlite:
            alone = self._engine.execution_options(begin="")
            try:
                with translated(), alone.connect() as connection:
                    connection.execute(text("VACUUM"))
            except StoreError as error:
                if error.code not in ("busy", "full"):
                    raise
                return False
        return True

    def close(self) -> None:
        if self._watching is not None:
            self._watching.close()
        self._engine.dispose()


def is_file(target: str | Path) -> bool:
    """Whether this names an SQLite file, and not a server."""
    return not str(target).startswith(("postgresql://", "postgresql+psycopg://"))


@contextlib.contextmanager
def translated() -> Iterator[None]:
    """Turn whatever the driver raises into StoreError; the original is chained, without the values of the query."""
    try:
        yield
    except (SQLAlchemyError, OSError) as error:
        raise told(error) from error


def told(error: Exception) -> StoreError:
    """What the driver raised, in our words."""
    code = _code(error)
    return StoreError(_SENTENCES[code], code=code)


def _code(error: Exception) -> str:
    if isinstance(error, OSError):
        return "no file"
    original: object = error.orig if isinstance(error, DBAPIError) else error
    number = getattr(original, "sqlite_errorcode", None)
    if number is not None:
        return _SQLITE_CODES.get(number & 0xFF, "unknown")
    state = getattr(original, "sqlstate", "")
    if state is None:
        return "unreachable"
    return next((code for start, code in _POSTGRES_CODES.items() if state.startswith(start)), "unknown")


def _sqlite(path: Path, patience: float) -> Engine:
    """An engine for a file that only its owner may read: it holds private pages and keys."""
    own = driver(sqlite3, import_module)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not path.exists():
        make(path, own)
    address = URL.create("sqlite+pysqlite", database=str(path))
    engine = create_engine(address, module=own, connect_args={"timeout": patience}, hide_parameters=True)
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    return engine


def make(path: Path, sqlite: ModuleType) -> None:
    """Put an empty database where there is none; one that somebody else has put there meanwhile stays.

    It appears all at once and has a write-ahead log from the first moment: two programs that switch one file to it
    at the same time lock each other out, and SQLite does not let them wait.
    """
    draft = path.with_name(f"{path.name}.{token_hex(8)}")
    try:
        draft.touch(mode=0o600)
        with contextlib.closing(sqlite.connect(str(draft))) as connection:
            connection.execute("PRAGMA journal_mode=WAL")
        with contextlib.suppress(OSError):  # it is there already, or the file system has no links
            os.link(draft, path)
    finally:
        draft.unlink(missing_ok=True)
    path.touch(mode=0o600)


def driver(own: ModuleType, importer: Callable[[str], ModuleType]) -> ModuleType:
    """The SQLite to use: the interpreter's own if it is sound or there is no other, else `pysqlite3`."""
    if own.sqlite_version_info >= SOUND:
        return own
    try:
        return importer("pysqlite3.dbapi2")
    except ImportError:
        return own


def _prepare(connection: Any, _record: object) -> None:
    # Transactions are begun by `_begin`, never by the driver, which knows no BEGIN IMMEDIATE.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in _PRAGMAS:
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin(connection: Connection) -> None:
    statement = connection.get_execution_options().get("begin", "BEGIN")
    if statement:
        connection.exec_driver_sql(statement)


def _postgres(address: str, patience: float) -> Engine:
    _, _, where = address.partition("://")
    options = {"options": f"-c lock_timeout={int(patience * 1000)}", "connect_timeout": int(PATIENCE)}
    return create_engine(
        f"postgresql+psycopg://{where}", connect_args=options, pool_pre_ping=True, hide_parameters=True
    )
