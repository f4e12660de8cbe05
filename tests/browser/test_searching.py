"""Searching what is kept, in three scripts, with and without JavaScript: the real index behind a real browser."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.store.build import NOON, draft, post, talk
from threadleaf.config import Settings
from threadleaf.core.model import Author, Conversation, Media, Post
from threadleaf.wire import Steps

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser
SCRIPT = pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
LEDGER = Media(kind="image", url="https://cdn.example/1.jpg", alt="A ledger with two columns.", width=1200, height=800)
MASON = "https://walls.example/users/mason"
WALL = Post(
    id=f"{MASON}/statuses/100",
    author=MASON,
    text="A dry stone wall is two walls that lean on each other.",
    url="https://walls.example/@mason/100",
    created=NOON,
    langs=("en",),
)
FILLER = "The hour, the weight of the grain, the height of the water and who came to fetch it were written down. "
THREADS: dict[int, tuple[str, str, tuple[str, ...], datetime]] = {
    # number: author, language, texts, time of posting
    1: ("ann", "en", (FILLER * 4, FILLER * 4, "A tide mill has two working windows a day.", FILLER * 4), NOON),
    2: ("bob", "ru", ("Мельница стоит у самой воды.", "Она старше всех домов этой улицы."), NOON.replace(year=2024)),
    3: ("eve", "zh", ("冯玉军写过一篇关于潮汐磨坊的文章。", "磨坊每天开工两次。"), NOON.replace(year=2025)),
    4: ("ann", "en", ("Windmills are another matter, and so are the two millers.",), NOON.replace(year=2023)),
    5: ("ida", "ar", ("طاحونة المد تعمل مرتين في اليوم.",), NOON.replace(year=2022)),
}


def row(number: int) -> list[Post]:
    """The posts of one thread; the first of the first has a picture."""
    who, lang, texts, when = THREADS[number]
    posts: list[Post] = []
    for place, text in enumerate(texts):
        above = posts[-1].id if posts else None
        media = (LEDGER,) if (number, place) == (1, 0) else ()
        more = {"text": text, "langs": (lang,), "created": when, "media": media}
        posts.append(post(number * 100 + place, above, author=who, **more))
    return posts


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a personal site over a database that holds the threads, and one of the fediverse."""
    import uvicorn

    from threadleaf.service import Threadleaf
    from threadleaf.store import open_store
    from threadleaf.web.app import create_app
    from threadleaf.web.threads import renderer

    listener = socket.create_server(("127.0.0.1", 0))
    with open_store(tmp_path_factory.mktemp("kept") / "threads.sqlite3") as store:
        for number in THREADS:
            assert store.save(draft(talk(*row(number))))
        service = Threadleaf(store, of_the_fediverse, lambda: NOON, renderer(Settings()))
        service.unroll(WALL.url, save="listed")
        app = create_app(service, Settings())
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning", lifespan="off"))
        thread = threading.Thread(target=server.run, args=([listener],))
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        server.should_exit = True
        thread.join()


def of_the_fediverse(steps: Steps) -> Conversation:
    """What that network says of its one thread."""
    steps.close()
    mason = Author(
        id=MASON, network="fedi", handle="mason@walls.example", name="Mason", url="https://walls.example/@mason"
    )
    return Conversation(network="fedi", anchor=WALL.id, posts=(WALL,), authors=(mason,), read_at=NOON)


def key(number: int) -> str:
    return post(number).id.rpartition("/")[2]


def search(page: Page, text: str) -> None:
    """Type into the box and press the button."""
    page.fill("#q", text)
    page.locator("form[role=search] button").click()
    page.wait_for_url("**/search?q=*")


def found(page: Page) -> set[str]:
    """The posts to which the results lead."""
    return {
        address.rpartition("/")[2]
        for address in page.locator(".hits > li > a").evaluate_all("all => all.map(a => a.href)")
    }


@SCRIPT
@pytest.mark.parametrize(
    ("text", "marked", "place"),
    [
        ("mill", ["mill"], (1, 2)),
        ("windows MILLS", ["mill", "windows"], (1, 2)),
        ('"two working windows"', ["two working windows"], (1, 2)),
        ("мельницы", ["Мельница"], (2, 0)),
        ("дома вода", ["воды"], (2, 0)),
        ("улица", ["улицы"], (2, 1)),
        ("冯玉军", ["冯玉军"], (3, 0)),
        ("玉军", ["玉军"], (3, 0)),
        ("军", ["军"], (3, 0)),
        ("每天 开工", ["每天开工"], (3, 1)),
        ("طاحونة", ["طاحونة"], (5, 0)),
    ],
)
def test_words_are_found_counted_highlighted_and_lead_to_their_post(
    visit: Callable[..., Page], script: bool, text: str, marked: list[str], place: tuple[int, int]
) -> None:
    page = visit("/latest", java_script_enabled=script)
    page.locator("header.bar a", has_text="Search").click()
    search(page, text)
    number, nth = place
    result = page.locator(".hits > li").filter(has=page.locator(f"a[href*='{key(number * 100)}']"))
    assert result.count() == 1
    assert set(marked) <= set(result.locator("mark").all_inner_texts())
    assert page.input_value("#q") == text
    assert page.locator("main > p.label bdi").first.inner_text() == f"{page.locator('.hits > li').count()} thread" + (
        "" if page.locator(".hits > li").count() == 1 else "s"
    )
    result.locator(".found a").click()
    page.wait_for_url("**/t/bsky/**")
    if nth:
        assert page.url.endswith(f"#{key(number * 100 + nth)}")
    box = page.locator(f"[id='{key(number * 100 + nth)}']").bounding_box()
    assert box is not None
    assert -1 <= box["y"] < 900
    assert THREADS[number][2][nth][:20] in page.inner_text("article")


