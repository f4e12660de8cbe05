"""Whole unrolls on a real Bluesky network on this machine, against a plain script that fetches the same answers.

The script is given the requests that the unroll made, in the same rounds, fetches each round side by side as the
driver does, and looks at nothing. What is left is the price of choosing, guarding, reading and assembling.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable
from datetime import UTC, datetime
from statistics import median
from time import perf_counter

import httpx2

from bench import Row
from tests.real.network import Network
from tests.real.people import World
from threadleaf.core.model import Conversation, Ref
from threadleaf.fetch.door import Door
from threadleaf.fetch.drive import Limits, drive
from threadleaf.fetch.policy import Policy
from threadleaf.service import Threadleaf
from threadleaf.wire import Request, Scope, Steps

ROUNDS = 9
LENGTHS = (60, 1100)
BAR = 1.3
_TLS = ssl.create_default_context()  # made once: nothing here is asked over TLS, and it would count for the script


def run() -> list[Row]:
    """Threads of 60 and of 1,100 posts, asked for from the middle."""
    with Network.started() as network:
        world = World(network)
        chains = {
            n: world.person(f"ada{n}").thread(f"{i}/{n} A long thread." for i in range(1, n + 1)) for n in LENGTHS
        }
        network.settle()
        return [_row(network, length, chain) for length, chain in chains.items()]


def _row(network: Network, length: int, chain: list[str]) -> Row:
    rounds: list[tuple[Request, ...]] = []
    own = _unroll(network, chain[length // 2], rounds)
    if (posts := own()) != length:
        raise RuntimeError(f"The unroll saw {posts} of {length} posts, so there is nothing to compare.")
    asked = list(rounds)

    def plain() -> None:
        asyncio.run(_fetch(asked))

    plain()
    found = median(_seconds(own) / _seconds(plain) for _ in range(ROUNDS))
    number = sum(map(len, asked))
    return Row(f"Unroll of {length:,} posts, live", found, BAR, f"fetching the same {number} answers, and no more")


def _unroll(network: Network, uri: str, rounds: list[tuple[Request, ...]]) -> Callable[[], int]:
    places = (place.rpartition(":") for place in network.places)
    door = Door(policy=Policy(allow=frozenset((host, int(port)) for host, _, port in places)))
    scope = Scope(appview=network.appview, directory=network.directory)

    def fetch(steps: Steps) -> Conversation:
        rounds.clear()
        return drive(_noted(steps, rounds), door=door, clock=_now, limits=Limits(seconds=120))

    service = Threadleaf(None, fetch, _now, scope=scope)
    return lambda: len(service.unroll(Ref("bsky", uri)).thread.posts)


def _noted(steps: Steps, rounds: list[tuple[Request, ...]]) -> Steps:
    wanted = next(steps)
    while True:
        rounds.append(wanted)
        replies = yield wanted
        try:
            wanted = steps.send(replies)
        except StopIteration as end:
            seen: Conversation = end.value
            return seen


async def _fetch(rounds: list[tuple[Request, ...]]) -> None:
    """Like the driver: at most so many at once to one server."""
    lanes = asyncio.Semaphore(Limits().at_once)

    async def one(client: httpx2.AsyncClient, request: Request) -> None:
        async with lanes:
            await client.get(request.url, headers={"accept": request.accept})

    async with httpx2.AsyncClient(verify=_TLS, timeout=60) as client:
        for wanted in rounds:
            await asyncio.gather(*(one(client, request) for request in wanted))


def _seconds(call: Callable[[], object]) -> float:
    start = perf_counter()
    call()
    return perf_counter() - start


def _now() -> datetime:
    return datetime.now(UTC)
