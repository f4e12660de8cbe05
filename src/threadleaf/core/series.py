"""Parts of a series: threads of one author that quote or link each other (rules §3.6)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from threadleaf.core import counters
from threadleaf.core.model import Numbering, Part
from threadleaf.core.title import title

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from threadleaf.core.model import Post


def parts(main: Sequence[Post], quoted: Mapping[str, Post]) -> tuple[Part, ...]:
    """The neighbours of this thread in a series, in order, with itself between them; empty if it stands alone.

    The first post quotes the author's own earlier thread, or the last one quotes or links a later one. A post that
    is quoted counts as a thread if it shows so itself: by an answer, a number, or by answering a post of its own.
    A quoted post of this very thread is no part (a cycle).
    """
    own = {post.id for post in main}
    earlier = _quoted_thread(main[0], quoted, own)
    later = _quoted_thread(main[-1], quoted, own) if len(main) > 1 else None
    if earlier is None and later is None:
        return ()
    here = Part(id=main[0].id, url=main[0].url, where="here")
    before = [_part(earlier, "earlier")] if earlier else []
    after = [_part(later, "later")] if later and later != earlier else []
    return (*before, here, *after)


def _quoted_thread(post: Post, quoted: Mapping[str, Post], own: set[str]) -> Post | None:
    found = quoted.get(post.quote.id) if post.quote and post.quote.id not in own else None
    if found is None or found.author != post.author:
        return None
    shows = found.replies or found.parent or counters.candidates(found.text) or "\U0001f9f5" in found.text
    return found if shows else None


def _part(post: Post, where: str) -> Part:
    return Part(
        id=post.id, url=post.url, title=title(post, Numbering()), where="earlier" if where == "earlier" else "later"
    )
