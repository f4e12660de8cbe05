"""What the interface for programs takes and gives. The OpenAPI document is made from these types."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from msgspec import Meta, Struct

from threadleaf.core import ref as refs
from threadleaf.core.model import Network, State, Thread
from threadleaf.core.terms import is_bound
from threadleaf.service.levels import Level
from threadleaf.store.records import Origin, PageVisibility, Saved
from threadleaf.web.problems import Problem
from threadleaf.web.site import LONGEST


class Writer(Struct, frozen=True, kw_only=True):
    """Whose thread it is. `id` is the network's stable name of the account; the handle may change."""

    id: str
    handle: str
    name: str


class Page(Struct, frozen=True, kw_only=True):
    """What is known of a kept page without reading it.

    `path` is its one address on this site, `url` the same with the site's origin (the same as `path` where the site
    has none), `original` the address of the first post on its network, empty if it is not known. `network` and `id`
    name that post. `posts` counts the main line; `state` is what can be said about completeness. `visibility` is who
    sees the page, `origin` where it was read: live from its `network` or from a `file`. Times are in UTC. `only_ids`: X's
    terms let programs have no more than ids and addresses, so titles, names and texts are empty, also those of its thread.
    """

    path: str
    url: str
    original: str
    network: Network
    id: str
    title: str
    author: Writer
    lang: str
    posts: int
    state: State
    visibility: PageVisibility
    origin: Origin
    kept_at: datetime
    checked_at: datetime
    first_posted: datetime | None
    last_posted: datetime | None
    only_ids: bool = False


class Found(Struct, frozen=True, kw_only=True):
    """A page and its whole thread, in the form of docs/json.md."""

    page: Page
    thread: Thread


class Listing(Struct, frozen=True, kw_only=True):
    """Pages, newest first. The `Link` header has the address of the next ones, `rel="next"`, if there are more."""

    threads: tuple[Page, ...]


class Hit(Struct, frozen=True, kw_only=True):
    """A page that was found, and where: `text` is from the post with the id `post`.

    `marks` are the ranges `[start, end)` of `text` that were looked for, in code points.
    """

    page: Page
    post: str
    text: str
    marks: tuple[tuple[int, int], ...]


class Hits(Struct, frozen=True, kw_only=True):
    """What was found. `total` counts all of it, up to a limit: then there is `more`."""

    hits: tuple[Hit, ...]
    total: int
    more: bool


class Unrolling(Struct, frozen=True, kw_only=True):
    """How an unroll stands.

    `number` names it; it is empty where the thread was there already. `phase`: it is `waiting` for its turn, behind
    `ahead` others; somebody is `reading`; it is `done`, and the thread is at `path`; or it `failed`, and `problem`
    says why.
    """

    phase: Literal["waiting", "reading", "done", "failed"]
    number: str = ""
    path: str = ""
    ahead: int = 0
    problem: Problem | None = None


class Order(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What to unroll: the address of any post of the thread, and who shall see its page.

    `visibility` is `listed` (everybody, in lists), `unlisted` (whoever has the address), `private` (whoever has a
    secret address) or `live` (shown for an hour and not kept); empty for what is usual here. Where it may not be
    chosen, the next narrower one is taken.
    """

    address: Annotated[
        str, Meta(min_length=1, max_length=LONGEST, examples=["https://bsky.app/profile/ada.example/post/3k"])
    ]
    visibility: Level | Literal[""] = ""


def page_of(saved: Saved, origin: str, *, bound: bool = False) -> Page:
    """A kept page as it is told; `origin` is that of the site, empty if it has none.

    `bound`: of X no more than its terms let programs have.
    """
    bare = bound and is_bound(saved.network)
    return Page(
        path=saved.path,
        url=origin + saved.path,
        original=refs.address(saved.key),
        network=saved.network,
        id=saved.key.id,
        title="" if bare else saved.title,
        author=Writer(
            id=saved.author_id,
            handle="" if bare else saved.author_handle,
            name="" if bare else saved.author_name,
        ),
        lang=saved.lang,
        posts=saved.posts,
        state=saved.state,
        visibility=saved.visibility,
        origin=saved.origin,
        kept_at=saved.created_at,
        checked_at=saved.checked_at,
        first_posted=saved.first_posted,
        last_posted=saved.last_posted,
        only_ids=bare,
    )
