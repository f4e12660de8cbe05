"""Whether the operator asks, outside of the operator's own pages.

There too a form counts as the operator's only with the token that the operator's pages carry (`web.admin`).
"""

from __future__ import annotations

import hmac

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from threadleaf.web import admin
from threadleaf.web.site import Site


async def token(site: Site, request: Request) -> str:
    """The token of forms of the operator who is signed in where a request comes from; empty if nobody is.

    On a personal site whoever asks may do all there is to do, so nobody needs to be signed in. Raises StoreError.
    """
    kept = None if site.settings.personal else admin.cookie(site.settings)
    secret = request.cookies.get(kept.name, "") if kept else ""
    if not secret or await run_in_threadpool(site.service.desk.session, secret) is None:
        return ""
    return admin.token(secret)


def is_the_operators(given: str, known: str) -> bool:
    """Whether a form that carries the token `given` was made for the operator whose token is `known`."""
    return bool(known) and hmac.compare_digest(given.encode(), known.encode())
