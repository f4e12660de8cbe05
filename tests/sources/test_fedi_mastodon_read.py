"""Saved answers of servers with Mastodon's API: what is read, and what is refused with which sentence."""

import json

import pytest

from tests.support.fediverse import HOST, START, Fediverse
from threadleaf.core.assemble import assemble
from threadleaf.core.errors import NotFound, TooLarge, Unreadable
from threadleaf.sources import fediverse
from threadleaf.sources._fedi_saved import recognises
from threadleaf.wire import Document


def file(body, name="a.json", at=None):
    return Document(body=body if isinstance(body, bytes) else json.dumps(body).encode(), name=name, at=at)


def read(*bodies):
    return fediverse.read([body if isinstance(body, Document) else file(body) for body in bodies])


def ids(posts):
    return [post.id for post in posts]


@pytest.fixture
def server():
    return Fediverse().servers[HOST]


def context(server, number, *, token=False):
    return server._context(number, token=token)


def exchange(request, body, **headers):
    return {"request": request, "status": 200, "headers": headers, "body": body}


def test_a_post_and_what_stands_around_it_make_a_thread_in_any_order(server):
    chain = server.thread("ann", 12)
    bodies = [server.status(chain[5]), context(server, chain[5])]
    for order in (bodies, bodies[::-1]):
        conversation = read(*order)
        assert conversation.anchor == server.uri(chain[5])
        thread = assemble(conversation)
        assert (ids(thread.posts), thread.completeness.state) == (server.uris(chain), "complete")
        assert conversation.read_at is None


def test_what_stands_around_a_post_is_read_without_it_and_its_place_is_kept(server):
    chain = server.thread("ann", 4)
    conversation = read(exchange(f"GET /api/v1/statuses/{chain[1]}/context", context(server, chain[1])))
    assert set(ids(conversation.posts)) == set(server.uris([chain[0], chain[2], chain[3]]))
    (place,) = {post.parent for post in conversation.posts} - {None} - set(server.uris(chain))
    assert place == f"https://{HOST}/web/statuses/{chain[1]}"
    assert read(context(server, chain[1])).anchor == conversation.anchor


def test_a_context_above_a_last_post_is_read_without_it(server):
    chain = server.thread("ann", 3)
    assert read(context(server, chain[2])).anchor == server.uri(chain[0])


def test_a_context_names_the_anchor_if_other_answers_show_its_post(server):
    chain = server.thread("ann", 3)
    listing = [server.status(number) for number in chain]
    around = exchange(f"GET https://{HOST}/api/v1/statuses/{chain[1]}/context", context(server, chain[1]))
    assert read(listing, around).anchor == server.uri(chain[1])


def test_when_an_answer_was_saved_is_in_its_headers(server):
    status = server.status(server.post("ann"))
    for name in ("date", "Date"):
        saved = exchange("GET /api/v1/statuses/1", status, **{name: "Sun, 03 May 2026 09:00:00 GMT"})
        assert read(saved).read_at == START
    assert read(file(status, at=START)).read_at == START


def test_a_listing_is_read_as_posts_and_the_longest_conversation_is_meant(server):
    server.post("ann", "Alone.")
    chain = server.thread("ann", 3)
    listing = [server.status(number) for number in reversed(server.posts)]
    for body in (listing, {"accounts": [], "statuses": listing}):
        conversation = read(body)
        assert (conversation.anchor, len(conversation.posts)) == (server.uri(chain[0]), 4)


def test_numbers_of_different_servers_are_kept_apart():
    world = Fediverse(HOST, "fern.example")
    here, there = world.servers.values()
    chain = there.thread("bob", 2)
    copies = [here.copy(there, number) for number in chain]
    comment = here.post("ann", "Hm.", to=copies[1])
    conversation = read(here.status(comment), context(here, comment), there.status(chain[1]), context(there, chain[1]))
    assert {post.id: post.parent for post in conversation.posts} == {
        here.uri(comment): there.uri(chain[1]),
        there.uri(chain[1]): there.uri(chain[0]),
        there.uri(chain[0]): None,
    }


