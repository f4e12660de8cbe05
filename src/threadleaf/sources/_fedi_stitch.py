"""A thread read from the server it lives on, by Mastodon's API and without login.

    start:   the post and what stands around it, side by side
    climb:   what stands above the topmost post that was shown
    finish:  until nothing is open, or nothing more can be learnt:
                 posts that an answer left out
                 the author's posts right after the last one shown, 40 at a time
                 what stands around posts below which more is counted than was shown
                 pieces that a deletion has torn off, and the numbers at which they hang

`_fedi_listings` lists the author's posts, `_fedi_torn` says where pieces belong.

Without login an answer holds up to 40 posts above and 60 below, 20 levels deep, and does not say that it was cut.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Sequence
from datetime import timedelta
from heapq import nsmallest

from threadleaf.core.assemble import assemble
from threadleaf.core.identity import own
from threadleaf.core.model import Post, Thread
from threadleaf.core.untyped import get
from threadleaf.core.wishes import about_author
from threadleaf.sources import _fedi_requests as requests
from threadleaf.sources._deep import json_of
from threadleaf.sources._fedi_addresses import host_of
from threadleaf.sources._fedi_listings import Asking, Line, Listings
from threadleaf.sources._fedi_mastodon import LEVELS, Desk, age
from threadleaf.sources._fedi_sightings import Sightings
from threadleaf.sources._fedi_statuses import Status
from threadleaf.sources._fedi_torn import before_it, belongs, end_before, hangs_behind
from threadleaf.sources._fedi_ways import Outcome, ended
from threadleaf.wire import Answer, Reply, Request, Scope, ask

AT_ONCE = 4
"""Questions asked side by side."""
MOST_LOOKS = 60
"""Of the places below which more is counted, so many are looked at."""
GROWING = timedelta(minutes=10)
"""A thread whose last post is younger may have grown behind a server's cached answers."""
LONG = 60
"""Of a thread with more posts it is asked once what the author wrote after the last one."""
MOST_SOUGHT = 5
"""Of the numbers at which pieces hang and that no answer shows, so many are asked for."""
MOST_ADRIFT = 100
"""Of the pieces that hang at such numbers, so many are looked at, the oldest first."""
MOST_BEHIND = 2
"""Pages of what the author wrote before a piece."""

Read = Generator[tuple[Request, ...], tuple[Reply, ...], tuple[Outcome, str]]


def read(host: str, number: str, scope: Scope, seen: Sightings) -> Read:
    """Read the thread around a post by its number on a server, and tell `seen` of it; raises nothing of its own.

    Returns how that went, and the address at which to go on if the post, or the thread that it hangs below, lives on
    another server.
    """
    status, context = yield (requests.status(host, number), requests.context(host, number))
    outcome = ended(status)
    if outcome != "read" or not isinstance(status, Answer):
        return outcome, ""
    desk = Desk(host_of(status.url) or host, seen)
    body = json_of(status)
    anchor = desk.read(body)
    if anchor is None or get(body, "id") != number:
        return "unreadable", ""
    if host_of(anchor.post.id) != desk.host:
        return "read", anchor.post.url
    desk.begin(status.at)
    desk.tell(anchor)
    seen.asked_for(anchor.post.id)
    if anchor.number != number:  # what was boosted has another place
        context = yield from ask(requests.context(desk.host, anchor.number))
    stitch = _Stitch(desk, scope)
    stitch.around(anchor.number, context)
    yield from stitch.climb(anchor.number)
    yield from stitch.finish()
    return "read", stitch.elsewhere


