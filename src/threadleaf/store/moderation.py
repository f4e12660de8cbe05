"""Reports, hidden pages, blocked hosts, the log of what was done, and the numbers that everybody may see."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, delete, insert, select, update

from threadleaf.store import catalogue, hiding, removal
from threadleaf.store.aliases import Alias, alias_of_path
from threadleaf.store.cases import ASKERS, WAITING, Complaint, Counted, Deed, Report, Verdict
from threadleaf.store.engine import Database
from threadleaf.store.records import Saved
from threadleaf.store.rows import LISTED, saved
from threadleaf.store.schema import aliases, audit, blocked_hosts, reports, threads, yearly

CONTACTS = timedelta(days=30)
"""How long after the decision the contact and the reporter's own words are kept."""
LOG = timedelta(days=730)
"""How long the log of what was done is kept."""


class Moderation:
    """What reports need of the database. Every method is one transaction and raises StoreError."""

    def __init__(self, database: Database, key: bytes) -> None:
        self._database = database
        self._key = key

    def check(self) -> None:
        """Take a writer's turn and change nothing."""
        with self._database.writing():
            pass

    # --- reports --------------------------------------------------------------------------------------------

    def report(self, said: Complaint, at: datetime) -> str:
        """Keep a report; the answer is its ticket, 128 random bits of which only a hash is kept."""
        ticket = secrets.token_urlsafe(16)
        values = {**msgspec.structs.asdict(said), "ticket": _hash(ticket), "at": at, "state": "open", "because": ""}
        with self._database.writing() as connection:
            connection.execute(insert(reports).values(values))
            count(connection, at, f"reported {said.reason}")
        return ticket

    def ticket(self, ticket: str) -> Report | None:
        """The report that a ticket stands for; None if there is none."""
        return self._one(reports.c.ticket == _hash(ticket))

    def numbered(self, number: int) -> Report | None:
        """A report by its number; None if there is none."""
        return self._one(reports.c.id == number)

    def _one(self, condition: Any) -> Report | None:
        with self._database.reading() as connection:
            row = connection.execute(select(reports).where(condition)).one_or_none()
        return _report(row) if row else None

    def waiting(self) -> Sequence[Report]:
        """The reports that wait for a decision: the first due, the first here."""
        with self._database.reading() as connection:
            rows = connection.execute(select(reports).where(reports.c.state.in_(WAITING))).all()
        return sorted(map(_report, rows), key=lambda report: (report.due(), report.number))

    def decided(self, limit: int) -> Sequence[Report]:
        """The reports that were decided last, at most `limit`, newest first."""
        query = select(reports).where(reports.c.state.not_in(WAITING)).order_by(reports.c.decided_at.desc())
        with self._database.reading() as connection:
            return tuple(map(_report, connection.execute(query.limit(limit))))

    def decide(self, report: Report, verdict: Verdict, because: str, at: datetime) -> None:
        """Write down what was decided, and log it. After a removal nothing is left that says what was removed, and
        other reports of the same page are decided with it. Decided otherwise, a report counts for the last decision only."""
        final = verdict != "hidden"
        values: dict[str, Any] = {"state": verdict, "because": because, "decided_at": at if final else None}
        which = reports.c.id == report.number
        if verdict == "removed":
            values |= {"path": "", "address": ""}
            same = (reports.c.path == report.said.path) & reports.c.state.in_(WAITING)
            which |= same if report.said.path else which
        query = select(reports.c.state, reports.c.decided_at).where(which, reports.c.state != verdict)
        with self._database.writing() as connection:
            before = connection.execute(query).all()
            connection.execute(update(reports).where(which).values(values))
            for row in before:
                if row.decided_at is not None:
                    count(connection, row.decided_at, f"reports {row.state}", -1)
            if final and before:
                count(connection, at, f"reports {verdict}", len(before))
            log(connection, at, f"report {verdict}" if before else "report answered", f"no. {report.number}")

    def others_hide(self, report: Report) -> bool:
        """Whether the page of a report is hidden because of another one too."""
        same = (reports.c.path == report.said.path) & (reports.c.state == "hidden") & (reports.c.id != report.number)
        with self._database.reading() as connection:
            return connection.execute(select(reports.c.id).where(same).limit(1)).first() is not None

    # --- hidden pages ---------------------------------------------------------------------------------------

    def hide(self, ways: Collection[Alias], at: datetime) -> tuple[Saved, ...]:
        """Hide the pages that any of these ways leads to, public and private ones, whatever is the same thread."""
        with self._database.writing() as connection:
            return self._hide(connection, ways, at)

    def _hide(self, connection: Connection, ways: Collection[Alias], at: datetime) -> tuple[Saved, ...]:
        rows, _ = removal.family(connection, ways)
        for row in rows:
            leading = connection.execute(select(aliases.c.digest).where(aliases.c.thread == row.id)).scalars()
            hiding.hide(connection, self._key, row.id, [bytes(digest) for digest in leading], at)
        return tuple(saved(row) for row in rows)

    def hide_undecided(self, report: Report, at: datetime) -> bool:
        """Hide the page of a report because nobody has decided it, and log that the site did; False if somebody has."""
        still = (reports.c.id == report.number) & (reports.c.state == "open")
        with self._database.writing() as connection:
            if not connection.execute(update(reports).where(still).values(state="hidden")).rowcount:
                return False
            self._hide(connection, [alias_of_path(report.said.path)], at)
            log(connection, at, "report hidden by the site", f"no. {report.number}")
        return True

    def show(self, ways: Collection[Alias]) -> None:
        """Hide them no longer, whether they are kept now or not."""
        with self._database.writing() as connection:
            _, digests = removal.family(connection, ways)
            hiding.show(connection, self._key, digests)

    # --- blocked hosts --------------------------------------------------------------------------------------

    def block_host(self, host: str, at: datetime) -> tuple[Saved, ...]:
        """Read nothing of a server any more, and delete what is kept of its threads (the answer). No tombstones."""
        theirs = (threads.c.network == "fedi") & threads.c.key.startswith(f"https://{host}/", autoescape=True)
        with self._database.writing() as connection:
            connection.execute(delete(blocked_hosts).where(blocked_hosts.c.host == host))
            connection.execute(insert(blocked_hosts).values(host=host, since=at))
            rows = connection.execute(select(*LISTED).where(theirs, ~threads.c.removing).order_by(threads.c.id)).all()
            catalogue.leave(connection, [row.id for row in rows])
            connection.execute(delete(threads).where(theirs))
            log(connection, at, "host blocked", host)
        self._database.scrub()
        return tuple(saved(row) for row in rows)

    def allow_host(self, host: str, at: datetime) -> bool:
        """Read it again; False if it was not blocked."""
        with self._database.writing() as connection:
            gone = connection.execute(delete(blocked_hosts).where(blocked_hosts.c.host == host)).rowcount > 0
            if gone:
                log(connection, at, "host allowed", host)
        return gone

    def blocked_hosts(self) -> Sequence[tuple[str, datetime]]:
        """The blocked servers by name, and since when."""
        query = select(blocked_hosts.c.host, blocked_hosts.c.since).order_by(blocked_hosts.c.host)
        with self._database.reading() as connection:
            return [(row.host, row.since) for row in connection.execute(query)]

    def is_blocked(self, host: str) -> bool:
        """Whether a server is blocked."""
        query = select(blocked_hosts.c.since).where(blocked_hosts.c.host == host)
        with self._database.reading() as connection:
            return connection.execute(query).first() is not None

    # --- the log, the numbers, forgetting -------------------------------------------------------------------

    def note(self, did: str, about: str, at: datetime) -> None:
        """Log something done in the operator's name; `about` names nobody."""
        with self._database.writing() as connection:
            log(connection, at, did, about)

    def deeds(self, limit: int) -> Sequence[Deed]:
        """The newest lines of the log, at most `limit`."""
        query = select(audit.c.at, audit.c.did, audit.c.about).order_by(audit.c.id.desc()).limit(limit)
        with self._database.reading() as connection:
            return tuple(Deed(*row) for row in connection.execute(query))

    def numbers(self) -> Sequence[Counted]:
        """What was counted, the newest year first."""
        query = select(yearly).order_by(yearly.c.year.desc(), yearly.c.what)
        with self._database.reading() as connection:
            return tuple(Counted(*row) for row in connection.execute(query))

    def forget(self, at: datetime) -> None:
        """Drop what was promised to be dropped: contacts, words and addresses after the decision, hashes of senders,
        old lines of the log."""
        decided = reports.c.decided_at < at - CONTACTS
        empty = {"contact": "", "words": "", "address": "", "path": ""}
        with self._database.writing() as connection:
            connection.execute(update(reports).where(decided).values(empty))
            connection.execute(update(reports).where(reports.c.at < at - ASKERS).values(asker=None))
            connection.execute(delete(audit).where(audit.c.at < at - LOG))


def log(connection: Connection, at: datetime, did: str, about: str = "") -> None:
    """Write a line into the log of what was done."""
    connection.execute(insert(audit).values(at=at, did=did, about=about))


def count(connection: Connection, at: datetime, what: str, number: int = 1) -> None:
    """Add to a number of a year."""
    here = (yearly.c.year == at.year) & (yearly.c.what == what)
    added = update(yearly).where(here).values(number=yearly.c.number + number)
    if not connection.execute(added).rowcount:
        connection.execute(insert(yearly).values(year=at.year, what=what, number=number))


def _report(row: Row[Any]) -> Report:
    values = dict(row._mapping)  # noqa: SLF001 -- SQLAlchemy's public face
    told = {name: values[name] for name in Complaint.__struct_fields__}
    if told["asker"] is not None:
        told["asker"] = bytes(told["asker"])
    return Report(
        number=row.id,
        at=row.at,
        said=Complaint(**told),
        state=row.state,
        decided_at=row.decided_at,
        because=row.because,
    )


def _hash(ticket: str) -> bytes:
    return sha256(ticket.encode("utf-8", "surrogatepass")).digest()
