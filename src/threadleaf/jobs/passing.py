"""Threads that are shown and not kept: in memory, for an hour, and nowhere else."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from datetime import datetime, timedelta
from secrets import token_urlsafe
from threading import Lock

from msgspec import Struct
from msgspec.structs import replace

from threadleaf.core.errors import ThreadleafError
from threadleaf.core.model import Ref, Thread
from threadleaf.store.codec import pack, unpack
from threadleaf.store.records import Asker, Reading, Saved

SHOWN = timedelta(hours=1)
"""So long a thread is shown that is not kept."""
LIVE = "/live/"
"""Where such threads are shown; what follows is the secret."""

_MOST = 32 * 1024 * 1024
_MOST_ENTRIES = 1000


class Passed(Struct, frozen=True, kw_only=True):
    """A look at a thread. `id` is 128 random bits; `packed` the thread when it was read, `error` why it was not.

    `asker` is of what kind the first one was who asked. `page` is its path if it was kept after all.
    """

    id: str
    ref: Ref
    page: str = ""
    asked_at: datetime
    packed: bytes = b""
    error: ThreadleafError | None = None
    asker: Asker = "anyone"

    @property
    def waits(self) -> bool:
        return not self.packed and self.error is None

    @property
    def path(self) -> str:
        """Where it is shown."""
        return self.page or LIVE + self.id

    @property
    def thread(self) -> Thread:
        return unpack(self.packed, Thread)


class Passing:
    """The shelf. It holds at most 32 MiB and drops the oldest first. `clock` gives the time, aware UTC."""

    def __init__(self, clock: Callable[[], datetime], most: int = _MOST) -> None:
        self._clock, self._most = clock, most
        self._lock = Lock()
        self._shelf: OrderedDict[str, Passed] = OrderedDict()

    def begin(self, ref: Ref, fresh: timedelta, most: int, asker: Asker = "anyone") -> tuple[Passed | None, bool]:
        """A look at a thread, and whether it is a new one: who asks for the same gets the same while it is fresh.

        None if `most` wait already.
        """
        now = self._clock()
        with self._lock:
            self._drop_old(now)
            for passed in self._shelf.values():
                if passed.ref == ref and passed.error is None and now - passed.asked_at < fresh:
                    return passed, False
            if sum(passed.waits for passed in self._shelf.values()) >= most:
                return None, False
            passed = Passed(id=token_urlsafe(16), ref=ref, asked_at=now, asker=asker)
            self._shelf[passed.id] = passed
            return passed, True

    def get(self, number: str) -> Passed | None:
        """A look by its id; None if there is none, or its hour is over."""
        with self._lock:
            self._drop_old(self._clock())
            return self._shelf.get(number)

    def done(self, number: str, thread: Thread, page: str = "") -> None:
        self._change(number, packed=pack(thread), page=page)

    def failed(self, number: str, error: ThreadleafError) -> None:
        self._change(number, error=error)

    def _change(self, number: str, **how: object) -> None:
        with self._lock:
            if number in self._shelf:
                self._shelf[number] = replace(self._shelf[number], **how)
            while sum(len(passed.packed) for passed in self._shelf.values()) > self._most:
                self._shelf.popitem(last=False)

    def _drop_old(self, now: datetime) -> None:
        """The shelf is in order of time."""
        while self._shelf:
            oldest = next(iter(self._shelf.values()))
            if now - oldest.asked_at < SHOWN and len(self._shelf) < _MOST_ENTRIES:
                return
            del self._shelf[oldest.id]


def reading(passed: Passed, thread: Thread) -> Reading:
    """A look as if its thread had a page: a private one, which has no number."""
    author = thread.author
    saved = Saved(
        number=0,
        key=thread.ref,
        path=passed.path,
        title=thread.title,
        author_id=author.id,
        author_handle=author.handle,
        author_name=author.name,
        lang=next(iter(thread.posts[0].langs), ""),
        posts=len(thread.posts),
        state=thread.completeness.state,
        visibility="private",
        origin="network",
        created_at=passed.asked_at,
        checked_at=passed.asked_at,
        first_posted=None,
        last_posted=None,
        etag="",
        revision=0,
    )
    return Reading(saved, thread)
