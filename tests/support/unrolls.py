"""A list of unrolls in memory, with the face of `threadleaf.store.unrolls.Unrolls`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from itertools import count
from typing import Any

from msgspec.structs import replace

from threadleaf.core.errors import ThreadleafError
from threadleaf.core.model import Ref
from threadleaf.store.records import Asker, PageVisibility, Unroll


class Held:
    """Nobody's thread waits for its author."""

    def expire(self, now: datetime) -> None:
        """Nothing is held that could be."""

    def agreed(self) -> Sequence[Any]:
        return ()


class Unrolls:
    """`path` gives the path of the page with a number."""

    def __init__(self, path: Callable[[int], str]) -> None:
        self._path = path
        self._numbers = count(1)
        self.all: dict[str, Unroll] = {}

    def begin(self, ref: Ref, level: PageVisibility, at: datetime, most: int, asker: Asker = "anyone") -> Unroll | None:
        waiting = self.waiting()
        for unroll in waiting:
            if (unroll.ref, unroll.level) == (ref, level):
                return unroll
        if len(waiting) >= most:
            return None
        begun = Unroll(
            id=f"unroll-{next(self._numbers)}", network=ref.network, ref=ref, level=level, asked_at=at, asker=asker
        )
        self.all[begun.id] = begun
        return begun

    def get(self, number: str) -> Unroll | None:
        return self.all.get(number)

    def ahead(self, unroll: Unroll) -> int:
        return [other.id for other in self.waiting()].index(unroll.id)

    def done(self, number: str, page: int, anchor: str, at: datetime) -> None:
        self._finish(number, at, path=self._path(page), anchor=anchor)

    def failed(self, number: str, error: ThreadleafError, at: datetime) -> None:
        self._finish(number, at, error=error)

    def waiting(self) -> Sequence[Unroll]:
        return [unroll for unroll in self.all.values() if unroll.finished_at is None]

    def recent(self, limit: int) -> Sequence[Unroll]:
        return list(reversed(self.all.values()))[:limit]

    def forget(self, before: datetime) -> None:
        self.all = {
            number: unroll
            for number, unroll in self.all.items()
            if unroll.finished_at is None or unroll.finished_at >= before
        }

    def _finish(self, number: str, at: datetime, **how: Any) -> None:
        if self.all[number].finished_at is None:
            self.all[number] = replace(self.all[number], finished_at=at, ref=None, **how)
