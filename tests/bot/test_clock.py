"""A clock that is wrong by hours: the bot waits and says so, and nothing is lost or done twice for it."""

from __future__ import annotations

from datetime import timedelta
from email.utils import format_datetime

import pytest
from msgspec.structs import replace

from tests.bot.conftest import Life
from tests.store.build import NOON
from threadleaf.bot import clock
from threadleaf.bot.clock import APART, SOONEST, agreed, not_before, watched
from threadleaf.bot.talk import talking
from threadleaf.wire import Answer, Asking, Refused, Reply, Request


def dated(life: Life) -> None:
    """From now on the network says what time it is by its own clock; the bot's may go wrong."""
    right = life.clock
    life.pds.clock = lambda: right() - life.wrong  # type: ignore[attr-defined]
    ask = life.pds.ask

    def answered(requests: list[Request]) -> list[Reply]:
        fields = {"date": format_datetime(life.pds.clock(), usegmt=True)}
        replies = ask(requests)
        return [replace(r, at=life.time, fields=fields) if isinstance(r, Answer) else r for r in replies]

    life.pds.ask = answered  # type: ignore[method-assign,assignment]
    life.wrong = timedelta()  # type: ignore[attr-defined]
    life.start()


def go_wrong(life: Life, **by: float) -> None:
    life.time += timedelta(**by)
    life.wrong += timedelta(**by)  # type: ignore[attr-defined]


@pytest.mark.parametrize(("hours", "how"), [(24, "fast"), (-24, "slow")])
def test_a_bot_with_a_wrong_clock_waits_until_it_is_set(life: Life, hours: float, how: str) -> None:
    dated(life)
    life.turns(1)
    called = life.pds.mention("bob", "unroll", to=life.uri())
    go_wrong(life, hours=hours)
    assert f"1440 minutes {how}" in life.turns(3).says
    assert life.pds.writes == 0
    go_wrong(life, hours=-hours)
    assert life.turns(5).says == ""
    assert len(life.pds.answers(called)) == 1


def test_a_process_with_a_fast_clock_keeps_no_other_from_being_the_bot(life: Life) -> None:
    dated(life)
    life.pds.mention("bob", "unroll", to=life.uri())
    go_wrong(life, hours=24)
    life.turns(1)
    go_wrong(life, hours=-24)
    life.start()
    assert life.turns(4).says == ""
    assert len(life.pds.answers()) == 1


def test_small_differences_do_no_harm_and_are_not_told() -> None:
    assert clock.says(APART) == clock.says(-APART) == ""
    assert "slow" in clock.says(APART + timedelta(seconds=1))


def test_only_answers_with_a_date_tell_the_time(life: Life) -> None:
    at = life.time
    told: list[timedelta] = []
    fields = (
        {"date": "Sun, 01 Mar 2026 13:00:07 GMT"},
        {"date": "Sun, 01 Mar 2026 13:00:03 -0000"},
        {"date": "noon"},
        {"date": "Sun, 01 Mar 2026 13:00:07 +99999999999999"},
        {},
    )
    replies: list[Reply] = [
        *(Answer(status=200, body=b"", at=at, fields=each) for each in fields),
        Refused(kind="network"),
    ]

    def asking() -> Asking[str]:
        yield tuple(Request(url="https://pds.example") for _ in replies)
        return "came"

    assert talking(lambda requests: replies)(watched(asking(), told.append)) == "came"
    assert len(told) == 2
    assert told[0] - told[1] == timedelta(seconds=4)


def test_what_a_wrong_clock_says_is_not_noted(life: Life) -> None:
    dated(life)
    life.turns(2)
    noted = life.service.inbox.turned("bsky")
    go_wrong(life, hours=24)
    life.turns(2)
    assert life.service.inbox.turned("bsky") == noted


def test_the_clock_is_called_wrong_only_where_all_answers_agree() -> None:
    hour, moment = timedelta(hours=1), timedelta(seconds=1)
    assert agreed([]) == timedelta()
    assert agreed([hour, -hour]) == timedelta()
    assert agreed([-hour, -moment]) == -moment
    assert agreed([hour, 2 * hour]) == hour


def test_a_time_that_is_over_is_not_waited_for_at_once() -> None:
    assert not_before(NOON, NOON - APART) == NOON + SOONEST
    assert not_before(NOON, NOON + APART) == NOON + APART
