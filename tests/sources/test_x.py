"""Asking X for a thread: few questions, for little money, nothing lost, nothing claimed that was not seen.

The network is the fake of `threadleaf.fakes.x`, driven without any connection.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Literal

import pytest

from tests.support.x import NOON, World, ids
from threadleaf.core.assemble import assemble
from threadleaf.core.errors import NotFound, NotNow, UnknownAddress
from threadleaf.core.errors import Refused as Withheld
from threadleaf.core.merge import merge
from threadleaf.core.model import Ref, Thread
from threadleaf.fakes.x import Response
from threadleaf.sources import x
from threadleaf.wire import Refused, Request, Scope

EARLIER = NOON - timedelta(hours=3)
LONG_AGO = NOON - timedelta(days=30)


def world(texts: int = 5) -> tuple[World, list[str]]:
    """A thread of Ada's, written three hours ago."""
    made = World()
    made.person("ada", bio="Mills & tides.")
    return made, made.thread("ada", [f"{number}/{texts} of it." for number in range(1, texts + 1)], at=EARLIER)


def texts(thread: Thread) -> list[str]:
    return [post.text for post in thread.posts]


def is_whole(thread: Thread, chain: list[str]) -> bool:
    return (ids(thread.posts), thread.completeness.state) == (chain, "complete")


def gaps(thread: Thread) -> list[tuple[str, str, str]]:
    return [(gap.reason, gap.says, gap.id) for gap in thread.gaps]


# --- how much is asked -----------------------------------------------------------------------------------------


def test_a_thread_takes_two_requests_from_its_first_post() -> None:
    here, chain = world(25)
    assert is_whole(here.unrolled(chain[0]), chain)
    assert here.kinds() == ["tweets", "recent"]
    assert here.bill.total == 25 * 5_000 + 10_000


@pytest.mark.parametrize("place", [1, 12, 24])
def test_a_thread_takes_one_more_from_any_other_post_since_searches_lack_the_first(place: int) -> None:
    here, chain = world(25)
    assert is_whole(here.unrolled(chain[place]), chain)
    assert here.kinds() == ["tweets", "recent", "tweets"]


def test_where_a_search_finds_the_first_post_too_two_are_enough() -> None:
    here, chain = world()
    here.root_in_search = True
    assert is_whole(here.unrolled(chain[3]), chain)
    assert here.kinds() == ["tweets", "recent"]


def test_a_single_post_without_answers_takes_one() -> None:
    here, chain = world(1)
    assert is_whole(here.unrolled(chain[0]), chain)
    assert here.kinds() == ["tweets"]


def test_a_single_post_that_others_answer_is_complete() -> None:
    here, chain = world(1)
    here.post("bob", "Indeed.", to=chain[0], at=NOON - timedelta(hours=1))
    thread = here.unrolled(chain[0])
    assert is_whole(thread, chain)
    assert here.kinds() == ["tweets", "recent"]


def test_more_than_a_page_is_read_page_by_page() -> None:
    here, chain = world(230)
    assert is_whole(here.unrolled(chain[0], x_posts=500), chain)
    assert here.kinds() == ["tweets", "recent", "recent", "recent"]


def test_nothing_is_asked_but_of_the_api_and_with_its_credential() -> None:
    here, chain = world()
    here.unrolled(chain[2], x_api="https://x.example")
    assert {request.credential for request in here.requests} == {"x"}
    assert all(request.url.startswith("https://x.example/2/tweets") for request in here.requests)
    assert all(request.purpose for request in here.requests)


# --- both vocabularies -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("understood", ["tweet", "post"])
@pytest.mark.parametrize("tried", ["tweet", "post"])
def test_both_vocabularies_give_the_same_conversation(
    understood: Literal["tweet", "post"], tried: Literal["tweet", "post"]
) -> None:
    def told(words: Literal["both", "tweet", "post"]) -> tuple[object, list[str]]:
        here = everything()
        here.words = words
        chain = [name for name, tweet in here.tweets.items() if tweet.raw.startswith("1/")]
        seen = here.run(chain[0], x_words=tried)
        return seen, here.kinds()

    seen, asked = told(understood)
    usual, _ = told("both")
    assert seen == usual
    assert asked[:2] == (["tweets", "recent"] if understood == tried else ["tweets", "tweets"])


