"""Hidden pages: nobody sees them while a report is looked at, whichever way one comes, and then again perhaps.

As with tombstones only keyed hashes are kept. So a page that is deleted meanwhile and made again is hidden still.
"""

from __future__ import annotations

import hmac
from collections.abc import Collection, Iterable
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, delete, insert, select

from threadleaf.core.errors import Refused
from threadleaf.store.aliases import Alias
from threadleaf.store.rows import chunks
from threadleaf.store.schema import hidden, pages


def hide(connection: Connection, key: bytes, number: int, ways: Collection[bytes], at: datetime) -> None:
    """Hide the page at a number; `ways` are the digests of all that leads to it."""
    marks = sorted(_mark(key, digest) for digest in ways)
    for some in chunks(marks):
        connection.execute(delete(hidden).where(hidden.c.page == number, hidden.c.mark.in_(some)))
    values = [{"mark": mark, "thread": number, "page": number, "since": at} for mark in marks]
    connection.execute(insert(hidden), values)
    connection.execute(delete(pages).where(pages.c.thread == number))


def show(connection: Connection, key: bytes, digests: Iterable[bytes]) -> None:
    """Hide the pages that any of these ways led to no longer."""
    for some in chunks(sorted(_mark(key, digest) for digest in digests)):
        together = select(hidden.c.page).where(hidden.c.mark.in_(some))
        connection.execute(delete(hidden).where(hidden.c.page.in_(together)))


def follow(connection: Connection, key: bytes, ways: Collection[Alias], number: int) -> None:
    """Hide the page at a number if one of its ways leads to something hidden: it was made again, is a copy, or takes it in."""
    digests = {way.digest for way in ways}
    for some in chunks(sorted(_mark(key, digest) for digest in digests)):
        since = connection.execute(select(hidden.c.since).where(hidden.c.mark.in_(some)).limit(1)).scalar_one_or_none()
        if since is not None:
            hide(connection, key, number, digests, since)
            return


def refuse(connection: Connection, numbers: Collection[int]) -> None:
    """Raise Refused, with the day, if a page of these numbers is hidden."""
    _refuse(connection, hidden.c.thread.in_(numbers))


def refuse_ways(connection: Connection, key: bytes, ways: Iterable[Alias]) -> None:
    """The same if one of these ways led to a page when that was hidden, whether it is kept now or not."""
    for some in chunks(sorted({_mark(key, way.digest) for way in ways})):
        _refuse(connection, hidden.c.mark.in_(some))


def _refuse(connection: Connection, which: ColumnElement[bool]) -> None:
    since = connection.execute(select(hidden.c.since).where(which).limit(1)).scalar_one_or_none()
    if since is not None:
        day = f"{since.day} {since:%B %Y}"
        raise Refused(f"This page is hidden since {day}, while a report about it is looked at.", code="hidden")


def _mark(key: bytes, digest: bytes) -> bytes:
    return hmac.digest(key, b"hidden\n" + digest, "sha256")
