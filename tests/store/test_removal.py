"""Taking down: whichever way one comes, and down to the bytes."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import zstandard
from sqlalchemy import delete, select, text

from tests.store.build import address, draft, line, post, ref, rendered, talk, uri
from tests.support.databases import Sandbox
from threadleaf.core.errors import Gone, StoreError
from threadleaf.core.model import Network, Quote
from threadleaf.core.ref import parse
from threadleaf.core.wishes import OptOut
from threadleaf.store import open_store
from threadleaf.store.aliases import alias_of, alias_of_path
from threadleaf.store.engine import Database
from threadleaf.store.records import Removal, Saved
from threadleaf.store.schema import aliases, pages, threads, tombstones
from threadleaf.store.threads import Store

WHEN = datetime(2026, 11, 9, 23, 59, tzinfo=UTC)


def keep(store: Store, *names: object, **more: object) -> Saved:
    saved = store.save(draft(talk(*line(*names)), **{"opt_outs": store.opted_out(()).revision, **more}))
    assert saved is not None
    return saved


def test_after_a_removal_every_way_says_gone_with_date_and_reason(store: Store) -> None:
    saved = keep(store, 1, 2)
    other = keep(store, 7)
    store.keep_page(rendered(saved, "tag", b"body"), "article", "v1")
    assert store.remove([alias_of(ref(2))], "author", WHEN) == (saved,)
    assert store.finish_removals()
    for way in (alias_of(ref(1)), alias_of(ref(2)), alias_of(parse(address(1))), alias_of_path(saved.path)):
        for call in (store.read, lambda way: store.page(way, "article", "v1"), lambda way: store.find([way])):
            with pytest.raises(Gone) as caught:
                call(way)
            assert str(caught.value) == "This thread was taken down on 9 November 2026, as its author wished."
            assert caught.value.code == "author"
    with pytest.raises(Gone):
        store.known([alias_of(ref(7)), alias_of(ref(1))])
    assert store.list(10, visibility=None) == (other,)


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        ("operator", "by the operator of this site."),
        ("law", "for legal reasons."),
        ("network", "because it is no longer public where it was posted."),
    ],
)
def test_each_reason_has_its_words(store: Store, reason: Removal, words: str) -> None:
    keep(store, 1)
    store.remove([alias_of(ref(1))], reason, WHEN)
    with pytest.raises(Gone) as caught:
        store.find([alias_of(ref(1))])
    assert str(caught.value).endswith(words)
    assert caught.value.code == reason


def test_a_removed_thread_is_not_kept_again_by_any_of_its_posts(store: Store) -> None:
    keep(store, 1, 2, 3)
    store.remove([alias_of(ref(1))], "author", WHEN)
    store.finish_removals()
    for again in (line(1), line(3, 4), line(0, 1, 2, 3)):
        with pytest.raises(Gone):
            store.save(draft(talk(*again)))
    with pytest.raises(Gone):
        store.save(draft(talk(*line(2, 3)), visibility="private"))
    assert store.list(10, visibility=None) == ()


def test_what_was_never_kept_cannot_be_removed_and_what_was_removed_says_so(store: Store) -> None:
    assert store.remove([alias_of(ref(1))], "operator", WHEN) is None
    keep(store, 1)
    store.remove([alias_of(ref(1))], "operator", WHEN)
    with pytest.raises(Gone):
        store.remove([alias_of(ref(1))], "author", WHEN)


def test_a_removal_takes_the_private_copy_too(store: Store) -> None:
    public = keep(store, 1, 2)
    private = keep(store, 2, 3, visibility="private")
    assert store.remove([alias_of(ref(1))], "author", WHEN) == (public, private)
    for way in (alias_of_path(private.path), alias_of(ref(3)), alias_of(ref(3), private=True)):
        with pytest.raises(Gone):
            store.find([way])


def test_between_the_tombstone_and_the_deletion_nobody_sees_the_page(database: Sandbox) -> None:
    with open_store(database.address) as store:
        saved = keep(store, 1, 2)
        store.remove([alias_of(ref(1))], "author", WHEN)
        assert store.list(10, visibility=None) == ()
        with pytest.raises(Gone):
            store.read(alias_of(ref(1)))
        store.keep_page(rendered(saved, "tag", b"late"), "article", "v1")
        with store._database.reading() as connection:
            assert len(connection.execute(select(threads.c.id)).all()) == 1, "its content is still there"
            assert connection.execute(select(pages.c.view)).all() == []
    with open_store(database.address) as store, store._database.reading() as connection:
        for table in (threads, aliases, pages):
            assert connection.execute(select(table)).all() == [], "opening the store went on where it had stopped"
        assert len(connection.execute(select(tombstones)).all()) == 4


def test_tombstones_of_two_databases_have_nothing_in_common(database: Sandbox) -> None:
    marks = []
    for target in (database.address, database.bare()):
        with open_store(target) as store:
            keep(store, 1)
            store.remove([alias_of(ref(1))], "law", WHEN)
            with store._database.reading() as connection:
                marks.append(set(connection.execute(select(tombstones.c.mark)).scalars()))
    assert all(marks)
    assert not marks[0] & marks[1]


CANARY = "Kanarienvogel"


def bytes_of(path: Path) -> bytes:
    return b"".join(file.read_bytes() for file in sorted(path.parent.glob(f"{path.name}*")))


def needles(store: Store, saved: Saved, page: bytes) -> list[bytes]:
    """Everything by which the page could be recognised in a file: plain words, and pieces of what is packed."""
    with store._database.reading() as connection:
        row = connection.execute(
            select(threads.c.conversation, threads.c.thread).where(threads.c.id == saved.number)
        ).one()
        digests = connection.execute(select(aliases.c.digest).where(aliases.c.thread == saved.number)).scalars().all()
    packed = [blob[start : start + 12] for blob in (*row, page) for start in range(0, len(blob) - 12, 97)]
    return [CANARY.encode(), CANARY.lower().encode(), b"did:plc:bird", saved.path.encode(), *packed, *digests]


def filled(path: Path) -> tuple[Store, Saved, list[bytes]]:
    """A store with one thread to be removed between others, large enough for overflow pages."""
    store = open_store(path)
    keep(store, *range(1, 40))
    words = [f"{CANARY} {number} {hash((number, 'x'))} {hash((number, 'y'))}" for number in range(400)]
    posts = [post(n, uri(n - 1, "bird") if n else None, author="bird", text=text) for n, text in enumerate(words)]
    saved = store.save(draft(talk(*posts)))
    assert saved is not None
    body = zstandard.ZstdCompressor().compress(" ".join(words).encode())
    store.keep_page(rendered(saved, "tag", body), "article", "v1")
    keep(store, *range(50, 90))
    return store, saved, needles(store, saved, body)


def test_not_one_byte_of_a_removed_thread_is_left_in_the_files(tmp_path: Path) -> None:
    path = tmp_path / "threadleaf.sqlite3"
    store, _, signs = filled(path)
    before = bytes_of(path)
    assert all(sign in before for sign in signs[:3]), "plain words are there"
    # A piece that lies across two pages of the file is not found in one run of bytes.
    assert sum(sign in before for sign in signs) > len(signs) * 0.9
    store.remove([alias_of(ref(0, "bird"))], "author", WHEN)
    assert store.finish_removals()
    assert [sign for sign in signs if sign in bytes_of(path)] == []
    assert Path(f"{path}-wal").stat().st_size == 0
    store.close()
    assert [sign for sign in signs if sign in bytes_of(path)] == []


def test_the_search_for_bytes_finds_them_where_deleted_rows_are_not_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "threadleaf.sqlite3"
    store, saved, signs = filled(path)
    with store._database.reading() as connection:
        connection.execute(text("PRAGMA secure_delete=OFF"))
        connection.execute(delete(threads).where(threads.c.id == saved.number))
    assert store.scrub()
    assert [sign for sign in signs if sign in bytes_of(path)] != []
    store.close()


def test_a_reader_in_the_way_is_reported_and_the_rest_is_done_later(tmp_path: Path) -> None:
    path = tmp_path / "threadleaf.sqlite3"
    open_store(path).close()
    store, reader = Store(Database(path, patience=0.05)), Database(path)
    saved = keep(store, 1, 2)
    with reader.reading() as connection:
        assert connection.execute(select(threads.c.id)).scalar_one() == saved.number
        store.remove([alias_of(ref(1))], "author", WHEN)
        assert not store.finish_removals()
    assert store.scrub()
    assert Path(f"{path}-wal").stat().st_size == 0
    store.close()
    reader.close()


def test_a_damaged_thread_is_a_clear_error(store: Store) -> None:
    keep(store, 1)
    for damaged in (b"no such thing", zstandard.ZstdCompressor().compress(b'{"version": "x"}')):
        with store._database.writing() as connection:
            connection.execute(threads.update().values(thread=damaged))
        with pytest.raises(StoreError) as caught:
            store.read(alias_of(ref(1)))
        assert str(caught.value) == "A stored thread is damaged. Restore it from a backup, or unroll it again."


def quoting(store: Store) -> Saved:
    """Bob quotes Ann's first post; a page of it is rendered."""
    quote = Quote(id=uri(1), author="did:plc:ann")
    talked = talk(post(7, author="bob", quote=quote), quoted=(post(1),))
    saved = store.save(draft(talked, opt_outs=store.opted_out(()).revision))
    assert saved is not None
    store.keep_page(rendered(saved, "tag", b"quotes it"), "article", "v1", store.opted_out(()).revision)
    return saved


