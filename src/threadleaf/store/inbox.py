"""Who mentioned the bot, what is being done about it, and how far the bot has read.

A mention is known by keyed hashes of its notification and its post, so that hearing of it again changes nothing. Its
words are dropped when it is done with, and after thirty days the hashes of who asked, where, and about whom.

Those that wait are taken in rounds, in each of which every asker has one turn and so has every author whose threads are
asked for (start-time fair queueing): whoever asks, or is asked about, thousands of times keeps nobody else waiting.
Wishes have rounds of their own, which come before those of calls.
"""

from __future__ import annotations

import hmac
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any, Literal

from msgspec import Struct
from sqlalchemy import Column, ColumnElement, Connection, Row, delete, exists, func, insert, select, update

from threadleaf.core.model import Network
from threadleaf.store.cases import ASKERS
from threadleaf.store.engine import Database
from threadleaf.store.schema import bot_state, mentions, outbox, turns

DONE = "done"
Phase = Literal["new", "reading", "acting", "done"]
"""Not looked at · its thread is being unrolled · a wish is being carried out · done with."""

_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)
_WORDS = ("answer", "note", "like")
_FORGOTTEN: dict[str, Any] = dict.fromkeys(("asker", "conversation", "author", "thread"))
REFUSED = "refuse"
"""The verdict on whoever was told why not,"""
SILENT = "refuse in silence"
"""and on whoever was not told."""
_COUNTED = ("unroll", "help", REFUSED, SILENT)
_TAKES_ALL = ("forget all", "opt out")
_BEGUN = -1
"""The turn of what has had its turn."""


class Arrival(Struct, frozen=True, kw_only=True):
    """A mention as the network told it: `body` is the bot's own form of it, `seen_at` aware UTC.

    `asker` and `about` are the marks by which turns are taken: who asks, and whose thread (or what) it is about;
    `is_wish`: an author wants something.
    """

    notification: str
    post: str
    body: bytes
    seen_at: datetime
    asker: bytes | None = None
    about: bytes | None = None
    is_wish: bool = False


class Waiting(Struct, frozen=True, kw_only=True):
    """A mention that is not done with. `unroll` is the number of the unroll that it waits for, `verdict` what was
    decided, `thread` the mark of the thread on which a wish is carried out."""

    id: int
    phase: Phase
    body: bytes
    seen_at: datetime
    unroll: str = ""
    verdict: str = ""
    thread: bytes | None = None


class Counts(Struct, frozen=True):
    """What was done before: for an asker within an hour (what she was told to wait for counts, too), in a conversation,
    anew of an author within a day, the writes to the network within an hour, how often an asker was told why not within a
    day, for how many mentions a thread of the author is being unrolled anew, and how often an asker was told of the
    thread in a letter that did not fail. Conversation and thread are counted for as long as their hashes are known."""

    for_asker: int = 0
    in_conversation: int = 0
    of_author: int = 0
    sent: int = 0
    refused: int = 0
    being_read: int = 0
    told: int = 0


class Marks(Struct, frozen=True, kw_only=True):
    """Keyed hashes of who asked, where, whose thread is unrolled anew (None: it is not, or for herself), and about which
    thread, as soon as that is known."""

    asker: bytes
    conversation: bytes
    author: bytes | None = None
    thread: bytes | None = None


