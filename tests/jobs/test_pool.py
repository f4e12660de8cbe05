"""A few threads that read."""

import logging
from threading import Barrier, Event, Lock

import pytest

from threadleaf.jobs.pool import Pool


def test_no_more_is_done_at_once_than_was_said() -> None:
    pool, lock, together = Pool(2), Lock(), Barrier(3)
    busy, most = 0, 0
    lets, all_done = Event(), Event()
    left = 6

    def work() -> None:
        nonlocal busy, most, left
        with lock:
            busy += 1
            most = max(most, busy)
        if not lets.is_set():
            together.wait()
            lets.wait()
        with lock:
            busy -= 1
            left -= 1
            if not left:
                all_done.set()

    for _ in range(6):
        pool.put(work)
    together.wait()  # two of them, and this test
    assert (busy, left) == (2, 6)
    lets.set()
    all_done.wait()
    assert most == 2


def test_what_comes_first_is_done_first_and_one_thread_serves_again_and_again() -> None:
    pool, done, over = Pool(1), [], Event()
    for number in range(5):
        pool.put(lambda number=number: done.append(number))
    pool.put(over.set)
    over.wait()
    assert done == list(range(5))


def test_a_fault_is_for_the_log_and_the_next_thing_is_done(caplog: pytest.LogCaptureFixture) -> None:
    pool, over = Pool(1), Event()

    def fault() -> None:
        raise ValueError("not so")

    with caplog.at_level(logging.ERROR):
        pool.put(fault)
        pool.put(over.set)
        over.wait()
    assert "ValueError: not so" in caplog.text
