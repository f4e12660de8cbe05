"""Saved on this device, in a real browser: read without a network, kept and dropped, taken along."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.support import site as examples

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser

SIXTY = examples.path_of(examples.sixty())
EVERYTHING = examples.path_of(examples.everything())
SINGLE = examples.path_of(examples.single())
LAST = "60/60 The miller wrote down the hour"


def expect(target: Any) -> Any:
    """Playwright's own, which is not there in `make test`."""
    from playwright.sync_api import expect

    return expect(target)


def save(page: Page) -> None:
    page.get_by_role("button", name="Save on this device").click()
    page.locator('[data-part="saved"]').wait_for()


def select(page: Page, words: str) -> None:
    """Select some words, as a reader does by dragging over them."""
    page.evaluate(
        """(words) => {
          const walker = document.createTreeWalker(document.querySelector("article"), NodeFilter.SHOW_TEXT);
          while (walker.nextNode()) {
            const start = walker.currentNode.data.indexOf(words);
            if (start >= 0) return getSelection().setBaseAndExtent(
              walker.currentNode, start, walker.currentNode, start + words.length);
          }
          throw new Error("no such words");
        }""",
        words,
    )


def test_a_saved_thread_is_read_without_a_network(visit: Callable[..., Page]):
    page = visit(SIXTY)
    save(page)
    page.context.set_offline(True)
    page.goto(SIXTY)
    assert LAST.partition(" ")[2] in page.inner_text("article")
    assert page.evaluate("getComputedStyle(document.body).fontFamily").startswith("Flags")
    page.goto("/saved")
    expect(page.locator("#saved a")).to_have_attribute("href", SIXTY)


BRANCH = examples.uri("b1").rpartition("/")[2]
FORMS = {
    "?view=posts": ("As posted", "3/ not superstition"),
    f"?line={BRANCH}": ("along a branch", "It was not for the rats."),
    f"?view=posts&line={BRANCH}": ("As posted · along a branch", "It was not for the rats."),
}


@pytest.mark.parametrize("form", FORMS)
def test_what_is_saved_is_what_was_on_the_screen_and_the_list_says_which(visit: Callable[..., Page], form: str):
    page = visit(EVERYTHING + form)
    seen = page.inner_text("article")
    assert FORMS[form][1] in seen
    save(page)
    page.goto(f"{EVERYTHING}?lang=de&{form[1:]}")
    page.goto(EVERYTHING + form)
    page.goto("/saved")
    expect(page.locator("#saved a")).to_have_attribute("href", EVERYTHING + form)
    expect(page.locator("#saved .about")).to_contain_text(FORMS[form][0])
    page.context.set_offline(True)
    page.locator("#saved a").click()
    page.wait_for_url("**" + EVERYTHING + form)
    assert page.inner_text("article").partition("Note")[0] in seen
    assert page.inner_text(".line > .post:last-of-type .text") in seen
    page.goto(f"{EVERYTHING}?view=article")
    expect(page.get_by_text("The page you asked for is not saved on this device")).to_be_visible()


def test_the_usual_view_is_found_whether_the_address_names_it_or_not(visit: Callable[..., Page]):
    page = visit(f"{EVERYTHING}?view=article&lang=en")
    save(page)
    page.context.set_offline(True)
    for address in (EVERYTHING, f"{EVERYTHING}?view=article", f"{EVERYTHING}?lang=ru"):
        page.goto(address)
        assert "A tide mill has two working windows" in page.inner_text("article")
    page.goto(f"{EVERYTHING}?cite=")
    expect(page.get_by_text("The page you asked for is not saved on this device")).to_be_visible()


def test_without_a_network_what_was_not_saved_leads_to_what_was(visit: Callable[..., Page]):
    page = visit(SIXTY)
    save(page)
    page.context.set_offline(True)
    page.goto(SINGLE)
    expect(page.get_by_role("heading", name="Saved on this device")).to_be_visible()
    expect(page.get_by_text("The page you asked for is not saved on this device")).to_be_visible()
    page.goto("/saved")
    expect(page.get_by_text("You are offline. What is saved on this device can be read")).to_be_visible()


def test_with_a_network_nobody_is_told_to_be_without(visit: Callable[..., Page]):
    page = visit("/saved")
    expect(page.get_by_text("Nothing is saved on this device yet.")).to_be_visible()
    expect(page.locator("#offline")).to_be_hidden()


@pytest.mark.parametrize("width", [390, 1280])
def test_the_head_leads_to_the_word_that_saves(visit: Callable[..., Page], width: int):
    page = visit(SIXTY, width=width)
    page.get_by_role("link", name="Save or export").click()
    word = page.get_by_role("button", name="Save on this device")
    expect(word).to_be_in_viewport()
    word.click()
    expect(page.get_by_text("Saved on this device.")).to_be_focused()
    expect(word).to_be_hidden()
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Remove")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_label("Tags")).to_be_focused()
    page.get_by_role("button", name="Remove").click()
    expect(word).to_be_focused()


