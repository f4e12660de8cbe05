"""Links, mentions and quoted posts in the text of a saved page."""

from __future__ import annotations

import re
from collections.abc import Sequence

from threadleaf.core.model import Quote, Span
from threadleaf.core.text import plain_spans

_MOST = 256 * 1024  # characters of a post in which addresses are looked for
_STATUS = r"https?://(?:www\.|mobile\.)?(?:twitter|x)\.com/(?P<name>\w{1,15})/status(?:es)?/(?P<id>\d{1,19})(?!\d)"
# The address of a quoted post as a page may leave it at the end of a line: without a scheme.
_BARE = (
    r"(?<![\w/.@-])(?:www\.|mobile\.)?(?:twitter|x)\.com/\w{1,15}/status(?:es)?/\d{1,19}(?![\d…])(?:[/?#][^\s.,)]{0,200})?"
    r"(?=[.,)]?\s*$)"
)


def links(text: str) -> tuple[Span, ...]:
    """Addresses in a text. Those shown shortened are no links: what was cut off is not known."""
    if len(text) > _MOST:
        return ()
    whole = tuple(span for span in plain_spans(text) if text[span.end : span.end + 1] != "…")
    bare = [
        Span(start=found.start(), end=found.end(), kind="link", value=f"https://{found[0]}")
        for found in re.finditer(_BARE, text, re.MULTILINE)
    ]
    return beside(whole, bare)


def mentions(text: str) -> list[Span]:
    """Names with an at sign, as links to the accounts on X."""
    found = re.finditer(r"(?<![\w@/.])@([A-Za-z0-9_]{1,15})(?![\w@])", text if len(text) <= _MOST else "")
    return [Span(start=m.start(), end=m.end(), kind="mention", value=f"https://x.com/{m[1]}") for m in found]


def beside(spans: tuple[Span, ...], more: Sequence[Span]) -> tuple[Span, ...]:
    """Spans, with those of `more` that touch none of them; both are in order, and `more` do not touch each other."""
    free, ahead, reached = [], 0, 0
    for span in more:
        while ahead < len(spans) and spans[ahead].start < span.end:
            reached = max(reached, spans[ahead].end)
            ahead += 1
        if reached <= span.start:
            free.append(span)
    return tuple(sorted((*spans, *free), key=lambda span: (span.start, -span.end)))


def quote_in(text: str, spans: Sequence[Span], own: str = "") -> Quote | None:
    """The post that a text quotes: the last address of a post at the end of a line, but never the post `own` itself."""
    for span in reversed(spans):
        at_end = not text[span.end :].partition("\n")[0].strip(" .,)")
        quote = quote_of(span.value) if span.kind == "link" and at_end else None
        if quote and quote.id != own:
            return quote
    return None


def quote_of(address: str) -> Quote | None:
    """The quoted post that an address names, if it is the address of a post on X and not of its picture."""
    found = re.match(_STATUS, address)
    if not found or re.match(r"/(?:photo|video)/", address[found.end() :]):
        return None
    name = "" if found["name"] == "i" else found["name"]
    return Quote(id=found["id"], url=f"https://x.com/{name or 'i'}/status/{found['id']}", state="address", author=name)
