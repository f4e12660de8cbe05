"""Times as networks write them."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import msgspec

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def moment(value: object) -> datetime | None:
    """A time as an ISO text, in UTC; None if it is none. Without a zone it is taken for UTC."""
    try:
        found = msgspec.convert(value, datetime)
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except (msgspec.ValidationError, OverflowError, UnicodeEncodeError):
        return None


def header_time(date: str) -> datetime | None:
    """The time of an HTTP `Date` header (`Sat, 21 Nov 2026 19:27:22 GMT`); None for any other text."""
    parts = re.fullmatch(r"\w{3}, (\d\d) (\w{3}) (\d{4}) (\d\d:\d\d:\d\d) GMT", date)
    if not parts or parts[2] not in _MONTHS:
        return None
    return moment(f"{parts[3]}-{_MONTHS.index(parts[2]) + 1:02}-{parts[1]}T{parts[4]}Z")


def after(until: datetime) -> str:
    """A sentence that says from when asking again makes sense, in whole minutes."""
    return f"Please try again after {until.astimezone(UTC) + timedelta(seconds=59):%H:%M} UTC."
