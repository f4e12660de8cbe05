"""What machines look for at fixed addresses."""

from datetime import UTC, datetime
from pathlib import Path
from typing import cast
from urllib.robotparser import RobotFileParser
from xml.etree import ElementTree as ET

import pytest
from msgspec.structs import replace
from starlette.testclient import TestClient

from tests.store.build import NOON, draft, line, talk
from tests.support import site
from threadleaf.config import Settings
from threadleaf.service import Threadleaf
from threadleaf.store import open_store
from threadleaf.web.app import create_app
from threadleaf.web.threads import renderer
from threadleaf.web.wellknown import robots

PUBLIC = "https://threads.example.org"
NS = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
PATH = site.path_of(site.everything())


class Maps(site.Maps):
    """Two files, the second of which has one page."""

    def files(self, *, unsaid: bool) -> tuple[int, ...]:
        return (0, 1)

    def pages(self, number: int, *, unsaid: bool) -> tuple[tuple[str, datetime], ...]:
        return (("/t/bsky/a&b/1", datetime(2026, 5, 3, 23, 59, tzinfo=UTC)),) if number == 1 else ()


def shelf(settings: Settings) -> site.Shelf:
    made = site.Shelf(site.ALL, settings)
    made.maps = Maps()
    return made


def visitor(origin: str) -> TestClient:
    settings = Settings(public_origin=origin, search_engines=True)
    app = create_app(cast("Threadleaf", shelf(settings)), settings)
    return TestClient(app, base_url=origin or "http://127.0.0.1:8410", raise_server_exceptions=False)


def rules(origin: str) -> RobotFileParser:
    parser = RobotFileParser()
    parser.parse(robots(origin).splitlines())
    return parser


@pytest.mark.parametrize(
    "name", ["GPTBot", "ClaudeBot", "CCBot", "Google-Extended", "Bytespider", "Meta-ExternalAgent", "PerplexityBot"]
)
def test_who_gathers_texts_for_models_is_shut_out(name: str):
    assert not rules(PUBLIC).can_fetch(name, PUBLIC + PATH)


@pytest.mark.parametrize("name", ["Googlebot", "bingbot", "Mastodon", "ia_archiver"])
def test_search_engines_and_previews_may_read_pages_and_nothing_costly(name: str):
    told = rules(PUBLIC)
    assert told.can_fetch(name, PUBLIC + PATH)
    assert told.can_fetch(name, f"{PUBLIC}{PATH}.png")
    assert not told.can_fetch(name, f"{PUBLIC}/unroll")
    assert not told.can_fetch(name, f"{PUBLIC}/api/v1/threads")
    assert told.site_maps() == [f"{PUBLIC}/sitemap.xml"]


def test_nobody_crawls_a_personal_site():
    assert not rules("").can_fetch("Googlebot", "http://127.0.0.1" + PATH)
    answer = visitor("").get("/robots.txt")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/plain; charset=utf-8")
    assert visitor("").get("/sitemap.xml").status_code == 404
    assert visitor("").get("/sitemap-1.xml").status_code == 404


def test_the_sitemap_lists_its_files_and_a_file_its_pages():
    client = visitor(PUBLIC)
    answer = client.get("/sitemap.xml")
    assert answer.headers["content-type"] == "application/xml; charset=utf-8"
    root = ET.fromstring(answer.text)  # noqa: S314 -- our own
    assert root.tag == f"{NS}sitemapindex"
    assert [loc.text for loc in root.iter(f"{NS}loc")] == [f"{PUBLIC}/sitemap-0.xml", f"{PUBLIC}/sitemap-1.xml"]
    root = ET.fromstring(client.get("/sitemap-1.xml").text)  # noqa: S314 -- our own
    assert root.tag == f"{NS}urlset"
    (url,) = root
    assert (url.findtext(f"{NS}loc"), url.findtext(f"{NS}lastmod")) == (f"{PUBLIC}/t/bsky/a&b/1", "2026-05-03")


@pytest.mark.parametrize("number", ["0", "99999999999999999999", "x", "-1"])
def test_there_is_no_file_without_pages(number: str):
    assert visitor(PUBLIC).get(f"/sitemap-{number}.xml").status_code == 404


def test_what_is_kept_and_listed_is_in_the_sitemap(tmp_path: Path):
    settings = Settings(public_origin=PUBLIC, search_engines=True)
    with open_store(tmp_path / "kept.sqlite3") as store:
        store.save(draft(talk(*line(1))))
        store.save(draft(talk(*line(2)), visibility="unlisted"))
        app = create_app(Threadleaf(store, None, lambda: NOON, renderer(settings)), settings)
        client = TestClient(app, base_url=PUBLIC)
        assert f"<loc>{PUBLIC}/sitemap-0.xml</loc>" in client.get("/sitemap.xml").text
        told = client.get("/sitemap-0.xml").text
    assert f"<loc>{PUBLIC}/t/bsky/did:plc:ann/3k1</loc>" in told
    assert "3k2" not in told


def test_head_and_header_of_a_page_say_the_same_about_search_engines(tmp_path: Path):
    wish = tuple(replace(one, signals=("noindex",)) for one in talk(*line(3)).authors)
    kept = {
        "3k1": draft(talk(*line(1))),
        "3k2": draft(talk(*line(2)), visibility="unlisted"),
        "3k3": draft(talk(*line(3), authors=wish), quiet=True),
    }
    for origin, found in ((PUBLIC, ["3k1"]), ("", [])):
        settings = Settings(public_origin=origin, search_engines=True)
        with open_store(tmp_path / f"kept-{len(origin)}.sqlite3") as store:
            for made in kept.values():
                store.save(made)
            app = create_app(Threadleaf(store, None, lambda: NOON, renderer(settings)), settings)
            client = TestClient(app, base_url=origin or "http://127.0.0.1:8410")
            pages = {name: client.get(f"/t/bsky/did:plc:ann/{name}") for name in kept}
        assert [name for name, page in pages.items() if "x-robots-tag" not in page.headers] == found
        assert [name for name, page in pages.items() if 'name="robots"' not in page.text] == found
