"""The conversation as a graph of ids: who answered what, with cycles cut and doubled posts settled.

Everything here is a walk over dictionaries with explicit loops: a conversation of any depth is fine.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, cast

from msgspec import Struct
from msgspec.json import encode
from msgspec.structs import replace

from threadleaf.core.calls import is_call
from threadleaf.core.model import Post

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from threadleaf.core.model import Conversation, Missing

_DAWN = datetime.min.replace(tzinfo=UTC)

_STRICTNESS = ("public", "unlisted", "private", "direct")

Age = tuple[datetime, int, str]
"""What posts are ordered by where time decides: created-at, then id (numeric ids by size: length first)."""


class Tree(Struct, frozen=True):
    """All posts of a conversation by id, and their reply edges.

    `up` leads from a post (or a place that is known to be missing) to its parent's id, None where it has none;
    `down` the other way, to posts and missing places in no order. `owner` is the author of every id that is
    known. `calls` leads from a call to a bot to the post below which it stands. `doubled` is the number of further copies of
    posts, `cut` the ids at which a cycle was opened.
    """

    posts: Mapping[str, Post]
    missing: Mapping[str, Missing]
    up: Mapping[str, str | None]
    down: Mapping[str, list[str]]
    owner: Mapping[str, str]
    calls: Mapping[str, str]
    doubled: int
    cut: tuple[str, ...]


def grow(conversation: Conversation) -> Tree:
    """Index a conversation.

    Posts with the same id become one, the latest edit (rules §8, duplicate ids). A post whose parent is neither
    among the posts nor among the missing makes that parent a missing place, owned by whoever the network names.
    Calls to a bot are taken out, and what hangs below them hangs below their parent (rules §2.4).
    """
    posts = _latest(conversation.posts)
    missing = {m.id: m for m in conversation.missing if m.id not in posts}
    up, owner = _edges(posts, missing)
    copies = len(conversation.posts) - len(posts)
    down = _turned(up)
    cut = _open_cycles(up, down, posts)
    calls = _bridge_calls(posts, up)
    return Tree(
        posts=posts,
        missing=missing,
        up=up,
        down=_turned(up) if cut or calls else down,
        owner=owner,
        calls=calls,
        doubled=copies,
        cut=cut,
    )


def _turned(up: Mapping[str, str | None]) -> dict[str, list[str]]:
    """The reply edges the other way round."""
    down: dict[str, list[str]] = defaultdict(list)
    for child, parent in up.items():
        if parent is not None:
            down[parent].append(child)
    return dict(down)


def age(post: Post) -> Age:
    """The key by which posts are put in order of time; a post without a date counts as very old."""
    return (post.created or _DAWN, len(post.id), post.id)


def _latest(copies: Sequence[Post]) -> dict[str, Post]:
    found = {post.id: post for post in copies}
    if len(found) < len(copies):
        by_id: dict[str, list[Post]] = defaultdict(list)
        for post in copies:
            by_id[post.id].append(post)
        found = {i: _settled(same) if len(same) > 1 else same[0] for i, same in by_id.items()}
    return found


def _settled(copies: Sequence[Post]) -> Post:
    """One of several copies: the latest edit; of one edit the copy that knows more, then any fixed choice.

    A wish that only one copy carries counts for all.
    """
    best = max(copies, key=lambda p: (p.edited or _DAWN, -1 if p.replies is None else p.replies, p.version, encode(p)))
    labels = {label for copy in copies for label in copy.labels}
    return replace(
        best,
        labels=best.labels if labels == set(best.labels) else tuple(sorted(labels)),
        visibility=max((copy.visibility for copy in copies), key=_STRICTNESS.index),
    )


def _edges(posts: Mapping[str, Post], missing: Mapping[str, Missing]) -> tuple[dict[str, str | None], dict[str, str]]:
    """Who answers whom, and whose what is. A parent that nobody lists is a place too; its owner is whoever the id or
    all of its children name, and nobody where they disagree."""
    up = {post.id: post.parent for post in posts.values()}
    owner = {post.id: post.author for post in posts.values()}
    up.update({place.id: place.parent for place in missing.values()})
    owner.update({place.id: place.author for place in missing.values() if place.author})
    claims: dict[str, set[str]] = defaultdict(set)
    edges = [(post.parent, post.parent_author) for post in posts.values()]
    edges += [(place.parent, None) for place in missing.values()]
    for parent, claimed in edges:
        if parent is None or parent in owner:
            continue
        up.setdefault(parent, None)
        if author := named_author(parent) or claimed:
            claims[parent].add(author)
    owner.update({parent: authors.pop() for parent, authors in claims.items() if len(authors) == 1})
    return up, owner


def named_author(post_id: str) -> str:
    """The author that the id itself names: AT URIs begin with the DID of their repository (at-uri specification)."""
    return post_id.split("/", 3)[2] if post_id.startswith("at://did:") else ""


def _open_cycles(
    up: dict[str, str | None], down: Mapping[str, Sequence[str]], posts: Mapping[str, Post]
) -> tuple[str, ...]:
    """Cut every reply cycle at its oldest post, so that the result does not depend on where one enters.

    What cannot be reached from a post without parent hangs on a cycle, or stands in one.
    """
    reached = [node for node, parent in up.items() if parent is None]
    for node in reached:
        reached += down.get(node, ())
    left = up.keys() - set(reached)
    cut = []
    for start in sorted(left):
        if start not in left:
            continue
        ring = _ring(up, start)
        first = min(ring, key=lambda i: age(posts[i]) if i in posts else (_DAWN, len(i), i))
        up[first] = None
        cut.append(first)
        below = [first]
        for node in below:
            below += [child for child in down.get(node, ()) if child != first]
        left -= set(below)
    return tuple(sorted(cut))


def _ring(up: Mapping[str, str | None], node: str) -> list[str]:
    """The cycle into which the way up from `node` runs."""
    path: dict[str, None] = {}
    while node not in path:
        path[node] = None
        node = cast("str", up[node])
    order = list(path)
    return order[order.index(node) :]


def _bridge_calls(posts: dict[str, Post], up: dict[str, str | None]) -> dict[str, str]:
    """Take an author's own calls to a bot out of the reply edges; calls by others stay (they are context).

    Returns for each call the post below which it, and whatever answers it, stands.
    """
    calls = {}
    for post in posts.values():
        parent = up[post.id]
        if parent in posts and posts[parent].author == post.author and is_call(post):
            calls[post.id] = parent
    stands: dict[str, str] = {}
    for call in calls:
        path, node = [], call
        while node in calls and node not in stands:
            path.append(node)
            node = calls[node]
        stands.update(dict.fromkeys(path, stands.get(node, node)))
    for child, parent in list(up.items()) if stands else ():
        if parent in stands:
            up[child] = stands[parent]
    for call in stands:
        del posts[call], up[call]
    return stands
