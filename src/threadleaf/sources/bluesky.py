"""Bluesky: saved answers and live ones, read alike.

    read:   documents ──────────────────────────────┐
    steps:  anchor → ask → what is open? → ask … ───┴→ answers → sightings → Conversation

`_bsky_requests` knows the addresses, `_bsky_answers` the forms of answers (`_bsky_asked` whether they are about what
was asked), `_bsky_records` and `_bsky_embeds` posts and what hangs on them; `_bsky_sightings` adds up what was seen,
and `_bsky_ends` says what may still be hidden. `_bsky_repository` lists what an author's repository holds,
`_bsky_identity` says where it is, `_bsky_people` whose profiles to read; `_bsky_alone` is the way when the AppView is
down.
"""

from __future__ import annotations

from collections.abc import Container, Generator, Sequence
from typing import Protocol

from threadleaf.core.assemble import assemble
from threadleaf.core.errors import NotFound, NotNow, ThreadleafError, TooLarge
from threadleaf.core.identity import own
from threadleaf.core.limits import MOST_BYTES, MOST_POSTS
from threadleaf.core.model import Conversation, Ref, Thread
from threadleaf.core.tree import age
from threadleaf.core.untyped import get, string
from threadleaf.core.wishes import about_author
from threadleaf.sources import _bsky_requests as requests
from threadleaf.sources._bsky_alone import is_down, read_alone
from threadleaf.sources._bsky_answers import Exchange, tell, tell_reply
from threadleaf.sources._bsky_people import People
from threadleaf.sources._bsky_repository import Repository, first_key
from threadleaf.sources._bsky_sightings import Sightings
from threadleaf.sources._bsky_uris import authority, record_key
from threadleaf.sources._deep import decode
from threadleaf.sources._doubts import with_doubt
from threadleaf.sources._moments import after, header_time
from threadleaf.wire import Answer, Document, Refused, Reply, Request, Scope, Steps, ask

REACH = 10
"""How many levels down one answer shows for sure, whatever more was asked for: the public service's own limit."""
AT_ONCE = 4
"""How many places are asked about side by side; at more of them the repository is listed instead."""
ANSWERED = 25
"""The most posts by others that are asked for because the author answers them."""
PATIENCE = 8
"""After so many rounds of questions in a row to which no server answers, no more are asked."""

_Asking = Generator[tuple[Request, ...], tuple[Reply, ...], None]


class _Around(Protocol):
    """The request for what stands around a post, in one of its two forms."""

    def __call__(self, scope: Scope, uri: str, *, above: bool, below: bool, purpose: str) -> Request: ...


def matches(ref: Ref) -> bool:
    """Whether a post is one of Bluesky's."""
    return ref.network == "bsky"


# --- saved answers ---------------------------------------------------------------------------------------------


def recognises(document: Document) -> bool:
    """Whether a document looks like an answer of Bluesky, damaged ones included: `read` will say what is wrong."""
    body = document.body.lstrip(b"\xef\xbb\xbf \t\r\n")
    return body.startswith(b"{") and (b"app.bsky." in body or b'"at://' in body)


def read(documents: Sequence[Document]) -> Conversation:
    """What saved answers about one conversation show together.

    Each document is the body of an answer, or a recorded exchange `{request, status, headers, body}`. The first one
    that shows a post names the anchor. Raises Unreadable (also where an answer shows nothing of the conversation),
    TooLarge, and like `steps` NotFound and Refused.
    """
    if sum(len(document.body) for document in documents) > MOST_BYTES:
        raise TooLarge("This is more than 20 MiB, which is the most that is read at once.", subject=documents[0].name)
    seen = Sightings(bare=True)
    for document in documents:
        tell(_exchange(document), seen)
    if len(seen) > MOST_POSTS:
        raise TooLarge(
            f"This holds more than {MOST_POSTS:,} posts, which is the most that is read at once.", subject=seen.anchor
        )
    conversation = seen.conversation()
    seen.refuse_strangers(documents[0].name)
    return conversation


def _exchange(document: Document) -> Exchange:
    saved = decode(document.body, document.name)
    if get(saved, "request") is None or get(saved, "body") is None:
        return Exchange(body=saved, at=document.at, name=document.name)
    at = document.at or header_time(string(get(saved, "headers", "date")))
    return Exchange(body=get(saved, "body"), request=string(get(saved, "request")), at=at, name=document.name)


# --- live ------------------------------------------------------------------------------------------------------


