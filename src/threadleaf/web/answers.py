"""Answers with validators, packed as the reader can read them: the same bytes have the same ETag, and who has them gets 304."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from typing import Literal

import brotli
from starlette.requests import Request
from starlette.responses import Response

from threadleaf.store.records import Page

HTML = "text/html; charset=utf-8"
REVALIDATE = "no-cache"
"""Kept by the browser, asked about every time: a takedown must work at once."""
FOREVER = "public, max-age=31536000, immutable"
NOWHERE = "no-store"

Coding = Literal["br", "gzip", ""]
_TAGS: Mapping[Coding, str] = {"br": "-br", "gzip": "-gzip", "": ""}
_SMALLEST = 400
"""Bytes below which packing gains less than it costs."""
_QUALITY = 5
"""Of brotli for what is made for this very request; kept pages are packed better, once."""


def answer(
    request: Request,
    body: str | bytes,
    *,
    media_type: str = HTML,
    cache: str = REVALIDATE,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """A successful answer to GET or HEAD, or 304 if the request's If-None-Match names these very bytes.

    Text is packed. What nobody may keep is not: it may hold a secret beside words of whoever asks, and then its packed
    length tells about both (BREACH).
    """
    content = body.encode() if isinstance(body, str) else body
    tag = hashlib.sha256(content).hexdigest()[:32]
    own = {"cache-control": cache, **(headers or {}), "content-type": media_type}
    if cache == NOWHERE or len(content) < _SMALLEST or not _is_text(media_type):
        return _checked(request, tag, "", lambda: content, own)
    return _negotiated(request, tag, lambda coding: _pack(content, coding), own)


def packed(request: Request, page: Page, *, cache: str, headers: Mapping[str, str]) -> Response:
    """A page that is kept packed. Each coding has an ETag of its own (RFC 9110 §8.8.3)."""
    modified = format_datetime(page.made_at.replace(microsecond=0), usegmt=True)
    own = {"cache-control": cache, "last-modified": modified, "content-type": HTML, **headers}

    def body(coding: Coding) -> bytes:
        return page.brotli if coding == "br" else page.gzip if coding == "gzip" else gzip.decompress(page.gzip)

    return _negotiated(request, page.etag, body, own)


def coding(accepted: str) -> Coding:
    """The coding that an Accept-Encoding header likes best, of those that we make; a tie goes to the smaller one."""
    weights = {"br": 0.0, "gzip": 0.0}
    for item in accepted.lower().split(","):
        name, _, weight = (part.strip() for part in item.partition(";"))
        if name in weights:
            weights[name] = _weight(weight)
    if not any(weights.values()):
        return ""
    return "br" if weights["br"] >= weights["gzip"] else "gzip"


def _weight(parameter: str) -> float:
    """`q=0.5` (RFC 9110 §12.4.2); 1 where nothing is said, 0 where it cannot be read."""
    if not parameter:
        return 1.0
    name, _, value = parameter.partition("=")
    try:
        return min(1.0, max(0.0, float(value))) if name.strip() == "q" else 0.0
    except ValueError:
        return 0.0


def _is_text(media_type: str) -> bool:
    kind = media_type.partition(";")[0]
    return kind.startswith("text/") or kind.endswith(("json", "xml", "javascript"))


def _pack(content: bytes, coding: Coding) -> bytes:
    if coding == "br":
        return brotli.compress(content, quality=_QUALITY)  # type: ignore[no-any-return]
    return gzip.compress(content, 6, mtime=0) if coding == "gzip" else content


def _negotiated(request: Request, tag: str, body: Callable[[Coding], bytes], own: dict[str, str]) -> Response:
    """The answer in the coding that the request likes best, which its `vary` says first."""
    chosen = coding(request.headers.get("accept-encoding", ""))
    own["vary"] = ", ".join(filter(None, ("accept-encoding", own.get("vary"))))
    if chosen:
        own["content-encoding"] = chosen
    return _checked(request, tag, chosen, lambda: body(chosen), own)


def _checked(request: Request, tag: str, chosen: Coding, body: Callable[[], bytes], own: dict[str, str]) -> Response:
    etag = f'"{tag}{_TAGS[chosen]}"'
    headers = {"etag": etag, **own}
    given = request.headers
    if is_known(etag, own.get("last-modified"), given.get("if-none-match"), given.get("if-modified-since")):
        return Response(status_code=304, headers=headers)
    return Response(body(), headers=headers)


def is_known(etag: str, modified: str | None, tags: str | None, since: str | None) -> bool:
    """Whether a reader has these very bytes, by its If-None-Match or, only where that is not sent, If-Modified-Since.

    Tags are compared weakly, as RFC 9110 §13.1.2 asks; a date that cannot be read says nothing (§13.1.3).
    """
    if tags is not None:
        return any(tag.strip().removeprefix("W/") in (etag, "*") for tag in tags.split(","))
    if since is None or modified is None:
        return False
    seen = _date(since)
    return seen is not None and parsedate_to_datetime(modified) <= seen


def _date(text: str) -> datetime | None:
    try:
        date = parsedate_to_datetime(text)
    except ValueError:
        return None
    return date.replace(tzinfo=UTC) if date.tzinfo is None else date
