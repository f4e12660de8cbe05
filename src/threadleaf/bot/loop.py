"""One turn of the bot on one network: hear, look at what waits, send.

Every step is written down before the next begins, so that the program may end anywhere. `marks` (parameter `crash` of
`Bot`) are the places in between at which a test ends it.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from secrets import token_hex
from typing import Literal

import msgspec
from msgspec import Struct

from threadleaf.bot.answering import Answering
from threadleaf.bot.mouth import Mouth
from threadleaf.bot.network import Channel, Heard, Mention
from threadleaf.bot.sending import Sending
from threadleaf.bot.talk import Talk
from threadleaf.core.errors import StoreError
from threadleaf.core.manners import DAY
from threadleaf.jobs import Jobs
from threadleaf.render.tongue import Tongue
from threadleaf.service import Threadleaf
from threadleaf.store.inbox import Arrival, Waiting

Mark = Literal[
    "heard", "stored", "looked", "asked", "reading", "read", "wished", "written", "taken", "sent", "recorded", "found"
]
"""The places at which a process may end: inbox read · and kept · a mention decoded · its unroll asked for · and noted ·
the page is there · a wish carried out · the deed written down · begun · done at the network · and noted · looked for."""

HOLD = timedelta(seconds=90)
"""So long one process is the bot without a sign of life: longer than any single request takes."""
POLL = 15.0
"""Seconds between two looks into the inbox."""
SOON, NOW = 1.0, 0.05
"""Seconds until the next turn while somebody waits, and while very many do."""
AT_ONCE = 50
AGAIN = timedelta(minutes=10)

log = logging.getLogger(__name__)


class Turn(Struct, frozen=True):
    """What a turn did: seconds until the next one is due, and what stood in the way, in words for the operator."""

    next: float = POLL
    says: str = ""


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
        self._sending = Sending(channel, service, talk, self._name, crash)
        self._listens_at: datetime | None = None
        self._says = ""

    def turn(self) -> Turn:
        """Do what there is to do now. Raises StoreError; whatever was begun is gone on with in the next turn."""
        now = self._service.now()
        network = self._channel.network
        if not self._service.inbox.hold(network, self._name, now, now + HOLD):
            return Turn(HOLD.total_seconds() / 2, "Another process is the bot of this network.")
        self._sending.look_after()
        says = self._listen(now)
        self._consider()
        self._sending.send()
        waits = len(self._service.inbox.waiting(network, self._service.now(), AT_ONCE))
        return Turn(NOW if waits == AT_ONCE else SOON if waits else POLL, says)

    def stop(self) -> None:
        """Be the bot no more."""
        self._service.inbox.let_go(self._channel.network, self._name)

    def _listen(self, now: datetime) -> str:
        """Take in what is new, every now and then, and when the network wants to be asked; what stands in the way."""
        if self._listens_at is not None and now < self._listens_at:
            return self._says
        inbox, network = self._service.inbox, self._channel.network
        heard: Heard = self._talk(self._channel.mentions(inbox.cursor(network)))
        self._crash("heard")
        self._listens_at, self._says = heard.until or now + timedelta(seconds=POLL), heard.says
        if heard.mentions or not heard.says:
            inbox.hear(network, self._name, tuple(map(_arrival, heard.mentions)), heard.cursor)
        self._crash("stored")
        return heard.says

    def _consider(self) -> None:
        for waiting in self._service.inbox.waiting(self._channel.network, self._service.now(), AT_ONCE):
            try:
                mention = msgspec.json.decode(waiting.body, type=Mention)
                self._crash("looked")
                self._answering.consider(waiting, mention)
            except StoreError:
                raise
            except Exception:  # whatever is odd about one mention, the others are answered
                log.exception("A mention could not be dealt with; it is looked at again later, for a day.")
                self._put_off(waiting)

    def _put_off(self, waiting: Waiting) -> None:
        inbox, now = self._service.inbox, self._service.now()
        if now - waiting.seen_at > DAY:
            inbox.settle(waiting.id, "fault", now)
        else:
            inbox.later(waiting.id, now + AGAIN)


def _arrival(mention: Mention) -> Arrival:
    return Arrival(
        notification=mention.notification,
        post=mention.native,
        body=msgspec.json.encode(mention),
        seen_at=mention.seen_at,
    )
