"""The title of a thread, in its author's words (rules §5.5)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from threadleaf.core.model import Numbering, Post

LENGTH = 90
"""The longest title, in code points; longer first sentences are cut at a word."""

_SIGNS = " \t\n\r\U0001f9f5👇⬇🔽\ufe0f"
_WORD = r"(?:(?:a|an|short|long|mini)\s+){0,2}(?:thread|тред|hilo|faden)"
_HEAD = re.compile(rf"[\[(]?{_WORD}\s*(?:[\])]\s*[:.–—-]?|[:.…|/–—-]|\U0001f9f5|👇|\n)\s*", re.IGNORECASE)
_TAIL = re.compile(rf"[.,:;(\[–—-]\s*{_WORD}\s*[)\].:…]*\Z", re.IGNORECASE)
_END = re.compile(r"(?<![.!?…])[.!?…]+[\"”»’')\]]*(?=\s)|[。！？｡؟۔]+[」』”）]*")
_SHORT = 12
_READ = 2_000
"""So much of the text is looked at: a title is at its beginning."""


def title(post: Post, numbering: Numbering) -> str:
    """The first sentence or line of the first post, without its counter and without "THREAD:", "🧵", "a thread".

    Empty if the post has no words (a picture alone).
    """
    text = _without_counter(post, numbering)[:_READ]
    text = _unannounced(text) or text.strip()
    sentence = _first_sentence(text)
    return _cut(" ".join((sentence.rstrip(_SIGNS) or sentence).split()))


def _without_counter(post: Post, numbering: Numbering) -> str:
    if numbering.kind != "posts":
        return post.text
    counter = next((c for c in numbering.found if c.post == post.id), None)
    return post.text if counter is None else f"{post.text[: counter.start]} {post.text[counter.end :]}".strip()


def _unannounced(text: str) -> str:
    """The text without "🧵", "THREAD:", ", a thread" at its ends; the word within a sentence is only a word."""
    text = text.strip(_SIGNS)
    match = _HEAD.match(text)
    return _TAIL.sub("", text[match.end() :] if match else text).strip(_SIGNS)


def _first_sentence(text: str) -> str:
    """The first sentence of the first line; one of a word or two ("Dr.") takes the next along."""
    line = text.split("\n", 1)[0]
    for end in _END.finditer(line):
        rest = line[end.end() :].lstrip()
        if end.end() >= _SHORT and not rest[:1].islower():
            return line[: end.end()]
    return line


def _cut(text: str) -> str:
    """At most `LENGTH` code points, cut between words where the script has spaces."""
    if len(text) <= LENGTH:
        return text
    head = text[:LENGTH]
    place = head.rfind(" ")
    return head[: place if place > LENGTH // 2 else LENGTH].rstrip(" ,;:–—-") + "…"
