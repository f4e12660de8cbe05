"""What the bot does, written down before it is done: nothing is lost by a crash, and nothing is done twice.

    ready ──→ sending ──→ sent
      ↑          ├──────→ failed     the network never will
      └──────────┴──────→ held       nobody knows; it waits for the operator

A row in `sending` was left behind by a crash, or its fate is unknown: whoever finds one looks before sending again. A
public answer is written in one transaction with the claim on its thread, of which there is one.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any, Literal

from msgspec import Struct
from sqlalchemy import ColumnElement, Connection, Row, Select, delete, insert, select, update

from threadleaf.core.characters import clean
from threadleaf.core.model import Network
from threadleaf.store.engine import Database
from threadleaf.store.inbox import Marks, decided, settle
from threadleaf.store.schema import bot_state, claims, outbox

Progress = Literal["ready", "sending", "sent", "held", "failed"]

SETTLES = timedelta(minutes=2)
"""So long after it was begun something may still be under way: only then is it looked for."""

_EMPTY: dict[str, Any] = {"target": "", "body": b"", "until": None}


class Letter(Struct, frozen=True, kw_only=True):
    """A deed, frozen. `path` is that of the page which an answer names."""

    network: Network
    deed: str
    key: str
    target: str
    body: bytes
    at: datetime
    path: str = ""


class Remembered(Struct, frozen=True, kw_only=True):
    """A public answer that was found at the network: the bot's own post `native`, written `at`, names the page `path`.

    `thread` and `author` are the marks of what it is about; `author` is empty while nobody knows. `is_over`: the author
    has taken the page back.
    """

    native: str
    url: str
    path: str
    at: datetime
    thread: bytes
    author: bytes = b""
    is_over: bool = False


class Posted(Struct, frozen=True, kw_only=True):
    """A letter in the box, and how it stands. `native` and `url` are the bot's own post, once it is there."""

    id: int
    letter: Letter
    state: Progress
    native: str = ""
    url: str = ""
    says: str = ""
    tries: int = 0
    until: datetime | None = None
    thread: bytes | None = None

    @property
    def is_remembered(self) -> bool:
        """Whether it was found at the network, so that nobody knows here whom it answers."""
        return self.letter.key == self.native


