"""Database and journal of removals: neither overrules what the other knows later, whatever the clocks say."""

from __future__ import annotations

import os
import resource
import shutil
import signal
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, insert, select, text

from tests.store.build import draft, line, post, ref, talk, uri
from tests.support.databases import Sandbox
from threadleaf.core.errors import Gone, StoreError
from threadleaf.core.model import Conversation
from threadleaf.store import engine, erasing, naming, open_store
from threadleaf.store.aliases import alias_of
from threadleaf.store.engine import Database
from threadleaf.store.health import examine
from threadleaf.store.journal import Entry, Journal, _backwards
from threadleaf.store.ledger import Ledger, is_restored
from threadleaf.store.records import Saved
from threadleaf.store.schema import held, meta, named, opt_outs, threads, tombstones
from threadleaf.store.threads import Store

WHEN = datetime(2026, 11, 9, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
ANN = ("bsky", "did:plc:ann")
TOLD = (tombstones, opt_outs)


class Place(NamedTuple):
    """A database and its journal; `copy` is a backup of what a database tells of removals."""

    address: str
    journal: Path

    def open(self) -> Store:
        return open_store(self.address, self.journal)

    def copy(self) -> dict[str, list[dict[str, Any]]]:
        with closing(Database(self.address)) as database, database.reading() as connection:
            return {
                table.name: [dict(row._mapping) for row in connection.execute(select(table))] for table in (*TOLD, meta)
            }

    def restore(self, backup: dict[str, list[dict[str, Any]]]) -> None:
        with closing(Database(self.address)) as database, database.writing() as connection:
            for table in (*TOLD, meta):
                connection.execute(delete(table))
                if backup[table.name]:
                    connection.execute(insert(table), backup[table.name])

    def told(self) -> dict[str, set[tuple[Any, ...]]]:
        backup = self.copy()
        return {table.name: {tuple(row.values()) for row in backup[table.name]} for table in TOLD}

    @contextmanager
    def without_journal(self) -> Iterator[None]:
        """It cannot be read or written meanwhile."""
        off = self.journal.with_suffix(".off")
        if self.journal.exists():
            self.journal.rename(off)
        self.journal.mkdir(parents=True)
        yield
        self.journal.rmdir()
        if off.exists():
            off.rename(self.journal)


@pytest.fixture
def place(database: Sandbox, tmp_path: Path) -> Place:
    return Place(database.address, tmp_path / "data" / "threadleaf.removals")


def keep(store: Store, seen: Conversation | None = None, **more: Any) -> Saved:
    saved = store.save(draft(seen or talk(*line(1, 2)), opt_outs=store.opted_out(()).revision, **more))
    assert saved is not None
    return saved


def lines(journal: Path) -> list[str]:
    return [entry.did for entry in Journal(journal).read()]


def is_listed(store: Store) -> bool:
    return bool(store.opted_out({ANN}).people)  # type: ignore[arg-type]


def opt_out(store: Store, at: datetime = WHEN) -> None:
    store.opt_out("bsky", ANN[1], at, "author")


def allow(store: Store, at: datetime = WHEN + HOUR) -> None:
    assert store.allow("bsky", ANN[1], at)


# --- the database is the newer one ------------------------------------------------------------------------------


def test_what_was_allowed_or_lifted_while_the_journal_could_not_be_written_stays_so(place: Place) -> None:
    with place.open() as store:
        opt_out(store)
        store.withdraw(keep(store, talk(*line(1, 2, author="bob"))), "network", WHEN)
        with place.without_journal():
            allow(store)
            page = keep(store, at=WHEN + HOUR)
            brought = keep(store, talk(*line(1, 2, author="bob")), at=WHEN + HOUR)
    for _ in range(2):
        with place.open() as store:
            assert not is_listed(store)
            assert store.find([alias_of(ref(1))]) == (page,)
            assert store.find([alias_of(ref(1, "bob"))]) == (brought,)
    assert sorted(lines(place.journal)[-2:]) == ["allowed", "lifted"], "the journal hears of it, once"


def test_machines_with_a_journal_each_do_not_undo_one_another(place: Place) -> None:
    other = place._replace(journal=place.journal.with_name("other.removals"))
    with place.open() as store:
        opt_out(store)
    with other.open() as store:
        allow(store)
        page = keep(store)
    with place.open() as store:
        assert not is_listed(store)
        assert store.find([alias_of(ref(1))]) == (page,)
        opt_out(store, WHEN - HOUR)
    with other.open() as store:
        assert is_listed(store)


def test_an_older_copy_of_the_journal_overrules_nothing_and_is_told_what_it_lacks(place: Place, tmp_path: Path) -> None:
    older = tmp_path / "older"
    with place.open() as store:
        opt_out(store)
        before = place.copy()
        shutil.copy(place.journal, older)
        allow(store)
        page = keep(store)
        store.remove([alias_of(ref(5))], "law", WHEN, ahead="bsky")
    now = place.told()
    shutil.copy(older, place.journal)
    with place.open() as store:
        assert store.find([alias_of(ref(1))]) == (page,)
    assert place.told() == now
    assert lines(place.journal) == ["begun", "opted out", "begun", "taken down", "allowed"]
    assert examine(place.address, place.journal).journal == ""
    place.restore(before)
    place.open().close()
    assert place.told() == now, "a backup of before hears it from the copy"


def test_an_older_part_of_a_file_of_several_journals_is_told_nothing_twice(place: Place, tmp_path: Path) -> None:
    other, older = place._replace(journal=tmp_path / "other.removals"), tmp_path / "older"
    with other.open() as store:
        opt_out(store)
        shutil.copy(other.journal, older)
        allow(store)
    with place.open() as store:
        store.remove([alias_of(ref(5))], "law", WHEN, ahead="bsky")
    now = place.told()
    place.journal.write_bytes(older.read_bytes() + place.journal.read_bytes())
    for _ in range(2):
        place.open().close()
        assert place.told() == now
    with place.open() as store:
        opt_out(store)
    assert examine(place.address, place.journal).journal == ""


def test_a_tombstone_that_lifts_no_more_is_told_as_it_stands(place: Place) -> None:
    with place.open() as store:
        before = place.copy()
        store.withdraw(keep(store), "network", WHEN)
        with place.without_journal():
            keep(store, at=WHEN + HOUR)
            store.remove([alias_of(ref(1))], "law", WHEN + 2 * HOUR)
    place.open().close()
    now = place.told()
    place.restore(before)
    with place.open() as store:
        assert place.told() == now
        with pytest.raises(Gone):
            store.find([alias_of(ref(1))], lifting=True)


def test_what_is_there_for_good_is_not_made_to_lift(place: Place) -> None:
    with place.open() as store:
        store.remove([alias_of(ref(1))], "law", WHEN, ahead="bsky")
        stones = place.told()
        with store._database.reading() as connection:
            mark = bytes(connection.execute(select(tombstones.c.mark)).scalar_one())
        more: dict[str, Any] = {"key": store._ledger.name, "at": WHEN, "network": "bsky", "marks": (mark,)}
        weaker = Entry(did="taken down", by="network", lifts=True, journal="x", id="1", **more)
        Journal(place.journal).write([weaker, Entry(did="lifted", by="network", journal="x", id="2", **more)])
    place.open().close()
    assert place.told() == stones


# --- the journal is the newer one -------------------------------------------------------------------------------


def test_the_order_of_the_file_counts_and_no_clock(place: Place) -> None:
    with place.open() as store:
        before = place.copy()
        opt_out(store)
        allow(store, WHEN + HOUR)
        opt_out(store, WHEN - HOUR)
    now = place.told()
    place.restore(before)
    with place.open() as store:
        assert is_listed(store)
    assert place.told() == now


@pytest.mark.parametrize("order", [("place", "other"), ("other", "place")])
def test_journals_of_several_machines_are_put_together_and_err_towards_privacy(
    place: Place, tmp_path: Path, order: tuple[str, str]
) -> None:
    machines = {"place": place, "other": place._replace(journal=tmp_path / "other.removals")}
    place.open().close()
    before = place.copy()
    with machines["place"].open() as store:
        opt_out(store)
        store.remove([alias_of(ref(5))], "law", WHEN, ahead="bsky")
    with machines["other"].open() as store:
        allow(store)
        store.remove([alias_of(ref(6))], "law", WHEN, ahead="bsky")
        store.opt_out("bsky", "did:plc:eve", WHEN, "operator")
    with machines["place"].open() as store:
        assert store.allow("bsky", "did:plc:eve", WHEN)
    stones = place.told()["tombstones"]
    parts = [machines[name].journal.read_bytes() for name in order]
    place.journal.write_bytes(b"".join(parts))
    place.restore(before)
    for _ in range(2):
        for machine in machines.values():
            with machine.open() as store:
                assert is_listed(store), "which of two machines was the later one nobody knows"
                assert store.opted_out({("bsky", "did:plc:eve")}).people
            assert place.told()["tombstones"] == stones
            assert examine(place.address, machine.journal).journal == ""
    assert len(list(Journal(place.journal).read())) < 15


def test_a_replay_takes_back_what_she_agreed_to(place: Place) -> None:
    with place.open() as store:
        opt_out(store)
        page = keep(store, talk(*line(1, 2, author="bob")))
        backup = place.copy()
        store.opt_out("bsky", "did:plc:bob", WHEN, "author")
    place.restore(backup)
    with open_store(place.address, place.journal.with_name("none")) as store:
        store.statements.allow("bsky", "did:plc:bob", WHEN)
        store.held.put(ref(9, "bob"), "listed", "anyone", author="did:plc:bob", at=WHEN, most=9)
        assert keep(store, talk(*line(1, 2, author="bob"))).path == page.path
    with place.open() as store:
        assert not store.statements.allows("bsky", "did:plc:bob")
        assert store.find([alias_of(ref(1, "bob"))]) == ()
        with store._database.reading() as connection:
            assert connection.execute(select(held)).all() == []


def test_a_replay_is_done_in_pieces_and_begins_anew_where_another_program_goes_on(
    place: Place, monkeypatch: Any
) -> None:
    monkeypatch.setattr("threadleaf.store.ledger._AT_ONCE", 2)
    with place.open() as store:
        keep(store, talk(*line(1, 2)))
        before = place.copy()
        for name in "abcdefg":
            store.opt_out("bsky", name, WHEN, "operator")
    now = place.told()
    place.restore(before)
    whole, calls = Ledger.unknown, []

    def unknown(self: Ledger, journal: Journal, known: Any) -> Iterator[Entry]:
        calls.append(len(known))
        for number, entry in enumerate(whole(self, journal, known)):
            if number == 2 and len(calls) == 1:
                open_store(place.address, place.journal.with_name("none")).close()
            yield entry

    monkeypatch.setattr(Ledger, "unknown", unknown)
    real = Database.writing

    @contextmanager
    def writing(self: Database) -> Iterator[Any]:
        with real(self) as connection:
            yield connection
        if len(calls) == 1:
            calls.append(0)
            with real(self) as connection:
                connection.execute(insert(meta).values(name="journal other", value=b"{}"))

    monkeypatch.setattr(Database, "writing", writing)
    place.open().close()
    assert len(calls) == 3
    assert place.told() == now


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["remove", "withdraw", "bring back", "opt out", "leave out", "allow", "open", "fail", "work"]),
        st.integers(1, 3),
        st.integers(-5, 5),
    ),
    min_size=1,
    max_size=10,
)


