"""The author's numbering: found per thread, never per post (rules §5.3).

Every post offers candidates ("3/10" at its start, "/3" at its end …). They mean something only if, over at least
three posts and most of the main line, number and position rise together. Numbers that count list items, marks out of
ten, dates and fractions do not behave like that and stay in the text.
"""

from __future__ import annotations

import re
from collections import Counter as Tally
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, Literal

from msgspec import Struct

from threadleaf.core.model import Counter, Numbering

if TYPE_CHECKING:
    from collections.abc import Sequence

    from threadleaf.core.model import Post

_LIKE_ASCII = {ord(wide): narrow for wide, narrow in zip("／⁄∕（）［］．：＃", "///()[].:#", strict=True)} | {
    0xFF10 + digit: str(digit) for digit in range(10)
}


class Candidate(Struct, frozen=True):
    """A number that a post might carry: text `[start, end)`; `family` tells which styles may be one numbering."""

    family: str
    style: str
    start: int
    end: int
    number: int
    last: int
    total: int | None


class Run(Struct, frozen=True):
    """Candidates of one family over the posts' places (0-based), and how well number and place agree."""

    marks: dict[int, Candidate]
    step: Literal[1, -1]
    exact: int


@lru_cache(maxsize=1)
def _patterns() -> tuple[tuple[str, str, re.Pattern[str]], ...]:
    """(where, family, pattern), compiled at first use: most commands never need them."""
    number = r"(?P<n>\d{1,5})(?:\s?[-–]\s?(?P<l>\d{1,5}))?"
    total = r"(?:(?P<t>\d{1,5})|[nNxX?∞])"
    slashed = rf"{number}\s?(?:/|\s(?:of|von|sur|de|из)\s)\s?{total}?"
    key = r"(?P<k>(?:\d\ufe0f?\u20e3)+|\U0001f51f)"
    lead = r"\A\s*(?:\U0001f9f5\s*)?(?P<m>"
    after = r"(?![\w%°/]|[.,]\d)"
    tail = r"(?:(?<=[\s.!?…。！？\"”»’')\]、，,:;])|\A)(?P<m>"
    rest = r")(?:\s*[\U0001f9f5👇⬇➡🔽\ufe0f…]|\s*\.\.\.|\s*https?://\S+)*\s*\Z"
    shapes = (
        ("start", "slash", lead + rf"[(\[]\s?{slashed}\s?[)\]][.:]?|{_named(slashed)}{after}[.:)]?)"),
        ("start", "hash", lead + rf"#{number}(?:/|\s(?:of|von|sur|de|из)\s){total}{after}[.:)]?)"),
        ("start", "dot", lead + r"(?P<n>\d{1,5})[.):\]])(?=\s+\S|\s*\Z)"),
        ("start", "paren", lead + r"\((?P<n>\d{1,5})\))(?=\s|\Z)"),
        ("start", "key", lead + key + ")"),
        ("end", "slash", tail + rf"[(\[]\s?{slashed}\s?[)\]]|{_named(slashed)}" + rest),
        ("end", "hash", tail + rf"#{number}(?:/|\s(?:of|von|sur|de|из)\s){total}" + rest),
        ("end", "slash", r"(?:(?<=[\s.!?…。！？\"”»’')\]])|\A)(?P<m>/\s?(?P<n>\d{1,5})" + rest),
        ("end", "paren", tail + r"\((?P<n>\d{1,5})\)" + rest),
        ("end", "key", tail + key + rest),
    )
    return tuple((where, family, re.compile(pattern, re.IGNORECASE)) for where, family, pattern in shapes)


def _named(pattern: str) -> str:
    """The same pattern with other group names, for the second alternative of an expression."""
    return re.sub(r"\(\?P<([nlt])>", r"(?P<\g<1>2>", pattern)


