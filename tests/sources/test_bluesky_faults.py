"""Servers of Bluesky that answer something else than was asked, again and again, differently each time, or nonsense."""

import json
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.support.bluesky import START, Bluesky, did, fixed, is_whole, refusing, when
from threadleaf.core.assemble import assemble
from threadleaf.core.errors import NotNow, ThreadleafError, Unreadable
from threadleaf.core.model import Ref
from threadleaf.sources import bluesky
from threadleaf.wire import Answer, Document, Refused, Scope


def changing(network, words, change):
    """Let answers to some requests be changed before they are given: `change` gets the decoded body."""

    def reply(request):
        answer = network.answer(request)
        body = json.loads(answer.body)
        return replace(answer, body=json.dumps(change(body) or body).encode())

    network.refuse = when(words, reply)


def words_of(conversation):
    return {post.text for post in conversation.posts}


# --- another id than the one asked for -------------------------------------------------------------------------


@pytest.mark.parametrize("flat", [True, False])
def test_an_answer_about_another_post_is_not_read(flat):
    network = Bluesky(flat=flat)
    chain = network.thread("ann", 3)
    other = network.post("bob", "Forged.")
    network.refuse = when("getPostThread", lambda request: network.answer(elsewhere(request, chain[0], other)))
    with pytest.raises(NotNow) as caught:
        network.seen(chain[0])
    assert caught.value.sentence.startswith("Bluesky's answer is not one about this post.") or not flat
    assert network.methods() == ["getPostThreadV2", "getPostThread"]


def elsewhere(request, asked, other):
    return replace(request, url=request.url.replace(asked[-13:], other[-13:]).replace("plc%3Aann", "plc%3Abob"))


def test_a_later_answer_about_another_post_leaves_the_end_open_and_its_posts_out():
    network = Bluesky()
    chain = network.thread("ann", 20)
    other = network.post("bob", "Forged.")
    network.refuse = when(f"post%2F{chain[10][-13:]}", lambda r: network.answer(elsewhere(r, chain[10], other)))
    conversation = network.seen(chain[0])
    assert "Forged." not in words_of(conversation)
    assert [(f.post, f.why) for f in conversation.frontiers] == []
    assert is_whole(assemble(conversation), chain), "the repository closes what the answer did not"


def test_an_answer_to_a_handle_may_be_about_whoever_has_it_and_must_be_about_that_post():
    network = Bluesky()
    chain = network.thread("ann", 3)
    by_handle = chain[0].replace(did("ann"), "ann.example")
    assert network.seen(by_handle).anchor == chain[0]
    network.refuse = when(
        "getPostThread", lambda r: network.answer(replace(r, url=r.url.replace(chain[0][-13:], chain[1][-13:])))
    )
    with pytest.raises(NotNow):
        network.seen(by_handle)


def test_a_post_under_the_name_of_an_author_whose_it_is_not_is_left_out():
    network = Bluesky()
    chain = network.thread("ann", 3)
    network.post("bob", "Forged.", to=chain[1])

    def forge(body):
        for entry in body["thread"]:
            if entry["value"]["post"]["author"]["did"] == did("bob"):
                entry["value"]["post"]["author"] = {"did": did("ann"), "handle": "ann.example"}

    changing(network, "getPostThreadV2", forge)
    conversation = network.seen(chain[0])
    assert "Forged." not in words_of(conversation)
    assert {author.id for author in conversation.authors} == {did("ann")}


def test_posts_that_were_not_asked_for_are_not_read_and_those_that_were_are_out_of_reach():
    network = Bluesky()
    chain = network.thread("ann", 60)
    other = network.post("bob", "Forged.")
    changing(network, "getPosts", lambda body: body["posts"].append(network.view(other)))
    conversation = network.seen(chain[0])
    assert {post.id for post in conversation.posts} == {*chain[:11]}
    assert {(place.id, place.reason) for place in conversation.missing} == {(uri, "unreachable") for uri in chain[11:]}
    assert assemble(conversation).completeness.state == "incomplete"


@pytest.mark.parametrize(
    "name", [f"at://{did('bob')}/app.bsky.feed.post/3z", f"at://{did('ann')}/app.bsky.feed.like/3z", "3z"]
)
def test_a_list_with_records_of_another_repository_or_collection_is_not_read(name):
    network = Bluesky()
    chain = network.thread("ann", 60)
    forged = {
        "uri": name,
        "value": {"text": "Forged.", "reply": {"root": {"uri": chain[0]}, "parent": {"uri": chain[0]}}},
    }
    changing(network, "listRecords", lambda body: body["records"].append(forged))
    conversation = network.seen(chain[0])
    assert is_whole(assemble(conversation), chain), "asked on from place to place instead"
    assert network.methods().count("listRecords") == 1
    assert "getPosts" not in network.methods()


def saved(request, body):
    return Document(body=json.dumps({"request": f"/xrpc/{request}", "body": body}).encode(), name="answer.json")


