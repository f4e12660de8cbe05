"""Sentences about a page that is gone or hidden, which the database makes in English and which name a day."""

from __future__ import annotations

from datetime import date, datetime

from threadleaf.render.tongue import Tongue, marked
from threadleaf.web.filled import Filled

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
_SENTENCES = Filled(_MESSAGES, r"\d{1,2} [A-Z][a-z]+ \d{4}")


def said(sentence: str, say: Tongue) -> str:
    """Such a sentence as a reader is told it; any other stays as it is."""
    found = _SENTENCES.find(sentence)
    if found is None:
        return sentence
    message, values = found
    return say(message, day=say.day(_date(values["day"])))


def _date(words: str) -> date:
    return datetime.strptime(words, "%d %B %Y").date()  # noqa: DTZ007 -- a day in UTC, as it was written
