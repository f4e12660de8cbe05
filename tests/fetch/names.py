"""What a hostile owner of a name may let it lead to: twenty behaviours (D01 to D20), each with what must come of it.

An act plays one of them on a stage, with choices of its own from a die, and checks the verdicts. Whoever runs it checks
in the end that nothing was dialled but what stands for public servers.
"""

import asyncio
import socket
import threading
from collections.abc import Awaitable, Callable
from random import Random
from typing import NamedTuple

from tests.fetch.hostile import DENIED_ADDRESSES
from tests.fetch.servers import Rerouted, Server
from tests.fetch.stage import GOOD, HASTY, NAME, Found, Names, Stage, seen, verdict
from threadleaf.core.model import Conversation
from threadleaf.fetch.door import Door
from threadleaf.fetch.drive import Limits, drive
from threadleaf.fetch.policy import Caps, Policy
from threadleaf.fetch.resolve import SystemResolver
from threadleaf.wire import Request

URL = f"https://{NAME}/"
Act = Callable[[Stage, Random, Caps], Awaitable[None]]


class Row(NamedTuple):
    id: str
    says: str
    act: Act


ROWS: list[Row] = []


def row(identity: str, says: str) -> Callable[[Act], Act]:
    def keep(act: Act) -> Act:
        ROWS.append(Row(identity, says, act))
        return act

    return keep


def inside(die: Random, *only: str) -> str:
    """An address that is denied."""
    return die.choice(only or tuple(DENIED_ADDRESSES.values()))


def beside(die: Random, *texts: str) -> tuple[str, ...]:
    """Addresses in any order."""
    return tuple(die.sample(texts, len(texts)))


async def asks(stage: Stage, expected: str, *found: Found, **more) -> Names:
    """Ask once, with a resolver that brings this; it must have been asked once."""
    names = Names(*found)
    assert await verdict(stage.door(names, **more), URL) == expected
    assert names.asked == [NAME]
    return names


@row("D01", "a name that looks public leads inside")
async def leads_inside(stage: Stage, die: Random, caps: Caps) -> None:
    await asks(stage, "DENY-ADDR", (inside(die),))
    names = Names((address := inside(die, "127.0.0.1", "10.0.0.1", "169.254.169.254"),))
    assert await verdict(stage.door(names), f"https://{address}.nip.io/") == "DENY-ADDR"


@row("D02", "a public address and one inside, in either order")
async def leads_both_ways(stage: Stage, die: Random, caps: Caps) -> None:
    await asks(stage, "DENY-ADDR", beside(die, GOOD[0], inside(die)))
    await asks(stage, "DENY-ADDR", beside(die, *GOOD, inside(die)))


@row("D03", "a public IPv4 address and an IPv6 one inside")
async def second_family(stage: Stage, die: Random, caps: Caps) -> None:
    await asks(stage, "DENY-ADDR", beside(die, GOOD[0], inside(die, "::1", "fd00:ec2::254", "fe80::1", "::")))


@row("D04", "a public IPv4 address and one inside that is written as IPv6")
async def mapped(stage: Stage, die: Random, caps: Caps) -> None:
    forms = ("::ffff:10.0.0.1", "::ffff:7f00:1", "64:ff9b::a9fe:a9fe", "2002:7f00:1::", "::127.0.0.1")
    await asks(stage, "DENY-ADDR", beside(die, GOOD[0], inside(die, *forms)))


@row("D05", "public when it is looked up, inside when it is looked up again")
async def rebinds(stage: Stage, die: Random, caps: Caps) -> None:
    await asks(stage, "ALLOW", (die.choice(GOOD),), (inside(die),))


@row("D06", "it flips between two requests")
async def flips(stage: Stage, die: Random, caps: Caps) -> None:
    names = Names((GOOD[0],), (inside(die),))
    door = stage.door(names)
    assert [await verdict(door, URL) for _ in range(2)] == ["ALLOW", "DENY-ADDR"]
    assert names.asked == [NAME] * 2
    names = Names((GOOD[0],), (inside(die),))
    before = stage.good.connections
    async with stage.door(names).visit() as visiting:  # one connection: it stays where it was judged to be
        assert [(await visiting.send(Request(url=URL))).status for _ in range(3)] == [200] * 3
    assert (names.asked, stage.good.connections - before) == ([NAME], 1)


