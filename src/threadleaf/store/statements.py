"""Authors: the codes by which they prove who they are, the secrets of their consoles, and what they said of their pages.

Nobody is named: codes, secrets and accounts are keyed hashes, and so are the ways to the pages of which something was
said. So what an author said holds when a page is made again, from whichever of its posts.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Collection
from datetime import datetime, timedelta
from hashlib import sha256

from sqlalchemy import ColumnElement, Connection, delete, func, insert, select, update

from threadleaf.core.characters import clean
from threadleaf.core.model import Network
from threadleaf.core.proofs import LASTS, Claim, Way, code
from threadleaf.store import catalogue
from threadleaf.store.aliases import Alias
from threadleaf.store.engine import Database
from threadleaf.store.moderation import count, log
from threadleaf.store.records import PageVisibility, Saved
from threadleaf.store.rows import LISTED, chunks, saved
from threadleaf.store.schema import aliases, codes, pages, statements, threads

IDLE = timedelta(hours=1)
"""After so long without a sign of life a console is closed."""

_CLAIM, _CONSOLE = "claim", "console"
ALLOWED = "allowed"
"""What stands beside an account that agrees to pages of its threads, whoever asks."""


class Statements:
    """What authors say and prove, as the database knows it. Every method is one transaction and raises StoreError."""

    def __init__(self, database: Database, key: bytes) -> None:
        self._database = database
        self._key = key

    # --- codes ----------------------------------------------------------------------------------------------

    def new_claim(self, network: Network, author: str, at: datetime) -> str:
        """The ticket of a new claim, 128 random bits: whoever has it can look for the code that `core.proofs.code` makes of it."""
        ticket = secrets.token_urlsafe(16)
        who = self._who(network, author)
        values = {"mark": self._code(code(ticket)), "who": who, "kind": _CLAIM, "way": "", "at": at}
        with self._database.writing() as connection:
            connection.execute(insert(codes).values(values))
        return ticket

    def claim(self, ticket: str, network: Network, author: str, at: datetime) -> Claim | None:
        """The claim of a ticket, if it is one for this account that can be used still."""
        this = code(ticket)
        query = select(codes.c.at).where(self._is_claim(this), codes.c.who == self._who(network, author))
        with self._database.reading() as connection:
            issued = connection.execute(query.where(codes.c.at > at - LASTS)).scalar_one_or_none()
        return Claim(network=network, author=author, code=this, issued=issued) if issued else None

    def heard(self, seen: str, network: Network, author: str, way: Way, at: datetime) -> bool:
        """Note that an account has shown this code; False if that proves no claim of this account."""
        fits = (codes.c.who == self._who(network, author)) & (codes.c.at > at - LASTS)
        with self._database.writing() as connection:
            noted = update(codes).where(self._is_claim(seen), fits).values(way=way)
            return connection.execute(noted).rowcount > 0

    def proved(self, claim: Claim) -> Way | None:
        """The way in which a claim was proved by what was `heard`; None if it was not."""
        with self._database.reading() as connection:
            way = connection.execute(select(codes.c.way).where(self._is_claim(claim.code))).scalar_one_or_none()
        return way or None

    # --- consoles -------------------------------------------------------------------------------------------

    def open(self, claim: Claim, way: Way, at: datetime) -> str | None:
        """The secret of a console, 128 random bits, for a claim that was proved; None if its code is used up."""
        secret = secrets.token_urlsafe(16)
        who = self._who(claim.network, claim.author)
        with self._database.writing() as connection:
            if not connection.execute(delete(codes).where(self._is_claim(claim.code))).rowcount:
                return None
            values = {"mark": self._secret(secret), "who": who, "kind": _CONSOLE, "way": way, "at": at}
            connection.execute(insert(codes).values(values))
            log(connection, at, "author proved", claim.network)
            count(connection, at, "authors proved")
        return secret

    def console(self, secret: str, network: Network, author: str, at: datetime) -> Way | None:
        """The way in which the owner of a console proved it to be this account's; None if it is closed, or another's.

        It stays open by this.
        """
        this = (codes.c.mark == self._secret(secret)) & (codes.c.kind == _CONSOLE)
        this &= (codes.c.who == self._who(network, author)) & (codes.c.at > at - IDLE)
        with self._database.writing() as connection:
            way: Way | None = connection.execute(select(codes.c.way).where(this)).scalar_one_or_none()
            connection.execute(update(codes).where(this).values(at=at))
        return way

    def close(self, secret: str) -> None:
        """Close a console."""
        with self._database.writing() as connection:
            connection.execute(delete(codes).where(codes.c.mark == self._secret(secret)))

    def forget(self, at: datetime) -> None:
        """Drop the codes and consoles whose time is over."""
        with self._database.writing() as connection:
            for kind, lasts in ((_CLAIM, LASTS), (_CONSOLE, IDLE)):
                connection.execute(delete(codes).where(codes.c.kind == kind, codes.c.at <= at - lasts))

    # --- pages ----------------------------------------------------------------------------------------------

    def theirs(self, network: Network, author: str, limit: int) -> tuple[Saved, ...]:
        """The pages of an account's threads, hidden and private ones too, the newest first, at most `limit`."""
        query = select(*LISTED).where(*_by(network, author)).order_by(threads.c.id.desc()).limit(limit)
        with self._database.reading() as connection:
            return tuple(map(saved, connection.execute(query)))

    def private(self, network: Network, author: str) -> int:
        """How many private copies there are of an account's threads."""
        query = select(func.count()).select_from(threads).where(*_by(network, author))
        with self._database.reading() as connection:
            return int(connection.execute(query.where(threads.c.visibility == "private")).scalar_one())

    def declare(self, page: Saved, says: PageVisibility, at: datetime) -> None:
        """Have a page listed or unlisted by its author's word, now and whenever it is made again."""
        with self._database.writing() as connection:
            leading = connection.execute(select(aliases.c.digest).where(aliases.c.thread == page.number))
            marks = sorted(_mark(self._key, bytes(digest)) for digest in leading.scalars())
            for some in chunks(marks):
                connection.execute(delete(statements).where(statements.c.mark.in_(some)))
            connection.execute(insert(statements), [{"mark": mark, "says": says, "at": at} for mark in marks])
            _show(connection, page.number, says)
            connection.execute(delete(pages).where(pages.c.thread == page.number))
            catalogue.again(connection, self._key, page.number)
            log(connection, at, f"author made {says}", page.network)

    # --- accounts -------------------------------------------------------------------------------------------

    def allow(self, network: Network, author: str, at: datetime) -> None:
        """Note that an author agrees to pages of her threads, whoever asks for them."""
        with self._database.writing() as connection:
            mark = self._who(network, author)
            connection.execute(delete(statements).where(statements.c.mark == mark))
            connection.execute(insert(statements).values(mark=mark, says=ALLOWED, at=at))

    def disallow(self, network: Network, author: str) -> None:
        """Take that back."""
        with self._database.writing() as connection:
            connection.execute(delete(statements).where(statements.c.mark == self._who(network, author)))

    def allows(self, network: Network, author: str) -> bool:
        """Whether an author agrees to pages of her threads, whoever asks for them."""
        query = select(statements.c.says).where(statements.c.mark == self._who(network, author))
        with self._database.reading() as connection:
            return connection.execute(query).scalar_one_or_none() == ALLOWED

    # --- marks ----------------------------------------------------------------------------------------------

    def _is_claim(self, this: str) -> ColumnElement[bool]:
        return (codes.c.mark == self._code(this)) & (codes.c.kind == _CLAIM)

    def _code(self, this: str) -> bytes:
        return _keyed(self._key, f"code\n{this}")

    def _secret(self, secret: str) -> bytes:
        return _keyed(self._key, f"console\n{secret}")

    def _who(self, network: Network, author: str) -> bytes:
        return account_mark(self._key, network, author)


