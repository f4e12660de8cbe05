"""Which form of a thread a request asks for by its Accept header (RFC 9110 §12.5.1), and of an error by its address."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Literal

from starlette.requests import Request

_FORMS: Mapping[str, str] = {
    "text/html": "",
    "application/xhtml+xml": "",
    "text/markdown": ".md",
    "application/json": ".json",
    "text/plain": ".txt",
}
_HAVE_FILES = ("/t/", "/p/", "/live/", "/latest.", "/search.", "/author/", "/topic/")
"""Below these a suffix means a file; elsewhere a dot is part of somebody's address."""
_SUFFIX = re.compile(r"\.([a-z]{2,4})$", re.IGNORECASE)
_WEIGHT = re.compile(r"q=(0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?)", re.IGNORECASE)
_MOST = 32
"""So many media types are looked at; browsers send eight."""


def suffix(request: Request) -> str:
    """The suffix of the form that a request prefers, with its dot; empty for the page.

    Only a form that is named counts: whoever takes anything (`*/*`, `text/*`) gets the page, and so does whoever
    names the page with no less weight.
    """
    named = {kind: weight for kind, weight in _accepted(request) if kind in _FORMS and weight > 0}
    if not named:
        return ""
    best = max(named.values())
    first = min((kind for kind, weight in named.items() if weight == best), key=list(_FORMS).index)
    return _FORMS[first]


def told_in(request: Request) -> Literal["page", "text", "json"]:
    """The form in which whoever asked reads what is wrong: that of the file that was asked for, or a page."""
    path = request.scope["path"]
    named = _SUFFIX.search(path) if path.startswith(_HAVE_FILES) else None
    asked = f".{named[1].lower()}" if named else suffix(request)
    if asked == ".json":
        return "json"
    return "page" if asked in ("", ".html") else "text"


def _accepted(request: Request) -> Iterator[tuple[str, float]]:
    """The media types of the header with their weights; what has no readable weight has none."""
    for header in request.headers.getlist("accept"):
        for item in header.split(",")[:_MOST]:
            kind, *parameters = (part.strip() for part in item.split(";"))
            weights = [found for found in parameters if found[:2].lower() == "q="]
            read = _WEIGHT.fullmatch(weights[0]) if weights else None
            yield kind.lower(), float(read[1]) if read else float(not weights)
