"""Saved answers of Bluesky: the forms, what each shows, and what several show together."""

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.bluesky import START, Bluesky, did
from threadleaf.core.errors import NotFound, Refused, ThreadleafError, TooLarge, Unreadable
from threadleaf.core.model import Ref
from threadleaf.sources import bluesky
from threadleaf.sources._moments import header_time
from threadleaf.wire import Document, Request

FORMS = "https://host.example/xrpc/"


def document(body, at=None, name="answer.json"):
    return Document(body=body if isinstance(body, bytes) else json.dumps(body).encode(), at=at, name=name)


def exchange(request, body, date="Sat, 21 Nov 2026 19:27:22 GMT"):
    return document({"request": request, "status": 200, "headers": {"date": date}, "body": body})


def read(*bodies):
    return bluesky.read([body if isinstance(body, Document) else document(body) for body in bodies])


def uri(name, key):
    return f"at://{did(name)}/app.bsky.feed.post/{key}"


def post(name, key, text="", *, to=None, root=None, replies=0, **more):
    record = {"$type": "app.bsky.feed.post", "text": text or key, "createdAt": "2026-05-03T09:00:00.000Z"}
    if to:
        record["reply"] = {"parent": {"uri": to}, "root": {"uri": root or to}}
    author = {"did": did(name), "handle": f"{name}.example"}
    return {
        "uri": uri(name, key),
        "cid": f"cid-{key}",
        "author": author,
        "record": record,
        "replyCount": replies,
    } | more


def node(view, **more):
    return {"$type": "app.bsky.feed.defs#threadViewPost", "post": view} | more


def nothing(kind, at_uri, **more):
    return {"$type": f"app.bsky.feed.defs#{kind}", "uri": at_uri} | more


def item(depth, view, more=0, **facts):
    value = {"$type": "app.bsky.unspecced.defs#threadItemPost", "post": view, "moreReplies": more} | facts
    return {"uri": view["uri"], "depth": depth, "value": value}


def no_item(depth, kind, at_uri, **more):
    return {"uri": at_uri, "depth": depth, "value": {"$type": f"app.bsky.unspecced.defs#threadItem{kind}"} | more}


def keys(posts):
    return [one.id.rpartition("/")[2] for one in posts]


def ends(conversation):
    return [(f.post.rpartition("/")[2], f.why, f.hidden) for f in conversation.frontiers]


def missing(conversation):
    return [(m.id.rpartition("/")[2], m.says, m.reason, m.author, m.parent) for m in conversation.missing]


ROOT, SECOND, THIRD = uri("ann", "1"), uri("ann", "2"), uri("ann", "3")


# --- forms -----------------------------------------------------------------------------------------------------


def test_every_post_reference_of_the_network_is_ours():
    assert bluesky.matches(Ref("bsky", ROOT))
    assert not bluesky.matches(Ref("x", "1"))


@pytest.mark.parametrize(
    ("body", "ours"),
    [
        (b'{"thread":{"$type":"app.bsky.feed.defs#threadViewPost"}}', True),
        (b'\xef\xbb\xbf \n{"error":"NotFound","message":"Post not found: \\"at://x\\"","uri":"at://x"}', True),
        (b'{"thread":[{"uri":"at://did:plc:ann/app.bsky.feed.post/1", cut off', True),
        (b'{"statuses":[]}', False),
        (b"<html>app.bsky.feed.post</html>", False),
        (b"", False),
    ],
)
def test_a_document_is_recognised_by_the_networks_own_names(body, ours):
    assert bluesky.recognises(Document(body=body)) is ours


def test_a_nested_answer_is_read_with_or_without_its_envelope():
    thread = node(post("ann", "1", replies=1), replies=[node(post("ann", "2", to=ROOT), replies=[])])
    for body in (thread, {"thread": thread}):
        conversation = read(body)
        assert (conversation.network, conversation.anchor, conversation.linked) == ("bsky", ROOT, True)
        assert keys(conversation.posts) == ["1", "2"]
        assert conversation.address == "https://bsky.app/profile/did:plc:ann/post/1"
        assert (conversation.frontiers, conversation.missing, conversation.read_at) == ((), (), None)


