"""Keep pages anew without what was taken down elsewhere: a quote of it, an answer to it, its author's profile.

tombstone, or an entry on our list → the pages that name it are marked (`store.naming`) → each is kept anew

Until then nobody sees a word of it either, since what is shown is withheld by the same lists. What is marked is in the
database, so it is gone on with when a program ends in the middle.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from msgspec.structs import replace
from sqlalchemy import Connection, delete, insert, select, update

from threadleaf.core import erase
from threadleaf.core.errors import Refused, StoreError
from threadleaf.core.model import Conversation, Network, Thread
from threadleaf.core.pictured import addresses
from threadleaf.core.wishes import OptedOut
from threadleaf.core.withhold import shown
from threadleaf.store import catalogue, naming, optouts, removal
from threadleaf.store.codec import unpack
from threadleaf.store.engine import Database
from threadleaf.store.pictures import name_of
from threadleaf.store.records import Draft, OptOuts
from threadleaf.store.rows import LISTED, chunks, columns, saved
from threadleaf.store.schema import erasing, meta, pictures_of, threads

_NAME, _MADE_BY = "naming", b"1"
_AT_ONCE = 50


def gone(
    connection: Connection,
    key: bytes,
    told: Collection[tuple[Network, str]],
    posts: Collection[tuple[Network, str]],
) -> OptOuts:
    """Those of some people and posts who stand on our list, and those of the posts that belong to a thread that was
    taken down."""
    listed = optouts.among(connection, key, told)
    return replace(listed, people={**removal.among(connection, key, posts), **listed.people})


def pending(connection: Connection) -> list[int]:
    """The pages that are to be kept anew."""
    return list(connection.execute(select(erasing.c.thread)).scalars())


def carry_out(connection: Connection, key: bytes, number: int) -> None:
    """Keep a page anew, if it is marked and holds anything that was taken down; one that may not be shown any more, or
    cannot be read, is deleted."""
    page = select(*LISTED, threads.c.conversation, threads.c.thread)
    row: Any = connection.execute(page.where(threads.c.id == number, ~threads.c.removing)).one_or_none()
    if row is not None:
        try:
            _keep_anew(connection, key, row)
        except (StoreError, Refused):
            catalogue.leave(connection, [number])
            connection.execute(delete(threads).where(threads.c.id == number))
    connection.execute(delete(erasing).where(erasing.c.thread == number))


def _keep_anew(connection: Connection, key: bytes, row: Any) -> None:
    before, old = unpack(row.conversation, Conversation), unpack(row.thread, Thread)
    said = _said(connection, key, before, old)
    shown(old, said)
    conversation, thread = erase.without(before, old, said)
    if conversation is before:
        return
    visible = shown(thread, said)
    page = saved(row)
    values = columns(_draft(page.checked_at, conversation, thread, visible), page.path, page.visibility)
    catalogue.leave(connection, [page.number])
    renewed = update(threads).where(threads.c.id == page.number)
    connection.execute(renewed.values(**values, revision=page.revision + 1))
    catalogue.enter(connection, page.number, thread, visible)
    naming.enter(connection, key, page.number, conversation)
    _drop_pictures(connection, key, page.number, visible)


def _said(connection: Connection, key: bytes, conversation: Conversation, thread: Thread) -> OptedOut:
    return gone(connection, key, *erase.asked(conversation, thread)).people


def _draft(at: Any, conversation: Conversation, thread: Thread, visible: Thread) -> Draft:
    return Draft(
        conversation=conversation,
        thread=thread,
        shown=visible,
        key=thread.ref,
        aliases=(),
        visibility="unlisted",
        origin="network",
        at=at,
    )


def _drop_pictures(connection: Connection, key: bytes, number: int, visible: Thread) -> None:
    """Let the pictures go that stood on a page with what was erased; those that stay are not fetched anew."""
    left = {name_of(key, url) for _, url in addresses(visible)}
    there = set(connection.execute(select(pictures_of.c.picture).where(pictures_of.c.thread == number)).scalars())
    for some in chunks(sorted(there - left)):
        connection.execute(delete(pictures_of).where(pictures_of.c.thread == number, pictures_of.c.picture.in_(some)))


def refresh(database: Database, key: bytes) -> None:
    """Note whom and what pages name that were kept by an older program, and mark those that hold what was taken down.

    In pieces: others write in between, and what is done by then stays done.
    """
    made_by = select(meta.c.value).where(meta.c.name == _NAME, meta.c.value == _MADE_BY)
    with database.reading() as connection:
        if connection.execute(made_by).one_or_none():
            return
    with database.reading() as connection:
        numbers = list(naming.missing(connection))
    for some in chunks(numbers, _AT_ONCE):
        with database.writing() as connection:
            naming.mark(connection, [number for number in some if _note(connection, key, number)])
    with database.writing() as connection:
        connection.execute(delete(meta).where(meta.c.name == _NAME))
        connection.execute(insert(meta).values(name=_NAME, value=_MADE_BY))


def _note(connection: Connection, key: bytes, number: int) -> bool:
    """Note whom and what a page names; the answer is whether it holds anything that was taken down."""
    query = select(threads.c.conversation, threads.c.thread).where(threads.c.id == number)
    row = connection.execute(query).one_or_none()
    if row is None:
        return False
    try:
        conversation, thread = unpack(row.conversation, Conversation), unpack(row.thread, Thread)
    except StoreError:  # a damaged page shows nothing, and says so to whoever reads it
        return False
    naming.enter(connection, key, number, conversation)
    return bool(_said(connection, key, conversation, thread))
