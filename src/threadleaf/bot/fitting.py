"""A text that goes out: it fits, its link stays whole, and nobody is tagged by it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

MORE = "…"


def fitted(text: str, link: str, room: int, weigh: Callable[[str], int]) -> str:
    """`text`, shortened behind and then in front of `link` until it weighs no more than `room`; the link stays whole.

    `weigh` says how much of the room a text takes up. If the link alone is too much, it is all that is left.
    """
    before, found, after = text.partition(link) if link else (text, "", "")
    tries = [
        text,
        *(before + found + short for short in _shorter(after)),
        *(f"{short} {found}".strip() for short in _shorter(before)),
    ]
    return next((short for short in tries if weigh(short) <= room), link)


def _shorter(text: str) -> Iterator[str]:
    """A text cut off at the ends of its words, ever earlier; within them where a script has no blanks."""
    text = text.rstrip()
    for end in range(len(text) - 1, 0, -1):
        if text[end].isspace() or text[end - 1] >= "\u2e80":
            yield text[:end].rstrip(" .,;:") + MORE


def untagged(text: str, link: str) -> str:
    """`text` in which no name behind an @ is a mention: a word joiner stands between them, except within `link`."""
    parts = text.split(link) if link else [text]
    return link.join(re.sub(r"(?<![\w/])([@＠])(?=\w)", "\\1\u2060", part) for part in parts)