class Outbox:
    """The face for `Store.outbox`. Every method is one transaction and raises StoreError if the database fails."""

    def __init__(self, database: Database) -> None:
        self._database = database

    # --- writing down -------------------------------------------------------------------------------------------

    def put(self, letter: Letter, mention: int, verdict: str, marks: Marks, at: datetime) -> None:
        """Write a deed down, with which its mention is done. What was written down before stays as it is."""
        with self._database.writing() as connection:
            _put(connection, letter)
            settle(connection, mention, decided(verdict, marks, at))

    def claim(self, letter: Letter, thread: bytes, author: bytes, mention: int, marks: Marks, before: int = 0) -> bool:
        """Claim a thread and write the public answer down, with which its mention is done.

        False, and nothing changed, if the thread is claimed by another answer than `before` (0: by any).
        """
        with self._database.writing() as connection:
            mine = (claims.c.network == letter.network) & (claims.c.thread == thread)
            known = connection.execute(select(claims.c.answer).where(mine)).scalar_one_or_none()
            if (known or 0) != before:
                return False
            number = _put(connection, letter, thread)
            connection.execute(delete(claims).where(mine))
            told = {"network": letter.network, "thread": thread, "author": author, "answer": number}
            connection.execute(insert(claims).values(**told))
            settle(connection, mention, decided("unroll", marks, letter.at))
            return True

    def withdraw(
        self, nod: Letter | None, mention: int, verdict: str, at: datetime, *, which: Withdrawn, network: Network
    ) -> None:
        """Take back what was answered about a thread, or about all of an author: what was sent is deleted, what was
        not goes nowhere. `nod` confirms it; the mention is done."""
        with self._database.writing() as connection:
            theirs = (claims.c.network == network) & _of(which)
            claimed = connection.execute(select(claims.c.answer, claims.c.thread).where(theirs)).all()
            connection.execute(delete(claims).where(theirs))
            for answer, thread in claimed:
                for row in _answers(connection, network, answer, bytes(thread)):
                    _take_back(connection, row, at)
            if nod is not None:
                _put(connection, nod)
            settle(connection, mention, decided(verdict, None, at))

    # --- remembering --------------------------------------------------------------------------------------------

    def remember(self, network: Network, found: Collection[Remembered], at: datetime) -> None:
        """Note public answers that are not known here: each claims its thread, if nothing else does. What an author has
        taken back is deleted."""
        with self._database.writing() as connection:
            for one in sorted(found, key=lambda one: one.at):
                if connection.execute(_known(network, one.native)).first() is None:
                    _note(connection, network, one, at)

    def wrote(self, network: Network, thread: bytes, author: bytes) -> None:
        """Note whose thread a remembered answer is about, now that it is known."""
        unknown = (claims.c.network == network) & (claims.c.thread == thread) & (claims.c.author == b"")
        with self._database.writing() as connection:
            connection.execute(update(claims).where(unknown).values(author=author))

    # --- sending ------------------------------------------------------------------------------------------------

    def ready(self, network: Network, at: datetime, limit: int, *, answers: bool = True) -> Sequence[Posted]:
        """What is to be sent now, at most `limit`, the oldest first; without public `answers` if they have to wait."""
        return self._those(network, "ready", at, limit, answers=answers)

    def in_doubt(self, network: Network, at: datetime, limit: int) -> Sequence[Posted]:
        """What was begun and is not known to have ended, and may be looked after now."""
        return self._those(network, "sending", at, limit)

    def take(self, number: int, holder: str, at: datetime) -> bool:
        """Begin to send, which is looked after two minutes later if it is not known to have ended.

        False if it is not to be sent any more, or if another process is the bot now.
        """
        with self._database.writing() as connection:
            row = connection.execute(select(outbox.c.network, outbox.c.state).where(outbox.c.id == number)).one()
            held = (bot_state.c.network == row.network) & (bot_state.c.holder == holder) & (bot_state.c.held_until > at)
            if row.state != "ready" or connection.execute(select(bot_state.c.network).where(held)).first() is None:
                return False
            mine = update(outbox).where(outbox.c.id == number)
            connection.execute(mine.values(state="sending", tries=outbox.c.tries + 1, until=at + SETTLES))
            return True

    def sent(self, number: int, native: str, url: str, at: datetime) -> None:
        """It is done. An answer that was taken back meanwhile is deleted next."""
        with self._database.writing() as connection:
            row = connection.execute(select(outbox).where(outbox.c.id == number)).one()
            told = {"native": clean(native), "url": clean(url), "says": ""}
            connection.execute(update(outbox).where(outbox.c.id == number).values(state="sent", **told, **_EMPTY))
            claimed = select(claims.c.answer).where(claims.c.answer == number)
            if row.thread is not None and native and connection.execute(claimed).first() is None:
                _put(connection, _deletion(row.network, native, at))

    def again(self, number: int, until: datetime, says: str) -> None:
        """It was certainly not done, and may be tried again then."""
        self._change(number, {"state": "ready", "until": until, "says": clean(says)})

    def doubtful(self, number: int, until: datetime | None, says: str) -> None:
        """Nobody knows: it is looked after then, or held for the operator if there is no such time."""
        state = "sending" if until else "held"
        self._change(number, {"state": state, "until": until, "says": clean(says)})

    def failed(self, number: int, says: str) -> None:
        """It will never be done; the thread may be answered by whoever asks next."""
        with self._database.writing() as connection:
            connection.execute(delete(claims).where(claims.c.answer == number))
            mine = update(outbox).where(outbox.c.id == number)
            connection.execute(mine.values(state="failed", says=clean(says), **_EMPTY))

    # --- asking -------------------------------------------------------------------------------------------------

    def answer(self, network: Network, thread: bytes) -> Posted | None:
        """The public answer that claims a thread; None if there is none."""
        query = select(outbox).join(claims, claims.c.answer == outbox.c.id)
        return self._one(query.where(claims.c.network == network, claims.c.thread == thread))

    def at(self, network: Network, native: str) -> Posted | None:
        """What the bot posted there; None if that is not known."""
        return self._one(_known(network, native))

    def held(self) -> Sequence[Posted]:
        """What waits for the operator."""
        with self._database.reading() as connection:
            rows = connection.execute(select(outbox).where(outbox.c.state == "held").order_by(outbox.c.id))
            return tuple(map(_posted, rows))

    def _those(
        self, network: Network, state: Progress, at: datetime, limit: int, *, answers: bool = True
    ) -> Sequence[Posted]:
        due = outbox.c.until.is_(None) | (outbox.c.until <= at)
        query = select(outbox).where(outbox.c.network == network, outbox.c.state == state, due)
        if not answers:
            query = query.where(outbox.c.deed != "answer")
        with self._database.reading() as connection:
            return tuple(map(_posted, connection.execute(query.order_by(outbox.c.id).limit(limit))))

    def _one(self, query: Any) -> Posted | None:
        with self._database.reading() as connection:
            row = connection.execute(query).one_or_none()
        return None if row is None else _posted(row)

    def _change(self, number: int, values: dict[str, Any]) -> None:
        with self._database.writing() as connection:
            connection.execute(update(outbox).where(outbox.c.id == number).values(**values))