def test_a_recorded_exchange_brings_its_time_along_and_the_files_own_time_wins():
    body = {"thread": node(post("ann", "1"), replies=[])}
    assert read(exchange("/xrpc/app.bsky.feed.getPostThread?uri=x", body)).read_at == datetime(
        2026, 11, 21, 19, 27, 22, tzinfo=UTC
    )
    told = document({"request": "/xrpc/x", "body": body, "headers": {"date": "Sat, 21 Nov 2026 19:27:22 GMT"}}, START)
    assert read(told).read_at == START
    assert read(exchange("", body, date="yesterday")).read_at is None


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("Sat, 21 Nov 2026 19:27:22 GMT", datetime(2026, 11, 21, 19, 27, 22, tzinfo=UTC)),
        ("Sat, 21 Foo 2026 19:27:22 GMT", None),
        ("Sat, 41 Nov 2026 19:27:22 GMT", None),
        ("2026-11-21", None),
        ("", None),
    ],
)
def test_the_time_of_an_answer_is_its_date_header(text, moment):
    assert header_time(text) == moment


def test_the_latest_time_of_all_answers_is_when_the_conversation_was_read():
    body = {"thread": node(post("ann", "1"), replies=[])}
    times = [START, START.replace(hour=11), None]
    assert bluesky.read([document(body, at) for at in times]).read_at == START.replace(hour=11)


@pytest.mark.parametrize(
    "body",
    [
        b"not json",
        b"",
        b'{"thread": {',
        {"feed": []},
        {"thread": []},
        {"thread": "text"},
        {"thread": {"$type": "app.bsky.feed.defs#somethingNew"}},
        {"thread": [{"depth": "0"}, {"depth": 0}, 7]},
        {"posts": []},
        {"records": []},
        {"records": [{"uri": "at://did:plc:ann/app.bsky.feed.like/1", "value": {}}]},
        {"value": {}},
        {"error": "InvalidRequest", "message": "no"},
        {"error": "\x1b[31m" * 1000},
        {"request": "https://[?x=\ud800", "body": {"error": "NotFound"}},
        {"error": "NotFound", "message": "no address"},
        [],
        "text",
        None,
    ],
)
def test_what_is_no_thread_is_refused_with_a_sentence(body):
    with pytest.raises(Unreadable) as caught:
        read(document(body))
    assert caught.value.sentence.endswith(".")


@pytest.mark.parametrize(
    "saved",
    [
        {"error": "NotFound", "message": f"Post not found: {ROOT}"},
        {"request": f"/xrpc/app.bsky.feed.getPostThread?uri={ROOT}", "body": {"error": "NotFound"}},
        {"request": f"/xrpc/app.bsky.unspecced.getPostThreadV2?anchor={ROOT}", "body": {"error": "NotFound"}},
        {
            "request": f"/xrpc/com.atproto.repo.getRecord?repo={did('ann')}&collection=app.bsky.feed.post&rkey=1",
            "body": {"error": "RecordNotFound", "message": "Could not locate record"},
        },
        {"thread": nothing("notFoundPost", ROOT)},
        nothing("notFoundPost", ROOT, notFound=True),
        {"thread": [no_item(0, "NotFound", ROOT)]},
    ],
)
def test_the_networks_word_that_there_is_no_such_post_is_passed_on(saved):
    with pytest.raises(NotFound) as caught:
        read(document(saved))
    assert caught.value.subject == ROOT


@pytest.mark.parametrize(
    ("saved", "code"),
    [
        ({"thread": nothing("blockedPost", ROOT, author={"did": did("ann")})}, "blocked"),
        ({"thread": [no_item(0, "Blocked", ROOT)]}, "blocked"),
        ({"thread": [no_item(0, "NoUnauthenticated", ROOT)]}, "!no-unauthenticated"),
    ],
)
def test_a_post_that_may_not_be_shown_is_refused_with_the_reason(saved, code):
    with pytest.raises(Refused) as caught:
        read(document(saved))
    assert (caught.value.code, caught.value.subject) == (code, ROOT)


def test_more_than_twenty_mebibytes_or_ten_thousand_posts_are_refused():
    with pytest.raises(TooLarge):
        bluesky.read([Document(body=b" " * (11 * 1024 * 1024))] * 2)
    many = {"posts": [{"uri": uri("ann", f"{n}"), "author": {"did": did("ann")}, "record": {}} for n in range(10_001)]}
    with pytest.raises(TooLarge):
        read(many)


# --- nested answers --------------------------------------------------------------------------------------------


def test_what_is_above_and_below_the_anchor_hangs_by_the_records_own_words():
    top = node(post("ann", "1", replies=2))
    below = [
        node(post("bob", "x", to=SECOND, root=ROOT), replies=[]),
        node(post("ann", "3", to=SECOND, root=ROOT), replies=[]),
    ]
    conversation = read({"thread": node(post("ann", "2", to=ROOT, replies=2), parent=top, replies=below)})
    assert conversation.anchor == SECOND
    assert {p.id: (p.parent, p.parent_author, p.root) for p in conversation.posts} == {
        ROOT: (None, None, None),
        SECOND: (ROOT, did("ann"), ROOT),
        THIRD: (SECOND, did("ann"), ROOT),
        uri("bob", "x"): (SECOND, did("ann"), ROOT),
    }
    assert ends(conversation) == [("1", "unseen", 1)]


