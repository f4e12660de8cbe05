"""A small language for conversations, so that a test says what happened and nothing else.

    talk(
        a("1", "First."),
        a("2", "Second.", to="1"),
        b("x", "Really?", to="1"),
    )

`a`, `b`, `c` are people; a post's id is what the test calls it; posts are a minute apart unless `at` says otherwise.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from threadleaf.core.assemble import assemble
from threadleaf.core.model import Author, Conversation, Missing, Post, Thread

if TYPE_CHECKING:
    from collections.abc import Iterable

START = datetime(2026, 5, 3, 9, 0, tzinfo=UTC)


def minute(n: float) -> datetime:
    return START + timedelta(minutes=n)


class Person:
    """Calling a person makes a post by that person."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __call__(
        self, key: str, text: str = "", *, to: str | None = None, at: float | None = None, **more: Any
    ) -> Post:
        created = None if at is None else minute(at)
        return Post(id=key, author=self.name, text=text or f"Post {key}.", parent=to, created=created, **more)


a, b, c = Person("a"), Person("b"), Person("c")


def chain(n: int, who: Person = a, text: str = "Post {i}.", first: int = 1) -> list[Post]:
    """`n` posts, each answering the one before: ids "1", "2" … and the text with its number filled in."""
    posts = []
    for i in range(first, first + n):
        to = str(i - 1) if i > first else None
        posts.append(who(str(i), text.format(i=i, n=n), to=to, at=i))
    return posts


def talk(*posts: Post | Iterable[Post], anchor: str = "", **more: Any) -> Conversation:
    """A conversation of posts; those without a time follow each other by the minute, roots and owners are filled in."""
    flat = [post for item in posts for post in ([item] if isinstance(item, Post) else item)]
    by_id = {post.id: post for post in flat}
    missing = {m.id: m for m in more.get("missing", ())}
    roots = _roots(flat, by_id)
    dated = [_filled(post, place, by_id, missing, roots) for place, post in enumerate(flat)]
    people = sorted({post.author for post in flat})
    return Conversation(
        network=more.pop("network", "bsky"),
        anchor=anchor or flat[0].id,
        posts=tuple(dated),
        authors=tuple(Author(id=p, network="bsky", handle=f"{p}.example", name=p.upper()) for p in people),
        **more,
    )


def _filled(
    post: Post, place: int, by_id: dict[str, Post], missing: dict[str, Missing], roots: dict[str, str | None]
) -> Post:
    above: Post | Missing | None = by_id.get(post.parent or "") or missing.get(post.parent or "")
    owner = post.parent_author or (above.author if above else None) or None
    return replace(post, created=post.created or minute(place), parent_author=owner, root=roots[post.id])


def _roots(flat: list[Post], by_id: dict[str, Post]) -> dict[str, str | None]:
    """What each post would name as the conversation's first post, as far as the conversation shows it."""
    roots: dict[str, str | None] = {}
    for start in flat:
        path, post = [], start
        while post.id not in roots and post not in path[-1:]:
            roots[post.id] = post.root
            path.append(post)
            post = by_id.get(post.parent or "", post)
        top = roots[post.id] or (post.id if post.parent is None else None)
        roots.update({p.id: p.root or (None if p.parent is None else top) for p in path})
    return roots


def thread(*posts: Post | Iterable[Post], anchor: str = "", **more: Any) -> Thread:
    """The thread that the conversation assembles to."""
    return assemble(talk(*posts, anchor=anchor, **more))


def ids(posts: Iterable[Post]) -> str:
    """The posts' ids in one string: easy to compare by eye."""
    return " ".join(post.id for post in posts)


def page(*texts: str, **more: Any) -> Conversation:
    """A saved page: posts in a row, no reply edges."""
    posts = tuple(Post(id=f"p{i}", author="a", text=text, place=i) for i, text in enumerate(texts, 1))
    return Conversation(
        network="page",
        anchor="p1",
        posts=posts,
        authors=(Author(id="a", network="x", handle="a"),),
        linked=False,
        **more,
    )
