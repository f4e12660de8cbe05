"""What speaks about showing a post: labels, settings, words in a profile, our own list → one decision with a reason.

A sign is one thing that somebody said, and where. The strictest one decides. Who carries the decision out is
`core.withhold`; nobody else asks why.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

from msgspec import Struct

from threadleaf.core import bios
from threadleaf.core.model import Reason

if TYPE_CHECKING:
    from threadleaf.core.model import Author, Post

LOGGED_OUT = "!no-unauthenticated"
"""The label with which an account of Bluesky asks not to be shown to visitors without login."""

HIDDEN = frozenset({"!hide", "!takedown"})
"""The labels with which a network's moderation hides a post or an account."""

UNREAD = "profile-unread"
"""The signal of an account whose profile could not be read, so that nobody knows what it wishes."""

UNMODERATED = "labels-unread"
"""The signal of an account whose network could not be asked for the labels that its moderation sets."""

UNENDED = "profile-too-long"
"""The sign of an account whose profile is so long that its end was not read: it may ask for something there."""

By = Literal["author", "operator", "law", "network"]
"""At whose word somebody stands on our opt-out list, or a thread was taken down: `network` has taken it back itself."""

Place = Literal["list", "account label", "post label", "account", "profile", "visibility"]
"""Where a sign stands: our opt-out list, a label, a setting of the account, its profile's words, the post's audience."""

Asks = Literal["opted-out", "taken-down", "protected", "unread", "unlisted"]
"""What a sign asks for, strictest first.

`opted-out`: its author does not want it shown; `taken-down`: somebody else has had it taken down here; `protected`: it is not for the public; `unread`: what its author wishes
is unknown; `unlisted`: it may be shown to whoever has the address, and stays out of lists and search engines.
"""

Reach = Literal["listed", "unlisted"]

_STRICTEST: tuple[Asks, ...] = ("opted-out", "taken-down", "protected", "unread", "unlisted")
_REASONS: Mapping[Asks, Reason] = {
    "opted-out": "opted-out",
    "taken-down": "taken-down",
    "protected": "protected",
    "unread": "unreachable",
    "unlisted": "unknown",
}
_SIGNALS: Mapping[str, Asks] = {
    "publicAccessArchive=false": "opted-out",  # AT Protocol proposal 0008
    "suspended": "protected",
    "protected": "protected",
    "withheld": "protected",
    UNREAD: "unread",
    UNMODERATED: "unlisted",
    "limited": "unlisted",
    "noindex": "unlisted",
    "indexable=false": "unlisted",
    "discoverable=false": "unlisted",
}
"""What the settings of an account ask for, by the words of `Author.signals`; others ask for nothing."""


class OptOut(Struct, frozen=True):
    """That somebody stands on our opt-out list, or that a post belongs to a thread that was taken down."""

    since: datetime
    by: By = "author"

    @property
    def reason(self) -> Literal["opted-out", "taken-down"]:
        """Why nothing is shown of it: only of the author's own word is it said that it was hers."""
        return "opted-out" if self.by == "author" else "taken-down"


OptedOut = Mapping[str, OptOut]
"""Who of the people in a thread stands on our opt-out list, by id."""

NOBODY: OptedOut = MappingProxyType({})


class Sign(Struct, frozen=True):
    """One thing that was said: where, in which words, and what it asks for."""

    place: Place
    says: str
    asks: Asks


class Decision(Struct, frozen=True):
    """Whether something may be shown, and how far it may reach at most.

    If it may not, `reason` is the gap's reason. `source` are the words of the sign that decided, and `signs` all of
    them, the strictest first; both are empty if nothing was said.
    """

    show: bool
    reason: Reason = "unknown"
    source: str = ""
    reach: Reach = "listed"
    signs: tuple[Sign, ...] = ()

    @property
    def indexable(self) -> bool:
        """Whether search engines may index it. Who does not want to be in our lists does not want to be in theirs."""
        return self.reach == "listed"


