"""The union of what servers of the fediverse showed (`_fedi_told`), of which a conversation is made.

Two rules of the house are kept here:

- Nobody writes in other people's names: what a server shows of a post that lives elsewhere is a copy, and of a copy no
  word is shown. It says where to ask, its place is known, and it counts as an answer. The edges between copies of posts
  by one author are left out: an author's own server is asked for her thread.
- A post that was obtained with a token or a signature only is shown if its own web page shows it to anybody (`page`).
  Of whom nobody found that out nothing is told; where the author's posts end because of that, the thread goes on unseen.

What may still be hidden is decided here, after everything was added up (rules §4). Below a post there may be answers by
its author that nobody saw, unless as many answers were seen as its server counts, or an answer listed all of them (or all
of the author's own), and the count has not grown since.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterable, Iterator, Mapping
from typing import Literal

from msgspec.structs import replace

from threadleaf.core.errors import NotFound, Unreadable
from threadleaf.core.model import Author, Conversation, Frontier, Missing, Note, Post, Quote
from threadleaf.core.wishes import UNREAD
from threadleaf.sources._fedi_addresses import host_of
from threadleaf.sources._fedi_told import NEVER, Told, emptied, is_public
from threadleaf.sources._together import grouped, refuse_strangers

Why = Literal["limit", "count", "unreachable", "unseen"]


class Sightings(Told):
    """Collects what answers show, and adds it up to a conversation."""

    def conversation(self, *, doubtful: bool = False) -> Conversation:
        """Everything added up.

        `doubtful`: as it would be if every server could be believed about the posts of others, and if everything were
        public; only to find out what to ask. Raises NotFound when the post that was asked for is not to be had,
        Unreadable when nothing was seen.
        """
        self.anchor = self.name(self.anchor) or self._longest()
        posts, missing, unasked = self._shown(doubtful=doubtful)
        copies = {} if doubtful else {i: posts.pop(i) for i in [*posts] if not self._posts[i].weight.own}
        places = {i: self._place(copy) for i, copy in copies.items()}
        if self.anchor not in posts:
            self._refuse(missing | unasked | places)
        halts = _halts(unasked.values(), {**posts, **missing, **unasked, **places}, posts)
        missing |= dict(_bearing(unasked | places, posts))
        quoted = self._quotes(posts.values(), doubtful=doubtful)
        writers = dict.fromkeys(post.author for post in (*posts.values(), *quoted))
        named = writers.keys() | {place.author for place in missing.values()}
        people = self._known(own=not doubtful)
        known = (author for author in people.values() if author.id in named)
        unread = (Author(id=i, network="fedi", url=i, signals=(UNREAD,)) for i in writers if i not in people)
        return Conversation(
            network="fedi",
            anchor=self.anchor,
            posts=tuple(posts.values()),
            authors=(*known, *unread),
            missing=tuple(missing.values()),
            frontiers=tuple(self._frontiers(posts, halts, copies.values())),
            quoted=quoted,
            notes=(*self._notes, *_damage([*posts.values(), *quoted])),
            read_at=self.read_at,
            address=self.address or posts[self.anchor].url,
        )

    def refuse_strangers(self, subject: str) -> None:
        """Raise Unreadable if an answer showed nothing of the conversation; `subject` names the answers."""
        posts = {i: self._placed(seen.post) for i, seen in self._posts.items()}
        lead = grouped([*posts.values(), *(refusal.missing for refusal in self._refusals.values())])
        refuse_strangers(self._answers, lead, self.anchor, posts, self._known(), subject)

    def _shown(self, *, doubtful: bool) -> tuple[dict[str, Post], dict[str, Missing], dict[str, Missing]]:
        """The posts that may be shown, the places of those that are not to be had, and of those that nobody could ask for.

        The latter are posts that a server names and whose request was refused, and posts that nobody proved.
        """
        posts: dict[str, Post] = {}
        missing = {i: self._lost(told) for i, told in self._refusals.items() if self.name(i) not in self._posts}
        unasked = {i: place for i, place in missing.items() if place.reason == "unreachable"}
        missing = {i: place for i, place in missing.items() if i not in unasked}
        for i, seen in self._posts.items():
            post, refusal = self._placed(seen.post), self._refusals.get(i)
            proof = doubtful or self._proof(seen)
            if refusal is not None and refusal.weight >= seen.weight:
                told = self._lost(refusal)
                above = post.parent if doubtful or seen.weight.own else None
                missing[i] = replace(told, parent=told.parent or above, author=told.author or post.author)
            elif proof is None:
                unasked[i] = Missing(id=i, author=post.author, parent=post.parent, reason="unreachable")
            else:
                post = post if proof else emptied(replace(post, visibility="private"))
                posts[i] = post if doubtful else self._without_unproven_quote(post)
        return posts, missing, unasked

    def _without_unproven_quote(self, post: Post) -> Post:
        """The post with a placeholder for what it quotes, unless anybody may see that; of a copy only its address."""
        quoted = self._quotable(post.quote) if post.quote else None
        if post.quote is None or quoted is None:
            return post
        if not quoted.weight.own:
            return replace(post, quote=Quote(id=post.quote.id, url=quoted.post.url, state="address"))
        return post if self._proof(quoted) else replace(post, quote=replace(post.quote, state="hidden"))

    def _refuse(self, missing: dict[str, Missing]) -> None:
        if not self._posts and not self._refusals:
            raise Unreadable("This holds no posts.")
        place = missing.get(self.anchor)
        sentence = "The server has no such post that is public. Check the address, or try another post of the thread."
        if place is not None and place.reason == "unreachable":
            sentence = "Whether this post is public could not be found out, so it is not shown. Please try again later."
            if self._tested.get(host_of(self.anchor)) is False:
                sentence = (
                    "Whether this post is public cannot be found out, since its server has a page at any address."
                )
        raise NotFound(sentence, subject=self.anchor)

    def _place(self, copy: Post) -> Missing:
        """The place of a copy. It hangs below what it answers, unless that is by its own author, or by nobody knows whom."""
        above, place = self._posts.get(copy.parent or ""), self._refusals.get(copy.parent or "")
        author = self._called(above.post.author if above else place.missing.author if place else "")
        parent = copy.parent if author not in ("", copy.author) else None
        return Missing(id=copy.id, author=copy.author, parent=parent, reason="unreachable")

    def _quotes(self, posts: Iterable[Post], *, doubtful: bool) -> tuple[Post, ...]:
        """The quoted posts that are shown by what is shown, each once."""
        found: dict[str, Post] = {}
        waiting = list(posts)
        while waiting:
            quote = waiting.pop().quote
            seen = self._quotable(quote) if quote and quote.id not in found and quote.id in self._quoted else None
            if seen is not None:
                post = self._placed(seen.post)
                found[post.id] = post if doubtful else self._without_unproven_quote(post)
                waiting.append(found[post.id])
        return tuple(found[i] for i in self._quoted if i in found)

    def _longest(self) -> str:
        """The first post of the longest conversation, for answers that are not about one post."""
        posts = [self._placed(seen.post) for seen in self._posts.values()]
        lead = grouped(posts)
        found: dict[str, list[Post]] = {}
        for post in posts:
            found.setdefault(lead(post.id), []).append(post)
        longest = max(found.values(), key=len, default=[])
        return min(longest, key=lambda p: (p.parent is not None, p.created or NEVER, p.id)).id if longest else ""

    # --- what may still be hidden -------------------------------------------------------------------------------

    def _frontiers(self, posts: dict[str, Post], halts: Container[str], copies: Iterable[Post]) -> Iterator[Frontier]:
        """What may be hidden. Servers count public answers only, so one that is not to be had fills no place.

        `halts` are posts below which the thread goes on with what nobody could ask for, `copies` answers that fill
        their places and are not shown.
        """
        answers = Counter(post.parent for post in (*posts.values(), *copies) if is_public(post))
        for post in posts.values():
            hidden = None if post.replies is None else max(post.replies - answers[post.id], 0)
            if post.id in halts:
                yield Frontier(post=post.id, why="unreachable", hidden=hidden or None)
            elif hidden != 0 and not self._is_listed(post):
                yield Frontier(post=post.id, why=self._why(post.id), hidden=hidden)
            elif post.id in self._torn:
                yield Frontier(post=post.id, why="unseen")

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


def _bearing(unasked: Mapping[str, Missing], posts: Mapping[str, Post]) -> Iterator[tuple[str, Missing]]:
    """Those of the posts that nobody could ask for below which something shown hangs: they keep their places."""
    passed: set[str] = set()
    for post in posts.values():
        above = post.parent or ""
        while above in unasked and above not in passed:
            passed.add(above)
            yield above, unasked[above]
            above = unasked[above].parent or ""


def _halts(unasked: Iterable[Missing], places: Mapping[str, Post | Missing], posts: Container[str]) -> set[str]:
    """The shown posts at which their author's thread halts: above her posts that nobody could ask for.

    `places` are all posts and places by id, `posts` the ids of those that are shown.
    """
    found: dict[tuple[str, str], str] = {}
    for place in unasked:
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


def _damage(posts: Iterable[Post]) -> tuple[Note, ...]:
    """A note that some characters of the texts are not those that were written (NUL, lone surrogates)."""
    lost = sum(post.text.count("\ufffd") for post in posts)
    return (Note(kind="replaced-characters", n=lost),) if lost else ()
