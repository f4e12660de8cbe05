"""What the bot posted is read back wherever the database may not know it, and nobody is answered before."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import cast

import pytest

from tests.bot.conftest import ORIGIN, Life
from threadleaf.bot.loop import HOLD, POLL, SOON
from threadleaf.bot.memory import MARGIN, REACH, Memory
from threadleaf.bot.network import Channel, Own, Recalled
from threadleaf.bot.talk import talking
from threadleaf.wire import Asking, Refused

PAGE = ORIGIN + "/t/bsky/did:plc:ann/3kann0"


def another(life: Life, lives: Callable[..., Life]) -> Life:
    """A site with a new database for the same account."""
    new = lives()
    new.pds, new.time, new.kept = life.pds, life.time, life.kept
    new.pds.clock = new.pds.chats.clock = new.clock
    new.start()
    return new


# --- with a network ------------------------------------------------------------------------------------------------


def test_a_new_database_answers_nobody_a_second_time(lives: Callable[..., Life]) -> None:
    life = lives()
    life.pds.mention("bob", "unroll", to=life.uri())
    life.turns()
    life.later(days=20)
    new = another(life, lives)
    second = new.pds.mention("carol", "unroll", to=life.uri("ann2"))
    new.turns()
    assert len(new.pds.answers()) == 1
    assert new.pds.likes() == [second]


def test_below_an_answer_that_is_remembered_the_author_has_her_thread_forgotten(lives: Callable[..., Life]) -> None:
    life = lives()
    life.pds.mention("bob", "unroll", to=life.uri())
    life.turns()
    (ours,) = (name for name in life.pds.records if "feed.post" in name)
    new = another(life, lives)
    wish = new.pds.mention("ann", "forget", to=ours)
    new.turns()
    assert new.pds.answers() == []
    assert new.pds.likes() == [wish]
    new.pds.mention("carol", "unroll", to=life.uri())
    new.turns()
    assert new.pds.answers() == [], "nor is it unrolled again"


@pytest.mark.parametrize("words", ["forget", "forget all", "opt out"])
def test_her_wish_takes_back_what_is_remembered_of_a_page_that_is_not_here(
    lives: Callable[..., Life], words: str
) -> None:
    life = lives()
    life.pds.mention("bob", "unroll", to=life.uri())
    life.turns()
    new = another(life, lives)
    new.pds.records[life.uri("ann1")] = {"reply": {"root": {"uri": life.uri("ann0"), "cid": "root"}}}
    new.pds.mention("ann", words, to=life.uri("ann1"))
    new.turns()
    del new.pds.records[life.uri("ann1")]
    assert new.pds.answers() == []


def test_an_old_wish_is_obeyed_and_not_confirmed_and_an_old_call_is_not_answered(life: Life) -> None:
    life.pds.mention("bob", "unroll", to=life.uri())
    life.turns()
    assert len(life.pds.answers()) == 1
    life.bot.stop()
    life.pds.mention("ann", "opt out")
    life.pds.mention("carol", "unroll", to=life.uri())
    life.later(days=8)
    life.start()
    life.turns()
    assert life.pds.answers() == []
    assert life.pds.likes() == []
    assert life.service.opted_out("bsky", "did:plc:ann") is not None


def test_a_call_and_a_wish_that_are_heard_in_one_go_end_as_she_wished(life: Life) -> None:
    life.pds.mention("bob", "unroll", to=life.uri())
    life.later(minutes=5)
    life.pds.mention("ann", "forget", to=life.uri())
    life.later(minutes=5)
    life.turns(8)
    assert life.pds.answers() == []
    assert life.store.list(9, visibility=None) == ()


def test_while_its_own_posts_cannot_be_read_wishes_alone_are_carried_out(life: Life) -> None:
    until = life.time + timedelta(hours=1)
    life.thread("ben", 2)
    life.pds.refuse = lambda method: (
        Refused(kind="rate", detail="Later.", until=until) if method == "listRecords" else None
    )
    life.pds.mention("bob", "unroll", to=life.uri())
    life.pds.mention("dan", "help")
    wish = life.pds.mention("ben", "opt out")
    assert life.turns(6).says == "Later. Please try again after 14:00 UTC."
    assert life.pds.asked.count("listRecords") == 1
    assert life.pds.answers() == []
    assert life.pds.likes() == [wish]
    life.pds.refuse = lambda method: None
    life.later(hours=1)
    assert life.turns(6).says == ""
    assert len(life.pds.answers()) == 2


def test_what_was_being_done_waits_too(life: Life) -> None:
    life.pds.mention("bob", "unroll", to=life.uri())
    life.turns(1)
    assert life.service.inbox.being_read("bsky") == 1
    life.bot.stop()
    life.pds.refuse = lambda method: Refused(kind="network", detail="No.") if method == "listRecords" else None
    life.start()
    life.turns(3)
    assert life.service.inbox.being_read("bsky") == 1
    life.pds.refuse = lambda method: None
    life.later(minutes=1)
    life.turns()
    assert len(life.pds.answers()) == 1


def test_one_process_reads_once_and_the_next_one_again(life: Life) -> None:
    life.turns(5)
    assert life.pds.asked.count("listRecords") == 1
    life.bot.stop()
    life.start()
    life.turns(5)
    assert life.pds.asked.count("listRecords") == 2


# --- without ---------------------------------------------------------------------------------------------------------


class Posts:
    """A network that shows its bot's posts a page at a time; `looks` are since when, and from where on."""

    network = "bsky"
    shows = timedelta(minutes=2)

    def __init__(self, *pages: Recalled) -> None:
        self.pages = list(pages)
        self.looks: list[tuple[object, str]] = []

    def own(self, since: object, place: str) -> Asking[Recalled]:
        self.looks.append((since, place))
        yield from ()
        return self.pages.pop(0)


