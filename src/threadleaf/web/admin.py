"""The operator's pages: reports, blocks, jobs, settings, health, sessions, the log. Theirs alone, so in English only.

Signing in: a one-time link from `threadleaf admin link` sets the password; the password begins a session, whose
secret is in a cookie. Every change is a POST with a token of the session, behind the guard against forged requests.

On a site with https the cookie has the prefix `__Host-`, so that no other host can set it (RFC 6265bis §4.1.3.2). A
personal instance on loopback has no https, and Safari keeps no Secure cookie there; its cookie has no prefix, is never
sent anywhere but to this machine, and only below /admin, so that other servers on other ports do not get it. A site
for others without https has no admin pages: the password would travel in the open.
"""

from __future__ import annotations

import hmac
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from typing import Literal, NamedTuple, Protocol, cast, get_args
from urllib.parse import quote

import msgspec
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from threadleaf import render
from threadleaf.config import EXPLAINED, Settings, toml, without_secrets
from threadleaf.core.errors import Gone, NotFound, Refused, UnknownAddress
from threadleaf.core.model import Network
from threadleaf.render.tongue import ENGLISH
from threadleaf.render.words import NETWORKS
from threadleaf.service.indexing import explained
from threadleaf.store.cases import Report, Session, Verdict
from threadleaf.store.records import Removal, Unroll
from threadleaf.web import answers, assets, errors, languages, shell
from threadleaf.web.forms import fields
from threadleaf.web.limits import Limits
from threadleaf.web.reports import REASONS
from threadleaf.web.site import LONGEST, Site

HOME, LOGIN, SETUP = "/admin", "/admin/sign-in", "/admin/set-up"
ON_A_PAGE = 100
"""Lines of a list."""

_MENU = {
    HOME: "Reports",
    "/admin/blocks": "Blocks",
    "/admin/engines": "Search engines",
    "/admin/jobs": "Jobs",
    "/admin/settings": "Settings",
    "/admin/health": "Health",
    "/admin/sessions": "Sessions",
    "/admin/log": "Log",
}
_PLAIN_HTTP = (
    "This site has no admin pages, since it is served without https and your password would travel in the open. "
    "Use the command line: threadleaf reports, threadleaf remove, threadleaf doctor."
)
STALE = "This form is of another session, or you have signed out since. Nothing was done. Go back, load the page anew and try again."
_NO_PASSWORD = "That is not the password. If none is set yet, type `threadleaf admin link` on the server."  # noqa: S105
_NO_LINK = "This link does not work (any more). Type `threadleaf admin link` on the server for a new one."
_BECAUSE = "Say why: whoever sent the report reads it."


class Checked(Protocol):
    """One thing that was looked at, as `threadleaf doctor` tells it."""

    @property
    def name(self) -> str: ...
    @property
    def mark(self) -> Literal["ok", "warning", "failed", "unknown"]: ...
    @property
    def said(self) -> str: ...
    @property
    def todo(self) -> str: ...


Health = Callable[[], Sequence[Checked]]


class Cookie(NamedTuple):
    """How the secret of a session is kept by the browser."""

    name: str
    attributes: str


def cookie(settings: Settings) -> Cookie | None:
    """The cookie of a site; None where there are no admin pages."""
    if settings.personal:
        return Cookie("threadleaf-operator", f"Path={HOME}; HttpOnly; SameSite=Lax")
    if settings.public_origin.startswith("https://"):
        return Cookie("__Host-threadleaf-operator", "Path=/; Secure; HttpOnly; SameSite=Lax")
    return None


def token(secret: str) -> str:
    """The token of a session that every form carries: nobody who has it can work out the secret."""
    return hmac.digest(secret.encode("utf-8", "surrogatepass"), b"form", "sha256").hex()


