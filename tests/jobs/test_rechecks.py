"""Threads that are due are read again in the background."""

from __future__ import annotations

import logging
from collections.abc import Callable
from threading import Event

import pytest

from tests.jobs.conftest import Desk
from tests.store.build import NOON, line, ref, talk
from threadleaf.core.errors import NotNow, StoreError
from threadleaf.jobs.board import Stopped
from threadleaf.jobs.rechecks import Rechecks
from threadleaf.service import Threadleaf
from threadleaf.store.records import Saved


def keep(desk: Desk, *names: int) -> Saved:
    desk.says = talk(*line(*names))
    saved = desk.service.unroll(ref(1), save="unlisted").saved
    assert saved is not None
    return saved


def rechecks(desk: Desk, heard: list[Saved]) -> Rechecks:
    return Rechecks(desk.service, 3_600_000, heard.append)


def test_what_is_due_is_read_and_whoever_follows_hears_of_what_has_changed(desk: Callable[..., Desk]) -> None:
    one = desk()
    keep(one, 1, 2)
    one.says = talk(*line(1, 2, 3), read_at=one.later(minutes=10))
    over, heard = Event(), []

    def tell(saved: Saved) -> None:
        heard.append(saved.posts)
        over.set()

    Rechecks(one.service, 3_600_000, tell).run(over)
    assert heard == [3]


def test_nobody_hears_of_a_reading_that_brought_nothing_new(desk: Callable[..., Desk]) -> None:
    one, heard = desk(), []
    page = keep(one, 1, 2)
    one.says = talk(*line(1, 2), read_at=one.later(minutes=10))
    rechecks(one, heard).check(page)
    assert heard == []
    assert one.service.read(page.path).saved.checked_at == one.time


@pytest.mark.parametrize("error", [NotNow("It does not answer."), ValueError("a fault of ours")])
def test_what_goes_wrong_is_in_the_log_and_the_next_one_is_read(
    desk: Callable[..., Desk], caplog: pytest.LogCaptureFixture, error: Exception
) -> None:
    one, heard = desk(), []
    page = keep(one, 1, 2)
    one.says = error
    with caplog.at_level(logging.INFO):
        rechecks(one, heard).check(page)
    assert "read again" in caplog.text
    assert heard == []


def test_the_end_of_the_program_is_no_fault(desk: Callable[..., Desk], caplog: pytest.LogCaptureFixture) -> None:
    one = desk()
    page = keep(one, 1, 2)
    one.says = Stopped()
    rechecks(one, []).check(page)
    assert caplog.text == ""


def test_a_database_that_fails_is_asked_again(caplog: pytest.LogCaptureFixture) -> None:
    over, asked = Event(), []

    class Failing(Threadleaf):
        def due(self, limit: int) -> tuple[Saved, ...]:
            asked.append(limit)
            if len(asked) == 2:
                over.set()
            raise StoreError("The database is busy.")

    Rechecks(Failing(None, None, lambda: NOON), 3_600_000, [].append).run(over)
    assert len(asked) == 2
    assert "cannot be listed" in caplog.text


def test_a_desk_reads_what_is_due_while_it_is_open(desk: Callable[..., Desk]) -> None:
    one = desk(rechecks_per_hour=3_600_000)
    keep(one, 1, 2)
    one.later(minutes=10)
    one.begun.clear()
    with one.jobs.open():
        assert one.begun.wait(30)


def test_it_reads_none_where_the_operator_says_so(desk: Callable[..., Desk]) -> None:
    one = desk(rechecks_per_hour=0)
    keep(one, 1, 2)
    one.later(minutes=10)
    one.begun.clear()
    with one.jobs.open():
        one.jobs.tidy()
    assert not one.begun.is_set()
