"""What lists and searches know of the threads that are kept; it changes in the transaction that changes a thread.

Every thread has an entry, its author a row as long as there are entries of that author, its tags and words rows of
their own. Whatever may not be shown is in none of them but by its id.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from msgspec import json
from sqlalchemy import Connection, Row, Select, delete, insert, select, update

from threadleaf.core import found
from threadleaf.core.characters import clean
from threadleaf.core.errors import Refused, StoreError
from threadleaf.core.model import Network, Thread
from threadleaf.core.withhold import people, shown
from threadleaf.core.words import words
from threadleaf.store import fulltext, optouts
from threadleaf.store.codec import unpack
from threadleaf.store.engine import Database
from threadleaf.store.quick import HIDDEN
from threadleaf.store.rows import LISTED, chunks
from threadleaf.store.schema import author_words, authors, entries, meta, quiet, threads, topics

QUIET = "quiet"
"""The reach of a page that was to be listed, and that a wish keeps out of lists."""

_MADE_BY = f"1 {unicodedata.unidata_version}".encode()
"""The rules by which texts are cut, and the tables behind them: with others, everything is indexed anew."""
_NAME = "catalogue"
_PLACES = 4
"""Threads of one minute that have places of their own."""
_LONGEST_TAG = 100
"""Characters of a tag that is listed."""
_MOST_WORDS = 32
"""Words of a handle and a name by which somebody is found."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

_ROW: Select[Any] = select(*LISTED, quiet.c.thread.label("hushed")).outerjoin(quiet)
_TOLD: Select[Any] = select(entries.c.place, entries.c.author, entries.c.hidden, threads.c.thread).join(threads)


