"""Which texts are the address of a post, and of which."""

from __future__ import annotations

import pytest

from threadleaf.core.errors import UnknownAddress
from threadleaf.core.model import Ref
from threadleaf.core.ref import MIRRORS, address, from_path, parse, path

DID = "did:plc:7iza6de2dwap2sbkpav7c6c6"
KEY = "3kbi55xm6u62v"
ALICE = f"at://alice.test/app.bsky.feed.post/{KEY}"
BY_DID = f"at://{DID}/app.bsky.feed.post/{KEY}"
NUMBER = "1274555669098659847"
ULID = "01JABCDEFGHJKMNPQRSTVWXYZ0"
UUID = "0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9"

BLUESKY = {
    f"https://bsky.app/profile/alice.test/post/{KEY}": ALICE,
    f"https://bsky.app/profile/Alice.Test/post/{KEY}/": ALICE,
    f"https://bsky.app/profile/{DID}/post/{KEY}": BY_DID,
    f"https://bsky.app/profile/did%3Aplc%3A7iza6de2dwap2sbkpav7c6c6/post/{KEY}": BY_DID,
    f"https://bsky.app/profile/alice.test/post/{KEY}/quotes": ALICE,
    f"https://bsky.app/profile/alice.test/post/{KEY}/liked-by": ALICE,
    f"https://bsky.app/profile/alice.test/post/{KEY}/reposted-by": ALICE,
    f"https://bsky.app/profile/alice.test/post/{KEY}?ref_src=embed&x=1": ALICE,
    f"https://bsky.app/profile/alice.test/post/{KEY}#top": ALICE,
    f"http://bsky.app/profile/alice.test/post/{KEY}": ALICE,
    f"bsky.app/profile/alice.test/post/{KEY}": ALICE,
    f"//bsky.app/profile/alice.test/post/{KEY}": ALICE,
    f"https:/bsky.app/profile/alice.test/post/{KEY}": ALICE,
    f"HTTPS://BSKY.APP./profile/alice.test/post/{KEY}": ALICE,
    f"https://www.bsky.app:443/profile/alice.test/post/{KEY}": ALICE,
    f"https://staging.bsky.app/profile/alice.test/post/{KEY}": ALICE,
    f"https://embed.bsky.app/embed/{DID}/app.bsky.feed.post/{KEY}?id=1": BY_DID,
    f"https://main.bsky.dev/profile/alice.test/post/{KEY}": ALICE,
    f"https://deer.social/profile/alice.test/post/{KEY}": ALICE,
    f"https://blacksky.community/profile/{DID}/post/{KEY}": BY_DID,
    f"https://d.fxbsky.app/profile/alice.test/post/{KEY}/photo/1": ALICE,
    f"https://bskyx.app/profile/alice.test/post/{KEY}": ALICE,
    f"https://nobody-listed.example.com/profile/alice.test/post/{KEY}": ALICE,
    f"at://{DID}/app.bsky.feed.post/{KEY}": BY_DID,
    f"at://Alice.test/app.bsky.feed.post/{KEY}": ALICE,
    f"AT://alice.test/app.bsky.feed.post/{KEY}/": ALICE,
    f"at://alice.test/app.bsky.feed.post/{KEY}#/text": ALICE,
    f"https://pdsls.dev/at://{DID}/app.bsky.feed.post/{KEY}": BY_DID,
    "at://alice.test/app.bsky.feed.post/self": "at://alice.test/app.bsky.feed.post/self",
}
X = [
    f"https://x.com/alice/status/{NUMBER}",
    f"https://twitter.com/alice/status/{NUMBER}",
    f"https://mobile.twitter.com/alice/status/{NUMBER}",
    f"https://m.twitter.com/alice/status/{NUMBER}",
    f"https://www.twitter.com/alice/statuses/{NUMBER}",
    f"https://twitter.com/statuses/{NUMBER}",
    f"https://twitter.com/#!/alice/status/{NUMBER}",
    f"https://x.com/i/web/status/{NUMBER}",
    f"https://x.com/i/status/{NUMBER}",
    f"https://x.com/@alice/status/{NUMBER}",
    f"https://x.com/alice/status/{NUMBER}/photo/1",
    f"https://x.com/alice/status/{NUMBER}/video/1",
    f"https://x.com/alice/status/{NUMBER}/quotes",
    f"https://x.com/alice/status/{NUMBER}/retweets/with_comments",
    f"https://x.com/alice/status/{NUMBER}?s=20&t=abc",
    f"https://x.com/alice/status/{NUMBER}#m",
    f"https://x.com/alice/status/{NUMBER}&ref=feed",
    f"https://x.com/alice/status/0{NUMBER}",
    f"x.com/alice/status/{NUMBER}",
    f"http://twitter.com/alice/status/{NUMBER}",
    f"https://fxtwitter.com/alice/status/{NUMBER}/en",
    f"https://d.fxtwitter.com/alice/status/{NUMBER}.jpg",
    f"https://vxtwitter.com/alice/status/{NUMBER}",
    f"https://fixupx.com/alice/status/{NUMBER}",
    f"https://nitter.net/alice/status/{NUMBER}#m",
    f"https://nitter.anything.example.com/alice/status/{NUMBER}",
    f"https://xcancel.com/alice/status/{NUMBER}",
]
FEDI = {
    "https://mastodon.example.com/@alice/112345678901234567": "@alice/112345678901234567",
    "https://mastodon.example.com/@alice/112345678901234567/embed": "@alice/112345678901234567",
    "https://mastodon.example.com/@alice/112345678901234567/reblogs": "@alice/112345678901234567",
    "https://mastodon.example.com/@alice/112345678901234567?x=1#y": "@alice/112345678901234567",
    "https://mastodon.example.com/%40alice/112345678901234567": "@alice/112345678901234567",
    "https://mastodon.example.com/@bob@other.example.org/112345678901234567": "@bob@other.example.org/112345678901234567",
    "https://mastodon.example.com/web/@alice/112345678901234567": "@alice/112345678901234567",
    "https://mastodon.example.com/deck/@alice/112345678901234567": "@alice/112345678901234567",
    "https://mastodon.example.com/deck/@bob@other.example.org/11": "@bob@other.example.org/11",
    "https://mastodon.example.com/web/statuses/112345678901234567": "web/statuses/112345678901234567",
    "https://mastodon.example.com/statuses/112345678901234567": "statuses/112345678901234567",
    "https://mastodon.example.com/users/alice/statuses/112345678901234567": "users/alice/statuses/112345678901234567",
    "https://mastodon.example.com/users/alice/statuses/11/activity": "users/alice/statuses/11",
    "https://mastodon.example.com/ap/users/1123/statuses/1124": "ap/users/1123/statuses/1124",
    f"https://mastodon.example.com/@alice/statuses/{ULID}": f"@alice/statuses/{ULID}",
    f"https://mastodon.example.com/users/alice/statuses/{ULID}": f"users/alice/statuses/{ULID}",
    "https://mastodon.example.com/@alice/posts/112345678901234567/": "@alice/posts/112345678901234567",
    "https://mastodon.example.com/@alice@mastodon.example.com/posts/11": "@alice@mastodon.example.com/posts/11",
    "https://mastodon.example.com/notice/AbCdEfGhIjKlMnOpQr": "notice/AbCdEfGhIjKlMnOpQr",
    "https://mastodon.example.com/notice/1234": "notice/1234",
    f"https://mastodon.example.com/objects/{UUID}": f"objects/{UUID}",
    f"https://mastodon.example.com/activities/{UUID}": f"activities/{UUID}",
    "https://mastodon.example.com/notes/9abcdefghi": "notes/9abcdefghi",
    "https://mastodon.example.com/p/alice/512345678901234567": "p/alice/512345678901234567",
    "https://mastodon.example.com/display/a85d7459-1234-5678-9abc-def012345678": "display/a85d7459-1234-5678-9abc-def012345678",
    "mastodon.example.com/@alice/112345678901234567": "@alice/112345678901234567",
    "http://mastodon.example.com:80//@alice//112345678901234567/": "@alice/112345678901234567",
}
PAGES = {
    f"https://twtext.com/article/{NUMBER}": f"twtext.com/{NUMBER}",
    f"https://twunroll.com/article/{NUMBER}#": f"twunroll.com/{NUMBER}",
    f"https://threadreaderapp.com/thread/{NUMBER}.html": f"threadreaderapp.com/{NUMBER}",
    f"https://threadreaderapp.com/thread/{NUMBER}": f"threadreaderapp.com/{NUMBER}",
    f"https://www.threadreaderapp.com/scrolly/{NUMBER}?a=b": f"threadreaderapp.com/{NUMBER}",
}
PROFILES = [
    "https://bsky.app/profile/alice.test",
    "at://alice.test",
    f"at://{DID}/app.bsky.actor.profile/self",
    "https://x.com/alice",
    "https://twitter.com/alice/with_replies",
    "https://mastodon.example.com/@alice",
    "https://mastodon.example.com/@alice@other.example.org",
    "https://mastodon.example.com/users/alice",
    "https://mastodon.example.com/@alice/with_replies",
    "@alice@mastodon.example.com",
    "@alice.test",
]
LISTINGS = [
    "https://bsky.app/profile/alice.test/lists/3kabc",
    "https://bsky.app/profile/alice.test/feed/whats-hot",
    "https://bsky.app/search?q=leaf",
    "https://bsky.app/hashtag/leaf",
    "at://alice.test/app.bsky.feed.generator/whats-hot",
    "https://x.com/search?q=leaf",
    "https://x.com/i/lists/12",
    "https://x.com/hashtag/leaf",
    "https://threadreaderapp.com/user/alice",
    "https://threadreaderapp.com/hashtag/leaf",
]
UNKNOWN = [
    "no address",
    "leaf",
    NUMBER,
    "https://example.com/an/article",
    "https://example.com/notes/my-first-note",
    "https://medium.example.com/@alice/a-fine-tale-0a1b2c",
    "https://x.com",
    "https://x.com/alice/status/0",
    "https://x.com/alice/status/12345678901234567890",
    "https://x.com/alice/status/12three",
    "https://x.com/one/two/three/four",
    "https://bsky.app",
    "https://bsky.app/profile/not_a_handle/post/3kabc",
    "https://bsky.app/profile/alice.test/post/key(1)",
    f"at://did:web:localhost%3A1234/app.bsky.feed.post/{KEY}",
    "at://alice.test/app.bsky.feed.like/3kabc",
    "at://alice.test/app.bsky.feed.post",
    "at://nobody",
    "https://twtext.com/about",
    "https://example.com/profile/alice.test/post/not-a-tid",
    "https://www.threads.net/@alice/post/one.two",
    f"https://bsky.app@example.com/alice/status/{NUMBER}",
    f"https://bsky.app\\@example.com/profile/alice.test/post/{KEY}",
    "https://localhost/@alice/1",
    "https://[::1]/@alice/1",
    "https://example.com:port/@alice/1",
    "https://example..com/@alice/1",
    "https://exa_mple.com/@alice/1",
    "https://\u2488.example/@\u2488/1",
    f"https://{'a.' * 130}com/@alice/1",
    "ftp://example.com/@alice/1",
    "javascript:alert(1)",
    "https://one.example.com/@a/1 https://two.example.com/@b/2",
    "x" * 5000,
]


