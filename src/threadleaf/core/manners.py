"""The bot's manners: what it does when somebody mentions it, decided from what is known, with the reason.

It speaks only when spoken to, and in public once for each thread. Wishes of authors come before every cap; whoever asks
for a page waits for them or is passed over in silence.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Literal

from msgspec import Struct

from threadleaf.core.calls import Call
from threadleaf.core.model import Ref

DAY = timedelta(days=1)
"""So old a post may be that is answered; wishes to be left alone may be as old as they like."""
PER_ASKER = 5
"""The most that is done for one account in an hour."""
PER_CONVERSATION = 3
"""The most answers in one conversation."""
PER_AUTHOR = 3
"""The most threads of one author that others may have unrolled anew in a day."""

_LASTING = frozenset({"forget", "forget all", "opt out"})
"""What is obeyed however late it is heard. That an author allows her threads is not, since she may have changed her mind."""

Act = Literal["ignore", "wait", "unroll", "help", "forget", "forget all", "forget own", "opt out", "allow", "refuse"]
"""What comes of a mention: nothing · later · a page · the help · a wish (`forget own`: what she is quoted with) · a no."""

Why = Literal[
    "",
    "own post",
    "a bot",
    "too old",
    "no call",
    "our answer",
    "asked before",
    "asker's cap",
    "conversation's cap",
    "author's cap",
    "network's cap",
    "nothing named",
    "not the author",
    "not there",
]
"""Why not; empty where something is done. Said to whoever asked at most in private."""


class Asked(Struct, frozen=True, kw_only=True):
    """A mention as it matters here. `asker` and `bot` are stable ids; `created` is when the network saw the post.

    `call` is None if the post is none; `anchor` the post that is meant. `answers_us`: it answers a post of the bot.
    """

    asker: str
    bot: str
    created: datetime
    call: Call | None
    anchor: Ref | None = None
    is_bot: bool = False
    answers_us: bool = False


class Known(Struct, frozen=True, kw_only=True):
    """What is known besides, at a time (aware UTC).

    `author` is the thread's author by id, empty while unknown; `named` are the other authors that its page shows.
    `is_new`: no page of the thread is kept and nobody was answered about it. `for_asker` things were done for the
    asker within an hour, `in_conversation` in this conversation, `of_author` threads were unrolled anew for others
    within a day and for so many of hers (`being_read`) that goes on, `sent` things in an hour on the whole network, of at
    most `most`. `is_first`: nobody was answered about the thread; `told`: so often the asker was.
    """

    now: datetime
    author: str = ""
    named: frozenset[str] = frozenset()
    is_new: bool = True
    for_asker: int = 0
    in_conversation: int = 0
    of_author: int = 0
    being_read: int = 0
    sent: int = 0
    most: int = 1
    is_first: bool = True
    told: int = 0


class Verdict(Struct, frozen=True):
    act: Act
    why: Why = ""


def decide(asked: Asked, known: Known) -> Verdict:
    """What to do about a mention. It may be asked again whenever more is known."""
    never = _never(asked, known)
    if never or asked.call is None:
        return Verdict("ignore", never or "no call")
    word = asked.call.word
    if word in ("opt out", "allow", "forget all"):
        return Verdict(word)
    if word == "forget":
        return _forget(asked, known)
    if asked.answers_us and word != "help" and not asked.call.address:
        return Verdict("ignore", "our answer")
    capped = _capped(asked, known)
    if capped:
        return Verdict("ignore", capped)
    if _is_new_for_others(asked, known) and known.of_author + known.being_read >= PER_AUTHOR:
        return Verdict("wait", "author's cap")
    # Whoever asks about a thread that was answered leaves half of the room to those who ask about others.
    if known.sent >= (known.most if known.is_first else known.most // 2):
        return Verdict("wait", "network's cap")
    if word == "help":
        return Verdict("help")
    if asked.anchor is None:
        return Verdict("refuse", "nothing named")
    return Verdict("unroll")


def _never(asked: Asked, known: Known) -> Why:
    """Why a mention is none of our business; empty if it is."""
    if asked.asker == asked.bot:
        return "own post"
    if asked.is_bot:
        return "a bot"
    if is_past(asked.call, asked.created, known.now):
        return "too old"
    return ""


def is_past(call: Call | None, created: datetime, now: datetime) -> bool:
    """Whether a mention is too old for anything to come of it."""
    return now - created > DAY and not (call is not None and call.word in _LASTING)


def _forget(asked: Asked, known: Known) -> Verdict:
    """Only authors are obeyed: of the thread, or of posts that it shows, for these alone."""
    if asked.anchor is None:
        return Verdict("ignore", "nothing named")
    if not known.author:
        return Verdict("ignore", "not there")
    if asked.asker == known.author:
        return Verdict("forget")
    return Verdict("forget own") if asked.asker in known.named else Verdict("ignore", "not the author")


def _capped(asked: Asked, known: Known) -> Why:
    """Which cap stands in the way; empty if none does."""
    if known.told:
        return "asked before"
    if known.for_asker >= PER_ASKER:
        return "asker's cap"
    if known.in_conversation >= PER_CONVERSATION:
        return "conversation's cap"
    if _is_new_for_others(asked, known) and known.of_author >= PER_AUTHOR:
        return "author's cap"
    return ""


def _is_new_for_others(asked: Asked, known: Known) -> bool:
    """Whether somebody else has a thread of an author unrolled anew."""
    return known.is_new and known.author not in ("", asked.asker)
