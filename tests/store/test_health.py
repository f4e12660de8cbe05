"""How a database is, told without touching it."""

import sqlite3
from pathlib import Path

import pytest

from tests.support.databases import Sandbox
from threadleaf.core.errors import StoreError
from threadleaf.store import health, open_store
from threadleaf.store.health import Health, examine
from threadleaf.store.migrations import MIGRATIONS


def test_a_database_in_order_says_so(database: Sandbox) -> None:
    told = examine(database.address)
    assert (told.there, told.schema, told.steps, told.fault) == (True, len(MIGRATIONS), len(MIGRATIONS), "")
    assert told.kind == {"sqlite": "SQLite", "postgres": "PostgreSQL"}[database.kind]
    assert int(told.version.split(".")[0]) >= 3


def test_an_empty_database_holds_nothing_yet_and_stays_empty(database: Sandbox) -> None:
    address = database.bare()
    for _ in range(2):
        told = examine(address)
        assert (told.there, told.schema) == (False, 0)


def test_a_file_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    path = tmp_path / "data" / "threadleaf.sqlite3"
    assert examine(path) == Health(kind="SQLite", there=False)
    assert list(tmp_path.iterdir()) == []


def test_a_damaged_file_is_told(tmp_path: Path) -> None:
    path = tmp_path / "threadleaf.sqlite3"
    open_store(path).close()
    with sqlite3.connect(path) as connection:
        root = connection.execute("SELECT rootpage FROM sqlite_schema WHERE name = 'aliases_by_thread'").fetchone()[0]
        size = connection.execute("PRAGMA page_size").fetchone()[0]
    connection.close()
    body = bytearray(path.read_bytes())
    body[(root - 1) * size : (root - 1) * size + 8] = b"\x0a\x00\x00\x00\x09\x00\x00\x00"
    path.write_bytes(body)
    assert "Tree" in examine(path).fault


def test_what_is_no_database_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("These are my notes. " * 100)
    with pytest.raises(StoreError) as caught:
        examine(path)
    assert caught.value.code == "damaged"


@pytest.mark.parametrize(
    ("version", "overwrites", "secure"),
    [("3.42.0", True, True), ("3.51.1", True, True), ("3.41.2", True, False), ("3.51.1", False, False)],
)
def test_deleted_text_leaves_no_bytes_only_with_a_new_sqlite_that_overwrites(
    version: str, overwrites: bool, secure: bool
) -> None:
    assert health.is_secure(version, overwrites=overwrites) is secure
