"""Following by e-mail: the form, the question whether it was really you, and the way out.

Nothing counts before the person behind an address says yes. The answer to the form is the same whoever is behind it,
so that nobody learns who follows what. Links in messages only show a button, since programs look at links too.
"""

from __future__ import annotations

import logging
import smtplib
from collections.abc import Mapping
from email.message import EmailMessage
from urllib.parse import urlencode

from starlette.background import BackgroundTask
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute, Route

from threadleaf.config import Settings
from threadleaf.core.errors import UnknownAddress
from threadleaf.jobs.mail import Mailer
from threadleaf.render.letters import question, topic
from threadleaf.service.following import LONGEST, Following
from threadleaf.store.follow import Follow
from threadleaf.web import answers, assets, errors, languages, shell
from threadleaf.web.forms import fields
from threadleaf.web.site import Site


def routes(site: Site) -> list[BaseRoute]:
    """Everything about following; nothing where no e-mail is sent."""
    if not site.settings.smtp:
        return []
    pages = Pages(site, Mailer(site.settings, site.service.now))
    return [
        Route("/follow", pages.form),
        Route("/follow", pages.ask, methods=["POST"]),
        Route("/follow/{token}", pages.confirmation),
        Route("/follow/{token}", pages.confirm, methods=["POST"]),
        Route("/follow/{token}/end", pages.ending),
        Route("/follow/{token}/end", pages.end, methods=["POST"]),
    ]


def link(settings: Settings, topic: str) -> str:
    """Where something can be followed by e-mail; empty where no e-mail is sent."""
    return f"/follow?{urlencode({'topic': topic})}" if settings.smtp else ""


class Pages:
    """The handlers about following."""

    def __init__(self, site: Site, mailer: Mailer) -> None:
        self._site, self._mailer = site, mailer
        self._service, self._origin = site.service, site.settings.public_origin

    async def form(self, request: Request) -> Response:
        """The form; `?topic=` says what is to be followed."""
        asked = request.query_params.get("topic", "latest")[:LONGEST]
        what = await run_in_threadpool(self._what, asked)
        return answers.answer(request, _form(asked, what), cache=answers.NOWHERE)

    async def ask(self, request: Request) -> Response:
        """Ask the person behind an address whether they want this."""
        given = fields(await request.body(), "address", "topic")
        asked = given["topic"][:LONGEST]
        what = await run_in_threadpool(self._what, asked)
        spent = await self._site.limits.spend("report", request)
        if not spent.allowed:
            return self._site.limits.refuse(spent)
        try:
            message = await run_in_threadpool(self._asked, given["address"], asked, what)
        except UnknownAddress as error:
            return errors.answer(400, _form(asked, what, given["address"], languages.told(error.sentence)))
        say = languages.say()
        told = say(
            "If this address does not get news of it already, a message is on its way. It holds a link at which you say yes; "
            "nothing is sent before that."
        )
        sending = BackgroundTask(self._send, message) if message else None
        page = shell.message(say("One more step"), told)
        return HTMLResponse(page, headers={"cache-control": answers.NOWHERE}, background=sending)

    async def confirmation(self, request: Request) -> Response:
        """The button that says yes."""
        follow = await self._found(request)
        what = await run_in_threadpool(self._what, follow.topic)
        say = languages.say()
        told = say("You will be told once a day about {what}, if there is anything to tell.", what=what)
        return _asking(request, say("News of this?"), told, f"/follow/{follow.token}", say("Yes, tell me"))

    async def confirm(self, request: Request) -> Response:
        """Let it count."""
        follow = await self._found(request)
        await run_in_threadpool(self._service.follows.confirm, follow.token, self._service.now())
        say = languages.say()
        return _done(say("News of it will come"), say("Each message says how to end it, at one click."))

    async def ending(self, request: Request) -> Response:
        """The button that ends it."""
        follow = await self._found(request)
        say = languages.say()
        everything = "all" in request.query_params
        told = say("No more messages come.") if everything else say("No more messages about this come.")
        address = f"/follow/{follow.token}/end" + ("?all" if everything else "")
        return _asking(request, say("End it?"), told, address, say("End it"))

    async def end(self, request: Request) -> Response:
        """End it, also for mail programs that do so by themselves (RFC 8058). Ending twice does no harm."""
        everything = "all" in request.query_params
        await run_in_threadpool(self._service.follows.end, request.path_params["token"], everything=everything)
        say = languages.say()
        return _done(say("It has ended"), say("Nothing more is sent, and what was known of it is forgotten."))

    async def _found(self, request: Request) -> Follow:
        follow = await run_in_threadpool(self._service.follows.find, request.path_params["token"])
        if follow is None:
            raise HTTPException(404)
        return follow

    def _what(self, asked: str) -> str:
        """What is followed, in words. Raises NotFound, BadQuery."""
        news = Following(self._service).news(asked, 0)
        return topic(news.kind, news.name, languages.say())

    def _asked(self, address: str, asked: str, what: str) -> EmailMessage | None:
        """The message that asks, if there is anybody to ask."""
        lang = languages.chosen().code
        follow = Following(self._service).ask(address, asked, lang, self._service.now())
        if follow is None:
            return None
        where = f"{self._origin}/follow/{follow.token}?lang={lang}"
        subject, text = question(what, self._mailer.host, where, languages.say())
        return self._mailer.message(follow.address, subject, text)

    def _send(self, message: EmailMessage) -> None:
        try:
            self._mailer.send(message)
        except (OSError, smtplib.SMTPException):
            logging.getLogger(__name__).exception("No e-mail can be sent.")


def _form(asked: str, what: str, address: str = "", sentence: str = "") -> str:
    return shell.page(
        "follow.html", desk=assets.url("desk.css"), topic=asked, what=what, address=address, sentence=sentence
    )


def _asking(request: Request, heading: str, sentence: str, address: str, button: str) -> Response:
    told: Mapping[str, str] = {"heading": heading, "sentence": sentence, "action": address, "button": button}
    html = shell.page("asking.html", desk=assets.url("desk.css"), **told)
    return answers.answer(request, html, cache=answers.NOWHERE)


def _done(heading: str, sentence: str) -> Response:
    return HTMLResponse(shell.message(heading, sentence), headers={"cache-control": answers.NOWHERE})
