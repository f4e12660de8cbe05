"""What X's terms ask of whoever shows posts that were read from its API (Developer Policy; docs/networks.md, X).

Such posts have the origin class `x-api`. Pages show them, and so do files that people make by hand, so many a day;
what programs read gives their ids and addresses alone.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from msgspec.structs import replace

from threadleaf.core import ref as refs
from threadleaf.core.model import Article, Author, Branch, Note, Numbering, Post, Ref, Thread

if TYPE_CHECKING:
    from collections.abc import Iterable

A_DAY = 500
"""The most posts of X that a site may show one visitor in a day (Developer Policy, Content redistribution)."""
SEEN_WITHIN = timedelta(hours=23, minutes=30)
"""A page of X that was not read again for so long is held back until it is. What is gone at X has to be gone here within
24 hours; the rest is for lists that were answered a moment before."""
ONLY_IDS = "x-terms"
"""The note of a thread from which all but ids and addresses was left out, and the code of a refusal because of it."""


def is_bound(network: str) -> bool:
    """Whether what was read from a network is `x-api`. Saved answers of X's API are, too: somebody had them from there."""
    return network == "x"


def address(post: str) -> str:
    """The address of a post of X that names nobody."""
    return refs.address(Ref("x", post))


def account(author: str) -> str:
    """The address of an account of X, by its number, that names nobody."""
    return f"https://x.com/i/user/{author}" if author else ""


def bare(thread: Thread) -> Thread:
    """The same thread with ids and addresses only: no words, names, pictures or dates, and a note that says so.

    People are called by the addresses of their accounts, which name them by number. Its form, the order of its posts, what
    answers what, and where something is missing stay.
    """
    completeness = thread.completeness
    return replace(
        thread,
        url=address(thread.posts[0].id),
        title="",
        author=_account(thread.author),
        authors=tuple(map(_account, thread.authors)),
        posts=_bare(thread.posts),
        branches=tuple(Branch(at=branch.at, posts=_bare(branch.posts)) for branch in thread.branches),
        replies_by_author=_bare(thread.replies_by_author),
        context=_bare(thread.context),
        quoted=_bare(thread.quoted),
        counters=Numbering(),
        completeness=replace(completeness, notes=(*completeness.notes, Note(kind=ONLY_IDS))),
        parts=tuple(replace(part, url=address(part.id), title="") for part in thread.parts),
        article=Article(),
    )


def _bare(posts: Iterable[Post]) -> tuple[Post, ...]:
    return tuple(
        Post(
            id=post.id,
            author=post.author,
            url=address(post.id),
            parent=post.parent,
            parent_author=post.parent_author,
            root=post.root,
            quote=post.quote and replace(post.quote, url=address(post.quote.id) if post.quote.id else ""),
        )
        for post in posts
    )


def _account(author: Author) -> Author:
    url = account(author.id)
    return Author(id=author.id, network=author.network, name=url.removeprefix("https://"), url=url)
