"""A thread that is kept is read again: what the new reading did not come by is asked for, so that nothing stays on a
page that its author has taken back.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from msgspec.structs import replace

from threadleaf.core.assemble import assemble
from threadleaf.core.identity import own
from threadleaf.core.merge import is_said, merge, merge_all
from threadleaf.core.model import Conversation, Frontier, Missing, Post, Reason, Ref
from threadleaf.core.tree import age


def unfinished(known: Conversation) -> tuple[str, ...]:
    """Where a reading was stopped and can be gone on with: posts that it knew of and did not get though nobody said
    that they are gone, then the ends below which it did not look, first those of lines.
    """
    thread = assemble(known, for_readers=False)
    unsaid = {place.id for place in known.missing if not is_said(place)}
    cut = {frontier.post for frontier in known.frontiers if frontier.why in ("limit", "unreachable")}
    above = thread.posts[0].parent
    own_above = thread.posts[0].parent_author == thread.author.id
    gaps = (gap.id for gap in thread.gaps if gap.id in unsaid)
    answered = {post.parent for post in own(thread)}
    ends = sorted(filter(cut.__contains__, thread.completeness.open_ends), key=answered.__contains__)
    told = {place.id for place in known.missing}
    start = (above,) if above and own_above and above not in told else ()
    unplaced = (place.id for place in known.missing if place.author == thread.author.id and place.id in unsaid)
    return tuple(dict.fromkeys((*gaps, *start, *unplaced, *ends)))


def brings_on(known: Conversation, more: Conversation) -> bool:
    """Whether a further reading leaves fewer open places, or brings posts that were not known."""
    merged = merge(known, more)
    return len(merged.posts) > len(known.posts) or len(unfinished(merged)) < len(unfinished(known))


def mine(known: Conversation) -> tuple[Post, ...]:
    """The author's posts that belong to a kept thread: what is asked for again."""
    return tuple(own(assemble(known, for_readers=False)))


def named(kept: Iterable[Post], ref: Ref) -> str:
    """The id of the post among `kept` that an address means, whichever of its names it uses; empty if there is none."""
    key = ref.id.rpartition("/")[2]
    posts = [post for post in kept if post.id.rpartition("/")[2] == key or post.url == ref.id]
    return next((post.id for post in posts if ref.id in (post.id, post.url)), posts[0].id if posts else "")


def left(known: Conversation, kept: Iterable[Post], fresh: Conversation) -> tuple[Post, ...]:
    """The posts of `kept`, which are those of `mine(known)`, that stay after a fresh reading, were not seen in it, and
    answer none of these: where to ask, oldest first.
    """
    asked = {post.id for post in kept}.difference(post.id for post in fresh.posts)
    unseen = {post.id: post for post in merge(known, fresh).posts if post.id in asked}
    return tuple(sorted((post for post in unseen.values() if post.parent not in unseen), key=age))


def gone(
    known: Conversation, post: str, at: datetime, *, reason: Reason = "unknown", says: str = "not-found"
) -> Conversation:
    """A reading that saw nothing but that a kept post is not to be had; at the time `at`, or right after the kept one."""
    place = next(kept for kept in known.posts if kept.id == post)
    missing = Missing(id=post, author=place.author, parent=place.parent, reason=reason, says=says)
    read_at = max(at, known.read_at or at)
    return Conversation(network=known.network, anchor=post, posts=(), missing=(missing,), read_at=read_at)


def together(known: Conversation, kept: Iterable[Post], readings: list[Conversation]) -> Conversation:
    """Several readings as one, asked for by the post of the first that saw any; what is left over is open."""
    fresh = merge_all(readings)
    anchor = next(reading.anchor for reading in readings if reading.posts)
    unseen = (Frontier(post=post.id, why="unseen") for post in left(known, kept, fresh))
    return replace(fresh, anchor=anchor, frontiers=(*fresh.frontiers, *unseen))


def alone(known: Conversation, kept: Iterable[Post], fresh: Conversation) -> Conversation:
    """A fresh reading that stands for itself, where nothing may be shown but what was seen in it.

    Each of the posts of `kept` that it did not come by, and does not show to be gone, is a place that could not be read.
    """
    there = {post.id for post in fresh.posts}
    asked = {post.id for post in kept} - there
    unseen = (post for post in merge(known, fresh).posts if post.id in asked)
    missing = (Missing(id=post.id, author=post.author, parent=post.parent, reason="unreachable") for post in unseen)
    return replace(
        fresh,
        missing=(*fresh.missing, *missing),
        frontiers=tuple(frontier for frontier in fresh.frontiers if frontier.post in there),
    )


def without_traces(conversation: Conversation, before: Iterable[Conversation]) -> Conversation:
    """The conversation without the places that are empty now: below which something hung before, and nothing does."""
    formerly: set[str] = set()
    for kept in before:
        formerly.update(post.id for post in kept.posts)
        formerly |= _held(kept)
    empty = formerly - _held(conversation)
    return replace(conversation, missing=tuple(place for place in conversation.missing if place.id not in empty))


def _held(conversation: Conversation) -> set[str]:
    """The places of missing posts below which a post hangs, right there or below further missing ones."""
    places = {place.id: place for place in conversation.missing}
    held: set[str] = set()
    for post in conversation.posts:
        above = post.parent
        while above in places and above not in held:
            held.add(above)
            above = places[above].parent
    return held
