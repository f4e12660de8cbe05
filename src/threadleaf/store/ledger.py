"""Database and journal tell each other what was taken down: a restored backup hears what happened since, before anybody
may read from it, and a journal that is new, or could not be written for a while, hears what the database knows.

In the same transaction that changes the database, the row `journal NAME` of `meta` gets the last entry of that journal
that the database knows. What stands behind it in the file is unknown to a database that is a copy of an earlier day, and
is carried out in the order of the file; clocks decide nothing. A file that lacks that entry is older than the database,
which is right then. Journals of several machines have a row each.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from hashlib import sha256
from itertools import chain, groupby, islice
from secrets import token_hex
from typing import Any, Literal

from msgspec import Struct, json
from msgspec.structs import replace
from sqlalchemy import Connection, Row, delete, insert, select, update

from threadleaf.core.errors import StoreError
from threadleaf.store import catalogue, naming, optouts, removal
from threadleaf.store.aliases import Alias
from threadleaf.store.engine import Database
from threadleaf.store.journal import Entry, Journal
from threadleaf.store.rows import chunks
from threadleaf.store.schema import aliases, held, meta, opt_outs, statements, threads, tombstones
from threadleaf.store.statements import ALLOWED

_NAME, _RESTORED = "journal ", "restored"
_STONES = ("taken down", "lifted")
_SETS = ("taken down", "opted out")
_AT_ONCE = 100
_LOGGER = logging.getLogger(__name__)

Step = Literal["", "behind", "missing", "unreadable"]
"""How database and journal go together: in step · not in step · there is none, though there was · it cannot be read."""


class Known(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a database knows of a journal: its `last` entry.

    And of the file that ends with this journal: which one it begins with (`first`), its `state` when the two told the same,
    and whether they do not (`amiss`): something could not be written, or lines came in between.
    """

    last: str = ""
    first: str = ""
    state: str = ""
    amiss: bool = False


_READS = json.Decoder(Known)


