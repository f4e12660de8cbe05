"""The addresses around a thread's page: its other lines, its citations, its shape, and having it read again."""

import json
import re
from datetime import timedelta
from html import unescape
from typing import cast

import pytest
from msgspec.structs import replace
from starlette.testclient import TestClient

from tests.support import site
from threadleaf.config import Settings
from threadleaf.jobs import FRESH
from threadleaf.service import Threadleaf
from threadleaf.store.records import Reading
from threadleaf.web.app import create_app

HERE = "http://127.0.0.1:8410"
PUBLIC = "https://threads.example.org"
TALE = site.everything()
PATH = site.path_of(TALE)
BUTTON = '<form class="refresh" method="post" action="/refresh">'


def key(name: str) -> str:
    """What a post of the example is called on its page."""
    return site.uri(name).rpartition("/")[2]


@pytest.fixture
def shelf() -> site.Shelf:
    return site.Shelf(site.ALL, Settings())


def visitor(shelf: site.Shelf, **settings: object) -> TestClient:
    made = Settings(**settings)  # type: ignore[arg-type]
    app = create_app(cast("Threadleaf", shelf), made)
    return TestClient(app, base_url=made.public_origin or HERE, follow_redirects=False)


@pytest.fixture
def client(shelf: site.Shelf) -> TestClient:
    return visitor(shelf)


# --- the page ---------------------------------------------------------------------------------------------------


def test_the_page_says_what_it_is_and_by_whom(shelf: site.Shelf):
    assert "Read as one page by Threadleaf from Bluesky;" in visitor(shelf).get(PATH).text
    public = site.Shelf(site.ALL, Settings(public_origin=PUBLIC))
    assert (
        "Read as one page by threads.example.org from Bluesky;" in visitor(public, public_origin=PUBLIC).get(PATH).text
    )


def test_the_foot_leads_to_the_citation_and_on_a_public_site_to_a_report(client: TestClient):
    page = unescape(client.get(PATH).text)
    assert f'<a href="{PATH}?cite=" rel="nofollow">Cite</a>' in page
    assert 'href="/report?url=' not in page
    public = visitor(site.Shelf(site.ALL, Settings(public_origin=PUBLIC)), public_origin=PUBLIC)
    assert 'href="/report?url=' in public.get(PATH).text


def test_the_keys_are_told_and_the_script_is_a_file_of_ours(client: TestClient):
    page = client.get(PATH).text
    assert '<dialog id="keys"' in page
    script = page[page.index("/static/") :].partition('"')[0]
    address = page.partition('read.js"')[0].rpartition('"')[2] + "read.js"
    assert script
    assert client.get(address).headers["content-type"].startswith("text/javascript")


# --- another line -----------------------------------------------------------------------------------------------


def test_a_branch_is_read_as_the_main_line_under_its_own_address(client: TestClient):
    whole, turned = client.get(PATH).text, client.get(PATH, params={"line": key("b1")})
    assert turned.status_code == 200
    assert turned.headers["x-robots-tag"] == "noindex"
    title = whole.partition("<title>")[2].partition("</title>")[0]
    assert f"<title>{title}</title>" in turned.text
    mark = f'<div class="post" id="{key("b1")}"><aside class="tools"><p class="mark">'
    assert (mark in turned.text, mark in whole) == (True, False)
    assert "You are reading one of the thread’s branches as its main line." in turned.text
    assert f"?view=posts&amp;line={key('b1')}" in turned.text


def test_a_branch_has_both_views(client: TestClient):
    assert "thread as-posts" in client.get(PATH, params={"line": key("b1"), "view": "posts"}).text
    assert "thread as-article" in client.get(PATH, params={"line": key("b1")}).text


@pytest.mark.parametrize("line", ["", "unknown", key("1"), key("b2")])
def test_a_line_that_no_branch_begins_is_404(client: TestClient, line: str):
    answer = client.get(PATH, params={"line": line})
    assert answer.status_code == 404
    assert "no such branch" in answer.text


# --- citations --------------------------------------------------------------------------------------------------


def test_a_post_is_cited_with_its_words_and_addresses(client: TestClient):
    answer = client.get(PATH, params={"cite": key("4")})
    assert answer.headers["x-robots-tag"] == "noindex"
    page = unescape(answer.text)
    assert "Cite this post" in page
    assert "“4/ Here is the ledger page that started this.”" in page
    assert f'<a href="{PATH}#{key("4")}">Back to the thread</a>' in page
    assert "On this site" not in page


def test_a_thread_is_cited_by_its_title(client: TestClient):
    page = unescape(client.get(PATH, params={"cite": ""}).text)
    assert "Cite this thread" in page
    assert f"“{TALE.title}”" in page
    assert f'<a href="{PATH}">Back to the thread</a>' in page


