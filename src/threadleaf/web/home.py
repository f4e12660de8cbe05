"""The front page with its box, and what happens to an address that is put into it."""

from __future__ import annotations

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from threadleaf.core import ref as refs
from threadleaf.core.errors import NotNow, Refused, ThreadleafError, UnknownAddress
from threadleaf.web import answers, errors, shell
from threadleaf.web.site import LONGEST, Site, field
from threadleaf.web.threads import place

ON_HOME = 12
"""Threads listed on the front page."""

_NOT_YOURS = (
    "Nobody has unrolled this thread here, and on this site only the operator does that. "
    "Threadleaf is free: you can run your own."
)


def routes(site: Site) -> list[BaseRoute]:
    """The front page and its form."""
    home = Home(site)
    return [Route("/", home.home), Route("/unroll", home.unroll, methods=["GET", "POST"])]


class Home:
    """The handlers about the box."""

    def __init__(self, site: Site) -> None:
        self._site = site

    async def home(self, request: Request) -> Response:
        """The box and the latest threads. `?url=` fills the box; nothing is fetched by it."""
        address = request.query_params.get("url", "")[:LONGEST]
        return answers.answer(request, await self._home(address))

    async def unroll(self, request: Request) -> Response:
        """Unroll the address in the form and go to its page; what is wrong is said beside the box."""
        if request.method != "POST":  # the last route would take it for an address otherwise
            raise HTTPException(405, headers={"allow": "POST"})
        address = field(await request.body(), "url")
        try:
            path = await run_in_threadpool(self._unrolled, address)
        except ThreadleafError as error:
            return errors.answer(errors.status(error), await self._home(address, error.sentence))
        return self._site.redirect(path, 303)

    def _unrolled(self, address: str) -> str:
        """Where the thread of an address stands after it was unrolled; a kept page serves where its network cannot.

        A public site reads nothing for strangers (rules: who may unroll); they are led to what is there.
        """
        site = self._site
        ref = refs.parse(address, mirrors=site.mirrors)
        problem: ThreadleafError = Refused(_NOT_YOURS, subject=address)
        if site.settings.personal:
            try:
                return place(ref, site.service.unroll(ref, save="listed").path)
            except (NotNow, UnknownAddress) as error:  # it does not answer, or we read only saved answers of it
                problem = error
        saved = site.service.find(ref)
        if saved is None:
            raise problem
        return place(ref, saved.path)

    async def _home(self, address: str, sentence: str = "") -> str:
        entries = await self._site.listed(ON_HOME)
        return shell.home(entries, address=address, sentence=sentence, unrolls=self._site.settings.personal)
