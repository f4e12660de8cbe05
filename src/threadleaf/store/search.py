"""Searching: the threads in which a query is found, newest first, with the place where."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, select

from threadleaf.core.found import Told, bits, excerpt, said
from threadleaf.core.query import Query
from threadleaf.store import fulltext
from threadleaf.store.catalogue import place_of
from threadleaf.store.codec import unpack
from threadleaf.store.engine import Database
from threadleaf.store.lists import called
from threadleaf.store.quick import HIDDEN, Entry, Quick
from threadleaf.store.records import Hit, Order, PageVisibility, Results
from threadleaf.store.rows import LISTED, saved
from threadleaf.store.schema import entries, threads, topics

COUNTED = 1000
"""Up to so many threads are counted; then there are "more than" so many."""
TOGETHER = 50
"""The same where much has to be compared for each: words in a row, several words, many forms of one."""
_FEW = 3
RANKED = 5000
"""So many of the newest threads that match are put in order of relevance."""


class Search:
    """The face for `Store.search`."""

    def __init__(
        self, database: Database, quick: Quick | None, counted: int = COUNTED, together: int = TOGETHER
    ) -> None:
        self._database = database
        self._quick = quick
        self._counted, self._together = counted, together

    def find(
        self,
        query: Query,
        limit: int,
        start: int | None = None,
        visibility: PageVisibility | None = "listed",
        order: Order = "newest",
    ) -> Results:
        """The threads in which a query is found, at most `limit`: those posted last before, or those that fit best among
        the newest. `start` is what `next` of the page before said, in the same order. Raises StoreError."""
        counted = max(limit, self._counted if _is_plain(query) else self._together)
        if self._quick is not None and start is None and order == "newest" and _is_words(query):
            newest: Sequence[int] = self._quick.newest(fulltext.match_of(query), visibility, counted + 1)
            page, follow = _first(newest, limit)
            known = self._quick.entries(page)
        else:
            with self._database.reading() as connection:
                chosen = _chosen(connection, query, visibility)
                if chosen is None:
                    return Results(hits=(), total=0)
                newest = connection.execute(chosen.limit(counted + 1)).scalars().all()
                if order == "relevance" and query.wanted:
                    page, follow = _best(connection, query, chosen, limit, start or 0)
                else:
                    page, follow = _next(connection, query, chosen, newest, limit, start)
                known = _entries(connection, page)
        hits = [
            Hit(entry.saved, excerpt(said(entry.told, entry.hidden), query)) for entry in map(known.get, page) if entry
        ]
        return Results(hits=tuple(hits), total=min(len(newest), counted), more=len(newest) > counted, next=follow)


def _is_words(query: Query) -> bool:
    """Whether nothing is asked for but words."""
    return bool(query.wanted) and query == Query(wanted=query.wanted, unwanted=query.unwanted)


def _chosen(connection: Connection, query: Query, visibility: PageVisibility | None) -> Select[Any] | None:
    """A selection of the places of what is found, newest first; None if nobody is called as the query says."""
    conditions = _conditions(connection, query)
    if conditions is None:
        return None
    chosen, place = fulltext.matching(connection, query, visibility, conditions), fulltext.place(connection, query)
    if query.since is not None:
        chosen = chosen.where(place >= place_of(query.since))
    return chosen.order_by(place.desc())


def _is_plain(query: Query) -> bool:
    """Whether a look at few rows of the index tells which threads fit."""
    return len(query.wanted) <= 1 and all(len(term.words) == 1 and len(term.forms) <= _FEW for term in query.wanted)


def _conditions(connection: Connection, query: Query) -> list[ColumnElement[bool]] | None:
    """What a query asks of an entry besides words; None if nobody is called so."""
    conditions: list[ColumnElement[bool]] = []
    if query.authors:
        ids = {row.id for who in query.authors for row in called(connection, who)}
        if not ids:
            return None
        conditions.append(entries.c.author.in_(sorted(ids)))
    if query.networks:
        conditions.append(entries.c.network.in_(query.networks))
    if query.langs:
        conditions.append(entries.c.lang.in_(query.langs))
    if query.has:
        wanted = bits(query.has)
        conditions.append(entries.c.features.op("&")(wanted) == wanted)
    if query.since is not None:
        conditions.append(entries.c.posted >= query.since)
    if query.until is not None:
        conditions.append(entries.c.posted < query.until)
    conditions += [entries.c.place.in_(select(topics.c.place).where(topics.c.tag == tag)) for tag in query.tags]
    return conditions


def _first(newest: Sequence[int], limit: int) -> tuple[Sequence[int], int | None]:
    """The places of the first page, and where the next one starts."""
    return newest[:limit], newest[limit - 1] if len(newest) > limit else None


def _next(
    connection: Connection, query: Query, chosen: Select[Any], newest: Sequence[int], limit: int, start: int | None
) -> tuple[Sequence[int], int | None]:
    """The same of any page. Those that were counted are not asked for again."""
    known = [found for found in newest if start is None or found < start]
    if start is not None and len(known) <= limit:
        below = chosen.where(fulltext.place(connection, query) < start)
        known = list(connection.execute(below.limit(limit + 1)).scalars())
    return _first(known, limit)


def _best(
    connection: Connection, query: Query, chosen: Select[Any], limit: int, start: int
) -> tuple[Sequence[int], int | None]:
    """The same in order of relevance, where a page starts behind so many others."""
    rank = fulltext.score(connection, query).label("score")
    newest = chosen.add_columns(rank).limit(RANKED).subquery()
    best = select(newest.c.place).order_by(newest.c.score.desc(), newest.c.place.desc())
    places = connection.execute(best.limit(limit + 1).offset(start)).scalars().all()
    return places[:limit], start + limit if len(places) > limit else None


def _entries(connection: Connection, places: Sequence[int]) -> dict[int, Entry]:
    """What `Quick.entries` gives, on either database."""
    wanted: Select[Any] = select(*LISTED, threads.c.thread, entries.c.place, entries.c.hidden).join(entries)
    return {
        row.place: Entry(saved(row), unpack(row.thread, Told), HIDDEN.decode(row.hidden))
        for row in connection.execute(wanted.where(entries.c.place.in_(places)))
    }
