"""Our opt-out list: whom it holds, what it deletes, and that nothing prepared before outlives it."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert, select, text

from tests.store.build import NOON, author, draft, line, post, ref, rendered, talk, uri
from tests.support.databases import Sandbox
from threadleaf.core.model import Post, Quote
from threadleaf.core.wishes import By, OptOut
from threadleaf.store import open_store
from threadleaf.store.aliases import alias_of
from threadleaf.store.engine import Database
from threadleaf.store.journal import Journal, beside
from threadleaf.store.migrations import MIGRATIONS, upgrade
from threadleaf.store.records import Draft, OptOuts, Saved
from threadleaf.store.schema import metadata, opt_outs, pages, quiet, threads
from threadleaf.store.threads import Store

WHEN = datetime(2026, 11, 28, 9, 30, tzinfo=UTC)
ANN, BOB = ("bsky", "did:plc:ann"), ("bsky", "did:plc:bob")


def keep(store: Store, *names: object, author: str = "ann", **more: object) -> Saved:
    revision = store.opted_out(()).revision
    saved = store.save(draft(talk(*line(*names, author=author)), opt_outs=revision, **more))
    assert saved is not None
    return saved


def test_the_list_tells_who_of_some_people_stands_on_it_and_since_when(store: Store) -> None:
    assert store.opted_out({ANN, BOB}) == OptOuts({}, 0)
    store.opt_out(*ANN, WHEN, "author")
    store.opt_out("fedi", "https://a.example/users/\ud800" + "x" * 9000, WHEN, "operator")
    assert store.opted_out({ANN, BOB}) == OptOuts({"did:plc:ann": OptOut(WHEN, "author")}, 2)
    strange = "https://a.example/users/\ud800" + "x" * 9000
    assert store.opted_out({("fedi", strange)}).people == {strange: OptOut(WHEN, "operator")}
    assert store.opted_out(()).people == {}


def test_an_id_is_one_of_its_network(store: Store) -> None:
    store.opt_out("bsky", "1", WHEN, "author")
    assert store.opted_out({("x", "1")}).people == {}


def test_ten_thousand_people_are_looked_up(store: Store) -> None:
    store.opt_out("bsky", "number 7777", WHEN, "author")
    found = store.opted_out({("bsky", f"number {n}") for n in range(10_000)})  # type: ignore[arg-type]
    assert set(found.people) == {"number 7777"}


@pytest.mark.parametrize(("first", "then"), [("author", "author"), ("operator", "author"), ("operator", "law")])
def test_whoever_stands_on_the_list_stays_there_since_then(store: Store, first: By, then: By) -> None:
    store.opt_out(*ANN, WHEN, first)
    store.opt_out(*ANN, WHEN + timedelta(days=1), then)
    assert store.opted_out({ANN}) == OptOuts({"did:plc:ann": OptOut(WHEN, first)}, 1)


@pytest.mark.parametrize("by", ["operator", "law"])
def test_what_an_author_may_not_take_back_counts_from_when_it_was_said(store: Store, by: By) -> None:
    later = WHEN + timedelta(days=1)
    store.opt_out(*ANN, WHEN, "author")
    store.opt_out(*ANN, later, by)
    assert store.opted_out({ANN}) == OptOuts({"did:plc:ann": OptOut(later, by)}, 2)
    assert not store.allow(*ANN, later, "author")
    assert store.opted_out({ANN}).people == {"did:plc:ann": OptOut(later, by)}
    assert store.allow(*ANN, later)
    assert store.opted_out({ANN}) == OptOuts({}, 3)


def test_the_journal_is_told_of_what_the_list_says(tmp_path: Path) -> None:
    path = tmp_path / "threadleaf.sqlite3"
    with open_store(path) as store:
        for day, by in enumerate(("author", "operator", "author")):
            store.opt_out(*ANN, WHEN + timedelta(days=day), by)  # type: ignore[arg-type]
        store.allow(*ANN, WHEN, "author")
        store.allow(*ANN, WHEN + timedelta(days=9))
    told = [(one.did, one.by) for one in Journal(beside(path)).read() if one.did in ("opted out", "allowed")]
    assert told == [("opted out", "author"), ("opted out", "operator"), ("allowed", "operator")]


def test_whoever_is_taken_off_the_list_may_be_unrolled_again(store: Store) -> None:
    first = keep(store, 1, 2)
    assert not store.allow(*ANN, WHEN)
    store.opt_out(*ANN, WHEN, "author")
    assert store.allow(*ANN, WHEN)
    assert store.opted_out({ANN}) == OptOuts({}, 2)
    assert keep(store, 1, 2).path == first.path


def test_the_list_names_nobody(database: Sandbox) -> None:
    marks = []
    for target in (database.address, database.bare()):
        with open_store(target) as store:
            store.opt_out(*ANN, WHEN, "author")
            with store._database.reading() as connection:
                (row,) = connection.execute(select(opt_outs)).all()
            assert "ann" not in repr(tuple(row))
            marks.append(bytes(row.mark))
    assert marks[0] != marks[1]


def test_an_opt_out_deletes_the_authors_own_threads_and_leaves_others(store: Store) -> None:
    one, secret = keep(store, 1, 2), keep(store, 5, visibility="private")
    other = keep(store, 1, author="bob")
    assert store.opt_out(*ANN, WHEN, "author") == (one, secret)
    assert store.list(10, visibility=None) == (other,)
    assert store.find([alias_of(ref(1))]) == ()
    assert store.opt_out("fedi", "did:plc:bob", WHEN, "author") == ()
    assert store.list(10, visibility=None) == (other,)


def test_an_opt_out_leaves_no_bytes_of_the_authors_threads(tmp_path: Path) -> None:
    path = tmp_path / "threadleaf.sqlite3"
    with open_store(path) as store:
        saved = keep(store, 1, 2)
        files = [path, Path(f"{path}-wal")]
        assert any(saved.path.encode() in file.read_bytes() for file in files)
        store.opt_out(*ANN, WHEN, "author")
        assert not any(saved.path.encode() in file.read_bytes() for file in files)


def quoting(*posts: Post, revision: int = 0) -> Draft:
    """Bob quotes Ann's second post: what is kept of that holds her words, her name and her profile."""
    bobs = (post(1, author="bob", quote=Quote(id=uri(2), author="did:plc:ann")), *posts)
    people = (author("ann", bio="Words of her profile."), author("bob"))
    return draft(talk(*bobs, quoted=(post(2, uri(1)),), authors=people), opt_outs=revision)


