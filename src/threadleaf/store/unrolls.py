"""What people asked to have unrolled: what waits, what is being read, how it ended.

It says nothing about who asked. What was asked for is forgotten when the work is done: of a thread that was kept its
page is known (and the row goes with the page), of a failure only what was said about it.
"""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from datetime import datetime
from secrets import token_urlsafe
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, select, update

from threadleaf.core.characters import clean
from threadleaf.core.errors import ThreadleafError, named
from threadleaf.core.model import Network, Ref
from threadleaf.store.engine import Database
from threadleaf.store.records import Asker, PageVisibility, Unroll
from threadleaf.store.schema import threads, unrolls

_FORGOTTEN: dict[str, Any] = {"mark": None, "post": None}
_WAITS = unrolls.c.finished_at.is_(None)
_FREE = ("operator", "author")


class Unrolls:
    """The list. Every method is one transaction and raises StoreError if the database fails.

    `key` is a secret of this instance: the list cannot be searched for an address without it.
    """

    def __init__(self, database: Database, key: bytes) -> None:
        self._database, self._key = database, key

    def begin(self, ref: Ref, level: PageVisibility, at: datetime, most: int, asker: Asker = "anyone") -> Unroll | None:
        """Put a post on the list, at a time (aware UTC): everybody who asks for it until it is done gets the same, but for
        those who need no author's word: what a stranger may not have, they may.

        None if `most` wait already.
        """
        by = f"{asker}\n" if asker in _FREE else ""
        told = f"unroll\n{ref.network}\n{level}\n{by}".encode() + _packed(ref.id)
        mark = hmac.digest(self._key, told, "sha256")
        with self._database.writing() as connection:
            there = connection.execute(_query().where(unrolls.c.mark == mark)).one_or_none()
            if there is not None:
                return _unroll(there)
            waiting: int = connection.execute(select(func.count()).where(_WAITS)).scalar_one()
            if waiting >= most:
                return None
            new = {"network": ref.network, "post": _packed(ref.id), "level": level, "asked_at": at, "asker": asker}
            empty = dict.fromkeys(("anchor", "error", "code", "sentence"), "")
            number = token_urlsafe(16)
            connection.execute(insert(unrolls).values(id=number, mark=mark, **new, **empty))
            return _unroll(connection.execute(_query().where(unrolls.c.id == number)).one())

    def get(self, number: str) -> Unroll | None:
        """An unroll by its id; None if there is none, or not any more."""
        with self._database.reading() as connection:
            row = connection.execute(_query().where(unrolls.c.id == number)).one_or_none()
        return None if row is None else _unroll(row)

    def ahead(self, unroll: Unroll) -> int:
        """How many were asked for before this one and are not done."""
        earlier = select(func.count()).where(_WAITS, unrolls.c.asked_at < unroll.asked_at)
        with self._database.reading() as connection:
            number: int = connection.execute(earlier).scalar_one()
        return number

    def done(self, number: str, page: int, anchor: str, at: datetime) -> None:
        """It is kept: on the page of that number, where `anchor` is the end of the id of the post that was asked for.

        Should the page be gone already, so is the row.
        """
        with self._database.writing() as connection:
            there = select(threads.c.id).where(threads.c.id == page, ~threads.c.removing)
            if connection.execute(there).one_or_none() is None:
                connection.execute(delete(unrolls).where(unrolls.c.id == number))
            else:
                _finish(connection, number, at, thread=page, anchor=anchor)

    def failed(self, number: str, error: ThreadleafError, at: datetime) -> None:
        """It is not kept, for a reason that may be told to anybody."""
        told = {"error": type(error).__name__, "code": error.code, "sentence": clean(error.sentence)}
        with self._database.writing() as connection:
            _finish(connection, number, at, **told)

    def waiting(self) -> Sequence[Unroll]:
        """Whatever is not done, the oldest first."""
        return self._all(_query().where(_WAITS).order_by(unrolls.c.asked_at, unrolls.c.id))

    def recent(self, limit: int) -> Sequence[Unroll]:
        """What was asked for last, at most `limit`, the newest first."""
        return self._all(_query().order_by(unrolls.c.asked_at.desc(), unrolls.c.id).limit(limit))

    def forget(self, before: datetime) -> None:
        """Delete what was done before a time (aware UTC)."""
        with self._database.writing() as connection:
            connection.execute(delete(unrolls).where(unrolls.c.finished_at < before))

    def _all(self, query: Any) -> Sequence[Unroll]:
        with self._database.reading() as connection:
            return tuple(map(_unroll, connection.execute(query)))


def _query() -> Any:
    """Every column, with the path of the page if it is there."""
    shown = (unrolls.c.thread == threads.c.id) & ~threads.c.removing
    return select(unrolls, threads.c.path).select_from(unrolls.outerjoin(threads, shown))


def _finish(connection: Connection, number: str, at: datetime, **how: Any) -> None:
    """What is done stays as it was done."""
    mine = update(unrolls).where(unrolls.c.id == number, _WAITS)
    connection.execute(mine.values(finished_at=at, **_FORGOTTEN, **how))


def _unroll(row: Row[Any]) -> Unroll:
    network: Network = row.network
    return Unroll(
        id=row.id,
        network=network,
        ref=None if row.post is None else Ref(network, bytes(row.post).decode("utf-8", "surrogatepass")),
        level=row.level,
        asked_at=row.asked_at,
        finished_at=row.finished_at,
        path=row.path or "",
        anchor=row.anchor,
        error=named(row.error, row.sentence, row.code) if row.error else None,
        asker=row.asker,
    )


def _packed(text: str) -> bytes:
    # Not every text can be stored as one (PostgreSQL knows no NUL, nothing knows a lone surrogate).
    return text.encode("utf-8", "surrogatepass")