@pytest.mark.parametrize("text", BLUESKY)
def test_an_address_of_a_bluesky_post_is_known_in_every_spelling(text: str) -> None:
    assert parse(text) == Ref("bsky", BLUESKY[text])


@pytest.mark.parametrize("text", X)
def test_an_address_of_an_x_post_is_known_in_every_spelling(text: str) -> None:
    assert parse(text) == Ref("x", NUMBER)


@pytest.mark.parametrize("text", FEDI)
def test_an_address_of_a_fediverse_post_is_known_in_every_spelling(text: str) -> None:
    assert parse(text) == Ref("fedi", f"https://mastodon.example.com/{FEDI[text]}")


@pytest.mark.parametrize("text", PAGES)
def test_an_address_of_a_saved_page_is_known(text: str) -> None:
    assert parse(text) == Ref("page", PAGES[text])


@pytest.mark.parametrize("host", ["www.threads.net", "threads.net", "www.threads.com", "threads.com"])
def test_a_post_on_threads_has_one_address_whichever_host_was_pasted(host: str) -> None:
    assert parse(f"https://{host}/@alice/post/C8abc-DE_f?x=y") == Ref(
        "fedi", "https://www.threads.com/@alice/post/C8abc-DE_f"
    )


@pytest.mark.parametrize(
    "text",
    [
        "  {} \n",
        "<{}>",
        "({}).",
        "“{}”",
        "{}…",
        "\ufeff{}\u200b",
        "Look at this: {} !",
        "[a fine thread]({})",
        "read <{}>, then sleep",
    ],
)
def test_what_stands_around_an_address_does_not_matter(text: str) -> None:
    assert parse(text.format(f"https://bsky.app/profile/alice.test/post/{KEY}")).id == ALICE
    assert parse(text.format(f"at://alice.test/app.bsky.feed.post/{KEY}")).id == ALICE


