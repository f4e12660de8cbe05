"""Run the list with DBOS: what is being done when a program is killed is done by the next one.

DBOS is told the number of an unroll and nothing else. Its tables lie in a file of their own, or beside ours on a
server; its functions belong to the whole process, which therefore has one such runner at a time.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Callable, Collection, Iterable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from dbos import DBOS, DBOSConfig, Serializer, SetWorkflowID

from threadleaf.jobs.board import Stopped
from threadleaf.jobs.pool import Pool
from threadleaf.store.engine import translated
from threadleaf.store.workflows import engine

QUEUE = "unrolls"
SCHEMA = "threadleaf_jobs"
"""Where the tables are on a server."""

_LOG = logging.getLogger("dbos")
_POLLS = 0.25  # seconds between two looks for something to do
_TRIES = 3
_AGAIN = 3
"""So many programs go on with an unroll after the first; one during which every program ends is given up."""
_VERSION = "1"  # of the functions below: another one leaves what an earlier version has begun alone
_REMEMBERED = timedelta(hours=1)

_ENDED = frozenset({"", "SUCCESS", "ERROR", "CANCELLED"})
_HOPELESS = "MAX_RECOVERY_ATTEMPTS_EXCEEDED"


class _Json(Serializer):
    """What DBOS keeps is text that cannot do anything when it is read; of an error it keeps the kind."""

    def serialize(self, data: Any) -> str:
        return json.dumps(data, default=lambda other: type(other).__name__)

    def deserialize(self, serialized_data: str) -> Any:
        return json.loads(serialized_data)

    def name(self) -> str:
        return "threadleaf_json"


class Durable:
    """A runner over `target`: the path of an SQLite file of its own, or the address of a PostgreSQL server.

    `at_once` unrolls are begun in this process at a time. Every program goes on with what any other has begun when
    it starts: should that one still run, something is read twice.
    """

    def __init__(self, target: str | Path, at_once: int) -> None:
        self._target, self._at_once = target, at_once
        self._engine: Any = None

    def start(self, work: Callable[[str], None], pool: Pool) -> None:
        """Raises StoreError if the tables cannot be made or read."""
        global _work  # noqa: PLW0603 -- DBOS's functions know no object
        _work = (work, pool)
        if logging.lastResort and not _LOG.handlers:  # it makes one of its own where there is none
            _LOG.addHandler(logging.lastResort)
        try:
            with translated():
                DBOS(config=self._config())
                DBOS.launch()
                self._queue = DBOS.register_queue(QUEUE, worker_concurrency=self._at_once, polling_interval_sec=_POLLS)
        except BaseException:
            self.stop()
            raise

    def put(self, number: str) -> None:
        with translated(), SetWorkflowID(number):
            self._queue.enqueue(_unroll, number)

    def begun(self, number: str) -> bool:
        return self._status(number) == "PENDING"

    def tidy(self, waiting: Iterable[str]) -> Collection[str]:
        hopeless = set()
        for number in waiting:
            status = self._status(number)
            if status == _HOPELESS:
                hopeless.add(number)
            elif status in _ENDED:
                self._anew(number)
        with translated():
            self._forget(datetime.now(UTC))  # noqa: TID251 -- DBOS writes by its own clock
        return hopeless

    def _status(self, number: str) -> str:
        with translated():
            found = DBOS.get_workflow_status(number)
        return "" if found is None else str(found.status)

    def _anew(self, number: str) -> None:
        """Its program ended between two writes, or could not write how it ended."""
        with translated():
            DBOS.delete_workflow(number)
        self.put(number)

    def _forget(self, now: datetime) -> None:
        """How something ended stands on our own list; here it is deleted soon."""
        before = (now - _REMEMBERED).isoformat()
        old = DBOS.list_workflows(completed_before=before, load_input=False, load_output=False, limit=1000)
        DBOS.delete_workflows([workflow.workflow_id for workflow in old])

    def stop(self) -> None:
        _LOG.setLevel(logging.CRITICAL)  # it warns of each thing that it leaves undone
        DBOS.destroy()
        if self._engine is not None:
            self._engine.dispose()

    def _config(self) -> DBOSConfig:
        config: DBOSConfig = {
            "name": "threadleaf",
            "executor_id": "threadleaf",
            "application_version": _VERSION,
            "log_level": "WARNING",
            "serializer": _Json(),
            "enable_otlp": False,  # no traces, to anybody
            "notification_listener_polling_interval_sec": 0.2,  # so long the end of the program waits for that thread
        }
        if isinstance(self._target, Path):
            self._engine = engine(self._target)
            return {**config, "system_database_engine": self._engine, "use_listen_notify": False}
        return {
            **config,
            "system_database_url": self._target,
            "dbos_system_schema": SCHEMA,
            "sys_db_pool_size": 4,
            "use_listen_notify": False,
        }


_work: tuple[Callable[[str], None], Pool] | None = None


@DBOS.workflow(name="unroll", max_recovery_attempts=_AGAIN)
async def _unroll(number: str) -> None:
    await _done(number)


@DBOS.step(name="done", retries_allowed=True, max_attempts=_TRIES)
async def _done(number: str) -> None:
    """In a thread of the pool. When the program ends this is cancelled, and nobody waits for that thread."""
    if _work is None:
        raise RuntimeError("DBOS runs what nobody has started.")
    work, pool = _work
    loop = asyncio.get_running_loop()
    ended: asyncio.Future[None] = loop.create_future()

    def tell(error: BaseException | None) -> None:
        with suppress(RuntimeError):  # the loop has ended
            loop.call_soon_threadsafe(_end, ended, error)

    def run() -> None:
        try:
            work(number)
        except Stopped:
            return  # it stays begun, and the next program goes on with it
        except BaseException as error:
            tell(error)
            raise
        tell(None)

    pool.put(run)
    await ended


def _end(ended: asyncio.Future[None], error: BaseException | None) -> None:
    if ended.done():  # cancelled
        return
    if error is None:
        ended.set_result(None)
    else:
        ended.set_exception(error)