def test_no_rendered_page_that_names_somebody_outlives_a_change_of_the_list(store: Store) -> None:
    saved, other = store.save(quoting()), keep(store, 1, author="eve")
    assert saved is not None
    store.keep_page(rendered(other, "tag", b"of eve"), "article", "v1")
    way = alias_of(ref(1, "bob"))
    for change in (lambda: store.opt_out(*ANN, WHEN, "author"), lambda: store.allow(*ANN, WHEN)):
        then = store.opted_out(()).revision
        saved = store.find([way])[0]
        page = rendered(saved, "tag", b"words of ann")
        store.keep_page(page, "article", "v1", then)
        assert store.page(way, "article", "v1") == page
        change()
        assert store.page(way, "article", "v1") is None
        store.keep_page(page, "article", "v1", then)
        assert store.page(way, "article", "v1") is None, "it was made before the change, and came late"
    with store._database.reading() as connection:
        left = connection.execute(select(pages.c.gzip).where(pages.c.thread == saved.number)).all()
    assert left == [(b"",)], "no bytes, and its pictures"
    assert store.page(alias_of(ref(1, "eve")), "article", "v1") is not None, "she is not named there"


def test_a_draft_made_before_a_change_of_the_list_is_made_anew(store: Store) -> None:
    late = draft(talk(*line(1, 2)))
    store.opt_out(*ANN, WHEN, "author")
    assert store.save(late) is None
    assert store.list(10, visibility=None) == ()


def test_a_page_that_a_wish_keeps_out_of_lists_is_in_no_list_for_everybody(store: Store) -> None:
    listed, quiet_one = keep(store, 1), keep(store, 5, quiet=True)
    assert store.list(10) == (listed,)
    assert store.list(10, visibility=None) == (quiet_one, listed)
    assert quiet_one.visibility == "listed", "what was asked for is not forgotten"
    again = keep(store, 5, 6, based_on=(quiet_one,))
    assert store.list(10) == (again, listed)
    keep(store, 5, 6, based_on=(again,), quiet=True)
    keep(store, 5, 6, based_on=store.find([alias_of(ref(5))]), quiet=True)
    assert store.list(10) == (listed,)


def test_a_quiet_page_that_is_deleted_leaves_nothing(store: Store) -> None:
    assert store.withdraw(keep(store, 1, quiet=True), "network", NOON)
    with store._database.reading() as connection:
        assert connection.execute(select(quiet)).all() == []


def test_what_was_kept_before_wishes_were_read_is_in_no_list_and_made_anew(database: Sandbox) -> None:
    address = database.bare()
    older = Database(address)
    upgrade(older, MIGRATIONS[:1])
    moments = dict.fromkeys(("created_at", "checked_at"), WHEN)
    row = {column.name: b"" if column.name in ("conversation", "thread") else "x" for column in threads.columns}
    row |= {"id": 1, "posts": 1, "revision": 1, "removing": False, "visibility": "listed", "state": "open"}
    row |= {"network": "bsky", "key": uri(1), **moments, "first_posted": None, "last_posted": None}
    with older.writing() as connection:
        connection.execute(insert(metadata.tables["threads"]).values(row))
        page = "INSERT INTO pages (thread, view, made_by, etag, body) VALUES (1, 'article', 'v1', 'x', :body)"
        connection.execute(text(page), {"body": b"x"})  # as the table was then
    older.close()
    with open_store(address) as store:
        assert store.list(10) == ()
        assert [saved.number for saved in store.list(10, visibility=None)] == [1]
        with store._database.reading() as connection:
            assert connection.execute(select(pages.c.view)).all() == []


def test_single_posts_are_left_out_by_their_ids_and_no_page_outlives_it(store: Store) -> None:
    saved = store.save(quoting())
    assert saved is not None
    way = alias_of(ref(1, "bob"))
    store.keep_page(rendered(saved, "e", b"page"), "posts", "v1")
    store.leave_out("bsky", [uri(2), uri(8)], NOON)
    assert set(store.opted_out({("bsky", uri(2)), ("bsky", uri(9))}).people) == {uri(2)}
    assert store.page(way, "posts", "v1") is None
    assert store.read(way) is not None
