"""Feeds: what an entry holds, and that both formats are what their specifications ask for."""

import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any
from xml.etree import ElementTree as ET

import nh3
import pytest
from msgspec.structs import replace

from tests.render.build import ADA, START, everything, name, post, thread
from threadleaf.core.model import Media, Thread
from threadleaf.render.atom import atom
from threadleaf.render.feed import IN_ENTRY, MOST_POSTS, Entry, Feed, Place, of_posts, of_thread, tag
from threadleaf.render.jsonfeed import jsonfeed

KEPT = datetime(2026, 5, 4, 7, 0, tzinfo=UTC)
PLACE = Place(origin="https://threads.example.org", path="/t/bsky/did:plc:ada/1", kept_at=KEPT)
NS = "{http://www.w3.org/2005/Atom}"
HOSTILE = "]]> <script>alert(1)</script> & \x00\x1b\ufffe\ud800 ‮\u2028"


def feed_of(*entries: Entry, hub: str = "") -> Feed:
    home = "https://threads.example.org/latest"
    address = f"{home}.atom?a=1&b=2"
    return Feed(id=home, title="Latest <&>", home=home, address=address, entries=entries, since=KEPT, hub=hub)


def posts(count: int) -> Thread:
    return thread(*(post(n) for n in range(1, count + 1)))


# --- entries -----------------------------------------------------------------------------------------------------


def test_an_id_names_our_host_the_day_and_the_place_and_nothing_that_may_change():
    assert tag(PLACE) == "tag:threads.example.org,2026-05-04:/t/bsky/did:plc:ada/1"
    assert tag(PLACE, "3kabc") == "tag:threads.example.org,2026-05-04:/t/bsky/did:plc:ada/1#3kabc"
    assert tag(replace(PLACE, origin="http://127.0.0.1:8410")).startswith("tag:127.0.0.1,")


def test_a_thread_is_an_entry_with_its_completeness_and_its_posts():
    entry = of_thread(everything(), PLACE)
    assert (entry.url, entry.author, entry.lang) == (PLACE.url, "Ada Weir", "en")
    assert entry.title == everything().title
    assert "some missing" in entry.summary
    assert "One post is missing." in entry.html
    assert all(line in entry.html for line in ("A ledger with two columns of hours,", "62 %, 31 votes"))
    assert entry.original == "https://bsky.app/profile/did:plc:ada/post/1"


def test_an_entry_is_updated_when_its_thread_grows_or_changes():
    first = of_thread(thread(post(1)), PLACE)
    assert first.published == first.updated == KEPT  # kept after it was written
    later = KEPT + timedelta(days=2)
    assert of_thread(thread(post(1), post(2, created=later)), PLACE).updated == later
    assert of_thread(thread(post(1, edited=later)), PLACE).updated == later
    assert of_thread(thread(post(1, created=None)), PLACE).updated == KEPT


def test_a_long_thread_goes_on_on_its_page():
    assert "on the page" not in of_thread(posts(IN_ENTRY), PLACE).html
    assert f'<p><a href="{PLACE.url}">1 more post is on the page.</a></p>' in of_thread(posts(IN_ENTRY + 1), PLACE).html
    assert "2 more posts are on the page." in of_thread(posts(IN_ENTRY + 2), PLACE).html


def test_a_thread_without_words_has_a_title():
    assert of_thread(replace(everything(), title=""), PLACE).title == "A thread by @ada.example"


def test_every_post_of_a_thread_is_an_entry_those_in_branches_too_the_newest_first():
    entries = of_posts(everything(), PLACE)
    own = [*everything().posts, *(one for branch in everything().branches for one in branch.posts)]
    assert len(entries) == len({entry.id for entry in entries}) == len(own)
    assert [entry.published for entry in entries] == sorted([entry.published for entry in entries], reverse=True)
    assert {entry.url for entry in entries} == {f"{PLACE.url}#{one.id.rpartition('/')[2]}" for one in own}


def test_the_newest_posts_of_a_very_long_thread_are_there():
    entries = of_posts(posts(MOST_POSTS + 5), PLACE)
    assert len(entries) == MOST_POSTS
    assert entries[0].url.endswith(f"#{MOST_POSTS + 5}")


def test_a_post_without_words_is_called_by_its_number_and_one_without_a_date_by_when_it_was_kept():
    picture = Media(kind="image", url="https://cdn.example/1.jpg")
    entries = of_posts(thread(replace(post(1), text="", media=(picture,)), post(2, created=None)), PLACE)
    assert {entry.title for entry in entries} == {"Post 1", "Post 2."}
    assert entries[0].published == KEPT


def test_what_stands_behind_a_warning_is_not_told_before_it():
    secret = "The miller drowned."
    for warned in (post(1, secret, warning="drowning"), post(1, secret, labels=("!warn",))):
        (entry,) = of_posts(thread(warned), PLACE)
        assert secret not in entry.title + entry.summary
        assert entry.html.startswith("<details")
        assert entry.title in ("Content warning: drowning", "The network asks for a notice before this post")


def test_a_post_by_somebody_who_is_not_named_has_the_name_of_the_thread_s_author():
    stranger = replace(post(1), author="did:plc:unknown")
    assert of_posts(replace(thread(post(1)), posts=(stranger,)), PLACE)[0].author == ADA.name


# --- the formats --------------------------------------------------------------------------------------------------


