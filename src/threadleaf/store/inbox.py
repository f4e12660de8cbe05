"""Who mentioned the bot, what is being done about it, and how far the bot has read.

A mention is known by keyed hashes of its notification and its post, so that hearing of it again changes nothing. Its
words are dropped when it is done with, and after thirty days the hashes of who asked, where, and about whom.
"""

from __future__ import annotations

import hmac
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any, Literal

from msgspec import Struct
from sqlalchemy import ColumnElement, Connection, Row, func, insert, select, update

from threadleaf.core.model import Network
from threadleaf.store.cases import ASKERS
from threadleaf.store.engine import Database
from threadleaf.store.schema import bot_state, mentions, outbox

DONE = "done"
Phase = Literal["new", "reading", "acting", "done"]
"""Not looked at · its thread is being unrolled · a wish is being carried out · done with."""

_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)
_WORDS = ("answer", "note", "like")
_FORGOTTEN: dict[str, Any] = dict.fromkeys(("asker", "conversation", "author", "thread"))
_COUNTED = ("unroll", "help", "refuse")


class Arrival(Struct, frozen=True, kw_only=True):
    """A mention as the network told it: `body` is the bot's own form of it, `seen_at` aware UTC."""

    notification: str
    post: str
    body: bytes
    seen_at: datetime


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
    """What was done before: for an asker and in a conversation within an hour, anew of an author within a day, and the
    writes to the network within an hour. A conversation is counted for as long as its hash is known."""

    for_asker: int = 0
    in_conversation: int = 0
    of_author: int = 0
    sent: int = 0


class Marks(Struct, frozen=True, kw_only=True):
    """Keyed hashes of who asked, where, and whose thread is unrolled anew (None: it is not, or for herself)."""

    asker: bytes
    conversation: bytes
    author: bytes | None = None


class Inbox:
    """The face for `Store.inbox`. Every method is one transaction and raises StoreError if the database fails."""

    def __init__(self, database: Database, key: bytes) -> None:
        self._database, self._key = database, key

    def mark(self, kind: str, network: Network, name: str) -> bytes:
        """The keyed hash under which something of a network is known here."""
        told = f"bot\n{kind}\n{network}\n{name}".encode("utf-8", "surrogatepass")
        return hmac.digest(self._key, told, "sha256")

    # --- one bot at a time --------------------------------------------------------------------------------------

    def hold(self, network: Network, holder: str, at: datetime, until: datetime) -> bool:
        """Be the bot of a network until then; False if another process is. Held again before it ends, it goes on."""
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
            connection.execute(mine.values(holder=holder, held_until=until))
            return True

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
            return sum(self._take_in(connection, network, arrival) for arrival in arrivals)

    def _take_in(self, connection: Connection, network: Network, arrival: Arrival) -> bool:
        notification = self.mark("notification", network, arrival.notification)
        post = self.mark("post", network, arrival.post)
        same = (mentions.c.notification == notification) | (mentions.c.post == post)
        if connection.execute(select(mentions.c.id).where(mentions.c.network == network, same)).first():
            return False
        told = {"body": arrival.body, "seen_at": arrival.seen_at, "state": "new", "unroll": "", "verdict": ""}
        connection.execute(insert(mentions).values(network=network, notification=notification, post=post, **told))
        return True

    # --- working off --------------------------------------------------------------------------------------------

    def waiting(self, network: Network, at: datetime, limit: int) -> Sequence[Waiting]:
        """What is to be looked at now, at most `limit`, the oldest first; whose thread is being read comes before."""
        due = mentions.c.until.is_(None) | (mentions.c.until <= at)
        query = select(mentions).where(mentions.c.network == network, mentions.c.state != DONE, due)
        order = (mentions.c.state == "new", mentions.c.seen_at, mentions.c.id)
        with self._database.reading() as connection:
            return tuple(map(_waiting, connection.execute(query.order_by(*order).limit(limit))))

    def being_read(self, network: Network) -> int:
        """For how many a thread is being unrolled."""
        query = select(func.count()).where(mentions.c.network == network, mentions.c.state == "reading")
        with self._database.reading() as connection:
            number: int = connection.execute(query).scalar_one()
        return number

    def counts(self, network: Network, marks: Marks, at: datetime, but: int = 0) -> Counts:
        """What was done before; the mention with the id `but` does not count."""
        counted = mentions.c.verdict.in_(_COUNTED) & (mentions.c.id != but)
        hour, day = mentions.c.decided_at > at - _HOUR, mentions.c.decided_at > at - _DAY
        sent = (outbox.c.network == network) & (outbox.c.at > at - _HOUR) & outbox.c.deed.in_(_WORDS)
        with self._database.reading() as connection:
            return Counts(
                _count(connection, counted & hour & (mentions.c.asker == marks.asker)),
                _count(connection, counted & (mentions.c.conversation == marks.conversation)),
                _count(connection, counted & day & (mentions.c.author == marks.author)) if marks.author else 0,
                _count(connection, sent),
            )

    def later(self, mention: int, until: datetime, *, anew: bool = False) -> None:
        """Look at a mention again, not before then; `anew`: as if it had just come."""
        values: dict[str, Any] = {"until": until}
        if anew:
            values |= {"state": "new", "unroll": "", "verdict": "", "decided_at": None, **_FORGOTTEN}
        self._change(mention, values)

    def reading(self, mention: int, unroll: str, marks: Marks, at: datetime) -> None:
        """Its thread is being unrolled, under that number."""
        self._change(mention, {"state": "reading", "unroll": unroll, **decided("unroll", marks, at)})

    def acting(self, mention: int, verdict: str, thread: bytes | None, at: datetime) -> None:
        """A wish is being carried out, on the thread with that mark if it is about one."""
        self._change(mention, {"state": "acting", "verdict": verdict, "thread": thread, "decided_at": at})

    def settle(self, mention: int, verdict: str, at: datetime, marks: Marks | None = None) -> None:
        """Nothing more is done about a mention."""
        with self._database.writing() as connection:
            settle(connection, mention, decided(verdict, marks, at))

    def forget(self, at: datetime) -> None:
        """Drop the hashes of who asked, where, and about whom, where thirty days have passed."""
        old = (mentions.c.state == DONE) & (mentions.c.decided_at <= at - ASKERS) & mentions.c.asker.is_not(None)
        with self._database.writing() as connection:
            connection.execute(update(mentions).where(old).values(**_FORGOTTEN))

    def _change(self, mention: int, values: dict[str, Any]) -> None:
        with self._database.writing() as connection:
            connection.execute(update(mentions).where(mentions.c.id == mention).values(**values))


def decided(verdict: str, marks: Marks | None, at: datetime) -> dict[str, Any]:
    """What a verdict writes into a mention."""
    known = {name: getattr(marks, name) for name in ("asker", "conversation", "author")} if marks else {}
    return {"verdict": verdict, "decided_at": at, **known}


def settle(connection: Connection, mention: int, values: dict[str, Any]) -> None:
    """A mention is done with: of its words nothing stays."""
    done = update(mentions).where(mentions.c.id == mention)
    connection.execute(done.values(state=DONE, body=None, until=None, unroll="", **values))


def _count(connection: Connection, which: ColumnElement[bool]) -> int:
    number: int = connection.execute(select(func.count()).where(which)).scalar_one()
    return number


def _waiting(row: Row[Any]) -> Waiting:
    told = {name: getattr(row, name) for name in ("id", "body", "seen_at", "unroll", "verdict", "thread")}
    return Waiting(phase=row.state, **told)
