"""A deletion tears a thread in two, and some servers keep the link to the deleted post: both pieces, the gap, no claim.

On Mastodon the link is emptied (`test_fedi_mastodon_live`); here the post that follows still names what is gone.
"""

from datetime import timedelta

import pytest

from tests.sources.test_fedi_mastodon_live import ids, one_server, seen, unrolled
from threadleaf.core.assemble import assemble
from threadleaf.wire import Refused

NUMBERED, PLAIN = "{}/8 of a thread", "Post {}."


def keeping(length=8, text=PLAIN):
    """A server that keeps links to deleted posts, and a thread there so young that the author's posts are listed."""
    world, server = one_server()
    server.keeps_links = True
    chain = server.thread("ann", length, text=text)
    return world, server, chain


def young(world, server):
    world.now = max(post["at"] for post in server.posts.values()) + timedelta(minutes=2)


def without(server, chain, *places):
    """The addresses of all posts, after some of them were deleted."""
    urls = [server.url(number) for number in chain]
    for place in sorted(places, reverse=True):
        server.delete(chain.pop(place))
    return urls


def gaps(thread):
    return [(gap.after, gap.before, gap.reason, gap.says, gap.count) for gap in thread.gaps]


def statuses(world):
    """The numbers of posts that were asked for after the first one."""
    paths = [request.url.rpartition("/")[2] for request in world.asked if "/statuses/" in request.url]
    return [number for number in paths if number != "context"][1:]


# --- the middle ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", [NUMBERED, PLAIN])
@pytest.mark.parametrize("place", [0, 2, 4, 7])
def test_a_deleted_middle_is_a_gap_between_both_pieces(text, place):
    world, server, chain = keeping(text=text)
    lost = chain[3]
    urls = without(server, chain, 3)
    young(world, server)
    thread = unrolled(world, urls[place])
    assert ids(thread.posts) == server.uris(chain)
    assert gaps(thread) == [(server.uri(chain[2]), server.uri(chain[3]), "unknown", "not-found", 1)]
    assert thread.completeness.state == "incomplete"
    assert statuses(world) == [lost]
    assert len(world.asked) <= 7, world.kinds()


def test_a_number_that_was_announced_leads_to_the_second_piece_of_an_old_thread():
    world, server, chain = keeping(text=NUMBERED)
    urls = without(server, chain, 3)
    thread = unrolled(world, urls[0])
    assert ids(thread.posts) == server.uris(chain)
    assert [gap.number for gap in thread.gaps] == [4]
    assert world.kinds() == ["status", "context", "list", "status"]


@pytest.mark.parametrize("text", [NUMBERED, PLAIN])
@pytest.mark.parametrize("place", [0, 4, 7])
def test_two_deleted_posts_are_two_gaps(text, place):
    world, server, chain = keeping(text=text)
    urls = without(server, chain, 2, 5)
    young(world, server)
    thread = unrolled(world, urls[place])
    assert ids(thread.posts) == server.uris(chain)
    assert [gap.says for gap in thread.gaps] == ["not-found"] * 2


def test_two_pieces_that_answered_one_deleted_post_both_keep_their_places():
    world, server, chain = keeping()
    fork = server.thread("ann", 2, to=chain[3])
    urls = without(server, chain, 3)
    young(world, server)
    thread = unrolled(world, urls[0])
    assert ids(thread.posts) == server.uris(chain)
    assert [ids(branch.posts) for branch in thread.branches] == [server.uris(fork)]


@pytest.mark.parametrize("kind", ["network", "limit", "a fault", "another post"])
def test_a_deleted_post_that_could_not_be_asked_for_is_out_of_reach(kind):
    world, server, chain = keeping()
    lost = chain[3]
    urls = without(server, chain, 3)
    young(world, server)
    if kind in ("network", "limit"):
        world.refuse = lambda request: Refused(kind=kind) if request.url.endswith(lost) else None
    else:
        body = {"error": "It failed."} if kind == "a fault" else server.status(chain[0])
        server._answer = answering(server._answer, lost, (500 if kind == "a fault" else 200, body, {}))
    thread = unrolled(world, urls[0])
    assert ids(thread.posts) == server.uris(chain)
    assert [(gap.reason, gap.says) for gap in thread.gaps] == [("unreachable", "")]


