"""The site as a reader sees it: in Chromium, at two widths, in both themes, without script."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace

from tests.support import site as examples
from threadleaf.store.records import Picture

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.browser

THREADS = {name: make() for name, make in examples.ALL.items()}
PATHS = {name: examples.path_of(thread) for name, thread in THREADS.items()}
PLACES = {
    "home": "/",
    "latest": "/latest",
    "unknown": "/t/bsky/ada.example/3kunknown",
    "nothing": "/nothing",
    **PATHS,
    "everything-posted": PATHS["everything"] + "?view=posts",
    "everything-line": PATHS["everything"] + "?line=" + examples.uri("b1").rpartition("/")[2],
    "everything-cited": PATHS["everything"] + "?cite=" + examples.uri("4").rpartition("/")[2],
}


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("place", PLACES)
def test_axe_finds_nothing_and_the_page_has_its_picture(
    visit: Callable, tmp_path_factory: pytest.TempPathFactory, place: str, width: int, theme: str
):
    from axe_playwright_python.sync_playwright import Axe

    page = visit(PLACES[place], width=width, color_scheme=theme, bypass_csp=True)
    page.evaluate("document.querySelectorAll('details').forEach(folded => { folded.name = ''; folded.open = true; })")
    pictures = Path(tmp_path_factory.getbasetemp()) / "pictures"
    pictures.mkdir(exist_ok=True)
    page.screenshot(path=pictures / f"{place}-{width}-{theme}.png", full_page=True)
    found = Axe().run(page).response["violations"]
    assert [(rule["id"], [node["html"] for node in rule["nodes"]]) for rule in found] == []


@pytest.mark.parametrize("place", PLACES)
def test_nothing_scrolls_sideways_at_320_pixels(visit: Callable, place: str):
    page = visit(PLACES[place], width=320)
    assert page.evaluate("document.documentElement.scrollWidth") == 320


@pytest.mark.parametrize("place", PLACES)
def test_nothing_scrolls_sideways_at_double_size(visit: Callable, place: str):
    page = visit(PLACES[place], width=640)
    page.evaluate("document.documentElement.style.zoom = 2")
    assert page.evaluate("document.documentElement.scrollWidth") <= 640


def test_a_thread_is_read_without_script(visit: Callable):
    page = visit(PATHS["everything"], java_script_enabled=False)
    assert "A tide mill has two working windows a day" in page.inner_text("article")
    page.click("text=As posted")
    assert "1/ A tide mill" in page.inner_text("article")
    page.click("text=Save or export")
    assert page.url.endswith("#export")


@pytest.mark.parametrize("width", [390, 1280])
def test_the_line_stands_where_the_text_begins(visit: Callable, width: int):
    def sides(place: str) -> tuple[float, float]:
        page = visit(PATHS[place], width=width)
        box, text = (page.locator(f"[id='{first(place)}']{part}").first.bounding_box() for part in ("", " .text"))
        return text["x"] - box["x"], box["x"] + box["width"] - text["x"] - text["width"]

    def first(place: str) -> str:
        return THREADS[place].posts[0].id.rpartition("/")[2]

    # 1.6 rem lie between the line and the text, on the left or, for Arabic, on the right.
    assert sides("single") == pytest.approx((25.6, 0), abs=0.5)
    assert sides("arabic") == pytest.approx((0, 25.6), abs=0.5)


@pytest.mark.parametrize("width", [390, 1280])
def test_hardly_anything_moves_when_the_fonts_arrive(visit: Callable, width: int):
    page = visit("about:blank", width=width)
    page.add_init_script(
        "window.moved = 0; new PerformanceObserver(list => list.getEntries().forEach(entry => window.moved += entry.value))"
        ".observe({type: 'layout-shift', buffered: true})"
    )
    held = []
    page.route("**/*.woff2", lambda route: held.append(route))  # noqa: PLW0108 -- Playwright marks the function
    page.goto(PATHS["everything"], wait_until="domcontentloaded")
    # Two frames: without fonts, then with them.
    page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
    assert held
    while held:
        held.pop().continue_()
    page.evaluate(
        "document.fonts.ready.then(() => new Promise(done => requestAnimationFrame(() => setTimeout(done, 0))))"
    )
    assert page.evaluate("document.fonts.check('18px Literata')")
    assert page.evaluate("window.moved") < 0.02


def test_a_post_in_the_address_is_marked(visit: Callable):
    post = THREADS["everything"].posts[3].id.rpartition("/")[2]
    page = visit(f"{PATHS['everything']}#{post}")
    colours = page.evaluate(
        "id => [id, document.querySelector('.post').id]"
        ".map(name => getComputedStyle(document.getElementById(name), '::after').backgroundColor)",
        post,
    )
    assert colours == ["rgb(44, 110, 87)", "rgb(252, 253, 252)"]


def test_every_link_and_button_is_reached_by_keyboard_and_shows_it(visit: Callable):
    page = visit(PATHS["everything"], width=390)
    reachable = page.evaluate(
        "[...document.querySelectorAll('a[href], summary, button')].filter(e => e.checkVisibility()).length"
    )
    outlines = []
    for _ in range(reachable):
        page.keyboard.press("Tab")
        outlines.append(
            page.evaluate(
                "(() => { const e = document.activeElement, look = getComputedStyle(e);"
                " return [e.tagName, e.href || e.textContent, look.outlineStyle, look.outlineWidth]; })()"
            )
        )
    assert {tuple(outline[2:]) for outline in outlines} == {("solid", "2px")}
    assert {outline[0] for outline in outlines} == {"A", "SUMMARY", "BUTTON"}


def test_a_picture_that_nobody_could_fetch_yet_has_a_box_with_the_way_to_the_original(
    browser: Browser, site: str, shelf: examples.Shelf
):
    """Its own window, since the browser notes as an error that a picture did not come."""
    path = examples.path_of(examples.everything())
    reading = shelf.readings[path]
    urls = [media.url for post in reading.thread.posts for media in post.media]
    pictures = {url: Picture(name=f"n{place}", url=url) for place, url in enumerate(urls)}
    shelf.readings[path] = replace(reading, pictures=pictures)
    try:
        page = browser.new_page(base_url=site)
        page.goto(path)
        box = page.locator("figure .box").first
        box.scroll_into_view_if_needed()
        box.get_by_role("link", name="See the original").wait_for()
        assert box.inner_text().startswith("Image, 1200 × 800. It could not be shown here just now.")
        assert page.locator("figure .frame").first.is_hidden()
        assert "A ledger with two columns." in page.locator("figure").first.inner_text()
    finally:
        shelf.readings[path] = reading
        page.close()
