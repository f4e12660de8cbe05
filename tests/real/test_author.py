"""Authors of a real Bluesky network prove who they are on the site, and decide about their threads."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from html import unescape
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from tests.real.people import Person, World
from tests.real.unroller import Bluesky
from tests.support.public import ORIGIN, TOLD
from threadleaf.config import Settings
from threadleaf.service import Threadleaf
from threadleaf.store import open_store
from threadleaf.web.app import create_app
from threadleaf.web.threads import renderer


class Site:
    """A site for others over the real network, and a visitor."""

    def __init__(self, service: Threadleaf, settings: Settings) -> None:
        self.service = service
        self.client = TestClient(create_app(service, settings), base_url=ORIGIN, headers={"origin": ORIGIN})

    def asks_for_a_code(self, address: str) -> tuple[Mapping[str, str], str]:
        """The hidden fields of the form, and the code."""
        text = self.client.post("/author", data={"url": address}).text
        code = re.search(r"threadleaf-[a-z2-7]{26}", text)
        assert code, text
        return self._hidden(text), code[0]

    def checks(self, fields: Mapping[str, str], **more: str) -> tuple[str, Mapping[str, str]]:
        """What comes of it: the heading of the page, and its hidden fields."""
        text = self.client.post("/author/check", data={**fields, **more}).text
        heading = re.search(r"<h1[^>]*>([^<]+)</h1>", text)
        assert heading
        return heading[1], self._hidden(text)

    def does(self, fields: Mapping[str, str], what: str, path: str = "") -> str:
        answer = self.client.post("/author/console", data={**fields, "do": what, "path": path})
        assert answer.status_code == 200, answer.text
        return answer.text

    def _hidden(self, html: str) -> Mapping[str, str]:
        return {name: unescape(value) for name, value in re.findall(r'"hidden" name="(\w+)" value="([^"]*)"', html)}


@pytest.fixture
def site(bluesky: Bluesky, tmp_path: Path) -> Iterator[Site]:
    settings = Settings(**TOLD)
    with open_store(tmp_path / "threads.db") as store:
        yield Site(bluesky.service(store, renderer(settings)), settings)


CONSOLE = "Your threads here"


def writes(who: Person, text: str) -> str:
    """Have somebody write a post today: a code counts in words that are younger than it is."""
    return who.post(text, createdAt=datetime.now(UTC).isoformat().replace("+00:00", "Z"))


def profile(who: Person, text: str) -> None:
    who.put("app.bsky.actor.profile", "self", {"$type": "app.bsky.actor.profile", "description": text})


def test_a_code_in_the_profile_takes_the_thread_down_for_good(site: Site, world: World):
    ada, mal = world.person("authora"), world.person("authorm")
    posts = ada.thread(["The mill.", "The tide.", "The miller."])
    world.network.settle()
    path = site.service.unroll(posts[1], save="listed").path
    assert site.client.get(path).status_code == 200
    fields, code = site.asks_for_a_code(path)
    assert site.checks(fields)[0] != CONSOLE
    profile(mal, code)
    stolen = writes(mal, code)
    world.network.settle()
    assert site.checks(fields, post=stolen)[0] != CONSOLE, "another's words prove nothing"
    profile(ada, f"I write about mills.\n{code}")
    world.network.settle()
    heading, console = site.checks(fields)
    assert heading == CONSOLE
    assert "taken down for good" in site.does(console, "take down", path)
    assert {site.client.get(path + suffix).status_code for suffix in ("", ".md", ".json", ".atom")} == {410}
    for uri in posts:
        page = site.client.post("/unroll", data={"url": uri})
        assert page.status_code == 410, "nobody makes it again, whichever post one comes from"


def test_a_code_in_a_post_opts_out_and_the_author_comes_back(site: Site, world: World):
    ada = world.person("authorb")
    first = ada.thread(["A thread.", "Its end."])[0]
    world.network.settle()
    path = site.service.unroll(first, save="listed").path
    fields, code = site.asks_for_a_code(f"https://bsky.app/profile/{ada.handle}")
    writes(ada, f"{code}")
    world.network.settle()
    heading, console = site.checks(fields)
    assert heading == CONSOLE
    site.does(console, "opt out")
    assert site.client.get(path).status_code == 410
    later = ada.post("Another thread.")
    world.network.settle()
    assert site.client.post("/unroll", data={"url": later}).status_code == 403
    site.does(console, "allow")
    assert site.service.unroll(later, save="unlisted").saved


def test_a_code_in_the_repository_and_a_handle_that_changes_its_owner(site: Site, world: World):
    ada, mal = world.person("authorc"), world.person("authord")
    posts = ada.thread(["A thread.", "Its end."])
    world.network.settle()
    path = site.service.unroll(posts[0], save="listed").path
    fields, code = site.asks_for_a_code(path)
    ada.rename("authorgone")
    mal.rename("authorc")
    profile(mal, code)
    mal.put("app.threadleaf.author", "self", {"$type": "app.threadleaf.author", "code": code})
    world.network.settle()
    assert site.checks(fields)[0] != CONSOLE, "the account counts, not the handle that it had"
    ada.put("app.threadleaf.author", "self", {"$type": "app.threadleaf.author", "code": code})
    world.network.settle()
    heading, console = site.checks(fields)
    assert heading == CONSOLE
    site.does(console, "unlist", path)
    assert path not in site.client.get("/latest").text
    site.service.unroll(posts[1], save="listed")
    assert path not in site.client.get("/latest").text, "an author's word beats that of whoever asks"
