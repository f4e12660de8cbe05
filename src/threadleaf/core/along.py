"""A thread read along one of its branches: what is a branch otherwise is its main line, and the main line's rest leaves it.

Nothing is added and nothing is lost: the posts are the same, in another order.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from threadleaf.core import article, counters
from threadleaf.core.model import ALONG, Branch, Note

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from threadleaf.core.model import Completeness, Gap, Post, Thread


def along(thread: Thread, first: str) -> Thread | None:
    """The thread with the branch whose first post has the id `first` as the end of its main line; None without such.

    Title, address and completeness stay those of the thread; figures that belong to its own main line (a total
    announced by the author, one reported by the network) are left out, and a note says what is read here.
    """
    chosen = next((branch for branch in thread.branches if branch.posts[0].id == first), None)
    if chosen is None:
        return None
    way = _way(thread, chosen)
    line, rests = _followed(thread.posts, way)
    taken = {id(branch) for branch in way}
    branches = (*rests, *(branch for branch in thread.branches if id(branch) not in taken))
    gaps = _gaps(thread.gaps, {branch.posts[0].id for branch in way}, line, rests)
    numbering = counters.read(line, linked=thread.completeness.links_seen)
    return replace(
        thread,
        posts=tuple(line),
        branches=branches,
        gaps=gaps,
        counters=numbering,
        completeness=_completeness(thread.completeness, len(line), sum(len(branch.posts) for branch in branches)),
        article=article.build(line, numbering, gaps, branches),
    )


def _way(thread: Thread, chosen: Branch) -> list[Branch]:
    """The branches that lead from the main line to the chosen one, the chosen one last."""
    home = {post.id: branch for branch in thread.branches for post in branch.posts}
    way = [chosen]
    while way[0].at in home:
        way.insert(0, home[way[0].at])
    return way


def _followed(main: Sequence[Post], way: Sequence[Branch]) -> tuple[list[Post], list[Branch]]:
    """The new main line, and what is left of each line that it leaves."""
    line: list[Post] = []
    rests: list[Branch] = []
    here: Sequence[Post] = main
    for branch in way:
        places = [place for place, post in enumerate(here, 1) if post.id == branch.at]
        stop = places[0] if places else len(here)
        line += here[:stop]
        if stop < len(here):
            rests.append(Branch(at=branch.at, posts=tuple(here[stop:])))
        here = branch.posts
    return [*line, *here], rests


def _gaps(gaps: Sequence[Gap], joined: set[str], line: Sequence[Post], rests: Sequence[Branch]) -> tuple[Gap, ...]:
    """Every gap in the line in which its neighbours stand now; `joined` are the branches that became the main line."""
    home: Mapping[str | None, str] = {post.id: rest.posts[0].id for rest in rests for post in rest.posts}
    ends = {rest.posts[-1].id for rest in rests} | {line[-1].id}
    moved = []
    for gap in gaps:
        place = gap.before if gap.before is not None else gap.after
        if gap.line and gap.line not in joined:
            moved.append(gap)
        elif gap.before is None and gap.after not in ends:  # behind the last post of a line that is left there
            moved.append(replace(gap, line=gap.after or ""))
        else:
            moved.append(replace(gap, line=home.get(place, "")))
    return tuple(moved)


def _completeness(known: Completeness, posts: int, in_branches: int) -> Completeness:
    notes = tuple(note for note in known.notes if not note.kind.startswith("number-"))
    notes += (Note(kind=ALONG),)
    return replace(known, posts=posts, branch_posts=in_branches, announced=None, reported=None, notes=notes)
