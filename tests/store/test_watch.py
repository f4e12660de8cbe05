"""What is kept in memory of a database holds as long as nothing was committed, by whichever program."""

import pytest
from sqlalchemy import insert

from tests.support.databases import Sandbox
from threadleaf.store import open_store
from threadleaf.store.engine import Database
from threadleaf.store.schema import meta
from threadleaf.store.threads import Store
from threadleaf.store.watch import AT_ONCE, SOON, Watch


class Clock:
    """Seconds, as the test wants them."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_nothing_committed_nothing_changed(store: Store) -> None:
    watch = Watch(store._database, Clock())
    # A server has other databases too, and its snapshot tells of all of them: then it is said once too often.
    assert any(watch.ask() == watch.ask() for _ in range(1000))
    assert watch.ask() == watch.state()


def test_what_this_process_commits_is_seen_at_once(store: Store) -> None:
    watch = Watch(store._database, Clock())
    before = watch.ask()
    store.secret("one", lambda: b"1")
    assert watch.state() not in (before, None)


def test_what_is_rolled_back_changes_nothing(store: Store) -> None:
    watch = Watch(store._database, Clock())
    before = watch.ask()
    with pytest.raises(KeyError), store._database.writing():
        raise KeyError
    assert watch.state() == before


def test_what_another_program_commits_is_seen_soon(database: Sandbox) -> None:
    clock = Clock()
    with open_store(database.address) as ours, open_store(database.address) as theirs:
        watch = Watch(ours._database, clock)
        before = watch.ask()
        theirs.secret("one", lambda: b"1")
        assert watch.state() == before, "it is not asked again so soon"
        clock.now += 2 * (AT_ONCE if database.kind == "sqlite" else SOON)
        if database.kind == "sqlite":
            assert watch.state() not in (before, None)
        else:
            assert watch.state() is None, "a server must not be waited for"
        assert watch.ask() != before


def test_a_transaction_that_began_before_and_ends_after_is_seen(database: Sandbox) -> None:
    with open_store(database.address) as ours, open_store(database.address) as theirs:
        watch = ours.watch()
        with theirs._database.writing() as connection:
            connection.execute(insert(meta).values(name="late", value=b"1"))
            before = watch.ask()
        assert watch.ask() != before


def test_a_database_that_cannot_be_asked_counts_as_changed() -> None:
    watch = Watch(Database("postgresql://127.0.0.1:1/nowhere"))
    assert watch.ask() != watch.ask()


def test_a_watch_keeps_no_reader_in_the_way(database: Sandbox) -> None:
    with open_store(database.address) as store:
        watch = store.watch()
        watch.ask()
        store.secret("one", lambda: b"1")
        assert store.scrub()