def test_posts_that_stand_for_others_are_missing_in_their_place():
    below = [
        nothing("blockedPost", uri("bob", "x"), author={"did": did("bob")}),
        nothing("notFoundPost", uri("cat", "y")),
        {"$type": "app.bsky.feed.defs#somethingNew"},
    ]
    above = nothing("notFoundPost", ROOT)
    conversation = read({"thread": node(post("ann", "2", to=ROOT, replies=2), parent=above, replies=below)})
    assert sorted(missing(conversation)) == [
        ("1", "not-found", "unknown", did("ann"), None),
        ("x", "blocked", "blocked", did("bob"), SECOND),
        ("y", "not-found", "unknown", did("cat"), SECOND),
    ]
    assert conversation.frontiers == ()


def test_absent_answers_are_a_limit_and_empty_ones_a_count():
    cut = node(post("ann", "1", replies=1))
    assert ends(read(cut)) == [("1", "limit", 1)]
    assert ends(read(node(post("ann", "1", replies=3), replies=[node(post("ann", "2", to=ROOT), replies=[])]))) == [
        ("1", "count", 2)
    ]
    assert ends(read(node(post("ann", "1", replies=0)))) == []


# --- flat answers ----------------------------------------------------------------------------------------------


def flat(*thread, **more):
    return {"thread": list(thread), "hasOtherReplies": False} | more


def test_a_flat_answer_is_about_the_post_at_depth_nought():
    conversation = read(flat(item(-1, post("ann", "1", replies=1)), item(0, post("ann", "2", to=ROOT))))
    assert (conversation.anchor, keys(conversation.posts)) == (SECOND, ["1", "2"])
    assert ends(conversation) == []


def test_ancestors_show_no_other_answers():
    conversation = read(flat(item(-1, post("ann", "1", replies=2)), item(0, post("ann", "2", to=ROOT))))
    assert ends(conversation) == [("1", "unseen", 1)]


def test_the_first_authors_answers_are_all_there_when_none_were_trimmed():
    first = item(0, post("ann", "1", replies=3))
    own, other = item(1, post("ann", "2", to=ROOT)), item(1, post("bob", "x", to=ROOT))
    assert ends(read(flat(first, own))) == [], "two hidden ones are not hers"
    assert ends(read(flat(first, own, other))) == []


def test_the_first_authors_answers_are_all_there_when_a_strangers_stands_behind_them():
    first = item(0, post("ann", "1", replies=30), more=28)
    own, other = item(1, post("ann", "2", to=ROOT)), item(1, post("bob", "x", to=ROOT))
    blocked = no_item(1, "Blocked", uri("bob", "x"), author={"did": did("bob")})
    assert ends(read(flat(first, own))) == [("1", "count", 29)]
    assert ends(read(flat(first, own, other))) == []
    assert ends(read(flat(first, own, blocked))) == []


def test_another_authors_answers_are_all_there_only_by_the_count():
    root = item(-1, post("ann", "1", replies=1))
    second = post("bob", "2", to=ROOT, replies=3)
    own = item(1, post("bob", "3", to=second["uri"], root=ROOT))
    other = item(1, post("cat", "x", to=second["uri"], root=ROOT))
    assert ends(read(flat(root, item(0, second), own, other))) == [("2", "count", 1)]
    assert ends(read(flat(root, item(0, second, more=1), own, other))) == [("2", "count", 1)]


def test_an_answer_cut_by_its_depth_leaves_an_end_open():
    conversation = read(
        flat(item(0, post("ann", "1", replies=1)), item(1, post("ann", "2", to=ROOT, replies=1), more=1))
    )
    assert ends(conversation) == [("2", "limit", 1)]


def test_no_answers_at_the_lowest_level_prove_nothing_and_above_it_they_do():
    first, second = item(0, post("ann", "1", replies=2)), item(1, post("ann", "2", to=ROOT, replies=1))
    bob = item(1, post("bob", "x", to=ROOT, replies=1))
    below = item(2, post("cat", "y", to=uri("bob", "x"), root=ROOT))
    assert ends(read(flat(first, second, bob, below))) == []
    assert ends(read(flat(first, second, item(1, post("bob", "x", to=ROOT))))) == [("2", "limit", 1)]


