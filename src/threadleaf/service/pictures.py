"""Pictures of posts, shown through this site: fetched when somebody first looks, kept small, deleted with their page."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from itertools import islice
from threading import Lock, Semaphore
from typing import Literal, Protocol

from threadleaf.core.errors import NotFound, NotNow
from threadleaf.core.identity import own
from threadleaf.core.model import Network, Thread
from threadleaf.store.pictures import Files, Pictures
from threadleaf.store.records import Picture

AGAIN = timedelta(minutes=10)
"""So long after a server did not answer it is not asked again."""
AT_ONCE = 2
"""So many pictures are fetched and made anew side by side."""
EMOJI = 64
"""So many different custom emoji of a thread are shown; the codes of others stay as they are."""
SHOWN: frozenset[Network] = frozenset({"bsky", "fedi"})
"""The networks whose pictures are shown through this site; of others they are linked."""

_AVATAR, _SMALL_AVATAR = "https://cdn.bsky.app/img/avatar/", "https://cdn.bsky.app/img/avatar_thumbnail/"

Failure = Literal["refused", "gone", "later"]


class Made(Protocol):
    """A picture as it is shown: WebP, its size in pixels."""

    @property
    def body(self) -> bytes: ...

    @property
    def width(self) -> int: ...

    @property
    def height(self) -> int: ...


Fetch = Callable[[str], Made | Failure]
"""From the address of a picture to the picture, or why there is none."""


class Gallery:
    """The pictures of one instance. May be used from many threads at once.

    `fetch` brings a picture from another server; `files` is where it is kept; `clock` gives the time (aware UTC).
    """

    def __init__(self, pictures: Pictures, files: Files, fetch: Fetch, clock: Callable[[], datetime]) -> None:
        self._pictures, self._files, self._fetch, self._clock = pictures, files, fetch, clock
        self._side_by_side = Semaphore(AT_ONCE)
        self._going: dict[str, Lock] = {}
        self._turn = Lock()

    def of(self, thread: Thread) -> dict[str, Picture]:
        """The pictures of a thread as it may be shown that this site shows itself, by what a renderer knows them by."""
        wanted = dict(addresses(thread)) if thread.network in SHOWN else {}
        known = self._pictures.known(frozenset(wanted.values()))
        return {name: known[url] for name, url in wanted.items()}

    def show(self, name: str) -> bytes:
        """A picture (WebP) that stands on a page of this site.

        Raises NotFound (it stands on none, or cannot be shown), NotNow (its server does not answer), StoreError.
        """
        if self._known(name).state in ("refused", "gone"):
            raise _none(name)
        kept = self._files.get(name)
        return kept if kept is not None else self._fetched(name)

    def sweep(self) -> None:
        """Delete the files of pictures that stand on no page any more."""
        self._files.keep_only(self._pictures.sweep())

    def _known(self, name: str) -> Picture:
        known = self._pictures.find(name)
        if known is None:
            raise _none(name)
        return known

    def _fetched(self, name: str) -> bytes:
        with self._turn:
            own = self._going.setdefault(name, Lock())
        try:
            with own, self._side_by_side:
                # Whoever waited here may find it: somebody else was first, or it was taken down meanwhile.
                picture, kept = self._known(name), self._files.get(name)
                return kept if kept is not None else self._brought(picture)
        finally:
            with self._turn:
                self._going.pop(name, None)

    def _brought(self, picture: Picture) -> bytes:
        now = self._clock()
        if picture.state == "new" and picture.tried_at is not None and now - picture.tried_at < AGAIN:
            raise _later(picture.name)
        made = self._fetch(picture.url)
        if made == "later":
            self._pictures.settle(picture.name, "new", now)
            raise _later(picture.name)
        if isinstance(made, str):
            self._pictures.settle(picture.name, made, now)
            raise _none(picture.name)
        self._files.put(picture.name, made.body)
        self._pictures.settle(picture.name, "stored", now, width=made.width, height=made.height)
        self._known(picture.name)  # a takedown may have come in between, and then nobody sees it
        return made.body


def addresses(thread: Thread) -> Iterator[tuple[str, str]]:
    """The pictures that a thread shows: what a renderer knows each by, and where it lies. Only over https.

    Its author's, custom emoji, and those of its posts, of what it quotes and what it answers, and of linked pages. A
    renderer goes by the small picture where there are two; for a picture the large one is taken, since it is made small
    here.
    """
    if _is_secure(thread.author.avatar):
        yield thread.author.avatar, thread.author.avatar.replace(_AVATAR, _SMALL_AVATAR, 1)
    posts = (*own(thread), *thread.context, *thread.quoted)
    emoji = (span.value for post in posts for span in post.spans if span.kind == "emoji")
    for address in islice(dict.fromkeys(filter(_is_secure, emoji)), EMOJI):
        yield address, address
    for post in posts:
        for media in post.media:
            url = media.url if media.kind == "image" else media.thumb
            if _is_secure(url):
                yield media.thumb or media.url, url
        if post.card is not None and _is_secure(post.card.thumb):
            yield post.card.thumb, post.card.thumb


def _is_secure(address: str) -> bool:
    return address.startswith("https://")


def _none(name: str) -> NotFound:
    return NotFound("There is no such picture here.", subject=name)


def _later(name: str) -> NotNow:
    return NotNow(
        "The server of this picture does not answer. Try again in some minutes.", subject=name, code="picture"
    )
