"""The reading page in use: other lines, citations, the thread's shape, the keyboard, and what other programs make of it."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache

import pytest

from tests.browser import printing, readers
from tests.support import site as examples

pytestmark = pytest.mark.browser

THREADS = {name: make() for name, make in examples.ALL.items()}
PATHS = {name: examples.path_of(thread) for name, thread in THREADS.items()}
EVERYTHING = PATHS["everything"]


def key(name: str) -> str:
    """What a post of the examples is called on its page."""
    return examples.uri(name).rpartition("/")[2]


# --- without script ---------------------------------------------------------------------------------------------


def test_a_branch_is_read_as_the_main_line_and_left_again_without_script(visit: Callable):
    page = visit(EVERYTHING, java_script_enabled=False)
    title = page.title()
    page.click(".branch >> nth=0 >> summary")
    page.click("text=Read this line instead >> nth=0")
    assert page.url.endswith(f"?line={key('b1')}")
    assert page.title() == title
    assert page.locator(".line > .post").count() == 4
    assert "every mill had a dog" in page.locator(".line > .post").nth(2).inner_text()
    page.click("text=Read the main line instead")
    assert page.url.endswith(EVERYTHING)


def test_a_post_is_cited_without_script_and_one_comes_back_to_it(visit: Callable):
    page = visit(EVERYTHING, java_script_enabled=False)
    page.click(f"[id='{key('4')}'] .more > summary")
    page.click(f"[id='{key('4')}'] >> text=Cite")
    assert "“4/ Here is the ledger page that started this.”" in page.input_value("#text")
    assert page.locator("button[data-copies]").first.is_hidden()
    page.click("text=Back to the thread")
    assert page.url.endswith(f"{EVERYTHING}#{key('4')}")


@pytest.mark.parametrize("view", ["article", "posts"])
def test_who_is_led_to_a_post_can_start_at_the_beginning(visit: Callable, view: str):
    page = visit(f"{EVERYTHING}?view={view}#{key('7')}", height=500, java_script_enabled=False)
    shown = page.locator(".start:visible")
    assert shown.count() == 1
    assert page.evaluate("scrollY") > 0
    shown.locator("a").click()
    page.wait_for_function("scrollY === 0")
    assert page.locator(".start:visible").count() == 0


def test_a_place_within_a_folded_branch_opens_it(visit: Callable):
    page = visit(f"{EVERYTHING}#{key('b2')}")
    assert page.locator(f"[id='{key('b2')}']").is_visible()


def test_a_thread_is_read_again_by_its_button_and_one_comes_back_to_it(visit: Callable):
    page = visit(EVERYTHING, java_script_enabled=False)
    page.click("text=Refresh")
    page.wait_for_selector("article.line")
    assert page.url.endswith(EVERYTHING)


# --- the shape of the thread ------------------------------------------------------------------------------------


def test_the_shape_stands_beside_the_text_where_there_is_room(visit: Callable):
    page = visit(EVERYTHING, width=1280)
    shape, text = page.locator(".shape").bounding_box(), page.locator(".line").bounding_box()
    assert shape["x"] >= text["x"] + text["width"]
    assert page.locator(".map summary").is_hidden()
    page.locator(".shape a", has_text="Post 7").first.click()
    assert page.url.endswith(f"#{key('7')}")


@pytest.mark.parametrize("place", ["everything", "sixty", "arabic"])
def test_the_shape_lies_below_the_head_on_a_phone_and_rolls_by_itself(visit: Callable, place: str):
    page = visit(PATHS[place], width=390)
    assert page.locator(".shape").is_hidden()
    page.click(".map summary")
    roll = page.locator(".roll").bounding_box()
    first, last = page.locator(".shape [role=listitem]").first, page.locator(".shape [role=listitem]").last
    assert first.bounding_box()["y"] == pytest.approx(last.bounding_box()["y"], abs=1)
    assert roll["y"] <= first.bounding_box()["y"] + 1
    begun = first.bounding_box()
    assert (begun["x"] >= 0, begun["x"] + begun["width"] <= 390) == (True, True)
    assert page.evaluate("document.documentElement.scrollWidth") == 390


def test_on_a_phone_three_dots_show_what_is_behind_a_ring_and_a_finger_finds_it(visit: Callable):
    page = visit(EVERYTHING, width=390, has_touch=True)
    ring = page.locator(".more > summary").first
    assert page.evaluate("getComputedStyle(document.querySelector('.more > summary'), '::after').content") == '"⋮" / ""'
    box = ring.bounding_box()
    assert (box["width"], box["height"]) == (44, 44)
    assert ring.get_attribute("aria-label") == "Post 1, link and citation"
    ring.tap()
    assert page.get_by_role("link", name="Cite").first.is_visible()


def test_where_a_pointer_hovers_and_the_number_stands_there_are_no_dots(visit: Callable):
    page = visit(EVERYTHING)
    assert page.evaluate("getComputedStyle(document.querySelector('.more > summary'), '::after').content") == "none"


# --- two directions ---------------------------------------------------------------------------------------------

OURS = ".facts, .how li, .meta, .gap p, .poll-head, .foot p, .end"
SPACES = """(ours) => [...document.querySelectorAll(ours)].filter((one) => one.checkVisibility()).map((one) => {
  const words = new Range(), box = one.getBoundingClientRect(), style = getComputedStyle(one);
  words.selectNodeContents(one);
  const text = words.getBoundingClientRect();
  return [text.left - box.left - parseFloat(style.paddingLeft), box.right - parseFloat(style.paddingRight) - text.right];
})"""


@pytest.mark.parametrize(("place", "lang", "side"), [("everything", "ar", "left"), ("arabic", "en", "right")])
@pytest.mark.parametrize("width", [390, 1280])
def test_what_is_ours_runs_as_its_language_does_on_the_side_of_the_text(
    visit: Callable, place: str, lang: str, side: str, width: int
):
    page = visit(f"{PATHS[place]}?lang={lang}&view=posts", width=width)
    page.click(".how summary")
    spaces = [left if side == "left" else right for left, right in page.evaluate(SPACES, OURS)]
    assert len(spaces) > 5
    assert max(map(abs, spaces)) < 2
    ways = page.evaluate(
        "[...document.querySelectorAll('.facts, .meta, .foot p')].map(s => getComputedStyle(s).direction)"
    )
    assert set(ways) == {"rtl" if lang == "ar" else "ltr"}
    assert page.evaluate("document.documentElement.scrollWidth") == width


def test_a_description_by_the_author_keeps_its_own_direction(visit: Callable):
    page = visit(f"{EVERYTHING}?lang=ar")
    styles = "getComputedStyle(document.querySelector('.alt[dir] {}')).direction"
    assert [page.evaluate(styles.format(part)) for part in ("span", "aside")] == ["ltr", "rtl"]


# --- the keyboard -----------------------------------------------------------------------------------------------


def focused(page) -> str:
    return page.evaluate("document.activeElement.closest('.post')?.id ?? ''")


@pytest.mark.parametrize("width", [390, 1280])
def test_j_and_k_go_from_post_to_post(visit: Callable, width: int):
    page = visit(EVERYTHING, width=width, height=500)
    seen = []
    for press in ("j", "j", "j", "k", "k", "k"):
        page.keyboard.press(press)
        seen.append(focused(page))
    assert seen == [key(name) for name in ("1", "2", "3", "2", "1", "1")]


def test_v_changes_the_view_and_back(visit: Callable):
    page = visit(EVERYTHING)
    page.keyboard.press("v")
    page.wait_for_url("**view=posts*")
    page.keyboard.press("v")
    page.wait_for_url("**view=article*")


def test_o_opens_the_original_of_the_post(visit: Callable):
    page = visit(EVERYTHING)
    page.evaluate(
        "addEventListener('click', event => { event.preventDefault(); window.opened = event.target.href; }, true)"
    )
    page.keyboard.press("o")
    assert page.evaluate("window.opened") == THREADS["everything"].url
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("o")
    assert page.evaluate("window.opened") == THREADS["everything"].posts[1].url


def test_a_question_mark_tells_the_keys_and_typing_is_left_alone(visit: Callable):
    page = visit(EVERYTHING)
    assert page.locator("dialog").is_hidden()
    page.keyboard.press("?")
    assert page.locator("dialog").is_visible()
    page.keyboard.press("j")
    assert focused(page) == ""
    page.keyboard.press("Escape")
    assert page.locator("dialog").is_hidden()
    cite = visit(EVERYTHING + "?cite=")
    cite.focus("#text")
    cite.keyboard.press("v")
    assert cite.url.endswith("?cite=")


# --- copying ----------------------------------------------------------------------------------------------------


def test_a_link_to_a_post_and_a_citation_are_copied(visit: Callable, site: str):
    page = visit(EVERYTHING, permissions=["clipboard-read", "clipboard-write"])
    page.click(f"[id='{key('4')}'] .more > summary")
    page.click(f"[id='{key('4')}'] >> text=Link")
    page.wait_for_selector("text=Copied.")
    assert page.evaluate("navigator.clipboard.readText()") == f"{site}{EVERYTHING}#{key('4')}"
    page.goto(f"{EVERYTHING}?cite={key('4')}")
    page.click("button[data-copies=text]")
    page.wait_for_selector("text=Copied.")
    assert page.evaluate("navigator.clipboard.readText()").startswith("Ada Weir (@ada.example): “4/ Here is")


def test_where_copying_is_not_allowed_this_is_said(visit: Callable):
    page = visit(EVERYTHING + "?cite=", permissions=[])
    page.evaluate("() => { navigator.clipboard.writeText = () => Promise.reject(new Error('no')); }")
    page.click("button[data-copies=text]")
    page.wait_for_selector("text=Your browser does not allow copying.")


# --- print ------------------------------------------------------------------------------------------------------


def test_in_print_branches_are_open_links_are_numbered_and_controls_are_gone(visit: Callable):
    page = visit(EVERYTHING)
    page.emulate_media(media="print")
    assert page.locator(".bar, .map, .more, .start, .switch, .refresh, .site").filter(visible=True).count() == 0
    assert page.locator(f"[id='{key('b2')}'] .text").bounding_box()["height"] > 10
    addresses = page.locator(".addresses li")
    assert addresses.all_inner_texts() == ["https://mills.example/tide"] * 2
    numbered = page.evaluate(
        "[...document.querySelectorAll('.line a[rel~=ugc]')].map(a => getComputedStyle(a, '::after').content)"
    )
    assert numbered == ["counter(link)"] * 2


@pytest.mark.parametrize("place", ["everything", "sixty"])
@pytest.mark.parametrize("view", ["article", "posts"])
def test_what_is_printed_has_every_post_in_its_place(visit: Callable, place: str, view: str):
    thread = THREADS[place]
    page = visit(f"{PATHS[place]}?view={view}")
    screen = page.locator(".line .text p").all_text_contents()
    page.emulate_media(media="print")
    printed = words(page.inner_text("body"))
    at = 0
    for text in map(words, screen):
        at = printed.index(text, at) + len(text)
    assert len(screen) >= len([post for post in thread.posts if post.text])


def test_each_printed_page_says_what_it_is_from_and_which_it_is(visit: Callable):
    page = visit(PATHS["sixty"])
    printed = printing.pages(page.pdf(prefer_css_page_size=True))
    assert len(printed) > 1
    for number, told in enumerate(printed, 1):
        lines = told.splitlines()
        assert any(line.startswith("The miller wrote down the hour") and "— @ada.example" in line for line in lines)
        assert "Last checked 3 May 2026, 14:12 UTC." in lines
        assert re.search(rf"^{number}\n?/\n?{len(printed)}$", told, re.MULTILINE)


def test_forced_colours_keep_the_line_and_its_gaps(visit: Callable):
    page = visit(EVERYTHING, forced_colors="active")
    styles = page.evaluate(
        "['.post', '.gap'].map(name => getComputedStyle(document.querySelector(`.line > ${name}`), '::before')"
        ".borderInlineStartStyle)"
    )
    assert styles == ["solid", "dashed"]


# --- what other programs read -----------------------------------------------------------------------------------


def test_the_accessibility_tree_names_the_author_once_and_reads_the_posts_in_order(visit: Callable):
    page = visit(PATHS["sixty"])
    tree = page.locator("main").aria_snapshot()
    assert tree.count("Ada Weir") == 1
    said = [tree.index(f'"Post {n}"') for n in range(1, 61)]
    posts = [tree.index(f'link "Post {n}"', tree.index("article")) for n in range(1, 61)]
    assert said == sorted(said)
    assert posts == sorted(posts)
    assert 'list "Shape of the thread"' in tree


READ = "new Readability(document.cloneNode(true)).parse().textContent"


@cache
def script() -> str:
    return readers.readability()


def words(text: str) -> str:
    return " ".join(text.split())


# Of a page with less text than they expect of any article both take more: then the title, and what surrounds it.


@pytest.mark.parametrize("view", ["article", "posts"])
@pytest.mark.parametrize("place", ["single", "sixty"])
def test_reader_view_takes_the_posts_in_their_order_and_nothing_else(visit: Callable, place: str, view: str):
    page = visit(f"{PATHS[place]}?view={view}", bypass_csp=True)
    page.add_script_tag(content=script())
    assert words(page.evaluate(READ)) == words(" ".join(page.locator(".line .text p").all_text_contents()))


@pytest.mark.parametrize("view", ["article", "posts"])
@pytest.mark.parametrize("place", ["sixty", "arabic", "end-missing"])
def test_trafilatura_takes_the_posts_in_their_order_and_nothing_else(visit: Callable, place: str, view: str):
    import trafilatura

    page = visit(f"{PATHS[place]}?view={view}", java_script_enabled=False)
    taken = trafilatura.extract(page.content(), include_comments=False)
    assert words(taken) == words(" ".join(page.locator(".line .text p").all_text_contents()))


def test_both_leave_out_what_is_ours_among_the_posts(visit: Callable):
    import trafilatura

    page = visit(EVERYTHING, bypass_csp=True)
    html = page.content()
    page.add_script_tag(content=script())
    for taken in (words(page.evaluate(READ)), words(trafilatura.extract(html))):
        places = [
            taken.index(text) for text in ("two working windows", "every mill had a dog", "cold stones", "thank you")
        ]
        assert places == sorted(places)
        assert "The stone must never be warmer" in taken  # what is quoted belongs to the post that quotes it
        ours = r"unavailable|is missing|Branch|Afterthought|Replies|Cite|Start at|How we know|ends here|votes|not kept"
        assert re.findall(ours, taken) == []
