"""What was seen of a conversation on X, added up, and what may still be hidden (rules §4).

Each change of a post gives it a new id, and answers name the version that they answer: everything is known by the id
of the first version here. Below a post there may be answers by its author that nobody saw, unless the author's posts in
the conversation were listed from then to the end, or as many answers were seen as X counts.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from threadleaf.core.model import Author, Conversation, Frontier, Missing, Post, Quote, QuoteState, Reason
from threadleaf.core.wishes import UNREAD
from threadleaf.sources._x_posts import WITHHELD, is_withheld
from threadleaf.sources._x_requests import DELAY

_BEGINNING = datetime.fromtimestamp(0, UTC)
END = datetime.max.replace(tzinfo=UTC)
"""The end of a listing that goes on to when it was asked for."""
_QUOTED_AS: dict[Reason, QuoteState] = {"protected": "hidden", "blocked": "blocked"}


class Lost(Struct, frozen=True):
    """Why X does not give a post, in its word and in ours."""

    reason: Reason
    says: str


class Sightings:
    """What is known so far. `anchor` is the post that was asked for; `stopped` why no more is asked."""

    def __init__(self) -> None:
        self.anchor = ""
        self.at: datetime | None = None
        self.stopped: Literal["", "limit", "unreachable"] = ""
        self.authors: dict[str, Author] = {}
        self.posts: dict[str, Post] = {}
        self._in_full: set[str] = set()  # posts that came with their author and media, not along with others
        self._first: dict[str, str] = {}  # each version → the first one
        self._newest: dict[str, str] = {}
        self._lost: dict[str, Lost] = {}
        self._listed: dict[str, list[tuple[datetime, datetime]]] = {}

    # --- telling ------------------------------------------------------------------------------------------------

    def answered(self, at: datetime | None) -> None:
        """An answer came at that time."""
        if at is not None and (self.at is None or at > self.at):
            self.at = at

    def author(self, author: Author) -> None:
        self.authors[author.id] = author

    def post(self, form: object, post: Post, versions: tuple[str, ...], *, in_full: bool) -> None:
        """A post; what came in full stands before what came along, the newer version before the older one."""
        known = self.posts.get(post.id)
        self._first.update(dict.fromkeys(versions, post.id))
        self._newest[post.id] = versions[-1]
        if is_withheld(form):
            self._lost[post.id] = Lost("protected", WITHHELD)
        if known is not None and post.id in self._in_full and not in_full:
            return
        self.posts[post.id] = post
        if in_full:
            self._in_full.add(post.id)

    def lost(self, name: str, lost: Lost) -> None:
        self._lost[name] = lost

    def listed(self, author: str, start: datetime, end: datetime) -> None:
        """All that an author posted here from `start` to `end` was listed."""
        self._listed.setdefault(author, []).append((start, end))

    # --- asking -------------------------------------------------------------------------------------------------

    def name(self, version: str) -> str:
        """The id under which a version is known here."""
        return self._first.get(version, version)

    def known(self, version: str) -> Post | None:
        return self.posts.get(self.name(version))

    def is_heard_of(self, version: str) -> bool:
        """Whether it was seen in full, or X said why not."""
        name = self.name(version)
        return name in self._in_full or name in self._lost or version in self._lost

    def why_lost(self, version: str) -> Lost | None:
        return self._lost.get(self.name(version)) or self._lost.get(version)

    def newer(self, name: str) -> str:
        """The id of the newest version of a post, if another one was seen; else empty."""
        post = self.posts.get(name)
        newest = self._newest.get(name, name)
        return newest if post is not None and post.version != newest else ""

    # --- adding up ----------------------------------------------------------------------------------------------

    def conversation(self) -> Conversation:
        """What was seen, as the network told it."""
        shown = {name: self._told(post) for name, post in self.posts.items() if name not in self._lost}
        anchor = self.name(self.anchor)
        root = shown[anchor].root if anchor in shown else None
        here = tuple(post for post in shown.values() if post.root == root)
        quoted = {post.quote.id for post in shown.values() if post.quote is not None}
        return Conversation(
            network="x",
            anchor=anchor,
            posts=here,
            authors=tuple(self._people(shown)),
            missing=tuple(self._missing(shown)),
            frontiers=tuple(self._frontiers(here)),
            quoted=tuple(post for name, post in shown.items() if name in quoted),
            read_at=self.at,
            address=f"https://x.com/i/status/{self.anchor}",
        )

    def _told(self, post: Post) -> Post:
        """A post with the ids that it names as they are known here, and its quote as it turned out."""
        parent = self.name(post.parent) if post.parent else None
        root = self.name(post.root) if post.root else post.id
        author = self.authors.get(post.author)
        url = post.url.replace("/i/status/", f"/{author.handle}/status/") if author else post.url
        return replace(post, parent=parent, root=root, url=url, quote=self._quote(post.quote))

    def _quote(self, quote: Quote | None) -> Quote | None:
        if quote is None:
            return None
        name = self.name(quote.id)
        if lost := self.why_lost(quote.id):
            return replace(quote, id=name, state=_QUOTED_AS.get(lost.reason, "not-found"))
        post = self.posts.get(name)
        return replace(quote, id=name, state="shown", author=post.author) if post else replace(quote, id=name)

    def _people(self, shown: dict[str, Post]) -> Iterator[Author]:
        """Everybody who was read; of the others nobody knows what they wish."""
        yield from self.authors.values()
        for name in sorted({post.author for post in shown.values()} - self.authors.keys()):
            yield Author(id=name, network="x", signals=(UNREAD,))

    def _missing(self, shown: dict[str, Post]) -> Iterator[Missing]:
        """What X does not give, where it is known to stand."""
        asked = {self.name(post.parent): post.parent_author for post in self.posts.values() if post.parent}
        for name, lost in self._lost.items():
            post = self.posts.get(name)
            author = post.author if post else asked.get(name)
            parent = self.name(post.parent) if post and post.parent else None
            if name not in shown and (post or name in asked or name == self.anchor):
                yield Missing(id=name, author=author or "", parent=parent, reason=lost.reason, says=lost.says)

    def _frontiers(self, posts: tuple[Post, ...]) -> Iterator[Frontier]:
        seen = Counter(post.parent for post in posts)
        for post in posts:
            hidden = None if post.replies is None else post.replies - seen[post.id]
            if post.id not in self._in_full:  # what came along lacks its pictures
                yield Frontier(post=post.id, why=self.stopped or "unseen")
            elif hidden is not None and hidden <= 0:
                continue
            elif not self._is_covered(post):
                yield Frontier(post=post.id, why=self.stopped or "unseen")
            elif hidden and self.is_young(post):
                yield Frontier(post=post.id, why="count", hidden=hidden)

    def _is_covered(self, post: Post) -> bool:
        """Whether the author's posts were listed from this one to the end."""
        place = post.created or _BEGINNING
        for start, end in sorted(self._listed.get(post.author, ())):
            if start <= place:
                place = max(place, end)
        return place == END

    def is_young(self, post: Post) -> bool:
        """Whether a post is so new that a search may not have found what answers it."""
        return self.at is not None and (post.created or _BEGINNING) > self.at - DELAY
