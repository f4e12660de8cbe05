"""Threads in the database: kept, found, listed, merged, taken down.

Everything that belongs to one page changes in one transaction: its conversation, its thread, what leads to it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from secrets import token_urlsafe
from types import TracebackType
from typing import Any, Self

from sqlalchemy import ColumnElement, Connection, Row, delete, insert, select, update

from threadleaf.core import ref
from threadleaf.core.model import Conversation, Network, Thread
from threadleaf.store import (
    catalogue,
    erasing,
    held,
    hiding,
    indexing,
    naming,
    optouts,
    removal,
    schedule,
    seen,
    statements,
)
from threadleaf.store.aliases import SECRET, Alias, alias_of_path
from threadleaf.store.codec import unpack
from threadleaf.store.ending import Ending
from threadleaf.store.engine import Database
from threadleaf.store.follow import Follows
from threadleaf.store.inbox import Inbox
from threadleaf.store.indexing import Indexing
from threadleaf.store.journal import Journal
from threadleaf.store.ledger import Ledger
from threadleaf.store.limits import Counters
from threadleaf.store.lists import Lists
from threadleaf.store.moderation import Moderation
from threadleaf.store.operators import Operators
from threadleaf.store.outbox import Outbox
from threadleaf.store.pictures import Pictures, refer
from threadleaf.store.quick import Quick
from threadleaf.store.records import Draft, Kept, Page, PageVisibility, Picture, Reading, Saved, View
from threadleaf.store.rows import LISTED, chunks, columns, found, saved, visible
from threadleaf.store.schema import aliases, meta, pages, threads
from threadleaf.store.schema import quiet as hushed
from threadleaf.store.search import Search
from threadleaf.store.sitemap import Maps
from threadleaf.store.spending import Spending
from threadleaf.store.takedowns import Takedowns
from threadleaf.store.unrolls import Unrolls
from threadleaf.store.watch import Watch

_REACH: tuple[PageVisibility, ...] = ("private", "unlisted", "listed")


class Store(Takedowns):
    """The face of the database for `service`; `store.open_store` makes one.

    Every method is one transaction (`remove` is two) and raises StoreError if the database fails. A way (`Alias`)
    that led to a page that was taken down raises Gone.
    """

    def __init__(self, database: Database, journal: Journal | None = None) -> None:
        """`journal` is where removals are written down beside the database; None: nowhere."""
        self._database = database
        with database.reading() as connection:
            self._key = removal.tombstone_key(connection)
        self._ledger = Ledger(self._key, journal)
        self._quick = Quick(database) if database.is_sqlite else None
        self.lists = Lists(database)
        self.search = Search(database, self._quick)
        self.maps = Maps(database)
        self.indexing = Indexing(database, self._key)
        self.follows = Follows(database, self._key)
        self.moderation = Moderation(database, self._key)
        self.operators = Operators(database)
        self.statements = statements.Statements(database, self._key)
        self.counters = Counters(database, self._key)
        self.unrolls = Unrolls(database, self._key)
        self.held = held.Held(database, self._key)
        self.spending = Spending(database, self._key)
        self.schedule = schedule.Schedule(database)
        self.seen = seen.Seen(database)
        self.ending = Ending(database)
        self.inbox = Inbox(database, self._key)
        self.outbox = Outbox(database)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        if self._quick is not None:
            self._quick.close()
        self._database.close()

    def find(self, ways: Collection[Alias], *, behind: bool = False, lifting: bool = False) -> tuple[Saved, ...]:
        """The kept pages that any of these ways leads to, oldest first.

        Raises Refused if one is hidden, and NotNow if one is held back (`store.seen`), unless the operator looks `behind`
        that. `lifting`: whoever asks is about to read the thread from its network, which may lift its tombstone.
        """
        with self._database.reading() as connection:
            removal.refuse(connection, self._key, ways, lifting=lifting)
            rows = found(connection, ways)
            if not behind:
                hiding.refuse_ways(connection, self._key, ways)
                hiding.refuse(connection, [row.id for row in rows])
            if not (behind or lifting):
                seen.refuse(connection, [row.id for row in rows])
        return tuple(saved(row) for row in rows)

    def known(self, ways: Collection[Alias], *, lifting: bool = False) -> tuple[Kept, ...]:
        """The same with what was seen when they were read."""
        with self._database.reading() as connection:
            removal.refuse(connection, self._key, ways, lifting=lifting)
            rows = found(connection, ways, threads.c.conversation)
        return tuple(Kept(saved(row), unpack(row.conversation, Conversation)) for row in rows)

    def read(self, way: Alias, *, behind: bool = False) -> Reading | None:
        """A page with its thread, None if there is no such page.

        Raises Refused if it is hidden, and NotNow if it is held back, unless the operator looks `behind` that.
        """
        if self._quick is not None and (reading := self._quick.read(way)):
            return reading
        with self._database.reading() as connection:
            row = self._one(connection, way, threads.c.thread)
            if row and not behind:
                hiding.refuse(connection, [row.id])
                seen.refuse(connection, [row.id])
        return Reading(saved(row), unpack(row.thread, Thread)) if row else None

    def _one(self, connection: Connection, way: Alias, *also: Any) -> Row[Any] | None:
        rows = found(connection, (way,), *also)
        if not rows:
            removal.refuse(connection, self._key, (way,))
        return rows[0] if rows else None

    def save(self, draft: Draft) -> Saved | None:
        """Keep a thread: a new page, or new content for the one it belongs to.

        If its aliases lead to several pages, they turn out to be one: the oldest stays with its address, and
        everything that led to the others leads to it. Who sees a page is never narrowed here. None, and nothing
        changed, if the pages that the aliases lead to are not those that the draft is based on, as they were then,
        or if the opt-out list has changed: then somebody else was faster, and the draft must be made anew.
        """
        live = draft.origin == "network"
        with self._database.writing() as connection:
            removal.refuse(connection, self._key, draft.aliases, lifting=live)
            rows = found(connection, draft.aliases)
            if [(row.id, row.revision) for row in rows] != [(p.number, p.revision) for p in draft.based_on]:
                return None
            if optouts.revision(connection) != draft.opt_outs:
                return None
            catalogue.leave(connection, [row.id for row in rows])
            number = _renew(connection, draft, rows) if rows else _insert(connection, draft)
            _lead(connection, draft.aliases, number)
            naming.enter(connection, self._key, number, draft.conversation)
            _hush(connection, number, quiet=draft.quiet)
            statements.follow(connection, self._key, draft.aliases, number)
            indexing.follow(connection, self._key, draft.aliases, number)
            catalogue.enter(connection, number, draft.thread, draft.shown)
            hiding.follow(connection, self._key, draft.aliases, number)
            if live:
                self._lift(connection, draft.aliases, draft.key.network, draft.at)
            page = saved(connection.execute(select(*LISTED).where(threads.c.id == number)).one())
            schedule.enter(connection, page)
            if live:
                seen.note(connection, page, draft.conversation.begun_at or draft.at)
            return page

    def list(
        self,
        limit: int,
        before: int | None = None,
        visibility: PageVisibility | None = "listed",
        *,
        network: Network | None = None,
        lang: str = "",
    ) -> tuple[Saved, ...]:
        """The newest pages, at most `limit` (see `Lists.latest`)."""
        return self.lists.latest(limit, before, visibility, network=network, lang=lang)

    def page(self, way: Alias, view: View, made_by: str, lang: str = "en") -> Page | None:
        """The rendered page in a language, if there is one that this renderer made from the thread as it is now."""
        with self._database.reading() as connection:
            row = self._one(connection, way)
            if row is None:
                return None
            query = select(pages.c.etag, pages.c.made_at, pages.c.gzip, pages.c.brotli).where(
                *_kept_as(row.id, view, lang), pages.c.made_by == made_by
            )
            made = connection.execute(query).one_or_none()
        return Page(saved(row), *made) if made else None

    def keep_page(
        self,
        page: Page,
        view: View,
        made_by: str,
        opt_outs: int = 0,
        lang: str = "en",
        shown: Collection[Picture] = (),
    ) -> None:
        """Keep a rendered page, unless the thread that it was made from has changed meanwhile or is gone.

        Nor is it kept if the opt-out list is not as it was then (`opt_outs`, its revision). `shown` are its pictures.
        """
        number, source = page.saved.number, page.saved.etag
        current = select(threads.c.id).where(threads.c.id == number, threads.c.etag == source, visible())
        with self._database.writing() as connection:
            if connection.execute(current).one_or_none() is None or optouts.revision(connection) != opt_outs:
                return
            connection.execute(delete(pages).where(*_kept_as(number, view, lang)))
            made = {"etag": page.etag, "made_at": page.made_at, "gzip": page.gzip, "brotli": page.brotli}
            connection.execute(insert(pages).values(thread=number, view=view, lang=lang, made_by=made_by, **made))
            refer(connection, number, view, lang, shown)

    def secret(self, name: str, make: Callable[[], bytes]) -> bytes:
        """A secret of this instance; `make` makes it when it is first asked for, and everybody gets the same."""
        query = select(meta.c.value).where(meta.c.name == name)
        with self._database.reading() as connection:
            known = connection.execute(query).scalar_one_or_none()
        if known is None:
            made = make()  # this may take a moment, in which nobody needs to wait for the database
            with self._database.writing() as connection:
                known = connection.execute(query).scalar_one_or_none()
                if known is None:
                    connection.execute(insert(meta).values(name=name, value=made))
                    known = made
        return bytes(known)

    def refresh(self) -> None:
        """Bring up to date what lists and searches know, and who is named where, if it was made by an older program."""
        catalogue.refresh(self._database, self._key)
        erasing.refresh(self._database, self._key)

    @property
    def pictures(self) -> Pictures:
        """What is known of the pictures on rendered pages."""
        return Pictures(self._database, self._key)

    def watch(self) -> Watch:
        """Tells whether anything was committed since."""
        return Watch(self._database)


def _kept_as(number: int, view: View, lang: str) -> tuple[ColumnElement[bool], ...]:
    return (pages.c.thread == number, pages.c.view == view, pages.c.lang == lang)


def _insert(connection: Connection, draft: Draft) -> int:
    private = draft.visibility == "private"
    path = SECRET + token_urlsafe(16) if private else ref.path(draft.key)
    values = columns(draft, path, draft.visibility)
    given = {"network": draft.key.network, "key": draft.key.id, "path": path, "created_at": draft.at}
    new = insert(threads).values(**values, **given, origin=draft.origin, revision=1, removing=False)
    number: int = connection.execute(new.returning(threads.c.id)).scalar_one()
    if private:
        _lead(connection, (alias_of_path(path),), number)
    return number


def _renew(connection: Connection, draft: Draft, rows: list[Row[Any]]) -> int:
    """New content for the oldest of the rows, which takes in the others. Its address and its date stay."""
    oldest, *others = rows
    reach: PageVisibility = max((draft.visibility, *(row.visibility for row in rows)), key=_REACH.index)
    live = "network" in (draft.origin, *(row.origin for row in rows))
    values = columns(draft, oldest.path, reach)
    values |= {"origin": "network" if live else "file", "revision": oldest.revision + 1}
    connection.execute(update(threads).where(threads.c.id == oldest.id).values(**values))
    connection.execute(delete(pages).where(pages.c.thread == oldest.id))
    absorbed = [row.id for row in others]
    if absorbed:
        seen.join(connection, absorbed, oldest.id)
        connection.execute(update(aliases).where(aliases.c.thread.in_(absorbed)).values(thread=oldest.id))
        connection.execute(delete(threads).where(threads.c.id.in_(absorbed)))
    number: int = oldest.id
    return number


def _hush(connection: Connection, number: int, *, quiet: bool) -> None:
    """Note whether a wish keeps a page out of lists."""
    connection.execute(delete(hushed).where(hushed.c.thread == number))
    if quiet:
        connection.execute(insert(hushed).values(thread=number))


def _lead(connection: Connection, ways: Collection[Alias], number: int) -> None:
    """Make aliases lead to a page; those that are there lead to it already."""
    new = set(ways)
    for some in chunks(sorted({way.digest for way in ways})):
        rows = connection.execute(select(aliases.c.digest, aliases.c.private).where(aliases.c.digest.in_(some)))
        new.difference_update(Alias(bytes(row.digest), row.private) for row in rows)
    if new:
        values = [{"digest": way.digest, "private": way.private, "thread": number} for way in sorted(new)]
        connection.execute(insert(aliases), values)
