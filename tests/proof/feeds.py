"""Bots of several processes on one database, with a feed that tells everything wrongly and clocks that are a day off."""

from contextlib import contextmanager
from datetime import timedelta
from email.utils import format_datetime
from random import Random
from threading import Event, RLock

from msgspec.structs import replace

from tests.proof.lives import ALL, ORIGIN
from tests.proof.tally import Tally
from threadleaf.bot.loop import HOLD, Bot
from threadleaf.bot.talk import talking
from threadleaf.jobs import Board, Jobs
from threadleaf.jobs.here import Here
from threadleaf.render.tongue import ENGLISH
from threadleaf.service import Threadleaf
from threadleaf.service.spending import Ceilings, Purse
from threadleaf.sources.x_costs import Prices
from threadleaf.store import open_store
from threadleaf.wire import Answer

TIMES = 5
"""So often each mention is told."""


class Feed:
    """A network whose feed tells each mention five times, in any order, and some of them late. Any thread may ask it."""

    def __init__(self, network, path, die):
        self.world, self.die, self.lock = ALL[network](path), die, RLock()
        self.world.store.close()
        self.tally = Tally(self.world)
        self.withheld = []

    def answer(self, request, offset):
        """What the network says, by its own clock; when it was read, by the reader's."""
        with self.lock:
            reply = self.world.answer(request)
            if not isinstance(reply, Answer):
                return reply
            now = self.world.clock()
            return replace(reply, at=now + offset, fields={**reply.fields, "date": format_datetime(now, usegmt=True)})

    def garbled(self, heard):
        mentions = [mention for mention in heard.mentions for _ in range(TIMES)]
        self.die.shuffle(mentions)
        return replace(heard, mentions=tuple(mentions))

    def withhold(self):
        """What was told last is not shown for now, though what comes after it is."""
        if listed := _listed(self.world):
            self.withheld.append(listed.pop(0 if self.world.network == "bsky" else -1))

    def release(self):
        """What was withheld is shown where it belongs."""
        for entry in self.withheld:
            listed = _listed(self.world)
            if self.world.network == "bsky":
                listed.append(entry)
                listed.sort(key=lambda notice: notice["indexedAt"], reverse=True)
            else:
                listed.append(entry)
                listed.sort(key=lambda notice: (len(notice["id"]), notice["id"]))
        self.withheld = []


def _listed(world):
    """Where a network keeps what it tells of mentions; X shows the posts themselves."""
    if world.network == "x":
        return []
    return world.pds.listed if world.network == "bsky" else world.server.notices


class Worker:
    """A process that may be the bot. `offset` is how far its clock is ahead."""

    def __init__(self, feed, path):
        self.feed, self.store, self.offset = feed, open_store(path), timedelta()
        self.start()

    def start(self):
        """Another process in place of this one, which ended without a word."""
        world = self.feed.world
        purse = Purse(self.store.spending, Prices(), Ceilings(day=10**9, month=10**9), world.scope.x_api, self.clock)
        self.service = Threadleaf(
            self.store, self.fetch, self.clock, scope=world.scope, purse=purse, who_may_read_x="anyone"
        )
        jobs = Jobs(self.service, world.settings, Board(), Here())
        jobs.start()
        channel = self.channel = Garbled(world.channel(), self.feed)
        talk = talking(lambda requests: [self.feed.answer(request, self.offset) for request in requests])
        self.bot = Bot(channel, self.service, jobs, talk, origin=ORIGIN, tongue=lambda _: ENGLISH)

    def clock(self):
        return self.feed.world.clock() + self.offset

    def fetch(self, steps):
        with self.feed.lock:
            return self.feed.world.fetch(steps)

    def turn(self):
        turn = self.bot.turn()
        while self.service.unrolls.waiting():
            Event().wait(0.001)
        return turn

    def reset(self):
        """The place up to which the inbox was read is lost."""
        self.service.inbox.hear(self.feed.world.network, self.bot._name, (), "")

    def left(self):
        ever, network = self.clock() + timedelta(days=9), self.feed.world.network
        boxes = (self.service.outbox.ready(network, ever, 99), self.service.outbox.in_doubt(network, ever, 99))
        return self.service.inbox.left(network) + sum(map(len, boxes))

    def held(self):
        return {posted.letter.target for posted in self.service.outbox.held()}


class Garbled:
    """A channel whose mentions come as the feed tells them."""

    def __init__(self, channel, feed):
        self._channel, self._feed = channel, feed

    def __getattr__(self, name):
        return getattr(self._channel, name)

    def mentions(self, cursor):
        heard = yield from self._channel.mentions(cursor)
        return self._feed.garbled(heard)


class Two:
    """A feed with two processes that may be its bot, and what may happen to them."""

    def __init__(self, network, folder, address, seed):
        self.feed = Feed(network, folder / "world.sqlite3", Random(seed))
        self.workers = [Worker(self.feed, address) for _ in range(2)]

    def call(self, number):
        """Somebody asks for help, for a new thread, or for one that two at most have asked for."""
        tally = self.feed.tally
        wanted = [thread for thread, asks in tally.asked.items() if len(asks) < 3]
        if number % 5 == 0:
            tally.help(tally.thread())
        elif number % 3 and wanted:
            tally.ask(wanted[number % len(wanted)], number % 3)
        else:
            tally.ask(tally.thread())

    def passes(self, seconds):
        """What was withheld comes before long."""
        self.feed.release()
        self.feed.world.later(seconds=seconds)

    def through(self):
        """Clocks are set, and turns taken, until the inbox was read once more and nothing is left."""
        self.feed.release()
        for worker in self.workers:
            worker.offset = timedelta()
        for _ in range(200):
            self.feed.world.later(seconds=HOLD.total_seconds() * 4)
            turns = [worker.turn() for worker in self.workers]
            if not all(turn.says for turn in turns) and not any(worker.left() for worker in self.workers):
                break
        return self.feed.tally.counted(self.workers[0].held())

    def close(self):
        for worker in self.workers:
            worker.store.close()


@contextmanager
def two(network, folder, address, seed):
    made = Two(network, folder, address, seed)
    try:
        yield made
    finally:
        made.close()
