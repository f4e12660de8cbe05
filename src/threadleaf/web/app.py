"""The site as an ASGI application: its routes, its guard, its errors."""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response

from threadleaf.config import Settings
from threadleaf.core.errors import ThreadleafError
from threadleaf.service import Threadleaf
from threadleaf.web import actor, errors, home, lists, security, staticfiles, threads
from threadleaf.web.site import Site


def create_app(service: Threadleaf, settings: Settings) -> Starlette:
    """The whole site over a service. `settings` say whether it is personal or public, and where it lives."""
    site = Site(service, settings)
    origin = settings.public_origin

    async def on_fault(_request: Request, _error: Exception) -> Response:
        # Starlette makes this answer outside the guard, so it takes the headers along itself.
        made = errors.failed()
        made.headers.update(security.headers(origin))
        return made

    app = Starlette(
        routes=[
            *home.routes(site),
            *lists.routes(site),
            *threads.routes(site),
            *actor.routes(site),
            *staticfiles.routes(),
            *threads.address_routes(site),
        ],
        middleware=[Middleware(security.Guard, origin=origin, refuse=errors.page)],
        exception_handlers={ThreadleafError: errors.on_error, HTTPException: errors.on_http, Exception: on_fault},
    )
    app.router.redirect_slashes = False  # Starlette would build that address from the Host header
    return app
