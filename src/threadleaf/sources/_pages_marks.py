"""The author's numbers as boundaries: which of them count posts is decided for the page, never for a line.

The forms are those of `core.counters`; here they stand on lines, of which nobody knows yet where a post ends. A chain
is a run of numbers that rises (or falls, where a total is written) from line to line, all at the start or all at the
end of their lines. Numbers that are lost, doubled or begin late do not break it.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from msgspec import Struct

from threadleaf.core.counters import candidates
from threadleaf.sources._pages_lines import Line, Tie

_STRONG = ("slash", "hash")  # forms that nobody uses for lists
_WINDOW = 60  # how many numbers back a chain may be continued
_FULL = 280  # what a post holds at most
_ITEM = 70  # items of a list are shorter on average, posts longer


class Hit(Struct, frozen=True):
    """A number on a line; `alone` if the line holds nothing else."""

    line: int
    number: int
    last: int
    total: int | None
    alone: bool = False


class Chain(Struct, frozen=True):
    """The numbers that count posts; `leads` says where they stand, `strong` that they cannot be a list's."""

    hits: tuple[Hit, ...]
    score: float
    leads: bool
    strong: bool


def chain(lines: Sequence[Line], joints: Sequence[Tie], weights: Sequence[int]) -> Chain | None:
    """The page's numbering, if it has one that can settle boundaries.

    `joints` and `weights` belong to the lines: the joint before each, and how much it counts against X's limit.
    """
    found = (
        _best(hits, leads=place == "start", strong=form in _STRONG)
        for (place, form), hits in sorted(_offers(lines).items())
    )
    good = [judged for each in found if (judged := _judged(each, joints, weights))]
    return max(good, key=lambda each: (each.strong, each.score, _stands(each, joints)), default=None)


def _offers(lines: Sequence[Line]) -> dict[tuple[str, str], list[Hit]]:
    """Every number by where it stands and its form; the two strong forms are one."""
    offers: dict[tuple[str, str], list[Hit]] = {}
    for index, line in enumerate(lines):
        for found in candidates(line.text):
            place, form = found.family.split()
            hits = offers.setdefault((place, _STRONG[0] if form in _STRONG else form), [])
            alone = found.end - found.start == len(line.text)
            hits.append(Hit(index, found.number, found.last, found.total, alone))
    return offers


def _best(hits: Sequence[Hit], *, leads: bool, strong: bool) -> Chain:
    """The best chain of numbers of one form."""
    rising = _longest(hits, 1)
    falling = _longest([hit for hit in hits if hit.total], -1)
    score, chosen = max(rising, falling, key=lambda run: run[0])
    return Chain(tuple(chosen), score, leads, strong)


def _longest(hits: Sequence[Hit], way: int) -> tuple[float, list[Hit]]:
    """The chain with the highest score among `hits`, which stand in the order of their lines."""
    scores: list[float] = []
    before: list[int] = []
    for i, hit in enumerate(hits):
        best, link = _first(hit, way), -1
        for j in range(max(0, i - _WINDOW), i):
            gain = scores[j] + _step(hits[j], hit, way)
            if gain > best:
                best, link = gain, j
        scores.append(best)
        before.append(link)
    if not hits:
        return 0.0, []
    top = max(range(len(hits)), key=scores.__getitem__)
    chosen = []
    place = top
    while place >= 0:
        chosen.append(hits[place])
        place = before[place]
    return scores[top], chosen[::-1]


def _first(hit: Hit, way: int) -> float:
    """How likely a numbering begins here: with 1, or a little later (its first posts may bear none, or be lost)."""
    count = hit.number if way == 1 else (hit.total or 0) - hit.number + 1
    return 1.0 if count <= 5 else 0.5


def _step(a: Hit, b: Hit, way: int) -> float:
    """How well one number follows another; a great loss if it does not."""
    rise = b.number - a.last if way == 1 else a.number - b.number
    if rise < 0:
        return -1000.0
    gain = 1.0 if rise == 1 else 0.4 if rise == 0 else 0.7 if rise <= 6 else 0.1
    return gain if a.total == b.total or None in (a.total, b.total) else gain * 0.3


def _judged(found: Chain, joints: Sequence[Tie], weights: Sequence[int]) -> Chain | None:
    """The chain, if it spans the page as a numbering of posts does: a list stands within a post or two.

    There is a number for every third post at least (for every second, if they are only two). Numbers with a slash
    count from two on. Others count from three on, if what they number is too long for one post
    and for the items of a list, or makes up the page; if both, they are as good as numbers with a slash.
    """
    size = len(found.hits)
    if min(size, 3) * _FULL * size < sum(weights):
        return None
    if found.strong:
        return found if found.score >= 1.7 else None
    numbered = sum(weights[found.hits[0].line : found.hits[-1].line + 1])
    long = numbered > max(_FULL, _ITEM * size)
    everywhere = 10 * size >= 7 * (len(joints) - joints.count("keep"))
    if size < 3 or found.score < 2.6 or not (long or everywhere):
        return None
    return Chain(found.hits, found.score, found.leads, strong=long and everywhere and size >= 4)


def _stands(found: Chain, joints: Sequence[Tie]) -> int:
    """Whose numbers on lines of their own are, if both ends are as good: the layout says it, else the page's end."""
    tied = sum(joints[_joint(hit, found)] == "keep" for hit in found.hits if 0 < _joint(hit, found) < len(joints))
    open_end = found.hits[-1].line + 1 < len(joints)
    return 2 * tied + (open_end == found.leads)


def _joint(hit: Hit, found: Chain) -> int:
    """The joint between a number and the rest of its post, if the number has a line of its own."""
    return hit.line + 1 if found.leads else hit.line


def settle(found: Chain, joints: Sequence[Tie], weights: Sequence[int], limit: int | None) -> list[Tie]:
    """The joints as the numbers settle them.

    A post begins at each number (or behind it). Between two numbers everything is one post if one can hold it: an
    author's own line break is likelier than a post without a number. Where that fails too often, the numbers count
    something larger than posts, and settle only where they stand.
    """
    result = list(joints)
    for hit in found.hits:
        if hit.alone and 0 < _joint(hit, found) < len(result):
            result[_joint(hit, found)] = "keep"
    inner, loose = _spans(found, result)
    fitting = [span for span in inner if _fits(span, weights, limit)]
    if 10 * len(fitting) >= 7 * len(inner):
        for a, b in fitting + [span for span in loose if _fits(span, weights, limit)]:
            result[a + 1 : b] = ["keep"] * (b - a - 1)
    for hit in found.hits:
        start = hit.line if found.leads else hit.line + 1
        if 0 < start < len(result):
            result[start] = "cut" if found.strong else "mark"
    return result


def _fits(span: tuple[int, int], weights: Sequence[int], limit: int | None) -> bool:
    return limit is None or sum(weights[slice(*span)]) <= limit


def _spans(found: Chain, joints: Sequence[Tie]) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
    """The lines between two numbers, and those at the page's ends which can be taken for one post as well.

    Text before number 2 is post 1. Behind the last number at a start (before the first at an end) line breaks are
    taken for the author's own if she makes them elsewhere.
    """
    shift = 0 if found.leads else 1
    places = [hit.line + shift for hit in found.hits]
    inner = list(pairwise(places))
    breaks = any("maybe" in joints[a + 1 : b] for a, b in inner)
    head, tail = (0, places[0]), (places[-1], len(joints))
    one_before = found.hits[0].number == 2 - shift
    loose = [head] if one_before or (breaks and not found.leads) else []
    return inner, loose + [tail] * (breaks and found.leads)
