"""Whose thread is it, and where does it begin? (rules §2)"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from msgspec import Struct

from threadleaf.core.errors import NotFound
from threadleaf.core.model import Reading
from threadleaf.core.tree import age

if TYPE_CHECKING:
    from collections.abc import Iterator

    from threadleaf.core.model import Post
    from threadleaf.core.tree import Tree


class Choice(Struct, frozen=True):
    """The author, the top of her thread (a post or a missing place), further tops cut loose from it, and answers.

    `loose` are tops whose parent is an unavailable post of the same author; `answers` tops whose parent is somebody
    else's. `readings` are other authors' threads higher up through which the anchor hangs.
    """

    author: str
    top: str
    loose: tuple[str, ...] = ()
    answers: tuple[str, ...] = ()
    readings: tuple[Reading, ...] = ()


def choose(tree: Tree, anchor: str) -> Choice:
    """Decide whose thread the anchor belongs to.

    Raises `NotFound` when the anchor is not among the posts.
    """
    start = _start(tree, anchor)
    author = tree.owner[start]
    tops = _tops(tree, author, start)
    homes = _homes(tree, author, start, tops)
    home = homes[climb(tree, start, author)]
    others = [top for top in homes if top != home and homes[top] == home]
    loose = tuple(top for top in others if _is_loose(tree, top))
    answers = tuple(top for top in others if not _is_loose(tree, top))
    return Choice(author, home, loose, answers, _readings(tree, home, author))


def in_chain(tree: Tree, node: str) -> bool:
    """Whether a post stands in a chain of at least two posts by its own author."""
    return node in tree.own or tree.owner.get(tree.up[node] or "") == tree.owner[node]


def ancestors(tree: Tree, node: str) -> Iterator[str]:
    """The ids above `node`, nearest first (cycles were cut when the tree was grown)."""
    parent = tree.up.get(node)
    while parent is not None:
        yield parent
        parent = tree.up.get(parent)


def climb(tree: Tree, node: str, author: str) -> str:
    """The highest id reachable from `node` over consecutive parents by `author`."""
    for parent in ancestors(tree, node):
        if tree.owner.get(parent) != author:
            break
        node = parent
    return node


def _start(tree: Tree, anchor: str) -> str:
    """The post that decides: the anchor, else the nearest ancestor that stands in a chain, else the anchor alone.

    An answer that an author gives below her own thread belongs to that thread, whatever stands between.
    """
    anchor = tree.calls.get(anchor, anchor)
    if anchor not in tree.posts:
        sentence = "The post at this address is not available; it may have been deleted, or it was never public."
        raise NotFound(sentence, subject=anchor)
    if in_chain(tree, anchor):
        return anchor
    above = [node for node in ancestors(tree, anchor) if node in tree.posts and in_chain(tree, node)]
    own = (node for node in above if tree.owner[node] == tree.owner[anchor])
    return next(own, above[0] if above else anchor)


def _tops(tree: Tree, author: str, start: str) -> list[str]:
    """The top of every piece by the author in this conversation, in order of time."""
    first = [post.id for post in tree.posts.values() if post.author == author and not _continues(tree, post)]
    tops = {climb(tree, node, author) for node in first}
    if len(tops) == 1:  # as nearly always; then nothing need be put in order
        return list(tops)
    root = _root(tree.posts[start])
    oldest = {}
    for top in tops:
        here = [age(post) for post in _piece(tree, top) if root is None or _root(post) in (root, None)]
        if here:
            oldest[top] = min(here)
    return sorted(oldest, key=oldest.__getitem__)


def _continues(tree: Tree, post: Post) -> bool:
    """Whether a post answers another one by the same author."""
    above = tree.posts.get(tree.up[post.id] or "")
    return above is not None and above.author == post.author


def _piece(tree: Tree, top: str) -> list[Post]:
    """All posts by the author of `top` that hang below it in an unbroken chain of her own."""
    nodes = [top]
    for node in nodes:
        nodes += tree.own.get(node, ())
    return [tree.posts[node] for node in nodes if node in tree.posts]


def _root(post: Post) -> str | None:
    return post.root or (post.id if post.parent is None else None)


def _is_loose(tree: Tree, top: str) -> bool:
    """A piece is loose when the post above it is the author's but was not obtained, or where a cycle was cut."""
    return top in tree.cut or (top not in tree.posts and tree.up.get(top) is None)


def _homes(tree: Tree, author: str, start: str, tops: list[str]) -> dict[str, str]:
    """For the top of each piece the top of the thread that it belongs to, the same from whichever piece one asks.

    A piece that hangs below the author's own posts belongs where those belong. Of the others, the conversation's
    first post, if the author wrote it, is home to all; else a loose piece belongs to the chain before it in time (or,
    if there is none, to the first loose piece), and every other piece is a thread of its own.
    """
    above = _Above(tree, author)
    pieces = set(tops)
    under = {top: next((node for node in above.tops(top) if node in pieces), None) for top in tops}
    free = [top for top in tops if under[top] is None]
    root = _root_post(tree, start, free)
    homes: dict[str, str] = {}
    before: str | None = None
    first_loose = next((top for top in free if _is_loose(tree, top)), None)
    for top in free:
        if _is_loose(tree, top):
            homes[top] = root or before or first_loose or top
        else:
            homes[top] = root if root and tree.up[top] is not None else top
            before = top if top in tree.own else before
    for top in tops:
        path = []
        while top not in homes:
            path.append(top)
            top = cast("str", under[top])
        homes.update(dict.fromkeys(path, homes[top]))
    return homes


def _root_post(tree: Tree, start: str, free: list[str]) -> str | None:
    """The conversation's first post, if the author wrote it: the one above the start, else the one that all name."""
    roots = [top for top in free if top in tree.posts and tree.up[top] is None and top not in tree.cut]
    apex = [start, *ancestors(tree, start)][-1]
    if apex in roots:
        return apex
    named = tree.posts[start].root
    if named in roots:
        return named
    return roots[0] if len(roots) == 1 else None


class _Above:
    """The author's own posts above a place, found once for every place on the way."""

    def __init__(self, tree: Tree, author: str) -> None:
        self.tree = tree
        self.author = author
        self._near: dict[str, str | None] = {}

    def tops(self, top: str) -> Iterator[str]:
        """The tops of the author's pieces above a piece, nearest first."""
        node = self.near(self.tree.up.get(top))
        while node is not None:
            top = climb(self.tree, node, self.author)
            yield top
            node = self.near(self.tree.up.get(top))

    def near(self, node: str | None) -> str | None:
        """The nearest of the author's own posts from `node` upwards, `node` included."""
        path = []
        while node is not None and node not in self._near and self.tree.owner.get(node) != self.author:
            path.append(node)
            node = self.tree.up.get(node)
        found = self._near.get(node, node) if node is not None else None
        self._near.update(dict.fromkeys(path, found))
        return found


def _readings(tree: Tree, top: str, author: str) -> tuple[Reading, ...]:
    """Other people's threads above this one: a reader may have meant those."""
    for node in ancestors(tree, top):
        owner = tree.owner.get(node)
        if node in tree.posts and owner is not None and owner != author and in_chain(tree, node):
            return (Reading(author=owner, id=climb(tree, node, owner)),)
    return ()
