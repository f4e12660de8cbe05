"""The bots of a process: each in a thread of its own, turn after turn, until the program ends.

One whose account is not in order does not begin (rights §4). What is wrong is told in the log, and looked at again later:
often it is only the network, and what an operator puts right needs no restart.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from threading import Event, Thread

from threadleaf.bot.loop import POLL, Bot

log = logging.getLogger(__name__)

Check = Callable[[], Sequence[str]]
"""What is wrong with a bot's account, in sentences; empty if nothing is."""
FIRST, MOST = 60.0, 3600.0
"""Seconds until an account is looked at again: at first, and at most."""


def _in_order() -> Sequence[str]:
    """The check of an account that was looked at already."""
    return ()


@contextmanager
def running(bots: Sequence[Bot], checks: Sequence[Check] = ()) -> Iterator[None]:
    """While the block runs, so do the bots; whatever they have begun then is gone on with at the next start.

    `checks` are those of their accounts, in the same order; none if they were looked at already.
    """
    over = Event()
    pairs = zip(bots, checks or [_in_order] * len(bots), strict=True)
    threads = [Thread(target=run, args=(bot, over, check), name="bot", daemon=True) for bot, check in pairs]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        over.set()
        for thread in threads:
            thread.join()


def run(bot: Bot, over: Event, check: Check = _in_order) -> None:
    """Turn at least once, until it is over (then a turn ends with what it is at), as soon as the account is in order. A turn that fails is told in the log; the
    next begins where it ended."""
    if not _begins(check, over):
        return
    said, wait = "", 0.0
    while not over.wait(wait) or not wait:
        wait = POLL
        try:
            turn = bot.turn(over.is_set)
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


def _begins(check: Check, over: Event) -> bool:
    """Wait until the account is in order; whether it ever was. What is wrong is said once, not with every look."""
    said, wait = "", FIRST
    while wrong := " ".join(_wrong(check)):
        if wrong != said:
            log.warning("The bot does not start. %s", wrong)
        said = wrong
        if over.wait(wait):
            return False
        wait = min(2 * wait, MOST)
    return True


def _wrong(check: Check) -> Sequence[str]:
    try:
        return check()
    except Exception:
        log.exception("The bot's account could not be looked at.")
        return ("Its account could not be looked at; the log has more.",)
