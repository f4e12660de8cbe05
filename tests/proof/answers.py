"""T5's two processes: `serve` gives every hostile answer at a port of its own, `measure` asks for them and watches itself.

The servers are in a process of their own so that what they hold is not counted.
"""

import asyncio
import contextlib
import json
import ssl
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

from tests.fetch.bodies import ROWS
from tests.fetch.servers import Rerouted, Server, answering, http
from tests.fetch.stage import HASTY, NAME, Certificates, seen
from threadleaf.core.errors import ThreadleafError
from threadleaf.core.model import Conversation, Ref
from threadleaf.fetch.answers import Aborted
from threadleaf.fetch.door import Door
from threadleaf.fetch.drive import Limits, drive
from threadleaf.fetch.policy import Caps, Policy
from threadleaf.service import Threadleaf
from threadleaf.store import open_store
from threadleaf.wire import Request, Scope, Steps

MIB = 1024 * 1024
TLS = {
    "expired": "ABORT",
    "self-signed": "ABORT",
    "wrong name": "ABORT",
    "wrong name where ours is asked for": "ABORT",
    "TLS 1.1 at most": "network",
}
"""B19: what is wrong with the certificate or the protocol, and what comes of it."""
REF = Ref("bsky", "at://did:plc:abcdefghijklmnopqrstuvwx/app.bsky.feed.post/3kbi55xm6u62v")


# --- the servers ----------------------------------------------------------------------------------------------------


def _contexts(certificates: Certificates) -> list[ssl.SSLContext]:
    """A server's side for each row of `TLS`."""
    files = (certificates.expired, certificates.self_signed, certificates.wrong_name)
    contexts = [certificates.theirs(file) for file in files]
    odd, other = certificates.theirs(), certificates.theirs(certificates.wrong_name)
    odd.sni_callback = lambda connection, asked, context: setattr(connection, "context", other)
    old = certificates.theirs()
    old.maximum_version = ssl.TLSVersion.TLSv1_1
    return [*contexts, odd, old]


async def _serve(folder: Path) -> None:
    async with contextlib.AsyncExitStack() as up:
        plain = [Server(http(b"{}")), *(row.server() for row in ROWS)]
        for server in plain:
            await up.enter_async_context(server.up())
        secure = [Server(http(b"{}")) for _ in TLS]
        for server, context in zip(secure, _contexts(Certificates(folder)), strict=True):
            await up.enter_async_context(server.up(ssl=context))
        print(json.dumps({"plain": [s.port for s in plain], "secure": [s.port for s in secure]}), flush=True)
        await asyncio.to_thread(sys.stdin.read)  # until the test lets go


# --- what watches ---------------------------------------------------------------------------------------------------


def _memory(which: str) -> int:
    """The memory of this process: `VmRSS` now, `VmHWM` at most."""
    for line in Path("/proc/self/status").read_text("ascii").splitlines():
        if line.startswith(which):
            return int(line.split()[1]) * 1024
    raise AssertionError(which)


class Cost:
    """What a stretch of work costs: seconds, and bytes of memory at its height."""

    def __enter__(self) -> Self:
        Path("/proc/self/clear_refs").write_text("5", "ascii")  # the height is counted from here
        self._memory, self._begun = _memory("VmRSS"), time.monotonic()
        return self

    def __exit__(self, *error: object) -> None:
        self.seconds = time.monotonic() - self._begun
        self.memory = max(0, _memory("VmHWM") - self._memory)


@contextlib.asynccontextmanager
async def _heart() -> AsyncIterator[list[float]]:
    """The longest time that nothing else in this event loop could run, in milliseconds."""
    longest = [0.0]

    async def beat() -> None:
        while True:
            before = time.monotonic()
            await asyncio.sleep(0.005)
            longest[0] = max(longest[0], (time.monotonic() - before) * 1000 - 5)

    beating = asyncio.ensure_future(beat())
    try:
        yield longest
    finally:
        beating.cancel()


