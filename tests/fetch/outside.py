"""Send every hostile address through a door in a process of its own, and count what leaves it.

Started by test_no_connections.py; prints one JSON object. Two witnesses: an audit hook that sees every
`socket.connect` and every look-up of this process, and real listeners on loopback that count who came.
`python -m tests.fetch.outside broken` lets loopback pass the judgement and asks for nothing but loopback: then
both must see connections.
"""

import asyncio
import contextlib
import json
import sys
from collections.abc import Iterable

from tests.fetch.hostile import DENIED_ADDRESSES, DENIED_URLS
from tests.fetch.servers import Server, answering, http, nobody
from threadleaf.core.errors import Blocked
from threadleaf.fetch import addresses, door
from threadleaf.fetch.door import Door
from threadleaf.fetch.policy import Caps, Policy
from threadleaf.wire import Request

LOOK_UPS = {"socket.getaddrinfo", "socket.gethostbyname", "socket.sendto", "socket.sendmsg"}
HASTY = Caps(connect=0.2)
seen: list[str] = []


def witness(event: str, arguments: tuple[object, ...]) -> None:
    if event == "socket.connect" or event in LOOK_UPS:
        seen.append(event)


async def verdict(door: Door, url: str) -> str:
    try:
        reply = await door.send(Request(url=url))
    except Blocked as refused:
        return refused.code
    return type(reply).__name__


async def by_name(hostile: Iterable[str], beside: tuple[str, ...], ports: frozenset[int]) -> list[str]:
    """A fine name leads to a hostile address, alone or beside a public one, on each port."""
    verdicts = []
    for address in hostile:
        for found in {(address,), (*beside, address)}:
            for port in sorted(ports):
                door = Door(policy=Policy(ports=ports), resolve=answering(*found), caps=HASTY)
                verdicts.append(await verdict(door, f"https://name.example.com:{port}/"))
    return verdicts


async def by_url(urls: Iterable[str], ports: frozenset[int]) -> list[str]:
    """The address itself is hostile; nobody may even look it up."""
    door = Door(policy=Policy(ports=ports), resolve=nobody)
    return [await verdict(door, url) for url in urls]


async def by_redirect(first: Server, places: Iterable[str], ports: frozenset[int]) -> list[str]:
    """A server that is allowed sends us on to a hostile place."""
    allowed = Policy(ports=ports, allow=frozenset({("127.0.0.1", first.port)}))
    door = Door(policy=allowed, resolve=answering("127.0.0.1"), caps=HASTY)
    verdicts = []
    for place in places:
        first.answer = http(b"", f"Location: {place}", status="302 Found")
        verdicts.append(await verdict(door, first.url))
    return verdicts


async def count(*, broken: bool) -> dict[str, object]:
    async with contextlib.AsyncExitStack() as up:
        first, inside, inside_v6 = Server(), Server(http(b"secret")), Server(http(b"secret"))
        await up.enter_async_context(first.up())
        await up.enter_async_context(inside.up())
        with contextlib.suppress(OSError):  # a machine without IPv6
            await up.enter_async_context(inside_v6.up("::1"))
        ports = frozenset({443, inside.port, inside_v6.port})
        places = [
            f"https://inner.example.com:{inside.port}/",
            f"http://127.0.0.1:{inside.port}/",
            f"//[::1]:{inside_v6.port}/",
            *(url for url in DENIED_URLS if url.isprintable() and "://" in url),
        ]
        seen.clear()
        verdicts = {
            "by name": await by_name(["127.0.0.1", "::1"], (), ports)
            if broken
            else await by_name(DENIED_ADDRESSES.values(), ("8.8.8.8",), ports),
            "by url": await by_url(DENIED_URLS, ports),
            "by redirect": await by_redirect(first, places, ports),
        }
        connects = seen.count("socket.connect")
        return verdicts | {
            "first": first.connections,
            "inside": inside.connections + inside_v6.connections,
            "connects": connects,
            "look-ups": len(seen) - connects,
        }


if __name__ == "__main__":
    sys.addaudithook(witness)
    broken = sys.argv[1:] == ["broken"]
    if broken:
        addresses.is_public = lambda address, *, nat64=(): address.is_loopback
        door.Door.__init__.__kwdefaults__["here"] = lambda address: False
    print(json.dumps(asyncio.run(count(broken=broken))))
