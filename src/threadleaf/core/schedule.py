"""When a kept thread is read again by itself: often while it is young, seldom when it is old (rules §6)."""

from __future__ import annotations

from datetime import datetime, timedelta

from threadleaf.core.model import Network

_STEPS = (
    (timedelta(hours=1), timedelta(minutes=10)),
    (timedelta(days=1), timedelta(hours=1)),
    (timedelta(days=14), timedelta(hours=12)),
)
"""Up to which age of the newest post, how long until the next reading."""
_OLD = timedelta(days=7)
_AT_MOST: dict[Network, timedelta] = {"x": timedelta(hours=12)}
"""X wants what is gone there to be gone here within 24 hours: one reading that fails leaves time for another."""


def due(network: Network, newest: datetime | None, checked: datetime) -> datetime:
    """When a thread is to be read again that was read at `checked`; its `newest` post may have no date (aware UTC)."""
    age = checked - newest if newest is not None else _OLD * 52
    wait = next((wait for young, wait in _STEPS if age < young), _OLD)
    return checked + min(wait, _AT_MOST.get(network, wait))
