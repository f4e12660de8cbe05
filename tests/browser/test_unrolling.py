"""From an address to its thread, in Chromium, with and without script."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support import site as examples
from tests.support.blocking import Blocking
from threadleaf.config import Settings
from threadleaf.core.errors import NotNow

pytestmark = pytest.mark.browser


def unread() -> Any:
    texts = [f"{n}/30 The weir, part {n}: what the eels made of it, hour by hour." for n in range(1, 31)]
    return examples.thread(examples.row(texts, name="u"))


THREAD = unread()
FIRST, MIDDLE = THREAD.posts[0], THREAD.posts[17]
ANCHOR = MIDDLE.id.rpartition("/")[2]
SCRIPT = pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])


@pytest.fixture
def shelf() -> Iterator[Blocking]:
    made = Blocking({"single": examples.single}, Settings(), unread)
    yield made
    made.lets.set()


@pytest.fixture
def site(shelf: Blocking) -> Iterator[str]:
    from threadleaf.cli import server

    made = server.made(shelf.app)
    listening = socket.create_server(("127.0.0.1", 0))
    thread = threading.Thread(target=made.run, args=([listening],))
    thread.start()
    yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    made.should_exit = True
    thread.join()


def paste(page: Any, address: str) -> None:
    page.fill("#url", address)
    page.click("text=Unroll it")


@SCRIPT
def test_paste_then_progress_then_the_thread(shelf: Blocking, visit: Callable[..., Any], script: bool) -> None:
    page = visit("/", java_script_enabled=script)
    paste(page, FIRST.url)
    page.wait_for_url("**/unrolling/unroll-1" + ("?watch=" if script else ""))
    page.wait_for_selector("text=Reading posts 41–60 of 112")
    shelf.lets.set()
    page.wait_for_url(f"**{shelf.unread}")
    assert "The weir, part 30" in page.inner_text("article")


@SCRIPT
def test_a_post_in_the_middle_leads_to_its_place_on_the_same_page(
    shelf: Blocking, visit: Callable[..., Any], script: bool
) -> None:
    page = visit("/", java_script_enabled=script)
    paste(page, MIDDLE.url)
    page.wait_for_selector("text=Reading the thread")
    shelf.lets.set()
    page.wait_for_url(f"**{shelf.unread}#{ANCHOR}")
    place = page.locator(f"[id='{ANCHOR}']").bounding_box()
    assert 0 <= place["y"] < 900


@SCRIPT
def test_an_unknown_address_behind_our_host_is_unrolled_by_its_button(
    shelf: Blocking, visit: Callable[..., Any], script: bool
) -> None:
    page = visit(f"/{MIDDLE.url}", java_script_enabled=script)
    assert "ada.example" in page.inner_text("main")
    page.click("text=Unroll it")
    page.wait_for_selector("text=Reading posts 41–60 of 112")
    shelf.lets.set()
    page.wait_for_url(f"**{shelf.unread}#{ANCHOR}")


@SCRIPT
def test_a_failure_is_explained_and_tried_again(shelf: Blocking, visit: Callable[..., Any], script: bool) -> None:
    page = visit("/", java_script_enabled=script)
    paste(page, FIRST.url)
    page.wait_for_selector("text=Reading posts 41–60 of 112")
    shelf.problem = NotNow("The server of this post does not answer.")
    shelf.lets.set()
    page.wait_for_selector("text=The server of this post does not answer.")
    assert page.locator("a", has_text="https://bsky.app/profile/").count() == 1
    shelf.problem = None
    page.click("text=Try again")
    page.wait_for_url(f"**{shelf.unread}")


def test_two_who_ask_at_once_get_the_same_link(shelf: Blocking, visit: Callable[..., Any]) -> None:
    pages = [visit("/", java_script_enabled=script) for script in (True, False)]
    for page in pages:
        paste(page, FIRST.url)
        page.wait_for_selector("text=Reading posts 41–60 of 112")
    assert len({page.url.partition("?")[0] for page in pages}) == 1
    shelf.lets.set()
    for page in pages:
        page.wait_for_url(f"**{shelf.unread}")
    assert len(shelf.asked) == 1


def test_where_the_events_are_not_to_be_had_the_page_is_loaded_again(
    shelf: Blocking, visit: Callable[..., Any]
) -> None:
    page = visit("/")
    page.context.route("**/events*", lambda route: route.fulfill(status=204))
    page.clock.install()
    paste(page, FIRST.url)
    page.wait_for_url("**?watch=")
    shelf.lets.set()
    page.clock.fast_forward(5000)
    page.wait_for_url(f"**{shelf.unread}")


def test_a_thread_that_is_not_kept_is_chosen_in_words(shelf: Blocking, visit: Callable[..., Any]) -> None:
    shelf.lets.set()
    page = visit("/")
    page.click("text=How it is kept")
    page.check("text=For an hour")
    paste(page, FIRST.url)
    page.wait_for_url("**/live/*")
    assert "The weir, part 30" in page.inner_text("article")
    assert shelf.saved_as == [None]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("place", ["choices", "progress", "failed"])
def test_axe_finds_nothing_and_the_page_has_its_picture(
    shelf: Blocking,
    visit: Callable[..., Any],
    tmp_path_factory: pytest.TempPathFactory,
    place: str,
    width: int,
    theme: str,
) -> None:
    from axe_playwright_python.sync_playwright import Axe

    page = visit("/", width=width, color_scheme=theme, bypass_csp=True)
    if place == "choices":
        page.click("text=How it is kept")
    else:
        paste(page, FIRST.url)
        page.wait_for_selector("text=Reading posts 41–60 of 112")
    if place == "failed":
        shelf.problem = NotNow("The server of this post does not answer.")
        shelf.lets.set()
        page.wait_for_selector("text=Try again")
    pictures = Path(tmp_path_factory.getbasetemp()) / "pictures"
    pictures.mkdir(exist_ok=True)
    page.screenshot(path=pictures / f"unrolling-{place}-{width}-{theme}.png", full_page=True)
    found = Axe().run(page).response["violations"]
    assert [(rule["id"], [node["html"] for node in rule["nodes"]]) for rule in found] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
