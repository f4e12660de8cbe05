"""A thread that was edited, on the site: what was changed, the page as it was then, and what becomes of both."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from msgspec import json
from msgspec.structs import replace
from starlette.testclient import TestClient

from tests.support import site
from threadleaf.config import Settings
from threadleaf.core.model import Conversation, Post
from threadleaf.service import Threadleaf
from threadleaf.store import open_store
from threadleaf.store.threads import Store
from threadleaf.web.app import create_app
from threadleaf.web.threads import renderer
from threadleaf.wire import Steps

PUBLIC = "https://threads.example.org"
SETTINGS = Settings(public_origin=PUBLIC, search_engines=True)
POSTS = tuple(site.row(["Herons stand in the race.", "They wait for noon.", "And then they go."]))
EDITED = (POSTS[0], replace(POSTS[1], text="They wait for dusk."), POSTS[2])
PATH = f"/t/bsky/{site.ADA}/{POSTS[0].id.rpartition('/')[2]}"
NOW = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
WAS, IS = "They wait for noon.", "They wait for dusk."
SAID = "This is an earlier version of this page"
NS = "{http://www.w3.org/2005/Atom}"


class Story:
    """A public site over a real service, and a network that shows what the test says."""

    def __init__(self, store: Store) -> None:
        self.posts, self.hours = POSTS, 0
        self.service = Threadleaf(store, self._seen, self._now, renderer(SETTINGS))
        app = create_app(self.service, SETTINGS)
        self.client = TestClient(app, base_url=PUBLIC, follow_redirects=False)

    def _now(self) -> datetime:
        return NOW + timedelta(hours=self.hours)

    def _seen(self, steps: Steps) -> Conversation:
        steps.close()
        who = {"posts": self.posts, "authors": site.PEOPLE}
        return Conversation(network="bsky", anchor=POSTS[0].id, read_at=self._now(), **who)

    def read(self, *posts: Post) -> None:
        """Read the thread an hour later."""
        self.posts = posts
        self.hours += 1
        self.service.unroll(POSTS[0].url, save="listed", asker="operator")

    def json(self, address: str) -> dict[str, object]:
        return json.decode(self.client.get(address).content, type=dict[str, object])

    def hash(self) -> str:
        posts = json.decode(self.client.get(f"{PATH}.json").content)["posts"]
        return str(posts[1]["versions"][0]["hash"])


@pytest.fixture
def story(tmp_path: Path) -> Iterator[Story]:
    with open_store(tmp_path / "threads.db") as store:
        made = Story(store)
        made.read(*POSTS)
        yield made


@pytest.fixture
def edited(story: Story) -> Story:
    assert "what changed" not in story.client.get(PATH).text
    story.read(*EDITED)
    return story


@pytest.mark.parametrize("view", ["article", "posts"])
def test_the_page_says_what_was_changed_and_leads_to_what_was_before(edited: Story, view: str):
    page = edited.client.get(PATH, params={"view": view}).text
    assert "· what changed</summary>" in page
    assert f'<a href="?v={edited.hash()}" rel="nofollow">The page as it was then</a>' in page
    assert "noon" in page[page.index("<del>") : page.index("</del>")]
    assert "<script>" not in page
    assert " style=" not in page


@pytest.mark.parametrize("view", ["article", "posts"])
def test_a_version_is_the_page_as_it_was_and_says_so(edited: Story, view: str):
    answer = edited.client.get(PATH, params={"v": edited.hash(), "view": view})
    assert (answer.status_code, answer.headers["x-robots-tag"]) == (200, "noindex")
    page = answer.text
    assert WAS in page
    assert IS not in page
    assert f"{SAID}: what was edited since stands here as it was read on" in page
    assert f'<a href="{PATH}">The page as it is now</a>' in page
    assert '<meta name="robots" content="noindex' in page
    assert f'<link rel="canonical" href="{PUBLIC}{PATH}">' in page
    assert f'href="{PATH}.md?v={edited.hash()}"' in page.replace(f"view={view}&amp;", "").replace(f"view={view}&", "")
    assert f'href="?view=posts&amp;v={edited.hash()}"' in page or view == "posts"
    assert 'action="/refresh"' not in page


def test_the_present_page_is_as_it_is(edited: Story):
    page = edited.client.get(PATH).text
    assert SAID not in page
    assert IS in page


def test_every_file_of_a_version_says_so(edited: Story):
    name = edited.hash()
    for suffix in ("txt", "md", "html"):
        answer = edited.client.get(f"{PATH}.{suffix}", params={"v": name})
        assert SAID in answer.text
        assert WAS in answer.text
        assert name in answer.headers["content-disposition"]
        assert answer.headers["x-robots-tag"] == "noindex"
        assert SAID not in edited.client.get(f"{PATH}.{suffix}").text
    told = edited.json(f"{PATH}.json?v={name}")
    assert told["as_of"] == {"hash": name, "until": "2026-05-04T13:00:00Z"}
    assert edited.json(f"{PATH}.json")["as_of"] is None
    assert edited.client.get(PATH, params={"v": name}, headers={"accept": "text/markdown"}).text.startswith(f"**{SAID}")


def test_programs_get_versions_too(edited: Story):
    name, path = edited.hash(), PATH.removeprefix("/t/")
    told = json.decode(edited.client.get(f"/api/v1/threads/{path}", params={"v": name}).content)["thread"]
    assert (told["posts"][1]["text"], told["as_of"]["hash"]) == (WAS, name)
    assert WAS in edited.client.get(f"/api/v1/threads/{path}.txt", params={"v": name}).text
    assert edited.client.get(f"/api/v1/threads/{path}", params={"v": "00000000"}).status_code == 404
    now = json.decode(edited.client.get(f"/api/v1/threads/{path}").content)["thread"]
    assert (now["posts"][1]["versions"][0]["text"], now["as_of"]) == (WAS, None)


def test_a_version_that_is_not_there_is_404_with_the_way_to_the_page(edited: Story):
    for name in ("00000000", "", "x" * 5000, "<script>"):
        answer = edited.client.get(PATH, params={"v": name})
        assert answer.status_code == 404
        assert "There is no such version of this thread, or not any more" in answer.text
        assert f'<a href="{PATH}">The page as it is now</a>' in answer.text
        assert "<script>" not in answer.text
    file = edited.client.get(f"{PATH}.txt", params={"v": "00000000"})
    assert (file.status_code, file.headers["content-type"]) == (404, "text/plain; charset=utf-8")
    assert "no such version" in file.text


def test_a_version_of_an_address_that_leads_elsewhere_leads_to_the_version(edited: Story):
    other = f"/t/bsky/{site.ADA}/{POSTS[1].id.rpartition('/')[2]}"
    answer = edited.client.get(other, params={"v": edited.hash()})
    assert answer.status_code == 301
    assert answer.headers["location"].startswith(f"{PUBLIC}{PATH}?v={edited.hash()}")


def test_a_branch_of_a_version_can_be_read_too(story: Story):
    branch = site.post("late", "An afterthought.", to=POSTS[0].id, at=90)
    story.read(*POSTS, branch)
    story.read(*EDITED, branch)
    place = branch.id.rpartition("/")[2]
    page = story.client.get(PATH, params={"v": story.hash(), "line": place}).text
    assert "Read the main line instead" not in page  # the way back is to the present page
    assert SAID in page
    assert f"v={story.hash()}&amp;line={place}" in page
    assert story.client.get(PATH, params={"v": story.hash(), "line": "no"}).status_code == 404


def test_the_feed_tells_of_the_edit(edited: Story):
    root = ET.fromstring(edited.client.get(f"{PATH}.atom").text)  # noqa: S314 -- our own
    entries = {e.findtext(f"{NS}title"): e for e in root.iter(f"{NS}entry")}
    entry = entries[f"Edited: {IS}"]
    assert len(entries) == 4
    assert entry.findtext(f"{NS}updated") == "2026-05-04T14:00:00Z"
    assert root.findtext(f"{NS}updated") == "2026-05-04T14:00:00Z"
    content = entry.findtext(f"{NS}content") or ""
    assert f"{PUBLIC}{PATH}?v={edited.hash()}" in content
    items = json.decode(edited.client.get(f"{PATH}.feed.json").content)["items"]
    assert items[0]["title"] == f"Edited: {IS}"
    assert items[0]["id"].endswith(f"?v={edited.hash()}")


def test_versions_are_in_no_list_no_search_and_no_sitemap(edited: Story):
    for address in ("/latest", "/latest.atom", "/search?q=noon", "/sitemap.xml", "/sitemap-1.xml", "/"):
        assert "?v=" not in edited.client.get(address).text
    assert PATH not in edited.client.get("/search?q=noon").text
    assert PATH in edited.client.get("/search?q=dusk").text


def test_when_the_post_is_deleted_all_of_it_is_gone(edited: Story):
    name = edited.hash()
    assert edited.client.get(PATH, params={"v": name}).status_code == 200
    edited.read(POSTS[0], replace(POSTS[2], parent=POSTS[0].id))
    assert edited.client.get(PATH, params={"v": name}).status_code == 404
    for address in (PATH, f"{PATH}?view=posts", f"{PATH}.json", f"{PATH}.atom", f"{PATH}.txt", f"{PATH}.md"):
        told = edited.client.get(address).text
        assert "noon" not in told
        assert "what changed" not in told


def test_when_the_thread_is_taken_down_so_are_its_versions(edited: Story):
    name = edited.hash()
    edited.service.remove(POSTS[0].url, "author")
    for address in (
        f"{PATH}?v={name}",
        f"{PATH}.json?v={name}",
        f"/api/v1/threads/{PATH.removeprefix('/t/')}?v={name}",
    ):
        answer = edited.client.get(address)
        assert answer.status_code == 410
        assert "noon" not in answer.text


def test_a_version_does_not_show_what_is_withheld_today(edited: Story):
    name = edited.hash()
    edited.read(replace(POSTS[0], labels=("!hide",)), *EDITED[1:])
    page = edited.client.get(PATH, params={"v": name}).text
    assert WAS in page
    assert "Herons" not in page


def test_a_private_page_has_versions_at_its_own_address_only(story: Story):
    secret = story.service.unroll(POSTS[0].url, save="private", asker="operator").path
    story.posts, story.hours = EDITED, story.hours + 1
    story.service.unroll(POSTS[0].url, save="private", asker="operator")
    told = story.json(f"{secret}.json")
    name = told["posts"][1]["versions"][0]["hash"]  # type: ignore[index]
    answer = story.client.get(secret, params={"v": name})
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
    assert f'<a href="{secret}">The page as it is now</a>' in answer.text
    assert story.client.get(PATH, params={"v": str(name)}).status_code == 404
