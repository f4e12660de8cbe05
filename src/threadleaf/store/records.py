"""What the store takes and gives: plain data, no database."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Literal

from msgspec import Struct

from threadleaf.core.errors import ThreadleafError
from threadleaf.core.found import Excerpt
from threadleaf.core.model import Conversation, Network, Ref, State, Thread
from threadleaf.core.wishes import NOBODY, OptOut
from threadleaf.store.aliases import Alias

PageVisibility = Literal["listed", "unlisted", "private"]
"""Who sees a page: everybody in lists · whoever has the address · whoever has the secret address `/p/…`."""

Removal = Literal["author", "operator", "law", "network"]
"""Why a page was taken down: its author's wish, the operator's decision, the law, or gone where it was posted."""

Origin = Literal["network", "file"]
"""Where a thread was read: live from its network, or from saved answers and pages."""

View = Literal["article", "posts"]

Order = Literal["newest", "relevance"]
"""Of what was found: by the time of posting, or by how well it fits."""


class Saved(Struct, frozen=True, kw_only=True):
    """What is known about a kept page without reading it.

    `number` grows with every new page. `key` is the post that gave the page its address, `path` that address on our
    site: both are given once. `title`, `author_handle`, `author_name`, `posts` (main line) and `state` are those of
    the thread as it may be shown. `checked_at` is when it was last read, `etag` changes with whatever a page shows,
    `revision` with every save.
    """

    number: int
    key: Ref
    path: str
    title: str
    author_id: str
    author_handle: str
    author_name: str
    lang: str
    posts: int
    state: State
    visibility: PageVisibility
    origin: Origin
    created_at: datetime
    checked_at: datetime
    first_posted: datetime | None
    last_posted: datetime | None
    etag: str
    revision: int

    @property
    def network(self) -> Network:
        return self.key.network


class Kept(Struct, frozen=True):
    """A kept page and what was seen when it was read."""

    saved: Saved
    conversation: Conversation


PictureState = Literal["new", "stored", "away", "refused", "gone"]
"""Not asked for yet · here · its server did not answer · not a picture that we show (too large, not readable) · no longer
where it was."""


class Picture(Struct, frozen=True, kw_only=True):
    """A picture as this site shows it: at `/media/NAME`; `url` is where it comes from.

    `width` and `height` in pixels, 0 while unknown. `archive`: a page wants it kept as long as it is there itself;
    `kept` says that it is. `tried_at` is when it was last asked for; `again_at` is when to ask by ourselves, None: never.
    """

    name: str
    url: str
    state: PictureState = "new"
    width: int = 0
    height: int = 0
    archive: bool = False
    kept: bool = False
    tried_at: datetime | None = None
    again_at: datetime | None = None


class Reading(Struct, frozen=True):
    """A kept page and its thread; `pictures`, by their addresses, are those that this site shows itself. `indexed` is what
    its author, or else the operator, said of search engines; None: nobody said anything."""

    saved: Saved
    thread: Thread
    pictures: Mapping[str, Picture] = {}
    indexed: bool | None = None


Asker = Literal["operator", "author", "summoned", "anyone"]
"""Of what kind somebody is who asks for a thread: the operator, the thread's own author by the bot, another
person who calls it, anybody else."""


class Unroll(Struct, frozen=True, kw_only=True):
    """Something that was asked to be unrolled, and how it stands.

    `id` is 128 random bits. `ref` is what was asked for, None when it is done; `level` who shall see its page. If it
    was kept, `path` leads to its page (empty if that is gone) and `anchor` to the post that was asked for. If it was
    not, `error` says why. `asker` is of what kind the first one was who asked, which says nothing about who that was.
    """

    id: str
    network: Network
    ref: Ref | None
    level: PageVisibility
    asked_at: datetime
    finished_at: datetime | None = None
    path: str = ""
    anchor: str = ""
    error: ThreadleafError | None = None
    asker: Asker = "anyone"


class Page(Struct, frozen=True):
    """A rendered page as it is served: packed by gzip and by brotli, the tag of what is inside, when it was made."""

    saved: Saved
    etag: str
    made_at: datetime
    gzip: bytes
    brotli: bytes


class OptOuts(Struct, frozen=True):
    """Those of some people who stand on our opt-out list, by id; `revision` says which state of the list this is."""

    people: Mapping[str, OptOut] = NOBODY
    revision: int = 0


class Draft(Struct, frozen=True, kw_only=True):
    """A thread about to be kept.

    `thread` is stored whole, `shown` is the same thread as it may be shown (what lists tell comes from there).
    `key` gives a new page its address; `aliases` is everything that leads to the page. `based_on` are the kept pages
    that went into it, as they were then. `at` is the time of the reading. `quiet`: a wish keeps it out of lists;
    `opt_outs` is the revision of the opt-out list by which `shown` was made.
    """

    conversation: Conversation
    thread: Thread
    shown: Thread
    key: Ref
    aliases: tuple[Alias, ...]
    visibility: PageVisibility
    origin: Origin
    at: datetime
    based_on: tuple[Saved, ...] = ()
    quiet: bool = False
    opt_outs: int = 0


class Person(Struct, frozen=True, kw_only=True):
    """Somebody who wrote threads that are kept; `threads` is how many of them whoever asks may see in lists."""

    network: Network
    id: str
    handle: str
    name: str
    threads: int


class Hit(Struct, frozen=True):
    """A thread that was found, and where in it."""

    saved: Saved
    excerpt: Excerpt


class Results(Struct, frozen=True, kw_only=True):
    """One page of what was found.

    `total` counts all of it, up to a limit: then there are `more` than that. `next` is where the next page starts,
    None if this is the last. `people` are authors of such a handle or name.
    """

    hits: tuple[Hit, ...]
    total: int
    more: bool = False
    next: int | None = None
    people: tuple[Person, ...] = ()


class Listing(Struct, frozen=True):
    """One page of a list. `total` counts the whole list; `next` is where the next page starts, None if this is the last."""

    pages: tuple[Saved, ...]
    total: int
    next: int | None = None


class Topic(Struct, frozen=True):
    """One of the authors' own tags: as two spellings of it are equal, as it is written, and on how many threads."""

    tag: str
    name: str
    threads: int