def test_copies_alone_are_believed_since_somebody_saved_them():
    world = Fediverse(HOST, "fern.example")
    here, there = world.servers.values()
    copies = [here.copy(there, number) for number in there.thread("bob", 3)]
    thread = assemble(read(here.status(copies[0]), context(here, copies[0])))
    assert len(thread.posts) == 3
    assert thread.completeness.state == "open"


def test_one_post_alone_leaves_its_answers_open(server):
    chain = server.thread("ann", 2)
    assert assemble(read(server.status(chain[0]))).completeness.state == "open"
    assert assemble(read(server.status(chain[1]))).posts[0].parent == f"https://{HOST}/web/statuses/{chain[0]}"


@pytest.mark.parametrize(
    "body",
    [
        {"error": "Record not found"},
        {"request": "GET /x", "status": 401, "headers": {}, "body": {"error": "Unauthorized"}},
        {"in_reply_to_id": None},
        [],
        7,
    ],
)
def test_what_is_none_of_the_answers_is_refused(body):
    with pytest.raises(Unreadable, match="not one of the answers of the fediverse") as caught:
        read(body)
    assert caught.value.subject == "a.json"


@pytest.mark.parametrize(
    "body", [{"ancestors": [], "descendants": []}, {"id": "1", "account": {"id": "1"}}, [{"account": {}}]]
)
def test_an_answer_without_posts_says_so(body):
    with pytest.raises(Unreadable, match="This holds no posts"):
        read(body)


def test_what_is_no_json_is_refused():
    with pytest.raises(Unreadable, match="not JSON"):
        read(file(b'{"in_reply_to_id": '))


def test_answers_about_different_conversations_are_refused(server):
    with pytest.raises(Unreadable, match="two conversations"):
        read(server.status(server.post("ann", "Moss.")), server.status(server.post("ann", "Fern.")))


def test_more_bytes_or_posts_than_are_read_at_once_are_refused(server):
    with pytest.raises(TooLarge, match="20 MiB"):
        read(file(b"[" + b" " * (21 * 1024 * 1024) + b"]"))
    one = server.status(server.post("ann"))
    many = [{**one, "id": f"{n}", "uri": f"https://{HOST}/users/ann/statuses/{n}"} for n in range(10_001)]
    with pytest.raises(TooLarge, match="10,000 posts"):
        read(many)


def test_an_activitypub_note_and_a_note_of_misskey_are_read():
    note = {
        "@context": "https://www.w3.org/ns/activitystreams",
        "id": f"https://{HOST}/users/ann/statuses/1",
        "type": "Note",
        "attributedTo": f"https://{HOST}/users/ann",
        "content": "<p>Moss.</p>",
        "to": ["https://www.w3.org/ns/activitystreams#Public"],
    }
    assert [post.text for post in read(note).posts] == ["Moss."]
    user = {"id": "9u", "username": "ann", "host": None, "name": "Ann"}
    note = {
        "id": "9k",
        "createdAt": "2026-05-03T09:00:00.000Z",
        "userId": "9u",
        "user": user,
        "text": "Fern.",
        "visibility": "public",
        "fileIds": [],
        "replyId": None,
    }
    saved = exchange("POST https://fern.example/api/notes/show", note)
    assert [post.text for post in read(saved).posts] == ["Fern."]


def test_what_may_be_an_answer_is_told_by_a_glance():
    assert recognises(file({"in_reply_to_id": None}))
    assert recognises(file(b'{"ancestors" : [broken'))
    assert not recognises(file({"text": "in_reply_to_id"}))


def test_an_anchor_that_is_not_there_is_an_error(server):
    chain = server.thread("ann", 2)
    empty = exchange(f"GET /api/v1/statuses/{chain[0]}/context", {"ancestors": [], "descendants": []})
    assert read(empty, server.status(chain[0])).anchor == server.uri(chain[0])
    with pytest.raises((NotFound, Unreadable)):
        read(empty)
