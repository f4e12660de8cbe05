"""The author's numbering: found per thread, never per post (rules §5.3).

Every post offers candidates ("3/10" at its start, "/3" at its end …). They mean something only if, over at least
three posts and most of the main line, number and position rise together. Numbers that count list items, marks out of
ten, dates and fractions do not behave like that and stay in the text.
"""

from __future__ import annotations

import re
from collections import Counter as Tally
from functools import lru_cache
from itertools import islice, pairwise
from typing import TYPE_CHECKING, Literal

from msgspec import Struct

from threadleaf.core.model import Counter, Numbering

if TYPE_CHECKING:
    from collections.abc import Sequence

    from threadleaf.core.model import Post

_LIKE_ASCII = {ord(wide): narrow for wide, narrow in zip("／⁄∕（）［］．：＃", "///()[].:#", strict=True)} | {
    0xFF10 + digit: str(digit) for digit in range(10)
}


_REACH = 48
"""How many code points at either end are looked at: no counter is longer."""

_FEW = 9
"""One post stands for at most so many numbers more."""

_SAMPLE = 24
"""So many markers tell the style of a numbering."""

_OPENS = re.compile(r"\s*(?:\U0001f9f5\s*)?([(\[#（［＃]?)\s?[\d\U0001f51f]")
_CLOSES = frozenset("0123456789０１２３４５６７８９)]）］/／⁄∕nNxX?∞\u20e3\U0001f51f")
_SIGNS = " \t\r\n\U0001f9f5👇⬇➡🔽\ufe0f…."


class Candidate(Struct, frozen=True, gc=False):
    """A number that a post might carry: text `[start, end)`; `mark` is that text, `family` tells what may be one numbering."""

    family: str
    mark: str
    start: int
    end: int
    number: int
    last: int
    total: int | None


class Run(Struct, frozen=True):
    """Candidates of one family over the posts' places (0-based), and how well number and place agree.

    `pairs` are (rise in number, rise in place) between neighbours, `exact` is the number of those that are equal.
    """

    marks: dict[int, Candidate]
    step: Literal[1, -1]
    pairs: list[tuple[int, int]]
    exact: int


Form = tuple[str, re.Pattern[str]]
"""A family, and what one of its marks looks like. Groups: the mark; then, with slashes, number, last number, total."""


class _Forms(Struct, frozen=True):
    """The forms of a counter at the start, by its opening sign, and at the end, by its last character."""

    leading: dict[str, tuple[Form, ...]]
    trailing: dict[str, tuple[Form, ...]]


@lru_cache(maxsize=1)
def _forms() -> _Forms:
    """All forms, compiled at first use: most commands never need them.

    Forms that begin with the same sign exclude each other.
    """
    of = r"(?:/|\s(?i:of|von|sur|de|из)\s)"
    number = r"(\d{1,5})(?:\s?[-–]\s?(\d{1,5}))?"
    total = r"(?:(\d{1,5})|[nNxX?∞])"
    slashed = rf"{number}\s?{of}(?:\s?{total})?"
    key = r"(?:\d\ufe0f?\u20e3)+|\U0001f51f"
    dot = r"(?:[.:)](?!\.))?"
    after = r"(?![\w%°/]|[.,]\d)"
    wrapped = ("slash", rf"[(\[]\s?{slashed}\s?[)\]]{dot}")
    starts = {
        "": [("slash", f"{slashed}{after}{dot}"), ("dot", r"\d{1,5}[.):\]](?=\s+\S|\s*\Z)"), ("key", key)],
        "(": [wrapped, ("paren", r"\(\d{1,5}\)(?=\s|\Z)")],
        "[": [wrapped],
        "#": [("hash", f"#{number}{of}{total}{after}{dot}")],
    }
    closed = ("slash", rf"[(\[]\s?{slashed}\s?[)\]]")
    ends = {
        "": [("slash", rf"{slashed}|/\s?\d{{1,5}}"), ("hash", f"#{number}{of}{total}")],
        ")": [closed, ("paren", r"\(\d{1,5}\)")],
        "]": [closed],
        "\u20e3": [("key", key)],
        "\U0001f51f": [("key", key)],
    }
    before = r"(?:(?<=[\s.!?…。！？\"”»’')\]、，,:;])|(?<![\x00-\x7f])(?=[(\[])|\A)"
    return _Forms(
        {sign: _compiled("start", r"\A\s*(?:\U0001f9f5\s*)?({})", forms) for sign, forms in starts.items()},
        {sign: _compiled("end", before + r"({})\Z", forms) for sign, forms in ends.items()},
    )


