"""An author in Chromium, without script: from the foot of a thread's page to her console, and the page is gone."""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.claims import ANN, Here
from tests.support.claims import here as claiming
from tests.support.public import TOLD
from threadleaf.config import Settings
from threadleaf.web.app import create_app
from threadleaf.web.threads import renderer

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser


@pytest.fixture
def here(tmp_path: Path) -> Iterator[tuple[Here, str]]:
    """A site for others on the loopback, over the networks of the claims, and its address."""
    import uvicorn

    with claiming(tmp_path) as site, socket.create_server(("127.0.0.1", 0)) as listener:
        origin = f"http://localhost:{listener.getsockname()[1]}"
        settings = Settings(**TOLD | {"public_origin": origin})
        site.use(renderer(settings))
        app = create_app(site.service, settings)
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning", lifespan="off"))
        thread = threading.Thread(target=server.run, args=([listener],))
        thread.start()
        yield site, origin
        server.should_exit = True
        thread.join()


@pytest.fixture
def window(browser: Browser, here: tuple[Here, str]) -> Iterator[Callable[..., Page]]:
    """Open a window that knows nobody yet."""
    contexts = []

    def open_window(**options: Any) -> Page:
        context = browser.new_context(base_url=here[1], **options)
        contexts.append(context)
        return context.new_page()

    yield open_window
    for context in contexts:
        context.close()


def code_on(page: Page) -> str:
    found = re.search(r"threadleaf-[a-z2-7]{26}", page.inner_text(".code"))
    assert found
    return found[0]


def test_from_the_foot_of_a_page_to_its_end_without_script(window: Callable[..., Page], here: tuple[Here, str]) -> None:
    site, _ = here
    path = site.keep(1, 2, 3)
    page = window(java_script_enabled=False)
    page.goto(path)
    page.click("text=Is this your thread?")
    page.click("text=Get a code")
    page.click("text=Check now")
    assert "The code is not there (yet)" in page.inner_text("[role=alert]")
    site.bsky.bios[ANN] = f"I write about mills.\n{code_on(page)}"
    page.click("text=Check now")
    assert page.inner_text("h1") == "Your threads here"
    page.click("text=Take down >> nth=0")
    page.click("text=Take it down for good")
    assert "The thread was taken down for good." in page.inner_text("[role=status]")
    answer = page.goto(path)
    assert answer is not None
    assert answer.status == 410
    page.click("text=Is this your thread?")
    assert page.input_value("#url") == path
    assert page.context.cookies() == []


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 390, 1280])
def test_axe_finds_nothing_and_nothing_scrolls_sideways(
    window: Callable[..., Page],
    here: tuple[Here, str],
    tmp_path_factory: pytest.TempPathFactory,
    theme: str,
    width: int,
) -> None:
    from axe_playwright_python.sync_playwright import Axe

    site, _ = here
    site.keep(1, 2, 3)
    site.keep(5, save="unlisted")
    site.keep(7, save="private")
    pictures = Path(tmp_path_factory.getbasetemp()) / "pictures"
    pictures.mkdir(exist_ok=True)
    page = window(viewport={"width": width, "height": 900}, color_scheme=theme, bypass_csp=True)

    def look(name: str) -> None:
        page.evaluate("document.querySelectorAll('details').forEach(folded => { folded.open = true; })")
        page.screenshot(path=pictures / f"{name}-{width}-{theme}.png", full_page=True)
        found = Axe().run(page).response["violations"]
        assert [(name, rule["id"], [node["html"] for node in rule["nodes"]]) for rule in found] == []
        assert page.evaluate("document.documentElement.scrollWidth") == width, name

    page.goto("/author?url=/t/bsky/did:plc:ann/3k1")
    look("yours")
    page.click("text=Get a code")
    page.click("text=Check now")
    look("code")
    site.bsky.says(ANN, code_on(page))
    page.click("text=Check now")
    look("console")
    page.click("text=Show nothing of mine")
    look("nothing")
    page.click("text=Close the console")
    look("closed")
