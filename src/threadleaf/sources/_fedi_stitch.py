"""A thread read from the server it lives on, by Mastodon's API and without login.

    start:   the post and what stands around it, side by side
    climb:   what stands above the topmost post that was shown
    finish:  until nothing is open, or nothing more can be learnt:
                 posts that an answer left out
                 the author's posts right after the last one shown, 40 at a time
                 what stands around posts below which more is counted than was shown
                 pieces that a deletion has torn off

Without login an answer holds up to 40 posts above and 60 below, 20 levels deep, and does not say that it was cut.
"""

from __future__ import annotations

from collections.abc import Container, Generator, Iterable, Sequence
from datetime import timedelta

from msgspec import Struct

from threadleaf.core.assemble import assemble
from threadleaf.core.identity import own
from threadleaf.core.model import Post, Thread
from threadleaf.core.untyped import get
from threadleaf.core.wishes import about_author
from threadleaf.sources import _fedi_requests as requests
from threadleaf.sources._deep import json_of
from threadleaf.sources._fedi_addresses import host_of
from threadleaf.sources._fedi_mastodon import LEVELS, Desk, age, is_figure, order
from threadleaf.sources._fedi_sightings import Sightings
from threadleaf.sources._fedi_statuses import Status
from threadleaf.sources._fedi_torn import belongs, goes_on
from threadleaf.sources._fedi_ways import Outcome, ended
from threadleaf.wire import Answer, Refused, Reply, Request, Scope, ask

AT_ONCE = 4
"""Questions asked side by side."""
MOST_LOOKS = 60
"""Of the places below which more is counted, so many are looked at."""
CAPS = (20, 25, 30)
"""The longest pages of servers that give fewer posts than they are asked for.

Any other page that is not full is an account's last one, on Mastodon. Other software may leave posts out after it has
counted them; there the last page is known by being empty.
"""
MOST_PAGES = 300
"""Pages of an author's posts that are asked for in one go."""
GROWING = timedelta(minutes=10)
"""A thread whose last post is younger may have grown behind a server's cached answers."""
LONG = 60
"""Of a thread with more posts it is asked once what the author wrote after the last one."""

_FINAL = ("limit", "rate", "timeout", "offline")
"""Refusals after which there is no sense in asking on."""

_Asking = Generator[tuple[Request, ...], tuple[Reply, ...], None]
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


class _Stretch(Struct):
    """A stretch of an account's posts of which each was in a listing: those after the number `low`, up to `high`.

    `ends`: there are none after that. `is_real`: a page held posts, so the server does list them for strangers.
    `is_short`: the last page was not full.
    """

    low: str
    high: str
    ends: bool = False
    is_real: bool = False
    is_short: bool = False

    def holds(self, number: str) -> bool:
        """Whether what comes right after a post was listed."""
        return order(self.low) <= order(number) and (self.ends or order(number) < order(self.high))


