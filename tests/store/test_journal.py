"""The journal of removals: a backup that is restored hears of them before anybody may read from it."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from sqlalchemy import delete, select

from tests.store.build import draft, line, post, ref, talk, uri
from tests.support.databases import Sandbox
from threadleaf.core.errors import Gone
from threadleaf.core.model import Conversation, Quote
from threadleaf.core.wishes import OptOut
from threadleaf.store import open_store
from threadleaf.store.aliases import alias_of
from threadleaf.store.engine import Database, driver
from threadleaf.store.health import examine
from threadleaf.store.journal import Journal
from threadleaf.store.records import Saved
from threadleaf.store.removal import mark_of
from threadleaf.store.schema import meta, tombstones
from threadleaf.store.threads import Store

WHEN = datetime(2026, 11, 9, 23, 59, tzinfo=UTC)
ANN = ("bsky", "did:plc:ann")


def keep(store: Store, seen: Conversation | None = None, **more: Any) -> Saved:
    told = {"opt_outs": store.opted_out(()).revision, **more}
    saved = store.save(draft(seen or talk(*line(1, 2)), **told))
    assert saved is not None
    return saved


def quoting() -> Conversation:
    quote = Quote(id=uri(1), author="did:plc:ann")
    return talk(post(7, author="bob", quote=quote), quoted=(post(1),))


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A database with two pages, and a backup of it from before anything was taken down."""
    path = tmp_path / "data" / "threadleaf.sqlite3"
    with open_store(path) as store:
        keep(store)
        keep(store, quoting())
    restore(path, tmp_path / "backup.sqlite3")
    return path


def restore(source: Path, target: Path) -> None:
    for file in target.parent.glob(f"{target.name}*"):
        file.unlink()
    with closing(driver(sqlite3, import_module).connect(str(source))) as connection:
        connection.execute("VACUUM INTO ?", (str(target),))


def gone(store: Store) -> bool:
    try:
        return store.find([alias_of(ref(1))]) == ()
    except Gone:
        return True


DEEDS: dict[str, Callable[[Store], object]] = {
    "removed": lambda store: store.remove([alias_of(ref(2))], "law", WHEN),
    "withdrawn": lambda store: store.withdraw(store.find([alias_of(ref(1))])[0], "network", WHEN),
    "opted out": lambda store: store.opt_out(*ANN, WHEN, "author"),
    "left out": lambda store: store.leave_out("bsky", [uri(1), uri(2)], WHEN),
}


@pytest.mark.parametrize("deed", DEEDS)
def test_a_restored_backup_forgets_no_removal(place: Path, tmp_path: Path, deed: str) -> None:
    with open_store(place) as store:
        DEEDS[deed](store)
        store.finish_removals()
        people, posts = {ANN, ("bsky", uri(1))}, {("bsky", uri(1)), ("bsky", uri(2))}
        then = store.opted_out(people, posts).people
        assert then
    restore(tmp_path / "backup.sqlite3", place)
    assert b"ann" in place.read_bytes()
    assert examine(place, place.with_suffix(".removals")).journal == "behind"
    with open_store(place) as store:
        assert gone(store)
        assert store.opted_out(people, posts).people == then
        reading = store.read(alias_of(ref(7, "bob")))
        assert reading is not None
        assert "by ann" not in repr(reading.thread)
    data = b"".join(file.read_bytes() for file in place.parent.iterdir())
    assert b"Words of 1 by ann" not in data
    assert examine(place, place.with_suffix(".removals")).journal == ""


def test_what_was_lifted_and_allowed_since_is_lifted_and_allowed(place: Path, tmp_path: Path) -> None:
    later = WHEN + timedelta(days=1)
    with open_store(place) as store:
        store.withdraw(store.find([alias_of(ref(1))])[0], "network", WHEN)
        store.opt_out("bsky", "did:plc:eve", WHEN, "operator")
    restore(place, tmp_path / "backup.sqlite3")
    with open_store(place) as store:
        assert store.allow("bsky", "did:plc:eve", later)
        keep(store, at=later)
    restore(tmp_path / "backup.sqlite3", place)
    with open_store(place) as store:
        assert store.opted_out({("bsky", "did:plc:eve")}, {("bsky", uri(1))}).people == {}
        keep(store, at=later)


def test_what_lifts_no_more_lifts_no_more(place: Path, tmp_path: Path) -> None:
    later = WHEN + timedelta(days=1)
    with open_store(place) as store:
        store.withdraw(store.find([alias_of(ref(1))])[0], "network", WHEN)
    restore(place, tmp_path / "backup.sqlite3")
    with open_store(place) as store:
        keep(store, at=later)
        store.remove([alias_of(ref(1))], "author", later + timedelta(hours=1))
    restore(tmp_path / "backup.sqlite3", place)
    with open_store(place) as store, pytest.raises(Gone):
        store.find([alias_of(ref(1))], lifting=True)


def test_a_removal_whose_program_ended_before_the_database_knew_is_carried_out(place: Path) -> None:
    """The line is on the disk first: that the transaction was never committed is as if an older copy were there."""
    with open_store(place) as store:
        store.opt_out("bsky", "did:plc:bob", WHEN, "operator")
        entry = store._entry("taken down", [mark(store, 1), mark(store, 2)], WHEN, "bsky", "author")
        journal = Journal(place.with_suffix(".removals"))
        journal.write([replace(entry, journal=journal.ends()[1], id="1")])
        assert not gone(store)
        store.opt_out("bsky", "did:plc:eve", WHEN, "author")
    with open_store(place) as store:
        assert gone(store), "though another removal was written after it"


