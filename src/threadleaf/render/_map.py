"""The shape of a thread as a small drawing: the line with its rings, gaps dashed, branches as spurs, and a hair tick
beside each post for what others answered, as long as the logarithm of their number.

It is drawn with classes, attributes and `currentColor` alone, so that it needs no style sheet and obeys any. Every
mark is a link with a name, and all of them are a list, so that the drawing is also read.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import ceil, log2

from msgspec import Struct

from threadleaf.core.model import Post, Thread
from threadleaf.render import claims, words
from threadleaf.render._inline import escape
from threadleaf.render._layout import Block, Hole, Layout, Spur, lay_out
from threadleaf.render._safe import web
from threadleaf.render.tongue import ENGLISH, Tongue, marked

NAME = marked("Shape of the thread")
WIDTH = 84
"""Pixels, as all measures here; the drawing is as high as it needs."""

_HIGHEST = 480
_MOST_RINGS = 80
"""Of more posts several share a mark."""
_LINE = 32  # where the line stands, from the left edge
_EDGE = 8  # above the first mark and below the last
_PITCH = 20  # from mark to mark where there is room
_LONGEST_TICK, _LONGEST_SPUR = 22, 26


class Mark(Struct, frozen=True):
    """Posts that share one height of the line: `spurs` leave them, `others` counts other people's replies to them."""

    posts: tuple[Post, ...]
    spurs: tuple[Spur, ...]
    others: int


def file(thread: Thread, say: Tongue = ENGLISH) -> str:
    """The drawing as a file of its own, in which each mark leads to the original post."""
    return drawn(lay_out(thread, "posts"), lambda post: web(post.url), say) + "\n"


def drawn(layout: Layout, to: Callable[[Post], str], say: Tongue) -> str:
    """The drawing of a layout. `to` gives the address of a post; a mark whose post has none is no link."""
    marks = _marks(layout)
    pen = _Pen(layout, to, say, min(_PITCH, _HIGHEST / len(marks)))
    height = round(2 * _EDGE + pen.pitch * len(marks))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="shape" width="{WIDTH}" height="{height}"'
        f' viewBox="0 0 {WIDTH} {height}" fill="none" stroke="currentColor" stroke-width="2" role="list"'
        f' aria-label="{escape(say(NAME))}">{pen.rows(marks)}{_end(layout, height)}</svg>'
    )


# --- what is drawn ----------------------------------------------------------------------------------------------


def _marks(layout: Layout) -> list[Mark | Hole]:
    """What stands on the line, from top to bottom."""
    share = ceil(len(layout.thread.posts) / _MOST_RINGS)
    rows: list[list[Post] | Hole] = []
    spurs: dict[int, list[Spur]] = {}
    for item in layout.items:
        if isinstance(item, Block):
            for post in item.begin:
                if rows and isinstance(rows[-1], list) and len(rows[-1]) < share:
                    rows[-1].append(post)
                else:
                    rows.append([post])
        elif isinstance(item, Hole):
            rows.append(item)
        elif isinstance(item, Spur):
            spurs.setdefault(len(rows), []).append(item)
    own = _own_answers(layout.thread)
    return [
        row if isinstance(row, Hole) else Mark(tuple(row), tuple(spurs.get(place, ())), _others(row, own))
        for place, row in enumerate(rows, 1)
    ]


def _own_answers(thread: Thread) -> dict[str, int]:
    """How many answers to each post are the author's own."""
    own: dict[str, int] = {}
    posts = [*thread.posts, *(post for branch in thread.branches for post in branch.posts)]
    for post in posts:
        if post.parent:
            own[post.parent] = own.get(post.parent, 0) + 1
    return own


def _others(posts: Sequence[Post], own: Mapping[str, int]) -> int:
    """How many answers to posts are other people's, as far as the network counts them."""
    return sum([max(0, post.replies - own.get(post.id, 0)) for post in posts if post.replies])


# --- how it is drawn --------------------------------------------------------------------------------------------