def everything() -> World:
    """A thread with a bit of each kind of thing, and what others say to it."""
    here = World()
    here.person("ada")
    first = here.post("ada", "1/ Tea & <mills> https://example.org/a", at=EARLIER, media=[PHOTO])
    other = here.post("cy", "Elsewhere.", at=EARLIER - timedelta(days=1))
    second = here.post("ada", "2/ Look", to=first, quotes=other, at=EARLIER + timedelta(seconds=1))
    third = here.post("ada", "3/ " + "Long & wide. " * 40, to=second, at=EARLIER + timedelta(seconds=2))
    here.post("ada", "4/ What now?", to=third, poll=("Go", "Stay"), at=EARLIER + timedelta(seconds=3))
    said = here.post("bob", "Why?", to=first, at=EARLIER + timedelta(minutes=9))
    here.post("ada", "Because.", to=said, at=EARLIER + timedelta(minutes=10))
    return here


PHOTO = {"type": "photo", "url": "https://pbs.twimg.com/a.jpg", "alt_text": "A mill.", "width": 3, "height": 2}


def test_what_others_said_is_there_with_who_said_it() -> None:
    here = everything()
    first = next(iter(here.tweets))
    thread = here.unrolled(first)
    assert [text[:4] for text in texts(thread)] == ["1/ T", "2/ L", "3/ L", "4/ W"]
    assert [post.text for post in thread.replies_by_author] == ["Because."]
    assert [post.text for post in thread.context] == ["Why?"]
    assert [post.text for post in thread.quoted] == ["Elsewhere."]
    assert {author.handle for author in thread.authors} >= {"bob", "cy"}
    assert all(not author.signals for author in thread.authors)
    assert thread.completeness.state == "complete"


def test_what_x_does_not_understand_in_either_vocabulary_is_told() -> None:
    here, chain = world()
    here.before = lambda _method, _path: Response(400, b'{"title": "Invalid Request"}')
    with pytest.raises(NotNow) as caught:
        here.unrolled(chain[0])
    assert caught.value.sentence == "X answered with the error 400. Please try again later."
    assert len(here.requests) == 2


# --- whose thread ----------------------------------------------------------------------------------------------


def test_from_a_strangers_answer_the_thread_above_is_read_and_the_stranger_costs_nothing_more() -> None:
    here, chain = world()
    said = here.post("bob", "@ada indeed", to=chain[2], at=NOON - timedelta(hours=1))
    assert is_whole(here.unrolled(said), chain)
    assert here.kinds() == ["tweets", "tweets", "recent"]
    assert [request.url.count("from:bob") for request in here.requests] == [0, 0, 0]


def test_from_deep_in_a_talk_of_strangers_the_first_thread_above_is_read() -> None:
    here, chain = world()
    node = chain[1]
    for number, name in enumerate(["bob", "cy", "bob", "dee"]):
        node = here.post(name, f"Say {number}.", to=node, at=EARLIER + timedelta(minutes=number + 1))
    assert is_whole(here.unrolled(node), chain)


def test_a_thread_in_answer_to_somebody_else_is_its_authors() -> None:
    here, chain = world(1)
    mine = here.thread("bob", ["One.", "Two.", "Three."], to=chain[0], at=EARLIER + timedelta(minutes=5))
    thread = here.unrolled(mine[1])
    assert (ids(thread.posts), thread.author.handle) == (mine, "bob")
    assert [(post.text, post.author) for post in thread.context] == [("1/1 of it.", thread.posts[0].parent_author)]


def test_of_people_who_only_talk_a_few_are_searched_and_the_post_stands_alone() -> None:
    here, chain = world(1)
    node = chain[0]
    for number in range(8):
        node = here.post(f"p{number}", f"Say {number}.", to=node, at=EARLIER + timedelta(minutes=number + 1))
    thread = here.unrolled(here.newest()[1].id)
    assert texts(thread) == ["Say 6."]
    assert here.kinds().count("recent") == x.AUTHORS


def test_a_repost_leads_to_what_was_posted() -> None:
    here, chain = world()
    shared = here.post("bob", "RT @ada: 1/5 of it.", at=NOON - timedelta(hours=1))
    here.tweets[shared].references = (("retweeted", chain[1]),)
    assert is_whole(here.unrolled(shared), chain)


def test_a_repost_of_itself_leads_nowhere() -> None:
    here, chain = world(1)
    here.tweets[chain[0]].references = (("retweeted", chain[0]), ("replied_to", "no id"))
    assert ids(here.unrolled(chain[0]).posts) == chain