class _Stitch:
    """What was asked so far about one thread."""

    def __init__(self, desk: Desk, scope: Scope) -> None:
        self.desk = desk
        self.seen = desk.seen
        self.scope = scope
        self.elsewhere = ""
        self.stopped = False  # whether it makes no sense to ask any more
        self._around: set[str] = set()  # numbers of posts around which was looked
        self._tried: set[str] = set()  # numbers of posts that were asked for
        self._pages: dict[str, Status] = {}  # the author's posts in listings, by number
        self._asked_from: set[str] = set()  # numbers of posts after which the author's posts were listed
        self._listed: list[_Stretch] = []
        self._behind = False  # whether a piece before a torn one was looked for

    # --- answers ------------------------------------------------------------------------------------------------

    def around(self, number: str, reply: Reply) -> None:
        """What a server says of what stands around a post."""
        self._around.add(number)
        body = self._body(reply)
        if body is None:
            self.seen.unreached.add(self.desk.statuses[number].post.id)
        else:
            self.desk.context(body, number)

    def _body(self, reply: Reply) -> object:
        """The JSON of an answer by this very server; None if there is none."""
        if not isinstance(reply, Answer) or reply.status != 200 or host_of(reply.url) not in ("", self.desk.host):
            return None
        self.desk.begin(reply.at)
        return json_of(reply)

    def _ask(self, wanted: Sequence[Request]) -> Generator[tuple[Request, ...], tuple[Reply, ...], tuple[Reply, ...]]:
        replies = yield tuple(wanted)
        self.stopped = any(isinstance(reply, Refused) and reply.kind in _FINAL for reply in replies)
        return replies

    # --- upwards ------------------------------------------------------------------------------------------------

    def climb(self, number: str) -> _Asking:
        """Ask for what stands above a post, up to the first one."""
        while not self.stopped and len(self.seen) < self.scope.posts:
            top, above = self.desk.hole(number)
            is_new = top in self._tried and top in self.desk.statuses
            if top not in self._around and (is_new or top in self.desk.full):
                yield from self._look([top])
            elif above and above not in self._tried:
                yield from self._fetch([above])
            else:
                return

    def _fetch(self, numbers: Sequence[str]) -> _Asking:
        """Ask for posts that an answer left out."""
        self._tried.update(numbers)
        replies = yield from self._ask([requests.status(self.desk.host, number) for number in numbers])
        for number, reply in zip(numbers, replies, strict=True):
            status, body = None, self._body(reply)
            if body is not None and get(body, "id") == number:
                status = self.desk.read(body)
            if status is not None:
                self.desk.tell(status)
            elif ended(reply) == "not-found" and isinstance(reply, Answer):
                self.desk.begin(reply.at)
                self.desk.lose(number)

    def _look(self, numbers: Sequence[str]) -> _Asking:
        """Ask what stands around posts."""
        replies = yield from self._ask([requests.context(self.desk.host, number) for number in numbers])
        for number, reply in zip(numbers, replies, strict=True):
            self.around(number, reply)

    # --- downwards, and whatever is open -----------------------------------------------------------------------

    def finish(self) -> _Asking:
        """Ask until nothing of the thread is open, or nothing more can be learnt."""
        while not self.stopped and len(self.seen) < self.scope.posts:
            thread = assemble(self.seen.conversation(doubtful=True))
            if host_of(thread.posts[0].id) != self.desk.host:
                self.elsewhere = self._nearest(thread)
                return
            if not about_author(thread.author, own=True).show:
                return  # it will not be shown, so there is no reason to ask for more
            mine = sorted(self._own(thread), key=age)
            if not self._join(mine):
                step = self._next(thread, mine)
                if step is None:
                    return
                yield from step
                self._say_what_is_listed(thread.author.id)

    def _nearest(self, thread: Thread) -> str:
        """The address of the post of a thread that stands nearest above the anchor."""
        posts = {post.id: post for post in own(thread)}
        node: Post | None = self.seen.known(self.seen.anchor)
        while node is not None and node.id not in posts:
            node = self.seen.known(node.parent or "")
        found = node or thread.posts[0]
        self.seen.same(found.url, found.id)
        return found.url

    def _next(self, thread: Thread, mine: Sequence[Status]) -> _Asking | None:
        """The next thing to ask for; None if there is nothing."""
        ends = set(thread.completeness.open_ends)
        if left_out := self._left_out(mine):
            return self._fetch(left_out)
        if (leaf := self._unlisted(self._leaves(thread, mine), mine)) is not None:
            return self._list(leaf, mine)
        if (last := self._growing(thread, mine)) is not None:
            return self._list(last, mine)
        if looks := self._places(thread, ends):
            return self._look(looks)
        if (first := self._unlisted(ends, mine)) is not None:
            return self._list(first, mine)
        if any(gap.before is None for gap in thread.gaps) and self._unlisted([mine[-1].post.id], mine) is not None:
            return self._list(mine[-1], mine)  # more was announced than is there
        return self._look_behind(mine[0]) if mine[0].is_torn and not self._behind else None

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
        return next((s for s in mine if s.post.id == last.id and s.number not in self._asked_from), None)

    def _unlisted(self, ends: Container[str], mine: Iterable[Status]) -> Status | None:
        """The first of some posts after which the author's posts were not listed yet."""
        for status in mine:
            is_listed = status.number in self._asked_from or any(part.holds(status.number) for part in self._listed)
            if status.post.id in ends and not is_listed:
                return status
        return None

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

    # --- the author's other posts ------------------------------------------------------------------------------

    def _list(self, start: Status, mine: Sequence[Status]) -> _Asking:
        """List the author's posts after one, until a page adds nothing to the thread."""
        part = next((part for part in self._listed if part.high == start.number and not part.ends), None)
        if part is None:
            again = any(part.holds(start.number) for part in self._listed)
            part = _Stretch(start.number, _before(start, mine) if again else start.number)
            self._listed.append(part)
        self._asked_from.add(start.number)
        end = start
        for _ in range(MOST_PAGES):
            page = yield from self._page(part, start.account)
            if page is None:
                self.seen.unreached.add(end.post.id)
                return
            self._pages.update({status.number: status for status in page})
            told = self.desk.connect(page)
            end = told[-1] if told else end
            is_beyond = order(part.high) > max(order(mine[-1].number), order(end.number))
            is_over = is_beyond and not part.is_short and not (told and end.post.replies)
            if part.ends or not page or is_over or len(self.seen) >= self.scope.posts:
                break
        if part.ends and not part.is_real and start.post.replies:
            part.is_real = bool((yield from self._page(_Stretch(start.number, _before(start, mine)), start.account)))

    def _page(
        self, part: _Stretch, account: str
    ) -> Generator[tuple[Request, ...], tuple[Reply, ...], list[Status] | None]:
        """The next page of a stretch; None if there is none to be had."""
        (reply,) = yield from self._ask([requests.posts_after(self.desk.host, account, part.high)])
        body = self._body(reply)
        if not isinstance(body, list):
            return None
        page = [status for status in self.desk.page(body, account) if order(status.number) > order(part.high)]
        part.is_short = bool(page) and len(body) < requests.PAGE and len(body) not in CAPS
        part.ends = not body or (part.is_short and is_figure(part.high))
        part.is_real = part.is_real or bool(page)
        part.high = page[-1].number if page else part.high
        return page

    def _say_what_is_listed(self, author: str) -> None:
        """Say of which posts all of the author's own answers were seen, since they were listed to the last post."""
        lows = [order(part.low) for part in self._listed if part.ends and part.is_real]
        for status in self.desk.statuses.values() if lows else ():
            if status.author.id == author and order(status.number) >= min(lows):
                self.seen.own_listed(status.post.id)

    # --- pieces that a deletion has torn off -------------------------------------------------------------------

    def _join(self, mine: Sequence[Status]) -> bool:
        """Tell of a torn piece in the listings that belongs to the thread, the oldest first; whether there was one."""
        pieces = (
            status for status in self._pages.values() if status.is_torn and status.number not in self.desk.statuses
        )
        piece = next((piece for piece in sorted(pieces, key=age) if belongs(piece, mine, self._pages.values())), None)
        if piece is not None:
            self.desk.tell(piece)
        return piece is not None

    def _look_behind(self, top: Status) -> _Asking:
        """Look for what the author wrote before a torn piece, and what stands above that."""
        self._behind = True
        (reply,) = yield from self._ask([requests.posts_before(self.desk.host, top.account, top.number)])
        page = self.desk.page(self._body(reply), top.account)
        before = [status for status in page if order(status.number) < order(top.number)]
        self._pages.update({status.number: status for status in before})
        if before and goes_on(before[-1], top, before):
            self.desk.tell(before[-1])
            yield from self._look([before[-1].number])
            yield from self.climb(before[-1].number)


def _before(start: Status, mine: Sequence[Status]) -> str:
    """A number before a post's, after which a listing holds that very post, if the server lists any at all."""
    if is_figure(start.number):
        return f"{max(int(start.number) - 1, 0)}"
    return max((s.number for s in mine if age(s) < age(start)), key=order, default=start.number)
