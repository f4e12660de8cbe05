"""Unrolls that take a moment: the page on which one waits, its events, and threads that are shown and not kept."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import suppress

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response, StreamingResponse
from starlette.routing import BaseRoute, Route

from threadleaf.core.model import Ref
from threadleaf.jobs import Jobs, State
from threadleaf.jobs.passing import LIVE
from threadleaf.render.tongue import marked
from threadleaf.store.records import Reading
from threadleaf.web import answers, asking, errors, languages, threads
from threadleaf.web.site import Site
from threadleaf.web.terms import Terms

RELOADED = 2
"""Seconds after which that page is loaded again where no script watches."""
WATCHED = 30
"""The same where a script does, should it fail."""
MOST = 100
"""Readers who are told at once about the steps of unrolls; more than these find them when they load the page again."""
LOOKS = 2.0
"""Seconds after which an unroll is looked at though nobody said that it moved: another process may be reading it."""

_UNKNOWN = marked(
    "Nothing is known of this unroll any more. Paste the address of the post on the front page once more."
)


def routes(site: Site) -> list[BaseRoute]:
    """Everything about one unroll."""
    progress = Progress(site)
    return [
        Route("/unrolling/{number}", progress.page),
        Route("/unrolling/{number}/events", progress.events),
        Route(LIVE + "{secret}", progress.live),
    ]


def place(state: State) -> str:
    """Where the thread of an unroll that is done can be read, at the post that was asked for."""
    return threads.place(Ref("page", state.anchor), state.path)


def is_over(state: State | None) -> bool:
    return state is None or state.phase in ("done", "failed")


async def soon(jobs: Jobs, number: str) -> State | None:
    """How an unroll stands as soon as it is over, or after `jobs.soon` if it is not; None if it is not known."""
    with jobs.board.watched(number) as moved, suppress(TimeoutError):
        async with asyncio.timeout(jobs.soon):
            while True:
                moved.clear()
                state = await run_in_threadpool(jobs.state, number)
                if is_over(state):
                    return state
                await moved.wait()
    return await run_in_threadpool(jobs.state, number)


class Progress:
    """The handlers about unrolls of `site`."""

    def __init__(self, site: Site) -> None:
        self._site, self._jobs, self._terms = site, site.jobs, Terms(site)
        self._watching = 0

    async def page(self, request: Request) -> Response:
        """How an unroll stands; when it is done, its thread. Whoever has the address may look: it cannot be guessed."""
        state = await run_in_threadpool(self._jobs.state, request.path_params["number"])
        if state is None:
            return errors.page(404, _UNKNOWN)
        if state.phase == "done":
            return self._site.redirect(place(state), 303)
        if state.error is not None:
            return errors.answer(errors.status(state.error), asking.failed(state, state.error))
        seconds = WATCHED if "watch" in request.query_params else RELOADED
        headers = {"refresh": str(seconds), "cache-control": answers.NOWHERE, "x-robots-tag": "noindex"}
        return HTMLResponse(asking.progress(state), headers=headers)

    async def events(self, request: Request) -> Response:
        """The steps of an unroll as they come (Server-Sent Events), until it is over."""
        number = request.path_params["number"]
        if await run_in_threadpool(self._jobs.state, number) is None:
            return errors.page(404, _UNKNOWN)
        if self._watching >= MOST:
            return errors.page(503, marked("Too many watch already. The page is loaded again by itself."))
        headers = {"cache-control": answers.NOWHERE, "x-accel-buffering": "no"}
        return StreamingResponse(self._told(number), headers=headers, media_type="text/event-stream")

    async def _told(self, number: str) -> AsyncIterator[str]:
        self._watching += 1
        try:
            with self._jobs.board.watched(number) as moved:
                last = None
                while not self._jobs.board.stopped:
                    moved.clear()
                    state = await run_in_threadpool(self._jobs.state, number)
                    if state is None or is_over(state):
                        yield "event: over\ndata:\n\n"
                        return
                    steps = json.dumps(asking.steps(state))
                    # A comment in between: whoever has gone away is noticed, and nobody in between hangs up.
                    yield ":\n\n" if steps == last else f"event: steps\ndata: {steps}\n\n"
                    last = steps
                    with suppress(TimeoutError):
                        async with asyncio.timeout(LOOKS):
                            await moved.wait()
        finally:
            self._watching -= 1

    async def live(self, request: Request) -> Response:
        """A thread that is shown for an hour and not kept: its page, or one of its files. Nobody keeps the answer."""
        path, suffix = threads.split(request.scope["path"])
        reading = await run_in_threadpool(self._jobs.look, path.removeprefix(LIVE))
        bound = await self._terms.bind(request, reading.thread.network)
        answer = await run_in_threadpool(self._live, request, reading, suffix, bound)
        if bound and suffix not in threads.WORDLESS:
            await self._terms.count(request, reading.thread, answer)
        return answer

    def _live(self, request: Request, reading: Reading, suffix: str, bound: bool) -> Response:
        view = threads.chosen_view(request, reading.thread.ref.network)
        if not suffix:
            html = threads.thread_page(reading, view, languages.chosen().tag, self._site.settings)
            return answers.answer(request, html, cache=answers.NOWHERE, headers={"x-robots-tag": "noindex"})
        return threads.file(request, reading, view, suffix, name="threadleaf", bound=bound)
