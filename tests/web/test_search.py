"""Search and lists on the site, over a real database, without a script."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from html import unescape
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from tests.store.build import NOON, draft, post, talk
from threadleaf.config import Settings
from threadleaf.core.found import Excerpt
from threadleaf.core.model import Author, Conversation, Post, Span
from threadleaf.service import Threadleaf
from threadleaf.store import open_store
from threadleaf.store.threads import Store
from threadleaf.web import lists, search
from threadleaf.web.app import create_app
from threadleaf.web.threads import renderer

PUBLIC = Settings(
    public_origin="https://leaf.example", contact="mailto:a@leaf.example", takedown="Write to us.", operator="A"
)


class World:
    """A site and its store."""

    def __init__(self, store: Store, settings: Settings) -> None:
        self.store = store
        self.service = Threadleaf(store, None, lambda: NOON, renderer(settings))
        self.client = TestClient(
            create_app(self.service, settings), base_url=settings.public_origin or "http://127.0.0.1"
        )

    def keep(self, number: int, *texts: str, who: str = "ann", tag: str = "", **more: object) -> None:
        spans = (Span(start=0, end=1, kind="tag", value=tag),) if tag else ()
        langs = more.pop("langs", ())
        row: list[Post] = []
        for place, text in enumerate(texts):
            above = row[-1].id if row else None
            row.append(post(number * 100 + place, above, author=who, text=text, spans=spans, langs=langs))
        assert self.store.save(draft(talk(*row), **{"at": NOON + timedelta(days=9), **more}))

    def page(self, path: str, status: int = 200) -> str:
        answer = self.client.get(path)
        assert answer.status_code == status, answer.text
        return answer.text


@pytest.fixture
def personal(tmp_path: Path) -> Iterator[World]:
    with open_store(tmp_path / "kept.sqlite3") as store:
        yield World(store, Settings())


def links(html: str) -> list[str]:
    return [unescape(address) for address in re.findall(r'href="([^"]*)"', html)]


def titles(html: str) -> list[str]:
    return re.findall(r'<li><a href="[^"]*" dir="auto"[^>]*>([^<]*)</a>', html)


def test_what_was_looked_for_is_marked_and_leads_to_its_post(personal: World) -> None:
    personal.keep(1, "Nothing here.", "But a <mill> & a wheel.")
    html = personal.page("/search?q=mill")
    assert "But a &lt;<mark>mill</mark>&gt; &amp; a wheel." in html
    assert "/t/bsky/did:plc:ann/3k100#3k101" in links(html)
    assert "1 thread" in html
    assert '<meta name="robots" content="noindex">' in html
    assert 'value="mill"' in html


@pytest.mark.parametrize(
    ("text", "found"), [("Китай", "Китая"), ("玉军", "玉军"), ("军", "军"), ('"turns slowly"', "turns slowly")]
)
def test_any_script_is_found(personal: World, text: str, found: str) -> None:
    personal.keep(1, "Мельницы Китая. 冯玉军说 it turns slowly")
    assert f"<mark>{found}</mark>" in personal.page(f"/search?q={text}")


def test_without_a_search_the_box_and_the_syntax_are_there(personal: World) -> None:
    html = personal.page("/search")
    assert '<form class="unroll search" method="get" action="/search" role="search">' in html
    assert '<code dir="ltr">from:ann</code>' in html
    assert "Nothing that is kept here fits" not in html


def test_nothing_found_is_said_with_how_to_go_on(personal: World) -> None:
    html = personal.page("/search?q=mill")
    assert "Nothing that is kept here fits. Try fewer words, or other ones." in html
    assert '<code dir="ltr">mill*</code>' in html


def test_a_search_that_means_nothing_is_told_beside_the_box(personal: World) -> None:
    html = personal.page('/search?q=site:"<b>"', 400)
    assert 'aria-describedby="error"' in html
    assert "“site:” is not known here." in unescape(html)
    assert "<b>" not in html
    assert "too long" in personal.page("/search?q=" + "x" * 900, 400)


def test_results_come_page_by_page_in_the_order_that_was_asked_for(personal: World) -> None:
    for number in range(1, 46):
        personal.keep(number, f"mill {number}", who=f"ann{number % 3}")
    for order in ("", "&order=relevance"):
        seen: list[str] = []
        address = f"/search?q=mill{order}"
        while address:
            html = personal.page(address)
            assert "45 threads" in html
            seen += titles(html)
            address = next((link for link in links(html) if "start=" in link and "lang=" not in link), "")
        assert sorted(seen) == sorted(f"mill {number}" for number in range(1, 46))
    assert titles(personal.page("/search?q=mill"))[0] == "mill 45"


def test_more_than_can_be_counted_is_said_so(personal: World) -> None:
    for number in range(1, 53):
        personal.keep(number, "mill wheel")
    assert "More than 50 threads" in personal.page("/search?q=mill+wheel")


def test_authors_of_that_name_are_found_too(personal: World) -> None:
    personal.keep(1, "a", who="ann")
    html = personal.page("/search?q=Ann")
    assert '<a href="/author/bsky/did:plc:ann" dir="auto">Ann</a>' in html
    assert "@ann.example" in html
    assert "Nothing that is kept here fits" in html


def test_an_author_has_a_page_by_id_and_by_handle(personal: World) -> None:
    for number in range(1, 53):
        personal.keep(number, f"thread {number}")
    personal.keep(60, "other", who="bob")
    for who in ("did:plc:ann", "ann.example", "@ANN.example"):
        html = personal.page(f"/author/bsky/{who}")
        assert "52 threads" in html
        assert titles(html)[0] == "thread 52"
        assert "other" not in titles(html)
    (older,) = [link for link in links(html) if "start=" in link and "lang=" not in link]
    assert titles(personal.page(older)) == ["thread 2", "thread 1"]
    assert "Nothing older is listed." in personal.page("/author/bsky/did:plc:ann?start=1")


def test_an_author_of_the_fediverse_has_a_page_by_the_address_of_the_account(personal: World) -> None:
    who = Author(id="https://a.example/users/ann?x=1", network="fedi", handle="ann@a.example")
    only = Post(id="https://a.example/@ann/1", author=who.id, text="mill", url="https://a.example/@ann/1", created=NOON)
    seen = Conversation(network="fedi", anchor=only.id, posts=(only,), authors=(who,), read_at=NOON)
    assert personal.store.save(draft(seen))
    (path,) = {link for link in links(personal.page("/search?q=mill")) if link.startswith("/author/")}
    html = personal.page(path)
    assert '<h1 class="title" dir="auto">@ann@a.example</h1>' in html
    assert titles(personal.page("/author/fedi/@ann@a.example")) == ["mill"]


def test_an_author_without_any_name_has_a_page(personal: World) -> None:
    seen = talk(post(1, text="mill"), authors=(Author(id="did:plc:ann", network="bsky"),))
    assert personal.store.save(draft(seen))
    assert "an unknown author" in personal.page("/author/bsky/did:plc:ann")


@pytest.mark.parametrize(
    "path", ["/author/bsky/nobody", "/author/nowhere/ann", "/author/bsky/", "/topic/nothing", "/topic/"]
)
def test_nobody_and_nothing_have_no_page(personal: World, path: str) -> None:
    personal.keep(1, "a")
    html = personal.page(path, 404)
    assert "Not here" in html


def test_topics_lead_to_their_threads(personal: World) -> None:
    personal.keep(1, "one", tag="Tide/Mills ☂")
    personal.keep(2, "two", tag="tide/mills ☂")
    html = personal.page("/topics")
    (path,) = {link for link in links(html) if link.startswith("/topic/")}
    assert "2 threads" in html
    html = personal.page(path)
    assert titles(html) == ["two", "one"]
    assert '<h1 class="title" dir="auto">#tide/mills ☂</h1>' in html


def test_no_topics_yet_is_said(personal: World) -> None:
    assert "No thread that is listed here has a tag yet." in personal.page("/topics")


def test_what_was_asked_for_most_is_listed(personal: World) -> None:
    assert "Nothing that is listed was asked for in these days." in personal.page("/asked")
    personal.keep(1, "one")
    personal.keep(2, "two")
    two, one = personal.service.list()
    for saved in (one, one, two):
        personal.service.count_asked(saved)
    html = personal.page("/asked?days=30")
    assert titles(html) == ["one", "two"]
    assert "asked for 2 times" in html
    assert "asked for once" in html
    assert '<a href="/asked?days=30" aria-current="true">30 days</a>' in html
    assert '<a href="/asked?days=7" aria-current="true">7 days</a>' in personal.page("/asked?days=9")


def test_latest_may_be_of_one_network_and_language(personal: World) -> None:
    personal.keep(1, "English", langs=("en",))
    personal.keep(2, "Russian", langs=("ru",))
    personal.keep(3, "Finnish", langs=("fi",))
    assert titles(personal.page("/latest?network=&language=")) == ["Finnish", "Russian", "English"]
    html = personal.page("/latest?network=bsky&language=ru")
    assert titles(html) == ["Russian"]
    assert '<option value="bsky" selected>Bluesky</option>' in html
    assert '<option value="ru" lang="ru" selected>Русский</option>' in html
    assert '<option value="fi" lang="fi" selected>fi</option>' in personal.page("/latest?language=FI")
    assert "Nothing of that network and language is saved." in personal.page("/latest?network=x")
    assert len(titles(personal.page("/latest?network=nowhere&language=русский"))) == 3


def test_a_filter_stays_from_page_to_page(personal: World) -> None:
    for number in range(1, lists.ON_LATEST + 3):
        personal.keep(number, f"thread {number}", langs=("ru" if number % 52 else "en",))
    html = personal.page("/latest?language=ru&network=bsky")
    (older,) = [link for link in links(html) if "before=" in link and "lang=" not in link.replace("language=", "")]
    assert titles(personal.page(older)) == ["thread 1"]


def test_a_public_site_finds_and_lists_only_what_is_listed(tmp_path: Path) -> None:
    with open_store(tmp_path / "kept.sqlite3") as store:
        world = World(store, PUBLIC)
        world.keep(1, "mill listed", tag="tides")
        world.keep(2, "mill unlisted", visibility="unlisted", tag="tides")
        world.keep(3, "mill private", visibility="private", tag="tides", who="bob")
        world.keep(4, "mill quiet", quiet=True, tag="tides")
        for saved in world.service.list(visibility=None):
            world.service.count_asked(saved)
        for path in (
            "/search?q=mill",
            "/search?q=from:ann",
            "/author/bsky/did:plc:ann",
            "/topic/tides",
            "/asked",
            "/latest",
        ):
            assert titles(world.page(path)) == ["mill listed"], path
        assert "1 thread" in world.page("/topics")
        world.page("/author/bsky/did:plc:bob", 404)
        html = world.page("/author/bsky/ann.example")
        assert '<link rel="canonical" href="https://leaf.example/author/bsky/did:plc:ann">' in html


def test_a_search_is_in_the_bar_of_every_page(personal: World) -> None:
    for path in ("/latest", "/topics", "/search"):
        assert '<a href="/search">Search</a></nav>' in personal.page(path)


def test_an_excerpt_is_escaped_around_its_marks() -> None:
    made = search.marked_up(Excerpt("1", "<a> mill & <b>", ((4, 8),)))
    assert made == "&lt;a&gt; <mark>mill</mark> &amp; &lt;b&gt;"


def test_a_page_in_another_language_stays_in_it(personal: World) -> None:
    personal.keep(1, "mill")
    html = personal.page("/search?q=mill&lang=de")
    assert '<html lang="de"' in html
    assert '<input type="hidden" name="lang" value="de">' in html


def test_whoever_asks_for_a_kept_thread_is_counted(personal: World) -> None:
    """The network cannot be asked here, so what is kept serves."""
    personal.keep(1, "one")
    for _ in range(2):
        answer = personal.client.post("/unroll", data={"url": post(100).url}, follow_redirects=False)
        assert answer.status_code == 303
    ((saved, times),) = personal.service.asked(7, visibility=None)
    assert (saved.title, times) == ("one", 2)
