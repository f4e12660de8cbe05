"""Whether search engines may list a page that lists may show: what its author and the operator of the site said of it.

The author's word counts before the operator's, and where neither said anything, the settings of the site do (`unsaid`).
As with statements, the ways to a page are keyed hashes: a word holds when the page is made again, from whichever post.
"""

from __future__ import annotations

import hmac
from collections.abc import Collection, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Literal, get_args

from sqlalchemy import ColumnElement, Connection, delete, insert, select, update

from threadleaf.store.aliases import Alias
from threadleaf.store.engine import Database
from threadleaf.store.moderation import log
from threadleaf.store.records import Saved
from threadleaf.store.rows import chunks, in_reach
from threadleaf.store.schema import aliases, entries, indexed, indexing, pages, threads

Voice = Literal["author", "operator"]
"""Who may say it; the first counts most."""


class Indexing:
    """The face for `Store.indexing`. Every method is one transaction and raises StoreError if the database fails."""

    def __init__(self, database: Database, key: bytes) -> None:
        self._database = database
        self._key = key

    def say(self, page: Saved, voice: Voice, says: bool | None, at: datetime) -> None:
        """Let search engines list a page, or keep it from them, now and whenever it is made again; None takes that back."""
        with self._database.writing() as connection:
            marks = self._marks(connection, page)
            _note(connection, marks, voice, says, at)
            _settle(connection, page.number, marks)
            _renew(connection, page.number, at)
            log(connection, at, f"{voice} {_DID[says]}", page.network)

    def words(self, numbers: Collection[int]) -> dict[int, bool]:
        """What was said of pages, by the one whose word counts; those of which nobody said anything are not there."""
        query = select(indexed.c.thread, indexed.c.says)
        with self._database.reading() as connection:
            rows = [
                row
                for some in chunks(sorted(numbers))
                for row in connection.execute(query.where(indexed.c.thread.in_(some)))
            ]
        return {row.thread: row.says for row in rows}

    def said(self, page: Saved) -> dict[Voice, bool]:
        """What each voice said of a page."""
        with self._database.reading() as connection:
            return _said(connection, self._marks(connection, page))

    def _marks(self, connection: Connection, page: Saved) -> Sequence[bytes]:
        leading = connection.execute(select(aliases.c.digest).where(aliases.c.thread == page.number))
        return sorted(_mark(self._key, bytes(digest)) for digest in leading.scalars())


_DID = {
    True: "let search engines in",
    False: "kept search engines out",
    None: "left search engines to the settings",
}


def may_be_indexed(*, unsaid: bool) -> ColumnElement[bool]:
    """The condition that search engines may list the page of an entry: lists may show it, and nobody's word is against it.

    `unsaid`: whether they may where neither author nor operator said anything.
    """
    said = select(indexed.c.thread).where(indexed.c.says != unsaid)
    agreed = entries.c.thread.not_in(said) if unsaid else entries.c.thread.in_(said)
    return in_reach("listed") & agreed


def follow(connection: Connection, key: bytes, ways: Collection[Alias], number: int) -> None:
    """Let what was said of a page hold for the one that was just saved, and for all that leads to it now.

    Of what one voice said of several pages that turn out to be one, the last counts.
    """
    marks = sorted({_mark(key, way.digest) for way in ways})
    said = [
        row for some in chunks(marks) for row in connection.execute(select(indexing).where(indexing.c.mark.in_(some)))
    ]
    for voice, last in {row.voice: row for row in sorted(said, key=lambda row: row.at)}.items():
        _note(connection, marks, voice, last.says, last.at)
    _settle(connection, number, marks)


def _note(connection: Connection, marks: Sequence[bytes], voice: Voice, says: bool | None, at: datetime) -> None:
    """Write down what a voice says of a page, by the marks of all that leads to it, in place of what it said before."""
    for some in chunks(marks):
        connection.execute(delete(indexing).where(indexing.c.mark.in_(some), indexing.c.voice == voice))
    if says is not None:
        values = [{"mark": mark, "voice": voice, "says": says, "at": at} for mark in marks]
        connection.execute(insert(indexing), values)


def _settle(connection: Connection, number: int, marks: Sequence[bytes]) -> None:
    """Note what counts of all that was said of a page; `marks` are those of the ways that lead to it."""
    said = _said(connection, marks)
    connection.execute(delete(indexed).where(indexed.c.thread == number))
    counts = next((said[voice] for voice in get_args(Voice) if voice in said), None)
    if counts is not None:
        connection.execute(insert(indexed).values(thread=number, says=counts))


def _said(connection: Connection, marks: Sequence[bytes]) -> dict[Voice, bool]:
    said: dict[Voice, bool] = {}
    for some in chunks(marks):
        for row in connection.execute(select(indexing.c.voice, indexing.c.says).where(indexing.c.mark.in_(some))):
            said[row.voice] = row.says
    return said


def _renew(connection: Connection, number: int, at: datetime) -> None:
    """Have the page made anew: what it tells search engines stands in it, so its tag changes too."""
    etag = connection.execute(select(threads.c.etag).where(threads.c.id == number)).scalar_one_or_none()
    tag = sha256(f"{etag}\nindexing\n{at.isoformat()}".encode()).hexdigest()[:32]
    connection.execute(update(threads).where(threads.c.id == number).values(etag=tag))
    connection.execute(delete(pages).where(pages.c.thread == number))


def _mark(key: bytes, digest: bytes) -> bytes:
    return hmac.digest(key, b"indexing\n" + digest, "sha256")
