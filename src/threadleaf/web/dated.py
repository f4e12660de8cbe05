"""Sentences about a page that is gone or hidden, which the database makes in English and which name a day."""

from __future__ import annotations

import re
from datetime import date, datetime
from functools import cache

from threadleaf.render.tongue import Tongue, marked

_MESSAGES = (
    marked("This thread was taken down on {day}, as its author wished."),
    marked("This thread was taken down on {day}, by the operator of this site."),
    marked("This thread was taken down on {day}, for legal reasons."),
    marked("This thread was taken down on {day}, because it is no longer public where it was posted."),
    marked(
        "This thread was last seen on X on {day}. It is shown again when this site has seen that it is still there."
    ),
    marked("This page is hidden since {day}, while a report about it is looked at."),
)
_DAY = r"(\d{1,2} [A-Z][a-z]+ \d{4})"


def said(sentence: str, say: Tongue) -> str:
    """Such a sentence as a reader is told it; any other stays as it is."""
    for message, pattern in _patterns():
        found = pattern.fullmatch(sentence)
        if found:
            return say(message, day=say.day(_date(found[1])))
    return sentence


def _date(words: str) -> date:
    return datetime.strptime(words, "%d %B %Y").date()  # noqa: DTZ007 -- a day in UTC, as it was written


@cache
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple((message, re.compile(re.escape(message).replace(r"\{day\}", _DAY))) for message in _MESSAGES)
