"""What may be said about completeness: a state, figures, and how we know (rules §4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from threadleaf.core.model import STOPPED, Completeness, Note

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from threadleaf.core.lines import Lines
    from threadleaf.core.model import Conversation, Gap, Numbering, State
    from threadleaf.core.tree import Tree


def judge(
    conversation: Conversation, tree: Tree, lines: Lines, gaps: Sequence[Gap], numbering: Numbering
) -> Completeness:
    """Say what is known of a thread's completeness.

    `complete` needs all of: reply edges were seen, no gap, the start is known, no cycle, and for every post of the
    author's tree all her answers are accounted for. One known gap makes it `incomplete`. Everything else is `open`.
    """
    own = {*lines.main, *(node for side in lines.sides for node in side.nodes)}
    ends = {tree.calls.get(frontier.post, frontier.post) for frontier in conversation.frontiers}
    open_ends = tuple(sorted(ends & own, key=_reading(lines)))
    main = sum(node in tree.posts for node in lines.main)
    ends_reached = conversation.linked and not open_ends and not tree.cut and _start_known(tree, lines)
    return Completeness(
        state=_state(gaps, ends_reached=ends_reached),
        posts=main,
        branch_posts=sum(node in tree.posts for side in lines.sides for node in side.nodes),
        missing=missing(gaps),
        announced=numbering.total if numbering.kind == "posts" else conversation.announced,
        reported=_reported(conversation, lines),
        ends_reached=ends_reached,
        links_seen=conversation.linked,
        open_ends=open_ends,
        read_at=conversation.read_at,
        notes=_notes(conversation, tree, lines, gaps, numbering, whole=ends_reached and not gaps),
    )


def missing(gaps: Sequence[Gap]) -> int | None:
    """How many posts are missing in all gaps together, None if one of them cannot be counted."""
    counts = [gap.count for gap in gaps]
    return None if None in counts else sum(count or 0 for count in counts)


def _state(gaps: Sequence[Gap], *, ends_reached: bool) -> State:
    if gaps:
        return "incomplete"
    return "complete" if ends_reached else "open"


def _start_known(tree: Tree, lines: Lines) -> bool:
    """The first post answers nobody, or somebody who is known to be another person; so does each answer to others."""
    tops = [node for node in (lines.main[0], *lines.answers) if tree.up[node] is not None]
    return lines.main[0] in tree.posts and all(tree.up[node] in tree.owner for node in tops)


def _reading(lines: Lines) -> Callable[[str], int]:
    order = [*lines.main, *(node for side in lines.sides for node in side.nodes)]
    return {node: place for place, node in enumerate(order)}.__getitem__


def _reported(conversation: Conversation, lines: Lines) -> int | None:
    main = set(lines.main)
    return max((r.count for r in conversation.reported if r.post in main), default=None)


def _notes(
    conversation: Conversation, tree: Tree, lines: Lines, gaps: Sequence[Gap], numbering: Numbering, *, whole: bool
) -> tuple[Note, ...]:
    """What the reader is told under *How we know*: repairs, and oddities of the numbering that are no gaps."""
    named = {n for gap in gaps for n in _numbers(gap)}
    notes = [note for note in conversation.notes if not (whole and note.kind.startswith(STOPPED))]
    if tree.doubled:
        notes.append(Note(kind="doubled-posts", n=tree.doubled))
    notes += [Note(kind="cycle-cut", post=post) for post in tree.cut]
    if unseen := sum(node not in tree.posts for node in lines.answers):
        notes.append(Note(kind="answers-missing", n=unseen))
    if numbering.kind == "posts":
        notes += [Note(kind="number-skipped", n=n) for n in numbering.skipped if n not in named]
        notes += [Note(kind="number-repeated", n=n) for n in numbering.repeated]
    return tuple(sorted(notes, key=lambda note: (note.kind, note.n or 0, note.post)))


def _numbers(gap: Gap) -> range:
    if gap.number is None:
        return range(0)
    last = gap.number if gap.last is None else gap.last
    return range(min(gap.number, last), max(gap.number, last) + 1)
