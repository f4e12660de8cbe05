"""MFM, the markup of Misskey and its forks, becomes a string and spans (after the grammar of mfm.js).

What is common is understood; whatever is not, and whatever is not closed, stays as its text. The text is cut into pieces
once, from left to right; a mark that opens something waits on a stack, and is only taken out of the text when its partner
is found. So the time is linear in the text, and no nesting is too deep.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from itertools import accumulate

from msgspec import Struct

from threadleaf.core.characters import clean, web_address
from threadleaf.core.model import Span, SpanKind

_URL_SIGNS = r".,A-Za-z0-9_/:%#@$&?!~=+\-"
# Possessive: an address is not shortened until it fits, and a bracket without its partner ends it.
_URL = rf"https?://(?:[{_URL_SIGNS}]++|\([{_URL_SIGNS}]*+\)|\[[{_URL_SIGNS}]*+\])++"
_TOKEN = re.compile(
    rf"""
    (?P<newline>\n)
    | (?P<fence>(?m:^)```[^`\n]*\n)
    | (?P<code>`[^`´\n]+`)
    | (?P<plain><plain>)
    | (?P<tag></?(?:b|i|s|small|center)>)
    | (?P<pair>\*\*\*|\*\*|~~)
    | (?P<word>(?<![A-Za-z0-9])(?:__[A-Za-z0-9 \t]+__|_[A-Za-z0-9 \t]+_|\*[A-Za-z0-9 \t]+\*)(?![A-Za-z0-9]))
    | (?P<function>\$\[(?P<name>[A-Za-z0-9_]+)(?:\.[A-Za-z0-9_.,=-]+)?[ ])
    | (?P<link>\]\(<?(?P<target>{_URL})>?\))
    | (?P<open>\??\[)
    | (?P<close>\])
    | <(?P<framed>{_URL})>
    | (?P<url>(?<![A-Za-z0-9]){_URL})
    | (?P<mention>(?<![A-Za-z0-9])@[A-Za-z0-9_](?:[A-Za-z0-9_-]*[A-Za-z0-9_])?(?:@[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?)?)
    | (?P<hashtag>(?<![A-Za-z0-9])[#＃][^\s.,!?'"#:/\[\]【】()「」（）<>*~\ufe0f\u20e3]+)
    | (?P<emoji>(?<![A-Za-z0-9]):[A-Za-z0-9_+-]+:(?![A-Za-z0-9]))
    """,
    re.VERBOSE,
)
_FENCE_END = re.compile(r"\n```[ \t]*(?=\n|\Z)")
_QUOTED = re.compile(r"(?:>[ ]?){1,8}")
"""The beginning of a quoted line; deeper quotes stay as their text."""
_PAIRS: Mapping[str, SpanKind] = {"***": "strong", "**": "strong", "~~": "del"}
_TAGS: Mapping[str, SpanKind | None] = {"b": "strong", "i": "em", "s": "del", "small": None, "center": None}
_WITHIN_LINE = ("~~", "[")
_LINKS = ("link", "mention", "tag")


def mfm_text(text: str, emojis: Mapping[str, str] | None = None, host: str = "") -> tuple[str, tuple[Span, ...]]:
    """The visible text of a note, and its spans.

    `emojis` maps the names of custom emoji to picture addresses. `host` is the author's server, on which the people are
    whom she mentions without naming theirs; where it is not known, such mentions are no links.
    """
    reader = _Reader(clean(text).replace("\r\n", "\n"), emojis or {}, host)
    reader.read()
    return "".join(reader.pieces), reader.spans()


class _Mark(Struct):
    """A mark that opens something, at its place among the pieces."""

    kind: str
    piece: int
    name: str = ""
    waits: bool = True


class _Found(Struct, frozen=True):
    """A span over the pieces `[first, last)`."""

    first: int
    last: int
    kind: SpanKind
    value: str = ""


