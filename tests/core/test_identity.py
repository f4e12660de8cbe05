"""Which posts make a page, and what leads to it."""

from typing import Any

import pytest

from tests.support.talk import a, b, chain, page, talk
from threadleaf.core.assemble import assemble
from threadleaf.core.errors import NotFound
from threadleaf.core.identity import depth, key_of, own, ways_to, whole
from threadleaf.core.model import Conversation, Missing, Ref
from threadleaf.core.ref import MIRRORS


def ways(conversation: Conversation, asked: Ref | None = None) -> set[tuple[str, str]]:
    found = ways_to(conversation, assemble(conversation), asked, MIRRORS)
    return {(ref.network, ref.id) for ref in found}


def test_every_post_by_the_author_leads_to_the_page_and_nobody_elses() -> None:
    talked = talk(
        chain(3), a("f", to="1"), b("q", to="2"), a("r", to="q"), missing=(Missing(id="x", author="a", parent="3"),)
    )
    by_handle = {("bsky", f"at://a.example/app.bsky.feed.post/{name}") for name in ("1", "2", "3", "f", "r")}
    assert ways(talked) == {("bsky", name) for name in ("1", "2", "3", "f", "r", "x")} | by_handle
    assert {post.id for post in own(assemble(talked))} == {"1", "2", "3", "f", "r"}


def test_the_spelling_that_was_asked_for_leads_there_if_it_named_a_post_of_the_thread() -> None:
    asked = Ref("bsky", "at://once.example/app.bsky.feed.post/1")
    assert (asked.network, asked.id) in ways(talk(chain(2), anchor="2"), asked)
    assert (asked.network, asked.id) not in ways(talk(chain(2), b("q", to="2"), anchor="q"), asked)


@pytest.mark.parametrize(
    ("network", "id", "url", "believed"),
    [
        ("bsky", "at://did:plc:a/app.bsky.feed.post/3k1", "https://bsky.app/profile/a.example/post/3k1", True),
        ("bsky", "at://did:plc:a/app.bsky.feed.post/3k1", "https://bsky.app/profile/a.example/post/3k2", False),
        ("bsky", "at://did:plc:a/app.bsky.feed.post/3k1", "https://a.example/@a/1", False),
        ("fedi", "https://a.example/users/a/statuses/1", "https://a.example/@a/1", True),
        ("fedi", "https://a.example/users/a/statuses/1", "https://victim.example/@v/1", False),
        ("fedi", "https://a.example/users/a/statuses/1", "https://bsky.app/profile/a.example/post/3k1", False),
        ("x", "20", "https://x.com/a/status/20", True),
        ("x", "20", "https://x.com/a/status/21", False),
    ],
)
def test_no_server_speaks_for_another_ones_posts(network: Any, id: str, url: str, believed: bool) -> None:
    own_handle = {("bsky", "at://a.example/app.bsky.feed.post/3k1")} if network == "bsky" and not believed else set()
    found = ways(talk(a(id, url=url), network=network)) - own_handle
    assert found <= {(network, id)} if not believed else (network, id) in found
    if believed and network != "x":
        assert len(found) == 2


def test_a_saved_page_is_known_by_its_address_and_its_words() -> None:
    saved = page("One.", "Two.")
    thread = assemble(saved)
    assert ways(saved) == {("page", thread.ref.id)}
    assert key_of(saved, thread) == thread.ref
    placed = page("One.", "Two.", address="https://twtext.com/article/123456")
    assert ways(placed) == {("page", thread.ref.id), ("page", "twtext.com/123456")}
    assert key_of(placed, assemble(placed)) == Ref("page", "twtext.com/123456")


def test_the_whole_is_the_thread_that_holds_all_anchors_or_the_most() -> None:
    talked = talk(chain(3), b("q", to="2"), b("s", to="q"), a("r", to="q"))
    assert whole(talked, ["r", "2", "gone"], "a") == assemble(talked, "1")
    two = talk(a("1"), b("q", to="1"), b("s", to="q"), b("t", to="s"))
    assert whole(two, ["1", "q"], "b").author.id == "b"
    assert whole(two, ["q", "1"], "a").author.id == "a"


def test_there_is_no_whole_where_all_anchors_are_gone() -> None:
    with pytest.raises(NotFound):
        whole(talk(a("1"), anchor="gone"), ["gone"], "a")


def test_depth_counts_the_levels_of_the_deepest_chain() -> None:
    assert depth(talk(chain(4), b("q", to="1")).posts) == 4
    assert depth(talk(a("5", to="4"), a("4", to="3"), a("3", to="gone")).posts) == 3
    assert depth(chain(30_000)) == 30_000
    assert depth([]) == 0


def test_depth_of_a_circle_is_its_length() -> None:
    assert depth([a("1", to="3"), a("2", to="1"), a("3", to="2")]) == 3


def test_an_answer_below_a_lone_post_is_not_claimed_for_it() -> None:
    talked = talk(b("1"), a("2", to="1"), a("3", to="2"), b("5", to="3"))
    assert {post.id for post in assemble(talked, "1").replies_by_author} == {"5"}
    assert ways(talked) == {("bsky", "1"), ("bsky", "at://b.example/app.bsky.feed.post/1")}


def test_a_missing_place_on_another_server_is_not_claimed() -> None:
    here, there = "https://a.example/users/a/statuses/2", "https://b.example/users/a/statuses/1"
    talked = talk(a(here, to=there, parent_author="a"), network="fedi")
    assert ways(talked) == {("fedi", here)}
