"""Following by e-mail, from the form to the way out, over a real database and a real server for e-mail."""

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from starlette.testclient import TestClient

from tests.store.build import NOON, draft, line, talk
from tests.support.mail import Post, post_office
from threadleaf.config import Settings
from threadleaf.service import Threadleaf
from threadleaf.store import open_store
from threadleaf.store.threads import Store
from threadleaf.web.app import create_app
from threadleaf.web.threads import renderer

PUBLIC = "https://threads.example.org"
ANN = "ann@example.org"


@pytest.fixture
def post() -> Iterator[Post]:
    with post_office() as office:
        yield office


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(tmp_path / "kept.sqlite3") as opened:
        opened.save(draft(talk(*line(1, 2))))
        yield opened


def visitor(store: Store, port: int, **more: object) -> TestClient:
    given = {"public_origin": PUBLIC, "smtp": f"smtp://127.0.0.1:{port}", "mail_from": "threads@example.org"} | more
    settings = Settings(**given)  # type: ignore[arg-type]
    service = Threadleaf(store, None, lambda: NOON, renderer(settings))
    return TestClient(create_app(service, settings), base_url=PUBLIC, follow_redirects=False)


@pytest.fixture
def client(store: Store, post: Post) -> TestClient:
    return visitor(store, post.port)


def ask(client: TestClient, address: str = ANN, topic: str = "latest", **more: str):
    return client.post("/follow", data={"address": address, "topic": topic}, **more)  # type: ignore[arg-type]


def link(post: Post) -> str:
    """The path of the link in the last message."""
    (found,) = re.findall(rf"{PUBLIC}(/follow/\S+)", post.texts[-1])
    return found


def test_the_form_says_what_is_followed(client: TestClient) -> None:
    assert "once a day about new threads, if" in client.get("/follow").text
    page = client.get("/follow", params={"topic": "thread:/t/bsky/did:plc:ann/3k1"}).text
    assert "new posts in “Words of 1 by ann.”" in page
    assert client.get("/follow", params={"topic": "thread:/t/bsky/did:plc:ann/3kno"}).status_code == 404
    assert client.get("/follow", params={"topic": "search:"}).status_code == 400


def test_nothing_counts_before_a_person_says_yes(client: TestClient, post: Post, store: Store) -> None:
    answer = ask(client)
    assert answer.status_code == 200
    assert "a message is on its way" in answer.text
    (message,) = post.taken
    assert message["to"] == ANN
    path = link(post)
    page = client.get(path)  # programs look at links, and nothing happens
    assert store.follows.find(path.split("/")[2].partition("?")[0]).confirmed_at is None  # type: ignore[union-attr]
    (action,) = re.findall(r'<form class="desk" method="post" action="([^"]+)"', page.text)
    assert client.post(action.replace("&amp;", "&"), content=b"").status_code == 200
    assert store.follows.find(path.split("/")[2].partition("?")[0]).confirmed_at == NOON  # type: ignore[union-attr]


def test_the_answer_is_the_same_whoever_is_behind_an_address(client: TestClient, post: Post) -> None:
    first = ask(client)
    client.post(link(post), content=b"")
    again = ask(client)
    assert again.text == first.text
    assert len(post.taken) == 1


def test_mail_programs_end_it_at_one_click_and_people_by_a_button(client: TestClient, post: Post, store: Store) -> None:
    ask(client)
    path = link(post).partition("?")[0]
    client.post(path, content=b"")
    assert "End it" in client.get(f"{path}/end").text
    assert "No more messages come." in client.get(f"{path}/end?all").text
    answer = client.post(f"{path}/end?all", data={"List-Unsubscribe": "One-Click"})
    assert answer.status_code == 200
    assert store.follows.find(path.split("/")[2]) is None
    assert client.post(f"{path}/end", content=b"").status_code == 200
    assert client.get(f"{path}/end").status_code == 404
    assert client.get(path).status_code == 404
    assert client.post(path, content=b"").status_code == 404


def test_one_thing_ends_and_others_go_on(client: TestClient, post: Post, store: Store) -> None:
    ask(client)
    first = link(post).partition("?")[0]
    client.post(first, content=b"")
    ask(client, topic="search:words")
    second = link(post).partition("?")[0]
    client.post(second, content=b"")
    client.post(f"{first}/end", content=b"")
    assert store.follows.find(second.split("/")[2]) is not None


def test_what_is_no_address_is_said_beside_the_field(client: TestClient, post: Post) -> None:
    answer = ask(client, "ann at example")
    assert answer.status_code == 400
    assert 'value="ann at example"' in answer.text
    assert "This is not an e-mail address" in answer.text
    assert post.taken == []


def test_what_cannot_be_followed_is_not_asked_about(client: TestClient, post: Post) -> None:
    assert ask(client, topic="everything").status_code == 404
    assert post.taken == []


def test_the_message_and_its_link_are_in_the_language_of_whoever_asks(client: TestClient, post: Post) -> None:
    ask(client, headers={"accept-language": "de"})  # type: ignore[arg-type]
    assert link(post).endswith("?lang=de")


def test_too_much_is_refused(store: Store, post: Post) -> None:
    client = visitor(store, post.port, reports_per_day=1)
    assert ask(client).status_code == 200
    assert ask(client, "ben@example.org").status_code == 429
    assert len(post.taken) == 1


def test_a_server_that_is_not_there_is_no_fault_of_the_reader(store: Store, caplog: pytest.LogCaptureFixture) -> None:
    assert ask(visitor(store, 1)).status_code == 200
    assert "No e-mail can be sent." in caplog.text


def test_where_no_e_mail_is_sent_there_is_nothing_to_follow(store: Store) -> None:
    assert visitor(store, 1, smtp="").get("/follow").status_code == 404


def test_nobody_keeps_these_pages(client: TestClient, post: Post) -> None:
    ask(client)
    path = link(post).partition("?")[0]
    for address in ("/follow", path, f"{path}/end"):
        assert client.get(address).headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    ("page", "topic"),
    [
        ("/latest", "latest"),
        ("/author/bsky/did:plc:ann", "author:bsky:did:plc:ann"),
        ("/search?q=words", "search:words"),
        ("/t/bsky/did:plc:ann/3k1", "thread:/t/bsky/did:plc:ann/3k1"),
    ],
)
def test_pages_lead_to_it_where_e_mail_is_sent_and_nowhere_else(
    client: TestClient, store: Store, page: str, topic: str
) -> None:
    (found,) = re.findall(r'href="(/follow[^"]+)"', client.get(page).text)
    assert parse_qs(urlsplit(unescape(found)).query) == {"topic": [topic]}
    assert client.get(unescape(found)).status_code == 200
    assert "/follow" not in visitor(store, 1, smtp="").get(page).text
