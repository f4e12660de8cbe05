"""The ways in which addresses come in, each with a hostile address in it: real sources, run through the real door.

What fine servers say is given by the test; all else that a source asks for goes to the door of production, and there it
must end. A way is `open` if the source follows an address to a server that nobody named before, which is what `CONTROL`
makes sure of; the others keep to the server that said it, so that nothing is even asked.
"""

import json
import re
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from random import Random
from typing import Literal, NamedTuple, Self

from tests.fetch.hostile import DENIED_ADDRESSES, DENIED_URLS, spellings
from threadleaf.bot.mastodon import TOKEN as BOT_TOKEN
from threadleaf.core.errors import Blocked, ThreadleafError
from threadleaf.fetch.door import Credential, Door
from threadleaf.fetch.drive import Limits, drive
from threadleaf.fetch.policy import Caps
from threadleaf.wire import HOME as HOME_TOKEN
from threadleaf.wire import Answer, Refused, Request, Scope, Steps

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
APPVIEW, DIRECTORY, HOME = "https://appview.example.net", "https://directory.example.net", "https://home.example.net"
FEDI = "https://fedi.example.net"
FINE = tuple(f"{origin}/" for origin in (APPVIEW, DIRECTORY, HOME, FEDI))
SCOPE = Scope(appview=APPVIEW, directory=DIRECTORY)
AT_HOME = Scope(appview=APPVIEW, directory=DIRECTORY, home=HOME)
DID, KEY = "did:plc:abcdefghijklmnopqrstuvwx", "3kbi55xm6u62v"
NOTE = f"{FEDI}/notes-of/ann/1"
ANN = f"{FEDI}/people/ann"
AT_ONCE = {"mastodon-async-refresh": 'id="1", retry=0'}
"""A header by which the operator's own server is not waited for."""
CONTROL = "https://fine.example.org"
"""A server that nobody named before, and that may be asked."""

Says = Callable[[Request], object]


class Way(NamedTuple):
    """`place` is the code that reads the address. `steps` starts the source for a hostile value (None: it is not even
    taken for one), and `says` gives what the fine servers answer: JSON, None for 404, a number for a status."""

    id: str
    says: str
    place: str
    open: bool
    steps: Callable[[str], Steps | None]
    world: Callable[[str], Says]


class Asked(NamedTuple):
    """What a source asked besides the fine servers, and the verdict on it."""

    url: str
    verdict: str


class Witness:
    """A door that lets fine servers answer as they are told, and hands everything else to the real one."""

    def __init__(self, says: Says, door: Door) -> None:
        self._says, self._door = says, door
        self.asked: list[Asked] = []

    @asynccontextmanager
    async def visit(self) -> AsyncIterator[Self]:
        async with self._door.visit() as self._door:
            yield self

    async def send(self, request: Request) -> Answer | Refused:
        if request.url.startswith(FINE):
            said = self._says(request)
            status = said if isinstance(said, int) else 404 if said is None else 200
            body = b"<p>no" if status == 404 else json.dumps(said).encode()
            kind = "application/activity+json" if "activity+json" in request.accept else "application/json"
            return Answer(status=status, body=body, at=NOW, url=request.url, media_type=kind, fields=AT_ONCE)
        try:
            reply = await self._door.send(request)
        except Blocked as refused:
            self.asked.append(Asked(request.url, refused.code))
            raise
        self.asked.append(Asked(request.url, reply.kind if isinstance(reply, Refused) else "ALLOW"))
        return reply


class Nowhere:
    """A resolver for which names lead inside, if they are made for that; others do not exist."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    async def __call__(self, host: str, port: int) -> tuple[str, ...]:
        self.asked.append(host)
        found = re.fullmatch(r"inside-(\d+)\.example\.org", host)
        if found is None:
            raise OSError("no such name")
        return (tuple(DENIED_ADDRESSES.values())[int(found[1])],)


Outcome = Literal["exact", "not asked", "rebuilt", "mended", "wrong"]


class Seen(NamedTuple):
    """What came of one hostile value."""

    asked: list[Asked]
    looked_up: list[str]


def walk(way: Way, value: str) -> Seen:
    """Let a hostile value in by a way."""
    nowhere = Nowhere()
    secrets = dict.fromkeys((HOME_TOKEN, BOT_TOKEN), Credential(HOME, "Bearer secret"))
    witness = Witness(way.world(value), Door(resolve=nowhere, caps=Caps(connect=0.2), credentials=secrets))
    steps = way.steps(value)
    if steps is not None:
        with suppress(ThreadleafError):  # the source says to people that nothing could be read
            drive(steps, door=witness, clock=lambda: NOW, limits=Limits(tries=1, pause=0))
    return Seen(witness.asked, nowhere.asked)


# --- hostile values ---------------------------------------------------------------------------------------------


def values(die: Random, spelled: int) -> Iterator[tuple[str, str]]:
    """Hostile addresses with the verdict on each: known ones, all addresses as such and behind names, and spellings."""
    yield from DENIED_URLS.items()
    for number, address in enumerate(DENIED_ADDRESSES.values()):
        literal = f"[{address}]" if ":" in address else address
        yield f"https://{literal}/", "DENY-PARSE" if "%" in address else "DENY-LITERAL"
        yield f"https://inside-{number}.example.org", "DENY-ADDR"
    for host in spellings(die, spelled):
        yield f"https://{host}/", "DENY-LITERAL"


MENDED = {"example.com", "www.example.com"}
"""Public names in hostile addresses: a source that takes an address to pieces may come out at one of them."""


def outcome(value: str, verdict: str, seen: Seen) -> Outcome:
    """What became of a hostile value.

    `exact`: the door gave the verdict on it · `not asked`: the source never asked for it · `rebuilt`: the source made
    another address of it, which was refused · `mended`: of a public name in it, which is none of ours to refuse ·
    `wrong`: anything else.
    """
    verdicts = {asked.verdict for asked in seen.asked}
    strangers = set(seen.looked_up) - MENDED
    if strangers and verdict != "DENY-ADDR":
        return "wrong"
    if not seen.asked:
        return "not asked"
    if verdicts == {verdict}:
        return "exact"
    if all(asked.startswith("DENY-") for asked in verdicts):
        return "rebuilt"
    return "mended" if seen.looked_up and not strangers and verdicts <= {"network", verdict} else "wrong"


def host_of(value: str) -> str:
    """What stands where a host would."""
    return value.partition("//")[2].partition("/")[0] or value


def origin_of(value: str) -> str:
    return value.rstrip("/")


def under(value: str, path: str) -> str:
    """An address below a hostile one, if that has no path of its own."""
    return origin_of(value) + path if value.count("/") <= 3 and value.rstrip("/").count("/") == 2 else value