def candidates(text: str) -> tuple[Candidate, ...]:
    """Every number at the start or the end of `text` that could belong to a numbering of posts."""
    if not any(mark in text for mark in "0123456789\U0001f51f０１２３４５６７８９"):
        return ()
    head, cut = text[:64].translate(_LIKE_ASCII), max(0, len(text) - 400)
    foot = text[cut:].translate(_LIKE_ASCII)
    found = []
    for where, family, pattern in _patterns():
        match = pattern.search(head if where == "start" else foot)
        if match:
            found.append(_candidate(match, where, family, 0 if where == "start" else cut))
    return tuple(found)


def _candidate(match: re.Match[str], where: str, family: str, base: int) -> Candidate:
    groups = match.groupdict()
    if family == "key":
        number = _keycap(groups["k"])
        last, total = None, None
    else:
        number = int(groups["n"] or groups["n2"])
        last, total = groups.get("l") or groups.get("l2"), groups.get("t") or groups.get("t2")
    start, end = match.span("m")
    return Candidate(
        family=f"{where} {family}",
        style=_style(match["m"]),
        start=base + start,
        end=base + end,
        number=number,
        last=int(last) if last else number,
        total=int(total) if total else None,
    )


def _keycap(text: str) -> int:
    return 10 if text == "\U0001f51f" else int("".join(c for c in text if c.isdecimal()))


def _style(mark: str) -> str:
    """The form of a marker with `n` for the number and `N` for the total: `3/10` → `n/N`."""
    if "\u20e3" in mark or "\U0001f51f" in mark:
        return "keycap"
    shape = re.sub(r"\d+(?:\s?[-–]\s?\d+)?", "N", mark.replace(" ", ""))
    return shape.replace("N", "n", 1)


def read(posts: Sequence[Post], *, linked: bool = True) -> Numbering:
    """Find the numbering of a main line.

    Parameters: `posts` in reading order; `linked` whether reply edges were seen (then a jump in the numbers is not
    explained by an unseen post between two neighbours). Returns a `Numbering` of kind `posts` if the numbers
    demonstrably count posts, `items` if most posts carry numbers that do not, `none` otherwise.
    """
    offers = [candidates(post.text) for post in posts]
    best = _best(offers, linked)
    if best is None:
        return _items(posts, offers)
    marks = _extend(best, offers)
    return _numbering(posts, marks)


def _best(offers: list[tuple[Candidate, ...]], linked: bool) -> Run | None:
    runs = [
        run for family in _families(offers) for run in _runs(offers, family) if _counts_posts(run, len(offers), linked)
    ]
    return max(runs, key=lambda run: (run.exact, len(run.marks)), default=None)


def _families(offers: list[tuple[Candidate, ...]]) -> list[str]:
    return sorted({c.family for offer in offers for c in offer})


def _runs(offers: list[tuple[Candidate, ...]], family: str) -> list[Run]:
    marks = {place: c for place, offer in enumerate(offers) for c in offer if c.family == family}
    return [Run(marks, 1, _exact(marks, 1)), Run(marks, -1, _exact(marks, -1))]


def _pairs(marks: dict[int, Candidate], step: int) -> list[tuple[int, int]]:
    """(rise in number, rise in place) between neighbours; a falling numbering is read with its sign turned."""
    places = sorted(marks)
    return [
        ((marks[b].number - marks[a].last if step == 1 else marks[a].number - marks[b].number), b - a)
        for a, b in pairwise(places)
    ]


def _exact(marks: dict[int, Candidate], step: int) -> int:
    return sum(rise == way for rise, way in _pairs(marks, step))


def _counts_posts(run: Run, length: int, linked: bool) -> bool:
    """Whether number and place rise together (rules §5.3).

    Falling numbers never count posts. Numbers that rise more slowly than places are list items; numbers that rise
    faster speak of lost posts where no reply edges were seen, and of marks or scores where they were. Marks out of
    a total differ in their total or do not rise.
    """
    pairs = _pairs(run.marks, run.step)
    if not pairs or any(rise < 0 for rise, _ in pairs):
        return False
    slow = sum(0 <= rise < way for rise, way in pairs)
    fast = sum(rise > way for rise, way in pairs)
    totals = {c.total for c in run.marks.values() if c.total is not None}
    if len(totals) > 2 or not _fills(run, length, totals):
        return False
    return run.exact >= 2 * slow and (run.exact >= fast if not linked else run.exact >= 2 * fast) and run.exact > 0


