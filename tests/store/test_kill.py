"""kill -9 leaves all or nothing, at each statement and at any other moment."""

import os
import random
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from sqlalchemy import select, text

from tests.store import forks
from tests.store.build import ref
from tests.support.databases import Sandbox
from tests.support.postgres import address_of, fresh_postgres
from threadleaf.core.assemble import assemble
from threadleaf.core.errors import Gone
from threadleaf.core.identity import ways_to
from threadleaf.core.model import Conversation, Thread
from threadleaf.core.query import parse
from threadleaf.core.ref import MIRRORS
from threadleaf.store import open_store
from threadleaf.store.aliases import alias_of
from threadleaf.store.codec import unpack
from threadleaf.store.schema import aliases, entries, opt_outs, threads, tombstones
from threadleaf.store.threads import Store

# Each statement of each scenario has a database of its own: minutes, where the machine is slow.
pytestmark = pytest.mark.timeout(1800)

ROUNDS = {"ci": 20, "bar": 1000}[os.environ.get("TL_SCALE", "ci")]


class Forks:
    """The server of children, and how to talk to it."""

    def __init__(self) -> None:
        command = [sys.executable, "-m", "tests.store.forks"]
        root = Path(__file__).parent.parent.parent
        self._server = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=root)

    def ask(self, address: str, scenario: str, number: int) -> None:
        assert self._server.stdin
        self._server.stdin.write(f"{address} {scenario} {number}\n")
        self._server.stdin.flush()

    def answer(self) -> str:
        assert self._server.stdout
        return self._server.stdout.readline().strip()

    def close(self) -> None:
        self._server.communicate(timeout=60)


@pytest.fixture(scope="module")
def children() -> Iterator[Forks]:
    server = Forks()
    yield server
    server.close()


@pytest.fixture
def copies(database: Sandbox, tmp_path: Path) -> Callable[[], str]:
    """Makes databases that hold what `forks.prepare` puts there."""
    first = database.bare()
    with open_store(first) as store:
        forks.prepare(store)
    if database.kind == "postgres":
        name = urlsplit(first).path.removeprefix("/")
        assert address_of(name) == first
        return lambda: fresh_postgres(name)
    numbers = count(1)
    return lambda: str(shutil.copy(first, tmp_path / f"copy-{next(numbers)}.sqlite3"))


def content(store: Store) -> list[Any]:
    """Everything that is kept; marks by their number only, since their key is not the same everywhere."""
    with store._database.reading() as connection:
        rows = connection.execute(select(threads).order_by(threads.c.id)).all()
        ways = connection.execute(select(aliases).order_by(aliases.c.digest)).all()
        stones = connection.execute(select(tombstones.c.reason)).all()
        outs = connection.execute(select(opt_outs.c.source)).all()
        listed = connection.execute(select(entries).order_by(entries.c.place)).all()
    return [[tuple(row) for row in table] for table in (rows, ways, stones, outs, listed)]


def check(store: Store) -> None:
    """What must be true after whatever happened."""
    with store._database.reading() as connection:
        rows = connection.execute(select(threads)).all()
        leading = connection.execute(select(aliases)).all()
        listed = connection.execute(select(entries.c.thread)).scalars().all()
        if store._database.is_sqlite:
            assert connection.execute(text("PRAGMA integrity_check")).scalars().all() == ["ok"]
            assert connection.execute(text("PRAGMA foreign_key_check")).all() == []
            connection.execute(text("INSERT INTO found (found) VALUES ('integrity-check')"))
    assert sorted(listed) == sorted(row.id for row in rows), "every thread is in the catalogue, and nothing else"
    for row in rows:
        conversation, thread = unpack(row.conversation, Conversation), unpack(row.thread, Thread)
        assert assemble(conversation) == thread, "conversation and thread belong together"
        words = f'"{thread.posts[-1].text}" -nothing'
        assert row.id in [hit.saved.number for hit in store.search.find(parse(words), 100, visibility=None).hits]
        ways = {alias_of(way).digest for way in ways_to(conversation, thread, None, MIRRORS)}
        assert ways <= {bytes(way.digest) for way in leading if way.thread == row.id}


@pytest.mark.parametrize("scenario", forks.SCENARIOS)
def test_a_program_killed_at_any_statement_has_done_all_or_nothing(
    scenario: str, children: Forks, copies: Callable[[], str]
) -> None:
    with open_store(copies()) as store:
        before = content(store)
        forks.SCENARIOS[scenario](store)
        after = content(store)
    assert before != after
    seen, answer, number = [], "killed", 0
    while answer == "killed":
        number += 1
        address = copies()
        children.ask(address, scenario, number)
        answer = children.answer()
        with open_store(address) as store:
            check(store)
            found = content(store)
        assert found in (before, after)
        seen.append(found)
    assert answer == "done"
    assert number > 3, "the switch works"
    assert seen[0] == before
    assert seen[-1] == after


def test_a_program_killed_while_it_makes_the_tables_can_be_started_again(database: Sandbox, children: Forks) -> None:
    answer, number = "killed", 0
    while answer == "killed":
        number += 1
        address = database.bare()
        children.ask(address, "open", number)
        answer = children.answer()
        with open_store(address) as store:
            forks.prepare(store)
            check(store)
    assert answer == "done"
    assert number > 3, "the switch works"


def test_a_program_killed_at_any_moment_loses_nothing_that_was_acknowledged(
    children: Forks, copies: Callable[[], str]
) -> None:
    chance = random.Random(19)
    for _ in range(ROUNDS):
        address = copies()
        done: set[str] = set()
        children.ask(address, "storm", 0)
        pid = int(children.answer())
        for _ in range(chance.randrange(1, 12)):
            done.add(children.answer())
        for _ in range(chance.randrange(40_000)):
            pass
        os.kill(pid, signal.SIGKILL)
        while (answer := children.answer()) != "killed":
            done.add(answer)
        with open_store(address) as store:
            check(store)
            for word, number in (line.split() for line in done):
                ways = [alias_of(ref(int(number) * 100))]
                if word == "removed" or f"removed {number}" in done:
                    with pytest.raises(Gone):
                        store.find(ways)
                elif f"grown {number}" not in done or int(number) % 3:
                    (page,) = store.find(ways)
                    assert page.posts in ((40,) if f"grown {number}" in done else (2, 40))
