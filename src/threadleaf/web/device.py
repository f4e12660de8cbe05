"""For the reader's own device: what is saved there, the installed site, and ways to get here from elsewhere."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files
from urllib.parse import quote, urlsplit

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from threadleaf.config import Settings
from threadleaf.web import answers, assets, shell
from threadleaf.web.site import LONGEST, Site

SCRIPT = "text/javascript; charset=utf-8"
MANIFEST = "application/manifest+json"

_SHOWN = 200  # characters of a shared text without an address: enough to see what went wrong
_ADDRESS = re.compile(r"(?:https?|at)://[^\s<>\"]+", re.IGNORECASE)


def routes(site: Site) -> list[BaseRoute]:
    """Everything about devices."""
    device = Device(site)
    return [
        Route("/saved", device.saved),
        Route("/tools", device.tools),
        Route("/share", device.share),
        Route("/sw.js", device.worker),
        Route("/manifest.webmanifest", device.manifest),
        Route("/threadleaf.user.js", device.user_script),
    ]


class Device:
    """The handlers. None of them learns what anybody keeps: that stays in the browser."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._origin = own_origin(site.settings)

    async def saved(self, request: Request) -> Response:
        """The page that lists what is saved; a script fills it."""
        scripts = {"shelf": assets.url("shelf.js"), "script": assets.url("saved.js")}
        return answers.answer(request, shell.page("saved.html", **scripts))

    async def tools(self, request: Request) -> Response:
        """Ways to get here from where threads are read."""
        go = f"javascript:location.href='{self._origin}/?url='+encodeURIComponent(location.href)"
        return answers.answer(request, shell.page("tools.html", origin=self._origin, bookmarklet=go))

    async def share(self, request: Request) -> Response:
        """What was shared with the installed site (Web Share Target): the first address in it goes into the box."""
        told = " ".join(request.query_params.get(name, "") for name in ("url", "text", "title"))[: 2 * LONGEST]
        found = _ADDRESS.search(told)
        shared = found[0][:LONGEST] if found else told.strip()[:_SHOWN]
        return self._site.redirect(f"/?url={quote(shared, safe='')}", 303)

    async def worker(self, request: Request) -> Response:
        """The service worker, at the root so that it may serve every page."""
        return answers.answer(request, _root("sw.js"), media_type=SCRIPT)

    async def manifest(self, request: Request) -> Response:
        """The site as something to install (W3C Web Application Manifest)."""
        return answers.answer(request, msgspec.json.encode(_manifest()), media_type=MANIFEST)

    async def user_script(self, request: Request) -> Response:
        """A script for other sites that links their posts to this one."""
        script = _root("threadleaf.user.js").replace("{{ origin }}", self._origin)
        script = script.replace("{{ host }}", urlsplit(self._origin).netloc)
        return answers.answer(request, script, media_type=SCRIPT)


def own_origin(settings: Settings) -> str:
    """Where a reader reaches this site: the public origin or, of a personal one, where it listens."""
    if settings.public_origin:
        return settings.public_origin
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    return f"http://{host}:{settings.port}"


@cache
def _root(name: str) -> str:
    return (files(__package__) / "static" / "root" / name).read_text(encoding="utf-8")


def _manifest() -> dict[str, object]:
    fields = {"title": "title", "text": "text", "url": "url"}
    return {
        "id": "/",
        "name": "Threadleaf",
        "short_name": "Threadleaf",
        "start_url": "/",
        "scope": "/",
        "display": "minimal-ui",
        "background_color": "#FCFDFC",
        "theme_color": "#FCFDFC",
        "icons": [{"src": assets.url("icon.svg"), "sizes": "any", "type": "image/svg+xml", "purpose": "any"}],
        "share_target": {"action": "/share", "method": "GET", "params": fields},
        "shortcuts": [{"name": "Saved on this device", "url": "/saved"}],
    }
