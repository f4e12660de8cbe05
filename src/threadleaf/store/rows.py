"""Between rows and records."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from hashlib import sha256
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Connection, Row, select

from threadleaf.core.model import Ref, Thread
from threadleaf.core.text import clean
from threadleaf.store.aliases import Alias
from threadleaf.store.codec import pack
from threadleaf.store.records import Draft, PageVisibility, Saved
from threadleaf.store.schema import aliases, entries, hidden, threads, x_seen

_T = TypeVar("_T")

LISTED = tuple(column for column in threads.c if column.name not in ("conversation", "thread", "removing"))
"""The columns that `saved` needs: all but the long ones."""


def saved(row: Row[Any]) -> Saved:
    """The record of a row that has the columns of `LISTED`."""
    values = dict(row._mapping)  # noqa: SLF001 -- SQLAlchemy's public face, which needed a name no column has
    key = Ref(values.pop("network"), values.pop("key"))
    named = {column.name: values[column.name] for column in LISTED if column.name in values and column.name != "id"}
    return Saved(number=values["id"], key=key, **named)


def columns(draft: Draft, path: str, visibility: PageVisibility) -> dict[str, Any]:
    """What a save writes into a row, whether it is new or not."""
    blob = pack(draft.thread)
    told = f"{path}\n{visibility}\n{draft.at.isoformat()}"
    return {
        **_summary(draft.shown),
        "visibility": visibility,
        "checked_at": draft.at,
        "etag": sha256(blob + told.encode()).hexdigest()[:32],
        "conversation": pack(draft.conversation),
        "thread": blob,
    }


def _summary(shown: Thread) -> Mapping[str, Any]:
    """What lists tell of a thread: nothing that may not be shown. Text is made such that every database takes it."""
    dates = [post.created for post in shown.posts if post.created is not None]
    return {
        "title": clean(shown.title),
        "author_id": clean(shown.author.id),
        "author_handle": clean(shown.author.handle),
        "author_name": clean(shown.author.name),
        "lang": clean(next(iter(shown.posts[0].langs), "")),
        "posts": len(shown.posts),
        "state": shown.completeness.state,
        "first_posted": min(dates, default=None),
        "last_posted": max(dates, default=None),
    }


def visible() -> ColumnElement[bool]:
    """The condition that a page may be seen at all: it is not being removed, nor hidden, nor held back. For whatever
    lists pages."""
    return ~threads.c.removing & _is_free(threads.c.id)


def in_reach(visibility: PageVisibility | None) -> ColumnElement[bool]:
    """The condition that an entry may be in a list of that kind: it is not hidden nor held back either."""
    seen = _is_free(entries.c.thread)
    return seen if visibility is None else seen & (entries.c.reach == visibility)


def _is_free(number: ColumnElement[int]) -> ColumnElement[bool]:
    """The condition that a page is neither hidden nor held back (`store.seen`)."""
    kept_back = select(hidden.c.thread).where(hidden.c.thread.is_not(None))
    return number.not_in(kept_back) & number.not_in(select(x_seen.c.thread).where(x_seen.c.held))


def found(connection: Connection, ways: Iterable[Alias], *also: Any) -> list[Row[Any]]:
    """The rows that any of the aliases leads to, oldest first; `also` are further columns. No row that is being
    removed."""
    rows: dict[int, Row[Any]] = {}
    query = select(*LISTED, *also).where(~threads.c.removing)
    for private, digests in _by_world(ways):
        for some in chunks(digests):
            led = select(aliases.c.thread).where(aliases.c.private == private, aliases.c.digest.in_(some))
            rows.update((row.id, row) for row in connection.execute(query.where(threads.c.id.in_(led))))
    return [rows[number] for number in sorted(rows)]


def _by_world(ways: Iterable[Alias]) -> Iterator[tuple[bool, Sequence[bytes]]]:
    ways = set(ways)
    for private in (False, True):
        yield private, sorted(way.digest for way in ways if way.private == private)


def chunks(items: Sequence[_T], size: int = 500) -> Iterator[Sequence[_T]]:
    """Pieces small enough for the number of parameters that a statement may have."""
    for start in range(0, len(items), size):
        yield items[start : start + size]
