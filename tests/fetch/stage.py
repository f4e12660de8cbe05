"""A stage for the door as it is in production: names, certificates, public addresses, and a trap for all the rest.

The servers stand on loopback and are dialled in place of the public addresses that they claim. In a network namespace
in which every address is this machine's (`real=True`), they stand at those addresses, on port 443, and nothing is
replaced but the look-up of names. Whatever else is dialled ends in the trap.
"""

import asyncio
import contextlib
import ssl
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NamedTuple, Self

import httpcore2

from tests.fetch.certificates import Authority
from tests.fetch.servers import Rerouted, Server, http
from threadleaf.core.errors import Blocked
from threadleaf.fetch.door import Door
from threadleaf.fetch.policy import Caps
from threadleaf.wire import Answer, Refused, Request

GOOD = ("11.0.0.1", "2a00:1450:4001::1")
"""The addresses of the server that stands for any public one."""
NAME = "name.example.com"

Found = tuple[str, ...] | BaseException | None
"""What one look-up brings: addresses, a failure, or (None) nothing, ever."""


class Certificates:
    """Key and certificate files of our own authority, by what is right or wrong with them."""

    def __init__(self, folder: Path) -> None:
        authority = Authority(folder)
        self.authority = authority.file
        self.good = authority.certificate("good", "example.com", "*.example.com")
        self.expired = authority.certificate("expired", "*.example.com", days=0)
        self.wrong_name = authority.certificate("wrong-name", "other.example.net")
        self.self_signed = authority.certificate("self-signed", "*.example.com", own=True)

    def theirs(self, file: Path | None = None) -> ssl.SSLContext:
        """What a server shows, as lax as can be, so that only the door stands in the way."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(file or self.good)
        return _lax(context)

    def ours(self) -> ssl.SSLContext:
        """A context that trusts our authority, and is as lax otherwise."""
        return _lax(ssl.create_default_context(cafile=self.authority))


def _lax(context: ssl.SSLContext) -> ssl.SSLContext:
    context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    context.set_ciphers("ALL:@SECLEVEL=0")
    return context


class Names:
    """A resolver that brings one thing after the other, the last one for ever; it lists the names it is asked for."""

    def __init__(self, *found: Found) -> None:
        self._found = list(found)
        self.asked: list[str] = []

    async def __call__(self, host: str, port: int) -> tuple[str, ...]:
        self.asked.append(host)
        found = self._found.pop(0) if len(self._found) > 1 else self._found[0]
        if found is None:
            await asyncio.Event().wait()
        if isinstance(found, BaseException):
            raise found
        return found or ()


class Book:
    """A resolver that knows each name by itself; another name does not exist."""

    def __init__(self, found: dict[str, tuple[str, ...]] | None = None) -> None:
        self.found = found or {}
        self.asked: list[str] = []

    async def __call__(self, host: str, port: int) -> tuple[str, ...]:
        self.asked.append(host)
        if host not in self.found:
            raise OSError("no such name")
        return self.found[host]


class Stage:
    """Use as an async context manager: then `good` (one answer for all), `trap` and `door` are there.

    `wanted` counts the connections that doors wanted to make, `looked_up` the look-ups that they made for them.
    """

    def __init__(self, certificates: Certificates, *, real: bool = False) -> None:
        self._certificates, self.real = certificates, real
        self.book = Book()
        self.wanted, self.looked_up = 0, 0
        self.good, self.trap = Server(http(b"good"), then="stay"), Server(http(b"secret"))
        self.backend = Rerouted(through=real)
        self._up = contextlib.AsyncExitStack()

    async def __aenter__(self) -> Self:
        await self._stand(self.good, GOOD)
        if self.real:
            await self._up.enter_async_context(self.trap.up("0.0.0.0", 443, reuse_port=True))
            await self._up.enter_async_context(self.trap.up("::", 443, reuse_port=True))
        else:
            await self._up.enter_async_context(self.trap.up())
            self.backend.port = self.trap.port
        return self

    async def __aexit__(self, *error: object) -> None:
        await self._up.aclose()

    async def open(self, name: str, server: Server, tls: ssl.SSLContext | None = None) -> Server:
        """Let a server stand behind a name of its own, with a public address of its own."""
        address = f"11.0.1.{len(self.book.found) + 1}"
        await self._stand(server, [address], tls)
        self.book.found[name] = (address,)
        return server

    async def _stand(self, server: Server, addresses: Iterable[str], tls: ssl.SSLContext | None = None) -> None:
        for address in addresses:
            where = (address, 443) if self.real else ("127.0.0.1", 0)
            await self._up.enter_async_context(
                server.up(*where, ssl=tls or self._certificates.theirs(), reuse_port=self.real)
            )
            self.backend.ports[address] = server.port

    def door(self, resolve=None, *, backend: httpcore2.AsyncNetworkBackend | None = None, **more) -> Door:
        """A door with the policy of production that trusts our authority."""
        ours = self._certificates.ours()
        resolve = self._counted(resolve or self.book)
        return _Counted(self, resolve=resolve, backend=backend or self.backend, tls=ours, **more)

    def _counted(self, resolve):
        async def look_up(host: str, port: int) -> tuple[str, ...]:
            self.looked_up += 1
            return await resolve(host, port)

        return look_up


class _Counted(Door):
    """A door that counts the connections it wants to make."""

    def __init__(self, stage: Stage, **more) -> None:
        super().__init__(**more)
        self._stage = stage

    async def _look_up(self, target):
        self._stage.wanted += 1
        return await super()._look_up(target)


class Seen(NamedTuple):
    """What came of asking: a verdict of the policy, or the kind of refusal."""

    verdict: str
    reply: Answer | Refused | Blocked


async def seen(door: Door, request: Request | str) -> Seen:
    """Ask as a run does, in a visit, and name what came of it."""
    try:
        async with door.visit() as visiting:
            reply = await visiting.send(Request(url=request) if isinstance(request, str) else request)
    except Blocked as refused:
        return Seen(refused.code, refused)
    return Seen("ALLOW" if isinstance(reply, Answer) else reply.kind, reply)


async def verdict(door: Door, request: Request | str) -> str:
    """Ask, and name only the verdict."""
    return (await seen(door, request)).verdict


HASTY = Caps(look_up=0.3, connect=0.5, first_byte=0.5, total=3.0, grace=0.3)
"""The caps of production but for their times, so that what never answers is soon given up."""


def play(certificates: Certificates, act: Callable, *arguments: object, real: bool = False) -> object:
    """Run an act, which is given the stage first, and take the stage down again."""

    async def scene() -> object:
        async with Stage(certificates, real=real) as stage:
            return await act(stage, *arguments)

    return asyncio.run(scene())
