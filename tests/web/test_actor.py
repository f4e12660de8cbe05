"""Who signs our requests, as other servers look it up."""

from typing import cast

from starlette.testclient import TestClient

from tests.support import site
from threadleaf.config import Settings
from threadleaf.service import Threadleaf
from threadleaf.web.app import create_app

PUBLIC = "https://threads.example.org"
ACTOR = f"{PUBLIC}/actor"
SETTINGS = Settings(public_origin=PUBLIC, contact="post@example.org")


def visitor(public_key: str = "PEM") -> TestClient:
    shelf = site.Shelf({}, SETTINGS, public_key=public_key)
    return TestClient(create_app(cast("Threadleaf", shelf), SETTINGS), base_url=PUBLIC)


def test_the_actor_shows_the_public_key_and_whom_to_turn_to() -> None:
    answer = visitor().get("/actor", headers={"accept": "application/activity+json"})
    assert answer.headers["content-type"].startswith("application/activity+json")
    actor = answer.json()
    assert actor["id"] == ACTOR
    assert actor["publicKey"] == {"id": f"{ACTOR}#main-key", "owner": ACTOR, "publicKeyPem": "PEM"}
    assert "post@example.org" in actor["summary"]
    assert (actor["type"], actor["discoverable"]) == ("Application", False)
    assert {"inbox", "outbox", "preferredUsername"} <= actor.keys()


def test_the_actor_is_found_by_its_address() -> None:
    client = visitor()
    for resource in ("acct:threadleaf@threads.example.org", ACTOR):
        answer = client.get("/.well-known/webfinger", params={"resource": resource})
        assert answer.headers["content-type"].startswith("application/jrd+json")
        assert answer.json()["links"] == [{"rel": "self", "type": "application/activity+json", "href": ACTOR}]
        assert answer.json()["subject"] == "acct:threadleaf@threads.example.org"


def test_nobody_else_is_found_here() -> None:
    client = visitor()
    assert client.get("/.well-known/webfinger", params={"resource": "acct:ada@threads.example.org"}).status_code == 404
    assert client.get("/.well-known/webfinger").status_code == 404
    assert client.post("/actor/inbox", json={}).status_code in (404, 405)


def test_an_instance_that_signs_nothing_has_no_actor() -> None:
    client = visitor(public_key="")
    assert client.get("/actor").status_code == 404
    resource = {"resource": "acct:threadleaf@threads.example.org"}
    assert client.get("/.well-known/webfinger", params=resource).status_code == 404
