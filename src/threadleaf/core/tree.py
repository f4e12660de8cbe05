"""The conversation as a graph of ids: who answered what, with cycles cut and doubled posts settled.

Everything here is a walk over dictionaries with explicit loops: a conversation of any depth is fine.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING

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

    `up` leads from a post (or a place that is known to be missing) to its parent's id, None where it has none; `own`
    from a post or place to the answers that its author gave to it herself (posts and missing places, in no order).
    `owner` is the author of every id that is known. `calls` leads from a call to a bot to the post below which it
    stands. `doubled` is the number of further copies of posts, `cut` the ids at which a cycle was opened.
    """

    posts: Mapping[str, Post]
    missing: Mapping[str, Missing]
    up: Mapping[str, str | None]
    own: Mapping[str, list[str]]
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
    posts = latest(conversation.posts)
    missing = {m.id: m for m in conversation.missing if m.id not in posts}
    copies = len(conversation.posts) - len(posts)
    up, owner = _edges(posts, missing)
    cut = _open_cycles(up, posts)
    own = _self_replies(up, owner)
    calls = _bridge_calls(posts, up, own)
    return Tree(
        posts=posts,
        missing=missing,
        up=up,
        own=_self_replies(up, owner) if calls else own,
        owner=owner,
        calls=calls,
        doubled=copies,
        cut=cut,
    )


def _self_replies(up: Mapping[str, str | None], owner: Mapping[str, str]) -> dict[str, list[str]]:
    """What every author answered to herself, by the post that was answered."""
    own: dict[str, list[str]] = defaultdict(list)
    for child, parent in up.items():
        if parent is not None and (author := owner.get(parent)) is not None and author == owner.get(child):
            own[parent].append(child)
    return dict(own)


def age(post: Post) -> Age:
    """The key by which posts are put in order of time; a post without a date counts as very old."""
    return (post.created or _DAWN, len(post.id), post.id)


def latest(copies: Sequence[Post]) -> dict[str, Post]:
    """One post for every id, whatever the order of the copies."""
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
    up = {key: post.parent for key, post in posts.items()}
    owner = {key: post.author for key, post in posts.items()}
    up.update({place.id: place.parent for place in missing.values()})
    owner.update({place.id: place.author for place in missing.values() if place.author})
    unseen = {parent for parent in {*up.values()}.difference(owner) if parent is not None}
    claims: dict[str, set[str]] = {parent: {named_author(parent)} - {""} for parent in unseen}
    for post in posts.values() if unseen else ():
        if post.parent in claims and post.parent_author and not named_author(post.parent):
            claims[post.parent].add(post.parent_author)
    up.update({parent: None for parent in unseen if parent not in up})
    owner.update({parent: authors.pop() for parent, authors in claims.items() if len(authors) == 1})
    return up, owner


def named_author(post_id: str) -> str:
    """The author that the id itself names: AT URIs begin with the DID of their repository (at-uri specification)."""
    return post_id.split("/", 3)[2] if post_id.startswith("at://did:") else ""


def _open_cycles(up: dict[str, str | None], posts: Mapping[str, Post]) -> tuple[str, ...]:
    """Cut every reply cycle at its oldest post, so that the result does not depend on where one enters.

    Who climbs and comes upon a place of the same climb has gone round. Only what was answered can stand in a cycle.
    """
    seen: dict[str, str | None] = {}
    cut = []
    for start in {*up.values()}:
        node = start
        while node is not None and node not in seen:
            seen[node] = start
            node = up[node]
        if node is not None and seen[node] == start:
            ring = _ring(up, node)
            first = min(ring, key=lambda i: age(posts[i]) if i in posts else (_DAWN, len(i), i))
            up[first] = None
            cut.append(first)
    return tuple(sorted(cut))


def _ring(up: Mapping[str, str | None], node: str) -> list[str]:
    """The cycle in which `node` stands."""
    ring = [node]
    while (above := up[ring[-1]]) is not None and above != node:
        ring.append(above)
    return ring


def _bridge_calls(
    posts: dict[str, Post], up: dict[str, str | None], own: Mapping[str, Sequence[str]]
) -> dict[str, str]:
    """Take an author's own calls to a bot out of the reply edges; calls by others stay (they are context).

    Returns for each call the post below which it, and whatever answers it, stands.
    """
    calls = {
        child: parent
        for parent, answers in own.items()
        if parent in posts
        for child in answers
        if child in posts and is_call(posts[child])
    }
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
