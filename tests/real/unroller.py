"""Threadleaf in front of a real network, with a ledger of what it asks."""

import os
import subprocess
import sys
from collections import Counter
from collections.abc import AsyncIterator, Container, Iterable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

from msgspec.structs import replace

from tests.real.network import Network
from threadleaf.core.model import Conversation, Post, Thread
from threadleaf.fetch.door import Door
from threadleaf.fetch.drive import Limits, drive
from threadleaf.fetch.policy import Policy
from threadleaf.service import Threadleaf
from threadleaf.service.answers import Renderer
from threadleaf.store.threads import Store
from threadleaf.wire import Answer, Refused, Request, Scope, Steps


class Ledger:
    """A door that writes down what is asked of it. What is in `lacking` no server has."""

    def __init__(self, door: Door, lacking: Container[str]) -> None:
        self._door, self._lacking = door, lacking
        self.asked: list[Request] = []

    @asynccontextmanager
    async def visit(self) -> AsyncIterator["Ledger"]:
        async with self._door.visit() as door:
            ledger = Ledger(door, self._lacking)
            ledger.asked = self.asked
            yield ledger

    async def send(self, request: Request) -> Answer | Refused:
        self.asked.append(request)
        if method(request) in self._lacking:
            body = b'{"error": "MethodNotImplemented", "message": "Method Not Implemented"}'
            return Answer(status=501, body=body, at=_now(), url=request.url)
        return await self._door.send(request)


class Bluesky:
    """Threadleaf in front of the real network: everything between the address of a post and the thread is our own."""

    def __init__(self, network: Network, appview: str) -> None:
        self._network = network
        self.scope = Scope(appview=appview, directory=network.directory)
        self.lacking: set[str] = set()
        self.allowing = True
        self.asked: list[Request] = []

    def appview_is_at(self, origin: str) -> None:
        """Ask another AppView."""
        self.scope = replace(self.scope, appview=origin)

    @property
    def places(self) -> set[str]:
        """HOST:PORT of all that may be asked."""
        return {
            *self._network.places,
            *(urlsplit(origin).netloc for origin in (self.scope.appview, self.scope.directory)),
        }

    def service(self, store: Store | None = None, renderer: Renderer | None = None) -> Threadleaf:
        """Threadleaf itself; a site needs a renderer. `asked` is going to list what it asks."""
        ledger = Ledger(Door(policy=Policy(allow=frozenset(map(_place, self.places)))), self.lacking)
        self.asked = ledger.asked

        def fetch(steps: Steps) -> Conversation:
            return drive(steps, door=ledger, clock=_now, limits=Limits(seconds=120))

        return Threadleaf(store, fetch, _now, renderer, scope=self.scope)

    def unroll(self, address: str) -> Thread:
        """The thread as a visitor may see it. `asked` then lists the requests that it took."""
        return self.service().unroll(address).thread

    def methods(self) -> Counter[str]:
        """How often each method was asked; the directory has no methods, it counts as one."""
        return Counter(map(method, self.asked))

    def environ(self, home: Path) -> dict[str, str]:
        """The environment in which the program itself asks this network."""
        return {
            "HOME": str(home),
            "PATH": os.environ["PATH"],
            "LANG": "C.UTF-8",
            "THREADLEAF_BLUESKY_APPVIEW": self.scope.appview,
            "THREADLEAF_BLUESKY_DIRECTORY": self.scope.directory,
            "THREADLEAF_ALLOW_LOOPBACK": ",".join(self.places) if self.allowing else "",
        }

    def command(self, *args: str, home: Path) -> subprocess.CompletedProcess[bytes]:
        """Run the program itself."""
        command = [sys.executable, "-m", "threadleaf", *args]
        return subprocess.run(command, env=self.environ(home), cwd=home, capture_output=True, timeout=120, check=False)


def ids(posts: Iterable[Post]) -> list[str]:
    """The posts by their names."""
    return [post.id for post in posts]


def everything(shown: object) -> str:
    """All that a reader of a thread could see, as one text in which to look for what must not be there."""
    return repr(shown)


def method(request: Request) -> str:
    """The method that a request asks, without the names before it; `directory` for an identity document."""
    path = urlsplit(request.url).path
    return path.rpartition(".")[2] if path.startswith("/xrpc/") else "directory"


def _place(text: str) -> tuple[str, int]:
    host, _, port = text.rpartition(":")
    return host, int(port)


def _now() -> datetime:
    return datetime.now(UTC)