def test_what_is_read_in_another_view_or_along_a_branch_is_cited_so(shelf: site.Shelf):
    public = site.Shelf(site.ALL, Settings(public_origin=PUBLIC))
    client, line = visitor(public, public_origin=PUBLIC), key("b1")
    asked = {"view": "posts", "line": line}
    page = unescape(client.get(PATH, params=asked).text)
    query = f"view=posts&line={line}"
    assert f'<a href="{PATH}?{query}&cite=" rel="nofollow">Cite</a>' in page
    assert f'href="?{query}&cite={key("b2")}"' in page
    cited = unescape(client.get(PATH, params={**asked, "cite": key("b2")}).text)
    assert f'On this site: <a href="{PUBLIC}{PATH}?{query}#{key("b2")}">' in cited
    assert f'<a href="{PATH}?{query}#{key("b2")}">Back to the thread</a>' in cited
    assert f"Read on 3 May 2026: {PUBLIC}{PATH}?{query}#{key('b2')}" in cited
    assert "Post 4" in cited, "its number on the line that is read"
    article = unescape(client.get(PATH, params={"line": line}).text)
    assert f'href="?line={line}&cite={key("b2")}"' in article
    assert client.get(PATH, params={"line": "nothing", "cite": ""}).status_code == 404


def test_a_public_site_gives_its_own_address_with_the_original(shelf: site.Shelf):
    public = site.Shelf(site.ALL, Settings(public_origin=PUBLIC))
    page = unescape(visitor(public, public_origin=PUBLIC).get(PATH, params={"cite": key("4")}).text)
    assert f'On this site: <a href="{PUBLIC}{PATH}#{key("4")}">' in page


def private(shelf: site.Shelf) -> str:
    path = "/p/" + "a" * 26
    saved = replace(shelf.readings[PATH].saved, path=path, visibility="private")
    shelf.readings[path] = Reading(saved, TALE)
    return path


def test_the_secret_address_of_a_private_page_is_in_no_citation():
    public = site.Shelf(site.ALL, Settings(public_origin=PUBLIC))
    path = private(public)
    answer = visitor(public, public_origin=PUBLIC).get(path, params={"cite": key("4")})
    assert answer.headers["cache-control"] == "no-store"
    assert PUBLIC not in answer.text.partition("<main>")[2].partition("</main>")[0]


@pytest.mark.parametrize("place", ["unknown", key("q"), key("j1")])
def test_only_a_post_of_the_authors_is_cited(client: TestClient, place: str):
    assert client.get(PATH, params={"cite": place}).status_code == 404


def test_a_thread_that_moved_takes_the_question_along(shelf: site.Shelf):
    middle = TALE.posts[3]
    shelf.aliases["/t/bsky/ada.example/3kmoved"] = PATH
    answer = visitor(shelf).get("/t/bsky/ada.example/3kmoved", params={"cite": middle.id.rpartition("/")[2]})
    assert (answer.status_code, answer.headers["location"].partition("#")[0]) == (301, f"{PATH}?cite={key('4')}")


# --- the shape --------------------------------------------------------------------------------------------------


def test_the_shape_of_a_thread_is_a_file(client: TestClient):
    answer = client.get(f"{PATH}.svg")
    assert answer.headers["content-type"] == "image/svg+xml"
    assert "sandbox" in answer.headers["content-security-policy"]
    assert answer.text.startswith("<svg xmlns=")
    assert f'<a href="{PATH}.svg">Shape</a>' in unescape(client.get(PATH).text)


# --- reading it again -------------------------------------------------------------------------------------------


def checked(shelf: site.Shelf, ago: timedelta) -> None:
    reading = shelf.readings[PATH]
    shelf.readings[PATH] = Reading(replace(reading.saved, checked_at=shelf.now() - ago), reading.thread)


def test_a_thread_is_not_read_twice_within_ten_minutes_and_the_time_is_said(shelf: site.Shelf):
    checked(shelf, FRESH - timedelta(seconds=90))
    answer = visitor(shelf).post("/refresh", data={"url": TALE.url})
    assert answer.status_code == 429
    assert answer.headers["retry-after"] == "90"
    assert (
        "This thread was read on 4 May 2026, 09:03 UTC. It can be read again from 4 May 2026, 09:14 UTC on."
        in answer.text
    )
    assert shelf.asked == []


@pytest.mark.parametrize("ago", [FRESH, timedelta(days=1)])
def test_afterwards_it_is_unrolled_again(shelf: site.Shelf, ago: timedelta):
    checked(shelf, ago)
    answer = visitor(shelf).post("/refresh", data={"url": TALE.url})
    assert (answer.status_code, answer.headers["location"]) == (307, "/unroll")


