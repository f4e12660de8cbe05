"""What the service is given and what it answers: plain data."""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct

from threadleaf.core.errors import NotFound
from threadleaf.core.limits import MOST_BYTES, MOST_LEVELS, MOST_POSTS
from threadleaf.core.model import Conversation, Thread
from threadleaf.store.records import PageVisibility, Reading, Saved, View

Decide = Callable[[Conversation, Thread], PageVisibility | None]
"""Says of what was read, and the thread in it, who sees its page; None: nobody, it is not kept. May raise Refused."""


class Limits(Struct, frozen=True, kw_only=True):
    """The largest thread that is read: posts and bytes of saved answers and pages, levels of replies of any thread.

    How much is asked of a network, `Scope.posts` and the driver say: there a limit makes a shorter thread.
    """

    posts: int = MOST_POSTS
    bytes: int = MOST_BYTES
    levels: int = MOST_LEVELS


class Renderer(Struct, frozen=True):
    """What makes a page of a thread in a view and a language of the interface (BCP 47), and its version.

    With another version every page is made anew.
    """

    make: Callable[[Reading, View, str], str]
    made_by: str


class Unrolled(Struct, frozen=True):
    """A thread as it may be shown. `path` is its address on our site; `saved` its page there, None if it has none."""

    thread: Thread
    path: str
    saved: Saved | None = None


class Removed(Struct, frozen=True):
    """Pages that were taken down.

    `scrubbed` is False if a reader kept some of their bytes in use: they are gone after `Store.scrub` succeeds, or
    when the store is closed.
    """

    pages: tuple[Saved, ...]
    scrubbed: bool


def no_page(address: str) -> NotFound:
    """What is said where no page of a thread is kept."""
    return NotFound("There is no page of this thread here. It may not have been unrolled yet.", subject=address)
