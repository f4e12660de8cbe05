"""Ways to get here from elsewhere, and what a browser needs to keep threads."""

from __future__ import annotations

import json
from urllib.parse import parse_qs, urlsplit

import pytest
from starlette.testclient import TestClient

from tests.support import site as examples
from threadleaf.config import Settings
from threadleaf.web.app import create_app
from threadleaf.web.device import own_origin

ORIGIN = "https://threads.example.org"


@pytest.fixture(scope="module")
def client() -> TestClient:
    settings = Settings(public_origin=ORIGIN)
    app = create_app(examples.Shelf(examples.ALL, settings), settings)
    return TestClient(app, base_url=ORIGIN, follow_redirects=False)


@pytest.mark.parametrize(
    ("shared", "boxed"),
    [
        ({"url": "https://bsky.app/profile/a.example/post/3k"}, "https://bsky.app/profile/a.example/post/3k"),
        ({"title": "Ada", "text": "Look: https://a.example/@b/1 !"}, "https://a.example/@b/1"),
        ({"text": "at://did:plc:x/app.bsky.feed.post/3k"}, "at://did:plc:x/app.bsky.feed.post/3k"),
        ({"text": "no address & no thread"}, "no address & no thread"),
        ({}, ""),
    ],
)
def test_what_is_shared_with_the_installed_site_goes_into_the_box(client: TestClient, shared: dict, boxed: str):
    answer = client.get("/share", params=shared)
    assert answer.status_code == 303
    assert parse_qs(urlsplit(answer.headers["location"]).query, keep_blank_values=True)["url"] == [boxed]


def test_something_endless_that_is_shared_stays_an_address_of_ours(client: TestClient):
    where = client.get("/share", params={"text": "ж" * 5_000}).headers["location"]
    assert where.startswith(f"{ORIGIN}/?url=")
    assert client.get(where).status_code == 200


def test_the_worker_may_serve_the_whole_site_and_is_asked_about_each_time(client: TestClient):
    answer = client.get("/sw.js")
    assert answer.headers["content-type"].startswith("text/javascript")
    assert answer.headers["cache-control"] == "no-cache"
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")


def test_the_manifest_names_an_icon_and_a_share_target_that_are_there(client: TestClient):
    answer = client.get("/manifest.webmanifest")
    assert answer.headers["content-type"] == "application/manifest+json"
    manifest = json.loads(answer.content)
    assert client.get(manifest["icons"][0]["src"]).headers["content-type"] == "image/svg+xml"
    assert client.get(manifest["share_target"]["action"]).status_code == 303
    assert all(client.get(place["url"]).status_code == 200 for place in manifest["shortcuts"])


def test_the_user_script_is_short_and_names_this_instance(client: TestClient):
    script = client.get("/threadleaf.user.js").text
    assert len(script.splitlines()) <= 60
    assert f'const ORIGIN = "{ORIGIN}";' in script
    assert "(threads.example.org)" in script
    assert "{{" not in script
    matches = [line.split()[-1] for line in script.splitlines() if line.startswith("// @match")]
    assert matches == ["https://bsky.app/*", "https://x.com/*", "https://*/@*"]


def test_the_tools_page_names_this_instance(client: TestClient):
    page = client.get("/tools").text
    assert f"{ORIGIN}/https://bsky.app/profile/" in page
    assert f"javascript:location.href=&#39;{ORIGIN}/?url=&#39;+encodeURIComponent(location.href)" in page


@pytest.mark.parametrize(
    ("settings", "origin"),
    [
        (Settings(), "http://127.0.0.1:8410"),
        (Settings(host="::1", port=80), "http://[::1]:80"),
        (Settings(public_origin=ORIGIN, host="0.0.0.0"), ORIGIN),
    ],
)
def test_the_address_of_this_instance_never_comes_from_a_request(settings: Settings, origin: str):
    assert own_origin(settings) == origin
