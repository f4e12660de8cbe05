"""What the handlers of one site share: the service, the settings, and the ways to answer that depend on both."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from starlette.concurrency import run_in_threadpool
from starlette.responses import RedirectResponse, Response

from threadleaf.config import Settings
from threadleaf.core import ref as refs
from threadleaf.core.model import Network
from threadleaf.jobs import Jobs
from threadleaf.service import Threadleaf
from threadleaf.store.records import PageVisibility, Saved
from threadleaf.web.limits import Limits

LONGEST = 2048
"""Characters of an address, or of any other line, that are taken from a form or a query."""


Bots = Callable[[], Sequence[tuple[Network, str]]]
"""The network of each bot of a site, and how it is mentioned there, without the first @."""


class Site:
    """One site. `service` has been given the renderer of `threads.renderer(settings)`; `jobs` work for it."""

    def __init__(self, service: Threadleaf, settings: Settings, jobs: Jobs, bots: Bots = tuple) -> None:
        self.bots = bots
        self.service = service
        self.jobs = jobs
        self.settings = settings
        self.mirrors: Mapping[str, Network] = {**refs.MIRRORS, **settings.mirrors}
        self.limits = Limits(service, settings)

    @property
    def seen(self) -> PageVisibility | None:
        """Which pages lists may show: on a personal instance whatever its one reader has kept (None: all)."""
        return None if self.settings.personal else "listed"

    async def listed(self, limit: int, before: int | None = None) -> Sequence[Saved]:
        """The newest threads that lists may show, at most `limit`, from the number `before` on downwards."""
        return await run_in_threadpool(self.service.list, limit, before, visibility=self.seen)

    def redirect(self, path: str, status: int) -> Response:
        """To another address of ours; the host is the configured one or, on a personal instance, unsaid."""
        return RedirectResponse(self.settings.public_origin + path, status, {"cache-control": "no-cache"})
