"""The operator's password, the one-time link that sets it, and where the operator is signed in.

Of links and sessions only hashes are kept: whoever reads the database cannot sign in with what is there.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, delete, insert, or_, select, update

from threadleaf.store.cases import Session
from threadleaf.store.engine import Database
from threadleaf.store.moderation import log
from threadleaf.store.schema import meta, sessions

LINK = timedelta(hours=1)
"""How long a link works that sets the password."""
IDLE = timedelta(hours=12)
"""After so long without a sign of life a session is over,"""
LONGEST = timedelta(days=7)
"""and after so long in any case."""

_PASSWORD, _LINK = "operator-password", "operator-link"
_MINUTE = timedelta(minutes=1)


class Operators:
    """The operator as the database knows them. Every method is one transaction and raises StoreError."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def password(self) -> str:
        """The hash of the password; empty if none was ever set."""
        with self._database.reading() as connection:
            return _value(connection, _PASSWORD).decode()

    def new_link(self, at: datetime) -> str:
        """The secret of a new link; the one before works no longer."""
        token = secrets.token_urlsafe(16)
        with self._database.writing() as connection:
            _set(connection, _LINK, _hash(token) + (at + LINK).isoformat().encode())
            log(connection, at, "set-up link made")
        return token

    def link_works(self, token: str, at: datetime) -> bool:
        """Whether a link would set the password now."""
        with self._database.reading() as connection:
            return _works(connection, token, at)

    def set_password(self, token: str, hashed: str, at: datetime) -> bool:
        """Set the password by a link, which then works no longer, and end all sessions. False: the link is none."""
        with self._database.writing() as connection:
            if not _works(connection, token, at):
                return False
            _set(connection, _PASSWORD, hashed.encode())
            connection.execute(delete(meta).where(meta.c.name == _LINK))
            connection.execute(delete(sessions))
            log(connection, at, "password set")
        return True

    def begin(self, at: datetime) -> str:
        """A new session; the answer is its secret, 128 random bits."""
        secret = secrets.token_urlsafe(16)
        with self._database.writing() as connection:
            connection.execute(delete(sessions).where(_over(at)))
            connection.execute(insert(sessions).values(mark=_hash(secret), begun_at=at, seen_at=at))
            log(connection, at, "signed in")
        return secret

    def session(self, secret: str, at: datetime) -> Session | None:
        """The session of a secret, which stays alive by this; None if there is none or it is over."""
        this = sessions.c.mark == _hash(secret)
        with self._database.reading() as connection:
            row = connection.execute(_columns().where(this, ~_over(at))).one_or_none()
        if row is None:
            return None
        if at - row.seen_at >= _MINUTE:  # a write for every page would be too much
            with self._database.writing() as connection:
                connection.execute(update(sessions).where(this).values(seen_at=at))
        return _session(row)

    def sessions(self, at: datetime) -> Sequence[Session]:
        """Where the operator is signed in, newest first."""
        with self._database.reading() as connection:
            rows = connection.execute(_columns().where(~_over(at)).order_by(sessions.c.id.desc()))
            return [_session(row) for row in rows]

    def end(self, number: int, at: datetime) -> None:
        """End a session; nothing happens if there is none of that number."""
        with self._database.writing() as connection:
            if connection.execute(delete(sessions).where(sessions.c.id == number)).rowcount:
                log(connection, at, "signed out")


def _columns() -> Select[tuple[int, datetime, datetime]]:
    return select(sessions.c.id, sessions.c.begun_at, sessions.c.seen_at)


def _session(row: Row[Any]) -> Session:
    return Session(row.id, row.begun_at, row.seen_at)


def _over(at: datetime) -> ColumnElement[bool]:
    return or_(sessions.c.seen_at <= at - IDLE, sessions.c.begun_at <= at - LONGEST)


def _works(connection: Connection, token: str, at: datetime) -> bool:
    kept = _value(connection, _LINK)
    if not kept or not hmac.compare_digest(kept[:32], _hash(token)):
        return False
    return at < datetime.fromisoformat(kept[32:].decode()).astimezone(UTC)


def _value(connection: Connection, name: str) -> bytes:
    return bytes(connection.execute(select(meta.c.value).where(meta.c.name == name)).scalar() or b"")


def _set(connection: Connection, name: str, value: bytes) -> None:
    connection.execute(delete(meta).where(meta.c.name == name))
    connection.execute(insert(meta).values(name=name, value=value))


def _hash(secret: str) -> bytes:
    return sha256(secret.encode("utf-8", "surrogatepass")).digest()
