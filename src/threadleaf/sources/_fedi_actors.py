"""ActivityPub actors become authors: who they are, what they say of themselves, and what they wish."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from msgspec import Struct

from threadleaf.core.characters import clean
from threadleaf.core.emoji import emoji_in
from threadleaf.core.markup import html_text
from threadleaf.core.model import Author, Post, Span
from threadleaf.core.untyped import get, string
from threadleaf.core.wishes import LOGGED_OUT
from threadleaf.sources._fedi_addresses import host_of
from threadleaf.sources._fedi_before import is_before
from threadleaf.sources._fedi_forms import ACTORS, emojis_of, first_address, id_of, is_at, kind_of, many, page_of

_LIMITS = ("_misskey_makeNotesFollowersOnlyBefore", "_misskey_makeNotesHiddenBefore")


class Profile(Struct, frozen=True, kw_only=True):
    """An author, where her posts are listed, and which of her posts she wants kept off the open web.

    `hides_…` are settings of GoToSocial, by audience; `limits` those of Misskey that keep old posts back, as they came.
    """

    author: Author
    outbox: str = ""
    hides_public: bool = False
    hides_unlisted: bool = False
    limits: tuple[object, ...] = ()

    def hides(self, post: Post, at: datetime | None) -> bool:
        """Whether the author wants a post of hers kept off the open web, at the time `at`."""
        kept = {"public": self.hides_public, "unlisted": self.hides_unlisted}
        return kept.get(post.visibility, False) or any(is_before(limit, post.created, at) for limit in self.limits)


def profile(value: object, asked: str = "") -> Profile | None:
    """An account; None for anything else, and for one that is not of the server that was asked.

    `asked` is the address of the answer that holds it, empty for a saved file.
    """
    name = id_of(value)
    if kind_of(value) not in ACTORS or not is_at(name, asked):
        return None
    user, called = clean(string(get(value, "preferredUsername"))), clean(string(get(value, "name")))
    author = Author(
        id=name,
        network="fedi",
        handle=f"{user}@{host_of(name)}" if user else "",
        name=called,
        name_spans=emoji_in(called, emojis_of(value)),
        url=page_of(value, name),
        avatar=first_address(get(value, "icon")),
        bio=bio(string(get(value, "summary")), _lines(value)),
        labels=(LOGGED_OUT,) if get(value, "_misskey_requireSigninToViewContents") is True else (),
        signals=tuple(_signals(value)),
    )
    return Profile(
        author=author,
        outbox=id_of(get(value, "outbox")),
        hides_public=get(value, "hidesToPublicFromUnauthedWeb") is True,
        hides_unlisted=get(value, "hidesCcPublicFromUnauthedWeb") is True,
        limits=tuple(get(value, word) for word in _LIMITS),
    )


def bio(html: str, lines: Iterable[tuple[str, str]] = ()) -> str:
    """What an account says of itself as plain text: its HTML, then a line for each name and HTML value of its table."""
    table = [f"{clean(name)}: {_plain(value)}" for name, value in lines]
    return "\n".join(filter(None, (_plain(html), *table)))


def _plain(html: str) -> str:
    text, spans, _ = html_text(html)
    return with_targets(text, spans)


def with_targets(text: str, spans: Iterable[Span]) -> str:
    """A profile's text, and on lines of their own the addresses to which its links lead, unless they stand in it.

    Wishes may stand in these as well (rules §7).
    """
    targets = (span.value for span in spans if span.kind == "link" and span.value not in text)
    return "\n".join(filter(None, (text, *dict.fromkeys(targets))))


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
