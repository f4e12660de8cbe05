"""ActivityPub objects become posts (ActivityStreams 2.0, as the fediverse's servers write it).

An object speaks for its own server only: `asked` is where it was found, and an object whose id lies elsewhere, or
whose author does, is no evidence of anything and is left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from html import escape

from msgspec import Struct
from msgspec.structs import replace

from threadleaf.core.characters import clean, web_address
from threadleaf.core.markup import html_text
from threadleaf.core.model import Card, Media, MediaKind, Missing, Note, Option, Poll, Post, Quote, Visibility
from threadleaf.core.untyped import get, number, string
from threadleaf.sources._fedi_actors import profile
from threadleaf.sources._fedi_addresses import post_id
from threadleaf.sources._fedi_collections import Listing
from threadleaf.sources._fedi_forms import (
    ACTORS,
    COLLECTIONS,
    PLAIN,
    TITLED,
    emojis_of,
    first_address,
    first_id,
    id_of,
    is_at,
    kind_is,
    kind_of,
    many,
    page_of,
    unwrapped,
    whose,
)
from threadleaf.sources._fedi_sightings import Sightings
from threadleaf.sources._moments import moment

_PUBLIC = frozenset({"https://www.w3.org/ns/activitystreams#Public", "as:Public", "Public"})
_MEDIA: Mapping[str, MediaKind] = {"image": "image", "video": "video", "audio": "audio"}
_NO_FILES = ("Link", "Note", "Page", "Article", "PropertyValue")


class Entry(Struct, frozen=True, kw_only=True):
    """A post, and where more about it is to be learnt.

    `name` is its ActivityPub id as its server writes it; `replies` the collection of its answers, as it came: an
    address, or the collection with a first page; `context` the address of the collection of the whole conversation;
    `authorization` that of the quoted author's consent; `notes` what was repaired on the way.
    """

    post: Post
    name: str
    replies: object = None
    context: str = ""
    authorization: str = ""
    notes: tuple[Note, ...] = ()


def entry(value: object, asked: str = "", at: datetime | None = None) -> Entry | None:
    """A post, whole or within the activity that made it; None for anything else, and for what cannot be believed.

    `asked` is the address of the answer that holds it (empty: a saved file), `at` when that answer was given.
    """
    value = unwrapped(value)
    kind, name = kind_of(value), id_of(value)
    author = next((who for who in map(id_of, many(get(value, "attributedTo"))) if is_at(who, name)), "")
    if kind not in (*PLAIN, *TITLED) or not is_at(name, asked) or not author or _is_vote(value):
        return None
    post, notes = _post(value, name, author, at)
    return Entry(
        post=post,
        name=name,
        replies=get(value, "replies"),
        # A server does not know all of the conversations that are kept elsewhere.
        context=address if is_at(address := id_of(get(value, "context")), name) else "",
        authorization=id_of(get(value, "quoteAuthorization")),
        notes=tuple(replace(note, post=post.id) for note in notes),
    )


def _post(value: object, name: str, author: str, at: datetime | None) -> tuple[Post, tuple[Note, ...]]:
    quoted = next((found for found in map(id_of, _quotes(value)) if found), "")
    html, langs = _content(value)
    if kind_of(value) in TITLED and (title := clean(string(get(value, "name"))).strip()):
        html = f"<p><strong>{escape(title)}</strong></p>{html}"
    text, spans, notes = html_text(html, emojis_of(value), without_quote=bool(quoted))
    media = tuple(_media(value))
    created, updated = moment(get(value, "published")), moment(get(value, "updated"))
    page, answered = page_of(value, name), first_id(get(value, "inReplyTo"))
    post = Post(
        id=post_id(name, page),
        author=author,
        text=text,
        spans=spans,
        url=page,
        created=created,
        edited=updated if updated != created else None,
        parent=post_id(answered) or None,
        parent_author=author if whose(answered, author) == "own" else None,
        langs=langs,
        media=media,
        card=None if media else _card(value),
        poll=_poll(value, at),
        quote=Quote(id=post_id(quoted), url=quoted, state="address") if quoted else None,
        warning=clean(string(get(value, "summary"))).strip() if kind_of(value) in PLAIN else "",
        sensitive=get(value, "sensitive") is True or any(get(file, "sensitive") is True for file in _files(value)),
        visibility=_visibility(value),
        version=clean(string(get(value, "updated"))),
    )
    return post, notes


def _is_vote(value: object) -> bool:
    """Whether a note is a vote in a poll: it has a name, the choice, and no words of its own (Mastodon's form)."""
    return kind_of(value) == "Note" and bool(string(get(value, "name"))) and not string(get(value, "content"))


def _content(value: object) -> tuple[str, tuple[str, ...]]:
    """The HTML of a post and its language: that of the version in `contentMap` which `content` repeats."""
    found = get(value, "contentMap")
    versions = {lang: html for lang, html in found.items() if isinstance(html, str)} if isinstance(found, dict) else {}
    html = string(get(value, "content")) or next(iter(versions.values()), "")
    langs = (clean(lang) for lang, version in versions.items() if version == html and lang not in ("", "und"))
    return html, tuple(langs)[:1]


def _quotes(value: object) -> Iterator[object]:
    """What is quoted, in the words of FEP-044f, of Fedibird and Mastodon, of Misskey, and of Pleroma."""
    return (get(value, word) for word in ("quote", "quoteUri", "_misskey_quote", "quoteUrl"))


def _visibility(value: object) -> Visibility:
    """Who may see a post: it is public if addressed to the public, unlisted if the public gets a copy."""
    to, cc = ([id_of(who) or string(who) for who in many(get(value, field))] for field in ("to", "cc"))
    if not _PUBLIC.isdisjoint(to):
        return "public"
    if not _PUBLIC.isdisjoint(cc):
        return "unlisted"
    return "private" if any(who.endswith("/followers") for who in (*to, *cc)) else "direct"


def _poll(value: object, at: datetime | None) -> Poll | None:
    """The choices of a `Question`; it is closed if it says so, or if its end was past when it was read."""
    one, several = many(get(value, "oneOf")), many(get(value, "anyOf"))
    if not one and not several:
        return None
    closed, ends = get(value, "closed"), moment(get(value, "endTime"))
    return Poll(
        options=tuple(
            Option(title=clean(string(get(choice, "name"))), votes=number(get(choice, "replies", "totalItems")))
            for choice in one or several
        ),
        voters=number(get(value, "votersCount")),
        multiple=not one,
        ends=ends or moment(closed),
        closed=closed is True or moment(closed) is not None or (ends is not None and at is not None and ends <= at),
    )


# --- what is attached ------------------------------------------------------------------------------------------


def _files(value: object) -> Iterator[object]:
    for file in many(get(value, "attachment")):
        if not any(kind_is(file, kind) for kind in _NO_FILES):
            yield file


def _media(value: object) -> Iterator[Media]:
    for file in _files(value):
        if address := first_address(file):
            yield Media(
                kind=_media_kind(file),
                url=address,
                thumb=first_address(get(file, "icon")),
                alt=clean(string(get(file, "name")) or string(get(file, "summary"))),
                width=number(get(file, "width")) or 0,
                height=number(get(file, "height")) or 0,
            )


def _media_kind(file: object) -> MediaKind:
    """By the file's media type, else by the word that its object goes by."""
    types = [string(get(link, "mediaType")).partition("/")[0] for link in (file, *many(get(file, "url")))]
    words = [string(kind).lower() for kind in many(get(file, "type"))]
    return next((_MEDIA[kind] for kind in (*types, *words) if kind in _MEDIA), "unknown")


def _card(value: object) -> Card | None:
    """The link that a post is about, where it has one as an attachment (Lemmy's form)."""
    for link in many(get(value, "attachment")):
        if kind_is(link, "Link") and (address := web_address(get(link, "href"))):
            return Card(url=address, title=clean(string(get(link, "name"))))
    return None


# --- saved answers ---------------------------------------------------------------------------------------------


def is_note(body: object) -> bool:
    """Whether a saved answer is one of ActivityPub: a post, an account, a collection of posts, or what was a post."""
    return kind_of(unwrapped(body)) in (*PLAIN, *TITLED, *ACTORS, *COLLECTIONS, "Tombstone")


def tell(body: object, seen: Sightings) -> None:
    """Tell `seen` what a saved answer shows."""
    body = unwrapped(body)
    if (found := profile(body)) is not None:
        seen.author(found.author)
    if kind_is(body, "Tombstone") and (name := post_id(id_of(body))):
        seen.missing(Missing(id=name, reason="deleted", says="deleted"))
        seen.asked_for(name)
    listed = kind_of(body) in COLLECTIONS
    waiting = Listing("").read(body)[::-1] if listed else [body]
    while waiting:
        post = entry(waiting.pop(), at=seen.at)
        if post is None:
            continue
        seen.post(post.post, None)
        tell_besides(post, seen)
        if not listed:
            seen.asked_for(post.post.id)
        listing = Listing(post.name)
        waiting += listing.read(post.replies)[::-1]
        if listing.end in ("all", "own"):
            seen.own_listed(post.post.id)


def tell_besides(found: Entry, seen: Sightings) -> None:
    """Tell of the other names of a post, and of what was repaired in it."""
    for other in (post_id(found.name), post_id(found.post.url)):
        seen.same(other, found.post.id)
    for note in found.notes:
        seen.note(note)
