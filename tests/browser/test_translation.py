"""A machine translation of one post, asked of a fake LibreTranslate through the door, as a reader sees it."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.support import libretranslate
from tests.support import site as examples
from tests.support.libretranslate import FakeLibreTranslate
from threadleaf.config import Settings
from threadleaf.service.translating import Translator, translated

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser
ARABIC = examples.path_of(examples.arabic())
FIRST = examples.arabic().posts[0]
SCRIPT = pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])


@pytest.fixture(scope="module")
def fake() -> Iterator[FakeLibreTranslate]:
    with libretranslate.running() as made:
        made.says[FIRST.text] = "A tide mill runs twice a day, some fifty minutes later each time."
        yield made


class Shelf(examples.Shelf):
    """A shelf that asks its translator as the service does: through the door."""

    def translated(self, by: Translator, text: str, to: str) -> str:
        from threadleaf.fetch.door import Door
        from threadleaf.fetch.drive import drive
        from threadleaf.fetch.policy import Policy

        _, _, port = by.origin.rpartition(":")
        door = Door(contact="", policy=Policy(allow=frozenset({("127.0.0.1", int(port))})))
        return translated(partial(drive, door=door, clock=self.now), by, text, to)


@pytest.fixture(scope="module")
def site(fake: FakeLibreTranslate) -> Iterator[str]:
    import uvicorn

    from threadleaf.web.app import create_app

    settings = Settings(translate=fake.origin)
    app = create_app(Shelf(examples.ALL, settings), settings)  # type: ignore[arg-type]
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", lifespan="off"))
    listener = socket.create_server(("127.0.0.1", 0))
    thread = threading.Thread(target=server.run, args=([listener],))
    thread.start()
    yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    server.should_exit = True
    thread.join()


@SCRIPT
@pytest.mark.parametrize("view", ["article", "posts"])
def test_one_link_leads_to_the_translation_and_one_back(
    visit: Callable[..., Page], fake: FakeLibreTranslate, script: bool, view: str
) -> None:
    page = visit(f"{ARABIC}?view={view}", java_script_enabled=script)
    if view == "article":
        page.locator(".more > summary").first.click()
    page.locator("a.translate").filter(visible=True).first.click()
    page.wait_for_url("**?translate=*")
    words = page.locator(".translation")
    assert "A tide mill runs twice a day" in words.inner_text()
    assert FIRST.text[:20] in words.inner_text()
    assert page.locator("main > p.label").inner_text().startswith("Made by a machine at 127.0.0.1:")
    ways = "all => all.map(one => [one.lang, getComputedStyle(one).direction])"
    assert page.locator(".translation .text").evaluate_all(ways) == [["en", "ltr"], ["ar", "rtl"]]
    assert fake.asked[-1] == {"q": FIRST.text, "source": "auto", "target": "en", "format": "text"}
    page.get_by_role("link", name="Back to the thread").click()
    page.wait_for_url(f"**{ARABIC}#*")


def test_whoever_reads_in_the_authors_language_sees_no_link(visit: Callable[..., Page]) -> None:
    assert visit(f"{ARABIC}?view=posts", locale="ar").locator("a.translate").count() == 0
    assert visit(f"{ARABIC}?view=posts", locale="de").locator("a.translate").count() == 3


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("place", ["translation", "thread"])
def test_axe_finds_nothing_and_nothing_scrolls_sideways(
    visit: Callable[..., Page], tmp_path_factory: pytest.TempPathFactory, place: str, width: int, theme: Any
) -> None:
    from axe_playwright_python.sync_playwright import Axe

    query = f"translate={FIRST.id.rpartition('/')[2]}" if place == "translation" else "view=posts"
    page = visit(f"{ARABIC}?{query}", width=width, color_scheme=theme, bypass_csp=True)
    pictures = Path(tmp_path_factory.getbasetemp()) / "pictures"
    pictures.mkdir(exist_ok=True)
    page.screenshot(path=pictures / f"translated-{place}-{width}-{theme}.png", full_page=True)
    found = Axe().run(page).response["violations"]
    assert [(rule["id"], [node["html"] for node in rule["nodes"]]) for rule in found] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
