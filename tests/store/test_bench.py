"""What `bench.search` puts into a store in bulk is what the store itself would have made of the same threads."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import select

from bench.search import fill
from tests.store.test_catalogue import forget
from threadleaf.core.query import parse
from threadleaf.store import open_store
from threadleaf.store.schema import entries
from threadleaf.store.threads import Store


def catalogue(store: Store) -> list[tuple[object, ...]]:
    columns = [column for column in entries.c if column.name not in ("place", "author")]
    with store._database.reading() as connection:
        return [tuple(row) for row in connection.execute(select(*columns).order_by(entries.c.thread))]


def found(store: Store) -> list[list[int]]:
    titles = [saved.title.split()[0] for saved in store.list(20)]
    asked = (*titles, "lang:zh", "from:" + store.list(1)[0].author_handle)
    return [[hit.saved.number for hit in store.search.find(parse(text), 500).hits] for text in asked]


def test_the_threads_of_the_benchmark_are_as_the_store_makes_them(tmp_path: Path) -> None:
    path = tmp_path / "threadleaf.sqlite3"
    with open_store(path) as store:
        texts, lines = fill(store, 400)
        assert 0 < texts < lines
        before = catalogue(store), found(store)
        assert all(before[1])
        forget(store)
        store.refresh()
        assert (catalogue(store), found(store)) == before