def test_answers_of_the_author_to_others_and_forks_are_kept() -> None:
    here, chain = world()
    late = here.post("ada", "A correction.", to=chain[1], at=EARLIER + timedelta(minutes=30))
    thread = here.unrolled(chain[0])
    assert is_whole(thread, chain)
    assert [(branch.at, ids(branch.posts)) for branch in thread.branches] == [(chain[1], [late])]


def test_what_an_author_adds_after_days_is_found_if_something_was_added() -> None:
    here, chain = world()
    here.later(days=5)
    more = here.post("ada", "And later.", to=chain[4])
    here.later(hours=1)
    assert is_whole(here.unrolled(chain[0]), [*chain, more])
    assert here.kinds() == ["tweets", "recent", "recent"]


def test_a_talk_that_went_on_is_not_searched_where_nobody_answered_what_is_there() -> None:
    here, chain = world()
    here.later(days=5)
    assert is_whole(here.unrolled(chain[0]), chain)
    assert here.kinds() == ["tweets", "recent"]


# --- edits -----------------------------------------------------------------------------------------------------


def test_an_edited_post_has_one_id_its_newest_text_and_its_answers() -> None:
    here, chain = world(2)
    here.now = EARLIER + timedelta(minutes=10)
    new = here.edit(chain[0], "1/3 of it, better.")
    here.later(minutes=1)
    third = here.post("ada", "3/3 of it.", to=chain[1])
    side = here.post("ada", "An aside.", to=new)
    here.later(hours=1)
    for name in (chain[0], new, chain[1], third):
        thread = here.unrolled(name)
        assert ids(thread.posts) == [*chain, third]
        assert [ids(branch.posts) for branch in thread.branches] == [[side]]
        assert thread.posts[0].text == "1/3 of it, better."
        assert thread.posts[0].url == f"https://x.com/ada/status/{new}"
        assert thread.posts[0].edited == EARLIER + timedelta(minutes=10)
        assert thread.completeness.state == "complete"


def test_an_edited_post_in_the_middle_is_read_in_its_newest_version() -> None:
    here, chain = world(3)
    here.now = EARLIER + timedelta(minutes=10)
    here.edit(chain[1], "2/3 of it, better.")
    here.later(hours=1)
    assert texts(here.unrolled(chain[2])) == ["1/3 of it.", "2/3 of it, better.", "3/3 of it."]


# --- what is not there -----------------------------------------------------------------------------------------


def test_a_deleted_middle_post_is_a_gap_and_what_follows_it_is_there() -> None:
    here, chain = world()
    here.delete(chain[2])
    for place in (0, 4):
        thread = here.unrolled(chain[place])
        assert ids(thread.posts) == [name for name in chain if name != chain[2]]
        assert gaps(thread) == [("unknown", "not-found", chain[2])]
        assert thread.completeness.state == "incomplete"


def test_a_deleted_first_post_is_a_gap() -> None:
    here, chain = world()
    here.delete(chain[0])
    thread = here.unrolled(chain[3])
    assert ids(thread.posts) == chain[1:]
    assert gaps(thread) == [("unknown", "not-found", chain[0])]


def test_a_withheld_post_is_not_shown_and_keeps_its_place() -> None:
    here, chain = world()
    here.tweets[chain[2]].withheld = ("DE",)
    thread = here.unrolled(chain[4])
    assert ids(thread.posts) == [name for name in chain if name != chain[2]]
    assert gaps(thread) == [("protected", "withheld", chain[2])]


def test_what_a_protected_or_suspended_person_said_is_not_shown() -> None:
    here, chain = world()
    for number, words in enumerate(({"protected": True}, {"suspended": True})):
        name = f"p{number}"
        here.person(name, **words)
        said = here.post(name, "Secret.", to=chain[1], at=EARLIER + timedelta(minutes=number + 1))
        here.post("ada", f"Answer {number}.", to=said, at=EARLIER + timedelta(minutes=number + 5))
    seen = here.run(chain[0])
    assert {(place.reason, place.says) for place in seen.missing} == {
        ("protected", "protected"),
        ("blocked", "suspended"),
    }
    assert "Secret." not in {post.text for post in (*seen.posts, *seen.quoted)}


