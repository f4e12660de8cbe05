"""The pages of threads and their files, and the addresses that lead to them.

Whatever waits for the database runs in a thread.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from threadleaf import render
from threadleaf.config import Settings
from threadleaf.core import ref as refs
from threadleaf.core.errors import NotFound, UnknownAddress
from threadleaf.core.model import Ref, Thread
from threadleaf.render import words
from threadleaf.service import Renderer
from threadleaf.store.records import Reading, Saved, View
from threadleaf.web import answers, assets, errors, shell
from threadleaf.web.security import FILE_POLICY
from threadleaf.web.site import Site

_ADDRESS = re.compile(r"/+(https?|at):/{1,2}(?=[^/])", re.IGNORECASE)  # proxies make one slash of two
_FILES: Mapping[str, tuple[str, str, Callable[[Thread, View], str | bytes]]] = {
    # suffix: media type, how a browser treats it, what makes it
    "txt": ("text/plain; charset=utf-8", "inline", render.plain),
    "md": ("text/markdown; charset=utf-8", "inline", render.markdown),
    "json": ("application/json", "inline", lambda thread, _view: render.json(thread)),
    "html": (answers.HTML, "attachment", lambda thread, view: render.html(thread, view, css=assets.export_css())),
}
_FORMATS_ELSEWHERE = frozenset({"pdf", "epub", "atom", "bib", "ris", "csl", "csv", "svg", "png", "zip"})
_NO_FORMAT = f"There is no such format here, only {words.listed([f'.{suffix}' for suffix in _FILES])}."
_NOINDEX = {"x-robots-tag": "noindex"}


def thread_page(reading: Reading, view: View, settings: Settings) -> str:
    """The whole reading page of a kept thread as it may be shown."""
    return shell.thread(reading, view, origin=settings.public_origin)


def renderer(settings: Settings) -> Renderer:
    """What the service makes this site's pages with; kept pages are made anew when anything in it changes."""
    return Renderer(lambda reading, view: thread_page(reading, view, settings), shell.version(settings.public_origin))


def routes(site: Site) -> list[BaseRoute]:
    """The pages of threads."""
    threads = Threads(site)
    return [Route("/t/{rest:path}", threads.thread), Route("/p/{secret}", threads.thread)]


def address_routes(site: Site) -> list[BaseRoute]:
    """Whatever no other route knows may be the address of an original behind our host: this one comes last."""
    return [Route("/{rest:path}", Threads(site).address)]


class Threads:
    """The handlers of threads."""

    def __init__(self, site: Site) -> None:
        self._site = site

    async def thread(self, request: Request) -> Response:
        """A thread: the page in either view, or a file by the suffix of the address."""
        path, suffix = _split(request.scope["path"])
        view = _view(path, request.query_params.get("view", ""))
        ask = self._file if suffix else self._page
        try:
            saved, answer = await run_in_threadpool(ask, request, path, view, suffix)
        except (UnknownAddress, NotFound) as error:
            return self._absent(path, error)
        if saved.path != path:
            query = request.scope["query_string"].decode("ascii", "replace")
            more = suffix + (f"?{query}" if query else "")
            return self._site.redirect(place(refs.from_path(path), saved.path, more), 301)
        return answer

    async def address(self, request: Request) -> Response:
        """An original's address behind our host, or a network's own path: its page, or the way to make it."""
        for address in _addresses(request):
            try:
                ref = refs.parse(address, mirrors=self._site.mirrors)
            except UnknownAddress:
                continue
            saved = await run_in_threadpool(self._site.service.find, ref)
            if saved:
                return self._site.redirect(place(ref, saved.path), 302)
            return self._unread(ref, _x_name(request.scope["path"]))
        raise HTTPException(404)

    def _page(self, request: Request, path: str, view: View, _suffix: str) -> tuple[Saved, Response]:
        page = self._site.service.page(path, view)
        cache = _cache(page.saved)
        return page.saved, answers.packed(request, page.body, page.etag, cache=cache, headers=_NOINDEX)

    def _file(self, request: Request, path: str, view: View, suffix: str) -> tuple[Saved, Response]:
        """A thread in one of the formats of the command line."""
        media_type, disposition, make = _FILES[suffix[1:]]
        reading = self._site.service.read(path)
        name = "-".join(re.findall(r"[A-Za-z0-9]+", refs.path(reading.thread.ref))[1:])[-80:]
        headers = {
            **_NOINDEX,
            "content-security-policy": FILE_POLICY,
            "content-disposition": f'{disposition}; filename="threadleaf-{name}{suffix}"',
        }
        body, cache = make(reading.thread, view), _cache(reading.saved)
        return reading.saved, answers.answer(request, body, media_type=media_type, cache=cache, headers=headers)

    def _absent(self, path: str, error: UnknownAddress | NotFound) -> Response:
        """404 for a path at which nothing is: a format we do not make, a post to be unrolled, or no post at all."""
        if path.rpartition(".")[2].lower() in _FORMATS_ELSEWHERE:
            return errors.page(404, _NO_FORMAT)
        if isinstance(error, UnknownAddress) or not path.startswith("/t/"):
            raise HTTPException(404) from error
        return self._unread(refs.from_path(path))

    def _unread(self, ref: Ref, name: str = "") -> Response:
        """404 for a post that nobody has unrolled here, with the button that does where that is allowed."""
        if not refs.address(ref):
            raise HTTPException(404)
        return errors.answer(404, shell.unread(ref, name=name, unrolls=self._site.settings.personal))


def _cache(saved: Saved) -> str:
    return answers.NOWHERE if saved.visibility == "private" else answers.REVALIDATE


def _split(path: str) -> tuple[str, str]:
    """The path of a thread and the suffix of one of its files, with its dot; the suffix may be empty."""
    stem, dot, suffix = path.rpartition(".")
    return (stem, dot + suffix) if suffix in _FILES else (path, "")


def _view(path: str, asked: str) -> View:
    """The view asked for, else the network's default: X wants its posts as they were posted."""
    if asked == "posts" or (asked != "article" and path.startswith("/t/x/")):
        return "posts"
    return "article"


def place(asked: Ref, path: str, more: str = "") -> str:
    """A post's place on the page at `path`: `…#3k…`, the end of its id, as the page names it; not for the page's own.

    `more` is a suffix and a query.
    """
    key = asked.id.rpartition("/")[2]
    return path + more + (f"#{key}" if key.isalnum() and key != path.rpartition("/")[2] else "")


def _addresses(request: Request) -> Iterator[str]:
    """What an unknown path of ours may mean: a full address, or a path of Bluesky's or X's."""
    path, query = request.scope["path"], request.scope["query_string"].decode("ascii", "replace")
    found = _ADDRESS.match(path)
    if found:
        yield f"{found[1].lower()}://{path[found.end() :]}" + (f"?{query}" if query else "")
    elif path.startswith("/profile/"):
        yield f"https://bsky.app{path}"
    elif "/status/" in path:
        yield f"https://x.com{path}"


def _x_name(path: str) -> str:
    """The author whom X's addresses name, though they need not: `/NAME/status/ID`."""
    found = re.search(r"(?:^|/(?:x|twitter)\.com)/([A-Za-z0-9_]{1,30})/status/[0-9]+", path)
    return f"@{found[1]}" if found and found[1] != "i" else ""