class Ledger:
    """What a store writes down of removals, and reads again. Without a `journal` there is nothing to write."""

    def __init__(self, key: bytes, journal: Journal | None) -> None:
        self._key, self._journal = key, journal
        self.name = sha256(b"journal\n" + key).digest()[:8]

    # --- writing --------------------------------------------------------------------------------------------

    def note(self, connection: Connection, entries: Sequence[Entry]) -> None:
        """Write down what a transaction does, right before it is committed: there is one writer at a time, so the order of
        the lines is that of the commits.

        A removal does not fail because of it: what cannot be written is written when the store is opened next.
        """
        if self._journal is None or not entries:
            return
        try:
            first, own = self._journal.ends()
            known = _known(connection).get(own)
            if known and (known.first, known.state) == (first, self._journal.state()):
                self._write(connection, self._journal, own, entries, amiss=known.amiss)
            else:  # lines that the database may not know stay behind the last one that it knows
                said = {mark for entry in entries for mark in entry.marks}
                rest = self._standing(connection, lambda mark, _: mark not in said)
                self._write(connection, self._journal, "", [*rest, *entries], amiss=bool(own))
        except OSError as error:
            _warn(error)
            _lags(connection)

    def _write(
        self, connection: Connection, journal: Journal, own: str, entries: Iterable[Entry], *, amiss: bool
    ) -> None:
        """Add to the journal `own`, or begin another one if that is empty."""
        told = entries if own else [Entry(key=self.name, did="begun"), *entries]
        name = own or token_hex(8)
        lines = [replace(entry, journal=name, id=token_hex(8)) for entry in told]
        journal.write(lines)
        first, _ = journal.ends()
        _remember(connection, name, Known(last=lines[-1].id, first=first, state=journal.state(), amiss=amiss))

    def _standing(self, connection: Connection, wanted: Callable[[bytes, Entry], bool]) -> Iterator[Entry]:
        """The tombstones and the list that stand in the database, as far as they are wanted, by mark and entry."""

        def told(row: Row[Any]) -> Entry:
            return Entry(
                key=self.name, did="taken down", at=row.removed_at, network=row.network, by=row.reason, lifts=row.lifts
            )

        def listed(row: Row[Any]) -> Entry:
            return Entry(key=self.name, did="opted out", at=row.since, network=row.network, by=row.source)

        stones = connection.execute(select(tombstones).order_by(*list(tombstones.c)[1:]))
        outs = connection.execute(select(opt_outs).order_by(*list(opt_outs.c)[1:]))
        said = chain(((told(row), row) for row in stones), ((listed(row), row) for row in outs))
        for entry, rows in groupby(said, lambda pair: pair[0]):
            marks = [bytes(row.mark) for _, row in rows]
            for some in chunks([mark for mark in marks if wanted(mark, entry)]):
                yield replace(entry, marks=tuple(some))

    # --- reading --------------------------------------------------------------------------------------------

    def catch_up(self, database: Database) -> None:
        """Carry out what the journal knows and the database does not, and the other way round.

        Raises StoreError if there is a journal that cannot be read: what was taken down might be shown.
        """
        if self._journal is None:
            return
        with database.reading() as connection:
            known, step = _known(connection), step_of(connection, self._journal)
        if step == "unreadable" and known:
            raise _unreadable(self._journal)
        if step in ("", "unreadable"):
            return
        if step == "missing":
            _LOGGER.warning(
                "The journal of removals is not at %s, though this database had one. A new one is begun there. After a "
                "restore, stop this program and put its newest copy there: it tells what was taken down since the backup.",
                self._journal.path,
            )
        _Replay(self, self._key, self._journal).run(database)

    def unknown(self, journal: Journal, known: Mapping[str, Known]) -> Iterator[Entry]:
        """The entries that a database does not know, each once, in the order of the file."""
        waiting = {name: one.last for name, one in known.items() if one.last}
        seen = set[str]()
        for entry in self._ours(journal):
            if entry.id in seen:
                continue
            seen.add(entry.id)
            if entry.journal not in waiting:
                yield entry
            elif waiting[entry.journal] == entry.id:
                del waiting[entry.journal]

    def older(self, journal: Journal, known: Mapping[str, Known]) -> dict[str, str]:
        """The journals in the file that lack the last entry that a database knows of them, with the last that they have."""
        waiting = {name: one.last for name, one in known.items() if one.last}
        last: dict[str, str] = {}
        for entry in self._ours(journal):
            last[entry.journal] = entry.id
            if waiting.get(entry.journal) == entry.id:
                del waiting[entry.journal]
        return {name: last[name] for name in waiting if name in last}

    def _ours(self, journal: Journal) -> Iterator[Entry]:
        try:
            yield from (entry for entry in journal.read() if entry.key == self.name)
        except OSError as error:
            raise _unreadable(journal) from error

    # --- telling the journal --------------------------------------------------------------------------------

    def level(self, connection: Connection, journal: Journal) -> None:
        """Have the journal tell what stands in the database, of which everything is carried out by now that it told."""
        first, own = journal.ends()
        every = _known(connection)
        older = self.older(journal, every)
        mine = None if own in older else every.get(own)
        if mine and mine.first not in ((first, "") if own == first else (first,)):
            mine = None  # this file is put together of others, of which the last goes on elsewhere
        lines: list[Entry] = []
        if mine is None or not mine.first or mine.amiss or older:
            lines = list(self._differences(connection, journal, everything=mine is None))
        if lines or mine is None:
            self._write(connection, journal, own if mine else "", lines, amiss=False)
        else:
            _remember(connection, own, replace(mine, first=first, state=journal.state(), amiss=False))
        for name, last in older.items():
            _remember(connection, name, replace(_known(connection)[name], last=last))

    def _differences(self, connection: Connection, journal: Journal, *, everything: bool) -> Iterator[Entry]:
        told: dict[bytes, Entry] = {}
        for entry in self._ours(journal):
            bare = replace(entry, journal="", id="", marks=(), names=(), accounts=())
            told.update(dict.fromkeys(entry.marks, bare))
        there = set[bytes]()

        def differs(mark: bytes, entry: Entry) -> bool:
            there.add(mark)
            return everything or told.get(mark) != entry

        yield from self._standing(connection, differs)
        for entry, marks in groupby((m for m in told if m not in there and told[m].did in _SETS), told.__getitem__):
            did: Literal["lifted", "allowed"] = "lifted" if entry.did == "taken down" else "allowed"
            yield replace(entry, did=did, lifts=False, marks=tuple(marks))


