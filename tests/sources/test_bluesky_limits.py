"""How far one reading of Bluesky goes, how the next one goes on, and what is told meanwhile."""

from itertools import islice

import pytest

from tests.support.bluesky import Bluesky, did, is_whole, refusing
from threadleaf.core.again import brings_on, unfinished
from threadleaf.core.assemble import assemble
from threadleaf.core.merge import merge
from threadleaf.wire import Refused, Scope


def talkative(length):
    """A thread of which other people answer every third post."""
    network = Bluesky()
    chain = network.thread("ann", length)
    for post in chain[::3]:
        network.post("bob", "Indeed.", to=post)
    return network, chain


def readings(network, uri, most, scope=Scope()):  # noqa: B008 -- frozen
    """What is known after each of several readings of at most `most` requests, each of which goes on from the last.

    It is gone on as the service does it, until nothing is left to go on with, or nothing more comes.
    """
    known = sparing(network, uri, most, scope)
    yield known
    while places := unfinished(known):
        fresh = (sparing(network, place, most, scope) for place in places)
        more = next((reading for reading in fresh if brings_on(known, reading)), None)
        if more is None:
            return
        known = merge(known, more)
        yield known


def sparing(network, uri, most, scope):
    """A reading of at most `most` requests."""
    network.refuse = lambda request: Refused(kind="limit") if len(network.asked) > most else None
    return network.seen(uri, scope)


def shown(conversation):
    return [post.id for post in assemble(conversation).posts]