def steps(ref: Ref, scope: Scope = Scope()) -> Steps:  # noqa: B008 -- frozen
    """Ask for the thread around a post until nothing of it is open, or nothing more can be learnt.

    A thread of some ten posts takes one request, and one for the author's profile beside it. What the AppView cut off
    is asked for again from there; where that is much, or something is missing, the author's repository is searched.
    What is refused on the way stays open. After `scope.posts` posts the reading stops, at frontiers from which it
    can go on: ask again from the last post seen. Where the AppView is down, the author's own server is read alone.
    Raises NotFound, Refused (the author's wish) or NotNow when already the first question leads nowhere.
    """
    reading = _Reading(scope)
    failure = yield from reading.begin(ref.id)
    if failure is None:
        thread = yield from reading.go_on()
        conversation = reading.seen.conversation()
        return conversation if reading.tells_deletions(thread) else with_doubt(conversation, thread)
    alone = (yield from read_alone(ref.id, scope)) if is_down(failure) else None
    if alone is None:
        raise _refusal(ref.id, failure)
    return alone


class _Reading:
    """One thread being read: what was seen, and what was asked already."""

    def __init__(self, scope: Scope) -> None:
        self.seen = Sightings(bare=False)
        self._scope = scope
        self._people = People(scope)
        self._around: _Around = requests.thread
        self._above: set[str] = set()
        self._below: set[str] = set()
        self._repository = Repository(scope, self.seen)
        self._searched = self._searched_on = False  # from the thread's beginning, from the anchor
        self._answers = AT_ONCE  # so many of the author's answers to others may be asked about
        self._answered = ANSWERED
        self._idle = 0  # rounds in a row of which nothing came
        self._is_over = False

    def begin(self, anchor: str) -> Generator[tuple[Request, ...], tuple[Reply, ...], Reply | None]:
        """The first question, in the newer form and then in the older one; the last reply if neither is answered."""
        actor = authority(anchor)
        request, about = requests.thread(self._scope, anchor, above=True, below=True), self._people.named(actor)
        reply, profile = yield (request, about)
        known = tell_reply(about, profile, self.seen) is None or bool(self.seen.profiles)
        if tell_reply(request, reply, self.seen) is None:
            self._around = requests.nested_thread
            request = requests.nested_thread(self._scope, anchor, above=True, below=True)
            reply = yield from ask(request)
            if tell_reply(request, reply, self.seen) is None:
                return reply
        if not known and not self.seen.found():
            raise NotFound(_nobody(actor), subject=anchor)
        self._above, self._below = {self.seen.anchor}, {self.seen.anchor}
        return None

    def go_on(self) -> Generator[tuple[Request, ...], tuple[Reply, ...], Thread]:
        """Ask for whatever is open; at last for the profiles of everybody who is shown. Returns the thread as it is then."""
        while True:
            conversation = self.seen.conversation()
            thread = assemble(conversation, for_readers=False)
            if not about_author(thread.author, own=True).show:
                return thread  # it will not be shown, so there is no reason to ask for more
            cut = {end.post for end in conversation.frontiers if end.why in ("limit", "unreachable")}
            asking = self._next(thread, cut)
            if asking is None:
                if self.seen.ends.refused:
                    self.seen.ends.unsearched.update(_behind(thread, cut, self.seen.only_records(thread.author.id)))
                self.seen.settle(thread)
                yield from self._ask_beside(self._people.due(thread, self.seen.profiles, last=True), None)
                return thread
            yield from self._ask_beside(self._people.due(thread, self.seen.profiles, last=False), asking)

    def tells_deletions(self, thread: Thread) -> bool:
        """Whether what follows a deleted post would be known: the author's repository was listed, or the AppView counts.

        It counts the first author's own chain, deleted posts in it included, and no branches.
        """
        counted = thread.completeness.reported or 0
        is_counted = counted >= len(thread.posts) and not thread.branches
        return is_counted or self.seen.ends.was_listed(thread.posts[0].id)

    def _next(self, thread: Thread, cut: Container[str]) -> _Asking | None:
        """What to ask next; None if nothing is open, or nothing more can be learnt, or enough was read.

        `cut` are the posts at which answers were cut off.
        """
        self.seen.ends.stopped = self.seen.found() >= self._scope.posts
        if self.seen.ends.stopped or self._is_over:
            return None
        if (top := self.seen.cut_above()) and top not in self._above:
            return self._ask_on(thread) or self._climb(top)
        tops = [*self.seen.undecided(), *self.seen.unseen_roots(thread.author.id)]
        tops = [uri for uri in tops if uri not in self._below][:AT_ONCE]
        loose = [uri for uri in self.seen.loose(thread.author.id) if uri not in self._above][:AT_ONCE]
        places = _open_places(thread, self._below)
        if tops:
            return self._ask_below(thread, tops)
        if loose:
            return self._ask_above(loose)
        if self._may_search() and self._is_better_searched(thread, places):
            self._searched = True
            return self._repository.search(thread, first_key(thread, self.seen), self._scope.posts)
        if places:
            return self._ask_below(thread, places[:AT_ONCE])
        if answers := self._cut_answers(thread, cut):
            return self._ask_below(thread, answers)
        return self._ask_behind(thread) or self._ask_answered(thread)

    def _ask_on(self, thread: Thread) -> _Asking | None:
        """What is at the anchor and below it goes before what is far above: where a reading was stopped, the next one
        that begins there gets further. That is up to half of what may be read; None if nothing is open there.
        """
        most, key = self._scope.posts // 2, record_key(self.seen.anchor)
        if self.seen.found() >= most or not self.seen.is_in_chain(self.seen.anchor):
            return None
        places = _open_places(thread, self._below, key)
        if not places:
            return None
        if not self._searched_on and self._may_search() and self._is_better_searched(thread, places):
            self._searched_on = True
            return self._repository.search(thread, key, most)
        return self._ask_below(thread, places[:AT_ONCE])

    def _may_search(self) -> bool:
        return not self._searched and not self.seen.ends.refused

    def _cut_answers(self, thread: Thread, cut: Container[str]) -> list[str]:
        """A few replies, and the author's answers to them, that were cut off: a thread that has ended may go on below
        replies to it (rules §3.4). The latest posts go first. What was listed needs no asking.
        """
        line, last = {post.id for post in thread.posts}, thread.posts[-1]
        if self.seen.ends.was_listed(last.id):
            return []
        replies = {post.id for post in thread.context if post.parent in line}
        behind = [post.id for post in thread.replies_by_author if post.parent in replies and age(post) > age(last)]
        behind += reversed([post.id for post in thread.context if post.id in replies])
        answers = [uri for uri in behind if uri in cut and uri not in self._below][: self._answers]
        self._answers -= len(answers)
        return answers

    def _ask_behind(self, thread: Thread) -> _Asking | None:
        """Where the last post has answers of which none is shown: what its author wrote below those is hers all the same."""
        last = thread.posts[-1]
        if not self._may_search() or not self.seen.is_silent(last):
            return None
        if last.id not in self._below:
            return self._ask_below(thread, [last.id])
        self._searched = True
        return self._repository.search(thread, record_key(last.id), self._scope.posts)

    def _ask_answered(self, thread: Thread) -> _Asking | None:
        """What the author answers, if nothing was heard of it. It is asked for from her answer: there the AppView says
        what it does not show because somebody blocked somebody, and a question for the post itself would not (rules §7.4).
        """
        unseen = {post.parent: post.id for post in own(thread) if self.seen.is_unheard_of(post.parent)}
        places = [uri for uri in unseen.values() if uri not in self._above][: self._answered]
        self._answered -= len(places)
        return self._ask_above(places) if places else None

    def _is_better_searched(self, thread: Thread, places: Sequence[str]) -> bool:
        """Whether to search the author's repository: it costs less than asking on, or there is nowhere else to ask."""
        if not places:
            lacking = any(gap.reason in ("unknown", "unreachable") for gap in thread.gaps)
            return lacking or bool(thread.completeness.open_ends)
        missing = max(0, (thread.completeness.reported or 0) - len(thread.posts) - self._unseen_above(thread))
        written = self.seen.written.get(thread.author.id)
        if written is not None:
            # The directory, all pages and an empty one, and what they hold of this thread; or place after place.
            searching = 2 + _times(written, requests.PAGE) + _times(missing, requests.AT_ONCE)
            if searching <= len(places) + _times(max(0, missing - REACH), REACH):
                return True
        return missing > 2 * REACH or len(places) > AT_ONCE or len(self._below) > 2 * AT_ONCE

    def _unseen_above(self, thread: Thread) -> int:
        """How many posts the AppView counts before the first one that was seen: they are asked for at another time."""
        return max(1, self.seen.places.get(thread.posts[0].id, 1)) - 1

    def _climb(self, top: str) -> _Asking:
        """Ask for what is above a post, and above that, as far as it leads: what is open elsewhere stays as it is."""
        while top and top not in self._above and self.seen.found() < self._scope.posts:
            yield from self._ask_above([top])
            top = self.seen.cut_above()

    def _ask_above(self, places: Sequence[str]) -> _Asking:
        self._above.update(places)
        purpose = "Reading what comes before"
        wanted = [self._around(self._scope, uri, above=True, below=False, purpose=purpose) for uri in places]
        replies = yield tuple(wanted)
        for request, reply in zip(wanted, replies, strict=True):
            tell_reply(request, reply, self.seen)

    def _ask_below(self, thread: Thread, places: Sequence[str]) -> _Asking:
        """Ask, side by side, for what is below some posts."""
        self._below.update(places)
        purposes = [_purpose(thread, uri, self._unseen_above(thread)) for uri in places]
        wanted = [
            self._around(self._scope, uri, above=False, below=True, purpose=purpose)
            for uri, purpose in zip(places, purposes, strict=True)
        ]
        replies = yield tuple(wanted)
        for request, reply, uri in zip(wanted, replies, places, strict=True):
            if tell_reply(request, reply, self.seen) is None:
                self.seen.ends.unreached.add(uri)

    def _ask_beside(self, more: tuple[Request, ...], asking: _Asking | None) -> _Asking:
        """Ask on, and side by side with the first of it some more."""
        wanted = next(asking, ()) if asking else ()
        if not wanted and not more:
            return
        replies = yield (*wanted, *more)
        self._heed(replies)
        for request, reply in zip(more, replies[len(wanted) :], strict=True):
            tell_reply(request, reply, self.seen)
        try:
            while asking:
                wanted = asking.send(replies[: len(wanted)])
                replies = yield wanted
                self._heed(replies)
        except StopIteration:
            return

    def _heed(self, replies: tuple[Reply, ...]) -> None:
        """Stop asking when a ceiling was reached, or when nothing has come for a while: what was read is kept."""
        refused = [reply for reply in replies if isinstance(reply, Refused)]
        self._idle = self._idle + 1 if len(refused) == len(replies) else 0
        if self._idle >= PATIENCE or any(reply.kind == "limit" for reply in refused):
            self._is_over = self.seen.ends.refused = True


