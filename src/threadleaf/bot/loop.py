"""One turn of the bot on one network: hear, look after what was begun, look at what waits, send.

Every step is written down before the next begins, so that the program may end anywhere. `marks` (parameter `crash` of
`Bot`) are the places in between at which a test ends it.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from secrets import token_hex
from typing import Literal

import msgspec
from msgspec import Struct

from threadleaf.bot import clock
from threadleaf.bot.answering import Answering
from threadleaf.bot.clock import SOONEST, not_before
from threadleaf.bot.memory import Memory
from threadleaf.bot.mouth import Mouth
from threadleaf.bot.network import Channel, Heard, Mention
from threadleaf.bot.sending import Sending
from threadleaf.bot.talk import Talk
from threadleaf.bot.turns import arrival
from threadleaf.core.calls import read
from threadleaf.core.errors import StoreError
from threadleaf.core.manners import is_past
from threadleaf.jobs import Jobs
from threadleaf.render.tongue import Tongue
from threadleaf.service import Threadleaf
from threadleaf.store.inbox import Waiting

Mark = Literal[
    "heard", "stored", "looked", "asked", "reading", "read", "wished", "written", "taken", "sent", "recorded", "found"
]
"""The places at which a process may end: inbox read · and kept · a mention decoded · its unroll asked for · and noted ·
the page is there · a wish carried out · the deed written down · begun · done at the network · and noted · looked for."""

HOLD = timedelta(seconds=90)
"""So long one process is the bot without a sign of life: longer than any single request takes."""
RENEWED = HOLD / 3
"""So often it gives one, also in the midst of a turn."""
POLL = SOONEST.total_seconds()
"""Seconds between two looks into the inbox."""
SOON, NOW = 1.0, 0.05
"""Seconds until the next turn while somebody waits, and while very many do."""
AT_ONCE = 50
LOOKS = 5
"""So often a turn looks into an inbox that is longer than a look takes in: whoever called last is to have a turn, too."""
AGAIN = timedelta(minutes=10)
_ODD = "A fault of this program; the log has more."
_NEVER = datetime.min.replace(tzinfo=UTC)
_READS = msgspec.json.Decoder(Mention)

log = logging.getLogger(__name__)


def _not_yet() -> bool:
    return False


class Turn(Struct, frozen=True):
    """What a turn did: seconds until the next one is due, and what stood in the way, in words for the operator."""

    next: float = POLL
    says: str = ""


_ANOTHERS = Turn(HOLD.total_seconds() / 2, "Another process is the bot of this network.")


class Bot:
    """The bot on one network. For one thread; several processes may try, one of them is it.

    Parameters: `origin` is the address of the site; `tongue` gives the language of an asker by its BCP 47 tag; `talk`
    carries out what the channel asks; `crash` is told each mark.
    """

    def __init__(
        self,
        channel: Channel,
        service: Threadleaf,
        jobs: Jobs,
        talk: Talk,
        *,
        origin: str,
        tongue: Callable[[str], Tongue],
        crash: Callable[[Mark], object] = lambda _mark: None,
    ) -> None:
        self._channel, self._service, self._talk, self._crash = channel, service, talk, crash
        self._name = token_hex(8)
        mouth = Mouth(channel, talk, origin, tongue)
        self._answering = Answering(channel, service, jobs, mouth, crash)
        self._sending = Sending(channel, service, talk, self._name, crash, self._goes_on)
        self._memory = Memory(channel, service, talk, self._name, origin)
        self._listened = (_NEVER, _NEVER)
        self._held = _NEVER
        self._is_over: Callable[[], bool] = _not_yet
        self._says = ""
        self._ahead = timedelta()

    def turn(self, is_over: Callable[[], bool] = _not_yet) -> Turn:
        """Do what there is to do now, and no more as soon as it `is_over`. Raises StoreError; whatever was begun is gone
        on with in the next turn."""
        now, self._is_over = self._service.now(), is_over
        if not self._holds():
            return _ANOTHERS
        says = self._listen(now)
        if wrong := clock.says(self._ahead):
            self.stop()
            return Turn(POLL, wrong)
        if not self._holds(noted=now):  # by a clock that is right
            return _ANOTHERS
        self._sending.look_after()
        waits = self._memory.recall(now)
        self._consider(quiet=bool(waits))
        self._sending.send(quiet=bool(waits))
        return Turn(self._pause(), says or waits) if self._holds() else _ANOTHERS

    def _holds(self, *, noted: datetime | None = None) -> bool:
        """Whether this process still is the bot, of which it gives a sign every now and then; `noted` is when the turn
        began that is to be noted."""
        now = self._service.now()
        if noted is None and timedelta() <= now - self._held < RENEWED:
            return True
        turned = self._memory.turned if noted else None
        inbox, network = self._service.inbox, self._channel.network
        is_mine = inbox.hold(network, self._name, noted or now, now + HOLD, turned=turned)
        self._held = now if is_mine else _NEVER
        return is_mine

    def _goes_on(self) -> bool:
        """Whether there is to be more of this turn."""
        return not self._is_over() and self._holds()

    def _pause(self) -> float:
        """Seconds until the next turn is due."""
        now = self._service.now()
        waits = len(self._service.inbox.waiting(self._channel.network, now, AT_ONCE))
        if waits == AT_ONCE or (self._listened[1] <= now):
            return NOW
        return SOON if waits or self._memory.reads else POLL

    def stop(self) -> None:
        """Be the bot no more."""
        self._held = _NEVER
        self._service.inbox.let_go(self._channel.network, self._name)

    def _listen(self, now: datetime) -> str:
        """Take in what is new, every now and then, at once if there is more, and when the network wants to be asked; what
        stands in the way."""
        at, until = self._listened
        if at <= now < until:  # the clock may have been put back
            return self._says
        for _ in range(LOOKS):
            if not self._look(now) or not self._goes_on():
                break
        return self._says

    def _look(self, now: datetime) -> bool:
        """Take in as much as one look shows; whether there is more."""
        inbox, network = self._service.inbox, self._channel.network
        heard = self._hear(inbox.cursor(network))
        self._crash("heard")
        if clock.says(self._ahead):
            self._listened, self._says = (_NEVER, _NEVER), ""
            return False
        self._says = heard.says
        soon = now if heard.more else now + SOONEST
        self._listened = now, not_before(now, heard.until) if heard.until else soon
        if heard.mentions or not heard.says:
            arrivals = tuple(arrival(mention, inbox.mark) for mention in heard.mentions)
            inbox.hear(network, self._name, arrivals, heard.cursor)
        self._crash("stored")
        return heard.more and not heard.until

    def _hear(self, cursor: str) -> Heard:
        """What is new; whatever is odd about it, what was heard before is gone on with."""
        aheads: list[timedelta] = []
        try:
            return self._talk(clock.watched(self._channel.mentions(cursor), aheads.append))
        except StoreError:
            raise
        except Exception:
            log.exception("The inbox could not be read.")
            return Heard(cursor=cursor, says=_ODD)
        finally:
            self._ahead = clock.agreed(aheads)

    def _consider(self, *, quiet: bool) -> None:
        for waiting in self._service.inbox.waiting(self._channel.network, self._service.now(), AT_ONCE):
            if not self._goes_on():
                return
            mention = None
            try:
                mention = _READS.decode(waiting.body)
                self._crash("looked")
                self._answering.consider(waiting, mention, quiet=quiet)
            except StoreError:
                raise
            except Exception:  # whatever is odd about one mention, the others are answered
                log.exception("A mention could not be dealt with; it is looked at again later, for a day.")
                self._put_off(waiting, mention)

    def _put_off(self, waiting: Waiting, mention: Mention | None) -> None:
        """Look at it again, for as long as anything can come of it."""
        inbox, now = self._service.inbox, self._service.now()
        if is_past(read(mention.post) if mention else None, waiting.seen_at, now):
            inbox.settle(waiting.id, "fault", now)
        else:
            inbox.later(waiting.id, now + AGAIN)