@pytest.mark.parametrize(
    ("words", "state"),
    [({}, "shown"), ({"protected": True}, "hidden"), ({"suspended": True}, "blocked"), (None, "not-found")],
)
def test_a_quote_says_what_became_of_what_it_quotes(words: dict[str, object] | None, state: str) -> None:
    here = World()
    here.person("cy", **(words or {}))
    other = here.post("cy", "Elsewhere.", at=EARLIER)
    mine = here.post("ada", "Look", quotes=other, at=EARLIER + timedelta(minutes=1))
    if words is None:
        here.delete(other)
    quote = here.unrolled(mine).posts[0].quote
    assert quote is not None
    assert (quote.id, quote.state, quote.url) == (other, state, f"https://x.com/i/status/{other}")


@pytest.mark.parametrize(
    ("words", "error", "begins"),
    [
        ({"protected": True}, Withheld, "The author of this post shows it to followers only"),
        ({"suspended": True}, Withheld, "X has suspended the account"),
        (None, NotFound, "X shows no such post. It may have been deleted"),
    ],
)
def test_a_post_that_x_does_not_show_is_refused_with_the_reason(
    words: dict[str, object] | None, error: type[Exception], begins: str
) -> None:
    here = World()
    here.person("ada", **(words or {}))
    name = here.post("ada", "Words.")
    if words is None:
        here.delete(name)
    with pytest.raises(error) as caught:
        here.unrolled(name)
    assert caught.value.sentence.startswith(begins)  # type: ignore[attr-defined]


def test_a_withheld_post_that_was_asked_for_is_refused() -> None:
    here, chain = world(1)
    here.tweets[chain[0]].withheld = ("DE",)
    with pytest.raises(Withheld) as caught:
        here.unrolled(chain[0])
    assert caught.value.code == "withheld"


# --- old conversations -----------------------------------------------------------------------------------------


def old() -> tuple[World, list[str]]:
    here = World()
    return here, here.thread("ada", [f"{number}/9 of it." for number in range(1, 10)], at=LONG_AGO)


def test_with_the_archive_an_old_thread_is_read_like_a_new_one() -> None:
    here, chain = old()
    assert is_whole(here.unrolled(chain[4], x_archive=True), chain)
    assert here.kinds() == ["tweets", "all", "tweets"]
    assert "start_time=2026-10-04T12:00:00Z" in here.requests[1].url


def test_without_it_what_is_above_is_found_by_climbing_and_the_end_stays_open() -> None:
    here, chain = old()
    thread = here.unrolled(chain[6])
    assert ids(thread.posts) == chain[:7]
    assert set(thread.completeness.open_ends) == {chain[6]}
    assert here.kinds() == ["tweets", "recent", *["tweets"] * 3]


def test_an_app_that_may_not_search_the_archive_climbs() -> None:
    here, chain = old()
    here.archive = False
    thread = here.unrolled(chain[6], x_archive=True)
    assert ids(thread.posts) == chain[:7]
    assert here.kinds() == ["tweets", "all", "recent", *["tweets"] * 3]


def test_what_was_added_to_an_old_thread_lately_is_found_without_the_archive() -> None:
    here, chain = old()
    late = here.post("ada", "10/ At last.", to=chain[8], at=NOON - timedelta(days=2))
    thread = here.unrolled(chain[8])
    assert ids(thread.posts) == [*chain, late]
    assert thread.completeness.state == "complete", "every post has as many answers as X counts"


# --- limits, and what fails ------------------------------------------------------------------------------------


def test_at_the_limit_of_posts_reading_stops_and_says_so() -> None:
    here, chain = world(40)
    thread = here.unrolled(chain[0], x_posts=20)
    assert 20 <= here.bill.counts["post"] <= 21
    assert thread.completeness.state != "complete"
    ends = here.run(chain[0], x_posts=20).frontiers
    assert {end.why for end in ends} == {"limit"}


def test_where_one_post_may_be_read_one_is() -> None:
    here, chain = world()
    assert ids(here.run(chain[0], x_posts=1).posts) == chain[:1]
    assert here.kinds() == ["tweets"]


def test_a_limit_midway_leaves_an_end_that_a_later_reading_closes() -> None:
    here, chain = world(150)
    seen = here.run(chain[0], x_posts=100)
    assert any(end.why == "limit" for end in seen.frontiers)
    here.later(minutes=1)
    assert is_whole(assemble(merge(seen, here.run(chain[0], x_posts=400))), chain)


def search_fails(reply: object) -> tuple[World, list[str]]:
    here, chain = world()
    here.refuse = lambda request: reply if "/search/" in request.url else None  # type: ignore[assignment, return-value]
    return here, chain


