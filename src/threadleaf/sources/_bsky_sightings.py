"""What several answers showed, by id: the union of which a conversation is made.

A sighting is one post, or the word that a post is not to be had, in one answer. Of two about the same id the later
answer counts; of two of the same time the one that shows less, since a deletion or a wish may have come between.
What may still be hidden is for `_bsky_ends` to say.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from msgspec import Struct
from msgspec.structs import replace

from threadleaf.core.errors import NotFound, Refused, Unreadable
from threadleaf.core.model import Author, Conversation, Missing, Note, Post, Reported, Thread
from threadleaf.core.untyped import get, number
from threadleaf.sources._bsky_ends import Ends
from threadleaf.sources._bsky_records import author_by_did, author_of, from_record, from_view
from threadleaf.sources._bsky_uris import owner, public_address, record_key
from threadleaf.sources._together import grouped, refuse_strangers

_NEVER = datetime.min.replace(tzinfo=UTC)


class _Sighting(Struct, frozen=True):
    """A post in one answer. `viewed`: by the AppView, which knows wishes and counts; else a bare record."""

    post: Post
    at: datetime
    viewed: bool


class _Refusal(Struct, frozen=True):
    """The word, in one answer, that a post is not to be had."""

    missing: Missing
    at: datetime


class Sightings:
    """Collects what answers show (`_bsky_answers` reads them), and adds it up to a conversation.

    `bare`: whether posts that no AppView showed may be shown from their records. They may where somebody saved them;
    live, the AppView is asked first: it knows wishes and takedowns, and a repository fills only what was cut off.
    Whoever's profile was not read then carries the signal `profile-unread`: nobody knows what they wish.
    """

    def __init__(self, *, bare: bool) -> None:
        self.bare = bare
        self.anchor = ""  # the post that was asked for
        self.read_at: datetime | None = None
        self.at = _NEVER  # of the answer that is being read
        self.ends = Ends()
        self.profiles: dict[str, Author] = {}  # people as their profiles have them
        self.written: dict[str, int] = {}  # how many posts the AppView counts by people whose profiles were read
        self.places: dict[str, int] = {}  # the place of posts in the first author's chain, as the AppView counts it
        self._answers: list[set[str]] = []  # the posts that each answer showed; of lists of a repository none
        self._refused_anchor = ""
        self._posts: dict[str, _Sighting] = {}
        self._quoted: dict[str, _Sighting] = {}
        self._authors: dict[str, tuple[datetime, Author]] = {}
        self._refusals: dict[str, _Refusal] = {}
        self._hidden: set[str] = set()
        self._reported: dict[str, tuple[datetime, Reported]] = {}

    # --- telling it what an answer shows ------------------------------------------------------------------------

    def begin(self, at: datetime | None) -> None:
        """What is told from now on comes from an answer of this time (None: it does not say)."""
        self.at = at or _NEVER
        self._answers.append(set())
        if at is not None:
            self.read_at = max(self.read_at or at, at)

    def asked_for(self, uri: str, *, refused: bool = False) -> None:
        """The post that an answer is about. The first one is the conversation's anchor, a refused one if there is no other."""
        if refused:
            self._refused_anchor = self._refused_anchor or uri
        else:
            self.anchor = self.anchor or uri

    def view(self, view: object) -> Post | None:
        """A post as the AppView shows it, with its author and everything it quotes."""
        seen = from_view(view)
        if seen is None or not (self.bare or owner(seen[0].id)):
            return None
        post, author, quoted = seen
        self._put(self._posts, post, viewed=True)
        self._answers[-1].add(post.id)
        self._author(author)
        while quoted is not None and (seen := from_view(quoted)) is not None:
            inner, author, quoted = seen
            self._put(self._quoted, inner, viewed=True)
            self._author(author)
        return post

    def profile(self, view: object) -> None:
        """An account's profile: the only answer that has the text in which people say what they wish."""
        author = author_of(view)
        if author is None:
            return
        self.profiles[author.id] = author
        self._author(author)
        if (count := number(get(view, "postsCount"))) is not None:
            self.written[author.id] = count

    def record(self, uri: str, cid: object, record: object) -> None:
        """A post's bare record."""
        self._put(self._posts, from_record(uri, cid, record), viewed=False)
        self._answers[-1].add(uri)

    def refusal(self, missing: Missing) -> None:
        """That the AppView names a post without giving it. Its place is remembered from whoever knew it."""
        known = self._refusals.get(missing.id)
        if known is not None:
            older, newer = (known.missing, missing) if known.at <= self.at else (missing, known.missing)
            missing = replace(newer, parent=newer.parent or older.parent, author=newer.author or older.author)
        self._refusals[missing.id] = _Refusal(missing, max(self.at, known.at if known else self.at))

    def hidden(self, uris: Iterable[str]) -> None:
        """Replies that the first post's author hid: they are not shown as context, and nothing is said of them."""
        self._hidden.update(uris)

    def reported(self, root: str, post: str, count: int) -> None:
        """The AppView's own count of the first author's chain; that of the latest answer counts."""
        if root not in self._reported or self._reported[root][0] < self.at:
            self._reported[root] = (self.at, Reported(post=post, count=count))

    def listing(self, did: str, low: str, high: str) -> None:
        """Every record of a repository's posts with a key from `low` to `high` was in the answer.

        That the answer showed them says nothing of the conversation that was meant: a repository holds many.
        """
        self._answers[-1].clear()
        self.ends.listing(did, low, high)

    def _put(self, store: dict[str, _Sighting], post: Post, *, viewed: bool) -> None:
        known = store.get(post.id)
        if known is None or (viewed, self.at) >= (known.viewed, known.at):
            store[post.id] = _Sighting(post, self.at, viewed)

    def _author(self, author: Author) -> None:
        if author.id not in self._authors or self._authors[author.id][0] <= self.at:
            self._authors[author.id] = (self.at, author)

    # --- asking what is known -----------------------------------------------------------------------------------

    def __len__(self) -> int:
        return len(self._posts)

    def found(self) -> int:
        """How many posts of the conversation were seen."""
        roots = self._roots()
        return sum(seen.viewed or _root(seen.post) in roots for seen in self._posts.values())

    def cut_above(self) -> str:
        """The topmost post above the anchor, if whoever wrote on that way wrote what is above it too, unseen as yet.

        Empty if the way ends otherwise. Without the post above nobody can say whose thread it is, or where it begins.
        """
        way: dict[str, Post] = {}
        top = self._posts.get(self.anchor)
        while top is not None and top.post.id not in way:
            way[top.post.id] = top.post
            above = top.post.parent or ""
            if above not in self._posts:
                people = {post.author for post in way.values()}
                return top.post.id if owner(above) in people and above not in self._refusals else ""
            top = self._posts[above]
        return ""

    def undecided(self) -> list[str]:
        """The posts above a lone anchor whose authors may have gone on below them: whose thread it is depends on that.

        That is up to the nearest post that is known to stand in a chain; those by the anchor's own author may stand
        higher up (rules §2.2).
        """
        way: dict[str, Post] = {}
        top = self._posts.get(self.anchor)
        while top is not None and top.post.id not in way:
            way[top.post.id] = top.post
            top = self._posts.get(top.post.parent or "")
        places = [seen.post for seen in self._posts.values()]
        own = {post.parent for post in places if post.author == owner(post.parent or "")}
        ends = {frontier.post for frontier in self.ends.frontiers(way.values(), places)} - {self.anchor}
        found: list[str] = []
        decided = False
        for uri, post in way.items():
            is_same, stands = (
                post.author == way[self.anchor].author,
                uri in own or post.author == owner(post.parent or ""),
            )
            if is_same and stands:
                break
            decided = decided or stands
            if uri in ends and not stands and (is_same or not decided):
                found.append(uri)
        return found

    def unseen_roots(self, did: str) -> list[str]:
        """The first posts of conversations that an author began, of which nothing was heard although she goes on there."""
        heard_of = self._posts.keys() | self._refusals.keys()
        named = {s.post.root for s in self._posts.values() if s.viewed and s.post.author == did}
        return sorted(root for root in named if root and owner(root) == did and root not in heard_of)

    def is_in_chain(self, uri: str) -> bool:
        """Whether a post is known to answer one by its own author, or to be answered by one."""
        author = owner(uri)
        posts = (seen.post for seen in self._posts.values() if seen.post.author == author)
        return any(owner(post.parent or "") == author and uri in (post.id, post.parent) for post in posts)

    def is_unheard_of(self, uri: str | None) -> bool:
        """Whether a post is named and nothing else is known of it."""
        return bool(uri) and uri not in self._posts and uri not in self._refusals

    def is_silent(self, post: Post) -> bool:
        """Whether a post has answers, and nothing is known of any of them."""
        return bool(post.replies) and not any(seen.post.parent == post.id for seen in self._posts.values())

    def settle(self, thread: Thread) -> None:
        """Take the thread's first post for the anchor, if that is an answer which the thread's author hid."""
        if self.anchor in self._hidden and self._posts[self.anchor].post.author != thread.author.id:
            self.anchor = thread.posts[0].id

    def loose(self, did: str) -> list[str]:
        """An author's posts that answer a post of the same author which nothing was heard of."""
        heard_of = self._posts.keys() | self._refusals.keys()
        shown = (seen.post for seen in self._posts.values() if seen.viewed and seen.post.author == did)
        return sorted(post.id for post in shown if owner(post.parent or "") == did and post.parent not in heard_of)

    def only_records(self, did: str) -> list[str]:
        """Posts of the conversation that are known from the repository `did` only, in order of their keys."""
        roots = self._roots()
        found = (s.post for s in self._posts.values() if not s.viewed and s.post.author == did)
        return sorted(post.id for post in found if _root(post) in roots and post.id not in self._refusals)

    def earliest_key(self, did: str) -> str:
        """The lowest record key of an author's posts that anything in the conversation names."""
        named = (name for s in self._posts.values() for name in (s.post.id, s.post.parent or "", s.post.root or ""))
        return min((record_key(uri) for uri in named if owner(uri) == did), default="")

    def latest_key(self, did: str) -> str:
        """The highest record key of an author's posts in the conversation."""
        roots = self._roots()
        own = (seen.post for seen in self._posts.values() if seen.post.author == did)
        return max((record_key(post.id) for post in own if _root(post) in roots), default="")

    def conversation(self) -> Conversation:
        """Everything added up.

        Raises Refused or NotFound when the post that was asked for is not to be had, Unreadable when nothing was seen.
        """
        self.anchor = self.anchor or self._refused_anchor or self._longest()
        posts = self._shown()
        missing = self._missing(posts)
        self._check_anchor(posts, missing)
        quoted = self._quotes(posts.values())
        writers = {post.author: None for post in (*posts.values(), *quoted)}
        named = writers.keys() | {place.author for place in missing.values()}
        known = tuple(self._known(author) for _, author in self._authors.values() if author.id in named)
        everything = [seen.post for seen in self._posts.values()]
        return Conversation(
            network="bsky",
            anchor=self.anchor,
            posts=tuple(posts.values()),
            authors=(*known, *(author_by_did(did) for did in writers if did and did not in self._authors)),
            missing=tuple(missing.values()),
            frontiers=tuple(self.ends.frontiers(posts.values(), [*everything, *missing.values()])),
            reported=tuple(reported for _, reported in self._reported.values()),
            quoted=quoted,
            notes=_damage([*posts.values(), *quoted]),
            read_at=self.read_at,
            address=public_address(self.anchor),
        )

    def _known(self, author: Author) -> Author:
        """An author with the text of the profile, which no view of a post has."""
        profile = self.profiles.get(author.id)
        if profile is None:
            return author if self.bare else replace(author, signals=("profile-unread",))
        return replace(author, bio=profile.bio)

    def refuse_strangers(self, subject: str) -> None:
        """Raise Unreadable if an answer showed nothing of the conversation; `subject` names the answers."""
        posts = {uri: seen.post for uri, seen in self._posts.items()}
        lead = grouped([*posts.values(), *(refusal.missing for refusal in self._refusals.values())])
        authors = {did: author for did, (_, author) in self._authors.items()}
        refuse_strangers(self._answers, lead, self.anchor, posts, authors, subject)

    def _shown(self) -> dict[str, Post]:
        """The posts that belong to the conversation and may be shown as far as the AppView has spoken."""
        roots = self._roots()
        shown: dict[str, Post] = {}
        for uri, seen in self._posts.items():
            belongs = seen.viewed or (self.bare and _root(seen.post) in roots)
            if belongs and not self._is_hidden(seen.post) and not self._is_refused(seen):
                shown[uri] = self._without_hidden_quote(seen.post)
        return shown

    def _without_hidden_quote(self, post: Post) -> Post:
        if post.quote is None or post.quote.id not in self._hidden:
            return post
        return replace(post, quote=replace(post.quote, state="hidden"))

    def _roots(self) -> set[str]:
        """The first posts of the conversations that were asked about: a repository holds many others."""
        anchor = self._posts.get(self.anchor)
        return {_root(s.post) for s in self._posts.values() if s.viewed or s is anchor}

    def _is_hidden(self, post: Post) -> bool:
        return post.id in self._hidden and post.id != self.anchor and post.author != owner(_root(post))

    def _is_refused(self, seen: _Sighting) -> bool:
        """Whether the AppView's word against a post outweighs having seen it.

        A block hides other people's posts from a thread, never the posts of the author who was asked for.
        """
        refusal = self._refusals.get(seen.post.id)
        if refusal is None or (refusal.missing.reason == "blocked" and seen.viewed and self._is_asked(seen.post)):
            return False
        return not seen.viewed or refusal.at >= seen.at

    def _is_asked(self, post: Post) -> bool:
        anchor = self._posts.get(self.anchor)
        return anchor is not None and anchor.post.author == post.author

    def _missing(self, posts: dict[str, Post]) -> dict[str, Missing]:
        """What was named and not given: by the AppView, by nobody but the repository, and by neither of them."""
        missing = {uri: refusal.missing for uri, refusal in self._refusals.items() if uri not in posts}
        for did in self.ends.repositories() if not self.bare else ():
            for uri in self.only_records(did):
                post = self._posts[uri].post
                missing[uri] = Missing(id=uri, author=did, parent=post.parent, reason="unreachable")
        for post in posts.values():
            parent = post.parent or ""
            if parent in self._posts or parent in missing:
                continue
            if self.ends.was_listed(parent):
                missing[parent] = Missing(id=parent, author=owner(parent), says="not-found")
            elif not self.bare and owner(parent) == post.author:
                missing[parent] = Missing(id=parent, author=post.author, reason="unreachable")
        for uri in self.ends.unreached.difference(self._posts, missing):
            missing[uri] = Missing(id=uri, author=owner(uri), reason="unreachable")
        return missing

    def _check_anchor(self, posts: dict[str, Post], missing: dict[str, Missing]) -> None:
        if not self._posts and not self._refusals:
            raise Unreadable("This holds no posts.")
        place = missing.get(self.anchor)
        if self.anchor in posts:
            return
        if place is not None and place.reason == "opted-out":
            sentence = "The author asks that this post is shown only to people who are logged in to Bluesky."
            raise Refused(sentence, subject=self.anchor, code="!no-unauthenticated")
        if place is not None and place.reason == "blocked":
            sentence = "Bluesky does not show this post: one of the accounts has blocked the other."
            raise Refused(sentence, subject=self.anchor, code="blocked")
        sentence = (
            "Bluesky has no such post, or no longer shows it. Check the address, or try another post of the thread."
        )
        raise NotFound(sentence, subject=self.anchor)

    def _quotes(self, posts: Iterable[Post]) -> tuple[Post, ...]:
        """The quoted posts that are shown by what is shown, each once."""
        found: dict[str, Post] = {}
        waiting = list(posts)
        while waiting:
            quote = waiting.pop().quote
            if quote is not None and quote.state == "shown" and quote.id in self._quoted and quote.id not in found:
                found[quote.id] = self._quoted[quote.id].post
                waiting.append(found[quote.id])
        return tuple(found[uri] for uri in self._quoted if uri in found)

    def _longest(self) -> str:
        """The first post of the longest conversation, for answers that are not about one post."""
        found: dict[str, list[str]] = {}
        for seen in self._posts.values():
            found.setdefault(_root(seen.post), []).append(seen.post.id)
        root, posts = max(sorted(found.items()), key=lambda item: len(item[1]), default=("", [""]))
        return root if root in posts else min(posts, key=record_key)


def _root(post: Post) -> str:
    return post.root or post.id


def _damage(posts: Iterable[Post]) -> tuple[Note, ...]:
    """A note that some characters of the texts are not those that were written (NUL, lone surrogates)."""
    lost = sum(post.text.count("\ufffd") for post in posts)
    return (Note(kind="replaced-characters", n=lost),) if lost else ()
