"""Feeds of lists and of threads: who gets which, where they are, and what stands on them."""

from typing import cast
from xml.etree import ElementTree as ET

import pytest
from msgspec.structs import replace
from starlette.testclient import TestClient

from tests.support import site
from threadleaf.config import Settings
from threadleaf.core.errors import Gone
from threadleaf.service import Threadleaf
from threadleaf.service.public import is_public
from threadleaf.store.records import PageVisibility, Reading
from threadleaf.web import feeds
from threadleaf.web.app import create_app

HERE = "http://127.0.0.1:8410"
PUBLIC = "https://threads.example.org"
HUB = "https://hub.example.org/?for=us"
TALE = site.everything()
PATH = site.path_of(TALE)
NS = "{http://www.w3.org/2005/Atom}"
ADDRESSES = ("/latest.atom", "/latest.json", f"{PATH}.atom", f"{PATH}.feed.json")


def visitor(shelf: site.Shelf, origin: str = "", hub: str = "") -> TestClient:
    app = create_app(cast("Threadleaf", shelf), Settings(public_origin=origin, hub=hub, search_engines=True))
    return TestClient(app, base_url=origin or HERE, follow_redirects=False, raise_server_exceptions=False)


def shelf_of(origin: str = "") -> site.Shelf:
    return site.Shelf(site.ALL, Settings(public_origin=origin, search_engines=True))


def show(shelf: site.Shelf, visibility: PageVisibility) -> None:
    reading = shelf.readings[PATH]
    shelf.readings[PATH] = Reading(replace(reading.saved, visibility=visibility), reading.thread)


@pytest.fixture
def public() -> TestClient:
    return visitor(shelf_of(PUBLIC), PUBLIC)


def test_the_latest_threads_are_a_feed_in_two_formats(public: TestClient):
    answer = public.get("/latest.atom")
    assert answer.headers["content-type"] == "application/atom+xml; charset=utf-8"
    root = ET.fromstring(answer.text)  # noqa: S314 -- our own
    titles = [entry.findtext(f"{NS}title") for entry in root.iter(f"{NS}entry")]
    answer = public.get("/latest.json")
    assert answer.headers["content-type"] == "application/feed+json; charset=utf-8"
    assert [item["title"] for item in answer.json()["items"]] == titles
    assert len(titles) == len(site.ALL)
    assert answer.json()["feed_url"] == f"{PUBLIC}/latest.json"
    assert answer.json()["home_page_url"] == f"{PUBLIC}/latest"


def test_a_thread_is_a_feed_of_its_posts(public: TestClient):
    told = public.get(f"{PATH}.feed.json").json()
    own = [*TALE.posts, *(one for branch in TALE.branches for one in branch.posts)]
    assert len(told["items"]) == len(own)
    assert told["home_page_url"] == PUBLIC + PATH
    assert told["title"] == TALE.title
    root = ET.fromstring(public.get(f"{PATH}.atom").text)  # noqa: S314 -- our own
    assert root.findtext(f"{NS}id") == f"tag:threads.example.org,2026-05-03:{PATH}"
    assert {entry.findtext(f"{NS}id") for entry in root.iter(f"{NS}entry")} == {item["id"] for item in told["items"]}


def test_the_feed_of_any_of_its_posts_is_at_the_thread_s_own_address():
    shelf = shelf_of()
    shelf.aliases["/t/bsky/ada.example/3kother"] = PATH
    for suffix in (".atom", ".feed.json"):
        answer = visitor(shelf).get("/t/bsky/ada.example/3kother" + suffix)
        assert (answer.status_code, answer.headers["location"]) == (301, PATH + suffix)


def test_addresses_in_a_feed_of_a_personal_site_lead_to_where_it_listens():
    for host, origin in (("127.0.0.1", "http://127.0.0.1:8410"), ("[::1]", "http://[::1]:8410")):
        client = TestClient(create_app(cast("Threadleaf", shelf_of()), Settings()), base_url=f"http://{host}:8410")
        told = client.get("/latest.json").json()
        assert told["feed_url"] == f"{origin}/latest.json"
        assert all(item["url"].startswith(f"{origin}/t/") for item in told["items"])


