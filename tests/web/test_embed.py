"""A thread on other people's pages, and what its own page tells them."""

import json
import re
from html import unescape
from typing import cast
from urllib.parse import parse_qs, urlsplit
from xml.etree import ElementTree as ET

import pytest
from msgspec.structs import replace
from starlette.testclient import TestClient

from tests.support import site
from threadleaf.config import Settings
from threadleaf.core.errors import Gone
from threadleaf.service import Threadleaf
from threadleaf.store.records import PageVisibility, Reading
from threadleaf.web.app import create_app
from threadleaf.web.heads import head

HERE = "http://127.0.0.1:8410"
PUBLIC = "https://threads.example.org"
TALE = site.everything()
PATH = site.path_of(TALE)


def visitor(shelf: site.Shelf, origin: str = "") -> TestClient:
    app = create_app(cast("Threadleaf", shelf), Settings(public_origin=origin, search_engines=True))
    return TestClient(app, base_url=origin or HERE, follow_redirects=False, raise_server_exceptions=False)


@pytest.fixture
def shelf() -> site.Shelf:
    return site.Shelf(site.ALL, Settings(public_origin=PUBLIC, search_engines=True))


@pytest.fixture
def public(shelf: site.Shelf) -> TestClient:
    return visitor(shelf, PUBLIC)


def reading(visibility: PageVisibility = "listed", **changes: object) -> Reading:
    shelf = site.Shelf(site.ALL, Settings(public_origin=PUBLIC, search_engines=True))
    found = shelf.readings[PATH]
    return Reading(replace(found.saved, visibility=visibility), replace(found.thread, **changes))


# --- the page to be framed ----------------------------------------------------------------------------------------


def test_the_page_to_be_framed_says_what_who_how_complete_and_leads_to_the_whole(public: TestClient):
    answer = public.get(f"/embed{PATH}")
    told = unescape(answer.text)
    assert TALE.title in told
    assert "Ada Weir" in told
    assert "One post is missing." in told
    assert f'href="{PUBLIC}{PATH}"' in told
    assert "So for a fortnight at a stretch the miller sleeps" in told


def test_it_is_light_runs_nothing_and_may_be_framed_by_everybody(public: TestClient):
    answer = public.get(f"/embed{PATH}")
    assert len(answer.content) < 10 * 1024
    assert "<script" not in answer.text
    assert " style=" not in answer.text
    policy = answer.headers["content-security-policy"]
    assert "frame-ancestors *" in policy
    assert "script-src" not in policy
    assert policy.startswith("default-src 'none'")
    assert answer.headers["cross-origin-resource-policy"] == "cross-origin"
    assert answer.headers["x-robots-tag"] == "noindex"
    (style,) = re.findall(r'<link rel="stylesheet" href="([^"]+)"', answer.text)
    assert len(public.get(style).content) < 10 * 1024


def test_no_other_page_may_be_framed(public: TestClient):
    for address in ("/", PATH + ".md", "/latest", f"/oembed?url={PUBLIC}{PATH}"):
        assert "frame-ancestors *" not in public.get(address).headers["content-security-policy"]


def test_any_post_of_a_thread_leads_to_its_frame(shelf: site.Shelf):
    shelf.aliases["/t/bsky/ada.example/3kother"] = PATH
    answer = visitor(shelf, PUBLIC).get("/embed/t/bsky/ada.example/3kother")
    assert (answer.status_code, answer.headers["location"]) == (301, f"{PUBLIC}/embed{PATH}")


def test_there_is_no_frame_of_what_is_not_there(public: TestClient, shelf: site.Shelf):
    assert public.get("/embed/t/bsky/ada.example/3knothing").status_code == 404
    assert public.get("/embed/t/mars/1").status_code == 404
    assert public.get("/embed/p/secret").status_code == 404
    shelf.fails[PATH] = Gone("This page was taken down on 3 May 2026.")
    gone = public.get(f"/embed{PATH}")
    assert gone.status_code == 410
    assert "frame-ancestors 'none'" in gone.headers["content-security-policy"]


# --- oEmbed -------------------------------------------------------------------------------------------------------


def test_oembed_tells_of_a_thread_in_json_and_in_xml(public: TestClient):
    answer = public.get("/oembed", params={"url": PUBLIC + PATH})
    told = answer.json()
    assert answer.headers["content-type"] == "application/json"
    assert (told["version"], told["type"], told["provider_name"]) == ("1.0", "rich", "Threadleaf")
    assert (told["title"], told["author_name"]) == (TALE.title, "Ada Weir")
    assert f'src="{PUBLIC}/embed{PATH}"' in told["html"]
    assert (told["thumbnail_url"], told["thumbnail_width"]) == (f"{PUBLIC}{PATH}.png", 1200)
    answer = public.get("/oembed", params={"url": PUBLIC + PATH, "format": "xml"})
    assert answer.headers["content-type"] == "text/xml; charset=utf-8"
    root = ET.fromstring(answer.text)  # noqa: S314 -- our own
    assert {child.tag: child.text for child in root} == {name: str(value) for name, value in told.items()}


def test_what_an_author_is_called_and_where_breaks_nothing(public: TestClient, shelf: site.Shelf):
    reading = shelf.readings[PATH]
    author = replace(reading.thread.author, name="\ufffe<b>\x1b", url="javascript:alert(1)\x00")
    thread = replace(reading.thread, title="\uffff]]>", author=author)
    shelf.readings[PATH] = Reading(reading.saved, thread)
    told = public.get("/oembed", params={"url": PUBLIC + PATH}).json()
    assert (told["author_name"], told["author_url"]) == ("\ufffd<b>\u241b", "")
    answer = public.get("/oembed", params={"url": PUBLIC + PATH, "format": "xml"})
    assert ET.fromstring(answer.text).findtext("title") == told["title"] == "\ufffd]]>"  # noqa: S314 -- our own


