"""Requests that wait until a thread's author agrees. Nothing is kept about who asked.

An author is known by the keyed hash by which her statements are known; what was asked for is needed to read it later.
"""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from msgspec import Struct
from sqlalchemy import Connection, Row, delete, func, insert, select

from threadleaf.core.model import Network, Ref
from threadleaf.store.engine import Database
from threadleaf.store.records import Asker, PageVisibility
from threadleaf.store.schema import held, statements
from threadleaf.store.statements import ALLOWED, account_mark

WAITS = timedelta(days=14)
"""So long a request waits; then it is deleted."""


class Request(Struct, frozen=True, kw_only=True):
    """What was asked for, for whom its page is to be, and of what kind the first one was who asked."""

    mark: bytes
    ref: Ref
    level: PageVisibility
    asker: Asker


class Held:
    """The queue. Every method is one transaction and raises StoreError."""

    def __init__(self, database: Database, key: bytes) -> None:
        self._database, self._key = database, key

    def put(self, ref: Ref, level: PageVisibility, asker: Asker, *, author: str, at: datetime, most: int) -> bool:
        """Keep a request for a post of an author's thread; False if `most` wait already.

        Whoever asks for the same again changes nothing: it waits from when it was first asked for.
        """
        post = ref.id.encode("utf-8", "surrogatepass")
        mark = hmac.digest(self._key, f"held\n{ref.network}\n{level}\n".encode() + post, "sha256")
        told = {"author": account_mark(self._key, ref.network, author), "network": ref.network, "post": post}
        with self._database.writing() as connection:
            if connection.execute(select(held.c.mark).where(held.c.mark == mark)).one_or_none() is not None:
                return True
            waiting: int = connection.execute(select(func.count()).select_from(held)).scalar_one()
            if waiting >= most:
                return False
            connection.execute(insert(held).values(mark=mark, level=level, asker=asker, at=at, **told))
            return True

    def agreed(self) -> Sequence[Request]:
        """Those whose author agrees by now, the oldest first."""
        query = select(held).join(statements, statements.c.mark == held.c.author).where(statements.c.says == ALLOWED)
        with self._database.reading() as connection:
            return tuple(map(_request, connection.execute(query.order_by(held.c.at, held.c.mark))))

    def drop(self, request: Request) -> None:
        """Delete one: it is being read now."""
        with self._database.writing() as connection:
            connection.execute(delete(held).where(held.c.mark == request.mark))

    def forget(self, network: Network, author: str) -> None:
        """Delete those for an author's threads: her wish."""
        with self._database.writing() as connection:
            forget(connection, self._key, network, author)

    def expire(self, now: datetime) -> None:
        """Delete those that have waited for long enough."""
        with self._database.writing() as connection:
            connection.execute(delete(held).where(held.c.at <= now - WAITS))


def forget(connection: Connection, key: bytes, network: Network, author: str) -> None:
    """The same within a transaction that does more."""
    connection.execute(delete(held).where(held.c.author == account_mark(key, network, author)))


def _request(row: Row[Any]) -> Request:
    network: Network = row.network
    ref = Ref(network, bytes(row.post).decode("utf-8", "surrogatepass"))
    return Request(mark=bytes(row.mark), ref=ref, level=row.level, asker=row.asker)