@SCRIPT
@pytest.mark.parametrize(
    ("text", "threads"),
    [
        ("from:ann", {1, 4}),
        ("from:@bob.example", {2}),
        ("network:bsky lang:ru", {2}),
        ("lang:zh", {3}),
        ("before:2024", {4, 5}),
        ("after:2024-12 before:2026", {3}),
        ("has:image", {1}),
        ("mill* -tide", {4}),
        ("two from:ann before:2026", {4}),
    ],
)
def test_operators_choose_among_the_threads(
    visit: Callable[..., Page], script: bool, text: str, threads: set[int]
) -> None:
    page = visit("/search", java_script_enabled=script)
    search(page, f"{text} network:bsky" if "network:" not in text else text)
    assert found(page) == {key(number * 100) for number in threads}


@SCRIPT
def test_a_network_is_chosen_and_its_thread_is_read(visit: Callable[..., Page], script: bool) -> None:
    page = visit("/search", java_script_enabled=script)
    search(page, "network:fedi stone")
    assert page.locator(".hits > li").count() == 1
    page.locator(".hits > li > a").click()
    page.wait_for_url("**/t/fedi/**")
    assert "stone" in page.inner_text("article").lower()


@SCRIPT
def test_what_is_not_there_and_what_cannot_be_asked_is_said_beside_the_box(
    visit: Callable[..., Page], script: bool
) -> None:
    page = visit("/search", java_script_enabled=script)
    search(page, "windmill submarine")
    assert (
        page.locator("[role=status]").inner_text() == "Nothing that is kept here fits. Try fewer words, or other ones."
    )
    search(page, "has:dog")
    assert page.locator("#error").inner_text().startswith("“has:dog” is not known. Say image")
    assert page.locator("#q").get_attribute("aria-describedby") == "error"
    search(page, "mill")
    assert page.locator("#error").count() == 0


def test_what_was_looked_for_is_bold_and_nothing_else(visit: Callable[..., Page]) -> None:
    page = visit("/search?q=tide")
    look = page.locator("mark").first.evaluate(
        "mark => [getComputedStyle(mark).fontWeight, getComputedStyle(mark).backgroundColor,"
        " getComputedStyle(mark.parentElement).fontWeight]"
    )
    assert look == ["600", "rgba(0, 0, 0, 0)", "400"]


@SCRIPT
@pytest.mark.parametrize(
    ("locale", "button", "count"), [("ru", "Поиск", "2 ветки"), ("zh-CN", "搜索", ""), ("ar", "", "")]
)
def test_searching_in_another_language_of_the_interface(
    visit: Callable[..., Page], script: bool, locale: str, button: str, count: str
) -> None:
    page = visit("/search", locale=locale, java_script_enabled=script)
    assert button in page.locator("form[role=search] button").inner_text()
    search(page, "冯玉军")
    assert found(page) == {key(300)}
    way = page.locator("html").get_attribute("dir")
    assert way == ("rtl" if locale == "ar" else "ltr")
    assert page.locator(".found a").evaluate("text => getComputedStyle(text).direction") == "ltr"
    search(page, "طاحونة")
    assert page.locator(".found a").evaluate("text => getComputedStyle(text).direction") == "rtl"
    assert page.evaluate("document.documentElement.scrollWidth") <= 1280


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("found", "/search?q=mill"),
        ("people", "/search?q=ann"),
        ("none", "/search?q=submarine"),
        ("wrong", "/search?q=has:dog"),
    ],
)
def test_axe_finds_nothing_and_nothing_scrolls_sideways(
    visit: Callable[..., Page], tmp_path_factory: pytest.TempPathFactory, name: str, path: str, width: int, theme: Any
) -> None:
    from axe_playwright_python.sync_playwright import Axe

    page = visit(path, width=width, color_scheme=theme, bypass_csp=True)
    pictures = Path(tmp_path_factory.getbasetemp()) / "pictures"
    pictures.mkdir(exist_ok=True)
    page.screenshot(path=pictures / f"search-{name}-{width}-{theme}.png", full_page=True)
    violations = Axe().run(page).response["violations"]
    assert [(rule["id"], [node["html"] for node in rule["nodes"]]) for rule in violations] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