PLACES = {
    "first": lambda chain: chain[0],
    "middle": lambda chain: chain[len(chain) // 2],
    "last": lambda chain: chain[-1],
}


@pytest.mark.parametrize(
    ("length", "most", "place"),
    [
        *((length, most, place) for length in (60, 400) for most in (3, 8, 16, 20, 30) for place in PLACES),
        *(
            (1100, most, place)
            for most, place in ((3, "last"), (8, "middle"), (16, "last"), (20, "middle"), (30, "first"))
        ),
    ],
)
def test_a_reading_stopped_by_a_ceiling_of_requests_goes_on_until_the_thread_is_whole(length, most, place):
    network, chain = talkative(length)
    steps = list(readings(network, PLACES[place](chain), most))
    sizes = [(len(known.posts), -len(unfinished(known))) for known in steps]
    assert [posts for posts, _ in sizes] == sorted({posts for posts, _ in sizes}), "each has more posts"
    assert is_whole(assemble(steps[-1]), chain)
    assert len(steps) <= 1 + length // 9


@pytest.mark.parametrize("most", [8, 16, 20, 30])
def test_what_a_reading_that_is_stopped_has_asked_for_are_posts_and_not_names(most):
    network, chain = talkative(1100)
    first, second = islice(readings(network, chain[0], most), 2)
    assert len(shown(first)) >= 11 + 25 * (most * 3 // 4 - 4)
    assert len(shown(second)) >= len(shown(first)) + 25 * (most * 3 // 4 - 4)


@pytest.mark.parametrize("where", ["first", "last", "branch", "middle"])
def test_a_thread_with_a_branch_is_whole_after_readings_of_three_requests(where):
    network, chain = talkative(60)
    branch = network.thread("ann", 3, to=chain[19])
    begin = {"first": chain[0], "last": chain[-1], "branch": branch[1], "middle": chain[30]}[where]
    steps = list(readings(network, begin, 3))
    thread = assemble(steps[-1])
    assert is_whole(thread, chain)
    assert [[post.id for post in branch.posts] for branch in thread.branches] == [branch]
    assert len(steps) <= 8


@pytest.mark.parametrize("flat", [True, False])
def test_posts_that_hide_answers_do_not_open_again_and_again(flat):
    network, chain = talkative(60)
    network.flat = flat
    for uri in chain[5::9]:
        network.hide(network.post("bob", "Rude.", to=uri))
    steps = list(readings(network, chain[30], 4))
    assert shown(steps[-1]) == chain
    assert unfinished(steps[-1]) == ()


@pytest.mark.parametrize("words", [("plc.directory",), ("listRecords",), ("getPosts?",), ("plc.directory", "post%2F")])
@pytest.mark.parametrize("place", PLACES)
def test_whatever_was_refused_there_is_a_place_to_go_on_and_a_reason(words, place):
    network, chain = talkative(60)
    network.delete(chain[40])
    known = network.seen(PLACES[place](chain))
    wanted = shown(known)
    network.refuse = (
        refusing(*words) if "post%2F" not in words else refusing("plc.directory", f"post%2F{chain[10][-13:]}")
    )
    known = network.seen(PLACES[place](chain))
    thread = assemble(known)
    assert unfinished(known) or shown(known) == wanted
    network.refuse = lambda request: None
    while (places := unfinished(known)) and brings_on(known, more := network.seen(places[0])):
        known = merge(known, more)
    assert shown(known) == wanted
    assert (thread.completeness.state, unfinished(known)) == ("incomplete", ())


def test_what_is_counted_and_not_there_is_out_of_reach_where_the_repository_is():
    network = Bluesky()
    chain = network.thread("ann", 12)
    network.delete(chain[5])
    network.refuse = refusing("plc.directory")
    known = network.seen(chain[0])
    (gap,) = assemble(known).gaps
    assert (gap.after, gap.count, gap.reason) == (chain[4], 7, "unreachable")
    assert unfinished(known) == (chain[4],)
    network.refuse = lambda request: None
    known = merge(known, network.seen(chain[4]))
    assert shown(known) == [*chain[:5], *chain[6:]]
    assert [gap.id for gap in assemble(known).gaps] == [chain[5]]


def test_what_stands_below_a_lost_post_and_could_not_be_asked_for_is_told_and_gone_on_with():
    network = Bluesky()
    chain = network.thread("ann", 60)
    network.delete(chain[40])
    network.post("ann", "Because.", to=network.post("bob", "Why?", to=chain[3]))
    network.refuse = refusing("getPosts?")
    known = network.seen(chain[30])
    assert assemble(known).completeness.state != "complete"
    assert unfinished(known) != ()
    steps = list(readings(network, chain[30], 8))
    assert shown(steps[-1]) == [*chain[:40], *chain[41:]]
    assert [gap.id for gap in assemble(steps[-1]).gaps] == [chain[40]]


@pytest.mark.parametrize("most", [4, 5, 6, 7])
def test_a_continuation_that_could_not_be_asked_for_is_found_by_the_next_readings(most):
    network = Bluesky()
    chain = network.thread("ann", 60)
    comment = network.post("bob", "And then?", to=chain[3])
    more = network.thread("ann", 40, to=comment)
    first, *_, last = readings(network, chain[30], most)
    assert assemble(first).completeness.state != "complete"
    assert is_whole(assemble(last), [*chain, *more])


def test_a_first_post_that_could_not_be_asked_for_is_a_place_to_go_on():
    network = Bluesky()
    chain = network.thread("ann", 12)
    network.delete(chain[5])
    network.refuse = refusing("plc.directory", f"post%2F{chain[0][-13:]}")
    known = network.seen(chain[-1])
    assert shown(known) == chain[6:]
    assert unfinished(known) == (chain[0],)
    network.refuse = lambda request: None
    assert shown(merge(known, network.seen(chain[0]))) == [*chain[:5], *chain[6:]]


def test_when_nothing_comes_any_more_no_more_is_asked():
    network, chain = talkative(600)
    network.refuse = lambda request: Refused(kind="network") if len(network.asked) > 13 else None
    conversation = network.seen(chain[-1])
    assert shown(conversation) == chain
    assert len(network.asked) <= 13 + 8 * 4 + 3
    assert "unreachable" in {frontier.why for frontier in conversation.frontiers}


@pytest.mark.parametrize(("length", "most"), [(60, 1), (60, 15), (250, 40), (700, 150), (1100, 500)])
def test_a_reading_stops_after_so_many_posts_and_the_next_one_goes_on_from_the_last(length, most):
    network, chain = talkative(length)
    steps = list(readings(network, chain[0], 1000, scope=Scope(posts=most)))
    assert len(steps[0].posts) <= most + 200, "no page or answer too much"
    for known in steps[:-1]:
        if shown(known) != chain:
            assert unfinished(known)[0] in (shown(known)[-1], chain[len(shown(known))])
    assert is_whole(assemble(steps[-1]), chain)
    assert 1 < len(steps) <= 4 + 2 * length // 10


def test_after_a_ceiling_of_posts_the_next_readings_go_upwards_too():
    network, chain = talkative(1100)
    steps = list(readings(network, chain[700], 1000, scope=Scope(posts=200)))
    assert chain.index(shown(steps[0])[0]) > 500
    assert is_whole(assemble(steps[-1]), chain)
    grown = [known for known in steps if shown(known) != chain]
    assert len(grown) <= 16


def test_a_thread_that_is_just_as_long_as_what_may_be_read_is_whole():
    network, chain = talkative(11)
    assert is_whole(network.unrolled(chain[0], Scope(posts=len(network.records))), chain)


def test_the_profiles_of_those_who_are_shown_are_read_after_the_ceiling_too():
    network, chain = talkative(60)
    conversation = network.seen(chain[0], Scope(posts=5))
    assert network.methods() == ["getPostThreadV2"]
    assert network.people() == [[did("ann")], [did("bob")]]
    assert [author.signals for author in conversation.authors] == [(), ()]


def test_posts_of_the_authors_other_threads_do_not_count():
    network, chain = talkative(60)
    for _ in range(300):
        network.post("ann", "Something else.")
    assert [post.id for post in network.unrolled(chain[0], Scope(posts=200)).posts] == chain


def test_a_reading_that_goes_on_lists_the_repository_from_there_if_the_first_post_is_too_far_up():
    network, chain = talkative(1100)
    conversation = network.seen(chain[800], Scope(posts=300))
    seen = {post.id for post in conversation.posts}
    assert {*chain[801:900]} <= seen
    assert chain[0] not in seen
    assert len(network.methods()) <= 12


def test_the_hosts_are_those_of_the_scope():
    network, chain = talkative(60)
    network.refuse = refusing("public.api.bsky.app", "plc.directory")
    scope = Scope(appview="http://localhost:2584", directory="http://localhost:2582")
    network.server = "http://localhost:2583"
    assert is_whole(network.unrolled(chain[0], scope), chain)
    assert {request.url.split("/xrpc/")[0] for request in network.asked if "/xrpc/" in request.url} == {
        "http://localhost:2584",
        "http://localhost:2583",
    }


def test_whoever_waits_is_told_what_is_read():
    network, chain = talkative(60)
    network.seen(chain[0])
    assert [request.purpose for request in network.asked] == [
        "Reading the thread",
        "Reading a profile",
        "Looking up where the author's posts are kept",
        "Reading entries 1–100 of the author's list of posts",
        "Reading posts 12–36 of 60",
        "Reading entries 101–200 of the author's list of posts",
        "Reading posts 37–60 of 60",
        "Reading a profile",
    ]
    network = Bluesky()
    chain = network.thread("ann", 83)
    network.seen(chain[60])
    assert [request.purpose for request in network.asked] == [
        "Reading the thread",
        "Reading a profile",
        "Reading posts 72–83 of 83",
        "Reading posts 82–83 of 83",
        "Reading what comes before",
    ]
