"""One post of Bluesky: what its record, its view and its attachments become."""

from datetime import UTC, datetime

import pytest

from threadleaf.core.model import Card, Media, Quote
from threadleaf.sources._bsky_records import author_of, from_record, from_view
from threadleaf.sources._moments import moment

DID = "did:plc:ann"
URI = f"at://{DID}/app.bsky.feed.post/3kaaaaaaaaaaa"
OTHER = "at://did:plc:bob/app.bsky.feed.post/3kbbbbbbbbbbb"
OTHER_PAGE = "https://bsky.app/profile/did:plc:bob/post/3kbbbbbbbbbbb"
AUTHOR = {"did": DID, "handle": "ann.example"}
BLOB = {"$type": "blob", "ref": {"$link": "bafkpicture"}, "mimeType": "image/jpeg", "size": 10}
CDN = "https://cdn.bsky.app/img"


def view(**more):
    return {"uri": URI, "cid": "c1", "author": AUTHOR, "record": {"text": "Hello."}} | more


def shown(**more):
    found = from_view(view(**more))
    assert found is not None
    return found[0]


def recorded(**record):
    return from_record(URI, "c1", record)


# --- records ---------------------------------------------------------------------------------------------------


def test_a_record_becomes_a_post_with_its_place_in_the_conversation():
    post = recorded(
        text="Hello\0 @bob",
        createdAt="2026-05-03T11:00:00.123+02:00",
        langs=["en", 7, "", "de"],
        reply={"root": {"uri": OTHER}, "parent": {"uri": OTHER}},
        labels={"values": [{"val": "nudity"}, {"val": "nudity"}, {"val": 3}, "x"]},
        facets=[
            {
                "index": {"byteStart": 7, "byteEnd": 11},
                "features": [{"$type": "app.bsky.richtext.facet#tag", "tag": "b"}],
            }
        ],
    )
    assert (post.id, post.author, post.version) == (URI, DID, "c1")
    assert post.url == "https://bsky.app/profile/did:plc:ann/post/3kaaaaaaaaaaa"
    assert (post.text, [(s.start, s.end) for s in post.spans]) == ("Hello\ufffd @bob", [(7, 11)])
    assert post.created == datetime(2026, 5, 3, 9, 0, 0, 123000, tzinfo=UTC)
    assert (post.parent, post.parent_author, post.root) == (OTHER, "did:plc:bob", OTHER)
    assert (post.langs, post.labels, post.sensitive, post.replies) == (("en", "de"), ("nudity",), True, None)


@pytest.mark.parametrize(
    "record", [None, 7, [], "text", {}, {"text": 3, "createdAt": 5, "langs": "en", "reply": [], "facets": 1}]
)
def test_fields_that_are_missing_or_of_another_type_are_empty(record):
    post = from_record(URI, None, record)
    assert (post.text, post.created, post.langs, post.parent, post.spans, post.media, post.version) == (
        "",
        None,
        (),
        None,
        (),
        (),
        "",
    )


@pytest.mark.parametrize(
    ("uri", "author", "url"),
    [
        ("at://ann.example/app.bsky.feed.post/3k", "", "https://bsky.app/profile/ann.example/post/3k"),
        ("at://did:plc:ann/app.bsky.feed.like/3k", DID, ""),
        ("at://did:plc:ann/app.bsky.feed.post/a b", DID, ""),
        ("at://did:plc:a<b/app.bsky.feed.post/3k", "did:plc:a<b", ""),
        ("at://did:plc:ann", "", ""),
        ("https://example.com/a/b", "", ""),
        ("record(4)", "", ""),
    ],
)
def test_only_a_posts_own_name_leads_to_a_page(uri, author, url):
    post = from_record(uri, "", {})
    assert (post.author, post.url) == (author, url)


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("2026-05-03T09:00:00Z", datetime(2026, 5, 3, 9, tzinfo=UTC)),
        ("2026-05-03T09:00:00.123456789Z", datetime(2026, 5, 3, 9, 0, 0, 123457, tzinfo=UTC)),
        ("2026-05-03T09:00:00", datetime(2026, 5, 3, 9, tzinfo=UTC)),
        ("2026-05-03", None),
        ("0000-01-01T00:00:00.000Z", None),
        ("0001-01-01T00:00:00+14:00", None),
        ("yesterday", None),
        ("", None),
        (1_700_000_000, None),
        ("\ud800", None),
        (None, None),
    ],
)
def test_a_time_is_what_the_record_says_or_nothing(text, time):
    assert moment(text) == time