def _compiled(end: str, frame: str, forms: list[tuple[str, str]]) -> tuple[Form, ...]:
    return tuple((f"{end} {family}", re.compile(frame.replace("{}", form))) for family, form in forms)


def candidates(text: str) -> tuple[Candidate, ...]:
    """Every number at the start or the end of `text` that could belong to a numbering of posts."""
    return _remembered(text) if len(text) <= _SHORT else _candidates(text)


def _candidates(text: str) -> tuple[Candidate, ...]:
    found = []
    opening = _OPENS.match(text)
    if opening:
        head = _ascii(text[:_REACH])
        for family, pattern in _forms().leading[_ascii(opening[1])]:
            if match := pattern.match(head):
                found.append(_candidate(match, family, 0))
                break
    stop = _before_signs(text)
    if stop and text[stop - 1] in _CLOSES:
        base = max(0, stop - _REACH)
        foot = _ascii(text[base:stop])
        for family, pattern in _closing_forms(foot):
            if match := pattern.search(foot):
                found.append(_candidate(match, family, base))
    return tuple(found)


_SHORT = 1_000  # characters of a text whose numbers are remembered
# A thread is assembled again after each answer; the same texts need not be read each time.
_remembered = lru_cache(maxsize=4096)(_candidates)


def _closing_forms(foot: str) -> tuple[Form, ...]:
    """The forms that may end like `foot`.

    A letter closes a counter only behind a slash or a blank: most posts that end in one are let go here.
    """
    if foot[-1] in "nNxX?∞" and foot[-2:-1] != "/" and not foot[-2:-1].isspace():
        return ()
    trailing = _forms().trailing
    return trailing.get(foot[-1]) or trailing[""]


def _ascii(text: str) -> str:
    return text if text.isascii() else text.translate(_LIKE_ASCII)


def _before_signs(text: str) -> int:
    """Where the text ends if pointing signs and addresses behind a counter are not counted."""
    stop = len(text.rstrip(_SIGNS))
    while (start := _address(text, stop)) >= 0:
        stop = len(text[:start].rstrip(_SIGNS))
    return stop


def _address(text: str, stop: int) -> int:
    """Where the address begins that ends at `stop`; -1 if none ends there."""
    start = text.rfind("http", text.rfind(" ", 0, stop) + 1, stop)
    return start if start >= 0 and not any(map(str.isspace, text[start:stop])) else -1


def _candidate(match: re.Match[str], family: str, base: int) -> Candidate:
    mark, written, last, total = match.groups() if match.re.groups > 1 else (match[1], None, None, None)
    number = int(written) if written else _digits(mark)
    start, end = match.span(1)
    upto, of = _last(number, last) if last else number, int(total) if total else None
    return Candidate(family, mark, base + start, base + end, number, upto, of)


def _last(number: int, written: str) -> int:
    """The second number of `6-7/40`; a post covers a few numbers at most, so anything else is no range."""
    last = int(written)
    return last if number <= last <= number + _FEW else number


def _digits(mark: str) -> int:
    """The number of a mark that holds only one."""
    return 10 if mark == "\U0001f51f" else int("".join([c for c in mark if c.isdecimal()]))


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
    marks = _marks(offers, family)
    return [_run(marks, 1), _run(marks, -1)]


def _marks(offers: list[tuple[Candidate, ...]], family: str) -> dict[int, Candidate]:
    """The candidates of a family by place, in order."""
    return {place: c for place, offer in enumerate(offers) for c in offer if c.family == family}


