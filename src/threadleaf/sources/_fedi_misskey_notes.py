"""Notes and users of Misskey and its forks, as their own API describes them (entities Note and User).

Any field may be absent or of another type: there are many forks. A note that came from another server has its ActivityPub
id in `uri`; one of the server itself has none, and is named by its page.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from urllib.parse import quote as escape

from msgspec import Struct

from threadleaf.core.characters import clean, web_address
from threadleaf.core.emoji import emoji_in
from threadleaf.core.model import Author, Media, MediaKind, Option, Poll, Post, Quote, QuoteState, Visibility
from threadleaf.core.untyped import get, items, number, string
from threadleaf.core.wishes import LOGGED_OUT, UNREAD
from threadleaf.sources._fedi_actors import with_targets
from threadleaf.sources._fedi_addresses import actor_in, host_of, post_id
from threadleaf.sources._fedi_before import is_before
from threadleaf.sources._fedi_mfm import mfm_text
from threadleaf.sources._moments import moment

_AUDIENCES: Mapping[str, Visibility] = {"public": "public", "home": "unlisted", "specified": "direct"}
_MEDIA: Mapping[str, MediaKind] = {"image": "image", "video": "video", "audio": "audio"}


class Noted(Struct, frozen=True, kw_only=True):
    """A note: the post, its author, its own name on the server that was asked, and by the same way of naming what it
    answers; `user` is the author's id there, `actor` her ActivityPub id if that is another one than the post names.

    `reply` and `renote` are the notes that it answers and quotes, if they came along. `boosts` names the note that it
    only passes on.
    """

    post: Post
    author: Author
    key: str
    user: str
    actor: str = ""
    parent: str = ""
    boosts: str = ""
    reply: object = None
    renote: object = None


def noted(note: object, host: str, at: datetime | None = None) -> Noted | None:
    """A note as the server `host` describes it, at the time `at`; None for anything else."""
    key, author = clean(string(get(note, "id"))), user(get(note, "user"), host)
    if not key or author is None or not host:
        return None
    there = string(get(note, "user", "host")) or host
    name = _name(note, host)
    text, spans = mfm_text(string(get(note, "text")), _emojis(get(note, "emojis")), there)
    files = items(get(note, "files"))
    parent, renote = clean(string(get(note, "replyId"))), clean(string(get(note, "renoteId")))
    poll, warning = _poll(get(note, "poll"), at), get(note, "cw")
    bare = not (text or files or poll or parent or isinstance(warning, str))
    return Noted(
        post=Post(
            id=post_id(name, page := _page(note, name)),
            author=author.id,
            text=text,
            spans=spans,
            url=page,
            created=moment(get(note, "createdAt")),
            edited=moment(get(note, "updatedAt")),
            parent=note_id(host, parent) or None,
            parent_author=_id_of(get(note, "reply", "user"), host),
            langs=(lang,) if (lang := clean(string(get(note, "lang")))) else (),
            media=tuple(_media(files)),
            poll=poll,
            quote=_quote(note, host, author.id, at) if renote and not bare else None,
            warning=clean(string(warning)).strip(),
            # A note with an empty warning is folded away as well.
            sensitive=warning == "" or any(get(file, "isSensitive") is True for file in files),
            visibility=_visibility(note, at),
            version=clean(string(get(note, "updatedAt"))),
            replies=number(get(note, "repliesCount")),
        ),
        author=author,
        key=key,
        user=clean(string(get(note, "user", "id"))),
        actor=actor_of(get(note, "user"), host, name),
        parent=parent,
        boosts=renote if bare else "",
        reply=get(note, "reply"),
        renote=get(note, "renote"),
    )


def note_id(host: str, key: str) -> str:
    """The id of a note of the server itself, which for a note from elsewhere is another name; empty without a key."""
    return post_id(f"https://{host}/notes/{escape(key, safe='')}") if key else ""


def _name(note: object, host: str) -> str:
    """The ActivityPub id of a note: a server names its own notes itself, and others never by its own addresses."""
    uri = web_address(get(note, "uri"))
    foreign = string(get(note, "user", "host")) and host_of(uri) not in ("", host)
    return clean(uri) if foreign else note_id(host, clean(string(get(note, "id"))))


def _page(note: object, name: str) -> str:
    """The page of a note for people, on its own server."""
    url = web_address(get(note, "url"))
    return clean(url) if host_of(url) == host_of(name) else name


def _visibility(note: object, at: datetime | None) -> Visibility:
    """Who may see a note, at the time `at`. A note for its own server is not for everybody."""
    if get(note, "isHidden") is True or get(note, "localOnly") is True:
        return "private"
    limits = (get(note, "user", word) for word in ("makeNotesFollowersOnlyBefore", "makeNotesHiddenBefore"))
    if any(is_before(limit, moment(get(note, "createdAt")), at) for limit in limits):
        return "private"
    return _AUDIENCES.get(string(get(note, "visibility")), "private")


def _emojis(found: object) -> dict[str, str]:
    """Pictures of custom emoji by name, in the newer form or in the older one; without them their names are shown."""
    if isinstance(found, dict):
        return {name: string(address) for name, address in found.items()}
    return {string(get(emoji, "name")): string(get(emoji, "url")) for emoji in items(found)}


def _media(files: list[object]) -> Iterator[Media]:
    for file in files:
        yield Media(
            kind=_MEDIA.get(string(get(file, "type")).partition("/")[0], "unknown"),
            url=web_address(get(file, "url")),
            thumb=web_address(get(file, "thumbnailUrl")),
            alt=clean(string(get(file, "comment"))),
            width=number(get(file, "properties", "width")) or 0,
            height=number(get(file, "properties", "height")) or 0,
        )


def _poll(poll: object, at: datetime | None) -> Poll | None:
    choices = items(get(poll, "choices"))
    ends = moment(get(poll, "expiresAt"))
    if not choices:
        return None
    return Poll(
        options=tuple(
            Option(title=clean(string(get(choice, "text"))), votes=number(get(choice, "votes"))) for choice in choices
        ),
        multiple=get(poll, "multiple") is True,
        ends=ends,
        closed=ends is not None and at is not None and ends <= at,
    )


def _quote(note: object, host: str, author: str, at: datetime | None) -> Quote:
    """What a note quotes. It is shown if its author is the same, or of the same server, where every public note may be
    quoted; of an author elsewhere nobody knows whether she agrees."""
    renote = get(note, "renote")
    quoted = user(get(renote, "user"), host)
    key = clean(string(get(note, "renoteId")))
    if quoted is None:
        return Quote(id=note_id(host, key), url=note_id(host, key), state="unknown")
    name = _name(renote, host)
    page = _page(renote, name)
    agreed = quoted.id == author or not string(get(renote, "user", "host"))
    public = _visibility(renote, at) in ("public", "unlisted")
    state: QuoteState = "hidden" if not public else "shown" if agreed else "address"
    return Quote(id=post_id(name, page), url=page, state=state, author=quoted.id)


# --- users -----------------------------------------------------------------------------------------------------


def user(found: object, host: str) -> Author | None:
    """A user, as the server `host` describes her, in short or in full; None for anything else.

    Her wishes stand in the full description only.
    """
    name = clean(string(get(found, "username")))
    who = _id_of(found, host)
    if not name or who is None:
        return None
    there, called = string(get(found, "host")).lower() or host, clean(string(get(found, "name")))
    return Author(
        id=who,
        network="fedi",
        handle=f"{name}@{there}",
        name=called,
        name_spans=emoji_in(called, _emojis(get(found, "emojis"))),
        url=web_address(f"https://{there}/@{name}"),
        avatar=web_address(get(found, "avatarUrl")),
        bio=_bio(found),
        labels=(LOGGED_OUT,) if get(found, "requireSigninToViewContents") is True else (),
        signals=tuple(_signals(found)),
    )


def actor_of(found: object, host: str, post: str = "") -> str:
    """The ActivityPub id of a user from another server than `host`, by which people opt out; empty if it is not known.

    The full description of a user says it; a post's id may begin with it.
    """
    there = string(get(found, "host")).lower()
    named = (clean(web_address(get(found, "uri"))), actor_in(post))
    return next((name for name in named if there not in ("", host) and host_of(name) == there), "")


def _id_of(found: object, host: str) -> str | None:
    """A user's id: her ActivityPub id on her own server; of others the address of their page there.

    That is the best that is known where notes show users in short. Whoever finds out more tells it (`actor_of`).
    """
    key, name = clean(string(get(found, "id"))), clean(string(get(found, "username")))
    there = string(get(found, "host")).lower()
    if not key or not name:
        return None
    return web_address(f"https://{there}/@{name}" if there and there != host else f"https://{host}/users/{key}") or None


def _bio(found: object) -> str:
    """What a user says of herself, and the lines of her table, as plain text."""
    fields = items(get(found, "fields"))
    lines = (f"{clean(string(get(f, 'name')))}: {_plain(string(get(f, 'value')))}" for f in fields)
    return "\n".join(filter(None, (_plain(string(get(found, "description"))), *lines)))


def _plain(mfm: str) -> str:
    return with_targets(*mfm_text(mfm))


def _signals(found: object) -> Iterator[str]:
    """The wishes and facts of an account; `noCrawle` is how Misskey spells it."""
    if get(found, "noCrawle") is True or get(found, "noIndex") is True:
        yield "noindex"
    if get(found, "isExplorable") is False:
        yield "discoverable=false"
    if get(found, "isBot") is True:
        yield "bot"
    if get(found, "isSuspended") is True:
        yield "suspended"
    if string(get(found, "movedTo")) or string(get(found, "movedToUri")):
        yield "moved"
    if not (isinstance(found, dict) and "description" in found):
        yield UNREAD
