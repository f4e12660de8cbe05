"""Text is a string and spans, whatever the network sends (rules §5.1).

Every function here gives offsets in Unicode code points, and spans that are sorted by start, then by descending
end, of which two either nest or do not touch. HTML is in `core.markup`, and offered here with the rest. All of it
takes time linear in its input.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from threadleaf.core.aturi import is_did
from threadleaf.core.characters import clean, web_address
from threadleaf.core.markup import html_text
from threadleaf.core.model import Span, SpanKind
from threadleaf.core.untyped import get, items, number, string

__all__ = ["clean", "entity_text", "facet_spans", "html_text", "plain_spans", "web_address"]


# --- Bluesky: facets, which count UTF-8 bytes ------------------------------------------------------------------


def facet_spans(text: str, facets: object) -> tuple[Span, ...]:
    """The spans of a Bluesky post.

    `text` is the record's text as it came (before `clean`, whose U+FFFD is longer in UTF-8 than a NUL), `facets` its
    `app.bsky.richtext.facet` objects as raw JSON. A facet that has no usable index, cuts a code point, overlaps an
    earlier one or has no known feature is dropped; never an error.
    """
    known = [facet for facet in map(_facet, items(facets)) if facet]
    if not known:
        return ()
    data = text.encode("utf-8", "surrogatepass")
    spans: list[Span] = []
    byte = point = 0  # the same place, counted both ways: the end of the last span
    for first, last, kind, value in sorted(known, key=lambda facet: facet[0]):
        if first < byte or last > len(data) or _inside(data, first) or _inside(data, last):
            continue
        start = point + _points(data[byte:first])
        byte, point = last, start + _points(data[first:last])
        spans.append(Span(start=start, end=point, kind=kind, value=value))
    return tuple(spans)


def _facet(facet: object) -> tuple[int, int, SpanKind, str] | None:
    """One facet's byte range and its first known feature; None if either is missing."""
    first, last = number(get(facet, "index", "byteStart")), number(get(facet, "index", "byteEnd"))
    if first is None or last is None or first >= last:
        return None
    for feature in items(get(facet, "features")):
        if meaning := _feature(feature):
            return (first, last, *meaning)
    return None


def _feature(feature: object) -> tuple[SpanKind, str] | None:
    """What a feature means; None for an unknown type and for an address that is not http(s)."""
    kind, uri = get(feature, "$type"), web_address(get(feature, "uri"))
    did, tag = clean(string(get(feature, "did"))), clean(string(get(feature, "tag")))
    if kind == "app.bsky.richtext.facet#link" and uri:
        return "link", uri
    if kind == "app.bsky.richtext.facet#mention" and is_did(did):
        return "mention", f"https://bsky.app/profile/{did}"
    if kind == "app.bsky.richtext.facet#tag" and tag.strip("#"):
        return "tag", tag.lstrip("#")
    return None


def _inside(data: bytes, offset: int) -> bool:
    """Whether `offset` lies within a code point: the byte there is a UTF-8 continuation byte."""
    return offset < len(data) and data[offset] & 0xC0 == 0x80


def _points(data: bytes) -> int:
    return len(data.decode("utf-8", "surrogatepass"))


# --- X: entities, which count code points of the text while it is still escaped ---------------------------------


class _Entity(NamedTuple):
    """One entity, found in the text. `shown` replaces what stands there (a short address), empty if nothing does."""

    start: int
    end: int
    kind: SpanKind
    value: str
    shown: str = ""


def entity_text(
    escaped: str,
    entities: object,
    display_range: tuple[int, int] | None = None,
    *,
    is_escaped: bool = True,
    is_short: bool = False,
) -> tuple[str, tuple[Span, ...]]:
    """The text of an X post and its spans.

    `escaped` is the text with `&amp; &lt; &gt;` as X sends it (without, if not `is_escaped`), `entities` its entities in either vocabulary (API v2:
    `start`, `end`; v1.1 and archives: `indices`, also as strings), `display_range` the code points to keep. An entity
    whose range does not hold what it names is searched for; one that is not found is dropped. Short addresses are
    replaced by the form that X displays, and the span's value is the full address; the short one if it `is_short`, as
    X wants it where its API was read.
    """
    escaped = clean(escaped)
    plain = _unescape if is_escaped else str
    low, high = display_range or (0, len(escaped))
    pieces: list[str] = []
    spans: list[Span] = []
    done, point = max(low, 0), 0  # how far `escaped` was read, and how long the new text is
    for entity in sorted(_entities(escaped, entities, is_short=is_short), key=lambda found: found.start):
        if entity.start < done or entity.end > high:
            continue
        before = plain(escaped[done : entity.start])
        shown = entity.shown or plain(escaped[entity.start : entity.end])
        start = point + len(before)
        point, done = start + len(shown), entity.end
        pieces += before, shown
        spans.append(Span(start=start, end=point, kind=entity.kind, value=entity.value))
    pieces.append(plain(escaped[done:high]))
    return "".join(pieces), tuple(spans)


def _entities(text: str, entities: object, *, is_short: bool) -> Iterator[_Entity]:
    """Every entity at the place where the text really has it."""
    places: dict[str, list[int]] = {}
    taken: set[int] = set()
    for written, kind, value, shown, start in _named(entities, is_short=is_short):
        if _folded(text[start : start + len(written)]) != _folded(written):
            places = places or _places(text)
            free = places.get(_folded(written), [])
            while free and free[-1] in taken:
                free.pop()
            if not free:
                continue
            start = free.pop()
        taken.add(start)
        yield _Entity(start, start + len(written), kind, value, shown)


