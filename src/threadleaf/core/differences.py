"""What differs between two texts, word by word; in scripts without spaces, character by character.

Nothing is cut that is one sign to a reader (an emoji of several parts, a letter with its marks) or one thing (a link, a
mention, a tag).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from functools import lru_cache
from typing import Literal

from msgspec import Struct

from threadleaf.core.article import unspaced
from threadleaf.core.model import Span

MOST = 4000
"""Words and signs that are compared: of texts that differ in more places one is told as a whole, and then the other."""
AROUND = 16
"""Words, signs and spaces that stand beside a difference; what lies between is folded."""

_FOLDS = 3 * AROUND
_WHOLE = frozenset({"link", "mention", "tag", "emoji"})
_JOINER = "\u200d"
_KEYCAP, _VARIANTS = "\u20e3", ("\ufe00", "\ufe0f")
_FLAGS = ("\U0001f1e6", "\U0001f1ff")
_TONES = ("\U0001f3fb", "\U0001f3ff")
_TAGS = ("\U000e0020", "\U000e007f")
_APOSTROPHES = "'’"


class Passage(Struct, frozen=True):
    """A passage of both texts (`same`), of the one before only (`out`), of the one after only (`in`), or one of both
    that is left out here (`folded`)."""

    kind: Literal["same", "out", "in", "folded"]
    text: str


_Run = tuple[Sequence[str], Sequence[str], bool]
"""Pieces of the text before, of the text after, and whether they are the same."""


def differences(
    before: str, after: str, before_spans: Sequence[Span] = (), after_spans: Sequence[Span] = ()
) -> tuple[Passage, ...]:
    """The passages of two texts in reading order; empty if both have the same words.

    Spans say what is one thing. Takes time in proportion to the texts, and to the square of at most `MOST` pieces.
    """
    if before.split() == after.split():
        return ()
    runs = _joined(_runs(pieces(before, before_spans), pieces(after, after_spans)))
    return tuple(_passages(runs))


def pieces(text: str, spans: Sequence[Span] = ()) -> list[str]:
    """A text cut into words, runs of space, signs, and characters of scripts without spaces; joined they are the text."""
    ends: dict[int, int] = {}
    for span in spans:
        if span.kind in _WHOLE:
            ends.setdefault(span.start, span.end)
    found: list[str] = []
    at = 0
    while at < len(text):
        end = min(max(ends.get(at, 0), _end(text, at)), len(text))
        found.append(text[at:end])
        at = end
    return found


def _end(text: str, at: int) -> int:
    """Where the piece that begins at a place ends."""
    kind = _kind(text[at])
    end = at + 1
    if kind == "flag" and text[end : end + 1] and _kind(text[end]) == "flag":
        return end + 1
    while end < len(text) and _goes_on(text, end, kind):
        end += 1
    return end


def _goes_on(text: str, at: int, kind: str) -> bool:
    """Whether the character at a place belongs to a piece of some kind that reaches up to it."""
    char = text[at]
    if _kind(char) == "mark" or text[at - 1] == _JOINER:
        return True
    if kind == "letter" and char in _APOSTROPHES:
        return _kind(text[at + 1 : at + 2]) == "letter"
    return kind in ("letter", "space") and _kind(char) == kind


@lru_cache(maxsize=4096)
def _kind(char: str) -> str:
    """What a character is for a reader; an empty text is nothing."""
    if char.isspace() or not char:
        return "space" if char else ""
    if _is_mark(char):
        return "mark"
    if _FLAGS[0] <= char <= _FLAGS[1]:
        return "flag"
    return "letter" if char.isalnum() and not unspaced(char) else "sign"


def _is_mark(char: str) -> bool:
    """Whether a character belongs to the one before it: marks, joiners, variants, tones of skin."""
    if char.isascii():
        return False
    ranges = (_VARIANTS, _TONES, _TAGS)
    return (
        char in (_JOINER, _KEYCAP, "\u200c")
        or any(low <= char <= high for low, high in ranges)
        or unicodedata.category(char).startswith("M")
    )


def _runs(before: Sequence[str], after: Sequence[str]) -> Iterator[_Run]:
    """Both texts as runs that are the same and runs that differ."""
    ours, theirs = list(map(_alike, before)), list(map(_alike, after))
    least = min(len(ours), len(theirs))
    head = next((n for n in range(least) if ours[n] != theirs[n]), least)
    tail = next((n for n in range(least - head) if ours[-1 - n] != theirs[-1 - n]), least - head)
    stops = len(ours) - tail, len(theirs) - tail
    yield before[:head], after[:head], True
    if sum(stops) - 2 * head > MOST:
        yield before[head : stops[0]], after[head : stops[1]], False
    else:
        between = SequenceMatcher(None, ours[head : stops[0]], theirs[head : stops[1]])
        for what, start, end, begin, stop in between.get_opcodes():
            yield before[head + start : head + end], after[head + begin : head + stop], what == "equal"
    yield before[stops[0] :], after[stops[1] :], True


def _alike(piece: str) -> str:
    """What a piece is compared by: one space is like another."""
    return " " if piece.isspace() else piece


def _joined(runs: Iterator[_Run]) -> list[_Run]:
    """Runs that differ are one if nothing but space stands between them; so are neighbours of one kind."""
    found: list[_Run] = []
    for one, other, same in runs:
        if not (one or other):
            continue
        if len(found) > 1 and not same and found[-1][2] and "".join(found[-1][0]).isspace():
            space = found.pop()
            one, other = [*space[0], *one], [*space[1], *other]
        if found and found[-1][2] == same:
            last = found.pop()
            one, other = [*last[0], *one], [*last[1], *other]
        found.append((one, other, same))
    return found


def _passages(runs: Sequence[_Run]) -> Iterator[Passage]:
    for place, (one, other, same) in enumerate(runs):
        if same:
            yield from _folded(other, first=place == 0, last=place == len(runs) - 1)
            continue
        if one:
            yield Passage("out", "".join(one))
        if other:
            yield Passage("in", "".join(other))


def _folded(words: Sequence[str], *, first: bool, last: bool) -> Iterator[Passage]:
    """An unchanged run; of a long one only what stands beside a difference."""
    if len(words) <= _FOLDS:
        yield Passage("same", "".join(words))
        return
    start, end = 0 if first else AROUND, len(words) if last else len(words) - AROUND
    if start:
        yield Passage("same", "".join(words[:start]))
    yield Passage("folded", "".join(words[start:end]))
    if end < len(words):
        yield Passage("same", "".join(words[end:]))