def account_mark(key: bytes, network: Network, author: str) -> bytes:
    """The keyed hash by which an account is known where its author proves or says something."""
    return _keyed(key, f"account\n{network}\n{author}")


def follow(connection: Connection, key: bytes, ways: Collection[Alias], number: int) -> None:
    """Show a page that was just saved as its author said of it, if she did, whatever was asked for now.

    Of what was said of several pages that turn out to be one, the last counts.
    """
    marks = sorted({_mark(key, way.digest) for way in ways})
    said = [
        row
        for some in chunks(marks)
        for row in connection.execute(select(statements).where(statements.c.mark.in_(some)))
    ]
    if not said:
        return
    last = max(said, key=lambda row: row.at)
    known = {bytes(row.mark) for row in said}
    new = [{"mark": mark, "says": last.says, "at": last.at} for mark in marks if mark not in known]
    if new:
        connection.execute(insert(statements), new)
    _show(connection, number, last.says)


def _show(connection: Connection, number: int, says: PageVisibility) -> None:
    """Change who sees a page, unless it is private; its tag changes with that."""
    this = (threads.c.id == number) & (threads.c.visibility.not_in((says, "private")))
    etag = connection.execute(select(threads.c.etag).where(this)).scalar_one_or_none()
    if etag is not None:
        tag = sha256(f"{etag}\n{says}".encode()).hexdigest()[:32]
        connection.execute(update(threads).where(this).values(visibility=says, etag=tag))


def _by(network: Network, author: str) -> tuple[ColumnElement[bool], ...]:
    return threads.c.network == network, threads.c.author_id == clean(author), ~threads.c.removing


def _mark(key: bytes, digest: bytes) -> bytes:
    return hmac.digest(key, b"said\n" + digest, "sha256")


def _keyed(key: bytes, text: str) -> bytes:
    return hmac.digest(key, text.encode("utf-8", "surrogatepass"), "sha256")
