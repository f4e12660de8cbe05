"""Every answer in its language, and what says so on it; and every answer as its site is, for one reader or for others."""

from __future__ import annotations

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from threadleaf.web import here, languages, links
from threadleaf.web.languages import Choice


class Speaking:
    """Chooses the language of each answer, and says on it which it is and that it was the browser's wish.

    It belongs outside of whatever makes pages, and inside of whatever keeps answers by their `Vary`.
    """

    def __init__(self, app: ASGIApp, *, personal: bool = False) -> None:
        self.app = app
        self._personal = personal

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request; anything but HTTP passes untouched."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        choice = languages.choose(scope)

        async def said(message: Message) -> None:
            if message["type"] == "http.response.start":
                _mark(MutableHeaders(scope=message), choice)
            await send(message)

        with here.serving(personal=self._personal), languages.speaking(choice):
            await self.app(scope, receive, said)


def _mark(headers: MutableHeaders, choice: Choice) -> None:
    if choice.asked and "location" in headers:
        headers["location"] = links.named(headers["location"], choice.code)
    if headers.get("content-type", "").startswith("text/html") and "content-disposition" not in headers:
        headers.setdefault("content-language", choice.code)
        if not choice.asked:
            headers.add_vary_header("accept-language")
