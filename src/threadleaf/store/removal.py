"""Tombstones: what was taken down stays down, whichever way one comes (and nobody can read from them what it was)."""

from __future__ import annotations

import hmac
from collections.abc import Collection, Iterable
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
        leading = select(aliases.c.digest).where(aliases.c.thread.in_([row.id for row in rows]))
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
    """Write a tombstone for every way that led to a page; the answer are their marks.

    `lifts`: a later reading from the network may lift it.
    """
    values = {"network": network, "removed_at": at, "reason": reason, "lifts": lifts}
    marks = [mark_of(key, digest) for digest in sorted(digests)]
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
    marks = [mark_of(key, digest) for digest in sorted({way.digest for way in ways})]
    for some in chunks(marks):
        query = select(tombstones.c.removed_at, tombstones.c.reason).where(tombstones.c.mark.in_(some)).limit(1)
        if lifting:
            query = query.where(~tombstones.c.lifts)
        stone = connection.execute(query).one_or_none()
        if stone is not None:
            day = f"{stone.removed_at.day} {stone.removed_at:%B %Y}"
            raise Gone(f"This thread was taken down on {day}, {_WHY[stone.reason]}.", code=stone.reason)


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
