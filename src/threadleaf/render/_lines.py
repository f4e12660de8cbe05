"""Lines of a text in which quotes are marked: for the formats that write a sign before each quoted line."""

from __future__ import annotations

from collections.abc import Iterator

QUOTE_START, QUOTE_END = "\x02", "\x03"
"""Marks within a text; control characters of an author were made visible before, so these are ours alone."""


def quoted_lines(text: str) -> Iterator[tuple[str, bool]]:
    """The lines of a text without the marks, and whether each stands in a quote. Empty lines at the end are dropped."""
    depth = 0
    for row in text.rstrip("\n").split("\n"):
        quoted = depth > 0 or row.startswith(QUOTE_START)
        depth += row.count(QUOTE_START) - row.count(QUOTE_END)
        yield row.replace(QUOTE_START, "").replace(QUOTE_END, ""), quoted
