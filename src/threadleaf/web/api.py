"""The interface for programs, version 1: JSON below `/api/v1/`, its description, and the page that explains it.

What may be asked stands in one table, from which the routes, the OpenAPI document and the page are made.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Annotated, Any, Literal
from urllib.parse import quote, urlencode

import msgspec
from msgspec import Meta
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount, Route, Router

from threadleaf.core import ref as refs
from threadleaf.core.errors import NotFound, NotNow, Refused, UnknownAddress, Unreadable
from threadleaf.core.model import Network, Thread
from threadleaf.core.query import LONGEST
from threadleaf.core.terms import ONLY_IDS, bare
from threadleaf.jobs import State
from threadleaf.store import records
from threadleaf.store.records import Saved
from threadleaf.web import answers, api_docs, errors, limits, lines, openapi, preflight, problems, progress, threads
from threadleaf.web.api_types import Found, Hit, Hits, Listing, Order, Page, Unrolling, page_of
from threadleaf.web.openapi import Answer, Operation, Parameter
from threadleaf.web.security import FILE_POLICY
from threadleaf.web.site import Site
from threadleaf.web.terms import PAGES_ONLY, Terms

MOST = 100
"""Pages in one answer."""

ROOT = "/api/v1"
_ORDERS = msgspec.json.Decoder(Order)
_NUMBER = Annotated[int, Meta(ge=1, le=2**63 - 1)]
_LIMIT = Annotated[int, Meta(ge=1, le=MOST)]
_POST = (
    Parameter(name="network", type=Network, where="path", meaning="Where the thread was posted.", example="bsky"),
    Parameter(
        name="id",
        type=Annotated[str, Meta(min_length=1)],
        where="path",
        meaning=(
            "The rest of the page's path behind `/t/NETWORK/`, slashes included, as it stands in every address here: "
            "author and key of a Bluesky post, the address of a post of the fediverse without `https://`, and so on. "
            "Any post of a thread leads to its page."
        ),
        example="did:plc:ewvi7nxzyoun6zhxrhs64oiz/3jt5vd3hxm42c",
    ),
)
_VERSION = Parameter(
    name=lines.VERSION,
    type=Annotated[str, Meta(min_length=1)],
    where="query",
    meaning="An earlier version of the thread: the `hash` of one of the `versions` of a post.",
    example="5f2b9c01",
)
_KEYSET = (
    Parameter(
        name="limit",
        type=_LIMIT,
        where="query",
        meaning=f"How many pages at most: 1 to {MOST}, 50 by default.",
        example=20,
    ),
    Parameter(
        name="before",
        type=_NUMBER,
        where="query",
        meaning="Where to go on; it is in the address that `Link` gives.",
    ),
)
_LINK = {"Link": 'The address of the next pages, `rel="next"`, if there are more (RFC 8288).'}

UNROLL = Operation(
    id="unroll",
    method="post",
    path=f"{ROOT}/unroll",
    summary="Unroll a thread",
    meaning=(
        "Has the thread of a post read from its network and kept; a thread that is kept is read again. What takes "
        "longer than a moment goes on by itself, and `Location` says where to ask how it stands."
    ),
    body=Order,
    answers=(
        Answer(type=Unrolling, meaning="It is there.", headers={"Location": "Where the thread can be read."}),
        Answer(
            status=202,
            type=Unrolling,
            meaning="It is being read, or waits for that.",
            headers={"Location": "Where to ask how it stands."},
        ),
    ),
    fails=(400, 403, 404, 410, 411, 413, 415, 429, 500, 502, 503),
)
STATE = Operation(
    id="unrolling",
    path=f"{ROOT}/unrolls/{{number}}",
    summary="Ask how an unroll stands",
    meaning="Whether a thread that was asked for is there by now. This is known for some days.",
    parameters=(
        Parameter(
            name="number",
            type=Annotated[str, Meta(min_length=1, max_length=64)],
            where="path",
            meaning="The number that was given when the thread was asked for.",
            example="4f1d8a5e2b7c4c0e",
        ),
    ),
    answers=(Answer(type=Unrolling, meaning="How it stands."),),
    fails=(404, 429, 500),
)
LIST = Operation(
    id="list",
    path=f"{ROOT}/threads",
    summary="List threads",
    meaning="The kept threads that lists may show, newest first.",
    parameters=_KEYSET,
    answers=(Answer(type=Listing, meaning="Pages.", headers=_LINK),),
    fails=(400, 429, 500),
)
SEARCH = Operation(
    id="search",
    path=f"{ROOT}/search",
    summary="Search",
    meaning=(
        'Words, phrases ("…"), `from:` an author, `network:`, `lang:`, `before:` and `after:` a date, `has:` image, video, '
        "link and so on, #tags; `-` leaves out. Finds threads that lists may show."
    ),
    parameters=(
        Parameter(
            name="q",
            type=Annotated[str, Meta(min_length=1, max_length=LONGEST)],
            where="query",
            needed=True,
            meaning="What is looked for.",
            example="tide mill from:ada.example",
        ),
        Parameter(
            name="order",
            type=Literal["newest", "relevance"],
            where="query",
            meaning="Those posted last first (the default), or the best of the newest.",
            example="relevance",
        ),
        _KEYSET[0],
        Parameter(
            name="start", type=_NUMBER, where="query", meaning="Where to go on; it is in the address that `Link` gives."
        ),
    ),
    answers=(Answer(type=Hits, meaning="What was found.", headers=_LINK),),
    fails=(400, 429, 500),
)
READ = Operation(
    id="read",
    path=f"{ROOT}/threads/{{network}}/{{id}}",
    summary="Read a thread",
    meaning="A page and its thread as it may be shown today: posts, branches, gaps, completeness, article.",
    parameters=(*_POST, _VERSION),
    answers=(Answer(type=Found, meaning="The page and its thread."),),
    fails=(403, 404, 410, 429, 500),
)
EXPORT = Operation(
    id="export",
    path=f"{ROOT}/threads/{{network}}/{{id}}.{{format}}",
    summary="Export a thread",
    meaning="A thread as a file, in one of the formats of the command line.",
    parameters=(
        *_POST,
        Parameter(
            name="format",
            type=Literal[tuple(threads.FILES)],
            where="path",
            meaning="The suffix that names the format.",
            example="md",
        ),
        Parameter(
            name="view",
            type=Literal["article", "posts"],
            where="query",
            meaning="Posts joined into paragraphs, or one block for each post.",
            example="posts",
        ),
        _VERSION,
    ),
    answers=(Answer(files=tuple(dict.fromkeys(kind for kind, _, _ in threads.FILES.values())), meaning="The file."),),
    fails=(400, 403, 404, 410, 429, 500),
)
OPERATIONS: Sequence[Operation] = (UNROLL, STATE, LIST, SEARCH, READ, EXPORT)


def routes(site: Site) -> list[BaseRoute]:
    """The interface. Whatever else is asked for below it is a problem, not a page."""
    api = Api(site)
    below = [
        Route("/openapi.json", api.description),
        Route(UNROLL.path.removeprefix(ROOT), api.unroll, methods=["POST"]),
        Route(STATE.path.removeprefix(ROOT), api.unrolling),
        Route(LIST.path.removeprefix(ROOT), api.list),
        Route(SEARCH.path.removeprefix(ROOT), api.search),
        Route("/threads/{network}/{id:path}", api.read),  # READ, and EXPORT by the suffix
    ]
    origin = site.settings.public_origin
    asked_before = [preflight.route(route.path, origin, sorted(route.methods or ())) for route in below]
    # Starlette would build the address without a slash from the Host header.
    return [Route("/api", api.docs), Mount(ROOT, Router([*below, *asked_before], redirect_slashes=False))]


class Api:
    """The handlers of the interface."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._origin = site.settings.public_origin
        self._terms = Terms(site)
        self.document = openapi.document(OPERATIONS, origin=self._origin, contact=site.settings.contact)

    async def description(self, request: Request) -> Response:
        """The interface in OpenAPI 3.1."""
        return self._json(request, self.document)

    async def docs(self, request: Request) -> Response:
        """The page that explains the interface."""
        return answers.answer(request, api_docs.page(self.document, indexable=not self._site.settings.personal))

    async def list(self, request: Request) -> Response:
        """Kept threads, newest first."""
        left = await self._spend("api", request)
        limit, before = _number(request, "limit", MOST) or 50, _number(request, "before", 2**63 - 1)
        found = await self._site.listed(limit + 1, before)
        return self._listing(request, found, limit, left, bound=await self._terms.bind(request, "x"))

    async def search(self, request: Request) -> Response:
        """Threads in which something is found."""
        left = await self._spend("api", request)
        limit, start = _number(request, "limit", MOST) or 50, _number(request, "start", 2**63 - 1)
        query = request.query_params
        order = query.get("order", "newest")
        if order not in ("newest", "relevance"):
            raise Unreadable("`order` must be “newest” or “relevance”.")
        found = await run_in_threadpool(
            self._site.service.search,
            query.get("q", ""),
            limit,
            start,
            visibility=self._site.seen,
            order="relevance" if order == "relevance" else "newest",
        )
        bound = await self._terms.bind(request, "x")
        hits = tuple(_hit(hit, page_of(hit.saved, self._origin, bound=bound)) for hit in found.hits)
        headers = {**left, **self._next(request, start=found.next, limit=limit)}
        return self._json(request, Hits(hits=hits, total=found.total, more=found.more), headers)

    async def read(self, request: Request) -> Response:
        """A thread, as JSON or by its suffix as a file. Any post's address leads to it, and the answer names its own."""
        asked = f"/t/{request.path_params['network']}/{request.path_params['id']}"
        path, suffix = threads.split(asked)
        left = await self._spend("export" if suffix else "api", request)
        bound = await self._terms.bind(request, request.path_params["network"])
        make = partial(self._file, suffix=suffix) if suffix else self._found
        try:
            return await run_in_threadpool(partial(make, bound=bound), request, path, left)
        except UnknownAddress as error:
            raise NotFound(error.sentence, subject=error.subject) from error

    async def unroll(self, request: Request) -> Response:
        """Have a thread unrolled, and say where it is or where to ask for it."""
        if request.headers.get("content-type", "").partition(";")[0].strip().lower() != openapi.JSON:
            raise HTTPException(415)
        try:
            order = _ORDERS.decode(await request.body())
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise Unreadable(f"The body cannot be read: {error}.") from error
        left = await self._spend("unroll", request)
        ref = refs.parse(order.address, mirrors=self._site.mirrors)
        try:
            ticket = await run_in_threadpool(self._site.jobs.ask, ref, order.visibility)
        except NotNow as error:
            wait = {"retry-after": str(self._site.jobs.patience())}
            return problems.answer(self._origin, 503, error.sentence, code=error.code, headers={**left, **wait})
        if ticket.page:
            return self._state(Unrolling(phase="done", path=ticket.page.path), left)
        state = await progress.soon(self._site.jobs, ticket.number)
        if state is None:
            return self._state(Unrolling(phase="waiting", number=ticket.number), left)
        if state.error is not None:
            raise state.error
        return self._state(_unrolling(state), left)

    async def unrolling(self, request: Request) -> Response:
        """How an unroll stands."""
        left = await self._spend("api", request)
        state = await run_in_threadpool(self._site.jobs.state, request.path_params["number"])
        if state is None:
            raise NotFound("Nothing is known of such an unroll, or not any more.")
        return self._state(_unrolling(state), left, status=200)

    def _state(self, told: Unrolling, left: Mapping[str, str], *, status: int = 0) -> Response:
        """How an unroll stands, with where to look next."""
        over = told.phase in ("done", "failed")
        address = _address(told.path) if told.phase == "done" else f"{ROOT}/unrolls/{told.number}"
        headers = {**left, "location": self._origin + address, "cache-control": answers.NOWHERE}
        if not over:
            headers["retry-after"] = "2"
        return Response(msgspec.json.encode(told), status or (200 if over else 202), headers, openapi.JSON)

    async def _spend(self, kind: limits.Kind, request: Request) -> Mapping[str, str]:
        """Use a limit once; the headers that tell what is left of it. Raises HTTPException 429."""
        spent = await self._site.limits.spend(kind, request)
        told = self._site.limits.headers(spent)
        if not spent.allowed:
            raise HTTPException(429, limits.sentence(spent), told)
        return told

    def _found(self, request: Request, path: str, left: Mapping[str, str], *, bound: bool) -> Response:
        reading = self._site.service.read(path)
        thread = bare(reading.thread) if bound else _version(reading.thread, request)
        found = Found(page=page_of(reading.saved, self._origin, bound=bound), thread=thread)
        return self._json(request, found, {**left, "content-location": self._origin + _address(reading.saved.path)})

    def _file(self, request: Request, path: str, left: Mapping[str, str], *, suffix: str, bound: bool) -> Response:
        view = request.query_params.get("view", "article")
        if view not in ("article", "posts"):
            raise Unreadable("`view` must be “article” or “posts”.")
        media_type, _, make = threads.FILES[suffix[1:]]
        reading = self._site.service.read(path)
        if bound and suffix != ".json":
            raise Refused(PAGES_ONLY, code=ONLY_IDS)
        thread = bare(reading.thread) if bound else _version(reading.thread, request)
        headers = {
            **self._shared(),
            **left,
            "content-security-policy": FILE_POLICY,
            "content-location": self._origin + _address(reading.saved.path) + suffix,
            "x-robots-tag": "noindex",
        }
        body = make(thread, "posts" if view == "posts" else "article")
        return answers.answer(request, body, media_type=media_type, headers=headers)

    def _listing(
        self, request: Request, found: Sequence[Saved], limit: int, left: Mapping[str, str], *, bound: bool
    ) -> Response:
        """The first `limit` of some pages, and where the others are."""
        before = found[limit - 1].number if len(found) > limit else None
        headers = {**left, **self._next(request, before=before, limit=limit)}
        pages = tuple(page_of(saved, self._origin, bound=bound) for saved in found[:limit])
        return self._json(request, Listing(threads=pages), headers)

    def _next(self, request: Request, **where: int | None) -> Mapping[str, str]:
        """The header that leads to the next page, unless one of the values that say where it starts is None."""
        if None in where.values():
            return {}
        query = urlencode({**request.query_params, **where})
        return {"link": f'<{self._origin}{request.scope["path"]}?{query}>; rel="next"'}

    def _json(self, request: Request, body: Any, headers: Mapping[str, str] | None = None) -> Response:
        own = {**self._shared(), "x-robots-tag": "noindex", **(headers or {})}
        return answers.answer(request, msgspec.json.encode(body), media_type=openapi.JSON, headers=own)

    def _shared(self) -> dict[str, str]:
        """Whose pages may read an answer: everybody's where all of it is public anyway, nobody's on a personal site."""
        if not self._origin:
            return {}
        shown = "content-location, etag, link, ratelimit, ratelimit-policy, retry-after"
        return {"access-control-allow-origin": "*", "access-control-expose-headers": shown}


