"""X's logo beside its posts, as its display rules ask: a file of the operator's, since it is not ours to ship."""

from __future__ import annotations

from functools import lru_cache
from hashlib import sha256
from pathlib import Path

from msgspec import Struct
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from threadleaf import render
from threadleaf.config import Settings
from threadleaf.web import answers
from threadleaf.web.security import FILE_POLICY
from threadleaf.web.site import Site

MOST = 64 * 1024
"""Bytes that such a file may have."""
_SIZE = 14
"""Pixels of its height and width on a page."""
_TYPES = {".svg": "image/svg+xml", ".png": "image/png", ".webp": "image/webp"}


class Logo(Struct, frozen=True):
    """The logo: its bytes, their media type, and its path on this site."""

    body: bytes
    media_type: str
    path: str


def routes(site: Site) -> list[BaseRoute]:
    """The logo, if there is one."""
    logo = of(site.settings)
    if logo is None:
        return []

    async def handle(request: Request) -> Response:
        headers = {"content-security-policy": FILE_POLICY, "x-robots-tag": "noindex"}
        return answers.answer(request, logo.body, media_type=logo.media_type, cache=answers.FOREVER, headers=headers)

    return [Route(logo.path, handle)]


def of(settings: Settings) -> Logo | None:
    """The logo that `x_logo` names; None if there is no such file, or it is no picture of a size that makes sense."""
    return _read(settings.x_logo) if settings.x_logo else None


def shown(settings: Settings) -> render.Shown | None:
    """How a renderer shows it."""
    logo = of(settings)
    return render.Shown(path=logo.path, width=_SIZE, height=_SIZE, state="stored") if logo else None


@lru_cache(8)
def _read(name: str) -> Logo | None:
    """Read once for each program: who changes the file starts the site anew."""
    file = Path(name)
    media_type = _TYPES.get(file.suffix.lower())
    if media_type is None or not file.is_file() or file.stat().st_size > MOST:
        return None
    body = file.read_bytes()
    return Logo(body, media_type, f"/x-logo-{sha256(body).hexdigest()[:8]}{file.suffix.lower()}")
