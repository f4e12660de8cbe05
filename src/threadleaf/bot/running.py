"""The bots of a process: each in a thread of its own, turn after turn, until the program ends."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from threading import Event, Thread

from threadleaf.bot.loop import POLL, Bot

log = logging.getLogger(__name__)


@contextmanager
def running(bots: Sequence[Bot]) -> Iterator[None]:
    """While the block runs, so do the bots; whatever they have begun then is gone on with at the next start."""
    over = Event()
    threads = [Thread(target=run, args=(bot, over), name="bot", daemon=True) for bot in bots]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        over.set()
        for thread in threads:
            thread.join()


def run(bot: Bot, over: Event) -> None:
    """Turn at least once, until it is over. A turn that fails is told in the log; the next begins where it ended."""
    said, wait = "", 0.0
    while not over.wait(wait) or not wait:
        wait = POLL
        try:
            turn = bot.turn()
        except Exception:
            log.exception("The bot could not go on.")
        else:
            wait = turn.next
            if turn.says and turn.says != said:  # once, not with every turn
                log.warning("The bot waits: %s", turn.says)
            said = turn.says
    try:
        bot.stop()
    except Exception:
        log.exception("The bot could not be ended in order; another one begins in its place a little later.")