def mark(store: Store, name: int) -> bytes:
    return mark_of(store._key, alias_of(ref(name)).digest)


def test_a_line_that_was_not_written_to_its_end_harms_no_other(place: Path, tmp_path: Path) -> None:
    journal = place.with_suffix(".removals")
    with open_store(place) as store:
        store.opt_out("bsky", "did:plc:eve", WHEN, "author")
        with journal.open("ab") as file:
            file.write(b'{"key":"half of a li')
        store.remove([alias_of(ref(1))], "author", WHEN)
    restore(tmp_path / "backup.sqlite3", place)
    with open_store(place) as store:
        assert gone(store)
        assert store.opted_out({("bsky", "did:plc:eve")}).people


def test_a_journal_names_nobody_and_only_its_owner_may_read_it(place: Path) -> None:
    with open_store(place) as store:
        for deed in ("removed", "opted out", "left out"):
            DEEDS[deed](store)
    journal = place.with_suffix(".removals")
    assert journal.stat().st_mode & 0o777 == 0o600
    text = journal.read_text()
    assert len(text.splitlines()) == 4
    assert not any(word in text for word in ("ann", "did:plc", "3k1", "Words"))


def test_the_journal_of_another_database_says_nothing(place: Path, tmp_path: Path) -> None:
    with open_store(place) as store:
        DEEDS["removed"](store)
    other = tmp_path / "other.sqlite3"
    shutil.copy(place.with_suffix(".removals"), other.with_suffix(".removals"))
    with open_store(other) as store:
        keep(store)
        assert not gone(store)


def test_a_journal_that_is_new_hears_what_the_database_knows(place: Path, tmp_path: Path) -> None:
    journal = place.with_suffix(".removals")
    with open_store(place) as store:
        store.opt_out("bsky", "did:plc:bob", WHEN, "operator")
        DEEDS["removed"](store)
    journal.unlink()
    open_store(place).close()
    assert len(journal.read_text().splitlines()) == 3
    restore(tmp_path / "backup.sqlite3", place)
    with open_store(place) as store:
        assert gone(store)
        assert store.find([alias_of(ref(7, "bob"))]) == (), "of an entry without a name all pages are looked at"
        assert store.opted_out({("bsky", "did:plc:bob")}).people == {"did:plc:bob": OptOut(WHEN, "operator")}


def test_a_removal_does_not_fail_where_the_journal_cannot_be_written(
    place: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    journal = place.with_suffix(".removals")
    with open_store(place) as store:
        journal.mkdir()
        DEEDS["removed"](store)
        assert gone(store)
    assert "The journal of removals cannot be written" in caplog.text
    caplog.clear()
    assert examine(place, journal).journal == "unreadable"
    open_store(place).close()
    assert "The journal of removals cannot be" in caplog.text
    journal.rmdir()
    open_store(place).close()
    assert len(journal.read_text().splitlines()) == 2
    restore(tmp_path / "backup.sqlite3", place)
    with open_store(place) as store:
        assert gone(store)


def test_a_server_has_a_journal_where_one_is_named(database: Sandbox, tmp_path: Path) -> None:
    journal = tmp_path / "journal" / "threadleaf.removals"
    journal.parent.mkdir()
    with open_store(database.address, journal) as store:
        keep(store)
        store.remove([alias_of(ref(1))], "author", WHEN)
        store.finish_removals()
        with store._database.writing() as connection:
            connection.execute(delete(tombstones))
            connection.execute(delete(meta).where(meta.c.name.startswith("journal ")))
        keep(store)
    with open_store(database.address, journal) as store:
        assert gone(store)
        with store._database.reading() as connection:
            assert connection.execute(select(tombstones.c.mark)).all()


def test_a_database_that_others_use_is_written_anew_later(place: Path, tmp_path: Path) -> None:
    with open_store(place) as store:
        DEEDS["removed"](store)
    restore(tmp_path / "backup.sqlite3", place)
    database, other = Database(place, patience=0.05), Database(place)
    store = Store(database, Journal(place.with_suffix(".removals")))
    store.replay()
    with other.writing():
        assert not store._written_anew()
    with other.reading() as connection:
        connection.execute(select(meta)).all()
        assert not store.finish_removals()
    assert store.finish_removals()
    with store._database.reading() as connection:
        assert connection.execute(select(meta.c.name).where(meta.c.name == "restored")).all() == []
    store.close()
    other.close()


class Full(Journal):
    """A journal on a disk without room."""

    def write(self, _entries: object) -> None:
        raise OSError(28, "No space left on device")


def test_what_the_journal_tells_is_carried_out_though_nothing_can_be_added_to_it(place: Path, tmp_path: Path) -> None:
    journal = place.with_suffix(".removals")
    with open_store(place) as store:
        DEEDS["removed"](store)
    restore(tmp_path / "backup.sqlite3", place)
    with Store(Database(place), Full(journal)) as store:
        store.opt_out("bsky", "did:plc:eve", WHEN, "author")
        store.replay()
        assert gone(store)
    with open_store(place):
        assert [entry.did for entry in Journal(journal).read()] == ["begun", "taken down", "opted out"]
