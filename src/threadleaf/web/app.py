"""The site as an ASGI application: its routes, its guard, its errors."""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response

from threadleaf.config import Settings
from threadleaf.core.errors import ThreadleafError
from threadleaf.jobs import Jobs, local
from threadleaf.service import Threadleaf
from threadleaf.web import (
    actor,
    admin,
    alive,
    api,
    author,
    device,
    embed,
    errors,
    fast,
    feeds,
    follow,
    here,
    home,
    languages,
    lists,
    logo,
    media,
    pictures,
    policies,
    progress,
    reports,
    search,
    security,
    speaking,
    staticfiles,
    threads,
    wellknown,
)
from threadleaf.web.problems import Problems
from threadleaf.web.site import Bots, Site


def create_app(
    service: Threadleaf,
    settings: Settings,
    *,
    jobs: Jobs | None = None,
    health: admin.Health = tuple,
    bots: Bots = tuple,
) -> Starlette:
    """The whole site over a service. `settings` say whether it is personal or public, and where it lives; `health`
    looks at the machine for the operator's pages, `bots` tells how the site's bots are called."""
    site = Site(service, settings, jobs or local(service, settings), bots)
    origin = settings.public_origin
    memory = fast.Memory(service.watch(), settings.cache_mebibytes * 1024 * 1024)
    problems = Problems(origin)

    async def on_fault(request: Request, _error: Exception) -> Response:
        # Starlette makes this answer outside the guard, so it takes the headers along itself.
        with here.serving(personal=settings.personal), languages.speaking(languages.choose(request.scope)):
            made = errors.failed()
        made.headers.update(security.headers(origin))
        return made

    app = Starlette(
        routes=[
            *home.routes(site),
            *progress.routes(site),
            *feeds.routes(site),
            *lists.routes(site),
            *search.routes(site),
            *follow.routes(site),
            *pictures.routes(site),
            *media.routes(site),
            *logo.routes(site),
            *threads.routes(site),
            *device.routes(site),
            *api.routes(site),
            *embed.routes(site),
            *actor.routes(site),
            *wellknown.routes(site),
            *reports.routes(site),
            *author.routes(site),
            *policies.routes(site),
            *admin.routes(site, health),
            *alive.routes(site),
            *staticfiles.routes(),
            *threads.address_routes(site),
        ],
        middleware=[
            Middleware(fast.Fast, memory=memory),
            Middleware(speaking.Speaking, personal=settings.personal),
            Middleware(security.Guard, origin=origin, refuse=problems.refuse),
        ],
        exception_handlers={
            ThreadleafError: problems.on_error(errors.on_error),
            HTTPException: problems.on_http(errors.on_http),
            Exception: problems.on_fault(on_fault),
        },
    )
    app.router.redirect_slashes = False  # Starlette would build that address from the Host header
    app.state.jobs = site.jobs  # the server ends them when it ends
    # The server writes from memory at once, and puts our headers on what it refuses itself (`web.atonce`).
    app.state.memory, app.state.headers = memory, security.headers(origin)
    return app
