"""What the shape of a post's address says: which software may be there, and the post's number."""

from __future__ import annotations

import re
from typing import Literal

from msgspec import Struct

from threadleaf.sources._fedi_addresses import host_of

Shape = Literal["mastodon", "object", "misskey", "other"]

_ULID = r"[0-9A-HJKMNP-TV-Z]{26}"
_SHAPES: tuple[tuple[Shape, str], ...] = (
    ("other", rf"@[^/]+/statuses/{_ULID}|users/[^/]+/statuses/{_ULID}"),  # GoToSocial: no login, no API
    ("mastodon", r"@[^/]+/(?:statuses/|posts/)?([0-9A-Za-z]+)"),
    ("mastodon", r"(?:users/[^/]+/|ap/users/[^/]+/|web/)?statuses/([0-9A-Za-z]+)"),
    ("mastodon", r"notice/([0-9A-Za-z]+)"),
    ("object", r"(?:objects|activities)/[^/]+"),
    ("misskey", r"notes/([0-9A-Za-z]+)"),
)


class Place(Struct, frozen=True):
    """Where a post is: its server, its number there if the address names it, and what kind of address that is."""

    kind: Shape
    host: str
    number: str = ""


def place_of(url: str) -> Place:
    """Where the post of an address is."""
    host, path = host_of(url), re.sub(r"(?i)\Ahttps?://[^/]*/", "", url)
    for kind, shape in _SHAPES:
        if found := re.fullmatch(shape, path):
            return Place(kind, host, found[1] if found.re.groups else "")
    return Place("other", host)
