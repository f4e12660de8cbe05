"""Which form of a thread a request asks for."""

import re
from typing import cast

import pytest
from starlette.requests import Request
from starlette.testclient import TestClient

from tests.support import site
from threadleaf.config import Settings
from threadleaf.service import Threadleaf
from threadleaf.web.app import create_app
from threadleaf.web.negotiation import suffix

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8"


def asked(*accepts: str) -> str:
    headers = [(b"accept", accept.encode("latin-1")) for accept in accepts]
    return suffix(Request({"type": "http", "headers": headers}))


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        ("text/markdown", ".md"),
        ("application/json", ".json"),
        ("text/plain", ".txt"),
        ("Application/JSON; charset=utf-8", ".json"),
        ("text/markdown, text/html;q=0.9", ".md"),
        ("text/markdown;q=0.5, application/json;q=0.7, */*;q=0.1", ".json"),
        ("application/json;Q=1.000", ".json"),
    ],
)
def test_a_form_that_is_preferred_is_given(accept: str, expected: str):
    assert asked(accept) == expected


@pytest.mark.parametrize(
    "accept",
    [
        BROWSER,
        "*/*",
        "text/*",
        "",
        "application/pdf",
        "text/html, text/markdown",
        "application/json;q=0",
        "application/json;q=nonsense",
        "application/json;q=2",
        ",,;;q=,",
        "é",
    ],
)
def test_everybody_else_gets_the_page(accept: str):
    assert asked(accept) == ""


def test_without_a_header_it_is_the_page_and_several_headers_count_as_one():
    assert asked() == ""
    assert asked("text/html;q=0.5", "text/markdown") == ".md"


@pytest.fixture
def client() -> TestClient:
    app = create_app(cast("Threadleaf", site.Shelf(site.ALL, Settings())), Settings())
    return TestClient(app, base_url="http://127.0.0.1:8410")


@pytest.mark.parametrize(
    ("accept", "end"), [("text/markdown", ".md"), ("application/json", ".json"), ("text/plain", ".txt")]
)
def test_a_thread_s_own_address_gives_every_form(client: TestClient, accept: str, end: str):
    path = site.path_of(site.everything())
    answer = client.get(path, headers={"accept": accept})
    assert answer.content == client.get(path + end).content
    assert answer.headers["content-type"].startswith(accept)


def test_caches_are_told_that_the_form_depends_on_what_is_accepted(client: TestClient):
    path = site.path_of(site.everything())
    for accept in (BROWSER, "text/markdown"):
        assert "accept" in re.split(r",\s*", client.get(path, headers={"accept": accept}).headers["vary"].lower())
    assert client.get(path, headers={"accept": BROWSER}).headers["content-type"].startswith("text/html")
    assert "accept" not in re.split(r",\s*", client.get(path + ".md").headers.get("vary", "").lower())