def test_the_list_names_the_author_once(visit: Callable[..., Page]):
    page = visit(SIXTY)
    save(page)
    page.goto("/saved")
    expect(page.locator("#saved li")).to_have_count(1)
    assert page.inner_text("#saved li").count("@ada.example") == 1


def test_tags_highlights_and_notes_are_there_the_next_time(visit: Callable[..., Page]):
    page = visit(SIXTY)
    save(page)
    page.get_by_label("Tags").fill("mills, to cite, mills")
    page.get_by_label("Tags").blur()
    select(page, "wrote down the hour")
    page.get_by_role("button", name="Highlight the selection").click()
    page.get_by_text("Note", exact=True).first.click()
    page.get_by_label("Your note").first.fill("Compare with the ledger.")
    page.get_by_label("Your note").first.blur()
    page.reload()
    expect(page.get_by_label("Tags")).to_have_value("mills, to cite")
    expect(page.get_by_label("Your note").first).to_have_value("Compare with the ledger.")
    painted = page.evaluate("[...CSS.highlights.get('threadleaf')].map(String)")
    assert painted == ["wrote down the hour"]


@pytest.mark.parametrize("words", ["it is a sad one", "warmer than the hand", "every mill had a dog"])
@pytest.mark.parametrize("view", ["article", "posts"])
def test_a_highlight_has_its_place_in_every_language_of_the_interface(
    visit: Callable[..., Page], words: str, view: str
):
    page = visit(f"{EVERYTHING}?view={view}")
    save(page)
    select(page, words)
    page.get_by_role("button", name="Highlight the selection").click()
    page.wait_for_function("() => CSS.highlights.get('threadleaf').size === 1")
    for language in ("ru", "ar"):
        page.goto(f"{EVERYTHING}?view={view}&lang={language}")
        page.wait_for_function("() => CSS.highlights.get('threadleaf')?.size === 1")
        assert page.evaluate("[...CSS.highlights.get('threadleaf')].map(String)") == [words]


def test_highlighting_a_highlight_takes_it_away(visit: Callable[..., Page]):
    page = visit(SIXTY)
    save(page)
    for left in (1, 0):
        select(page, "wrote down the hour")
        page.get_by_role("button", name="Highlight the selection").click()
        page.wait_for_function("(n) => CSS.highlights.get('threadleaf').size === n", arg=left)


def test_highlighting_nothing_says_what_to_do(visit: Callable[..., Page]):
    page = visit(SIXTY)
    save(page)
    page.get_by_role("button", name="Highlight the selection").click()
    expect(page.get_by_text("Select some words of the thread first.")).to_be_visible()


def test_what_is_removed_from_the_device_is_gone_from_it(visit: Callable[..., Page]):
    page = visit(SIXTY)
    save(page)
    page.get_by_role("button", name="Remove").click()
    page.get_by_role("button", name="Save on this device").wait_for()
    assert page.evaluate(f"caches.match({json.dumps(SIXTY)}).then((found) => !found)")
    page.goto("/saved")
    expect(page.get_by_text("Nothing is saved on this device yet.")).to_be_visible()


def test_a_saved_copy_is_dropped_when_the_page_was_taken_down_and_the_readers_notes_stay(
    visit: Callable[..., Page], taken_down: Callable[[str], None]
):
    page = visit(SIXTY)
    save(page)
    page.get_by_text("Note", exact=True).first.click()
    page.get_by_label("Your note").first.fill("Mine.")
    page.get_by_label("Your note").first.blur()
    page.goto(f"{SIXTY}?view=posts")
    save(page)
    taken_down(SIXTY)
    page.goto(SIXTY)
    page.goto("/saved")
    expect(page.get_by_text("A thread that was taken down. Your notes are kept.")).to_be_visible()
    expect(page.get_by_text("Mine.")).to_be_visible()
    kept = page.evaluate(
        """async () => {
          const saved = await caches.open("threadleaf-saved");
          const texts = (await saved.keys()).map(async (key) => (await saved.match(key)).text());
          return (await Promise.all(texts)).join(" ");
        }"""
    )
    assert "The miller wrote" not in kept
    page.context.set_offline(True)
    page.goto(SIXTY)
    expect(page.get_by_role("heading", name="Saved on this device")).to_be_visible()


def test_what_is_saved_goes_out_as_json_and_markdown_and_comes_back(visit: Callable[..., Page], tmp_path: Path):
    page = visit(SIXTY)
    save(page)
    page.get_by_label("Tags").fill("mills")
    page.get_by_label("Tags").blur()
    select(page, "wrote down the hour")
    page.get_by_role("button", name="Highlight the selection").click()
    page.wait_for_function("() => CSS.highlights.get('threadleaf').size === 1")
    page.goto("/saved")
    with page.expect_download() as told:
        page.get_by_role("button", name="Markdown", exact=True).click()
    markdown = Path(told.value.path()).read_text()
    for told_there in (SIXTY, "> wrote down the hour", "#mills"):
        assert told_there in markdown
    with page.expect_download() as told:
        page.get_by_role("button", name="JSON", exact=True).click()
    exported = tmp_path / "saved.json"
    told.value.save_as(exported)

    other = visit("/saved")
    other.get_by_label("Add what was exported elsewhere (JSON):").set_input_files(exported)
    expect(other.locator("#saved a")).to_have_attribute("href", SIXTY)
    expect(other.get_by_text("“wrote down the hour”")).to_be_visible()


