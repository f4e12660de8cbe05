"""A program that reads what is on the list, for tests that kill it: `program.py DATABASE JOBS what`.

`hang` asks for a thread that never comes, says so when it is being read, and ends when its standard input does; `go
on` ends when nothing waits any more; `quiet` starts and ends. Whatever it connects to is printed.
"""

import os
import sys
from datetime import UTC, datetime
from pathlib import Path
from threading import Event

from tests.store.build import line, ref, talk
from threadleaf.config import Settings
from threadleaf.core.model import Conversation
from threadleaf.jobs import Board, Jobs
from threadleaf.jobs.durable import Durable
from threadleaf.service import Threadleaf
from threadleaf.store import open_store
from threadleaf.wire import Steps

DATABASE, JOBS, WHAT = sys.argv[1:]


def say(*words: object) -> None:
    """A line in one piece: `print` writes its end by itself, so two threads may mix theirs."""
    os.write(1, (" ".join(map(str, words)) + "\n").encode())


def watch(event: str, details: tuple[object, ...]) -> None:
    if event in ("socket.connect", "socket.getaddrinfo", "socket.bind"):
        say(event, details[1:])


def fetch(steps: Steps) -> Conversation:
    steps.close()
    if WHAT == "hang":
        say("reading")
        Event().wait()
    return talk(*line(1, 2))


sys.addaudithook(watch)
with open_store(DATABASE) as store:
    service = Threadleaf(store, fetch, lambda: datetime.now(UTC))
    jobs = Jobs(service, Settings(), Board(), Durable(JOBS if "://" in JOBS else Path(JOBS), 2))
    with jobs.open():
        if WHAT == "hang":
            say(jobs.ask(ref(2)).number)
            sys.stdin.read()
        while WHAT == "go on" and store.unrolls.waiting():
            jobs.tidy()
            Event().wait(0.01)
    say("ended")