class Inbox:
    """The face for `Store.inbox`. Every method is one transaction and raises StoreError if the database fails."""

    def __init__(self, database: Database, key: bytes) -> None:
        self._database, self._key = database, key

    def mark(self, kind: str, network: Network, name: str) -> bytes:
        """The keyed hash under which something of a network is known here."""
        told = f"bot\n{kind}\n{network}\n{name}".encode("utf-8", "surrogatepass")
        return hmac.digest(self._key, told, "sha256")

    # --- one bot at a time --------------------------------------------------------------------------------------

    def hold(
        self, network: Network, holder: str, at: datetime, until: datetime, *, turned: datetime | None = None
    ) -> bool:
        """Be the bot of a network until then; False if another process is. Held again before it ends, it goes on.

        `turned` is when the holder had its last turn. If that is what is noted here, it is `at` from now on; else the
        database is older than what was done, or another process did it (see `turned`).
        """
        with self._database.writing() as connection:
            row = connection.execute(select(bot_state).where(bot_state.c.network == network)).one_or_none()
            if row is None:
                connection.execute(
                    insert(bot_state).values(network=network, cursor="", holder=holder, held_until=until)
                )
                return True
            if row.holder not in ("", holder) and row.held_until > at:
                return False
            mine = update(bot_state).where(bot_state.c.network == network)
            noted = {"turned_at": at} if turned is not None and row.turned_at == turned else {}
            connection.execute(mine.values(holder=holder, held_until=until, **noted))
            return True

    def turned(self, network: Network) -> datetime | None:
        """When the bot had its last turn in which it knew all that it had posted; None if it never had."""
        query = select(bot_state.c.turned_at).where(bot_state.c.network == network)
        with self._database.reading() as connection:
            return connection.execute(query).scalar_one_or_none()

    def catch_up(self, network: Network, holder: str, at: datetime) -> None:
        """All that the bot has posted until then is known here; nothing is noted for who is the bot no more."""
        mine = update(bot_state).where(bot_state.c.network == network, bot_state.c.holder == holder)
        with self._database.writing() as connection:
            connection.execute(mine.values(turned_at=at))

    def let_go(self, network: Network, holder: str) -> None:
        """Be it no more, so that another process need not wait."""
        mine = update(bot_state).where(bot_state.c.network == network, bot_state.c.holder == holder)
        with self._database.writing() as connection:
            connection.execute(mine.values(holder="", held_until=None))

    # --- hearing ------------------------------------------------------------------------------------------------

    def cursor(self, network: Network) -> str:
        """From where to go on reading; empty at the very beginning."""
        query = select(bot_state.c.cursor).where(bot_state.c.network == network)
        with self._database.reading() as connection:
            return connection.execute(query).scalar_one_or_none() or ""

    def hear(self, network: Network, holder: str, arrivals: Collection[Arrival], cursor: str) -> int:
        """Take in what is new, together with the place up to which was read; the answer is how many were new.

        Nothing is taken in by whoever is not the bot (see `hold`).
        """
        with self._database.writing() as connection:
            mine = update(bot_state).where(bot_state.c.network == network, bot_state.c.holder == holder)
            if not connection.execute(mine.values(cursor=cursor)).rowcount:
                return 0
            begins = _round(connection, network)
            return sum(self._take_in(connection, network, arrival, begins) for arrival in arrivals)

    def _take_in(self, connection: Connection, network: Network, arrival: Arrival, begins: int) -> bool:
        notification = self.mark("notification", network, arrival.notification)
        post = self.mark("post", network, arrival.post)
        same = (mentions.c.notification == notification) | (mentions.c.post == post)
        if connection.execute(select(mentions.c.id).where(mentions.c.network == network, same)).first():
            return False
        told = {"body": arrival.body, "seen_at": arrival.seen_at, "state": "new", "unroll": "", "verdict": ""}
        new = insert(mentions).values(network=network, notification=notification, post=post, **told)
        number: int = connection.execute(new.returning(mentions.c.id)).scalar_one()
        marks = {"asker": arrival.asker, "about": arrival.about}
        after = (_last(connection, turns.c[name], mark) + 1 for name, mark in marks.items() if mark is not None)
        turn = 2 * max(begins, *after, 0) + (not arrival.is_wish)
        place = {"network": network, "turn": turn, "seen_at": arrival.seen_at}
        connection.execute(insert(turns).values(mention=number, **place, **marks))
        return True

    # --- working off --------------------------------------------------------------------------------------------

    def waiting(self, network: Network, at: datetime, limit: int) -> Sequence[Waiting]:
        """What is to be looked at now, at most `limit`: wishes, then what was begun, then calls, in turn."""
        query = (
            select(mentions).join(turns, turns.c.mention == mentions.c.id).where(turns.c.network == network, _due(at))
        ).order_by(turns.c.turn, turns.c.seen_at, turns.c.mention)
        is_wish = turns.c.turn % 2 == 0
        with self._database.reading() as connection:
            rows = connection.execute(query.where(is_wish).limit(limit)).all()
            if len(rows) < limit:
                rows = (*rows, *connection.execute(query.where(~is_wish).limit(limit - len(rows))))
        return tuple(map(_waiting, rows))

    def left(self, network: Network) -> int:
        """How many are not done with."""
        with self._database.reading() as connection:
            return _count(connection, turns.c.network == network)

    def being_read(self, network: Network) -> int:
        """For how many a thread is being unrolled. Whoever is told to wait for something else has it unrolled by then."""
        reading = (mentions.c.network == network) & (mentions.c.state == "reading") & mentions.c.until.is_(None)
        query = select(func.count()).where(reading)
        with self._database.reading() as connection:
            number: int = connection.execute(query).scalar_one()
        return number

    def counts(self, network: Network, marks: Marks, at: datetime, but: int = 0) -> Counts:
        """What was done before; the mention with the id `but` does not count."""
        counted = mentions.c.verdict.in_(_COUNTED) & (mentions.c.id != but)
        hour, day = mentions.c.decided_at > at - _HOUR, mentions.c.decided_at > at - _DAY
        spoken = mentions.c.verdict != SILENT
        sent = (outbox.c.network == network) & (outbox.c.at > at - _HOUR) & outbox.c.deed.in_(_WORDS)
        hers = mentions.c.asker == marks.asker
        anew, reading = counted & day & (mentions.c.author == marks.author), mentions.c.state == "reading"
        told = (turns.c.mention == mentions.c.id) & mentions.c.until.is_not(None) & (mentions.c.state == "new")
        before = told & (turns.c.asker == marks.asker) & (turns.c.mention < but)
        theirs = (outbox.c.network == mentions.c.network) & (outbox.c.at == mentions.c.decided_at)
        failed = exists().where(theirs, outbox.c.state == "failed", outbox.c.deed.in_(_WORDS))
        with self._database.reading() as connection:
            return Counts(
                _count(connection, counted & hour & (mentions.c.asker == marks.asker)) + _count(connection, before),
                _count(connection, counted & spoken & (mentions.c.conversation == marks.conversation)),
                _count(connection, anew & ~reading) if marks.author else 0,
                _count(connection, sent),
                _count(connection, day & (mentions.c.verdict == REFUSED) & (mentions.c.asker == marks.asker)),
                _count(connection, anew & reading) if marks.author else 0,
                _count(connection, counted & hers & ~failed & (mentions.c.thread == marks.thread))
                if marks.thread
                else 0,
            )

    def later(self, mention: int, until: datetime, *, anew: bool = False) -> None:
        """Look at a mention again, not before then; `anew`: as if it had just come, in the round that is on."""
        if not anew:
            return self._change(mention, {"until": until})
        begin = {"state": "new", "unroll": "", "verdict": "", "decided_at": None, **_FORGOTTEN}
        mine = turns.c.mention == mention
        with self._database.writing() as connection:
            network: Network = connection.execute(select(turns.c.network).where(mine)).scalar_one()
            connection.execute(update(turns).where(mine).values(turn=2 * _round(connection, network) + 1))
            connection.execute(update(mentions).where(mentions.c.id == mention).values(until=until, **begin))
        return None

    def reading(self, mention: int, unroll: str, marks: Marks, at: datetime) -> None:
        """Its thread is being unrolled, under that number."""
        self._begun(mention, {"state": "reading", "unroll": unroll, **decided("unroll", marks, at)})

    def acting(
        self, mention: int, verdict: str, thread: bytes | None, at: datetime, asker: bytes | None = None
    ) -> None:
        """A wish is being carried out, on the thread with that mark if it is about one. `asker` is the mark of whose it is,
        by which `wishes` knows it."""
        told = {"verdict": verdict, "thread": thread, "decided_at": at, "asker": asker}
        self._begun(mention, {"state": "acting", **told})

    def wishes(self, network: Network, author: bytes, since: datetime) -> bool:
        """Whether an author, by her mark as an asker, has taken everything of hers back since then. Who was heard before
        her calls in vain."""
        hers = (mentions.c.network == network) & (mentions.c.asker == author) & (mentions.c.seen_at >= since)
        query = select(mentions.c.id).where(hers, mentions.c.verdict.in_(_TAKES_ALL)).limit(1)
        with self._database.reading() as connection:
            return connection.execute(query).first() is not None

    def settle(self, mention: int, verdict: str, at: datetime, marks: Marks | None = None) -> None:
        """Nothing more is done about a mention."""
        with self._database.writing() as connection:
            settle(connection, mention, decided(verdict, marks, at))

    def forget(self, at: datetime) -> None:
        """Drop the hashes of who asked, where, and about whom, where thirty days have passed."""
        old = (mentions.c.state == DONE) & (mentions.c.decided_at <= at - ASKERS) & mentions.c.asker.is_not(None)
        with self._database.writing() as connection:
            connection.execute(update(mentions).where(old).values(**_FORGOTTEN))

    def _begun(self, mention: int, values: dict[str, Any]) -> None:
        """It has had its turn, and is gone on with before others have theirs."""
        with self._database.writing() as connection:
            connection.execute(update(mentions).where(mentions.c.id == mention).values(until=None, **values))
            connection.execute(update(turns).where(turns.c.mention == mention).values(turn=_BEGUN))

    def _change(self, mention: int, values: dict[str, Any]) -> None:
        with self._database.writing() as connection:
            connection.execute(update(mentions).where(mentions.c.id == mention).values(**values))


