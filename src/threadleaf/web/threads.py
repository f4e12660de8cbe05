"""The pages of threads and their files, and the addresses that lead to them.

Whatever waits for the database runs in a thread.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from functools import partial
from math import ceil

from msgspec.structs import replace
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from threadleaf import render
from threadleaf.config import Settings
from threadleaf.core import ref as refs
from threadleaf.core.errors import NotFound, UnknownAddress
from threadleaf.core.model import Ref, Thread
from threadleaf.core.terms import bare, is_bound
from threadleaf.jobs import FRESH
from threadleaf.jobs.work import anchor
from threadleaf.service import Renderer
from threadleaf.service.pages import default_view
from threadleaf.service.public import is_indexable, is_public
from threadleaf.store.records import Reading, Saved, View
from threadleaf.web import (
    answers,
    asking,
    assets,
    errors,
    follow,
    heads,
    languages,
    limits,
    lines,
    logo,
    media,
    negotiation,
    shell,
)
from threadleaf.web import here as whose
from threadleaf.web.forms import fields
from threadleaf.web.security import FILE_POLICY
from threadleaf.web.site import LONGEST, Site
from threadleaf.web.terms import Terms
from threadleaf.web.translation import QUERY, Translations

_ADDRESS = re.compile(r"/+(https?|at):/{1,2}(?=[^/])", re.IGNORECASE)  # proxies make one slash of two
FILES: Mapping[str, tuple[str, str, Callable[[Thread, View], str | bytes]]] = {
    # suffix: media type, how a browser treats it, what makes it
    "txt": ("text/plain; charset=utf-8", "inline", render.plain),
    "md": ("text/markdown; charset=utf-8", "inline", render.markdown),
    "json": ("application/json", "inline", lambda thread, _view: render.json(thread)),
    "svg": ("image/svg+xml", "inline", lambda thread, _view: render.shape(thread)),
    "html": (answers.HTML, "attachment", lambda thread, view: render.html(thread, view, css=assets.export_css())),
}
_FORMATS_ELSEWHERE = frozenset({"pdf", "epub", "atom", "bib", "ris", "csl", "csv", "png", "zip"})
_VIEWS: Mapping[str, View] = {"article": "article", "posts": "posts"}
WORDLESS = frozenset({".json", ".svg"})
"""Files that show a visitor no words of X's posts: programs have ids only, and a drawing has none."""
_NOINDEX = {"x-robots-tag": "noindex"}

_Ask = Callable[[Request, str, View, str], tuple[Saved, Response]]


def thread_page(reading: Reading, view: View, tag: str, settings: Settings) -> str:
    """The whole reading page of a kept thread as it may be shown, in the language of a `languages.Choice.tag`."""
    here = "?" if view == default_view(reading.saved.network) else f"?view={view}&"
    with whose.serving(personal=settings.personal), languages.speaking(languages.from_tag(tag, here)):
        head = heads.head(reading, settings)
        public = is_public(reading) and not settings.personal
        followed = follow.link(settings, f"thread:{reading.saved.path}") if public else ""
        return shell.thread(
            reading,
            view,
            origin=settings.public_origin,
            head=head,
            indexable=public and is_indexable(reading, unsaid=settings.search_engines),
            follow=followed,
            refreshes=_refreshes(settings),
            translates=bool(settings.translate),
            media=media.shown(reading.pictures, logo.shown(settings)),
        )


def _refreshes(settings: Settings) -> bool:
    """Whether readers may have threads read again."""
    return settings.personal or settings.who_may_unroll == "anyone"


def renderer(settings: Settings) -> Renderer:
    """What the service makes this site's pages with; kept pages are made anew when anything in it changes."""
    told = (settings.public_origin, bool(settings.smtp), settings.search_engines)
    chosen = (*told, _refreshes(settings), bool(settings.translate))
    version = shell.version(repr((*chosen, sorted(settings.media.items()), logo.shown(settings))))
    return Renderer(lambda reading, view, tag: thread_page(reading, view, tag, settings), version)


def routes(site: Site) -> list[BaseRoute]:
    """The pages of threads."""
    threads = Threads(site)
    return [
        Route("/t/{rest:path}", threads.thread),
        Route("/p/{secret}", threads.thread),
        Route("/refresh", threads.refresh, methods=["GET", "POST"]),
    ]


def address_routes(site: Site) -> list[BaseRoute]:
    """Whatever no other route knows may be the address of an original behind our host: this one comes last."""
    return [Route("/{rest:path}", Threads(site).address)]


