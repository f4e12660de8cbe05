"""The order of a thread: main line, branches, pieces cut loose, and continuations under other people (rules §3)."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from msgspec import Struct

from threadleaf.core import counters
from threadleaf.core.tree import age

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from threadleaf.core.model import Post
    from threadleaf.core.tree import Tree
    from threadleaf.core.whose import Choice


class Side(Struct, frozen=True):
    """A path that leaves the line below the post `at`; ids of posts and of missing places."""

    at: str
    nodes: list[str]


class Lines(Struct, frozen=True):
    """The main line (ids of posts and of missing places), the paths that leave it, and the answers to others."""

    main: list[str]
    sides: list[Side]
    answers: list[str]


def arrange(tree: Tree, choice: Choice) -> Lines:
    """Put the author's tree in reading order."""
    own = Own(tree)
    main, sides = own.spread(choice.top, own.oldest)
    followed = own.spread(choice.top, own.follow) if sides else (main, sides)
    if followed[0] != main and counters.read(_posts(tree, followed[0])).kind == "posts":
        main, sides = followed
    main, sides = _place_loose(own, choice, main, sides)
    return _continue(own, choice, main, sides)


class Own:
    """The author's part of the tree, with the rule that the oldest child goes on."""

    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        self._below: dict[str, Post | None] = {}

    def children(self, node: str) -> list[str]:
        """The author's own answers to `node`, oldest first; a missing place is as old as the oldest post below it."""
        own = self.tree.own.get(node, [])
        return sorted(own, key=lambda child: self._age(child, node)) if len(own) > 1 else own

    def _age(self, child: str, parent: str) -> tuple[bool, datetime | int, int, str]:
        """Created-at, but not earlier than its parent's; then id. Places without any post come last."""
        post = self.tree.posts.get(child) or self._first_below(child)
        if post is None:
            return (True, 0, len(child), child)
        above = self.tree.posts.get(parent)
        when, size, name = age(post)
        return (False, max(when, age(above)[0]) if above else when, size, name)

    def _first_below(self, node: str) -> Post | None:
        """The oldest post right below a missing place, other missing places between; found once for every place."""
        todo = [node]
        while todo:
            here = todo[-1]
            below = self.tree.own.get(here, [])
            waiting = [child for child in below if child not in self.tree.posts and child not in self._below]
            if waiting:
                todo += waiting
                continue
            found = (self.tree.posts.get(child) or self._below[child] for child in below)
            self._below[here] = min((post for post in found if post is not None), key=age, default=None)
            todo.pop()
        return self._below[node]

    def oldest(self, _node: str, children: list[str]) -> str:
        """The main line takes the oldest child (rules §3.1)."""
        return children[0]

    def follow(self, node: str, children: list[str]) -> str:
        """The exception of rules §3.1: exactly one later child has the next number, and the oldest lacks it."""
        after = [child for child in children if self.continues(node, child)]
        return after[0] if len(after) == 1 else children[0]

    def continues(self, node: str, child: str) -> bool:
        """Whether the child carries the number after its parent's, in the same style."""
        ours, theirs = self._marks(node), self._marks(child)
        return any(a.family == b.family and b.number == a.last + 1 for a in ours for b in theirs)

    def _marks(self, node: str) -> tuple[counters.Candidate, ...]:
        post = self.tree.posts.get(node)
        return counters.candidates(post.text) if post else ()

    def walk(self, start: str, pick: Callable[[str, list[str]], str]) -> tuple[list[str], list[tuple[str, str]]]:
        """One line from `start` to its end, and (place left, first id) of every path that leaves it."""
        line, forks = [start], []
        while children := self.children(line[-1]):
            chosen = children[0]
            if len(children) > 1:
                chosen = pick(line[-1], children)
                forks += [(line[-1], child) for child in children if child != chosen]
            line.append(chosen)
        return line, forks

    def spread(self, start: str, pick: Callable[[str, list[str]], str]) -> tuple[list[str], list[Side]]:
        """The line from `start`, and all paths below it in reading order, each before the paths that leave it."""
        main, forks = self.walk(start, pick)
        sides = []
        todo = [(main, fork) for fork in reversed(forks)]
        while todo:
            line, (at, first) = todo.pop()
            nodes, forks = self.walk(first, self.oldest)
            sides.append(Side(self._post_near(line, at), nodes))
            todo += [(nodes, fork) for fork in reversed(forks)]
        return main, sides

    def _post_near(self, line: list[str], at: str) -> str:
        """A path that leaves a missing place is shown at the post before it, else at the next one."""
        place = line.index(at) if at not in self.tree.posts else -1
        if place < 0:
            return at
        near = [*reversed(line[:place]), *line[place + 1 :]]
        return next((node for node in near if node in self.tree.posts), at)


def _posts(tree: Tree, nodes: Sequence[str]) -> list[Post]:
    return [tree.posts[node] for node in nodes if node in tree.posts]


def _place_loose(own: Own, choice: Choice, main: list[str], sides: list[Side]) -> tuple[list[str], list[Side]]:
    """Put pieces cut loose by a missing post behind a gap: by counter, else by time (rules §3.5)."""
    if not choice.loose:
        return main, sides
    pieces = [own.spread(top, own.oldest) for top in choice.loose]
    numbers = _numbers(own.tree, [main, *(line for line, _ in pieces)])
    main, sides = list(main), list(sides)
    for line, more in sorted(pieces, key=lambda piece: _rank(piece[0], numbers)):
        sides += _cut_tail(main, line, numbers)
        main += line
        sides += more
    return main, sides