class _Reader:
    """Cuts a text into pieces, and takes the marks out that have a partner."""

    def __init__(self, text: str, emojis: Mapping[str, str], host: str) -> None:
        self.text, self.emojis, self.host = text, emojis, host
        self.pieces: list[str] = []
        self.found: list[_Found] = []
        self._marks: list[_Mark] = []
        self._waiting: defaultdict[str, list[_Mark]] = defaultdict(list)
        self._quotes: list[int] = []  # where the quotes begin that are open
        self._last_plain = text.rfind("</plain>")
        self._fenced = True  # whether there may be an end of a code block further on

    def read(self) -> None:
        """Read everything."""
        place = self._line(0)
        while (token := _TOKEN.search(self.text, place)) is not None:
            if token.start() > place:
                self.pieces.append(self.text[place : token.start()])
            place = self._token(token)
        self.pieces.append(self.text[place:])
        self._end_quotes(0)

    def spans(self) -> tuple[Span, ...]:
        """The spans in order; within a link nothing else leads anywhere."""
        ends = [0, *accumulate(map(len, self.pieces))]
        placed = sorted((ends[f.first], -ends[f.last], f.first, f.kind, f.value) for f in self.found)
        spans: list[Span] = []
        linked = 0
        for start, end, _, kind, value in placed:
            if start < -end and not (kind in _LINKS and start < linked):
                spans.append(Span(start=start, end=-end, kind=kind, value=value))
                linked = -end if kind == "link" else linked
        return tuple(spans)

    # --- tokens ---------------------------------------------------------------------------------------------------

    def _token(self, token: re.Match[str]) -> int:
        """Take a token in; returns where to read on."""
        said = token[0]
        match token.lastgroup:
            case "newline":
                return self._newline(token.end())
            case "fence":
                return self._block(token)
            case "plain":
                return self._plain(token.end())
            case "link":
                return self._link(token)
            case "url":
                said = said.rstrip(".,")
                self._span(said, "link", said)
                return token.start() + len(said)
            case "framed":
                self._span(token["framed"], "link", token["framed"])
            case "pair":
                if not self._close(said, _PAIRS[said]):
                    self._open(said, said)
            case "tag":
                self._tag(said)
            case "function":
                self._open("$[", said, token["name"])
            case "open":
                self._open("[", said)
            case "close":
                self._bracket()
            case _:
                self._name(token.lastgroup or "", said)
        return token.end()

    def _name(self, kind: str, said: str) -> None:
        """A token that stands for itself."""
        if kind == "code":
            self._span(said[1:-1], "code")
        elif kind == "word":
            strong = said.startswith("__")
            self._span(said[2:-2] if strong else said[1:-1], "strong" if strong else "em")
        elif kind == "mention":
            user, _, host = said[1:].partition("@")
            host = host.lower() or self.host
            self._span(said, "mention", f"https://{host}/@{user}" if host else "")
        elif kind == "hashtag":
            self._span(said, "tag", "" if said[1:].isdigit() else said[1:])
        else:
            self._span(said, "emoji", self.emojis.get(said[1:-1], ""))

    def _span(self, text: str, kind: SpanKind, value: str = "") -> None:
        """A piece that has a meaning of its own; it is plain text if it should lead somewhere and does not."""
        leads = kind in ("link", "mention", "emoji")
        if not (web_address(value) if leads else value or kind != "tag"):
            self.pieces.append(text)
            return
        self.found.append(_Found(len(self.pieces), len(self.pieces) + 1, kind, value))
        self.pieces.append(text)

    # --- marks with a partner -------------------------------------------------------------------------------------

    def _open(self, kind: str, said: str, name: str = "") -> None:
        mark = _Mark(kind, len(self.pieces), name)
        self.pieces.append(said)
        self._marks.append(mark)
        self._waiting[kind].append(mark)

    def _latest(self, kind: str) -> _Mark | None:
        """The latest mark of a kind that waits for its partner."""
        marks = self._waiting[kind]
        while marks and not marks[-1].waits:
            marks.pop()
        return marks[-1] if marks else None

    def _bracket_open(self) -> _Mark | None:
        """The latest bracket that waits to be closed."""
        marks = [mark for mark in map(self._latest, ("[", "$[")) if mark is not None]
        return max(marks, key=lambda mark: mark.piece, default=None)

    def _close(self, kind: str, meaning: SpanKind | None, value: str = "") -> bool:
        """Take a mark out of the text, and give what is behind it its meaning; whether there was one."""
        mark = self._latest(kind)
        if mark is None or mark.piece == len(self.pieces) - 1:
            return False
        while mark.waits:
            self._marks.pop().waits = False
        self.pieces[mark.piece] = ""
        if meaning is not None:
            self.found.append(_Found(mark.piece, len(self.pieces), meaning, value))
        return True

    def _tag(self, said: str) -> None:
        name = said.strip("</>")
        if not said.startswith("</"):
            self._open(name, said)
        elif not self._close(name, _TAGS[name]):
            self.pieces.append(said)

    def _bracket(self) -> None:
        """A closing bracket: the end of a function, or of what might have been a link and is none."""
        mark = self._bracket_open()
        if mark is not None and mark.name == "ruby":
            self._ruby(mark.piece + 1)
        if mark is None or mark.kind == "[" or not self._close("$[", None):
            self.pieces.append("]")
        if mark is not None:
            mark.waits = False

    def _ruby(self, first: int) -> None:
        """Write a reading in brackets behind its base, if that is all there is between the brackets."""
        base, blank, reading = "".join(self.pieces[first : first + 1]).partition(" ")
        if len(self.pieces) == first + 1 and base and blank and reading.strip():
            self.pieces[first] = f"{base}({reading.strip()})"
            self.found.append(_Found(first, first + 1, "ruby", reading.strip()))

    def _link(self, token: re.Match[str]) -> int:
        """The end of a link's label, and its address. A label holds no other link."""
        mark = self._bracket_open()
        if mark is not None and mark.kind == "[" and self._close("[", "link", token["target"]):
            self._forget("[")
            return token.end()
        self._bracket()
        return token.start() + 1

    def _forget(self, kind: str) -> None:
        for mark in self._waiting.pop(kind, ()):
            mark.waits = False

    # --- lines and blocks -----------------------------------------------------------------------------------------

    def _newline(self, place: int) -> int:
        for kind in _WITHIN_LINE:
            self._forget(kind)
        return self._line(place)

    def _line(self, place: int) -> int:
        """The beginning of a line, and how deep it is quoted; returns where its text begins."""
        quoted = _QUOTED.match(self.text, place)
        begin = quoted.end() if quoted else place
        depth = quoted[0].count(">") if quoted else 0
        if not self._quotes and self.text[begin : begin + 1] in ("", "\n"):
            begin, depth = place, 0  # nothing is quoted there
        if depth != len(self._quotes):
            self._marks.clear()
            for kind in list(self._waiting):
                self._forget(kind)
        self._end_quotes(depth)
        if place:
            self.pieces.append("\n")
        while len(self._quotes) < depth:
            self._quotes.append(len(self.pieces))
        return begin

    def _end_quotes(self, depth: int) -> None:
        while len(self._quotes) > depth:
            self.found.append(_Found(self._quotes.pop(), len(self.pieces), "quote"))

    def _block(self, token: re.Match[str]) -> int:
        """A code block; without an end it is none."""
        end = _FENCE_END.search(self.text, token.end() - 1) if self._fenced else None
        if end is None:
            self._fenced = False
            self.pieces.append(token[0][:-1])
            return token.end() - 1
        self._span(self.text[token.end() : end.start()], "pre")
        return end.end()

    def _plain(self, place: int) -> int:
        """Text in which nothing has a meaning."""
        if place > self._last_plain:
            self.pieces.append("<plain>")
            return place
        end = self.text.index("</plain>", place)
        self.pieces.append(self.text[place:end])
        return end + len("</plain>")