def test_only_listed_threads_are_fed_to_strangers_and_all_of_them_to_ones_own_reader():
    for origin, expected in ((PUBLIC, "listed"), ("", None)):
        shelf = shelf_of(origin)
        visitor(shelf, origin).get("/latest.atom")
        assert shelf.listed == [expected]


@pytest.mark.parametrize("visibility", ["unlisted", "private"])
def test_a_thread_that_is_not_listed_has_no_feed_but_for_ones_own_reader(visibility: PageVisibility):
    for origin, expected in ((PUBLIC, 404), ("", 200)):
        shelf = shelf_of(origin)
        show(shelf, visibility)
        assert visitor(shelf, origin).get(f"{PATH}.atom").status_code == expected


def test_a_wish_of_anybody_in_a_thread_against_lists_keeps_it_out_of_feeds():
    shelf = shelf_of(PUBLIC)
    reading = shelf.readings[PATH]
    authors = tuple(replace(one, signals=("noindex",)) if one.id == site.JEAN else one for one in TALE.authors)
    shelf.readings[PATH] = Reading(reading.saved, replace(TALE, authors=authors))
    assert is_public(reading)
    assert not is_public(shelf.readings[PATH])
    assert visitor(shelf, PUBLIC).get(f"{PATH}.atom").status_code == 404


def test_what_was_taken_down_since_the_list_was_made_is_no_entry():
    shelf = shelf_of(PUBLIC)
    shelf.fails[PATH] = Gone("This page was taken down on 3 May 2026.")
    told = visitor(shelf, PUBLIC).get("/latest.json").json()
    assert len(told["items"]) == len(site.ALL) - 1
    assert visitor(shelf, PUBLIC).get(f"{PATH}.atom").status_code == 410


def test_where_nothing_is_there_is_no_feed(public: TestClient):
    assert public.get("/t/bsky/ada.example/3knothing.atom").status_code == 404
    assert public.get("/t/mars/1.atom").status_code == 404


def test_who_has_a_feed_is_told_that_nothing_changed(public: TestClient):
    for address in ADDRESSES:
        first = public.get(address)
        assert first.headers["last-modified"].endswith("GMT")
        assert public.get(address, headers={"if-none-match": first.headers["etag"]}).status_code == 304


def test_the_hub_and_the_feed_s_own_address_stand_in_the_headers():
    shelf = shelf_of(PUBLIC)
    for address in ADDRESSES:
        link = visitor(shelf, PUBLIC, HUB).get(address).headers["link"]
        assert link == f'<{PUBLIC}{address}>; rel="self", <{HUB}>; rel="hub"'
        assert "hub" not in visitor(shelf, PUBLIC).get(address).headers["link"]


def test_pages_name_their_feeds():
    assert feeds.alternates("/latest") == [
        {"type": "application/atom+xml", "href": "/latest.atom"},
        {"type": "application/feed+json", "href": "/latest.json"},
    ]
    assert feeds.alternates(PATH, thread=True)[1]["href"] == f"{PATH}.feed.json"


def test_an_empty_feed_tells_since_when_it_is_there(public: TestClient):
    shelf = site.Shelf({}, Settings(public_origin=PUBLIC, search_engines=True))
    answer = visitor(shelf, PUBLIC).get("/latest.atom")
    assert f"<updated>{shelf.now().isoformat()[:19]}Z</updated>" in answer.text


def test_the_feed_of_a_branch_has_the_posts_of_its_line_alone(public: TestClient):
    line = site.uri("b1").rpartition("/")[2]
    root = ET.fromstring(public.get(f"{PATH}.atom?line={line}").text)  # noqa: S314 -- our own
    titles = [entry.findtext(f"{NS}title") or "" for entry in root.iter(f"{NS}entry")]
    assert [title[:12] for title in titles] == ["It was not f", "An afterthou", "2/ So for a ", "1/ A tide mi"]
    assert root.findtext(f"{NS}id", "").endswith(f"?line={line}")
    assert public.get(f"{PATH}.feed.json?line={line}").json()["feed_url"].endswith(f".feed.json?line={line}")
    assert public.get(f"{PATH}.atom?line=nothing").status_code == 404
