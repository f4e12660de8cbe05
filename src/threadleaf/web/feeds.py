"""Feeds, in Atom and in JSON Feed: of what is listed, and of the posts of one thread.

A feed is for whoever likes to be told, so only pages that lists and search engines may show are in one, and it looks
for them among the newest of its list; on a personal site its one reader has everything.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from email.utils import format_datetime
from typing import Literal, get_args
from urllib.parse import urlencode

from msgspec.structs import replace
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from threadleaf.core.errors import ThreadleafError, UnknownAddress
from threadleaf.core.model import Network, Thread
from threadleaf.core.query import LONGEST, parse
from threadleaf.core.terms import account, bare, is_bound
from threadleaf.render import atom, feed, jsonfeed
from threadleaf.render.feed import Feed, Place
from threadleaf.service.public import is_indexable
from threadleaf.store.records import Saved
from threadleaf.web import answers, lines, links
from threadleaf.web.site import Site

IN_FEED = 25
"""Threads in the feed of a list."""
LOOKED, TURNS = 50, 10
"""So many threads of a list are looked at at once, and so often, until as many are found as a feed holds."""

Turn = Callable[[int | None], tuple[Sequence[Saved], int | None]]
"""From where a page of a list starts (None: at its beginning) to the threads on it, and where the next one starts."""

Form = Literal["atom", "json"]
_FORMS: Mapping[Form, tuple[str, Callable[[Feed], str | bytes]]] = {
    "atom": (atom.MEDIA_TYPE, atom.atom),
    "json": (jsonfeed.MEDIA_TYPE, jsonfeed.jsonfeed),
}
_SUFFIXES: Mapping[Form, str] = {"atom": ".atom", "json": ".feed.json"}
"""Of the feed of one thread; `.json` alone is the thread itself."""


def routes(site: Site) -> list[BaseRoute]:
    """Every feed."""
    feeds = Feeds(site)
    return [
        *(Route(f"/latest.{form}", feeds.latest(form)) for form in _FORMS),
        *(Route(f"/author/{{network}}/{{who:path}}.{form}", feeds.author(form)) for form in _FORMS),
        *(Route(f"/topic/{{tag:path}}.{form}", feeds.topic(form)) for form in _FORMS),
        *(Route(f"/search.{form}", feeds.search(form)) for form in _FORMS),
        *(Route(f"/t/{{rest:path}}{suffix}", feeds.thread(form)) for form, suffix in _SUFFIXES.items()),
    ]


def alternates(path: str, query: str = "", *, thread: bool = False) -> list[Mapping[str, str]]:
    """The feeds of the page at `path` with `query` (and its `?`), for the head of that page: media type and address."""
    suffixes = _SUFFIXES if thread else {form: f".{form}" for form in _FORMS}
    return [
        {"type": kind.partition(";")[0], "href": path + suffixes[form] + query} for form, (kind, _) in _FORMS.items()
    ]


class Feeds:
    """The handlers of feeds."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._since = site.service.now()
        self._hub = "" if site.settings.personal else site.settings.hub  # nobody is told of a personal site

    def latest(self, form: Form) -> Callable[[Request], object]:
        """What was kept last."""

        async def handle(request: Request) -> Response:
            found = await run_in_threadpool(self._told_of, self._latest)
            return await self.listing(request, found, form=form, title="Threadleaf: latest threads", path="/latest")

        return handle

    def author(self, form: Form) -> Callable[[Request], object]:
        """The threads of an author, those posted last first."""

        async def handle(request: Request) -> Response:
            asked = request.path_params["network"]
            network = next((name for name in get_args(Network) if name == asked), None)
            if network is None:
                raise HTTPException(404)
            service, seen = self._site.service, self._site.seen
            who = request.path_params["who"]
            person, _ = await run_in_threadpool(service.author, network, who, 1, visibility=seen)

            def turn(start: int | None) -> tuple[Sequence[Saved], int | None]:
                listing = service.author(network, who, LOOKED, start, visibility=seen)[1]
                return listing.pages, listing.next

            found = await run_in_threadpool(self._told_of, turn)
            name = person.name or f"@{person.handle}"
            bound = is_bound(person.network) and not self._site.settings.personal
            title = f"Threads by {account(person.id) if bound else name}"
            path = links.author(person.network, person.id)
            return await self.listing(request, found, form=form, title=title, path=path)

        return handle

    def topic(self, form: Form) -> Callable[[Request], object]:
        """The threads with a tag, those posted last first."""

        async def handle(request: Request) -> Response:
            service, tag, seen = self._site.service, request.path_params["tag"], self._site.seen
            name, _ = await run_in_threadpool(service.topic, tag, 1, visibility=seen)

            def turn(start: int | None) -> tuple[Sequence[Saved], int | None]:
                listing = service.topic(tag, LOOKED, start, visibility=seen)[1]
                return listing.pages, listing.next

            found = await run_in_threadpool(self._told_of, turn)
            title, path = f"Threads about #{name}", links.topic(name)
            return await self.listing(request, found, form=form, title=title, path=path)

        return handle

    def search(self, form: Form) -> Callable[[Request], object]:
        """What is found for `?q=`, those posted last first."""

        async def handle(request: Request) -> Response:
            asked = request.query_params.get("q", "").strip()[: LONGEST + 1]
            parse(asked)  # what cannot be looked for is nobody's feed

            def turn(start: int | None) -> tuple[Sequence[Saved], int | None]:
                results = self._site.service.search(asked, LOOKED, start, visibility=self._site.seen)
                return [hit.saved for hit in results.hits], results.next

            found = await run_in_threadpool(self._told_of, turn)
            title, query = f"Threads found by “{asked}”", f"?{urlencode({'q': asked})}"
            return await self.listing(request, found, form=form, title=title, path="/search", query=query)

        return handle

    def _latest(self, start: int | None) -> tuple[Sequence[Saved], int | None]:
        found = self._site.service.list(LOOKED, start, visibility=self._site.seen)
        return found, found[-1].number if len(found) == LOOKED else None

    def _told_of(self, turn: Turn) -> Sequence[Saved]:
        """The newest threads of a list that a feed may tell of."""
        settings, maps = self._site.settings, self._site.service.maps
        told: list[Saved] = []
        start: int | None = None
        for _ in range(TURNS):
            pages, start = turn(start)
            may = {page.number for page in pages}
            if not settings.personal:
                may &= maps.holds(may, unsaid=settings.search_engines)
            told += [page for page in pages if page.number in may]
            if len(told) >= IN_FEED or start is None:
                break
        return told[:IN_FEED]

    async def listing(
        self, request: Request, found: Iterable[Saved], *, form: Form, title: str, path: str, query: str = ""
    ) -> Response:
        """The feed of a list: `found` are its newest pages, `path` and `query` (with its `?`) are those of its page."""
        return await run_in_threadpool(self._listing, request, tuple(found), form, title, path, query)

    def _listing(
        self, request: Request, found: Iterable[Saved], form: Form, title: str, path: str, query: str
    ) -> Response:
        origin = self._origin(request)
        entries = []
        for saved in found:
            try:
                reading = self._site.service.read(saved.path)
            except ThreadleafError:  # taken down, or somebody's wish, since the list was made: no entry
                continue
            entries.append(feed.of_thread(self._told(reading.thread), _place(reading.saved, origin)))
        made = Feed(
            id=f"{origin}{path}{query}",
            title=feed.clean(title),
            home=f"{origin}{path}{query}",
            address=f"{origin}{path}.{form}{query}",
            entries=tuple(entries),
            since=self._since,
            hub=self._hub,
        )
        return self._answer(request, made, form)

    def thread(self, form: Form) -> Callable[[Request], object]:
        """The posts of one thread."""

        async def handle(request: Request) -> Response:
            return await run_in_threadpool(self._thread, request, form)

        return handle

    def _thread(self, request: Request, form: Form) -> Response:
        suffix, asked = _SUFFIXES[form], f"/t/{request.path_params['rest']}"
        try:
            reading = self._site.service.read(asked)
        except UnknownAddress as error:
            raise HTTPException(404) from error
        settings = self._site.settings
        if not settings.personal and not is_indexable(reading, unsaid=settings.search_engines):
            raise HTTPException(404)
        if reading.saved.path != asked:
            return self._site.redirect(reading.saved.path + suffix, 301)
        place, line = _place(reading.saved, self._origin(request)), request.query_params.get(lines.QUERY, "")
        thread = self._told(_along(reading.thread, line) if line else reading.thread)
        query = f"?{urlencode({lines.QUERY: line})}" if line else ""
        made = Feed(
            id=feed.tag(place) + query,
            title=feed.of_thread(thread, place).title,
            home=place.url + query,
            address=place.url + suffix + query,
            entries=feed.of_posts(thread, place),
            since=place.kept_at,
            hub=self._hub,
        )
        return self._answer(request, made, form)

    def _told(self, thread: Thread) -> Thread:
        """A thread as a feed may tell of it: of X's its terms let nobody but the reader of a personal site have the words."""
        return bare(thread) if is_bound(thread.network) and not self._site.settings.personal else thread

    def _answer(self, request: Request, made: Feed, form: Form) -> Response:
        media_type, write = _FORMS[form]
        links = [f'<{made.address}>; rel="self"', *([f'<{made.hub}>; rel="hub"'] if made.hub else [])]
        headers = {
            "last-modified": format_datetime(made.updated.replace(microsecond=0), usegmt=True),
            "link": ", ".join(links),  # WebSub §4: where to subscribe, seen without reading the feed
        }
        return answers.answer(request, write(made), media_type=media_type, headers=headers)

    def _origin(self, request: Request) -> str:
        """What addresses begin with: the site's origin; a personal site's is the place where it listens."""
        host, port = request.scope.get("server") or ("localhost", None)
        return self._site.settings.public_origin or f"http://{f'[{host}]' if ':' in host else host}:{port or 80}"


def _along(thread: Thread, line: str) -> Thread:
    """The posts of one line alone: whoever follows a branch is told of nothing else. Raises HTTPException 404."""
    turned = lines.turned(thread, line)
    if turned is None:
        raise HTTPException(404)
    return replace(turned, branches=())


def _place(saved: Saved, origin: str) -> Place:
    return Place(origin=origin, path=saved.path, kept_at=saved.created_at)
