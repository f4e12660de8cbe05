"""The ways to a post, in their order: its own server, ActivityPub, the operator's server; and what each of them may show."""

import json

import pytest

from tests.support import activitypub
from tests.support.fediverse import HOST, START, Fediverse, refusing
from threadleaf.core.assemble import assemble
from threadleaf.core.errors import NotFound, NotNow, Refused
from threadleaf.core.merge import merge
from threadleaf.core.model import Ref
from threadleaf.sources import _fedi_pages as pages
from threadleaf.sources import fediverse
from threadleaf.sources._fedi_sightings import Sightings
from threadleaf.sources._fedi_software import software
from threadleaf.wire import HOME, Answer, Scope
from threadleaf.wire import Refused as Refusal

AT_HOME = Scope(home="https://home.example")


def seen(world, url, scope=Scope()):  # noqa: B008 -- frozen
    world.asked.clear()
    return world.run(fediverse.steps(Ref("fedi", url), scope))


def ids(posts):
    return [post.id for post in posts]


def one_server():
    world = Fediverse()
    return world, world.servers[HOST]


def closed(length=4):
    """A server that shows nothing to strangers but its pages, and the operator's, which has fetched a thread of it."""
    world = Fediverse(HOST, "home.example")
    server, home = world.servers.values()
    server.closed = True
    chain = server.thread("ann", length)
    for number in chain:
        home.copy(server, number)
    return world, server, home, chain


# --- addresses -------------------------------------------------------------------------------------------------


def test_what_threads_shows_to_nobody_is_not_asked_for():
    assert fediverse.matches(Ref("fedi", f"https://{HOST}/@ann/1"))
    assert not fediverse.matches(Ref("fedi", "https://www.threads.com/@ann/post/abc"))
    assert not fediverse.matches(Ref("x", "20"))


@pytest.mark.parametrize(
    "shape",
    [
        "@ann/{}",
        "@ann@moss.example/{}",
        "@ann/posts/{}",
        "users/ann/statuses/{}",
        "ap/users/7/statuses/{}",
        "web/statuses/{}",
        "statuses/{}",
        "notice/{}",
    ],
)
def test_every_address_that_names_a_number_is_asked_for_at_once(shape):
    world, server = one_server()
    number = server.post("ann")
    conversation = seen(world, f"https://{HOST}/{shape.format(number)}")
    assert conversation.anchor == server.uri(number)
    assert world.kinds() == ["status", "context"]


def test_an_object_of_pleroma_leads_to_its_number():
    world, server = one_server()
    number = server.post("ann")
    url = f"https://{HOST}/objects/0b2a6a2e-1111-4222-8333-123456789abc"

    def lead(request):
        if request.accept == "text/html":
            return Answer(status=200, body=b"<html>", at=START, url=f"https://{HOST}/notice/{number}")
        return None

    world.refuse = lead
    assert seen(world, url).anchor == server.uri(number)
    assert world.kinds() == ["objects", "status", "context"]


@pytest.mark.parametrize("where", ["https://evil.example/notice/1", "", "refused"])
def test_an_object_that_leads_nowhere_is_asked_for_by_activitypub(where):
    world, _ = one_server()
    answer = Answer(status=200, body=b"<html>", at=START, url=where)
    world.refuse = lambda request: Refusal(kind="network") if where == "refused" else answer
    with pytest.raises((NotFound, NotNow)):
        seen(world, f"https://{HOST}/objects/0b2a6a2e-1111-4222-8333-123456789abc")
    assert not any("/api/" in request.url or "evil" in request.url for request in world.asked)


@pytest.mark.parametrize("path", ["@ann/statuses/{}", "users/ann/statuses/{}"])
def test_gotosocial_is_not_asked_in_a_way_that_it_shows_to_nobody(path):
    world, _ = one_server()
    with pytest.raises((NotFound, NotNow, Refused)):
        seen(world, f"https://{HOST}/{path.format('01M7ZRBQ9MW8EPW1YRMWRGXPKT')}")
    assert not any("/api/" in request.url for request in world.asked)


