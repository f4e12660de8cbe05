"""A saved page in HTML becomes lines: a whole post each where the page has an element for each post.

The page is read as tokens, not as a tree: the tree that HTML prescribes for misnested tags can be hundreds of times
larger than its source, and no depth of nesting costs anything here.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from msgspec import Struct

from threadleaf.core.model import Media, Quote
from threadleaf.core.text import html_text, web_address
from threadleaf.sources._pages_lines import Line, Part
from threadleaf.sources._pages_repair import is_emoji
from threadleaf.sources._pages_spans import quote_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from turbohtml import Token, TokenType

_POST = "content-tweet"  # Thread Reader's class for the element of a post
_EMBEDDED = frozenset({"twitter-tweet", "entity-embed"})  # a quoted post, shown within the one that quotes it
_PERMALINK = "tw-permalink"
_UNSEEN = frozenset("script style template svg iframe noscript title".split())
_KEPT = frozenset("div p blockquote ul ol li b strong i em code pre del s".split())
_BLOCKS = frozenset(
    "address article aside blockquote body button center dd div dl dt fieldset figure footer form h1 h2 h3 h4 h5 h6 "
    "header hr html li main nav ol option p pre section select table td th tr ul".split()
)
_NO_WORDS = frozenset({"", "image", "photo"})  # what a service writes where the author described nothing


class Page(Struct):
    """Lines, the addresses and titles that the page gives itself (the best first), and whether its end is there."""

    lines: list[Line] = []
    addresses: list[str] = []
    titles: list[str] = []
    ended: bool = False


def html_page(html: str, most: int) -> Page:
    """Read a page's HTML, until there are more than `most` lines. What no reader sees (scripts …) is left out."""
    from turbohtml import TokenType, tokenize

    reader = _Reader(tokenize(html), TokenType)
    reader.read(most)
    return reader.page


