"""How far this machine's clock and that of a network lie apart, by the dates in the network's answers.

By its clock the bot decides what is too old to be answered, whether another process has ended, and what may still be
under way. A clock that is wrong by hours would make it pass everybody over, or take the place of a process that goes on.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import TypeVar

from threadleaf.wire import Answer, Asking

_T = TypeVar("_T")

APART = timedelta(minutes=5)
"""So far they may lie apart."""
SOONEST = timedelta(seconds=15)
"""Until the next try at the earliest, whatever time a server names."""


def watched(asking: Asking[_T], note: Callable[[timedelta], object]) -> Asking[_T]:
    """The same conversation; `note` is told with each dated answer how far the network's clock is ahead of ours."""
    try:
        wanted = next(asking)
        while True:
            replies = yield wanted
            for reply in replies:
                if isinstance(reply, Answer) and (dated := _date(reply)):
                    note(dated - reply.at)
            wanted = asking.send(replies)
    except StopIteration as end:
        came: _T = end.value
        return came
    finally:
        asking.close()


def agreed(aheads: Sequence[timedelta]) -> timedelta:
    """How far ahead the network is, as far as all its answers agree: one of its servers may be wrong by itself."""
    if not aheads or min(aheads) < timedelta() < max(aheads):
        return timedelta()
    return min(aheads, key=abs)


def not_before(now: datetime, until: datetime) -> datetime:
    """When to ask again whoever wants to be left alone until then: some name a time that is over."""
    return max(until, now + SOONEST)


def says(ahead: timedelta) -> str:
    """What the operator is told; empty if the clocks agree."""
    if abs(ahead) <= APART:
        return ""
    how = "slow" if ahead > timedelta() else "fast"
    return (
        f"The clock of this machine is {abs(ahead) // timedelta(minutes=1)} minutes {how}, says the network; or the network's own "
        "clock is wrong. Set this one if it is: until they agree the bot waits, since by a wrong clock it would not answer what "
        "it should, or answer twice."
    )


def _date(answer: Answer) -> datetime | None:
    """When a server says that it answered."""
    try:
        told = parsedate_to_datetime(answer.fields.get("date", ""))
    except (ValueError, OverflowError):  # the latter where a zone is absurd
        return None
    return told if told.tzinfo else told.replace(tzinfo=UTC)
