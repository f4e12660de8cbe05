"""Asking servers for ActivityPub objects: what is due, side by side, with a signature where one is demanded.

An answer is believed if its media type is that of an ActivityPub object, and if it is where the object says that it is;
one that is elsewhere on the same server is asked for there. Anybody may upload a file that says anything (ActivityPub
§3.1, §7; ActivityStreams 2.0 §9.1).

A server is asked without a signature first. One that demands it is asked with the instance's own, if there is one; what
was learnt like that is proven by the posts' own web pages, side by side with the next questions.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Generator, Sequence
from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from threadleaf.core.errors import TooLarge, Unreadable
from threadleaf.core.model import Post
from threadleaf.core.untyped import get
from threadleaf.sources import _fedi_pages as pages
from threadleaf.sources._deep import decode
from threadleaf.sources._fedi_addresses import host_of
from threadleaf.sources._fedi_forms import COLLECTIONS, id_of, is_at, kind_is, kind_of, place_of, unwrapped
from threadleaf.sources._fedi_sightings import Sightings
from threadleaf.sources._fedi_ways import Outcome
from threadleaf.wire import ACTOR, Answer, Refused, Reply, Request

MEDIA_TYPES = ("application/activity+json", "application/ld+json")
ACCEPT = 'application/activity+json, application/ld+json; profile="https://www.w3.org/ns/activitystreams"'
AT_ONCE = 4
"""Questions asked side by side, and as many pages."""


class Said(Struct, frozen=True):
    """What came of one question. `address` is where the answer came from in the end.

    `deleted`: of an object that was not found the server says that it was deleted.
    """

    asked: str
    outcome: Outcome
    body: object = None
    deleted: bool = False
    address: str = ""
    at: datetime | None = None
    privileged: bool = False


class Asking:
    """The questions that are due. `signs`: whether requests can be signed."""

    def __init__(self, seen: Sightings, *, signs: bool) -> None:
        self.stopped = False  # it makes no sense to go on
        self._seen, self._signs = seen, signs
        self._due: deque[tuple[str, Callable[[Said], None]]] = deque()
        self._unproven: deque[Post] = deque()
        self._refused = 0  # rounds in a row that brought nothing but refusals
        self._signed: set[str] = set()  # the hosts that answer to a signature only

    def later(self, address: str, use: Callable[[Said], None]) -> None:
        """Ask for an object when its turn comes, and give what was said to `use`, which may ask for more."""
        self._due.append((address, use))

    @property
    def due(self) -> bool:
        """Whether any question is due."""
        return bool(self._due)

    def prove(self, post: Post) -> None:
        """See whether the web page of a post shows it to anybody, when there is a next question."""
        self._unproven.append(post)

    def all(self, enough: Callable[[], bool]) -> Generator[tuple[Request, ...], tuple[Reply, ...], None]:
        """Ask what is due and what becomes due meanwhile, until nothing is, it is enough, or nobody answers."""
        while self._due and not self.stopped and not enough():
            batch = [self._due.popleft() for _ in range(min(AT_ONCE, len(self._due)))]
            for (_, use), said in zip(batch, (yield from self.now([address for address, _ in batch])), strict=True):
                use(said)
        self._due.clear()

    def now(self, addresses: Sequence[str]) -> Generator[tuple[Request, ...], tuple[Reply, ...], list[Said]]:
        """Ask for objects side by side, and once more for those that say that they are elsewhere on the same server."""
        heard = yield from self._ask(addresses)
        moved = [place for place, said in enumerate(heard) if said.body is not None and not _is_its_place(said)]
        onward = {place: id_of(unwrapped(heard[place].body)) for place in moved}
        known = {place: name for place, name in onward.items() if is_at(name, heard[place].address)}
        for place in moved:
            heard[place] = replace(heard[place], outcome="unreadable", body=None, deleted=False)
        again = (yield from self._ask([*known.values()])) if known else []
        for place, said in zip(known, again, strict=True):
            if said.body is None or _is_its_place(said):
                heard[place] = replace(said, asked=addresses[place])
        return heard

    def _ask(self, addresses: Sequence[str]) -> Generator[tuple[Request, ...], tuple[Reply, ...], list[Said]]:
        """Ask for objects side by side, and for the pages that are due besides."""
        wanted = [_request(address, signed=host_of(address) in self._signed) for address in addresses]
        proofs = [self._unproven.popleft() for _ in range(min(AT_ONCE, len(self._unproven)))]
        replies = yield from pages.look(proofs, self._seen, wanted)
        exchanges = list(zip(wanted, replies, strict=False))
        barred = [place for place, exchange in enumerate(exchanges) if self._is_barred(*exchange)]
        signed = tuple(_request(addresses[place], signed=True) for place in barred)
        self._signed.update(host_of(request.url) for request in signed)
        again = (yield signed) if signed else ()
        for place, request, reply in zip(barred, signed, again, strict=True):
            exchanges[place] = (request, reply)
        self._mind([reply for _, reply in exchanges])
        return [_said(address, *exchange) for address, exchange in zip(addresses, exchanges, strict=True)]

    def _mind(self, replies: Sequence[Reply]) -> None:
        """Stop at a limit, and when nobody answers twice in a row; a single server may be down."""
        refused = [reply.kind for reply in replies if isinstance(reply, Refused)]
        self._refused = self._refused + 1 if len(refused) == len(replies) else 0
        self.stopped = self._refused > 1 or (self._refused == 1 and {*refused} <= {"limit", "offline"})

    def _is_barred(self, request: Request, reply: Reply) -> bool:
        """Whether a server should be asked again with a signature."""
        barred = isinstance(reply, Answer) and reply.status in (401, 403)
        return barred and self._signs and not request.credential


def _request(address: str, *, signed: bool) -> Request:
    """The request for an object; an address of the time before its server had TLS is asked with it."""
    url = re.sub(r"(?i)\Ahttp:", "https:", address)
    return Request(url=url, accept=ACCEPT, purpose="Reading the thread", credential=ACTOR if signed else "")


def _said(asked: str, request: Request, reply: Reply) -> Said:
    if not isinstance(reply, Answer):
        return Said(asked, "unreachable")
    outcome, body = _heard(reply)
    deleted = reply.status == 410 or kind_is(body, "Tombstone")
    return Said(asked, outcome, body, deleted, reply.url or request.url, reply.at, bool(request.credential))


def _heard(answer: Answer) -> tuple[Outcome, object]:
    """How a question was answered, and the object that was given."""
    words: dict[int, Outcome] = {
        401: "refused",
        403: "refused",
        404: "not-found",
        410: "not-found",
        429: "unreachable",
    }
    if answer.status != 200:
        return words.get(answer.status, "unreachable" if answer.status >= 500 else "unreadable"), None
    if answer.media_type not in MEDIA_TYPES:
        return "unreadable", None
    try:
        body = decode(answer.body)
    except (Unreadable, TooLarge):
        return "unreadable", None
    return "not-found" if kind_is(body, "Tombstone") else "read", body


def _is_its_place(said: Said) -> bool:
    """Whether an object is where it says that it is. A page of a collection need say no more than the collection.

    What an activity brings has a place of its own.
    """
    body = unwrapped(said.body)
    if kind_of(body) not in COLLECTIONS:
        return place_of(id_of(body)) == place_of(said.address)
    names = {place_of(id_of(name)).partition("?")[0] for name in (body, get(body, "partOf"))}
    return place_of(said.address).partition("?")[0] in names
