"""Asking a server with Mastodon's API for a thread: few questions, nothing lost, nothing claimed that was not seen.

The servers are `tests.support.fediverse`: a source is driven by sending it replies, without any connection.
"""

import random
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.fediverse import HOST, START, Fediverse, refusing
from threadleaf.core.assemble import assemble
from threadleaf.core.errors import NotFound
from threadleaf.core.identity import key_of
from threadleaf.core.model import Ref
from threadleaf.core.ref import from_path, path
from threadleaf.sources import fediverse
from threadleaf.wire import Refused, Scope


def seen(world, url, scope=Scope()):  # noqa: B008 -- frozen
    world.asked.clear()
    return world.run(fediverse.steps(Ref("fedi", url), scope))


def unrolled(world, url):
    return assemble(seen(world, url))


def one_server():
    world = Fediverse()
    return world, world.servers[HOST]


def talkative(length, *, every=0):
    """A thread of which other people answer every so many posts."""
    world, server = one_server()
    chain = server.thread("ann", length)
    for number in chain[::every] if every else ():
        server.post("bob", "Indeed.", to=number)
    return world, server, chain


def ids(posts):
    return [post.id for post in posts]


def is_whole(server, thread, chain):
    return (ids(thread.posts), thread.completeness.state) == (server.uris(chain), "complete")


# --- how much is asked -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("every", [0, 1, 3])
@pytest.mark.parametrize("length", [1, 2, 20])
def test_what_two_answers_hold_takes_two_requests_from_its_first_post(length, every):
    world, server, chain = talkative(length, every=every)
    assert is_whole(server, unrolled(world, server.url(chain[0])), chain)
    assert world.kinds() == ["status", "context"]


@pytest.mark.parametrize(("length", "place"), [(41, 40), (61, 40), (21, 0), (30, 15)])
def test_up_to_sixty_posts_around_the_one_asked_for_take_two_requests(length, place):
    world, server, chain = talkative(length)
    thread = unrolled(world, server.url(chain[place]))
    assert is_whole(server, thread, chain[:61])
    assert world.kinds()[:2] == ["status", "context"]
    assert len(world.asked) == 2 + (length > 60)  # one look at what follows a long thread


@pytest.mark.parametrize(
    ("length", "place", "requests"),
    [
        (22, 0, 3),
        (60, 0, 3),
        (61, 0, 4),
        (101, 0, 5),
        (150, 0, 6),
        (150, 75, 5),
        (150, 149, 6),
        (390, 0, 12),
        (990, 0, 27),
    ],
)
def test_forty_posts_more_take_one_request_more(length, place, requests):
    world, server, chain = talkative(length)
    assert is_whole(server, unrolled(world, server.url(chain[place])), chain)
    assert len(world.asked) == requests, world.kinds()


@pytest.mark.parametrize("place", [0, 75, 149])
def test_a_thread_that_many_people_answer_is_whole_from_any_post(place):
    world, server, chain = talkative(150, every=1)
    assert is_whole(server, unrolled(world, server.url(chain[place])), chain)
    assert len(world.asked) <= 12, world.kinds()


def test_a_thread_that_is_followed_by_many_other_posts_is_whole():
    world, server, chain = talkative(150, every=3)
    server.thread("ann", 200)
    for place in (0, 149):
        thread = unrolled(world, server.url(chain[place]))
        assert is_whole(server, thread, chain)
        assert len(world.asked) <= 16, world.kinds()


def test_each_question_is_asked_once():
    world, server, chain = talkative(150, every=2)
    for place in (0, 70, 149):
        unrolled(world, server.url(chain[place]))
        urls = [request.url for request in world.asked]
        assert len(urls) == len(set(urls))
        assert all(request.purpose and not request.credential for request in world.asked)


def test_a_fork_above_the_post_that_was_asked_for_is_found():
    world, server, chain = talkative(60)
    fork = server.thread("ann", 3, to=chain[10])
    for place in (0, 30, 59):
        thread = unrolled(world, server.url(chain[place]))
        assert is_whole(server, thread, chain)
        assert [ids(branch.posts) for branch in thread.branches] == [server.uris(fork)]
        assert len(world.asked) <= 5


def test_a_server_that_shows_fewer_posts_above_than_others_is_climbed_all_the_same():
    world, server, chain = talkative(20)
    server.above = 4
    assert is_whole(server, unrolled(world, server.url(chain[19])), chain)
    assert world.kinds()[:4] == ["status", "context", "status", "context"]


