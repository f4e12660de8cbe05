"""Where posts begin, on a page that does not say it: numbers first, then the page's count, then the 280 characters.

Each rule can prove a boundary; what no rule proves is decided by what is likeliest and marked as uncertain.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from itertools import pairwise

from msgspec import Struct

from threadleaf.sources import _pages_marks as marks
from threadleaf.sources._pages_lines import Line, Tie

LIMIT = 280
"""X's limit for a post before 2023, in its own weighted characters (twitter-text, configuration v3)."""

_ENDLESS = 20_000  # characters: no address in a text makes it short enough for a post then
_SLACK = 40  # a page on which a line exceeds the limit by more is not bound by it
_MOST = 500  # blocks for which the page's count is used: a bound on time
_DOUBLE = ((0x1100, 0x1FFF), (0x200E, 0x200F), (0x2020, 0x2031), (0x2038, 0xFFFF))
_ITEM = r"(?:[-–—•·*▪‣►→✅✔👉🔹🔸]|\d{1,2}[.)]|[a-z]\))\s*\S"
_POINTER = r"https?://\S+|[@#]\w+|\W+"
_UNCOUNTED = r"pic\.twitter\.com/\w|\b(?:twitter|x)\.com/\w{1,15}/status/\d"


class Block(Struct):
    """Lines of one post, as far as the joints say; `tie` is the joint before them, `start` that a post begins there."""

    lines: list[Line]
    tie: Tie
    weight: int
    start: bool = True


class Draft(Struct, frozen=True):
    """The lines of one post; `uncertain` says that nothing proves that a new post begins with them."""

    lines: tuple[Line, ...]
    uncertain: bool


def weight(text: str) -> int:
    """The least that a text can count against the limit.

    An address counts 23, a character outside of the Latin, Cyrillic and a few other scripts 2, an emoji here 1 (X
    counts 2 for a whole sequence). Leading mentions and a quoted address at the end count nothing.
    """
    if len(text) > _ENDLESS or (text.isascii() and "/" not in text and "@" not in text):
        return len(text)
    text = re.sub(r"\A(?:@\w{1,15}\s+)+", "", unicodedata.normalize("NFC", text))
    if _attached(text):
        text = text.rpartition(" ")[0].rstrip()
    text = re.sub(r"https?://\S+", "." * 23, text)
    text = re.sub("[\u200d\ufe0f]", "", text)
    return len(text) + sum(low <= ord(sign) <= high for sign in text if sign > "\u10ff" for low, high in _DOUBLE)


def _attached(text: str) -> bool:
    """Whether a text ends with the address of a picture or a quoted post, which X adds behind it."""
    return re.search(_UNCOUNTED, text[text.rfind(" ") + 1 :][:200]) is not None


def drafts(lines: Sequence[Line], joints: list[Tie], *, count: int | None, old: bool, known: bool) -> list[Draft]:
    """Group a page's lines into posts.

    Parameters: `joints` is what the layout says of the joint before each line; `count` how many posts the page
    claims; `old` whether all its posts are older than 2023; `known` whether the page's form is recognised.
    """
    weights = [weight(line.text) for line in lines]
    bound = max(weights) <= LIMIT + _SLACK
    limit = LIMIT if bound else None
    if bound and (old or not known):
        joints = _relaxed(joints, weights)
    chain = marks.chain(lines, joints, weights)
    if chain:
        joints = marks.settle(chain, joints, weights, limit)
    blocks = _blocks(lines, joints, weights)
    if count is not None and len(blocks) <= _MOST:
        _merge(blocks, count, limit)
    else:
        _choose(blocks, limit)
    proved = _proved(blocks, limit if old else None, count)
    return _grouped(blocks, proved)


def _relaxed(joints: list[Tie], weights: Sequence[int]) -> list[Tie]:
    """Lines that the layout ties together and that one post cannot hold: there must be a boundary among them."""
    result = list(joints)
    start = 0
    for end in range(1, len(joints) + 1):
        if end < len(joints) and joints[end] == "keep":
            continue
        if sum(weights[start:end]) > LIMIT:
            result[start + 1 : end] = ["soft"] * (end - start - 1)
        start = end
    return result


def _blocks(lines: Sequence[Line], joints: Sequence[Tie], weights: Sequence[int]) -> list[Block]:
    blocks: list[Block] = []
    for line, tie, heavy in zip(lines, joints, weights, strict=True):
        if blocks and tie == "keep":
            blocks[-1].lines.append(line)
            blocks[-1].weight += len(line.glue) + heavy
        else:
            blocks.append(Block([line], tie, heavy))
    return blocks


def _choose(blocks: Sequence[Block], limit: int | None) -> None:
    """Without a count: every line is a post, but for what looks like part of one and fits."""
    full = 0
    for before, block in pairwise(blocks):
        full = before.weight if before.start else _together(full, before)
        same = block.tie == "soft" or (block.tie == "maybe" and _inner(before, block))
        block.start = not (same and (limit is None or _together(full, block) <= limit))


def _merge(blocks: Sequence[Block], count: int, limit: int | None) -> None:
    """With a count: join the smallest neighbours until as many posts are left as the page claims, if that can be."""
    groups = [[block] for block in blocks]
    while len(groups) > count:
        pairs = [
            (_reluctance(a[-1], b[0], weight), i)
            for i, (a, b) in enumerate(pairwise(groups))
            if b[0].tie in ("maybe", "soft")
            and ((weight := sum(block.weight + 1 for block in a + b)) <= (limit or weight) + 1)
        ]
        if not pairs:
            return
        i = min(pairs)[1]
        groups[i + 1][0].start = False
        groups[i] += groups.pop(i + 1)


def _together(full: int, block: Block) -> int:
    """The weight of a post of weight `full` with a block more."""
    return full + len(block.lines[0].glue) + block.weight


def _inner(before: Block, block: Block) -> bool:
    """Whether a block looks like a line within the post before it: an item of a list, or nothing but links and tags.

    A quoted address ends a post.
    """
    if _attached(before.lines[-1].text):
        return False
    words = [word for line in block.lines for word in line.text.split()]
    return bool(re.match(_ITEM, block.lines[0].text)) or all(re.fullmatch(_POINTER, word) for word in words)


def _reluctance(before: Block, block: Block, weight: int) -> float:
    """How little two neighbours look like one post; full posts and quoted addresses keep apart."""
    likely = -1.5 if _inner(before, block) else -0.5 if block.tie == "soft" else 0.0
    return weight / LIMIT + likely + _attached(before.lines[-1].text)


def _proved(blocks: Sequence[Block], limit: int | None, count: int | None) -> list[bool]:
    """For each block whether a post must begin with it: by a number, by the limit, or because the count needs all."""
    proved = [True]
    for before, block in pairwise(blocks):
        too_much = limit is not None and _together(before.weight, block) > limit
        proved.append(block.tie == "cut" or too_much or count == len(blocks))
    return proved


def _grouped(blocks: Sequence[Block], proved: Sequence[bool]) -> list[Draft]:
    groups: list[tuple[list[Line], bool]] = []
    for block, sure in zip(blocks, proved, strict=True):
        if block.start:
            groups.append(([*block.lines], not sure))
        else:
            groups[-1][0].extend(block.lines)
    return [Draft(tuple(lines), uncertain) for lines, uncertain in groups]
