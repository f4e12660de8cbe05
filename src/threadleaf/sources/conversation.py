"""Our own saved form of a conversation: `{"threadleaf": 1, "conversation": {…}}`, as `core.model` describes it.

For samples, for tests, and for whatever a network's own form cannot say. A file may come from anybody, so what the
other sources guarantee by their making (times with a zone, spans within their text, ids that name a page) is
checked here, and a file that breaks it is refused with a sentence instead of being repaired.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TypeVar, cast

import msgspec
from msgspec import UNSET, Struct

from threadleaf.core.characters import clean, web_address
from threadleaf.core.errors import UnknownAddress, Unreadable
from threadleaf.core.merge import merge
from threadleaf.core.model import Conversation, Ref, Span
from threadleaf.core.ref import from_path, path
from threadleaf.sources._together import grouped, refuse_strangers
from threadleaf.wire import Document

VERSION = 1
"""The version of this form that is read."""

_PAGES = ("page", "file")
_ADDRESSES = ("link", "mention", "emoji")
_T = TypeVar("_T")


class _Head(Struct):
    """What tells our form from any other JSON object."""

    threadleaf: object = UNSET


class _Saved(Struct):
    threadleaf: int
    conversation: Conversation


_HEADS, _SAVED = msgspec.json.Decoder(_Head), msgspec.json.Decoder(_Saved)


def matches(ref: Ref) -> bool:  # noqa: ARG001 -- the face of every source
    """Never: this form is only read from files."""
    return False


def recognises(document: Document) -> bool:
    """Whether the document is a JSON object that says `threadleaf`."""
    return _version(document) is not UNSET


def read(documents: Sequence[Document]) -> Conversation:
    """The saved conversation; several documents are readings of the same one, later ones last.

    Raises Unreadable for another version, a wrong shape, or documents that do not belong together.
    """
    readings = [_one(document) for document in documents]
    _refuse_strangers(readings, documents[0].name)
    first, *others = readings
    for other in others:
        try:
            first = merge(first, other)
        except ValueError as error:
            sentence = "These files hold different conversations. Read them one by one."
            raise Unreadable(sentence, subject=documents[0].name) from error
    return first


def _refuse_strangers(readings: Sequence[Conversation], subject: str) -> None:
    """Raise Unreadable unless all are readings of one conversation: they share a post, or what a post answers."""
    posts = {post.id: post for reading in readings for post in reading.posts}
    files = [[post.id for post in reading.posts] for reading in readings]
    places = [place for reading in readings for place in reading.missing]
    authors = {author.id: author for reading in readings for author in reading.authors}
    lead = grouped([*posts.values(), *places], files)
    refuse_strangers(files, lead, files[0][0], posts, authors, subject)


def encode(conversation: Conversation) -> bytes:
    """The saved form of a conversation, compact; `read` gives the same conversation back."""
    return msgspec.json.encode(_Saved(threadleaf=VERSION, conversation=conversation))


def _version(document: Document) -> object:
    """What stands under `threadleaf`, UNSET in any other document."""
    try:
        return _HEADS.decode(_body(document)).threadleaf
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return UNSET


def _body(document: Document) -> bytes:
    return document.body.removeprefix(b"\xef\xbb\xbf")


def _one(document: Document) -> Conversation:
    version = _version(document)
    if version != VERSION:
        shown = version if isinstance(version, int) else "unknown"
        raise _unreadable(document, f"is of version {shown}, and this Threadleaf reads version {VERSION}")
    try:
        conversation = _SAVED.decode(_body(document)).conversation
    except msgspec.MsgspecError as error:
        raise _unreadable(document, f"has a wrong shape: {error}") from error
    if rb"\u0000" in document.body:
        conversation = _without_nul(conversation)
    for problem in _problems(conversation):
        raise _unreadable(document, problem)
    return conversation


def _unreadable(document: Document, why: str) -> Unreadable:
    name = "".join(sign for sign in document.name if sign.isprintable())[-100:]
    label = f"The saved conversation “{name}”" if name else "The saved conversation"
    return Unreadable(f"{label} {why}.", subject=document.name)


def _without_nul(value: _T) -> _T:
    """The same with every text passed through `clean`; the model is at most five levels deep."""
    cleaned: object = value
    if isinstance(value, str):
        cleaned = clean(value)
    elif isinstance(value, tuple):
        cleaned = tuple(map(_without_nul, value))
    elif isinstance(value, Struct):
        cleaned = type(value)(**{name: _without_nul(getattr(value, name)) for name in value.__struct_fields__})
    return cast("_T", cleaned)


def _problems(conversation: Conversation) -> Iterator[str]:
    """What the model promises beyond its types, and this conversation breaks."""
    if not conversation.posts:
        yield "has no posts"
    if conversation.linked == (conversation.network in _PAGES):
        yield f"cannot be of the network “{conversation.network}” and have {_edges(conversation)} reply links"
    if conversation.linked and conversation.anchor not in {post.id for post in conversation.posts}:
        yield "does not hold the post that it was saved for"
    for when in _times(conversation):
        if when is not None and when.tzinfo is None:
            yield f"has a time without a zone, {when.isoformat()}"
    for address in _addresses(conversation):
        if address and web_address(address) != address:
            yield "has a link that is no web address"
    for post in (*conversation.posts, *conversation.quoted):
        if conversation.linked and not _names_a_page(Ref(conversation.network, post.id)):
            yield "has a post whose id is none of its network's"
        if not _fits(post.text, post.spans):
            yield "has a post whose spans do not fit its text"


def _edges(conversation: Conversation) -> str:
    return "any" if conversation.linked else "no"


def _names_a_page(ref: Ref) -> bool:
    """Whether the id has the form that its network gives to ids: then our own path leads back to it."""
    if ref.network == "bsky" and not (ref.id.startswith("at://") and ref.id.count("/") == 4):
        return False
    try:
        return from_path(path(ref)) == ref
    except UnknownAddress:
        return False


def _times(conversation: Conversation) -> Iterator[datetime | None]:
    yield conversation.read_at
    for post in (*conversation.posts, *conversation.quoted):
        yield post.created
        yield post.edited
        yield post.poll.ends if post.poll else None


def _addresses(conversation: Conversation) -> Iterator[str]:
    yield conversation.address
    for author in conversation.authors:
        yield from (author.url, author.avatar)
    for post in (*conversation.posts, *conversation.quoted):
        yield post.url
        yield from (address for media in post.media for address in (media.url, media.thumb))
        yield from (post.card.url, post.card.thumb) if post.card else ()
        yield post.quote.url if post.quote else ""
        yield from (span.value for span in post.spans if span.kind in _ADDRESSES)


def _fits(text: str, spans: Sequence[Span]) -> bool:
    """Whether spans lie within the text, in order, and two of them nest or do not touch (see `model.Span`)."""
    open_ends: list[int] = []
    before = (-1, 0)
    for span in spans:
        while open_ends and open_ends[-1] <= span.start:
            open_ends.pop()
        end = open_ends[-1] if open_ends else len(text)
        if not 0 <= span.start < span.end <= end or (span.start, -span.end) < before:
            return False
        open_ends.append(span.end)
        before = (span.start, -span.end)
    return True