def test_letters_in_numbers_are_fine_and_nothing_is_taken_for_listed_there():
    world, server = one_server()
    server.posts = {}
    chain = [server.post("ann")]
    chain.append(server.post("ann", to=chain[0]))
    posts = list(server.posts.items())
    server.posts.clear()
    for number, post in posts:
        to = f"A{post['to']}" if post["to"] else None
        server.posts[f"A{number}"] = {**post, "to": to, "uri": f"https://{HOST}/objects/{number}"}
    first = next(iter(server.posts))
    conversation = seen(world, f"https://{HOST}/notice/{first}")
    assert len(assemble(conversation).posts) == 2
    assert assemble(conversation).completeness.state == "complete"
    server.post("bob", "Hm.", to=first, visibility="private")
    server.posts[first]["words"]["replies_count"] = 2
    assert assemble(seen(world, f"https://{HOST}/notice/{first}")).completeness.state == "complete"
    assert world.kinds() == ["status", "context", "list", "list"], "a last page is known by being empty"
    last = list(server.posts)[1]
    server.posts[last]["words"]["replies_count"] = 1
    server.posts[first]["words"].clear()
    assert assemble(seen(world, f"https://{HOST}/notice/{first}")).completeness.state == "complete"
    assert world.kinds() == ["status", "context", "list", "list"], "an empty page is believed of who lists any"


# --- what cannot be read ---------------------------------------------------------------------------------------


def test_what_its_own_server_does_not_have_is_not_found_and_asked_for_nowhere_else():
    world, server, _home, chain = closed()
    server.closed = False
    url = server.url(chain[0])
    server.delete(chain[0])
    with pytest.raises(NotFound, match=f"{HOST} has no such post that is public"):
        seen(world, url, AT_HOME)
    assert world.kinds() == ["status", "context"]


NO_SUCH_WAY = [
    b"<!DOCTYPE html><title>Not Found</title>",
    b"",
    b"{}",
    b'{"code": "rest_no_route", "message": "No route was found", "data": {"status": 404}}',
    b'{"type": "about:blank", "title": "Not Found", "detail": "No such route", "status": 404, "error": "Not Found"}',
    b'{"error": {"code": "UNKNOWN_API_ENDPOINT"}}',
    b'["error"]',
]


@pytest.mark.parametrize("status", [404, 410])
@pytest.mark.parametrize("body", NO_SUCH_WAY)
def test_a_server_that_has_activitypub_and_not_mastodons_api_is_asked_by_activitypub(body, status):
    net = activitypub.Fediverse()
    chain = net.thread("ann", 3)
    net.refuse = lambda request: (
        Answer(status=status, body=body, at=START, url=request.url) if is_api(request) else None
    )
    conversation = net.run(fediverse.steps(Ref("fedi", chain[1])))
    assert ids(assemble(conversation).posts) == chain


@pytest.mark.parametrize("body", [{"error": "Record not found"}, {"error": "not_found", "error_description": "No."}])
def test_what_mastodons_api_does_not_find_is_not_looked_for_by_activitypub(body):
    net = activitypub.Fediverse()
    chain = net.thread("ann", 3)
    net.refuse = lambda request: net.say(request, body, 404) if is_api(request) else None
    with pytest.raises(NotFound, match="has no such post that is public"):
        net.run(fediverse.steps(Ref("fedi", chain[1])))
    assert all(map(is_api, net.asked))


def is_api(request):
    return "/api/" in request.url or "nodeinfo" in request.url


@pytest.mark.parametrize(
    ("style", "contexts", "length", "notes"),
    [
        ("gotosocial", False, 3, ["deletions-untold"]),
        ("mastodon", False, 3, ["deletions-untold"]),
        ("mastodon", True, 3, []),
        ("gotosocial", False, 1, []),
    ],
)
def test_by_activitypub_a_deletion_leaves_no_trace_unless_the_conversation_is_listed(style, contexts, length, notes):
    net = activitypub.Fediverse(style, contexts=contexts)
    chain = net.thread("ann", length)
    net.refuse = lambda request: net.say(request, {}, 404) if is_api(request) else None
    conversation = net.run(fediverse.steps(Ref("fedi", chain[0])))
    assert ids(conversation.posts) == chain
    assert [note.kind for note in conversation.notes] == notes