def test_every_time_that_the_protocol_allows_is_read_and_no_other_text_breaks(shared):
    folder = shared / "vectors/atproto-interop/syntax"

    def lines(name):
        return [line for line in (folder / name).read_text().splitlines() if line and not line.startswith("#")]

    unread = [line for line in lines("datetime_syntax_valid.txt") if moment(line) is None]
    assert unread == ["0000-01-01T00:00:00.000Z"], "Python has no year nought"
    for line in (*lines("datetime_syntax_invalid.txt"), *lines("datetime_parse_invalid.txt")):
        assert moment(line) is None or moment(line).tzinfo is UTC


# --- views and authors -----------------------------------------------------------------------------------------


def test_a_view_adds_author_labels_and_counts_to_the_record():
    author = AUTHOR | {
        "displayName": "Ann\0",
        "avatar": "https://cdn.example/a.jpg",
        "description": "Teas.",
        "labels": [{"val": "!no-unauthenticated"}, {"val": "old", "neg": True}],
    }
    record = {"text": "Hello.", "labels": {"values": [{"val": "self"}]}}
    found = from_view(view(author=author, record=record, labels=[{"val": "!warn"}, {"val": "self"}], replyCount=4))
    assert found is not None
    post, person, quoted = found
    assert (post.labels, post.sensitive, post.replies, quoted) == (("!warn", "self"), True, 4, None)
    assert (person.id, person.handle, person.name, person.bio) == (DID, "ann.example", "Ann\ufffd", "Teas.")
    assert (person.avatar, person.url) == ("https://cdn.example/a.jpg", "https://bsky.app/profile/did:plc:ann")
    assert person.labels == ("!no-unauthenticated",)


def test_a_label_on_the_account_asks_for_a_notice_on_its_posts_and_an_unknown_one_does_not():
    assert shown(author=AUTHOR | {"labels": [{"val": "porn"}]}).sensitive
    assert not shown(author=AUTHOR | {"labels": [{"val": "spam"}]}).sensitive


@pytest.mark.parametrize(
    "bad", [None, 3, {}, {"uri": URI}, {"uri": URI, "author": {}}, {"author": AUTHOR}, {"uri": "", "author": AUTHOR}]
)
def test_a_view_without_post_or_author_is_none(bad):
    assert from_view(bad) is None


def test_a_handle_that_does_not_lead_back_is_no_handle():
    person = author_of({"did": DID, "handle": "handle.invalid", "avatar": "javascript:x"})
    assert person is not None
    assert (person.handle, person.avatar) == ("", "")


@pytest.mark.parametrize("count", [-1, 1.0, True, "3", None])
def test_a_count_that_is_none_is_not_known(count):
    assert shown(replyCount=count).replies is None


# --- pictures, films, cards ------------------------------------------------------------------------------------

ANSWERED = {"width": 4, "height": 3}


@pytest.mark.parametrize(
    ("embed", "media"),
    [
        (
            {
                "$type": "app.bsky.embed.images#view",
                "images": [
                    {
                        "fullsize": "https://c.example/f",
                        "thumb": "https://c.example/t",
                        "alt": "A leaf.",
                        "aspectRatio": ANSWERED,
                    },
                    {"fullsize": "javascript:x", "alt": 7, "aspectRatio": {"width": "4"}},
                ],
            },
            (
                Media(
                    kind="image",
                    url="https://c.example/f",
                    thumb="https://c.example/t",
                    alt="A leaf.",
                    width=4,
                    height=3,
                ),
                Media(kind="image"),
            ),
        ),
        (
            {
                "$type": "app.bsky.embed.gallery#view",
                "items": [
                    {
                        "$type": "app.bsky.embed.gallery#viewImage",
                        "fullsize": "https://c.example/f",
                        "thumbnail": "https://c.example/t",
                    },
                    {"$type": "app.bsky.embed.gallery#viewFilm", "fullsize": "https://c.example/g"},
                ],
            },
            (Media(kind="image", url="https://c.example/f", thumb="https://c.example/t"),),
        ),
        (
            {
                "$type": "app.bsky.embed.video#view",
                "playlist": "https://v.example/p.m3u8",
                "thumbnail": "https://v.example/t",
                "alt": "Rain.",
            },
            (Media(kind="video", url="https://v.example/p.m3u8", thumb="https://v.example/t", alt="Rain."),),
        ),
        (
            {"$type": "app.bsky.embed.video#view", "playlist": "https://v.example/p.m3u8", "presentation": "gif"},
            (Media(kind="gif", url="https://v.example/p.m3u8"),),
        ),
        ({"$type": "app.bsky.embed.somethingNew#view", "images": []}, ()),
        ({"$type": 7}, ()),
        ("images", ()),
    ],
)
def test_pictures_and_films_of_a_view(embed, media):
    assert shown(embed=embed).media == media


