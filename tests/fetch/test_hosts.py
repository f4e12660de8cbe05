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
    assert [hosts.turn("a") for _ in range(6)] == [0, 0, 0, 0.5, 1.0, 1.5]


def test_servers_do_not_wait_for_each_other() -> None:
    hosts = Hosts(burst=1, per_second=1, now=Clock())
    assert [hosts.turn(host) for host in "aab"] == [0, 1, 0]


def test_some_servers_are_asked_more_swiftly() -> None:
    hosts = Hosts(burst=1, per_second=1, swift={"b": 4}, now=Clock())
    assert [hosts.turn(host) for host in "aabbb"] == [0, 1, 0, 0.25, 0.5]


def test_a_server_that_was_left_alone_for_long_may_be_asked_in_a_burst_again() -> None:
    clock = Clock()
    hosts = Hosts(burst=3, per_second=2, now=clock)
    assert [hosts.turn("a") for _ in range(4)][-1] == 0.5
    clock.time += 60
    assert [hosts.turn("a") for _ in range(4)] == [0, 0, 0, 0.5]


def test_in_the_long_run_the_pace_holds() -> None:
    clock = Clock()
    hosts = Hosts(burst=60, per_second=5, now=clock)
    for _ in range(1500):
        clock.time += hosts.turn("a")
    assert clock.time - 1000 == pytest.approx((1500 - 60) / 5)


@pytest.mark.parametrize("until", [NOON + timedelta(seconds=30), None])
def test_a_rest_ends_at_its_time(until: datetime | None) -> None:
    hosts, end = Hosts(), until or NOON + UNSAID
    refused = Refused(kind="rate", until=until)
    hosts.rest("a", refused, NOON)
    assert hosts.resting("a", end - timedelta(seconds=1)) == refused
    assert hosts.resting("a", end) is None
    assert hosts.resting("b", NOON) is None


def test_the_server_that_was_asked_longest_ago_is_forgotten_first() -> None:
    hosts = Hosts(most=2)
    for host in "abac":
        hosts.rest(host, RATE, NOON)
    assert [host for host in "abc" if hosts.resting(host, NOON)] == ["a", "c"]