@row("D07", "it flips between a try and the next")
async def flips_before_a_retry(stage: Stage, die: Random, caps: Caps) -> None:
    await stage.open("broken.example.com", Server(b""))
    names = Names(stage.book.found["broken.example.com"], (inside(die),))

    def source():
        (reply,) = yield (Request(url="https://broken.example.com/"),)
        return Conversation(network="bsky", anchor=reply.kind, posts=())

    door, limits = stage.door(names), Limits(pause=0)
    done = await asyncio.to_thread(drive, source(), door=door, clock=door._clock, limits=limits)
    assert (done.anchor, len(names.asked)) == ("door", 2)


@row("D08", "a chain of aliases that ends inside: what the system makes of it is judged")
async def alias(stage: Stage, die: Random, caps: Caps) -> None:
    entry = (socket.AF_INET, socket.SOCK_STREAM, 6, "localhost", (inside(die, "127.0.0.1", "10.0.0.5"), 443))
    door = stage.door(SystemResolver(getaddrinfo=lambda *name, **kinds: [entry]))
    assert await verdict(door, URL) == "DENY-ADDR"


@row("D09", "aliases in a circle: the system gives up, or never does")
async def circle(stage: Stage, die: Random, caps: Caps) -> None:
    await asks(stage, "network", socket.gaierror(socket.EAI_AGAIN, "too many aliases"))
    await asks(stage, "timeout", None, caps=caps)


@row("D10", "no such name, a resolver that fails or refuses")
async def no_such_name(stage: Stage, die: Random, caps: Caps) -> None:
    failure = die.choice([socket.EAI_NONAME, socket.EAI_AGAIN, socket.EAI_FAIL, socket.EAI_NODATA])
    await asks(stage, "network", die.choice([socket.gaierror(failure, "no"), UnicodeError("no"), ()]))


@row("D11", "a thousand addresses, with or without one inside")
async def thousand(stage: Stage, die: Random, caps: Caps) -> None:
    many = [f"11.{n // 250}.{n % 250}.7" for n in range(1000)]
    await asks(stage, "DENY-ADDR", tuple(many))
    await asks(stage, "DENY-ADDR", tuple(many[:17]))
    await asks(stage, "ALLOW", (GOOD[0], *many[:15]))
    many[die.randrange(1000)] = inside(die)
    await asks(stage, "DENY-ADDR", tuple(many))


@row("D12", "a resolver that never answers, asked by many at once")
async def never(stage: Stage, die: Random, caps: Caps) -> None:
    go = threading.Event()

    def stuck(name, port, **kinds):
        go.wait()
        return []

    door = stage.door(SystemResolver(getaddrinfo=stuck, at_once=4), caps=caps)
    before = threading.active_count()
    try:
        waiting = [asyncio.ensure_future(verdict(door, f"https://n{n}.example.com/")) for n in range(100)]
        await asyncio.sleep(0)
        await asks(stage, "ALLOW", GOOD)  # nobody else waits for it
        assert threading.active_count() - before <= 4
        assert sorted(await asyncio.gather(*waiting)) == ["network"] * 96 + ["timeout"] * 4
    finally:
        go.set()


@row("D13", "our own address, or our own name")
async def ourselves(stage: Stage, die: Random, caps: Caps) -> None:
    own = Policy(own_addresses=frozenset(GOOD), own_names=frozenset({NAME}))
    names = Names(beside(die, *GOOD))
    assert await verdict(stage.door(names, policy=own), "https://other.example.com/") == "DENY-ADDR"
    assert await verdict(stage.door(names, policy=own), URL) == "DENY-NAME"
    assert await verdict(stage.door(names, here=lambda address: True), URL) == "DENY-ADDR"
    assert names.asked == ["other.example.com", NAME]