def decided(verdict: str, marks: Marks | None, at: datetime) -> dict[str, Any]:
    """What a verdict writes into a mention."""
    known = {name: getattr(marks, name) for name in ("asker", "conversation", "author")} if marks else {}
    known |= {"thread": marks.thread} if marks and marks.thread else {}
    return {"verdict": verdict, "decided_at": at, **known}


def settle(connection: Connection, mention: int, values: dict[str, Any]) -> None:
    """A mention is done with: of its words nothing stays."""
    done = update(mentions).where(mentions.c.id == mention)
    connection.execute(done.values(state=DONE, body=None, until=None, unroll="", **values))
    connection.execute(delete(turns).where(turns.c.mention == mention))


def _due(at: datetime) -> ColumnElement[bool]:
    return mentions.c.until.is_(None) | (mentions.c.until <= at)


def _round(connection: Connection, network: Network) -> int:
    """The round that is on; 0 if nobody waits. Whoever was told to wait longer does not hold it up."""
    query = select(turns.c.turn).join(mentions, turns.c.mention == mentions.c.id)
    first = query.where(turns.c.network == network, turns.c.turn > _BEGUN, mentions.c.until.is_(None))
    return (connection.execute(first.order_by(turns.c.turn).limit(1)).scalar_one_or_none() or 0) // 2


def _last(connection: Connection, column: Column[Any], mark: bytes) -> int:
    """The last round in which somebody has a turn; -1 if there is none to come."""
    last: int | None = connection.execute(select(func.max(turns.c.turn)).where(column == mark)).scalar_one()
    return -1 if last is None else last // 2


def _count(connection: Connection, which: ColumnElement[bool]) -> int:
    number: int = connection.execute(select(func.count()).where(which)).scalar_one()
    return number


def _waiting(row: Row[Any]) -> Waiting:
    told = {name: getattr(row, name) for name in ("id", "body", "seen_at", "unroll", "verdict", "thread")}
    return Waiting(phase=row.state, **told)