def answering(usual, word, reply):
    """What a server answers, but for paths that end in a word."""
    return lambda path, query, token: reply if path[-1] == word else usual(path, query, token)


def test_what_a_list_showed_before_the_limit_is_joined_although_nothing_more_can_be_asked():
    world, server, chain = keeping()
    urls = without(server, chain, 3)
    young(world, server)
    server.posts[chain[0]]["words"]["replies_count"] = 2
    world.refuse = lambda request: Refused(kind="limit") if f"min_id={chain[0]}" in request.url else None
    thread = unrolled(world, urls[0])
    assert ids(thread.posts) == server.uris(chain)
    assert [(gap.reason, gap.says) for gap in thread.gaps] == [("unreachable", "")]
    assert world.kinds() == ["status", "context", "list", "list"]


# --- what cannot be joined -------------------------------------------------------------------------------------


def apart(between, length=3, text=PLAIN):
    """A thread after which the author's posts are listed, and a piece behind it whose first post is gone."""
    world, server, chain = keeping(length, text)
    server.posts[chain[-1]]["words"]["replies_count"] = 1
    if between == "a thread of its own":
        server.post("ann", "By the way.")
    lost = server.post("ann", "Gone.", minutes=100 if between == "a long time" else 1)
    torn = server.post("ann", "2/3 of another" if between == "another numbering" else "More.", to=lost)
    if between == "nobody says whom it answered":
        server.posts[torn]["to_account"] = None
    if between == "somebody else's post":
        server.posts[torn]["to_account"] = "bob"
    server.delete(lost)
    return world, server, chain, lost


@pytest.mark.parametrize("between", ["a thread of its own", "a long time", "nobody says whom it answered"])
def test_a_piece_that_need_not_belong_to_the_thread_leaves_its_end_open(between):
    world, server, chain, lost = apart(between)
    conversation = seen(world, server.url(chain[0]))
    thread = assemble(conversation)
    assert ids(thread.posts) == server.uris(chain)
    assert (thread.completeness.state, thread.completeness.open_ends) == ("open", (server.uri(chain[-1]),))
    assert [(end.post, end.why) for end in conversation.frontiers] == [(server.uri(chain[-1]), "unseen")]
    assert statuses(world) == [lost]


@pytest.mark.parametrize("between", ["another numbering", "somebody else's post"])
def test_a_piece_that_cannot_belong_to_the_thread_is_not_asked_about(between):
    world, server, chain, _ = apart(between, text="{}/3 of a thread")
    thread = unrolled(world, server.url(chain[0]))
    assert (ids(thread.posts), thread.completeness.state) == (server.uris(chain), "complete")
    assert statuses(world) == []


def test_where_nobody_says_whom_it_answered_numbers_join_a_piece_from_either_side():
    world, server, chain = keeping(text=NUMBERED)
    for number in chain[1:]:
        server.posts[number]["to_account"] = None
    urls = without(server, chain, 3)
    for place in (0, 7):
        thread = unrolled(world, urls[place])
        assert ids(thread.posts) == server.uris(chain)
        assert [(gap.number, gap.says) for gap in thread.gaps] == [(4, "not-found")]


def test_only_a_few_deleted_posts_are_asked_for():
    world, server, chain, lost = apart("a thread of its own")
    others = [server.post("ann", "Gone too.") for _ in range(7)]
    for number in others:
        server.post("ann", "More.", to=number)
    for number in others:
        server.delete(number)
    thread = unrolled(world, server.url(chain[0]))
    assert statuses(world) == [lost, *others[:4]]
    assert thread.completeness.state == "open"


