"""What sources say that they are doing (`wire.Request.purpose`), in the reader's language."""

from __future__ import annotations

from threadleaf.render.tongue import Tongue, marked
from threadleaf.web.filled import Filled

_MESSAGES = (
    marked("Reading the thread"),
    marked("Reading the post"),
    marked("Reading post {last} of {total}"),
    marked("Reading posts {first}–{last} of {total}"),
    marked("Reading what comes before"),
    marked("Reading entries {first}–{last} of the author's list of posts"),
    marked("Reading the author's profile"),
    marked("Reading the author's other posts"),
    marked("Reading the authors' profiles"),
    marked("Reading a profile"),
    marked("Reading {total} profiles"),
    marked("Reading the note"),
    marked("Reading the author's other notes"),
    marked("Reading the author's newest posts"),
    marked("Reading your page"),
    marked("Looking up the account"),
    marked("Looking up whose handle this is"),
    marked("Looking up where the author's posts are kept"),
    marked("Asking whether the account is active"),
    marked("Asking whether the posts are public"),
    marked("Asking whether anybody is blocked"),
    marked("Looking for the bot's own answers"),
    marked("Asking what software the server runs"),
    marked("Asking your server for the post"),
    marked("Asking your server for the thread"),
    marked("Waiting for your server"),
)
_PURPOSES = Filled(_MESSAGES, "[0-9,]+")


def said(purpose: str, say: Tongue) -> str:
    """A purpose as a reader is told it; one that is not known stays as it is."""
    found = _PURPOSES.find(purpose)
    if found is None:
        return purpose
    message, values = found
    return say(message, **{name: int(digits.replace(",", "")) for name, digits in values.items()})
