"""T20: a feed that tells everything five times, in no order, late, and from the beginning again; two processes; clocks that are
a day off: nobody is answered twice, and nobody not at all."""

import shutil
import tempfile
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from datetime import timedelta
from itertools import count
from multiprocessing import get_context
from pathlib import Path
from threading import Event, Lock, Thread

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test
from msgspec.structs import replace

from tests.proof import rows
from tests.proof.feeds import Two, two
from tests.proof.lives import ALL
from tests.support.databases import database, postgres_copy, sqlite_template
from threadleaf.bot.loop import HOLD, POLL

__all__ = ["database", "postgres_copy", "sqlite_template"]

SEED = 0  # the dice are hypothesis's own, and the same every time
STEPS, EXAMPLES = {"ci": (50, 7), "bar": (200, 200)}[rows.SCALE]  # on each network
TOTAL = Counter()
DAY = timedelta(days=1)


class Faults(RuleBasedStateMachine):
    """Whatever may happen, in any order; at the end all is set right, and counted."""

    network, template = "", None

    @initialize(seed=st.integers(0, 2**32))
    def begin(self, seed):
        self.folder = Path(tempfile.mkdtemp(prefix="tl-t20-"))
        path = self.folder / "site.sqlite3"
        path.write_bytes(self.template.read_bytes())
        self.two = Two(self.network, self.folder, path, seed)
        self.calls = 0

    @rule(numbers=st.lists(st.integers(0, 30), min_size=1, max_size=6))
    def call(self, numbers):
        TOTAL["steps"] += 1
        if self.calls < 20:  # the caps of a whole network are another row's
            for number in numbers:
                self.two.call(number)
            self.calls += len(numbers)

    @rule(who=st.integers(0, 1), times=st.integers(1, 3))
    def turn(self, who, times):
        TOTAL["steps"] += 1
        for _ in range(times):
            self.two.workers[who].turn()

    @rule(seconds=st.sampled_from((1, int(POLL), 100, 200)))
    def passes(self, seconds):
        TOTAL["steps"] += 1
        self.two.passes(seconds)

    @rule()
    def withhold(self):
        TOTAL["steps"] += 1
        self.two.feed.withhold()

    @rule(who=st.integers(0, 1))
    def reset(self, who):
        TOTAL["steps"] += 1
        self.two.workers[who].reset()

    @rule(who=st.integers(0, 1), days=st.sampled_from((-1, 0, 1)))
    def clock(self, who, days):
        TOTAL["steps"] += 1
        self.two.workers[who].offset = days * DAY

    @rule(who=st.integers(0, 1), says=st.booleans())
    def end(self, who, says):
        TOTAL["steps"] += 1
        if says:
            self.two.workers[who].bot.stop()
        self.two.workers[who].start()

    def teardown(self):
        if hasattr(self, "two"):
            figures = self.two.through()
            TOTAL.update({name: figures[name] for name in ("mentions", "lost", "doubled", "held")}, plays=1)
            self.two.close()
            shutil.rmtree(self.folder)
            assert (figures["lost"], figures["doubled"]) == (0, 0)


def garbled(network, template):
    """What came of it on one network."""
    TOTAL.clear()
    Faults.network, Faults.template = network, template
    rules = settings(
        max_examples=EXAMPLES,
        stateful_step_count=STEPS,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(Faults, settings=rules)
    return TOTAL


def test_t20_a_garbled_feed_loses_and_doubles_nothing(sqlite_template, proved):
    total = Counter()
    with ProcessPoolExecutor(mp_context=get_context("spawn")) as pool:
        for figures in pool.map(garbled, ALL, [sqlite_template] * len(ALL)):
            total.update(figures)
    proved("T20", {**total}, SEED)


@pytest.mark.parametrize("network", ALL)
def test_t20_two_processes_at_once_are_one_bot(network, database, tmp_path):
    """Each in a thread of its own on its own handle of the database; one hands over or ends without a word now and then."""
    with two(network, tmp_path, database.address, SEED) as made:
        for number in range(24):
            made.call(number)
        over, guard, busy = Event(), Lock(), Counter()
        threads = [Thread(target=_works, args=(made, who, over, guard, busy)) for who in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        figures = made.through()
        assert busy["turns that were refused"] > 0
        assert busy["turns"] > 20
        assert (figures["lost"], figures["doubled"], figures["held"]) == (0, 0, 0)


def _works(made, who, over, guard, busy):
    """Turn again and again. Time passes only while nobody is in the middle of a turn: no request takes longer than a hold."""
    worker = made.workers[who]
    for number in range(40):
        with guard:
            busy["now"] += 1
        turn = worker.turn()
        with guard:
            busy["now"] -= 1
            busy["turns"] += 1
            busy["turns that were refused"] += "Another process" in turn.says
            if not busy["now"]:
                made.feed.world.later(seconds=HOLD.total_seconds() / 3)
        if number % 5 == who:
            worker.bot.stop()
        elif number % 7 == who:
            worker.start()


def test_t20_a_bot_that_goes_by_a_wrong_clock_is_found_out(sqlite_template, tmp_path, monkeypatch):
    from threadleaf.bot import clock

    path = tmp_path / "site.sqlite3"
    path.write_bytes(sqlite_template.read_bytes())
    monkeypatch.setattr(clock, "APART", timedelta(days=9))
    with two("fedi", tmp_path, path, SEED) as made:
        made.call(1)
        made.workers[0].offset = DAY + timedelta(hours=1)
        made.workers[0].turn()
        assert made.through()["lost"] == 1


def test_t20_an_inbox_that_does_not_know_what_it_has_heard_is_found_out(sqlite_template, tmp_path):
    path = tmp_path / "site.sqlite3"
    path.write_bytes(sqlite_template.read_bytes())
    with two("bsky", tmp_path, path, SEED) as made:
        made.call(1)
        inbox, names = made.workers[0].service.inbox, map(str, count())
        hear = inbox.hear

        def forgets(network, holder, arrivals, cursor):
            new = [replace(arrival, notification=next(names), post=next(names)) for arrival in arrivals]
            return hear(network, holder, new, cursor)

        counts = inbox.counts
        inbox.counts = lambda *told: replace(counts(*told), told=0)  # who was told of what, it does not know either
        inbox.hear = forgets
        for _ in range(9):
            made.workers[0].turn()
            made.passes(60)
        assert made.feed.tally.counted()["doubled"] > 0