def test_a_thread_in_somebody_elses_conversation_is_whole():
    world, server = one_server()
    top = server.post("bob", "What do you think?")
    chain = server.thread("ann", 45, to=top)
    server.post("bob", "Thanks!", to=chain[20])
    for place in (0, 44):
        thread = unrolled(world, server.url(chain[place]))
        assert is_whole(server, thread, chain)
        assert server.uri(top) in ids(thread.context)


def test_the_author_is_told_by_reply_links_and_not_by_the_account_that_mastodon_names():
    world, server = one_server()
    top = server.post("bob", "A question.")
    chain = server.thread("ann", 4, to=top)
    assert {server.posts[number]["to_account"] for number in chain} == {"bob"}
    assert is_whole(server, unrolled(world, server.url(chain[2])), chain)


def test_a_comment_leads_to_the_thread_above_it():
    world, server, chain = talkative(5)
    comment = server.post("bob", "Really?", to=chain[2])
    assert is_whole(server, unrolled(world, server.url(comment)), chain)


@pytest.mark.parametrize(("later", "found"), [(60, False), (15, True)])
def test_a_viral_post_is_open_unless_the_authors_posts_were_listed_to_the_last(later, found):
    world, server = one_server()
    chain = server.thread("ann", 3)
    for person in range(100):
        server.post(f"p{person}", "Wow.", to=chain[0])
    for _ in range(later):
        server.post("ann", "Something else.")
    last = server.post("ann", "Thanks!", to=chain[0])
    thread = unrolled(world, server.url(chain[1]))
    assert ids(thread.posts) == server.uris(chain)
    assert world.kinds() == ["status", "context", "context", "list"]
    assert (server.uri(last) in str(thread)) == found
    assert thread.completeness.state == ("complete" if found else "open")
    assert thread.completeness.open_ends == (() if found else (server.uri(chain[0]),))


def test_a_server_that_gives_shorter_pages_than_others_is_asked_to_the_end():
    world, server, chain = talkative(80, every=30)
    server.longest = 20
    fork = server.post("ann", "Late.", to=chain[0])
    thread = unrolled(world, server.url(chain[0]))
    assert is_whole(server, thread, chain)
    assert [ids(branch.posts) for branch in thread.branches] == [[server.uri(fork)]]


def babel(dice):
    """A conversation of two people with forks, private posts, a deletion perhaps, and the address of one of its posts."""
    world, server = one_server()
    numbers = []
    chatty = dice.choice([0.05, 0.3, 0.6])
    for _ in range(dice.choice([5, 20, 60, 120, 200])):
        back = dice.choice([1, 1, 1, 1, 2, 3, 30])
        to = numbers[-back] if back <= len(numbers) and dice.random() > 0.02 else None
        seen_by = "private" if dice.random() < 0.02 else "public"
        numbers.append(server.post("bob" if dice.random() < chatty else "ann", to=to, visibility=seen_by))
    for _ in range(dice.choice([0, 50])):
        server.post("ann", "Something else.")
    public = [number for number in numbers if server.posts[number]["visibility"] == "public"]
    asked = dice.choice(public or [server.post("ann")])
    url, lost = server.url(asked), dice.choice(numbers)
    if lost != asked and dice.random() < 0.5:
        server.delete(lost)
    return world, server, url


@given(seed=st.integers(0, 1_000_000))
@settings(max_examples=80)
def test_any_conversation_is_read_whole_from_any_of_its_posts_or_says_that_it_may_not_be(seed):
    world, server, url = babel(random.Random(seed))
    thread = unrolled(world, url)
    mine = {post.id for post in thread.posts} | {post.id for branch in thread.branches for post in branch.posts}
    name = thread.author.handle.partition("@")[0]
    own = [post for post in server.posts.values() if post["by"] == name and post["visibility"] == "public"]
    below = {post["uri"] for post in own if post["to"] and server.uri(post["to"]) in mine}
    assert below <= mine or thread.completeness.state != "complete"
    # Up to 5 posts are sought at which loose pieces hang, and 2 pages before the thread are looked at, besides the rest.
    assert len(world.asked) <= 25 + 5 + 2


def test_a_text_that_nests_too_deep_is_told_of():
    world, server = one_server()
    number = server.post("ann", "<em>" * 300 + "Deep.")
    assert [note.kind for note in seen(world, server.url(number)).notes] == ["html-too-deep"]


