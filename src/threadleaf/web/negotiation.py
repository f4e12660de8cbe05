"""Which form of a thread a request asks for by its Accept header (RFC 9110 §12.5.1)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from starlette.requests import Request

_FORMS: Mapping[str, str] = {
    "text/html": "",
    "application/xhtml+xml": "",
    "text/markdown": ".md",
    "application/json": ".json",
    "text/plain": ".txt",
}
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


def _accepted(request: Request) -> Iterator[tuple[str, float]]:
    """The media types of the header with their weights; what has no readable weight has none."""
    for header in request.headers.getlist("accept"):
        for item in header.split(",")[:_MOST]:
            kind, *parameters = (part.strip() for part in item.split(";"))
            weights = [found for found in parameters if found[:2].lower() == "q="]
            read = _WEIGHT.fullmatch(weights[0]) if weights else None
            yield kind.lower(), float(read[1]) if read else float(not weights)
