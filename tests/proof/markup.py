"""What a page consists of, as two parsers see it: elements with their attributes, links, comments, scripts."""

import re
from collections.abc import Iterable, Iterator
from html.parser import HTMLParser
from typing import NamedTuple

from turbohtml import Comment, Element, ProcessingInstruction, parse

Kind = tuple[str, tuple[str, ...]]
"""An element's name with the names of its attributes, in order of the alphabet."""

LINKS = frozenset(
    "action archive background base cite classid codebase data dynsrc formaction from href icon longdesc lowsrc manifest "
    "ping poster profile src srcdoc srcset to usemap values xlink:href xml:base".split()
)
"""Attributes that hold an address."""
_ABSOLUTE = re.compile(r"https?://[^/?#\s][^\s\x00-\x20\"'<>\\`\x7f-\xa0\u2028\u2029\ufeff]+").fullmatch
_OWN = re.compile(r"(?:/(?!/)|#|\?(?:view|cite|line|lang)=)[^\s\x00-\x20\"'<>\\`]*").fullmatch


class Seen(NamedTuple):
    """What was found: kinds of elements, addresses, and how many things that no page of ours has."""

    kinds: set[Kind]
    links: list[str]
    odd: int


def is_harmless(address: str) -> bool:
    """Whether an address is absolute with http(s), or a path of ours; empty ones are the page itself."""
    return not address or bool(_ABSOLUTE(address) or _OWN(address))


def tree(html: str) -> Seen:
    """As the tree that the HTML standard makes of it."""
    kinds: set[Kind] = set()
    links: list[str] = []
    odd = 0
    for node in parse(html).descendants:
        odd += isinstance(node, Comment | ProcessingInstruction)
        if not isinstance(node, Element):
            continue
        attributes = {name.lower(): _whole(value) for name, value in node.attrs.items()}
        kinds.add((node.tag.lower(), tuple(sorted(attributes))))
        links += [value for name, value in attributes.items() if name in LINKS]
        odd += _is_inline(node.tag, attributes, node.text)
    return Seen(kinds, links, odd)


def _whole(value: object) -> str:
    return " ".join(map(str, value)) if isinstance(value, list) else str(value or "")


def _is_inline(tag: str, attributes: dict[str, str], text: str) -> bool:
    """Whether it is a script or a style that stands in the page; data for search engines has no `<` in it."""
    if tag == "script" and attributes.get("type") == "application/ld+json":
        return "<" in text
    return tag in ("script", "style") and (bool(text.strip()) or "src" not in attributes)


class Tokens(HTMLParser):
    """As a reader sees it that knows only tags: the one of the standard library."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.kinds: set[Kind] = set()
        self.odd = 0
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.kinds.add((tag, tuple(sorted(name for name, _ in attrs))))

    def handle_comment(self, data: str) -> None:
        self.odd += 1

    def handle_pi(self, data: str) -> None:
        self.odd += 1

    def unknown_decl(self, data: str) -> None:
        self.odd += 1


def kinds_of(pages: Iterable[str]) -> set[Kind]:
    """All that harmless pages consist of."""
    return {kind for page in pages for kind in tree(page).kinds | Tokens(page).kinds}


def strange(html: str, known: set[Kind]) -> Iterator[str]:
    """What a page has that harmless ones have not."""
    seen, tokens = tree(html), Tokens(html)
    yield from (f"<{tag} {' '.join(names)}>" for tag, names in sorted((seen.kinds | tokens.kinds) - known))
    yield from ["a comment, an instruction or a script"] * (seen.odd + tokens.odd)