POST = f"at://{did('ann')}/app.bsky.feed.post/3k"
RECORD = {"uri": POST, "cid": "c", "value": {"text": "One."}}
VIEW = {"uri": POST, "author": {"did": did("ann")}, "record": {"text": "One."}, "replyCount": 0}


@pytest.mark.parametrize(
    ("request_of", "body"),
    [
        ("x.getRecord?repo={}&collection=app.bsky.feed.post&rkey={}", RECORD),
        ("x.getPosts?uris=at://{}/app.bsky.feed.post/{}", {"posts": [VIEW]}),
        ("x.getPostThread?uri=at://{}/app.bsky.feed.post/{}", {"thread": {"post": VIEW, "replies": []}}),
        (
            "x.getPostThreadV2?anchor=at://{}/app.bsky.feed.post/{}",
            {"thread": [{"depth": 0, "uri": POST, "value": {"post": VIEW}}]},
        ),
        ("x.listRecords?repo={}&collection=app.bsky.feed.post&rkeys={}", {"records": [RECORD]}),
    ],
)
def test_a_saved_answer_must_be_about_what_its_request_asked_for(request_of, body):
    for account in (did("ann"), "ann.example"):
        conversation = bluesky.read([saved(request_of.format(account, "3k"), body)])
        assert words_of(conversation) == {"One."}
    with pytest.raises(Unreadable) as caught:
        bluesky.read([saved(request_of.format(did("bob"), "3k"), body)])
    assert caught.value.sentence == "This answer is about another post or account than the one that was asked about."


def test_saved_profiles_tell_what_their_owners_wish():
    profiles = {"profiles": [{"did": did("ann"), "handle": "ann.example", "description": "No robots."}]}
    thread = Document(body=json.dumps({"thread": {"post": VIEW, "replies": []}}).encode())
    damaged = {"profiles": [7, {}, {"did": 7}]}
    (author,) = bluesky.read([thread, *(Document(body=json.dumps(p).encode()) for p in (profiles, damaged))]).authors
    assert (author.bio, author.handle, author.signals) == ("No robots.", "ann.example", ())
    with pytest.raises(Unreadable):
        bluesky.read([Document(body=json.dumps(profiles).encode())])


# --- pages that repeat, never end, run backwards ---------------------------------------------------------------


def test_a_page_that_comes_again_ends_the_list():
    network = Bluesky()
    chain = network.thread("ann", 250)
    first = []

    def again(request):
        first.append(network.answer(request))
        return first[0]

    network.refuse = when("listRecords", again)
    assert is_whole(network.unrolled(chain[0]), chain), "asked on from place to place instead"
    assert network.methods().count("listRecords") == 2


def test_a_server_whose_cursors_lead_back_is_asked_by_its_own_keys():
    network = Bluesky()
    chain = network.thread("ann", 250)
    changing(network, "listRecords", lambda body: body | ({"cursor": "3"} if "cursor" in body else {}))
    assert is_whole(network.unrolled(chain[0]), chain)
    assert network.methods().count("listRecords") == 4


@pytest.mark.parametrize("more", [{}, {"cursor": None}])
def test_a_list_in_no_order_proves_nothing(more):
    network = Bluesky()
    chain = network.thread("ann", 60)
    network.post("bob", "Indeed.", to=chain[30])
    hidden = network.post("bob", "Rude.", to=chain[30])
    network.hide(hidden)
    changing(network, "listRecords", lambda body: body | more | {"records": body["records"][::-1]})
    assert network.unrolled(chain[0]).completeness.state == "complete"
    assert network.methods().count("listRecords") == 1
    assert network.methods()[-1] == "getPostThreadV2", "what the list would have closed was asked about"


@pytest.mark.parametrize("records", [[], None, 7, [None, 7, {}, {"uri": 7}]])
def test_a_list_that_holds_nothing_but_goes_on_is_left(records):
    network = Bluesky()
    chain = network.thread("ann", 60)
    changing(network, "listRecords", lambda body: {"records": records, "cursor": "z"})
    assert is_whole(network.unrolled(chain[0]), chain)
    assert network.methods().count("listRecords") == 1


def test_ancestors_without_end_are_left_where_enough_was_read():
    network = Bluesky(parents=2)
    last = network.thread("ann", 200)[-1]
    conversation = network.seen(last, Scope(posts=60))
    assert 60 <= len(conversation.posts) <= 63
    assert assemble(conversation).completeness.state == "incomplete"


def test_posts_that_answer_each_other_in_a_circle_come_to_an_end():
    network = Bluesky(flat=False)
    chain = network.thread("ann", 3)
    network.records[chain[0]]["reply"] = {"root": {"uri": chain[0]}, "parent": {"uri": chain[1]}}
    thread = network.unrolled(chain[2])
    assert [post.id for post in thread.posts] == chain
    assert "cycle-cut" in [note.kind for note in thread.completeness.notes]
    assert len(network.asked) < 10


# --- answers that change between pages -------------------------------------------------------------------------