def test_no_answers_at_all_prove_something_only_if_some_were_asked_for():
    body = flat(item(0, post("ann", "1", replies=2)))
    request = "/xrpc/app.bsky.unspecced.getPostThreadV2?anchor=x&below="
    assert ends(read(body)) == [("1", "unseen", 2)]
    assert ends(read(exchange(request + "0", body))) == [("1", "unseen", 2)]
    assert ends(read(exchange(request + "6", body))) == []
    silent = item(0, post("ann", "1", replies=2))
    del silent["value"]["moreReplies"]
    assert ends(read(exchange(request + "6", flat(silent)))) == [("1", "unseen", 2)]


def test_entries_that_stand_for_posts_are_missing_below_the_entry_they_follow():
    conversation = read(
        flat(
            no_item(-1, "NotFound", ROOT),
            item(0, post("ann", "2", to=ROOT, replies=3)),
            no_item(1, "NoUnauthenticated", uri("bob", "x")),
            no_item(1, "Blocked", uri("cat", "y"), author={"did": did("cat")}),
            item(1, post("ann", "3", to=SECOND, root=ROOT, replies=1)),
            no_item(2, "NotFound", uri("dan", "z")),
            no_item(9, "NotFound", uri("dan", "far")),
            no_item(1, "SomethingNew", uri("eve", "q")),
        )
    )
    assert missing(conversation) == [
        ("1", "not-found", "unknown", did("ann"), None),
        ("x", "no-unauthenticated", "opted-out", did("bob"), SECOND),
        ("y", "blocked", "blocked", did("cat"), SECOND),
        ("z", "not-found", "unknown", did("dan"), THIRD),
        ("far", "not-found", "unknown", did("dan"), None),
    ]
    assert conversation.frontiers == ()


def test_the_networks_own_count_is_reported_once_and_the_latest_one_counts():
    def answer(count, at):
        body = flat(
            item(0, post("ann", "1", replies=1), opThreadPostCount=count),
            item(1, post("ann", "2", to=ROOT), opThreadPostCount=count),
        )
        return document(body, at)

    early, late = answer(5, START), answer(4, START.replace(hour=12))
    for documents in ([early, late], [late, early]):
        (reported,) = bluesky.read(documents).reported
        assert (reported.post, reported.count) == (ROOT, 4)
    assert read(flat(item(0, post("ann", "1"), opThreadPostCount=0))).reported == ()


def test_replies_that_the_first_author_hid_are_left_out_without_a_word_and_her_own_are_kept():
    gate = {"record": {"hiddenReplies": [uri("bob", "x"), SECOND]}}
    below = [node(post("bob", "x", to=ROOT), replies=[]), node(post("ann", "2", to=ROOT), replies=[])]
    nested = {"thread": node(post("ann", "1", replies=2), replies=below), "threadgate": gate}
    inner = node(post("ann", "1", replies=2, threadgate=gate), replies=below)
    flagged = flat(
        item(0, post("ann", "1", replies=2)),
        item(1, post("ann", "2", to=ROOT), hiddenByThreadgate=True),
        item(1, post("bob", "x", to=ROOT), hiddenByThreadgate=True),
    )
    for body in (nested, inner, flagged):
        conversation = read(body)
        assert keys(conversation.posts) == ["1", "2"]
        assert (conversation.missing, conversation.frontiers) == ((), ())


def test_a_hidden_reply_is_not_shown_as_a_quote_either():
    gate = {"record": {"hiddenReplies": [uri("bob", "x")]}}
    thread = node(post("ann", "1", **quoting(quoted("bob", "x"))), replies=[])
    conversation = read({"thread": thread, "threadgate": gate})
    assert (conversation.posts[0].quote.state, conversation.quoted) == ("hidden", ())


def test_a_hidden_reply_that_was_asked_for_is_shown():
    body = flat(item(-1, post("ann", "1", replies=1)), item(0, post("bob", "x", to=ROOT), hiddenByThreadgate=True))
    assert keys(read(body).posts) == ["1", "x"]


# --- posts and records -----------------------------------------------------------------------------------------


def record(name, key, *, to=None, root=None):
    return {"uri": uri(name, key), "cid": f"cid-{key}", "value": post(name, key, to=to, root=root)["record"]}


def listing(*records, cursor=""):
    """A page of a repository that nobody noted the request of."""
    return {"records": list(records)} | ({"cursor": cursor} if cursor else {})


def paged(records, *, following="", **asked):
    """A page of a repository with the request that it answers; `following` is the cursor that it gives."""
    query = "&".join(f"{key}={value}" for key, value in {"repo": did("ann"), **asked}.items())
    return exchange(f"/xrpc/com.atproto.repo.listRecords?{query}", listing(*records, cursor=following))