# --- cached answers --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("place", [0, 20, 40])
def test_what_was_written_behind_cached_answers_is_found(place):
    world, server = one_server()
    chain = server.thread("ann", 45)
    server.cached_for = 5
    unrolled(world, server.url(chain[place]))
    for _ in range(5):
        chain.append(server.post("ann", "More.", to=chain[-1]))
    world.now = server.posts[chain[-1]]["at"] + timedelta(minutes=2)
    thread = unrolled(world, server.url(chain[place]))
    assert ids(thread.posts) == server.uris(chain)
    assert thread.completeness.state == "complete"


def test_an_old_thread_is_not_asked_for_once_more_whether_it_grew():
    world, server, chain = talkative(5)
    world.now = server.posts[chain[-1]]["at"] + timedelta(minutes=10)
    unrolled(world, server.url(chain[0]))
    assert len(world.asked) == 2
    world.now -= timedelta(minutes=1)
    unrolled(world, server.url(chain[0]))
    assert len(world.asked) == 3


# --- what is missing -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("place", [0, 70, 80, 149])
def test_the_place_of_a_deleted_post_in_a_long_thread_is_named(place):
    world, server, chain = talkative(150)
    urls = [server.url(number) for number in chain]
    lost = chain.pop(74)
    server.delete(lost)
    thread = unrolled(world, urls[place])
    assert ids(thread.posts) == server.uris(chain)
    assert thread.completeness.state == "incomplete"
    (gap,) = thread.gaps
    assert (gap.after, gap.before) == (server.uri(chain[73]), server.uri(chain[74]))
    assert (gap.reason, gap.says, gap.count) == ("deleted", "deleted", 1)
    assert len(world.asked) <= 7, world.kinds()


@pytest.mark.parametrize("place", [0, 6])
def test_a_number_that_was_announced_leads_behind_a_deleted_post(place):
    world, server = one_server()
    chain = server.thread("ann", 8, text="{}/8 of a thread")
    urls = [server.url(number) for number in chain]
    server.delete(chain.pop(3))
    thread = unrolled(world, urls[place])
    assert ids(thread.posts) == server.uris(chain)
    assert [(gap.reason, gap.number) for gap in thread.gaps] == [("deleted", 4)]
    assert len(world.asked) <= 4


def kinds(conversation):
    return [note.kind for note in conversation.notes]


def test_where_a_deletion_may_hide_what_followed_the_reader_is_told():
    world, server, chain = talkative(20)
    lost = chain[9]
    server.delete(lost)
    conversation = seen(world, server.url(chain[0]))
    thread = assemble(conversation)
    assert world.kinds() == ["status", "context"]
    assert (ids(thread.posts), thread.completeness.state) == (server.uris(chain[:9]), "complete")
    assert kinds(conversation) == ["deletions-untold"]
    assert kinds(assemble(conversation).completeness) == ["deletions-untold"]


def test_where_the_authors_posts_were_listed_no_deletion_hides_anything():
    world, server, chain = talkative(70)
    conversation = seen(world, server.url(chain[0]))
    assert is_whole(server, assemble(conversation), chain)
    assert ("list" in world.kinds(), kinds(conversation)) == (True, [])


@pytest.mark.parametrize("gone", ["somebody else's post", "her own first answer"])
def test_what_answered_a_deleted_post_of_nobody_knows_whom_is_no_certain_beginning(gone):
    world, server = one_server()
    question = server.post("bob", "Why?")
    chain = server.thread("ann", 3, to=question)
    if gone == "her own first answer":
        question = chain.pop(0)
    server.delete(question)
    thread = unrolled(world, server.url(chain[-1]))
    assert (ids(thread.posts), thread.gaps) == (server.uris(chain), ())
    assert (thread.completeness.state, thread.completeness.ends_reached) == ("open", False)


def test_of_a_thread_of_one_post_nothing_can_be_torn_off():
    world, server, chain = talkative(1, every=1)
    assert kinds(seen(world, server.url(chain[0]))) == []


def test_in_a_thread_with_branches_a_list_from_its_end_does_not_show_every_deletion():
    world, server, chain = talkative(10)
    lost = server.post("ann", to=chain[5])
    server.post("ann", to=lost)
    fork = server.thread("ann", 3, to=chain[3])
    for _ in range(60):
        chain.append(server.post("ann", to=chain[-1]))
    server.delete(lost)
    conversation = seen(world, server.url(chain[0]))
    thread = assemble(conversation)
    assert ids(thread.posts) == server.uris(chain)
    assert [ids(branch.posts) for branch in thread.branches] == [server.uris(fork)]
    assert ("list" in world.kinds(), kinds(conversation)) == (True, ["deletions-untold"])


