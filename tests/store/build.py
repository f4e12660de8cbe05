"""Small conversations for the tests of store and service: posts are called by number and author."""

from datetime import UTC, datetime, timedelta
from typing import Any

from threadleaf.core.assemble import assemble
from threadleaf.core.model import Author, Conversation, Post, Ref, Thread
from threadleaf.core.ref import parse
from threadleaf.core.withhold import shown
from threadleaf.store.aliases import alias_of
from threadleaf.store.records import Draft, Page, Saved

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def uri(name: object, author: str = "ann") -> str:
    return f"at://did:plc:{author}/app.bsky.feed.post/3k{name}"


def address(name: object, author: str = "ann") -> str:
    return f"https://bsky.app/profile/{author}.example/post/3k{name}"


def ref(name: object, author: str = "ann") -> Ref:
    return Ref("bsky", uri(name, author))


def post(name: object, parent: str | None = None, *, author: str = "ann", **more: Any) -> Post:
    """A post; `parent` is an id. Its number is its minute, so that posts are in order of time."""
    minute = name if isinstance(name, int) else 0
    told: dict[str, Any] = {"text": f"Words of {name} by {author}.", "created": NOON + timedelta(minutes=minute)}
    told |= {"url": address(name, author), "parent": parent} | more
    return Post(id=uri(name, author), author=f"did:plc:{author}", **told)


def line(*names: object, after: str | None = None, author: str = "ann", **more: Any) -> tuple[Post, ...]:
    """Posts that answer each other, the first one `after`."""
    posts: list[Post] = []
    for name in names:
        posts.append(post(name, after, author=author, **more))
        after = posts[-1].id
    return tuple(posts)


def author(name: str = "ann", **more: Any) -> Author:
    told: dict[str, Any] = {"handle": f"{name}.example", "name": name.title()} | more
    return Author(id=f"did:plc:{name}", network="bsky", **told)


def talk(*posts: Post, anchor: str | None = None, **more: Any) -> Conversation:
    """What a source saw; the anchor is the first post unless it is said."""
    names = sorted({post.author.removeprefix("did:plc:") for post in posts})
    told: dict[str, Any] = {"authors": tuple(author(name) for name in names), "read_at": NOON} | more
    return Conversation(network="bsky", anchor=anchor or posts[0].id, posts=posts, **told)


def own(thread: Thread) -> tuple[Post, ...]:
    return (*thread.posts, *(post for branch in thread.branches for post in branch.posts), *thread.replies_by_author)


def draft(conversation: Conversation, **more: Any) -> Draft:
    """What the service would hand to the store: every post and its public address lead to the page."""
    thread = assemble(conversation)
    refs = {thread.ref, *(Ref("bsky", post.id) for post in own(thread)), *(parse(post.url) for post in own(thread))}
    told: dict[str, Any] = {"visibility": "listed", "origin": "network", "at": NOON} | more
    private = told["visibility"] == "private"
    return Draft(
        conversation=conversation,
        thread=thread,
        shown=shown(thread),
        key=thread.ref,
        aliases=tuple(alias_of(ref, private=private) for ref in refs),
        **told,
    )


def rendered(saved: Saved, etag: str, body: bytes) -> Page:
    """A page with this as its bytes."""
    return Page(saved=saved, etag=etag, made_at=NOON, gzip=body, brotli=body[::-1])