def test_a_post_that_is_deleted_while_its_thread_is_read_is_missing():
    network = Bluesky()
    chain = network.thread("ann", 60)

    def vanishing(request):
        if chain[40] in network.records:
            network.delete(chain[40])
        return network.answer(request)

    network.refuse = when("getPosts", vanishing)
    thread = network.unrolled(chain[0])
    assert [(gap.id, gap.says) for gap in thread.gaps] == [(chain[40], "not-found")]


def test_a_thread_that_grows_while_it_is_read_is_read_to_its_new_end():
    network = Bluesky()
    chain = network.thread("ann", 14)

    def growing(request):
        if len(chain) < 17:
            chain.append(network.post("ann", "More.", to=chain[-1]))
        return network.answer(request)

    network.refuse = when("getPostThreadV2", growing)
    assert is_whole(network.unrolled(chain[0]), chain)


def test_an_author_who_begins_to_object_while_the_thread_is_read_stops_the_reading():
    network = Bluesky()
    chain = network.thread("ann", 60)

    def objecting(request):
        network.labels["ann"] = ["!no-unauthenticated"]
        return network.answer(request)

    network.refuse = when("getPosts", objecting)
    conversation = network.seen(chain[0])
    assert conversation.authors[0].labels == ("!no-unauthenticated",)
    assert network.methods().count("getPosts") == 2, "those that were asked side by side"


# --- nonsense --------------------------------------------------------------------------------------------------

LEAVES = st.none() | st.booleans() | st.integers(-9, 9) | st.floats() | st.sampled_from(
    ["", "at://", POST, did("ann"), "app.bsky.feed.post", "\ud800", "NotFound", "https://h.example", "self"]
)  # fmt: skip


@st.composite
def damaged(draw, value):
    """JSON of which some values are others, are gone, or have changed places."""
    if draw(st.integers(0, 30)) == 0:
        return draw(LEAVES)
    if isinstance(value, dict):
        kept = {key: draw(damaged(item)) for key, item in value.items() if draw(st.integers(0, 20))}
        return (
            dict(zip(kept, draw(st.permutations([*kept.values()])), strict=True))
            if draw(st.integers(0, 30)) == 0
            else kept
        )
    if isinstance(value, list):
        kept = [draw(damaged(item)) for item in value if draw(st.integers(0, 20))]
        return kept + kept[: draw(st.integers(0, 1))]
    return value


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_whatever_is_damaged_in_any_answer_the_end_is_a_conversation_or_a_sentence(data):
    network = Bluesky(flat=data.draw(st.booleans()), levels=2, parents=3)
    quoted = network.post("bob", "Quoted.")
    chain = network.thread("ann", 7, to=data.draw(st.sampled_from([None, quoted])))
    network.quote("ann", quoted, to=chain[3])
    down = refusing("public.api") if data.draw(st.booleans()) else lambda request: None

    def reply(request):
        if request_refused := down(request):
            return request_refused
        if data.draw(st.integers(0, 9)) == 0:
            return data.draw(st.sampled_from([Refused(kind="network"), Answer(status=200, body=b"{", at=START)]))
        answer = network.answer(request)
        if data.draw(st.booleans()) or b"{" not in answer.body:
            return answer
        return replace(answer, body=json.dumps(data.draw(damaged(json.loads(answer.body)))).encode())

    network.refuse = reply
    sentence = ""
    try:
        assemble(network.run(bluesky.steps(Ref("bsky", chain[4]))))
    except ThreadleafError as error:
        sentence = error.sentence
    assert sentence.endswith(".") or not sentence
    assert len(network.asked) < 60


@pytest.mark.parametrize("body", [b"", b"null", b"[]", b"7", b'"x"', b"{", b"\xff", b"{}", b'{"thread":[]}', b'{"thread":{}}',
                                  b'{"thread":[7]}', b'{"posts":[]}', b'{"error":"x"}', b"[" * 100_000])  # fmt: skip
def test_an_answer_of_another_form_to_everything_is_a_sentence(body):
    network = Bluesky()
    (first,) = network.thread("ann", 1)
    network.refuse = fixed(200, body)
    with pytest.raises(ThreadleafError) as caught:
        network.seen(first)
    assert caught.value.sentence.endswith(".")


# --- what is said where nothing was read ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("refused", "advice"),
    [
        (Refused(kind="rate", detail="So.", until=START), " Please try again after 09:00 UTC."),
        (Refused(kind="rate", detail="So.", until=START + timedelta(seconds=1)), " Please try again after 09:01 UTC."),
        (Refused(kind="rate", detail="So."), " Please try again later."),
        (Refused(kind="timeout", detail="So."), " Please try again later."),
        (Refused(kind="network", detail="So."), ""),
        (Refused(kind="door", detail="So."), ""),
    ],
)
def test_where_nothing_was_read_it_is_said_why_and_when_to_come_back(refused, advice):
    network = Bluesky()
    chain = network.thread("ann", 3)
    network.refuse = lambda request: refused
    with pytest.raises(NotNow) as caught:
        network.seen(chain[0])
    assert caught.value.sentence == f"Bluesky could not be read. So.{advice}"
