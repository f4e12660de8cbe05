"""Requests that wait until a thread's author agrees."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from tests.store.build import NOON
from threadleaf.core.model import Ref
from threadleaf.store.held import WAITS
from threadleaf.store.schema import held
from threadleaf.store.threads import Store

ANN, BOB = "did:plc:ann", "did:plc:bob"
POST = Ref("bsky", "at://did:plc:ann/app.bsky.feed.post/1")


def put(store: Store, post: str = "1", author: str = ANN, most: int = 9, **later: float) -> bool:
    ref = Ref("bsky", f"at://{author}/app.bsky.feed.post/{post}")
    return store.held.put(ref, "unlisted", "anyone", author=author, at=NOON + timedelta(**later), most=most)


def left(store: Store) -> int:
    with store._database.reading() as connection:
        return len(connection.execute(select(held.c.mark)).all())


def test_what_was_asked_for_comes_out_when_its_author_agrees(store: Store):
    put(store, "2", minutes=1)
    put(store)
    put(store, author=BOB)
    assert store.held.agreed() == ()
    store.statements.allow("bsky", ANN, NOON)
    found = store.held.agreed()
    assert [request.ref.id[-1] for request in found] == ["1", "2"], "the oldest first"
    assert (found[0].ref, found[0].level, found[0].asker) == (POST, "unlisted", "anyone")
    store.held.drop(found[0])
    assert [request.ref.id[-1] for request in store.held.agreed()] == ["2"]


def test_the_author_is_nowhere_named_beside_a_request_but_in_the_post(store: Store):
    ref = Ref("fedi", "https://social.example/9")
    assert store.held.put(ref, "listed", "summoned", author="https://social.example/users/ann", at=NOON, most=1)
    with store._database.reading() as connection:
        row = connection.execute(select(held)).one()
    assert (bytes(row.post), row.level, row.asker) == (b"https://social.example/9", "listed", "summoned")
    assert len(bytes(row.author)) == len(bytes(row.mark)) == 32
    assert b"ann" not in bytes(row.author)


def test_the_same_asked_again_waits_once_and_from_when_it_was_first_asked_for(store: Store):
    assert put(store)
    assert put(store, days=10)
    assert left(store) == 1
    store.held.expire(NOON + WAITS - timedelta(seconds=1))
    assert left(store) == 1
    store.held.expire(NOON + WAITS)
    assert left(store) == 0


def test_no_more_wait_than_are_let_in(store: Store):
    assert put(store, "1", most=1)
    assert not put(store, "2", most=1)
    assert put(store, "1", most=1), "it is there already"


def test_an_authors_wish_deletes_hers_and_nobody_elses(store: Store):
    put(store)
    put(store, author=BOB)
    store.held.forget("bsky", ANN)
    assert left(store) == 1
    store.opt_out("bsky", BOB, NOON, "author")
    assert left(store) == 0
