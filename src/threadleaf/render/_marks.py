"""Spans over pieces of text: which belong to a piece, and in which order they open and close."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Literal

from threadleaf.core.model import Post, Span


class Marks:
    """Hands out the spans of pieces that are asked for in order.

    The article view cuts a post into pieces. Looking through all spans for each of them would take quadratic time
    on a post of thousands of spans and paragraphs.
    """

    def __init__(self) -> None:
        self._places: dict[str, tuple[int, int, list[Span]]] = {}

    def within(self, post: Post, start: int, end: int) -> Sequence[Span]:
        """The spans that touch the post's text `[start, end)`, in their order."""
        spans = post.spans
        if not spans or (start == 0 and end >= len(post.text)):
            return spans
        before, index, still_open = self._places.get(post.id, (0, 0, []))
        if start < before:  # asked for out of order: begin again
            index, still_open = 0, []
        found = [span for span in still_open if span.end > start]
        while index < len(spans) and spans[index].start < end:
            if spans[index].end > start:
                found.append(spans[index])
            index += 1
        self._places[post.id] = (start, index, found)
        return found


Step = tuple[Literal["open", "close"], Span, int, int] | tuple[Literal["text"], None, int, int]
"""Text `[start, end)` of the piece, or a span that covers `[start, end)` of it opening or closing."""

LINKS = frozenset({"link", "mention"})


def walk(length: int, spans: Sequence[Span], base: int, wanted: Callable[[Span], bool]) -> Iterator[Step]:
    """Go through a piece of `length` characters that begins at `base` of the text that the spans count.

    Whatever the spans are, the steps are well nested and cover the piece exactly once: what sticks out of the span
    around it is cut off, empty spans are left out, and so is a link within a link.
    """
    stack: list[tuple[Span, int, int]] = []
    at = 0
    for span in spans:
        start = max(span.start - base, at)
        while stack and stack[-1][2] <= start:
            yield from _close(at, stack)
            at = stack.pop()[2]
        end = min(span.end - base, stack[-1][2] if stack else length)
        if end <= start or not wanted(span) or _in_link(span, stack):
            continue
        if start > at:
            yield "text", None, at, start
            at = start
        stack.append((span, start, end))
        yield "open", span, start, end
    while stack:
        yield from _close(at, stack)
        at = stack.pop()[2]
    if at < length:
        yield "text", None, at, length


def _close(at: int, stack: Sequence[tuple[Span, int, int]]) -> Iterator[Step]:
    span, start, end = stack[-1]
    if end > at:
        yield "text", None, at, end
    yield "close", span, start, end


def _in_link(span: Span, stack: Sequence[tuple[Span, int, int]]) -> bool:
    return span.kind in LINKS and any(outer.kind in LINKS for outer, _, _ in stack)
