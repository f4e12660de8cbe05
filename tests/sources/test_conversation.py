"""Our own saved form: what is read back, and what is refused with which sentence."""

import json
from datetime import UTC, datetime

import msgspec
import pytest
from msgspec.structs import replace

from threadleaf.core.errors import Unreadable
from threadleaf.core.model import Author, Card, Conversation, Frontier, Media, Option, Poll, Post, Quote, Ref, Span
from threadleaf.sources import conversation
from threadleaf.wire import Document

ROOT = "at://did:plc:aaaaaaaaaaaaaaaaaaaaaaaa/app.bsky.feed.post/3kaaaaaaaaa2a"
NEXT = "at://did:plc:aaaaaaaaaaaaaaaaaaaaaaaa/app.bsky.feed.post/3kaaaaaaaaa2b"
NOON = datetime(2026, 5, 3, 12, tzinfo=UTC)
ADA = Author(id="did:plc:aaaaaaaaaaaaaaaaaaaaaaaa", network="bsky", handle="ada.example", url="https://ada.example")
FIRST = Post(
    id=ROOT,
    author=ADA.id,
    text="See #moss and here",
    spans=(
        Span(start=4, end=9, kind="tag", value="moss"),
        Span(start=14, end=18, kind="link", value="https://a.example"),
    ),
    url="https://bsky.app/profile/ada.example/post/3kaaaaaaaaa2a",
    created=NOON,
    media=(Media(kind="image", url="https://media.example/a.jpg"),),
    card=Card(url="https://a.example/card"),
    quote=Quote(id=NEXT, url="https://b.example"),
    poll=Poll(options=(Option(title="yes", votes=2),), ends=NOON),
)
SAVED = Conversation(network="bsky", anchor=ROOT, posts=(FIRST,), authors=(ADA,), read_at=NOON)


def document(body, name=""):
    return Document(body=body if isinstance(body, bytes) else json.dumps(body).encode(), name=name)


def saved(told):
    return document(conversation.encode(told))


def with_post(**changes):
    return replace(SAVED, posts=(replace(FIRST, **changes),))


def refusal(*documents):
    with pytest.raises(Unreadable) as caught:
        conversation.read(documents)
    return caught.value


@pytest.mark.parametrize("told", [SAVED, with_post(card=None, quote=None, poll=None, spans=())])
def test_a_saved_conversation_is_read_as_it_was(told):
    assert conversation.read([saved(told)]) == told


def test_a_saved_page_has_no_reply_links_and_ids_of_any_form():
    page = Conversation(network="page", anchor="p1", posts=(Post(id="p1", author="ada", place=1),), linked=False)
    assert conversation.read([saved(page)]) == page


@pytest.mark.parametrize(
    ("network", "post"),
    [("fedi", "https://moss.example/@ada/1"), ("x", "123")],
)
def test_every_network_has_its_own_ids(network, post):
    told = Conversation(network=network, anchor=post, posts=(Post(id=post, author="ada"),))
    assert conversation.read([saved(told)]) == told


def test_a_byte_order_mark_does_not_matter():
    marked = document(b"\xef\xbb\xbf" + saved(SAVED).body)
    assert conversation.recognises(marked)
    assert conversation.read([marked]) == SAVED


def test_several_files_are_readings_of_one_conversation():
    second = Post(id=NEXT, author=ADA.id, parent=ROOT)
    told = conversation.read([saved(SAVED), saved(replace(SAVED, posts=(FIRST, second)))])
    assert {post.id for post in told.posts} == {ROOT, NEXT}


def test_files_of_different_conversations_are_refused_by_their_first_words():
    other = Conversation(network="x", anchor="1", posts=(Post(id="1", author="ada", url="https://x.com/ada/status/1"),))
    error = refusal(saved(SAVED), saved(other))
    assert error.sentence == (
        "These files are of two conversations (“See #moss and here”, https://x.com/ada/status/1). Give them one at a time."
    )


def test_a_post_without_words_or_address_is_told_from_another_all_the_same():
    def page(name):
        return saved(Conversation(network="page", anchor="", posts=(Post(id=name, author="ada"),), linked=False))

    assert "(one without words, one without words, one without words, …)" in refusal(*map(page, "abcd")).sentence
    assert "These files are of 4 conversations" in refusal(*map(page, "abcd")).sentence


def test_readings_that_only_a_third_one_joins_are_of_one_conversation():
    third = Post(id=NEXT[:-1] + "c", author=ADA.id, parent=NEXT)
    last = replace(SAVED, anchor=third.id, posts=(third,))
    cut = Frontier(post=NEXT, why="limit")
    between = replace(SAVED, posts=(FIRST, Post(id=NEXT, author=ADA.id, parent=ROOT)), frontiers=(cut,))
    told = conversation.read([saved(SAVED), saved(last), saved(between)])
    assert {post.id for post in told.posts} == {ROOT, NEXT, third.id}


def test_the_same_post_with_and_without_reply_links_is_no_conversation():
    page = Conversation(network="page", anchor=ROOT, posts=(Post(id=ROOT, author="ada"),), linked=False)
    assert "different conversations" in refusal(saved(SAVED), saved(page)).sentence


def test_no_address_is_fetched_in_this_form():
    assert not conversation.matches(Ref("bsky", ROOT))