def decide(signs: Iterable[Sign]) -> Decision:
    """The decision that the strictest of the signs asks for; all is shown about which nothing was said."""
    ranked = tuple(sorted(signs, key=lambda sign: _STRICTEST.index(sign.asks)))
    if not ranked:
        return Decision(show=True)
    first = ranked[0]
    show = first.asks == "unlisted"
    return Decision(show=show, reason=_REASONS[first.asks], source=first.says, reach="unlisted", signs=ranked)


def about_labels(labels: Iterable[str]) -> Decision:
    """The decision that the labels of a post or an account ask for (AT Protocol label specification).

    `!no-unauthenticated` is the account's own wish not to be shown to visitors without login; `!hide` and
    `!takedown` are set by the network's moderation.
    """
    return decide(_labels("account label", labels))


def about_author(author: Author, opt_out: OptOut | None = None, *, own: bool = False) -> Decision:
    """The decision for everything by one account; `opt_out` is its entry in our list.

    `own` says that the thread in question is the account's: then an unread profile only keeps it out of lists.
    """
    return decide(of_account(author, opt_out, own=own))


def about(post: Post, author: Author | None, opt_out: OptOut | None = None, *, own: bool = False) -> Decision:
    """The decision for one post: what its author's account says, its own labels, who may see it on its network."""
    return decide((*of_account(author, opt_out, own=own), *of_post(post)))


def of_account(author: Author | None, opt_out: OptOut | None = None, *, own: bool = False) -> tuple[Sign, ...]:
    """Everything that speaks about all posts of an account; `author` is None if nothing is known of it."""
    listed = () if opt_out is None else (Sign("list", day(opt_out.since), opt_out.reason),)
    if author is None:
        return listed
    words = [Sign("profile", wish.says, _asked(wish)) for wish in bios.read(author.bio, author.name)]
    if max(len(author.bio), len(author.name)) > bios.LONGEST:
        words.append(Sign("account", UNENDED, "unlisted"))
    return (*listed, *_labels("account label", author.labels), *words, *_settings(author.signals, own=own))


def of_post(post: Post) -> tuple[Sign, ...]:
    """Everything that speaks about one post alone."""
    labels = _labels("post label", post.labels)
    if post.visibility == "public":
        return tuple(labels)
    asks: Asks = "unlisted" if post.visibility == "unlisted" else "protected"
    return (*labels, Sign("visibility", post.visibility, asks))


def told(sign: Sign) -> str:
    """A sign in words, for whoever asked."""
    if sign.place == "account":
        return _TOLD.get(sign.says, f"the account is set to {sign.says}")
    return _PLACES[sign.place].format(sign.says)


def day(moment: datetime) -> str:
    """A date as sentences have it."""
    return f"{moment.day} {moment:%B %Y}"


_PLACES: Mapping[Place, str] = {
    "list": "our opt-out list, since {}",
    "account label": "the account has the label {}",
    "post label": "the post has the label {}",
    "profile": "the profile says “{}”",
    "visibility": "the visibility of the post is {}",
}
_TOLD: Mapping[str, str] = {
    UNREAD: "the profile could not be read, so nobody knows what it asks for",
    UNENDED: f"the profile is longer than {bios.LONGEST:,} characters, so nobody knows what its end asks for",
    UNMODERATED: "the network's moderation could not be asked about the account",
    "suspended": "the account is suspended on its server",
    "protected": "the account shows its posts to followers only",
    "withheld": "the network does not show the account in some countries",
    "limited": "the account is limited on its server",
}


def _labels(place: Place, labels: Iterable[str]) -> list[Sign]:
    held = set(labels)
    wish: list[Sign] = [Sign(place, LOGGED_OUT, "opted-out")] if LOGGED_OUT in held else []
    return wish + [Sign(place, label, "protected") for label in sorted(held & HIDDEN)]


def _settings(signals: Iterable[str], *, own: bool) -> list[Sign]:
    asked: list[tuple[str, Asks]] = [(says, _SIGNALS[says]) for says in sorted(set(signals)) if says in _SIGNALS]
    return [Sign("account", says, "unlisted" if own and asks == "unread" else asks) for says, asks in asked]


def _asked(wish: bios.Wish) -> Asks:
    return "opted-out" if wish.clear else "unlisted"
