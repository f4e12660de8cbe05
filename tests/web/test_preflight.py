"""What a browser asks before a page of another site may read an answer for programs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from tests.support.hosted import PATH, hosted

READ = PATH.replace("/t/", "/api/v1/threads/")
READING = ("/api/v1/openapi.json", "/api/v1/threads", "/api/v1/search?q=mill", "/api/v1/unrolls/1", READ, f"{READ}.md")
ELSEWHERE = {
    "origin": "https://reader.example",
    "access-control-request-method": "GET",
    "access-control-request-headers": "if-none-match",
    "sec-fetch-site": "cross-site",
    "sec-fetch-mode": "cors",
}


@pytest.fixture
def client(tmp_path: Path) -> Iterator[TestClient]:
    with hosted(tmp_path, who_may_unroll="anyone") as here:
        yield here.client


@pytest.mark.parametrize("path", [*READING, "/oembed?url=x"])
def test_pages_of_other_sites_may_read_what_is_for_programs(client: TestClient, path: str) -> None:
    answer = client.options(path, headers=ELSEWHERE)
    assert (answer.status_code, answer.content) == (204, b"")
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "GET" in answer.headers["access-control-allow-methods"]
    assert "POST" not in answer.headers["access-control-allow-methods"]
    assert "if-none-match" in answer.headers["access-control-allow-headers"]
    assert "access-control-allow-credentials" not in answer.headers
    assert "authorization" not in answer.headers["access-control-allow-headers"]
    for name in ("content-security-policy", "x-content-type-options", "referrer-policy"):
        assert name in answer.headers
    given = client.get(path, headers={"origin": ELSEWHERE["origin"], "sec-fetch-site": "cross-site"})
    assert given.headers["access-control-allow-origin"] == "*", "refusals too"


def test_they_may_have_nothing_done_here(client: TestClient) -> None:
    asks = {**ELSEWHERE, "access-control-request-method": "POST"}
    answer = client.options("/api/v1/unroll", headers=asks)
    assert answer.status_code == 204
    assert answer.headers["allow"] == "POST, OPTIONS"
    assert not [name for name in answer.headers if name.startswith("access-control-")]
    forged = client.post("/api/v1/unroll", json={}, headers={**ELSEWHERE, "content-type": "application/json"})
    assert forged.status_code == 403


@pytest.mark.parametrize("path", ["/api/v1/nothing", "/", PATH, "/report"])
def test_nothing_else_is_shared(client: TestClient, path: str) -> None:
    answer = client.options(path, headers=ELSEWHERE)
    assert answer.status_code in (404, 405)
    assert "access-control-allow-methods" not in answer.headers


def test_of_a_personal_site_nobody_reads_anything(tmp_path: Path) -> None:
    with hosted(tmp_path, personal=True) as here:
        answer = here.client.options("/api/v1/threads", headers=ELSEWHERE)
        assert answer.status_code == 204
        assert not [name for name in answer.headers if name.startswith("access-control-")]


def test_what_the_api_takes_is_as_before(client: TestClient) -> None:
    assert client.get("/api/v1/unroll").status_code == 405
    assert client.get("/api/v1/unroll").headers["allow"] == "POST"
    assert client.get("/api/v1/nothing").status_code == 404
    assert client.post("/api/v1/threads", content=b"").status_code == 405