class _Pen:
    """Draws the marks of one line. `pitch` is the height of each."""

    def __init__(self, layout: Layout, to: Callable[[Post], str], say: Tongue, pitch: float) -> None:
        self.layout, self.to, self.say, self.pitch = layout, to, say, pitch

    def rows(self, marks: Sequence[Mark | Hole]) -> str:
        """All marks, one below the other."""
        return "".join(
            [
                self._gap(mark, _EDGE + place * self.pitch)
                if isinstance(mark, Hole)
                else self._posts(mark, _EDGE + place * self.pitch)
                for place, mark in enumerate(marks)
            ]
        )

    def _gap(self, hole: Hole, top: float) -> str:
        """A gap leads to the next post or, at the end, to the last one."""
        gap, posts = hole.gaps[0], self.layout.posts
        near = posts.get(gap.before or "") or posts.get(gap.after or "") or self.layout.thread.posts[-1]
        shape = f'<path class="gap" stroke-dasharray="4 3" d="M{_LINE} {_n(top)}v{_n(self.pitch)}"/>'
        name = " ".join([told.what for told in claims.gaps(hole.gaps, hole.numbers, self.layout.thread, self.say)])
        return self._item(name, near, (0, top, WIDTH), shape)

    def _posts(self, mark: Mark, top: float) -> str:
        """Posts with what leaves them."""
        middle = top + self.pitch / 2
        shape = self._ring(top) if len(mark.posts) == 1 else self._segment(top)
        if mark.others:
            length = min(_LONGEST_TICK, 2 + 1.7 * log2(1 + mark.others))
            shape += (
                f'<path class="tick" stroke-width="1" stroke-opacity=".5" d="M{_LINE - 7} {_n(middle)}h-{_n(length)}"/>'
            )
        row = self._item(self._posts_name(mark), mark.posts[0], (0, top, _LINE + 8), shape)
        if mark.spurs:
            first, side = mark.spurs[0].branch.posts[0], _LINE + 8
            row += self._item(self._spurs_name(mark.spurs), first, (side, top, WIDTH - side), self._spur(mark, middle))
        return row

    def _item(self, name: str, post: Post, box: tuple[float, float, float], shape: str) -> str:
        """One mark: its name, the post to which it leads, and the box in which it can be hit (left, top, width)."""
        left, top, width = map(_n, box)
        hit = f'<path stroke="none" pointer-events="all" d="M{left} {top}h{width}v{_n(self.pitch)}h-{width}z"/>'
        inside, address = f"<title>{escape(name)}</title>{hit}{shape}", self.to(post)
        linked = f'<a href="{escape(address)}">{inside}</a>' if address else inside
        return f'<g role="listitem">{linked}</g>'

    def _ring(self, top: float) -> str:
        middle, radius = top + self.pitch / 2, min(4, self.pitch / 3)
        above = "" if top == _EDGE else f"M{_LINE} {_n(top)}V{_n(middle - radius)}"  # the line begins at the first post
        return (
            f'<path d="{above}M{_LINE} {_n(middle + radius)}V{_n(top + self.pitch)}"/>'
            f'<circle cx="{_LINE}" cy="{_n(middle)}" r="{_n(radius)}"/>'
        )

    def _segment(self, top: float) -> str:
        """Several posts: a length of the line, parted from the next by a small space."""
        return f'<path stroke-width="4" d="M{_LINE} {_n(top)}v{_n(self.pitch - 1)}"/>'

    def _spur(self, mark: Mark, middle: float) -> str:
        """Branches: a spur to the side, longer the more posts they have."""
        size, bend = sum([len(spur.branch.posts) for spur in mark.spurs]), min(8, self.pitch / 2)
        length, turn = min(_LONGEST_SPUR, 6 + 5 * log2(size)), f"q{_n(bend)} 0 {_n(bend)} {_n(bend)}"
        return f'<path class="spur" stroke-opacity=".5" d="M{_LINE + 6} {_n(middle)}h2{turn}m-1 0h{_n(length)}"/>'

    def _posts_name(self, mark: Mark) -> str:
        numbers, say = self.layout.numbers.posts, self.say
        first, last = numbers.get(mark.posts[0].id), numbers.get(mark.posts[-1].id)
        name = words.called(words.span_of(first) if first else "", say)
        if len(mark.posts) > 1:
            name = words.posts(len(mark.posts), say)
            if first and last:
                name = say("Posts {first} to {last}", first=first[0], last=last[1])
        if not mark.others:
            return name
        return say.plural(mark.others, "{name}, {n} reply by others", "{name}, {n} replies by others", name=name)

    def _spurs_name(self, spurs: Sequence[Spur]) -> str:
        if len(spurs) > 1:
            return self.say.plural(len(spurs), "{n} branch", "{n} branches")
        one = spurs[0]
        told = words.branch(len(one.branch.posts), one.later, self.say, after_end=one.after_end, deeper=one.deeper)
        return "".join(told)


def _end(layout: Layout, height: int) -> str:
    """A crossbar where the end is confirmed, dots where it is open."""
    foot = height - _EDGE
    if layout.end == "confirmed":
        return f'<path d="M{_LINE} {foot}v3m-6 0h12"/>'
    return f'<path stroke-dasharray="2 2" d="M{_LINE} {foot + 1}v{_EDGE - 1}"/>' if layout.end == "open" else ""


def _n(number: float) -> str:
    """A measure with at most one digit behind the point."""
    return f"{number:.1f}".removesuffix(".0")