def memory(life: Life, *pages: Recalled) -> tuple[Memory, Posts]:
    posts = Posts(*pages)
    life.service.inbox.hold("bsky", "me", life.time, life.time + timedelta(days=9))
    talk = talking(lambda _: ())
    return Memory(cast("Channel", posts), life.service, talk, "me", ORIGIN), posts


def own(life: Life, *links: str, name: str = "one") -> Own:
    return Own(native=f"at://did:plc:bot/app.bsky.feed.post/{name}", url="https://one", links=links, at=life.time)


def test_it_waits_until_the_network_shows_what_may_have_been_posted_just_now(life: Life) -> None:
    mind, posts = memory(life, Recalled(), Recalled(posts=(own(life, PAGE),)))
    began = life.time
    assert mind.recall(life.time) == "The bot waits until its network shows all that it may have answered before."
    life.later(seconds=POLL)
    assert mind.recall(life.time) != ""
    assert posts.looks == [(began - REACH, "")]
    life.later(minutes=2)
    assert mind.recall(life.time) == ""
    assert posts.looks[1:] == [(began - MARGIN, "")]
    assert life.service.outbox.at("bsky", own(life).native) is not None
    assert mind.turned == life.time == life.service.inbox.turned("bsky")


def test_where_another_process_was_the_bot_just_now_nothing_is_waited_for(life: Life) -> None:
    turned = life.time
    mind, posts = memory(life, Recalled(), Recalled())
    life.service.inbox.catch_up("bsky", "me", turned)
    life.later(seconds=HOLD.total_seconds())
    assert mind.recall(life.time) == ""
    assert posts.looks == [(turned - MARGIN, "")]
    life.later(seconds=POLL)
    life.service.inbox.hold("bsky", "me", life.time, life.time + HOLD, turned=mind.turned)
    assert mind.recall(life.time) == ""
    assert len(posts.looks) == 1
    life.service.inbox.catch_up("bsky", "me", turned)  # as a backup says
    life.later(days=1)
    life.service.inbox.hold("bsky", "me", life.time, life.time + HOLD, turned=mind.turned)
    assert mind.recall(life.time) != ""
    assert posts.looks[1:] == [(turned - MARGIN, "")]


