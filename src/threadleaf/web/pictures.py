"""The pictures of pages: made when they are asked for, one at a time, and the latest ones kept in memory.

Nothing is kept on disk, so a page that was taken down leaves no picture behind.
"""

from __future__ import annotations

from collections import OrderedDict
from functools import cache
from importlib.resources import as_file, files
from threading import Lock
from typing import Any, cast

import msgspec
import typst
from msgspec.structs import replace
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from threadleaf.core.errors import NotFound, UnknownAddress
from threadleaf.render.card import LAYOUT, Card, card
from threadleaf.web import answers
from threadleaf.web.security import FILE_POLICY
from threadleaf.web.site import Site
from threadleaf.web.terms import NO_FRAMES, refuse

KEPT = 8 * 1024 * 1024
"""Bytes of pictures in memory."""


def routes(site: Site) -> list[BaseRoute]:
    """The picture of each page."""
    return [Route("/t/{rest:path}.png", Pictures(site).picture)]


class Pictures:
    """The handler of pictures."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._memory = Memory(KEPT)

    async def picture(self, request: Request) -> Response:
        """The picture of a page, for whoever has the page's address."""
        return await run_in_threadpool(self._picture, request)

    def _picture(self, request: Request) -> Response:
        asked = f"/t/{request.path_params['rest']}"
        try:
            reading = self._site.service.read(asked)
        except UnknownAddress as error:
            raise NotFound(error.sentence, subject=error.subject) from error
        if reading.saved.path != asked:
            return self._site.redirect(f"{reading.saved.path}.png", 301)
        refuse(reading.thread, NO_FRAMES)
        headers = {
            "content-security-policy": FILE_POLICY,
            "cross-origin-resource-policy": "cross-origin",  # it is made to be shown elsewhere
            "x-robots-tag": "noindex",
        }
        return answers.answer(request, self._memory.get(card(reading.thread)), media_type="image/png", headers=headers)


class Memory:
    """The pictures that were asked for last, at most `most` bytes of them. One is made at a time."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._kept: OrderedDict[bytes, bytes] = OrderedDict()
        self._lock = Lock()

    @property
    def size(self) -> int:
        """Bytes that are kept."""
        return sum(map(len, self._kept.values()))

    def get(self, asked: Card) -> bytes:
        """A picture as PNG."""
        key = msgspec.json.encode(asked)
        with self._lock:
            made = self._kept.get(key) or draw(asked)
            self._kept[key] = made
            self._kept.move_to_end(key)
            while self.size > self._most:
                self._kept.popitem(last=False)
        return made


def draw(asked: Card) -> bytes:
    """A picture as PNG, 1200 × 630. Takes a moment."""
    compiler, families = _press()
    known = replace(asked, fonts=tuple(family for family in asked.fonts if family.lower() in families))
    told = {"card": msgspec.json.encode(known).decode()}
    return cast("bytes", compiler.compile(LAYOUT.encode(), format="png", ppi=72, sys_inputs=told))


@cache
def _press() -> tuple[Any, frozenset[str]]:
    """What sets type, and the families of fonts that it has: ours, and those of the system for all other scripts."""
    with as_file(files(__package__) / "fonts") as folder:
        fonts = typst.Fonts(include_system_fonts=True, include_embedded_fonts=False, font_paths=[str(folder)])
        families = frozenset(family.lower() for family in fonts.families())
        return typst.Compiler(font_paths=fonts), families
