"""Bots in processes of their own that are killed with SIGKILL while their network lives on in the test's process.

    test ── forks ──→ a process that has imported everything ── fork ──→ the bot, until it is killed
      └──── the network, at a socket: it knows the time, and it kills ────┘

The server of children reads `NETWORK DATABASE SOCKET CLOCK` lines and answers `ended` or `killed` for each child, once it is
gone. Instead of sleeping, a child tells the network how long it would: so the network's clock is the only one.
"""

import faulthandler
import mmap
import os
import signal
import struct
import subprocess
import sys
import traceback
from datetime import UTC, datetime
from multiprocessing.connection import Client
from pathlib import Path
from threading import Event, Lock
from types import SimpleNamespace

from tests.proof.lives import ALL, Blindly, Life
from tests.proof.rows import ROOT
from threadleaf.bot.loop import SOON
from threadleaf.bot.session import Session
from threadleaf.config import Settings
from threadleaf.core.errors import NotFound
from threadleaf.store import open_store

TIME = struct.Struct("d")
WORLDS = {**ALL, "blind": Blindly}
"""The networks, and one on which the bot does not look before it sends again."""


class Children:
    """The server of children, from the test's side."""

    def __init__(self):
        command = [sys.executable, "-m", "tests.proof.kills"]
        self._server = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT)

    def fork(self, *words):
        self._server.stdin.write(" ".join(map(str, words)) + "\n")
        self._server.stdin.flush()

    def gone(self):
        """How the child ended, once it has."""
        return self._server.stdout.readline().strip()

    def close(self):
        self._server.communicate(timeout=60)


class Far(Life):
    """A site with a bot whose network is at the other end of a socket, and whose clock is that network's."""

    def __init__(self, path, address, clock):
        self.path, self.store = path, open_store(path)
        self.outcome, self.ends_at, self._lock = "done", [], Lock()
        with Path(clock).open("rb") as file:
            self._clock = mmap.mmap(file.fileno(), TIME.size, access=mmap.ACCESS_READ)
        self._line = Client(address)
        self._line.send(os.getpid())
        self.server, self.kept = SimpleNamespace(origin="https://home.example"), Session(Path(f"{path}.session"))
        self.settings = Settings(
            public_origin="https://threads.example",
            who_may_unroll="anyone",
            who_may_read_x="anyone",
            modes={"fedi": "open"},
            rechecks_per_hour=0,
        )
        self.start()

    def clock(self):
        return datetime.fromtimestamp(TIME.unpack(self._clock[:])[0], UTC)

    def told(self, *what):
        """What the network says; where it is no more, this process is not either."""
        with self._lock:
            try:
                self._line.send(what)
                return self._line.recv()
            except (EOFError, OSError):
                os._exit(1)

    def answer(self, request):
        return self.told("request", request)

    def left(self):
        inbox, outbox = self.service.inbox, self.service.outbox
        ever = datetime.max.replace(tzinfo=UTC)
        boxes = (outbox.ready(self.network, ever, 99), outbox.in_doubt(self.network, ever, 99))
        return inbox.left(self.network) + sum(map(len, boxes))

    def on(self):
        """Turn until the network says that all is over."""
        with self.jobs.open():
            pause = SOON
            while self.told("pause", pause, self.left()):
                pause = self.bot.turn().next
                while self.service.unrolls.waiting():
                    Event().wait(0.001)


class FarSky(Far):
    """Threads of Bluesky are made up at the other end."""

    def fetch(self, steps):
        asked = steps.gi_frame.f_locals["ref"].id
        steps.close()
        found = self.told("thread", asked)
        if found is None:
            raise NotFound("There is no such post.")
        return found


def far(network):
    """The class of a network's lives at a distance."""
    first = FarSky if network == "bsky" else Far
    return type(f"Far{network}", (first, WORLDS[network]), {})


def main():
    faulthandler.enable()  # what ends without a word of Python's tells where
    kinds = {network: far(network) for network in WORLDS}
    for command in sys.stdin:
        network, path, address, clock = command.split()
        child = os.fork()
        if child == 0:
            try:
                kinds[network](path, address, clock).on()
            except BaseException:  # noqa: BLE001 -- a child never goes back into the server's loop
                traceback.print_exc()
                os._exit(1)
            os._exit(0)
        _, status = os.waitpid(child, 0)
        is_killed = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
        print("killed" if is_killed else "ended" if status == 0 else f"failed: {status}", flush=True)


if __name__ == "__main__":
    main()
