"""The shortest way to a kept thread on SQLite says what the long one says, or nothing."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import text

from tests.store.build import NOON, draft, line, post, ref, talk
from threadleaf.core.errors import Gone, Refused, StoreError
from threadleaf.store import open_store
from threadleaf.store.aliases import alias_of
from threadleaf.store.engine import Database
from threadleaf.store.quick import Quick
from threadleaf.store.threads import Store


def test_both_ways_read_the_same(tmp_path: Path) -> None:
    with open_store(tmp_path / "threadleaf.sqlite3") as store:
        saved = store.save(draft(talk(*line(1, 2, 3))))
        assert saved is not None
        assert store._quick is not None
        short = store._quick.read(alias_of(ref(2)))
        store._quick.close()
        store._quick = None
        assert store.read(alias_of(ref(2))) == short
        assert short is not None
        assert short.saved == saved


def test_a_thread_without_dates_is_read(tmp_path: Path) -> None:
    with open_store(tmp_path / "threadleaf.sqlite3") as store:
        saved = store.save(draft(talk(post(1, created=None))))
        assert saved is not None
        assert saved.first_posted is None
        reading = store.read(alias_of(ref(1)))
        assert reading is not None
        assert reading.saved == saved


def test_what_is_not_plainly_there_is_left_to_the_long_way(store: Store) -> None:
    store.save(draft(talk(*line(1, 2))))
    store.save(draft(talk(*line(5, 6))))
    assert store.read(alias_of(ref(9))) is None
    store.moderation.hide([alias_of(ref(1))], NOON)
    with pytest.raises(Refused):
        store.read(alias_of(ref(2)))
    assert store.read(alias_of(ref(2)), behind=True) is not None
    store.remove([alias_of(ref(5))], "author", NOON)
    with pytest.raises(Gone):
        store.read(alias_of(ref(6)))


def test_a_page_for_everybody_is_not_found_by_a_private_way(store: Store) -> None:
    store.save(draft(talk(*line(1, 2))))
    assert store.read(alias_of(ref(1), private=True)) is None


def test_many_may_read_at_once(tmp_path: Path) -> None:
    with open_store(tmp_path / "threadleaf.sqlite3") as store:
        store.save(draft(talk(*line(1, 2))))
        with ThreadPoolExecutor(8) as pool:
            readings = list(pool.map(lambda _: store.read(alias_of(ref(1))), range(200)))
        assert len({reading.saved.number for reading in readings if reading}) == 1
        assert None not in readings
        assert store.scrub(), "nobody holds on to what was read"


def test_a_database_that_fails_says_so_in_our_words(tmp_path: Path) -> None:
    database = Database(tmp_path / "threadleaf.sqlite3")
    quick = Quick(database)
    with pytest.raises(StoreError) as caught:
        quick.read(alias_of(ref(1)))
    assert caught.value.code == "unknown"
    with database.writing() as connection:
        connection.execute(text("CREATE TABLE aliases (digest, private, thread)"))
    with pytest.raises(StoreError):
        quick.read(alias_of(ref(1)))
    quick.close()
    database.close()
