"""The fediverse: saved answers and live ones, of whatever software.

    read:   documents ─────────────────────────────────────────────────────────────┐
    steps:  address → the server it names, in up to three ways → its own server? ──┴→ sightings → Conversation

The ways, in this order: Mastodon's API without login (`_fedi_stitch`), or Misskey's own where the address is one of its
kind (`_fedi_misskey`); ActivityPub (`_fedi_activitypub`); the operator's own server with its token (`_fedi_home`). What a
way that shows more than strangers may see has shown is proven by the posts' own pages (`_fedi_pages`). What other servers
have shown of a post is asked for where it lives (`_fedi_origins`).

A post is known by its ActivityPub id, which is an address; the page of a thread has that of its first post in its own
address: `/t/fedi/HOST/PATH`.

`_fedi_saved` reads files; `_fedi_mastodon` knows the forms of answers in Mastodon's API and `_fedi_statuses` its posts,
`_fedi_listings` lists an account's posts there; `_fedi_notes` knows the forms of ActivityPub. `_fedi_told` keeps what was
seen; `_fedi_sightings` adds it up and says what may still be hidden.
"""

from __future__ import annotations

from collections.abc import Generator

from threadleaf.core.assemble import assemble
from threadleaf.core.model import Ref
from threadleaf.sources import _fedi_activitypub, _fedi_stitch
from threadleaf.sources import _fedi_requests as requests
from threadleaf.sources._doubts import with_doubt
from threadleaf.sources._fedi_addresses import host_of
from threadleaf.sources._fedi_failures import Heard, Reading, failure
from threadleaf.sources._fedi_home import home
from threadleaf.sources._fedi_origins import ask_origins
from threadleaf.sources._fedi_pages import prove
from threadleaf.sources._fedi_places import Place, place_of
from threadleaf.sources._fedi_saved import read, recognises
from threadleaf.sources._fedi_sightings import Sightings
from threadleaf.sources._fedi_software import software
from threadleaf.sources._fedi_ways import Outcome, Way, lost
from threadleaf.wire import Answer, Reply, Request, Scope, Steps, ask, noting

MOVES = 3
"""How many servers are asked: the one that was named, and those to which it leads."""
_MISSKEY = frozenset("misskey sharkey firefish calckey foundkey cherrypick iceshrimp catodon meisskey dolphin".split())

__all__ = ["matches", "read", "recognises", "steps"]


def matches(ref: Ref) -> bool:
    """Whether a post is one of the fediverse's that can be asked for; Threads answers to nobody without an agreement."""
    return ref.network == "fedi" and not ref.id.startswith("https://www.threads.com/")


# --- live ------------------------------------------------------------------------------------------------------


def steps(ref: Ref, scope: Scope = Scope()) -> Steps:  # noqa: B008 -- frozen
    """Ask for the thread around a post, of the server that it lives on, until nothing of it is open or can be learnt.

    A thread of Mastodon's takes two requests side by side, and one more for 40 posts beyond sixty. What is refused on
    the way stays open. When the post itself could not be read, raises NotFound, Refused (for people who are logged in, or
    not for legal reasons), UnknownAddress (of a place that the door does not open) or NotNow.
    """
    seen = Sightings()
    seen.address = url = ref.id
    asked: list[str] = []
    outcome: Outcome = "unreadable"
    heard: Heard = []
    while url and url not in asked and len(asked) < MOVES:
        asked.append(url)
        outcome, url = yield from noting(_read(url, scope, seen), heard)
        if outcome in ("not-found", "withheld") and seen.known(asked[-1]) is not None:
            seen.begin(None, host_of(asked[-1]))  # others have copies, and its own server does not show it (any more)
            seen.missing(lost(seen.name(asked[-1]), outcome))
    if seen.known(seen.anchor) is None or seen.is_copy(seen.anchor):
        raise failure(outcome, host_of(asked[-1]), heard)
    yield from prove(seen)
    yield from ask_origins(seen, scope)
    conversation = seen.conversation()
    return conversation if seen.tells_deletions else with_doubt(conversation, assemble(conversation, for_readers=False))


# --- ways ------------------------------------------------------------------------------------------------------


def _read(url: str, scope: Scope, seen: Sightings) -> Reading:
    """Read the thread around a post in the ways there are; how that went, and the address at which to go on."""
    place, named = place_of(url), bool(seen.anchor)
    outcome, onward = yield from _by_its_own_way(place, url, scope, seen)
    if outcome in ("refused", "unreadable"):
        second = yield from _fedi_activitypub.activitypub(url, scope, seen)
        outcome = _better(outcome, "unsigned" if second == "refused" and not scope.signs else second)
    if outcome not in ("read", "not-found", "withheld") and scope.home:
        third = yield from home(url, scope, seen)
        outcome = "read" if third == "read" else outcome
    if not named and seen.anchor and not onward and outcome == "read":
        onward = _own_server(url, seen)
    return outcome, onward


def _own_server(url: str, seen: Sightings) -> str:
    """The address of the post that was asked for, if it lives on another server than the one that showed it."""
    anchor = seen.known(seen.anchor)
    return anchor.url if anchor is not None and host_of(anchor.id) != host_of(url) else ""


def _better(first: Outcome, second: Outcome) -> Outcome:
    """Which of two ends says more: a way that ended in another form was none.

    Where strangers are shown nothing, that another way is not there does not say that the post is not.
    """
    return first if second == "unreadable" or (first, second) == ("refused", "not-found") else second


def _by_its_own_way(place: Place, url: str, scope: Scope, seen: Sightings) -> Reading:
    """The way that the shape of an address suggests."""
    if place.kind == "object":
        place = place_of((yield from _led_to(url)))
    if place.kind == "misskey":
        outcome = yield from _by_misskey(url, scope, seen)
        if outcome != "unreadable":
            return outcome, ""
    if place.number:
        outcome, onward = yield from _fedi_stitch.read(place.host, place.number, scope, seen)
        if outcome != "unreadable" or (yield from software(place.host)) not in _MISSKEY:
            return outcome, onward
        return (yield from _by_misskey(f"https://{place.host}/notes/{place.number}", scope, seen)), ""
    return "unreadable", ""


def _by_misskey(url: str, scope: Scope, seen: Sightings) -> Way:
    from threadleaf.sources._fedi_misskey import misskey

    return (yield from misskey(url, scope, seen))


def _led_to(url: str) -> Generator[tuple[Request, ...], tuple[Reply, ...], str]:
    """Where the page of an object is: Pleroma leads from its id to the number that its API knows."""
    reply = yield from ask(requests.page(url))
    return reply.url if isinstance(reply, Answer) and host_of(reply.url) == host_of(url) else ""
