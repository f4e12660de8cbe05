"""The list as DBOS runs it, on both databases: nothing is lost, nothing is told, nothing is held up."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from secrets import token_urlsafe
from threading import Event
from typing import Any
from urllib.parse import urlsplit

import pytest
from dbos import DBOS

from tests.jobs.conftest import Desk
from tests.store.build import NOON, line, ref, talk
from tests.support.databases import Sandbox
from threadleaf.core.errors import NotNow, StoreError
from threadleaf.jobs import durable
from threadleaf.jobs.durable import Durable
from threadleaf.jobs.pool import Pool
from threadleaf.store import open_store

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture
def place(database: Sandbox, tmp_path: Path) -> Path | str:
    """Where DBOS keeps its tables: in a place of each test's own, since it goes on with whatever it finds begun."""
    return tmp_path / "jobs.sqlite3" if database.kind == "sqlite" else database.bare()


@pytest.fixture
def opened(database: Sandbox, place: Path | str) -> Callable[..., Any]:
    @contextmanager
    def open_(**settings: Any) -> Iterator[Desk]:
        with open_store(database.address) as store:
            there = Desk(store, Durable(place, settings.get("unrolls_at_once", 2)), **settings)
            with there.jobs.open():
                try:
                    yield there
                finally:
                    there.lets.set()

    return open_


def ended(number: str) -> None:
    """Wait until DBOS, too, has written down that it is done."""
    while (status := DBOS.get_workflow_status(number)) is None or status.status != "SUCCESS":
        Event().wait(0.01)


class Program:
    """`tests.jobs.program` at work. `says` is its next line that is not about connections."""

    def __init__(self, database: Sandbox, place: Path | str, what: str) -> None:
        command = [sys.executable, "-m", "tests.jobs.program", database.address, str(place), what]
        self.process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.connections: list[str] = []

    def says(self) -> str:
        assert self.process.stdout is not None
        for told in self.process.stdout:
            if not told.startswith("socket."):
                return told.strip()
            self.connections.append(told.strip())
        return "nothing more"

    def reads(self, count: int) -> None:
        """Wait until it reads so many threads."""
        while count:
            told = self.says()
            assert told != "nothing more"
            count -= told == "reading"

    def ends(self) -> int:
        """Its standard input is closed, which ends it."""
        self.process.communicate()
        return self.process.returncode

    def killed(self) -> None:
        os.kill(self.process.pid, signal.SIGKILL)
        self.process.communicate()


@pytest.fixture
def program(database: Sandbox, place: Path | str) -> Iterator[Callable[[str], Program]]:
    """Starts programs; whatever still runs after the test is killed."""
    programs: list[Program] = []

    def start(what: str) -> Program:
        programs.append(Program(database, place, what))
        return programs[-1]

    yield start
    for one in programs:
        if one.process.returncode is None:
            one.killed()


def test_what_is_asked_for_is_read_and_kept(opened: Callable[..., Any]) -> None:
    with opened() as there:
        there.says = talk(*line(1, 2))
        state = there.ends(there.jobs.ask(ref(2)).number)
        assert (state.path, state.anchor) == ("/t/bsky/did:plc:ann/3k1", "3k2")


def test_a_failure_is_told_and_the_next_one_is_read(opened: Callable[..., Any]) -> None:
    with opened() as there:
        there.says = NotNow("It does not answer.")
        first = there.jobs.ask(ref(1)).number
        there.ends(first, "failed")
        there.says = talk(*line(1, 2))
        assert there.ends(there.jobs.ask(ref(1)).number).number != first


def test_no_more_is_read_at_once_than_was_said(opened: Callable[..., Any]) -> None:
    with opened(unrolls_at_once=1) as there:
        there.says = talk(*line(1, 2))
        there.lets.clear()
        first, second = there.jobs.ask(ref(1)).number, there.jobs.ask(ref(2)).number
        there.begun.wait()
        assert there.asked == 1
        assert sum(there.board.steps(number) is not None for number in (first, second)) == 1
        there.lets.set()
        there.ends(first)
        there.ends(second)
        assert there.asked == 2


def test_what_is_read_by_another_program_is_known_to_be(opened: Callable[..., Any], database: Sandbox) -> None:
    with opened() as there:
        there.lets.clear()
        number = there.jobs.ask(ref(1)).number
        there.begun.wait()
        with open_store(database.address) as store:
            other = Desk(store, there.jobs._runner)
            state = other.ends(number, "reading")
        assert state.steps == ()


