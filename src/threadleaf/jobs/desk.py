"""Where people ask for threads: who may, what they get at once, what they have to wait for, and how that stands."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from math import ceil
from threading import Event
from threading import Thread as Keeper
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from threadleaf.config import Settings
from threadleaf.core import ref as refs
from threadleaf.core.errors import NotFound, NotNow, Refused, ThreadleafError, UnknownAddress
from threadleaf.core.model import Network, Ref
from threadleaf.jobs.board import Board, Step
from threadleaf.jobs.digests import Digests
from threadleaf.jobs.here import Here, Runner
from threadleaf.jobs.hub import Hub
from threadleaf.jobs.passing import Passed, Passing, reading
from threadleaf.jobs.pictures import Pictures
from threadleaf.jobs.pool import Pool
from threadleaf.jobs.rechecks import Rechecks
from threadleaf.jobs.work import Worker, anchor
from threadleaf.render.tongue import marked
from threadleaf.service import Threadleaf
from threadleaf.service.consent import Consent, author_of
from threadleaf.service.levels import Level, Mode, choices, settled
from threadleaf.store.records import Asker, PageVisibility, Reading, Saved, Unroll

FRESH = timedelta(minutes=10)
"""So long after it was read a kept thread is shown as it is; later it is read again when somebody asks for it."""
SOON = 1.5
KEPT = timedelta(days=7)
"""So long it is known how an unroll ended."""
LOST = timedelta(hours=1)
"""So long an unroll may take while the program runs; then something went wrong that nobody noticed."""

_TIDIED = 600.0  # seconds
_USUAL = 6.0  # seconds that reading a thread takes, for saying when to come back
_REMEMBERED = 1000
_WIDTH: dict[str, int] = {"live": 0, "private": 0, "unlisted": 1, "listed": 2}

_NOT_YOURS = marked(
    "Nobody has unrolled this thread here, and on this site only the operator does that. "
    "Threadleaf is free: you can run your own."
)
_UNREAD: Mapping[Network, str] = {
    "x": marked(
        "This site cannot read X by itself. If you have the thread as a saved page of an unroller, "
        "“threadleaf unroll FILE” on the command line makes its page."
    ),
    "page": marked(
        "This site does not fetch the pages of unrollers. Save the page as text or HTML: "
        "“threadleaf unroll FILE” on the command line makes its page here."
    ),
}
_NO_NETWORK = marked(
    "This site cannot read this network by itself. If you have the thread as a file, "
    "“threadleaf unroll FILE” on the command line makes its page."
)
OFFLINE = marked("This site uses no network: it shows what is kept here, and reads nothing new.")
_OVER = marked("This thread was shown for an hour and is not kept. Unroll it again to read it.")
_ENDLESS = marked("Reading this thread was begun and never ended. Try again.")


class Ticket(Struct, frozen=True):
    """What somebody gets who asks for a thread: its page, if it is there, else the number of an unroll."""

    number: str = ""
    page: Saved | None = None


class State(Struct, frozen=True, kw_only=True):
    """How an unroll stands. `path` leads to its page once it is done, `anchor` is the end of the post's id there.

    `ahead` were asked for before; `steps` are the last ones that were taken, none if another process takes them.
    `ref` is what was asked for, as long as anybody knows. If it failed, `error` says why.
    """

    number: str
    phase: Literal["waiting", "reading", "done", "failed"]
    level: Level
    ref: Ref | None = None
    ahead: int = 0
    steps: tuple[Step, ...] = ()
    path: str = ""
    anchor: str = ""
    error: ThreadleafError | None = None


class Jobs:
    """The desk of one process; may be used from many threads at once, within `open()`.

    Parameters: `board` is what the service tells its progress to, if anybody is to see it; `runner` runs what is to
    be kept; `digests` are the daily messages, None where no e-mail is sent; `gathers` says that pictures are fetched
    where this program has its files.
    """

    def __init__(
        self,
        service: Threadleaf,
        settings: Settings,
        board: Board,
        runner: Runner,
        digests: Digests | None = None,
        *,
        gathers: bool = True,
    ) -> None:
        self.board = board
        self.soon = SOON
        """Seconds that somebody waits for a thread before its progress is shown."""
        self._service, self._settings, self._runner, self._clock = service, settings, runner, service.now
        self._pool = Pool(settings.unrolls_at_once)
        self._passing = Passing(service.now)
        hub = Hub(service, settings)
        self._pictures = Pictures(service.gallery if gathers else None, lambda: board.stopped)
        self._modes: Mapping[str, Mode] = {str(network): mode for network, mode in settings.modes.items()}
        self._consent = Consent(service, self._modes)
        self._worker = Worker(service, board, self._passing, hub, self._pictures, self._consent)
        per_hour = settings.rechecks_per_hour
        self._rechecks = Rechecks(service, per_hour, hub.tell) if per_hour else None
        self._asked: dict[str, Ref] = {}
        self._began = service.now()
        self._digests = digests

    @contextmanager
    def open(self) -> Iterator[None]:
        """Do what is on the list, also what an earlier program left there, until the block ends."""
        over = Event()
        self.start()
        keepers = [Keeper(target=self._keep_tidy, args=(over,), name="unrolls", daemon=True)]
        if self._rechecks is not None:
            keepers.append(Keeper(target=self._rechecks.run, args=(over,), name="rechecks", daemon=True))
        for keeper in keepers:
            keeper.start()
        self._pictures.start()
        try:
            yield
        finally:
            over.set()
            self.board.stop()
            self._pictures.wake()
            self._runner.stop()
            for keeper in keepers:
                keeper.join()

    def start(self) -> None:
        """Be ready to do what is asked for from now on."""
        self._runner.start(self._worker.keep, self._pool)

    # --- asking -------------------------------------------------------------------------------------------------

    def may_unroll(self, *, operator: bool = False) -> bool:
        """Whether somebody who comes by may have threads read, or only finds those that are there."""
        return operator or self._settings.personal or self._settings.who_may_unroll == "anyone"

    @property
    def personal(self) -> bool:
        """Whether this is a site for its one reader."""
        return self._settings.personal

    def reads(self, network: Network) -> bool:
        """Whether threads of a network can be read here at all; of others only what is kept can be found."""
        return self._service.reads(network)

    def unread(self, ref: Ref) -> ThreadleafError:
        """What is said to whoever asks for a post of a network that cannot be read here, and what they can do."""
        if self._service.offline:
            return NotNow(OFFLINE, subject=refs.address(ref), code="offline")
        return UnknownAddress(_UNREAD.get(ref.network, _NO_NETWORK), subject=refs.address(ref), code="network")

    def choices(
        self, network: Network, *, operator: bool = False, by_author: bool = False, author: str = ""
    ) -> tuple[Level, ...]:
        """The levels that somebody may choose for a thread of a network, the usual one first; empty if none.

        `by_author`: the thread's own author asks; `author` is her stable id, empty while unknown. For her, and for
        everybody if she agreed, the network is open.
        """
        if not self.may_unroll(operator=operator):
            return ()
        agreed = by_author or self._consent.opens(network, author)
        personal = self._settings.personal
        return choices(network, personal=personal, modes=self._modes, operator=operator, agreed=agreed)

    def offers(self, network: Network, *, operator: bool = False) -> bool:
        """Whether threads of a network can be read here for whoever comes by; on a site where only the operator has them
        read, whether they can be read at all."""
        if not self.may_unroll(operator=operator):
            return self.reads(network)
        asker = self._asker(operator=operator, summoned=False, by_author=False)
        dear = network == "x" and asker == "anyone" and self._settings.who_may_read_x != "anyone"
        return self.reads(network) and not dear and bool(self.choices(network, operator=operator))

    def ask(
        self,
        ref: Ref,
        level: str = "",
        *,
        operator: bool = False,
        by_author: bool = False,
        author: str = "",
        certain: bool = True,
        summoned: bool = False,
    ) -> Ticket:
        """Have the thread of a post unrolled, for those whom `level` names, or for the usual ones if that may not be.

        What is kept, seen by as many, and was read lately, is there at once; of X also what was read long ago, unless the
        operator asks. `summoned`: somebody asks through the bot. For `by_author` and `author` see `choices`; where the post
        may belong to somebody else's thread, that she is the thread's author is not `certain` before it was read. Raises
        Refused (who asks may not have this; its code is `held` if the author is to agree first), NotNow with the code
        `full` (too much waits already, see `patience`), Gone, StoreError.
        """
        kept = self._service.find(ref, lifting=self.may_unroll(operator=operator))
        if not self.may_unroll(operator=operator):
            if kept is None:
                raise Refused(_NOT_YOURS, subject=refs.address(ref), code="operator")
            return Ticket(page=kept)
        author = author or (kept.author_id if kept else author_of(ref))
        allowed = self.choices(ref.network, operator=operator, by_author=by_author, author=author)
        if kept is not None and not (allowed and self.reads(ref.network)):
            return Ticket(page=kept)
        if not self.reads(ref.network):
            raise self.unread(ref)
        asker = self._asker(operator=operator, summoned=summoned, by_author=by_author)
        if kept is not None and ref.network == "x" and asker != "operator":
            return Ticket(page=kept)
        self._service.check_reader(ref, asker)
        wanted = settled(level, allowed)
        if kept is not None and not self._consent.goes_on(ref.network, asker, author):
            return Ticket(page=kept)
        if certain:
            self._consent.check(ref, wanted, asker, author)
        if wanted == "live":
            if kept is None:
                return Ticket(self._look(ref, asker))
            wanted = kept.visibility
        elif wanted == "private":
            kept = self._service.find(ref, private=True)
        if kept is not None and self._is_fresh(kept) and _WIDTH[wanted] <= _WIDTH[kept.visibility]:
            return Ticket(page=kept)
        return Ticket(self._begin(ref, wanted, asker))

    def release(self) -> None:
        """Have everything unrolled that waited for an author who agrees now. Raises StoreError."""
        held = self._service.held
        for request in held.agreed():
            if not self.choices(request.ref.network):
                continue  # the operator has closed the network since
            try:
                self._begin(request.ref, request.level, request.asker)
            except NotNow:
                return  # too much waits already; the next time goes on here
            held.drop(request)

    def patience(self) -> int:
        """Seconds after which whoever found everything full might come back."""
        return 60 * ceil(self._settings.unrolls_waiting * _USUAL / self._settings.unrolls_at_once / 60)

    def _is_fresh(self, kept: Saved) -> bool:
        return self._clock() - kept.checked_at < FRESH

    def _asker(self, *, operator: bool, summoned: bool, by_author: bool) -> Asker:
        if operator or self._settings.personal:
            return "operator"
        if by_author:
            return "author"
        return "summoned" if summoned else "anyone"

    def _begin(self, ref: Ref, level: PageVisibility, asker: Asker) -> str:
        begun = self._service.unrolls.begin(ref, level, self._clock(), self._settings.unrolls_waiting, asker)
        if begun is None:
            raise self._full()
        self._remember(begun.id, ref)
        self._runner.put(begun.id)
        return begun.id

    def _look(self, ref: Ref, asker: Asker) -> str:
        passed, new = self._passing.begin(ref, FRESH, self._settings.unrolls_waiting, asker)
        if passed is None:
            raise self._full()
        if new:
            self._pool.put(partial(self._worker.look, passed))
        return passed.id

    def _full(self) -> NotNow:
        minutes = self.patience() // 60
        when = "a minute" if minutes == 1 else f"{minutes} minutes"
        return NotNow(f"Too many threads wait to be read here. Try again in {when}.", code="full")

    def _remember(self, number: str, ref: Ref) -> None:
        """What was asked for, so that whoever waits can try again. The list forgets it, and so does this in time."""
        self._asked[number] = ref
        while len(self._asked) > _REMEMBERED:
            self._asked.pop(next(iter(self._asked)), None)

    # --- watching -----------------------------------------------------------------------------------------------

    def state(self, number: str) -> State | None:
        """How the unroll with that number stands; None if there is none, or nobody knows any more. Raises StoreError."""
        passed = self._passing.get(number)
        if passed is not None:
            return self._of_passing(passed)
        unroll = self._service.unrolls.get(number)
        return None if unroll is None else self._of_kept(unroll)

    def look(self, number: str) -> Reading:
        """The thread that is shown and not kept under that number, as it may be shown now.

        Raises NotFound (there is none, or its hour is over), Refused, Gone, StoreError.
        """
        passed = self._passing.get(number)
        if passed is None or not passed.packed:
            raise NotFound(_OVER)
        return reading(passed, self._service.still_shown(passed.thread))

    def _of_passing(self, passed: Passed) -> State:
        state = State(number=passed.id, phase="waiting", level="live", ref=passed.ref)
        if passed.error is not None:
            return replace(state, phase="failed", error=passed.error)
        if passed.packed:
            return replace(state, phase="done", path=passed.path, anchor=anchor(passed.ref))
        return self._unfinished(state)

    def _of_kept(self, unroll: Unroll) -> State | None:
        ref = unroll.ref or self._asked.get(unroll.id)
        state = State(number=unroll.id, phase="waiting", level=unroll.level, ref=ref)
        if unroll.finished_at is None:
            return self._unfinished(replace(state, ahead=self._service.unrolls.ahead(unroll)))
        if unroll.error is not None:
            return replace(state, phase="failed", error=unroll.error)
        # Without a path the page was taken down this very moment.
        return replace(state, phase="done", path=unroll.path, anchor=unroll.anchor) if unroll.path else None

    def _unfinished(self, state: State) -> State:
        steps = self.board.steps(state.number)
        if steps is not None or self._runner.begun(state.number):
            return replace(state, phase="reading", steps=tuple(steps or ()))
        return state

    # --- keeping order ------------------------------------------------------------------------------------------

    def tidy(self) -> None:
        """Have everything done that waits, forget what was done long ago, send what is due. Raises StoreError."""
        unrolls, now = self._service.unrolls, self._clock()
        waiting = unrolls.waiting()
        cannot = self._runner.tidy([unroll.id for unroll in waiting])
        for unroll in waiting:
            # What was asked of an earlier program has its time from the start of this one.
            if unroll.id in cannot or now - max(unroll.asked_at, self._began) > LOST:
                unrolls.failed(unroll.id, ThreadleafError(_ENDLESS, code="lost"), now)
        unrolls.forget(now - KEPT)
        self._service.held.expire(now)
        self.release()
        self._service.desk.hide_undecided()
        self._service.desk.tidy()
        if self._digests is not None:
            self._digests.run(now)

    def _keep_tidy(self, over: Event) -> None:
        while True:
            try:
                self.tidy()
            except Exception:
                logging.getLogger(__name__).exception("The list of unrolls could not be put in order.")
            if over.wait(_TIDIED):
                return


def local(service: Threadleaf, settings: Settings) -> Jobs:
    """A desk that needs nothing but this process and does what is asked there, for a site that is tried out."""
    jobs = Jobs(service, settings, Board(), Here())
    jobs.start()
    return jobs
