"""One post in the reader's language: who gets it, and what is never translated."""

from __future__ import annotations

from typing import cast

import pytest
from msgspec.structs import replace
from starlette.testclient import TestClient

from tests.support import site
from tests.support.public import TOLD
from threadleaf.config import Settings
from threadleaf.core.errors import Gone, NotNow
from threadleaf.core.model import Network
from threadleaf.service import Threadleaf
from threadleaf.service.translating import Translator
from threadleaf.store.records import Reading
from threadleaf.web.app import create_app

PUBLIC = "https://threads.example.org"
TOOL = "https://translate.example.org"
PATH = site.path_of(site.arabic())
FIRST = site.arabic().posts[0].id.rpartition("/")[2]


class Shelf(site.Shelf):
    """Translates, and notes what."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(site.ALL, settings)
        self.translations: list[tuple[Translator, str, str]] = []
        self.error: NotNow | None = None

    def translated(self, by: Translator, text: str, to: str) -> str:
        self.translations.append((by, text, to))
        if self.error:
            raise self.error
        return "<i>A tide mill</i> runs twice a day."

    def on(self, network: Network) -> None:
        """Let the thread be of a network."""
        known = self.readings[PATH]
        self.readings[PATH] = Reading(known.saved, replace(known.thread, network=network))


def visitor(shelf: Shelf, settings: Settings) -> TestClient:
    app = create_app(cast("Threadleaf", shelf), settings)
    return TestClient(app, base_url=settings.public_origin, follow_redirects=False)


SETTINGS = Settings(**TOLD | {"public_origin": PUBLIC}, translate=TOOL, translate_key="secret-1")


@pytest.fixture
def shelf() -> Shelf:
    return Shelf(SETTINGS)


@pytest.fixture
def client(shelf: Shelf) -> TestClient:
    return visitor(shelf, SETTINGS)


def test_a_translation_stands_beside_the_authors_words_and_says_what_it_is(shelf: Shelf, client: TestClient):
    answer = client.get(f"{PATH}?translate={FIRST}")
    assert answer.status_code == 200
    assert "Made by a machine at translate.example.org: these are not the author’s words." in answer.text
    assert "&lt;i&gt;A tide mill&lt;/i&gt; runs twice a day." in answer.text
    assert 'lang="ar" dir="rtl"' in answer.text
    assert f'href="{PATH}#{FIRST}"' in answer.text
    text = site.arabic().posts[0].text
    assert shelf.translations == [(Translator(origin=TOOL, key="secret-1"), text, "en")]


def test_nobody_keeps_a_translation_and_no_search_engine_lists_it(client: TestClient):
    answer = client.get(f"{PATH}?translate={FIRST}")
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-robots-tag"] == "noindex"
    assert '<meta name="robots" content="noindex">' in answer.text
    assert "Disallow: /*?translate=" in client.get("/robots.txt").text
    assert "secret-1" not in answer.text


def test_it_is_in_the_language_of_the_interface(shelf: Shelf, client: TestClient):
    answer = client.get(f"{PATH}?translate={FIRST}&lang=de")
    assert '<html lang="de"' in answer.text
    assert [to for _, _, to in shelf.translations] == ["de"]


@pytest.mark.parametrize("view", ["article", "posts"])
def test_the_reading_page_links_there_only_from_what_is_in_another_language(client: TestClient, view: str):
    assert client.get(f"{PATH}?view={view}").text.count("?translate=") == 3
    assert "?translate=" not in client.get(f"{PATH}?view={view}&lang=ar").text


def test_a_branch_that_is_read_as_the_main_line_has_the_links_too(client: TestClient):
    line = site.uri("b1").rpartition("/")[2]
    path = site.path_of(site.everything())
    assert "?translate=" in client.get(f"{path}?line={line}&lang=de").text


@pytest.mark.parametrize("network", ["x", "page"])
def test_nothing_of_x_is_ever_translated(shelf: Shelf, client: TestClient, network: Network):
    shelf.on(network)
    assert client.get(f"{PATH}?translate={FIRST}").status_code == 404
    assert "?translate=" not in client.get(PATH).text
    assert shelf.translations == []


@pytest.mark.parametrize("place", ["", "3knothing", "x" * 5000])
def test_what_is_no_post_of_the_thread_is_not_translated(shelf: Shelf, client: TestClient, place: str):
    assert client.get(PATH, params={"translate": place}).status_code == 404
    assert shelf.translations == []


def test_a_post_without_words_is_not_translated(shelf: Shelf, client: TestClient):
    known = shelf.readings[PATH]
    silent = replace(known.thread, posts=tuple(replace(post, text="") for post in known.thread.posts))
    shelf.readings[PATH] = Reading(known.saved, silent)
    assert client.get(f"{PATH}?translate={FIRST}").status_code == 404
    assert shelf.translations == []


def test_where_no_translator_is_set_there_is_nothing(shelf: Shelf):
    without = Settings(**TOLD | {"public_origin": PUBLIC})
    client = visitor(Shelf(without), without)
    assert client.get(f"{PATH}?translate={FIRST}").status_code == 404
    assert "?translate=" not in client.get(PATH).text


def test_what_was_taken_down_is_not_translated(shelf: Shelf, client: TestClient):
    shelf.fails[PATH] = Gone("This page was taken down on 3 May 2026.")
    assert client.get(f"{PATH}?translate={FIRST}").status_code == 410
    assert shelf.translations == []


def test_another_address_of_the_thread_leads_to_the_one_address_first(shelf: Shelf, client: TestClient):
    shelf.aliases["/t/bsky/ada.example/3kother"] = PATH
    answer = client.get(f"/t/bsky/ada.example/3kother?translate={FIRST}")
    assert (answer.status_code, shelf.translations) == (301, [])
    assert f"{PATH}?translate={FIRST}" in answer.headers["location"]


def test_a_translator_that_does_not_answer_is_said_in_words(shelf: Shelf, client: TestClient):
    shelf.error = NotNow("The translator does not answer. Try again in some minutes.")
    answer = client.get(f"{PATH}?translate={FIRST}")
    assert answer.status_code == 503
    assert "The translator does not answer. Try again in some minutes." in answer.text


def test_who_has_had_enough_translated_is_told_when_it_goes_on(shelf: Shelf):
    settings = replace(SETTINGS, translations_per_hour=2)
    client = visitor(shelf, settings)
    told = [client.get(f"{PATH}?translate={FIRST}") for _ in range(3)]
    assert [answer.status_code for answer in told] == [200, 200, 429]
    assert "It is possible again at" in told[-1].text
    assert len(shelf.translations) == 2
