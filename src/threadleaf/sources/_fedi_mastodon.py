"""The forms in which servers answer in Mastodon's API, and what each of them shows. Saved and live ones are read alike.

{"id", "uri", "content" …}          a post; a boost stands for the post that was boosted
{"ancestors": […], "descendants": […]}   what stands around a post, which is not in it
[{…}, …]                            posts of an account, or of any other listing
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from msgspec.structs import replace

from threadleaf.core.limits import MOST_POSTS
from threadleaf.core.model import Missing
from threadleaf.core.untyped import get, items, string
from threadleaf.sources._fedi_addresses import host_of
from threadleaf.sources._fedi_sightings import Sightings
from threadleaf.sources._fedi_statuses import Status, from_status, local_name

ABOVE = 40
"""The most posts above another one that Mastodon shows without login."""
BELOW = 60
"""The most posts below another one that Mastodon shows without login, the first ones by depth and age."""
LONGEST = 400
"""Of a listing so many posts are read. No server has pages of that length."""
LEVELS = 20
"""How many levels below a post Mastodon looks without login."""


class Desk:
    """One server's answers: tells sightings what they show, and remembers the server's own numbers of posts.

    `host` is empty if nobody noted which server answered. `trusted`: it is believed about the posts of other servers.
    `privileged`: it answers to a token.
    """

    def __init__(self, host: str, seen: Sightings, *, trusted: bool = False, privileged: bool = False) -> None:
        self.host = host
        self.seen = seen
        self.trusted = trusted
        self.privileged = privileged
        self.statuses: dict[str, Status] = {}  # everything that was told, by number
        self.lost: dict[str, str] = {}  # numbers of posts that are not to be had, and the numbers of what they answer
        self.numbers: dict[str, str] = {}  # of posts, by id
        self.full: set[str] = set()  # numbers above which there may be more than an answer held
        self._above: dict[str, str] = {}  # what stands above a number that an answer left out
        self._waiting: dict[str, list[Status]] = {}  # posts of which nobody knows yet whether they belong here

    def begin(self, at: datetime | None) -> None:
        """What is told from now on comes from an answer of this time."""
        self.seen.begin(at, "" if self.trusted else self.host, privileged=self.privileged)

    # --- posts --------------------------------------------------------------------------------------------------

    def read(self, status: object) -> Status | None:
        """A post of this server's form; None if it is none."""
        original = get(status, "reblog")
        return from_status(original if isinstance(original, dict) else status, self.host)

    def tell(self, status: Status) -> list[Status]:
        """A post that belongs to the conversation, and what it quotes; returns it with those that were waiting for it."""
        told = [status]
        for here in told:
            self._tell(here)
            told += self._waiting.pop(here.number, [])
        return told

    def _tell(self, status: Status) -> None:
        post, place = status.post, f"above:{status.post.id}"
        if status.is_torn:
            post = replace(post, parent=place, parent_author=post.author)
            self.seen.missing(Missing(id=place, author=post.author, reason="deleted", says="deleted"))
        elif status.is_loose:
            post = replace(post, parent=place)
            self.seen.missing(Missing(id=place, reason="deleted", says="deleted"))
        self.statuses[status.number] = status
        self.numbers[post.id] = status.number
        self.seen.same(local_name(self.host, status.number), post.id)
        self.seen.post(post, status.author)
        for note in status.notes:
            self.seen.note(note)
        self._tell_quoted(status.quoted)

    def _tell_quoted(self, quoted: object) -> None:
        while (status := from_status(quoted, self.host)) is not None:
            self.seen.quoted(status.post, status.author)
            quoted = status.quoted

    def lose(self, number: str, author: str = "", *, is_asked: bool = True) -> None:
        """A post that the server does not have, or does not show, or that it could not be asked for.

        `author` is whose it was, by other evidence than what answers it. What was waiting for it belongs here.
        """
        above = self._above.get(number, "")
        below = [status for status in self.statuses.values() if status.answers == number]
        author = author or next((status.author.id for status in below if status.own_answer), "")
        parent = self.statuses[above].post.id if above in self.statuses else None
        self.lost[number] = above
        name = local_name(self.host, number)
        if is_asked:
            self.seen.missing(Missing(id=name, author=author, parent=parent, says="not-found"))
        else:
            self.seen.missing(Missing(id=name, author=author, parent=parent, reason="unreachable"))
        for status in self._waiting.pop(number, []):
            self.tell(status)

    def named(self) -> set[str]:
        """All numbers that were heard of: of posts, and of what they answer."""
        return self.statuses.keys() | {status.answers for status in self.statuses.values()}

    def hole(self, number: str) -> tuple[str, str]:
        """Upwards from a post: the last number that is known, and the next one, that is not; empty if none is unknown."""
        walked: dict[str, None] = {}
        while number and number not in walked:
            walked[number] = None
            status = self.statuses.get(number)
            above = status.answers if status else self.lost[number]
            if above and above not in self.statuses and above not in self.lost:
                return number, above
            number = above
        return "", ""

    # --- what stands around a post ------------------------------------------------------------------------------

    def context(self, body: object, number: str) -> None:
        """What stands above and below the post of this number."""
        raw_above, raw_below = items(get(body, "ancestors"))[-MOST_POSTS:], items(get(body, "descendants"))[:MOST_POSTS]
        above, below = self._all(raw_above), self._all(raw_below)
        if len(raw_above) >= ABOVE and above:
            self.full.add(above[0].number)
        previous = ""
        for status in [*above, *filter(None, [self.statuses.get(number)])]:
            if previous and status.answers != previous:
                self._above[status.answers] = previous
            previous = status.number
        self._say_what_ends(below, number, is_short=len(raw_below) <= BELOW // 2)

    def _all(self, bodies: Iterable[object]) -> list[Status]:
        found = []
        for body in bodies:
            status = self.read(body)
            if status is not None:
                found.append(status)
                self.tell(status)
        return found

    def _say_what_ends(self, below: list[Status], number: str, *, is_short: bool) -> None:
        """Say of each post whether all answers to it were shown.

        Only of Mastodon is it known how far it looks: its numbers are figures. It takes the first sixty posts in order of
        depth and age, and leaves those out that are not public only then; so a short answer was not cut, and of any answer
        at most the last branch was. A post of which answers are counted and none is shown stays open: there the answer
        was too deep, or other software has other limits.
        """
        answers: dict[str, list[str]] = {}
        for status in below:
            answers.setdefault(status.answers, []).append(status.number)
        if (anchor := self.statuses.get(number)) is not None:
            self.seen.listed(anchor.post.id, len(answers.get(number, ())))
        last = set() if is_short else _last_branch(answers, number)
        for status in below:
            count, is_seen = status.post.replies, status.number not in last and is_figure(status.number)
            if count is not None and is_seen and (status.number in answers or not count):
                self.seen.listed(status.post.id, count)
            elif count != 0:
                self.seen.cut(status.post.id)

    # --- an author's posts --------------------------------------------------------------------------------------

    def page(self, body: object, account: str) -> list[Status]:
        """The posts by one account in a listing, the oldest first. None of them is told: they may be about anything."""
        posts = [item for item in items(body)[:LONGEST] if not isinstance(get(item, "reblog"), dict)]
        found = map(self.read, posts)
        return sorted((status for status in found if status and status.account == account), key=age)

    def connect(self, page: Iterable[Status]) -> list[Status]:
        """Tell those posts of a listing that answer something in the conversation; returns those that were not known."""
        told: list[Status] = []
        for status in page:
            if status.number in self.statuses:
                self._tell(status)
            elif status.answers in self.statuses or status.answers in self.lost:
                told += self.tell(status)
            elif status.answers:
                self._waiting.setdefault(status.answers, []).append(status)
        return told


def age(status: Status) -> tuple[int, str]:
    """The key by which an account's posts are put in order: numbers of one server grow with time."""
    return order(status.number)


def order(number: str) -> tuple[int, str]:
    """The key by which numbers are ordered: of figures by size, else as texts of one length."""
    return len(number), number


def is_figure(number: str) -> bool:
    """Whether a number is written in figures, as Mastodon's are."""
    return re.fullmatch("[0-9]{1,30}", number) is not None


def is_form(body: object) -> bool:
    """Whether an answer has one of the forms of Mastodon's API."""
    if isinstance(get(body, "ancestors"), list) or isinstance(get(body, "statuses"), list):
        return True
    one = next(iter(items(body)), body)
    return isinstance(get(one, "account"), dict)


def posts_in(body: object) -> list[object]:
    """The posts in an answer, whichever of the forms it has."""
    parts = ("ancestors", "descendants", "statuses")
    return [*items(body), *(post for part in parts for post in items(get(body, part))), body]


def host_in(bodies: Iterable[object]) -> str:
    """Which server gave saved posts, if one of them is by an account of its own: those have no server in their name."""
    for body in bodies:
        if (name := string(get(body, "account", "acct"))) and "@" not in name:
            return host_of(string(get(body, "uri")))
    return ""


def _last_branch(answers: Mapping[str, Sequence[str]], number: str) -> set[str]:
    """The posts from one down to the last in order of depth and age: only behind those may an answer have been cut."""
    last: dict[str, None] = {}
    while number in answers and number not in last:
        last[number] = None
        number = max(answers[number], key=order)
    return {*last, number}
