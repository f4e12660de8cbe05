"""What is wrong, for programs: problem details (RFC 9457) in place of pages, for everything below `/api/v1/` and for
whoever asks for a thread as JSON."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import cast

import msgspec
from msgspec import Struct
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from threadleaf.core.errors import ThreadleafError
from threadleaf.web import errors, negotiation

BELOW = "/api/v1/"
DOCS = "/api"
MEDIA_TYPE = "application/problem+json"

Handler = Callable[[Request, Exception], Awaitable[Response]]


class Kind(Struct, frozen=True):
    """One kind of problem: the end of its type's address, its title, and what it means, for the page that explains it."""

    name: str
    title: str
    meaning: str


KINDS: Mapping[int, Kind] = {
    400: Kind("wrong-use", "This cannot be read", "The address, the query or the body is not in a form that we read."),
    403: Kind("refused", "Not shown", "Somebody's wish, a private post, or something that only the operator may do."),
    404: Kind("not-found", "Not here", "There is no such page here. Its thread may not have been unrolled yet."),
    405: Kind("method", "Not that way", "This address does not take that method; `Allow` says which it does."),
    410: Kind("gone", "Taken down", "The page was taken down and does not come back."),
    411: Kind("length", "No length given", "The request must say how long its body is."),
    413: Kind("too-large", "Too much", "The body, the thread or the file is over a stated limit."),
    415: Kind("media-type", "Not JSON", "The body must be JSON and say so in `Content-Type`."),
    421: Kind("other-site", "Not this site", "The request names another host than this site's."),
    429: Kind("too-many", "Too many requests", "More was asked than is allowed; `Retry-After` says when to go on."),
    500: Kind("fault", "Something failed here", "The fault is ours; the operator finds it in the log."),
    502: Kind("failed", "That did not work", "Another server gave an answer that cannot be used."),
    503: Kind("not-now", "Not now", "A network does not answer, or limits us. `Retry-After` says when to try again."),
}
"""Every kind, by the status that it comes with."""


class Problem(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What was wrong (RFC 9457).

    `type` is an address on this site that explains the kind; `detail` says in words what was wrong and what to do;
    `code` is a finer reason for programs, where there is one.
    """

    type: str
    title: str
    status: int
    detail: str
    code: str = ""


def is_asked(scope: Scope) -> bool:
    """Whether a request is for the interface of programs."""
    return bool(scope["type"] == "http" and scope["path"].startswith(BELOW))


def _reads_problems(request: Request) -> bool:
    return is_asked(request.scope) or negotiation.told_in(request) == "json"


def told(origin: str, status: int, detail: str, *, code: str = "") -> Problem:
    """A problem. `origin` is that of the site, empty if it has none."""
    kind = KINDS[status]
    return Problem(type=f"{origin}{DOCS}#{kind.name}", title=kind.title, status=status, detail=detail, code=code)


def answer(
    origin: str, status: int, detail: str, *, code: str = "", headers: Mapping[str, str] | None = None
) -> Response:
    """A problem as an answer; nobody keeps it. `origin` is that of the site, empty if it has none."""
    problem = told(origin, status, detail, code=code)
    own = {"cache-control": "no-store", "content-type": MEDIA_TYPE, **(headers or {})}
    if origin:
        own["access-control-allow-origin"] = "*"
    return Response(msgspec.json.encode(problem), status, own)


class Problems:
    """Answers what went wrong on the site at `origin`: as a problem for programs, else as the pages do."""

    def __init__(self, origin: str) -> None:
        self._origin = origin

    def on_error(self, otherwise: Handler) -> Handler:
        """One of our own errors."""

        async def handle(request: Request, error: Exception) -> Response:
            if not _reads_problems(request):
                return await otherwise(request, error)
            ours = cast("ThreadleafError", error)  # Starlette's types do not know for what it was registered
            status = errors.status(ours)
            retry = {"retry-after": errors.SECONDS} if status == 503 else {}
            return answer(self._origin, status, ours.sentence, code=ours.code, headers=retry)

        return handle

    def on_http(self, otherwise: Handler) -> Handler:
        """What the router or a limit refuses, with the headers that it brings."""

        async def handle(request: Request, error: Exception) -> Response:
            refused = cast("HTTPException", error)
            if not _reads_problems(request) or refused.status_code not in KINDS:
                return await otherwise(request, error)
            detail = errors.own_words(refused) or KINDS[refused.status_code].meaning
            return answer(self._origin, refused.status_code, detail, headers=refused.headers)

        return handle

    def on_fault(self, otherwise: Handler) -> Handler:
        """A fault that nobody foresaw."""

        async def handle(request: Request, error: Exception) -> Response:
            made = await otherwise(request, error)
            if not _reads_problems(request):
                return made
            problem = answer(self._origin, 500, KINDS[500].meaning)
            for name, value in made.headers.items():
                if name not in ("content-type", "content-length"):
                    problem.headers[name] = value
            return problem

        return handle

    def refuse(self, status: int, sentence: str) -> ASGIApp:
        """The answer to a request that is not let in."""

        async def app(scope: Scope, receive: Receive, send: Send) -> None:
            made = answer(self._origin, status, sentence) if is_asked(scope) else errors.page(status, sentence)
            await made(scope, receive, send)

        return app
