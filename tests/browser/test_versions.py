"""What was changed in an edited post, and the page as it was then, as a reader sees them: with and without scripts."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, cast

import pytest
from msgspec.structs import replace
from starlette.testclient import TestClient

from tests.browser.test_validity import ALLOWED, check
from tests.support import site as examples
from threadleaf.config import Settings
from threadleaf.core.model import Thread, Version
from threadleaf.web.app import create_app

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from threadleaf.service import Threadleaf

pytestmark = pytest.mark.browser
SCHEMES = pytest.mark.parametrize("scheme", ["light", "dark"])


def _edited(lang: str, was: str, texts: list[str]) -> Thread:
    """A thread whose second post was edited once."""
    until = examples.START + timedelta(hours=1)
    form = Version(hash="0badcafe", until=until, replaced=until + timedelta(hours=1), text=was, langs=(lang,))
    posts = examples.row(texts, lang=lang, name=f"edited{lang}")
    posts[1] = replace(posts[1], versions=(form,))
    return examples.thread(posts)


def english() -> Thread:
    return _edited("en", "They wait for noon.", ["Herons stand in the race.", "They wait for dusk.", "Then they go."])


def arabic() -> Thread:
    return _edited("ar", "ثم عدنا قبل الظهر.", ["ذهبنا إلى السوق.", "ثم عدنا بعد الظهر.", "وانتهى اليوم."])


ENGLISH, ARABIC = examples.path_of(english()), examples.path_of(arabic())


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    import uvicorn

    shelf = examples.Shelf({"english": english, "arabic": arabic}, Settings())
    server = uvicorn.Server(uvicorn.Config(create_app(shelf, Settings()), log_level="warning", lifespan="off"))  # type: ignore[arg-type]
    listener = socket.create_server(("127.0.0.1", 0))
    thread = threading.Thread(target=server.run, args=([listener],))
    thread.start()
    yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    server.should_exit = True
    thread.join()


@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
@pytest.mark.parametrize("view", ["article", "posts"])
def test_what_was_changed_opens_at_the_post_and_leads_to_the_page_as_it_was(
    visit: Callable[..., Page], view: str, script: bool
) -> None:
    page = visit(f"{ENGLISH}?view={view}", java_script_enabled=script)
    changed = page.locator(".changes")
    assert not changed.locator("del").is_visible()
    changed.locator("summary").click()
    assert "noon" in changed.locator("del").inner_text()
    assert "dusk" in changed.locator("ins").inner_text()
    changed.get_by_role("link", name="The page as it was then").click()
    assert "This is an earlier version of this page" in page.get_by_role("note").inner_text()
    assert "They wait for noon." in page.locator(".line").inner_text()
    page.get_by_role("link", name="The page as it is now").click()
    assert page.url.endswith(ENGLISH)


@SCHEMES
def test_what_was_changed_is_seen_without_colour(visit: Callable[..., Page], scheme: str) -> None:
    page = visit(ENGLISH, color_scheme=scheme)
    page.locator(".changes summary").click()
    lines = {tag: page.locator(tag).evaluate("e => getComputedStyle(e).textDecorationLine") for tag in ("del", "ins")}
    assert lines == {"del": "line-through", "ins": "underline"}
    weights = [page.locator(tag).evaluate("e => getComputedStyle(e).fontWeight") for tag in ("del", "ins")]
    assert weights == ["400", "600"]


def test_who_hears_the_page_hears_what_was_changed(visit: Callable[..., Page]) -> None:
    page = visit(ENGLISH)
    page.locator(".changes summary").click()
    heard = page.locator(".passages").aria_snapshot()
    assert [word for word in ("taken out: noon (end)", "put in: dusk (end)") if word not in heard] == []
    box = page.locator(".unseen").first.bounding_box()
    assert box is not None
    assert box["width"] <= 1


@pytest.mark.parametrize("width", [320, 390, 1280])
@pytest.mark.parametrize("path", [ENGLISH, f"{ARABIC}?lang=ar", f"{ENGLISH}?lang=ar", ARABIC])
def test_it_fits_on_every_screen_on_the_side_of_its_text(visit: Callable[..., Page], path: str, width: int) -> None:
    page = visit(path, width=width)
    page.locator(".changes summary").click()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    way, side = page.locator(".passages").evaluate(
        "e => [getComputedStyle(e).direction, getComputedStyle(e).textAlign]"
    )
    assert (way, side) == ("rtl" if path.startswith(ARABIC) else "ltr", "start")


def test_the_pages_of_edited_threads_are_valid(tmp_path: Path) -> None:
    shelf = cast("Threadleaf", examples.Shelf({"english": english, "arabic": arabic}, Settings()))
    client = TestClient(create_app(shelf, Settings()), base_url="http://127.0.0.1")
    for path in (ENGLISH, ARABIC):
        for query in ("", "?view=posts", "?v=0badcafe", "?v=0badcafe&view=posts&lang=ar", "?lang=ar", "?v=none"):
            name = f"{path}{query}".translate({ord(sign): "-" for sign in "/?&=:"})
            (tmp_path / f"{name}.html").write_text(client.get(path + query).text, encoding="utf-8")
    assert len(list(tmp_path.iterdir())) == 12
    assert [(name, said) for name, said in check(tmp_path) if not said.startswith(ALLOWED)] == []