def test_a_server_that_shows_nothing_without_login_is_refused_in_a_sentence():
    world, server, _home, chain = closed()
    with pytest.raises(Refused, match=f"{HOST} shows its posts only to people who are logged in there") as caught:
        seen(world, server.url(chain[0]))
    assert (caught.value.code, caught.value.subject) == ("login", HOST)


@pytest.mark.parametrize(
    ("signs", "code", "words"), [(False, "signature", "signed requests"), (True, "login", "logged in")]
)
def test_a_server_that_wants_a_signature_is_refused_with_what_can_be_done(signs, code, words):
    world, _ = one_server()
    world.refuse = lambda request: Answer(status=401, body=b'{"error": "Unauthorized"}', at=START, url=request.url)
    with pytest.raises(Refused, match=words) as caught:
        seen(world, f"https://{HOST}/@ann/statuses/01M7ZRBQ9MW8EPW1YRMWRGXPKT", Scope(signs=signs))
    assert (caught.value.code, caught.value.subject) == (code, HOST)


def test_a_server_that_does_not_answer_may_later():
    world, _ = one_server()
    with pytest.raises(NotNow, match=r"^gone.example could not be read. gone.example does not answer.$"):
        seen(world, "https://gone.example/@ann/1")
    assert world.kinds() == ["status", "context"], "it is not asked in another way"


def test_a_server_with_a_fault_may_answer_later():
    world, _ = one_server()
    world.refuse = lambda request: Answer(status=503, body=b"", at=START, url=request.url)
    with pytest.raises(NotNow, match=r"could not be read. Please try again later.$"):
        seen(world, f"https://{HOST}/@ann/1")


def test_what_is_no_server_of_the_fediverse_is_told_so():
    world, server = one_server()
    server.software = ""
    world.refuse = lambda request: Answer(status=200, body=b"<html>", at=START, url=request.url)
    with pytest.raises(NotFound, match="It may be no server of the fediverse"):
        seen(world, f"https://{HOST}/@ann/1")


def test_a_server_of_misskeys_family_is_asked_in_its_own_way():
    world, server = one_server()
    server.software = "sharkey"
    server.edit = lambda path, body: "<html>" if path.startswith("/api/v1/") else body
    with pytest.raises((NotFound, NotNow, Refused)):
        seen(world, f"https://{HOST}/@ann/12345")
    assert any(request.method == "POST" for request in world.asked)


def test_a_note_on_a_server_with_another_way_is_asked_for_by_mastodons_api():
    world, server = one_server()
    number = server.post("ann")
    conversation = seen(world, f"https://{HOST}/notes/{number}")
    assert conversation.anchor == server.uri(number)


def test_a_note_that_does_not_answer_is_not_asked_for_by_mastodons_api():
    world, _ = one_server()
    world.refuse = lambda request: Answer(status=503, body=b"", at=START, url=request.url)
    with pytest.raises(NotNow):
        seen(world, f"https://{HOST}/notes/9k1abcdefg")
    assert not any("/api/v1/" in request.url for request in world.asked)


# --- software --------------------------------------------------------------------------------------------------


def named(world, host=HOST):
    steps = software(host)
    return world.run(steps)


def test_the_software_of_a_server_is_read_from_the_newest_description():
    world, _server = one_server()
    assert named(world) == "mastodon"
    assert [request.url for request in world.asked][-1].endswith("/nodeinfo/2.1")


def test_a_server_that_describes_itself_elsewhere_or_not_at_all_has_no_name():
    world, server = one_server()
    server.edit = lambda path, body: {
        "links": [{"rel": "x/schema/2.0", "href": "https://evil.example/nodeinfo/2.0"}, None]
    }
    assert named(world) == ""
    assert len(world.asked) == 1
    assert named(world, "gone.example") == ""


# --- the operator's own server ---------------------------------------------------------------------------------


