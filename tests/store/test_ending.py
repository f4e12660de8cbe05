"""The end of an access: whatever came by it goes, in one step that nobody sees half of."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Table, func, insert, select

from tests.store.build import NOON, draft, line, ref, talk
from tests.store.test_seen import keep, of_x, ways
from threadleaf.core.model import Network, Ref
from threadleaf.core.query import parse
from threadleaf.store import open_store
from threadleaf.store.aliases import alias_of
from threadleaf.store.ending import Holding
from threadleaf.store.schema import bot_state, claims, metadata, opt_outs, x_held, x_paid, x_seen, x_spent
from threadleaf.store.threads import Store

NETWORKS: tuple[Network, ...] = ("x", "bsky")


def fill(store: Store) -> None:
    """Something of X and of another network in every table that knows networks."""
    keep(store, of_x(1))
    keep(store, of_x(2, visibility="private"))
    keep(store, draft(talk(*line(1, 2))))
    store.opt_out("x", "99", NOON, "author")
    for network in NETWORKS:
        post = Ref(network, "77" if network == "x" else ref(9).id)
        assert store.unrolls.begin(post, "unlisted", NOON, 9) is not None
        with store._database.writing() as connection:
            connection.execute(insert(bot_state).values(network=network, cursor="7", holder=""))
            connection.execute(insert(claims).values(network=network, thread=b"t", author=b"a", answer=1))
    number = store.spending.hold(50, NOON, 100, 100)
    assert isinstance(number, int)
    store.spending.draw(number, 20, {"post 1": 5})


def rows(store: Store, table: Table, network: str = "") -> int:
    query = select(func.count()).select_from(table)
    with store._database.reading() as connection:
        return connection.execute(query.where(table.c.network == network) if network else query).scalar_one()


def test_all_of_it_goes_and_nothing_else(store: Store) -> None:
    fill(store)
    assert store.ending.holds("x") == Holding(pages=2, requests=1, bot=1)
    store.ending.delete("x")
    assert store.read(ways(1)[0]) is None
    assert store.find([alias_of(Ref("x", "2"), private=True)]) == ()
    assert store.finish_removals()
    assert not store.ending.holds("x")
    kept = {table.name for table in metadata.tables.values() if "network" in table.c and rows(store, table, "x")}
    assert kept == {"opt_outs"}
    assert (rows(store, x_seen), rows(store, x_held), rows(store, x_paid)) == (0, 0, 0)
    assert store.spending.amounts(NOON).month == 25
    assert store.ending.holds("bsky") == Holding(pages=1, requests=1, bot=1)
    assert store.read(alias_of(ref(1))) is not None
    assert (rows(store, opt_outs), rows(store, bot_state)) == (1, 1)


def test_doing_it_again_changes_nothing(store: Store) -> None:
    fill(store)
    for _ in range(2):
        store.ending.delete("x")
        store.finish_removals()
    assert not store.ending.holds("x")
    assert rows(store, x_spent) == 1


def test_a_program_that_ends_in_between_has_shown_the_last_of_it(tmp_path: Path) -> None:
    file = tmp_path / "threads.db"
    with open_store(file) as store:
        keep(store, of_x())
        store.ending.delete("x")  # and here it ends
    with open_store(file) as store:
        assert not store.ending.holds("x")
        assert store.search.find(parse("mill"), 9, None, None, "newest").total == 0
    assert b"mill" not in file.read_bytes()


def test_what_waits_for_an_author_goes_too(store: Store) -> None:
    assert store.held.put(Ref("x", "5"), "unlisted", "anyone", author="7", at=NOON, most=9)
    assert store.ending.holds("x").requests == 1
    store.ending.delete("x")
    assert not store.ending.holds("x")
