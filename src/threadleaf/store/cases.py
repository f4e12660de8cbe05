"""Reports and what comes of them, limits, sessions: plain data, no database."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Literal

from msgspec import Struct

from threadleaf.core.model import Network

Reason = Literal["author", "privacy", "rights", "law", "wrong", "other"]
"""Why somebody reports a page: it is theirs · it tells of somebody what it must not · copyright · otherwise against
the law · it does not show what was posted · anything else."""

Case = Literal["open", "hidden", "kept", "removed"]
"""Where a report stands. `open` and `hidden` wait for the operator; hidden pages are seen by nobody meanwhile."""

Verdict = Literal["hidden", "kept", "removed"]

WAITING: tuple[Case, ...] = ("open", "hidden")

ASKERS = timedelta(days=30)
"""How long the keyed hash of who sent a report is kept."""

UNDECIDED = timedelta(hours=23, minutes=30)
"""So long an author's report of her own page waits for the operator before the page is hidden (rights.md §3: within 24
hours; the site looks every ten minutes)."""


class Complaint(Struct, frozen=True, kw_only=True):
    """What somebody reports.

    `path` is our page of it (empty if there is none), `address` what was given; `contact` may be empty; `asker` is
    the keyed hash of who sent it, None if that is not known or was dropped in time.
    """

    reason: Reason
    words: str
    address: str = ""
    path: str = ""
    network: Network | Literal[""] = ""
    contact: str = ""
    asker: bytes | None = None


class Report(Struct, frozen=True, kw_only=True):
    """A report as it is kept. `because` is the operator's reason, for the reporter to read."""

    number: int
    at: datetime
    said: Complaint
    state: Case
    decided_at: datetime | None
    because: str

    @property
    def about(self) -> str:
        """What it is about, as far as that is still known: the address of a page goes with the page."""
        return self.said.path or self.said.address or ("a page that was removed" if self.decided_at else "the site")

    def due(self, hours: int = 24, days: int = 30) -> datetime:
        """When it has to be decided: in so many hours for an author's own page and for X, whose terms say a day at most;
        else in so many days."""
        urgent = self.said.reason == "author" or self.said.network == "x"
        return self.at + (timedelta(hours=hours) if urgent else timedelta(days=days))


class Deed(Struct, frozen=True):
    """One line of the log of what was done in the operator's name: nothing that names anybody."""

    at: datetime
    did: str
    about: str


class Counted(Struct, frozen=True):
    """How often something happened in a year."""

    year: int
    what: str
    number: int


class Rate(Struct, frozen=True):
    """A limit: how many uses each who asks has, and all together, in so many seconds from the first use."""

    kind: str
    each: int
    all: int
    seconds: int


class Spent(Struct, frozen=True):
    """What came of asking `at` some time: whether it is allowed, how many uses of how many remain (`most` is 0 where
    nothing is counted), and when all are there again."""

    allowed: bool
    most: int
    remaining: int
    at: datetime
    reset_at: datetime
    seconds: int


class Session(Struct, frozen=True):
    """Where the operator is signed in."""

    number: int
    begun_at: datetime
    seen_at: datetime
