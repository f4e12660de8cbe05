"""Carry out what a network's module asks, through the door."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol, TypeVar

from threadleaf.wire import Asking, Reply, Request

_T = TypeVar("_T")

Ask = Callable[[Sequence[Request]], Sequence[Reply]]
"""Carries out requests side by side; as many replies as requests, in their order."""


class Talk(Protocol):
    """Runs a conversation with a network to its end and gives what came of it."""

    def __call__(self, asking: Asking[_T]) -> _T: ...


def talking(ask: Ask) -> Talk:
    """Talks by a way to ask."""

    def talk(asking: Asking[_T]) -> _T:
        try:
            wanted = next(asking)
            while True:
                wanted = asking.send(tuple(ask(wanted)))
        except StopIteration as end:
            came: _T = end.value
            return came
        finally:
            asking.close()

    return talk