class Threads:
    """The handlers of threads."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._translations = Translations(site)
        self._terms = Terms(site)

    async def thread(self, request: Request) -> Response:
        """A thread: the page in either view, or a file by the suffix of the address."""
        path, named = split(request.scope["path"])
        suffix = named or negotiation.suffix(request)
        view = chosen_view(request, _network(path))
        bound = await self._terms.bind(request, _network(path) or "x")  # a private page does not say
        ask = partial(self._file, bound=bound) if suffix else self._asked(request)
        if suffix or ask == self._translations.page:
            spent = await self._site.limits.spend("export" if suffix else "translation", request)
            if not spent.allowed:
                raise HTTPException(429, limits.sentence(spent), limits.headers(spent))
        try:
            saved, answer = await run_in_threadpool(ask, request, path, view, suffix)
        except (UnknownAddress, NotFound) as error:
            return self._absent(path, suffix, error)
        if saved.path != path:
            query = request.scope["query_string"].decode("ascii", "replace")
            more = named + (f"?{query}" if query else "")
            return self._site.redirect(place(refs.from_path(path), saved.path, more), 301)
        if not named:
            answer.headers.add_vary_header("accept")
        if bound and is_bound(saved.network) and suffix not in WORDLESS:
            reading = await run_in_threadpool(self._site.service.read, path)
            await self._terms.count(request, reading.thread, answer)
        return answer

    async def address(self, request: Request) -> Response:
        """An original's address behind our host, or a network's own path: its page, or the way to make it."""
        unknown: UnknownAddress | None = None
        for address in _addresses(request):
            try:
                ref = refs.parse(address, mirrors=self._site.mirrors)
            except UnknownAddress as error:
                unknown = error
                continue
            saved = await run_in_threadpool(self._site.service.find, ref)
            if saved:
                return self._site.redirect(place(ref, saved.path), 302)
            return self._unread(ref, _x_name(request.scope["path"]))
        if unknown:
            return errors.page(404, languages.told(unknown.sentence))
        raise HTTPException(404)

    async def refresh(self, request: Request) -> Response:
        """Have a thread read again, if that was not done a moment ago: then this is said, with the time."""
        if request.method != "POST":  # the last route would take it for an address otherwise
            raise HTTPException(405, headers={"allow": "POST"})
        address = fields(await request.body(), "url")["url"][:LONGEST]
        ref = refs.parse(address, mirrors=self._site.mirrors)
        saved = await run_in_threadpool(partial(self._site.service.find, ref, lifting=True))
        wait = saved.checked_at + FRESH - self._site.service.now() if saved else timedelta(0)
        if saved and wait > timedelta(0):
            return _too_soon(saved, wait)
        return RedirectResponse(self._site.settings.public_origin + "/unroll", 307, {"cache-control": "no-store"})

    def _asked(self, request: Request) -> _Ask:
        """Which page of a thread is asked for: how to cite it, a translation, a branch or an earlier version of it, or the
        thread itself."""
        if QUERY in request.query_params:
            return self._translations.page
        if "cite" in request.query_params:
            return self._cite
        other = lines.QUERY in request.query_params or lines.VERSION in request.query_params
        return self._other if other else self._page

    def _cite(self, request: Request, path: str, view: View, _suffix: str) -> tuple[Saved, Response]:
        reading, origin = self._site.service.read(path), self._site.settings.public_origin
        asked, line = request.query_params["cite"][:LONGEST], request.query_params.get(lines.QUERY, "")
        thread = lines.turned(reading.thread, line) if line else reading.thread
        try:
            html = (
                shell.cite(replace(reading, thread=thread), asked, origin=origin, view=view, line=line)
                if thread
                else ""
            )
        except KeyError:
            html = ""
        if not html:
            return reading.saved, _no_such_post()
        return reading.saved, answers.answer(request, html, cache=_cache(reading.saved), headers=_NOINDEX)

    def _other(self, request: Request, path: str, view: View, _suffix: str) -> tuple[Saved, Response]:
        """The page with one of the thread's branches as its main line, or as it was earlier."""
        reading = self._site.service.pictured(self._site.service.read(path))
        try:
            thread = lines.asked(reading.thread, request.query_params)
        except NotFound as error:
            return reading.saved, errors.page(404, error.sentence, present=reading.saved.path)
        settings = self._site.settings
        html = shell.thread(
            replace(reading, thread=thread),
            view,
            origin=settings.public_origin,
            refreshes=_refreshes(settings),
            line=request.query_params.get(lines.QUERY, ""),
            translates=bool(settings.translate),
            media=media.shown(reading.pictures, logo.shown(settings)),
        )
        return reading.saved, answers.answer(request, html, cache=_cache(reading.saved), headers=_NOINDEX)

    def _page(self, request: Request, path: str, view: View, _suffix: str) -> tuple[Saved, Response]:
        page = self._site.service.page(path, view, languages.chosen().tag)
        cache = _cache(page.saved)
        headers = {} if self._indexable(page.saved) else _NOINDEX
        return page.saved, answers.packed(request, page, cache=cache, headers=headers)

    def _indexable(self, saved: Saved) -> bool:
        """Whether search engines may list a page; its own head says the same."""
        if self._site.settings.personal or saved.visibility != "listed":
            return False
        return bool(self._site.service.maps.holds([saved.number], unsaid=self._site.settings.search_engines))

    def _file(
        self, request: Request, path: str, view: View, suffix: str, *, bound: bool = False
    ) -> tuple[Saved, Response]:
        """A thread, or the branch or the earlier version of it that is asked for, in one of the formats of the command
        line; `bound`: whoever asks may have of X what its terms allow."""
        reading, query = self._site.service.read(path), request.query_params
        thread = lines.asked(reading.thread, query)
        more = [query[name] for name in (lines.VERSION, lines.QUERY) if name in query]
        if suffix[1:] in shell.VIEWED and view != default_view(reading.saved.network):
            more.append(view)
        name = file_name(thread.ref, "/".join(more))
        return reading.saved, file(request, replace(reading, thread=thread), view, suffix, name=name, bound=bound)

    def _absent(self, path: str, suffix: str, error: UnknownAddress | NotFound) -> Response:
        """404 for a path at which nothing is: a format we do not make, a post to be unrolled, or no post at all."""
        if path.rpartition(".")[2].lower() in _FORMATS_ELSEWHERE:
            say = languages.say()
            formats = say.listed([f".{suffix}" for suffix in FILES])
            return errors.page(404, say("There is no such format here, only {formats}.", formats=formats))
        if isinstance(error, UnknownAddress) or not path.startswith("/t/"):
            raise HTTPException(404) from error
        if suffix:
            raise error
        return self._unread(refs.from_path(path))

    def _unread(self, ref: Ref, name: str = "") -> Response:
        """404 for a post that nobody has unrolled here, with the button that does where that is allowed."""
        if not refs.address(ref):
            raise HTTPException(404)
        jobs = self._site.jobs
        unrolls, levels = bool(jobs.choices(ref.network)), asking.levels(jobs, ref.network)
        why = "" if jobs.reads(ref.network) else jobs.unread(ref).sentence
        return errors.answer(404, shell.unread(ref, name=name, unrolls=unrolls, levels=levels, sentence=why))