def test_posts_of_a_thread_that_was_taken_down_are_not_shown_where_others_quote_them(store: Store) -> None:
    keep(store, 1, 2)
    quoting(store)
    names = {("bsky", uri(1)), ("bsky", uri(2)), ("bsky", uri(7))}
    before = store.opted_out((), names)
    assert before.people == {}
    store.remove([alias_of(ref(2))], "law", WHEN)
    after = store.opted_out((), names)
    assert after.people == {uri(1): OptOut(WHEN, "law"), uri(2): OptOut(WHEN, "law")}
    assert after.revision > before.revision
    assert store.page(alias_of(ref(7, "bob")), "article", "v1") is None


def test_what_was_taken_back_is_not_shown_where_others_quote_it_until_it_is_public_again(store: Store) -> None:
    mine, way = keep(store, 1), alias_of(ref(7, "bob"))
    quoting(store)
    assert store.withdraw(mine, "network", WHEN)
    assert store.opted_out((), {("bsky", uri(1))}).people == {uri(1): OptOut(WHEN, "network")}
    (other,) = store.find([way])
    store.keep_page(rendered(other, "tag", b"without it"), "article", "v1", store.opted_out(set()).revision)
    assert store.page(way, "article", "v1") is not None
    now = store.opted_out(set()).revision
    assert store.save(draft(talk(*line(1)), opt_outs=now)) is not None
    assert store.opted_out((), {("bsky", uri(1))}).people == {}
    assert store.opted_out(set()).revision > now, "what is being rendered without it is not kept"
    assert store.page(way, "article", "v1") is None


