"""Transactions, settings of SQLite, and errors of the drivers."""

import sqlite3
import traceback
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from sqlalchemy import text
from sqlalchemy.exc import InvalidRequestError, OperationalError

from tests.support.databases import Sandbox
from threadleaf.core.errors import StoreError
from threadleaf.store import open_store
from threadleaf.store.engine import Database, driver, make, translated


@pytest.fixture
def two(database: Sandbox) -> Iterator[tuple[Database, Database]]:
    """Two programs on one database; they are not patient."""
    one, other = Database(database.address, patience=0.05), Database(database.address, patience=0.05)
    yield one, other
    one.close()
    other.close()


INSERT = text("INSERT INTO meta (name, value) VALUES (:name, :value)")
COUNT = text("SELECT count(*) FROM meta WHERE name LIKE 'test%'")
CLEAR = text("DELETE FROM meta WHERE name LIKE 'test%'")


def test_there_is_one_writer_at_a_time(two: tuple[Database, Database]) -> None:
    one, other = two
    with one.writing(), pytest.raises(StoreError) as caught, other.writing():
        pytest.fail("two writers at once")
    assert caught.value.code == "busy"
    assert str(caught.value) == "The database is busy with other writing. Try again in a moment."
    with other.writing():
        pass


def test_readers_go_on_while_somebody_writes(two: tuple[Database, Database]) -> None:
    one, other = two
    with one.writing() as writer:
        writer.execute(INSERT, {"name": "test", "value": b"1"})
        with other.reading() as reader:
            assert reader.execute(COUNT).scalar_one() == 0
    with other.writing() as writer:
        assert writer.execute(CLEAR).rowcount == 1


def test_a_block_that_raises_writes_nothing(two: tuple[Database, Database]) -> None:
    one, other = two
    with pytest.raises(ZeroDivisionError), one.writing() as writer:
        _ = writer.execute(INSERT, {"name": "test", "value": b"1"}).rowcount / 0
    with other.reading() as reader:
        assert reader.execute(COUNT).scalar_one() == 0


def test_an_error_of_the_driver_is_ours_with_the_original_chained_and_no_values(two: tuple[Database, Database]) -> None:
    secret = "words " * 2  # not in this line, which the traceback quotes
    with pytest.raises(StoreError) as caught, two[0].writing() as writer:
        writer.execute(text("INSERT INTO nowhere VALUES (:words)"), {"words": secret})
    assert caught.value.code == "unknown"
    assert caught.value.__cause__ is not None
    assert secret not in "".join(traceback.format_exception(caught.value))


def test_sqlite_is_set_up_as_promised(tmp_path: Path) -> None:
    database = Database(tmp_path / "a b?c.sqlite3")
    wanted = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "trusted_schema": 0, "secure_delete": 1}
    wanted |= {"busy_timeout": 5000}
    with database.reading() as connection:
        found = {name: connection.execute(text(f"PRAGMA {name}")).scalar_one() for name in wanted}
    assert found == wanted
    assert (tmp_path / "a b?c.sqlite3").exists()
    database.close()


def test_sqlite_is_the_interpreters_own_where_it_is_sound_or_the_only_one() -> None:
    other = SimpleNamespace(sqlite_version_info=(3, 53, 4))

    def there(name: str) -> SimpleNamespace:
        assert name == "pysqlite3.dbapi2"
        return other

    def absent(name: str) -> SimpleNamespace:
        raise ImportError(name)

    new, old = SimpleNamespace(sqlite_version_info=(3, 51, 3)), SimpleNamespace(sqlite_version_info=(3, 51, 2))
    assert driver(new, there) is new  # type: ignore[arg-type,comparison-overlap]
    assert driver(old, there) is other  # type: ignore[arg-type,comparison-overlap]
    assert driver(old, absent) is old  # type: ignore[arg-type,comparison-overlap]


def test_a_database_that_somebody_else_made_meanwhile_stays(tmp_path: Path) -> None:
    path = tmp_path / "threadleaf.sqlite3"
    make(path, sqlite3)
    assert path.read_bytes()[18:20] == b"\x02\x02", "a write-ahead log from the first moment"
    path.write_bytes(b"somebody else's")
    make(path, sqlite3)
    assert path.read_bytes() == b"somebody else's"
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_that_is_no_database_is_called_damaged(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("These are my notes. " * 100)
    database = Database(path)
    with pytest.raises(StoreError) as caught, database.reading():
        pass
    assert caught.value.code == "damaged"
    assert path.read_text().startswith("These are my notes.")
    database.close()


def test_a_folder_that_cannot_be_made_and_a_server_that_is_not_there_are_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StoreError) as caught:
        Database(tmp_path / "file" / "threadleaf.sqlite3")
    assert caught.value.code == "no file"
    database = Database("postgresql://127.0.0.1:1/threadleaf")
    with pytest.raises(StoreError) as caught, database.reading():
        pass
    assert caught.value.code == "unreachable"
    assert str(caught.value) == "The database cannot be reached. Check its address, and that it runs."
    database.close()


@pytest.mark.parametrize(
    ("told", "code"),
    [
        ({"sqlite_errorcode": sqlite3.SQLITE_BUSY_SNAPSHOT}, "busy"),
        ({"sqlite_errorcode": sqlite3.SQLITE_LOCKED}, "busy"),
        ({"sqlite_errorcode": sqlite3.SQLITE_FULL}, "full"),
        ({"sqlite_errorcode": sqlite3.SQLITE_READONLY_DBMOVED}, "read-only"),
        ({"sqlite_errorcode": sqlite3.SQLITE_CANTOPEN}, "no file"),
        ({"sqlite_errorcode": sqlite3.SQLITE_CORRUPT}, "damaged"),
        ({"sqlite_errorcode": sqlite3.SQLITE_MISMATCH}, "unknown"),
        ({"sqlstate": "53100"}, "full"),
        ({"sqlstate": "53300"}, "unreachable"),
        ({"sqlstate": "25006"}, "read-only"),
        ({"sqlstate": "40P01"}, "busy"),
        ({"sqlstate": "55P03"}, "busy"),
        ({"sqlstate": "57P01"}, "unreachable"),
        ({"sqlstate": "42P01"}, "unknown"),
        ({"sqlstate": None}, "unreachable"),
        ({}, "unknown"),
    ],
)
def test_each_trouble_has_its_sentence(told: dict[str, object], code: str) -> None:
    original = RuntimeError("what the driver says")
    for name, value in told.items():
        setattr(original, name, value)
    with pytest.raises(StoreError) as caught, translated():
        raise OperationalError("SELECT 1", {}, original)
    assert caught.value.code == code
    assert "what the driver says" not in str(caught.value)


def test_an_error_of_sqlalchemy_itself_is_ours_too() -> None:
    with pytest.raises(StoreError) as caught, translated():
        raise InvalidRequestError("closed")
    assert caught.value.code == "unknown"


@pytest.mark.parametrize("address", ["sqlite:///kept.sqlite3", "mysql://ann:secret@db.example/t", "file:///kept"])
def test_an_address_of_another_kind_is_refused(address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(StoreError) as refused:
        open_store(address)
    assert "postgresql://" in refused.value.sentence
    assert "secret" not in str(vars(refused.value))
    assert list(tmp_path.iterdir()) == []
