"""A post as X's API gives it, in either vocabulary, and who wrote it: text, entities, media, polls, quotes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from threadleaf.core.characters import clean, web_address
from threadleaf.core.model import Author, Card, Media, MediaKind, Option, Poll, Post, Quote, Span
from threadleaf.core.text import entity_text
from threadleaf.core.untyped import get, items, number, string
from threadleaf.sources._moments import moment
from threadleaf.sources._x_requests import moment_of

PROTECTED = "protected"
"""The signal of an account that shows its posts to whom it admits only."""
WITHHELD = "withheld"
"""The signal of an account that X does not show in some countries."""

_ID = re.compile(r"[1-9][0-9]{0,18}")
_KINDS: Mapping[str, MediaKind] = {"photo": "image", "video": "video", "animated_gif": "gif"}
_NO_LANGUAGE = re.compile(r"q[a-t][a-z]|und|zxx|art")


def either(form: object, older: str, newer: str) -> object:
    """What stands under one of the two names of a thing."""
    found = get(form, older)
    return get(form, newer) if found is None else found


def name_of(value: object) -> str:
    """An id; empty for anything else."""
    text = string(value)
    return text if _ID.fullmatch(text) else ""


def references(form: object) -> Iterator[tuple[str, str]]:
    """What a post refers to: `replied_to`, `quoted` or `retweeted`, and the id."""
    for reference in items(either(form, "referenced_tweets", "referenced_posts")):
        if name := name_of(get(reference, "id")):
            yield string(get(reference, "type")), name


def history(form: object) -> tuple[str, ...]:
    """The ids of a post's versions, the first one first; its own alone where nothing is said."""
    versions = map(name_of, items(either(form, "edit_history_tweet_ids", "edit_history_post_ids")))
    return tuple(filter(None, versions)) or (name_of(get(form, "id")),)


def is_withheld(form: object) -> bool:
    """Whether X does not show a post, or all of an account, somewhere: then nobody else should."""
    return bool(items(get(form, "withheld", "country_codes"))) or get(form, "withheld", "copyright") is True


def author(form: object) -> Author | None:
    """An account; None if it has no id or name."""
    name, username = name_of(get(form, "id")), clean(string(get(form, "username")))
    if not name or not re.fullmatch(r"[A-Za-z0-9_]{1,30}", username):
        return None
    bio, _ = entity_text(string(get(form, "description")), get(form, "entities", "description"))
    signals = [PROTECTED] if get(form, "protected") is True else []
    signals += [WITHHELD] if is_withheld(form) else []
    return Author(
        id=name,
        network="x",
        handle=username,
        name=clean(string(get(form, "name"))),
        url=f"https://x.com/{username}",
        avatar=web_address(get(form, "profile_image_url")),
        bio=bio,
        signals=tuple(signals),
    )


def post(form: object, media: Mapping[str, object], polls: Mapping[str, object], handle: str) -> Post:
    """A post under the id of its first version; `media` and `polls` are what came with it, by key and id.

    `handle` is its author's if it is known. Ids that it names are those of the versions that were there at the time.
    """
    versions = history(form)
    named = dict(references(form))
    attached = [media[key] for key in map(string, items(get(form, "attachments", "media_keys"))) if key in media]
    text, spans = _text(form, quoted=named.get("quoted", ""))
    created = moment_of(versions[0]) if len(versions) > 1 else moment(get(form, "created_at")) or moment_of(versions[0])
    lang = clean(string(get(form, "lang")))
    return Post(
        id=versions[0],
        author=name_of(get(form, "author_id")),
        text=text,
        spans=spans,
        url=f"https://x.com/{handle or 'i'}/status/{versions[-1]}",
        created=created,
        edited=moment_of(versions[-1]) if len(versions) > 1 else None,
        parent=named.get("replied_to"),
        parent_author=name_of(get(form, "in_reply_to_user_id")) or None if "replied_to" in named else None,
        root=name_of(get(form, "conversation_id")) or None,
        langs=() if not lang or _NO_LANGUAGE.fullmatch(lang) else (lang,),
        media=tuple(map(_media, attached)),
        card=_card(form, f"https://x.com/{handle or 'i'}/status/{versions[-1]}"),
        poll=next(
            (_poll(polls[key]) for key in map(string, items(get(form, "attachments", "poll_ids"))) if key in polls),
            None,
        ),
        quote=_quote(named.get("quoted", "")),
        sensitive=get(form, "possibly_sensitive") is True,
        version=versions[-1],
        replies=number(get(form, "public_metrics", "reply_count")),
    )