@pytest.mark.parametrize(
    ("embed", "media"),
    [
        (
            {
                "$type": "app.bsky.embed.images",
                "images": [{"image": BLOB, "alt": "A leaf."}, {"image": {"cid": "bafkold"}}, {}],
            },
            (
                Media(
                    kind="image",
                    url=f"{CDN}/feed_fullsize/plain/{DID}/bafkpicture@jpeg",
                    thumb=f"{CDN}/feed_thumbnail/plain/{DID}/bafkpicture@jpeg",
                    alt="A leaf.",
                ),
                Media(
                    kind="image",
                    url=f"{CDN}/feed_fullsize/plain/{DID}/bafkold@jpeg",
                    thumb=f"{CDN}/feed_thumbnail/plain/{DID}/bafkold@jpeg",
                ),
                Media(kind="image"),
            ),
        ),
        (
            {
                "$type": "app.bsky.embed.gallery",
                "items": [{"$type": "app.bsky.embed.gallery#image", "image": {}}, {"image": BLOB}],
            },
            (Media(kind="image"),),
        ),
        (
            {"$type": "app.bsky.embed.video", "video": {"ref": {"$link": "bafk/film"}}},
            (
                Media(
                    kind="video",
                    url="https://video.bsky.app/watch/did%3Aplc%3Aann/bafk%2Ffilm/playlist.m3u8",
                    thumb="https://video.bsky.app/watch/did%3Aplc%3Aann/bafk%2Ffilm/thumbnail.jpg",
                ),
            ),
        ),
        ({"$type": "app.bsky.embed.video", "video": 3}, (Media(kind="video"),)),
        ({"$type": "app.bsky.embed.somethingNew"}, ()),
    ],
)
def test_pictures_and_films_of_a_record_are_where_the_network_shows_them(embed, media):
    assert recorded(embed=embed).media == media


def test_a_links_card_comes_from_the_view_or_from_the_record():
    external = {"uri": "https://example.com/a", "title": "A", "description": "B"}
    seen = {"$type": "app.bsky.embed.external#view", "external": external | {"thumb": "https://c.example/t"}}
    assert shown(embed=seen).card == Card(
        url="https://example.com/a", title="A", description="B", thumb="https://c.example/t"
    )
    bare = {"$type": "app.bsky.embed.external", "external": external | {"thumb": BLOB}}
    card = recorded(embed=bare).card
    assert card is not None
    assert card.thumb == f"{CDN}/feed_thumbnail/plain/{DID}/bafkpicture@jpeg"
    assert shown(embed=seen | {"external": {"uri": "javascript:x", "title": "A"}}).card is None


def test_what_only_the_record_of_a_shown_post_has_is_not_shown():
    record = {"text": "x", "embed": {"$type": "app.bsky.embed.images", "images": [{"image": BLOB}]}}
    assert shown(record=record).media == ()


# --- quotes ----------------------------------------------------------------------------------------------------

QUOTED = {
    "$type": "app.bsky.embed.record#viewRecord",
    "uri": OTHER,
    "cid": "c2",
    "author": {"did": "did:plc:bob", "handle": "bob.example"},
    "value": {"text": "Quoted."},
    "labels": [{"val": "porn"}],
    "embeds": [{"$type": "app.bsky.embed.images#view", "images": [{"alt": "A leaf."}]}],
    "replyCount": 2,
}


def quoting(record):
    return {"$type": "app.bsky.embed.record#view", "record": record}


def test_a_quoted_post_that_is_shown_comes_with_its_text_author_and_pictures():
    found = from_view(view(embed=quoting(QUOTED)))
    assert found is not None
    assert found[0].quote == Quote(id=OTHER, url=OTHER_PAGE, state="shown", author="did:plc:bob")
    inner = from_view(found[2])
    assert inner is not None
    assert (inner[0].text, inner[0].labels, inner[0].replies, inner[1].handle) == (
        "Quoted.",
        ("porn",),
        2,
        "bob.example",
    )
    assert [media.alt for media in inner[0].media] == ["A leaf."]


