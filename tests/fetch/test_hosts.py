"""The pace at which servers are asked, and their rests."""

from datetime import UTC, datetime, timedelta

import pytest

from threadleaf.fetch.hosts import UNSAID, Hosts
from threadleaf.wire import Refused

NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
RATE = Refused(kind="rate")


class Clock:
    def __init__(self) -> None:
        self.time = 1000.0

    def __call__(self) -> float:
        return self.time


def test_a_burst_goes_at_once_and_what_follows_at_a_steady_pace() -> None:
    hosts = Hosts(burst=3, per_second=2, now=Clock())
    assert [hosts.turn("a", 99) for _ in range(6)] == [0, 0, 0, 0.5, 1.0, 1.5]


def test_servers_do_not_wait_for_each_other() -> None:
    hosts = Hosts(burst=1, per_second=1, now=Clock())
    assert [hosts.turn(host, 99) for host in "aab"] == [0, 1, 0]


def test_some_servers_are_asked_more_swiftly() -> None:
    hosts = Hosts(burst=1, per_second=1, swift={"b": 4}, now=Clock())
    assert [hosts.turn(host, 99) for host in "aabbb"] == [0, 1, 0, 0.25, 0.5]


def test_a_server_that_was_left_alone_for_long_may_be_asked_in_a_burst_again() -> None:
    clock = Clock()
    hosts = Hosts(burst=3, per_second=2, now=clock)
    assert [hosts.turn("a", 99) for _ in range(4)][-1] == 0.5
    clock.time += 60
    assert [hosts.turn("a", 99) for _ in range(4)] == [0, 0, 0, 0.5]


def test_in_the_long_run_the_pace_holds() -> None:
    clock = Clock()
    hosts = Hosts(burst=60, per_second=5, now=clock)
    for _ in range(1500):
        clock.time += hosts.turn("a", 9999)
    assert clock.time - 1000 == pytest.approx((1500 - 60) / 5)


def test_who_cannot_wait_takes_no_turn() -> None:
    hosts = Hosts(burst=1, per_second=1, now=Clock())
    assert [hosts.turn("a", patience) for patience in (0, 0, 5, 1, 2)] == [0, None, 1, None, 2]


@pytest.mark.parametrize("until", [NOON + timedelta(seconds=30), None])
def test_a_rest_ends_at_its_time(until: datetime | None) -> None:
    clock = Clock()
    hosts, length = Hosts(now=clock), ((until or NOON + UNSAID) - NOON).total_seconds()
    refused = Refused(kind="rate", until=until)
    hosts.rest("a", refused, NOON)
    clock.time += length - 1
    assert hosts.resting("a") == refused
    assert hosts.resting("b") is None
    clock.time += 1
    assert hosts.resting("a") is None


def test_a_long_rest_is_not_cut_short_by_a_shorter_one() -> None:
    clock = Clock()
    hosts = Hosts(now=clock)
    hosts.rest("a", Refused(kind="rate", until=NOON + timedelta(minutes=10)), NOON)
    hosts.rest("a", RATE, NOON)
    clock.time += 599
    assert hosts.resting("a") is not None


def test_the_server_that_was_asked_longest_ago_is_forgotten_first() -> None:
    hosts = Hosts(burst=1, per_second=0.1, now=Clock(), most=2)
    assert [hosts.turn(host, 99) for host in "abab"] == [0, 0, 10, 10]
    assert [hosts.turn(host, 99) for host in "cba"] == [0, 20, 0]


def test_a_server_that_rests_is_not_forgotten() -> None:
    hosts = Hosts(most=2)
    hosts.rest("a", RATE, NOON)
    for host in "bcdefg":
        hosts.turn(host, 0)
    assert hosts.resting("a") == RATE
