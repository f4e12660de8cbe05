"""Servers that lie, change their minds, or never come to an end: what comes of it is less, and never somebody else's."""

import json
import time
from itertools import count

import pytest

from tests.support.fediverse import HOST, START, Fediverse
from threadleaf.core.assemble import assemble
from threadleaf.core.errors import NotFound, ThreadleafError
from threadleaf.core.model import Ref
from threadleaf.core.withhold import shown
from threadleaf.sources import fediverse
from threadleaf.wire import Answer, Refused, Scope

CEILING = 100


def seen(world, url, scope=Scope()):  # noqa: B008 -- frozen
    """As `fetch.drive` would do it: after so many requests everything is refused."""
    world.asked.clear()
    refuse = world.refuse
    world.refuse = lambda request: refuse(request) or (Refused(kind="limit") if len(world.asked) > CEILING else None)
    try:
        return world.run(fediverse.steps(Ref("fedi", url), scope))
    finally:
        world.refuse = refuse


def ids(posts):
    return [post.id for post in posts]


def thread_of(length=5):
    world = Fediverse()
    server = world.servers[HOST]
    return world, server, server.thread("ann", length)


def changing(server, word, change):
    """Have a server change the bodies of its answers to paths with a word."""
    server.edit = lambda path, body: change(body) if path.endswith(word) and not isinstance(body, str) else body


# --- another post than was asked for ---------------------------------------------------------------------------


def test_another_post_than_was_asked_for_is_not_shown():
    world, server, chain = thread_of()
    other = server.post("eve", "Not what you asked for.")
    changing(server, chain[0], lambda body: server.status(other))
    with pytest.raises(ThreadleafError):
        seen(world, server.url(chain[0]))


def test_a_post_in_somebody_elses_name_is_not_shown():
    world, server, chain = thread_of()
    victim = {**server.account("ann"), "uri": "https://fern.example/users/vic", "acct": "vic@fern.example"}
    changing(server, chain[0], lambda body: {**body, "account": victim})
    with pytest.raises(ThreadleafError):
        seen(world, server.url(chain[0]))


def test_posts_with_ids_of_another_server_make_no_thread():
    world, server, chain = thread_of(3)

    def forge(body):
        for status in body["descendants"]:
            status["uri"] = status["uri"].replace(HOST, "fern.example")
            status["account"] = {**status["account"], "uri": "https://fern.example/users/ann"}
        return body

    changing(server, "/context", forge)
    thread = assemble(seen(world, server.url(chain[0])))
    assert ids(thread.posts) == [server.uri(chain[0])]


def test_a_forged_thread_of_another_server_is_asked_for_there_and_not_shown_from_here():
    world = Fediverse(HOST, "fern.example")
    evil, _good = world.servers.values()
    forged = evil.thread("vic", 3)
    for number in forged:
        evil.posts[number] |= {
            "uri": f"https://fern.example/users/vic/statuses/{number}",
            "url": f"https://fern.example/@vic/{number}",
            "by": "vic@fern.example",
        }
    bait = evil.post("eve", "Look.", to=forged[-1])
    thread = assemble(seen(world, evil.url(bait)))
    assert ids(thread.posts) == [evil.uri(bait)]
    assert any("fern.example" in request.url for request in world.asked)


def test_answers_that_came_from_another_server_are_not_believed():
    world, server, chain = thread_of(30)
    forged = {**server.status(chain[1]), "id": "7", "uri": f"https://{HOST}/users/ann/statuses/7", "content": "Forged."}

    def led_astray(request):
        if "/context" not in request.url and "/accounts/" not in request.url:
            return None
        body = [forged] if "/accounts/" in request.url else {"ancestors": [], "descendants": [forged]}
        return Answer(status=200, body=json.dumps(body).encode(), at=START, url="https://evil.example/")

    world.refuse = led_astray
    thread = assemble(seen(world, server.url(chain[0])))
    assert ids(thread.posts) == [server.uri(chain[0])]
    assert "Forged." not in str(thread)
    assert thread.completeness.state == "open"


