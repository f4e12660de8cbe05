"""Quoted posts, and whether those who wrote them agreed (FEP-044f: consent-respecting quote posts).

A quote is shown if the quoted post is by the same author, or if the quoting post names an authorization that the quoted
author's own server gives, and that names both posts. Any other quote stays a plain link.
"""

from __future__ import annotations

from collections.abc import Iterable

from msgspec.structs import replace

from threadleaf.core.model import Post, Quote
from threadleaf.core.untyped import get
from threadleaf.sources._fedi_asking import Asking, Said
from threadleaf.sources._fedi_forms import id_of, is_at, kind_is, whose
from threadleaf.sources._fedi_gathered import Gathered, Held
from threadleaf.sources._fedi_notes import entry

MOST_ASKED = 20


class Quotes:
    """What was asked about quoted posts, and what came of it.

    `states` are the quotes of posts (by the posts' ids) of which more is known than the address, `shown` the quoted
    posts that may be shown.
    """

    def __init__(self) -> None:
        self.states: dict[str, Quote] = {}
        self.shown: list[Held] = []
        self._asked: set[str] = set()
        self._said: dict[str, Said] = {}  # by the address that was asked

    def look_for(self, posts: Iterable[Post], found: Gathered, asking: Asking) -> None:
        """Ask for the posts that are quoted, and for the consent, where there may be one."""
        for post in posts:
            if post.quote is None:
                continue
            known = found.post(post.quote.url)
            wanted = [] if known else [post.quote.url]
            if whose(post.quote.url, post.author) != "own" and not (known and known.author == post.author):
                wanted.append(found.posts[post.id].entry.authorization)
            if all(wanted) and len(self._asked) < MOST_ASKED:
                for address in [address for address in wanted if address not in self._asked]:
                    self._asked.add(address)
                    asking.later(address, self._heard)

    def _heard(self, said: Said) -> None:
        self._said[said.asked] = said

    def settle(self, posts: Iterable[Post], found: Gathered) -> None:
        """Decide which of the quotes are shown, by what was said."""
        for post in posts:
            if post.quote is None:
                continue
            said = self._said.get(post.quote.url)
            quoted = found.posts.get(found.id_of(post.quote.url)) or _held(said)
            if said is not None and said.outcome == "not-found":
                self.states[post.id] = replace(post.quote, state="not-found")
            elif quoted is not None and self._agreed(found.posts[post.id], quoted):
                shown = quoted.entry.post
                self.states[post.id] = Quote(id=shown.id, url=shown.url, author=shown.author)
                self.shown.append(quoted)

    def _agreed(self, held: Held, quoted: Held) -> bool:
        """Whether the author of a quoted post agreed that another post quotes it; an author agrees with herself."""
        if quoted.entry.post.author == held.entry.post.author:
            return True
        said = self._said.get(held.entry.authorization)
        if said is None or said.outcome != "read":
            return False
        given = [id_of(get(said.body, word)) for word in ("interactingObject", "interactionTarget", "attributedTo")]
        return (
            kind_is(said.body, "QuoteAuthorization")
            and is_at(id_of(said.body), quoted.entry.name)
            and is_at(said.address, quoted.entry.name)
            and given == [held.entry.name, quoted.entry.name, quoted.entry.post.author]
        )


def _held(said: Said | None) -> Held | None:
    """The post that was asked for, if it was given."""
    found = entry(said.body, said.address, said.at) if said is not None and said.outcome == "read" else None
    return Held(found, said) if found and said else None
