"""T19: the bot's process is killed at random moments of a storm of mentions: nobody is answered twice, and nobody not at all."""

import mmap
import os
import shutil
import signal
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from multiprocessing.connection import Listener
from random import Random
from time import perf_counter

from tests.proof import rows
from tests.proof.kills import TIME, WORLDS, Children
from tests.proof.lives import ALL
from tests.proof.tally import Tally
from threadleaf.bot.loop import HOLD, POLL
from threadleaf.store import open_store

SEED = 19
KILLS = {"ci": 100, "bar": 2000}[rows.SCALE]
MENTIONS = 200
THREADS, WISHES = 80, 20
CALLS = (("ask", THREADS), ("ask", THREADS), ("help", MENTIONS - 2 * THREADS - WISHES))
"""Each thread is asked for twice, some ask for help; in the end authors want threads forgotten that were answered."""
BATCH = 30
HEARD = timedelta(minutes=4)
"""After so much time what was posted was heard by whoever is the bot."""


class Storm:
    """A network with a storm of mentions."""

    def __init__(self, network, folder, die, threads=THREADS):
        self.die = die
        self.path = folder / f"{network}-{die.random()}.sqlite3"
        self.world = WORLDS[network](folder / f"{self.path.name}.world")
        self.world.store.close()
        self.tally = Tally(self.world)
        for _ in range(threads):
            self.tally.thread()
        self.calls = [(kind, number) for kind, most in CALLS for number in range(min(most, threads))]
        die.shuffle(self.calls)
        self.heard_by = self.world.clock()
        self.wishes = [("wish", number) for number in die.sample(range(threads), threads * WISHES // THREADS)]

    def post(self, left):
        """Let people call the bot, as much at once as comes; whether the storm goes on."""
        is_quiet = not left and self.world.clock() > self.heard_by
        if not self.calls and is_quiet:
            self.calls, self.wishes = self.wishes, []
        if self.calls and left < BATCH:
            for kind, number in self.calls[:BATCH]:
                getattr(self.tally, kind)(number)
            del self.calls[:BATCH]
            self.heard_by = self.world.clock() + HEARD
            return True
        return bool(self.calls) or not is_quiet

    def counted(self):
        with open_store(self.path) as store:
            held = {posted.letter.target for posted in store.outbox.held()}
        return self.tally.counted(held)


class Murder:
    """When the next child is killed: at its nth request, or the nth that writes; before it is heard, after it was done and
    before the answer is given, or a moment after that."""

    def __init__(self, die):
        self.of_writes = die.random() < 0.5
        self.at = die.randint(1, 3) if self.of_writes else die.randint(1, 15)
        self.how = die.choice(("before", "after", "after", "later"))
        self.wait = die.random() * 0.02

    def is_due(self, what):
        if what[0] != "request" or (self.of_writes and what[1].method == "GET"):
            return False
        self.at -= 1
        return self.at == 0


@contextmanager
def clock(folder):
    path = folder / "clock"
    path.write_bytes(bytes(TIME.size))
    with path.open("r+b") as file, mmap.mmap(file.fileno(), TIME.size) as shared:
        yield path, shared


class Play:
    """One network, its children, and who kills them."""

    def __init__(self, network, folder, children, die):
        self.network, self.folder, self.children, self.die = network, folder, children, die
        self.killed = Counter()

    def storm(self, kills, threads=THREADS):
        """A storm from its beginning until all is done that was asked for; what came of it. After so many kills the
        children are let live."""
        storm = Storm(self.network, self.folder, self.die, threads)
        before = self.killed.total()
        with clock(self.folder) as (path, shared), Listener(str(self.folder / "socket"), "AF_UNIX") as door:
            over = False
            while not over:
                self.tell(storm, shared)
                self.children.fork(self.network, storm.path, door.address, path)
                with door.accept() as line:
                    goes_on = self.killed.total() - before < kills
                    over = self.serve(storm, line, shared, Murder(self.die) if goes_on else None)
                told = self.children.gone()
                assert told == ("ended" if over else "killed"), told
                storm.world.later(seconds=HOLD.total_seconds() + 1)
        return storm.counted()

    def tell(self, storm, shared):
        shared[:] = TIME.pack(storm.world.clock().timestamp())

    def serve(self, storm, line, shared, murder):
        """Answer a child until it is killed, or all is over (True), or it ended by itself (None)."""
        child = line.recv()
        while True:
            try:
                what = line.recv()
            except EOFError:
                return None
            is_due = murder is not None and murder.is_due(what)
            if is_due and murder.how == "before":
                return self.kill(child, murder)
            answer = self.answered(storm, *what)
            self.tell(storm, shared)
            if is_due and murder.how == "after":
                return self.kill(child, murder)
            line.send(answer)
            if answer is False:
                return True
            if is_due:
                begun = perf_counter()
                while perf_counter() - begun < murder.wait:
                    pass
                return self.kill(child, murder)

    def answered(self, storm, what, *told):
        if what == "request":
            return storm.world.answer(*told)
        if what == "thread":
            return storm.world.threads.get(*told)
        pause, left = told
        storm.world.later(seconds=pause if pause < POLL else 60)
        return storm.post(left)

    def kill(self, child, murder):
        os.kill(child, signal.SIGKILL)
        self.killed[murder.how] += 1
        return False


@contextmanager
def opened():
    children = Children()
    try:
        yield children
    finally:
        children.close()


def played(network, folder):
    """As many storms as it takes."""
    die, total = Random(f"{SEED} {network}"), Counter()
    folder.mkdir()
    with opened() as children:
        play = Play(network, folder, children, die)
        while play.killed.total() < KILLS:
            total.update(play.storm(KILLS - play.killed.total()), storms=1)
    total.update({f"kills on {network}": play.killed.total(), "kills between deed and answer": play.killed["after"]})
    shutil.rmtree(folder)
    return total


def test_t19_kills_lose_and_double_nothing(tmp_path, proved):
    total = Counter()
    with ThreadPoolExecutor(len(ALL)) as pool:  # while one network's child works, another network answers
        for figures in pool.map(played, ALL, [tmp_path / network for network in ALL]):
            total.update(figures)
    proved("T19", {**total}, SEED)


def test_t19_a_bot_that_sends_again_without_looking_is_found_out(tmp_path):
    with opened() as children:
        play = Play("blind", tmp_path, children, Random(SEED))
        figures = play.storm(12, threads=8)
    assert play.killed["after"] > 0
    assert figures["doubled"] > 0
