"""What the operator of a site does, and what others may ask of the operator: reports, blocks, limits, signing in.

reader's report → ticket ─┐
                          ├→ hide (nobody sees the page while it is looked at) → keep, or remove for good
operator's decision ──────┘
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import date, datetime
from typing import TYPE_CHECKING

from threadleaf.core.errors import Gone, NotFound, Refused, UnknownAddress
from threadleaf.core.model import Network, Ref
from threadleaf.core.ref import parse
from threadleaf.render.tongue import marked
from threadleaf.service import indexing, passwords
from threadleaf.store.aliases import SECRET, Alias, alias_of, alias_of_path
from threadleaf.store.cases import (
    ASKERS,
    UNDECIDED,
    Complaint,
    Counted,
    Deed,
    Rate,
    Reason,
    Report,
    Session,
    Spent,
    Verdict,
)
from threadleaf.store.records import Reading, Removal, Saved

if TYPE_CHECKING:
    from threadleaf.store.threads import Store

_PAGES = ("/t/", SECRET)
_NO_PAGE = marked("There is no page of this here, so there is nothing to take down. Check the address.")
_REMOVALS: dict[Reason, Removal] = {"author": "author", "privacy": "law", "rights": "law", "law": "law"}


class Desk:
    """The operator's desk of one instance, which `Threadleaf.desk` gives. Everything here raises StoreError.

    `swept` is called when pages are gone, for what stood on them.
    """

    def __init__(
        self,
        store: Store,
        clock: Callable[[], datetime],
        mirrors: Mapping[str, Network],
        swept: Callable[[], None],
    ) -> None:
        self._store = store
        self._clock = clock
        self._mirrors = mirrors
        self._swept = swept
        self._tidied = date.min

    def now(self) -> datetime:
        """The time by the instance's clock."""
        return self._clock()

    def check(self) -> None:
        """Raise StoreError if the database cannot be written to now."""
        self._store.moderation.check()

    # --- reports --------------------------------------------------------------------------------------------

    def report(self, address: str, reason: Reason, words: str, *, contact: str = "", asker: str = "") -> str:
        """Take in a report of a page, by its path here or by the address of any of its posts; the answer is a ticket.

        Without an address it is about the site. A page that was taken down may be reported too. Raises UnknownAddress
        (not the address of a post) and NotFound (there is no page of it here, so there is nothing to decide).
        """
        path, network = self._subject(address) if address else ("", None)
        mark = self._store.counters.mark(asker) if asker else None
        said = Complaint(
            reason=reason,
            words=words,
            address=address,
            path=path,
            network=network or "",
            contact=contact,
            asker=mark,
        )
        return self._store.moderation.report(said, self._clock())

    def _subject(self, address: str) -> tuple[str, Network | None]:
        """The path of the page at an address, empty if it was taken down, and its network."""
        if address.startswith("/") and not address.startswith(_PAGES):
            return "", None  # a list, say: that is about the site
        way, ref = self._way(address)
        try:
            pages = self._store.find([way], behind=True)
        except Gone:
            return "", ref.network if ref else None
        if not pages:
            raise NotFound(_NO_PAGE, subject=address)
        return pages[0].path, pages[0].network

    def _way(self, address: str) -> tuple[Alias, Ref | None]:
        if address.startswith("/"):
            return alias_of_path(address), None
        ref = parse(address, mirrors=self._mirrors)
        return alias_of(ref), ref

    def ticket(self, ticket: str) -> Report | None:
        """Where a report stands, by the ticket that the reporter was given; None if there is no such ticket."""
        return self._store.moderation.ticket(ticket)

    def numbered(self, number: int) -> Report | None:
        """A report by its number; None if there is none."""
        return self._store.moderation.numbered(number)

    def waiting(self) -> Sequence[Report]:
        """The reports to be decided: the first due, the first here."""
        return self._store.moderation.waiting()

    def decided(self, limit: int) -> Sequence[Report]:
        """The reports that were decided last, at most `limit`."""
        return self._store.moderation.decided(limit)

    def reading(self, report: Report) -> Reading | None:
        """The page that a report is about, hidden or not, with all that is kept of it; None if there is none."""
        if not report.said.path:
            return None
        with suppress(Gone):
            return self._store.read(alias_of_path(report.said.path), behind=True)
        return None

    def decide(self, report: Report, verdict: Verdict, because: str, removal: Removal | None = None) -> None:
        """Hide the page of a report for now, keep it, or remove it for good; `because` is for the reporter to read.

        `removal` is the class of the reason that everybody sees in place of the page; None: as the report's reason
        says. A page that is kept is shown again, unless another report hides it too. A removal is for good: after it,
        `kept` gives the reporter another answer and nothing else. Raises UnknownAddress if the report is about no page,
        which can only be answered (`kept`).
        """
        at, desk, path = self._clock(), self._store.moderation, report.said.path
        if verdict != "kept" and not path:
            raise UnknownAddress("This report is about no page that is here, so it can only be answered.")
        if verdict == "hidden":
            desk.hide([alias_of_path(path)], at)
        elif verdict == "removed":
            with suppress(Gone):  # what was asked for is done
                self._store.remove([alias_of_path(path)], removal or _REMOVALS.get(report.said.reason, "operator"), at)
                self._store.finish_removals()
                self._swept()
        elif path and not desk.others_hide(report):
            desk.show([alias_of_path(path)])
        desk.decide(report, "removed" if report.state == "removed" else verdict, because, at)

    def will_hide(self, report: Report) -> bool:
        """Whether the page of a report is hidden if the operator does not decide within a day: its sender says that it is
        her own, and is not blocked. After thirty days nobody knows whether she was."""
        said, at = report.said, self._clock()
        if report.state != "open" or said.reason != "author" or not said.path or at - report.at >= ASKERS:
            return False
        return said.asker is None or not self._store.counters.is_blocked(said.asker, at)

    def hide_undecided(self) -> None:
        """Hide the pages whose authors have waited for a decision for a day; the operator decides about them all the same."""
        at = self._clock()
        for report in self.waiting():
            if at - report.at >= UNDECIDED and self.will_hide(report):
                self._store.moderation.hide_undecided(report, at)

    def took_down(self, reason: Removal, pages: Sequence[Saved]) -> None:
        """Log that the operator took pages down without a report; no more of them than their networks."""
        networks = sorted({page.network for page in pages})
        self._store.moderation.note("taken down", ", ".join((*networks, reason)), self._clock())

    # --- blocks ---------------------------------------------------------------------------------------------

    def block_author(self, network: Network, author: str) -> tuple[Saved, ...]:
        """Show nothing of an account any more, by its stable id; the answer is what was deleted."""
        at = self._clock()
        gone = self._store.opt_out(network, author, at, "operator")
        self._swept()
        self._store.moderation.note("author blocked", network, at)
        return gone

    def allow_author(self, network: Network, author: str) -> bool:
        """Take an account off the list again; False if it was not there."""
        found = self._store.allow(network, author, self._clock())
        if found:
            self._store.moderation.note("author allowed", network, self._clock())
        return found

    def block_host(self, host: str) -> tuple[Saved, ...]:
        """Read nothing of a server of the fediverse any more; the answer is what was deleted.

        Raises UnknownAddress if this is not the name of a server.
        """
        name = host.strip().lower().removeprefix("https://").rstrip("/.")
        if not re.fullmatch(r"[a-z0-9-]+(\.[a-z0-9-]+)+", name):
            raise UnknownAddress(f"“{host}” is not the name of a server. Write it like social.example.org.")
        gone = self._store.moderation.block_host(name, self._clock())
        self._swept()
        return gone

    def allow_host(self, host: str) -> bool:
        """Read it again; False if it was not blocked."""
        return self._store.moderation.allow_host(host, self._clock())

    def blocked_hosts(self) -> Sequence[tuple[str, datetime]]:
        """The blocked servers, and since when."""
        return self._store.moderation.blocked_hosts()

    def index(self, address: str, says: bool | None) -> None:
        """Let search engines and feeds tell of the page at an address, or keep it from them; None takes that back.

        Raises UnknownAddress, NotFound, Gone.
        """
        self._store.indexing.say(self._page(address).saved, "operator", says, self._clock())

    def indexing(self, address: str) -> indexing.Told:
        """What is said of that page. Raises what `index` raises."""
        return indexing.told(self._store, self._page(address))

    def _page(self, address: str) -> Reading:
        """The page at an address, hidden or not."""
        reading = self._store.read(self._way(address)[0], behind=True)
        if reading is None:
            raise NotFound("There is no page of this here. Check the address.", subject=address)
        return reading

    def block_asker(self, report: Report) -> bool:
        """Take nothing from whoever sent a report for thirty days; False if that is not known any more."""
        if report.said.asker is None:
            return False
        at = self._clock()
        self._store.counters.block(report.said.asker, at + ASKERS)
        self._store.moderation.note("sender blocked", f"of report no. {report.number}", at)
        return True

    def blocked_askers(self) -> int:
        """How many senders are blocked now."""
        return self._store.counters.blocked(self._clock())

    def forgive_askers(self) -> None:
        """Block no sender any more."""
        self._store.counters.forgive()
        self._store.moderation.note("senders allowed", "", self._clock())

    def admit(self, ref: Ref) -> None:
        """Raise Refused if a post's server is blocked."""
        host = ref.id.removeprefix("https://").partition("/")[0]
        if ref.network == "fedi" and self._store.moderation.is_blocked(host):
            sentence = f"The operator of this site reads nothing from {host}."
            raise Refused(sentence, subject=ref.id, code="blocked")

    # --- limits ---------------------------------------------------------------------------------------------

    def spend(self, rate: Rate, asker: str, uses: int = 1) -> Spent:
        """Use a limit once, or so often; `asker` is the network of who asks, such as `192.0.2.0/24`."""
        return self._store.counters.spend(rate, asker, self._clock(), uses)

    def clear(self, rate: Rate, asker: str) -> None:
        """Let somebody begin anew with a limit."""
        self._store.counters.clear(rate, asker)

    # --- signing in -----------------------------------------------------------------------------------------

    def new_link(self) -> str:
        """The secret of a link by which the password can be set once, within an hour."""
        return self._store.operators.new_link(self._clock())

    def link_works(self, token: str) -> bool:
        """Whether it still can."""
        return self._store.operators.link_works(token, self._clock())

    def set_password(self, token: str, password: str) -> bool:
        """Set the password by such a link, and end all sessions; False if the link does not work.

        Raises Refused with a sentence if the password is too weak.
        """
        passwords.check(password)
        return self._store.operators.set_password(token, passwords.hashed(password), self._clock())

    def sign_in(self, password: str) -> str | None:
        """Begin a session: its secret, or None if the password is wrong or none was ever set."""
        kept = self._store.operators.password()
        if not kept or not passwords.fits(kept, password):
            self._store.moderation.note("sign-in refused", "", self._clock())
            return None
        return self.begin()

    def begin(self) -> str:
        """Begin a session for somebody who has just set the password."""
        return self._store.operators.begin(self._clock())

    def session(self, secret: str) -> Session | None:
        """The session of a secret; None if it is none, or over."""
        return self._store.operators.session(secret, self._clock())

    def sessions(self) -> Sequence[Session]:
        """Where the operator is signed in."""
        return self._store.operators.sessions(self._clock())

    def sign_out(self, number: int) -> None:
        """End a session."""
        self._store.operators.end(number, self._clock())

    # --- the log and the numbers ----------------------------------------------------------------------------

    def deeds(self, limit: int) -> Sequence[Deed]:
        """The newest lines of what was done in the operator's name."""
        return self._store.moderation.deeds(limit)

    def numbers(self) -> Sequence[Counted]:
        """What was counted, by year."""
        return self._store.moderation.numbers()

    def tidy(self) -> None:
        """Once a day, drop what was promised to be dropped: contacts of decided reports, hashes of who asked, old lines."""
        at = self._clock()
        if at.date() > self._tidied:
            self._store.moderation.forget(at)
            self._store.counters.forget(at)
            self._store.inbox.forget(at)
            self._store.statements.forget(at)
            self._tidied = at.date()
