"""From an error's kind to a status and a page. A reader gets a sentence, never a traceback."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response

from threadleaf.core.errors import Kind, StoreError, ThreadleafError, TooLarge
from threadleaf.jobs.desk import OFFLINE
from threadleaf.render.tongue import marked
from threadleaf.web import languages, negotiation, shell

STATUS: Mapping[Kind, int] = {
    "wrong-use": 400,
    "not-found": 404,
    "gone": 410,
    "refused": 403,
    "failed": 502,
    "not-now": 503,
}
HEADINGS: Mapping[int, str] = {
    400: marked("That cannot be read"),
    403: marked("Not shown"),
    404: marked("Not here"),
    405: marked("Not that way"),
    410: marked("Taken down"),
    411: marked("Not that way"),
    413: marked("Too much"),
    421: marked("Not this site"),
    429: marked("Too often"),
    500: marked("Something failed here"),
    502: marked("That did not work"),
    503: marked("Not now"),
}
_FAILED = marked("The page could not be made. The fault is ours; the operator finds it in the log.")
_NOTHING = marked("There is no page at this address.")
_NOT_SO = marked("This address does not work that way.")
SECONDS = "300"
"""When asking again makes sense, where the error does not say."""


def status(error: ThreadleafError) -> int:
    """The HTTP status of an error: by its kind, but a fault of our own store is not one of some other server."""
    if isinstance(error, StoreError):
        return 500
    return 413 if isinstance(error, TooLarge) else STATUS[error.kind]


def said(error: ThreadleafError) -> str:
    """What is wrong, for a reader of the site: who is offered no files here and cannot give any."""
    return languages.say()(OFFLINE) if error.code == "offline" else languages.told(error.sentence)


def page(status: int, sentence: str, about: str = "", *, present: str = "") -> Response:
    """An answer that says what is wrong, in the reader's language. Nobody keeps it: the reason may be gone in a minute.

    `about` is the path of a page of which that is said, and which may be reported; `present` that of a page of which a
    part is not there.
    """
    return answer(status, shell.message(HEADINGS[status], sentence, about, present=present))


def answer(status: int, html: str) -> Response:
    """Any page as an answer with an error's status."""
    headers = {"cache-control": "no-store"}
    if status == 503:
        headers["retry-after"] = SECONDS
    return HTMLResponse(html, status, headers)


async def on_error(request: Request, error: Exception) -> Response:
    """Answer one of our own errors."""
    ours = cast("ThreadleafError", error)  # Starlette's types do not know for what it was registered
    if negotiation.told_in(request) != "page":
        return _text(status(ours), ours.sentence)
    about = request.url.path if ours.kind in ("gone", "refused") and request.url.path.startswith("/t/") else ""
    return page(status(ours), said(ours), about)


async def on_http(request: Request, error: Exception) -> Response:
    """Answer what the router or a limit refuses: no such page, not by this method, not so often."""
    refused = cast("HTTPException", error)
    told = own_words(refused) or (_NOTHING if refused.status_code == 404 else _NOT_SO)
    answered = page if negotiation.told_in(request) == "page" else _text
    made = answered(refused.status_code, told)
    made.headers.update(refused.headers or {})
    return made


def own_words(refused: HTTPException) -> str:
    """What was said of a refusal where it was made; empty where nothing was, and only its status is known."""
    return "" if refused.detail == HTTPException(refused.status_code).detail else refused.detail


def _text(status: int, sentence: str) -> Response:
    """As `page`, for whoever asked for a file that is text: one sentence."""
    headers = {"cache-control": "no-store", **({"retry-after": SECONDS} if status == 503 else {})}
    told = languages.plainly(sentence)
    headers["content-language"] = languages.chosen().code if told != sentence else "en"
    return PlainTextResponse(f"{told}\n", status, headers)


def failed() -> Response:
    """The answer to a fault that nobody foresaw. What it was is in the log only."""
    return page(500, _FAILED)
