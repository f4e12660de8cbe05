"""Reports: the form, and the page at which whoever sent one sees what came of it. No account and no script."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from typing import cast, get_args

from markupsafe import Markup
from msgspec import Struct
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from threadleaf.config import Settings
from threadleaf.core.errors import Gone, NotFound, Refused, UnknownAddress
from threadleaf.core.ref import own_path
from threadleaf.render._safe import line
from threadleaf.render.tongue import Tongue, marked
from threadleaf.store.cases import WAITING, Case, Reason, Report
from threadleaf.web import answers, assets, device, errors, languages, shell, threads
from threadleaf.web.forms import fields
from threadleaf.web.here import REMOVES
from threadleaf.web.site import LONGEST, Site

PATH = "/report"
MOST_WORDS = 5_000
MOST_CONTACT = 300

REASONS: Mapping[Reason, str] = {
    "author": marked("I wrote this thread, or posts in it, and want it gone."),
    "privacy": marked("It tells something about me or somebody else that should not be here."),
    "rights": marked("It shows a work of mine or of somebody for whom I act."),
    "law": marked("It is against the law for another reason."),
    "wrong": marked("It does not show what was posted, or names the wrong person."),
    "other": marked("Something else."),
}
_STATES: Mapping[Case, str] = {
    "open": marked("It waits for the operator, who decides by {moment} at the latest."),
    "hidden": marked(
        "The page is hidden meanwhile: nobody sees it until the operator has decided, by {moment} at the latest."
    ),
    "kept": marked("It was decided on {day}: the page stays."),
    "removed": marked("It was decided on {day}: the page was taken down for good."),
}
_HIDES = marked("If nobody has decided a day after it came in, the page is hidden until somebody has.")
_ANSWERED = marked("It was answered on {day}.")


class Wrong(Struct, frozen=True):
    """What is wrong with a form: the field, and a sentence about it."""

    at: str
    sentence: str


def routes(site: Site) -> list[BaseRoute]:
    """The form and its tickets."""
    reports = Reports(site)
    return [
        Route(PATH, reports.form),
        Route(PATH, reports.send, methods=["POST"]),
        Route(f"{PATH}/{{ticket}}", reports.ticket),
    ]


class Reports:
    """The handlers of reports."""

    def __init__(self, site: Site) -> None:
        self._site = site

    async def form(self, request: Request) -> Response:
        """The form; `?url=` fills in the address."""
        if self._site.settings.personal:
            return errors.answer(404, _to_oneself())
        given = {"url": request.query_params.get("url", "")[:LONGEST]}
        return answers.answer(request, _form(given), cache=answers.NOWHERE)

    async def send(self, request: Request) -> Response:
        """Take in a report, and lead to its ticket; what is wrong is said above what was typed."""
        if self._site.settings.personal:
            return errors.answer(404, _to_oneself())
        given = fields(await request.body(), "url", "reason", "words", "contact", "faith")
        wrong = check(given, languages.say())
        if wrong:
            return _again(400, given, wrong)
        spent = await self._site.limits.spend("report", request)
        if not spent.allowed:
            return self._site.limits.refuse(spent)
        try:
            ticket = await run_in_threadpool(self._kept, given, self._site.limits.asker(request))
        except (UnknownAddress, NotFound) as error:
            return _again(errors.status(error), given, Wrong("url", languages.told(error.sentence)))
        return self._site.redirect(f"{PATH}/{ticket}", 303)

    def _kept(self, given: Mapping[str, str], asker: str) -> str:
        address = on_our_site(given["url"], self._site.settings.public_origin)
        reason = cast("Reason", given["reason"])
        return self._site.service.desk.report(address, reason, given["words"], contact=given["contact"], asker=asker)

    async def ticket(self, request: Request) -> Response:
        """Where a report stands."""
        report = await run_in_threadpool(self._site.service.desk.ticket, request.path_params["ticket"])
        if report is None:
            raise HTTPException(404)
        title = await run_in_threadpool(self._title, report.said.path) if report.said.path else ""
        here = device.own_origin(self._site.settings) + request.url.path
        hides = await run_in_threadpool(self._site.service.desk.will_hide, report)
        html = _ticket(report, self._site.settings, languages.say(), title=title, here=here, hides=hides)
        return answers.answer(request, html, cache=answers.NOWHERE)

    def _title(self, path: str) -> str:
        """What the page of a report is called; empty where that is not shown (any more)."""
        with suppress(Gone, Refused, UnknownAddress):
            saved = self._site.service.find(path)
            return line(saved.title).rstrip(".") if saved else ""
        return ""


def check(given: Mapping[str, str], say: Tongue) -> Wrong | None:
    """What is wrong with a form before anything is looked up; None if nothing is."""
    if len(given["url"]) > LONGEST:
        return Wrong("url", say("This address is too long."))
    if given["reason"] not in get_args(Reason):
        return Wrong("reason", say("Choose what it is about."))
    if not given["words"]:
        return Wrong("words", say("Say in your own words what should happen."))
    if len(given["words"]) > MOST_WORDS:
        return Wrong("words", say("That is too long: at most {n} characters are taken.", n=MOST_WORDS))
    if len(given["contact"]) > MOST_CONTACT:
        return Wrong("contact", say("That is too long: at most {n} characters are taken.", n=MOST_CONTACT))
    if not given["faith"]:
        return Wrong("faith", say("Say that it is true as far as you know."))
    return None


def on_our_site(address: str, origin: str) -> str:
    """The path of a page by an address on this site (see `own_path`), without the suffix of a file; any other text as it is."""
    path = own_path(address, origin)
    return threads.split(path)[0] if path.startswith("/") else path


def _to_oneself() -> str:
    """In place of the form, where whoever would send it is who would read it."""
    say = languages.say()
    told = say(
        "Nobody but you sees this site, so there is nobody to report to. To take a page down, type {command}.",
        command=REMOVES,
    )
    return shell.message(say("Report a page"), told)


def _again(status: int, given: Mapping[str, str], wrong: Wrong) -> Response:
    return errors.answer(status, _form(given, wrong))


def _form(given: Mapping[str, str], wrong: Wrong | None = None) -> str:
    empty = dict.fromkeys(("url", "reason", "words", "contact", "faith"), "")
    return shell.page(
        "report.html",
        desk=assets.url("desk.css"),
        given={**empty, **given},
        reasons=[{"name": name, "words": words} for name, words in REASONS.items()],
        wrong=wrong.sentence if wrong else "",
        at=wrong.at if wrong else "",
        longest=LONGEST,
        most_words=MOST_WORDS,
        most_contact=MOST_CONTACT,
    )


def _ticket(report: Report, settings: Settings, say: Tongue, *, title: str, here: str, hides: bool) -> str:
    """The page of a report: `title` is what the page that it is about is called, `here` the address of this one, `hides`
    whether it is hidden if nobody decides."""
    path, linked = report.said.path, Markup('<a href="{}" dir="auto">{}</a>')
    page = linked.format(path, title or settings.public_origin + path) if path else ""
    return shell.page(
        "ticket.html",
        desk=assets.url("desk.css"),
        received=say.moment(report.at),
        page=page,
        state=_state(report, report.due(settings.takedown_hours, settings.report_days), say),
        hides=say(_HIDES) if hides else "",
        because=report.because,
        waits=report.state in WAITING,
        here=here,
    )


def _state(report: Report, due: datetime, say: Tongue) -> str:
    if report.decided_at is None:
        return say(_STATES[report.state], moment=say.moment(due))
    about_a_page = report.state == "removed" or bool(report.said.path)
    return say(_STATES[report.state] if about_a_page else _ANSWERED, day=say.day(report.decided_at))
