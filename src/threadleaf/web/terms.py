"""What a site does about X's terms (`core.terms`): so many posts a day for each visitor, and ids alone for programs.

The operator who is signed in is free of both, and so is the one reader of a personal site: it is they who read X.
"""

from __future__ import annotations

from datetime import timedelta

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from threadleaf.core.errors import Refused
from threadleaf.core.identity import everything
from threadleaf.core.model import Thread
from threadleaf.core.terms import ONLY_IDS, is_bound
from threadleaf.render.tongue import marked
from threadleaf.web import answers, languages, limits
from threadleaf.web.site import Site

NOBODY_ELSES = "private, no-cache"
"""How an answer may be kept that counts for one visitor: by that visitor's browser, which asks about it every time."""

_TOO_MANY = marked(
    "X’s terms let this site show each visitor {n} of X’s posts a day, and with this page it would be more."
    " It is possible again on {moment}."
)
_TOO_LONG = marked("This page shows more posts of X than X’s terms let this site show one visitor in a day: {n}.")
PAGES_ONLY = marked(
    "X’s terms let programs have ids and addresses only. The page of the thread shows its posts, and offers this file by hand."
)
NO_FRAMES = marked("X’s terms do not let its posts be shown on other sites. The page of the thread shows them.")


class Terms:
    """X's terms on one site."""

    def __init__(self, site: Site) -> None:
        self._site = site

    async def bind(self, request: Request, network: str) -> bool:
        """Whether X's terms bind what is shown of a network to whoever asks."""
        from threadleaf.web import signed  # the operator's pages are pages, too

        free = not is_bound(network) or self._site.settings.personal
        return not free and not await signed.token(self._site, request)

    async def count(self, request: Request, thread: Thread, answer: Response) -> None:
        """Count what an answer shows of a thread of X, and have nobody keep it for others.

        Whoever has it already, or looks at the headers alone, is shown nothing. Raises HTTPException 429 with the time at
        which it goes on, and 403 if that is never.
        """
        if answer.headers["cache-control"] == answers.REVALIDATE:
            answer.headers["cache-control"] = NOBODY_ELSES
        if answer.status_code != 200 or request.method == "HEAD":
            return
        say, most = languages.say(), self._site.settings.x_posts_per_day
        posts = sum(1 for _ in everything(thread))
        if posts > most:
            raise HTTPException(403, say(_TOO_LONG, n=most))
        spent = await self._site.limits.spend("x-posts", request, posts)
        if not spent.allowed:
            when = say.moment(spent.reset_at + timedelta(minutes=1))  # the clock shows whole minutes
            raise HTTPException(429, say(_TOO_MANY, n=most, moment=when), limits.headers(spent))


def refuse(thread: Thread, why: str) -> None:
    """Raise Refused if a thread's words may not be given in this way."""
    if is_bound(thread.network):
        raise Refused(why, code=ONLY_IDS)