def test_a_thread_that_is_not_kept_is_unrolled(client: TestClient):
    answer = client.post("/refresh", data={"url": "https://bsky.app/profile/jean.example/post/3kunknown"})
    assert (answer.status_code, answer.headers["location"]) == (307, "/unroll")


@pytest.mark.parametrize("address", ["", "nonsense", "https://example.com/"])
def test_what_is_no_address_is_answered_with_a_sentence(client: TestClient, address: str):
    assert client.post("/refresh", data={"url": address}).status_code == 400


def test_reading_again_is_a_post(client: TestClient):
    answer = client.get("/refresh")
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")


def test_the_button_is_there_where_readers_may_have_threads_read(shelf: site.Shelf):
    assert BUTTON in visitor(shelf).get(PATH).text
    for who, there in (("anyone", True), ("operator", False)):
        settings = Settings(public_origin=PUBLIC, who_may_unroll=who)  # type: ignore[arg-type]
        public = site.Shelf(site.ALL, settings)
        page = visitor(public, public_origin=PUBLIC, who_may_unroll=who).get(PATH).text
        assert (BUTTON in page) == there
    client = visitor(shelf)
    assert BUTTON in client.get(PATH, params={"line": key("b1")}).text


def test_reading_again_shows_a_page_to_nobody_else(shelf: site.Shelf):
    reading = shelf.readings[PATH]
    shelf.readings[PATH] = Reading(replace(reading.saved, visibility="unlisted"), reading.thread)
    form = visitor(shelf).get(PATH).text.partition(BUTTON)[2].partition("</form>")[0]
    assert '<input type="hidden" name="level" value="unlisted">' in form


def test_a_private_page_and_one_from_a_file_cannot_be_read_again(shelf: site.Shelf):
    assert BUTTON not in visitor(shelf).get(private(shelf)).text
    reading = shelf.readings[PATH]
    shelf.readings[PATH] = Reading(replace(reading.saved, origin="file"), reading.thread)
    assert BUTTON not in visitor(shelf).get(PATH).text


def test_what_is_shown_while_it_is_being_read_has_no_tools(shelf: site.Shelf):
    from threadleaf.web import shell

    reading = shelf.readings[PATH]
    live = Reading(replace(reading.saved, path="/live/secret", visibility="private"), reading.thread)
    page = shell.thread(live, "article", origin="", refreshes=True)
    assert not any(mark in page.partition("<main>")[2].partition("</main>")[0] for mark in ("<form", "?cite=", "<svg"))


# --- files of the page as it is seen ----------------------------------------------------------------------------


def exported(client: TestClient, page: str, suffix: str) -> str:
    """The file to which a page's own link leads."""
    links = re.findall(r'<a href="([^"]+)">(?:Text|Markdown|JSON|Web page|Shape)</a>', unescape(client.get(page).text))
    return client.get(next(link for link in links if f".{suffix}" in link)).text


@pytest.mark.parametrize("suffix", ["txt", "md", "html"])
def test_a_file_has_the_view_of_the_page_that_leads_to_it(client: TestClient, suffix: str):
    assert "A tide mill has two" in exported(client, f"{PATH}?view=posts", suffix)
    assert re.search(r"1/ A tide mill has", exported(client, f"{PATH}?view=posts", suffix))
    assert not re.search(r"1/ A tide mill has", exported(client, f"{PATH}?view=article", suffix))


@pytest.mark.parametrize("suffix", ["txt", "md", "html", "json"])
def test_a_file_of_a_branch_has_it_as_its_main_line_and_says_so(client: TestClient, suffix: str):
    said = "along-branch" if suffix == "json" else "branches is read here as its main line"
    assert said in exported(client, f"{PATH}?line={key('b1')}&view=posts", suffix)
    assert said not in exported(client, PATH, suffix)


def test_the_main_line_of_a_branchs_file_is_that_branch(client: TestClient):
    posts = json.loads(exported(client, f"{PATH}?line={key('b1')}", "json"))["posts"]
    assert [post["id"] for post in posts] == [site.uri(name) for name in ("1", "2", "b1", "b2")]


def test_files_of_a_branch_have_a_name_of_their_own(client: TestClient):
    named = client.get(f"{PATH}.md?line={key('b1')}").headers["content-disposition"]
    assert named.endswith(f'-{key("b1")}.md"')
    assert named != client.get(f"{PATH}.md").headers["content-disposition"]


@pytest.mark.parametrize("line", ["nothing", key("1")])
def test_a_file_of_a_branch_that_is_not_there_is_404_in_words(client: TestClient, line: str):
    answer = client.get(f"{PATH}.txt?line={line}")
    assert (answer.status_code, answer.text) == (404, "There is no such post, or no such branch, in this thread.\n")


def test_the_shape_of_a_branch_is_drawn_along_it(client: TestClient):
    assert exported(client, f"{PATH}?line={key('b1')}", "svg") != exported(client, PATH, "svg")