def routes(site: Site, health: Health) -> list[BaseRoute]:
    """Everything below /admin; `health` looks at the machine."""
    admin = Admin(site, health)
    post = ["POST"]
    return [
        Route(LOGIN, admin.sign_in_form),
        Route(LOGIN, admin.sign_in, methods=post),
        Route(f"{SETUP}/{{token}}", admin.set_up_form),
        Route(f"{SETUP}/{{token}}", admin.set_up, methods=post),
        Route(HOME, admin.page(admin.reports)),
        Route("/admin/reports/{number:int}", admin.page(admin.report)),
        Route("/admin/blocks", admin.page(admin.blocks)),
        Route("/admin/engines", admin.page(admin.engines)),
        Route("/admin/jobs", admin.page(admin.jobs)),
        Route("/admin/settings", admin.page(admin.settings)),
        Route("/admin/health", admin.page(admin.health)),
        Route("/admin/sessions", admin.page(admin.sessions)),
        Route("/admin/log", admin.page(admin.log)),
        Route("/admin/reports/{number:int}", admin.change(admin.decide), methods=post),
        Route("/admin/blocks", admin.change(admin.block), methods=post),
        Route("/admin/engines", admin.change(admin.index), methods=post),
        Route("/admin/sessions", admin.change(admin.end), methods=post),
        Route("/admin/sign-out", admin.change(admin.sign_out), methods=post),
    ]


class Signed(NamedTuple):
    """Who is signed in: the session, its secret, and where the browser asks for what."""

    session: Session
    secret: str
    request: Request


Form = Mapping[str, str]
Page = Callable[[Signed], str]
Change = Callable[[Signed, Form], str]
Handler = Callable[[Request], Awaitable[Response]]


