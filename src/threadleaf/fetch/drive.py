"""Run a source: carry out what it asks through the door, within limits, and send back what came of it.

A source never sees an exception. Whatever stands in the way (a ceiling, the deadline, a server that wants to be
left alone, a refusal by the door) is sent to it as a `Refused` reply, so it returns what it has, with a frontier.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections import Counter, defaultdict
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Protocol

from msgspec import Struct
from msgspec.structs import replace

from threadleaf.core.errors import Blocked, NotNow
from threadleaf.core.model import Conversation, Note
from threadleaf.fetch.answers import Aborted
from threadleaf.fetch.hosts import Hosts
from threadleaf.fetch.kept import may_be_repeated
from threadleaf.wire import Answer, RefusalKind, Refused, Reply, Request, Steps

_FAULTS = frozenset({500, 502, 503, 504})
_BEHIND = 0.05  # seconds behind the time that a server named: clocks differ, and it names whole seconds


class Sends(Protocol):
    """What asks, in one run."""

    async def send(self, request: Request) -> Answer | Refused: ...


class Opens(Protocol):
    """What `drive` needs of a door: `visit` gives what asks, and ends what it left open."""

    def visit(self) -> AbstractAsyncContextManager[Sends]: ...


class Limits(Struct, frozen=True, kw_only=True):
    """Ceilings of one unroll: seconds in all, requests (retries count), bytes of decoded answers.

    `at_once` requests go to one host side by side. What only reads and failed by no rule of ours is tried `tries`
    times, after about `pause` seconds, then twice that, and so on; if the server asks us to wait, and names a time
    that lies before the end, after that time. `idle_rounds` bounds a source that keeps asking although every answer
    is a refusal.
    """

    seconds: float = 20.0
    requests: int = 100
    bytes: int = 64 * 1024 * 1024
    at_once: int = 4
    tries: int = 3
    pause: float = 0.2
    idle_rounds: int = 50


class Progress(Struct, frozen=True):
    """What is being asked now (`Request.purpose`), and how many requests were answered so far."""

    purpose: str
    done: int


def drive(
    steps: Steps,
    *,
    door: Opens,
    clock: Callable[[], datetime],
    limits: Limits = Limits(),  # noqa: B008 -- frozen
    progress: Callable[[Progress], None] | None = None,
    hosts: Hosts | None = None,
) -> Conversation:
    """Run a source to its end and return what it saw.

    Parameters: `steps` from the source's `steps(…)`; `clock` gives the time (aware UTC); `progress` is called
    before each request; `hosts` is what all runs of a process know of servers (None: this run is the only one).
    Runs an event loop of its own: call it from any thread in which none is running.
    Raises what the source raises (`NotFound` …), `NotNow` if the source never stops asking. However it ends, the
    source is closed and no connection stays open.
    """

    async def run() -> Conversation:
        async with door.visit() as visiting:
            return await _Run(visiting, clock, limits, progress, hosts or Hosts()).through(steps)

    with contextlib.closing(steps):
        return asyncio.run(run())


class _Run:
    """One unroll: what has been spent, and whom not to ask."""

    def __init__(
        self,
        door: Sends,
        clock: Callable[[], datetime],
        limits: Limits,
        progress: Callable[[Progress], None] | None,
        hosts: Hosts,
    ) -> None:
        self._door, self._clock, self._limits, self._progress = door, clock, limits, progress
        self._asked = self._done = self._bytes = 0
        self._refusals: Counter[RefusalKind] = Counter()
        self._hosts = hosts
        self._lanes: defaultdict[str, asyncio.Semaphore] = defaultdict(lambda: asyncio.Semaphore(limits.at_once))

    async def through(self, steps: Steps) -> Conversation:
        self._end = asyncio.get_running_loop().time() + self._limits.seconds
        idle = 0
        try:
            wanted = next(steps)
            while idle < self._limits.idle_rounds:
                replies = await self._side_by_side(wanted)
                self._refusals.update(reply.kind for reply in replies if isinstance(reply, Refused))
                idle = 0 if any(isinstance(reply, Answer) for reply in replies) else idle + 1
                wanted = steps.send(replies)
        except StopIteration as end:
            return self._told(end.value)
        raise NotNow("The network refused every request; please try again later.")

    def _told(self, conversation: Conversation) -> Conversation:
        """The conversation, with a note of what stood in the way if something of it is open therefore."""
        cut = any(frontier.why in ("limit", "unreachable") for frontier in conversation.frontiers)
        if not cut and all(place.reason != "unreachable" for place in conversation.missing):
            return conversation
        stopped = (Note(kind=f"stopped-{kind}", n=n) for kind, n in sorted(self._refusals.items()))
        return replace(conversation, notes=(*conversation.notes, *stopped))

    async def _side_by_side(self, wanted: tuple[Request, ...]) -> tuple[Reply, ...]:
        return tuple(await asyncio.gather(*map(self._reply, wanted)))

    async def _reply(self, request: Request) -> Reply:
        """Wait for a lane, ask, and turn whatever happens into a reply."""
        try:
            async with asyncio.timeout_at(self._end):
                await asyncio.sleep(request.wait)
                async with self._lanes[_host(request)]:
                    return await self._patiently(request)
        except TimeoutError:
            return self._late()

    async def _patiently(self, request: Request) -> Reply:
        """Ask, and ask again after the time that the server wants to be left alone, if that ends soon enough."""
        for _ in range(self._limits.tries - 1):
            reply = await self._tried(request)
            wait = self._wait_for(request, reply)
            if wait is None:
                return reply
            await asyncio.sleep(wait)
        return await self._tried(request)

    def _wait_for(self, request: Request, reply: Reply) -> float | None:
        """The seconds after which to ask again; None if that makes no sense before the end of the run."""
        if not isinstance(reply, Refused) or reply.until is None or not may_be_repeated(request):
            return None
        wait = (reply.until - self._clock()).total_seconds() + _BEHIND
        return max(0.0, wait) if asyncio.get_running_loop().time() + wait < self._end else None

    async def _tried(self, request: Request) -> Reply:
        import stamina

        if not may_be_repeated(request):
            return await self._once(request)
        pause = self._limits.pause
        tries = stamina.AsyncRetryingCaller(
            attempts=self._limits.tries, timeout=None, wait_initial=pause, wait_jitter=pause
        )
        try:
            return await tries(_Again, self._once_or_again, request)
        except _Again as last:
            return last.reply

    async def _once_or_again(self, request: Request) -> Reply:
        reply = await self._once(request)
        if reply.status in _FAULTS if isinstance(reply, Answer) else reply.kind == "network":
            raise _Again(reply)
        return reply

    async def _once(self, request: Request) -> Reply:
        """One try, if the ceilings and the server allow it, and the account of it."""
        refused = self._ceiling() or self._hosts.resting(_host(request))
        if refused is not None:
            return refused
        wait = self._hosts.turn(_host(request), self._end - asyncio.get_running_loop().time())
        if wait is None:
            return Refused(kind="rate", detail=f"{_host(request)} was asked for so much that it has to be given time.")
        self._asked += 1  # before anything is waited for: others look at it meanwhile
        await asyncio.sleep(wait)
        if self._progress is not None:
            self._progress(Progress(request.purpose, self._done))
        reply = await self._ask(request)
        if isinstance(reply, Answer):
            self._done += 1
            self._bytes += len(reply.body)
        elif reply.kind == "rate":
            self._hosts.rest(_host(request), reply, self._clock())
        return reply

    async def _ask(self, request: Request) -> Reply:
        try:
            return await self._door.send(request)
        except Aborted as cut:
            return Refused(kind=cut.why, detail=cut.sentence)
        except Blocked as refused:
            return Refused(kind="door", detail=refused.sentence, code=refused.code)

    def _late(self) -> Refused:
        return Refused(kind="timeout", detail=f"The time limit of {self._limits.seconds:g} seconds was reached.")

    def _ceiling(self) -> Refused | None:
        # A timeout strikes only where something waits: a request asked for too late would still go out.
        if asyncio.get_running_loop().time() >= self._end:
            return self._late()
        if self._asked >= self._limits.requests:
            return Refused(kind="limit", detail=f"The limit of {self._limits.requests} requests was reached.")
        if self._bytes >= self._limits.bytes:
            return Refused(kind="limit", detail=f"The limit of {self._limits.bytes} bytes was reached.")
        return None


class _Again(Exception):
    """Worth another try; `reply` is what to say if there is none."""

    def __init__(self, reply: Reply) -> None:
        super().__init__()
        self.reply = reply


def _host(request: Request) -> str:
    """Whose lane a request takes, in one spelling; the door is the judge of whether this is a host at all."""
    authority = re.split(r"[/?#]", request.url.partition("://")[2], maxsplit=1)[0].lower()
    return authority.removesuffix(":443").removesuffix(".")