def place_of(moment: datetime) -> int:
    """The first place of a minute. Places are close to each other, since an index stores their distances."""
    return max(0, int(moment.timestamp()) // 60 * _PLACES)


def mark(network: Network, author: str) -> bytes:
    """What an author is found by; ids may be of hostile length."""
    return sha256(f"{network}\n{author}".encode("utf-8", "surrogatepass")).digest()


def enter(connection: Connection, number: int, thread: Thread, visible: Thread | None) -> None:
    """Put a thread that has just been saved into the catalogue; `visible` is what may be shown of it, None: nothing.

    What was known of it must have been taken out before (`leave`).
    """
    row = connection.execute(_ROW.where(threads.c.id == number)).one()
    told = found.posts(visible) if visible else ()
    hidden = {post.id for post in found.posts(thread)} - {post.id for post in told}
    posted = max(min(row.first_posted or row.created_at, row.checked_at), _EPOCH)
    place = _free(connection, place_of(posted), number)
    hushed = row.hushed is not None or visible is None
    reach = QUIET if hushed and row.visibility == "listed" else row.visibility
    entry = {
        "place": place,
        "thread": number,
        "author": _author(connection, row),
        "network": row.network,
        "lang": _primary(row.lang),
        "reach": reach,
        "posted": posted,
        "features": found.features(visible) if visible else 0,
        "hidden": json.encode(sorted(hidden)).decode(),
    }
    connection.execute(insert(entries).values(entry))
    _tag(connection, place, found.tags(told))
    fulltext.put(connection, place, found.all_words(found.posts(thread, hidden)))


def again(connection: Connection, key: bytes, number: int) -> None:
    """Put a kept thread into the catalogue anew, because somebody changed who sees its page; `key` as in `refresh`."""
    leave(connection, [number])
    blob = connection.execute(select(threads.c.thread).where(threads.c.id == number)).scalar_one()
    thread = unpack(blob, Thread)
    enter(connection, number, thread, _visible(connection, key, thread))


def leave(connection: Connection, numbers: Collection[int]) -> None:
    """Take threads out of the catalogue, before their rows are changed or deleted.

    If the words of one can no longer be read, all others are indexed anew: nothing of it stays.
    """
    rows: list[Row[Any]] = []
    for some in chunks(sorted(numbers)):
        rows += connection.execute(_TOLD.where(entries.c.thread.in_(some))).all()
    told = [_told(row) for row in rows] if fulltext.is_sqlite(connection) else []
    for row, said in zip(rows, told, strict=bool(told)):
        fulltext.take(connection, row.place, said or ())
    for some in chunks([row.place for row in rows]):
        connection.execute(delete(entries).where(entries.c.place.in_(some)))
    for some in chunks(sorted({row.author for row in rows})):
        left = select(entries.c.author).where(entries.c.author == authors.c.id).exists()
        connection.execute(delete(authors).where(authors.c.id.in_(some), ~left))
    if None in told:
        _index_anew(connection)


def refresh(database: Database, key: bytes) -> None:
    """Make the catalogue of what is kept, unless it is there and was made by the rules of today.

    `key` is that of the opt-out list.
    """
    made_by = select(meta.c.value).where(meta.c.name == _NAME, meta.c.value == _MADE_BY)
    with database.reading() as connection:
        if connection.execute(made_by).one_or_none():
            return
    with database.writing() as connection:
        if not connection.execute(made_by).one_or_none():
            _make(connection, key)
            connection.execute(delete(meta).where(meta.c.name == _NAME))
            connection.execute(insert(meta).values(name=_NAME, value=_MADE_BY))


def _make(connection: Connection, key: bytes) -> None:
    fulltext.clear(connection)
    connection.execute(delete(entries))
    connection.execute(delete(authors))
    for number in (
        connection.execute(select(threads.c.id).where(~threads.c.removing).order_by(threads.c.id)).scalars().all()
    ):
        blob = connection.execute(select(threads.c.thread).where(threads.c.id == number)).scalar_one()
        with suppress(StoreError):  # a damaged thread is not found; whoever reads it is told
            thread = unpack(blob, Thread)
            enter(connection, number, thread, _visible(connection, key, thread))


def _visible(connection: Connection, key: bytes, thread: Thread) -> Thread | None:
    try:
        return shown(thread, optouts.among(connection, key, people(thread)).people)
    except Refused:
        return None


def _index_anew(connection: Connection) -> None:
    """Put the words of all entries into the index once more."""
    fulltext.clear(connection)
    for place in connection.execute(select(entries.c.place)).scalars().all():
        said = _told(connection.execute(_TOLD.where(entries.c.place == place)).one())
        fulltext.put(connection, place, said or ())


def _told(row: Row[Any]) -> Sequence[str] | None:
    """The words that an entry has in the index; None if they can no longer be known."""
    try:
        told = unpack(row.thread, found.Told)
    except StoreError:
        return None
    return found.all_words(found.said(told, HIDDEN.decode(row.hidden)))


def _free(connection: Connection, minute: int, number: int) -> int:
    """A place that nobody has, in a minute or soon after. A crowd that comes at once is strewn over as much room as it
    needs, thread by thread, so that nobody has to look at all who are there."""
    place, width = minute, _PLACES
    while connection.execute(select(entries.c.place).where(entries.c.place == place)).one_or_none():
        place = minute + width + number % width
        width *= 2
    return place


def _author(connection: Connection, row: Row[Any]) -> int:
    """The number of a thread's author, by the name that was read last."""
    named = {"handle": row.author_handle, "name": row.author_name}
    who = mark(row.network, row.author_id)
    known = connection.execute(select(authors).where(authors.c.mark == who)).one_or_none()
    if known is None:
        new = insert(authors).values(mark=who, network=row.network, author=row.author_id, **named)
        number: int = connection.execute(new.returning(authors.c.id)).scalar_one()
    elif (known.handle, known.name) == (row.author_handle, row.author_name):
        return int(known.id)
    else:
        number = known.id
        connection.execute(update(authors).where(authors.c.id == number).values(named))
        connection.execute(delete(author_words).where(author_words.c.author == number))
    called = dict.fromkeys(words(f"{row.author_handle} {row.author_name}"))
    values = [{"word": word, "author": number} for word in list(called)[:_MOST_WORDS]]
    if values:
        connection.execute(insert(author_words), values)
    return number


def _tag(connection: Connection, place: int, names: Mapping[str, str]) -> None:
    values = [
        {"tag": tag, "place": place, "name": clean(name)} for tag, name in names.items() if len(tag) <= _LONGEST_TAG
    ]
    if values:
        connection.execute(insert(topics), values)


def _primary(lang: str) -> str:
    """The first part of a language tag in small letters; empty if this is none."""
    first = re.match(r"[A-Za-z]{2,3}(?![A-Za-z0-9])", lang)
    return first[0].lower() if first else ""
