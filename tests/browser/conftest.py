"""A real browser in front of the real site. Everything heavy is imported here, so that other runs do without it."""

from __future__ import annotations

import shutil
import socket
import threading
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, cast

import pytest

from tests.support import site as examples
from threadleaf.config import Settings
from threadleaf.core.errors import Gone

if TYPE_CHECKING:
    from playwright.sync_api import Browser, ConsoleMessage, Page

    from threadleaf.service import Threadleaf

BROWSERS = ("chromium", "chromium-browser", "google-chrome")


@pytest.fixture(scope="session")
def shelf() -> examples.Shelf:
    """What the site shows."""
    return examples.Shelf(examples.ALL, Settings())


@pytest.fixture(scope="session")
def site(shelf: examples.Shelf) -> Iterator[str]:
    """The address of a personal instance that serves the example threads on the loopback."""
    import uvicorn

    from threadleaf.web.app import create_app

    app = create_app(cast("Threadleaf", shelf), Settings())
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", lifespan="off"))
    listener = socket.create_server(("127.0.0.1", 0))
    thread = threading.Thread(target=server.run, args=([listener],))
    thread.start()
    yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    server.should_exit = True
    thread.join()


@pytest.fixture
def taken_down(shelf: examples.Shelf) -> Iterator[Callable[[str], None]]:
    """Take the page at a path down; it is back after the test."""
    taken = []

    def take(path: str) -> None:
        taken.append(path)
        shelf.fails[path] = Gone("This thread was taken down.")

    yield take
    for path in taken:
        del shelf.fails[path]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    from playwright.sync_api import sync_playwright

    path = next(filter(None, map(shutil.which, BROWSERS)), None)
    assert path, "There is no Chromium; `make tools` installs it."
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield chromium
        chromium.close()


def _is_complaint(message: ConsoleMessage, page: Page) -> bool:
    """Whether the browser complains; it also notes as an error that the page itself is a 404 or 503, which is no complaint."""
    own_status = "responded with a status of " in message.text and message.location["url"] == page.url
    return message.type in ("error", "warning") and not own_status


@pytest.fixture
def visit(browser: Browser, site: str) -> Iterator[Callable[..., Page]]:
    """Open a path of the site in a fresh window: `visit("/latest", width=390, color_scheme="dark")`.

    Whatever the page asks of another host, stores, or complains about in its console fails the test.
    """
    complaints: list[str] = []
    contexts = []

    def open_page(path: str, *, width: int = 1280, height: int = 900, **options: Any) -> Page:
        context = browser.new_context(viewport={"width": width, "height": height}, base_url=site, **options)
        contexts.append(context)
        page = context.new_page()
        page.on("request", lambda request: None if request.url.startswith(site) else complaints.append(request.url))
        page.on("console", lambda message: complaints.append(message.text) if _is_complaint(message, page) else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(path, wait_until="load")
        return page

    yield open_page
    cookies = [cookie for context in contexts for cookie in context.cookies()]
    for context in contexts:
        context.close()
    assert (complaints, cookies) == ([], [])
