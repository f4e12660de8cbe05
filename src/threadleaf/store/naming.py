"""Whom and what each page holds or names, so that what was taken down is found wherever it is quoted.

A name is known by the first half of the mark that a tombstone of it would have: nobody is named here either.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from sqlalchemy import Connection, delete, insert, select

from threadleaf.core.erase import Names, names
from threadleaf.core.model import Conversation, Ref
from threadleaf.store.aliases import alias_of
from threadleaf.store.removal import mark_of
from threadleaf.store.rows import chunks
from threadleaf.store.schema import erasing, named, pages, threads

_LENGTH = 16


def short(mark: bytes) -> bytes:
    """What somebody or something is known by here that has this mark as a tombstone."""
    return mark[:_LENGTH]


def name(key: bytes, network: str, name: str) -> bytes:
    """What a person or a post is known by here, by network and id."""
    return short(mark_of(key, alias_of(Ref(network, name)).digest))  # type: ignore[arg-type]


def enter(connection: Connection, key: bytes, number: int, conversation: Conversation) -> None:
    """Note whom and what a page names, in place of what was noted before. Only what differs is written."""
    now = _marks(key, names(conversation))
    before = {
        bytes(mark) for mark in connection.execute(select(named.c.mark).where(named.c.thread == number)).scalars()
    }
    for some in chunks(sorted(before - now)):
        connection.execute(delete(named).where(named.c.thread == number, named.c.mark.in_(some)))
    if new := now - before:
        connection.execute(insert(named), [{"mark": mark, "thread": number} for mark in sorted(new)])


def _marks(key: bytes, told: Names) -> set[bytes]:
    return {name(key, network, one) for network, one in told}


def holding(connection: Connection, marks: Iterable[bytes]) -> set[int]:
    """The pages that name any of these."""
    found: set[int] = set()
    for some in chunks(sorted(set(marks))):
        query = select(named.c.thread).join(threads).where(named.c.mark.in_(some), ~threads.c.removing)
        found.update(connection.execute(query).scalars())
    return found


def mark(connection: Connection, numbers: Collection[int]) -> None:
    """Have some pages kept anew without what was taken down (`store.erasing`), and rendered anew."""
    for some in chunks(sorted(numbers)):
        connection.execute(delete(erasing).where(erasing.c.thread.in_(some)))
        connection.execute(insert(erasing), [{"thread": number} for number in some])
    outdate(connection, numbers)


def outdate(connection: Connection, numbers: Collection[int]) -> None:
    """Have the rendered pages of some threads made anew when they are asked for next.

    Their bytes go at once. The rows stay, for the pictures on them, which may be nowhere else any more.
    """
    for some in chunks(sorted(numbers)):
        stale = pages.update().where(pages.c.thread.in_(some))
        connection.execute(stale.values(made_by="", etag="", gzip=b"", brotli=b""))


def missing(connection: Connection) -> Iterator[int]:
    """The pages of which nothing is noted yet: every page names at least its own posts."""
    there = select(named.c.thread)
    rows = connection.execute(select(threads.c.id).where(~threads.c.removing, threads.c.id.not_in(there)))
    yield from rows.scalars().all()