def _hit(hit: records.Hit, page: Page) -> Hit:
    """What was found on a page; of one that has ids only, in which post."""
    if page.only_ids:
        return Hit(page=page, post=hit.excerpt.post, text="", marks=())
    return Hit(page=page, post=hit.excerpt.post, text=hit.excerpt.text, marks=hit.excerpt.marks)


def _version(thread: Thread, request: Request) -> Thread:
    """The thread, or the earlier version of it that is asked for. Raises NotFound."""
    name = request.query_params.get(lines.VERSION)
    return thread if name is None else lines.asked(thread, {lines.VERSION: name})


def _address(path: str) -> str:
    """Where the interface gives the thread of a page; those that have no public address are at their own place."""
    if not path.startswith("/t/"):
        return path
    return f"{ROOT}/threads/{quote(path.removeprefix('/t/'), safe='/:@')}"


def _unrolling(state: State) -> Unrolling:
    told = None
    if state.error is not None:
        status = errors.status(state.error)
        told = problems.told("", status, state.error.sentence, code=state.error.code)
    return Unrolling(number=state.number, phase=state.phase, path=state.path, ahead=state.ahead, problem=told)


def _number(request: Request, name: str, most: int) -> int | None:
    """A whole number from the query, from 1 to `most`; None if it is not there. Raises Unreadable."""
    text = request.query_params.get(name)
    if text is None:
        return None
    number = int(text) if text.isascii() and text.isdecimal() and len(text) < 20 else 0
    if not 1 <= number <= most:
        raise Unreadable(f"`{name}` must be a whole number from 1 to {most}.", subject=name)
    return number
