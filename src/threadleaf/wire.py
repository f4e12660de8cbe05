"""What a source may ask and hear. Pure data: who carries it out is `fetch.drive`.

A source is a generator: it yields a tuple of requests (which may run side by side), is sent the same number of
replies, and returns a `Conversation`. A refusal is a reply too, so a limit midway gives a shorter thread with a
frontier instead of a failure.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from datetime import datetime
from typing import Literal, TypeVar

from msgspec import Struct

from threadleaf.core.limits import MOST_POSTS
from threadleaf.core.model import Conversation

_T = TypeVar("_T")

RefusalKind = Literal["limit", "rate", "timeout", "network", "door", "too-large", "offline"]


HOME = "home"
"""The credential for the operator's own server of the fediverse, sent to that server alone."""
ACTOR = "actor"
"""The credential that signs a request as this instance's own actor (HTTP Signatures), for any server."""
X = "x"
"""The credential of the operator's app at X, sent to the origin of X's API alone."""


class Request(Struct, frozen=True, kw_only=True):
    """One thing to ask. `purpose` is shown as progress; `credential` names a secret that the door holds.

    `wait` is how many seconds to let pass before asking: a server may have said that its answer takes a while.
    `reads` says of a POST that it changes nothing, so that it may be tried again like a GET; `sends` is the media type
    of its body. `once` is the same for every try of one write (header `Idempotency-Key`): printable ASCII, at most 255
    characters, empty for none. `service` is what the server shall pass it on to in the name of the account whose secret
    the credential is (header `atproto-proxy`: a DID, `#`, the name of a service in its document); it goes nowhere else.
    """

    url: str
    method: Literal["GET", "POST", "DELETE"] = "GET"
    accept: str = "application/json"
    body: bytes = b""
    purpose: str = ""
    credential: str = ""
    wait: float = 0.0
    reads: bool = False
    sends: str = "application/json"
    once: str = ""
    service: str = ""


class Answer(Struct, frozen=True, kw_only=True):
    """What a server said: any status, the decoded body (bytes), and when it arrived (aware UTC).

    `url` is where the answer came from in the end; `fields` are the headers named in `FIELDS` that it had, in lower
    case.
    """

    status: int
    body: bytes
    at: datetime
    url: str = ""
    media_type: str = ""
    fields: Mapping[str, str] = {}


FIELDS = ("date", "link", "mastodon-async-refresh")
"""The headers of an answer that anybody reads besides the door."""


class Refused(Struct, frozen=True, kw_only=True):
    """The request was not carried out, or brought nothing.

    `until` is when asking again makes sense, if known; `code` the verdict if the door did not open this place
    (`DENY-…`), and not because of what came of it, or `NO_NAME`.
    """

    kind: RefusalKind
    detail: str = ""
    until: datetime | None = None
    code: str = ""


NO_NAME = "no-name"
"""The code of a refusal where names can be looked up, and there is no server of this one."""


class Document(Struct, frozen=True, kw_only=True):
    """A saved answer or page: its bytes, the name of the file it came from, and when it was read, if that is known."""

    body: bytes
    name: str = ""
    at: datetime | None = None


class Scope(Struct, frozen=True, kw_only=True):
    """What a source may count on besides the servers that a post names, and how far it goes.

    `appview` and `directory` are the origins of Bluesky's public AppView and of the directory of accounts. `home` is
    the origin of the operator's own server of the fediverse, asked with the credential `HOME`; empty if there is
    none. `signs`: whether the credential `ACTOR` is there. `posts`: a source stops asking once it has seen so many.

    `x_api` is the origin of X's API and `x_reads` whether the credential `X` for it is there; `x_archive`: whether that
    app may search posts older than seven days; `x_words` the vocabulary that is tried first; `x_posts` after how many
    posts of X a source stops asking, since each of them costs money.
    """

    appview: str = "https://public.api.bsky.app"
    directory: str = "https://plc.directory"
    home: str = ""
    signs: bool = False
    posts: int = MOST_POSTS
    x_api: str = "https://api.x.com"
    x_reads: bool = False
    x_archive: bool = False
    x_words: Literal["tweet", "post"] = "tweet"
    x_posts: int = 100


Reply = Answer | Refused
Asking = Generator[tuple[Request, ...], tuple[Reply, ...], _T]
"""Whatever asks like a source, with an end of its own."""
Steps = Asking[Conversation]


def ask(request: Request) -> Asking[Reply]:
    """Ask one request: `reply = yield from ask(request)`."""
    (reply,) = yield (request,)
    return reply


def noting(asking: Asking[_T], heard: list[tuple[Request, Reply]]) -> Asking[_T]:
    """The same questions, with a note in `heard` of what was asked and what came of it."""
    try:
        wanted = next(asking)
        while True:
            replies = yield wanted
            heard += zip(wanted, replies, strict=True)
            wanted = asking.send(replies)
    except StopIteration as end:
        told: _T = end.value
        return told


def carried_out(run: Callable[[Steps], Conversation], asking: Asking[_T]) -> _T:
    """The end of what asks, carried out by `run`, which knows steps of sources. Raises what either raises."""
    ends: list[_T] = []

    def steps() -> Steps:
        ends.append((yield from asking))
        return Conversation(network="file", anchor="", posts=())

    run(steps())
    return ends[0]
