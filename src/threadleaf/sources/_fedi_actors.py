"""ActivityPub actors become authors: who they are, what they say of themselves, and what they wish."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msgspec import Struct

from threadleaf.core.characters import clean
from threadleaf.core.markup import html_text
from threadleaf.core.model import Author
from threadleaf.core.untyped import get, string
from threadleaf.sources._fedi_addresses import host_of
from threadleaf.sources._fedi_forms import ACTORS, first_address, id_of, is_at, kind_of, many, page_of


class Profile(Struct, frozen=True, kw_only=True):
    """An author, where her posts are listed, and which of her posts she wants kept off the open web (GoToSocial)."""

    author: Author
    outbox: str = ""
    hides_public: bool = False
    hides_unlisted: bool = False


def profile(value: object, asked: str = "") -> Profile | None:
    """An account; None for anything else, and for one that is not of the server that was asked.

    `asked` is the address of the answer that holds it, empty for a saved file.
    """
    name = id_of(value)
    if kind_of(value) not in ACTORS or not is_at(name, asked):
        return None
    user = clean(string(get(value, "preferredUsername")))
    author = Author(
        id=name,
        network="fedi",
        handle=f"{user}@{host_of(name)}" if user else "",
        name=clean(string(get(value, "name"))),
        url=page_of(value, name),
        avatar=first_address(get(value, "icon")),
        bio=bio(string(get(value, "summary")), _lines(value)),
        signals=tuple(_signals(value)),
    )
    return Profile(
        author=author,
        outbox=id_of(get(value, "outbox")),
        hides_public=get(value, "hidesToPublicFromUnauthedWeb") is True,
        hides_unlisted=get(value, "hidesCcPublicFromUnauthedWeb") is True,
    )


def bio(html: str, lines: Iterable[tuple[str, str]] = ()) -> str:
    """What an account says of itself as plain text: its HTML, then a line for each name and HTML value of its table."""
    table = [f"{clean(name)}: {html_text(value)[0]}" for name, value in lines]
    return "\n".join(filter(None, (html_text(html)[0], *table)))


def _lines(value: object) -> Iterator[tuple[str, str]]:
    for line in many(get(value, "attachment")):
        if get(line, "type") == "PropertyValue":
            yield string(get(line, "name")), string(get(line, "value"))


def _signals(value: object) -> Iterator[str]:
    """The wishes and facts of an account, as the network words them; what is absent says nothing."""
    for word in ("discoverable", "indexable"):
        if get(value, word) is False:
            yield f"{word}=false"
    if kind_of(value) in ("Service", "Application"):
        yield "bot"
    if get(value, "suspended") is True:
        yield "suspended"
    if id_of(get(value, "movedTo")):
        yield "moved"
