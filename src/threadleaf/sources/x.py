"""X: its API v2, live with the operator's own access, and answers of it that somebody saved.

    steps:  the post → who may have written the thread → their posts in the conversation → what these name → Conversation

`_x_requests` knows what is asked, `_x_answers` the forms of answers, `_x_posts` posts; `_x_sightings` adds up what was
seen and says what may still be hidden.

Whatever an answer returns costs money. So an author's posts are searched only where she may have a thread, from its
beginning on, and at most `Scope.x_posts` posts are read. Without access to the archive what is older than seven days
is found by climbing from answer to answer.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import islice
from typing import Literal

from threadleaf.core.assemble import assemble
from threadleaf.core.errors import NotFound, NotNow, Refused, ThreadleafError, TooLarge, UnknownAddress, Unreadable
from threadleaf.core.identity import own
from threadleaf.core.limits import MOST_BYTES
from threadleaf.core.model import Conversation, Post, Ref, Thread
from threadleaf.core.ref import address
from threadleaf.core.untyped import get, string
from threadleaf.sources import _x_requests as requests
from threadleaf.sources._deep import decode, json_of
from threadleaf.sources._moments import after, header_time
from threadleaf.sources._together import grouped, refuse_strangers
from threadleaf.sources._x_answers import is_one, tell
from threadleaf.sources._x_posts import references
from threadleaf.sources._x_sightings import END, Lost, Sightings
from threadleaf.wire import Answer, Asking, Document, Reply, Request, Scope, Steps, ask

FIRST = timedelta(hours=48)
"""So long after a conversation began its first search reaches: an author who talks on for weeks is read later."""
AUTHORS = 3
"""Whose posts are searched at most: whoever wrote the post that was named, and two of those whom it answers."""
BESIDE = 25
"""The most posts by others that are looked up because the author answers or quotes them."""
AGAIN = 20.0
"""Seconds until a search is made again for what was posted just now."""
BUDGET = "budget"
"""The code of a refusal because the money that X may cost is spent."""
_Asking = Asking[None]


def matches(ref: Ref) -> bool:
    """Whether a post is one of X's."""
    return ref.network == "x"


# --- saved answers ---------------------------------------------------------------------------------------------


def recognises(document: Document) -> bool:
    """Whether a document looks like an answer of X's API."""
    body = document.body
    return b'"data"' in body and (
        b'"edit_history_' in body or (b'"author_id"' in body and b'"conversation_id"' in body)
    )


def read(documents: Sequence[Document]) -> Conversation:
    """What saved answers about one conversation show together.

    Each document is the body of an answer, or a recorded exchange `{request, status, headers, body}`. The first post of
    the first one is the anchor. Raises Unreadable and TooLarge.
    """
    if sum(len(document.body) for document in documents) > MOST_BYTES:
        raise TooLarge("This is more than 20 MiB, which is the most that is read at once.", subject=documents[0].name)
    seen, files = Sightings(), []
    for document in documents:
        files.append(_tell_saved(document, seen))
    conversation = seen.conversation()
    posts = {post.id: post for post in conversation.posts}
    if conversation.anchor not in posts:
        sentence = "X does not show the post that this answer is about."
        raise Unreadable(sentence, subject=documents[0].name)
    people = {author.id: author for author in conversation.authors}
    everything = {**seen.posts, **posts}
    lead = grouped([*everything.values()])
    refuse_strangers(files, lead, conversation.anchor, everything, people, documents[0].name)
    return conversation


def _tell_saved(document: Document, seen: Sightings) -> list[str]:
    saved = decode(document.body, document.name)
    body = get(saved, "body") if get(saved, "request") is not None else saved
    if not is_one(body):
        sentence = "This is not one of the answers of X's API that Threadleaf reads: posts, with what belongs to them."
        raise Unreadable(sentence, subject=document.name)
    seen.answered(document.at or header_time(string(get(saved, "headers", "date"))))
    told = tell(body, seen)
    seen.anchor = seen.anchor or next(iter(told), "")
    return [seen.name(name) for name in told]


