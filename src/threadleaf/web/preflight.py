"""What a browser asks before a page of another site may read our answers for programs (Fetch Standard, CORS protocol).

Everybody's pages may read what is public anyway, without anybody's cookies. They may have nothing done: the guard refuses
forms of other sites, so nothing but reading is allowed here either. A personal site allows nobody.
"""

from __future__ import annotations

from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

_READING = "GET, HEAD, OPTIONS"
_HEADERS = "accept, accept-language, content-type, if-modified-since, if-none-match"
_A_DAY = "86400"


def route(path: str, origin: str, methods: Sequence[str] = ("GET", "HEAD")) -> Route:
    """What answers OPTIONS at a path that takes `methods`; `origin` is the site's, empty on a personal one."""
    headers = {"allow": ", ".join((*methods, "OPTIONS")), "cache-control": "no-store"}
    if origin and "GET" in methods:
        headers |= {
            "access-control-allow-origin": "*",
            "access-control-allow-methods": _READING,
            "access-control-allow-headers": _HEADERS,
            "access-control-max-age": _A_DAY,
        }

    async def answer(_request: Request) -> Response:
        return Response(status_code=204, headers=headers)

    return Route(path, answer, methods=["OPTIONS"])