THREE = (record("ann", "1"), record("ann", "2", to=ROOT), record("ann", "3", to=SECOND, root=ROOT))


def test_posts_that_were_asked_for_and_left_out_are_missing():
    request = f"/xrpc/app.bsky.feed.getPosts?uris={ROOT}&uris={SECOND}&uris=at://ann.example/app.bsky.feed.post/3"
    conversation = read(exchange(request, {"posts": [post("ann", "1", replies=1)]}))
    assert (conversation.anchor, missing(conversation)) == (ROOT, [("2", "not-found", "unknown", did("ann"), None)])


def test_of_several_posts_or_records_the_longest_conversation_is_the_one_meant():
    views = [post("bob", "9"), post("ann", "3", to=SECOND, root=ROOT), post("ann", "2", to=ROOT)]
    assert read({"posts": views}).anchor == SECOND
    assert read({"posts": [*views, post("ann", "1")]}).anchor == ROOT


def test_an_author_of_whom_only_records_were_seen_has_an_address_all_the_same():
    (author,) = read(listing(*THREE)).authors
    assert (author.id, author.network, author.url) == (did("ann"), "bsky", "https://bsky.app/profile/did:plc:ann")
    assert (author.handle, author.name) == ("", "")
    shown = {"posts": [post("ann", "1")]}
    assert [author.handle for author in read(listing(*THREE), shown).authors] == ["ann.example"]


def test_a_single_record_leaves_its_end_open():
    conversation = read(record("ann", "2", to=ROOT))
    assert (conversation.anchor, conversation.posts[0].author) == (SECOND, did("ann"))
    assert ends(conversation) == [("2", "unseen", None)]


def test_of_a_repository_only_the_conversation_that_was_asked_for_is_taken():
    answer = {
        "thread": node(post("ann", "1", replies=1), replies=[node(post("ann", "2", to=ROOT, replies=0), replies=[])])
    }
    page = listing(
        record("ann", "1"), record("ann", "2", to=ROOT), record("ann", "3", to=SECOND, root=ROOT), record("ann", "4")
    )
    assert keys(read(answer, page).posts) == ["1", "2", "3"]
    assert keys(read(page, answer).posts) == ["1", "2", "3"]


@pytest.mark.parametrize(
    ("pages", "open_ends"),
    [
        # upwards, from the oldest key
        ([paged(THREE[:2], reverse="true", following="2"), paged(THREE[2:], reverse="true", cursor="2")], []),
        (
            [
                paged(THREE[:2], reverse="true", cursor="0", following="2"),
                paged(THREE[2:], reverse="true", cursor="2", following="3"),
            ],
            ["1", "2", "3"],
        ),
        ([paged(THREE, reverse="true", following="3"), paged([], reverse="true", cursor="3")], []),
        ([paged(THREE[:1], reverse="true", following="1"), paged(THREE[2:], reverse="true", cursor="2")], ["1"]),
        # a server that does not begin where it was told to
        (
            [paged(THREE[:2], reverse="true", cursor="2", following="2"), paged(THREE[2:], reverse="true", cursor="2")],
            [],
        ),
        # downwards, from the newest key
        ([paged(THREE[:0:-1], following="2"), paged(THREE[:1], cursor="2")], []),
        ([paged(THREE[:0:-1], following="2"), paged([], cursor="2")], []),
        ([paged(THREE[:0:-1], following="2")], []),
        ([paged(THREE[:0:-1], cursor="4", following="2"), paged(THREE[:1], cursor="2")], ["1", "2", "3"]),
        # nobody noted what was asked
        ([listing(*THREE)], []),
        ([listing(*reversed(THREE))], ["1", "2", "3"]),
        ([listing(*THREE, cursor="3")], ["1", "2", "3"]),
    ],
)
def test_a_repository_closes_only_what_was_listed_without_a_hole_to_its_end(pages, open_ends):
    for order in (pages, pages[::-1]):
        assert sorted(key for key, _, _ in ends(read(*order))) == open_ends


def test_a_post_that_a_whole_repository_lacks_is_missing():
    page = paged([THREE[0], THREE[2]], reverse="true")
    assert missing(read(page)) == [("2", "not-found", "unknown", did("ann"), None)]
    assert missing(read(paged([THREE[2]], reverse="true", cursor="2"))) == [], "before the listing began"


def test_a_repository_also_closes_what_the_appview_counts():
    answer = {"thread": node(post("ann", "3", to=SECOND, root=ROOT, replies=7), replies=[])}
    assert ends(read(answer)) == [("3", "count", 7)]
    assert ends(read(answer, paged(THREE, reverse="true"))) == []


