"""Asking posts' own servers for what others have shown of them.

A server may write anything beside its own posts: that somebody else answered, or is quoted. So what the thread's author
answers and quotes, and only another server has shown, is asked for where it lives, with its author's account: by
Mastodon's API where the address has its shape, else by ActivityPub. Whatever else others show of a post is left out.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from itertools import islice

from msgspec.structs import replace

from threadleaf.core.assemble import assemble
from threadleaf.core.identity import own
from threadleaf.core.model import Post
from threadleaf.sources import _fedi_pages as pages
from threadleaf.sources import _fedi_requests as requests
from threadleaf.sources._deep import json_of
from threadleaf.sources._fedi_actors import profile
from threadleaf.sources._fedi_addresses import host_of
from threadleaf.sources._fedi_asking import Asking, Said
from threadleaf.sources._fedi_notes import Entry, entry, tell_besides
from threadleaf.sources._fedi_places import place_of
from threadleaf.sources._fedi_sightings import Sightings
from threadleaf.sources._fedi_statuses import from_status
from threadleaf.sources._fedi_ways import ended, lost
from threadleaf.wire import Answer, Reply, Request, Scope

MOST = 10
"""So many copies are asked for."""

_Asking = Generator[tuple[Request, ...], tuple[Reply, ...], None]


def ask_origins(seen: Sightings, scope: Scope) -> _Asking:
    """Ask for the copies that are to be shown with the thread, and tell `seen` what their own servers say.

    Raises what `Sightings.conversation` raises.
    """
    if not seen.has_copies():
        return
    wanted = list(islice(seen.copies(own(assemble(seen.conversation(), for_readers=False))), MOST))
    by_api = [post for post in wanted if place_of(post.url).kind == "mastodon"]
    if by_api:
        yield from _by_api(by_api, seen)
    if others := [post for post in wanted if post not in by_api]:
        yield from _by_activitypub(others, scope, seen)


# --- Mastodon's API --------------------------------------------------------------------------------------------


def _by_api(copies: Sequence[Post], seen: Sightings) -> _Asking:
    places = [place_of(post.url) for post in copies]
    replies = yield tuple(requests.status(place.host, place.number) for place in places)
    for copy, reply in zip(copies, replies, strict=True):
        if isinstance(reply, Answer) and host_of(reply.url) in ("", host_of(copy.id)):
            seen.begin(reply.at, host_of(copy.id))
            _tell_status(copy, reply, seen)


def _tell_status(copy: Post, answer: Answer, seen: Sightings) -> None:
    """Tell what the copy's own server says of it."""
    outcome = ended(answer)
    status = from_status(json_of(answer), host_of(copy.id)) if outcome == "read" else None
    if outcome == "not-found":
        seen.missing(lost(copy.id, outcome))
    elif status is not None and status.post.id == copy.id:
        # For what it answers its own server has a number of its own, and only the other one knows which post that is.
        parent = (seen.known(copy.id) or copy).parent if status.answers else None
        seen.confirm(_below(status.post, parent, seen), status.author)


def _below(post: Post, parent: str | None, seen: Sightings) -> Post:
    """A post below what it answers, if that was seen and is somebody else's: nobody has read its author's own thread."""
    above = seen.known(parent or "")
    stands = above is not None and above.author != post.author
    return replace(post, parent=parent if stands else None, parent_author=None)


# --- ActivityPub -----------------------------------------------------------------------------------------------


def _by_activitypub(copies: Sequence[Post], scope: Scope, seen: Sightings) -> _Asking:
    asking = Asking(seen, signs=scope.signs)
    answers = yield from asking.now([copy.id for copy in copies])
    given: list[tuple[Entry, Said]] = []
    for copy, said in zip(copies, answers, strict=True):
        found = entry(said.body, said.address, said.at)
        if found is not None and found.post.id == copy.id:
            given.append((found, said))
        elif said.outcome == "not-found":
            seen.begin(said.at, host_of(said.address))
            seen.missing(lost(copy.id, said.outcome))
    if given:
        yield from _with_people(given, asking, seen)


def _with_people(given: Sequence[tuple[Entry, Said]], asking: Asking, seen: Sightings) -> _Asking:
    """Ask for the accounts of posts that were given, for their wishes stand there, and tell of those that have one."""
    names = list(dict.fromkeys(found.post.author for found, _ in given))
    answers = yield from asking.now(names)
    people = {name: profile(said.body, said.address) for name, said in zip(names, answers, strict=True)}
    for found, said in given:
        person = people[found.post.author]
        if person is not None and person.author.id == found.post.author:
            seen.begin(said.at, host_of(said.address), privileged=said.privileged)
            post = _below(found.post, found.post.parent, seen)
            hidden = person.hides(post, said.at)
            seen.confirm(replace(post, visibility="private") if hidden else post, person.author)
            tell_besides(found, seen)
    if unproven := [found.post for found, said in given if said.privileged]:
        yield from pages.look(unproven, seen)