# --- live ------------------------------------------------------------------------------------------------------


def steps(ref: Ref, scope: Scope = Scope()) -> Steps:  # noqa: B008 -- frozen
    """Ask for the thread around a post until nothing of it is open, or nothing more may be learnt for the money.

    A thread of up to 90 posts takes three requests. What is refused on the way stays open. When the post itself could
    not be read, raises NotFound, Refused (protected, withheld, suspended) or NotNow; UnknownAddress without access.
    """
    if not scope.x_reads:
        raise UnknownAddress(_no_access(ref), subject=ref.id, code="network")
    reading = _Reading(scope)
    failure = yield from reading.begin(ref.id)
    if failure is not None:
        raise _refusal(ref, failure, reading.seen.why_lost(reading.seen.anchor))
    yield from reading.go_on()
    return reading.seen.conversation()


class _Reading:
    """One thread being read: what was seen, and what was asked already."""

    def __init__(self, scope: Scope) -> None:
        self.seen = Sightings()
        self._scope = scope
        self._words: requests.Words = scope.x_words
        self._archive = scope.x_archive
        self._asked: set[str] = set()  # ids that were looked up
        self._searched: set[str] = set()  # authors
        self._beside = BESIDE
        self._rechecked = False

    def begin(self, anchor: str) -> Generator[tuple[Request, ...], tuple[Reply, ...], Reply | None]:
        """The first question, in the other vocabulary too if the first is not understood; the reply if it led nowhere."""
        self.seen.anchor = anchor
        self._asked.add(anchor)
        reply = yield from ask(requests.posts(self._scope, self._words, [anchor], "Reading the post"))
        if isinstance(reply, Answer) and reply.status == 400:
            self._words = "post" if self._words == "tweet" else "tweet"
            reply = yield from ask(requests.posts(self._scope, self._words, [anchor], "Reading the post"))
        self._tell(reply)
        shared = next((name for kind, name in self._references(reply) if kind == "retweeted"), "")
        if shared and shared not in self._asked:
            return (yield from self.begin(shared))
        return None if self.seen.why_lost(anchor) is None and self.seen.known(anchor) else reply

    def go_on(self) -> _Asking:
        """Ask for whatever is open."""
        while asking := self._next(assemble(self.seen.conversation(), for_readers=False)):
            yield from asking

    def _next(self, thread: Thread) -> _Asking | None:
        """What to ask next; None if nothing is open, or nothing more may be asked."""
        if self.seen.stopped:
            return None
        if self._left() <= 0:
            self.seen.stopped = "limit"
            return None
        if who := self._whose(thread):
            return self._search(who)
        if due := self._due(thread):
            return self._look_up(due)
        if self._may_be_young(thread):
            return self._search_again(thread)
        return None

    def _left(self) -> int:
        """How many more posts may be read."""
        return self._scope.x_posts - len(self.seen.posts)

    # --- whose posts --------------------------------------------------------------------------------------------

    def _whose(self, thread: Thread) -> str:
        """The author whose posts are to be searched next; empty if nobody's.

        It is the author of the nearest post, from the one that was named upwards, that may stand in a chain of her own.
        """
        if thread.author.id in self._searched and len(thread.posts) + len(thread.branches) > 1:
            return ""
        for post in self._upwards():
            may_be_one = post.parent_author == post.author or (post.replies is None or post.replies > 0)
            if may_be_one and post.author not in self._searched and len(self._searched) < AUTHORS:
                return post.author if post.author in self.seen.authors else ""
        return ""

    def _upwards(self) -> Iterator[Post]:
        """The post that was named and what is known above it, nearest first; a circle ends where it closes."""
        passed: set[str] = set()
        post = self.seen.known(self.seen.anchor)
        while post is not None and post.id not in passed:
            passed.add(post.id)
            yield post
            post = self.seen.known(post.parent or "")

    def _search(self, author: str) -> _Asking:
        """List what an author posted in the conversation: what came soon after its beginning, then the rest if need be."""
        self._searched.add(author)
        had_archive = self._archive
        for number, (where, start, end) in enumerate(self._windows()):
            if self.seen.stopped or (number and not self._may_follow(author)):
                return
            yield from self._list(author, where, start, end)
            if had_archive and not self._archive:  # it turned out that this app may not search there
                yield from self._search(author)
                return

    def _windows(self) -> list[tuple[Literal["recent", "all"], datetime | None, datetime | None]]:
        """Where to search, from when and until when; each end None for as far as it goes."""
        begun, now = requests.moment_of(self._root()), self.seen.at or END
        is_recent = begun > now - requests.RECENT + requests.DELAY
        if not is_recent and not self._archive:
            return [("recent", None, None)]
        where: Literal["recent", "all"] = "recent" if is_recent else "all"
        middle = begun + FIRST
        return (
            [(where, begun, middle), (where, middle, None)] if middle < now - requests.DELAY else [(where, begun, None)]
        )

    def _root(self) -> str:
        anchor = self.seen.known(self.seen.anchor)
        return (anchor.root or anchor.id) if anchor else self.seen.anchor

    def _may_follow(self, author: str) -> bool:
        """Whether an author's posts have answers that were not seen."""
        return any(post.author == author and self._has_unseen(post) for post in self.seen.conversation().posts)

    def _has_unseen(self, post: Post) -> bool:
        answers = sum(
            other.parent is not None and self.seen.name(other.parent) == post.id for other in self.seen.posts.values()
        )
        return post.replies is None or post.replies > answers

    def _list(
        self,
        author: str,
        where: Literal["recent", "all"],
        start: datetime | None,
        end: datetime | None,
        wait: float = 0.0,
    ) -> _Asking:
        """All pages of one search."""
        asked = f"conversation_id:{self._root()} from:{self.seen.authors[author].handle}"
        token = ""
        while self._left() > 0:
            window = (start, end)
            request = requests.search(self._scope, self._words, where, asked, self._left(), window, token, wait)
            reply = yield from ask(request)
            body = self._tell(reply)
            if body is None:
                if where == "all" and isinstance(reply, Answer) and reply.status == 403:
                    self._archive = False
                else:
                    self._stop(reply)
                return
            token, wait = string(get(body, "meta", "next_token")), 0.0
            if not token:
                since = start or (self.seen.at or END) - requests.RECENT + requests.DELAY
                self.seen.listed(author, since.replace(microsecond=0), end or END)
                return
        self.seen.stopped = "limit"

    # --- what is named ------------------------------------------------------------------------------------------

    def _due(self, thread: Thread) -> list[str]:
        """The ids to look up next: what belongs to the thread and was not seen in full."""
        above = [post.parent for post in self._upwards()] if self._whose(thread) or len(thread.posts) == 1 else []
        mine = [*own(thread), *(post for post in self.seen.posts.values() if post.author == thread.author.id)]
        first = thread.posts[0]
        needed = [self._root(), first.parent, *(post.parent for post in mine if post.parent_author == post.author)]
        needed += [self.seen.newer(post.id) or post.version for post in mine]
        beside = [post.parent for post in mine] + [post.quote.id for post in mine if post.quote is not None]
        due = self._unasked((*needed, *above))
        more = list(islice((name for name in self._unasked(beside) if name not in due), self._beside))
        self._beside -= len(more)
        return [*due, *more]

    def _unasked(self, names: Iterable[str | None]) -> list[str]:
        """Those of the ids that were neither looked up nor heard of, or whose newest version was not seen."""
        unseen = (name for name in names if name and name not in self._asked)
        return list(dict.fromkeys(name for name in unseen if self._lacks(name)))

    def _lacks(self, name: str) -> bool:
        return not self.seen.is_heard_of(name) or self.seen.newer(self.seen.name(name)) == name

    def _look_up(self, due: Sequence[str]) -> _Asking:
        """Look some posts up by their ids, as many as one answer and the money allow."""
        ids = due[: min(requests.AT_ONCE, max(1, self._left()))]
        self._asked.update(ids)
        reply = yield from ask(requests.posts(self._scope, self._words, ids))
        if self._tell(reply) is None:
            self._stop(reply)

    # --- what was posted just now -------------------------------------------------------------------------------

    def _may_be_young(self, thread: Thread) -> bool:
        """Whether the last post is so new that a search may not have found what answers it."""
        last = thread.posts[-1]
        listed = last.author in self._searched and not self._rechecked
        return listed and self.seen.is_young(last) and self._has_unseen(last)

    def _search_again(self, thread: Thread) -> _Asking:
        self._rechecked = True
        last = thread.posts[-1]
        yield from self._list(last.author, "recent", last.created, None, wait=AGAIN)

    # --- replies ------------------------------------------------------------------------------------------------

    def _tell(self, reply: Reply) -> object:
        """Tell what a reply shows, and return its JSON; None if it shows nothing that is read."""
        body = json_of(reply)
        if not isinstance(reply, Answer) or reply.status != 200 or not isinstance(body, dict):
            return None
        self.seen.answered(reply.at)
        tell(body, self.seen)
        return body

    def _references(self, reply: Reply) -> list[tuple[str, str]]:
        found = get(json_of(reply), "data")
        first = found[0] if isinstance(found, list) and found else found
        return list(references(first))

    def _stop(self, reply: Reply) -> None:
        """Ask nothing more: what was read is kept."""
        self.seen.stopped = "limit" if not isinstance(reply, Answer) and reply.kind == "limit" else "unreachable"


