"""CommonMark. Whatever an author wrote stays literal: a backslash stands before every sign that could mean something.

The rules are those of the CommonMark specification 0.31 (§2.4 backslash escapes, §4 blocks, §6.2 emphasis), and of
the extensions that make links of bare addresses or tables of bars.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from threadleaf.core.model import Post, Span, Thread
from threadleaf.render._document import document
from threadleaf.render._layout import View
from threadleaf.render._lines import QUOTE_END, QUOTE_START, quoted_lines
from threadleaf.render._marks import LINKS, walk
from threadleaf.render._safe import line, unturned, visible, web
from threadleaf.render.tongue import ENGLISH, Tongue

_SIGNS = re.compile(r"[\\`*_{}\[\]<>&~|$#]|:(?=//)|(?<=\b[Ww]{3})\.")
_LINE_START = re.compile(r"([-+=])|([0-9]{1,9})([.)])")
_BREAK = "\\"
"""At the end of a line: a hard line break."""
_DELIMITERS = {"em": "*", "strong": "**", "del": "~~"}
_MARKED = frozenset({"em", "strong", "del", "code", "pre", "quote"}) | LINKS


def render(thread: Thread, view: View, say: Tongue = ENGLISH) -> str:
    """The thread as CommonMark; see `threadleaf.render.markdown`."""
    return document(thread, view, Markdown(), say)


def literal(text: str) -> str:
    """`text` with a backslash before every sign that has a meaning within a line."""
    return _SIGNS.sub(r"\\\g<0>", text)


class Markdown:
    """The style of CommonMark."""

    def words(self, text: str) -> str:
        return _guarded(literal(line(text)))

    def strong(self, text: str) -> str:
        return f"**{text}**"

    def heading(self, text: str, level: int) -> str:
        return f"{'#' * level} {text}"

    def link(self, shown: str, address: str) -> str:
        return f"[{shown}](<{address.replace('&', '&amp;')}>)" if address and shown else shown

    def mark(self, numbers: Sequence[tuple[str, str]]) -> str:
        return "–".join([self.link(shown, address) if address else f"\\[{shown}\\]" for shown, address in numbers])

    def inline(self, text: str, spans: Sequence[Span], base: int) -> str:
        """A piece of text with its spans; each open span has a buffer, which is wrapped when the span closes."""
        text = visible(text)
        buffers: list[list[str]] = [[]]
        code = 0
        for step, span, start, end in walk(len(text), spans, base, lambda span: span.kind in _MARKED):
            if span is None:
                part = unturned(text[start:end])
                buffers[-1].append(part if code else literal(part))
                continue
            is_code = span.kind in ("code", "pre")
            if step == "open":
                buffers.append([])
                code += is_code
            else:
                code -= is_code
                inside = "".join(buffers.pop())
                around = text[start - 1 : start] if start else "", text[end : end + 1]
                plain = text[start:end]
                wrapped = inside if code else self._wrapped(span, inside, plain, around)
                if wrapped.startswith("`") and buffers[-1] and buffers[-1][-1].endswith("`"):
                    wrapped = literal(unturned(plain))  # the fences of two code spans would run together
                buffers[-1].append(wrapped)
        return "".join(buffers[0])

    def _wrapped(self, span: Span, inside: str, plain: str, around: tuple[str, str]) -> str:
        """The text of a span with its markup; without, where the markup would not be read as such."""
        if span.kind == "quote":
            return f"{QUOTE_START}{inside}{QUOTE_END}"
        if span.kind in ("code", "pre"):
            return "\n".join([_code(row) for row in inside.split("\n")])
        if "\n\n" in plain or not plain.strip():
            return inside
        if span.kind in LINKS:
            return self.link(inside, web(span.value))
        delimiter = _DELIMITERS[span.kind]
        return f"{delimiter}{inside}{delimiter}" if _flanks(plain, around) else inside

    def block(self, inline: str) -> str:
        """Paragraphs and hard breaks; signs that mean something at the start of a line are escaped there."""
        out: list[str] = []
        rows = list(quoted_lines(inline))
        for (row, quoted), (following, still) in zip(rows, [*rows[1:], ("", False)], strict=True):
            same = row and following and quoted == still
            sign = ("> " if row else ">") if quoted else ""
            out.append(f"{sign}{_guarded(row)}{_BREAK if same else ''}")
            if row and following and not same:
                out.append("")  # or the line after a quote would be read as part of it
        return "\n".join(out)

    def lines(self, lines: Iterable[str]) -> str:
        return f"{_BREAK}\n".join([row for row in lines if row])

    def folded(self, blocks: Iterable[str]) -> str:
        text = "\n\n".join([block for block in blocks if block])
        return "\n".join([f"> {row}" if row else ">" for row in text.split("\n")])

    def targets(self, _post: Post) -> str:
        return ""


def _flanks(plain: str, around: tuple[str, str]) -> bool:
    """Whether delimiters around a text are surely read as emphasis (CommonMark §6.2, its simplest case)."""
    before, after = around
    outside = (not before or before.isspace()) and (not after or after.isspace() or not after.isalnum())
    return outside and plain[0].isalnum() and plain[-1].isalnum()


def _code(row: str) -> str:
    """A line as a code span: its fence is longer than any run of backticks within it."""
    if not row.strip():
        return row
    runs = re.findall("`+", row)
    fence = "`" * (max(map(len, runs), default=0) + 1)
    pad = " " if row[0] == "`" or row[-1] == "`" or (row[0] == " " and row[-1] == " ") else ""
    return f"{fence}{pad}{row}{pad}{fence}"


def _guarded(row: str) -> str:
    """A line that begins and ends with nothing that CommonMark would take as structure."""
    row = _LINE_START.sub(_escaped, row, count=1) if _LINE_START.match(row) else row
    if row[:1].isspace():
        row = f"&#{ord(row[0])};{row[1:]}"
    if row[-1:].isspace():
        row = f"{row[:-1]}&#{ord(row[-1])};"
    return row


def _escaped(match: re.Match[str]) -> str:
    return f"\\{match[1]}" if match[1] else f"{match[2]}\\{match[3]}"