def test_a_list_that_holds_nothing_shows_no_deletion():
    world, server, chain = talkative(3)
    world.now = START + timedelta(minutes=5)
    conversation = seen(world, server.url(chain[0]))
    assert (world.kinds(), kinds(conversation)) == (["status", "context", "list"], ["deletions-untold"])


def test_from_behind_a_deleted_post_what_came_before_is_found():
    world, server = one_server()
    chain = server.thread("ann", 8)
    url = server.url(chain[6])
    server.delete(chain.pop(3))
    thread = unrolled(world, url)
    assert ids(thread.posts) == server.uris(chain)
    assert len(thread.gaps) == 1
    assert world.kinds() == ["status", "context", "list", "context"]


@pytest.mark.parametrize("between", ["a thread of its own", "too long a time", "another numbering"])
def test_a_torn_piece_joins_nothing_that_it_need_not_belong_to(between):
    world, server = one_server()
    numbered = between == "another numbering"
    earlier = server.thread("ann", 3, text="{}/3 one" if numbered else "Post {}.")
    if between == "a thread of its own":
        server.post("ann", "By the way.")
    first = server.post("ann", "1/3 two", minutes=100 if between == "too long a time" else 1)
    torn = server.post("ann", "2/3 two" if numbered else "More.", to=first)
    server.delete(first)
    thread = unrolled(world, server.url(torn))
    assert ids(thread.posts) == [server.uri(torn)]
    assert server.uri(earlier[-1]) not in str(thread)
    assert thread.completeness.state == "incomplete"


def test_a_page_that_ends_where_the_thread_seems_to_end_is_not_the_last():
    world, server = one_server()
    chain = []
    for _ in range(80):
        chain.append(server.post("ann", to=chain[-1] if chain else None))
        for _ in range(4 if len(chain) < 15 else 0):
            server.post("bob", "Indeed.", to=chain[-1])
    server.delete(chain.pop(12 + 40 + 1))
    thread = unrolled(world, server.url(chain[0]))
    assert ids(thread.posts) == server.uris(chain)
    assert len(thread.gaps) == 1


@pytest.mark.parametrize("between", ["nothing", "a thread of its own"])
def test_a_torn_piece_after_a_thread_joins_it_unless_another_one_began_in_between(between):
    world, server = one_server()
    chain = server.thread("ann", 25)
    if between != "nothing":
        server.post("ann", "By the way.")
    lost = server.post("ann", "Lost.", to=chain[-1] if between == "nothing" else None)
    torn = server.post("ann", "More.", to=lost)
    server.delete(lost)
    thread = unrolled(world, server.url(chain[0]))
    assert ids(thread.posts) == server.uris([*chain, torn] if between == "nothing" else chain)
    assert thread.completeness.state == ("incomplete" if between == "nothing" else "complete")


def test_posts_without_a_time_are_not_joined_by_time():
    world, server = one_server()
    chain = server.thread("ann", 3)
    url = server.url(chain[2])
    server.posts[chain[0]]["words"]["created_at"] = None
    server.delete(chain.pop(1))
    assert ids(unrolled(world, url).posts) == [server.uri(chain[1])]


def test_answers_to_others_between_do_not_part_a_thread_from_its_torn_piece():
    world, server = one_server()
    chain = server.thread("ann", 2)
    question = server.post("bob", "Well?")
    server.post("ann", "Well.", to=question)
    chain += server.thread("ann", 2, to=chain[-1])
    url = server.url(chain[3])
    server.delete(chain.pop(1))
    thread = unrolled(world, url)
    assert server.uri(question) not in str(thread)


@pytest.mark.parametrize("place", [0, 6])
def test_a_post_for_followers_only_keeps_its_place_and_says_nothing(place):
    world, server, chain = talkative(8)
    secret = chain.pop(3)
    server.posts[secret] |= {"visibility": "private", "text": "a secret"}
    thread = unrolled(world, server.url(chain[place]))
    assert ids(thread.posts) == server.uris(chain)
    assert "a secret" not in str(thread)
    assert [(gap.reason, gap.says, gap.after) for gap in thread.gaps] == [
        ("unknown", "not-found", server.uri(chain[2]))
    ]
    assert world.kinds() == ["status", "context", "status"]


