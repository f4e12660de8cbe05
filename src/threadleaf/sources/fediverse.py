"""The fediverse: saved answers and live ones, of whatever software.

    read:   documents ─────────────────────────────────────────────────────────────┐
    steps:  address → the server it names, in up to three ways → its own server? ──┴→ sightings → Conversation

The ways, in this order: Mastodon's API without login (`_fedi_stitch`), or Misskey's own where the address is one of its
kind (`_fedi_misskey`); ActivityPub (`_fedi_activitypub`); the operator's own server with its token (`_fedi_home`). What a
way that shows more than strangers may see has shown is proven by the posts' own pages (`_fedi_pages`).

A post is known by its ActivityPub id, which is an address; the page of a thread has that of its first post in its own
address: `/t/fedi/HOST/PATH`.

`_fedi_saved` reads files; `_fedi_mastodon` knows the forms of answers in Mastodon's API and `_fedi_statuses` its posts,
`_fedi_notes` those of ActivityPub; `_fedi_sightings` adds up what was seen and says what may still be hidden.
"""

from __future__ import annotations

import re
from collections.abc import Generator, Sequence
from typing import Literal

from msgspec import Struct

from threadleaf import wire
from threadleaf.core.errors import NotFound, NotNow, Refused, ThreadleafError
from threadleaf.core.model import Missing, Ref
from threadleaf.sources import _fedi_activitypub, _fedi_stitch
from threadleaf.sources import _fedi_requests as requests
from threadleaf.sources._fedi_addresses import host_of
from threadleaf.sources._fedi_home import home
from threadleaf.sources._fedi_pages import prove
from threadleaf.sources._fedi_saved import read, recognises
from threadleaf.sources._fedi_sightings import Sightings
from threadleaf.sources._fedi_software import software
from threadleaf.sources._fedi_ways import Outcome, Way
from threadleaf.wire import Answer, Reply, Request, Scope, Steps, ask

MOVES = 3
"""How many servers are asked: the one that was named, and those to which it leads."""
_MISSKEY = frozenset("misskey sharkey firefish calckey foundkey cherrypick iceshrimp catodon meisskey dolphin".split())
_ULID = r"[0-9A-HJKMNP-TV-Z]{26}"

__all__ = ["matches", "read", "recognises", "steps"]

_Asking = Generator[tuple[Request, ...], tuple[Reply, ...], tuple[Outcome, str]]


def matches(ref: Ref) -> bool:
    """Whether a post is one of the fediverse's that can be asked for; Threads answers to nobody without an agreement."""
    return ref.network == "fedi" and not ref.id.startswith("https://www.threads.com/")


# --- live ------------------------------------------------------------------------------------------------------


def steps(ref: Ref, scope: Scope = Scope()) -> Steps:  # noqa: B008 -- frozen
    """Ask for the thread around a post, of the server that it lives on, until nothing of it is open or can be learnt.

    A thread of Mastodon's takes two requests side by side, and one more for 40 posts beyond sixty. What is refused on
    the way stays open. Raises NotFound, Refused (login only) or NotNow when the post itself could not be read.
    """
    seen = Sightings()
    seen.address = url = ref.id
    asked: list[str] = []
    outcome: Outcome = "unreadable"
    trouble: list[wire.Refused] = []
    while url and url not in asked and len(asked) < MOVES:
        asked.append(url)
        outcome, url = yield from _noting(_read(url, scope, seen), trouble)
        if outcome == "not-found" and seen.known(asked[-1]) is not None:
            seen.begin(None, host_of(asked[-1]))  # others have copies, and its own server no longer has it
            seen.missing(Missing(id=seen.name(asked[-1]), says="not-found"))
    if not seen.anchor:
        raise _failure(outcome, host_of(asked[-1]), trouble)
    yield from prove(seen)
    return seen.conversation()


def _noting(way: _Asking, trouble: list[wire.Refused]) -> _Asking:
    """The same questions, with a note of those that were refused."""
    try:
        wanted = next(way)
        while True:
            replies = yield wanted
            trouble += [reply for reply in replies if isinstance(reply, wire.Refused)]
            wanted = way.send(replies)
    except StopIteration as end:
        outcome, onward = end.value
        return outcome, onward


def _failure(outcome: Outcome, host: str, trouble: Sequence[wire.Refused]) -> ThreadleafError:
    """Why the post that was asked for could not be read, and what can be done."""
    if outcome == "not-found":
        sentence = f"{host} has no such post that is public. Check the address, or try another post of the thread."
        return NotFound(sentence, subject=host)
    if outcome == "refused":
        sentence = f"{host} shows its posts only to people who are logged in there, so this thread cannot be read here."
        return Refused(sentence, subject=host, code="login")
    if outcome == "unsigned":
        return Refused(_fedi_activitypub.SIGNED_ONLY, subject=host, code="signature")
    if outcome == "unreachable":
        detail = next((refusal.detail for refusal in trouble if refusal.detail), "Please try again later.")
        return NotNow(f"{host} could not be read. {detail}", subject=host)
    sentence = (
        f"{host} shows no post at this address in a form that Threadleaf reads. It may be no server of the fediverse."
    )
    return NotFound(sentence, subject=host)


# --- ways ------------------------------------------------------------------------------------------------------


class _Place(Struct, frozen=True):
    """Where a post is: its server, its number there if the address names it, and what kind of address that is."""

    kind: Literal["mastodon", "object", "misskey", "other"]
    host: str
    number: str = ""


_SHAPES: tuple[tuple[Literal["mastodon", "object", "misskey", "other"], str], ...] = (
    ("other", rf"@[^/]+/statuses/{_ULID}|users/[^/]+/statuses/{_ULID}"),  # GoToSocial: no login, no API
    ("mastodon", r"@[^/]+/(?:statuses/|posts/)?([0-9A-Za-z]+)"),
    ("mastodon", r"(?:users/[^/]+/|ap/users/[^/]+/|web/)?statuses/([0-9A-Za-z]+)"),
    ("mastodon", r"notice/([0-9A-Za-z]+)"),
    ("object", r"(?:objects|activities)/[^/]+"),
    ("misskey", r"notes/([0-9A-Za-z]+)"),
)


def _place(url: str) -> _Place:
    host, path = host_of(url), re.sub(r"(?i)\Ahttps?://[^/]*/", "", url)
    for kind, shape in _SHAPES:
        if found := re.fullmatch(shape, path):
            return _Place(kind, host, found[1] if found.re.groups else "")
    return _Place("other", host)


def _read(url: str, scope: Scope, seen: Sightings) -> _Asking:
    """Read the thread around a post in the ways there are; how that went, and the address at which to go on."""
    place, named = _place(url), bool(seen.anchor)
    outcome, onward = yield from _by_its_own_way(place, url, scope, seen)
    if outcome in ("refused", "unreadable"):
        second = yield from _fedi_activitypub.activitypub(url, scope, seen)
        outcome = _better(outcome, "unsigned" if second == "refused" and not scope.signs else second)
    if outcome not in ("read", "not-found") and scope.home:
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
    """Which of two ends says more: a way that ended in another form was none."""
    return first if second == "unreadable" else second


def _by_its_own_way(place: _Place, url: str, scope: Scope, seen: Sightings) -> _Asking:
    """The way that the shape of an address suggests."""
    if place.kind == "object":
        place = _place((yield from _led_to(url)))
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
