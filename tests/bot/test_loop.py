"""The bot's whole way, from a mention to an answer, on both databases."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.bot.conftest import ORIGIN, Ended, Life
from tests.store.build import author, line, post, talk, uri
from tests.support.pds import Pds, busy
from threadleaf.bot.loop import HOLD, POLL
from threadleaf.core.errors import Gone, NotNow, StoreError
from threadleaf.core.manners import PER_ASKER, PER_AUTHOR
from threadleaf.core.model import Conversation, Quote, Ref
from threadleaf.service.authors import Console
from threadleaf.store.inbox import Arrival
from threadleaf.wire import Refused, Reply, Request


def test_a_mention_gets_one_answer_with_the_full_address_below_it(life: Life) -> None:
    mention = life.pds.mention("bob", "unroll please", to=life.uri())
    life.turns()
    (answer,) = life.pds.answers()
    link = ORIGIN + "/t/bsky/did:plc:ann/3kann0"
    assert answer["text"] == f"Here is the whole thread on one page: {link}"
    assert answer["reply"]["parent"]["uri"] == mention
    assert answer["reply"]["root"]["uri"] == life.uri()
    assert len(life.service.read("/t/bsky/did:plc:ann/3kann0").thread.posts) == 3
    life.turns()
    assert life.pds.writes == 1


def test_a_second_asker_gets_a_like_and_no_second_answer(life: Life) -> None:
    life.pds.mention("bob", "unroll", to=life.uri())
    life.turns()
    second = life.pds.mention("carol", "unroll", to=life.uri("ann2"))
    life.turns()
    assert len(life.pds.answers()) == 1
    assert life.pds.likes() == [second]


def test_where_the_first_answer_was_deleted_the_next_asker_gets_one(life: Life) -> None:
    life.pds.mention("bob", "unroll", to=life.uri())
    life.turns()
    for gone in [name for name in life.pds.records if "feed.post" in name]:
        del life.pds.records[gone]
    second = life.pds.mention("carol", "unroll", to=life.uri())
    life.turns()
    assert len(life.pds.answers(second)) == 1


def test_a_post_that_only_contains_the_word_does_nothing(life: Life) -> None:
    life.pds.mention("bob", "will you unroll your sleeping bag?", to=life.uri())
    life.pds.mention("robot", "unroll", to=life.uri(), bot=True)
    life.turns()
    assert life.pds.writes == 0
    assert life.service.find(Ref("bsky", life.uri())) is None


def test_an_old_mention_is_not_answered(life: Life) -> None:
    life.pds.mention("bob", "unroll", to=life.uri())
    life.later(hours=25)
    life.turns()
    assert life.pds.writes == 0


def test_the_author_has_it_forgotten_and_the_answer_goes_too(life: Life) -> None:
    life.pds.mention("bob", "unroll", to=life.uri())
    life.turns()
    wish = life.pds.mention("ann", "forget", to=life.uri())
    life.turns()
    assert life.pds.answers() == []
    assert life.pds.likes() == [wish]
    with pytest.raises(Gone) as gone:
        life.service.find(Ref("bsky", life.uri()))
    assert gone.value.code == "author"
    life.pds.mention("carol", "unroll", to=life.uri())
    life.turns()
    assert life.pds.answers() == []


def test_what_its_network_had_taken_back_stays_away_once_she_has_it_forgotten(life: Life) -> None:
    life.pds.mention("bob", "unroll", to=life.uri())
    life.turns()
    (page,) = life.store.list(9, visibility=None)
    life.store.withdraw(page, "network", life.time)
    life.pds.mention("ann", "forget", to=life.uri())
    life.turns()
    life.pds.mention("carol", "unroll", to=life.uri())
    life.turns()
    assert life.store.list(9, visibility=None) == ()
    with pytest.raises(Gone) as gone:
        life.service.find(Ref("bsky", life.uri()), lifting=True)
    assert gone.value.code == "author"


def test_below_our_answer_the_author_names_the_thread_with_it(life: Life) -> None:
    life.pds.mention("bob", "unroll", to=life.uri())
    life.turns()
    ours = next(name for name in life.pds.records if "feed.post" in name)
    life.pds.mention("carol", "unroll", to=ours)
    life.pds.mention("bob", "forget", to=ours)
    life.turns()
    assert len(life.pds.answers()) == 1
    life.pds.mention("ann", "forget", to=ours)
    life.turns()
    assert life.pds.answers() == []


def test_whoever_opts_out_is_gone_and_stays_out_until_she_allows_it(life: Life) -> None:
    other = life.thread("ann", 5)[4]
    life.pds.mention("bob", "unroll", to=life.uri())
    life.turns()
    wish = life.pds.mention("ann", "opt out")
    life.turns()
    assert life.pds.answers() == []
    assert life.pds.likes() == [wish]
    life.pds.mention("bob", "unroll", to=other)
    life.turns()
    assert life.pds.answers() == []
    assert life.service.opted_out("bsky", "did:plc:ann") is not None
    life.pds.mention("ann", "allow")
    life.turns()
    assert life.service.opted_out("bsky", "did:plc:ann") is None


def test_what_the_operator_said_after_she_opted_out_is_not_hers_to_take_back(life: Life) -> None:
    life.pds.mention("ann", "opt out")
    life.turns()
    life.service.opt_out("bsky", "did:plc:ann", "operator")
    life.pds.mention("ann", "allow")
    life.turns()
    entry = life.service.opted_out("bsky", "did:plc:ann")
    assert entry is not None
    assert entry.by == "operator"
    assert not life.service.agreed("bsky", "did:plc:ann")


def test_forget_all_takes_down_every_page_of_hers_and_nobody_elses(life: Life) -> None:
    life.thread("ben", 2)
    life.pds.mention("bob", "unroll", to=life.uri())
    life.pds.mention("bob", "unroll", to=life.uri("ben1", "ben"))
    life.turns()
    assert len(life.pds.answers()) == 2
    life.pds.mention("ann", "forget all")
    life.turns()
    (left,) = life.pds.answers()
    assert "/did:plc:ben/" in left["text"]


def test_help_is_given_where_it_is_asked_for(life: Life) -> None:
    mention = life.pds.mention("bob", "help")
    life.turns()
    (answer,) = life.pds.answers(mention)
    assert "unroll" in answer["text"]
    assert len(answer["text"]) <= 300


def test_who_names_nothing_gets_nothing_where_nobody_can_be_told_alone(life: Life) -> None:
    life.pds.mention("bob", "unroll")
    life.pds.mention("bob", "unroll private", to=life.uri())
    life.turns()
    assert life.pds.writes == 0


def test_an_asker_has_five_in_an_hour(life: Life) -> None:
    for n in range(PER_ASKER + 2):
        life.thread(f"w{n}", 2)
        life.pds.mention("bob", "unroll", to=life.uri(f"w{n}0", f"w{n}"))
    life.turns()
    assert len(life.pds.answers()) == PER_ASKER
    life.later(hours=1, minutes=1)
    life.pds.mention("bob", "unroll", to=life.uri(f"w{PER_ASKER}0", f"w{PER_ASKER}"))
    life.turns()
    assert len(life.pds.answers()) == PER_ASKER + 1


def test_an_author_has_three_new_threads_in_a_day_unless_she_asks_herself(life: Life) -> None:
    firsts = []
    for n in range(PER_AUTHOR + 2):
        life.threads.update(_thread_of("ann", n))
        firsts.append(life.uri(f"t{n}"))
    for n, first in enumerate(firsts):
        life.pds.mention(f"asker{n}", "unroll", to=first)
    life.turns()
    assert len(life.pds.answers()) == PER_AUTHOR
    life.pds.mention("ann", "unroll", to=firsts[-1])
    life.turns()
    assert len(life.pds.answers()) == PER_AUTHOR + 1


def _thread_of(author: str, n: int) -> dict[str, Conversation]:
    seen = line(f"t{n}", f"u{n}", author=author)
    return dict.fromkeys((post.id for post in seen), talk(*seen))


def test_a_network_that_does_not_answer_is_asked_again(life: Life) -> None:
    there, life.threads[life.uri()] = life.threads[life.uri()], NotNow("Later.")
    life.pds.mention("bob", "unroll", to=life.uri())
    life.turns()
    assert life.pds.writes == 0
    life.threads[life.uri()] = there
    life.later(minutes=11)
    life.turns()
    assert life.pds.writes == 1


def test_a_rate_limit_of_an_hour_is_waited_for(life: Life) -> None:
    life.pds.faults.append(busy(3600))
    life.pds.mention("bob", "unroll", to=life.uri())
    life.turns()
    life.later(minutes=55)
    life.turns()
    assert life.pds.writes == 0
    life.later(minutes=4)
    life.turns()
    assert life.pds.writes == 1


def test_an_inbox_that_wants_to_be_left_alone_is(life: Life) -> None:
    until = life.time + timedelta(hours=1)
    life.pds.refuse = lambda method: Refused(kind="rate", until=until) if method == "listNotifications" else None
    life.pds.mention("bob", "unroll", to=life.uri())
    assert life.turns(3).says
    assert life.pds.asked.count("listNotifications") == 1
    life.pds.refuse = lambda method: None
    life.later(hours=1, seconds=1)
    life.turns()
    assert life.pds.writes == 1


def test_an_expired_token_is_changed_and_a_lost_session_begun_anew(life: Life) -> None:
    life.turns(1)
    life.pds.expire()
    life.pds.mention("bob", "unroll", to=life.uri())
    life.turns()
    assert life.pds.writes == 1
    assert life.pds.asked.count("createSession") == 1


def test_a_revoked_app_is_said_and_recovered_from(life: Life) -> None:
    life.turns(1)
    life.pds.revoke()
    life.pds.mention("bob", "unroll", to=life.uri())
    assert "app password" in life.turns(2).says
    life.pds.password = "an app password"
    assert life.turns().says == ""
    assert life.pds.writes == 1


def test_two_processes_are_one_bot(life: Life) -> None:
    life.pds.mention("bob", "unroll", to=life.uri())
    first = life.bot
    life.turns(1)
    life.start()
    assert "Another process" in life.turns(3).says
    first.stop()
    life.turns()
    assert len(life.pds.answers()) == 1


def test_whoever_is_only_quoted_has_her_own_post_left_out(life: Life) -> None:
    quoted = post("q1", author="eve", text="My own words.")
    first = post("a1", quote=Quote(id=quoted.id, author="did:plc:eve"))
    told = talk(first, post("a2", first.id), authors=(author(), author("eve")), quoted=(quoted,))
    life.threads |= dict.fromkeys((first.id, uri("a2")), told)
    life.pds.mention("bob", "unroll", to=first.id)
    life.turns()
    path = "/t/bsky/did:plc:ann/3ka1"
    assert life.service.read(path).thread.quoted != ()
    life.pds.mention("carol", "forget", to=first.id)
    life.turns()
    assert life.service.read(path).thread.quoted != ()
    wish = life.pds.mention("eve", "forget", to=first.id)
    life.turns()
    shown = life.service.read(path).thread
    assert shown.quoted == ()
    assert "did:plc:eve" not in repr(shown.posts)
    assert len(shown.posts) == 2
    assert life.pds.likes() == [wish]
    assert len(life.pds.answers()) == 1
    life.service.unroll(first.id, save="unlisted")
    assert life.service.read(path).thread.quoted == ()


def test_one_odd_mention_does_not_keep_others_from_being_answered(life: Life, caplog: pytest.LogCaptureFixture) -> None:
    life.thread("ben", 2)
    life.threads[life.uri()] = ValueError("odd")  # a fault that jobs tell of in general words
    life.pds.mention("bob", "unroll", to=life.uri())
    fine = life.pds.mention("bob", "unroll", to=life.uri("ben0", "ben"))
    life.turns()
    assert len(life.pds.answers(fine)) == 1
    odd = Arrival(notification="n", post="p", body=b"{}", seen_at=life.time - timedelta(minutes=1))
    life.service.inbox.hear("bsky", life.bot._name, [odd], "")
    other = life.pds.mention("carol", "help")
    life.turns()
    assert len(life.pds.answers(other)) == 1
    assert "A mention could not be dealt with; it is looked at again later, for a day." in caplog.text
    assert life.left() == 2
    life.later(days=1)
    life.turns()
    assert life.left() == 0


def test_a_fault_of_ours_keeps_nobody_else_waiting(life: Life, caplog: pytest.LogCaptureFixture) -> None:
    def breaks(_pds: Pds, _request: Request) -> Reply:
        raise ValueError("odd")

    life.pds.faults = [breaks]
    first = life.pds.mention("bob", "help")
    second = life.pds.mention("carol", "help")
    life.turns(1)
    assert len(life.pds.answers(first)) + len(life.pds.answers(second)) == 1
    assert "could not be found out" in caplog.text
    life.later(minutes=5)
    life.turns()
    assert len(life.pds.answers(first)) == len(life.pds.answers(second)) == 1


def test_a_mention_with_an_authors_code_proves_the_account_and_is_not_answered(life: Life) -> None:
    life.pds.mention("bob", "unroll", to=life.uri())
    life.turns()
    begun = life.service.authors.begin(life.uri())
    claim = life.store.statements.claim(begun.ticket, "bsky", "did:plc:ann", life.time)
    assert claim is not None
    life.pds.mention("bob", begun.code)
    life.turns()
    assert life.store.statements.proved(claim) is None
    life.pds.mention("ann", begun.code)
    life.turns()
    assert life.store.statements.proved(claim) == "mention"
    opened = life.service.authors.check(begun)
    assert isinstance(opened, Console)
    assert opened.way == "mention"
    assert life.pds.writes == 1


# --- one turn ------------------------------------------------------------------------------------------------------


def _slow(life: Life, seconds: float) -> None:
    """From now on every request takes so long."""
    ask = life.pds._ask

    def slowly(request: Request) -> Reply:
        life.later(seconds=seconds)
        return ask(request)

    life.pds._ask = slowly  # type: ignore[method-assign]


def test_a_long_turn_stays_the_bots(life: Life) -> None:
    life.turns(1)
    for n in range(12):
        life.thread(f"w{n}", 2)
        life.pds.mention(f"q{n}", "unroll", to=life.uri(f"w{n}1", f"w{n}"))
    life.turns(1)
    _slow(life, 20)
    began = life.time
    life.bot.turn()
    assert life.time - began > 2 * HOLD
    assert len(life.pds.answers()) == 12


def test_a_turn_ends_where_another_process_has_become_the_bot(life: Life) -> None:
    life.turns(1)
    for n in range(6):
        life.pds.mention(f"q{n}", "help")
    write = life.pds._put_record

    def taken_over(request: Request, asked: dict[str, str]) -> Reply:
        life.later(seconds=2 * HOLD.total_seconds())
        assert life.service.inbox.hold("bsky", "another", life.time, life.time + HOLD)
        return write(request, asked)

    life.pds._put_record = taken_over  # type: ignore[method-assign]
    assert "Another process" in life.bot.turn().says
    assert len(life.pds.answers()) == 1
    assert len(life.service.outbox.ready("bsky", life.time, 9)) == 5


def test_a_turn_that_is_to_end_ends_with_what_it_is_at(life: Life) -> None:
    life.turns(1)
    for n in range(6):
        life.pds.mention(f"q{n}", "help")
    life.bot.turn(lambda: life.pds.writes > 1)
    assert life.pds.writes == 2
    life.later(minutes=1)
    life.bot.turn(lambda: True)
    assert life.pds.writes == 2
    life.turns(2)
    assert life.pds.writes == 6


def test_what_is_looked_after_waits_where_the_turn_is_to_end(life: Life) -> None:
    life.pds.mention("bob", "help")
    life.ends_at = ["taken"]
    with pytest.raises(Ended):
        life.turns(1)
    life.later(minutes=5)
    life.bot.turn(lambda: True)
    assert "found" not in life.marks
    life.bot.turn()
    assert "found" in life.marks


def test_a_time_to_wait_for_that_is_over_makes_no_haste(life: Life) -> None:
    life.turns(1)
    life.pds.refuse = lambda method: (
        Refused(kind="rate", until=life.time - timedelta(seconds=30)) if method == "listNotifications" else None
    )
    life.pds.asked.clear()
    assert [life.bot.turn().next for _ in range(5)] == [POLL] * 5
    assert life.pds.asked.count("listNotifications") == 1


def test_a_time_to_wait_for_that_is_over_does_not_make_it_send_at_once(life: Life) -> None:
    late = life.time - timedelta(hours=1)
    life.pds.faults = [lambda pds, request: Refused(kind="rate", until=late)] * 2
    life.pds.mention("bob", "help")
    life.turns(1)
    life.time -= timedelta(seconds=POLL)
    life.bot.turn()
    assert life.pds.asked.count("putRecord") == 1
    life.turns(4)
    assert len(life.pds.answers()) == 1


def test_an_inbox_that_cannot_be_understood_stops_nothing_else(life: Life, caplog: pytest.LogCaptureFixture) -> None:
    life.pds.mention("bob", "unroll", to=life.uri())
    life.turns(1)

    def odd(method: str) -> Reply | None:
        if method == "listNotifications":
            raise ValueError("odd")
        return None

    life.pds.refuse = odd
    assert life.turns(2).says == "A fault of this program; the log has more."
    assert len(life.pds.answers()) == 1
    assert "The inbox could not be read." in caplog.text
    life.pds.refuse = lambda method: None
    second = life.pds.mention("carol", "help")
    assert life.turns(2).says == ""
    assert len(life.pds.answers(second)) == 1


def test_an_inbox_whose_place_cannot_be_kept_ends_the_turn(life: Life) -> None:
    def fails(_method: str) -> Reply | None:
        raise StoreError("No.")

    life.pds.refuse = fails
    with pytest.raises(StoreError):
        life.bot.turn()
