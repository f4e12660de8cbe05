"""Feeds of lists, over a real database: of an author, of a topic, of what is found."""

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from tests.store.build import NOON, draft, line, post, talk
from threadleaf.config import Settings
from threadleaf.core.model import Span
from threadleaf.service import Threadleaf
from threadleaf.store import open_store
from threadleaf.web.app import create_app
from threadleaf.web.threads import renderer

PUBLIC = "https://threads.example.org"


@pytest.fixture
def client(tmp_path: Path) -> Iterator[TestClient]:
    with open_store(tmp_path / "kept.sqlite3") as store:
        tagged = post(3, text="Eels #Mills", spans=(Span(start=5, end=11, kind="tag", value="Mills"),))
        for posts, visibility in (
            (line(1), "listed"),
            (line(2, author="ben"), "listed"),
            ((tagged,), "listed"),
            (line(4), "unlisted"),
        ):
            store.save(draft(talk(*posts), visibility=visibility))
        settings = Settings(public_origin=PUBLIC, search_engines=True)
        service = Threadleaf(store, None, lambda: NOON, renderer(settings))
        yield TestClient(create_app(service, settings), base_url=PUBLIC)


@pytest.mark.parametrize(
    ("page", "paths", "title"),
    [
        ("/latest", ["3", "2", "1"], "Threadleaf: latest threads"),
        ("/author/bsky/did:plc:ann", ["3", "1"], "Threads by Ann"),
        ("/topic/Mills", ["3"], "Threads about #Mills"),
        ("/search?q=words+ben", ["2"], "Threads found by “words ben”"),
    ],
)
def test_a_list_names_its_feeds_which_hold_what_it_shows(
    client: TestClient, page: str, paths: list[str], title: str
) -> None:
    html = client.get(page).text
    found = dict(re.findall(r'<link rel="alternate" type="([^"]+)" href="([^"]+)">', html))
    told = client.get(unescape(found["application/feed+json"])).json()
    assert [item["url"][-1] for item in told["items"]] == paths
    assert told["title"] == title
    assert told["home_page_url"] == PUBLIC + page
    atom = client.get(unescape(found["application/atom+xml"]))
    assert atom.headers["content-type"].startswith("application/atom+xml")
    assert atom.text.count("<entry") == len(paths)
    assert f'<link rel="self" type="application/atom+xml" href="{PUBLIC}' in atom.text


def test_any_spelling_leads_to_the_same_feed(client: TestClient) -> None:
    by_handle = client.get("/author/bsky/@ann.example.json").json()
    assert by_handle == client.get("/author/bsky/did:plc:ann.json").json()
    assert client.get("/topic/MILLS.json").json() == client.get("/topic/mills.json").json()


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/author/bsky/did:plc:nobody.atom", 404),
        ("/author/mars/ann.atom", 404),
        ("/topic/nothing.json", 404),
        ("/search.atom", 400),
        ("/search.atom?q=has:nonsense", 400),
    ],
)
def test_of_nothing_there_is_no_feed(client: TestClient, address: str, status: int) -> None:
    assert client.get(address).status_code == status