@pytest.mark.parametrize("text", PROFILES)
def test_a_profile_is_named_as_one(text: str) -> None:
    with pytest.raises(UnknownAddress, match=r"is a profile\. Paste the address of one post\."):
        parse(text)


@pytest.mark.parametrize("text", LISTINGS)
def test_a_listing_is_named_as_one(text: str) -> None:
    with pytest.raises(UnknownAddress, match=r"is a (listing|feed) of many posts\. Paste the address of one post\."):
        parse(text)


def test_a_repost_is_named_as_one() -> None:
    with pytest.raises(UnknownAddress, match="is a repost"):
        parse(f"at://alice.test/app.bsky.feed.repost/{KEY}")


@pytest.mark.parametrize("text", UNKNOWN)
def test_an_unknown_text_is_told_which_kinds_are_known(text: str) -> None:
    with pytest.raises(UnknownAddress) as caught:
        parse(text)
    for kind in ("Bluesky", "X posts", "Mastodon", "threadreaderapp.com"):
        assert kind in caught.value.sentence
    assert caught.value.kind == "wrong-use"
    assert len(caught.value.sentence) < 500


def test_the_sentence_quotes_the_text_without_its_control_characters() -> None:
    with pytest.raises(UnknownAddress) as caught:
        parse("\x1b]0;title\x07le\u202eaf")
    assert "“]0;title le af” is not" in caught.value.sentence