def test_a_first_post_that_is_for_followers_only_is_a_gap_at_the_start():
    world, server, chain = talkative(4)
    server.posts[chain[0]]["visibility"] = "private"
    thread = unrolled(world, server.url(chain[2]))
    assert ids(thread.posts) == server.uris(chain[1:])
    assert [(gap.after, gap.before) for gap in thread.gaps] == [(None, server.uri(chain[1]))]


def test_a_post_that_could_not_be_asked_for_is_out_of_reach():
    world, server, chain = talkative(6)
    server.posts[chain[2]]["visibility"] = "private"
    world.refuse = lambda request: Refused(kind="network") if request.url.endswith(chain[2]) else None
    thread = unrolled(world, server.url(chain[5]))
    assert [(gap.reason, gap.before) for gap in thread.gaps] == [("unreachable", server.uri(chain[3]))]


def test_public_and_unlisted_posts_are_shown():
    world, server, chain = talkative(4)
    server.posts[chain[2]]["visibility"] = "unlisted"
    thread = unrolled(world, server.url(chain[0]))
    assert [post.visibility for post in thread.posts] == ["public", "public", "unlisted", "public"]


# --- limits on the way -----------------------------------------------------------------------------------------


def test_a_limit_midway_gives_a_shorter_thread_that_says_where_it_ends():
    world, server, chain = talkative(150)
    until = START
    world.refuse = lambda request: (
        Refused(kind="rate", detail="Too many.", until=until) if len(world.asked) > 4 else None
    )
    conversation = seen(world, server.url(chain[0]))
    thread = assemble(conversation)
    assert ids(thread.posts) == server.uris(chain[:101])
    assert thread.completeness.state == "open"
    assert [(f.post, f.why, f.hidden) for f in conversation.frontiers] == [(server.uri(chain[100]), "unreachable", 1)]
    assert len(world.asked) == 5


@pytest.mark.parametrize(
    ("words", "shown"), [(["/context", "/accounts/"], 1), (["/accounts/"], 30), (["/context"], 30)]
)
def test_what_could_not_be_asked_about_is_out_of_reach(words, shown):
    world, server, chain = talkative(30)
    world.refuse = refusing(*words)
    conversation = seen(world, server.url(chain[0]))
    thread = assemble(conversation)
    assert ids(thread.posts) == server.uris(chain[:shown])
    assert [frontier.why for frontier in conversation.frontiers] == ["unreachable"] * (shown == 1)
    assert thread.completeness.state == ("open" if shown == 1 else "complete")


def test_a_source_stops_at_its_ceiling_of_posts():
    world, server, chain = talkative(200)
    conversation = seen(world, server.url(chain[0]), Scope(posts=90))
    assert 90 <= len(conversation.posts) <= 130
    assert assemble(conversation).completeness.state == "open"
    conversation = seen(world, server.url(chain[199]), Scope(posts=50))
    assert 50 <= len(conversation.posts) <= 100


def test_an_author_who_does_not_want_to_be_shown_is_not_asked_for_more():
    world, server, chain = talkative(100)
    server.person("ann", suspended=True)
    seen(world, server.url(chain[0]))
    assert world.kinds() == ["status", "context"]


# --- boosts, quotes, other servers -----------------------------------------------------------------------------


def test_a_boost_leads_to_what_was_boosted():
    world, server, chain = talkative(3)
    boost = server.post("bob", "")
    server.posts[boost]["words"]["reblog"] = server.status(chain[1])
    conversation = seen(world, server.url(boost))
    assert conversation.anchor == server.uri(chain[1])
    assert is_whole(server, assemble(conversation), chain)
    assert world.kinds() == ["status", "context", "context"]


def test_quoted_posts_come_along_down_to_the_last():
    world, server, chain = talkative(2)
    deep = server.post("bob", "Deep.")
    quoted = server.post("bob", "Quoted.")
    server.posts[quoted]["words"]["quote"] = {"state": "accepted", "quoted_status": server.status(deep)}
    server.posts[chain[1]]["words"]["quote"] = {"state": "accepted", "quoted_status": server.status(quoted)}
    assert {post.text for post in seen(world, server.url(chain[0])).quoted} == {"Quoted.", "Deep."}


def test_what_a_post_from_a_listing_quotes_comes_along():
    world, server, chain = talkative(40)
    quoted = server.post("bob", "Quoted.")
    server.posts[chain[35]]["words"]["quote"] = {"state": "accepted", "quoted_status": server.status(quoted)}
    assert [post.text for post in unrolled(world, server.url(chain[0])).quoted] == ["Quoted."]


