"""Posts and authors: from a record, as its author's repository holds it, and from the AppView's view of it.

Records are open: any client may write any JSON, so every field may be absent or of another type (lexicon
`app.bsky.feed.post`). A view carries the record along and adds author, labels, counts and embeds to look at.
"""

from __future__ import annotations

from msgspec.structs import replace

from threadleaf.core.characters import clean, web_address
from threadleaf.core.model import Author, Post
from threadleaf.core.text import facet_spans
from threadleaf.core.untyped import get, items, number, string
from threadleaf.sources import _bsky_embeds as embeds
from threadleaf.sources._bsky_uris import owner, public_address
from threadleaf.sources._moments import moment

_ADULT = frozenset({"porn", "sexual", "nudity", "graphic-media", "gore", "!warn"})


def from_record(uri: str, cid: object, record: object) -> Post:
    """A post from nothing but its record: no counts, no labels by others, a quoted post by its address only."""
    author = owner(uri)
    embed = embeds.from_record(get(record, "embed"), author)
    text = string(get(record, "text"))
    parent = clean(string(get(record, "reply", "parent", "uri")))
    labels = _labels(get(record, "labels", "values"))
    return Post(
        id=uri,
        author=author,
        text=clean(text),
        spans=facet_spans(text, get(record, "facets")),
        url=public_address(uri),
        created=moment(get(record, "createdAt")),
        parent=parent or None,
        parent_author=owner(parent) or None,
        root=clean(string(get(record, "reply", "root", "uri"))) or None,
        langs=tuple(clean(lang) for lang in map(string, items(get(record, "langs"))) if lang),
        media=embed.media,
        card=embed.card,
        quote=embed.quote,
        labels=labels,
        sensitive=_asks_for_notice(labels),
        version=clean(string(cid)),
    )


def from_view(view: object) -> tuple[Post, Author, object] | None:
    """A post as the AppView shows it, its author, and the view of the post that it quotes (None if none is shown).

    None if the view names no post or no author, or if the post's own name says that it is somebody else's. `view` is
    a `postView`, or a `viewRecord` of a quoted post, which calls the record `value` and has its embeds in a list.
    """
    uri, author = clean(string(get(view, "uri"))), author_of(get(view, "author"))
    if not uri or author is None or owner(uri) not in ("", author.id):
        return None
    quoted = get(view, "value") is not None
    plain = from_record(uri, get(view, "cid"), get(view, "value" if quoted else "record"))
    seen = next(iter(items(get(view, "embeds"))), None) if quoted else get(view, "embed")
    # A quote within a quote comes without its embeds; then the record is all there is.
    embed = embeds.Embed(media=plain.media, card=plain.card, quote=plain.quote)
    if seen is not None or not quoted:
        embed = embeds.from_view(seen)
    labels = tuple(dict.fromkeys((*_labels(get(view, "labels")), *plain.labels)))
    post = replace(
        plain,
        author=author.id,
        media=embed.media,
        card=embed.card,
        quote=embed.quote,
        labels=labels,
        sensitive=_asks_for_notice((*labels, *author.labels)),
        replies=number(get(view, "replyCount")),
    )
    return post, author, embed.shown


def author_by_did(did: str) -> Author:
    """An account of which nothing but the DID is known: a repository does not say more of its owner."""
    return Author(id=did, network="bsky", url=_profile(did))


def author_from_record(did: str, handle: str, record: object) -> Author:
    """An account from its own profile record, which has the labels that it gave itself; `handle` is empty or verified."""
    return Author(
        id=did,
        network="bsky",
        handle=handle,
        name=clean(string(get(record, "displayName"))),
        url=_profile(did),
        avatar=web_address(embeds.picture(get(record, "avatar"), did, "avatar")),
        bio=clean(string(get(record, "description"))),
        labels=_labels(get(record, "labels", "values")),
    )


def under_notice(post: Post, author: Author) -> Post:
    """The post as sensitive if its author's account asks for a notice."""
    return replace(post, sensitive=True) if _asks_for_notice(author.labels) else post


def _profile(did: str) -> str:
    return web_address(f"https://bsky.app/profile/{did}")


def author_of(view: object) -> Author | None:
    """An account as the AppView shows it (`profileViewBasic`, `profileViewDetailed`); None without a DID."""
    did = clean(string(get(view, "did")))
    if not did:
        return None
    handle = clean(string(get(view, "handle")))
    return Author(
        id=did,
        network="bsky",
        # The protocol's way to say that the handle does not lead back to the account.
        handle="" if handle == "handle.invalid" else handle,
        name=clean(string(get(view, "displayName"))),
        url=_profile(did),
        avatar=web_address(get(view, "avatar")),
        bio=clean(string(get(view, "description"))),
        labels=_labels(get(view, "labels")),
    )


def _labels(labels: object) -> tuple[str, ...]:
    """The values of labels, without those that only take another one back (`neg`)."""
    if not labels:
        return ()
    found = (clean(string(get(label, "val"))) for label in items(labels) if get(label, "neg") is not True)
    return tuple(dict.fromkeys(value for value in found if value))


def _asks_for_notice(labels: tuple[str, ...]) -> bool:
    """Whether labels ask for a notice before what they are on is shown."""
    return not _ADULT.isdisjoint(labels)