def test_a_page_that_is_prepared_while_what_it_quotes_is_taken_back_is_made_anew(store: Store) -> None:
    mine = keep(store, 1)
    talked = talk(post(7, author="bob", quote=Quote(id=uri(1))), quoted=(post(1),))
    before = store.opted_out(()).revision
    late = draft(talked, opt_outs=before)
    store.withdraw(mine, "network", WHEN)
    assert store.save(late) is None
    saved = store.save(draft(talk(post(7, author="bob")), opt_outs=store.opted_out(()).revision))
    assert saved is not None
    store.keep_page(rendered(saved, "tag", b"quotes it"), "article", "v1", before)
    assert store.page(alias_of(ref(7, "bob")), "article", "v1") is None


def test_what_is_not_there_yet_can_be_kept_from_coming(store: Store) -> None:
    assert store.remove([alias_of(ref(1))], "author", WHEN, ahead="bsky") == ()
    with pytest.raises(Gone):
        keep(store, 1, 2)
    with pytest.raises(Gone):
        store.remove([alias_of(ref(1))], "author", WHEN, ahead="bsky")


@pytest.mark.parametrize("ahead", [None, "bsky"])
def test_what_was_taken_back_and_is_removed_then_comes_back_no_more(store: Store, ahead: Network | None) -> None:
    store.withdraw(keep(store, 1, 2), "network", WHEN)
    before = store.opted_out(()).revision
    later = WHEN + timedelta(days=1)
    assert store.remove([alias_of(ref(2))], "law", later, ahead=ahead) == ()
    assert store.opted_out((), {("bsky", uri(2))}).people == {uri(2): OptOut(later, "law")}
    assert store.opted_out(()).revision > before
    with pytest.raises(Gone, match=r"10 November 2026, for legal reasons\."):
        store.find([alias_of(ref(2))], lifting=True)
    with pytest.raises(Gone):
        keep(store, 1, 2)
    with pytest.raises(Gone):
        store.remove([alias_of(ref(2))], "author", later)


