"""Reports and the operator's pages in Chromium, without script; and what another site's page can do there: nothing."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.fetch.certificates import Authority
from tests.support.hosted import PASSWORD, PATH, Hosted, hosted, token

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser

READERS = ("/about", "/how-it-works", "/privacy", "/takedown", "/imprint", "/transparency", f"/report?url={PATH}")
OPERATORS = ("/admin", "/admin/reports/1", "/admin/blocks", "/admin/jobs", "/admin/settings", "/admin/health")
OPERATORS += ("/admin/sessions", "/admin/log", "/admin/sign-in")


ANSWERED: list[tuple[str, int]] = []
"""The path and the status of each POST, since a browser does not tell what a page of another site may not see."""


def noting(app: Any) -> Any:
    async def noted(scope: Any, receive: Any, send: Any) -> None:
        async def told(message: Any) -> None:
            if message["type"] == "http.response.start" and scope["method"] == "POST":
                ANSWERED.append((scope["path"], message["status"]))
            await send(message)

        await app(scope, receive, told)

    return noted


@pytest.fixture
def here(tmp_path: Path) -> Iterator[tuple[Hosted, str]]:
    """A site for others, over TLS on the loopback, and its address."""
    import uvicorn

    listener = socket.create_server(("127.0.0.1", 0))
    address = f"https://localhost:{listener.getsockname()[1]}"
    certificate = str(Authority(tmp_path).certificate("localhost", "localhost", own=True))
    with hosted(tmp_path, public_origin=address) as site:
        config = uvicorn.Config(noting(site.app), log_level="warning", lifespan="off", ssl_certfile=certificate)
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, args=([listener],))
        thread.start()
        yield site, address
        server.should_exit = True
        thread.join()


@pytest.fixture
def window(browser: Browser, here: tuple[Hosted, str]) -> Iterator[Callable[..., Page]]:
    """Open a window that knows nobody yet."""
    contexts = []

    def open_window(**options: Any) -> Page:
        context = browser.new_context(base_url=here[1], ignore_https_errors=True, **options)
        contexts.append(context)
        return context.new_page()

    yield open_window
    for context in contexts:
        context.close()


def set_up(page: Page, here: Hosted) -> None:
    page.goto(f"/admin/set-up/{here.service.desk.new_link()}")
    page.fill("#password", PASSWORD)
    page.fill("#again", PASSWORD)
    page.click("text=Set it and sign in")


def test_a_report_is_sent_decided_and_read_without_script(
    window: Callable[..., Page], here: tuple[Hosted, str]
) -> None:
    site, address = here
    reader, operator = window(java_script_enabled=False), window(java_script_enabled=False)
    reader.goto(f"/report?url={PATH}")
    reader.check("text=I wrote this thread")
    reader.fill("#words", "This is mine.")
    reader.check("input[name=faith]")
    reader.click("text=Send the report")
    assert "It waits for the operator" in reader.inner_text("main")
    assert reader.context.cookies() == []
    set_up(operator, site)
    assert operator.url == f"{address}/admin"
    operator.click("td >> text=1")
    assert "This is mine." in operator.inner_text("main")
    operator.click("text=Hide it for now")
    reader.reload()
    assert "The page is hidden meanwhile" in reader.inner_text("main")
    operator.fill("#because", "It is yours.")
    operator.click("text=Remove it for good")
    reader.reload()
    assert "It is yours." in reader.inner_text("main")
    operator.click("text=Sign out")
    operator.goto("/admin")
    assert operator.url == f"{address}/admin/sign-in"
    operator.fill("#password", PASSWORD)
    operator.click("main >> text=Sign in >> nth=-1")
    assert operator.url == f"{address}/admin"


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_and_nothing_scrolls_sideways(
    window: Callable[..., Page], here: tuple[Hosted, str], theme: str
) -> None:
    from axe_playwright_python.sync_playwright import Axe

    site, _ = here
    site.report(words="x" * 300)
    page = window(viewport={"width": 320, "height": 700}, color_scheme=theme, bypass_csp=True)
    set_up(page, site)
    for path in (*READERS, *OPERATORS):
        page.goto(path)
        found = Axe().run(page).response["violations"]
        assert [(path, rule["id"], [node["html"] for node in rule["nodes"]]) for rule in found] == []
        assert page.evaluate("document.documentElement.scrollWidth") == 320, path


CHANGING = ("/admin/reports/1", "/admin/blocks", "/admin/sign-out", "/admin/sign-in", "/report", "/unroll")
FORGERIES = {
    "a form that sends itself": "document.forms[0].submit()",
    "a form in a new window": "document.forms[0].target='_blank';document.forms[0].submit()",
    "fetch with cookies": "fetch(document.forms[0].action,{method:'POST',mode:'no-cors',credentials:'include',"
    "body:new URLSearchParams(new FormData(document.forms[0]))}).catch(() => 0)",
    "a beacon": "navigator.sendBeacon(document.forms[0].action,new URLSearchParams(new FormData(document.forms[0])))",
}


@contextmanager
def another_site(html: str) -> Iterator[str]:
    """The address of a page on a host of its own: 127.0.0.1 and localhost are two sites."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("content-type", "text/html")
            self.end_headers()
            self.wfile.write(html.encode())

        def log_message(self, format: str, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        thread.join()


@pytest.mark.parametrize("way", FORGERIES)
def test_a_page_of_another_site_changes_nothing_though_the_operator_is_signed_in(
    window: Callable[..., Page], here: tuple[Hosted, str], way: str
) -> None:
    site, address = here
    site.report()
    page = window()
    set_up(page, site)
    fields = {"token": token(site.signed_in()), "do": "removed", "because": "x", "host": "a.example", "url": PATH}
    fields |= {"reason": "other", "words": "x", "faith": "yes", "password": PASSWORD, "again": PASSWORD}
    inputs = "".join(f'<input name="{name}" value="{value}">' for name, value in fields.items())
    before = site.service.desk.deeds(99)
    ANSWERED.clear()
    for path in CHANGING:
        with another_site(f'<!DOCTYPE html><form method="post" action="{address}{path}">{inputs}</form>') as evil:
            page.goto(evil)
            with page.context.expect_event(
                "request", lambda request, path=path: request.url == address + path
            ) as caught:
                page.evaluate(FORGERIES[way])
            caught.value.response()  # waits for it, also where the page itself may not have it
    assert [(path, 403) for path in CHANGING] == ANSWERED
    assert site.service.desk.deeds(99) == before
    assert len(site.service.desk.waiting()) == 1
