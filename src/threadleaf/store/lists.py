"""Lists of threads: the latest, an author's, of a topic, the most asked for. Each page costs the same in a store of any size.

`visibility` says what may be in a list: listed pages are for everybody (those that a wish keeps out of lists are not
among them), None is everything, for whoever owns the store. Hidden pages are in no list.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, timedelta
from typing import Any, get_args

from sqlalchemy import ColumnElement, Connection, Select, and_, delete, func, insert, select, update

from threadleaf.core.model import Network
from threadleaf.core.query import tag as plain
from threadleaf.core.words import alike, words
from threadleaf.store.catalogue import mark
from threadleaf.store.engine import Database
from threadleaf.store.records import Listing, PageVisibility, Person, Saved, Topic
from threadleaf.store.rows import LISTED, in_reach, saved, visible
from threadleaf.store.schema import asked, author_words, authors, entries, threads, topics

KEPT_DAYS = 30
"""So long it is known how often something was asked for."""
PEOPLE = 50
"""At most so many authors of one name are looked at."""


class Lists:
    """The face for `Store.lists`. Every method is one transaction and raises StoreError if the database fails."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def latest(
        self,
        limit: int,
        before: int | None = None,
        visibility: PageVisibility | None = "listed",
        *,
        network: Network | None = None,
        lang: str = "",
    ) -> tuple[Saved, ...]:
        """The pages kept last, at most `limit`: those with a number below `before`, of one network, and in one
        language (a primary subtag in small letters)."""
        query = select(*LISTED).where(visible()).order_by(threads.c.id.desc()).limit(limit)
        if before is not None:
            query = query.where(threads.c.id < before)
        if visibility is not None or network is not None or lang:
            query = query.join(entries).order_by(None).order_by(entries.c.thread.desc()).where(in_reach(visibility))
            if before is not None:
                query = query.where(entries.c.thread < before)
        if network is not None:
            query = query.where(entries.c.network == network)
        if lang:
            query = query.where(entries.c.lang == lang)
        with self._database.reading() as connection:
            return tuple(saved(row) for row in connection.execute(query))

    def person(self, network: Network, who: str, visibility: PageVisibility | None = "listed") -> Person | None:
        """An author, by stable id or by handle (with or without @); None if there is no list of such an author's.

        Handles change hands: of several accounts that had one, it is the one that was met last.
        """
        with self._database.reading() as connection:
            by_id = select(authors).where(authors.c.mark == mark(network, who))
            rows = connection.execute(by_id).all() or [
                row
                for row in named(connection, words(who), PEOPLE)
                if row.network == network and alike(row.handle) == alike(who.removeprefix("@"))
            ]
            known = [person for row in rows if (person := self._person(connection, row, visibility))]
        return known[0] if known else None

    def people(self, row: Collection[str], limit: int, visibility: PageVisibility | None) -> tuple[Person, ...]:
        """Authors in whose handles and names all these words are, or words that begin so."""
        with self._database.reading() as connection:
            found = (self._person(connection, author, visibility) for author in named(connection, row, PEOPLE))
            known = [person for person in found if person]
        return tuple(sorted(known, key=lambda person: -person.threads)[:limit])

    def _person(self, connection: Connection, row: Any, visibility: PageVisibility | None) -> Person | None:
        count = select(func.count()).select_from(entries).where(entries.c.author == row.id, in_reach(visibility))
        number = connection.execute(count).scalar_one()
        if not number:
            return None
        return Person(network=row.network, id=row.author, handle=row.handle, name=row.name, threads=number)

    def by(
        self, person: Person, limit: int, start: int | None = None, visibility: PageVisibility | None = "listed"
    ) -> Listing:
        """The threads by an author, those posted last before; `start` is what `next` of the page before said."""
        theirs = select(authors.c.id).where(authors.c.mark == mark(person.network, person.id)).scalar_subquery()
        return self._listing(entries.c.author == theirs, limit, start, visibility)

    def topic(
        self, tag: str, limit: int, start: int | None = None, visibility: PageVisibility | None = "listed"
    ) -> tuple[str, Listing]:
        """The threads with a tag (with or without its sign), and how that is written; empty if on no thread."""
        with_it = entries.c.place.in_(select(topics.c.place).where(topics.c.tag == plain(tag)))
        name = select(topics.c.name).join(entries).where(topics.c.tag == plain(tag), in_reach(visibility))
        with self._database.reading() as connection:
            written = connection.execute(name.order_by(topics.c.place.desc()).limit(1)).scalar() or ""
        return written, self._listing(with_it, limit, start, visibility)

    def _listing(
        self, which: ColumnElement[bool], limit: int, start: int | None, visibility: PageVisibility | None
    ) -> Listing:
        """A page of a list in order of posting. The count is of the whole list, whichever page this is."""
        chosen = which & in_reach(visibility)
        page: Select[Any] = (
            select(*LISTED, entries.c.place).join(entries).where(chosen).order_by(entries.c.place.desc())
        )
        if start is not None:
            page = page.where(entries.c.place < start)
        with self._database.reading() as connection:
            total = connection.execute(select(func.count()).select_from(entries).where(chosen)).scalar_one()
            rows = connection.execute(page.limit(limit + 1)).all()
        return Listing(tuple(map(saved, rows[:limit])), total, rows[limit - 1].place if len(rows) > limit else None)

    def topics(self, limit: int, visibility: PageVisibility | None = "listed") -> tuple[Topic, ...]:
        """The tags on the most threads."""
        number = func.count().label("number")
        query = select(topics.c.tag, func.max(topics.c.name).label("name"), number).join(entries)
        query = query.where(in_reach(visibility)).group_by(topics.c.tag).order_by(number.desc(), topics.c.tag)
        with self._database.reading() as connection:
            return tuple(Topic(row.tag, row.name, row.number) for row in connection.execute(query.limit(limit)))

    def count_asked(self, number: int, day: date) -> None:
        """Count that the page of a number was asked for on a day (UTC); what is older than 30 days is forgotten."""
        this = and_(asked.c.day == day, asked.c.thread == number)
        there = select(threads.c.id).where(threads.c.id == number, ~threads.c.removing)
        with self._database.writing() as connection:
            connection.execute(delete(asked).where(asked.c.day <= day - timedelta(days=KEPT_DAYS)))
            known = connection.execute(update(asked).where(this).values(times=asked.c.times + 1)).rowcount
            if not known and connection.execute(there).one_or_none():
                connection.execute(insert(asked).values(day=day, thread=number, times=1))

    def most_asked(
        self, since: date, limit: int, visibility: PageVisibility | None = "listed"
    ) -> tuple[tuple[Saved, int], ...]:
        """The pages that were asked for most since the beginning of a day, and how often."""
        times = func.sum(asked.c.times).label("times")
        sums = select(asked.c.thread, times).where(asked.c.day >= since).group_by(asked.c.thread).subquery()
        query: Select[Any] = select(*LISTED, sums.c.times).join(entries).join(sums, sums.c.thread == threads.c.id)
        query = query.where(in_reach(visibility)).order_by(sums.c.times.desc(), threads.c.id.desc()).limit(limit)
        with self._database.reading() as connection:
            return tuple((saved(row), int(row.times)) for row in connection.execute(query))


def named(connection: Connection, row: Collection[str], limit: int) -> list[Any]:
    """Authors in whose handles and names all these words are, or words that begin so."""
    query: Select[Any] = select(authors).order_by(authors.c.id.desc()).limit(limit)
    for word in row:
        column = author_words.c.word
        begun = select(author_words.c.author).where(column >= word, column < word + "\U0010ffff")
        query = query.where(authors.c.id.in_(begun))
    return list(connection.execute(query)) if row else []


def called(connection: Connection, who: str) -> list[Any]:
    """Authors of this id, this handle (its first part is enough), or exactly this name."""
    wanted = alike(who.removeprefix("@"))
    by_id = select(authors).where(authors.c.mark.in_([mark(network, who) for network in get_args(Network)]))
    rows = named(connection, words(wanted), PEOPLE)
    return [*connection.execute(by_id), *(row for row in rows if wanted in _names(row))]


def _names(row: Any) -> set[str]:
    handle = alike(row.handle)
    return {handle, handle.partition(".")[0], handle.partition("@")[0], alike(row.name)}