# --- several answers together ----------------------------------------------------------------------------------


def test_an_end_is_open_only_if_all_answers_together_leave_it_open():
    low = flat(item(0, post("ann", "1", replies=1)), item(1, post("ann", "2", to=ROOT, replies=1), more=1))
    high = flat(item(-1, post("ann", "2", to=ROOT, replies=1)), item(0, post("ann", "3", to=SECOND, root=ROOT)))
    assert ends(read(low)) == [("2", "limit", 1)]
    assert ends(read(high, low)) == ends(read(low, high)) == []


def test_what_the_appview_shows_counts_more_than_the_bare_record():
    view = {"posts": [post("ann", "1", "Shown.", labels=[{"val": "porn"}])]}
    bare = paged([record("ann", "1")], reverse="true")
    for bodies in ((view, bare), (bare, view)):
        (shown,) = read(*bodies).posts
        assert (shown.text, shown.labels, shown.sensitive) == ("Shown.", ("porn",), True)


def at(hour, body):
    return document(body, START.replace(hour=hour))


def test_of_two_views_the_later_one_counts():
    early, late = at(9, node(post("ann", "1", "Old."), replies=[])), at(10, node(post("ann", "1", "New.", replies=2)))
    for documents in ([early, late], [late, early]):
        (shown,) = bluesky.read(documents).posts
        assert (shown.text, shown.replies) == ("New.", 2)


def test_a_count_that_has_grown_since_the_answers_were_listed_opens_the_end_again():
    listed = at(9, flat(item(0, post("ann", "1", replies=2)), item(1, post("ann", "2", to=ROOT))))
    grown = at(10, flat(item(-1, post("ann", "1", replies=3)), item(0, post("ann", "2", to=ROOT))))
    assert ends(bluesky.read([listed])) == []
    assert ends(bluesky.read([grown, listed])) == [("1", "count", 2)]


def test_a_refusal_outweighs_what_an_earlier_answer_showed_and_not_what_a_later_one_shows():
    shown = node(post("ann", "1", replies=1), replies=[node(post("bob", "x", to=ROOT), replies=[])])
    gone = node(post("ann", "1", replies=1), replies=[nothing("notFoundPost", uri("bob", "x"))])
    for documents in ([at(9, shown), at(10, gone)], [at(10, gone), at(9, shown)], [at(9, gone), at(9, shown)]):
        conversation = bluesky.read(documents)
        assert (keys(conversation.posts), keys(conversation.missing)) == (["1"], ["x"])
    assert keys(bluesky.read([at(9, gone), at(10, shown)]).posts) == ["1", "x"]


def test_a_bare_record_never_outweighs_a_refusal():
    gone = at(9, node(post("ann", "1", replies=1), replies=[nothing("notFoundPost", SECOND)]))
    later = document({"records": list(THREE)}, START.replace(hour=12))
    conversation = bluesky.read([gone, later])
    assert (sorted(keys(conversation.posts)), keys(conversation.missing)) == (["1", "3"], ["2"])


def test_a_block_hides_other_peoples_posts_and_never_those_of_the_author_who_was_asked_for():
    own = node(post("bob", "1"), replies=[])
    other = node(post("ann", "2", to=uri("bob", "1")), parent=nothing("blockedPost", uri("bob", "1")), replies=[])
    assert keys(read(own, other).posts) == ["1", "2"]
    conversation = read(other, own)
    assert (keys(conversation.posts), keys(conversation.missing)) == (["2"], ["1"])


def test_what_two_refusals_know_of_a_place_is_put_together():
    below = node(post("ann", "1", replies=1), replies=[nothing("notFoundPost", SECOND)])
    above = node(post("ann", "3", to=SECOND, root=ROOT), parent=nothing("blockedPost", SECOND), replies=[])
    for documents in ([at(9, below), at(10, above)], [at(10, above), at(9, below)]):
        assert missing(bluesky.read(documents)) == [("2", "blocked", "blocked", did("ann"), ROOT)]


def test_an_error_among_answers_is_the_word_about_one_post():
    answer = node(post("ann", "3", to=SECOND, root=ROOT), replies=[])
    error = {"error": "NotFound", "message": f"Post not found: {SECOND}"}
    conversation = read(error, answer)
    assert (conversation.anchor, keys(conversation.posts), keys(conversation.missing)) == (THIRD, ["3"], ["2"])


