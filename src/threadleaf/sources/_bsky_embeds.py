"""What is attached to a post: pictures, films, a link's card, a quoted post.

Each kind has two forms: in the record (blobs by their content's name) and in the AppView's view of it (addresses).
A union may grow: kinds that are not known are left out (lexicons `app.bsky.embed.*`).
"""

from __future__ import annotations

from urllib.parse import quote as escape

from msgspec import Struct

from threadleaf.core.characters import clean, web_address
from threadleaf.core.model import Card, Media, MediaKind, Quote, QuoteState
from threadleaf.core.untyped import get, items, number, string
from threadleaf.sources._bsky_uris import owner, public_address

_IMAGES = "https://cdn.bsky.app/img"
_VIDEOS = "https://video.bsky.app/watch"
_STATES: dict[str, QuoteState] = {
    "app.bsky.embed.record#viewRecord": "shown",
    "app.bsky.embed.record#viewNotFound": "not-found",
    "app.bsky.embed.record#viewBlocked": "blocked",
    "app.bsky.embed.record#viewDetached": "detached",
}
_NO_POSTS = ("app.bsky.feed.generator", "app.bsky.graph.list", "app.bsky.graph.starterpack", "app.bsky.labeler.service")
"""What can be attached in the way of a quoted post, and is shown as a card."""


class Embed(Struct, frozen=True, kw_only=True):
    """Everything attached to one post. `shown` is the AppView's view of the quoted post, if it shows it."""

    media: tuple[Media, ...] = ()
    card: Card | None = None
    quote: Quote | None = None
    shown: object = None


def from_view(view: object) -> Embed:
    """An embed as the AppView shows it."""
    match string(get(view, "$type")):
        case "app.bsky.embed.images#view":
            return Embed(media=tuple(_shown_image(image, "thumb") for image in items(get(view, "images"))))
        case "app.bsky.embed.gallery#view":
            images = _of_type("app.bsky.embed.gallery#viewImage", get(view, "items"))
            return Embed(media=tuple(_shown_image(image, "thumbnail") for image in images))
        case "app.bsky.embed.video#view":
            return Embed(media=(_video(view, get(view, "playlist"), get(view, "thumbnail")),))
        case "app.bsky.embed.external#view":
            return Embed(card=_card(get(view, "external"), get(view, "external", "thumb")))
        case "app.bsky.embed.record#view":
            return _quoted(get(view, "record"))
        case "app.bsky.embed.recordWithMedia#view":
            return _both(from_view(_alone(get(view, "media"))), _quoted(get(view, "record", "record")))
    return Embed()


def from_record(embed: object, did: str) -> Embed:
    """An embed as its record has it, in the repository `did`; a quoted post is known by its address only."""
    match string(get(embed, "$type")):
        case "app.bsky.embed.images":
            return Embed(media=tuple(_image(image, did) for image in items(get(embed, "images"))))
        case "app.bsky.embed.gallery":
            images = _of_type("app.bsky.embed.gallery#image", get(embed, "items"))
            return Embed(media=tuple(_image(image, did) for image in images))
        case "app.bsky.embed.video":
            cid = _cid(get(embed, "video"))
            base = f"{_VIDEOS}/{escape(did, safe='')}/{escape(cid, safe='')}" if cid else ""
            return Embed(media=(_video(embed, f"{base}/playlist.m3u8", f"{base}/thumbnail.jpg"),))
        case "app.bsky.embed.external":
            thumb = picture(get(embed, "external", "thumb"), did, "feed_thumbnail")
            return Embed(card=_card(get(embed, "external"), thumb))
        case "app.bsky.embed.record":
            return _addressed(get(embed, "record"))
        case "app.bsky.embed.recordWithMedia":
            return _both(from_record(_alone(get(embed, "media")), did), _addressed(get(embed, "record", "record")))
    return Embed()


def _alone(media: object) -> object:
    """What stands beside a quoted post; never another of the same kind, which a record could nest without end."""
    return None if "recordWithMedia" in string(get(media, "$type")) else media


def _both(beside: Embed, quoted: Embed) -> Embed:
    return Embed(media=beside.media, card=beside.card or quoted.card, quote=quoted.quote, shown=quoted.shown)


def _of_type(kind: str, found: object) -> list[object]:
    return [item for item in items(found) if get(item, "$type") == kind]


# --- pictures, films, cards ------------------------------------------------------------------------------------


def _shown_image(image: object, thumb: str) -> Media:
    """`thumb` is where the small form stands: galleries call it otherwise than the older kind."""
    return _media("image", image, get(image, "fullsize"), get(image, thumb))


def _image(image: object, did: str) -> Media:
    blob = get(image, "image")
    return _media("image", image, picture(blob, did, "feed_fullsize"), picture(blob, did, "feed_thumbnail"))


def _video(video: object, url: object, thumb: object) -> Media:
    return _media("gif" if get(video, "presentation") == "gif" else "video", video, url, thumb)


def _media(kind: MediaKind, described: object, url: object, thumb: object) -> Media:
    return Media(
        kind=kind,
        url=web_address(url),
        thumb=web_address(thumb),
        alt=clean(string(get(described, "alt"))),
        width=number(get(described, "aspectRatio", "width")) or 0,
        height=number(get(described, "aspectRatio", "height")) or 0,
    )


def _cid(blob: object) -> str:
    """The content's name in a blob, also in the form that blobs had before 2023."""
    return string(get(blob, "ref", "$link")) or string(get(blob, "cid"))


def picture(blob: object, did: str, form: str) -> str:
    """Where Bluesky's own servers show a picture of a repository, in one of their forms; empty if it has no name."""
    cid = _cid(blob)
    return f"{_IMAGES}/{form}/plain/{did}/{escape(cid, safe='')}@jpeg" if cid and did else ""


def _card(external: object, thumb: object) -> Card | None:
    url = web_address(get(external, "uri"))
    if not url:
        return None
    return Card(
        url=url,
        title=clean(string(get(external, "title"))),
        description=clean(string(get(external, "description"))),
        thumb=web_address(thumb),
    )


# --- quoted posts ----------------------------------------------------------------------------------------------


def _quoted(record: object) -> Embed:
    """The view of an attached record: mostly a post, and whether the AppView shows it."""
    uri = clean(string(get(record, "uri")))
    if any(f"/{collection}/" in uri for collection in _NO_POSTS):
        return Embed(card=_record_card(record, uri))
    if not uri:
        return Embed()
    state = _STATES.get(string(get(record, "$type")), "unknown")
    author = clean(string(get(record, "author", "did"))) or owner(uri)
    quote = Quote(id=uri, url=public_address(uri), state=state, author=author)
    return Embed(quote=quote, shown=record if state == "shown" else None)


def _record_card(record: object, uri: str) -> Card | None:
    """A feed, a list, a starter pack or a labeler, by the name that its view gives it."""
    url = public_address(uri)
    names = (
        get(record, "displayName"),
        get(record, "name"),
        get(record, "record", "name"),
        get(record, "creator", "displayName"),
    )
    title = next((clean(name) for name in map(string, names) if name), "")
    return Card(url=url, title=title, description=clean(string(get(record, "description")))) if url else None


def _addressed(reference: object) -> Embed:
    """A reference in a record: whether what it names may be shown is for the AppView to say."""
    uri = clean(string(get(reference, "uri")))
    if any(f"/{collection}/" in uri for collection in _NO_POSTS):
        return Embed(card=_record_card(None, uri))
    return Embed(quote=Quote(id=uri, url=public_address(uri), state="address", author=owner(uri))) if uri else Embed()
