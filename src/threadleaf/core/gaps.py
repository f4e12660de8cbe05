"""Gaps of the main line and of branches: what must be there and was not obtained (rules §4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from threadleaf.core import counters
from threadleaf.core.model import Gap
from threadleaf.core.tree import named_author

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from threadleaf.core.lines import Lines
    from threadleaf.core.model import Conversation, Numbering, Post, Reason
    from threadleaf.core.tree import Tree


class Seam(Struct, frozen=True):
    """The place before the post at `index` (or behind the last one): neighbours, and missing ids between them."""

    index: int
    after: str | None
    before: str | None
    places: tuple[str, ...]


def find(conversation: Conversation, tree: Tree, lines: Lines, numbering: Numbering) -> tuple[Gap, ...]:
    """All gaps, in reading order: main line first, then branches.

    Structure outranks numbering: between two posts that are linked directly nothing is missing, whatever the numbers
    say. Without reply edges (saved pages) the numbers are all there is.
    """
    posts = [tree.posts[node] for node in lines.main if node in tree.posts]
    lost = _lost_numbers(posts, numbering)
    seams = _seams(tree, lines.main, lost)
    gaps: list[Gap] = []
    placed = {*lines.main, *(node for side in lines.sides for node in side.nodes)}
    for seam in seams:
        numbers = lost.get(seam.index, ())
        if seam.places or (not conversation.linked and numbers):
            gaps += _at_seam(tree, posts, seam, numbers, numbering, placed)
    gaps += _end(conversation, tree, posts, seams[-1], gaps, numbering)
    return (*gaps, *(gap for side in lines.sides for gap in _in_branch(tree, side.at, side.nodes)))


def _seams(tree: Tree, nodes: Sequence[str], lost: Collection[int] = ()) -> list[Seam]:
    """Where places are missing, or numbers (before the posts at the indices in `lost`); at last the end of the line."""
    seams, places, after, index = [], [], None, 0
    for node in nodes:
        if node not in tree.posts:
            places.append(node)
            continue
        if places or index in lost:
            seams.append(Seam(index, after, node, tuple(places)))
            places = []
        after, index = node, index + 1
    seams.append(Seam(index, after, None, tuple(places)))
    return seams


def _lost_numbers(posts: Sequence[Post], numbering: Numbering) -> dict[int, tuple[int, ...]]:
    """The numbers that do not occur, by the index of the post before which they would stand."""
    if numbering.kind != "posts":
        return {}
    lost = _jumps(posts, numbering) if numbering.skipped else {}
    first = numbering.found[0]
    place = next(index for index, post in enumerate(posts) if post.id == first.post)
    if counters.falls(numbering.found):
        top = numbering.total or first.number
        head = tuple(range(top, first.number + place, -1))
    else:
        head = tuple(range(1, first.number - place))
    return lost | ({0: head + lost.get(0, ())} if head else {})


def _jumps(posts: Sequence[Post], numbering: Numbering) -> dict[int, tuple[int, ...]]:
    at = {post.id: index for index, post in enumerate(posts)}
    return dict(counters.jumps(numbering.found, [at[c.post] for c in numbering.found]))


def _at_seam(
    tree: Tree,
    posts: Sequence[Post],
    seam: Seam,
    numbers: tuple[int, ...],
    numbering: Numbering,
    placed: Collection[str],
) -> list[Gap]:
    """Missing places with their ids, and before them the numbers for which no id is known.

    The places stand directly above the next post, so they take the last numbers.
    """
    known = len(seam.places)
    spare = numbers[: max(0, len(numbers) - known)]
    tail = numbers[len(spare) :]
    offset = known - len(tail)
    gaps = []
    if root := _unseen_root(tree, seam, placed):
        gaps.append(_spare(seam, spare[:1], root=root))
        spare = spare[1:]
    if spare:
        gaps.append(_spare(seam, spare, beside=_beside(posts, seam.index, numbering)))
    for i, place in enumerate(seam.places):
        number = tail[i - offset] if i >= offset else None
        gaps.append(_gap(tree, seam, place, number))
    return gaps


def _unseen_root(tree: Tree, seam: Seam, placed: Collection[str]) -> str:
    """The conversation's first post, if it is the author's, was not obtained, and has no place of its own."""
    if seam.after is not None or seam.before is None or not seam.places:
        return ""
    post = tree.posts[seam.before]
    root = post.root or ""
    owner = tree.owner.get(root) or named_author(root)
    known = root in tree.posts or root in placed or owner != post.author
    return "" if known else root


def _spare(seam: Seam, numbers: tuple[int, ...], *, root: str = "", beside: int | None = None) -> Gap:
    """What must be there besides the places that are named; a first post without number may have more behind it."""
    return Gap(
        after=seam.after,
        before=seam.before,
        id=root,
        reason="unreachable" if seam.places else "unknown",
        number=numbers[0] if numbers else None,
        last=numbers[-1] if len(numbers) > 1 else None,
        count=len(numbers) or None,
        beside=beside,
    )


def _beside(posts: Sequence[Post], index: int, numbering: Numbering) -> int | None:
    """The number that the author wrote twice right before a number that does not occur (5, 5, 7)."""
    by_post = {c.post: c.number for c in numbering.found}
    near = [by_post.get(post.id) for post in posts[max(0, index - 2) : index]]
    return near[0] if len(near) == 2 and near[0] == near[1] else None


def _gap(tree: Tree, seam: Seam, place: str, number: int | None, line: str = "") -> Gap:
    known = tree.missing.get(place)
    reason: Reason = known.reason if known else "unreachable"
    says = known.says if known else ""
    return Gap(after=seam.after, before=seam.before, id=place, reason=reason, says=says, number=number, line=line)


def _end(
    conversation: Conversation,
    tree: Tree,
    posts: Sequence[Post],
    seam: Seam,
    gaps: Sequence[Gap],
    numbering: Numbering,
) -> list[Gap]:
    """What is announced (by the author, the page or the network) beyond the last post.

    The network counts the author's own chain, calls to a bot included, and not what she went on to say below
    somebody's reply; what it counts and nobody has is missing at the end of that chain.
    """
    numbers = _announced(posts, numbering)[len(seam.places) :]
    accounted = len(posts) + sum(gap.count or 0 for gap in gaps)
    lacking = max(len(numbers), (conversation.announced or 0) - accounted)
    chain, beyond = posts, 0
    if conversation.reported:
        chain = _own_chain(tree, posts)
        beyond = _beyond(conversation, tree, {post.id for post in chain}, gaps)
    if len(chain) == len(posts):
        lacking, beyond = max(lacking, beyond), 0
    found = []
    if beyond > 0:
        found.append(_unseen(conversation, tree, chain[-1].id, posts[len(chain)].id, (), beyond))
    if lacking > 0:
        found.append(_unseen(conversation, tree, seam.after, None, numbers, lacking))
    return found


def _unseen(
    conversation: Conversation, tree: Tree, after: str | None, before: str | None, numbers: Sequence[int], count: int
) -> Gap:
    cut = {tree.calls.get(f.post, f.post) for f in conversation.frontiers if f.why in ("limit", "unreachable")}
    return Gap(
        after=after,
        before=before,
        reason="unreachable" if after in cut else "unknown",
        number=numbers[0] if numbers else None,
        last=numbers[-1] if len(numbers) > 1 else None,
        count=count,
    )


def _own_chain(tree: Tree, posts: Sequence[Post]) -> Sequence[Post]:
    """The main line up to where it continues below somebody else's reply."""
    for place, post in enumerate(posts[1:], 1):
        parent = tree.up[post.id]
        if parent is not None and tree.owner.get(parent) != post.author:
            return posts[:place]
    return posts