def _escape(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")


def _classes(token: Token) -> set[str]:
    return set((token.attr("class") or "").split())


class _Hidden:
    """An element whose content is passed over: counts elements of its name until it is closed."""

    def __init__(self, types: type[TokenType]) -> None:
        self.start = types.START_TAG
        self.tag = ""
        self.depth = 0

    def enter(self, token: Token) -> None:
        if not token.self_closing:
            self.tag, self.depth = token.tag or "", 1

    def passes(self, token: Token) -> bool:
        """Whether `token` lies within the hidden element or ends it."""
        if not self.depth:
            return False
        if token.tag == self.tag:
            self.depth += 1 if token.type is self.start else -1
        return True


class _Post:
    """The content of one post's element: HTML that `core.text` understands, and what is not text."""

    def __init__(self, start: Token, types: type[TokenType]) -> None:
        self.start = start
        self.types = types
        self.html: list[str] = []
        self.media: list[Media] = []
        self.quote: Quote | None = None
        self.hidden = _Hidden(types)
        self.embedded = False  # whether what is hidden is a quoted post
        self.number = start.attr("data-tweet") or ""
        self.link = ""  # the address of the link that is open
        self.link_at: int | None = None  # where it began, as long as it has no text

    def feed(self, token: Token) -> None:
        if self.hidden.passes(token):
            self._hidden_link(token)
        elif token.type is self.types.TEXT:
            self._text(token.data or "")
        elif token.type is self.types.START_TAG:
            self._open(token, token.tag or "")
        elif token.type is self.types.END_TAG:
            self._close(token.tag or "")

    def _hidden_link(self, token: Token) -> None:
        """An embedded post says by a link which one it is; other hidden links are the page's own, to the post itself."""
        if self.embedded and self.quote is None and token.tag == "a":
            found = quote_of(token.attr("href") or "")
            self.quote = found if found and found.id != self.number else None

    def _text(self, text: str) -> None:
        self.html.append(_escape(text))
        if text.strip():
            self.link_at = None

    def _open(self, token: Token, tag: str) -> None:
        classes = _classes(token)
        if tag in _UNSEEN or classes & _EMBEDDED or _PERMALINK in classes:
            self.embedded = bool(classes & _EMBEDDED)
            self.hidden.enter(token)
        elif tag == "a":
            self.link, self.link_at = token.attr("href") or "", len(self.html)
            role = "mention" if "mention" in classes else ""
            self.html.append(f'<a href="{_escape(self.link)}" class="{role}">')
        elif tag == "img":
            self._picture(token)
        elif tag in {"video", "source"}:
            self._film(token, tag)
        elif tag == "br" or tag in _KEPT:
            self.html.append(f"<{tag}>")

    def _close(self, tag: str) -> None:
        if tag == "a":
            if self.link_at is not None and self.media:
                del self.html[self.link_at :]  # a picture's frame: as a link it would show the picture's address
            else:
                self.html.append("</a>")
            self.link, self.link_at = "", None
        elif tag in _KEPT:
            self.html.append(f"</{tag}>")

    def _picture(self, token: Token) -> None:
        alt = (token.attr("alt") or "").strip()
        if is_emoji(alt):
            self._text(alt)
            return
        places = (token.attr("data-src"), token.attr("src"), self.link)
        url = next(filter(None, map(web_address, places)), "")
        self.media.append(Media(kind="image", url=url, alt="" if alt.lower() in _NO_WORDS else alt))

    def _film(self, token: Token, tag: str) -> None:
        url = web_address(token.attr("src"))
        if tag == "video":
            self.media.append(Media(kind="video", url=url, thumb=web_address(token.attr("poster"))))
        elif self.media and self.media[-1].kind == "video" and not self.media[-1].url:
            self.media[-1] = Media(kind="video", url=url, thumb=self.media[-1].thumb)

    def line(self) -> Line:
        text, spans, notes = html_text("".join(self.html))
        handle = self.start.attr("data-screenname") or ""
        part = Part(
            spans=spans,
            media=tuple(self.media),
            quote=self.quote,
            number=self.number if re.fullmatch("[1-9][0-9]{0,18}", self.number) else "",
            handle=handle if re.fullmatch("[A-Za-z0-9_]{1,15}", handle) else "",
            notes=notes,
        )
        return Line(text=text, block=True, part=part)


class _Reader:
    """Reads a page's tokens: posts where they are marked, and the text around them line by line."""

    def __init__(self, tokens: Iterator[Token], types: type[TokenType]) -> None:
        self.tokens = tokens
        self.types = types
        self.page = Page()
        self.hidden = _Hidden(types)
        self.words: list[str] = []
        self.newlines = 0
        self.block = False
        self.pre = 0
        self.link: tuple[str, int] | None = None  # address, and where in `words` it began

    def read(self, most: int) -> None:
        token = next(self.tokens, None)
        while token is not None and len(self.page.lines) <= most:
            token = self._feed(token) or next(self.tokens, None)
        self._flush()

    def _feed(self, token: Token) -> Token | None:
        """Read a token, or a whole post; returns a token that was read too far."""
        tag = token.tag or ""
        if token.type is self.types.START_TAG and _POST in _classes(token):
            return self._post(token)
        if self.hidden.passes(token):
            if self.hidden.tag == "title" and token.data:
                self.page.titles.append(token.data)
        elif token.type is self.types.TEXT:
            self._text(token.data or "")
        elif token.type is self.types.START_TAG:
            self._open(token, tag)
        elif token.type is self.types.END_TAG:
            self._close(tag)
        return None

    def _post(self, start: Token) -> Token | None:
        """Read one post. A new one within it means that an end tag was lost: posts do not nest."""
        self._break()
        self.hidden.depth = 0  # an end tag was lost: nothing hides a post
        post, depth, after = _Post(start, self.types), 1, None
        for token in self.tokens:
            if token.type is self.types.START_TAG and _POST in _classes(token):
                after = token
                break
            if token.tag == start.tag:
                depth += 1 if token.type is self.types.START_TAG else -1
            if depth == 0:
                break
            post.feed(token)
        self.page.lines.append(post.line())
        return after

    def _text(self, text: str) -> None:
        for number, line in enumerate(text.split("\n") if self.pre else [text]):
            if number:
                self._newline()
            self.words.append(line)

    def _open(self, token: Token, tag: str) -> None:
        if tag in _UNSEEN:
            self.hidden.enter(token)
        elif tag == "br":
            self._newline()
        elif tag in _BLOCKS:
            self._break()
            self.pre += tag == "pre"
        elif tag == "a":
            self.link = (token.attr("href") or "", len(self.words))
        elif tag == "img":
            self._picture((token.attr("alt") or "").strip())
        elif tag in {"link", "meta"}:
            self._about(token, tag)

    def _picture(self, alt: str) -> None:
        """Of pictures outside of posts two kinds tell something: emoji, and the author's, beside the name."""
        if is_emoji(alt):
            self.words.append(alt)
        elif alt.endswith("Profile picture"):
            self._newline()
            self.words.append(alt)
            self._newline()

    def _close(self, tag: str) -> None:
        if tag in _BLOCKS:
            self._break()
            self.pre -= tag == "pre" and self.pre > 0
            self.page.ended = self.page.ended or tag == "html"
        elif tag == "a" and self.link:
            self._lengthen(*self.link)

    def _about(self, token: Token, tag: str) -> None:
        if tag == "link" and token.attr("rel") == "canonical":
            self.page.addresses.insert(0, token.attr("href") or "")
        elif token.attr("property") == "og:url":
            self.page.addresses.append(token.attr("content") or "")
        elif token.attr("property") == "og:title":
            self.page.titles.append(token.attr("content") or "")

    def _lengthen(self, address: str, start: int) -> None:
        """Write a link in full that is shown shortened, if what is shown is its beginning."""
        shown = "".join(self.words[start:]).strip()
        plain = re.sub(r"\Ahttps?://(?:www\.)?", "", shown.removesuffix("…"))
        if shown.endswith("…") and plain and re.sub(r"\Ahttps?://(?:www\.)?", "", address).startswith(plain):
            self.words[start:] = [web_address(address) or shown]

    def _newline(self) -> None:
        self._flush()
        self.newlines += 1

    def _break(self) -> None:
        self._flush()
        self.block = True

    def _flush(self) -> None:
        if not self.words:
            return
        text = " ".join("".join(self.words).split())
        if text:
            gap = 0 if self.block else max(0, self.newlines - 1)
            self.page.lines.append(Line(text=text, gap=gap, block=self.block))
            self.newlines, self.block = 0, False
        self.words, self.link = [], None
