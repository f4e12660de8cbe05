"""A post's text and spans as HTML. Spans nest or do not touch; whatever comes, the result is well nested."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

# The escape of plain strings in C. The public one wraps its result in an object that makes every f-string twice as
# slow; this name is in the package on every platform, in C or in Python.
from markupsafe import _escape_inner as escape  # type: ignore[attr-defined]

from threadleaf.core.model import Span
from threadleaf.render._marks import LINKS, walk
from threadleaf.render._safe import line, web
from threadleaf.render.tongue import Markup

__all__ = ["OURS", "REL", "Emoji", "escape", "flat", "inline", "link", "paragraphs", "time"]

REL = 'rel="nofollow noopener ugc"'
"""On every link that an author wrote: no weight for search engines, no handle on our window, and whose it is."""
OURS = 'rel="nofollow noopener"'
"""On links of ours to originals and their authors."""

_NO_TAGS = ("", "")
"""For kinds that are read from their text alone: tags, list markers, readings."""
Emoji = Callable[[str, str], str]
"""From the address of a custom emoji's picture, and from its code as HTML, to the picture; empty: it is not shown."""
_TAGS = {
    "em": ("<em>", "</em>"),
    "strong": ("<strong>", "</strong>"),
    "code": ("<code>", "</code>"),
    "pre": ('<code class="pre">', "</code>"),
    "quote": ('<span class="said">', "</span>"),
    "del": ("<s>", "</s>"),
}


def flat(text: str) -> str:
    """A name, a title, a sentence: whatever stands on one line beside other words, as HTML."""
    return escape(line(text))


def link(address: str, shown: str, rel: str = REL) -> str:
    """A link with `shown`, which is HTML already; only `shown` if the address is not one that may be linked."""
    known = web(address)
    return f'<a href="{escape(known)}" {rel}>{shown}</a>' if known else shown


def time(when: datetime, shown: str, kind: str = "") -> Markup:
    """A `<time>`; `when` is in UTC, `kind` is its class."""
    named = f' class="{kind}"' if kind else ""
    return Markup(f'<time{named} datetime="{when.isoformat()[:19]}Z">{escape(shown)}</time>')


def inline(text: str, spans: Sequence[Span], base: int = 0, emoji: Emoji | None = None) -> str:
    """The HTML of a piece of text that was made `visible`. `base` is where it begins in the text that the spans count.

    Newlines inside of marked text become `<br>`; those outside stay, for `paragraphs`. A link within a link, an
    address that is not http(s), and what sticks out of the span around it are left unmarked. `emoji` puts pictures in
    the place of custom emoji; None: their codes stand there.
    """
    out: list[str] = []
    at = 0
    for span in spans:
        kind = span.kind
        if kind in LINKS:
            address = web(span.value)
            opens, closes = f'<a href="{escape(address)}" {REL}>' if address else "", "</a>"
        else:
            opens, closes = _TAGS.get(kind, _NO_TAGS)
        if not opens and (emoji is None or kind != "emoji"):
            continue
        start, end = span.start - base, span.end - base
        if start < at or end < start:  # within the span before it, or begun before the piece: the rare case
            return _nested(text, spans, base, emoji)
        inside = escape(text[start:end])
        if "\n" in inside:
            inside = inside.replace("\n", "<br>")
        if emoji is not None and kind == "emoji":
            inside = emoji(span.value, inside) or inside
        out.append(f"{escape(text[at:start])}{opens}{inside}{closes}")
        at = end
    if not out:
        return escape(text)
    out.append(escape(text[at:]))
    return "".join(out)


def _nested(text: str, spans: Sequence[Span], base: int, emoji: Emoji | None) -> str:
    """As `inline`, for spans within spans."""
    out: list[str] = []
    depth = 0
    wanted = _is_marked if emoji is None else _is_marked_or_emoji
    drawn: Span | None = None  # the custom emoji whose picture stands in the place of all that is within it
    for step, span, start, end in walk(len(text), spans, base, wanted):
        if drawn is not None:
            drawn = None if step == "close" and span is drawn else drawn
        elif span is None:
            html = escape(text[start:end])
            out.append(html.replace("\n", "<br>") if depth else html)
        elif span.kind == "emoji":
            picture = emoji(span.value, escape(text[start:end])) if emoji and step == "open" else ""
            drawn = span if picture else None
            out.append(picture)
        elif step == "open":
            depth += 1
            link_to = f'<a href="{escape(span.value)}" {REL}>'
            out.append(link_to if span.kind in LINKS else _TAGS[span.kind][0])
        else:
            depth -= 1
            out.append("</a>" if span.kind in LINKS else _TAGS[span.kind][1])
    return "".join(out)


def _is_marked(span: Span) -> bool:
    return bool(web(span.value)) if span.kind in LINKS else span.kind in _TAGS


def _is_marked_or_emoji(span: Span) -> bool:
    return span.kind == "emoji" or _is_marked(span)


def paragraphs(html: str) -> str:
    """`inline` text as paragraphs: `\\n\\n` parts them, `\\n` is a line break."""
    if "\n" in html:
        html = html.replace("\n\n", "</p><p>").replace("\n", "<br>")
    return f"<p>{html}</p>"
