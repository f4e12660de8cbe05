"""What programs find, over a real database."""

from collections.abc import Iterator
from pathlib import Path

import jsonschema
import pytest
from starlette.testclient import TestClient

from tests.store.build import NOON, draft, line, talk
from threadleaf.config import Settings
from threadleaf.service import Threadleaf
from threadleaf.store import open_store
from threadleaf.web.app import create_app
from threadleaf.web.threads import renderer


@pytest.fixture
def client(tmp_path: Path) -> Iterator[TestClient]:
    with open_store(tmp_path / "kept.sqlite3") as store:
        for name, author in ((1, "ann"), (2, "ann"), (3, "ben"), (4, "ben"), (5, "ben")):
            store.save(draft(talk(*line(name, author=author))))
        settings = Settings()
        service = Threadleaf(store, None, lambda: NOON, renderer(settings))
        yield TestClient(create_app(service, settings), base_url="http://127.0.0.1:8410")


def test_words_are_found_with_the_place_where(client: TestClient) -> None:
    told = client.get("/api/v1/search", params={"q": "words ann"}).json()
    assert (told["total"], told["more"], len(told["hits"])) == (2, False, 2)
    hit = told["hits"][0]
    assert hit["page"]["path"] == "/t/bsky/did:plc:ann/3k2"
    assert [hit["text"][start:end] for start, end in hit["marks"]] == ["Words", "ann"]
    assert hit["post"].endswith("/3k2")


def test_what_is_found_is_told_as_it_is_described(client: TestClient) -> None:
    described = client.get("/api/v1/openapi.json").json()
    schema = {"$ref": "#/components/schemas/Hits", "components": described["components"]}
    jsonschema.Draft202012Validator(schema).validate(client.get("/api/v1/search?q=words").json())


@pytest.mark.parametrize("order", ["newest", "relevance"])
def test_what_is_found_is_walked_by_the_addresses_that_are_given(client: TestClient, order: str) -> None:
    seen, address = [], f"/api/v1/search?q=words&limit=2&order={order}"
    while address:
        answer = client.get(address)
        seen += [hit["page"]["path"] for hit in answer.json()["hits"]]
        address = answer.headers.get("link", "").removeprefix("<").partition(">")[0]
    assert len(seen) == len(set(seen)) == 5


@pytest.mark.parametrize(
    "query", [{}, {"q": ""}, {"q": "words", "order": "best"}, {"q": "words", "start": "x"}, {"q": "has:nonsense"}]
)
def test_what_cannot_be_looked_for_is_a_problem(client: TestClient, query: dict[str, str]) -> None:
    answer = client.get("/api/v1/search", params=query)
    assert (answer.status_code, answer.headers["content-type"]) == (400, "application/problem+json")
