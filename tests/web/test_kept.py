"""The site over the real service and a real database."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import json
from starlette.testclient import TestClient

from tests.support import site
from threadleaf.config import Settings
from threadleaf.core.model import Conversation
from threadleaf.service import Threadleaf
from threadleaf.store import open_store
from threadleaf.web.app import create_app
from threadleaf.web.threads import renderer

POSTS = site.row(["The first post of a thread.", "The second one.", "And the third."])
FIRST, SECOND = POSTS[0], POSTS[1]
PATH = f"/t/bsky/{site.ADA}/{FIRST.id.rpartition('/')[2]}"
NOW = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)


@contextmanager
def instance(folder: Path) -> Iterator[tuple[Threadleaf, TestClient]]:
    """A personal instance whose network knows one thread, and somebody who has unrolled it."""
    seen = Conversation(network="bsky", anchor=FIRST.id, posts=tuple(POSTS), authors=site.PEOPLE, read_at=NOW)
    with open_store(folder / "threads.db") as store:
        service = Threadleaf(store, lambda _steps: seen, lambda: NOW, renderer(Settings()))
        app = create_app(service, Settings())
        client = TestClient(app, base_url="http://localhost:8410", follow_redirects=False)
        assert client.post("/unroll", data={"url": SECOND.url}).status_code == 303
        yield service, client


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    with instance(tmp_path_factory.mktemp("web")) as (_, client):
        yield client


def test_any_post_of_a_thread_leads_to_its_one_page(client: TestClient):
    for post in POSTS:
        answer = client.post("/unroll", data={"url": post.url})
        anchor = "" if post is FIRST else f"#{post.id.rpartition('/')[2]}"
        assert answer.headers["location"] == PATH + anchor
        assert client.get(f"/{post.url}").headers["location"] == PATH + anchor
    assert client.get("/latest").text.count("<li>") == 1


def test_the_page_that_is_kept_is_the_page_that_is_made(client: TestClient):
    first, again = client.get(PATH), client.get(PATH)
    assert first.status_code == 200
    assert "The first post of a thread." in first.text
    assert (first.content, first.headers["etag"]) == (again.content, again.headers["etag"])
    assert "as-posts" in client.get(PATH, params={"view": "posts"}).text


def test_the_files_are_those_of_the_page(client: TestClient):
    assert [post["id"] for post in json.decode(client.get(f"{PATH}.json").content)["posts"]] == [p.id for p in POSTS]
    assert "And the third." in client.get(f"{PATH}.txt").text
    assert "And the third." in client.get(f"{PATH}.md").text
    assert "And the third." in client.get(f"{PATH}.html").text


@settings(max_examples=200)
@given(
    start=st.sampled_from(
        ["/", "/t/", "/t/bsky/", "/t/fedi/", "/p/", "/https://", "/profile/", "/x/status/", "/static/"]
    ),
    rest=st.text(max_size=40),
    query=st.text(max_size=20),
)
def test_whatever_is_asked_for_is_answered_without_a_fault(client: TestClient, start: str, rest: str, query: str):
    address = (
        start
        + quote(rest.encode("utf-8", "surrogatepass"), safe="/:@%.~")
        + "?"
        + quote(query.encode("utf-8", "surrogatepass"))
    )
    assert client.get(address).status_code in (200, 302, 400, 404, 405)


def test_a_removed_page_is_gone_with_its_date_and_reason_for_every_one_of_its_posts(tmp_path: Path):
    with instance(tmp_path) as (service, client):
        service.remove(SECOND.url, "author")
        second = f"/t/bsky/{site.ADA}/{SECOND.id.rpartition('/')[2]}"
        for path in (PATH, f"{PATH}.txt", f"/{SECOND.url}", second):
            answer = client.get(path)
            assert answer.status_code == 410
            assert "4 May 2026" in answer.text
            assert "first post" not in answer.text
        assert client.post("/unroll", data={"url": FIRST.url}).status_code == 410
        assert "The first post" not in client.get("/latest").text