class _Stitch:
    """What was asked so far about one thread."""

    def __init__(self, desk: Desk, scope: Scope) -> None:
        self.desk = desk
        self.seen = desk.seen
        self.scope = scope
        self.line = Line(desk)
        self.listings = Listings(self.line, scope)
        self.elsewhere = ""
        self._around: set[str] = set()  # numbers of posts around which was looked
        self._tried: set[str] = set()  # numbers of posts that were asked for
        self._sought: dict[str, bool] = {}  # numbers at which pieces hang, and whether the server said that it has none
        self._found: set[str] = set()  # those of them that there are
        self._tops: set[str] = set()  # numbers of pieces before which another one was looked for

    # --- answers ------------------------------------------------------------------------------------------------

    def around(self, number: str, reply: Reply) -> None:
        """What a server says of what stands around a post."""
        self._around.add(number)
        body = self.line.body(reply)
        if body is None:
            self.seen.unreached.add(self.desk.statuses[number].post.id)
        else:
            self.desk.context(body, number)

    # --- upwards ------------------------------------------------------------------------------------------------

    def climb(self, number: str) -> Asking:
        """Ask for what stands above a post, up to the first one."""
        while not self.line.stopped and len(self.seen) < self.scope.posts:
            top, above = self.desk.hole(number)
            is_new = top in self._tried and top in self.desk.statuses
            if top not in self._around and (is_new or top in self.desk.full):
                yield from self._look([top])
            elif above and above not in self._tried:
                yield from self._fetch([above])
            else:
                return

    def _fetch(self, numbers: Sequence[str]) -> Asking:
        """Ask for posts that an answer left out."""
        self._tried.update(numbers)
        replies = yield from self.line.ask([requests.status(self.desk.host, number) for number in numbers])
        for number, reply in zip(numbers, replies, strict=True):
            status, body = None, self.line.body(reply)
            if body is not None and get(body, "id") == number:
                status = self.desk.read(body)
            if status is not None:
                self.desk.tell(status)
            elif ended(reply) == "not-found" and isinstance(reply, Answer):
                self.desk.begin(reply.at)
                self.desk.lose(number)

    def _look(self, numbers: Sequence[str]) -> Asking:
        """Ask what stands around posts."""
        replies = yield from self.line.ask([requests.context(self.desk.host, number) for number in numbers])
        for number, reply in zip(numbers, replies, strict=True):
            self.around(number, reply)

    # --- downwards, and whatever is open -----------------------------------------------------------------------

    def finish(self) -> Asking:
        """Ask until nothing of the thread is open, or nothing more can be learnt."""
        while len(self.seen) < self.scope.posts:
            thread = assemble(self.seen.conversation(doubtful=True), for_readers=False)
            if host_of(thread.posts[0].id) != self.desk.host:
                self.elsewhere = self._nearest(thread)
                return
            if not about_author(thread.author, own=True).show:
                return  # it will not be shown, so there is no reason to ask for more
            mine = sorted(self._own(thread), key=age)
            if not self._join(mine):
                step = None if self.line.stopped else self._next(thread, mine)
                if step is None:
                    self.seen.tells_deletions = not self.line.stopped and self.listings.shows_torn_pieces(thread)
                    self._say_what_is_adrift(mine)
                    return
                yield from step
                self.listings.say_what_is_listed(thread.author.id)

    def _nearest(self, thread: Thread) -> str:
        """The address of the post of a thread that stands nearest above the anchor."""
        posts = {post.id: post for post in own(thread)}
        node: Post | None = self.seen.known(self.seen.anchor)
        while node is not None and node.id not in posts:
            node = self.seen.known(node.parent or "")
        found = node or thread.posts[0]
        self.seen.same(found.url, found.id)
        return found.url

    def _next(self, thread: Thread, mine: Sequence[Status]) -> Asking | None:
        """The next thing to ask for; None if there is nothing."""
        ends = set(thread.completeness.open_ends)
        if left_out := self._left_out(mine):
            return self._fetch(left_out)
        if (leaf := self.listings.unlisted(self._leaves(thread, mine), mine)) is not None:
            return self.listings.after(leaf, mine)
        if (last := self._growing(thread, mine)) is not None:
            return self.listings.after(last, mine)
        if looks := self._places(thread, ends):
            return self._look(looks)
        if (first := self.listings.unlisted(ends, mine)) is not None:
            return self.listings.after(first, mine)
        if (
            any(gap.before is None for gap in thread.gaps)
            and self.listings.unlisted([mine[-1].post.id], mine) is not None
        ):
            return self.listings.after(mine[-1], mine)  # more was announced than is there
        if numbers := self._unsought(mine):
            return self._seek(numbers)
        return self._look_behind(mine[0]) if self._is_cut(mine[0]) else None

    def _left_out(self, mine: Iterable[Status]) -> list[str]:
        """The numbers of posts that are answered, that no answer showed, and that were not asked for yet."""
        heard_of = {"", *self.desk.statuses, *self.desk.lost, *self._tried}
        return list(dict.fromkeys(s.answers for s in mine if s.answers not in heard_of))[:AT_ONCE]

    def _leaves(self, thread: Thread, mine: Sequence[Status]) -> set[str]:
        """The posts after which the thread may go on unseen.

        The last one too where the thread is long: a deletion tears off what follows without a trace, and of so many posts
        one is soon deleted.
        """
        answered = {status.answers for status in mine}
        ends = {*thread.completeness.open_ends, *((thread.posts[-1].id,) if len(mine) > LONG else ())}
        return {s.post.id for s in mine if s.post.id in ends and s.number not in answered}

    def _growing(self, thread: Thread, mine: Sequence[Status]) -> Status | None:
        """The last post, if it is so young that the thread may have grown behind cached answers, and nobody looked."""
        last, now = thread.posts[-1], self.seen.read_at
        if last.created is None or now is None or now - last.created >= GROWING:
            return None
        return next((s for s in mine if s.post.id == last.id and s.number not in self.listings.asked_from), None)

    def _own(self, thread: Thread) -> Iterable[Status]:
        """The author's part of the conversation, as this server has it."""
        numbers = (self.desk.numbers.get(post.id, "") for post in own(thread))
        return [self.desk.statuses[number] for number in numbers if number]

    def _places(self, thread: Thread, ends: Iterable[str]) -> list[str]:
        """The posts around which to look; those that stand nearer to each other than one answer reaches wait for it."""
        place = {post.id: index for index, post in enumerate(thread.posts)}
        found: list[str] = []
        covered = 0
        for post in sorted(ends, key=lambda post: place.get(post, len(place))):
            number, index = self.desk.numbers.get(post, ""), place.get(post, covered)
            if number and number not in self._around and index >= covered:
                found.append(number)
                covered = index + LEVELS if post in place else covered
        return found[: min(AT_ONCE, max(0, MOST_LOOKS - len(self._around)))]

    # --- pieces that a deletion has torn off -------------------------------------------------------------------

    def _adrift(self, mine: Sequence[Status]) -> list[Status]:
        """Pieces in the listings that may be torn off the thread, the oldest first: they hang at what nobody has seen."""
        told = self.desk.statuses
        known = {*told, *self.listings.pages, *self._found}
        hanging = (s for s in self.listings.pages.values() if s.number not in told and s.answers not in known)
        pieces = nsmallest(MOST_ADRIFT, (s for s in hanging if hangs_behind(s, mine[0])), key=age)
        return [piece for piece in pieces if end_before(piece, mine) is not None]

    def _unsought(self, mine: Sequence[Status]) -> list[str]:
        """The next numbers to ask for at which pieces hang: those first that would belong to the thread."""
        due = [piece for piece in self._adrift(mine) if piece.answers not in self._sought]
        due.sort(key=lambda piece: not belongs(piece, mine, self.listings.pages.values()))
        room = min(AT_ONCE, MOST_SOUGHT - len(self._sought))
        return list(dict.fromkeys(piece.answers for piece in due))[:room]

    def _seek(self, numbers: Sequence[str]) -> Asking:
        """Ask whether there are posts of these numbers."""
        replies = yield from self.line.ask([requests.status(self.desk.host, number) for number in numbers])
        for number, reply in zip(numbers, replies, strict=True):
            body = self.line.body(reply)
            status = self.desk.read(body) if body is not None and get(body, "id") == number else None
            self._sought[number] = ended(reply) == "not-found"
            if status is not None:
                self._found.add(number)
                self.desk.connect([status])

    def _join(self, mine: Sequence[Status]) -> bool:
        """Tell of a torn piece in the listings that belongs to the thread, the oldest first; whether there was one."""
        torn = (s for s in self.listings.pages.values() if s.is_torn and s.number not in self.desk.statuses)
        hanging = (piece for piece in self._adrift(mine) if piece.answers in self._sought or self.line.stopped)
        pieces = sorted((*torn, *hanging), key=age)
        piece = next((piece for piece in pieces if belongs(piece, mine, self.listings.pages.values())), None)
        if piece is not None:
            self._tell_joined(piece)
        return piece is not None

    def _tell_joined(self, piece: Status) -> None:
        self.desk.tell(piece)
        if piece.answers:
            self.desk.lose(piece.answers, piece.author.id, is_asked=self._sought.get(piece.answers, False))

    def _say_what_is_adrift(self, mine: Sequence[Status]) -> None:
        """Say of the posts behind which pieces may belong that the thread may go on there."""
        for end in filter(None, (end_before(piece, mine) for piece in self._adrift(mine))):
            self.seen.torn(end.post.id)

    def _is_cut(self, top: Status) -> bool:
        """Whether a deletion may have cut off what stood above a piece, and nobody looked for that yet."""
        hangs = top.answers in self._tried and top.answers not in self.desk.statuses and not top.other_answer
        return (top.is_torn or hangs) and top.number not in self._tops

    def _look_behind(self, top: Status) -> Asking:
        """Look for what the author wrote before a piece, and what stands above that."""
        self._tops.add(top.number)
        before = before_it(top, self.listings.pages.values())
        while before is None and len(self.listings.behind) < MOST_BEHIND and (yield from self.listings.before(top)):
            before = before_it(top, self.listings.pages.values())
        if before is not None:
            self.desk.tell(before)
            if top.answers:
                self.desk.lose(top.answers, top.author.id, is_asked=top.answers in self.desk.lost)
            yield from self._look([before.number])
            yield from self.climb(before.number)