def test_what_strangers_are_not_shown_is_read_from_the_operators_server_and_proven_by_its_pages():
    world, server, _home, chain = closed()
    conversation = seen(world, server.url(chain[1]), AT_HOME)
    thread = assemble(conversation)
    assert ids(thread.posts) == server.uris(chain)
    assert conversation.anchor == server.uri(chain[1])
    assert thread.completeness.state == "open", "the operator's server cannot know whether it has everything"
    proofs = [request for request in world.asked if request.accept == "text/html"]
    nowhere = f"https://{HOST}/@ann/999999999999999999"
    assert sorted(request.url for request in proofs) == [*sorted(server.url(number) for number in chain), nowhere]
    assert all(not request.credential for request in proofs)
    with_token = [request.url.split("/")[2] for request in world.asked if request.credential == HOME]
    assert set(with_token) == {"home.example"}


def test_a_post_whose_page_strangers_cannot_see_counts_as_private():
    world, server, home, chain = closed()
    for where in (server, home):
        for post in where.posts.values():
            post["text"] = "a secret" if post["uri"] == server.uri(chain[2]) else post["text"]
    server.posts[chain[2]]["visibility"] = "private"
    conversation = seen(world, server.url(chain[0]), AT_HOME)
    assert "a secret" not in str(conversation)
    assert [post.visibility for post in conversation.posts] == ["public", "public", "private", "public"]


def test_pages_that_could_not_be_asked_for_leave_posts_out_of_reach():
    world, server, _home, chain = closed(20)
    last = server.url(chain[19])
    world.refuse = lambda request: (
        Refusal(kind="limit") if request.accept == "text/html" and len(world.asked) > 14 else None
    )
    conversation = seen(world, last, AT_HOME)
    thread = assemble(conversation)
    assert server.uri(chain[19]) in ids(conversation.posts)
    assert {gap.reason for gap in thread.gaps} == {"unreachable"}
    proofs = [request for request in world.asked if request.accept == "text/html"]
    assert len(proofs) == 17, "after a round in which every page is refused, no more are asked for"


@pytest.mark.parametrize(("length", "start", "readings"), [(14, 0, 2), (30, 0, 5)])
def test_with_a_small_budget_two_readings_become_the_whole_thread(length, start, readings):
    world, server, _home, chain = closed(length)
    pages_asked = []

    def budget(request):
        if request.accept != "text/html":
            closes = "/users/" in request.url and not request.credential
            return Answer(status=401, body=b"", at=START) if closes else None
        pages_asked.append(request.url)
        return Refusal(kind="limit") if len(pages_asked) > pages.AT_ONCE + 1 else None

    world.refuse = budget
    known, place = None, server.url(chain[start])
    for _ in range(readings):
        pages_asked.clear()
        fresh = seen(world, place, AT_HOME)
        known = fresh if known is None else merge(known, fresh)
        cut = {end.post for end in known.frontiers if end.why == "unreachable"}
        places = [end for end in assemble(known).completeness.open_ends if end in cut]
        place = places[0] if places else ""
    thread = assemble(known)
    assert (ids(thread.posts), place) == (server.uris(chain), "")
    assert thread.gaps == ()


def test_from_the_middle_the_piece_around_the_post_is_proven_first():
    world, server, _home, chain = closed(20)
    proofs = []

    def budget(request):
        proofs.extend([request.url] * (request.accept == "text/html" and "/9999" not in request.url))
        return Refusal(kind="limit") if len(proofs) > 2 * pages.AT_ONCE else None

    world.refuse = budget
    conversation = seen(world, server.url(chain[9]), AT_HOME)
    assert sorted(ids(conversation.posts)) == server.uris(chain[4:])
    assert proofs[:16] == [server.url(number) for number in (*chain[9:], *reversed(chain[4:9]))]


def test_an_anchor_whose_page_could_not_be_asked_for_is_not_shown():
    world, server, _home, chain = closed()
    world.refuse = lambda request: Refusal(kind="limit") if request.accept == "text/html" else None
    with pytest.raises(NotFound, match="could not be found out"):
        seen(world, server.url(chain[0]), AT_HOME)


