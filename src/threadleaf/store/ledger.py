"""Database and journal tell each other what was taken down: a restored backup hears what happened since, before anybody
may read from it, and a journal that is new, or could not be written for a while, hears what the database knows.

Of each hash the last thing that was done to it counts.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from hashlib import sha256
from itertools import groupby
from typing import Any

from msgspec import Struct
from sqlalchemy import Connection, Row, delete, insert, select, update

from threadleaf.store import catalogue, naming, optouts, removal
from threadleaf.store.aliases import Alias
from threadleaf.store.engine import Database
from threadleaf.store.journal import Entry, Journal
from threadleaf.store.rows import chunks
from threadleaf.store.schema import aliases, meta, opt_outs, threads, tombstones

_NAME, _RESTORED = "journal", "restored"
_STONES, _OUTS = ("taken down", "lifted"), ("opted out", "allowed")
_DAWN = datetime.min.replace(tzinfo=UTC)


class Ledger:
    """What a store writes down of removals, and reads again. Without a `journal` there is nothing to write."""

    def __init__(self, key: bytes, journal: Journal | None) -> None:
        self._key, self._journal = key, journal
        self.name = sha256(b"journal\n" + key).digest()[:8]

    def note(self, connection: Connection, entries: Sequence[Entry]) -> None:
        """Write down what a transaction does, right before it is committed.

        A removal does not fail because of it: what cannot be written is written when the store is opened next.
        """
        if self._journal is None or not entries:
            return
        try:
            before = self._journal.state()
            self._journal.write(entries)
            known = _known(connection) == before
            after = self._journal.state() if known else b"unknown"
        except OSError as error:
            _warn(error)
            after = b"unknown"
        _remember(connection, after)

    def catch_up(self, database: Database) -> None:
        """Carry out what the journal knows and the database does not, and the other way round."""
        if self._journal is None:
            return
        with database.reading() as connection:
            known = _known(connection)
        try:
            if known == self._journal.state():
                return
        except OSError as error:
            _warn(error)
            return
        with database.writing() as connection:
            self._catch_up(connection, self._journal)

    def _catch_up(self, connection: Connection, journal: Journal) -> None:
        stones, outs = self._last(journal)
        before = optouts.revision(connection)
        told = [*self._stones(connection, stones), *self._outs(connection, outs)]
        if optouts.revision(connection) != before:
            _put(connection, _RESTORED, b"1")
        try:
            if told:
                journal.write(told)
            _remember(connection, journal.state())
        except OSError as error:  # what was carried out stays so
            _warn(error)

    def _last(self, journal: Journal) -> tuple[dict[bytes, _Last], dict[bytes, _Last]]:
        """What was done last to each tombstone, and to each entry of the list."""
        stones: dict[bytes, _Last] = {}
        outs: dict[bytes, _Last] = {}
        entries = [entry for entry in journal.read() if entry.key == self.name]
        for entry in sorted(entries, key=lambda entry: entry.at):  # journals of several machines may be one
            kind = stones if entry.did in _STONES else outs
            names = entry.names or (b"",) * len(entry.marks)
            kind.update((mark, _Last(entry, name)) for mark, name in zip(entry.marks, names, strict=False))
        return stones, outs

    # --- tombstones -----------------------------------------------------------------------------------------

    def _stones(self, connection: Connection, told: dict[bytes, _Last]) -> Iterator[Entry]:
        """Make the tombstones those of the journal; the answer is what it does not know of them."""
        there = {bytes(row.mark): row for row in connection.execute(select(tombstones))}
        new = [mark for mark, last in told.items() if last.takes_down(there.get(mark))]
        lifted = [mark for mark, last in told.items() if last.undoes(there.get(mark), "removed_at")]
        for some in chunks([*new, *lifted]):
            connection.execute(delete(tombstones).where(tombstones.c.mark.in_(some)))
        if new:
            connection.execute(insert(tombstones), [_stone(mark, told[mark].entry) for mark in new])
            self._take_down(connection, set(new))
        if new or lifted:
            optouts.count(connection)
            naming.mark(connection, naming.holding(connection, map(naming.short, (*new, *lifted))))
        untold = [row for mark, row in there.items() if mark not in lifted and not _tells(told, mark, "taken down")]
        yield from self._entries(untold)

    def _take_down(self, connection: Connection, marks: set[bytes]) -> None:
        """Take down the pages that anything leads to which was taken down meanwhile."""
        digests = {bytes(digest) for digest in connection.execute(select(aliases.c.digest).distinct()).scalars()}
        ways = [Alias(digest) for digest in digests if removal.mark_of(self._key, digest) in marks]
        rows = removal.family(connection, ways)[0] if ways else []
        numbers = [row.id for row in rows]
        catalogue.leave(connection, numbers)
        for some in chunks(numbers):
            connection.execute(update(threads).where(threads.c.id.in_(some)).values(removing=True))

    def _entries(self, rows: Iterable[Row[Any]]) -> Iterator[Entry]:
        def kind(row: Row[Any]) -> tuple[Any, ...]:
            return row.removed_at, row.network, row.reason, row.lifts

        for (at, network, reason, lifts), some in groupby(sorted(rows, key=kind), kind):
            marks = tuple(bytes(row.mark) for row in some)
            yield Entry(
                key=self.name, did="taken down", at=at, network=network, by=reason, marks=marks, lifts=bool(lifts)
            )

    # --- the list -------------------------------------------------------------------------------------------

    def _outs(self, connection: Connection, told: dict[bytes, _Last]) -> Iterator[Entry]:
        """Make the list that of the journal; the answer is what it does not know of it."""
        there = {bytes(row.mark): row for row in connection.execute(select(opt_outs))}
        new = [mark for mark, last in told.items() if last.entry.did == "opted out" and mark not in there]
        lifted = [mark for mark, last in told.items() if last.undoes(there.get(mark), "since")]
        for some in chunks(lifted):
            connection.execute(delete(opt_outs).where(opt_outs.c.mark.in_(some)))
        if new:
            connection.execute(insert(opt_outs), [_out(mark, told[mark].entry) for mark in new])
        if new or lifted:
            optouts.count(connection)
            naming.mark(connection, _pages_of(connection, {told[mark].name for mark in (*new, *lifted)}))
        for mark, row in there.items():
            if mark not in lifted and not _tells(told, mark, "opted out"):
                yield Entry(
                    key=self.name, did="opted out", at=row.since, network=row.network, by=row.source, marks=(mark,)
                )


class _Last(Struct, frozen=True):
    """The last thing that was done to a hash, and what the index of pages knows it by (empty if that was not told)."""

    entry: Entry
    name: bytes

    def takes_down(self, row: Row[Any] | None) -> bool:
        """Whether it is a removal that the database does not know, or of which it knows an earlier one only."""
        return self.entry.did == "taken down" and (row is None or row.removed_at < self.entry.at)

    def undoes(self, row: Row[Any] | None, when: str) -> bool:
        """Whether it takes away what stands in the database since then; what was done there later holds."""
        return row is not None and self.entry.did in ("lifted", "allowed") and getattr(row, when) <= self.entry.at


def _pages_of(connection: Connection, names: set[bytes]) -> set[int]:
    """The pages that name somebody, and all of them where a journal does not say what to look for: an entry that was
    older than the journal is in it by its mark alone."""
    if b"" in names:
        return set(connection.execute(select(threads.c.id).where(~threads.c.removing)).scalars())
    return naming.holding(connection, names)


def _warn(error: OSError) -> None:
    logging.getLogger(__name__).warning("The journal of removals cannot be written or read: %s", error)


def _tells(told: dict[bytes, _Last], mark: bytes, did: str) -> bool:
    return mark in told and told[mark].entry.did == did


def _stone(mark: bytes, entry: Entry) -> dict[str, Any]:
    return {
        "mark": mark, "network": entry.network, "removed_at": entry.at, "reason": entry.by, "lifts": entry.lifts,
    }  # fmt: skip


def _out(mark: bytes, entry: Entry) -> dict[str, Any]:
    return {"mark": mark, "network": entry.network, "since": entry.at, "source": entry.by}


def _known(connection: Connection) -> bytes | None:
    """The state of the journal in which it and the database told the same; None if they never did."""
    state = connection.execute(select(meta.c.value).where(meta.c.name == _NAME)).scalar_one_or_none()
    return None if state is None else bytes(state)


def _remember(connection: Connection, state: bytes) -> None:
    _put(connection, _NAME, state)


def _put(connection: Connection, name: str, value: bytes) -> None:
    connection.execute(delete(meta).where(meta.c.name == name))
    connection.execute(insert(meta).values(name=name, value=value))


def is_restored(connection: Connection) -> bool:
    """Whether the database was a backup, and its file has not been written anew since (`Database.rewrite`)."""
    return connection.execute(select(meta.c.value).where(meta.c.name == _RESTORED)).one_or_none() is not None


def settle(connection: Connection) -> None:
    """It has been written anew."""
    connection.execute(delete(meta).where(meta.c.name == _RESTORED))


def is_behind(connection: Connection, journal: Journal) -> bool:
    """Whether the journal, if it can be read, tells of anything that the database may not know."""
    known = _known(connection)
    try:
        return journal.state() not in (b"", known)
    except OSError:
        return False
