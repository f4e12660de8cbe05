"""The files under static/, read once. Imports no web framework, so that exports can use the stylesheet."""

from __future__ import annotations

import hashlib
from functools import cache
from importlib.resources import files

from msgspec import Struct

MEDIA_TYPES = {
    "css": "text/css; charset=utf-8",
    "woff2": "font/woff2",
    "js": "text/javascript; charset=utf-8",
    "svg": "image/svg+xml",
    "txt": "text/plain; charset=utf-8",
    "md": "text/plain; charset=utf-8",
}


class Asset(Struct, frozen=True):
    """One static file: its bytes and its media type."""

    body: bytes
    media_type: str


def _asset(name: str, body: bytes) -> Asset:
    return Asset(body, MEDIA_TYPES[name.rpartition(".")[2]])


@cache
def export_css() -> str:
    """The stylesheet without web fonts, for pages that must stand alone: the reader's own fonts are used."""
    return (files(__package__) / "static" / "threadleaf.css").read_text(encoding="utf-8")


@cache
def assets() -> dict[str, Asset]:
    """Every static file by its name below `/static/VERSION/`; the stylesheet includes the font rules."""
    static = files(__package__) / "static"
    found = {"fonts/" + file.name: file.read_bytes() for file in (static / "fonts").iterdir()}
    found["icon.svg"] = (static / "icon.svg").read_bytes()
    found |= {file.name: file.read_bytes() for file in static.iterdir() if file.name.endswith(".js")}
    found["api.css"] = (static / "api.css").read_bytes()
    found["embed.css"] = (static / "embed.css").read_bytes()
    found["desk.css"] = (static / "desk.css").read_bytes()
    found["threadleaf.css"] = (static / "fonts.css").read_bytes() + export_css().encode()
    return {name: _asset(name, body) for name, body in sorted(found.items())}


@cache
def version() -> str:
    """Eight hexadecimal digits that change with any static file; they stand in every asset's address."""
    digest = hashlib.sha256()
    for name, asset in assets().items():
        digest.update(name.encode() + b"\0" + asset.body)
    return digest.hexdigest()[:8]


def url(name: str) -> str:
    """The address of a static file on our own host."""
    return f"/static/{version()}/{name}"
