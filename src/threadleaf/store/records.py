"""What the store takes and gives: plain data, no database."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Literal

from msgspec import Struct

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


class Reading(Struct, frozen=True):
    """A kept page and its thread."""

    saved: Saved
    thread: Thread


class Page(Struct, frozen=True):
    """A rendered page as it is served: gzip bytes and their entity tag."""

    saved: Saved
    etag: str
    body: bytes


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
