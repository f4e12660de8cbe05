"""Pictures of posts, shown through this site: fetched when their page was made, kept small, deleted with their page.

the page is made ──→ `gather`, beside it ──→ shown, or the page says what became of it
somebody looks before that ──→ `show` fetches it there and then
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from threading import Lock, Semaphore
from typing import Literal, Protocol

from msgspec.structs import replace

from threadleaf.core.errors import NotFound, NotNow
from threadleaf.core.pictured import addresses, faces
from threadleaf.core.terms import is_bound
from threadleaf.store.pictures import Files, Pictures
from threadleaf.store.records import Picture, Reading

AGAIN = timedelta(minutes=10)
"""So long after a server did not answer it is not asked again; then after twice that, and so on."""
LONGEST = timedelta(days=1)
"""A picture that would have to wait longer than that is given up: its server has not answered for two days."""
AT_ONCE = 2
"""So many pictures are fetched and made anew side by side."""
BATCH = 20
"""So many pictures that wait are looked up at a time."""

Level = Literal["link", "proxy", "archive"]
"""What becomes of a thread's pictures: linked · shown as long as there is room · kept as long as their page is."""
Kind = Literal["bsky", "fedi", "imports"]
LEVELS: Mapping[Kind, Level] = {"bsky": "proxy", "fedi": "proxy", "imports": "archive"}
"""The usual level by network, and of what the operator read from files. Those of X, and of saved pages with it, are linked."""

LINKED: Mapping[Kind, Level] = dict.fromkeys(LEVELS, "link")
"""The levels of an instance that shows no pictures itself."""

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

    `fetch` brings a picture from another server; `files` is where it is kept; `clock` gives the time (aware UTC);
    `levels` are those that are not the usual ones.
    """

    def __init__(
        self,
        pictures: Pictures,
        files: Files,
        fetch: Fetch,
        clock: Callable[[], datetime],
        levels: Mapping[Kind, Level] = LEVELS,
    ) -> None:
        self._pictures, self._files, self._fetch, self._clock = pictures, files, fetch, clock
        self._levels: dict[str, Level] = dict([*LEVELS.items(), *levels.items()])
        self._side_by_side = Semaphore(AT_ONCE)
        self._going: dict[str, Lock] = {}
        self._turn = Lock()

    def of(self, page: Reading) -> dict[str, Picture]:
        """The pictures of a page that this site shows itself, by what a renderer knows them by."""
        level = self._level(page)
        wanted = {} if level == "link" else dict(addresses(page.thread))
        if is_bound(page.thread.network):
            wanted = {face: face for face in faces(page.thread)}
        known = self._pictures.known(frozenset(wanted.values()))
        return {name: replace(known[url], archive=level == "archive") for name, url in wanted.items()}

    def _level(self, page: Reading) -> Level:
        network = page.thread.network
        if network not in self._levels:
            return "link"
        return self._levels["imports" if page.saved.origin == "file" else network]

    def show(self, name: str) -> bytes:
        """A picture (WebP) that stands on a page of this site.

        Raises NotFound (it stands on none, or cannot be shown), NotNow (its server does not answer), StoreError.
        """
        if self._known(name).state in ("refused", "gone"):
            raise _none(name)
        kept = self._files.get(name)
        return kept if kept is not None else self._in_turn(name, self._looked_at)

    def gather(self, stopped: Callable[[], bool]) -> None:
        """Fetch what pages show and nobody has looked at yet, one after another, until nothing waits or `stopped`.

        Each is tried once; a server that does not answer is asked again later, by another call. Raises StoreError.
        """
        tried: set[str] = set()
        while True:
            waiting = self._pictures.waiting(self._clock(), BATCH + len(tried), archives=self._files.room)
            fresh = [name for name in waiting if name not in tried]
            for name in fresh:
                if stopped():
                    return
                tried.add(name)
                with suppress(NotFound, NotNow):  # noted, and said by its page
                    self._in_turn(name, self._gathered)
            if not fresh:
                return

    def _gathered(self, picture: Picture) -> bytes:
        """A picture that waits; one that is here already is kept, if it is to be."""
        content = self._files.get(picture.name)
        return self._brought(picture) if content is None else self._put(picture, content)

    def sweep(self) -> None:
        """Delete the files of pictures that stand on no page any more."""
        self._files.keep_only(self._pictures.sweep())

    def _known(self, name: str) -> Picture:
        known = self._pictures.find(name)
        if known is None:
            raise _none(name)
        return known

    def _in_turn(self, name: str, get: Callable[[Picture], bytes]) -> bytes:
        with self._turn:
            own = self._going.setdefault(name, Lock())
        try:
            with own, self._side_by_side:
                return get(self._known(name))  # it may have been taken down meanwhile
        finally:
            with self._turn:
                self._going.pop(name, None)

    def _looked_at(self, picture: Picture) -> bytes:
        """A picture at which somebody looks, and which whoever was first may have brought by now."""
        kept = self._files.get(picture.name)
        if kept is not None:
            return kept
        if picture.state == "away" and picture.tried_at is not None and self._clock() - picture.tried_at < AGAIN:
            raise _later(picture.name)
        return self._brought(picture)

    def _brought(self, picture: Picture) -> bytes:
        now, made = self._clock(), self._fetch(picture.url)
        if made == "later":
            self._missed(picture, now)
            raise _later(picture.name)
        if isinstance(made, str):
            self._pictures.settle(picture.name, made, now)
            raise _none(picture.name)
        return self._put(picture, made.body, made.width, made.height)

    def _missed(self, picture: Picture, now: datetime) -> None:
        """Note that a server did not answer: it is asked again after twice as long as the last time, for two days."""
        waited = picture.again_at - picture.tried_at if picture.again_at and picture.tried_at else None
        pause = AGAIN if waited is None else 2 * waited
        if pause <= LONGEST:
            self._pictures.settle(picture.name, "away", now, again=now + pause)
        else:
            self._pictures.settle(picture.name, "refused", now)

    def _put(self, picture: Picture, content: bytes, width: int = 0, height: int = 0) -> bytes:
        keep = picture.archive and (picture.kept or self._files.room)
        self._files.put(picture.name, content, keep=keep)
        self._pictures.settle(picture.name, "stored", self._clock(), width=width, height=height, kept=keep)
        try:
            self._known(picture.name)
        except NotFound:  # a takedown has come in between
            self._files.drop(picture.name)
            raise
        return content


def _none(name: str) -> NotFound:
    return NotFound("There is no such picture here.", subject=name)


def _later(name: str) -> NotNow:
    return NotNow(
        "The server of this picture does not answer. Try again in some minutes.", subject=name, code="picture"
    )
