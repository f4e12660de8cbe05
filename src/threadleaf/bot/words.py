"""What the bot says: short, kind, in the language of whoever asked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from threadleaf.core.errors import ThreadleafError
from threadleaf.core.manners import Why
from threadleaf.render.tongue import Tongue, marked

LONGEST: Final = 300
"""Characters of what the bot says: as many as Bluesky takes; each of its code points counts as one here."""

_WHOLE = marked("Here is the whole thread on one page: {link}")
_LACKING = marked("Here is the thread on one page; a few posts are missing, and the page says which: {link}")
_PRIVATE = marked("Here is the thread for you alone. Whoever has this address can read it: {link}")
_THERE = marked("This thread has been unrolled already: {link}")
_HELP = marked(
    "Mention me below a thread with the word “unroll”, and I answer with one page of it. Its author may say “forget”, "
    "“forget all”, “opt out” or “allow”. More: {link}"
)
_NAMED = marked("I do not see which thread you mean. Call me below one of its posts, or with its address.")
OWN_ONLY = marked("On this network I unroll threads for their own authors only.")
_REASONS: Mapping[Why, str] = {"nothing named": _NAMED}


def answer(say: Tongue, link: str, *, complete: bool) -> str:
    """The public answer: where the thread can be read."""
    return _fitted(say(_WHOLE if complete else _LACKING, link=link), link)


def note(say: Tongue, link: str, *, private: bool) -> str:
    """The same for a later asker, or for whoever wanted a private page."""
    return _fitted(say(_PRIVATE if private else _THERE, link=link), link)


def help(say: Tongue, origin: str) -> str:  # noqa: A001 -- it is what is asked for
    """What can be asked, and where more is said."""
    return _fitted(say(_HELP, link=f"{origin}/"), f"{origin}/")


def refusal(say: Tongue, why: ThreadleafError | Why) -> str:
    """Why not, for the asker alone; in English where the reason has no translation."""
    sentence = why.sentence if isinstance(why, ThreadleafError) else _REASONS.get(why, OWN_ONLY)
    return say.text(sentence)[:LONGEST]


def _fitted(text: str, link: str) -> str:
    """What is said, or only the address if both are too long: that is never cut."""
    return text if len(text) <= LONGEST else link