def file_name(ref: Ref, more: str = "") -> str:
    """Under which name browsers save a thread's files: its path in Latin letters, digits and hyphens; `more`, what names
    a version, a branch and a view other than the usual one, is last."""
    return "-".join(["threadleaf", "-".join(re.findall(r"[A-Za-z0-9]+", f"{refs.path(ref)}/{more}")[1:])[-80:]])


def file(request: Request, reading: Reading, view: View, suffix: str, *, name: str, bound: bool = False) -> Response:
    """A thread as the file that a suffix (with its dot) means; browsers save it under `name`.

    Where X's terms are `bound` to be kept, what is made for programs has ids and addresses only.
    """
    media_type, disposition, make = FILES[suffix[1:]]
    headers = {
        **_NOINDEX,
        "content-security-policy": FILE_POLICY,
        "content-disposition": f'{disposition}; filename="{name}{suffix}"',
    }
    only_ids = bound and suffix == ".json" and is_bound(reading.thread.network)
    body, cache = make(bare(reading.thread) if only_ids else reading.thread, view), _cache(reading.saved)
    return answers.answer(request, body, media_type=media_type, cache=cache, headers=headers)


def _too_soon(saved: Saved, wait: timedelta) -> Response:
    """429 for a thread that was read within the last minutes."""
    say = languages.say()
    again = saved.checked_at + FRESH + timedelta(minutes=1)  # the clock shows whole minutes
    read, next_time = say.moment(saved.checked_at), say.moment(again)
    sentence = say("This thread was read on {when}. It can be read again from {again} on.", when=read, again=next_time)
    made = errors.page(429, sentence)
    made.headers["retry-after"] = str(ceil(wait.total_seconds()))
    return made


def _no_such_post() -> Response:
    return errors.page(404, lines.NO_SUCH_POST)


def _cache(saved: Saved) -> str:
    return answers.NOWHERE if saved.visibility == "private" else answers.REVALIDATE


def _network(path: str) -> str:
    """The network that the path of a thread names; those of private pages name none."""
    return path.split("/")[2] if path.startswith("/t/") else ""


def split(path: str) -> tuple[str, str]:
    """The path of a thread and the suffix of one of its files, with its dot; the suffix may be empty."""
    stem, dot, suffix = path.rpartition(".")
    return (stem, dot + suffix) if suffix in FILES else (path, "")


def chosen_view(request: Request, network: str) -> View:
    """The view asked for, else the network's default."""
    return _VIEWS.get(request.query_params.get("view", "")) or default_view(network)


def place(asked: Ref, path: str, more: str = "") -> str:
    """A post's place on the page at `path`: `…#3k…`, the end of its id, as the page names it; not for the page's own.

    `more` is a suffix and a query.
    """
    key = anchor(asked)
    return path + more + (f"#{key}" if key and key != path.rpartition("/")[2] else "")


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