def test_the_latest_that_was_heard_of_an_author_counts():
    def answer(hour, name):
        view = post("ann", "1")
        view["author"]["displayName"] = name
        return at(hour, node(view, replies=[]))

    for documents in ([answer(9, "Old"), answer(10, "New")], [answer(10, "New"), answer(9, "Old")]):
        (author,) = bluesky.read(documents).authors
        assert (author.name, author.handle, author.url) == (
            "New",
            "ann.example",
            "https://bsky.app/profile/did:plc:ann",
        )


def refusal(*bodies):
    with pytest.raises(Unreadable) as caught:
        read(*bodies)
    return caught.value.sentence


OTHER = node(post("bob", "9", "Words\x1b[2J of another  thread, longer than what a sentence may quote."), replies=[])


def test_answers_about_two_conversations_are_refused_by_their_first_words():
    mine = node(post("ann", "2", "Second.", to=ROOT, replies=0), parent=node(post("ann", "1", "First.")), replies=[])
    told = "These files are of two conversations ({}, {}). Give them one at a time."
    first, other = "“First.”", "“Words [2J of another thread, longer tha…”"
    assert refusal(mine, OTHER) == told.format(first, other)
    assert refusal(OTHER, mine) == told.format(other, first)
    assert "These files are of 3 conversations" in refusal(mine, OTHER, node(post("cat", "5"), replies=[]))


@pytest.mark.parametrize(
    "other",
    [
        {"posts": [post("bob", "9")]},
        {"posts": [post("bob", "9"), post("cat", "9")]},
        flat(item(0, post("bob", "9"))),
        node(post("bob", "9", to=uri("cat", "8"), root=uri("cat", "7")), replies=[]),
        {"uri": uri("bob", "9"), "value": {"text": "Bare."}},
    ],
)
def test_whatever_form_the_other_conversation_has_it_is_not_dropped(other):
    for bodies in ((node(post("ann", "1")), other), (other, node(post("ann", "1")))):
        assert "conversations" in refusal(*bodies)


@pytest.mark.parametrize(
    "same",
    [
        node(post("ann", "3", to=SECOND, root=ROOT), replies=[]),
        node(post("ann", "3", to=uri("ann", "never seen"), root=ROOT), parent=nothing("notFoundPost", SECOND)),
        node(post("bob", "9", to=ROOT, root=uri("bob", "a wrong one")), replies=[]),
        flat(item(0, post("ann", "3", to=SECOND, root=ROOT))),
        {"posts": [post("bob", "9"), post("ann", "3", to=SECOND, root=ROOT)]},
        {"records": [{"uri": uri("bob", "9"), "value": {"text": "Elsewhere."}}]},
        {"uri": uri("ann", "3"), "value": post("ann", "3", to=SECOND, root=ROOT)["record"]},
        {"error": "NotFound", "message": f"Post not found: {uri('bob', '9')}"},
    ],
)
def test_what_one_conversation_holds_is_read_together_however_little_of_it_was_seen(same):
    mine = node(post("ann", "1", replies=1), replies=[nothing("notFoundPost", SECOND)])
    for bodies in ((mine, same), (same, mine)):
        assert ROOT in {one.id for one in read(*bodies).posts}


def test_a_refused_post_joins_what_is_above_and_below_it():
    low = node(post("ann", "3", to=SECOND, root=SECOND), replies=[])
    high = node(post("ann", "1", replies=1), replies=[nothing("notFoundPost", SECOND)])
    assert keys(read(high, low).posts) == ["1", "3"]


@pytest.mark.parametrize("label", ["!no-unauthenticated", "!warn", "porn"])
def test_words_that_are_not_for_everybody_are_not_quoted_in_the_refusal(label):
    covered = post("bob", "9", "Not for everybody.")
    covered["author"]["labels"] = [{"val": label}]
    assert "(“1”, https://bsky.app/profile/did:plc:bob/post/9)" in refusal(
        node(post("ann", "1")), node(covered, replies=[])
    )


# --- quotes ----------------------------------------------------------------------------------------------------


def quoting(record):
    return {"embed": {"$type": "app.bsky.embed.record#view", "record": record}}


def quoted(name, key, **more):
    view = post(name, key, f"Words of {name}.")
    record = {"$type": "app.bsky.embed.record#viewRecord", "value": view.pop("record"), **view}
    return record | {"embeds": [more["embed"]] if more else []}


def test_quoted_posts_come_along_with_their_authors_and_the_posts_that_they_quote():
    inner = quoted("cat", "y")
    conversation = read(node(post("ann", "1", **quoting(quoted("bob", "x", **quoting(inner)))), replies=[]))
    assert keys(conversation.posts) == ["1"]
    assert [(p.text, p.quote.id if p.quote else "") for p in conversation.quoted] == [
        ("Words of bob.", uri("cat", "y")),
        ("Words of cat.", ""),
    ]
    assert {author.handle for author in conversation.authors} == {"ann.example", "bob.example", "cat.example"}


