"""What authors wish: looked up, carried out, confirmed. All of it may be done again after a crash."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING

from msgspec.structs import replace

from threadleaf.bot.case import NO, Case, page_of, shown
from threadleaf.bot.mouth import Mouth
from threadleaf.core.manners import DAY, Verdict
from threadleaf.core.model import Network, Ref
from threadleaf.jobs import Jobs
from threadleaf.service import Threadleaf
from threadleaf.service.authors import Console
from threadleaf.store.outbox import Withdrawn
from threadleaf.store.records import Saved

if TYPE_CHECKING:
    from threadleaf.bot.loop import Mark


class Wishing:
    """Carries out wishes, for one network."""

    def __init__(
        self, network: Network, service: Threadleaf, jobs: Jobs, mouth: Mouth, crash: Callable[[Mark], object]
    ) -> None:
        self._network, self._service, self._jobs, self._mouth, self._crash = network, service, jobs, mouth, crash

    def begin(self, case: Case, verdict: Verdict, page: Saved | None) -> None:
        """Write down what is going to be done, which is gone on with after a crash, and do it."""
        mark, now = self._service.inbox.mark, self._service.now()
        key = page.key if page else case.named
        thread = mark("thread", key.network, key.id) if verdict.act == "forget" and key else None
        asker = mark("asker", self._network, case.asked.asker)
        self._service.inbox.acting(case.waiting.id, verdict.act, thread, now, asker)
        self._crash("looked")
        self.act(replace(case, waiting=replace(case.waiting, phase="acting", verdict=verdict.act, thread=thread)))

    def act(self, case: Case) -> None:
        """Carry it out, and take back what was answered."""
        verdict, asker = case.waiting.verdict, case.asked.asker
        which = Withdrawn(thread=case.waiting.thread)
        if verdict == "forget" and case.target is not None:
            self._forget(case, case.target)
        elif verdict == "forget own":
            self._forget_own(case)
        elif verdict == "allow":
            self._allow(asker)
        else:
            which = Withdrawn(author=self._service.inbox.mark("author", self._network, asker))
            self._take_everything_down(asker, opts_out=verdict == "opt out")
        self._crash("wished")
        now = self._service.now()
        nod = self._mouth.nod(case.mention, now) if now - case.mention.seen_at <= DAY else None
        self._service.outbox.withdraw(nod, case.waiting.id, verdict, now, which=which, network=self._network)

    def _take_everything_down(self, author: str, *, opts_out: bool) -> None:
        self._service.authors.take_down(Console(network=self._network, author=author, secret="", way="mention"))
        if opts_out:
            self._service.opt_out(self._network, author, "author")

    def _allow(self, author: str) -> None:
        """She agrees to pages of her threads, and what was held for that is unrolled; unless the operator says no."""
        entry = self._service.opted_out(self._network, author)
        if entry is None or entry.by == "author":
            self._service.allow(self._network, author, "author")
            self._service.agree(self._network, author)
            self._jobs.release()

    def _forget(self, case: Case, target: str | Ref) -> None:
        """Take a thread down. If it is not here, nobody brings it up after her wish: neither a call that was heard before
        and is still being worked on, nor a request of hers, which waits."""
        if page_of(self._service, target) is None:
            self._service.held.forget(self._network, case.asked.asker)
        with suppress(*NO):
            self._service.remove(target, "author", ahead=True)

    def _forget_own(self, case: Case) -> None:
        """On somebody else's page her own posts alone are hers to take back; other pages show them no more either."""
        page = page_of(self._service, case.target)
        if page is not None:
            self._service.leave_out(self._network, shown(self._service, page, case.asked.asker))
