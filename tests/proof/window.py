"""A real browser for the proofs: it shows pages that nobody serves, and says what ran, what was asked for, what popped up."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Dialog, Page, Request, Route

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
NOBODY = ("--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",)
ORIGIN = "https://threads.example.org"


class Window:
    """One window. `ran` are the numbers that scripts called out, `asked` what was asked of other hosts, `dialogs` texts.

    `loaded` is what was asked and no policy forbade, without links that were followed. What is shown next is given to
    `show`, unless the window is `alone`: then it has this machine's own servers and nothing else.
    """

    def __init__(self, context: BrowserContext, *, alone: bool) -> None:
        self.ran: list[str] = []
        self.asked: list[str] = []
        self.loaded: list[str] = []
        self.dialogs: list[str] = []
        self._html, self._headers = "", dict[str, str]()
        context.expose_function("__x", lambda *found: self.ran.append(str(found[0] if found else "?")))
        if not alone:
            context.route("**/*", self._answer)
        self.page: Page = context.new_page()
        self.page.on("dialog", self._dismiss)
        self.page.on("request", self._see)
        self.page.on("requestfailed", self._see_failed)

    def show(self, html: str, headers: dict[str, str] | None = None, wait: Any = "load") -> None:
        """Show a page as if it came from our host with these headers, by default with none."""
        self._html, self._headers = html, headers or {}
        self.page.goto(f"{ORIGIN}/shown", wait_until=wait)

    def _see(self, request: Request) -> None:
        if _is_elsewhere(request.url):
            self.asked.append(request.url)

    def _see_failed(self, request: Request) -> None:
        if _is_elsewhere(request.url) and request.failure != "csp" and not request.is_navigation_request():
            self.loaded.append(request.url)

    def _answer(self, route: Route) -> None:
        address = urlsplit(route.request.url)
        if f"{address.scheme}://{address.netloc}" != ORIGIN:
            route.fulfill(status=204)
        elif address.path == "/shown":
            route.fulfill(status=200, content_type="text/html; charset=utf-8", body=self._html, headers=self._headers)
        elif address.path.startswith("/static/") and address.path.endswith((".js", ".css")):
            kind = "text/javascript" if address.path.endswith(".js") else "text/css"
            route.fulfill(status=200, content_type=kind, body=static(address.path))
        else:
            route.fulfill(status=404, body="")

    def _dismiss(self, dialog: Dialog) -> None:
        self.dialogs.append(dialog.message)
        dialog.dismiss()


def _is_elsewhere(address: str) -> bool:
    """Whether something is a host on the net, and not ours."""
    taken = urlsplit(address)
    host = f"{taken.scheme}://{taken.netloc}"
    return taken.scheme in ("http", "https", "ws", "wss", "ftp") and host != ORIGIN and taken.hostname != "127.0.0.1"


def static(path: str) -> str:
    """A file of ours by its path on the site; empty if it is not text, or not there."""
    found = files("threadleaf.web") / "static" / path.rpartition("/")[2]
    return found.read_text(encoding="utf-8") if path.endswith((".js", ".css")) and found.is_file() else ""


@contextmanager
def window(*, alone: bool = False) -> Iterator[Window]:
    """A window of the system's Chromium, which finds no host by its name."""
    from playwright.sync_api import sync_playwright

    path = next(filter(None, map(shutil.which, BROWSERS)), None)
    assert path, "There is no Chromium; `make tools` installs it."
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", *NOBODY])
        yield Window(chromium.new_context(), alone=alone)
        chromium.close()