def _beyond(conversation: Conversation, tree: Tree, chain: Collection[str], gaps: Sequence[Gap]) -> int:
    """How many posts the network counts in a chain besides those that are there, called a bot, or are known missing."""
    reported = max((r.count for r in conversation.reported if r.post in chain), default=0)
    known = sum(gap.count or 0 for gap in gaps if gap.before in chain or gap.after in chain)
    calls = sum(stands in chain for stands in tree.calls.values())
    return reported - len(chain) - known - calls


def _announced(posts: Sequence[Post], numbering: Numbering) -> tuple[int, ...]:
    """The numbers after the last post's, up to the author's total; posts without number behind the last take one each."""
    if numbering.kind != "posts":
        return ()
    last = numbering.found[-1]
    behind = next(i for i, post in enumerate(reversed(posts)) if post.id == last.post)
    if counters.falls(numbering.found):
        return tuple(range(last.number - 1 - behind, 0, -1))
    return tuple(range((last.last or last.number) + 1 + behind, (numbering.total or 0) + 1))


def _in_branch(tree: Tree, at: str, nodes: Sequence[str]) -> list[Gap]:
    line = next((node for node in nodes if node in tree.posts), nodes[0])
    gaps = []
    for seam in _seams(tree, nodes):
        shown = Seam(seam.index, seam.after or at, seam.before, seam.places)
        gaps += [_gap(tree, shown, place, None, line) for place in seam.places]
    return gaps