@pytest.mark.parametrize("body", [b'{"threadleaf": 1}', b' {"threadleaf": null}', b'{"a": [1], "threadleaf": 7}'])
def test_an_object_that_says_threadleaf_is_ours(body):
    assert conversation.recognises(document(body))


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"threadleaf",
        b'{"thread": {}}',
        b'["threadleaf"]',
        b'{"threadleaf"',
        b'{"a": "\xff"}',
        b'{"a":' + b"[" * 9999,
    ],
    ids=["empty", "text", "another", "list", "cut", "not-utf-8", "deep"],
)
def test_nothing_else_is_ours(body):
    assert not conversation.recognises(document(body))


@pytest.mark.parametrize(("version", "shown"), [(2, "version 2"), ("1", "version unknown"), (None, "version unknown")])
def test_another_version_is_refused(version, shown):
    error = refusal(document({"threadleaf": version, "conversation": {}}, name="old.json"))
    assert shown in error.sentence
    assert "“old.json”" in error.sentence
    assert error.subject == "old.json"


@pytest.mark.parametrize(
    ("told", "named"),
    [
        ({}, "missing required field `conversation`"),
        ({"conversation": []}, "$.conversation"),
        ({"conversation": {"network": "bsky", "anchor": "a", "posts": [{"id": 1}]}}, "$.conversation.posts[0].id"),
    ],
)
def test_a_wrong_shape_is_refused_with_the_place(told, named):
    sentence = refusal(document({"threadleaf": 1} | told)).sentence
    assert sentence.startswith("The saved conversation has a wrong shape")
    assert named in sentence


@pytest.mark.parametrize(
    ("told", "named"),
    [
        (replace(SAVED, posts=()), "no posts"),
        (replace(SAVED, linked=False), "“bsky” and have no reply links"),
        (replace(SAVED, network="page"), "“page” and have any reply links"),
        (replace(SAVED, anchor="elsewhere"), "the post that it was saved for"),
        (replace(SAVED, read_at=datetime(2026, 5, 3)), "time without a zone, 2026-05-03T00:00:00"),
        (with_post(created=datetime(2026, 5, 3)), "time without a zone"),
        (with_post(edited=datetime(2026, 5, 3)), "time without a zone"),
        (with_post(poll=Poll(options=(), ends=datetime(2026, 5, 3))), "time without a zone"),
        (replace(SAVED, address="file:///etc"), "no web address"),
        (replace(SAVED, authors=(replace(ADA, avatar="data:x"),)), "no web address"),
        (with_post(url="javascript:alert(1)"), "no web address"),
        (with_post(media=(Media(kind="image", thumb="x"),)), "no web address"),
        (with_post(card=Card(url="ftp://a.example")), "no web address"),
        (with_post(quote=Quote(id=NEXT, url="at://b")), "no web address"),
        (with_post(spans=(Span(start=0, end=3, kind="link", value="vbscript:x"),)), "no web address"),
        (replace(SAVED, quoted=(replace(FIRST, url="mailto:a@b.example"),)), "no web address"),
    ],
)
def test_what_the_model_promises_is_checked(told, named):
    assert named in refusal(saved(told)).sentence


@pytest.mark.parametrize(
    ("network", "post"),
    [
        ("bsky", "3kaaaaaaaaa2a"),
        ("bsky", "at://did:plc:aaaaaaaaaaaaaaaaaaaaaaaa/app.bsky.feed.post"),
        ("bsky", "at://did:plc:aaaaaaaaaaaaaaaaaaaaaaaa/app.bsky.feed.like/3kaaaaaaaaa2a"),
        ("fedi", "http://moss.example/@ada/1"),
        ("fedi", "https://moss.example/@ada/../1"),
        ("x", "12a"),
        ("nostr", "note1"),
    ],
)
def test_an_id_that_could_not_name_a_page_is_refused(network, post):
    told = Conversation(network=network, anchor=post, posts=(Post(id=post, author="ada"),))
    assert "none of its network's" in refusal(saved(told)).sentence


@pytest.mark.parametrize(
    "ranges",
    [[(-1, 3)], [(3, 3)], [(15, 19)], [(4, 9), (0, 3)], [(0, 4), (0, 6)], [(0, 6), (4, 9)], [(0, 9), (2, 6), (4, 8)]],
)
def test_spans_that_do_not_fit_are_refused(ranges):
    spans = tuple(Span(start=start, end=end, kind="em") for start, end in ranges)
    assert "spans do not fit" in refusal(saved(with_post(spans=spans))).sentence


def test_spans_may_nest_and_follow_each_other():
    ranges = [(0, 9), (0, 3), (4, 9), (10, 13)]
    told = with_post(spans=tuple(Span(start=start, end=end, kind="em") for start, end in ranges))
    assert conversation.read([saved(told)]) == told


def test_nul_becomes_a_replacement_sign_and_all_else_stays():
    told = conversation.read([saved(with_post(text="a\0b", spans=(Span(start=0, end=3, kind="em"),)))])
    assert told == with_post(text="a\ufffdb", spans=(Span(start=0, end=3, kind="em"),))


def test_the_saved_form_is_the_documented_one():
    told = msgspec.json.decode(conversation.encode(SAVED))
    assert sorted(told) == ["conversation", "threadleaf"]
    assert told["threadleaf"] == 1
    assert told["conversation"]["anchor"] == ROOT
