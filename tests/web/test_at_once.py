"""A takedown, a wish and a new reading work at once on what lies in memory, whoever made them."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic

import pytest
from starlette.testclient import TestClient

from tests.store.build import line, post, ref, talk
from threadleaf.config import Settings
from threadleaf.core.model import Conversation, Media
from threadleaf.fetch.pictures import Made
from threadleaf.service import Threadleaf
from threadleaf.service.pictures import Gallery
from threadleaf.store import open_store
from threadleaf.store.pictures import Files
from threadleaf.store.threads import Store
from threadleaf.web import threads
from threadleaf.web.app import create_app

LONGEST = 5.0
"""Seconds after which a takedown by another program must be seen (security.md, T29)."""


class Program:
    """One program on the database; `says` is what the network answers."""

    def __init__(self, store: Store, settings: Settings) -> None:
        self.says: Conversation | None = None
        clock = lambda: datetime.now(UTC)  # noqa: E731 -- the real one: pages are dated by it
        self.service = Threadleaf(store, self._fetch, clock, threads.renderer(settings))
        self.client = TestClient(create_app(self.service, settings), base_url="http://127.0.0.1:8410")

    def _fetch(self, steps):
        steps.close()
        return self.says

    def keep(self, *names: int) -> str:
        self.says = talk(*line(*names))
        return self.service.unroll(ref(names[0]), save="listed").path


@pytest.fixture
def programs(tmp_path: Path) -> Iterator[tuple[Program, Program]]:
    """Two programs on one database."""
    settings = Settings(data=str(tmp_path))
    with open_store(settings.database_target) as one, open_store(settings.database_target) as other:
        yield Program(one, settings), Program(other, settings)


def kept_in_memory(site: Program, path: str) -> int:
    """Ask twice; the bytes in memory after that."""
    assert [site.client.get(path).status_code for _ in range(2)] == [200, 200]
    return site.client.app.state.memory.size  # type: ignore[attr-defined]


def test_what_this_program_does_is_seen_by_the_next_request(programs: tuple[Program, Program]):
    site, _ = programs
    path = site.keep(1, 2)
    assert kept_in_memory(site, path) > 0
    tag = site.client.get(path).headers["etag"]
    site.keep(1, 2, 3)
    assert site.client.get(path, headers={"if-none-match": tag}).status_code == 200
    assert kept_in_memory(site, path) > 0
    site.service.opt_out("bsky", "did:plc:ann", "author")
    assert site.client.get(path, headers={"if-none-match": tag}).status_code == 404
    site.service.allow("bsky", "did:plc:ann")
    path = site.keep(5)
    assert kept_in_memory(site, path) > 0
    site.service.remove(ref(5), "author")
    answer = site.client.get(path)
    assert (answer.status_code, answer.headers["cache-control"]) == (410, "no-store")


def test_what_another_program_does_is_seen_within_seconds(programs: tuple[Program, Program]):
    site, shell = programs
    path = site.keep(1, 2)
    for listing in (path, "/", "/latest"):
        assert kept_in_memory(site, listing) > 0
    shell.service.remove(ref(1), "author")
    until = monotonic() + LONGEST
    while site.client.get(path).status_code != 410:
        assert monotonic() < until
    for listing in ("/", "/latest"):
        assert path not in site.client.get(listing).text


def test_private_pages_are_never_in_memory(programs: tuple[Program, Program]):
    site, _ = programs
    site.says = talk(*line(1, 2))
    path = site.service.unroll(ref(1), save="private").path
    assert kept_in_memory(site, path) == 0


def test_a_picture_is_shown_with_its_page_and_goes_with_it(programs: tuple[Program, Program], tmp_path: Path):
    site, shell = programs
    asked: list[str] = []

    def fetch(url: str) -> Made:
        asked.append(url)
        return Made(b"RIFF....WEBP", 800, 600)

    store = site.service._store
    site.service.gallery = Gallery(
        store.pictures, Files(tmp_path / "pictures", 10**6), fetch, lambda: datetime.now(UTC)
    )
    client = TestClient(create_app(site.service, Settings(data=str(tmp_path))), base_url="http://127.0.0.1:8410")
    picture = Media(kind="image", url="https://cdn.example/1.jpg", alt="A ledger.", width=8, height=6)
    site.says = talk(post(1, media=(picture,)))
    path = site.service.unroll(ref(1), save="listed").path
    page = client.get(path).text
    (address,) = set(re.findall(r'<img[^>]+src="([^"]*)"', page))
    assert re.fullmatch(r"/media/[A-Za-z0-9_-]{22}", address), "nothing is loaded from anybody else"
    assert 'alt="A ledger."' in page
    assert asked == [], "it is fetched when somebody looks"
    for _ in range(2):
        assert client.get(address).content == b"RIFF....WEBP"
    assert asked == [picture.url]
    shell.service.remove(ref(1), "author")
    until = monotonic() + LONGEST
    while client.get(address).status_code != 404:
        assert monotonic() < until
    site.service.gallery.sweep()
    assert list((tmp_path / "pictures").rglob("*.webp")) == []
