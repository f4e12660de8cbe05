"""The interface in other languages, in a real browser."""

from collections.abc import Callable

import pytest

from tests.support import site as examples

pytestmark = pytest.mark.browser

EVERYTHING = examples.path_of(examples.everything())


@pytest.mark.parametrize("path", ["/", "/latest", EVERYTHING, "/nowhere"])
@pytest.mark.parametrize("width", [320, 1280])
def test_from_right_to_left_no_page_is_wider_than_its_window(visit: Callable, path: str, width: int):
    page = visit(path, width=width, locale="ar")
    assert page.evaluate("getComputedStyle(document.documentElement).direction") == "rtl"
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_from_right_to_left_the_line_of_the_front_page_stands_right(visit: Callable):
    page = visit("/", locale="ar")
    box = page.locator(".home .stop").first.bounding_box()
    words = page.locator(".home .stop label").first.bounding_box()
    assert box["x"] + box["width"] - (words["x"] + words["width"]) < 100
    assert page.locator("h1").evaluate("heading => getComputedStyle(heading).textAlign") == "start"


def test_a_language_chosen_by_its_link_stays_without_a_cookie(visit: Callable):
    page = visit("/", locale="de-AT", java_script_enabled=False)
    assert page.locator("html").get_attribute("lang") == "de"
    page.get_by_role("link", name="日本語").click()
    assert page.locator("html").get_attribute("lang") == "ja"
    page.locator(".list a").first.click()
    page.wait_for_url("**/t/**")
    assert page.locator("html").get_attribute("lang") == "ja"
    page.get_by_role("link", name="投稿どおり").first.click()
    page.wait_for_url("**view=posts**")
    assert page.locator("html").get_attribute("lang") == "ja"
