"""Plain text: for a terminal, a letter, a pipe. What it writes is inert wherever it is printed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from threadleaf.core.model import Post, Span, Thread
from threadleaf.render import words
from threadleaf.render._document import document
from threadleaf.render._layout import View
from threadleaf.render._lines import QUOTE_END, QUOTE_START, quoted_lines
from threadleaf.render._marks import walk
from threadleaf.render._safe import line, unturned, visible, web
from threadleaf.render.tongue import ENGLISH, Tongue


def render(thread: Thread, view: View, say: Tongue = ENGLISH) -> str:
    """The thread as plain text; see `threadleaf.render.plain`."""
    return document(thread, view, Plain(say), say)


class Plain:
    """The style of plain text: marks are words, brackets and empty lines."""

    def __init__(self, say: Tongue = ENGLISH) -> None:
        self.say = say

    def words(self, text: str) -> str:
        return line(text)

    def strong(self, text: str) -> str:
        return text

    def heading(self, text: str, level: int) -> str:
        return text if level == 1 else f"{text}\n{'-' * len(text)}"

    def link(self, shown: str, address: str) -> str:
        return f"{shown} <{address}>" if address else shown

    def mark(self, numbers: Sequence[tuple[str, str]]) -> str:
        return f"[{'–'.join([shown for shown, _ in numbers])}]"

    def inline(self, text: str, spans: Sequence[Span], base: int) -> str:
        """The text itself. Only what changes its meaning is marked: words taken back (`~~`), and quoted lines."""
        text = visible(text)
        out: list[str] = []
        for step, span, start, end in walk(len(text), spans, base, lambda span: span.kind in ("del", "quote")):
            if span is None:
                out.append(unturned(text[start:end]))
            elif span.kind == "del":
                out.append("~~")
            else:
                out.append(QUOTE_START if step == "open" else QUOTE_END)
        return "".join(out)

    def block(self, inline: str) -> str:
        return "\n".join([f"> {row}".rstrip(" ") if quoted else row for row, quoted in quoted_lines(inline)])

    def lines(self, lines: Iterable[str]) -> str:
        return "\n".join([row for row in lines if row])

    def folded(self, blocks: Iterable[str]) -> str:
        text = "\n\n".join([block for block in blocks if block])
        return "\n".join([f"    {row}" if row else "" for row in text.split("\n")])

    def targets(self, post: Post) -> str:
        """The addresses of links whose text is not the address itself."""
        found = {web(s.value): None for s in post.spans if s.kind == "link" and post.text[s.start : s.end] != s.value}
        return "\n".join([f"{self.say(words.LINK)}{self.say(':')} {address}" for address in found if address])
