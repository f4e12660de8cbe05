"""Rendered pages: made and packed once for every change of their thread."""

from __future__ import annotations

from datetime import datetime
from hashlib import sha256

from threadleaf.service.answers import Renderer
from threadleaf.store.records import Page, Reading, View

LANGUAGE = "en"
"""The language of the interface in which a page is made when its thread is kept."""

_QUALITY = 9
"""Of brotli: measured on pages of 50 posts, 11 is a seventh smaller and takes eight times as long."""


def default_view(network: str) -> View:
    """The view of whoever asks for none: X allows its posts only as they were posted (rules §5.2)."""
    return "posts" if network == "x" else "article"


def made(renderer: Renderer, reading: Reading, view: View, lang: str, at: datetime) -> Page:
    """The page of a kept thread in a view and a language, made at a time (aware UTC)."""
    import gzip  # neither is needed to read a file

    import brotli

    html = renderer.make(reading, view, lang).encode()
    packed = {"gzip": gzip.compress(html, mtime=0), "brotli": brotli.compress(html, quality=_QUALITY)}
    return Page(saved=reading.saved, etag=sha256(html).hexdigest()[:32], made_at=at, **packed)
