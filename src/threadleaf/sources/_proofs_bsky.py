"""Bluesky: an account's profile, its newest posts, a record in its own repository, a page that its profile names."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from datetime import datetime

from threadleaf.core.accounts import Account
from threadleaf.core.characters import clean
from threadleaf.core.errors import NotFound, NotNow
from threadleaf.core.model import Author, Ref
from threadleaf.core.proofs import Claim, Page, Seen
from threadleaf.core.untyped import get, items, string
from threadleaf.sources import _bsky_requests as requests
from threadleaf.sources import _proofs_page as pages
from threadleaf.sources._bsky_identity import look_up
from threadleaf.sources._bsky_records import author_of, from_view
from threadleaf.sources._bsky_uris import authority, owner
from threadleaf.sources._deep import json_of
from threadleaf.sources._moments import header_time
from threadleaf.sources.proofs import Hints, Known
from threadleaf.wire import Answer, Reply, Request, Scope, ask

COLLECTION = "app.threadleaf.author"
"""Where the record lies in a repository, with the key `self` and the code as `code`."""


def whose(named: Account | Ref, scope: Scope) -> Generator[tuple[Request, ...], tuple[Reply, ...], Known]:
    """The account of a handle or a DID, or of whoever wrote a post. A DID in the post's name is taken as it stands."""
    name = named.name if isinstance(named, Account) else authority(named.id)
    reply = yield from ask(requests.profiles(scope, [name]))
    if not isinstance(reply, Answer) or reply.status == 429 or reply.status >= 500:
        raise NotNow("Bluesky does not answer. Try again in a few minutes.")
    found = next(map(author_of, items(get(json_of(reply), "profiles"))), None)
    if found is None or name not in (found.id, found.handle.lower()):
        raise NotFound("Bluesky knows no such account.", subject=name)
    return Known(network="bsky", id=found.id, handle=found.handle)


def look(
    claim: Claim, hints: Hints, scope: Scope
) -> Generator[tuple[Request, ...], tuple[Reply, ...], tuple[Seen | Page, ...]]:
    """All that is there. Profile and posts are the AppView's word, the record that of the account's own server."""
    wanted = [requests.profiles(scope, [claim.author]), requests.latest(scope, claim.author)]
    if hints.post is not None and hints.post.network == "bsky":
        wanted += requests.posts(scope, [hints.post.id], 0, 1)
    profile, *posts = yield tuple(wanted)
    seen: list[Seen | Page] = [*_profile(profile), *(one for reply in posts for one in _posts(reply))]
    account = yield from look_up(scope, claim.author)
    if account.server:
        reply = yield from ask(requests.record(account.server, claim.author, COLLECTION, "self"))
        seen += _record(reply)
    found = _person(profile)
    if hints.page and found is not None:
        listed, names = _listed(profile, found), (found.url, f"https://bsky.app/profile/{found.id}")
        seen += yield from pages.read(hints.page, found.id, listed, names)
    return tuple(seen)


def _person(reply: Reply) -> Author | None:
    return next(map(author_of, items(get(json_of(reply), "profiles"))), None)


def _profile(reply: Reply) -> Iterator[Seen]:
    person = _person(reply)
    if person is not None:
        yield Seen(way="profile", author=person.id, text=person.bio, made=_made(reply))


def _posts(reply: Reply) -> Iterator[Seen]:
    """The posts of an answer. What somebody reposted is by its own author, and what she quotes is no text of hers."""
    found = json_of(reply)
    views = [get(item, "post") for item in items(get(found, "feed"))] + items(get(found, "posts"))
    for post, author, _ in filter(None, map(from_view, views)):
        told = author.id if owner(post.id) == author.id else ""
        yield Seen(way="post", author=told, text=post.text, created=post.created, made=_made(reply))


def _record(reply: Reply) -> Iterator[Seen]:
    found = json_of(reply) if isinstance(reply, Answer) and reply.status == 200 else None
    name = string(get(found, "uri"))
    code = clean(string(get(found, "value", "code")))
    if code and name == f"at://{owner(name)}/{COLLECTION}/self":
        yield Seen(way="record", author=owner(name), text=code, made=_made(reply))


def _listed(reply: Reply, person: Author) -> tuple[str, ...]:
    """The addresses that a profile names: its website, and what stands between blanks in its text."""
    view = next(iter(items(get(json_of(reply), "profiles"))), None)
    return tuple(word for word in (string(get(view, "website")), *person.bio.split()) if word.startswith("https://"))


def _made(reply: Reply) -> datetime | None:
    return header_time(reply.fields.get("date", "")) if isinstance(reply, Answer) else None
