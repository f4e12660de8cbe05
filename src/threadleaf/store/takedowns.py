"""Taking down, for good or until it is public again; our opt-out list; and that nothing of it is left.

    tombstones or entries, and the journal → nobody sees it → content deleted, pages that quote it kept anew → bytes gone

The first step is one transaction. The rest is `finish_removals`, which is gone on with when a store is opened.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, select, update

from threadleaf.core.characters import clean
from threadleaf.core.model import Network
from threadleaf.core.wishes import By
from threadleaf.store import catalogue, erasing, held, hiding, ledger, naming, optouts, pictures, removal
from threadleaf.store.aliases import Alias
from threadleaf.store.engine import Database
from threadleaf.store.journal import Deed, Entry
from threadleaf.store.ledger import Ledger
from threadleaf.store.moderation import count
from threadleaf.store.records import OptOuts, Removal, Saved
from threadleaf.store.rows import LISTED, chunks, saved
from threadleaf.store.schema import aliases, threads
from threadleaf.store.statements import account_mark

_AT_ONCE = 100


class Takedowns:
    """What `Store` does about removals. Every method raises StoreError; all but the last ones are one transaction."""

    _database: Database
    _key: bytes
    _ledger: Ledger

    # --- threads --------------------------------------------------------------------------------------------

    def remove(
        self, ways: Collection[Alias], reason: Removal, at: datetime, *, ahead: Network | None = None
    ) -> tuple[Saved, ...] | None:
        """Take down the pages that any of these ways leads to, public and private ones, and whatever else is known
        to be the same thread; their tombstones stay. Those that a reading from the network might have lifted, it lifts
        no more.

        Nobody finds the pages any more; their content is deleted by `finish_removals`, which has to be called next.
        Nothing is found, not even such a tombstone: nothing is done (None). Unless the thread is to be kept from coming
        `ahead` of time: then that is the network of these ways, which have tombstones by now.
        """
        with self._database.writing() as connection:
            rows, digests = removal.family(connection, ways)
            if not rows:
                removal.refuse(connection, self._key, ways, lifting=True)
            stone = removal.stone_of(connection, self._key, ways, lifts=True)
            network = next((row.network for row in (*rows, stone) if row is not None), ahead)
            if network is None:
                return None
            self._take_down(connection, rows, digests, network=network, reason=reason, at=at)
        return tuple(saved(row) for row in rows)

    def take_along(self, ways: Collection[Alias], at: datetime) -> None:
        """Take down whatever these ways, those of one thread that was read, lead to, if one of them was taken down for
        good: the rest goes with it, for the same reason."""
        with self._database.writing() as connection:
            stone = removal.stone_of(connection, self._key, ways, lifts=False)
            if stone is None:
                return
            rows, digests = removal.family(connection, ways)
            self._take_down(connection, rows, digests, network=stone.network, reason=stone.reason, at=at)
        self.finish_removals()

    def _take_down(
        self,
        connection: Connection,
        rows: Collection[Row[Any]],
        digests: Collection[bytes],
        *,
        network: Network,
        reason: Removal,
        at: datetime,
    ) -> None:
        marks = removal.bury(connection, self._key, digests, network=network, reason=reason, at=at)
        hiding.show(connection, self._key, digests)
        seen = sum(row.visibility != "private" for row in rows)  # what nobody else saw is no public matter
        if seen:
            count(connection, at, f"removed {reason}", seen)
        self._taken_down(connection, rows, marks)
        if marks:
            optouts.count(connection)
            self._ledger.note(connection, [self._entry("taken down", marks, at, network, reason)])

    def withdraw(self, page: Saved, reason: Removal, at: datetime) -> bool:
        """Take down a page, with every copy of its thread, because its network or its author has taken it back.

        Its tombstones may be lifted: should the thread be public again, a reading from the network brings it back.
        The answer is that of `finish_removals`; nothing is done if the page is not there any more.
        """
        return self.withdraw_all([page], reason, at)

    def withdraw_all(self, some: Collection[Saved], reason: Removal, at: datetime) -> bool:
        """The same for several pages, many in one transaction: the list's revision grows once for all of those, so that
        whoever prepares something beside this need not begin anew for each. Of their bytes nothing is left in the end."""
        for pages in chunks(tuple(some), _AT_ONCE):
            with self._database.writing() as connection:
                entries = [entry for page in pages if (entry := self._withdraw(connection, page, reason, at))]
                if entries:
                    optouts.count(connection)
                    self._ledger.note(connection, entries)
        return self.finish_removals()

    def _withdraw(self, connection: Connection, page: Saved, reason: Removal, at: datetime) -> Entry | None:
        """What is to be written down of it; None if the page is not there any more."""
        own = connection.execute(select(aliases.c.digest, aliases.c.private).where(aliases.c.thread == page.number))
        rows, digests = removal.family(connection, [Alias(bytes(row.digest), row.private) for row in own])
        if not rows:
            return None
        marks = removal.bury(connection, self._key, digests, network=page.network, reason=reason, at=at, lifts=True)
        self._taken_down(connection, rows, marks)
        return self._entry("taken down", marks, at, page.network, reason, lifts=True)

    def _taken_down(self, connection: Connection, rows: Collection[Row[Any]], marks: Iterable[bytes]) -> None:
        """Nobody sees these pages any more, nor what others quote of them."""
        self._leave(connection, rows)
        naming.mark(connection, naming.holding(connection, map(naming.short, marks)))

    def _leave(self, connection: Connection, rows: Collection[Row[Any]]) -> None:
        numbers = [row.id for row in rows]
        catalogue.leave(connection, numbers)
        for some in chunks(numbers):
            connection.execute(update(threads).where(threads.c.id.in_(some)).values(removing=True))

    def _lift(self, connection: Connection, ways: Collection[Alias], network: Network, at: datetime) -> None:
        """Take away the tombstones that a reading from the network may lift; what quotes the thread is made anew."""
        lifted = removal.lift(connection, self._key, ways)
        if lifted:
            optouts.count(connection)
            naming.outdate(connection, naming.holding(connection, map(naming.short, lifted)))
            self._ledger.note(connection, [self._entry("lifted", lifted, at, network, "network")])

    # --- people, and single posts ---------------------------------------------------------------------------

    def opted_out(
        self, people: Collection[tuple[Network, str]], posts: Collection[tuple[Network, str]] = ()
    ) -> OptOuts:
        """Those of some people (network and id) who stand on our opt-out list, and those of some posts that belong to a
        thread that was taken down."""
        with self._database.reading() as connection:
            return erasing.gone(connection, self._key, people, posts)

    def opt_out(self, network: Network, author: str, at: datetime, by: By) -> tuple[Saved, ...]:
        """Put somebody on our opt-out list, and delete what is kept of the threads by that author (the answer), and
        whatever others quote.

        No tombstones: whoever is taken off the list again may be unrolled again.
        """
        with self._database.writing() as connection:
            self._list(connection, network, [author], at, by, accounts=[account_mark(self._key, network, author)])
            held.forget(connection, self._key, network, author)
            theirs = (threads.c.network == network) & (threads.c.author_id == clean(author)) & ~threads.c.removing
            rows = connection.execute(select(*LISTED).where(theirs).order_by(threads.c.id)).all()
            self._leave(connection, rows)
        self.finish_removals()
        return tuple(saved(row) for row in rows)

    def leave_out(self, network: Network, posts: Collection[str], at: datetime) -> None:
        """Put single posts on the list, by their ids: their author does not want them shown on others' pages. What is
        kept of them is deleted."""
        with self._database.writing() as connection:
            self._list(connection, network, posts, at, "author")
        self.finish_removals()

    def _list(
        self,
        connection: Connection,
        network: Network,
        who: Collection[str],
        at: datetime,
        by: By,
        *,
        accounts: Iterable[bytes] = (),
    ) -> None:
        new = [one for one in who if optouts.add(connection, self._key, network, one, since=at, by=by)]
        if new:
            names = [naming.name(self._key, network, one) for one in new]
            naming.mark(connection, naming.holding(connection, names))
            marks = [optouts.mark_of(self._key, network, one) for one in new]
            entry = self._entry("opted out", marks, at, network, by, names=names, accounts=accounts)
            self._ledger.note(connection, [entry])

    def allow(self, network: Network, author: str, at: datetime, by: By = "operator") -> bool:
        """Take somebody off our opt-out list; False if nobody of that id stood there, or not `by` a word that may be taken
        back so: the author takes back her own alone.

        What others quote comes back when their threads are read again.
        """
        with self._database.writing() as connection:
            gone = optouts.remove(connection, self._key, network, author, by)
            if gone:
                name = naming.name(self._key, network, author)
                naming.outdate(connection, naming.holding(connection, [name]))
                marks = [optouts.mark_of(self._key, network, author)]
                self._ledger.note(connection, [self._entry("allowed", marks, at, network, by, names=[name])])
        return gone

    def _entry(
        self,
        did: Deed,
        marks: Iterable[bytes],
        at: datetime,
        network: Network,
        by: By,
        *,
        lifts: bool = False,
        names: Iterable[bytes] = (),
        accounts: Iterable[bytes] = (),
    ) -> Entry:
        return Entry(
            key=self._ledger.name,
            did=did,
            at=at,
            network=network,
            by=by,
            marks=tuple(marks),
            lifts=lifts,
            names=tuple(names),
            accounts=tuple(accounts),
        )

    # --- what is left to do ---------------------------------------------------------------------------------

    def finish_removals(self) -> bool:
        """Delete the content of pages that were taken down, keep those anew that quote it, and `scrub`; no work if there
        is nothing of the kind.

        False if a reader kept some of its bytes in use: then call `scrub` later.
        """
        going = select(threads.c.id).where(threads.c.removing).limit(1)
        with self._database.reading() as connection:
            quoting, restored = erasing.pending(connection), ledger.is_restored(connection)
            if not (quoting or restored or connection.execute(going).one_or_none()):
                return True
        with self._database.writing() as connection:
            connection.execute(delete(threads).where(threads.c.removing))
        for number in quoting:
            with self._database.writing() as connection:
                erasing.carry_out(connection, self._key, number)
        with self._database.writing() as connection:
            pictures.forget(connection)
        return self._written_anew() and self.scrub() if restored else self.scrub()

    def _written_anew(self) -> bool:
        done = self._database.rewrite()
        if done:
            with self._database.writing() as connection:
                ledger.settle(connection)
        return done

    def replay(self) -> None:
        """Carry out what the journal of removals knows and the database does not: it may have been a backup."""
        self._ledger.catch_up(self._database)

    def scrub(self) -> bool:
        """Leave no bytes of deleted content in the files; False if a reader is in the way (see `Database.scrub`)."""
        return self._database.scrub()
