"""Foreign HTML becomes a string and spans; nothing of it is passed through (rules §5.1).

The tags that Mastodon's sanitiser lets through are understood, everything else is read as its text. The tokens come
from turbohtml; no tree is built of them, since the tree that HTML prescribes for misnested tags can be hundreds of
times larger than its source. A stack of open elements is enough for spans, and takes time linear in the source.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING

from threadleaf.core.characters import clean, web_address
from threadleaf.core.model import Note, Span, SpanKind

if TYPE_CHECKING:
    from turbohtml import Token

MAX_BYTES = 256 * 1024
MAX_LEVELS = 256

_KINDS: dict[str, SpanKind] = {
    "em": "em", "i": "em", "strong": "strong", "b": "strong", "code": "code", "pre": "pre", "blockquote": "quote",
    "del": "del", "s": "del", "strike": "del",
    # Mastodon turns the headings of other software into strong paragraphs as well.
    "h1": "strong", "h2": "strong", "h3": "strong", "h4": "strong", "h5": "strong", "h6": "strong",
}  # fmt: skip
_PARAGRAPHS = frozenset("p blockquote pre ul ol dl table hr h1 h2 h3 h4 h5 h6".split())
_LINES = frozenset("address article aside dd div dt figure footer header li main nav section tr".split())
_VOID = frozenset("area base br col embed hr img input link meta source track wbr".split())
# No reader sees what is in these; the tokenizer gives it as one piece of text up to their end tag.
_UNSEEN = frozenset("script style iframe noembed noframes".split())
# An end tag closes nothing beyond the nearest of these, unless it is one of them itself.
_WALLS = frozenset("blockquote li ul ol td th div ruby".split())
_OWN_WALLS = {"li": frozenset({"ul", "ol"}), "td": frozenset({"table"}), "th": frozenset({"table"})}
# A start tag that ends an element still open.
_ENDS = {
    **dict.fromkeys(_PARAGRAPHS | _LINES, ("p",)),
    "li": ("li",), "td": ("td", "th"), "th": ("td", "th"), "rt": ("rt", "rp"), "rp": ("rt", "rp"), "a": ("a",),
}  # fmt: skip
_INDENTED = 8  # levels of nested lists that are shown by indentation


def html_text(
    html: str, emojis: Mapping[str, str] | None = None, *, without_quote: bool = False
) -> tuple[str, tuple[Span, ...], tuple[Note, ...]]:
    """The visible text of a post's HTML, its spans, and a note if it was too deep or too long to be understood.

    `emojis` maps the short codes of custom emoji to picture addresses. `without_quote` leaves out the element of
    class `quote-inline` that repeats the address of a quoted post. Line and paragraph breaks are `\n` and `\n\n`;
    list markers are written into the text (a span `item` of value `bullet` or `number` is on them), and so are
    ruby readings, in brackets behind their base (a span `ruby` is on base and brackets, the reading is its value).
    Above 256 KiB or 256 levels there are no spans at all.
    """
    html = clean(html)
    if len(html) <= MAX_BYTES and len(html.encode()) <= MAX_BYTES:
        reader = _Reader(emojis or {}, without_quote=without_quote)
        if reader.read(html):
            return "".join(reader.out.pieces), reader.spans(), ()
    return _flat(html), (), (Note(kind="html-too-deep"),)


def _flat(html: str) -> str:
    """Text and breaks only: without a stack, so that no depth matters."""
    from turbohtml import TokenType, tokenize

    out, seen = _Writer(), True
    for token in tokenize(html):
        if token.type is TokenType.TEXT and seen:
            out.flow(token.data or "")
        elif token.tag in _UNSEEN:
            seen = token.type is TokenType.END_TAG
        elif token.tag:
            out.newlines += token.tag == "br"
            out.owe(_breaks(token.tag))
    return "".join(out.pieces)


def _breaks(tag: str, *, listed: bool = False) -> int:
    """How many newlines set an element off from what is around it; within a list paragraphs stand close."""
    return 1 if tag in _LINES or (listed and tag in _PARAGRAPHS) else 2 if tag in _PARAGRAPHS else 0


class _Open:
    """An element that is open: the span it makes, where that starts, and what else its end must know."""

    __slots__ = ("kind", "number", "order", "piece", "role", "start", "step", "tag", "value")

    def __init__(self, tag: str, kind: SpanKind | None, value: str, role: str, order: int) -> None:
        self.tag = tag
        self.kind = kind
        self.value = value
        self.role = role
        self.order = order  # of two spans on the same text, the one opened first is the outer one
        self.start: int | None = None  # where its first visible character stands, and in which piece
        self.piece = 0
        self.number: int | None = None  # of the next item of a list; None: bullets
        self.step = 1


class _Writer:
    """The text so far, and the white space that is owed before the next visible character.

    Owing it, as HTML layout does, keeps blanks from the ends of lines and of spans, and lets adjoining breaks merge.
    """

    def __init__(self) -> None:
        self.pieces: list[str] = []
        self.length = 0
        self.newlines = 0
        self.blank = False
        self.beside = False  # a list marker was written last: the item's first paragraph stands beside it
        self.waiting: list[_Open] = []  # elements without a visible character so far

    def owe(self, newlines: int) -> None:
        """See that at least so many newlines stand before what follows."""
        if not self.beside:
            self.newlines = max(self.newlines, newlines)

    def write(self, text: str) -> int:
        """Write visible `text`; returns where it starts."""
        if self.length:
            self._put("\n" * self.newlines or " " * self.blank)
        self.newlines, self.blank, self.beside = 0, False, False
        for element in self.waiting:
            element.start, element.piece = self.length, len(self.pieces)
        self.waiting.clear()
        self._put(text)
        return self.length - len(text)

    def flow(self, text: str) -> tuple[int, str]:
        """Write running text, in which white space of any length is one blank; returns where it starts, and its words."""
        text = re.sub("[ \t\n\r\f]+", " ", text)
        words = text.strip(" ")
        self.blank = self.blank or text.startswith(" ")
        start = self.write(words) if words else self.length
        self.blank = self.blank or text.endswith(" ")
        return start, words

    def lines(self, text: str) -> None:
        """Write preformatted text, in which every blank and newline counts (those at its very end do not)."""
        for number, line in enumerate(text.split("\n")):
            self.newlines += number > 0
            if line:
                self.write(line)

    def _put(self, text: str) -> None:
        self.pieces.append(text)
        self.length += len(text)


class _Reader:
    """Reads tokens into a `_Writer` and spans, with a stack of the open elements."""

    def __init__(self, emojis: Mapping[str, str], *, without_quote: bool) -> None:
        self.out = _Writer()
        self.emojis = emojis
        self.without_quote = without_quote
        self.stack: list[_Open] = []
        self.lists: list[_Open] = []
        self.bases: list[_Open] = []  # of ruby
        self.within: Counter[str] = Counter()  # how many elements of each tag and role are open
        self.reading: list[str] | None = None  # of a ruby base, while it is read
        self.fresh = False  # a `pre` was just opened: HTML drops a newline there
        self.order = 0
        self.found: list[tuple[int, int, int, Span]] = []

    def read(self, html: str) -> bool:
        """Read everything; False, and nothing is promised of the result, if elements nest too deep."""
        from turbohtml import TokenType, tokenize

        for token in tokenize(html):
            if token.type is TokenType.TEXT:
                self._text(token.data or "")
            elif token.type is TokenType.START_TAG:
                self._start(token)
            elif token.type is TokenType.END_TAG:
                self._close(self._find(token.tag or ""))
            if len(self.stack) > MAX_LEVELS:
                return False
        self._close(0)
        return True

    def spans(self) -> tuple[Span, ...]:
        """The spans in order; of two that cross, the one that starts later is left out."""
        kept: list[Span] = []
        open_ends: list[int] = []
        for start, _, _, span in sorted(self.found, key=lambda found: found[:3]):
            while open_ends and open_ends[-1] <= start:
                open_ends.pop()
            if not open_ends or span.end <= open_ends[-1]:
                open_ends.append(span.end)
                kept.append(span)
        return tuple(kept)

    def _text(self, text: str) -> None:
        if self.within["hidden"]:
            return
        if self.reading is not None:
            self.reading.append(text)
        elif self.within["pre"]:
            self.out.lines(text.removeprefix("\n") if self.fresh else text)
            self.fresh = False
        else:
            start, words = self.out.flow(text)
            if self.emojis and not (self.within["a"] or self.within["code"]):
                self._emojis(start, words)

    def _emojis(self, start: int, words: str) -> None:
        for match in re.finditer("(?<![A-Za-z0-9_]):([A-Za-z0-9_]{2,}):(?![A-Za-z0-9_])", words):
            if address := web_address(self.emojis.get(match[1])):
                self._span(start + match.start(), start + match.end(), "emoji", address)

    def _start(self, token: Token) -> None:
        tag = token.tag or ""
        for ended in _ENDS.get(tag, ()):
            self._close(self._find(ended))
        self._break(tag)
        if tag == "br":
            self.out.newlines += not self.within["hidden"]
        elif tag == "img":
            self._text(token.attr("alt") or "")
        elif tag not in _VOID:
            self._push(token, tag)

    def _break(self, tag: str) -> None:
        if not self.within["hidden"]:
            self.out.owe(_breaks(tag, listed=self.within["li"] > 0))
            self.out.blank = self.out.blank or tag in {"td", "th"}

    def _push(self, token: Token, tag: str) -> None:
        kind, value = self._meaning(token, tag)
        self.order += 1
        element = _Open(tag, kind, value, self._role(token, tag), self.order)
        self.stack.append(element)
        self.within.update((tag, element.role))
        self.out.waiting.append(element)
        if tag in {"ul", "ol"}:
            _number(element, token)
            self.lists.append(element)
        elif tag == "li":
            self._marker(token)
        elif tag == "ruby":
            self.bases.append(element)
        elif tag == "pre":
            self.fresh = True
        elif element.role == "reading":
            self.reading = []

    def _meaning(self, token: Token, tag: str) -> tuple[SpanKind | None, str]:
        """The span that an element makes of its text, if any."""
        if tag != "a":
            return _KINDS.get(tag), ""
        classes = (token.attr("class") or "").split()
        address = web_address(token.attr("href"))
        if "hashtag" in classes or "tag" in (token.attr("rel") or "").split():
            return "tag", ""
        return ("mention" if "mention" in classes else "link") if address else None, address

    def _role(self, token: Token, tag: str) -> str:
        """What is special about an element's text: `hidden`, `shortened` (an ellipsis follows), `reading`."""
        classes = (token.attr("class") or "").split()
        # Mastodon's markers count only where Mastodon puts them: elsewhere they would hide text from the reader.
        if tag in _UNSEEN or (self.within["a"] and "invisible" in classes):
            return "hidden"
        if tag == "rp" or (self.without_quote and "quote-inline" in classes):
            return "hidden"
        if self.within["a"] and "ellipsis" in classes:
            return "shortened"
        return "reading" if tag == "rt" and self.reading is None else ""

    def _marker(self, token: Token) -> None:
        """Write the marker of a list item; the item's text stands beside it."""
        if self.within["hidden"] or self.reading is not None:
            return
        around = self.lists[-1] if self.lists else None
        number = _integer(token.attr("value")) if around and around.number is not None else None
        if around and around.number is not None:
            number = around.number if number is None else number
            around.number = number + around.step
        marker = "•" if number is None else f"{number}."
        indent = "  " * min(len(self.lists) - 1, _INDENTED)
        start = self.out.write(indent + marker) + len(indent)
        self._span(start, self.out.length, "item", "bullet" if number is None else "number")
        self.out.blank = self.out.beside = True

    def _find(self, tag: str) -> int:
        """Where in the stack the element stands that an end tag closes; the stack's length if there is none."""
        index = len(self.stack)
        if not self.within[tag]:
            return index
        walls = _OWN_WALLS.get(tag) or (_WALLS if tag not in _WALLS else frozenset())
        while self.stack[index - 1].tag != tag:
            index -= 1
            if self.stack[index].tag in walls:
                return len(self.stack)
        return index - 1

    def _close(self, index: int) -> None:
        """Close the elements of the stack from `index` on, the innermost first."""
        while len(self.stack) > index:
            self._closed(self.stack.pop())

    def _closed(self, element: _Open) -> None:
        if element.role == "reading":
            self._read_ruby()
        elif element.role == "shortened" and element.start is not None:
            self.out.write("…")
        elif element.kind == "link" and element.start is None and self.reading is None:
            self._text(element.value)  # nothing of the link was visible
        if element.kind == "tag" and element.start is not None:
            element.value = "".join(self.out.pieces[element.piece :]).lstrip("#＃")
        if element.kind and element.start is not None and (element.value or element.kind != "tag"):
            self._span(element.start, self.out.length, element.kind, element.value, element.order)
        if element.tag == "li":
            self.out.beside = False
        self.within.subtract((element.tag, element.role))
        for names in (self.lists, self.bases):
            if names and names[-1] is element:
                names.pop()
        self._break(element.tag)

    def _read_ruby(self) -> None:
        """Write the reading that was collected behind its base."""
        reading = " ".join("".join(self.reading or ()).split())
        self.reading = None
        if not reading:
            return
        base = self.bases[-1] if self.bases else None
        start = base.start if base else None
        self.out.blank = False
        self.out.write(f"({reading})")
        if base and start is not None:
            self._span(start, self.out.length, "ruby", reading, base.order)
        if base:
            base.start = None
            self.out.waiting.append(base)

    def _span(self, start: int, end: int, kind: SpanKind, value: str, order: int = 0) -> None:
        if not order:
            self.order += 1
            order = self.order
        self.found.append((start, -end, order, Span(start=start, end=end, kind=kind, value=value)))


def _number(element: _Open, token: Token) -> None:
    """Where a list's numbers begin. Of a reversed list that does not say, none is invented: it gets bullets."""
    backwards = token.attr("reversed") is not None
    start = _integer(token.attr("start"))
    if element.tag == "ol" and not (backwards and start is None):
        element.number = 1 if start is None else start
        element.step = -1 if backwards else 1


def _integer(text: str | None) -> int | None:
    return int(text) if text and re.fullmatch("[+-]?[0-9]{1,9}", text) else None
