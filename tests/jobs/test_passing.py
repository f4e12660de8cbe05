"""Threads that are shown and not kept."""

from datetime import datetime, timedelta

import pytest

from tests.store.build import NOON, line, ref, talk
from threadleaf.core.assemble import assemble
from threadleaf.core.errors import NotNow
from threadleaf.jobs.passing import SHOWN, Passed, Passing

FRESH = timedelta(minutes=10)
THREAD = assemble(talk(*line(1, 2, 3)))


class Shelf:
    def __init__(self, **more: int) -> None:
        self.time = NOON
        self.passing = Passing(self.now, **more)

    def now(self) -> datetime:
        return self.time

    def begun(self, name: object = 1, most: int = 10) -> Passed:
        passed, _ = self.passing.begin(ref(name), FRESH, most)
        assert passed is not None
        return passed


@pytest.fixture
def shelf() -> Shelf:
    return Shelf()


def test_whoever_asks_for_the_same_gets_the_same_while_it_is_fresh(shelf: Shelf) -> None:
    first, new = shelf.passing.begin(ref(1), FRESH, 10)
    again, old = shelf.passing.begin(ref(1), FRESH, 10)
    assert first is not None
    assert (again, new, old) == (first, True, False)
    assert shelf.begun(2) != first
    shelf.time += FRESH
    assert shelf.begun(1) != first


def test_an_id_cannot_be_guessed(shelf: Shelf) -> None:
    assert len({shelf.begun(n, most=100).id for n in range(50)}) == 50
    assert len(shelf.begun(1).id) == 22  # 128 bits in base64url


def test_a_thread_is_shown_for_an_hour(shelf: Shelf) -> None:
    number = shelf.begun().id
    shelf.passing.done(number, THREAD)
    shelf.time += SHOWN - timedelta(seconds=1)
    found = shelf.passing.get(number)
    assert found is not None
    assert found.thread == THREAD
    shelf.time += timedelta(seconds=1)
    assert shelf.passing.get(number) is None


def test_what_failed_can_be_asked_for_again(shelf: Shelf) -> None:
    failed = shelf.begun()
    shelf.passing.failed(failed.id, NotNow("Try later."))
    found = shelf.passing.get(failed.id)
    assert found is not None
    assert (found.waits, found.error and found.error.sentence) == (False, "Try later.")
    assert shelf.begun() != failed


def test_no_more_than_so_many_wait(shelf: Shelf) -> None:
    first = shelf.begun(1, most=1)
    assert shelf.passing.begin(ref(2), FRESH, 1) == (None, False)
    assert shelf.begun(1, most=1) == first
    shelf.passing.done(first.id, THREAD)
    shelf.begun(2, most=1)


def test_the_oldest_go_when_they_take_too_much(shelf: Shelf) -> None:
    number = shelf.begun(1).id
    shelf.passing.done(number, THREAD)
    size = len(shelf.passing.get(number).packed)  # type: ignore[union-attr]
    small = Shelf(most=2 * size)
    numbers = [small.begun(name).id for name in range(3)]
    for number in numbers:
        small.passing.done(number, THREAD)
    assert [small.passing.get(number) is None for number in numbers] == [True, False, False]


def test_there_are_never_more_than_a_thousand(shelf: Shelf) -> None:
    numbers = [shelf.begun(name, most=2000).id for name in range(1001)]
    assert shelf.passing.get(numbers[0]) is None
    assert shelf.passing.get(numbers[-1]) is not None


def test_what_is_no_longer_there_stays_away(shelf: Shelf) -> None:
    number = shelf.begun().id
    shelf.time += SHOWN
    assert shelf.passing.get(number) is None
    shelf.passing.done(number, THREAD)
    assert shelf.passing.get(number) is None