@pytest.mark.parametrize("text", ["no JSON", '{"path": 1}', '[{"path": "https://evil.example/"}]', "[null]"])
def test_a_foreign_file_is_refused_in_words(visit: Callable[..., Page], tmp_path: Path, text: str):
    file = tmp_path / "foreign.json"
    file.write_text(text)
    page = visit("/saved")
    page.get_by_label("Add what was exported elsewhere (JSON):").set_input_files(file)
    expect(page.get_by_role("alert")).to_contain_text("This file cannot be read.")
    expect(page.locator("#saved li")).to_have_count(0)


def test_tags_choose_what_the_list_shows(visit: Callable[..., Page]):
    page = visit(SIXTY)
    save(page)
    page.get_by_label("Tags").fill("mills")
    page.get_by_label("Tags").blur()
    page.goto(SINGLE)
    save(page)
    page.goto("/saved")
    expect(page.locator("#saved li")).to_have_count(2)
    page.get_by_label("Tag", exact=True).select_option("mills")
    expect(page.locator("#saved li")).to_have_count(1)


def test_without_script_nothing_of_it_is_offered(visit: Callable[..., Page]):
    page = visit(SIXTY, java_script_enabled=False)
    expect(page.get_by_text("Save on this device")).to_be_hidden()
    page.goto("/saved")
    expect(page.get_by_text("use your browser’s own way to save a page")).to_be_visible()


def test_before_anything_is_saved_no_worker_is_installed(visit: Callable[..., Page]):
    page = visit(SIXTY)
    page.goto("/saved")
    assert page.evaluate("navigator.serviceWorker.getRegistrations().then((found) => found.length)") == 0


# --- what becomes of saving -------------------------------------------------------------------------------------

NOT_THERE = "It was not saved: you are offline, or this site does not answer. Try again later."


def names(page: Page) -> list[str]:
    """What the cache of saved pages holds."""
    found: list[str] = page.evaluate(
        """async () => (await (await caches.open("threadleaf-saved")).keys()).map((key) => new URL(key.url).pathname)"""
    )
    return found


def test_offline_it_is_said_that_nothing_was_saved_and_later_it_can_be(browser: Browser, site: str):
    # Not in the fixture's window: a browser that is offline complains in its console.
    page = browser.new_context(base_url=site).new_page()
    page.goto(SIXTY)
    page.context.set_offline(True)
    word = page.get_by_role("button", name="Save on this device")
    word.click()
    expect(page.locator("#save-said")).to_have_text(NOT_THERE)
    expect(word).to_be_visible()
    assert names(page) == []
    page.context.set_offline(False)
    save(page)
    expect(page.locator("#save-said")).to_have_text("")
    page.goto("/saved")
    expect(page.locator("#saved .about")).to_contain_text("Article · saved on ")
    page.context.close()


@pytest.mark.parametrize("gone", ["getter", "register"])
def test_a_browser_that_keeps_no_pages_is_named_as_the_reason(visit: Callable[..., Page], gone: str):
    page = visit("/saved")
    page.add_init_script(
        {
            "getter": "delete Navigator.prototype.serviceWorker",
            "register": "ServiceWorkerContainer.prototype.register = () => Promise.reject(new DOMException('no', 'SecurityError'))",
        }[gone]
    )
    page.goto(SIXTY)
    page.get_by_role("button", name="Save on this device").click()
    expect(page.locator("#save-said")).to_contain_text("your browser does not let this site keep pages")
    assert names(page) == []


def test_while_it_is_saving_that_is_said_and_what_is_cut_off_is_not_listed(visit: Callable[..., Page]):
    page = visit(SIXTY)
    page.context.route("**/keep.js", lambda route: None)  # which never answers, and which the list does without
    word = page.get_by_role("button", name="Save on this device")
    word.click()
    expect(page.locator("#save-said")).to_have_text("Saving…")
    expect(word).to_be_disabled()
    page.goto("/saved")
    expect(page.get_by_text("Nothing is saved on this device yet.")).to_be_visible()
    assert SIXTY not in names(page)


def test_the_list_says_in_which_form_and_when(visit: Callable[..., Page]):
    page = visit(SIXTY)
    save(page)
    page.goto(f"{SIXTY}?view=posts")
    save(page)
    page.goto("/saved")
    expect(page.locator("#saved .about")).to_have_count(2)
    told = page.locator("#saved .about").all_inner_texts()
    assert [" · ".join(one.split(" · ")[1:2]) for one in told] == ["As posted", "Article"]
    today = page.evaluate("new Date().toLocaleDateString('en-GB', { dateStyle: 'long' })")
    assert all(f"saved on {today}" in one for one in told)
    assert "JSON · Markdown" in page.inner_text("#give")
