"""Which number each post of the main line, and each gap in it, is called by: the author's own where she counts posts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec import Struct

from threadleaf.core.model import Gap, Post, Thread

Number = tuple[int, int]
"""First and last number of a post or gap; most often the same."""


class Numbers(Struct, frozen=True):
    """Numbers by post id, and by a gap's place in `Thread.gaps`. What has no certain number is absent."""

    posts: Mapping[str, Number]
    gaps: Mapping[int, Number]


def number(thread: Thread) -> Numbers:
    """Number the posts and gaps of a main line.

    If the author's counters count posts, they are the numbers, and posts without one continue them (downwards, if she
    counts down). Otherwise the place is the number, known missing posts included. After a gap of unknown size there
    are no numbers until the author gives one: nothing is claimed that was not seen.
    """
    walk = _Walk(thread)
    for post in thread.posts:
        walk.over(post.id)
        walk.meet(post)
    walk.over(None)
    return Numbers(walk.posts, walk.holes)


class _Walk:
    """The walk along the line. `last` is the number of what was met last, None while nobody can know it."""

    def __init__(self, thread: Thread) -> None:
        self.posts: dict[str, Number] = {}
        self.holes: dict[int, Number] = {}
        self.written: Mapping[str, Number] = {}
        self.step = 1
        self.last: int | None = 0
        self.gaps: dict[str | None, list[tuple[int, Gap]]] = {}
        for place, gap in enumerate(thread.gaps):
            if not gap.line:
                self.gaps.setdefault(gap.before, []).append((place, gap))
        found = thread.counters.found
        if thread.counters.kind == "posts" and found:
            self.written = {c.post: (c.number, c.last or c.number) for c in found}
            self.step = -1 if found[0].number > found[-1].number else 1
            self.last = self._before_first(thread.posts)

    def _before_first(self, posts: Sequence[Post]) -> int | None:
        """The number from which counting meets the first number that the author wrote."""
        steps = 1
        for post in posts:
            for _, gap in self.gaps.get(post.id, ()):
                if gap.number is not None:
                    return gap.number - self.step * steps
                if gap.count is None:
                    return None
                steps += gap.count
            if post.id in self.written:
                return self.written[post.id][0] - self.step * steps
            steps += 1
        return None

    def over(self, before: str | None) -> None:
        """Count over the gaps before a post."""
        for place, gap in self.gaps.get(before, ()):
            if gap.number is not None:
                self.holes[place] = (gap.number, gap.last or gap.number)
            elif self.last is not None and gap.count:
                self.holes[place] = (self.last + self.step, self.last + self.step * gap.count)
            else:
                self.last = None
                continue
            self.last = self.holes[place][1]

    def meet(self, post: Post) -> None:
        """Number a post. A number below one is not told: a title before the author's first."""
        if post.id in self.written:
            number = self.written[post.id]
        elif self.last is None:
            return
        else:
            number = (self.last + self.step, self.last + self.step)
        self.last = number[1]
        if number[0] > 0:
            self.posts[post.id] = number
