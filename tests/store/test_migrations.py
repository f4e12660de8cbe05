"""The schema: made step by step, once, and never by an older program."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, inspect, text

from tests.support.databases import Sandbox
from threadleaf.core.errors import StoreError
from threadleaf.store import open_store
from threadleaf.store.engine import Database
from threadleaf.store.migrations import MIGRATIONS, upgrade
from threadleaf.store.schema import metadata


def shape(database: Database) -> dict[str, Any]:
    """Everything that a database says about its tables."""
    with database.reading() as connection:
        known = inspect(connection)
        return {
            name: (
                [str(sorted((k, str(v)) for k, v in column.items())) for column in known.get_columns(name)],
                known.get_pk_constraint(name)["constrained_columns"],
                known.get_foreign_keys(name),
                known.get_indexes(name),
            )
            for name in known.get_table_names()
        }


def test_the_steps_make_the_tables_that_the_code_knows(database: Sandbox) -> None:
    made, declared = Database(database.bare()), Database(database.bare())
    upgrade(made)
    with declared.writing() as connection:
        metadata.create_all(connection)
    assert shape(made) == shape(declared)
    if database.kind == "sqlite":
        statements = "SELECT name, sql FROM sqlite_schema ORDER BY name"
        with made.reading() as one, declared.reading() as other:
            assert one.execute(text(statements)).all() == other.execute(text(statements)).all()
    made.close()
    declared.close()


def test_opening_twice_changes_nothing(database: Sandbox) -> None:
    address = database.bare()
    with open_store(address) as first:
        key = first._key
    with open_store(address) as second:
        assert second._key == key


def test_each_database_has_a_key_of_its_own(database: Sandbox) -> None:
    with open_store(database.bare()) as one, open_store(database.bare()) as other:
        assert len(one._key) == 32
        assert one._key != other._key


def test_an_older_program_refuses_a_newer_schema_in_a_clear_sentence(database: Sandbox) -> None:
    newer = Database(database.bare())
    upgrade(newer, (*MIGRATIONS, lambda connection: None))
    with pytest.raises(StoreError) as caught:
        upgrade(newer)
    assert caught.value.code == "newer-schema"
    assert str(caught.value) == (
        f"This database was written by a newer Threadleaf (its schema is {len(MIGRATIONS) + 1}, this program knows "
        f"{len(MIGRATIONS)}). Update Threadleaf; nothing was changed."
    )
    newer.close()


def test_a_store_that_cannot_be_opened_leaves_no_connection(database: Sandbox) -> None:
    address = database.bare()
    newer = Database(address)
    upgrade(newer, (*MIGRATIONS, lambda connection: None))
    newer.close()
    with pytest.raises(StoreError):
        open_store(address)


def test_a_step_that_fails_leaves_the_schema_as_it_was(database: Sandbox) -> None:
    target = Database(database.bare())
    upgrade(target)
    before = shape(target)

    def fails(connection: Connection) -> None:
        connection.execute(text("CREATE TABLE half (done INTEGER)"))
        raise RuntimeError("power cut")

    with pytest.raises(RuntimeError):
        upgrade(target, (*MIGRATIONS, fails))
    assert shape(target) == before
    upgrade(target, (*MIGRATIONS, lambda connection: None))
    target.close()


def test_programs_that_start_at_once_take_each_step_once(database: Sandbox) -> None:
    address = database.bare()

    def start(_: int) -> bytes:
        with open_store(address) as store:
            return store._key

    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(start, range(8)))
    assert len(keys) == 1


def test_missing_folders_are_made_and_only_the_owner_may_read(tmp_path: Path) -> None:
    path = tmp_path / "new" / "folder" / "threadleaf.sqlite3"
    open_store(path).close()
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
