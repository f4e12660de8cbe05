"""The site as an ASGI application: its routes, its guard, its errors."""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from threadleaf.config import Settings
from threadleaf.core.errors import ThreadleafError
from threadleaf.fetch.signature import ACTOR_PATH
from threadleaf.service import Threadleaf
from threadleaf.web import errors, security
from threadleaf.web.actor import Actor
from threadleaf.web.pages import Pages


def create_app(service: Threadleaf, settings: Settings) -> Starlette:
    """The whole site over a service. `settings` say whether it is personal or public, and where it lives."""
    pages = Pages(service, settings)
    origin = settings.public_origin
    actor = Actor(origin, service.public_key, settings.contact)

    async def on_fault(_request: Request, _error: Exception) -> Response:
        # Starlette makes this answer outside the guard, so it takes the headers along itself.
        made = errors.failed()
        made.headers.update(security.headers(origin))
        return made

    app = Starlette(
        routes=[
            Route("/", pages.home),
            Route("/unroll", pages.unroll, methods=["GET", "POST"]),
            Route("/latest", pages.latest),
            Route("/t/{rest:path}", pages.thread),
            Route("/p/{secret}", pages.thread),
            Route(ACTOR_PATH, actor.document),
            Route("/.well-known/webfinger", actor.finger),
            Route("/static/{version}/{name:path}", pages.static),
            Route("/{rest:path}", pages.address),
        ],
        middleware=[Middleware(security.Guard, origin=origin, refuse=errors.page)],
        exception_handlers={ThreadleafError: errors.on_error, HTTPException: errors.on_http, Exception: on_fault},
    )
    app.router.redirect_slashes = False  # Starlette would build that address from the Host header
    return app
