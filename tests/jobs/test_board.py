"""What is being read in this process right now, and who watches."""

import asyncio
from threading import Thread

import pytest

from threadleaf.fetch.drive import Progress
from threadleaf.jobs.board import LAST, Board, Step, Stopped


def test_steps_are_those_of_the_unroll_that_this_thread_reads() -> None:
    board = Board()
    with board.reading("one"):
        assert board.steps("one") == ()
        board.hear(Progress("Reading the thread", 0))
        board.hear(Progress("Looking for more", 1))
        assert board.steps("one") == (Step("Reading the thread", 0), Step("Looking for more", 1))
        assert board.steps("two") is None
    assert board.steps("one") is None


def test_many_requests_of_one_kind_are_one_step() -> None:
    board = Board()
    with board.reading("one"):
        for done in range(5):
            board.hear(Progress("Reading the thread", done))
        assert board.steps("one") == (Step("Reading the thread", 4),)


def test_only_the_last_steps_are_remembered() -> None:
    board = Board()
    with board.reading("one"):
        for done in range(LAST + 3):
            board.hear(Progress(f"Step {done}", done))
        assert [step.done for step in board.steps("one") or ()] == list(range(3, LAST + 3))


def test_what_nobody_asked_for_is_heard_and_forgotten() -> None:
    board = Board()
    board.hear(Progress("Reading a thread for the command line", 0))
    assert board.steps("") is None


def test_whoever_watches_hears_of_each_step_and_of_the_end() -> None:
    async def run() -> None:
        board = Board()

        def read() -> None:
            with board.reading("one"):
                board.hear(Progress("Reading the thread", 0))

        with board.watched("one") as moved, board.watched("two") as other:
            reader = Thread(target=read)
            reader.start()
            await moved.wait()
            reader.join()
            await asyncio.sleep(0)
            assert not other.is_set()
            moved.clear()
            board.wake("one")
            await moved.wait()

    asyncio.run(run())


def test_whoever_has_gone_away_is_not_told() -> None:
    async def run() -> None:
        board = Board()
        with board.watched("one") as moved:
            pass
        board.wake("one")
        await asyncio.sleep(0)
        assert not moved.is_set()

    asyncio.run(run())


def test_a_watcher_whose_loop_has_ended_does_no_harm() -> None:
    board = Board()

    async def watch() -> None:
        watching = board.watched("one")
        watching.__enter__()

    asyncio.run(watch())
    board.wake("one")


def test_when_the_program_ends_nothing_more_is_asked_and_nobody_waits() -> None:
    async def run() -> None:
        board = Board()
        with board.watched("one") as moved:
            board.stop()
            await moved.wait()
        with board.reading("one"), pytest.raises(Stopped):
            board.hear(Progress("Reading the thread", 0))

    asyncio.run(run())
