"""What a reader's program makes of our HTML and Markdown: elements, attributes, links and text."""

from __future__ import annotations

from html.parser import HTMLParser

import nh3
from markdown_it import MarkdownIt

VOID = {"br", "meta", "input", "path", "circle", "img"}
ALLOWED: dict[str, set[str]] = {
    "a": {"class", "href", "rel", "aria-label"},
    "article": {"class"},
    "aside": {"class", "aria-label", "aria-hidden", "hidden", "lang", "dir", "id", "popover"},
    "b": set(),
    "bdi": {"lang", "dir"},
    "blockquote": {"class", "cite"},
    "br": set(),
    "button": {"type", "class", "popovertarget", "popovertargetaction", "aria-label"},
    "cite": set(),
    "circle": {"cx", "cy", "r"},
    "code": {"class"},
    "data": {"class", "value"},
    "del": set(),
    "details": {"class", "name"},
    "div": {"class", "id", "lang", "dir"},
    "em": set(),
    "figcaption": {"class", "lang", "dir"},
    "figure": {"class", "data-width", "data-height"},
    "footer": {"class"},
    "form": {"class", "method", "action"},
    "g": {"role"},
    "h1": {"class", "lang", "dir"},
    "h2": set(),
    "header": {"class"},
    "ins": set(),
    "img": {"src", "class", "width", "height", "alt", "title", "loading", "decoding"},
    "input": {"type", "name", "value"},
    "li": set(),
    "meter": {"min", "max", "value", "aria-hidden"},
    "nav": {"class", "aria-label"},
    "ol": set(),
    "p": {"class", "role", "lang", "dir"},
    "path": {"class", "d", "stroke", "stroke-width", "stroke-opacity", "stroke-dasharray", "pointer-events"},
    "s": set(),
    "span": {"class", "id", "lang", "aria-hidden"},
    "strong": {"class"},
    "summary": {"aria-label"},
    "svg": {
        "xmlns", "class", "width", "height", "viewbox", "fill", "stroke", "stroke-width", "role", "aria-label",
    },
    "time": {"class", "datetime"},
    "title": set(),
    "ul": set(),
}  # fmt: skip
"""All elements that a thread may have, with all their attributes, as a parser of HTML names them."""


class Page(HTMLParser):
    """Elements as (name, attributes) in order, text as one string; nesting is checked while reading."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.pieces: list[str] = []
        self.open: list[str] = []
        self.boxes: list[tuple[str, str]] = []  # (class of the innermost box, text)
        self.feed(html)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        assert len(attrs) == len(dict(attrs)), f"an attribute twice: {attrs}"
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        if tag == "br":
            self.pieces.append("\n")
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        assert tag in VOID
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag):
        if tag not in VOID:
            assert self.open.pop() == tag

    def handle_data(self, data):
        self.pieces.append(data)

    def handle_comment(self, data):
        raise AssertionError(f"a comment: {data}")

    @property
    def text(self) -> str:
        return "".join(self.pieces)

    @property
    def links(self) -> list[str]:
        return [attributes[name] for _, attributes in self.elements for name in ("href", "cite") if name in attributes]

    def classes(self, tag: str) -> list[str]:
        return [attributes.get("class", "") for name, attributes in self.elements if name == tag]


def checked(html: str) -> Page:
    """An article that has only what is allowed, and in which a sanitiser with the HTML standard's parser finds
    nothing to take away, to add or to move."""
    page = Page(html)
    for tag, attributes in page.elements:
        assert attributes.keys() <= ALLOWED.get(tag, set()), f"<{tag} {attributes}>"
        assert tag in ALLOWED
    assert all(
        link.startswith(("http://", "https://", "/t/", "#", "?cite=", "?line=", "?v="))
        for link in map(str.lower, page.links)
    )
    clean = nh3.clean(
        html,
        tags=set(ALLOWED),
        attributes=ALLOWED | {"svg": ALLOWED["svg"] | {"viewBox"}},  # which keeps its capital in an HTML parser
        url_schemes={"http", "https"},
        link_rel=None,
        strip_comments=False,
    )
    read = Page(clean)
    assert read.elements == page.elements
    assert read.text == page.text
    return page


def markdown(text: str) -> tuple[str, list[str], set[str]]:
    """CommonMark as it is read: its text (breaks as newlines), its links, and the kinds of its tokens."""
    shown: list[str] = []
    links: list[str] = []
    kinds: set[str] = set()
    for token in MarkdownIt("commonmark").parse(text):
        kinds.add(token.type)
        for child in token.children or ():
            kinds.add(child.type)
            shown.append("\n" if child.type in ("hardbreak", "softbreak") else child.content)
            links += [value for name, value in child.attrs.items() if name == "href"]
        if token.type == "paragraph_close":
            shown.append("\n\n")
    return "".join(shown), links, kinds