def _open_places(thread: Thread, asked: Container[str], start: str = "") -> list[str]:
    """The posts below which to ask again, from the key `start` on. Those that stand nearer to each other than one
    answer reaches wait for it."""
    order = {post.id: number for number, post in enumerate(thread.posts)}
    places: list[str] = []
    covered = 0
    for uri in thread.completeness.open_ends:
        number = order.get(uri, covered)  # posts in branches are asked about one by one
        if uri not in asked and number >= covered and record_key(uri) >= start:
            places.append(uri)
            covered = number + REACH if uri in order else covered
    return places


def _behind(thread: Thread, cut: Container[str], left: Sequence[str]) -> list[str]:
    """The posts behind which more of a thread is known to be, if no place tells where to go on: neither an end at
    which the reading was `cut`, nor a post that it could not get. `left` are posts of the author's of that kind,
    wherever they belong.
    """
    is_named = any(gap.id and gap.reason == "unreachable" for gap in thread.gaps)
    if is_named or any(end in cut for end in thread.completeness.open_ends):
        return []
    counted = [gap.after for gap in thread.gaps if gap.after and not gap.id]
    return counted or ([thread.posts[-1].id] if left else [])


def _purpose(thread: Thread, uri: str, above: int) -> str:
    """Which posts are read next, as far as it is known; `above` were not seen yet."""
    number = next((number for number, post in enumerate(thread.posts, above + 1) if post.id == uri), 0)
    total = thread.completeness.reported or 0
    return requests.stretch(number, requests.LEVELS, total) if 0 < number < total else "Reading the thread"


