"""Search engines and feeds: told of what is listed and may be indexed, on the page, in its header, and everywhere alike."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace
from starlette.testclient import TestClient

from tests.store.build import NOON, draft, line, talk
from tests.support.hosted import ORIGIN, PATH, POSTS, Hosted, hosted, token
from tests.support.public import TOLD
from threadleaf.config import Settings
from threadleaf.service import Threadleaf
from threadleaf.store import open_store
from threadleaf.store.threads import Store
from threadleaf.web import feeds
from threadleaf.web.app import create_app
from threadleaf.web.threads import renderer


@pytest.fixture(params=[False, True])
def unsaid(request: pytest.FixtureRequest) -> bool:
    """What the settings say."""
    return bool(request.param)


@pytest.fixture
def here(tmp_path: Path, unsaid: bool) -> Iterator[Hosted]:
    with hosted(tmp_path, search_engines=unsaid) as site:
        yield site


def told_of(client: TestClient, path: str = PATH) -> set[str]:
    """Where search engines or feeds are told of a page."""
    page = client.get(path)
    found = {
        "header": page.headers.get("x-robots-tag") != "noindex",
        "meta": '<meta name="robots" content="noindex">' not in page.text,
        "JSON-LD": "application/ld+json" in page.text,
        "link to its feed": f'href="{path}.atom"' in page.text,
        "its feed": client.get(f"{path}.atom").status_code == 200,
        "latest": path in client.get("/latest.atom").text,
        "sitemap": path in client.get("/sitemap-0.xml").text,
    }
    return {name for name, there in found.items() if there}


ALL = {"header", "meta", "JSON-LD", "link to its feed", "its feed", "latest", "sitemap"}


def say(here: Hosted, voice: str, says: bool | None) -> None:
    saved = here.service.find(PATH)
    assert saved
    here.store.indexing.say(saved, voice, says, here.now)


def test_without_a_word_the_settings_decide_everywhere_alike(here: Hosted, unsaid: bool):
    assert told_of(here.client) == (ALL if unsaid else set())
    assert PATH in here.client.get("/latest").text, "it is in lists all the same"


@pytest.mark.parametrize("says", [True, False])
@pytest.mark.parametrize("voice", ["operator", "author"])
def test_a_word_decides_everywhere_alike_and_at_once(here: Hosted, unsaid: bool, voice: str, says: bool):
    assert told_of(here.client) == (ALL if unsaid else set())
    say(here, voice, says)
    assert told_of(here.client) == (ALL if says else set())
    say(here, voice, None)
    assert told_of(here.client) == (ALL if unsaid else set())


def test_the_authors_word_beats_the_operators(here: Hosted):
    say(here, "operator", True)
    say(here, "author", False)
    assert told_of(here.client) == set()
    say(here, "author", True)
    say(here, "operator", False)
    assert told_of(here.client) == ALL


@pytest.mark.parametrize("signal", ["noindex", "indexable=false"])
def test_a_wish_of_somebody_in_it_beats_every_word(tmp_path: Path, signal: str):
    settings = Settings(**TOLD, search_engines=True)
    wish = tuple(replace(one, signals=(signal,)) for one in talk(*line(3)).authors)
    with open_store(tmp_path / "kept.sqlite3") as store:
        page = store.save(draft(talk(*line(3), authors=wish), quiet=True))
        assert page
        for voice in ("author", "operator"):
            store.indexing.say(page, voice, True, NOON)
        app = create_app(Threadleaf(store, None, lambda: NOON, renderer(settings)), settings)
        assert told_of(TestClient(app, base_url=ORIGIN), page.path) == set()


def test_a_personal_instance_has_feeds_of_everything_and_nobody_to_index_it(tmp_path: Path):
    with hosted(tmp_path, personal=True) as here:
        assert told_of(here.client) == {"link to its feed", "its feed", "latest"}


def crowd(store: Store, found: int, silent: int) -> TestClient:
    """A site with so many listed pages, and newer ones that nobody said anything of."""
    for name in range(found + silent):
        page = store.save(draft(talk(*line(name)), at=NOON + timedelta(hours=1)))
        assert page
        if name < found:
            store.indexing.say(page, "operator", True, NOON)
    settings = Settings(**TOLD)
    app = create_app(Threadleaf(store, None, lambda: NOON, renderer(settings)), settings)
    return TestClient(app, base_url=ORIGIN)


LISTS = ("/latest", "/author/bsky/did:plc:ann", "/search")


@pytest.mark.parametrize("path", LISTS)
def test_a_feed_looks_behind_the_pages_that_it_may_not_tell_of(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, path: str
):
    for name, number in {"IN_FEED": 2, "LOOKED": 2, "TURNS": 3}.items():
        monkeypatch.setattr(feeds, name, number)
    with open_store(tmp_path / "kept.sqlite3") as store:
        client = crowd(store, found=3, silent=3)
        told = client.get(f"{path}.json", params={"q": "words"}).json()
        assert [item["url"].rpartition("/")[2] for item in told["items"]] == ["3k2", "3k1"]
        monkeypatch.setattr(feeds, "TURNS", 1)
        assert client.get(f"{path}.json", params={"q": "words", "again": "1"}).json()["items"] == []


# --- the operator's page ------------------------------------------------------------------------------------------


def test_the_operator_says_so_on_a_page_of_the_site(here: Hosted, unsaid: bool):
    operator = here.signed_in()
    page = operator.get("/admin/engines").text
    assert ("told of whatever lists show" in page) is unsaid
    form = {"token": token(operator), "address": POSTS[1].url}
    for word, sentence in {
        "yes": "Search engines and feeds may tell of it, as you said.",
        "no": "Search engines and feeds are not told of it, as you said.",
        "settings": f"the settings say so (`search_engines = {str(unsaid).lower()}`).",
        "": f"the settings say so (`search_engines = {str(unsaid).lower()}`).",
    }.items():
        answer = operator.post("/admin/engines", data={**form, "do": word})
        assert answer.status_code == 303
        shown = operator.get(answer.headers["location"]).text
        assert sentence in shown
        assert re.search(rf'<a href="{re.escape(PATH)}">', shown)
    assert [deed.did for deed in here.service.desk.deeds(3)] == [
        "operator left search engines to the settings",
        "operator kept search engines out",
        "operator let search engines in",
    ]


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        ("x", "is not the address of a post"),
        ("https://bsky.app/profile/ada.example/post/3k22", "There is no page of this"),
    ],
)
def test_what_is_not_here_is_said(here: Hosted, address: str, sentence: str):
    operator = here.signed_in()
    answer = operator.post("/admin/engines", data={"token": token(operator), "address": address, "do": "no"})
    assert answer.status_code == 400
    assert sentence in answer.text
