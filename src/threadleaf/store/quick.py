"""The shortest way to a kept thread on SQLite: one statement, on a connection of the driver's own.

What a page is made from is read far more often than anything else, and the machinery that speaks to two databases
costs more than the reading itself. Whatever is not plainly there is left to that machinery.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from msgspec import Struct, json

from threadleaf.core.found import Told
from threadleaf.core.model import Ref, Thread
from threadleaf.store.aliases import Alias
from threadleaf.store.codec import unpack
from threadleaf.store.engine import Database, told
from threadleaf.store.records import PageVisibility, Reading, Saved
from threadleaf.store.rows import LISTED

_NAMES = [column.name for column in LISTED]
_MOMENTS = [name for name in ("created_at", "checked_at", "first_posted", "last_posted") if name in _NAMES]
_READ = (
    f"SELECT threads.thread, {', '.join(f'threads.{name}' for name in _NAMES)}"  # noqa: S608 -- names of our own
    " FROM aliases JOIN threads ON threads.id = aliases.thread"
    " WHERE aliases.digest = ? AND aliases.private = ? AND NOT threads.removing"
    " AND NOT EXISTS (SELECT 1 FROM hidden WHERE hidden.thread = threads.id)"
    " AND NOT EXISTS (SELECT 1 FROM x_seen WHERE x_seen.thread = threads.id AND x_seen.held)"
)
_AT = (
    f"SELECT entries.place, entries.hidden, threads.thread, {', '.join(f'threads.{name}' for name in _NAMES)}"  # noqa: S608
    " FROM entries JOIN threads ON threads.id = entries.thread WHERE entries.place IN ({})"
)

_NEWEST = (
    "SELECT found.rowid FROM found CROSS JOIN entries ON entries.place = found.rowid"
    " WHERE found MATCH ? AND (? IS NULL OR entries.reach = ?) AND found.rowid NOT IN"
    " (SELECT place FROM entries WHERE thread IN"
    " (SELECT thread FROM hidden UNION ALL SELECT thread FROM x_seen WHERE held)) ORDER BY found.rowid DESC LIMIT ?"
)


HIDDEN = json.Decoder(list[str])
"""Reads the ids of the posts of a page that are not searched."""


class Entry(Struct, frozen=True):
    """A thread in the catalogue; `hidden` are the ids of its author's posts that may not be shown."""

    saved: Saved
    told: Told
    hidden: list[str]


class Quick:
    """Reads of one SQLite database. Close it before the database."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._idle: deque[Any] = deque()

    def read(self, way: Alias) -> Reading | None:
        """The page that a way leads to with its thread; None if there is none, or if it may not be seen by everybody."""
        rows = self._rows(_READ, (way.digest, way.private))
        if not rows:
            return None
        blob, *values = rows[0]
        return Reading(_saved(values), unpack(blob, Thread))

    def newest(self, match: str, visibility: PageVisibility | None, limit: int) -> list[int]:
        """The places of the newest threads in which words are found (`fulltext.match_of`), as that module selects them.

        What is hidden is found once, and is nothing as a rule; asked for every entry it would cost more than the rest.
        """
        return [place for (place,) in self._rows(_NEWEST, (match, visibility, visibility, limit))]

    def entries(self, places: Sequence[int]) -> dict[int, Entry]:
        """The threads at some places; those that are gone are left out."""
        found = {}
        for place, hidden, blob, *values in self._rows(_AT.format(",".join("?" * len(places))), tuple(places)):
            found[place] = Entry(_saved(values), unpack(blob, Told), HIDDEN.decode(hidden))
        return found

    def _rows(self, statement: str, parameters: tuple[object, ...]) -> list[tuple[Any, ...]]:
        try:
            connection = self._idle.pop()
        except IndexError:
            connection = self._database.lean()
        try:
            rows: list[tuple[Any, ...]] = connection.execute(statement, parameters).fetchall()
        except connection.Error as error:
            connection.close()
            raise told(error) from error
        self._idle.append(connection)
        return rows

    def close(self) -> None:
        """Nothing may be read any more."""
        while self._idle:
            self._idle.pop().close()


def _saved(values: list[Any]) -> Saved:
    named = dict(zip(_NAMES, values, strict=True))
    for name in _MOMENTS:
        if named[name] is not None:
            named[name] = datetime.fromisoformat(named[name]).replace(tzinfo=UTC)
    return Saved(number=named.pop("id"), key=Ref(named.pop("network"), named.pop("key")), **named)
