"""Whose thread is it, and where does it begin? (rules §2)"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from threadleaf.core.errors import NotFound
from threadleaf.core.model import Reading
from threadleaf.core.tree import age

if TYPE_CHECKING:
    from collections.abc import Iterator

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
    home = _home(tree, climb(tree, start, author), tops)
    others = [top for top in tops if top != home and _home(tree, top, tops) == home]
    loose = tuple(top for top in others if _is_loose(tree, top))
    answers = tuple(top for top in others if top not in loose)
    return Choice(author, home, loose, answers, _readings(tree, home, author))


def in_chain(tree: Tree, node: str) -> bool:
    """Whether a post stands in a chain of at least two posts by its own author."""
    author = tree.owner[node]
    parent = tree.up[node]
    if parent is not None and tree.owner.get(parent) == author:
        return True
    return any(tree.owner.get(child) == author for child in tree.down.get(node, ()))


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
    while anchor in tree.calls:
        anchor = tree.calls[anchor]
    if anchor not in tree.posts:
        sentence = "The post at this address is not available; it may have been deleted, or it was never public."
        raise NotFound(sentence, subject=anchor)
    if in_chain(tree, anchor):
        return anchor
    above = [node for node in ancestors(tree, anchor) if node in tree.posts and in_chain(tree, node)]
    own = (node for node in above if tree.owner[node] == tree.owner[anchor])
    return next(own, above[0] if above else anchor)


def _root(tree: Tree, node: str) -> str | None:
    post = tree.posts[node]
    return post.root or (post.id if post.parent is None else None)


def _tops(tree: Tree, author: str, start: str) -> list[str]:
    """The top of every piece by the author in this conversation, in order of time."""
    root = _root(tree, start)
    tops: dict[str, str] = {}
    first: dict[str, str] = {}
    for post in sorted((p for p in tree.posts.values() if p.author == author), key=age):
        here = _root(tree, post.id)
        if root is None or here is None or here == root:
            path = [post.id]
            while (
                (parent := tree.up.get(path[-1])) is not None
                and tree.owner.get(parent) == author
                and parent not in tops
            ):
                path.append(parent)
            top = tops[parent] if parent in tops and tree.owner.get(parent) == author else path[-1]
            tops.update(dict.fromkeys(path, top))
            first.setdefault(top, post.id)
    return list(first)


def _is_loose(tree: Tree, top: str) -> bool:
    """A piece is loose when the post above it is known to be the author's but was not obtained."""
    return top not in tree.posts and tree.up.get(top) is None


def _home(tree: Tree, top: str, tops: list[str]) -> str:
    """The top of the thread that a piece belongs to, the same from whichever piece one asks.

    That is the conversation's first post if the author wrote it. Otherwise a loose piece belongs to the chain before
    it in time (or, if there is none, to the first loose piece), and an answer to somebody to the author's own
    thread above, if there is one.
    """
    root = next((t for t in tops if t in tree.posts and tree.up[t] is None), None)
    if root is not None:
        return root
    if _is_loose(tree, top):
        before = [t for t in tops[: tops.index(top)] if not _is_loose(tree, t) and _has_own_child(tree, t)]
        return before[-1] if before else next(t for t in tops if _is_loose(tree, t))
    author = tree.owner[top]
    own = (climb(tree, node, author) for node in ancestors(tree, top) if tree.owner.get(node) == author)
    above = [node for node in own if node in tops]  # a missing post of which nothing hangs below is no thread
    return above[-1] if above else top


def _has_own_child(tree: Tree, node: str) -> bool:
    return any(tree.owner.get(child) == tree.owner[node] for child in tree.down.get(node, ()))


def _readings(tree: Tree, top: str, author: str) -> tuple[Reading, ...]:
    """Other people's threads above this one: a reader may have meant those."""
    for node in ancestors(tree, top):
        owner = tree.owner.get(node)
        if node in tree.posts and owner is not None and owner != author and in_chain(tree, node):
            return (Reading(author=owner, id=climb(tree, node, owner)),)
    return ()
