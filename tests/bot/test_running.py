"""Bots in threads of their own: turn after turn, whatever happens in one."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from threading import Event
from typing import cast

import pytest

from threadleaf.bot import running as place
from threadleaf.bot.loop import Bot, Turn
from threadleaf.bot.running import run, running


class Turning:
    """Says what it is told to, turn by turn; the last of it ends everything."""

    def __init__(self, *turns: Turn | Exception, over: Event | None = None, ends: Exception | None = None) -> None:
        self.turns, self.over, self.ends = list(turns), over, ends
        self.stopped, self.was_over = False, list[bool]()

    def turn(self, is_over: Callable[[], bool] = lambda: False) -> Turn:
        self.was_over.append(is_over())
        turn = self.turns.pop(0)
        if not self.turns and self.over is not None:
            self.over.set()
        if isinstance(turn, Exception):
            raise turn
        return turn

    def stop(self) -> None:
        self.stopped = True
        if self.ends is not None:
            raise self.ends


def test_a_turn_that_fails_is_told_and_the_next_one_follows(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    over = Event()
    monkeypatch.setattr(place, "POLL", 0.001)
    quick, waits = Turn(0.001), Turn(0.001, "The network wants to be left alone.")
    bot = Turning(quick, ValueError("odd"), waits, waits, quick, waits, over=over, ends=ValueError("no end"))
    with caplog.at_level(logging.WARNING):
        run(cast("Bot", bot), over)
    assert [record.message for record in caplog.records] == [
        "The bot could not go on.",
        "The bot waits: The network wants to be left alone.",
        "The bot waits: The network wants to be left alone.",
        "The bot could not be ended in order; another one begins in its place a little later.",
    ]
    assert bot.stopped


def test_each_turns_at_least_once_and_is_ended_with_the_block() -> None:
    bots = [Turning(*[Turn(60)] * 9) for _ in range(2)]
    with running([cast("Bot", bot) for bot in bots]):
        pass
    assert [(len(bot.turns), bot.stopped) for bot in bots] == [(8, True), (8, True)]


def test_a_bot_begins_once_its_account_is_in_order(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(place, "FIRST", 0.001)
    wrong = "The account is not marked as a bot."
    says = iter([(wrong,), (wrong,), ValueError("odd"), ()])

    def check() -> Sequence[str]:
        said = next(says)
        if isinstance(said, Exception):
            raise said
        return said

    over = Event()
    bot = Turning(Turn(60), over=over)
    with caplog.at_level(logging.WARNING):
        run(cast("Bot", bot), over, check)
    assert [record.message for record in caplog.records] == [
        f"The bot does not start. {wrong}",
        "The bot's account could not be looked at.",
        "The bot does not start. Its account could not be looked at; the log has more.",
    ]
    assert bot.stopped


def test_a_bot_whose_account_is_never_in_order_does_nothing_and_ends_with_the_block() -> None:
    looked = Event()
    bots = [Turning(Turn(60)) for _ in range(2)]

    def check() -> Sequence[str]:
        looked.set()
        return ("It has no label.",)

    with running([cast("Bot", bot) for bot in bots], [check, check]):
        assert looked.wait(10)
    assert [(len(bot.turns), bot.stopped) for bot in bots] == [(1, False), (1, False)]


def test_a_turn_is_told_when_it_is_to_end() -> None:
    over = Event()
    bot = Turning(Turn(0.001), Turn(60), over=over)
    told: list[bool] = []
    turn = bot.turn

    def ends(is_over: Callable[[], bool]) -> Turn:
        came = turn(is_over)
        told.append(is_over())
        return came

    bot.turn = ends  # type: ignore[method-assign,assignment]
    run(cast("Bot", bot), over)
    assert (bot.was_over, told) == ([False, False], [False, True])
