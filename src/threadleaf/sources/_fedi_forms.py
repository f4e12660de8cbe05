"""The forms in which ActivityPub's servers write the same thing (ActivityStreams 2.0).

One value stands for a list of one, an address for the object that it names, a link for an address. Any server may write
any JSON, so every field may be absent or of another type.
"""

from __future__ import annotations

from typing import Literal

from threadleaf.core.characters import clean, web_address
from threadleaf.core.untyped import get, string
from threadleaf.sources._fedi_addresses import host_of, tidy

PLAIN = ("Note", "Question")
TITLED = ("Article", "Page", "Event", "Video", "Audio", "Image")
"""Kinds of post with a name of their own; their summary is an excerpt and no warning (Mastodon reads them so too)."""
ACTORS = ("Person", "Service", "Application", "Group", "Organization")
COLLECTIONS = ("Collection", "OrderedCollection", "CollectionPage", "OrderedCollectionPage")
_WRAPPED = ("Create", "Update")
_KNOWN = frozenset({*PLAIN, *TITLED, *ACTORS, *COLLECTIONS, *_WRAPPED, "Announce", "Tombstone"})


def many(value: object) -> list[object]:
    """The items of a list, or the one value that stands in place of a list."""
    return value if isinstance(value, list) else [] if value is None else [value]


def id_of(value: object) -> str:
    """The address of an object that is given whole or by its address; empty if that is no web address."""
    return clean(web_address(string(value) or string(get(value, "id"))))


def first_id(value: object) -> str:
    """The first address among one or several objects; empty if there is none."""
    return next((name for name in map(id_of, many(value)) if name), "")


def is_at(address: str, asked: str) -> bool:
    """Whether an address lies on the server of `asked`; where nobody noted what was asked, whether it is an address."""
    return host_of(address) != "" and (not asked or host_of(address) == host_of(asked))


def place_of(address: str) -> str:
    """An address in one spelling, without its fragment: what lies there is the same."""
    return tidy(address.partition("#")[0])


def kind_of(value: object) -> str:
    """An object's type; of several the first that is known here; empty if none is."""
    return next((kind for kind in map(string, many(get(value, "type"))) if kind in _KNOWN), "")


def kind_is(value: object, kind: str) -> bool:
    """Whether an object is of a kind, perhaps among others."""
    return kind in many(get(value, "type"))


def unwrapped(value: object) -> object:
    """The object that an activity brings (`Create`, `Update`); anything else as it is."""
    return get(value, "object") if kind_of(value) in _WRAPPED else value


def first_address(file: object) -> str:
    """The first address of a picture or file, which may be given as an address, a link, or a list of either."""
    for one in many(file):
        for link in many(get(one, "url")) if isinstance(one, dict) else [one]:
            if address := web_address(string(link) or string(get(link, "href"))):
                return address
    return ""


def page_of(value: object, name: str) -> str:
    """The page for people of the object called `name`; where none is given on its own server, `name` itself."""
    for link in many(get(value, "url")):
        address = web_address(string(link) or string(get(link, "href")))
        if string(get(link, "mediaType")) in ("", "text/html") and is_at(address, name):
            return address
    return name


def whose(address: str, author: str) -> Literal["own", "other", "unknown"]:
    """Whose post an address may name, by the custom that the addresses of posts begin with those of their authors."""
    if address.startswith(f"{author}/"):
        return "own"
    folder = author.rpartition("/")[0]
    elsewhere = host_of(address) != host_of(author)
    return "other" if elsewhere or (folder.count("/") > 2 and address.startswith(f"{folder}/")) else "unknown"


def emojis_of(value: object) -> dict[str, str]:
    """The custom emoji that a post or an account brings along: the addresses of their pictures by short code."""
    tags = (tag for tag in many(get(value, "tag")) if kind_is(tag, "Emoji"))
    return {string(get(tag, "name")).strip(":"): first_address(get(tag, "icon")) for tag in tags}