def _named(entities: object, *, is_short: bool) -> Iterator[tuple[str, SpanKind, str, str, int]]:
    """Each entity as (what the text says, kind, value, what to show instead, where it claims to be)."""
    for url in items(get(entities, "urls")):
        short = clean(string(get(url, "url")))
        long = "" if is_short else web_address(get(url, "expanded_url"))
        if short and (address := long or web_address(short)):
            yield short, "link", address, clean(string(get(url, "display_url"))), _start(url)
    for mention in (*items(get(entities, "mentions")), *items(get(entities, "user_mentions"))):
        name = clean(string(get(mention, "username"))) or clean(string(get(mention, "screen_name")))
        if name and (address := web_address(f"https://x.com/{name}")):
            yield f"@{name}", "mention", address, "", _start(mention)
    for kind, sign in (("hashtags", "#"), ("cashtags", "$"), ("symbols", "$")):
        for entry in items(get(entities, kind)):
            if tag := clean(string(get(entry, "tag"))) or clean(string(get(entry, "text"))):
                # A cashtag keeps its sign: "$F" and "#F" are different things.
                yield f"{sign}{tag}", "tag", tag if sign == "#" else f"${tag}", "", _start(entry)


def _start(entity: object) -> int:
    """Where an entity claims to begin (archives write figures as strings); beyond any text if it does not say."""
    indices = items(get(entity, "indices"))
    start = indices[0] if indices else get(entity, "start")
    if re.fullmatch("[0-9]{1,9}", string(start)):
        start = int(string(start))
    place = number(start)
    return 1 << 40 if place is None else place


def _places(text: str) -> dict[str, list[int]]:
    """Where each address, mention and tag stands in the text, the first one last: one pass for all searches."""
    places: dict[str, list[int]] = {}
    for match in re.finditer(r"https?://t\.co/[A-Za-z0-9]+|https?://\S+|[@#$＠＃]\w+", text, re.IGNORECASE):
        places.setdefault(_folded(match[0]), []).append(match.start())
    return {written: starts[::-1] for written, starts in places.items()}


def _folded(text: str) -> str:
    """X takes letters of either case, and full-width signs, for the same."""
    return text.lower().replace("＠", "@").replace("＃", "#")


def _unescape(text: str) -> str:
    """Undo the three escapes that X writes. `&amp;` last: `&amp;lt;` is the four characters `&lt;`."""
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


# --- Plain text: bare addresses ---------------------------------------------------------------------------------

# Scripts written without blanks: an address ends where they begin.
_UNSPACED = "\u1100-\u11ff\u2e80-\u9fff\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff\uff00-\uffef\U00020000-\U0003ffff"
_NEVER = '\\s<>"“”„«»‹›…\ufffd\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff'
_HOST = f"[^\0-,/:-@\\[-^`{{-~{_NEVER}\u3000-\u303f\uff00-\uffef]"
_REST = f"[^{_NEVER}{_UNSPACED}]"
# Possessive (`++`): a host is not shortened until it fits; `http://name@host` is no address that we link.
_BARE = (
    rf"(?<![A-Za-z0-9@#$＠＃])[Hh][Tt][Tt][Pp][Ss]?://(?:(?P<short>[Tt]\.[Cc][Oo]/[A-Za-z0-9]+(?:\?{_REST}*)?)"
    rf"|(?P<host>{_HOST}++)(?!@)(?::\d+)?(?:[/?#]{_REST}*)?)"
)


def plain_spans(text: str) -> tuple[Span, ...]:
    """The bare `http://` and `https://` addresses of a text without markup of its own, as link spans.

    Punctuation at the end (`.,;:!?'`, a bracket without its partner) belongs to the sentence. An address glued to
    a Latin letter, a digit or one of `@#$` is none: twitter-text has the same rule.
    """
    spans: list[Span] = []
    for match in re.finditer(_BARE, text) if "://" in text else ():
        address = match[0] if match["short"] else _whole(match[0], match["host"])
        if address := _trimmed(address):
            spans.append(Span(start=match.start(), end=match.start() + len(address), kind="link", value=address))
    return tuple(spans)


def _whole(address: str, host: str) -> str:
    """`address` up to where its host runs into a sentence of an unspaced script; empty if that is no public host."""
    glued = re.search(rf"(?<=\.)[A-Za-z]{{2,}}(?=[{_UNSPACED}])", host)
    if glued:
        address = address[: address.index(host) + glued.end()]
        host = host[: glued.end()]
    return address if _is_host(host) else ""


def _is_host(host: str) -> bool:
    """Whether `host` is a name in the public tree: two labels or more, no number and no underscore at its end."""
    labels = host.rstrip(".").split(".")
    top = labels[-1]
    if len(labels) < 2 or len(top) < 2 or top.isdigit() or "_" in labels[-2] + top:
        return False
    if "-" in top and not top.lower().startswith("xn--"):
        return False
    return all(0 < len(label) <= 63 and label.strip("-_") == label for label in labels)


def _trimmed(address: str) -> str:
    """`address` without the punctuation that belongs to the sentence around it."""
    end = len(address)
    spare = {")": address.count(")") - address.count("("), "]": address.count("]") - address.count("[")}
    while end and (address[end - 1] in ".,;:!?'" or spare.get(address[end - 1], 0) > 0):
        end -= 1
        if address[end] in spare:
            spare[address[end]] -= 1
    return address[:end]
