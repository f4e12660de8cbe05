"""How far one reading of Bluesky goes, how the next one goes on, and what is told meanwhile."""

import pytest

from tests.support.bluesky import Bluesky, did, is_whole, refusing
from threadleaf.core.assemble import assemble
from threadleaf.core.merge import merge
from threadleaf.wire import Scope


def talkative(length):
    """A thread of which other people answer every third post."""
    network = Bluesky()
    chain = network.thread("ann", length)
    for post in chain[::3]:
        network.post("bob", "Indeed.", to=post)
    return network, chain


def goes_on_at(conversation):
    """The first open end that a limit left, in reading order: there the next reading begins."""
    cut = {frontier.post for frontier in conversation.frontiers if frontier.why in ("limit", "unreachable")}
    return next((end for end in assemble(conversation).completeness.open_ends if end in cut), None)


@pytest.mark.parametrize(("length", "most"), [(60, 1), (60, 15), (250, 40), (1100, 150), (1100, 500)])
def test_a_reading_stops_after_so_many_posts_and_the_next_one_goes_on_from_the_last(length, most):
    network, chain = talkative(length)
    known = network.seen(chain[0], Scope(posts=most))
    assert len(known.posts) <= most + 200, "no page or answer too much"
    readings = 1
    while (end := goes_on_at(known)) is not None:
        assert end == assemble(known).posts[-1].id
        known = merge(known, network.seen(end, Scope(posts=most)))
        readings += 1
        assert readings <= 2 + 2 * length // max(10, most // 2)
    thread = assemble(known)
    assert [post.id for post in thread.posts] == chain
    assert (thread.gaps, readings > 1) == ((), True)


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
    assert {*chain[801:1000]} <= seen
    assert chain[0] not in seen


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
        "Reading entries 101–200 of the author's list of posts",
        "Reading posts 12–36 of 60",
        "Reading posts 37–60 of 60",
        "Reading a profile",
    ]
    network = Bluesky()
    chain = network.thread("ann", 83)
    network.seen(chain[60])
    assert [request.purpose for request in network.asked] == [
        "Reading the thread",
        "Reading a profile",
        "Reading what comes before",
        "Reading posts 72–83 of 83",
        "Reading posts 82–83 of 83",
    ]