def test_a_long_listing_is_gone_on_with_in_the_next_turn(life: Life) -> None:
    mind, posts = memory(life, Recalled(posts=(own(life, PAGE),), place="there"), Recalled(says="No."), Recalled())
    life.service.inbox.catch_up("bsky", "me", life.time)
    assert (
        mind.recall(life.time + timedelta(seconds=1))
        == "The bot reads what it has answered before, and answers nobody yet."
    )
    assert mind.recall(life.time + timedelta(seconds=2)) == "No."
    assert mind.recall(life.time + timedelta(seconds=40)) == ""
    assert [place for _, place in posts.looks] == ["", "there", "there"]


@pytest.mark.parametrize(
    "link",
    ["https://elsewhere.example/t/bsky/did:plc:ann/3kann0", f"{ORIGIN}/p/secret", f"{ORIGIN}/t/none/1", f"{ORIGIN}/"],
)
def test_what_names_no_page_of_this_site_claims_nothing(life: Life, link: str) -> None:
    mind, _ = memory(life, Recalled(posts=(own(life), own(life, link, name="two"))))
    mind.recall(life.time)
    assert life.service.outbox.at("bsky", own(life).native) is None
    assert life.service.outbox.at("bsky", own(life, name="two").native) is None


def test_the_page_that_is_here_says_whose_it_is(life: Life) -> None:
    life.service.unroll(life.uri(), save="unlisted")
    mind, _ = memory(life, Recalled(posts=(own(life, "https://bob.example", f"{PAGE}?lang=de#2"),)))
    mind.recall(life.time)
    thread = life.service.inbox.mark("thread", "bsky", life.uri("ann0"))
    answer = life.service.outbox.answer("bsky", thread)
    assert answer is not None
    assert answer.letter.path == "/t/bsky/did:plc:ann/3kann0"


def test_an_answer_about_what_its_author_took_back_is_deleted(life: Life) -> None:
    life.service.unroll(life.uri(), save="unlisted")
    life.service.remove(life.uri(), "author")
    mind, _ = memory(life, Recalled(posts=(own(life, PAGE),)))
    mind.recall(life.time)
    (deletion,) = life.service.outbox.ready("bsky", life.time, 9)
    assert (deletion.letter.deed, deletion.letter.target) == ("delete", own(life).native)


def test_of_a_post_of_the_fediverse_its_name_tells_whose_it_may_be(life: Life) -> None:
    mind, _ = memory(life, Recalled(posts=(own(life, f"{ORIGIN}/t/fedi/home.example/users/ada/statuses/1"),)))
    mind.recall(life.time)
    life.service.inbox.hear("bsky", "me", [], "")
    thread = life.service.inbox.mark("thread", "fedi", "https://home.example/users/ada/statuses/1")
    assert life.service.outbox.answer("bsky", thread) is not None


def test_a_turn_that_a_wrong_clock_noted_asks_for_nothing_of_the_time_to_come(life: Life) -> None:
    mind, posts = memory(life, Recalled(), Recalled())
    life.service.inbox.catch_up("bsky", "me", life.time + timedelta(days=1))
    assert mind.recall(life.time) == "The bot waits until its network shows all that it may have answered before."
    assert posts.looks == [(life.time - MARGIN, "")]


def test_while_there_is_more_to_read_the_next_turn_is_soon(life: Life) -> None:
    pages = iter([Recalled(place="there"), Recalled(says="No."), Recalled()])

    def own(since: object, place: str) -> Asking[Recalled]:
        yield from ()
        return next(pages)

    life.bot._channel.own = own  # type: ignore[method-assign]
    assert life.bot.turn().next == SOON
    assert life.bot.turn().next == POLL
    life.later(minutes=1)
    assert life.bot.turn().says == ""


def test_a_time_to_wait_for_that_is_over_makes_no_haste(life: Life) -> None:
    mind, posts = memory(life, Recalled(says="No.", until=life.time - MARGIN))
    assert mind.recall(life.time) == mind.recall(life.time + timedelta(seconds=10)) == "No."
    assert len(posts.looks) == 1
