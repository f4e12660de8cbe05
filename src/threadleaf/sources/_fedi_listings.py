"""What a server that speaks Mastodon's API lists of an account's posts, by number, 40 at a time.

A listing is a stretch: of the posts between two numbers each was in it. What is known of a thread's author beyond the
thread comes from here, and so does the word that nothing of hers comes after a post.
"""

from __future__ import annotations

from collections.abc import Container, Generator, Iterable, Sequence

from msgspec import Struct

from threadleaf.core.model import Thread
from threadleaf.sources import _fedi_requests as requests
from threadleaf.sources._deep import json_of
from threadleaf.sources._fedi_addresses import host_of
from threadleaf.sources._fedi_mastodon import Desk, age, is_figure, order
from threadleaf.sources._fedi_statuses import Status
from threadleaf.wire import Answer, Refused, Reply, Request, Scope

CAPS = (20, 25, 30)
"""The longest pages of servers that give fewer posts than they are asked for.

Any other page that is not full is an account's last one, on Mastodon. Other software may leave posts out after it has
counted them; there the last page is known by being empty.
"""
MOST_PAGES = 300
"""Pages of an author's posts that are asked for in one go."""

_FINAL = ("limit", "rate", "timeout", "offline")
"""Refusals after which there is no sense in asking on."""

Asking = Generator[tuple[Request, ...], tuple[Reply, ...], None]


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


class Line:
    """The questions that are put to one server, and whether it makes no sense to put any more."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.stopped = False

    def ask(self, wanted: Sequence[Request]) -> Generator[tuple[Request, ...], tuple[Reply, ...], tuple[Reply, ...]]:
        """Ask side by side."""
        replies = yield tuple(wanted)
        self.stopped = any(isinstance(reply, Refused) and reply.kind in _FINAL for reply in replies)
        return replies

    def body(self, reply: Reply) -> object:
        """The JSON of an answer by this very server; None if there is none."""
        if not isinstance(reply, Answer) or reply.status != 200 or host_of(reply.url) not in ("", self.desk.host):
            return None
        self.desk.begin(reply.at)
        return json_of(reply)


class Listings:
    """What was listed so far of an account's posts."""

    def __init__(self, line: Line, scope: Scope) -> None:
        self.pages: dict[str, Status] = {}  # the posts in listings, by number
        self.asked_from: set[str] = set()  # numbers of posts after which the author's posts were listed
        self.behind: list[str] = []  # numbers before which the author's posts were listed
        self._line = line
        self._desk = line.desk
        self._seen = line.desk.seen
        self._scope = scope
        self._stretches: list[_Stretch] = []

    def unlisted(self, ends: Container[str], mine: Iterable[Status]) -> Status | None:
        """The first of some posts after which the author's posts were not listed yet."""
        for status in mine:
            is_listed = status.number in self.asked_from or any(part.holds(status.number) for part in self._stretches)
            if status.post.id in ends and not is_listed:
                return status
        return None

    def after(self, start: Status, mine: Sequence[Status]) -> Asking:
        """List the author's posts after one, until a page adds nothing to the thread."""
        part = next((part for part in self._stretches if part.high == start.number and not part.ends), None)
        if part is None:
            again = any(part.holds(start.number) for part in self._stretches)
            part = _Stretch(start.number, _before(start, mine) if again else start.number)
            self._stretches.append(part)
        self.asked_from.add(start.number)
        end = start
        for _ in range(MOST_PAGES):
            page = yield from self._page(part, start.account)
            if page is None:
                self._seen.unreached.add(end.post.id)
                return
            self.pages.update({status.number: status for status in page})
            told = self._desk.connect(page)
            end = told[-1] if told else end
            is_beyond = order(part.high) > max(order(mine[-1].number), order(end.number))
            is_over = is_beyond and not part.is_short and not (told and end.post.replies)
            if part.ends or not page or is_over or len(self._seen) >= self._scope.posts:
                break
        if part.ends and not part.is_real and start.post.replies:
            part.is_real = bool((yield from self._page(_Stretch(start.number, _before(start, mine)), start.account)))

    def _page(
        self, part: _Stretch, account: str
    ) -> Generator[tuple[Request, ...], tuple[Reply, ...], list[Status] | None]:
        """The next page of a stretch; None if there is none to be had."""
        (reply,) = yield from self._line.ask([requests.posts_after(self._desk.host, account, part.high)])
        body = self._line.body(reply)
        if not isinstance(body, list):
            return None
        page = [status for status in self._desk.page(body, account) if order(status.number) > order(part.high)]
        part.is_short = bool(page) and len(body) < requests.PAGE and len(body) not in CAPS
        part.ends = not body or (part.is_short and is_figure(part.high))
        part.is_real = part.is_real or bool(page)
        part.high = page[-1].number if page else part.high
        return page

    def shows_torn_pieces(self, thread: Thread) -> bool:
        """Whether the author's posts were listed from where pieces that a deletion has torn off may stand.

        They follow the last post; a thread with branches may have been torn anywhere.
        """
        number = order(self._desk.numbers.get(thread.posts[0 if thread.branches else -1].id, ""))
        return any(part.is_real and order(part.low) <= number for part in self._stretches)

    def say_what_is_listed(self, author: str) -> None:
        """Say of which posts all of the author's own answers were seen, since they were listed to the last post."""
        lows = [order(part.low) for part in self._stretches if part.ends and part.is_real]
        for status in self._desk.statuses.values() if lows else ():
            if status.author.id == author and order(status.number) >= min(lows):
                self._seen.own_listed(status.post.id)

    def before(self, top: Status) -> Generator[tuple[Request, ...], tuple[Reply, ...], bool]:
        """List what the author wrote before a piece and what was listed already; whether there was anything."""
        low = min((top.number, *self.pages), key=order)
        self.behind.append(low)
        (reply,) = yield from self._line.ask([requests.posts_before(self._desk.host, top.account, low)])
        page = self._desk.page(self._line.body(reply), top.account)
        earlier = {status.number: status for status in page if order(status.number) < order(low)}
        self.pages.update(earlier)
        return bool(earlier)


def _before(start: Status, mine: Sequence[Status]) -> str:
    """A number before a post's, after which a listing holds that very post, if the server lists any at all."""
    if is_figure(start.number):
        return f"{max(int(start.number) - 1, 0)}"
    return max((s.number for s in mine if age(s) < age(start)), key=order, default=start.number)
