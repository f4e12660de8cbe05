"""Limits on the web: who asks, what is told."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from ipaddress import ip_network

import pytest

from threadleaf.config import Settings
from threadleaf.store.cases import Spent
from threadleaf.web import limits
from threadleaf.web.limits import STATED, headers, network, rate, refuse, sentence

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
PROXIES = tuple(map(ip_network, ("127.0.0.1", "10.0.0.0/8", "::1")))


@pytest.mark.parametrize(
    ("client", "forwarded", "found"),
    [
        ("192.0.2.77", [], "192.0.2.0/24"),
        ("2001:db8:1:2:3::4", [], "2001:db8:1::/48"),
        ("::ffff:192.0.2.77", [], "192.0.2.0/24"),
        ("192.0.2.77", ["203.0.113.9"], "192.0.2.0/24"),
        ("127.0.0.1", ["203.0.113.9"], "203.0.113.0/24"),
        ("::1", ["[2001:db8::1]"], "2001:db8::/48"),
        ("127.0.0.1", ["203.0.113.9, 10.1.2.3"], "203.0.113.0/24"),
        ("127.0.0.1", ["198.51.100.1, 203.0.113.9"], "203.0.113.0/24"),
        ("127.0.0.1", ["198.51.100.1", "203.0.113.9"], "203.0.113.0/24"),
        ("127.0.0.1", ["10.0.0.1, 10.0.0.2"], "10.0.0.0/24"),
        ("127.0.0.1", ["nonsense"], ""),
        ("127.0.0.1", [""], ""),
        ("127.0.0.1", [], "127.0.0.0/24"),
        ("", ["203.0.113.9"], "203.0.113.0/24"),
        ("testclient", ["203.0.113.9"], ""),
    ],
)
def test_who_asks_is_a_network_and_only_our_own_proxies_are_believed(
    client: str, forwarded: list[str], found: str
) -> None:
    assert network(client, forwarded, PROXIES) == found


def test_without_proxies_nobody_is_believed() -> None:
    assert network("127.0.0.1", ["203.0.113.9"], ()) == "127.0.0.0/24"
    assert network("", ["203.0.113.9"], ()) == ""


def test_every_limit_has_its_two_settings() -> None:
    settings = Settings()
    for kind in STATED:
        found = rate(kind, settings)
        assert found.kind == kind
        assert 0 < found.each <= found.all
        assert found.seconds in (limits.HOUR, limits.DAY)


def spent(*, allowed: bool = True, **later: float) -> Spent:
    return Spent(allowed, 30, 7 if allowed else 0, NOON, NOON + timedelta(**later), 3_600)


def test_programs_are_told_what_is_left() -> None:
    assert headers(spent(minutes=10)) == {
        "ratelimit-policy": '"default";q=30;w=3600',
        "ratelimit": '"default";r=7;t=600',
    }
    assert headers(spent(allowed=False, seconds=0.5))["retry-after"] == "1"
    assert headers(limits._FREE) == {}


def test_people_are_told_the_time_and_the_day_where_it_is_another_one() -> None:
    assert sentence(spent(minutes=10)).endswith("It is possible again at 12:11 UTC.")
    assert sentence(spent(hours=13)).endswith("It is possible again on 2 March 2026, 01:01 UTC.")


def test_a_refusal_is_a_page_that_nobody_keeps() -> None:
    answer = refuse(spent(allowed=False, minutes=10))
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "600")
    assert answer.headers["cache-control"] == "no-store"
    assert b"Too often" in bytes(answer.body)