class Highest:
    """The figures so far: the worst of each, and what came out otherwise than it must."""

    def __init__(self) -> None:
        self.figures = {
            "answers": 0,
            "memory (MiB)": 0.0,
            "one answer (s)": 0.0,
            "stall (ms)": 0.0,
            "kept": 0,
            "wrong": 0,
        }
        self.notes: list[str] = []

    def note(self, name: str, figure: float, where: str) -> None:
        if figure > self.figures[name]:
            self.figures[name] = round(figure, 2)
            self.notes.append(f"{name} {figure:.1f}: {where}")

    async def one(self, where: str, expected: str, ask: Callable[[], Awaitable[str]]) -> None:
        """Ask for one answer and watch. A stall is measured again, for the machine may have been busy otherwise."""
        stalls = []
        for _ in range(3):
            async with _heart() as longest:
                with Cost() as cost:
                    came = await ask()
            stalls.append(longest[0])
            if longest[0] < 50:
                break
        self.figures["answers"] += 1
        self.note("memory (MiB)", cost.memory / MIB, where)
        self.note("one answer (s)", cost.seconds, where)
        self.note("stall (ms)", min(stalls), where)
        if came != expected:
            self.figures["wrong"] += 1
            self.notes.append(f"wrong: {where} gave {came}, not {expected}")


# --- asking ---------------------------------------------------------------------------------------------------------


async def _said(door: Door, url: str) -> str:
    """The reason why an answer was cut off, or its verdict."""
    got = await seen(door, Request(url=url))
    return got.reply.why if isinstance(got.reply, Aborted) else got.verdict


def _plain_door(port: int, caps: Caps) -> Door:
    return Door(policy=Policy(allow=frozenset({("127.0.0.1", port)})), caps=caps)


async def _answers(highest: Highest, ports: list[int], secure: list[int], ours: ssl.SSLContext) -> None:
    """Ask the door alone for each answer, with the deadlines of production."""
    await _said(_plain_door(ports[0], Caps()), f"http://127.0.0.1:{ports[0]}/")  # what is loaded once is loaded now
    for row, port in zip(ROWS, ports[1:], strict=True):
        door, url = _plain_door(port, Caps()), f"http://127.0.0.1:{port}/"
        await highest.one(f"{row.id} {row.says}", row.why, lambda door=door, url=url: _said(door, url))
    for (kind, expected), port in zip(TLS.items(), secure, strict=True):
        door = Door(resolve=answering("11.0.0.1"), backend=Rerouted(port), tls=ours)

        async def ask(door: Door = door) -> str:
            return (await seen(door, Request(url=f"https://{NAME}/"))).verdict

        await highest.one(f"B19 {kind}", expected, ask)


def _unrolls(highest: Highest, ports: list[int], folder: Path, caps: Caps) -> None:
    """Unroll a thread of a network whose servers give nothing but each answer: nothing may be kept of it."""
    address = str(folder / "kept.sqlite3")
    with open_store(address) as store:
        for row, port in [(None, ports[0]), *zip(ROWS, ports[1:], strict=True)]:
            with Cost() as cost:
                kept = _unrolled(store, port, caps)
            if row is not None:
                highest.note("memory (MiB)", cost.memory / MIB, f"unrolling {row.id} {row.says}")
                highest.figures["kept"] += kept
                highest.figures["longest unroll (s)"] = max(
                    highest.figures.get("longest unroll (s)", 0), round(cost.seconds, 1)
                )
    highest.figures["kept"] += len([path for path in folder.iterdir() if not path.name.startswith("kept.sqlite3")])


def _unrolled(store, port: int, caps: Caps) -> int:
    """How many pages there are after unrolling from a hostile network."""

    def now() -> datetime:
        return datetime.now(UTC)

    def fetch(steps: Steps) -> Conversation:
        return drive(steps, door=_plain_door(port, caps), clock=now, limits=Limits(seconds=20))

    origin = f"http://127.0.0.1:{port}"
    service = Threadleaf(store, fetch, now, scope=Scope(appview=origin, directory=origin))
    with contextlib.suppress(ThreadleafError):
        service.unroll(REF, save="listed")
    return len(list(service.list(visibility=None)))


def _measure(given: dict) -> dict:
    highest = Highest()
    with tempfile.TemporaryDirectory() as kept:
        trusting = ssl.create_default_context(cafile=given["certificates"])
        asyncio.run(_answers(highest, given["plain"], given["secure"], trusting))
        caps = Caps() if given["scale"] == "bar" else HASTY
        _unrolls(highest, given["plain"], Path(kept), caps)
    return {"figures": highest.figures, "notes": highest.notes}


if __name__ == "__main__":
    if sys.argv[1] == "serve":
        asyncio.run(_serve(Path(sys.argv[2])))
    else:
        print(json.dumps(_measure(json.loads(sys.stdin.read()))))