def test_what_the_operators_server_fetches_in_the_background_is_waited_for():
    world = Fediverse(HOST, "home.example")
    server, home = world.servers.values()
    server.closed = True
    chain = server.thread("ann", 6)
    home.copy(server, chain[0])
    home.holds_back = [(server, number) for number in chain[1:]]
    thread = assemble(seen(world, server.url(chain[0]), AT_HOME))
    assert ids(thread.posts) == server.uris(chain)
    waits = [(request.url.rpartition("/")[2], request.wait) for request in world.asked if request.credential]
    assert waits[1:] == [("context", 0.0), ("ref", 2.0), ("ref", 2.0), ("context", 0.0)]


def test_a_server_that_fetches_without_a_word_is_given_a_little_time():
    world = Fediverse(HOST, "home.example")
    server, home = world.servers.values()
    server.closed, home.refreshing = True, False
    chain = server.thread("ann", 6)
    home.copy(server, chain[0])
    home.holds_back = [(server, number) for number in chain[1:]]
    world.refuse = lambda request: home.fetch() if request.wait else None
    thread = assemble(seen(world, server.url(chain[0]), AT_HOME))
    assert ids(thread.posts) == server.uris(chain)


@pytest.mark.parametrize(
    ("header", "waits"), [('id="ref"', [3.0, 3.0]), ('id="ref", retry=600', [5.0, 5.0]), ("?", [])]
)
def test_a_server_is_not_waited_for_longer_than_a_little(header, waits):
    world, server, home, chain = closed()
    home.holds_back, home.polls = [(server, chain[0])], -9
    home._refreshes = lambda token: {"mastodon-async-refresh": header}
    seen(world, server.url(chain[0]), AT_HOME)
    assert [request.wait for request in world.asked if "async" in request.url] == waits


def test_a_wait_ends_when_the_server_does_not_say_how_far_it_is():
    world, server, home, chain = closed()
    home.holds_back = [(server, chain[0])]
    world.refuse = refusing("async_refreshes")
    assert len(assemble(seen(world, server.url(chain[0]), AT_HOME)).posts) == 4
    assert sum("async" in request.url for request in world.asked) == 1


@pytest.mark.parametrize("trouble", ["unknown", "another post", "no token", "down", "no context"])
def test_a_home_server_that_does_not_help_changes_nothing(trouble):
    world, server, home, chain = closed()
    if trouble == "unknown":
        home.posts.clear()
    if trouble == "another post":
        home.edit = lambda path, body: {"statuses": [home.status(list(home.posts)[1])]} if "search" in path else body
    if trouble == "no token":
        world.refuse = lambda request: Answer(status=403, body=b"{}", at=START) if request.credential else None
    if trouble == "down":
        del world.servers["home.example"]
    if trouble == "no context":
        world.refuse = lambda request: (
            Answer(status=404, body=b"{}", at=START) if "home.example/api/v1/" in request.url else None
        )
        assert ids(seen(world, server.url(chain[0]), AT_HOME).posts) == [server.uri(chain[0])]
        return
    with pytest.raises(Refused, match="logged in"):
        seen(world, server.url(chain[0]), AT_HOME)


def test_a_home_server_without_that_way_does_not_say_that_the_post_is_not_there():
    world, server, _home, chain = closed()
    body = json.dumps({"error": "Record not found"}).encode()
    world.refuse = lambda request: Answer(status=404, body=body, at=START) if request.credential else None
    with pytest.raises(Refused, match="logged in"):
        seen(world, server.url(chain[0]), AT_HOME)


def test_a_post_on_the_operators_server_that_is_not_public_stays_so():
    world, server, home, chain = closed()
    for post in home.posts.values():
        if post["uri"] == server.uri(chain[3]):
            post["visibility"] = "direct"
    home._is_public = lambda number: True
    conversation = seen(world, server.url(chain[0]), AT_HOME)
    assert [post.visibility for post in conversation.posts][-1] == "direct"
    assert server.url(chain[3]) not in [request.url for request in world.asked]