# --- text ------------------------------------------------------------------------------------------------------


def _text(form: object, quoted: str) -> tuple[str, tuple[Span, ...]]:
    """The whole text and its spans, without the names that a reply begins with and the addresses of what is shown below."""
    note = either(form, "note_tweet", "note_post")
    short = clean(string(get(form, "text")))
    text = clean(string(get(note, "text"))) or short
    entities = get(note, "entities") if text is not short else get(form, "entities")
    low, high = _shown(form, short)
    if text is not short:
        low, high = (low if text[:low] == short[:low] else 0), len(text)
    high = _before_what_is_shown(text, high, entities, quoted)
    is_escaped = text is short or _is_escaped(text)
    return entity_text(text, entities, (low, max(low, high)), is_escaped=is_escaped, is_short=True)


def _shown(form: object, text: str) -> tuple[int, int]:
    """The code points that X shows of a text."""
    bounds = [number(place) for place in items(get(form, "display_text_range"))]
    if len(bounds) == 2 and bounds[0] is not None and bounds[1] is not None and bounds[0] <= bounds[1] <= len(text):
        return bounds[0], bounds[1]
    return 0, len(text)


def _before_what_is_shown(text: str, high: int, entities: object, quoted: str) -> int:
    """Where a text ends before the addresses of its own media, and of the post that it quotes."""
    dropped = {string(get(url, "url")) for url in items(get(entities, "urls")) if _is_shown_below(url, quoted)} - {""}
    while True:
        rest = text[:high].rstrip()
        last = next((address for address in dropped if rest.endswith(address)), "")
        if not last:
            return high if rest == text[:high] else (len(rest) if dropped else high)
        high = len(rest) - len(last)


def _is_shown_below(url: object, quoted: str) -> bool:
    address = string(get(url, "expanded_url"))
    if string(get(url, "media_key")) or re.search(r"/status/[0-9]+/(?:photo|video)/[0-9]+\Z", address):
        return True
    return bool(quoted) and re.search(rf"/status/{quoted}\Z", address.partition("?")[0]) is not None


def _is_escaped(text: str) -> bool:
    """Whether a text is escaped: then it holds no bare `<`, `>` or `&`. X does not say it of long posts."""
    return re.search(r"[<>]|&(?!(?:amp|lt|gt);)", text) is None


# --- what hangs on it ------------------------------------------------------------------------------------------


def _media(form: object) -> Media:
    variants = [one for one in items(get(form, "variants")) if string(get(one, "content_type")) == "video/mp4"]
    best = max(variants, key=lambda one: number(get(one, "bit_rate")) or 0, default=None)
    thumb = web_address(get(form, "preview_image_url"))
    return Media(
        kind=_KINDS.get(string(get(form, "type")), "unknown"),
        url=web_address(get(form, "url")) or web_address(get(best, "url")),
        thumb=thumb,
        alt=clean(string(get(form, "alt_text"))),
        width=number(get(form, "width")) or 0,
        height=number(get(form, "height")) or 0,
    )


def _card(form: object, address: str) -> Card | None:
    """The preview of the last link that has one, or the article that the post is."""
    title = clean(string(get(form, "article", "title")) or string(get(form, "article_title")))
    if title:
        return Card(url=address, title=title)
    note = either(form, "note_tweet", "note_post")
    urls = items(get(note, "entities", "urls")) or items(get(form, "entities", "urls"))
    titled = [url for url in urls if string(get(url, "title")) and web_address(get(url, "url"))]
    if not titled:
        return None
    images = items(get(titled[-1], "images"))
    return Card(
        url=web_address(get(titled[-1], "url")),
        title=clean(string(get(titled[-1], "title"))),
        description=clean(string(get(titled[-1], "description"))),
        thumb=web_address(get(images[0], "url")) if images else "",
    )


def _poll(form: object) -> Poll:
    options = (
        Option(title=clean(string(get(o, "label"))), votes=number(get(o, "votes"))) for o in items(get(form, "options"))
    )
    return Poll(
        options=tuple(options),
        ends=moment(get(form, "end_datetime")),
        closed=string(get(form, "voting_status")) == "closed",
    )


def _quote(name: str) -> Quote | None:
    """What is quoted, by its address: whether it may be shown turns out when it was read."""
    return Quote(id=name, url=f"https://x.com/i/status/{name}", state="address") if name else None