def atom_of(feed: Feed) -> ET.Element:
    """The document, after a check of what RFC 4287 §4 requires."""
    text = atom(feed)
    root = ET.fromstring(text.encode())  # noqa: S314 -- our own
    assert root.tag == f"{NS}feed"
    _required(root, ("id", "title", "updated"))
    assert {link.get("rel") for link in root.findall(f"{NS}link")} >= {"self", "alternate"}
    for entry in root.findall(f"{NS}entry"):
        _required(entry, ("id", "title", "updated", "published", "content", "author"))
        _required(entry.find(f"{NS}author"), ("name",))
        assert len([link for link in entry.findall(f"{NS}link") if link.get("rel") == "alternate"]) == 1
        content = entry.find(f"{NS}content")
        assert content is not None
        assert content.get("type") == "html"
        assert len(content) == 0  # escaped, no elements within
    ids = [found.text for found in root.iter(f"{NS}id")]
    assert len(ids) == len(set(ids))
    for place in root.iter():
        assert place.tag.startswith(NS)
    for when in [*root.iter(f"{NS}updated"), *root.iter(f"{NS}published")]:
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", when.text or "")
    return root


def _required(place: ET.Element | None, names: tuple[str, ...]) -> None:
    assert place is not None
    for one in names:
        found = place.findall(f"{NS}{one}")
        assert len(found) == 1, one
        assert (found[0].text or "").strip() or len(found[0]), one


def json_of(feed: Feed) -> dict[str, Any]:
    """The document, after a check of what JSON Feed 1.1 requires."""
    told: dict[str, Any] = json.loads(jsonfeed(feed))
    assert told["version"] == "https://jsonfeed.org/version/1.1"
    assert isinstance(told["title"], str)
    assert set(told) <= {"version", "title", "home_page_url", "feed_url", "language", "hubs", "items"}
    known = "id url external_url title content_html summary date_published date_modified authors language".split()
    for item in told["items"]:
        assert set(item) <= set(known)
        assert item["id"]
        assert item["content_html"]
        assert all(author["name"] for author in item["authors"])
        for when in ("date_published", "date_modified"):
            assert datetime.fromisoformat(item[when]).tzinfo
    assert len({item["id"] for item in told["items"]}) == len(told["items"])
    return told


def test_a_thread_and_its_posts_are_valid_in_both_formats():
    for entries in ((of_thread(everything(), PLACE),), of_posts(everything(), PLACE)):
        feed = feed_of(*entries)
        assert [found.text for found in atom_of(feed).iter(f"{NS}summary")]
        assert len(json_of(feed)["items"]) == len(entries)


def test_an_empty_feed_is_valid_too_and_last_changed_when_it_began():
    assert "<updated>2026-05-04T07:00:00Z</updated>" in atom(feed_of())
    atom_of(feed_of())
    assert json_of(feed_of())["items"] == []


def test_a_hub_is_named_where_there_is_one():
    hub = "https://hub.example/?a=1&b=2"
    links = {link.get("rel"): link.get("href") for link in atom_of(feed_of(hub=hub)).findall(f"{NS}link")}
    assert links["hub"] == hub
    assert json_of(feed_of(hub=hub))["hubs"] == [{"type": "WebSub", "url": hub}]
    assert "hub" not in atom(feed_of())
    assert "hubs" not in json_of(feed_of())


def test_a_feed_is_as_new_as_its_newest_entry():
    old, new = of_thread(posts(1), PLACE), of_thread(posts(1), replace(PLACE, kept_at=KEPT + timedelta(days=1)))
    assert feed_of(old, new).updated == KEPT + timedelta(days=1)


def test_what_is_not_known_is_left_out():
    author = replace(ADA, name="", url="", handle="")
    bare = replace(thread(post(1, url="", langs=())), author=author, authors=(author,), url="")
    entry = of_thread(bare, PLACE)
    root = atom_of(feed_of(entry))
    assert root.find(f"{NS}entry/{NS}author/{NS}uri") is None
    assert not [link for link in root.iter(f"{NS}link") if link.get("rel") == "via"]
    item = json_of(feed_of(entry))["items"][0]
    assert "external_url" not in item
    assert "language" not in item
    assert "url" not in item["authors"][0]


@pytest.mark.parametrize("make", [lambda t: (of_thread(t, PLACE),), lambda t: of_posts(t, PLACE)])
def test_hostile_text_stays_text(make: Any):
    author = replace(ADA, name=HOSTILE, handle="x", bio=HOSTILE)
    hostile = post(1, HOSTILE, warning="", langs=(HOSTILE,))
    told = replace(thread(hostile, title=HOSTILE), author=author, authors=(author,))
    feed = feed_of(*make(told))
    root = atom_of(feed)
    for content in root.iter(f"{NS}content"):
        html = content.text or ""
        assert "<script" not in html
        assert nh3.clean(html, attributes={"*": {"class", "lang", "dir"}, "a": {"href"}}, link_rel=None).count("<p>")
    assert "<script" not in json_of(feed)["items"][0]["content_html"]
    assert "\x1b" not in atom(feed)


def test_ids_of_entries_of_one_thread_differ_from_that_of_the_thread():
    assert tag(PLACE) not in {entry.id for entry in of_posts(everything(), PLACE)}
    assert name("1")  # the sample's first post is its first entry in time
    assert of_posts(everything(), PLACE)[-1].published <= START + timedelta(hours=1)