class Withdrawn(Struct, frozen=True, kw_only=True):
    """Of which answers: about the thread, or about all threads of the author, with that mark."""

    thread: bytes | None = None
    author: bytes | None = None


def _known(network: Network, native: str) -> Select[Any]:
    """What the bot posted there."""
    theirs = (outbox.c.network == network) & (outbox.c.native == native) & (outbox.c.native != "")
    return select(outbox).where(theirs).order_by(outbox.c.id).limit(1)


def _note(connection: Connection, network: Network, found: Remembered, at: datetime) -> None:
    """Write down a public answer as if it had been sent from here."""
    letter = Letter(
        network=network, deed="answer", key=found.native, target="", body=b"", at=found.at, path=clean(found.path)
    )
    number = _put(connection, letter)
    sent = {"state": "sent", "native": clean(found.native), "url": clean(found.url)}
    connection.execute(update(outbox).where(outbox.c.id == number).values(**sent))
    if found.is_over:
        _put(connection, _deletion(network, found.native, at))
        return
    claimed = select(claims.c.answer).where(claims.c.network == network, claims.c.thread == found.thread)
    if connection.execute(claimed).first() is None:
        told = {"network": network, "thread": found.thread, "author": found.author, "answer": number}
        connection.execute(insert(claims).values(**told))


def _of(which: Withdrawn) -> ColumnElement[bool]:
    return claims.c.author == which.author if which.author is not None else claims.c.thread == which.thread


def _put(connection: Connection, letter: Letter, thread: bytes | None = None) -> int:
    """The number of a letter in the box; it is there once, whoever puts it in again."""
    same = (outbox.c.network == letter.network) & (outbox.c.deed == letter.deed) & (outbox.c.key == letter.key)
    known: int | None = connection.execute(select(outbox.c.id).where(same)).scalar_one_or_none()
    if known is not None:
        return known
    told = {name: getattr(letter, name) for name in ("network", "deed", "key", "target", "body", "at", "path")}
    new = insert(outbox).values(**told, state="ready", native="", url="", says="", tries=0, thread=thread)
    number: int = connection.execute(new.returning(outbox.c.id)).scalar_one()
    return number


def _answers(connection: Connection, network: Network, first: int, thread: bytes) -> Sequence[Row[Any]]:
    """The public answer that claimed a thread, and those to later askers, which name the same page. If one of these is
    under way, it is known by the thread, as the first one is, once it is known to be there."""
    mine = outbox.c.id == first
    path = connection.execute(select(outbox.c.path).where(mine)).scalar_one_or_none()
    if path:
        mine |= (outbox.c.network == network) & (outbox.c.deed == "answer") & (outbox.c.path == path)
        connection.execute(update(outbox).where(mine).values(thread=thread))
    return connection.execute(select(outbox).where(mine).order_by(outbox.c.id)).all()


def _take_back(connection: Connection, row: Row[Any], at: datetime) -> None:
    """An answer whose claim is gone: one that may be under way is deleted when it is known to be there (see `sent`)."""
    if row.state == "sent" and row.native:
        _put(connection, _deletion(row.network, row.native, at))
    if row.state == "ready":
        connection.execute(update(outbox).where(outbox.c.id == row.id).values(state="failed", **_EMPTY))


def _deletion(network: Network, native: str, at: datetime) -> Letter:
    return Letter(network=network, deed="delete", key=native, target=native, body=b"", at=at)


def _posted(row: Row[Any]) -> Posted:
    names = ("network", "deed", "key", "target", "body", "at", "path")
    letter = Letter(**{name: getattr(row, name) for name in names})
    told = {name: getattr(row, name) for name in ("id", "state", "native", "url", "says", "tries", "until", "thread")}
    return Posted(letter=letter, **told)