# --- when nothing was read -------------------------------------------------------------------------------------


def _no_access(ref: Ref) -> str:
    return (
        f"{address(ref)} is a post on X, which can be read only with access to X's API, and there is none here. "
        "Whoever runs this can set `x_token`; X takes money for what is read."
    )


def _refusal(ref: Ref, reply: Reply, lost: Lost | None) -> ThreadleafError:
    """Why already the first question led nowhere."""
    subject = address(ref)
    if not isinstance(reply, Answer):
        if reply.code == BUDGET:
            return NotNow(reply.detail, subject=subject, code=BUDGET)
        later = "Please try again later." if reply.kind in ("rate", "timeout") else ""
        advice = after(reply.until) if reply.until else later
        return NotNow(" ".join(filter(None, ("X could not be read.", reply.detail, advice))), subject=subject)
    if lost is not None and lost.says:
        return _not_shown(lost, subject)
    match reply.status:
        case 200:
            return NotNow("X's answer is not one about this post. Please try again later.", subject=subject)
        case 401:
            return NotNow(
                "X does not accept the token of this site. Its operator has to set a new one.", subject=subject
            )
        case 402:
            return NotNow("The operator's credits at X are used up. Please try again later.", subject=subject)
        case 403:
            sentence = "X does not let this site read posts. Its operator has to look at the app in X's console."
            return NotNow(sentence, subject=subject)
    return NotNow(f"X answered with the error {reply.status}. Please try again later.", subject=subject)


def _not_shown(lost: Lost, subject: str) -> ThreadleafError:
    match lost.says:
        case "protected":
            sentence = "The author of this post shows it to followers only, so it is not shown here."
        case "suspended":
            sentence = "X has suspended the account of this post, so it is not shown here."
        case "withheld":
            sentence = "X does not show this post in some countries, so it is not shown here."
        case _:
            sentence = "X shows no such post. It may have been deleted; or check the address."
            return NotFound(sentence, subject=subject)
    return Refused(sentence, subject=subject, code=lost.says)
