"""Custom emoji in a text without markup: the codes of a server's own small pictures, `:so:`, as in people's names."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from threadleaf.core.characters import web_address
from threadleaf.core.model import Span

if TYPE_CHECKING:
    from collections.abc import Mapping

_CODE = re.compile("(?<![A-Za-z0-9_]):([A-Za-z0-9_+-]+):(?![A-Za-z0-9_])")


def emoji_in(text: str, pictures: Mapping[str, str]) -> tuple[Span, ...]:
    """A span `emoji` on each code of which `pictures` (from code to address) has one, in order."""
    if not pictures or ":" not in text:
        return ()
    found = ((match, web_address(pictures.get(match[1], ""))) for match in _CODE.finditer(text))
    return tuple(
        Span(start=match.start(), end=match.end(), kind="emoji", value=address) for match, address in found if address
    )