def test_a_status_that_came_from_another_server_is_that_servers_word():
    world, server, chain = thread_of(1)
    world.refuse = lambda request: (
        Answer(status=200, body=json.dumps(server.status(chain[0])).encode(), at=START, url="https://evil.example/x")
        if request.url.endswith(f"/statuses/{chain[0]}") and len(world.asked) < 3
        else None
    )
    with pytest.raises(NotFound):
        seen(world, server.url(chain[0]))


def test_a_left_out_post_is_not_replaced_by_another_one():
    world, server, chain = thread_of(6)
    server.posts[chain[2]]["visibility"] = "private"
    other = server.post("eve", "Not what you asked for.")
    world.refuse = lambda request: (
        Answer(status=200, body=json.dumps(server.status(other)).encode(), at=START)
        if request.url.endswith(f"/statuses/{chain[2]}")
        else None
    )
    conversation = seen(world, server.url(chain[5]))
    assert server.uri(other) not in str(conversation)
    assert [gap.reason for gap in assemble(conversation).gaps] == ["unreachable"]


def test_a_left_out_post_without_an_author_is_none():
    world, server, chain = thread_of(6)
    server.posts[chain[2]]["visibility"] = "private"
    world.refuse = lambda request: (
        Answer(status=200, body=json.dumps({"id": chain[2]}).encode(), at=START)
        if request.url.endswith(f"/statuses/{chain[2]}")
        else None
    )
    assert [gap.reason for gap in assemble(seen(world, server.url(chain[5]))).gaps] == ["unreachable"]


def test_other_peoples_posts_and_boosts_in_a_listing_are_left_out():
    world, server, chain = thread_of(30)
    eve = server.post("eve", "Mine now.", to=chain[20])
    boost = {**server.status(chain[3]), "id": "999", "reblog": server.status(eve)}
    changing(server, "/statuses", lambda body: [server.status(eve), boost, None, *body])
    thread = assemble(seen(world, server.url(chain[0])))
    assert ids(thread.posts) == server.uris(chain)
    assert "999" not in str(thread)


def test_nothing_private_is_kept_whatever_a_server_gives():
    world, server, chain = thread_of(5)
    server.posts[chain[2]] |= {"visibility": "private", "text": "a secret"}
    server._is_public = lambda number: True
    conversation = seen(world, server.url(chain[0]))
    assert "a secret" not in str(conversation)
    assert len(shown(assemble(conversation)).posts) == 4


@pytest.mark.parametrize("number", ["9" * 5000, "²", "١٢٣", "0", "-1", "a/../b", "x" * 10_000, "\ud800"])
def test_numbers_of_any_form_do_no_harm(number):
    world, server, chain = thread_of(2)
    strange = {**server.status(chain[1]), "id": number, "replies_count": 1}
    changing(server, "/context", lambda body: {"ancestors": [], "descendants": [strange]})
    thread = assemble(seen(world, server.url(chain[0])))
    assert ids(thread.posts) == server.uris(chain)
    assert len(world.asked) <= 6


# --- without end -----------------------------------------------------------------------------------------------


def endless(server, name):
    """Posts by one person, each of which answers the one before, for ever."""
    for _ in count():
        server.post(name, to=list(server.posts)[-1])
        yield server.status(list(server.posts)[-1], 1)


def test_a_listing_that_never_ends_is_left_at_the_ceiling():
    world, server, chain = thread_of(30)
    posts = endless(server, "ann")
    server._page = lambda name, asked: [next(posts) for _ in range(40)]
    conversation = seen(world, server.url(chain[0]))
    assert len(world.asked) <= CEILING + 5
    assert assemble(conversation).completeness.state == "open"


