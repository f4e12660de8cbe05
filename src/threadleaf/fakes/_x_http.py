"""The fake as a web application."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response as Sent
from starlette.routing import Route

if TYPE_CHECKING:
    from threadleaf.fakes.x import XNetwork


def app(world: XNetwork) -> Starlette:
    """What answers for a world."""

    async def any_(request: Request) -> Sent:
        body = await request.body()
        fields = {name.lower(): value for name, value in request.headers.items()}
        given = world.handle(request.method, request.url.path, dict(request.query_params), fields, body)
        while given.hangs and not await request.is_disconnected():
            await _a_moment()
        return Sent(given.body, given.status, dict(given.fields), "application/json")

    return Starlette(routes=[Route("/{path:path}", any_, methods=["GET", "POST", "DELETE"])])


async def _a_moment() -> None:
    import asyncio

    await asyncio.sleep(0.02)
