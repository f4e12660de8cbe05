"""How X counts a text (twitter-text v3): by weight, in its composed form."""

from __future__ import annotations

import re
from unicodedata import normalize

MOST = 280
"""The weight that a post may have."""
LINK = 23
"""The weight of an address, however long it is."""

_LINKS = re.compile(r"https?://\S+", re.IGNORECASE)
_LIGHT = re.compile("[\0-\u10ff\u2000-\u200d\u2010-\u201f\u2032-\u2037]")
_PICTURE = "[\u00a9\u00ae\u203c-\u3299\U0001f000-\U0001faff]"
_EMOJI = re.compile(  # flags, keycaps, tags of regions, and pictures with their skin and whatever they are joined with
    "[\U0001f1e6-\U0001f1ff]{2}|[0-9#*]\ufe0f?\u20e3"
    f"|{_PICTURE}[\U000e0020-\U000e007f]+"
    f"|{_PICTURE}(?:\ufe0f|[\U0001f3fb-\U0001f3ff])*(?:\u200d{_PICTURE}(?:\ufe0f|[\U0001f3fb-\U0001f3ff])*)*"
)


def weight(text: str) -> int:
    """What a text weighs: addresses 23, an emoji 2 with all that it is made of, most letters 1, others 2."""
    text = normalize("NFC", text)
    links = len(_LINKS.findall(text))
    text = _LINKS.sub("", text)
    pictures = sum(2 if not _is_letter(found) else 0 for found in _EMOJI.findall(text))
    rest = _EMOJI.sub(lambda found: found[0] if _is_letter(found[0]) else "", text)
    return links * LINK + pictures + sum(1 if _LIGHT.match(sign) else 2 for sign in rest)


def _is_letter(found: str) -> bool:
    """Whether a sign of one code point is light by itself, as dashes and quotation marks are."""
    return len(found) == 1 and _LIGHT.match(found) is not None
