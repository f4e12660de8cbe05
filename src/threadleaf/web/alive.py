"""For whoever watches the site: whether the process answers, and whether it could do its work.

Names of what is wrong, and nothing else: how large, how full and where is the operator's business (`/admin/health`).
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from threadleaf.config import Settings
from threadleaf.core.errors import StoreError
from threadleaf.service import Threadleaf
from threadleaf.web.site import Site

SPACE = 0.05
"""The share of the disk that has to be free."""
WAIT = timedelta(minutes=15)
"""What waits for longer than this to be unrolled is stuck."""
AGAIN = timedelta(seconds=5)
"""So long an answer holds, so that asking often costs nothing."""

_HEADERS = {"cache-control": "no-store"}


def routes(site: Site) -> list[BaseRoute]:
    """`/livez` and `/readyz`."""
    alive = Alive(site.service, site.settings, free)
    return [Route("/livez", alive.lives), Route("/readyz", alive.ready)]


class Alive:
    """The two handlers. `free` tells which share of a folder's disk is free."""

    def __init__(self, service: Threadleaf, settings: Settings, free: Callable[[Path], float]) -> None:
        self._service = service
        self._settings = settings
        self._free = free
        self._known: tuple[datetime, Sequence[str]] | None = None

    async def lives(self, _request: Request) -> Response:
        """The process is there and answers."""
        return PlainTextResponse("alive\n", headers=_HEADERS)

    async def ready(self, _request: Request) -> Response:
        """200, or 503 and what stands in the way: the database, the disk, or the queue of unrolls."""
        wrong = await run_in_threadpool(self._wrong)
        said = f"not ready: {', '.join(wrong)}\n" if wrong else "ready\n"
        return PlainTextResponse(said, 503 if wrong else 200, _HEADERS)

    def _wrong(self) -> Sequence[str]:
        now = self._service.now()
        if self._known is None or not timedelta(0) <= now - self._known[0] < AGAIN:
            self._known = now, self._look(now)
        return self._known[1]

    def _look(self, now: datetime) -> Sequence[str]:
        settings, wrong = self._settings, []
        try:
            self._service.desk.check()
            waiting = self._service.unrolls.waiting()
        except StoreError:
            wrong, waiting = ["database"], ()
        if "://" not in settings.database and self._free(Path(settings.database_target).parent) < SPACE:
            wrong.append("disk")
        if waiting and now - waiting[0].asked_at > WAIT:
            wrong.append("queue")
        return wrong


def free(folder: Path) -> float:
    """The share of a folder's disk that is free; all of it if the folder is not there."""
    try:
        usage = shutil.disk_usage(folder)
    except FileNotFoundError:
        return 1.0
    return usage.free / max(usage.total, 1)