def test_an_address_with_more_behind_it_is_the_same_thread(public: TestClient):
    plain = public.get("/oembed", params={"url": PUBLIC + PATH}).json()
    assert public.get("/oembed", params={"url": f"{PUBLIC}{PATH}?view=posts#3k"}).json() == plain
    assert public.get("/oembed", params={"url": PUBLIC + PATH.replace(":", "%3A")}).json() == plain


@pytest.mark.parametrize(
    "url",
    [
        "",
        "nonsense",
        "https://elsewhere.example" + PATH,
        PUBLIC + "/latest",
        PUBLIC + "/p/secret",
        PUBLIC + "/t/mars/1",
        "http://threads.example.org" + PATH,
        "https://[" + PATH,
    ],
)
def test_of_anything_else_it_knows_nothing(public: TestClient, url: str):
    assert public.get("/oembed", params={"url": url}).status_code == 404


def test_other_formats_are_not_implemented(public: TestClient):
    assert public.get("/oembed", params={"url": PUBLIC + PATH, "format": "yaml"}).status_code == 501


@pytest.mark.parametrize(
    ("asked", "width", "height"),
    [((400, 200), 400, 200), ((4000, 4000), 600, 260), ((1, 1), 200, 120), (("x", "-5"), 600, 260)],
)
def test_the_frame_is_no_larger_than_asked_for(
    public: TestClient, asked: tuple[object, object], width: int, height: int
):
    query = {"url": PUBLIC + PATH, "maxwidth": str(asked[0]), "maxheight": str(asked[1])}
    told = public.get("/oembed", params=query).json()
    assert (told["width"], told["height"]) == (width, height)
    assert f'width="{width}" height="{height}"' in told["html"]


def test_a_personal_site_has_no_address_for_others():
    client = visitor(site.Shelf(site.ALL, Settings()))
    assert client.get("/oembed", params={"url": HERE + PATH}).status_code == 404


# --- what stands in the head of a page ----------------------------------------------------------------------------


def told_in(html: str) -> dict[str, str]:
    return {
        name: unescape(value)
        for name, value in re.findall(r'<meta (?:property|name)="([^"]+)" content="([^"]*)">', html)
    }


def test_a_page_tells_how_it_looks_as_a_card():
    told = told_in(head(reading(), Settings(public_origin=PUBLIC, search_engines=True)))
    assert (told["og:title"], told["og:url"], told["og:image"]) == (TALE.title, PUBLIC + PATH, f"{PUBLIC}{PATH}.png")
    assert (told["og:image:width"], told["og:image:height"]) == ("1200", "630")
    assert told["article:published_time"] == "2026-05-03T09:13:00Z"
    assert told["og:description"] == told["description"]
    assert told["twitter:card"] == "summary_large_image"


def test_a_page_leads_to_its_feeds_its_markdown_and_its_frame(public: TestClient):
    html = head(reading(), Settings(public_origin=PUBLIC, search_engines=True))
    links = dict(re.findall(r'<link rel="alternate" type="([^"]+)" href="([^"]+)"', html))
    assert links["application/atom+xml"] == f"{PATH}.atom"
    assert links["application/feed+json"] == f"{PATH}.feed.json"
    assert links["text/markdown"] == f"{PATH}.md"
    for kind, form in (("application/json+oembed", "json"), ("text/xml+oembed", "xml")):
        address = urlsplit(unescape(links[kind]))
        assert parse_qs(address.query) == {"url": [PUBLIC + PATH], "format": [form]}
        assert public.get(f"{address.path}?{address.query}").status_code == 200


def test_only_what_lists_may_show_is_told_to_search_engines_and_has_a_feed():
    listed = head(reading(), Settings(public_origin=PUBLIC, search_engines=True))
    (script,) = re.findall(r'<script type="application/ld\+json">(.*)</script>', listed)
    assert json.loads(script)["url"] == PUBLIC + PATH
    authors = tuple(replace(one, signals=("noindex",)) for one in TALE.authors)
    for other in (reading("unlisted"), reading(authors=authors)):
        html = head(other, Settings(public_origin=PUBLIC, search_engines=True))
        assert "ld+json" not in html
        assert "atom" not in html
        assert "og:image" in html  # whoever has the address sees what it is


def test_a_private_page_tells_nothing():
    assert head(reading("private"), Settings(public_origin=PUBLIC, search_engines=True)) == ""


def test_a_personal_site_has_feeds_and_no_address_for_others():
    html = head(reading("unlisted"), Settings())
    assert f"{PATH}.atom" in html
    assert "og:" not in html
    assert "ld+json" not in html


def test_what_others_wrote_stays_text_there():
    hostile = '"><script>alert(1)</script>'
    author = replace(TALE.author, name=hostile)
    posts = (replace(TALE.posts[0], text=hostile, created=None), *TALE.posts[1:])
    html = head(reading(title=hostile, author=author, posts=posts), Settings(public_origin=PUBLIC, search_engines=True))
    assert html.count("<script") == 1
    assert "article:published_time" not in html


def test_the_page_itself_has_it(public: TestClient):
    html = public.get(PATH).text.partition("</head>")[0]
    assert f'<meta property="og:url" content="{PUBLIC}{PATH}">' in html
    assert "application/ld+json" in html
