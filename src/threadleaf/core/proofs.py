"""Whether what a network showed proves that somebody controls an account.

A code of 128 bits is made for one account, and seen again where only that account can put it. Whoever reads it there
learns nothing: what opens the console is kept by whoever asked for the code. Everything is bound to the stable id (DID,
actor's address, number); a handle may be somebody else's tomorrow.
"""

from __future__ import annotations

from base64 import b32encode
from collections.abc import Iterable
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Literal

from msgspec import Struct

from threadleaf.core.model import Network, Visibility

PREFIX = "threadleaf-"
LASTS = timedelta(hours=24)
"""How long a code can be used."""
_SKEW = timedelta(hours=1)
"""So far clocks of other servers may be behind ours."""

Way = Literal["profile", "post", "embed", "record", "page", "mention"]
"""Where a code was seen: the account's own words about itself · a post by it · a post on X as its embed shows it · a
record in its repository · a page that it lists · a mention of the bot."""

Why = Literal[
    "absent", "other-account", "among-words", "edited", "older", "moved", "not-public", "redirected", "one-way"
]
"""Why something proves nothing. `absent`: the code is not there; `among-words`: a post says something else besides;
`one-way`: of account and page, one does not name the other."""

WEAK: frozenset[Way] = frozenset({"embed"})
"""Ways that are enough to take down, and not to publish: an embed of X names its author by the handle only."""


class Claim(Struct, frozen=True, kw_only=True):
    """That somebody says to control an account, by its id; the code, and when it was made (aware UTC)."""

    network: Network
    author: str
    code: str
    issued: datetime


class Seen(Struct, frozen=True, kw_only=True):
    """Words that were read, and whose they are by the word of the server that can say so.

    `author` is an id, empty if nobody can be named. `text` is what the account itself wrote: no quoted post, no
    description of a picture, no card, no name. `made` is when the server wrote its answer, where it says so.
    """

    way: Way
    author: str
    text: str
    created: datetime | None = None
    made: datetime | None = None
    edited: bool = False
    moved: bool = False
    visibility: Visibility = "public"


class Page(Struct, frozen=True, kw_only=True):
    """A web page that is to speak for an account.

    `address` is what was asked for, `answered` where the answer came from in the end. `author` is the account that was
    read, `listed` what that links to as its own; `links` is what the page links to with `rel=me`, `codes` what the
    head of the page names as its code: whoever may write into the page's body (a wiki, a comment) cannot write there.
    `names` are the addresses of the account that a link must lead to exactly.
    """

    address: str
    answered: str
    author: str
    listed: tuple[str, ...]
    names: tuple[str, ...]
    links: tuple[str, ...]
    codes: tuple[str, ...]
    moved: bool = False


class Verdict(Struct, frozen=True):
    """What proved the claim, or why nothing did."""

    way: Way | None
    why: Why = "absent"


def code(ticket: str) -> str:
    """The code of a claim, 128 bits, made of its ticket: whoever sees the code in public cannot work out the ticket."""
    digest = sha256(f"code\n{ticket}".encode("utf-8", "surrogatepass")).digest()
    return PREFIX + b32encode(digest[:16]).decode().rstrip("=").lower()


def verdict(claim: Claim, seen: Iterable[Seen | Page]) -> Verdict:
    """Whether anything of what was seen proves a claim; else the reason that helps most."""
    reasons: list[Why] = []
    for one in seen:
        why = of_page(claim, one) if isinstance(one, Page) else of_words(claim, one)
        if why is None:
            return Verdict("page" if isinstance(one, Page) else one.way)
        reasons.append(why)
    return Verdict(None, next((why for why in reasons if why != "absent"), "absent"))


def of_words(claim: Claim, seen: Seen) -> Why | None:
    """Why words prove nothing; None if they prove the claim."""
    found = _holds(seen, claim.code)
    if found is not None:
        return found
    if not seen.author or seen.author != claim.author:
        return "other-account"
    if seen.visibility not in ("public", "unlisted"):
        return "not-public"
    if seen.moved:
        return "moved"
    if seen.edited:
        return "edited"
    return "older" if _before(claim, seen.created) or _before(claim, seen.made) else None


def of_page(claim: Claim, page: Page) -> Why | None:
    """Why a page proves nothing; None if it proves the claim."""
    if claim.code not in page.codes:
        return "absent"
    if page.author != claim.author:
        return "other-account"
    if page.answered != page.address or not page.address.startswith("https://"):
        return "redirected"
    if page.address not in page.listed or not set(page.links) & {name for name in page.names if _is_safe(name)}:
        return "one-way"
    return "moved" if page.moved else None


def _holds(seen: Seen, code: str) -> Why | None:
    """None if the code stands there as it has to: between blanks; in a post, with nothing but names before it.

    A handle or an address may hold a code that its owner chose, and people answer and link what they do not control.
    """
    words = seen.text.split()
    if code not in words:
        return "absent"
    if seen.way in ("profile", "record"):
        return None
    while words and words[0].startswith("@"):
        words.pop(0)
    return None if words == [code] else "among-words"


def _before(claim: Claim, moment: datetime | None) -> bool:
    return moment is not None and moment < claim.issued - _SKEW


def _is_safe(name: str) -> bool:
    return name.startswith("https://")