def test_a_program_that_is_killed_loses_nothing(database: Sandbox, program: Callable[[str], Program]) -> None:
    killed = program("hang")
    number = killed.says()
    assert killed.says() == "reading"
    killed.killed()
    with open_store(database.address) as store:
        assert [unroll.id for unroll in store.unrolls.waiting()] == [number]
        next_one = program("go on")
        assert next_one.says() == "ended"
        assert next_one.ends() == 0
        unroll = store.unrolls.get(number)
    assert unroll is not None
    assert unroll.path == "/t/bsky/did:plc:ann/3k1"


def test_the_end_of_a_program_is_not_held_up_by_what_it_reads(
    program: Callable[[str], Program], opened: Callable[..., Any]
) -> None:
    hanging = program("hang")
    number = hanging.says()
    assert hanging.says() == "reading"
    assert hanging.ends() == 0  # what it reads never comes
    with opened() as there:
        there.says = talk(*line(1, 2))
        there.ends(number)


def test_what_was_put_on_the_list_and_not_begun_is_begun(database: Sandbox, opened: Callable[..., Any]) -> None:
    with open_store(database.address) as store:
        left = store.unrolls.begin(ref(1), "listed", NOON, 1)
    assert left is not None
    with opened() as there:
        there.says = talk(*line(1, 2))
        there.jobs.tidy()
        there.ends(left.id)


def test_what_ended_and_could_not_write_it_down_is_begun_anew(opened: Callable[..., Any]) -> None:
    with opened() as there:
        there.says = talk(*line(1, 2))
        number = there.jobs.ask(ref(1)).number
        there.ends(number)
        ended(number)
        there.jobs._runner.tidy([number])
        ended(number)
        assert there.asked == 1, "the list knows that it is done"


def test_what_could_not_be_written_down_is_tried_again(place: Path | str) -> None:
    tried: list[str] = []

    def work(number: str) -> None:
        tried.append(number)
        if len(tried) == 1:
            raise StoreError("The database is busy.", code="busy")

    runner = Durable(place, 1)
    runner.start(work, Pool(1))
    try:
        number = token_urlsafe(16)
        runner.put(number)
        ended(number)
    finally:
        runner.stop()
    assert tried == [number, number]


def test_what_ends_every_program_is_not_begun_for_ever(database: Sandbox, program: Callable[[str], Program]) -> None:
    with open_store(database.address) as store:
        left = store.unrolls.begin(ref(2), "listed", NOON, 1)
        assert left is not None
        for _ in range(1 + durable._AGAIN):
            fatal = program("hang")
            fatal.reads(2)  # what was left, and what it asks for itself
            fatal.killed()
        last = program("go on")
        assert last.says() == "ended"
        unroll = store.unrolls.get(left.id)
    assert unroll is not None
    assert unroll.error is not None
    assert unroll.error.code == "lost"


def test_nobody_is_told_of_anything(database: Sandbox, place: Path | str, program: Callable[[str], Program]) -> None:
    quiet = program("quiet")
    assert quiet.says() == "ended"
    if database.kind == "sqlite":
        assert quiet.connections == []
    server = urlsplit(str(place))
    assert all(str(server.hostname) in told or str(server.port) in told for told in quiet.connections)


def test_only_the_number_of_an_unroll_is_written_down(opened: Callable[..., Any], place: Path | str) -> None:
    with opened() as there:
        there.says = ZeroDivisionError("by did:plc:ann")
        number = there.jobs.ask(ref(1)).number
        there.ends(number, "failed")
        ended(number)
        (workflow,) = DBOS.list_workflows(workflow_ids=[number])
        steps = DBOS.list_workflow_steps(number)
    assert workflow.input == {"args": [number], "kwargs": {}}
    assert "plc" not in repr((workflow.__dict__, steps))


def test_it_is_not_remembered_for_long_what_was_done(opened: Callable[..., Any]) -> None:
    with opened() as there:
        there.says = talk(*line(1, 2))
        number = there.jobs.ask(ref(1)).number
        ended(number)
        there.jobs._runner.tidy([])
        assert DBOS.get_workflow_status(number) is not None
        there.jobs._runner._forget(datetime.now(UTC) + timedelta(hours=2))
        assert DBOS.get_workflow_status(number) is None


@pytest.mark.parametrize("where", ["sqlite", "postgresql://127.0.0.1:1/nothing"])
def test_tables_that_cannot_be_made_are_told(tmp_path: Path, where: str) -> None:
    (tmp_path / "file").write_text("")
    runner = Durable(tmp_path / "file" / "jobs.sqlite3" if where == "sqlite" else where, 1)
    with pytest.raises(StoreError):
        runner.start(lambda number: None, Pool(1))
