"""What each address answers. Whatever waits for the database or a network runs in a thread."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from urllib.parse import parse_qs

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from threadleaf import render
from threadleaf.config import Settings
from threadleaf.core import ref as refs
from threadleaf.core.errors import NotFound, NotNow, Refused, ThreadleafError, UnknownAddress
from threadleaf.core.model import Ref, Thread
from threadleaf.render import words
from threadleaf.service import Renderer, Threadleaf
from threadleaf.store.records import PageVisibility, Reading, Saved, View
from threadleaf.web import answers, assets, errors, shell
from threadleaf.web.security import FILE_POLICY

ON_HOME = 12
"""Threads listed on the front page."""
ON_LATEST = 50
"""Threads on one page of the list."""

_LONGEST = 2048  # characters of an address that are taken from a form or a query
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
_NOT_YOURS = (
    "Nobody has unrolled this thread here, and on this site only the operator does that. "
    "Threadleaf is free: you can run your own."
)


def thread_page(reading: Reading, view: View, settings: Settings) -> str:
    """The whole reading page of a kept thread as it may be shown."""
    return shell.thread(reading, view, origin=settings.public_origin)


def renderer(settings: Settings) -> Renderer:
    """What the service makes this site's pages with; kept pages are made anew when anything in it changes."""
    return Renderer(lambda reading, view: thread_page(reading, view, settings), shell.version(settings.public_origin))


class Pages:
    """The handlers of one site. `service` has been given `renderer(settings)`."""

    def __init__(self, service: Threadleaf, settings: Settings) -> None:
        self.service = service
        self.settings = settings
        self.mirrors = {**refs.MIRRORS, **settings.mirrors}

    async def home(self, request: Request) -> Response:
        """The box and the latest threads. `?url=` fills the box; nothing is fetched by it."""
        address = request.query_params.get("url", "")[:_LONGEST]
        return answers.answer(request, await self._home(address))

    async def unroll(self, request: Request) -> Response:
        """Unroll the address in the form and go to its page; what is wrong is said beside the box."""
        if request.method != "POST":  # the last route would take it for an address otherwise
            raise HTTPException(405, headers={"allow": "POST"})
        address = _field(await request.body(), "url")
        try:
            path = await run_in_threadpool(self._unrolled, address)
        except ThreadleafError as error:
            return errors.answer(errors.status(error), await self._home(address, error.sentence))
        return self._redirect(path, 303)

    async def latest(self, request: Request) -> Response:
        """The list of threads, newest first; `?before=` is the number of the last thread seen."""
        before = _number(request.query_params.get("before", ""))
        found = await self._listed(ON_LATEST + 1, before)
        older = f"/latest?before={found[ON_LATEST - 1].number}" if len(found) > ON_LATEST else ""
        return answers.answer(request, shell.latest(found[:ON_LATEST], older=older, later=before is not None))

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
            place = _place(refs.from_path(path), saved.path, suffix + (f"?{query}" if query else ""))
            return self._redirect(place, 301)
        return answer

    async def address(self, request: Request) -> Response:
        """An original's address behind our host, or a network's own path: its page, or the way to make it."""
        for address in _addresses(request):
            try:
                ref = refs.parse(address, mirrors=self.mirrors)
            except UnknownAddress:
                continue
            saved = await run_in_threadpool(self.service.find, ref)
            if saved:
                return self._redirect(_place(ref, saved.path), 302)
            return self._unread(ref, _x_name(request.scope["path"]))
        raise HTTPException(404)

    async def static(self, request: Request) -> Response:
        """A file of our own. Its address changes with its content, so the right one is kept for ever."""
        asset = assets.assets().get(request.path_params["name"])
        if asset is None:
            raise HTTPException(404)
        fresh = request.path_params["version"] == assets.version()
        cache = answers.FOREVER if fresh else answers.REVALIDATE
        return answers.answer(request, asset.body, media_type=asset.media_type, cache=cache)

    def _page(self, request: Request, path: str, view: View, _suffix: str) -> tuple[Saved, Response]:
        page = self.service.page(path, view)
        cache = _cache(page.saved)
        return page.saved, answers.packed(request, page.body, page.etag, cache=cache, headers=_NOINDEX)

    def _file(self, request: Request, path: str, view: View, suffix: str) -> tuple[Saved, Response]:
        """A thread in one of the formats of the command line."""
        media_type, disposition, make = _FILES[suffix[1:]]
        reading = self.service.read(path)
        name = "-".join(re.findall(r"[A-Za-z0-9]+", refs.path(reading.thread.ref))[1:])[-80:]
        headers = {
            **_NOINDEX,
            "content-security-policy": FILE_POLICY,
            "content-disposition": f'{disposition}; filename="threadleaf-{name}{suffix}"',
        }
        body, cache = make(reading.thread, view), _cache(reading.saved)
        return reading.saved, answers.answer(request, body, media_type=media_type, cache=cache, headers=headers)

    def _unrolled(self, address: str) -> str:
        """Where the thread of an address stands after it was unrolled; a kept page serves where its network cannot.

        A public site reads nothing for strangers (rules: who may unroll); they are led to what is there.
        """
        ref = refs.parse(address, mirrors=self.mirrors)
        problem: ThreadleafError = Refused(_NOT_YOURS, subject=address)
        if self.settings.personal:
            try:
                return _place(ref, self.service.unroll(ref, save="listed").path)
            except (NotNow, UnknownAddress) as error:  # it does not answer, or we read only saved answers of it
                problem = error
        saved = self.service.find(ref)
        if saved is None:
            raise problem
        return _place(ref, saved.path)

    async def _home(self, address: str, sentence: str = "") -> str:
        entries = await self._listed(ON_HOME)
        return shell.home(entries, address=address, sentence=sentence, unrolls=self.settings.personal)

    async def _listed(self, limit: int, before: int | None = None) -> Sequence[Saved]:
        """The newest threads: on a personal instance whatever its one reader has kept."""
        visibility: PageVisibility | None = None if self.settings.personal else "listed"
        return await run_in_threadpool(self.service.list, limit, before, visibility=visibility)

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
        return errors.answer(404, shell.unread(ref, name=name, unrolls=self.settings.personal))

    def _redirect(self, path: str, status: int) -> Response:
        """To another address of ours; the host is the configured one or, on a personal instance, unsaid."""
        return RedirectResponse(self.settings.public_origin + path, status, {"cache-control": "no-cache"})


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


def _place(asked: Ref, path: str, more: str = "") -> str:
    """A post's place on the page at `path`: `…#3k…`, the end of its id, as the page names it; not for the page's own.

    `more` is a suffix and a query.
    """
    key = asked.id.rpartition("/")[2]
    return path + more + (f"#{key}" if key.isalnum() and key != path.rpartition("/")[2] else "")


def _field(body: bytes, name: str) -> str:
    """A field of a form; empty if it is not there, or if this is no form."""
    try:
        fields = parse_qs(body.decode("utf-8", "replace"), max_num_fields=8)
    except ValueError:
        return ""
    return fields.get(name, [""])[0].strip()[:_LONGEST]


def _number(text: str) -> int | None:
    """A number from a query; anything else counts as none."""
    return int(text) if re.fullmatch(r"[0-9]{1,18}", text, re.ASCII) else None


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