def test_a_listing_that_never_adds_anything_is_left_after_one_page():
    world, server, chain = thread_of(30)
    server.posts[chain[-1]]["words"]["replies_count"] = 1
    world.minute += 500

    def strange(name, asked):
        return (
            [server.status(server.post("ann")) for _ in range(40)]
            if asked["min_id"] >= chain[-1]
            else page(name, asked)
        )

    page, server._page = server._page, strange
    seen(world, server.url(chain[-1]))
    assert world.kinds().count("list") == 1


def test_a_listing_that_gives_the_same_page_for_ever_is_left_at_once():
    world, server, chain = thread_of(30)
    same = [server.status(number) for number in chain[:40]]
    server._page = lambda name, asked: same
    thread = assemble(seen(world, server.url(chain[0])))
    assert ids(thread.posts) == server.uris(chain)
    assert len(world.asked) <= 4
    server._page = lambda name, asked: same[:10]
    assert len(assemble(seen(world, server.url(chain[0]))).posts) == 30


def test_a_listing_with_numbers_that_never_reach_the_last_post_is_left_after_so_many_pages():
    world, server, chain = thread_of(30)
    server.posts[chain[0]]["words"]["replies_count"] = 100
    numbers = count(int(chain[0]) + 1)

    def creeping(name, asked):
        number = f"{next(numbers)}"
        return [{**server.status(chain[0]), "id": number, "uri": f"{server.uri(chain[0])}{number}"}] * 40

    server._page = creeping
    conversation = world.run(fediverse.steps(Ref("fedi", server.url(chain[5]))))
    assert 300 < len(world.asked) < 310
    assert assemble(conversation).completeness.open_ends == (server.uri(chain[0]),)


def test_a_server_that_lists_nothing_for_strangers_proves_nothing_by_that():
    world, server, chain = thread_of(3)
    server.posts[chain[-1]]["words"]["replies_count"] = 1
    assert assemble(seen(world, server.url(chain[0]))).completeness.state == "complete"
    server._page = lambda name, asked: []
    thread = assemble(seen(world, server.url(chain[0])))
    assert thread.completeness.open_ends == (server.uri(chain[-1]),)
    assert world.kinds() == ["status", "context", "list", "list", "context"]


def test_ancestors_that_never_end_are_left_at_the_ceiling():
    world, server, chain = thread_of(2)
    numbers = count(int(chain[0]) - 10**9)

    def deeper(body):
        above = [
            {**server.status(chain[0]), "id": f"{n}", "uri": f"https://{HOST}/users/ann/statuses/{n}",
             "in_reply_to_id": f"{n + 1}"}
            for n in (next(numbers) for _ in range(40))
        ]  # fmt: skip
        return {"ancestors": above[::-1], "descendants": []}

    changing(server, "/context", deeper)
    server.posts[chain[1]]["to"] = None
    server.posts[chain[1]]["words"]["in_reply_to_id"] = f"{int(chain[0]) - 10**9}"
    seen(world, server.url(chain[1]))
    assert len(world.asked) <= CEILING + 5


def test_replies_in_a_circle_are_read_and_told():
    world, server, chain = thread_of(3)
    server.posts[chain[0]]["words"]["in_reply_to_id"] = chain[2]
    thread = assemble(seen(world, server.url(chain[1])))
    assert set(ids(thread.posts)) == set(server.uris(chain))
    assert thread.completeness.state != "complete"


def test_descendants_in_a_circle_and_out_of_nowhere_prove_nothing():
    world, server, chain = thread_of(4)
    server.posts[chain[2]]["words"]["in_reply_to_id"] = chain[3]
    conversation = seen(world, server.url(chain[0]))
    assert server.uri(chain[1]) in ids(conversation.posts)


