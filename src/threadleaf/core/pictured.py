"""The pictures that a thread shows: what a renderer knows each by, and where it lies."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING

from threadleaf.core.identity import everything

if TYPE_CHECKING:
    from threadleaf.core.model import Thread

EMOJI = 64
"""So many different custom emoji of a thread are shown; the codes of others stay as they are."""

_AVATAR, _SMALL_AVATAR = "https://cdn.bsky.app/img/avatar/", "https://cdn.bsky.app/img/avatar_thumbnail/"


def addresses(thread: Thread) -> Iterator[tuple[str, str]]:
    """The pictures that a thread shows: what a renderer knows each by, and where it lies. Only over https.

    Its author's, custom emoji, and those of its posts, of what it quotes and what it answers, and of linked pages. A
    renderer goes by the small picture where there are two; for a picture the large one is taken, since it is made small
    here.
    """
    if _is_secure(thread.author.avatar):
        yield thread.author.avatar, thread.author.avatar.replace(_AVATAR, _SMALL_AVATAR, 1)
    posts = tuple(everything(thread))
    named = (span for author in (thread.author, *thread.authors) for span in author.name_spans)
    marked = (*named, *(span for post in posts for span in post.spans))
    emoji = (span.value for span in marked if span.kind == "emoji")
    for address in islice(dict.fromkeys(filter(_is_secure, emoji)), EMOJI):
        yield address, address
    for post in posts:
        for media in post.media:
            url = media.url if media.kind == "image" else media.thumb
            if _is_secure(url):
                yield media.thumb or media.url, url
        if post.card is not None and _is_secure(post.card.thumb):
            yield post.card.thumb, post.card.thumb


def faces(thread: Thread) -> Iterator[str]:
    """The pictures of the people in a thread, which X wants beside their posts. Only over https."""
    yield from dict.fromkeys(filter(_is_secure, (author.avatar for author in (thread.author, *thread.authors))))


def _is_secure(address: str) -> bool:
    return address.startswith("https://")