def _run(marks: dict[int, Candidate], step: Literal[1, -1]) -> Run:
    pairs = _pairs(marks, step)
    return Run(marks, step, pairs, sum([rise == way for rise, way in pairs]))


def _pairs(marks: dict[int, Candidate], step: int) -> list[tuple[int, int]]:
    """(rise in number, rise in place) between neighbours; a falling numbering is read with its sign turned."""
    neighbours = pairwise(marks.items())
    if step == 1:
        return [(below.number - above.last, b - a) for (a, above), (b, below) in neighbours]
    return [(above.number - below.last, b - a) for (a, above), (b, below) in neighbours]


def _counts_posts(run: Run, length: int, linked: bool) -> bool:
    """Whether number and place rise together (rules §5.3).

    Falling numbers never count posts. Numbers that rise more slowly than places are list items; numbers that rise
    faster speak of lost posts where no reply edges were seen, and of marks or scores where they were. Marks out of
    a total differ in their total or do not rise.
    """
    pairs = run.pairs
    if not run.exact or any(rise < 0 for rise, _ in pairs):
        return False
    slow = sum(0 <= rise < way for rise, way in pairs)
    fast = sum(rise > way for rise, way in pairs)
    totals = {c.total for c in run.marks.values() if c.total is not None}
    if len(totals) > 2 or not _fills(run, length, totals):
        return False
    return run.exact >= 2 * slow and (run.exact >= fast if not linked else run.exact >= 2 * fast)


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
    ahead = sorted(run.marks, reverse=True)
    behind: int | None = None
    family = ""
    for place, offer in enumerate(offers):
        if ahead and ahead[-1] == place:
            behind = ahead.pop()
            continue
        around = (marks[behind] if behind is not None else None, marks[ahead[-1]] if ahead else None)
        ways = (place - (behind or 0), (ahead[-1] if ahead else 0) - place)
        found = next((c for c in offer if family in ("", c.family) and _fits(around, ways, c, run.step)), None)
        if found is not None:
            marks[place], behind, family = found, place, found.family
    return {place: marks[place] for place in sorted(marks)}


def _fits(around: tuple[Candidate | None, Candidate | None], ways: tuple[int, int], mark: Candidate, step: int) -> bool:
    """Whether a mark is as many numbers away from its counted neighbours as it is places away."""
    before, after = around
    if before is not None and (mark.number - before.last) * step != ways[0]:
        return False
    return after is None or (after.number - mark.last) * step == ways[1]


def _numbering(posts: Sequence[Post], marks: dict[int, Candidate]) -> Numbering:
    found = tuple([_counter(posts[place], c) for place, c in marks.items()])
    tally = Tally([c.number for c in found if not c.last])
    tally.update(n for c in found if c.last for n in range(c.number, c.last + 1))
    skips = jumps(found, list(marks))
    totals = Tally(c.total for c in found if c.total is not None)
    styles = Tally(_style(c.mark) for c in islice(marks.values(), _SAMPLE))
    family = Tally(c.family for c in marks.values()).most_common(1)[0][0]
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
        start, stop = (a.last or a.number, b.number) if step == 1 else (a.number, b.last or b.number)
        missing = range(start + step * (to_place - from_place), stop, step)
        if missing:
            result.append((to_place, tuple(missing)))
    return result


def _counter(post: Post, c: Candidate) -> Counter:
    last = c.last if c.last != c.number else None
    return Counter(post=post.id, start=c.start, end=c.end, number=c.number, last=last, total=c.total)


def _items(posts: Sequence[Post], offers: list[tuple[Candidate, ...]]) -> Numbering:
    """Numbers that rise over the thread without counting its posts: reported, never removed."""
    for family in _families(offers):
        marks = _marks(offers, family)
        pairs = _pairs(marks, 1)
        if len(marks) >= 3 and all(rise > 0 for rise, _ in pairs):
            first = marks[min(marks)]
            return Numbering(
                kind="items",
                style=_style(first.mark),
                at="start" if family.startswith("start") else "end",
                found=tuple([_counter(posts[place], c) for place, c in marks.items()]),
            )
    return Numbering()