def _fills(run: Run, length: int, totals: set[int]) -> bool:
    """At least three posts and most of the line; two posts are enough where both say the same total from one on."""
    numbers = sorted(c.number for c in run.marks.values())
    if len(numbers) == 2:
        return length <= 3 and len(totals) == 1 and numbers == [1, 2] and all(c.total for c in run.marks.values())
    first, last = min(run.marks), max(run.marks)
    return len(numbers) >= 3 and 5 * len(numbers) >= 3 * (last - first + 1) and 2 * len(numbers) >= length


def _extend(run: Run, offers: list[tuple[Candidate, ...]]) -> dict[int, Candidate]:
    """Allow one change of style: take other families' marks that continue the run exactly."""
    marks = dict(run.marks)
    family = ""
    for place, offer in enumerate(offers):
        for c in offer:
            if place not in marks and family in ("", c.family) and _continues(marks, place, c, run.step):
                marks[place] = c
                family = c.family
    return marks


def _continues(marks: dict[int, Candidate], place: int, candidate: Candidate, step: int) -> bool:
    before = [p for p in marks if p < place]
    after = [p for p in marks if p > place]
    if before and (candidate.number - marks[max(before)].last) * step != place - max(before):
        return False
    return not after or (marks[min(after)].number - candidate.last) * step == min(after) - place


def _numbering(posts: Sequence[Post], marks: dict[int, Candidate]) -> Numbering:
    found = tuple(_counter(posts[place], marks[place]) for place in sorted(marks))
    numbers = [n for c in found for n in range(c.number, (c.last or c.number) + 1)]
    tally = Tally(numbers)
    skips = jumps(found, sorted(marks))
    totals = Tally(c.total for c in found if c.total is not None)
    styles = Tally(marks[place].style for place in sorted(marks))
    family = Tally(marks[place].family for place in sorted(marks)).most_common(1)[0][0]
    return Numbering(
        kind="posts",
        style=styles.most_common(1)[0][0],
        at="start" if family.startswith("start") else "end",
        found=found,
        total=max(totals, key=lambda t: (totals[t], t)) if totals else None,
        skipped=tuple(sorted(n for _, missing in skips for n in missing)),
        repeated=tuple(sorted(n for n, times in tally.items() if times > 1)),
    )


def falls(found: Sequence[Counter]) -> bool:
    """Whether the numbering counts down."""
    return len(found) > 1 and found[0].number > found[-1].number


def jumps(found: Sequence[Counter], places: Sequence[int]) -> list[tuple[int, tuple[int, ...]]]:
    """Where numbers are missing: (the place before which they would stand, the numbers), rules §4.

    A number is missing only where number minus place changes between two counted neighbours; posts without a number
    that stand between them take the first free numbers. `places` are the 0-based places of the counters' posts.
    """
    step = -1 if falls(found) else 1
    result = []
    for a, b, from_place, to_place in zip(found, found[1:], places, places[1:], strict=False):
        start = a.last or a.number
        first = start + step * (to_place - from_place)
        missing = tuple(range(first, b.number, step))
        if missing:
            result.append((to_place, missing))
    return result


def _counter(post: Post, c: Candidate) -> Counter:
    last = c.last if c.last != c.number else None
    return Counter(post=post.id, start=c.start, end=c.end, number=c.number, last=last, total=c.total)


def _items(posts: Sequence[Post], offers: list[tuple[Candidate, ...]]) -> Numbering:
    """Numbers that rise over the thread without counting its posts: reported, never removed."""
    for family in _families(offers):
        marks = {place: c for place, offer in enumerate(offers) for c in offer if c.family == family}
        pairs = _pairs(marks, 1)
        if len(marks) >= 3 and all(rise > 0 for rise, _ in pairs):
            first = marks[min(marks)]
            return Numbering(
                kind="items",
                style=first.style,
                at="start" if family.startswith("start") else "end",
                found=tuple(_counter(posts[place], marks[place]) for place in sorted(marks)),
            )
    return Numbering()