def test_of_a_page_that_is_there_the_rest_of_its_family_is_buried_for_good(store: Store) -> None:
    """A copy of its thread was taken back, and private copies lead to the same posts."""
    store.withdraw(keep(store, 2, 3), "network", WHEN)
    saved = keep(store, 1)
    assert store.remove([alias_of(ref(1)), alias_of(ref(3))], "author", WHEN) == (saved,)
    for number in (1, 3):
        with pytest.raises(Gone, match="as its author wished"):
            store.find([alias_of(ref(number))], lifting=True)


def test_the_rest_of_a_thread_goes_with_a_post_that_was_taken_down(store: Store) -> None:
    page, private = keep(store, 1, 2), keep(store, 2, visibility="private")
    ways = [alias_of(ref(number)) for number in (1, 2, 3)]
    store.take_along(ways, WHEN)
    assert store.find([ways[0]]) == (page,), "nothing of it was taken down"
    store.remove([ways[2]], "law", WHEN, ahead="bsky")
    later = WHEN + timedelta(days=1)
    for _ in range(2):
        store.take_along(ways, later)
        for way in (*ways[:2], alias_of_path(private.path)):
            with pytest.raises(Gone, match=r"10 November 2026, for legal reasons"):
                store.find([way])
    with pytest.raises(Gone, match="9 November"):
        store.find([ways[2]])
    with store._database.reading() as connection:
        assert connection.execute(select(threads.c.id)).all() == []


def test_what_was_only_taken_back_takes_nothing_along(store: Store) -> None:
    store.withdraw(keep(store, 3), "network", WHEN)
    page = keep(store, 1, 2)
    store.take_along([alias_of(ref(1)), alias_of(ref(3))], WHEN)
    assert store.find([alias_of(ref(1))]) == (page,)


def test_many_that_are_taken_back_are_one_change_of_the_list(store: Store) -> None:
    kept = [keep(store, number * 10, number * 10 + 1) for number in range(9)]
    copy = keep(store, 11, visibility="private")
    before = store.opted_out(()).revision
    assert store.withdraw_all([*kept, copy, kept[0]], "network", WHEN)
    assert store.opted_out(()).revision == before + 1
    assert store.list(99, visibility=None) == ()
    assert store.withdraw_all(kept, "network", WHEN)
    assert store.opted_out(()).revision == before + 1, "nothing was left to take down"