@row("D14", "the database, a bridge of containers, a service next door")
async def next_door(stage: Stage, die: Random, caps: Caps) -> None:
    await asks(stage, "DENY-ADDR", (inside(die, "10.0.0.5", "172.17.0.1", "172.18.0.2", "192.168.65.2", "fd00::2"),))
    assert await verdict(stage.door(Names(GOOD)), die.choice(["https://db/", "https://redis.internal/"])) == "DENY-NAME"


@row("D15", "fifty at once while it flips")
async def flips_under_load(stage: Stage, die: Random, caps: Caps) -> None:
    names = Names(*die.sample([(GOOD[0],)] * 25 + [(inside(die),) for _ in range(25)], 50))
    door = stage.door(names)
    verdicts = await asyncio.gather(*(verdict(door, URL) for _ in range(50)))
    assert sorted(verdicts) == ["ALLOW"] * 25 + ["DENY-ADDR"] * 25
    assert len(names.asked) == 50


@row("D16", "an address that means something on one link only")
async def scoped(stage: Stage, die: Random, caps: Caps) -> None:
    await asks(stage, "DENY-ADDR", (inside(die, "fe80::1%eth0", f"{GOOD[1]}%lo", "fe80::1%1", f"{GOOD[0]}%lo"),))


@row("D17", "a service record that names another server, another port and addresses")
async def service_record(stage: Stage, die: Random, caps: Caps) -> None:
    asked = []

    def getaddrinfo(name, port, **kinds):
        asked.append((name, port, kinds))
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (GOOD[0], die.choice([22, 443, 8443])))]

    assert await verdict(stage.door(SystemResolver(getaddrinfo=getaddrinfo)), URL) == "ALLOW"
    # Addresses of the name itself and nothing else are asked for, and the port is ours.
    assert asked == [(f"{NAME}.", 443, {"type": socket.SOCK_STREAM})]


@row("D18", "a table of this machine maps a public name inside")
async def table(stage: Stage, die: Random, caps: Caps) -> None:
    entry = (socket.AF_INET, socket.SOCK_STREAM, 6, "", (inside(die, "127.0.0.1", "10.0.0.5", "192.168.1.9"), 443))
    door = stage.door(SystemResolver(getaddrinfo=lambda *name, **kinds: [entry]))
    assert await verdict(door, URL) == "DENY-ADDR"


@row("D19", "half an answer: what came is judged, and where nothing came nothing is assumed")
async def half(stage: Stage, die: Random, caps: Caps) -> None:
    await asks(stage, "ALLOW", (GOOD[0],))
    await asks(stage, "DENY-ADDR", (inside(die),))
    await asks(stage, "network", socket.gaierror(socket.EAI_AGAIN, "timed out"))
    await asks(stage, "timeout", None, caps=caps)


@row("D20", "the connection ends elsewhere than at the judged address")
async def elsewhere(stage: Stage, die: Random, caps: Caps) -> None:
    peer = inside(die, "127.0.0.1", "10.0.0.1", "11.0.0.2", f"::ffff:{GOOD[0]}", "fe80::1%lo")
    backend = Rerouted(peer=peer, through=stage.real)
    backend.ports = stage.backend.ports
    before = len(stage.good.requests)
    names = Names((GOOD[0],), (inside(die),))
    door: Door = stage.door(names, backend=backend)
    got = await seen(door, URL)
    assert got.verdict == "DENY-ADDR"
    assert "somewhere else" in str(got.reply)
    assert (backend.dialled, backend.closed, len(names.asked)) == ([(GOOD[0], 443)], 1, 1)
    assert len(stage.good.requests) == before


async def nothing_else(stage: Stage) -> None:
    """Check that only what stands for public servers was dialled, and that nobody came into the trap."""
    assert stage.trap.connections == 0
    assert {address for address, _ in stage.backend.dialled} <= set(stage.backend.ports)


async def played(stage: Stage, act: Act, die: Random, caps: Caps = HASTY) -> None:
    """Play a row on a stage and check what was dialled."""
    await act(stage, die, caps)
    await nothing_else(stage)
