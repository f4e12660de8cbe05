"""The outbox, worked off: nothing is sent twice, and nothing is believed that was not read back.

What is found in `sending` was left by a crash, or its fate is unknown: it is looked for at the network before anything
else is done about it.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any, cast

from threadleaf.bot.clock import not_before
from threadleaf.bot.network import Channel, Deed, Outcome, Outgoing
from threadleaf.bot.talk import Talk
from threadleaf.core.errors import StoreError
from threadleaf.service import Threadleaf
from threadleaf.store.outbox import Letter, Posted
from threadleaf.wire import Asking

if TYPE_CHECKING:
    from threadleaf.bot.loop import Mark

log = logging.getLogger(__name__)

AT_ONCE = 20
LONGEST = timedelta(days=1)
"""So long a deed is tried; an answer that comes later would surprise."""
_FIRST = timedelta(seconds=30)
_MOST = timedelta(hours=1)
_DOUBLED = 8
"""So often the wait is doubled at most."""


class Sending:
    """Sends what is written down. `name` is that of the process that is the bot, `goes_on` says whether it still is."""

    def __init__(
        self,
        channel: Channel,
        service: Threadleaf,
        talk: Talk,
        name: str,
        crash: Callable[[Mark], object],
        goes_on: Callable[[], bool],
    ) -> None:
        self._channel, self._service, self._talk, self._name, self._crash = channel, service, talk, name, crash
        self._goes_on = goes_on

    def look_after(self) -> None:
        """Find out what became of whatever was begun."""
        outbox, now = self._service.outbox, self._service.now()
        for posted in outbox.in_doubt(self._channel.network, now, AT_ONCE):
            if not self._goes_on():
                break
            outcome = self._told(self._channel.find(outgoing(posted.letter)))
            self._crash("found")
            self._record(posted, outcome, looked=True)

    def send(self, *, quiet: bool = False) -> None:
        """Send what is ready, as much as the network lets us: at most half of what it would. `quiet`: no answers yet."""
        outbox, network = self._service.outbox, self._channel.network
        for posted in outbox.ready(network, self._service.now(), AT_ONCE, answers=not quiet):
            if not self._goes_on():
                break
            if not outbox.take(posted.id, self._name, self._service.now()):
                continue
            self._crash("taken")
            outcome = self._told(self._channel.send(outgoing(posted.letter)))
            self._crash("sent")
            self._record(posted, outcome)
            self._crash("recorded")

    def _told(self, asking: Asking[Outcome]) -> Outcome:
        """What became of a deed; of a fault of ours nobody knows what it left behind, and others wait behind it."""
        try:
            return self._talk(asking)
        except StoreError:
            raise
        except Exception:
            log.exception("What became of something that the bot did could not be found out.")
            return Outcome(fate="unknown", says="A fault of this program; the log has more.")

    def _record(self, posted: Posted, outcome: Outcome, *, looked: bool = False) -> None:
        """Write down what became of it. If it was `looked` for and is not there, it can be sent at once; if that could
        not be read, some networks leave no other way to know."""
        outbox, now = self._service.outbox, self._service.now()
        waits = min(_FIRST * 2 ** min(posted.tries, _DOUBLED), _MOST)
        later = not_before(now, outcome.until) if outcome.until else now + waits
        if outcome.fate == "done":
            outbox.sent(posted.id, outcome.native, outcome.url, now)
        elif outcome.fate == "unknown":
            outbox.doubtful(posted.id, None if looked and self._channel.holds else later, outcome.says)
        elif outcome.fate == "refused" or now - posted.letter.at > LONGEST:
            outbox.failed(posted.id, outcome.says)
        else:
            outbox.again(posted.id, now if looked and not outcome.until else later, outcome.says)


def outgoing(letter: Letter) -> Outgoing:
    """A letter as the network's module knows it."""
    told: dict[str, Any] = {name: getattr(letter, name) for name in ("network", "key", "target", "body", "at")}
    return Outgoing(deed=cast("Deed", letter.deed), **told)


def letter(out: Outgoing, path: str = "") -> Letter:
    """A deed as the store keeps it."""
    told: dict[str, Any] = {name: getattr(out, name) for name in ("network", "deed", "key", "target", "body", "at")}
    return Letter(**told, path=path)
