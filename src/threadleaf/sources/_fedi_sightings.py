"""What several answers of servers of the fediverse showed, by id: the union of which a conversation is made.

A sighting is one post, or the word that a post is not to be had, in one answer. A post's own server knows best: what it
says outweighs what others say of their copies. Otherwise the later answer counts; of two of the same time the one that
was told later.

Three rules of the house are kept here, so that no reader of answers can forget them:

- Copies may be context, but they never make a thread: an author's own server is asked for that. So the edges
  between copies of posts by one author are left out.
- A post that is not for everybody is emptied at once.
- A post that was obtained with a token or a signature only is shown if its own web page shows it to anybody (`page`).
  Of whom nobody found that out nothing is told; where the author's posts end because of that, the thread goes on unseen.

What may still be hidden is decided here, after everything was added up (rules §4). Below a post there may be answers by
its author that nobody saw, unless as many answers were seen as its server counts, or an answer listed all of them (or all
of the author's own), and the count has not grown since.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from threadleaf.core.errors import NotFound, Unreadable
from threadleaf.core.model import Author, Conversation, Frontier, Missing, Note, Post
from threadleaf.core.wishes import UNREAD
from threadleaf.sources._fedi_addresses import host_of
from threadleaf.sources._together import grouped, refuse_strangers

Why = Literal["limit", "count", "unreachable", "unseen"]

_NEVER = datetime.min.replace(tzinfo=UTC)
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


class Sightings:
    """Collects what answers show, and adds it up to a conversation."""

    def __init__(self) -> None:
        self.anchor = ""  # the post that was asked for
        self.address = ""  # where the conversation was found
        self.read_at: datetime | None = None
        self.at = _NEVER  # of the answer that is being read
        self.host = ""  # of the server that gave it
        self.privileged = False  # whether it was given to a token or a signature
        self.unreached: set[str] = set()  # posts that could not be asked about
        self._answers: list[set[str]] = []  # the posts that each answer showed
        self._posts: dict[str, _Sighting] = {}
        self._quoted: dict[str, _Sighting] = {}
        self._authors: dict[str, tuple[_Weight, Author]] = {}
        self._refusals: dict[str, _Refusal] = {}
        self._names: dict[str, str] = {}
        self._for_anybody: set[str] = set()  # posts that their own server showed without token or signature
        self._pages: dict[str, bool] = {}
        self._listed: dict[str, int] = {}
        self._own_listed: dict[str, int] = {}
        self._cut: set[str] = set()
        self._notes: dict[Note, None] = {}

    # --- telling it what an answer shows ------------------------------------------------------------------------

    def begin(self, at: datetime | None, host: str = "", *, privileged: bool = False) -> None:
        """What is told from now on comes from an answer of this time (None: it does not say) by the server `host`.

        Without a host everything is believed: a saved answer, or the operator's own server. `privileged`: it was
        asked for with a token or a signature.
        """
        self.at, self.host, self.privileged = at or _NEVER, host, privileged
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

    def page(self, post: str, *, shows: bool) -> None:
        """Whether the web page of a post shows it to anybody."""
        self._pages[post] = shows

    def note(self, note: Note) -> None:
        """Something that was repaired on the way."""
        self._notes[note] = None

    def _put(self, store: dict[str, _Sighting], post: Post, author: Author | None) -> None:
        weight = self._weight(post.id, post.author)
        known = store.get(post.id)
        if known is None or known.weight <= weight:
            store[post.id] = _Sighting(_emptied(post), weight, self.privileged)
        if weight.own and not self.privileged:
            self._for_anybody.add(post.id)
        if author is not None:
            self.author(author)

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

    def unproven(self) -> list[Post]:
        """Posts and quoted posts that only a token or a signature has shown, and whose web page nobody looked at."""
        seen = {**self._quoted, **self._posts}
        return [sighting.post for sighting in seen.values() if self._proof(sighting) is None]

    def conversation(self, *, doubtful: bool = False) -> Conversation:
        """Everything added up.

        `doubtful`: as it would be if every server could be believed about the posts of others, and if everything were
        public; only to find out what to ask. Raises NotFound when the post that was asked for is not to be had,
        Unreadable when nothing was seen.
        """
        self.anchor = self.name(self.anchor) or self._longest()
        posts, missing, unread = self._shown(doubtful=doubtful)
        if self.anchor not in posts:
            self._refuse(missing | unread)
        halts = _halts(unread.values(), {**posts, **missing, **unread}, posts)
        missing |= dict(_bearing(unread, posts))
        if not doubtful:
            posts = self._without_hearsay(posts)
        quoted = self._quotes(posts.values(), doubtful=doubtful)
        writers = dict.fromkeys(post.author for post in (*posts.values(), *quoted))
        named = writers.keys() | {place.author for place in missing.values()}
        known = tuple(author for _, author in self._authors.values() if author.id in named)
        unread = (Author(id=i, network="fedi", url=i, signals=(UNREAD,)) for i in writers if i not in self._authors)
        return Conversation(
            network="fedi",
            anchor=self.anchor,
            posts=tuple(posts.values()),
            authors=(*known, *unread),
            missing=tuple(missing.values()),
            frontiers=tuple(self._frontiers(posts, halts)),
            quoted=quoted,
            notes=(*self._notes, *_damage([*posts.values(), *quoted])),
            read_at=self.read_at,
            address=self.address or posts[self.anchor].url,
        )

    def refuse_strangers(self, subject: str) -> None:
        """Raise Unreadable if an answer showed nothing of the conversation; `subject` names the answers."""
        posts = {i: self._placed(seen.post) for i, seen in self._posts.items()}
        lead = grouped([*posts.values(), *(refusal.missing for refusal in self._refusals.values())])
        authors = {i: author for i, (_, author) in self._authors.items()}
        refuse_strangers(self._answers, lead, self.anchor, posts, authors, subject)

    def _placed(self, post: Post) -> Post:
        parent = self._names.get(post.parent or "")
        return replace(post, parent=parent) if parent else post

    def _shown(self, *, doubtful: bool) -> tuple[dict[str, Post], dict[str, Missing], dict[str, Missing]]:
        """The posts that may be shown, the places of those that are not to be had, and of those that nobody could ask for.

        The latter are posts that a server names and whose request was refused, and posts that nobody proved.
        """
        posts: dict[str, Post] = {}
        missing = {i: refusal.missing for i, refusal in self._refusals.items() if self.name(i) not in self._posts}
        unread = {i: place for i, place in missing.items() if place.reason == "unreachable"}
        missing = {i: place for i, place in missing.items() if i not in unread}
        for i, seen in self._posts.items():
            post, refusal = self._placed(seen.post), self._refusals.get(i)
            proof = doubtful or self._proof(seen)
            if refusal is not None and refusal.weight >= seen.weight:
                told = refusal.missing
                above = post.parent if doubtful or seen.weight.own else None
                missing[i] = replace(told, parent=told.parent or above, author=told.author or post.author)
            elif proof is None:
                unread[i] = Missing(id=i, author=post.author, parent=post.parent, reason="unreachable")
            else:
                post = post if proof else _emptied(replace(post, visibility="private"))
                posts[i] = post if doubtful else self._without_unproven_quote(post)
        return posts, missing, unread

    def _without_unproven_quote(self, post: Post) -> Post:
        """The post with a placeholder for what it quotes, unless anybody may see that."""
        quoted = self._quoted.get(post.quote.id) if post.quote is not None else None
        if post.quote is None or quoted is None or self._proof(quoted):
            return post
        return replace(post, quote=replace(post.quote, state="hidden"))

    def _proof(self, seen: _Sighting) -> bool | None:
        """Whether anybody may see a post as it was seen; None if nobody found out.

        That somebody else's server shows a copy to strangers does not prove it.
        """
        if not seen.privileged or seen.post.id in self._for_anybody or not _is_public(seen.post):
            return True
        return self._pages.get(seen.post.id)

    def _refuse(self, missing: dict[str, Missing]) -> None:
        if not self._posts and not self._refusals:
            raise Unreadable("This holds no posts.")
        place = missing.get(self.anchor)
        sentence = "The server has no such post that is public. Check the address, or try another post of the thread."
        if place is not None and place.reason == "unreachable":
            sentence = "Whether this post is public could not be found out, so it is not shown. Please try again later."
        raise NotFound(sentence, subject=self.anchor)

    def _without_hearsay(self, posts: dict[str, Post]) -> dict[str, Post]:
        """The posts without the edges that make a thread of copies."""
        return {i: replace(post, parent=None) if self._is_hearsay(post) else post for i, post in posts.items()}

    def _is_hearsay(self, post: Post) -> bool:
        """Whether a post is a copy that answers a post by its own author, or one of which nobody knows the author."""
        if post.parent is None or self._posts[post.id].weight.own:
            return False
        above, place = self._posts.get(post.parent), self._refusals.get(post.parent)
        author = above.post.author if above else place.missing.author if place else ""
        return (author or post.author) == post.author

    def _quotes(self, posts: Iterable[Post], *, doubtful: bool) -> tuple[Post, ...]:
        """The quoted posts that are shown by what is shown, each once."""
        found: dict[str, Post] = {}
        waiting = list(posts)
        while waiting:
            quote = waiting.pop().quote
            if quote is None or quote.state != "shown" or quote.id not in self._quoted or quote.id in found:
                continue
            post = self._placed(self._quoted[quote.id].post)
            found[quote.id] = post if doubtful else self._without_unproven_quote(post)
            waiting.append(found[quote.id])
        return tuple(found[i] for i in self._quoted if i in found)

    def _longest(self) -> str:
        """The first post of the longest conversation, for answers that are not about one post."""
        posts = [self._placed(seen.post) for seen in self._posts.values()]
        lead = grouped(posts)
        found: dict[str, list[Post]] = {}
        for post in posts:
            found.setdefault(lead(post.id), []).append(post)
        longest = max(found.values(), key=len, default=[])
        return min(longest, key=lambda p: (p.parent is not None, p.created or _NEVER, p.id)).id if longest else ""

    # --- what may still be hidden -------------------------------------------------------------------------------

    def _frontiers(self, posts: dict[str, Post], halts: Container[str]) -> Iterator[Frontier]:
        """What may be hidden. Servers count public answers only, so one that is not to be had fills no place.

        `halts` are posts below which the thread goes on with what nobody could ask for.
        """
        answers = Counter(post.parent for post in posts.values() if _is_public(post))
        for post in posts.values():
            hidden = None if post.replies is None else max(post.replies - answers[post.id], 0)
            if post.id in halts:
                yield Frontier(post=post.id, why="unreachable", hidden=hidden or None)
            elif hidden != 0 and not self._is_listed(post):
                yield Frontier(post=post.id, why=self._why(post.id), hidden=hidden)

    def _is_listed(self, post: Post) -> bool:
        """Whether an answer held all that the author answered to herself, and the count has not grown since."""
        count = post.replies or 0
        return max(self._listed.get(post.id, -1), self._own_listed.get(post.id, -1)) >= count

    def _why(self, post: str) -> Why:
        if post in self.unreached:
            return "unreachable"
        if post in self._listed:
            return "count"
        return "limit" if post in self._cut else "unseen"


def _bearing(unread: Mapping[str, Missing], posts: Mapping[str, Post]) -> Iterator[tuple[str, Missing]]:
    """Those of the posts that nobody could ask for below which something shown hangs: they keep their places."""
    passed: set[str] = set()
    for post in posts.values():
        above = post.parent or ""
        while above in unread and above not in passed:
            passed.add(above)
            yield above, unread[above]
            above = unread[above].parent or ""


def _halts(unread: Iterable[Missing], places: Mapping[str, Post | Missing], posts: Container[str]) -> set[str]:
    """The shown posts at which their author's thread halts: above her posts that nobody could ask for.

    `places` are all posts and places by id, `posts` the ids of those that are shown.
    """
    found: dict[tuple[str, str], str] = {}
    for place in unread:
        above, author = place.parent or "", place.author
        way: dict[tuple[str, str], None] = {}
        while above in places and (above, author) not in found and (above, author) not in way:
            way[above, author] = None
            if above in posts and places[above].author == author:
                found[above, author] = above
            else:
                above = places[above].parent or ""
        found.update(dict.fromkeys(way, found.get((above, author), "")))
    return {*found.values()} - {""}


def _is_public(post: Post) -> bool:
    return post.visibility in ("public", "unlisted")


def _emptied(post: Post) -> Post:
    """A post of which nothing is left but its place, unless it is for everybody."""
    if _is_public(post):
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


def _damage(posts: Iterable[Post]) -> tuple[Note, ...]:
    """A note that some characters of the texts are not those that were written (NUL, lone surrogates)."""
    lost = sum(post.text.count("\ufffd") for post in posts)
    return (Note(kind="replaced-characters", n=lost),) if lost else ()
