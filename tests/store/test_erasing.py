"""What others quote goes with what is taken down: the pages that name it are found, and kept anew without it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, select, update

from tests.store.build import NOON, author, draft, line, post, ref, rendered, talk, uri
from tests.support.databases import Sandbox
from threadleaf.core.assemble import assemble
from threadleaf.core.errors import StoreError
from threadleaf.core.model import Conversation, Media, Quote, Thread
from threadleaf.core.query import parse
from threadleaf.store import open_store
from threadleaf.store.aliases import alias_of
from threadleaf.store.codec import unpack
from threadleaf.store.engine import Database
from threadleaf.store.records import Saved
from threadleaf.store.schema import erasing, meta, named, pages, pictures, threads
from threadleaf.store.threads import Store

WHEN = datetime(2026, 11, 9, 23, 59, tzinfo=UTC)
WORDS = "Kanarienvogel of Ann."
PICTURE, OWN = "https://cdn.example/ann.jpg", "https://cdn.example/bob.jpg"


def keep(store: Store, seen: Conversation, **more: Any) -> Saved:
    saved = store.save(draft(seen, **{"opt_outs": store.opted_out(()).revision, **more}))
    assert saved is not None
    return saved


def quoting(name: int = 7, who: str = "bob") -> Conversation:
    """Somebody quotes Ann's first post and answers her second."""
    seen = post(1, text=WORDS, media=(Media(kind="image", url=PICTURE, alt="Hers."),))
    mine = Media(kind="image", url=OWN, alt="His.")
    first = post(name, uri(2), author=who, quote=Quote(id=uri(1), author="did:plc:ann"), media=(mine,))
    people = (author("ann", bio=WORDS), author(who))
    return talk(
        seen, post(2, uri(1), text=WORDS), first, post(name + 1, first.id, author=who),
        anchor=first.id, authors=people, quoted=(seen,),
    )  # fmt: skip


def stored(store: Store, saved: Saved) -> tuple[Conversation, Thread]:
    with store._database.reading() as connection:
        row = connection.execute(select(threads).where(threads.c.id == saved.number)).one()
    return unpack(row.conversation, Conversation), unpack(row.thread, Thread)


def removed(store: Store) -> None:
    store.remove([alias_of(ref(2))], "author", WHEN)
    store.finish_removals()


DEEDS: dict[str, Callable[[Store], object]] = {
    "removed": removed,
    "withdrawn": lambda store: store.withdraw(store.find([alias_of(ref(1))])[0], "network", WHEN),
    "opted out": lambda store: store.opt_out("bsky", "did:plc:ann", WHEN, "author"),
    "left out": lambda store: store.leave_out("bsky", [uri(1), uri(2)], WHEN),
}


@pytest.mark.parametrize("deed", DEEDS)
def test_what_is_taken_down_is_in_no_row_of_others(store: Store, deed: str) -> None:
    keep(store, talk(*line(1, 2)))
    page, other = keep(store, quoting()), keep(store, talk(*line(30, author="eve")))
    shown = store.pictures.known([PICTURE, OWN])
    now = store.opted_out(()).revision
    store.keep_page(rendered(page, "tag", b"page"), "article", "v1", now, shown=shown.values())
    store.keep_page(rendered(other, "tag", b"of eve"), "article", "v1", now)
    DEEDS[deed](store)
    conversation, thread = stored(store, page)
    assert WORDS not in repr((conversation, thread))
    assert thread == assemble(conversation)
    assert [p.id for p in thread.posts] == [uri(7, "bob"), uri(8, "bob")]
    (after,) = store.find([alias_of(ref(8, "bob"))])
    assert (after.path, after.checked_at, after.revision) == (page.path, page.checked_at, page.revision + 1)
    assert after.etag != page.etag
    assert store.search.find(parse("words of 8"), 9).total == 1
    with store._database.reading() as connection:
        assert connection.execute(select(erasing)).all() == []
        rest = connection.execute(select(pages.c.gzip).where(pages.c.thread == page.number)).scalars().all()
        left = connection.execute(select(pictures.c.url)).scalars().all()
    assert (rest, left) == ([b""], [OWN]), "rendered anew, and his picture need not be fetched again"
    assert store.page(alias_of(ref(30, "eve")), "article", "v1") is not None, "she does not quote it"


