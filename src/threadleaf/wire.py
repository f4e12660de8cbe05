"""What a source may ask and hear. Pure data: who carries it out is `fetch.drive`.

A source is a generator: it yields a tuple of requests (which may run side by side), is sent the same number of
replies, and returns a `Conversation`. A refusal is a reply too, so a limit midway gives a shorter thread with a
frontier instead of a failure.
"""

from __future__ import annotations

from collections.abc import Generator
from datetime import datetime
from typing import Literal

from msgspec import Struct

from threadleaf.core.model import Conversation

RefusalKind = Literal["limit", "rate", "timeout", "network", "door", "too-large", "offline"]


class Request(Struct, frozen=True, kw_only=True):
    """One thing to ask. `purpose` is shown as progress; `credential` names a secret that the driver holds."""

    url: str
    method: Literal["GET", "POST"] = "GET"
    accept: str = "application/json"
    body: bytes = b""
    purpose: str = ""
    credential: str = ""


class Answer(Struct, frozen=True, kw_only=True):
    """What a server said: any status, the decoded body (bytes), and when it arrived (aware UTC)."""

    status: int
    body: bytes
    at: datetime
    url: str = ""
    media_type: str = ""


class Refused(Struct, frozen=True, kw_only=True):
    """The request was not carried out, or brought nothing. `until` is when asking again makes sense, if known."""

    kind: RefusalKind
    detail: str = ""
    until: datetime | None = None


class Document(Struct, frozen=True, kw_only=True):
    """A saved answer or page: its bytes, the name of the file it came from, and when it was read, if that is known."""

    body: bytes
    name: str = ""
    at: datetime | None = None


Reply = Answer | Refused
Steps = Generator[tuple[Request, ...], tuple[Reply, ...], Conversation]


def ask(request: Request) -> Generator[tuple[Request, ...], tuple[Reply, ...], Reply]:
    """Ask one request: `reply = yield from ask(request)`."""
    (reply,) = yield (request,)
    return reply
