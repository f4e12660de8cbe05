"""When a kept thread is read again (rules §6)."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from threadleaf.core.schedule import due

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("age", "wait"),
    [
        (timedelta(0), timedelta(minutes=10)),
        (timedelta(minutes=59), timedelta(minutes=10)),
        (timedelta(hours=1), timedelta(hours=1)),
        (timedelta(days=1), timedelta(hours=12)),
        (timedelta(days=14), timedelta(days=7)),
        (timedelta(days=4000), timedelta(days=7)),
        (timedelta(hours=-3), timedelta(minutes=10)),  # a clock that goes ahead of ours
    ],
)
def test_reading_again_slows_with_the_age_of_the_newest_post(age: timedelta, wait: timedelta):
    assert due("bsky", NOW - age, NOW) == NOW + wait


def test_a_thread_without_dates_is_an_old_one():
    assert due("fedi", None, NOW) == NOW + timedelta(days=7)


@given(st.timedeltas(timedelta(days=-1), timedelta(days=9000)))
def test_on_x_a_deletion_is_seen_within_a_day_even_if_one_reading_fails(age: timedelta):
    assert due("x", NOW - age, NOW) <= NOW + timedelta(hours=12)


@given(st.timedeltas(timedelta(0), timedelta(days=400)), st.timedeltas(timedelta(0), timedelta(days=400)))
def test_an_older_thread_never_waits_for_less(one: timedelta, other: timedelta):
    younger, older = sorted((one, other))
    assert due("bsky", NOW - younger, NOW) <= due("bsky", NOW - older, NOW)