class _Replay:
    """What a database hears from a journal, piece by piece: others may write in between."""

    def __init__(self, ledger: Ledger, key: bytes, journal: Journal) -> None:
        self._ledger, self._key, self._journal = ledger, key, journal
        self._set_by: dict[bytes, set[str]] = {}

    def run(self, database: Database) -> None:
        known: Mapping[str, Known] | None = None
        entries: Iterator[Entry] = iter(())
        done = False
        while not done:
            with database.writing() as connection:
                now = _known(connection)
                if now != known:  # the first time, or another program does the same
                    known, entries = now, self._ledger.unknown(self._journal, now)
                some = list(islice(entries, _AT_ONCE))
                self._carry_out(connection, some)
                done = len(some) < _AT_ONCE
                if done:
                    self._finish(connection)
                known = _known(connection)

    def _finish(self, connection: Connection) -> None:
        if is_restored(connection):
            self._take_down(connection)
        try:
            self._ledger.level(connection, self._journal)
        except OSError as error:  # what was carried out stays so
            _warn(error)

    def _carry_out(self, connection: Connection, some: Sequence[Entry]) -> None:
        changed = [entry for entry in some if self._one(connection, entry)]
        if changed:
            optouts.count(connection)
            _put(connection, _RESTORED, b"1")
        now = _known(connection)
        for name, last in {entry.journal: entry.id for entry in some}.items():
            _remember(connection, name, replace(now.get(name, Known()), last=last))

    def _one(self, connection: Connection, entry: Entry) -> bool:
        """Whether an entry changed anything. What one journal says is not undone by another one, whose order among the
        two nobody knows: that errs towards what was taken down."""
        if entry.did in _SETS:
            for mark in entry.marks if entry.did == "opted out" or entry.lifts else ():
                self._set_by.setdefault(mark, set()).add(entry.journal)
            changed = _taken_down(connection, entry) if entry.did == "taken down" else _opted_out(connection, entry)
        else:
            for mark in entry.marks:
                self._set_by.get(mark, set()).discard(entry.journal)
            changed = _undone(connection, entry, [mark for mark in entry.marks if not self._set_by.get(mark)])
        if changed:
            names = _names(entry, changed)
            naming.mark(connection, _everything(connection) if names is None else naming.holding(connection, names))
        return bool(changed)

    def _take_down(self, connection: Connection) -> None:
        """Take down the pages that anything leads to which is taken down by now."""
        ways: list[Alias] = []
        for digests in connection.execute(select(aliases.c.digest).distinct()).scalars().partitions(_AT_ONCE):
            marks = {removal.mark_of(self._key, bytes(digest)): Alias(bytes(digest)) for digest in digests}
            ways += [marks[mark] for mark in _rows(connection, tombstones, tuple(marks))]
        numbers = [row.id for row in removal.family(connection, ways)[0]]
        catalogue.leave(connection, numbers)
        for some in chunks(numbers):
            connection.execute(update(threads).where(threads.c.id.in_(some)).values(removing=True))


# --- what an entry does to the database: the marks that it changed ----------------------------------------------


def _taken_down(connection: Connection, entry: Entry) -> Collection[bytes]:
    """Write the tombstones as they were; one that is there for good does not become one that may be lifted."""
    row = {"network": entry.network, "removed_at": entry.at, "reason": entry.by, "lifts": entry.lifts}
    there = _rows(connection, tombstones, entry.marks)
    changed = [mark for mark in dict.fromkeys(entry.marks) if _may_bury(there.get(mark), row, entry)]
    _replaced(connection, tombstones, changed, row)
    return changed


def _may_bury(there: Row[Any] | None, row: Mapping[str, Any], entry: Entry) -> bool:
    return there is None or ((there.lifts or not entry.lifts) and not _is(there, row))


def _opted_out(connection: Connection, entry: Entry) -> Collection[bytes]:
    """Put them on the list as they stood there, and take back what they agreed to, as she did who opted out."""
    row = {"network": entry.network, "since": entry.at, "source": entry.by}
    there = _rows(connection, opt_outs, entry.marks)
    changed = [mark for mark in dict.fromkeys(entry.marks) if mark not in there or not _is(there[mark], row)]
    _replaced(connection, opt_outs, changed, row)
    for some in chunks(entry.accounts):
        connection.execute(delete(statements).where(statements.c.mark.in_(some), statements.c.says == ALLOWED))
        connection.execute(delete(held).where(held.c.author.in_(some)))
    return changed


