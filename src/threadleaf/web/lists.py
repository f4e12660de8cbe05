"""Lists of threads."""

from __future__ import annotations

import re

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from threadleaf.web import answers, shell
from threadleaf.web.site import Site

ON_LATEST = 50
"""Threads on one page of the list."""


def routes(site: Site) -> list[BaseRoute]:
    """Every list."""
    return [Route("/latest", Lists(site).latest)]


class Lists:
    """The handlers of lists."""

    def __init__(self, site: Site) -> None:
        self._site = site

    async def latest(self, request: Request) -> Response:
        """The list of threads, newest first; `?before=` is the number of the last thread seen."""
        before = _number(request.query_params.get("before", ""))
        found = await self._site.listed(ON_LATEST + 1, before)
        older = f"/latest?before={found[ON_LATEST - 1].number}" if len(found) > ON_LATEST else ""
        return answers.answer(request, shell.latest(found[:ON_LATEST], older=older, later=before is not None))


def _number(text: str) -> int | None:
    """A number from a query; anything else counts as none."""
    return int(text) if re.fullmatch(r"[0-9]{1,18}", text, re.ASCII) else None
