"""Connections that rest between two answers of one run: whom they may serve, how many there are, and their end."""

from __future__ import annotations

from typing import Generic, NamedTuple, Protocol, TypeVar

from threadleaf.wire import Request

PER_ORIGIN = 4
"""So many connections to one origin rest: as many as there are lanes to a host."""
IN_ALL = 16


class Rests(Protocol):
    """What is kept: a connection that tells whether it can carry another request."""

    @property
    def is_fit(self) -> bool: ...

    async def aclose(self) -> None: ...


class Place(NamedTuple):
    """Whom a connection serves: an origin (scheme, host and port), and the secret that was named over it, or none.

    What is asked without a secret never goes where one was named: a server may take a connection for a person.
    """

    origin: str
    credential: str


_C = TypeVar("_C", bound=Rests)


class Kept(Generic[_C]):
    """The resting connections of one run, the one that rests longest first. For one event loop only."""

    def __init__(self) -> None:
        self._resting: list[tuple[Place, _C]] = []
        self._is_closed = False

    async def take(self, place: Place) -> _C | None:
        """A connection for a place that is still fit, None if there is none. Those that are not are closed."""
        while (found := self._latest(place)) is not None:
            self._resting.remove(found)
            _, connection = found
            if connection.is_fit:
                return connection
            await connection.aclose()
        return None

    async def put(self, place: Place, connection: _C) -> None:
        """Let a connection rest; the one that rests longest is closed where there are too many."""
        self._resting.append((place, connection))
        same = [entry for entry in self._resting if entry[0].origin == place.origin]
        await self._close(self._resting[:] if self._is_closed else same[:-PER_ORIGIN] or self._resting[:-IN_ALL])

    async def aclose(self) -> None:
        """Close them all; whatever is put here later is closed at once."""
        self._is_closed = True
        await self._close(self._resting[:])

    def _latest(self, place: Place) -> tuple[Place, _C] | None:
        return next((entry for entry in reversed(self._resting) if entry[0] == place), None)

    async def _close(self, entries: list[tuple[Place, _C]]) -> None:
        for entry in entries:
            self._resting.remove(entry)
        for _, connection in entries:
            await connection.aclose()


def may_be_repeated(request: Request) -> bool:
    """Whether it does no harm if a request reaches the server twice."""
    return request.method == "GET" or request.reads