def _times(amount: int, at_once: int) -> int:
    return -(-amount // at_once)


# --- when nothing was read -------------------------------------------------------------------------------------


def _refusal(anchor: str, reply: Reply) -> ThreadleafError:
    """Why already the first question led nowhere."""
    if not isinstance(reply, Answer):
        later = "Please try again later." if reply.kind in ("rate", "timeout") else ""
        advice = after(reply.until) if reply.until else later
        return NotNow(" ".join(filter(None, ("Bluesky could not be read.", reply.detail, advice))), subject=anchor)
    if reply.status in (400, 404):
        return NotFound("Bluesky knows no such account or post. Check the address.", subject=anchor)
    if reply.status != 200:
        return NotNow(f"Bluesky answered with the error {reply.status}. Please try again later.", subject=anchor)
    return NotNow("Bluesky's answer is not one about this post. Please try again later.", subject=anchor)


def _nobody(actor: str) -> str:
    """That Bluesky shows no account of this name, and what that may mean."""
    if actor.startswith("did:"):
        return "Bluesky shows no such account. It may have been deactivated, suspended or deleted."
    return (
        f"Bluesky shows no account with the handle @{actor}. It may have another handle by now: then open the post on"
        " Bluesky and copy its address again, or put the account's DID (did:plc:…) in place of the handle."
        " Or it was deactivated or suspended."
    )