def _undone(connection: Connection, entry: Entry, marks: Sequence[bytes]) -> Collection[bytes]:
    """Take away tombstones that may be lifted, or entries of the list; nothing is taken away by the beginning of a
    journal, which names none."""
    table = tombstones if entry.did in _STONES else opt_outs
    gone = [mark for mark, row in _rows(connection, table, marks).items() if table is opt_outs or row.lifts]
    _replaced(connection, table, gone, None)
    return gone


def _rows(connection: Connection, table: Any, marks: Sequence[bytes]) -> dict[bytes, Row[Any]]:
    found = (connection.execute(select(table).where(table.c.mark.in_(some))) for some in chunks(marks))
    return {bytes(row.mark): row for rows in found for row in rows}


def _replaced(connection: Connection, table: Any, marks: Sequence[bytes], row: Mapping[str, Any] | None) -> None:
    for some in chunks(marks):
        connection.execute(delete(table).where(table.c.mark.in_(some)))
        if row is not None:
            connection.execute(insert(table), [{"mark": mark, **row} for mark in some])


def _is(there: Row[Any], row: Mapping[str, Any]) -> bool:
    return all(getattr(there, name) == value for name, value in row.items())


def _names(entry: Entry, marks: Collection[bytes]) -> set[bytes] | None:
    """What the index of pages knows these marks of an entry by; None if the entry does not say: one that is told from
    what stood in the database has its marks alone."""
    if entry.did in _STONES:
        return set(map(naming.short, marks))
    return set(entry.names) if entry.names else None


def _everything(connection: Connection) -> set[int]:
    return set(connection.execute(select(threads.c.id).where(~threads.c.removing)).scalars())


def _stands(connection: Connection) -> bool:
    """Whether anything is taken down, or anybody stands on the list."""
    return any(connection.execute(select(table.c.mark).limit(1)).all() for table in (tombstones, opt_outs))


# --- what a database knows of journals --------------------------------------------------------------------------


def _known(connection: Connection) -> dict[str, Known]:
    query = select(meta.c.name, meta.c.value).where(meta.c.name.startswith(_NAME))
    return {name.removeprefix(_NAME): _READS.decode(value) for name, value in connection.execute(query)}


def _remember(connection: Connection, name: str, known: Known) -> None:
    _put(connection, _NAME + name, json.encode(known))


def _lags(connection: Connection) -> None:
    """A line could not be written: whoever opens a journal next compares it with what stands in the database."""
    for name, known in _known(connection).items():
        _remember(connection, name, replace(known, amiss=True))


def _put(connection: Connection, name: str, value: bytes) -> None:
    connection.execute(delete(meta).where(meta.c.name == name))
    connection.execute(insert(meta).values(name=name, value=value))


def _warn(error: OSError) -> None:
    _LOGGER.warning("The journal of removals cannot be written or read: %s", error)


def is_restored(connection: Connection) -> bool:
    """Whether the database was a backup, and its file has not been written anew since (`Database.rewrite`)."""
    return connection.execute(select(meta.c.value).where(meta.c.name == _RESTORED)).one_or_none() is not None


def settle(connection: Connection) -> None:
    """It has been written anew."""
    connection.execute(delete(meta).where(meta.c.name == _RESTORED))


def step_of(connection: Connection, journal: Journal) -> Step:
    """How a database and its journal go together. One that cannot be read is told of in the log."""
    every = _known(connection)
    try:
        first, own = journal.ends()
        state = journal.state()
    except OSError as error:
        _warn(error)
        return "unreadable"
    if not own and every:
        return "missing"
    known = every.get(own)
    in_step = (
        (known.first, known.state, known.amiss) == (first, state, False) if known else not (own or _stands(connection))
    )
    return "" if in_step else "behind"


def _unreadable(journal: Journal) -> StoreError:
    sentence = (
        f"The journal of removals, {journal.path}, cannot be read, so that what was taken down might be shown. "
        "Have it belong to the account that this program runs as, or put its newest copy there."
    )
    return StoreError(sentence, code="journal")
