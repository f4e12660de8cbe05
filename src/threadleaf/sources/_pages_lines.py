"""A saved page as lines, and what its layout says about the joints between them."""

from __future__ import annotations

from collections import Counter
from typing import Literal

from msgspec import Struct

from threadleaf.core.model import Media, Note, Quote, Span

_LINES_OF_A_POST = 12  # more than that on average, repeated ones counted, and the runs are something else

Form = Literal["twtext", "reader", "scrolly", "plain"]
Tie = Literal["cut", "mark", "maybe", "soft", "keep"]
"""The joint before a line: a post begins here for certain (`cut`), by a number that might be a list's (`mark`),
likely (`maybe`), only if one post cannot hold both sides (`soft`), or not at all (`keep`)."""


class Part(Struct, frozen=True, kw_only=True):
    """What an HTML page says of one post besides its text. `number` is its id on the network, if given."""

    spans: tuple[Span, ...] = ()
    media: tuple[Media, ...] = ()
    quote: Quote | None = None
    number: str = ""
    handle: str = ""
    notes: tuple[Note, ...] = ()


class Line(Struct, frozen=True, kw_only=True):
    """One line of a page that is not blank, and what stands before it.

    `gap` counts the blank lines, `run` says that they are many and indented, `block` that an HTML element begins.
    `part` is set where the page itself gives each post an element of its own: then the text is a whole post.
    """

    text: str
    gap: int = 0
    run: bool = False
    block: bool = False
    part: Part | None = None

    @property
    def glue(self) -> str:
        """The line breaks that stand before the line within its post."""
        return "\n" if self.gap == 0 else "\n\n" if self.run else "\n" * (self.gap + 1)


def text_lines(text: str, most: int) -> list[Line]:
    """The lines of a text without the white space around them; reading ends when there are more than `most`."""
    lines: list[Line] = []
    gap = indented = 0
    for raw in text.split("\n"):
        words = raw.strip()
        if words:
            lines.append(Line(text=words, gap=gap, run=gap >= 3 and (indented >= 2 or gap >= 8)))
            gap = indented = 0
            if len(lines) > most:
                break
        else:
            gap += 1
            indented += bool(raw)
    return lines


def in_runs(lines: list[Line]) -> bool:
    """Whether these are from a raw mirror, where a long run of indented blank lines stands behind each post."""
    runs = sum(line.run for line in lines[1:])
    return runs > 0 and len(lines) <= _LINES_OF_A_POST * (runs + 1)


def without_repeats(lines: list[Line]) -> tuple[list[Line], int]:
    """Drop what raw mirrors repeat: in each post, all lines after the first stand there twice.

    Only where all of them do, at once or behind the next run: a refrain is the author's. Returns how many went.
    """
    kept: list[Line] = []
    rest: list[str] = []
    for post in _posts(lines):
        texts = [line.text for line in post]
        if texts == rest:
            rest = []
            continue
        times = Counter(texts)
        if times.pop(texts[0]) == 1 and times and min(times.values()) > 1:
            post = [line for i, line in enumerate(post) if line.text not in texts[:i]]
        kept += post
        rest = [line.text for line in post[1:]]
    return kept, len(lines) - len(kept)


def _posts(lines: list[Line]) -> list[list[Line]]:
    """The lines between two runs of blank lines."""
    posts: list[list[Line]] = []
    for line in lines:
        if line.run or not posts:
            posts.append([])
        posts[-1].append(line)
    return posts


def ties(lines: list[Line], form: Form, *, runs: bool) -> list[Tie]:
    """What the layout says of the joint before each line; the first one is a cut.

    On unrolled pages a single break ends a post *or* a line of it, and a blank line stands within a post: the
    opposite of the usual reading. Scrolly pages separate posts and paragraphs by blank lines. Where every joint is
    of one kind, it tells nothing.
    """
    rest = lines[1:]
    if runs:
        joints: list[Tie] = ["cut" if line.run else "keep" for line in rest]
    elif any(line.block for line in rest):
        joints = ["maybe" if line.block else "keep" for line in rest]
    elif form == "scrolly" or all(line.gap for line in rest):
        joints = ["maybe" if line.gap else "keep" for line in rest]
    else:
        joints = ["keep" if line.gap else "maybe" for line in rest]
    return ["cut", *joints]
