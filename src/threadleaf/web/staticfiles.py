"""The files of our own."""

from __future__ import annotations

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from threadleaf.web import answers, assets


def routes() -> list[BaseRoute]:
    """Everything below `/static/`."""
    return [Route("/static/{version}/{name:path}", _static)]


async def _static(request: Request) -> Response:
    """A file of our own. Its address changes with its content, so the right one is kept for ever."""
    asset = assets.assets().get(request.path_params["name"])
    if asset is None:
        raise HTTPException(404)
    fresh = request.path_params["version"] == assets.version()
    cache = answers.FOREVER if fresh else answers.REVALIDATE
    return answers.answer(request, asset.body, media_type=asset.media_type, cache=cache)
