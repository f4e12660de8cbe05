"""What several answers of servers of the fediverse showed, by id.

A sighting is one post, or the word that a post is not to be had, in one answer. A post's own server knows best: what it
says outweighs what others say of their copies. Otherwise the later answer counts; of two of the same time the one that
was told later.

Nothing is added up here (that is for `_fedi_sightings`), but two rules of the house are kept, so that no reader of answers
can forget them:

- A post that is not for everybody is emptied at once.
- What was obtained with a token or a signature is marked: it is not proven before its own web page (`page`) shows it to
  anybody, on a server whose pages prove something (`tested`).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from msgspec import Struct
from msgspec.structs import replace

from threadleaf.core.model import Author, Missing, Note, Post, Quote
from threadleaf.sources._fedi_addresses import host_of

NEVER = datetime.min.replace(tzinfo=UTC)
"""The time of what does not say when it was."""
_MANY = 1 << 62  # more answers than anybody counts


class _Weight(Struct, frozen=True, order=True):
    """What decides between two answers about the same post: whether it is the post's own server's, and its time."""

    own: bool
    at: datetime


class _Sighting(Struct, frozen=True):
    """A post in one answer. `privileged`: the answer was given to a token or a signature."""

    post: Post
    weight: _Weight
    privileged: bool = False


class _Refusal(Struct, frozen=True):
    """The word, in one answer, that a post is not to be had."""

    missing: Missing
    weight: _Weight


class Told:
    """What answers have shown so far; what follows from it all together is for `Sightings`."""

    def __init__(self) -> None:
        self.anchor = ""  # the post that was asked for
        self.address = ""  # where the conversation was found
        self.read_at: datetime | None = None
        self.at = NEVER  # of the answer that is being read
        self.host = ""  # of the server that gave it
        self.privileged = False  # whether it was given to a token or a signature
        self.unreached: set[str] = set()  # posts that could not be asked about
        self.tells_deletions = False  # whether what follows a deleted post in the thread would have been seen
        self._answers: list[set[str]] = []  # the posts that each answer showed
        self._posts: dict[str, _Sighting] = {}
        self._quoted: dict[str, _Sighting] = {}
        self._authors: dict[str, tuple[_Weight, Author]] = {}
        self._refusals: dict[str, _Refusal] = {}
        self._names: dict[str, str] = {}
        self._people: dict[str, str] = {}
        self._sure: set[str] = set()  # names by which their own servers call accounts
        self._for_anybody: set[str] = set()  # posts that their own server showed without token or signature
        self._pages: dict[str, bool] = {}
        self._tested: dict[str, bool] = {}  # whether the pages of a server prove anything
        self._listed: dict[str, int] = {}
        self._own_listed: dict[str, int] = {}
        self._cut: set[str] = set()
        self._torn: set[str] = set()
        self._notes: dict[Note, None] = {}

    # --- telling it what an answer shows ------------------------------------------------------------------------

    def begin(self, at: datetime | None, host: str = "", *, privileged: bool = False) -> None:
        """What is told from now on comes from an answer of this time (None: it does not say) by the server `host`.

        Without a host everything is believed: a saved answer, or the operator's own server. `privileged`: it was
        asked for with a token or a signature.
        """
        self.at, self.host, self.privileged = at or NEVER, host, privileged
        self._answers.append(set())
        if at is not None:
            self.read_at = max(self.read_at or at, at)

    def asked_for(self, post: str) -> None:
        """The post that an answer is about. The first one is the conversation's anchor."""
        self.anchor = self.anchor or post

    def same(self, other: str, post: str) -> None:
        """That `other` is another name of a post: its web address, say. Whatever is told by that name is told of it."""
        if other != post:
            self._names[other] = post

    def confirm(self, post: Post, author: Author) -> None:
        """A post by the word of its own server, in place of the copies that others showed."""
        for store in (self._posts, self._quoted):
            if post.id in store:
                self._put(store, post, author)

    def person(self, other: str, author: str) -> None:
        """That `other` is another name of an account. Whatever is told by that name is told of it; empty if unknown."""
        if author not in ("", other):
            self._people[other] = author

    def post(self, post: Post, author: Author | None) -> None:
        """A post that belongs to the conversation. Of one that is not for everybody nothing but its place is kept."""
        self._put(self._posts, post, author)
        self._answers[-1].add(post.id)

    def quoted(self, post: Post, author: Author | None) -> None:
        """A post that another one quotes."""
        self._put(self._quoted, post, author)

    def author(self, author: Author) -> None:
        """An account."""
        weight = self._weight(author.id)
        self._mind(author.id, weight)
        if author.id not in self._authors or self._authors[author.id][0] <= weight:
            self._authors[author.id] = (weight, author)

    def missing(self, missing: Missing) -> None:
        """That a server names a post without giving it."""
        weight = self._weight(missing.id)
        known = self._refusals.get(missing.id)
        if known is None or known.weight <= weight:
            self._refusals[missing.id] = _Refusal(missing, weight)

    def listed(self, post: str, count: int | None = None) -> None:
        """An answer held every public answer to a post, when its server counted `count` of them (None: for good)."""
        self._listed[post] = max(_MANY if count is None else count, self._listed.get(post, 0))

    def own_listed(self, post: str, count: int | None = None) -> None:
        """An answer held every answer to a post by the post's own author; `count` as in `listed`."""
        self._own_listed[post] = max(_MANY if count is None else count, self._own_listed.get(post, 0))

    def cut(self, post: str) -> None:
        """An answer stopped at a post because of a limit."""
        self._cut.add(post)

    def torn(self, post: str) -> None:
        """Behind a post there may belong what a deletion has torn off, and nobody can tell."""
        self._torn.add(post)

    def page(self, post: str, *, shows: bool) -> None:
        """Whether the web page of a post shows it to anybody. That counts for as much as the server's pages prove."""
        self._pages[post] = shows

    def tested(self, host: str, *, proves: bool) -> None:
        """Whether the pages of a server prove that posts are public: it must not have one for what cannot be there."""
        self._tested[host] = proves

    def note(self, note: Note) -> None:
        """Something that was repaired on the way."""
        self._notes[note] = None

    def _put(self, store: dict[str, _Sighting], post: Post, author: Author | None) -> None:
        weight = self._weight(post.id, post.author)
        self._mind(post.author, weight)
        known = store.get(post.id)
        if known is None or known.weight <= weight:
            store[post.id] = _Sighting(emptied(post), weight, self.privileged)
        if weight.own and not self.privileged:
            self._for_anybody.add(post.id)
        if author is not None:
            self.author(author)

    def _mind(self, author: str, weight: _Weight) -> None:
        if self.host and weight.own:
            self._sure.add(author)

    def _weight(self, *names: str) -> _Weight:
        """The weight of what is told of a post and its author: a server knows its own, and nobody writes for others."""
        return _Weight(not self.host or all(host_of(name) == self.host for name in names), self.at)

    # --- asking what is known -----------------------------------------------------------------------------------

    def __len__(self) -> int:
        return len(self._posts)

    def name(self, post: str) -> str:
        """The id of a post by any of its names."""
        return self._names.get(post, post)

    def known(self, post: str) -> Post | None:
        """A post that was seen, by any of its names, with its parent's id as far as that is known."""
        seen = self._posts.get(self.name(post))
        return self._placed(seen.post) if seen else None

    def heard_of(self, post: str) -> bool:
        """Whether a post was seen, or is known not to be had, by any of its names."""
        return self.name(post) in self._posts or self.name(post) in self._refusals

    def has_copies(self) -> bool:
        """Whether posts were seen that live on other servers than showed them."""
        return any(not seen.weight.own for store in (self._posts, self._quoted) for seen in store.values())

    def is_copy(self, post: str) -> bool:
        """Whether a post was seen, and only on other servers than it lives on."""
        seen = self._posts.get(self.name(post))
        return seen is not None and not seen.weight.own and not self._is_refused(seen.post.id)

    def copies(self, posts: Iterable[Post]) -> list[Post]:
        """What some posts answer or quote, and only other servers showed; quotes come last."""
        shown = [self._placed(self._posts[post.id].post) for post in posts]
        wanted = [self._posts.get(post.parent or "") for post in shown]
        wanted += [self._quotable(post.quote) for post in shown if post.quote]
        found = {seen.post.id: seen for seen in wanted if seen and not seen.weight.own}
        return [seen.post for i, seen in found.items() if not self._is_refused(i)]

    def _is_refused(self, post: str) -> bool:
        """Whether a post's own server says that it is not to be had."""
        return post in self._refusals and self._refusals[post].weight.own

    def is_tested(self, host: str) -> bool:
        """Whether it is known what the pages of a server prove."""
        return host in self._tested

    def unproven(self) -> list[Post]:
        """Posts and quoted posts that only a token or a signature has shown, and whose web page may yet prove them."""
        seen = [sighting for sighting in {**self._quoted, **self._posts}.values() if self._proof(sighting) is None]
        return [sighting.post for sighting in seen if self._tested.get(host_of(sighting.post.url), True)]

    # --- whose it is, and who may see it ------------------------------------------------------------------------

    def _known(self, *, own: bool = False) -> dict[str, Author]:
        """The accounts by their ids, as whoever knows best describes them; `own`: only as their own servers do."""
        found: dict[str, tuple[_Weight, Author]] = {}
        for weight, author in self._authors.values():
            name = self._called(author.id)
            if (weight.own or not own) and (name not in found or found[name][0] <= weight):
                found[name] = (weight, replace(author, id=name))
        return {name: author for name, (_, author) in found.items()}

    def _called(self, author: str) -> str:
        """The name of an account; nobody gives one to whom her own server calls by this very name."""
        return author if author in self._sure else self._people.get(author, author)

    def _placed(self, post: Post) -> Post:
        """A post with the id of its parent and those of the people that it names, by whatever names they were told."""
        parent = self._names.get(post.parent or "")
        post = replace(post, parent=parent) if parent else post
        if not self._people:
            return post
        quote = replace(post.quote, author=self._called(post.quote.author)) if post.quote else None
        above = self._called(post.parent_author or "") or None
        return replace(post, author=self._called(post.author), parent_author=above, quote=quote)

    def _lost(self, refusal: _Refusal) -> Missing:
        return replace(refusal.missing, author=self._called(refusal.missing.author))

    def _quotable(self, quote: Quote) -> _Sighting | None:
        """What is quoted, as its own server showed it if that was seen; None unless it may be shown as a quote."""
        stores = (self._quoted, self._posts) if quote.state == "shown" else ()
        found = [store[quote.id] for store in stores if quote.id in store]
        return max(found, key=lambda seen: seen.weight.own, default=None)

    def _proof(self, seen: _Sighting) -> bool | None:
        """Whether anybody may see a post as it was seen; None if nobody found out.

        That somebody else's server shows a copy to strangers does not prove it.
        """
        if not seen.privileged or seen.post.id in self._for_anybody or not is_public(seen.post):
            return True
        shows = self._pages.get(seen.post.id)
        return shows and (self._tested.get(host_of(seen.post.url)) or None)


def is_public(post: Post) -> bool:
    """Whether a post is for everybody, by what its visibility says."""
    return post.visibility in ("public", "unlisted")


def emptied(post: Post) -> Post:
    """A post of which nothing is left but its place, unless it is for everybody."""
    if is_public(post):
        return post
    return Post(
        id=post.id,
        author=post.author,
        url=post.url,
        created=post.created,
        parent=post.parent,
        parent_author=post.parent_author,
        visibility=post.visibility,
        replies=post.replies,
    )
