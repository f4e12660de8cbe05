"""The fediverse: an actor's profile, its newest posts, a page that the profile lists; all from the actor's own server."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from threadleaf.core.accounts import Account
from threadleaf.core.characters import web_address
from threadleaf.core.errors import NotFound, NotNow
from threadleaf.core.markup import html_text
from threadleaf.core.model import Author, Post, Ref
from threadleaf.core.proofs import Claim, Page, Seen
from threadleaf.core.untyped import get, items, string
from threadleaf.sources import _fedi_requests as requests
from threadleaf.sources import _proofs_page as pages
from threadleaf.sources._deep import json_of
from threadleaf.sources._fedi_actors import profile
from threadleaf.sources._fedi_addresses import host_of, post_id, tidy
from threadleaf.sources._fedi_asking import ACCEPT, MEDIA_TYPES
from threadleaf.sources._fedi_forms import first_id, id_of, many
from threadleaf.sources._fedi_notes import entry
from threadleaf.sources._fedi_places import place_of
from threadleaf.sources._fedi_statuses import author_of, from_status
from threadleaf.sources._moments import header_time
from threadleaf.sources.proofs import Hints, Known
from threadleaf.wire import ACTOR, Answer, Reply, Request, Scope, ask

_Asked = tuple[Request, ...]
_Heard = tuple[Reply, ...]


class _Actor(Struct, frozen=True):
    """An actor as its own server shows it: the account, its name there, its outbox, the pages that it lists."""

    author: Author
    name: str
    outbox: str
    listed: tuple[str, ...]
    made: datetime | None


# --- whose account it is ---------------------------------------------------------------------------------------


def whose(named: Account | Ref, scope: Scope) -> Generator[_Asked, _Heard, Known]:
    """The actor of an account's name, or of whoever wrote a post, by the word of the server that it names."""
    if isinstance(named, Account):
        name, _, host = named.name.rpartition("@")
        found = yield from _fingered(host, name)
    else:
        found = yield from _writer(named.id, scope)
    return Known(network="fedi", id=found.id, handle=found.handle)


def _fingered(host: str, name: str) -> Generator[_Asked, _Heard, Author]:
    reply = yield from ask(requests.finger(host, name))
    _check(reply, host)
    links = [link for link in items(get(json_of(reply), "links")) if get(link, "rel") == "self"]
    actors = (post_id(string(get(link, "href"))) for link in links if string(get(link, "type")) in _TYPES)
    actor = next(filter(host_of, actors), "")
    if not actor:
        raise NotFound(f"{host} knows no such account.", subject=f"{name}@{host}")
    return Author(id=actor, network="fedi", handle=f"{name}@{host}")


def _writer(name: str, scope: Scope) -> Generator[_Asked, _Heard, Author]:
    place = place_of(name)
    if place.kind == "mastodon":
        reply = yield from ask(requests.status(place.host, place.number))
        _check(reply, place.host)
        status = from_status(json_of(reply), place.host)
        if status is not None:
            return status.author
    reply = yield from _object(name, scope)
    _check(reply, place.host)
    found = entry(_body(reply), name)
    if found is None:
        raise NotFound(f"{place.host} shows no such post.", subject=name)
    return Author(id=found.post.author, network="fedi")


def _check(reply: Reply, host: str) -> None:
    if not isinstance(reply, Answer) or reply.status == 429 or reply.status >= 500:
        raise NotNow(f"{host} does not answer. Try again in a few minutes.", subject=host)


# --- what it shows ---------------------------------------------------------------------------------------------


def look(claim: Claim, hints: Hints, scope: Scope) -> Generator[_Asked, _Heard, tuple[Seen | Page, ...]]:
    """All that the actor's server shows of it."""
    actor = yield from _actor(claim.author, scope)
    if actor is None:
        return ()
    moved = "moved" in actor.author.signals
    seen: list[Seen | Page] = [
        Seen(way="profile", author=actor.author.id, text=actor.author.bio, made=actor.made, moved=moved)
    ]
    seen += yield from _listed_posts(actor, scope)
    if hints.post is not None and hints.post.network == "fedi":
        seen += yield from _post(hints.post.id, claim.author, scope)
    if hints.page:
        names = (actor.author.id, actor.author.url)
        seen += yield from pages.read(hints.page, actor.author.id, actor.listed, names, moved=moved)
    return tuple(seen)


def _actor(name: str, scope: Scope) -> Generator[_Asked, _Heard, _Actor | None]:
    reply = yield from _object(name, scope)
    body = _body(reply)
    found = profile(body, name)
    if found is None or tidy(found.author.id) != tidy(name):
        return None
    return _Actor(
        replace(found.author, id=name),
        string(get(body, "preferredUsername")),
        found.outbox,
        tuple(_pages_of(body)),
        _made(reply),
    )


