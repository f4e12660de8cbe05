"""The way by ActivityPub: posts, accounts and collections as servers show them to each other, whatever the software.

    start:   the post itself
    around:  what it answers, up to the thread's first post; the conversation, where its server lists that
    down:    the answers that the thread's author gave to each of her posts
    beside:  the outbox, where answers could not be listed; quoted posts; the accounts of everybody who is shown
    tell:    what of all this belongs to the thread, and where it may go on unseen

Answers by other people are not asked for, but those that the author answers herself.
"""

from __future__ import annotations

import re
from collections.abc import Generator
from functools import partial

from msgspec.structs import replace

from threadleaf.core.model import Author, Post
from threadleaf.core.untyped import get
from threadleaf.sources._fedi_actors import Profile, profile
from threadleaf.sources._fedi_addresses import host_of, post_id
from threadleaf.sources._fedi_asking import Asking, Said
from threadleaf.sources._fedi_collections import Listing
from threadleaf.sources._fedi_consent import Quotes
from threadleaf.sources._fedi_forms import first_id, id_of, is_at, kind_of, unwrapped, whose
from threadleaf.sources._fedi_gathered import Gathered, Held, leads_on
from threadleaf.sources._fedi_notes import entry, tell_besides
from threadleaf.sources._fedi_sightings import Sightings
from threadleaf.sources._fedi_ways import Outcome, Way
from threadleaf.wire import Reply, Request, Scope

MOST_ABOVE = 200
MOST_TRIED = 8
"""So many of the posts above one that is no thread are looked at for a thread of theirs."""
MOST_STRANGERS = 20
"""Posts and accounts of other people that are asked for because they are in the thread's way."""
MOST_UNSURE = 20
"""Answers that are asked for although they may be somebody else's, and posts that are tried from an outbox."""
MOST_SENT = 3
"""Pages of an outbox."""

_Asking = Generator[tuple[Request, ...], tuple[Reply, ...], None]


def activitypub(url: str, scope: Scope, seen: Sightings) -> Way:
    """Read the thread around the post at `url` (its address or its id) by ActivityPub, and tell `seen` of it.

    Returns how that went for the post itself; raises nothing.
    """
    walk = _Walk(scope, seen)
    outcome = yield from walk.start(url)
    if outcome == "read":
        yield from walk.around()
        yield from walk.down()
        yield from walk.beside()
    walk.tell()
    return outcome


