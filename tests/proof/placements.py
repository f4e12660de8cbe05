"""Hostile texts in every place of our pages that takes a text from outside, many on one page.

Each placement has a number of its own, from which its text and its slot are known again.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from urllib.parse import quote

from msgspec.structs import replace

from tests.proof.vectors import numbered
from threadleaf.config import Settings
from threadleaf.core.assemble import assemble
from threadleaf.core.errors import Unreadable
from threadleaf.core.model import Author, Card, Conversation, Media, Option, Poll, Post, Quote, Ref, Span, Thread
from threadleaf.render import Show, Shown
from threadleaf.store.records import Reading, Saved, View
from threadleaf.web import heads, shell

ORIGIN = "https://threads.example.org"
SETTINGS = Settings(public_origin=ORIGIN)
SLOTS = (
    *("body", "display name", "handle", "bio", "alt text", "content warning", "card title", "card text", "hashtag"),
    *("emoji code", "poll option", "quoted text", "thread title", "uploaded file name"),
)
VIEWS: tuple[View, ...] = ("article", "posts")
ON_A_PAGE = 200
START = datetime(2026, 5, 3, 9, 12, tzinfo=UTC)
ADA = "did:plc:adaadaadaadaadaadaadaada"


class Sheet(NamedTuple):
    """A page, and how many placements stand on it."""

    name: str
    html: str
    placements: int


def number(index: int, slot: str) -> int:
    return index * len(SLOTS) + SLOTS.index(slot)


def where(found: int, vectors: Sequence[str]) -> str:
    """What stands at a placement, for whoever reads that a proof failed."""
    index, slot = divmod(found, len(SLOTS))
    return f"{SLOTS[slot]}: {vectors[index] if index < len(vectors) else '?'!r}"


def uri(key: str) -> str:
    return f"at://{ADA}/app.bsky.feed.post/3k{key.rjust(11, 'z')}"


def person(name: str, handle: str, bio: str, who: str, address: str = "") -> Author:
    return Author(id=who, network="bsky", name=name, handle=handle, bio=bio, url=address, avatar=address)


def _is_warned(index: int) -> bool:
    """Most are: what stands behind a warning is not joined with what follows, and the others are to be joined, too."""
    return index % 4 != 3


def placed(vector: str, index: int) -> tuple[Post, Post, Author]:
    """A post with the vector in each of its slots and in each of its addresses; the post it quotes, and whose that is."""

    def at(slot: str) -> str:
        return numbered(vector, number(index, slot))

    body, tag, emoji = at("body"), at("hashtag"), at("emoji code")
    text = f"{body}\n#{tag}\n:{emoji}:"
    address = (body, f"https://x.example/{body}", f"https://x.example/{quote(body)}")[index % 3]
    after = len(body) + 2
    spans = (
        Span(start=0, end=len(body), kind="link", value=address),
        Span(start=after, end=after + len(tag), kind="tag", value=tag),
        Span(start=after + len(tag) + 1, end=len(text), kind="emoji", value=address),
    )
    options = (Option(title=at("poll option"), votes=1), Option(title="other", votes=2))
    theirs = f"did:plc:they{index}"
    quoted = Post(id=f"at://{theirs}/app.bsky.feed.post/3kq", author=theirs, text=at("quoted text"), url=address)
    post = Post(
        id=uri(str(index)),
        author=ADA,
        text=text,
        spans=spans,
        url=address,
        created=START + timedelta(minutes=index),
        langs=(body,),
        media=(Media(kind="image", url=address, thumb=address, alt=at("alt text"), width=4, height=3),),
        card=Card(url=address, title=at("card title"), description=at("card text"), thumb=address),
        poll=Poll(options=options),
        quote=Quote(id=quoted.id, url=address, author=theirs),
        warning=at("content warning") if _is_warned(index) else "",
        labels=(body,),
    )
    return post, quoted, person(at("display name"), at("handle"), at("bio"), theirs, address)


def threaded(vectors: Iterable[tuple[int, str]]) -> Thread:
    """One thread, a post for each vector."""
    found = [placed(vector, index) for index, vector in vectors]
    posts: list[Post] = []
    for post, _, _ in found:
        parent = posts[-1] if posts else None
        posts.append(replace(post, parent=parent.id, parent_author=ADA) if parent else post)
    authors = (person("Ada Weir", "ada.example", "", ADA), *(author for _, _, author in found))
    return assemble(
        Conversation(
            network="bsky",
            anchor=posts[-1].id,
            posts=tuple(posts),
            authors=authors,
            quoted=tuple(quoted for _, quoted, _ in found),
            read_at=START,
        )
    )


def saved(index: int, title: str, author: str = "Ada Weir") -> Saved:
    key = Ref("bsky", uri(str(index)))
    named = {"author_id": ADA, "author_handle": "ada.example", "author_name": author, "lang": "en"}
    how = {"state": "complete", "visibility": "listed", "origin": "network", "etag": "1", "posts": 1, "revision": 1}
    when = dict.fromkeys(("created_at", "checked_at", "first_posted", "last_posted"), START)
    path = f"/t/bsky/ada.example/3k{index}"
    return Saved(number=index, key=key, path=path, title=title, **named, **how, **when)  # type: ignore[arg-type]


SHOWN: tuple[Shown | None, ...] = (
    Shown("/media/a", 4, 3),
    Shown("/media/b"),
    Shown("/media/c", state="refused"),
    Shown("/media/d", state="gone"),
    None,
)
"""What may have become of a picture."""


def pictured(address: str) -> Shown | None:
    """A picture of any address; the texts that describe it stand in attributes where it is shown."""
    return SHOWN[len(address) % len(SHOWN)]


def reading_page(thread: Thread, view: View, show: Show = pictured) -> str:
    """The page of a thread, with everything that stands in its head."""
    reading = Reading(saved(1, thread.title), thread)
    return shell.thread(reading, view, origin=ORIGIN, head=heads.head(reading, SETTINGS), refreshes=True, media=show)


def batches(vectors: Sequence[str], size: int = ON_A_PAGE) -> Iterator[list[tuple[int, str]]]:
    numbers = list(enumerate(vectors))
    yield from (numbers[at : at + size] for at in range(0, len(numbers), size))


def home(entries: Sequence[Saved], typed: str = "") -> str:
    """The front page, with what was typed into its box, which is also what is wrong with it."""
    levels = {"levels": [], "may_list": False, "fleeting": False}
    return shell.home(entries, address=typed, sentence=typed, unrolls=True, reads="", token="", levels=levels)


def listed(batch: Sequence[tuple[int, str]]) -> str:
    """The front page with titles of threads, what was typed into its box, and what is wrong with that."""
    entries = [saved(index, numbered(text, number(index, "thread title"))) for index, text in batch]
    index, text = batch[0]
    typed = numbered(text, number(index, "thread title"))
    return home(entries, typed)


def refused(batch: Sequence[tuple[int, str]]) -> str:
    """What is said about files that cannot be read: their pages, as the middle of one."""
    pages = []
    for index, text in batch:
        name = numbered(text, number(index, "uploaded file name"))
        error = Unreadable(f"The file {name} cannot be read.", subject=name)
        pages.append(shell.message("That cannot be read", error.sentence, name))
    first, middle = pages[0].split("<main>", 1)[0], [page.split("<main>", 1)[1] for page in pages]
    end = pages[0].rsplit("</main>", 1)[1]
    return f"{first}<main>{''.join(page.rsplit('</main>', 1)[0] for page in middle)}</main>{end}"


def sheets(vectors: Sequence[str], size: int = ON_A_PAGE, show: Show = pictured) -> Iterator[Sheet]:
    """All pages. Every placement stands on one of them, those of a post in both views."""
    in_posts = len(SLOTS) - 3
    for batch in batches(vectors, size):
        thread = threaded(batch)
        assert len(thread.posts) == len(batch)
        first = batch[0][0]
        for view in VIEWS:
            counted = sum(in_posts + _is_warned(index) for index, _ in batch) if view == "posts" else 0
            yield Sheet(f"{first} {view}", reading_page(thread, view, show), counted)
        yield Sheet(f"{first} list", listed(batch), len(batch))
        yield Sheet(f"{first} files", refused(batch), len(batch))


HARMLESS = (
    "Plain words.",
    "https://x.example/a",
    "Two lines:\nhttps://x.example/a\n\n• and a list",
    "1/ נייר",
    "",
    "x" * 200,
)
"""What pages may consist of is what they consist of with these."""


def harmless() -> Iterator[Sheet]:
    """The twins of the pages, with nothing hostile in them."""
    for text in HARMLESS:
        for shown in SHOWN:
            yield from sheets([text or "x"] * 5, 5, lambda _, shown=shown: shown)
        yield from sheets([text or "x"], 1)
    yield from sheets(["Many."] * ON_A_PAGE)


def opened(text: str) -> str:
    """A page in which one slot, the author's handle, has no escaping: the proofs must see what comes of it."""
    page = next(harmless()).html
    assert "<bdi>@ada.example</bdi>" in page
    return page.replace("<bdi>@ada.example</bdi>", f"<bdi>@{text}</bdi>", 1)