@pytest.mark.parametrize("text", ["", "  ", "\u200b", "\x00"])
def test_nothing_is_called_nothing(text: str) -> None:
    with pytest.raises(UnknownAddress) as caught:
        parse(text)
    assert caught.value.sentence == "Nothing was given. Paste the address of one post."


@pytest.mark.parametrize("text", ["javascript:alert(1)", "...", "a(b"])
def test_the_sentence_quotes_the_text_whole(text: str) -> None:
    with pytest.raises(UnknownAddress) as caught:
        parse(text)
    assert f"“{text}” is not" in caught.value.sentence


def test_a_host_in_another_script_is_written_as_the_network_knows_it() -> None:
    assert parse("https://Bücher.example.com/@alice/1").id == "https://xn--bcher-kva.example.com/@alice/1"


def test_a_port_that_is_not_the_usual_one_is_kept() -> None:
    ref = parse("https://mastodon.example.com:8443/@alice/1")
    assert ref.id == "https://mastodon.example.com:8443/@alice/1"
    assert from_path(path(ref)) == ref


def test_settings_may_add_mirrors() -> None:
    text = f"https://my.birds.example.com/alice/status/{NUMBER}"
    with pytest.raises(UnknownAddress):
        parse(text)
    assert parse(text, mirrors={**MIRRORS, "birds.example.com": "x"}) == Ref("x", NUMBER)
    assert (
        parse("https://a.example.com/profile/alice.test/post/self", mirrors={"a.example.com": "bsky"}).network == "bsky"
    )
    assert parse("https://a.example.com/@alice/1", mirrors={"a.example.com": "fedi"}).network == "fedi"


@pytest.mark.parametrize(
    ("ref", "ours", "original"),
    [
        (Ref("bsky", BY_DID), f"/t/bsky/{DID}/{KEY}", f"https://bsky.app/profile/{DID}/post/{KEY}"),
        (Ref("x", "12"), "/t/x/12", "https://x.com/i/status/12"),
        (Ref("fedi", "https://a.example.com/@b/1"), "/t/fedi/a.example.com/@b/1", "https://a.example.com/@b/1"),
        (Ref("page", "twtext.com/12"), "/t/page/twtext.com/12", "https://twtext.com/article/12"),
        (
            Ref("page", "threadreaderapp.com/12"),
            "/t/page/threadreaderapp.com/12",
            "https://threadreaderapp.com/thread/12.html",
        ),
        (Ref("page", "ab" * 32), "/t/page/" + "ab" * 32, ""),
        (Ref("file", "ab" * 32), "/t/file/" + "ab" * 32, ""),
    ],
)
def test_every_post_has_a_path_and_an_address(ref: Ref, ours: str, original: str) -> None:
    assert path(ref) == ours
    assert from_path(ours) == ref
    assert parse(ours) == ref
    assert address(ref) == original


@pytest.mark.parametrize(
    "text",
    [
        "",
        "/",
        "/t/",
        "/t/bsky/",
        "/t/bsky/alice.test",
        f"/t/bsky/Alice.test/{KEY}",
        f"/t/bsky/alice/{KEY}",
        f"/t/bsky//{KEY}",
        "/t/bsky/alice.test/..",
        f"/t/bsky/alice.test/{KEY}/more",
        "/t/x/012",
        "/t/x/12/",
        "/t/x/١٢",
        "/t/fedi/a.example.com",
        "/t/fedi/a.example.com/../etc",
        "/t/fedi/a.example.com/@b/1?x",
        "/t/fedi/a.example.com//1",
        "/t/page/example.com/12",
        "/t/file/" + "AB" * 32,
        "/t/file/abc",
        "/t/nostr/abc",
        f"t/bsky/alice.test/{KEY}",
    ],
)
def test_only_the_one_spelling_of_a_path_is_a_path(text: str) -> None:
    with pytest.raises(UnknownAddress, match="not the path of a thread"):
        from_path(text)