def test_what_is_quoted_cannot_come_back_by_a_draft_that_was_made_before(store: Store) -> None:
    keep(store, talk(*line(1, 2)))
    page = keep(store, quoting())
    late = draft(quoting(), based_on=(page,))
    removed(store)
    assert store.save(late) is None
    assert store.save(draft(quoting(), based_on=(page,), opt_outs=store.opted_out(()).revision)) is None


def test_a_page_of_which_nothing_is_left_is_deleted(store: Store) -> None:
    page = keep(store, talk(*line(1, 2)))
    store.leave_out("bsky", [uri(1), uri(2)], WHEN)
    assert store.find([alias_of(ref(1))]) == ()
    assert page not in store.list(9, visibility=None)


def test_what_was_begun_is_gone_on_with(database: Sandbox) -> None:
    with open_store(database.address) as store:
        keep(store, talk(*line(1, 2)))
        page = keep(store, quoting())
        store.remove([alias_of(ref(1))], "author", WHEN)
        assert WORDS in repr(stored(store, page)), "its program ends here"
    with open_store(database.address) as store:
        assert WORDS not in repr(stored(store, page))


def test_a_marked_page_that_is_gone_or_damaged_does_no_harm(store: Store) -> None:
    keep(store, talk(*line(1, 2)))
    damaged, gone = keep(store, quoting()), keep(store, quoting(17, "eve"))
    with store._database.writing() as connection:
        connection.execute(update(threads).where(threads.c.id == damaged.number).values(conversation=b"no such thing"))
    store.remove([alias_of(ref(1))], "law", WHEN)
    store.remove([alias_of(ref(17, "eve"))], "operator", WHEN)
    assert store.finish_removals()
    assert store.list(9, visibility=None) == ()
    assert gone.number != damaged.number


def test_what_names_it_and_holds_nothing_of_it_stays_as_it_is(store: Store) -> None:
    keep(store, talk(*line(1, 2)))
    answers = keep(store, talk(post(7, uri(2), author="bob", parent_author="did:plc:ann")))
    removed(store)
    (after,) = store.find([alias_of(ref(7, "bob"))])
    assert after.revision == answers.revision


def test_an_older_database_learns_who_is_named_where(database: Sandbox) -> None:
    with open_store(database.address) as store:
        keep(store, talk(*line(1, 2)))
        page, broken = keep(store, quoting()), keep(store, talk(*line(40, author="eve")))
        removed(store)
        revision = store.opted_out(()).revision
        other = keep(store, quoting(17, "kim"), opt_outs=revision)
        with store._database.writing() as connection:
            connection.execute(delete(named))
            connection.execute(delete(meta).where(meta.c.name == "naming"))
            connection.execute(update(threads).where(threads.c.id == broken.number).values(conversation=b"broken"))
        assert WORDS in repr(stored(store, other)), "an older program kept it so"
    with open_store(database.address) as store:
        assert WORDS not in repr(stored(store, page))
        assert WORDS not in repr(stored(store, other))
        assert broken in store.list(9, visibility=None), "nothing is known of it, and it shows nothing"
        store.refresh()


def test_the_index_changes_with_what_a_page_names(store: Store) -> None:
    page = keep(store, quoting())
    with store._database.reading() as connection:
        before = set(connection.execute(select(named.c.mark)).scalars())
    keep(store, talk(post(7, author="bob"), post(8, uri(7, "bob"), author="bob")), based_on=(page,))
    with store._database.reading() as connection:
        after = set(connection.execute(select(named.c.mark)).scalars())
    assert after < before
    assert {len(bytes(mark)) for mark in after} == {16}


def test_a_database_that_others_use_is_not_written_anew(tmp_path: Path) -> None:
    path = tmp_path / "threadleaf.sqlite3"
    open_store(path).close()
    one, other = Database(path, patience=0.05), Database(path)
    with other.writing():
        assert not one.rewrite()
    assert one.rewrite()
    one.close()
    other.close()
    assert NOON < WHEN


def test_what_is_no_database_is_not_written_anew(tmp_path: Path) -> None:
    path = tmp_path / "threadleaf.sqlite3"
    path.write_bytes(b"no database at all, but long enough " * 100)
    database = Database(path)
    with pytest.raises(StoreError):
        database.rewrite()
    database.close()