def _pages_of(actor: object) -> Iterator[str]:
    """What an actor's table lists: the addresses to which its lines lead."""
    for line in many(get(actor, "attachment")):
        if get(line, "type") == "PropertyValue":
            text, spans, _ = html_text(string(get(line, "value")))
            yield from (span.value for span in spans if span.kind == "link")
            yield web_address(text)


def _listed_posts(actor: _Actor, scope: Scope) -> Generator[_Asked, _Heard, list[Seen]]:
    """The newest posts, by Mastodon's API if the server has it, else by the outbox."""
    host = host_of(actor.author.id)
    reply = yield from ask(requests.lookup(host, actor.name))
    account = json_of(reply)
    number, known = string(get(account, "id")), author_of(account)
    if number and known is not None and tidy(known.id) == tidy(actor.author.id):
        posts = json_of((yield from ask(requests.newest(host, number))))
        return [one for status in items(posts) for one in _status(status, host, actor.author.id)]
    return (yield from _outbox(actor, scope))


def _outbox(actor: _Actor, scope: Scope) -> Generator[_Asked, _Heard, list[Seen]]:
    if host_of(actor.outbox) != host_of(actor.author.id):
        return []
    box = _body((yield from _object(actor.outbox, scope)))
    first = first_id(get(box, "first"))
    page = _body((yield from _object(first, scope))) if host_of(first) == host_of(actor.outbox) else box
    held = items(get(page, "orderedItems")) or items(get(page, "items"))
    return [
        one
        for activity in held
        if get(activity, "type") == "Create"
        for one in _note(activity, actor.outbox, actor.author.id)
    ]


def _post(name: str, author: str, scope: Scope) -> Generator[_Asked, _Heard, list[Seen]]:
    """A post that was named. It is asked for on its author's own server only: others may show what they like."""
    if host_of(name) != host_of(author):
        return []
    place = place_of(name)
    if place.kind == "mastodon":
        status = json_of((yield from ask(requests.status(place.host, place.number))))
        if seen := list(_status(status, place.host, author)):
            return seen
    return list(_note(_body((yield from _object(name, scope))), name, author))


def _status(status: object, host: str, claimed: str) -> Iterator[Seen]:
    """A post of Mastodon's API; one that only passes on another's (`reblog`) has that one's words."""
    found = from_status(status, host) if get(status, "reblog") is None else None
    if found is None:
        return
    post, moved = found.post, "moved" in found.author.signals
    yield Seen(
        way="post",
        author=_name(post.author, claimed) if host_of(post.author) == host else "",
        text=_own_words(post),
        created=post.created,
        edited=post.edited is not None,
        moved=moved,
        visibility=post.visibility,
    )


def _note(value: object, asked: str, claimed: str) -> Iterator[Seen]:
    found = entry(value, asked)
    if found is not None:
        post = found.post
        edited = post.edited is not None and post.edited != post.created
        yield Seen(
            way="post",
            author=_name(post.author, claimed),
            text=_own_words(post),
            created=post.created,
            edited=edited,
            visibility=post.visibility,
        )


def _own_words(post: Post) -> str:
    """A post's text without what stands there as a quotation of somebody else's."""
    text, at = "", 0
    for span in post.spans:
        if span.kind == "quote" and span.start >= at:
            text, at = text + post.text[at : span.start], span.end
    return text + post.text[at:]


def _name(author: str, claimed: str) -> str:
    """An id as the claim spells it, if it is the same address."""
    return claimed if tidy(author) == tidy(claimed) else author


# --- ActivityPub -----------------------------------------------------------------------------------------------

_TYPES = (*MEDIA_TYPES, 'application/ld+json; profile="https://www.w3.org/ns/activitystreams"')


def _object(name: str, scope: Scope) -> Generator[_Asked, _Heard, Reply]:
    """An object by its address, with this instance's signature if the server wants one."""
    request = Request(url=name, accept=ACCEPT, purpose="Reading the author's profile")
    reply = yield from ask(request)
    if isinstance(reply, Answer) and reply.status in (401, 403) and scope.signs:
        reply = yield from ask(replace(request, credential=ACTOR))
    return reply


def _body(reply: Reply) -> object:
    """The object that an answer holds, if it is one of ActivityPub and where it says that it is."""
    if not isinstance(reply, Answer) or reply.status != 200 or reply.media_type not in MEDIA_TYPES:
        return None
    body = json_of(reply)
    return body if not reply.url or host_of(id_of(body)) == host_of(reply.url) else None


def _made(reply: Reply) -> datetime | None:
    return header_time(reply.fields.get("date", "")) if isinstance(reply, Answer) else None
