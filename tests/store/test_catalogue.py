"""What lists and searches know is made once, follows every change, and forgets to the last byte."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select, text, update

from tests.store.build import NOON, draft, line, post, ref, talk
from tests.store.test_search import find, keep, numbers
from tests.support.databases import Sandbox
from threadleaf.core.errors import StoreError
from threadleaf.core.words import words
from threadleaf.store import catalogue, fulltext, open_store
from threadleaf.store.aliases import alias_of
from threadleaf.store.catalogue import place_of
from threadleaf.store.migrations import m0003_search
from threadleaf.store.schema import authors, entries, meta, opt_outs, threads, topics
from threadleaf.store.threads import Store


@pytest.fixture
def address(database: Sandbox) -> str:
    return database.address


def forget(store: Store) -> None:
    """Make the store one that was written before there was a catalogue."""
    with store._database.writing() as connection:
        fulltext.clear(connection)
        for table in (entries, authors):
            connection.execute(delete(table))
        connection.execute(delete(meta).where(meta.c.name == "catalogue"))


def test_what_was_kept_before_there_was_a_catalogue_is_found_when_the_store_is_opened(address: str) -> None:
    with open_store(address) as store:
        listed = keep(store, 1, "mill")
        keep(store, 2, "mill", quiet=True)
        keep(store, 3, "mill", visibility="private")
        keep(store, 4, "mill", who="bob")
        forget(store)
        assert find(store, "mill", visibility=None).total == 0
    with open_store(address) as store:
        assert [hit.saved.author_handle for hit in find(store, "mill").hits] == ["bob.example", "ann.example"]
        assert find(store, "mill", visibility=None).total == 4
        assert store.list(9)[-1] == listed


def test_a_catalogue_made_by_other_rules_is_made_anew(address: str) -> None:
    with open_store(address) as store:
        keep(store, 1, "mill")
        with store._database.writing() as connection:
            fulltext.clear(connection)
            connection.execute(update(meta).where(meta.c.name == "catalogue").values(value=b"0 9.0.0"))
    with open_store(address) as store:
        assert find(store, "mill").total == 1
        store.refresh()
        assert find(store, "mill").total == 1


class Late:
    """A database on which somebody else makes the catalogue between our look and our turn to write."""

    def __init__(self, store: Store, address: str) -> None:
        self._store, self._address = store, address

    def reading(self) -> Any:
        return self._store._database.reading()

    def writing(self) -> Any:
        open_store(self._address).close()
        return self._store._database.writing()


def test_of_two_programs_that_start_at_once_one_makes_it(address: str) -> None:
    with open_store(address) as store:
        keep(store, 1, "mill")
        forget(store)
        catalogue.refresh(Late(store, address), store._key)  # type: ignore[arg-type]
        assert find(store, "mill").total == 1


def test_whoever_has_opted_out_since_is_in_the_catalogue_without_a_word(address: str) -> None:
    """As when a program that knew no catalogue put somebody on the list and was killed before it deleted anything."""
    with open_store(address) as store:
        saved = keep(store, 1, "mill", spans=())
        store.opt_out("bsky", "did:plc:zoe", NOON, "author")
        with store._database.writing() as connection:
            mark = catalogue.optouts.mark_of(store._key, "bsky", "did:plc:ann")
            connection.execute(update(opt_outs).values(mark=mark))
        forget(store)
    with open_store(address) as store:
        assert find(store, "mill", visibility=None).total == 0
        assert store.list(9) == ()
        assert store.list(9, visibility=None) == (saved,)
        assert store.withdraw(saved, "network", NOON)
        assert find(store, "from:ann", visibility=None).total == 0


def spoil(store: Store, number: int) -> None:
    with store._database.writing() as connection:
        connection.execute(threads.update().where(threads.c.id == number).values(thread=b"no such thread"))


def test_a_damaged_thread_is_left_out_and_can_be_taken_down(address: str) -> None:
    with open_store(address) as store:
        damaged, other = keep(store, 1, "mill"), keep(store, 2, "mill")
        spoil(store, damaged.number)
        forget(store)
    with open_store(address) as store:
        assert numbers(find(store, "mill")) == [other.number]
        assert store.remove([alias_of(ref(100))], "law", NOON)
        assert store.list(9, visibility=None) == (other,)


def test_a_thread_whose_words_can_no_longer_be_read_is_forgotten_all_the_same(store: Store) -> None:
    damaged, other = keep(store, 1, "Kanarienvogel mill"), keep(store, 2, "mill")
    spoil(store, damaged.number)
    with pytest.raises(StoreError):
        find(store, "kanarienvogel")
    assert store.withdraw(damaged, "network", NOON)
    assert find(store, "kanarienvogel", visibility=None).total == 0
    assert numbers(find(store, "mill")) == [other.number]


def test_a_second_damaged_thread_stays_without_words(store: Store) -> None:
    damaged, also, other = keep(store, 1, "mill"), keep(store, 2, "mill"), keep(store, 3, "mill")
    for number in (damaged.number, also.number):
        spoil(store, number)
    store.withdraw(damaged, "network", NOON)
    if store._database.is_sqlite:
        assert numbers(find(store, "mill")) == [other.number]
    store.withdraw(also, "network", NOON)
    assert numbers(find(store, "mill")) == [other.number]


def test_not_one_byte_of_forgotten_words_is_left_in_the_files(tmp_path: Path) -> None:
    """Where a thread only changes, too: its old words go with the save."""
    path = tmp_path / "threadleaf.sqlite3"

    def left(*signs: str) -> list[str]:
        data = b"".join(file.read_bytes() for file in tmp_path.iterdir())
        return [sign for sign in signs if sign.encode() in data]

    with open_store(path) as store:
        for number in range(60):
            keep(store, number, f"words of thread {number}", "mill and wheel")
        first = keep(store, 70, "Kanarienvogel", "geheimnis")
        store.scrub()
        assert left("kanarienvogel", "geheimnis") == ["kanarienvogel", "geheimnis"]
        second = keep(store, 70, "Zaunkoenig", based_on=(first,))
        store.scrub()
        assert left("kanarienvogel", "geheimnis", "Kanarienvogel") == []
        assert left("zaunkoenig")
        store.withdraw(second, "network", NOON)
        keep(store, 71, "Rotkehlchen", who="robin", opt_outs=store.opted_out(()).revision)
        store.opt_out("bsky", "did:plc:robin", NOON, "author")
        assert left("zaunkoenig", "Zaunkoenig", "rotkehlchen", "robin") == []
        assert find(store, "mill", 1).total == 60


def test_what_an_author_is_called_goes_with_the_last_thread(store: Store) -> None:
    one, two = keep(store, 1, "a"), keep(store, 2, "b")
    store.withdraw(one, "network", NOON)
    assert len(store.lists.people(["ann"], 9, None)) == 1
    store.withdraw(two, "network", NOON)
    with store._database.reading() as connection:
        for table in (authors, entries, topics):
            assert connection.execute(select(table)).all() == []


def test_places_are_in_order_of_time_and_no_two_threads_have_one(store: Store) -> None:
    pages = [keep(store, number, "a", posted=NOON) for number in range(1, 40)]
    with store._database.reading() as connection:
        places = connection.execute(select(entries.c.place).order_by(entries.c.thread)).scalars().all()
    assert len(set(places)) == len(pages)
    assert places[0] == place_of(NOON)
    assert max(places) < place_of(NOON) + 8 * len(pages)


@pytest.mark.parametrize(("version", "count"), [("3.40.1", 1), ("3.41.99", 1), ("3.42.0", 2), ("4.0.0", 2)])
def test_only_an_sqlite_that_can_leave_no_bytes_is_told_to(version: str, count: int) -> None:
    assert len(m0003_search.sqlite_statements(version)) == count


@settings(max_examples=200)
@given(st.lists(st.text(max_size=40), min_size=1, max_size=4))
def test_whatever_people_write_is_indexed_and_forgotten_whole(texts: list[str]) -> None:
    """The index of SQLite is told the words again to forget them: none may stay."""
    store = _shared()
    row = [word for line in texts for word in words(line)]
    with store._database.writing() as connection:
        fulltext.put(connection, 7, row)
        fulltext.take(connection, 7, row)
        count = connection.execute(text("SELECT count(*) FROM vocabulary")).scalar_one()
    assert count == 0


_stores: list[Store] = []


def _shared() -> Store:
    return _stores[0]


@pytest.fixture(autouse=True, scope="module")
def vocabulary(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A store whose index tells its words."""
    with open_store(tmp_path_factory.mktemp("words") / "threadleaf.sqlite3") as store:
        with store._database.writing() as connection:
            connection.execute(text("CREATE VIRTUAL TABLE vocabulary USING fts5vocab(found, 'row')"))
        _stores.append(store)
        yield
        _stores.clear()


def test_a_branch_is_searched_and_forgotten_too(store: Store) -> None:
    branch = (post(7, post(1).id, text="A branch about carp."),)
    saved = store.save(draft(talk(*line(1, 2, 3), *branch)))
    assert saved is not None
    (hit,) = find(store, "carp has:branch").hits
    assert hit.excerpt.post == branch[0].id
    assert store.withdraw(saved, "network", NOON)
    assert find(store, "carp", visibility=None).total == 0
