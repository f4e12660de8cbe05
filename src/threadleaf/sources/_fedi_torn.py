"""Pieces of a thread that a deletion has torn off: where they belong.

When a post is deleted, Mastodon empties the links to it: what answered it still says whose post it answered, and not
which. The piece that begins there belongs to the same author's earlier posts, but nobody says to which. So it is joined
only where her numbering goes on, or where nothing else can be meant. Other software keeps the number of what was deleted:
there the piece hangs at a number that no answer shows.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta

from threadleaf.core import counters
from threadleaf.core.model import Post
from threadleaf.sources._fedi_mastodon import age, order
from threadleaf.sources._fedi_statuses import Status

NEAR = timedelta(hours=1)
"""A piece without numbers belongs to what its author wrote at most so long before, if nothing speaks against it."""


def belongs(piece: Status, mine: Sequence[Status], listed: Iterable[Status]) -> bool:
    """Whether a torn piece belongs to a thread, whose posts are `mine` in order of age: it goes on where one of them ends.

    `listed` are the author's posts that are known besides.
    """
    before = [status for status in mine if age(status) < age(piece)]
    return bool(before) and goes_on(before[-1], piece, listed)


def goes_on(before: Status, piece: Status, listed: Iterable[Status]) -> bool:
    """Whether a piece goes on where a post ends: by the author's numbering, else by time.

    By time only if that post continues a thread itself, the piece is known to answer her own, and she began no other one
    in between.
    """
    numbered = _numbers_go_on(before.post, piece.post)
    if numbered is not None:
        return numbered
    ended, created = before.post.created, piece.post.created
    if not (before.own_answer and piece.own_answer) or ended is None or created is None or created - ended > NEAR:
        return False
    between = (status for status in listed if age(before) < age(status) < age(piece))
    return all(status.answers or status.is_torn for status in between)


def hangs_behind(piece: Status, first: Status) -> bool:
    """Whether a piece hangs at a number that may be of a deleted post in a thread, whose first post is known.

    That post was not by somebody else, as far as is known, and came after the first one.
    """
    return bool(piece.answers) and not piece.other_answer and order(first.number) < order(piece.answers) < age(piece)


def end_before(piece: Status, mine: Sequence[Status]) -> Status | None:
    """The post of a thread behind which a piece would belong; none if the numbers that both carry do not go on."""
    before = [status for status in mine if age(status) < age(piece)]
    return before[-1] if before and _numbers_go_on(before[-1].post, piece.post) is not False else None


def before_it(piece: Status, listed: Iterable[Status]) -> Status | None:
    """The nearest of the author's earlier posts at which a piece goes on; none beyond one with other numbers."""
    earlier = sorted((status for status in listed if age(status) < age(piece)), key=age)
    for status in reversed(earlier):
        if goes_on(status, piece, earlier):
            return status
        if _numbers_go_on(status.post, piece.post) is False:
            return None
    return None


def _numbers_go_on(before: Post, piece: Post) -> bool | None:
    """Whether the numbers that two posts carry go on from one to the other; None if they carry none of one kind."""
    pairs = [
        (a, b)
        for a in counters.candidates(before.text)
        for b in counters.candidates(piece.text)
        if a.family == b.family
    ]
    return any(b.number > a.last and a.total == b.total for a, b in pairs) if pairs else None
