"""From an error's kind to a status and a page. A reader gets a sentence, never a traceback."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from threadleaf.core.errors import Kind, StoreError, ThreadleafError, TooLarge
from threadleaf.web import shell

STATUS: Mapping[Kind, int] = {
    "wrong-use": 400,
    "not-found": 404,
    "gone": 410,
    "refused": 403,
    "failed": 502,
    "not-now": 503,
}
HEADINGS: Mapping[int, str] = {
    400: "That cannot be read",
    403: "Not shown",
    404: "Not here",
    405: "Not that way",
    410: "Taken down",
    411: "Not that way",
    413: "Too much",
    421: "Not this site",
    500: "Something failed here",
    502: "That did not work",
    503: "Not now",
}
_FAILED = "The page could not be made. The fault is ours; the operator finds it in the log."
_NOTHING = "There is no page at this address."
_SECONDS = "300"
"""When asking again makes sense, where the error does not say."""


def status(error: ThreadleafError) -> int:
    """The HTTP status of an error: by its kind, but a fault of our own store is not one of some other server."""
    if isinstance(error, StoreError):
        return 500
    return 413 if isinstance(error, TooLarge) else STATUS[error.kind]


def page(status: int, sentence: str) -> Response:
    """An answer that says what is wrong. Nobody keeps it: the reason may be gone in a minute."""
    return answer(status, shell.message(HEADINGS[status], sentence))


def answer(status: int, html: str) -> Response:
    """Any page as an answer with an error's status."""
    headers = {"cache-control": "no-store"}
    if status == 503:
        headers["retry-after"] = _SECONDS
    return HTMLResponse(html, status, headers)


async def on_error(_request: Request, error: Exception) -> Response:
    """Answer one of our own errors."""
    ours = cast("ThreadleafError", error)  # Starlette's types do not know for what it was registered
    return page(status(ours), ours.sentence)


async def on_http(_request: Request, error: Exception) -> Response:
    """Answer what the router itself refuses: no such page, or not by this method."""
    refused = cast("HTTPException", error)
    made = page(refused.status_code, _NOTHING if refused.status_code == 404 else "This address does not work that way.")
    made.headers.update(refused.headers or {})
    return made


def failed() -> Response:
    """The answer to a fault that nobody foresaw. What it was is in the log only."""
    return page(500, _FAILED)
