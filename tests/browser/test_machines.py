"""What is made for machines, where a browser meets it: a public site's pages, a framed thread, the page about the API."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, cast

import pytest

from tests.support import site as examples
from threadleaf.config import Settings

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

    from threadleaf.service import Threadleaf

pytestmark = pytest.mark.browser
PATH = examples.path_of(examples.everything())


@pytest.fixture(scope="module")
def public() -> Iterator[str]:
    """The address of a site that has one."""
    import uvicorn

    from threadleaf.web.app import create_app

    listener = socket.create_server(("127.0.0.1", 0))
    origin = f"http://127.0.0.1:{listener.getsockname()[1]}"
    settings = Settings(public_origin=origin, search_engines=True)
    app = create_app(cast("Threadleaf", examples.Shelf(examples.ALL, settings)), settings)
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", lifespan="off"))
    thread = threading.Thread(target=server.run, args=([listener],))
    thread.start()
    yield origin
    server.should_exit = True
    thread.join()


@pytest.fixture
def stranger(public: str) -> Iterator[str]:
    """The address of somebody else's page, which frames a thread and asks the interface from a script."""
    html = f"""<!doctype html><title>Elsewhere</title><iframe src="{public}/embed{PATH}" width="600" height="260"></iframe>
    <p id="told"></p><script>
    fetch("{public}/api/v1/threads?limit=1").then(answer => answer.json())
      .then(told => document.getElementById("told").textContent = told.threads.length)
      .catch(error => document.getElementById("told").textContent = "refused: " + error);
    </script>"""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("content-type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(html.encode())

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    thread.join()
    server.server_close()


def opened(browser: Browser, address: str, **options: Any) -> tuple[Page, list[str]]:
    """A page, and what the browser complains about."""
    complaints: list[str] = []
    page = browser.new_context(**options).new_page()
    page.on("console", lambda message: complaints.append(message.text) if message.type != "log" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(address, wait_until="networkidle")
    return page, complaints


def test_the_browser_has_nothing_against_the_head_of_a_page(browser: Browser, public: str) -> None:
    page, complaints = opened(browser, public + PATH)
    assert page.locator('script[type="application/ld+json"]').count() == 1
    assert page.locator('meta[property="og:image"]').count() == 1
    assert complaints == []
    page.context.close()


@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
def test_a_thread_is_read_in_a_frame_on_somebody_else_s_page(
    browser: Browser, stranger: str, public: str, script: bool
) -> None:
    page, _ = opened(browser, "about:blank", java_script_enabled=script)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(stranger, wait_until="networkidle")
    frame = page.frames[1]
    assert "So for a fortnight at a stretch the miller sleeps" in frame.locator(".text").inner_text()
    assert {address for address in asked if not address.startswith(public)} <= {stranger, f"{stranger}favicon.ico"}
    assert any(address.endswith(".css") for address in asked)
    assert page.context.cookies() == []
    assert frame.locator("h1").inner_text().startswith("A tide mill has two working windows")
    assert frame.locator("h1 a").get_attribute("href") == public + PATH
    background = "getComputedStyle(document.body).backgroundColor"
    assert frame.evaluate(background) != "rgba(0, 0, 0, 0)"  # its stylesheet was let in
    page.context.close()


def test_a_framed_thread_is_read_from_right_to_left_where_it_is_written_so(browser: Browser, public: str) -> None:
    page, complaints = opened(browser, f"{public}/embed{examples.path_of(examples.arabic())}")
    way = "text => [getComputedStyle(text).direction, text.lang]"
    assert page.locator("h1").evaluate(way) == page.locator(".text").evaluate(way) == ["rtl", "ar"]
    assert complaints == []
    page.context.close()


def test_somebody_else_s_script_may_read_a_public_site_s_lists(browser: Browser, stranger: str) -> None:
    page, _ = opened(browser, stranger)
    page.wait_for_function("document.getElementById('told').textContent !== ''")
    told = page.locator("#told").inner_text()
    assert told == "1"
    page.context.close()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("place", ["/api", f"/embed{PATH}"])
def test_axe_finds_nothing(browser: Browser, public: str, place: str, theme: Any, tmp_path_factory: Any) -> None:
    from axe_playwright_python.sync_playwright import Axe

    page, complaints = opened(browser, public + place, color_scheme=theme, bypass_csp=True)
    pictures = tmp_path_factory.getbasetemp() / "pictures"
    pictures.mkdir(exist_ok=True)
    page.screenshot(path=pictures / f"machines-{place.split('/')[1]}-{theme}.png")
    found = Axe().run(page).response["violations"]
    assert [(rule["id"], [node["html"] for node in rule["nodes"]][:3]) for rule in found] == []
    assert complaints == []
    page.context.close()