def test_a_quote_within_a_quote_has_only_its_record():
    bare = {key: value for key, value in QUOTED.items() if key != "embeds"}
    bare["value"] = {"text": "Inner.", "embed": {"$type": "app.bsky.embed.record", "record": {"uri": URI}}}
    found = from_view(bare)
    assert found is not None
    assert (found[0].quote, found[2]) == (Quote(id=URI, url=recorded().url, state="address", author=DID), None)


@pytest.mark.parametrize(
    ("record", "state", "author"),
    [
        (
            {"$type": "app.bsky.embed.record#viewNotFound", "uri": OTHER, "value": {"text": "Secret."}},
            "not-found",
            "did:plc:bob",
        ),
        (
            {"$type": "app.bsky.embed.record#viewBlocked", "uri": OTHER, "author": {"did": "did:plc:x"}},
            "blocked",
            "did:plc:x",
        ),
        (
            {"$type": "app.bsky.embed.record#viewDetached", "uri": OTHER, "value": {"text": "Secret."}},
            "detached",
            "did:plc:bob",
        ),
        (
            {"$type": "app.bsky.embed.record#viewNew", "uri": OTHER, "value": {"text": "Secret."}},
            "unknown",
            "did:plc:bob",
        ),
    ],
)
def test_a_quoted_post_that_is_not_shown_is_a_state_and_never_content(record, state, author):
    found = from_view(view(embed=quoting(record)))
    assert found is not None
    assert found[0].quote == Quote(id=OTHER, url=OTHER_PAGE, state=state, author=author)
    assert found[2] is None


def test_a_quote_beside_pictures_or_a_link_keeps_both():
    images = {"$type": "app.bsky.embed.images#view", "images": [{"alt": "A leaf."}]}
    both = {"$type": "app.bsky.embed.recordWithMedia#view", "record": {"record": QUOTED}, "media": images}
    post = shown(embed=both)
    assert (post.quote.id, [media.alt for media in post.media]) == (OTHER, ["A leaf."])
    bare = {
        "$type": "app.bsky.embed.recordWithMedia",
        "record": {"record": {"uri": OTHER}},
        "media": {"$type": "app.bsky.embed.external", "external": {"uri": "https://example.com"}},
    }
    post = recorded(embed=bare)
    assert (post.quote.state, post.card.url) == ("address", "https://example.com")


@pytest.mark.parametrize("suffix", ["", "#view"])
def test_attachments_within_attachments_are_not_followed(suffix):
    embed: object = None
    for _ in range(5000):
        embed = {"$type": f"app.bsky.embed.recordWithMedia{suffix}", "media": embed}
    assert shown(embed=embed).media == recorded(embed=embed).media == ()


@pytest.mark.parametrize("record", [None, {}, {"$type": "app.bsky.embed.record#viewRecord"}, 5])
def test_a_quote_without_an_address_is_none(record):
    assert shown(embed=quoting(record)).quote is None
    assert recorded(embed={"$type": "app.bsky.embed.record", "record": record}).quote is None


@pytest.mark.parametrize(
    ("record", "card"),
    [
        (
            {"uri": f"at://{DID}/app.bsky.feed.generator/teas", "displayName": "Teas", "description": "All of them."},
            Card(url=f"https://bsky.app/profile/{DID}/feed/teas", title="Teas", description="All of them."),
        ),
        (
            {"uri": f"at://{DID}/app.bsky.graph.list/l1", "name": "Growers"},
            Card(url=f"https://bsky.app/profile/{DID}/lists/l1", title="Growers"),
        ),
        (
            {"uri": f"at://{DID}/app.bsky.graph.starterpack/s1", "record": {"name": "Begin here"}},
            Card(url=f"https://bsky.app/starter-pack/{DID}/s1", title="Begin here"),
        ),
        (
            {"uri": f"at://{DID}/app.bsky.labeler.service/self", "creator": {"displayName": "Labels"}},
            Card(url=f"https://bsky.app/profile/{DID}", title="Labels"),
        ),
        ({"uri": "at://not a did/app.bsky.graph.list/l1", "name": "Growers"}, None),
    ],
)
def test_a_feed_list_pack_or_labeler_in_the_place_of_a_quote_is_a_card(record, card):
    post = shown(embed=quoting(record))
    assert (post.card, post.quote) == (card, None)
    bare = recorded(embed={"$type": "app.bsky.embed.record", "record": {"uri": record["uri"]}}).card
    assert (bare.url if bare else None) == (card.url if card else None)