def _numbers(tree: Tree, lines: list[list[str]]) -> Mapping[str, int]:
    """The number of every post, if the numbers of all pieces together count posts; else nothing.

    Clocks may lie, so the pieces are read in order of time and in order of the numbers they begin with.
    """
    pieces = [_posts(tree, line) for line in lines]
    by_time = sorted((post for piece in pieces for post in piece), key=age)
    by_number = [post for piece in sorted(pieces, key=_first_number) for post in piece]
    for posts in (by_time, by_number):
        numbering = counters.read(posts, linked=False)
        if numbering.kind == "posts" and not counters.falls(numbering.found):
            return {c.post: c.number for c in numbering.found}
    return {}


def _first_number(posts: Sequence[Post]) -> int:
    return next((c.number for post in posts for c in counters.candidates(post.text)), 0)


def _rank(line: list[str], numbers: Mapping[str, int]) -> tuple[bool, int]:
    """Pieces with numbers come first, by number; the others stay in the order of time in which they were found."""
    counted = [numbers[node] for node in line if node in numbers]
    return (not counted, counted[0] if counted else 0)


def _cut_tail(main: list[str], line: list[str], numbers: Mapping[str, int]) -> list[Side]:
    """Cut off a tail without numbers that stands where the numbers go on in `line`: it becomes a branch."""
    first = next((numbers[node] for node in line if node in numbers), None)
    last = next((place for place in range(len(main) - 1, -1, -1) if main[place] in numbers), None) if numbers else None
    if first is None or last is None or last == len(main) - 1 or numbers[main[last]] >= first:
        return []
    tail = main[last + 1 :]
    del main[last + 1 :]
    return [Side(main[last], tail)]


def _continue(own: Own, choice: Choice, main: list[str], sides: list[Side]) -> Lines:
    """Append what the author went on to say below somebody's reply to the thread (rules §3.4)."""
    if not choice.answers:
        return Lines(main, sides, [])
    runs = _Runs(own, choice.answers, main)
    runs.reach([*main, *(node for side in sides for node in side.nodes)])
    main, sides = list(main), list(sides)
    while top := runs.next(main):
        line, more = own.spread(top, own.oldest)
        main += line
        sides += more
        runs.reach(line)
    left = [top for top in choice.answers if top not in runs.taken]
    return Lines(main, sides, [node for top in left for node in _all_nodes(own, top)])


class _Runs:
    """The answers that may continue a line: those to replies to its posts.

    A numbered line continues with the next number. Another continues with a run of at least two posts written after
    its end: first below a reply to any of its posts, afterwards only below replies to its last one. Of a reply that
    is not shown it may be unknown what it answers: below such a one only the next number goes on.
    """

    def __init__(self, own: Own, answers: Sequence[str], main: Sequence[str]) -> None:
        self.own = own
        self._rank = {top: place for place, top in enumerate(answers) if top in own.tree.posts}
        self._below: dict[str, list[str]] = defaultdict(list)
        unknown = []
        for top in self._rank:
            reply = own.tree.up[top]
            if reply is not None and (thread := own.tree.up.get(reply)) is not None:
                self._below[thread].append(top)
            elif reply is not None and reply not in own.tree.posts:
                unknown.append(top)
        self.counted = bool(self._below or unknown) and counters.read(_posts(own.tree, main)).kind == "posts"
        self.taken: set[str] = set()
        self._open: list[str] = []
        self._marked: dict[tuple[str, int], list[str]] = defaultdict(list)
        self._mark(unknown)

    def reach(self, nodes: Sequence[str]) -> None:
        """Offer the answers to replies to these posts."""
        nodes = nodes if self.counted or not self._open else nodes[-1:]
        self._open = sorted((top for node in nodes for top in self._below.get(node, ())), key=self._rank.__getitem__)
        self._mark(self._open)

    def _mark(self, tops: Sequence[str]) -> None:
        """Offer answers by the numbers that they carry, if the line counts."""
        for top in tops if self.counted else ():
            for mark in counters.candidates(self.own.tree.posts[top].text):
                self._marked[mark.family, mark.number].append(top)

    def next(self, main: Sequence[str]) -> str | None:
        """Take the answer that continues the line, if there is one."""
        top = self._following(main)
        if top is not None:
            self.taken.add(top)
        return top

    def _following(self, main: Sequence[str]) -> str | None:
        posts = self.own.tree.posts
        last = next(posts[node] for node in reversed(main) if node in posts)
        if self.counted:
            offered = [self._marked.get((m.family, m.last + 1), []) for m in counters.candidates(last.text)]
            new = (top for tops in offered for top in tops if top not in self.taken)
            return min(new, key=self._rank.__getitem__, default=None)
        return next((t for t in self._open if age(posts[t]) > age(last) and self.own.children(t)), None)


def _all_nodes(own: Own, top: str) -> list[str]:
    line, sides = own.spread(top, own.oldest)
    return line + [node for side in sides for node in side.nodes]
