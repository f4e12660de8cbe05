"""Threads made by hand, so that the renderers are tested without the parts that assemble them.

`post(1)` is the author's first post and answers nobody, `post(2)` answers it, and so on; `everything()` has one of
each thing that a thread can have.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from threadleaf.core.model import (
    Article,
    Author,
    Branch,
    Card,
    Completeness,
    Counter,
    Gap,
    Media,
    Note,
    Numbering,
    Option,
    Paragraph,
    Part,
    Piece,
    Poll,
    Post,
    Quote,
    Reading,
    Ref,
    Span,
    Thread,
)

START = datetime(2026, 5, 3, 9, 12, tzinfo=UTC)
READ = datetime(2026, 5, 3, 14, 2, tzinfo=UTC)
ADA = Author(
    id="did:plc:ada", network="bsky", handle="ada.example", name="Ada Weir", url="https://bsky.app/profile/did:plc:ada"
)
JEAN = Author(
    id="did:plc:jean", network="bsky", handle="jean.example", name="Jean", url="https://bsky.app/profile/did:plc:jean"
)
NAMELESS = Author(id="did:plc:nobody", network="bsky")


def name(key: str, author: Author = ADA) -> str:
    """The id of a post by its key."""
    return f"at://{author.id}/app.bsky.feed.post/{key}"


def post(key: int | str, text: str = "", *, author: Author = ADA, **fields: Any) -> Post:
    """A post. A number for a key gives the post before it as parent, and its minute; fields override both."""
    known: dict[str, Any] = {"url": f"https://bsky.app/profile/{author.id}/post/{key}", "langs": ("en",)}
    if isinstance(key, int):
        known["created"] = START + timedelta(minutes=key)
        known["parent"] = name(str(key - 1)) if key > 1 else None
        known["parent_author"] = ADA.id if key > 1 else None
    return Post(id=name(str(key), author), author=author.id, text=text or f"Post {key}.", **known | fields)


def media_only(key: int, *media: Media, **fields: Any) -> Post:
    """A post without words."""
    from msgspec.structs import replace

    return replace(post(key, "x", **fields), text="", media=media)


def mark(text: str, part: str, kind: Any, value: str = "") -> Span:
    """A span over the first occurrence of `part`."""
    start = text.index(part)
    return Span(start=start, end=start + len(part), kind=kind, value=value)


def whole(*posts: Post) -> Article:
    """An article with a paragraph for each post."""
    return Article(paragraphs=tuple(Paragraph(pieces=(piece(one),)) for one in posts))


def piece(post: Post, start: int = 0, end: int | None = None, glue: str = "") -> Piece:
    """A piece of a post, by default all of it."""
    return Piece(post=post.id, start=start, end=len(post.text) if end is None else end, glue=glue)


def thread(*posts: Post, state: Any = "complete", **fields: Any) -> Thread:
    """A thread of posts on one line; `completeness` may be given as a dict of its fields."""
    completeness = {"state": state, "posts": len(posts), "ends_reached": state == "complete", "read_at": READ}
    known: dict[str, Any] = {
        "ref": Ref("bsky", posts[0].id),
        "network": "bsky",
        "url": posts[0].url,
        "title": "Why tidal mills worked better at night",
        "author": ADA,
        "authors": (ADA, JEAN, NAMELESS),
        "article": whole(*posts),
    }
    completeness |= fields.pop("completeness", {})
    return Thread(posts=posts, completeness=Completeness(**completeness), **known | fields)


def counted(*posts: Post, numbers: Sequence[int], **fields: Any) -> Numbering:
    """Numbers at the start of posts; 0 for a post without one."""
    found = tuple(
        Counter(post=one.id, start=0, end=2, number=number)
        for one, number in zip(posts, numbers, strict=True)
        if number
    )
    return Numbering(kind="posts", style="n/", at="start", found=found, **fields)


LEDGER = Media(
    kind="image",
    url="https://cdn.example/ledger.jpg",
    alt="A ledger with two columns of hours,\nsome in red.",
    width=1200,
    height=800,
)
WHEEL = Media(kind="video", url="https://cdn.example/wheel.mp4", width=16, height=9)


def everything() -> Thread:
    """One thread with a gap, branches, context, quotes, pictures, a poll, a card, warnings, replies and parts."""
    one = "A tide mill has two working windows a day. See example.com/mills and @jean.example, it is *great* & <b>."
    first = post(
        1,
        one,
        parent=name("q1", JEAN),
        parent_author=JEAN.id,
        spans=(
            mark(one, "example.com/mills", "link", "https://example.com/mills?a=1&b=2"),
            mark(one, "@jean.example", "mention", "https://bsky.app/profile/did:plc:jean"),
        ),
    )
    second = post(2, "It is not the moon, and it is not superstition about the moon: cold stones")
    third = post(3, "… grind cooler.\n\nAnd cool flour keeps its smell.", edited=START + timedelta(hours=1))
    fourth = post(4, "Here is the ledger page.", media=(LEDGER, WHEEL), quote=Quote(id=name("s1", JEAN)))
    fifth = post(5, "What do you think?", poll=poll(), card=card())
    seventh = post(7, "Which leaves a question.", warning="Millers’ accidents", media=(LEDGER,))
    eighth = post(
        8, "Jean asks about silt.\nYes.", parent=name("q2", JEAN), parent_author=JEAN.id, sensitive=True, media=(WHEEL,)
    )
    posts = (first, second, third, fourth, fifth, seventh, eighth)
    ellipsis = third.text.index("g")
    article = Article(
        paragraphs=(
            Paragraph(pieces=(piece(first),)),
            Paragraph(pieces=(piece(second), piece(third, ellipsis, third.text.index("\n"), " "))),
            Paragraph(pieces=(piece(third, third.text.index("And")),)),
            *(Paragraph(pieces=(piece(one),)) for one in posts[3:]),
        )
    )
    return thread(
        *posts,
        state="incomplete",
        article=article,
        branches=branches(),
        gaps=(Gap(after=fifth.id, before=seventh.id, id=name("6"), says="not-found"),),
        context=(
            post("q1", "The stone must never be warmer than the hand that feeds it.", author=JEAN),
            post("q2", "And the silt?", author=JEAN, parent=seventh.id),
            post("q3", "Which book?", author=JEAN, parent=fifth.id),
            post("q4", "Nobody answered this.", author=JEAN, parent=fifth.id),
        ),
        quoted=(post("s1", "Flour is a living thing.", author=JEAN, quote=Quote(id="s2", url="https://bsky.app/s2")),),
        replies_by_author=(
            post("r1", "The miller's own.", parent=name("q3", JEAN), parent_author=JEAN.id),
            post("r2", "And another.", parent=name("r1")),
            post("r3", "To somebody unseen.", parent=name("q9", JEAN), parent_author=JEAN.id),
        ),
        parts=(
            Part(id=name("p1"), url="https://bsky.app/profile/did:plc:ada/post/p1", title="Water", where="earlier"),
            Part(id=first.id, url=first.url),
            Part(id=name("p3"), title="Wind", where="later"),
        ),
        readings=(Reading(author=JEAN.id, id=name("q1", JEAN)),),
        completeness={
            "missing": 1,
            "branch_posts": 3,
            "announced": 8,
            "reported": 8,
            "ends_reached": False,
            "open_ends": (eighth.id,),
            "notes": (Note(kind="doubled-posts", n=1),),
        },
    )


def branches() -> tuple[Branch, ...]:
    """An afterthought of two posts, and a branch that leaves it."""
    after = [post(f"a{i}", f"After {i}.", created=START + timedelta(hours=2 + i), parent=name("3")) for i in (0, 1)]
    deep = post("d0", "Deeper.", created=START + timedelta(days=3), parent=after[0].id)
    return (Branch(at=name("3"), posts=tuple(after)), Branch(at=after[0].id, posts=(deep,)))


def poll() -> Poll:
    """A poll that is still open."""
    options = (Option(title="Salt", votes=31), Option(title="Fresh", votes=19), Option(title="Later"))
    return Poll(options=options, voters=50, ends=START + timedelta(days=1))


def card() -> Card:
    """The preview of a link."""
    return Card(url="https://www.example.com/mills", title="Mills of the estuary", description="A short history.")
