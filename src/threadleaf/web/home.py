"""The front page with its box, and what happens to an address that is put into it."""

from __future__ import annotations

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from threadleaf.core import ref as refs
from threadleaf.core.errors import ThreadleafError
from threadleaf.core.model import Ref
from threadleaf.jobs import Ticket
from threadleaf.web import answers, asking, errors, languages, progress, shell, signed
from threadleaf.web.admin import STALE
from threadleaf.web.forms import fields
from threadleaf.web.site import LONGEST, Site
from threadleaf.web.threads import place

ON_HOME = 12
"""Threads listed on the front page."""


def routes(site: Site) -> list[BaseRoute]:
    """The front page and its form."""
    home = Home(site)
    return [Route("/", home.home), Route("/unroll", home.unroll, methods=["GET", "POST"])]


class Home:
    """The handlers about the box."""

    def __init__(self, site: Site) -> None:
        self._site, self._jobs = site, site.jobs

    async def home(self, request: Request) -> Response:
        """The box and the latest threads. `?url=` fills the box; nothing is fetched by it."""
        address = request.query_params.get("url", "")[:LONGEST]
        token = await signed.token(self._site, request)
        html = await self._home(address, token=token)
        return answers.answer(request, html, cache=answers.NOWHERE if token else answers.REVALIDATE)

    async def unroll(self, request: Request) -> Response:
        """Have the address in the form unrolled, and go to its page, or to where one waits for it.

        What is wrong is said beside the box; what goes wrong after a while, where one waits. An operator who is signed
        in may unroll where nobody else may, by a form that carries the token of the session.
        """
        if request.method != "POST":  # the last route would take it for an address otherwise
            raise HTTPException(405, headers={"allow": "POST"})
        spent = await self._site.limits.spend("unroll", request)
        if not spent.allowed:
            return self._site.limits.refuse(spent)
        told = fields(await request.body(), "url", "level", "listed", "token")
        address, token = told["url"][:LONGEST], await signed.token(self._site, request)
        operator = signed.is_the_operators(told["token"], token)
        if told["token"] and not operator:
            return errors.page(403, STALE)
        level = "listed" if told["listed"] and told["level"] in ("", "unlisted") else told["level"]
        try:
            ref, ticket = await run_in_threadpool(self._asked, address, level, operator)
            path = place(ref, ticket.page.path) if ticket.page else await self._soon(ticket.number)
        except ThreadleafError as error:
            return await self._refused(address, error, token)
        return self._site.redirect(path, 303)

    def _asked(self, address: str, level: str, operator: bool) -> tuple[Ref, Ticket]:
        ref = refs.parse(address, mirrors=self._site.mirrors)
        ticket = self._jobs.ask(ref, level, operator=operator)
        if ticket.page is not None:
            self._site.service.count_asked(ticket.page)
        return ref, ticket

    async def _soon(self, number: str) -> str:
        """Where one has to look; raises the error of an unroll that failed at once."""
        state = await progress.soon(self._jobs, number)
        if state is not None and state.error is not None:
            raise state.error
        return progress.place(state) if state is not None and state.phase == "done" else f"/unrolling/{number}"

    async def _refused(self, address: str, error: ThreadleafError, token: str) -> Response:
        made = errors.answer(errors.status(error), await self._home(address, errors.said(error), token))
        if error.code == "full":
            made.headers["retry-after"] = str(self._jobs.patience())
        return made

    async def _home(self, address: str, sentence: str = "", token: str = "") -> str:
        """The page; `token` is that of the operator who sees it, if it is the operator."""
        entries, reads = await self._site.listed(ON_HOME), asking.networks(self._jobs, operator=bool(token))
        return shell.home(
            entries,
            address=address,
            sentence=sentence,
            unrolls=self._jobs.may_unroll(operator=bool(token)),
            reads=languages.say().listed(reads) if reads else "",
            token=token,
            levels=asking.levels(self._jobs, operator=bool(token)),
            bot=asking.bots(self._site.bots()),
        )
