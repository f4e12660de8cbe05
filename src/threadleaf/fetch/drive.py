"""Run a source: carry out what it asks through the door, within limits, and send back what came of it.

A source never sees an exception. Whatever stands in the way (a ceiling, the deadline, a server that wants to be
left alone, a refusal by the door) is sent to it as a `Refused` reply, so it returns what it has, with a frontier.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import defaultdict
from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from msgspec import Struct

from threadleaf.core.errors import Blocked, NotNow
from threadleaf.core.model import Conversation
from threadleaf.fetch.answers import Aborted
from threadleaf.wire import Answer, Refused, Reply, Request, Steps

_FAULTS = frozenset({500, 502, 503, 504})


class Sends(Protocol):
    """What `drive` needs of a door."""

    async def send(self, request: Request) -> Answer | Refused: ...


class Limits(Struct, frozen=True, kw_only=True):
    """Ceilings of one unroll: seconds in all, requests (retries count), bytes of decoded answers.

    `at_once` requests go to one host side by side. A GET that failed by no rule of ours is tried `tries` times,
    after about `pause` seconds, then twice that, and so on. `idle_rounds` bounds a source that keeps asking although
    every answer is a refusal.
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
    door: Sends,
    clock: Callable[[], datetime],
    limits: Limits = Limits(),  # noqa: B008 -- frozen
    progress: Callable[[Progress], None] | None = None,
) -> Conversation:
    """Run a source to its end and return what it saw.

    Parameters: `steps` from the source's `steps(ref)`; `clock` gives the time (aware UTC); `progress` is called
    before each request. Runs an event loop of its own: call it from any thread in which none is running.
    Raises what the source raises (`NotFound` …), `NotNow` if the source never stops asking. However it ends, the
    source is closed and no connection stays open.
    """
    with contextlib.closing(steps):
        return asyncio.run(_Run(door, clock, limits, progress).through(steps))


class _Run:
    """One unroll: what has been spent, and whom not to ask."""

    def __init__(
        self,
        door: Sends,
        clock: Callable[[], datetime],
        limits: Limits,
        progress: Callable[[Progress], None] | None,
    ) -> None:
        self._door, self._clock, self._limits, self._progress = door, clock, limits, progress
        self._asked = self._done = self._bytes = 0
        self._resting: dict[str, Refused] = {}
        self._lanes: defaultdict[str, asyncio.Semaphore] = defaultdict(lambda: asyncio.Semaphore(limits.at_once))

    async def through(self, steps: Steps) -> Conversation:
        self._end = asyncio.get_running_loop().time() + self._limits.seconds
        idle = 0
        try:
            wanted = next(steps)
            while idle < self._limits.idle_rounds:
                replies = await self._side_by_side(wanted)
                idle = 0 if any(isinstance(reply, Answer) for reply in replies) else idle + 1
                wanted = steps.send(replies)
        except StopIteration as end:
            conversation: Conversation = end.value
            return conversation
        raise NotNow("The network refused every request; please try again later.")

    async def _side_by_side(self, wanted: tuple[Request, ...]) -> tuple[Reply, ...]:
        return tuple(await asyncio.gather(*map(self._reply, wanted)))

    async def _reply(self, request: Request) -> Reply:
        """Wait for a lane, ask, and turn whatever happens into a reply."""
        try:
            async with asyncio.timeout_at(self._end), self._lanes[_host(request)]:
                return await self._tried(request)
        except TimeoutError:
            return self._late()

    async def _tried(self, request: Request) -> Reply:
        import stamina

        if request.method != "GET":
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
        refused = self._ceiling() or self._rest(request)
        if refused is not None:
            return refused
        if self._progress is not None:
            self._progress(Progress(request.purpose, self._done))
        self._asked += 1
        reply = await self._ask(request)
        self._done += 1
        if isinstance(reply, Answer):
            self._bytes += len(reply.body)
        elif reply.kind == "rate":
            self._resting[_host(request)] = reply
        return reply

    async def _ask(self, request: Request) -> Reply:
        try:
            return await self._door.send(request)
        except Aborted as cut:
            return Refused(kind=cut.why, detail=cut.sentence)
        except Blocked as refused:
            return Refused(kind="door", detail=refused.sentence)

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

    def _rest(self, request: Request) -> Refused | None:
        """The refusal of a server that wants to be left alone, for as long as it wants to be."""
        refused = self._resting.get(_host(request))
        if refused is None or (refused.until is not None and refused.until <= self._clock()):
            return None
        return refused


class _Again(Exception):
    """Worth another try; `reply` is what to say if there is none."""

    def __init__(self, reply: Reply) -> None:
        super().__init__()
        self.reply = reply


def _host(request: Request) -> str:
    """Whose lane a request takes; the door is the judge of whether this is a host at all."""
    return request.url.partition("://")[2].partition("/")[0].lower()