# --- pages -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "came", "shows"),
    [
        (200, "https://moss.example/@ann/1", True),
        (200, "https://moss.example/@Ann/1?lang=de#top", True),
        (200, "", True),
        (200, "https://moss.example/login", False),
        (200, "https://moss.example/auth/sign_in?next=/@ann/1", False),
        (200, "https://other.example/@ann/1", False),
        (404, "https://moss.example/@ann/1", False),
        (401, "https://moss.example/@ann/1", False),
        (429, "https://moss.example/@ann/1", None),
        (503, "https://moss.example/@ann/1", None),
    ],
)
def test_what_a_page_says_of_a_post(status, came, shows):
    world, server = one_server()
    number = server.post("ann")
    told = Sightings()
    told.begin(START, privileged=True)
    post = seen(world, server.url(number)).posts[0]
    told.post(post, None)
    (waiting,) = told.unproven()
    reply = Answer(status=status, body=b"", at=START, url=came.replace("/1", f"/{number}"))
    pages.tell(waiting, reply, told)
    assert (pages.request(waiting).url, pages.request(waiting).credential) == (server.url(number), "")
    assert told._pages.get(post.id) is shows


@pytest.mark.parametrize(
    ("page", "nowhere"),
    [
        ("https://moss.example/@ann/115000000000001000", "https://moss.example/@ann/999999999999999999"),
        ("https://moss.example/@ann/statuses/01HX3Q8Z7V4M", "https://moss.example/@ann/statuses/99ZZ9Z9Z9Z9Z"),
        ("https://moss.example/notes/9k1abcdefg", "https://moss.example/notes/9z9zzzzzzz"),
        ("https://moss.example/o/0b1c-4d5e-00?x=y#z", "https://moss.example/o/9f9f-9f9f-99"),
        ("https://moss.example/post/12/", "https://moss.example/post/99999999999"),
        ("https://moss.example/post/999999999", "https://moss.example/post/999999999999999999"),
        ("https://moss.example/a/\u00fc-\u00fc-\u00fc-\u00fc-\u00fc", "https://moss.example/a/\u00fc-\u00fc-\u00fc-\u00fc-\u00fc999999999"),
        ("https://moss.example/?p=7", "https://moss.example/?p=7/999999999"),
        ("https://moss.example/", "https://moss.example/999999999"),
        ("https://moss.example", "https://moss.example/999999999"),
    ],
)  # fmt: skip
def test_a_page_that_cannot_be_there_has_an_address_of_the_same_shape(page, nowhere):
    assert pages.nowhere(page) == nowhere


def reader(world, reply):
    """A reading in which the page that cannot be there is answered so."""
    server = world.servers[HOST]
    world.refuse = lambda request: reply(request) if "/9999" in request.url else None
    return lambda number: seen(world, server.url(number), AT_HOME)


def page_at_all(request):
    return Answer(status=200, body=b"<html>", at=START, url=request.url)


def page_for_login(request):
    return Answer(status=200, body=b"<html>", at=START, url=f"https://{HOST}/login")


def test_where_any_address_has_a_page_pages_prove_nothing():
    world, _server, _home, chain = closed()
    with pytest.raises(NotFound, match="has a page at any address"):
        reader(world, page_at_all)(chain[0])
    assert sum("/9999" in request.url for request in world.asked) == 1
    assert len(reader(world, page_for_login)(chain[0]).posts) == 4


@pytest.mark.parametrize("reply", [None, Refusal(kind="network"), Answer(status=503, body=b"", at=START)])
def test_until_it_is_known_what_pages_prove_they_prove_nothing(reply):
    world, _server, _home, chain = closed(10)
    answers = [reply, reply]
    read = reader(world, lambda request: answers.pop() if answers else page_for_login(request))
    if reply is None:
        assert len(read(chain[0]).posts) == 10
    else:
        with pytest.raises(NotFound, match="could not be found out"):
            read(chain[0])
    assert sum("/9999" in request.url for request in world.asked) == (1 if reply is None else 2)


@pytest.mark.parametrize(
    "shape", ["https://{}/users/ann/statuses/{}", "https://{}/@ann/{}", "https://{}/web/statuses/{}"]
)
def test_a_deleted_post_is_not_found_by_any_of_its_names(shape):
    world, server = one_server()
    chain = server.thread("ann", 2)
    server.delete(chain[0])
    with pytest.raises(NotFound, match=f"{HOST} has no such post that is public"):
        seen(world, shape.format(HOST, chain[0]))
    assert len(world.asked) == 2
