"""What a walk through ActivityPub has gathered of a conversation, and whose thread it shows so far."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from msgspec import Struct
from msgspec.structs import replace

from threadleaf.core.model import Missing, Post, Reason
from threadleaf.sources._fedi_addresses import post_id
from threadleaf.sources._fedi_asking import Said
from threadleaf.sources._fedi_chain import writer
from threadleaf.sources._fedi_notes import Entry, entry


class Held(Struct, frozen=True):
    """A post and the answer that it stood in."""

    entry: Entry
    said: Said


class Lost(Struct, frozen=True):
    """A place of a post that is not to be had, and what was said instead."""

    missing: Missing
    said: Said


class Gathered:
    """Posts by id, in the order in which they were found, and the places of those that are not to be had."""

    def __init__(self) -> None:
        self.posts: dict[str, Held] = {}
        self.lost: dict[str, Lost] = {}
        self._names: dict[str, str] = {}

    def keep(self, value: object, said: Said) -> str:
        """Keep a post that an answer holds; its id, empty if it holds none that can be believed."""
        found = entry(value, said.address, said.at)
        if found is None:
            return ""
        name = found.post.id
        self.posts.setdefault(name, Held(found, said))
        self._names.update({post_id(other): name for other in (found.name, found.post.url)})
        return name

    def take(self, said: Said) -> str:
        """Keep the post that was asked for; its id, empty if it was not given."""
        name = self.keep(said.body, said) if said.outcome == "read" else ""
        if name:
            self._names.setdefault(post_id(said.asked), name)
        return name

    def lose(self, said: Said, *, author: str = "", parent: str | None = None) -> None:
        """Keep the word that the post that was asked for is not to be had, with what is known of it otherwise."""
        name = self.id_of(said.asked)
        reason: Reason = "unreachable"
        says = ""
        if said.outcome == "not-found":
            reason, says = ("deleted", "deleted") if said.deleted else ("unknown", "not-found")
        self.lost[name] = Lost(Missing(id=name, author=author, parent=parent, reason=reason, says=says), said)

    def id_of(self, address: str) -> str:
        """The id of a post by any of its names."""
        name = post_id(address)
        return self._names.get(name, name)

    def heard_of(self, address: str) -> bool:
        """Whether a post was found, or is known not to be had, by any of its names."""
        name = self.id_of(address)
        return name in self.posts or name in self.lost

    def post(self, address: str) -> Post | None:
        """A post by any of its names, with the id of the post that it answers."""
        held = self.posts.get(self.id_of(address))
        if held is None or held.entry.post.parent is None:
            return held.entry.post if held else None
        return replace(held.entry.post, parent=self.id_of(held.entry.post.parent))

    def way(self, address: str) -> Iterator[Post]:
        """A post and the posts above it as far as they were found, the nearest first."""
        passed: set[str] = set()
        while (post := self.post(address)) is not None and post.id not in passed:
            passed.add(post.id)
            yield post
            address = post.parent or ""

    def by(self, author: str) -> list[Post]:
        """Everything by an author."""
        own = (name for name, held in self.posts.items() if held.entry.post.author == author)
        return [post for post in map(self.post, own) if post]

    def writer(self, anchor: str) -> str:
        """Whose thread it is as far as can be told by now; empty if no post stands in a chain."""
        found = (held.entry.post for held in self.posts.values())
        return writer({post.id: (self.id_of(post.parent or ""), post.author) for post in found}, anchor)


def leads_on(way: list[Post]) -> bool:
    """Whether to climb on: as long as no chain was found; then until two posts in a row are by neither of two people,
    whoever wrote the chain, and whoever wrote the post that was asked for (her own thread may stand higher up)."""
    chain = next((post.author for post, above in pairwise(way) if post.author == above.author), "")
    return not chain or any(post.author in (chain, way[0].author) for post in way[-2:])