@pytest.mark.parametrize(
    ("reply", "why"),
    [(Refused(kind="limit"), "limit"), (Refused(kind="rate"), "unreachable"), (Refused(kind="network"), "unreachable")],
)
def test_a_search_that_is_refused_leaves_the_ends_open(reply: Refused, why: str) -> None:
    here, chain = search_fails(reply)
    seen = here.run(chain[0])
    assert {(end.post, end.why) for end in seen.frontiers} == {(chain[0], why)}


def test_what_came_along_and_could_not_be_looked_up_leaves_the_thread_open() -> None:
    here, chain = world()
    here.refuse = lambda _request: Refused(kind="network") if len(here.requests) == 3 else None
    thread = here.unrolled(chain[3])
    assert ids(thread.posts) == chain
    assert (thread.completeness.state, thread.completeness.open_ends) == ("open", (chain[0],))


@pytest.mark.parametrize(
    ("status", "begins"),
    [
        (401, "X does not accept the token of this site."),
        (402, "The operator's credits at X are used up."),
        (403, "X does not let this site read posts."),
        (503, "X answered with the error 503."),
    ],
)
def test_why_nothing_could_be_read_is_told(status: int, begins: str) -> None:
    here, chain = world()
    here.before = lambda _method, _path: Response(status, b"{}")
    with pytest.raises(NotNow) as caught:
        here.unrolled(chain[0])
    assert caught.value.sentence.startswith(begins)


@pytest.mark.parametrize("body", [b"{}", b"[]", b"no JSON", b'{"data": [{"id": "7", "text": "x", "author_id": "8"}]}'])
def test_an_answer_about_something_else_is_no_answer(body: bytes) -> None:
    here, chain = world()
    here.before = lambda _method, _path: Response(200, body)
    with pytest.raises(NotNow) as caught:
        here.unrolled(chain[0])
    assert caught.value.sentence.startswith("X's answer is not one about this post.")


@pytest.mark.parametrize(
    ("reply", "sentence", "code"),
    [
        (Refused(kind="rate", until=NOON), "X could not be read. Please try again after 12:00 UTC.", ""),
        (Refused(kind="timeout", detail="Too late."), "X could not be read. Too late. Please try again later.", ""),
        (Refused(kind="door", detail="Shut."), "X could not be read. Shut.", ""),
        (Refused(kind="limit", detail="It is spent.", code="budget"), "It is spent.", "budget"),
    ],
)
def test_why_the_first_question_was_refused_is_told(reply: Refused, sentence: str, code: str) -> None:
    here, chain = world()
    here.refuse = lambda _request: reply
    with pytest.raises(NotNow) as caught:
        here.unrolled(chain[0])
    assert (caught.value.sentence, caught.value.code) == (sentence, code)


def test_without_access_nothing_is_asked_and_the_way_out_is_told() -> None:
    steps = x.steps(Ref("x", "20"), Scope())
    with pytest.raises(UnknownAddress) as caught:
        next(steps)
    assert caught.value.sentence.startswith(
        "https://x.com/i/status/20 is a post on X, which can be read only with access"
    )
    assert caught.value.code == "network"


# --- what was posted just now ----------------------------------------------------------------------------------


def test_what_a_search_does_not_find_yet_is_looked_for_once_more() -> None:
    here = World()
    here.index_delay = 15
    chain = here.thread("ada", ["One.", "Two.", "Three."], at=NOON - timedelta(seconds=20))
    late = here.post("ada", "Four.", to=chain[2], at=NOON - timedelta(seconds=5))
    here.post("bob", "Ho.", to=late, at=NOON - timedelta(seconds=2))
    thread = here.unrolled(chain[0])
    assert ids(thread.posts) == [*chain, late]
    assert [request.wait for request in here.requests if request.wait] == [x.AGAIN]


def test_answers_to_the_last_post_that_nobody_saw_leave_a_young_thread_open() -> None:
    here = World()
    chain = here.thread("ada", ["One.", "Two."], at=NOON - timedelta(seconds=20))
    here.post("bob", "Ho.", to=chain[1], at=NOON - timedelta(seconds=10))
    seen = here.run(chain[0])
    assert [(end.post, end.why, end.hidden) for end in seen.frontiers] == [(chain[1], "count", 1)]
    here.later(minutes=10)
    assert is_whole(here.unrolled(chain[0]), chain)


def test_requests_that_are_asked_are_those_that_were_listed() -> None:
    here, chain = world()
    here.unrolled(chain[0])
    assert all(isinstance(request, Request) and request.method == "GET" for request in here.requests)
