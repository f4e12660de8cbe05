"""The forms in which X's API v2 answers, and what each of them shows. Saved answers and live ones are read alike.

    {"data": {…}}              one post
    {"data": […], "meta": …}   a search or a timeline, newest first; without `meta`, what was asked for by ids
    "includes"                 what belongs to them: users, media, polls, the posts that they name
    "errors"                   what is not given, and why

Names come in two vocabularies (`referenced_tweets` or `referenced_posts`, `includes.tweets` or `includes.posts`).
"""

from __future__ import annotations

import re

from msgspec.structs import replace

from threadleaf.core.untyped import get, items, string
from threadleaf.sources import _x_posts as forms
from threadleaf.sources._x_sightings import Lost, Sightings

_SUSPENDED = Lost("blocked", "suspended")
_LOST = {
    "resource-not-found": Lost("unknown", "not-found"),
    "not-authorized-for-resource": Lost("protected", "protected"),
    "resource-unavailable": Lost("protected", "withheld"),
    "disallowed-resource": Lost("protected", "withheld"),
}


def is_one(body: object) -> bool:
    """Whether this is an answer with posts in one of the forms."""
    return any(map(forms.name_of, (get(form, "id") for form in data(body))))


def tell(body: object, seen: Sightings) -> list[str]:
    """Tell `seen` what an answer shows; the ids of the posts that it is about."""
    media = {string(get(one, "media_key")): one for one in items(get(body, "includes", "media"))}
    polls = {string(get(one, "id")): one for one in items(get(body, "includes", "polls"))}
    people = [author for author in map(forms.author, items(get(body, "includes", "users"))) if author]
    for author in people:
        seen.author(author)
    told = []
    along = items(forms.either(get(body, "includes"), "tweets", "posts"))
    for form, in_full in [*((form, False) for form in along), *((form, True) for form in data(body))]:
        name = forms.name_of(get(form, "id"))
        if not name or not forms.name_of(get(form, "author_id")):
            continue
        handle = next((author.handle for author in people if author.id == get(form, "author_id")), "")
        post = replace(forms.post(form, media, polls, handle), version=name)
        seen.post(form, post, forms.history(form), in_full=in_full and bool(handle))
        told += [name] if in_full else []
    for error in items(get(body, "errors")):
        _problem(error, seen)
    return told


def data(body: object) -> list[object]:
    """What an answer is about, as a list."""
    data = get(body, "data")
    return [data] if isinstance(data, dict) else items(data)


def _problem(error: object, seen: Sightings) -> None:
    """Why one post is not given."""
    name = forms.name_of(get(error, "resource_id")) or forms.name_of(get(error, "value"))
    if not name or string(get(error, "resource_type")) == "user":
        return
    kind = string(get(error, "type")).rpartition("/")[2]
    is_suspended = re.search(r"(?i)\bsuspended\b", string(get(error, "detail"))) is not None
    seen.lost(name, _SUSPENDED if is_suspended else _LOST.get(kind, Lost("unreachable", "")))