def test_a_quote_that_was_detached_since_is_not_shown_from_an_earlier_answer():
    early = at(9, node(post("ann", "1", **quoting(quoted("bob", "x"))), replies=[]))
    detached = {"$type": "app.bsky.embed.record#viewDetached", "uri": uri("bob", "x")}
    late = at(10, node(post("ann", "1", **quoting(detached)), replies=[]))
    for documents in ([early, late], [late, early]):
        conversation = bluesky.read(documents)
        assert (conversation.posts[0].quote.state, conversation.quoted) == ("detached", ())
        assert "Words of bob." not in str(conversation)


def test_posts_that_quote_each_other_are_each_given_once():
    one = node(
        post(
            "ann",
            "1",
            **quoting(quoted("bob", "x", **quoting({"$type": "app.bsky.embed.record#viewRecord", "uri": ROOT}))),
        ),
        replies=[],
    )
    two = node(
        post(
            "bob",
            "x",
            **quoting(
                quoted("ann", "1", **quoting({"$type": "app.bsky.embed.record#viewRecord", "uri": uri("bob", "x")}))
            ),
        ),
        replies=[],
    )
    assert sorted(keys(read({"posts": [one["post"], two["post"]]}).quoted)) == ["1", "x"]
    assert "two conversations" in refusal(one, two), "a quoted post does not bring its conversation along"


# --- the same from every form ----------------------------------------------------------------------------------


def test_all_forms_of_one_thread_show_the_same_posts():
    network = Bluesky()
    chain = network.thread("ann", 6)
    network.post("bob", "Hm.", to=chain[2])
    network.post("ann", "Afterthought.", to=chain[1])

    def answer(method, query):
        return Document(body=network.answer(Request(url=f"{FORMS}{method}?{query}")).body, name=method)

    nested = answer("app.bsky.feed.getPostThread", f"uri={chain[0]}&depth=80&parentHeight=80")
    even = answer("app.bsky.unspecced.getPostThreadV2", f"anchor={chain[0]}&above=true&below=20&branchingFactor=10")
    query = "&".join(f"uris={one}" for one in network.records)
    posts = answer("app.bsky.feed.getPosts", query)
    seen = [bluesky.read([form]) for form in (nested, even, posts)]
    for conversation in seen:
        assert set(conversation.posts) == set(seen[0].posts)
        assert (conversation.frontiers, conversation.missing) == ((), ())


def test_characters_that_are_none_are_replaced_and_the_reader_is_told():
    damaged = post("ann", "1", "It ends\0 here\ud83d.")
    conversation = read({"thread": node(damaged)})
    assert conversation.posts[0].text == "It ends\ufffd here\ufffd."
    assert [(note.kind, note.n) for note in conversation.notes] == [("replaced-characters", 2)]
    assert read({"thread": node(post("ann", "1", "It ends here."))}).notes == ()


# --- anything at all -------------------------------------------------------------------------------------------

WORDS = (
    "thread post uri depth value record reply parent root author did replies replyCount moreReplies records posts cursor "
    "error message request body threadgate hiddenReplies labels val embed $type text facets createdAt langs cid"
).split()
leaves = st.one_of(
    st.none(), st.booleans(), st.integers(-3, 3), st.floats(), st.text(max_size=4), st.sampled_from([ROOT, SECOND, did("ann")]),
    st.sampled_from(["NotFound", "app.bsky.feed.defs#blockedPost", "app.bsky.embed.record#view", "2026-05-03T09:00:00Z"]),
)  # fmt: skip
values = st.recursive(
    leaves,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(WORDS), inner, max_size=6),
    max_leaves=25,
)


def outcome(saved):
    """The conversation, or the sentence with which it was refused."""
    try:
        return bluesky.read([saved])
    except ThreadleafError as error:
        return error.sentence


@given(st.dictionaries(st.sampled_from(WORDS), values, max_size=5))
def test_whatever_json_is_saved_it_is_read_or_refused_in_a_sentence(body):
    found = outcome(document(body))
    assert found.endswith(".") if isinstance(found, str) else found.anchor in {one.id for one in found.posts}


@given(
    st.binary(max_size=200),
    st.sampled_from([(b"", b""), (b'{"thread":{"post":{"uri":"at://x","record":{"text":"', b'"}}}}')]),
)
def test_whatever_bytes_are_saved_they_are_read_or_refused_in_a_sentence(data, around):
    found = outcome(Document(body=around[0] + data + around[1]))
    assert isinstance(found, str)
    assert found.endswith(".")
