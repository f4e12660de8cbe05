"""Answers with validators: the same bytes have the same ETag, and a reader who has them gets 304."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response

HTML = "text/html; charset=utf-8"
REVALIDATE = "no-cache"
"""Kept by the browser, asked about every time: a takedown must work at once."""
FOREVER = "public, max-age=31536000, immutable"
NOWHERE = "no-store"


def answer(
    request: Request,
    body: str | bytes,
    *,
    media_type: str = HTML,
    cache: str = REVALIDATE,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """A successful answer to GET or HEAD, or 304 if the request's If-None-Match names these very bytes."""
    content = body.encode() if isinstance(body, str) else body
    etag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    own = {"etag": etag, "cache-control": cache, **(headers or {})}
    return _checked(request, content, {**own, "content-type": media_type})


def packed(request: Request, body: bytes, etag: str, *, cache: str, headers: Mapping[str, str]) -> Response:
    """A page that is kept as gzip. Who cannot read that gets it unpacked, under an ETag of its own (RFC 9110 §8.8.3)."""
    own = {"cache-control": cache, "vary": "accept-encoding", "content-type": HTML, **headers}
    if _takes_gzip(request.headers.get("accept-encoding", "")):
        return _checked(request, body, {**own, "etag": f'"{etag}-gzip"', "content-encoding": "gzip"})
    return _checked(request, gzip.decompress(body), {**own, "etag": f'"{etag}"'})


def _checked(request: Request, content: bytes, headers: dict[str, str]) -> Response:
    sent = request.headers.get("if-none-match", "")
    # Compared weakly, as RFC 9110 §13.1.2 asks.
    if any(tag.strip().removeprefix("W/") in (headers["etag"], "*") for tag in sent.split(",")):
        return Response(status_code=304, headers=headers)
    return Response(content, headers=headers)


def _takes_gzip(accepted: str) -> bool:
    """Whether Accept-Encoding names gzip and does not refuse it (`gzip;q=0`)."""
    for coding in accepted.lower().split(","):
        name, _, weight = coding.partition(";")
        if name.strip() == "gzip":
            return weight.replace(" ", "") not in ("q=0", "q=0.0", "q=0.00", "q=0.000")
    return False
