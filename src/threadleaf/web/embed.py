"""A thread on other people's pages: a small page to be framed, and oEmbed (oembed.com), which tells where it is."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import unquote, urlsplit

import msgspec
from markupsafe import Markup, escape
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from threadleaf.core.errors import NotFound, UnknownAddress
from threadleaf.core.terms import is_bound
from threadleaf.render import claims, words
from threadleaf.render._safe import web
from threadleaf.render._script import language
from threadleaf.render.feed import clean
from threadleaf.render.opening import author, opening, title
from threadleaf.store.records import Reading
from threadleaf.web import answers, assets, heads, languages, preflight, shell
from threadleaf.web.site import LONGEST, Site
from threadleaf.web.terms import NO_FRAMES, refuse

POLICY = "default-src 'none'; style-src 'self'; img-src 'self'; font-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors *"
"""Of the page that others may frame: it loads a stylesheet of ours and nothing else, and runs nothing."""

WIDTH, HEIGHT = 600, 260
"""Of the frame, in pixels, where nobody asks for less."""
_NARROWEST, _LOWEST = 200, 120
_SHOWN = 400
"""Code points of a thread's beginning."""
_AN_HOUR = 3600
_SHARED = {"access-control-allow-origin": "*"}
"""Pages of other sites may read what oEmbed tells, for whom it is made."""


def routes(site: Site) -> list[BaseRoute]:
    """The page to be framed, and the address that tells of it."""
    embed = Embed(site)
    return [
        Route("/embed/t/{rest:path}", embed.page),
        Route("/oembed", embed.oembed),
        preflight.route("/oembed", site.settings.public_origin),
    ]


class Embed:
    """The handlers about threads on other people's pages."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._origin = site.settings.public_origin

    async def page(self, request: Request) -> Response:
        """The page to be framed; whoever has a page's address may frame it."""
        asked = f"/t/{request.path_params['rest']}"
        try:
            reading = await run_in_threadpool(self._site.service.read, asked)
        except UnknownAddress as error:
            raise NotFound(error.sentence, subject=error.subject) from error
        if reading.saved.path != asked:
            return self._site.redirect(f"/embed{reading.saved.path}", 301)
        refuse(reading.thread, NO_FRAMES)
        headers = {
            "content-security-policy": POLICY,
            "cross-origin-resource-policy": "cross-origin",
            "cross-origin-opener-policy": "unsafe-none",
            "x-robots-tag": "noindex",
            "vary": "accept-language",
        }
        return answers.answer(request, self._page(reading), headers=headers)

    def _page(self, reading: Reading) -> str:
        thread, say = reading.thread, languages.say()
        return shell.page(
            "embed.html",
            style=assets.url("embed.css"),
            title=title(thread, say),
            author=author(thread, say),
            doubt=words.doubted(thread.author, say),
            network=words.on_network(thread.network, say),
            state=claims.state(thread.completeness, say),
            opening=opening(thread, _SHOWN, say),
            lang=language(thread.posts[0].langs).tag,
            url=self._origin + reading.saved.path,
            size=words.posts(len(thread.posts), say),
        )

    async def oembed(self, request: Request) -> Response:
        """What oEmbed asks for an address of ours, as JSON or XML."""
        form = request.query_params.get("format", "json")
        if form not in ("json", "xml"):
            return Response("Only json and xml.", 501, {"cache-control": "no-store", **_SHARED}, "text/plain")
        path = self._path(request.query_params.get("url", "")[:LONGEST])
        try:
            reading = await run_in_threadpool(self._site.service.read, path)
        except UnknownAddress as error:
            raise HTTPException(404, headers=_SHARED) from error
        told = self._told(reading, request.query_params)
        headers = {**_SHARED, "x-robots-tag": "noindex"}
        if form == "xml":
            return answers.answer(request, _xml(told), media_type="text/xml; charset=utf-8", headers=headers)
        return answers.answer(request, msgspec.json.encode(told), media_type="application/json", headers=headers)

    def _path(self, address: str) -> str:
        """The path of the thread that an address of ours names. A personal site has no address for others."""
        prefix = f"{self._origin}/t/"
        if not self._origin or not address.startswith(prefix):
            raise HTTPException(404, headers=_SHARED)
        return unquote(urlsplit(address.removeprefix(self._origin)).path)

    def _told(self, reading: Reading, query: Mapping[str, str]) -> dict[str, str | int]:
        thread, path = reading.thread, reading.saved.path
        told: dict[str, str | int] = {
            "version": "1.0",
            "provider_name": "Threadleaf",
            "provider_url": f"{self._origin}/",
            "cache_age": _AN_HOUR,
        }
        if is_bound(thread.network):
            return {**told, "type": "link", "url": self._origin + path}
        width = _size(query.get("maxwidth", ""), WIDTH, _NARROWEST)
        height = _size(query.get("maxheight", ""), HEIGHT, _LOWEST)
        name = clean(title(thread))
        frame = Markup(
            '<iframe src="{}" title="{}" width="{}" height="{}" loading="lazy" sandbox="allow-popups '
            'allow-top-navigation-by-user-activation" style="border:0;max-width:100%"></iframe>'
        )
        return {
            **told,
            "type": "rich",
            "title": name,
            "author_name": clean(author(thread)),
            "author_url": web(thread.author.url),
            "html": str(frame.format(f"{self._origin}/embed{path}", name, width, height)),
            "width": width,
            "height": height,
            "thumbnail_url": self._origin + heads.picture(path),
            "thumbnail_width": heads.CARD[0],
            "thumbnail_height": heads.CARD[1],
        }


def _size(asked: str, otherwise: int, least: int) -> int:
    """A length in pixels: what is asked for, if it is less than ours; no less than makes sense."""
    if not (asked.isascii() and asked.isdecimal() and len(asked) < 10):
        return otherwise
    return max(min(int(asked), otherwise), least)


def _xml(told: Mapping[str, str | int]) -> str:
    rows = "".join(f"<{name}>{escape(str(value))}</{name}>" for name, value in told.items())
    return f'<?xml version="1.0" encoding="utf-8" standalone="yes"?><oembed>{rows}</oembed>'