@pytest.mark.parametrize("writer", ["ann", "bob"])
def test_where_nothing_was_deleted_at_most_one_request_more_shows_it(writer):
    world, server, chain = keeping(2)
    other = server.post(writer, "By the way.")
    chain.append(server.post("ann", "Post 3.", to=chain[-1]))
    answer = server.post("ann", "More about that.", to=other)
    server.posts[answer]["to_account"] = "ann" if writer == "ann" else None
    young(world, server)
    thread = unrolled(world, server.url(chain[0]))
    assert (ids(thread.posts), thread.completeness.state) == (server.uris(chain), "complete")
    assert statuses(world) == [other]
    assert world.kinds() == ["status", "context", "list", "status"]


def test_a_post_that_every_answer_left_out_is_asked_for_where_others_hang_at_it():
    world, server, chain = keeping()
    young(world, server)
    server.edit = lambda path, body: without_post(body, chain[3])
    thread = unrolled(world, server.url(chain[0]))
    assert (ids(thread.posts), thread.completeness.state) == (server.uris(chain), "complete")
    assert statuses(world) == [chain[3]]


def without_post(body, number):
    """An answer without a post, and without what hangs below it in what stands around another one."""
    if isinstance(body, list):
        return [status for status in body if status["id"] != number]
    below = [status for status in body.get("descendants", ()) if status["id"] < number]
    return {**body, "descendants": below} if below else body


# --- upwards ---------------------------------------------------------------------------------------------------


def behind(pages, text=PLAIN):
    """A thread of which the fourth post is gone; before it the author answered so many pages full of other people."""
    world, server, chain = keeping(3, text)
    for _ in range(40 * pages):
        server.post("ann", "Well.", to=server.post("bob", "Well?", minutes=0), minutes=0)
    chain += server.thread("ann", 5, to=chain[-1], first=4, text=text)
    return world, server, chain, without(server, chain, 3)


@pytest.mark.parametrize("text", [NUMBERED, PLAIN])
def test_what_came_before_is_found_behind_answers_to_others(text):
    world, server, chain, urls = behind(1, text)
    thread = unrolled(world, urls[7])
    assert ids(thread.posts) == server.uris(chain)
    assert [gap.says for gap in thread.gaps] == ["not-found"]
    assert world.kinds() == ["status", "context", "status", "list", "list", "context"]


def test_behind_two_pages_nothing_is_looked_for():
    world, server, chain, urls = behind(2)
    thread = unrolled(world, urls[7])
    assert ids(thread.posts) == server.uris(chain[3:])
    assert (thread.completeness.state, thread.gaps[0].before) == ("incomplete", server.uri(chain[3]))
    assert world.kinds() == ["status", "context", "status", "list", "list"]


def test_what_came_before_a_post_that_could_not_be_asked_for_is_found_too():
    world, server, chain, urls = behind(0)
    world.refuse = lambda request: Refused(kind="network") if request.url == missing else None
    missing = f"https://moss.example/api/v1/statuses/{urls[3].rpartition('/')[2]}"
    thread = unrolled(world, urls[7])
    assert ids(thread.posts) == server.uris(chain)
    assert [(gap.reason, gap.says) for gap in thread.gaps] == [("unreachable", "")]


def test_another_numbering_before_a_deleted_post_is_not_stepped_over():
    world, server, chain = keeping(3, NUMBERED)
    server.thread("ann", 3, text="{}/3 of another")
    chain += server.thread("ann", 5, to=chain[-1], first=4, text=NUMBERED)
    urls = without(server, chain, 3)
    thread = unrolled(world, urls[7])
    assert ids(thread.posts) == server.uris(chain[3:])
    assert thread.completeness.state == "incomplete"


def test_below_somebody_elses_deleted_post_nothing_is_looked_for():
    world, server, _ = keeping(3)
    question = server.post("bob", "Why?")
    answers = server.thread("ann", 2, to=question)
    server.delete(question)
    thread = unrolled(world, server.url(answers[1]))
    assert ids(thread.posts) == server.uris(answers)
    assert world.kinds() == ["status", "context", "status"]
