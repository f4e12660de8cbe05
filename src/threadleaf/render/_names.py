"""What posts are called in our pages: anchors within one, and the paths of others."""

from __future__ import annotations

import re
from collections.abc import Iterable

from threadleaf.core import ref
from threadleaf.core.model import Network, Post, Thread
from threadleaf.render._safe import known

_PATH = re.compile(r"/t/[A-Za-z0-9@._~:+=%/-]+")
_NOT_IN_ANCHORS = re.compile(r"[^A-Za-z0-9._~-]+")


def own_path(network: Network, post_id: str) -> str:
    """The path of our own page for a post; empty if the id does not give one."""
    found = known(network, post_id)
    path = ref.path(found) if found else ""
    return path if _PATH.fullmatch(path) else ""


def own_posts(thread: Thread) -> list[Post]:
    """All posts by the author that a page shows, in the order in which they are named."""
    branches = (post for branch in thread.branches for post in branch.posts)
    return [*thread.posts, *branches, *thread.replies_by_author]


def named(thread: Thread, name: str) -> Post | None:
    """The author's post that has this name on the thread's page; None if there is none."""
    posts = {post.id: post for post in own_posts(thread)}
    return next((posts[post_id] for post_id, known in anchors(posts.values()).items() if known == name), None)


def anchors(posts: Iterable[Post]) -> dict[str, str]:
    """A name within the page for every post: the last segment of its id in safe letters, made unique.

    Anchors are never positions, so that a link survives when earlier posts are found.
    """
    found: dict[str, str] = {}
    taken: set[str] = set()
    used: dict[str, int] = {}  # how often a base was taken: thousands of equal ones must not be counted up each time
    for post in posts:
        name = base = post.id.rpartition("/")[2]
        if not (name.isascii() and name.isalnum()):
            name = base = _NOT_IN_ANCHORS.sub("-", post.id.rstrip("/").rpartition("/")[2]) or "post"
        while name in taken:
            used[base] = used.get(base, 1) + 1
            name = f"{base}-{used[base]}"
        taken.add(name)
        found.setdefault(post.id, name)
    return found
