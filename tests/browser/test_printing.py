"""What comes out of the printer: Chromium makes a PDF of a thread, and its text is read back."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING
from unicodedata import normalize

import pytest

from tests.browser.pdf import File
from tests.support import site as examples

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser
THREADS = {name: make() for name, make in examples.ALL.items()}
SCRIPT = pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])


def printed(page: Page) -> list[str]:
    """The text of each page as it is printed, without spaces: where lines end is no matter here."""
    return [bare(text) for text in File(page.pdf(format="A4")).pages]


def bare(text: str) -> str:
    return re.sub(r"\s", "", text)


@SCRIPT
@pytest.mark.parametrize("view", ["article", "posts"])
@pytest.mark.parametrize("place", ["single", "sixty", "everything", "chinese"])
def test_every_post_is_printed_once_and_in_its_place(
    visit: Callable[..., Page], place: str, view: str, script: bool
) -> None:
    page = visit(f"{examples.path_of(THREADS[place])}?view={view}", java_script_enabled=script)
    shown = [bare(text) for text in page.locator(".line .text p").all_text_contents()]
    paper = "".join(printed(page))
    assert len(shown) >= len([post for post in THREADS[place].posts if post.text])
    at = 0
    for text in shown:
        at = paper.index(text, at) + len(text)
    # The first words are the title too, and stand in the head of the page.
    assert [text for text in shown[1:] if text and paper.count(text) != shown.count(text)] == []


def test_a_long_thread_takes_several_pages_and_no_controls(visit: Callable[..., Page]) -> None:
    pages = printed(visit(examples.path_of(THREADS["sixty"])))
    assert len(pages) > 1
    text = "".join(pages)
    for control in ("Saveorexport", "Refresh", "Export:", "Keyboard", "Shapeofthethread"):
        assert control not in text


def test_links_are_numbered_notes_at_the_end(visit: Callable[..., Page]) -> None:
    text = "".join(printed(visit(examples.path_of(THREADS["everything"]))))
    assert text.count("https://mills.example/tide") >= 2
    assert text.rindex("https://mills.example/tide") > text.index("Thatisall.")


def test_from_right_to_left_every_post_is_printed(visit: Callable[..., Page]) -> None:
    page = visit(examples.path_of(THREADS["arabic"]), locale="ar")
    # The map of a font for joined letters names their shapes, which mean the letters (Unicode, compatibility forms).
    paper = normalize("NFKC", "".join(printed(page)))
    words = {word for text in page.locator(".line .text p").all_text_contents() for word in re.findall(r"\w+", text)}
    assert len(words) > 30
    # What is written from right to left may be painted in either order.
    assert [word for word in words if word not in paper and word[::-1] not in paper] == []
