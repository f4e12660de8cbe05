"""Tombstones: what was taken down stays down, whichever way one comes (and nobody can read from them what it was)."""

from __future__ import annotations

import hmac
from collections.abc import Collection, Iterable, Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select

from threadleaf.core.errors import Gone
from threadleaf.core.model import Network, Ref
from threadleaf.core.wishes import OptOut
from threadleaf.store.aliases import Alias, alias_of
from threadleaf.store.records import Removal
from threadleaf.store.rows import chunks, found
from threadleaf.store.schema import aliases, meta, tombstones

_WHY: dict[Removal, str] = {
    "author": "as its author wished",
    "operator": "by the operator of this site",
    "law": "for legal reasons",
    "network": "because it is no longer public where it was posted",
}


def tombstone_key(connection: Connection) -> bytes:
    """The secret of this database without which no tombstone can be told from noise."""
    return bytes(connection.execute(select(meta.c.value).where(meta.c.name == "tombstone-key")).scalar_one())


def family(connection: Connection, ways: Collection[Alias]) -> tuple[list[Row[Any]], set[bytes]]:
    """The pages of one thread among the public and the private ones, and everything that leads to any of them."""
    rows: list[Row[Any]] = []
    digests = {way.digest for way in ways}
    while True:
        more = found(connection, [Alias(digest, private) for digest in digests for private in (False, True)])
        if len(more) == len(rows):
            return rows, digests
        rows = more
        for some in chunks([row.id for row in rows]):
            leading = select(aliases.c.digest).where(aliases.c.thread.in_(some))
            digests |= {bytes(digest) for digest in connection.execute(leading).scalars()}


def bury(
    connection: Connection,
    key: bytes,
    digests: Iterable[bytes],
    *,
    network: Network,
    reason: Removal,
    at: datetime,
    lifts: bool = False,
) -> list[bytes]:
    """Write a tombstone for every way that led to a page, also in place of one that may be lifted; the answer are their
    marks. One that is there for good stays as it is.

    `lifts`: a later reading from the network may lift it.
    """
    values = {"network": network, "removed_at": at, "reason": reason, "lifts": lifts}
    ways = [Alias(digest) for digest in digests]
    lift(connection, key, ways)
    there = {bytes(row.mark) for row in _stones(connection, key, ways)}
    marks = [mark for way in sorted(ways) if (mark := mark_of(key, way.digest)) not in there]
    if marks:
        connection.execute(insert(tombstones), [{"mark": mark, **values} for mark in marks])
    return marks


def lift(connection: Connection, key: bytes, ways: Iterable[Alias]) -> list[bytes]:
    """Take away the tombstones of these ways that may be lifted; the answer are their marks."""
    lifted: list[bytes] = []
    for some in chunks(sorted({mark_of(key, way.digest) for way in ways})):
        these = tombstones.c.mark.in_(some) & tombstones.c.lifts
        lifted += map(bytes, connection.execute(select(tombstones.c.mark).where(these)).scalars())
        connection.execute(delete(tombstones).where(these))
    return lifted


def refuse(connection: Connection, key: bytes, ways: Iterable[Alias], *, lifting: bool = False) -> None:
    """Raise Gone, with the date and the reason's class, if any of the ways led to a page that was taken down.

    `lifting`: what may be lifted is no reason.
    """
    stone = stone_of(connection, key, ways, lifts=False if lifting else None)
    if stone is not None:
        day = f"{stone.removed_at.day} {stone.removed_at:%B %Y}"
        raise Gone(f"This thread was taken down on {day}, {_WHY[stone.reason]}.", code=stone.reason)


def stone_of(connection: Connection, key: bytes, ways: Iterable[Alias], *, lifts: bool | None) -> Row[Any] | None:
    """A tombstone of any of these ways, of those that may be lifted, of the others, or of both (None); None if there is
    none."""
    return next(_stones(connection, key, ways, lifts), None)


def _stones(connection: Connection, key: bytes, ways: Iterable[Alias], lifts: bool | None = None) -> Iterator[Row[Any]]:
    query = select(tombstones) if lifts is None else select(tombstones).where(tombstones.c.lifts == lifts)
    for some in chunks([mark_of(key, digest) for digest in sorted({way.digest for way in ways})]):
        yield from connection.execute(query.where(tombstones.c.mark.in_(some))).all()


def among(connection: Connection, key: bytes, names: Collection[tuple[Network, str]]) -> dict[str, OptOut]:
    """Those of some ids that are posts of threads that were taken down: nor are they shown where others quote them."""
    marks = {mark_of(key, alias_of(Ref(network, name)).digest): name for network, name in names}
    stones: dict[str, OptOut] = {}
    for some in chunks(sorted(marks)):
        rows = connection.execute(select(tombstones).where(tombstones.c.mark.in_(some)))
        stones.update((marks[bytes(row.mark)], OptOut(row.removed_at, row.reason)) for row in rows)
    return stones


def mark_of(key: bytes, digest: bytes) -> bytes:
    """The mark of the tombstone of what a digest leads to."""
    return hmac.digest(key, digest, "sha256")