class Admin:
    """The handlers of the operator's pages. Those of pages and changes run in a thread, for they ask the database."""

    def __init__(self, site: Site, health: Health) -> None:
        self._site = site
        self._health = health
        self._cookie = cookie(site.settings)

    # --- who is there ---------------------------------------------------------------------------------------

    def page(self, make: Page) -> Handler:
        """A page for whoever is signed in; others are led to where one signs in."""

        async def serve(request: Request) -> Response:
            who = await self._who(request)
            if who is None:
                return self._to(LOGIN)
            return _private(await run_in_threadpool(make, who))

        return serve

    def change(self, do: Change) -> Handler:
        """A change by whoever is signed in, then another page; what cannot be done is said."""

        async def serve(request: Request) -> Response:
            body = await request.body()
            who = await self._who(request)
            if who is None:
                return self._to(LOGIN)
            form = fields(body, "token", "do", "because", "removal", "network", "author", "host", "number", "address")
            if not hmac.compare_digest(form["token"].encode(), token(who.secret).encode()):
                return errors.page(403, STALE)
            try:
                return self._to(await run_in_threadpool(do, who, form))
            except (UnknownAddress, Refused, NotFound, Gone) as error:
                return errors.page(400, error.sentence)

        return serve

    async def _who(self, request: Request) -> Signed | None:
        secret = request.cookies.get(self._name, "")
        if not secret:
            return None
        session = await run_in_threadpool(self._site.service.desk.session, secret)
        return Signed(session, secret, request) if session else None

    @property
    def _name(self) -> str:
        """The name of the cookie. Raises HTTPException where there are no admin pages."""
        if self._cookie is None:
            raise Refused(_PLAIN_HTTP)
        return self._cookie.name

    def _signed_in(self, secret: str) -> Response:
        """To the first page, with the cookie of a session that has just begun."""
        name, attributes = cast("Cookie", self._cookie)
        made = self._to(HOME)
        made.headers["set-cookie"] = f"{name}={secret}; Max-Age={7 * 86_400}; {attributes}"
        return made

    def _to(self, path: str) -> Response:
        made = self._site.redirect(path, 303)
        made.headers["cache-control"] = answers.NOWHERE
        return made

    # --- signing in -----------------------------------------------------------------------------------------

    async def sign_in_form(self, _request: Request) -> Response:
        """Where one signs in."""
        _ = self._name
        return _private(_shown("admin_sign_in.html", wrong="", action=LOGIN))

    async def sign_in(self, request: Request) -> Response:
        """Begin a session, always a new one, if the password is right."""
        _ = self._name
        password = fields(await request.body(), "password")["password"]
        spent = await self._site.limits.spend("sign-in", request)
        if not spent.allowed:
            return Limits.refuse(spent)
        secret = await run_in_threadpool(self._site.service.desk.sign_in, password)
        if secret is None:
            return _private(_shown("admin_sign_in.html", wrong=_NO_PASSWORD, action=LOGIN), 403)
        await self._site.limits.clear("sign-in", request)
        return self._signed_in(secret)

    async def set_up_form(self, request: Request) -> Response:
        """Where the password is set, for whoever has the link of `threadleaf admin link`."""
        _ = self._name
        link = request.path_params["token"]
        if not await run_in_threadpool(self._site.service.desk.link_works, link):
            return _private(_shown("message.html", heading="Not here", sentence=_NO_LINK, about="", present=""), 404)
        return _private(_shown("admin_set_up.html", wrong="", action=request.url.path))

    async def set_up(self, request: Request) -> Response:
        """Set the password, end all sessions, and begin one."""
        _ = self._name
        form = fields(await request.body(), "password", "again")
        try:
            secret = await run_in_threadpool(self._set, request.path_params["token"], form)
        except Refused as error:
            return _private(_shown("admin_set_up.html", wrong=error.sentence, action=request.url.path), 400)
        if secret is None:
            return _private(_shown("message.html", heading="Not here", sentence=_NO_LINK, about="", present=""), 404)
        return self._signed_in(secret)

    def _set(self, link: str, form: Form) -> str | None:
        if form["password"] != form["again"]:
            raise Refused("The two are not the same.")
        desk = self._site.service.desk
        return desk.begin() if desk.set_password(link, form["password"]) else None

    # --- pages ----------------------------------------------------------------------------------------------

    def reports(self, who: Signed) -> str:
        """The queue, and what was decided last."""
        desk = self._site.service.desk
        now = desk.now()
        waiting = [_row(report, due, late=due < now) for report in desk.waiting() for due in [self._due(report)]]
        decided = [_row(report, self._due(report)) for report in desk.decided(ON_A_PAGE)]
        return self._page(who, "admin_reports.html", waiting=waiting, decided=decided)

    def report(self, who: Signed) -> str:
        """One report, with the page that it is about."""
        report = self._report(who)
        reading = self._site.service.desk.reading(report)
        return self._page(
            who,
            "admin_report.html",
            report=_row(report, self._due(report)),
            said=report.said,
            because=report.because,
            text=render.plain(reading.thread) if reading else "",
            author={"network": reading.saved.network, "id": reading.saved.author_id} if reading else None,
            removals=get_args(Removal),
            known_asker=report.said.asker is not None,
        )

    def blocks(self, who: Signed) -> str:
        """Who is kept away."""
        desk = self._site.service.desk
        hosts = [{"name": host, "since": ENGLISH.day(since)} for host, since in desk.blocked_hosts()]
        networks = NETWORKS.items()
        return self._page(who, "admin_blocks.html", hosts=hosts, askers=desk.blocked_askers(), networks=networks)

    def engines(self, who: Signed) -> str:
        """What search engines are told, and of the page of `?url=` why."""
        address, unsaid = who.request.query_params.get("url", "")[:LONGEST], self._site.settings.search_engines
        told = self._site.service.desk.indexing(address) if address else None
        why = explained(told, unsaid=unsaid) if told else ""
        return self._page(who, "admin_engines.html", told=told, explained=why, unsaid=unsaid, longest=LONGEST)

    def jobs(self, who: Signed) -> str:
        """What was unrolled lately, and what went wrong with it."""
        rows = list(map(_job, self._site.service.unrolls.recent(ON_A_PAGE)))
        return self._page(who, "admin_jobs.html", jobs=rows)

    def settings(self, who: Signed) -> str:
        """The settings in force, without secrets."""
        values = msgspec.structs.asdict(without_secrets(self._site.settings))
        rows = [{"name": name, "value": toml(value), "what": EXPLAINED[name]} for name, value in values.items()]
        return self._page(who, "admin_settings.html", rows=rows)

    def health(self, who: Signed) -> str:
        """What `threadleaf doctor` says about this machine."""
        return self._page(who, "admin_health.html", checks=list(self._health()))

    def sessions(self, who: Signed) -> str:
        """Where the operator is signed in."""
        rows = [
            {
                "number": one.number,
                "begun": ENGLISH.moment(one.begun_at),
                "seen": ENGLISH.moment(one.seen_at),
                "this": one.number == who.session.number,
            }
            for one in self._site.service.desk.sessions()
        ]
        return self._page(who, "admin_sessions.html", rows=rows)

    def log(self, who: Signed) -> str:
        """What was done in the operator's name."""
        deeds = self._site.service.desk.deeds(ON_A_PAGE)
        rows = [{"at": ENGLISH.moment(deed.at), "did": deed.did, "about": deed.about} for deed in deeds]
        return self._page(who, "admin_log.html", rows=rows)

    # --- changes: each answers where to go next -----------------------------------------------------------------

    def decide(self, who: Signed, form: Form) -> str:
        """Hide, keep or remove the page of a report; or block its sender or the author of the page."""
        report, desk, what = self._report(who), self._site.service.desk, form["do"]
        here = f"/admin/reports/{report.number}"
        if what == "block sender":
            desk.block_asker(report)
            return here
        if what not in get_args(Verdict):
            raise UnknownAddress("Choose whether the page is hidden, kept or removed.")
        if not form["because"] and what != "hidden":
            raise UnknownAddress(_BECAUSE)
        removal = cast("Removal", form["removal"]) if form["removal"] in get_args(Removal) else None
        desk.decide(report, cast("Verdict", what), form["because"], removal)
        return here if what == "hidden" else HOME

    def block(self, _who: Signed, form: Form) -> str:
        """Block or allow an author, a server, or all senders again."""
        desk, what = self._site.service.desk, form["do"]
        if what in ("block author", "allow author"):
            if form["network"] not in get_args(Network) or not form["author"]:
                raise UnknownAddress(
                    "Say on which network, and the account's id: a DID, an actor's address or a number."
                )
            act = desk.block_author if what == "block author" else desk.allow_author
            act(cast("Network", form["network"]), form["author"])
        elif what == "block host":
            desk.block_host(form["host"])
        elif what == "allow host":
            desk.allow_host(form["host"])
        elif what == "allow senders":
            desk.forgive_askers()
        else:
            raise UnknownAddress("Choose what is to be blocked or allowed.")
        return "/admin/blocks"

    def index(self, _who: Signed, form: Form) -> str:
        """Let search engines find a page, or not, or as the settings say; or only look."""
        address, desk, words = form["address"][:LONGEST], self._site.service.desk, {"yes": True, "no": False}
        if form["do"] in (*words, "settings"):
            desk.index(address, words.get(form["do"]))
        return f"/admin/engines?url={quote(desk.indexing(address).path, safe='')}"

    def end(self, _who: Signed, form: Form) -> str:
        """End a session."""
        if form["number"].isascii() and form["number"].isdecimal() and len(form["number"]) < 10:
            self._site.service.desk.sign_out(int(form["number"]))
        return "/admin/sessions"

    def sign_out(self, who: Signed, _form: Form) -> str:
        """End this session."""
        self._site.service.desk.sign_out(who.session.number)
        return LOGIN

    # --- pieces ---------------------------------------------------------------------------------------------

    def _report(self, who: Signed) -> Report:
        report = self._site.service.desk.numbered(who.request.path_params["number"])
        if report is None:
            raise HTTPException(404)
        return report

    def _due(self, report: Report) -> datetime:
        """By when the site's pages promise a decision."""
        return report.due(self._site.settings.takedown_hours, self._site.settings.report_days)

    def _page(self, who: Signed, template: str, **context: object) -> str:
        path = who.request.url.path
        menu = [{"href": href, "name": name, "current": href == path} for href, name in _MENU.items()]
        return _shown(template, menu=menu, token=token(who.secret), here=path, **context)


def _shown(template: str, **context: object) -> str:
    with languages.speaking(languages.Choice()):
        return shell.page(template, desk=assets.url("desk.css"), **context)


def _private(html: str, status: int = 200) -> Response:
    made = errors.answer(status, html)
    made.headers["content-language"] = "en"
    return made


def _row(report: Report, due: datetime, *, late: bool = False) -> Mapping[str, object]:
    return {
        "number": report.number,
        "at": ENGLISH.moment(report.at),
        "due": ENGLISH.moment(due),
        "late": late,
        "reason": REASONS[report.said.reason],
        "about": report.about,
        "path": report.said.path,
        "state": report.state,
        "decided": ENGLISH.moment(report.decided_at) if report.decided_at else "",
    }


def _job(job: Unroll) -> Mapping[str, object]:
    error = job.error
    return {
        "asked": ENGLISH.moment(job.asked_at),
        "network": job.network,
        "level": job.level,
        "finished": ENGLISH.moment(job.finished_at) if job.finished_at else "",
        "failed": f"{type(error).__name__} {error.code}: {error.sentence}" if error else "",
    }