class Failing(Journal):
    """A journal whose disk is full now and then."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, lambda file, text: 0 if self.is_full else os.write(file, text))
        self.is_full = False


class Story:
    """What happens to a database, with a backup after every step."""

    def __init__(self, place: Place) -> None:
        self.place, self.journal = place, Failing(place.journal)
        self.store = self.opened()
        self.backups = [place.copy()]

    def opened(self) -> Store:
        store = Store(Database(self.place.address), self.journal)
        store.replay()
        return store

    def play(self, deed: str, number: int, hours: int) -> None:
        at, way, name = WHEN + hours * HOUR, alias_of(ref(number)), f"did:plc:{number}"
        with suppress(Gone):
            if deed == "remove":
                self.store.remove([way], "law", at, ahead="bsky")
            elif deed == "withdraw":
                self.store.withdraw(keep(self.store, talk(post(number)), at=at, **self.based(way)), "network", at)
            elif deed == "bring back":
                keep(self.store, talk(post(number)), at=at, **self.based(way))
            elif deed == "opt out":
                self.store.opt_out("bsky", name, at, "operator" if hours % 2 else "author")
            elif deed == "leave out":
                self.store.leave_out("bsky", [uri(number), uri(number + 1)], at)
            elif deed == "allow":
                self.store.allow("bsky", name, at)
            elif deed == "open":
                self.store.close()
                self.store = self.opened()
            else:
                self.journal.is_full = deed == "fail"
        self.backups.append(self.place.copy())

    def based(self, way: Any) -> dict[str, Any]:
        return {"based_on": self.store.find([way], lifting=True)}


@pytest.fixture
def many(database: Sandbox, tmp_path: Path) -> Callable[[], Place]:
    """A place without journal and removals, for each example."""

    def made() -> Place:
        place = Place(database.address, tmp_path / "threadleaf.removals")
        place.journal.unlink(missing_ok=True)
        place.restore({**place.copy(), "tombstones": [], "opt_outs": []})
        with closing(Database(place.address)) as base, base.writing() as connection:
            connection.execute(delete(meta).where(meta.c.name.not_in(("schema", "tombstone-key", "naming"))))
            connection.execute(delete(threads))
        return place

    return made


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
@example(steps=[("withdraw", 1, 0), ("remove", 1, -1), ("opt out", 2, 3), ("allow", 2, 1), ("opt out", 2, -2)])
def test_whichever_backup_is_put_back_tells_what_the_newest_database_did(
    many: Callable[[], Place], steps: list[tuple[str, int, int]]
) -> None:
    """Where the journal could not be written for a while, it tells no less."""
    place = many()
    story = Story(place)
    for step in steps:
        story.play(*step)
    story.journal.is_full = False
    story.play("open", 1, 0)
    story.store.close()
    now, failed = place.told(), any(deed == "fail" for deed, *_ in steps)
    for backup in story.backups:
        place.restore(backup)
        story.opened().close()
        then = place.told()
        if failed:
            for table, rows in now.items():
                assert {row[0] for row in rows} <= {row[0] for row in then[table]}
            place.restore(story.backups[-1])
            story.opened().close()
        else:
            assert then == now
    assert examine(place.address, place.journal).journal == ""


# --- where it cannot be written, or read ------------------------------------------------------------------------


def test_what_is_written_in_parts_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    entry = Entry(
        key=b"k", did="taken down", journal="j", id="1", at=WHEN, network="bsky", by="law", marks=(b"m" * 32,) * 5
    )
    path = tmp_path / "data" / "threadleaf.removals"
    Journal(path, lambda file, text: os.write(file, text[:7])).write([entry, entry])
    assert list(Journal(path).read()) == [entry, entry]
    size = path.stat().st_size
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    old = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (size + 100, hard))
        with pytest.raises(OSError, match="File too large"):
            Journal(path).write([entry])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, old)
    assert path.stat().st_size == size
    with pytest.raises(OSError, match="No space left"):
        Journal(path, lambda *_: 0).write([entry])
    assert path.stat().st_size == size


def test_the_last_line_is_found_behind_whatever_is_no_line(tmp_path: Path) -> None:
    path = tmp_path / "threadleaf.removals"
    marks = tuple(bytes([number]) * 32 for number in range(250)) * 20
    entries = [Entry(key=b"k", did="taken down", journal=name, id=name, marks=marks) for name in "ab"]
    Journal(path).write(entries)
    assert Journal(path).ends() == ("a", "b")
    with path.open("rb") as file:
        assert list(_backwards(file))[-2:] == entries[::-1]
    with path.open("ab") as file:
        file.write(b"x\n" * 400_000)
    assert Journal(path).ends() == ("a", "b")
    path.write_bytes(b"x" * 100)
    assert Journal(path).ends() == ("", "")


def test_a_disk_that_was_full_in_the_middle_of_a_line_loses_no_removal(place: Place) -> None:
    with place.open() as store:
        before = place.copy()
        store.remove([alias_of(ref(4))], "law", WHEN, ahead="bsky")
    journal = Failing(place.journal)
    with Store(Database(place.address), journal) as store:
        journal.is_full = True
        store.remove([alias_of(ref(5))], "law", WHEN, ahead="bsky")
    assert examine(place.address, place.journal).journal == "behind"
    place.open().close()
    now = place.told()
    place.restore(before)
    place.open().close()
    assert place.told() == now
    assert len(now["tombstones"]) == 2


def test_without_a_journal_that_it_knows_of_nothing_is_served(place: Place) -> None:
    with place.open() as store:
        opt_out(store)
    with place.without_journal():
        assert examine(place.address, place.journal).journal == "unreadable"
        with pytest.raises(StoreError, match="cannot be read, so that what was taken down might be shown") as caught:
            place.open()
        assert caught.value.code == "journal"
        assert str(place.journal) in caught.value.sentence
    place.open().close()


def test_a_journal_that_fails_while_it_is_read_is_told_of(place: Place) -> None:
    class Broken(Journal):
        def read(self) -> Iterator[Entry]:
            yield from list(super().read())[:1]
            raise OSError(5, "Input/output error")

    with place.open() as store:
        opt_out(store)
    with closing(Database(place.address)) as database, database.writing() as connection:
        connection.execute(delete(meta).where(meta.c.name.startswith("journal ")))
    with (
        Store(Database(place.address), Broken(place.journal)) as store,
        pytest.raises(StoreError, match="cannot be read"),
    ):
        store.replay()


def test_a_journal_that_is_lost_is_told_of_and_begun_anew(place: Place, caplog: pytest.LogCaptureFixture) -> None:
    with place.open() as store:
        before = place.copy()
        opt_out(store)
        store.opt_out("bsky", "did:plc:eve", WHEN, "author")
        allow(store)
    now = place.told()
    place.journal.unlink()
    assert examine(place.address, place.journal).journal == "missing"
    place.open().close()
    assert f"The journal of removals is not at {place.journal}" in caplog.text
    assert lines(place.journal) == ["begun", "opted out"]
    place.restore(before)
    caplog.clear()
    place.open().close()
    assert place.told() == now
    assert caplog.text == ""


def test_a_file_of_another_database_gets_a_journal_of_ours_behind_it(place: Place) -> None:
    Journal(place.journal).write([Entry(key=b"another", did="begun", journal="x", id="1")])
    with place.open() as store:
        opt_out(store)
    assert lines(place.journal) == ["begun", "begun", "opted out"]
    assert examine(place.address, place.journal).journal == ""


def test_a_restored_file_that_has_no_room_to_be_written_anew_is_opened(tmp_path: Path, monkeypatch: Any) -> None:
    path = tmp_path / "threadleaf.sqlite3"
    with open_store(path) as store:
        keep(store)
    shutil.copy(path, tmp_path / "backup")
    with open_store(path) as store:
        store.remove([alias_of(ref(1))], "law", WHEN)
        store.finish_removals()
    shutil.copy(tmp_path / "backup", path)
    real = engine._code
    vacuum = text("SELECT fails()")
    monkeypatch.setattr(engine, "text", lambda words: vacuum if words == "VACUUM" else text(words))
    monkeypatch.setattr(engine, "_code", lambda error: "full" if "fails" in str(error) else real(error))
    with open_store(path) as store, store._database.reading() as connection:
        assert is_restored(connection)
    monkeypatch.undo()
    with open_store(path) as store, store._database.reading() as connection:
        assert not is_restored(connection)


def test_an_older_programs_pages_are_looked_at_in_pieces(place: Place, monkeypatch: Any) -> None:
    monkeypatch.setattr(erasing, "_AT_ONCE", 2)
    with place.open() as store:
        for number in range(1, 6):
            keep(store, talk(post(number)))
        gone = keep(store, talk(post(9)))
        with store._database.writing() as connection:
            connection.execute(delete(named))
            connection.execute(delete(meta).where(meta.c.name == "naming"))
        missing = naming.missing
        monkeypatch.setattr(naming, "missing", lambda connection: (*missing(connection), gone.number + 1))
        before = store._database.commits
        store.refresh()
        assert store._database.commits is not before
        with store._database.reading() as connection:
            assert len(set(connection.execute(select(named.c.thread)).scalars())) == 6


def test_a_store_without_a_journal_writes_nothing_down(database: Sandbox) -> None:
    with closing(Database(database.address)) as base:
        store = Store(base)
        opt_out(store)
        store.replay()
        assert is_listed(store)


def test_a_line_that_is_in_the_file_twice_is_carried_out_once(place: Place) -> None:
    place.open().close()
    before = place.copy()
    with place.open() as store:
        opt_out(store)
        allow(store)
    now = place.told()
    text = place.journal.read_bytes()
    place.journal.write_bytes(text + text.splitlines(keepends=True)[1])
    place.restore(before)
    with place.open() as store:
        assert not is_listed(store)
    assert place.told() == now