class _Walk:
    """One reading of a thread."""

    def __init__(self, scope: Scope, seen: Sightings) -> None:
        self.seen, self.most = seen, scope.posts
        self.asking = Asking(seen, signs=scope.signs)
        self.found = Gathered()
        self.quotes = Quotes()
        self.anchor = self.writer = ""
        self.people: dict[str, Profile | None] = {}
        self.conversation = Listing("")
        self.listings: dict[str, Listing] = {}
        self.unreached: set[str] = set()
        self.sent: list[tuple[object, Said]] = []
        self.strangers, self.unsure = MOST_STRANGERS, MOST_UNSURE

    def _ask(self) -> _Asking:
        yield from self.asking.all(lambda: len(self.found.posts) >= self.most)

    def _keep(self, value: object, said: Said) -> str:
        """Keep a post that came along in an answer; its id."""
        known = len(self.found.posts)
        name = self.found.keep(value, said)
        self._prove(name, known, said, mind=self.writer)
        return name

    def _take(self, said: Said) -> str:
        """Keep the post that was asked for; its id."""
        known = len(self.found.posts)
        name = self.found.take(said)
        self._prove(name, known, said)
        return name

    def _prove(self, name: str, known: int, said: Said, mind: str | None = None) -> None:
        """Have a new post proven if it was given to a signature, and is to be shown as far as can be told by now."""
        if said.privileged and len(self.found.posts) > known:
            post = self.found.posts[name].entry.post
            if post.visibility in ("public", "unlisted") and mind in (None, post.author):
                self.asking.prove(post)

    # --- the post itself ------------------------------------------------------------------------------------------

    def start(self, url: str) -> Generator[tuple[Request, ...], tuple[Reply, ...], Outcome]:
        """Ask for the post itself; for the one that was boosted, if it is a boost."""
        (said,) = yield from self.asking.now([url])
        if kind_of(said.body) == "Announce" and (boosted := first_id(get(said.body, "object"))):
            (said,) = yield from self.asking.now([boosted])
        self.anchor = self._take(said)
        if self.anchor:
            self.seen.same(post_id(url), self.anchor)
            return "read"
        if said.outcome == "not-found":
            self.found.lose(said)
            self.anchor = self.found.id_of(said.asked)
        return "unreadable" if said.outcome == "read" else said.outcome

    # --- what is around it ----------------------------------------------------------------------------------------

    def around(self) -> _Asking:
        """Ask for what the post answers, and find out whose thread this is."""
        first = self.found.posts[self.anchor].entry
        self._read_person(first.post.author)
        if first.context:
            self.conversation = Listing(first.name)
            self.conversation.read(first.context)
            self.asking.later(self.conversation.following, self._conversation)
            yield from self._ask()
        self._climb()
        self._list(self.anchor)
        yield from self._ask()
        for post in list(self.found.way(self.anchor))[1:MOST_TRIED]:
            if not self.found.writer(self.anchor):
                self._list(post.id)
                yield from self._ask()
        self.writer = self.found.writer(self.anchor) or first.post.author

    def _conversation(self, said: Said) -> None:
        """A page of the whole conversation."""
        if said.outcome == "read":
            for item in self.conversation.read(said.body, said.asked):
                self._keep(item, said)
            if self.conversation.following:
                self.asking.later(self.conversation.following, self._conversation)

    def _climb(self) -> None:
        """Ask for the post above the topmost one, if that may belong to the thread or be what its first post answers."""
        way = list(self.found.way(self.anchor))
        parent = way[-1].parent
        if parent and not self.found.heard_of(parent) and len(way) < MOST_ABOVE and leads_on(way):
            self.asking.later(parent, partial(self._above, way[-1].author))

    def _above(self, below: str, said: Said) -> None:
        """The post above one by the author `below`."""
        if self._take(said):
            self._climb()
        else:
            self.found.lose(said, author=below if whose(said.asked, below) == "own" else "")

    # --- what is below it -----------------------------------------------------------------------------------------

    def down(self) -> _Asking:
        """Ask for all that the thread's author answered to herself, then for what she answers otherwise."""
        self._read_person(self.writer)
        tried: set[str] = set()
        while True:
            for post in self.found.by(self.writer):
                self._list(post.id)
                parent = post.parent or ""
                if parent and not self.found.heard_of(parent) and parent not in tried and self.strangers:
                    self.strangers -= 1
                    tried.add(parent)
                    self.asking.later(parent, partial(self._answered, post.author))
            if not self.asking.due:
                return
            yield from self._ask()

    def _answered(self, by: str, said: Said) -> None:
        """What the author `by` answers."""
        if not self._take(said):
            self.found.lose(said, author=by if whose(said.asked, by) == "own" else "")

    def _list(self, *names: str) -> None:
        """Ask which answers some posts got, unless the server that holds the whole conversation listed it."""
        due = list(names)
        while due:
            name = due.pop()
            held = self.found.posts[name]
            if name not in self.listings and not self._is_whole(held):
                listing = self.listings[name] = Listing(held.entry.name)
                if held.entry.replies is not None:
                    due += self._answers(name, listing.read(held.entry.replies), held.said)

    def _page(self, name: str, said: Said) -> None:
        """A page of the answers to a post."""
        if said.outcome == "read":
            self._list(*self._answers(name, self.listings[name].read(said.body, said.asked), said))
        else:
            self.unreached.add(name)

    def _answers(self, name: str, items: list[object], said: Said) -> list[str]:
        """Keep or ask for the answers to a post that are listed; returns those by the thread's author."""
        author = self.found.posts[name].entry.post.author
        own = []
        for item in items:
            answer = self._keep(item, said)
            if answer and self.found.posts[answer].entry.post.author == self.writer:
                own.append(answer)
            address = "" if answer else id_of(item)
            if address and not self.found.heard_of(address) and self._is_wanted(address, author):
                self.asking.later(address, partial(self._answer, name, author))
        if self.listings[name].following:
            self.asking.later(self.listings[name].following, partial(self._page, name))
        return own

    def _is_wanted(self, address: str, author: str) -> bool:
        """Whether to ask for an answer that is known by its address only: it must be the author's, or may be."""
        kind = whose(address, author)
        self.unsure -= kind == "unknown"
        return kind == "own" or (kind == "unknown" and self.unsure >= 0)

    def _answer(self, name: str, author: str, said: Said) -> None:
        """An answer to the post `name` by `author`, hers or perhaps not."""
        answer = self._take(said)
        if answer and self.found.posts[answer].entry.post.author == self.writer:
            self._list(answer)
        elif not answer and whose(said.asked, author) == "own":
            self.found.lose(said, author=author, parent=name)

    # --- what else may help ---------------------------------------------------------------------------------------

    def beside(self) -> _Asking:
        """Ask for what the author sent, if not all answers could be listed; for quoted posts; and for accounts."""
        person = self.people.get(self.writer)
        if person is not None and person.outbox and any(self._is_open(post) for post in self.found.by(self.writer)):
            self.asking.later(person.outbox, self._outbox)
            yield from self._ask()
            if self._adopt():
                yield from self.down()
        self.quotes.look_for(self.found.by(self.writer), self.found, self.asking)
        for post in self._shown():
            self._read_person(post.author)
        yield from self._ask()
        self.quotes.settle(self.found.by(self.writer), self.found)
        for held in self.quotes.shown:
            self._read_person(held.entry.post.author)
        yield from self._ask()

    def _is_open(self, post: Post) -> bool:
        listing = self.listings.get(post.id)
        return listing is not None and listing.end not in ("all", "own")

    def _outbox(self, said: Said) -> None:
        """What an author sent: ask for what came after the latest of her posts that are known."""
        page = first_id(get(said.body, "first"))
        latest = max(self.found.by(self.writer), key=lambda post: (len(post.id), post.id)).id
        key = re.search(r"/([0-9A-Za-z]+)\Z", latest)
        if key and is_at(page, said.asked):
            joined = f"{page}{'&' if '?' in page else '?'}min_id={key[1]}"
            self.asking.later(joined, partial(self._sent, MOST_SENT))

    def _sent(self, pages: int, said: Said) -> None:
        """A page of what an author sent, the first of so many as are read."""
        for activity in Listing(said.asked).read(said.body, said.asked):
            sent = unwrapped(activity)
            address = id_of(sent)
            if isinstance(sent, dict):
                self.sent.append((sent, said))
            elif whose(address, self.writer) == "own" and not self.found.heard_of(address) and self.unsure > 0:
                self.unsure -= 1
                self.asking.later(address, self._was_sent)
        newer = id_of(get(said.body, "prev"))
        if pages > 1 and is_at(newer, said.asked):
            self.asking.later(newer, partial(self._sent, pages - 1))

    def _was_sent(self, said: Said) -> None:
        self.sent.append((said.body, said))

    def _adopt(self) -> bool:
        """Keep the posts from the outbox that answer a post of the conversation; whether there were any."""
        known, size = -1, len(self.found.posts)
        while known < len(self.found.posts):
            known = len(self.found.posts)
            for value, said in self.sent:
                found = entry(value, said.address)
                if found and self.found.post(found.post.parent or ""):
                    self._keep(value, said)
        return len(self.found.posts) > size

    # --- telling --------------------------------------------------------------------------------------------------

    def tell(self) -> None:
        """Tell of the thread's posts and of what stands above them, of places without a post, and of open ends."""
        for lost in self.found.lost.values():
            self._begin(lost.said)
            self.seen.missing(lost.missing)
        shown = {post.id: post for post in self._shown()}
        for post in shown.values():
            self._tell(self.found.posts[post.id], replace(post, quote=self.quotes.states.get(post.id, post.quote)))
            self._tell_ends(post.id)
        for held in self.quotes.shown:
            if held.entry.post.id not in shown:
                self._begin(held.said)
                self.seen.quoted(*self._for_anybody(held.entry.post, held.said))
        self.seen.asked_for(self.anchor)
        self.seen.tells_deletions = self._is_whole(self.found.posts.get(self.anchor))

    def _is_whole(self, held: Held | None) -> bool:
        """Whether the server of a post listed the whole conversation: then also what hangs below a deleted post."""
        return held is not None and self.conversation.end == "all" and is_at(held.entry.name, self.conversation.owner)

    def _begin(self, said: Said) -> None:
        self.seen.begin(said.at, host_of(said.address), privileged=said.privileged)

    def _shown(self) -> list[Post]:
        """Everything by the thread's author, the post that was asked for, and whatever stands above these."""
        shown: dict[str, Post] = {}
        for name in (self.anchor, *(post.id for post in self.found.by(self.writer))):
            for post in self.found.way(name):
                if post.id in shown:
                    break
                shown[post.id] = post
        return list(shown.values())

    def _tell(self, held: Held, post: Post) -> None:
        self._begin(held.said)
        self.seen.post(*self._for_anybody(post, held.said))
        tell_besides(held.entry, self.seen)

    def _for_anybody(self, post: Post, said: Said) -> tuple[Post, Author | None]:
        """A post and its author, if that is known; the post is private if she keeps such posts off the open web."""
        person = self.people.get(post.author)
        if person is None:
            return post, None
        return replace(post, visibility="private") if person.hides(post, said.at) else post, person.author

    def _tell_ends(self, name: str) -> None:
        """Say how far the answers to a post were listed."""
        listing = self.listings.get(name, self.conversation)
        if listing.end == "all" and is_at(self.found.posts[name].entry.name, listing.owner):
            self.seen.listed(name)
        elif listing.end == "own":
            self.seen.own_listed(name)
        elif name in self.unreached or self.asking.stopped:
            self.seen.unreached.add(name)
        elif listing.end == "cut" or listing.following:
            self.seen.cut(name)

    def _read_person(self, name: str) -> None:
        """Ask for an account, once: that is where its wishes stand."""
        if name not in self.people and (len(self.people) < MOST_STRANGERS):
            self.people[name] = None
            self.asking.later(name, partial(self._person, name))

    def _person(self, name: str, said: Said) -> None:
        found = profile(said.body, said.address) if said.outcome == "read" else None
        self.people[name] = found if found and found.author.id == name else None