def test_a_listing_brings_counts_up_to_date():
    world, server, chain = talkative(40)
    server.post("bob", "Hm.", to=chain[10])
    stale = server.status(chain[10])
    server.edit = lambda path, body: (
        {**body, "descendants": [s if s["id"] != chain[10] else stale for s in body["descendants"]]}
        if path.endswith(f"{chain[0]}/context")
        else body
    )
    fork = server.post("ann", "By the way.", to=chain[10])
    thread = unrolled(world, server.url(chain[20]))
    assert [ids(branch.posts) for branch in thread.branches] == [[server.uri(fork)]]


def two_servers():
    world = Fediverse(HOST, "fern.example")
    return world, world.servers[HOST], world.servers["fern.example"]


def test_a_post_seen_on_another_server_is_read_where_it_lives():
    world, here, there = two_servers()
    chain = there.thread("bob", 30)
    copies = [here.copy(there, number) for number in chain[:3]]
    conversation = seen(world, f"https://{HOST}/@bob@fern.example/{copies[1]}")
    assert conversation.anchor == there.uri(chain[1])
    assert is_whole(there, assemble(conversation), chain)
    hosts = [request.url.split("/")[2] for request in world.asked]
    assert hosts == [HOST, HOST, "fern.example", "fern.example", "fern.example"]
    assert conversation.address == f"https://{HOST}/@bob@fern.example/{copies[1]}"


def test_a_comment_below_a_thread_of_another_server_leads_to_that_server():
    world, here, there = two_servers()
    chain = there.thread("bob", 6)
    copies = [here.copy(there, number) for number in chain]
    comment = here.post("ann", "Really?", to=copies[2])
    second = here.post("cat", "Yes.", to=comment)
    conversation = seen(world, here.url(second))
    assert conversation.anchor == here.uri(second)
    assert is_whole(there, assemble(conversation), chain)
    assert len(world.asked) == 4


def test_a_thread_of_another_server_that_does_not_answer_is_not_made_of_copies():
    world, here, there = two_servers()
    chain = there.thread("bob", 6)
    copies = [here.copy(there, number) for number in chain]
    comment = here.post("ann", "Really?", to=copies[2])
    del world.servers["fern.example"]
    thread = unrolled(world, here.url(comment))
    assert (ids(thread.posts), thread.context) == ([here.uri(comment)], ())
    assert thread.posts[0].parent == there.uri(chain[2])


def test_copies_of_what_its_own_server_no_longer_has_are_not_shown():
    world, here, there = two_servers()
    chain = there.thread("bob", 3)
    copies = [here.copy(there, number) for number in chain]
    comment = here.post("ann", "Really?", to=copies[2])
    lost = there.uri(chain[2])
    there.delete(chain[2])
    thread = unrolled(world, here.url(comment))
    assert ids(thread.posts) == [here.uri(comment)]
    assert lost not in ids(thread.context)


def test_the_page_of_a_thread_has_the_id_of_its_first_post_in_its_address():
    world, server, chain = talkative(3)
    conversation = seen(world, server.url(chain[2]))
    ref = key_of(conversation, assemble(conversation))
    assert path(ref) == f"/t/fedi/{HOST}/users/ann/statuses/{chain[0]}"
    assert from_path(path(ref)) == ref == Ref("fedi", server.uri(chain[0]))


def test_a_remote_comment_is_no_context_and_costs_no_request():
    world, here, there = two_servers()
    chain = here.thread("ann", 2)
    there.copy(here, chain[0])
    far = there.post("bob", "Indeed.", to=next(iter(there.posts)))
    here.copy(there, far)
    conversation = seen(world, here.url(chain[0]))
    thread = assemble(conversation)
    assert is_whole(here, thread, chain)
    assert (thread.context, [author.handle for author in thread.authors]) == ((), [f"ann@{HOST}"])
    assert "bob" not in str(conversation)
    assert len(world.asked) == 2


def test_servers_that_lead_to_each_other_are_left_after_a_few():
    world, here, there = two_servers()
    for server, other in ((here, there), (there, here)):
        number = server.post("bob", "Elsewhere.")
        server.posts[number] |= {
            "uri": f"https://{other.host}/users/bob/statuses/{number}",
            "url": f"https://{other.host}/@bob/{number}",
            "by": f"bob@{other.host}",
        }
    with pytest.raises(NotFound):
        seen(world, f"https://{HOST}/@bob/{next(iter(here.posts))}")
    assert len(world.asked) < 20