@pytest.mark.parametrize("items", [1_000_000])
def test_a_million_items_are_read_in_a_moment(items):
    world, server, chain = thread_of(30)
    many = b"[" + b"{}," * (items - 1) + b"{}]"
    around = b'{"ancestors":' + many + b',"descendants":' + many + b"}"

    def flood(request):
        body = around if request.url.endswith("/context") else many
        is_status = request.url.rpartition("/")[2] in server.posts
        return None if is_status else Answer(status=200, body=body, at=START, url=request.url)

    world.refuse = flood
    start = time.process_time()
    conversation = seen(world, server.url(chain[0]))
    assert ids(conversation.posts) == [server.uri(chain[0])]
    assert time.process_time() - start < 60, "a safeguard against work without end, not a measure of speed"


def test_a_quote_in_a_quote_in_a_quote_has_no_bottom():
    world, server, chain = thread_of(1)
    body = server.status(chain[0])
    for number in range(300):
        body = {
            **server.status(chain[0]),
            "id": f"{number}",
            "uri": f"https://{HOST}/users/ann/statuses/q{number}",
            "quote": {"state": "accepted", "quoted_status": body},
        }
    changing(server, chain[0], lambda status: {**status, "quote": body["quote"]})
    assert len(seen(world, server.url(chain[0])).quoted) == 300


# --- answers that change, and answers that are none ------------------------------------------------------------


@pytest.mark.parametrize("lost", [60, 61])
def test_a_post_that_disappears_between_two_answers_keeps_its_place(lost):
    world, server, chain = thread_of(150)

    def vanish(request):
        if "/accounts/" in request.url and chain[lost] in server.posts:
            server.delete(chain[lost])

    world.refuse = vanish
    thread = assemble(seen(world, server.url(chain[0])))
    assert set(server.uris([*chain[:lost], *chain[lost + 1 :]])) == set(ids(thread.posts))
    assert thread.completeness.state == "incomplete"


def test_answers_that_grow_between_two_questions_are_all_there():
    world, server, chain = thread_of(30)

    def grow(request):
        if "/accounts/" in request.url and len(chain) < 90:
            chain.append(server.post("ann", "More.", to=chain[-1]))

    world.refuse = grow
    thread = assemble(seen(world, server.url(chain[0])))
    missing = set(server.uris(chain)) - set(ids(thread.posts))
    assert not missing or thread.completeness.state != "complete"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>",
        b"null",
        b"[]",
        b"7",
        b'{"ancestors": {}, "descendants": 7}',
        b'{"ancestors": [1, null]}',
        b"\xff",
    ],
)
@pytest.mark.parametrize("word", ["context", "accounts"])
def test_an_answer_that_is_none_leaves_the_end_open(word, body):
    world, server, chain = thread_of(30)
    world.refuse = lambda request: Answer(status=200, body=body, at=START) if word in request.url else None
    thread = assemble(seen(world, server.url(chain[0])))
    assert server.uri(chain[0]) in ids(thread.posts)
    assert thread.completeness.state == "open" or len(thread.posts) == 30


@pytest.mark.parametrize("body", [b"", b"<html>", b"null", b"[]", b"7", b"{}", b'{"id": 1}', b"\xff"])
def test_a_post_that_is_none_is_not_found(body):
    world, server, chain = thread_of()
    world.refuse = lambda request: Answer(status=200, body=body, at=START)
    with pytest.raises(NotFound):
        seen(world, server.url(chain[0]))


@pytest.mark.parametrize("kind", ["limit", "rate", "timeout", "network", "door", "too-large", "offline"])
@pytest.mark.parametrize("after", range(1, 9))
def test_whatever_is_refused_at_whatever_step_the_rest_is_kept(kind, after):
    world, server, chain = thread_of(150)
    world.refuse = lambda request: Refused(kind=kind) if len(world.asked) > after else None
    conversation = seen(world, server.url(chain[75]))
    thread = assemble(conversation)
    assert server.uri(chain[75]) in ids(thread.posts)
    assert set(ids(thread.posts)) <= set(server.uris(chain))
    whole = len(thread.posts) == 150
    assert thread.completeness.state == ("complete" if whole else thread.completeness.state)
    assert whole or thread.completeness.state != "complete"
