"""Real servers on loopback for the door to ask, and a way to see what it dials."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable

import httpcore2

from threadleaf.fetch.door import Door
from threadleaf.fetch.policy import Caps, Policy
from threadleaf.wire import Answer, Refused, Request

Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


_ENDS = (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError)
"""How a talk ends: the other side goes, or the server is taken down."""


class Server:
    """A server that gives every connection the same raw bytes, or to a handler; it keeps what it was sent.

    With `then="hold"` it leaves the connection open behind the bytes until the other side closes it; with
    `then="stay"` it answers further requests over it.
    """

    def __init__(self, answer: bytes | Handler = b"", *, then: str = "close") -> None:
        self.answer, self.then = answer, then
        self.port = 0
        self.connections = 0
        self.requests: list[bytes] = []
        self._talks: set[asyncio.Task | None] = set()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self._talks.add(asyncio.current_task())
        try:
            with contextlib.suppress(*_ENDS):
                await self._talk(reader, writer)
        finally:
            writer.close()
            with contextlib.suppress(*_ENDS):
                await writer.wait_closed()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await self._one(reader, writer)
        while self.then == "stay":
            await self._one(reader, writer)

    async def _one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        length = head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0]
        self.requests.append(head + await reader.readexactly(int(length or 0)))
        if callable(self.answer):
            await self.answer(reader, writer)
            return
        writer.write(self.answer)
        await writer.drain()
        if self.then == "hold":
            await reader.read()

    @contextlib.asynccontextmanager
    async def up(self, host: str = "127.0.0.1", port: int = 0, **tls: object) -> AsyncIterator["Server"]:
        listener = await asyncio.start_server(self._serve, host, port, **tls)
        self.port = listener.sockets[0].getsockname()[1]
        try:
            yield self
        finally:
            listener.close()
            await listener.wait_closed()
            for talk in self._talks:
                talk.cancel()
            await asyncio.gather(*self._talks, return_exceptions=True)
            self._talks.clear()


def http(body: bytes = b"{}", *fields: str, status: str = "200 OK") -> bytes:
    """A whole answer with its length."""
    head = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *fields, "", ""]
    return "\r\n".join(head).encode() + body


async def nobody(host: str, port: int) -> tuple[str, ...]:
    raise AssertionError(f"{host} must not be looked up")


def answering(*texts: str) -> Callable[[str, int], Awaitable[tuple[str, ...]]]:
    """A resolver that gives every name these addresses; `resolve.asked` lists the names."""

    async def resolve(host: str, port: int) -> tuple[str, ...]:
        asked.append(host)
        return texts

    asked: list[str] = []
    resolve.asked = asked  # type: ignore[attr-defined]
    return resolve


def door_to(*servers: Server, caps: Caps | None = None, resolve=nobody, **more: object) -> Door:
    """A door that may reach these servers by their number, and nothing else here."""
    policy = Policy(allow=frozenset(("127.0.0.1", server.port) for server in servers))
    return Door(policy=policy, caps=caps or Caps(), resolve=resolve, **more)


def ask(server: Server, request: Request | None = None, *, caps: Caps | None = None, **more) -> Answer | Refused:
    """Start the server, ask it once through a door, and stop it."""

    async def once() -> Answer | Refused:
        async with server.up():
            return await door_to(server, caps=caps, **more).send(request or Request(url=server.url + "/x"))

    return asyncio.run(once())


class Rerouted(httpcore2.AsyncNetworkBackend):
    """Dials loopback whatever address it is given, and lists what it was given.

    `ports` says at which port an address is to be found; others are at `port`. With `through=True` it dials what it
    was given, which is only done where everything is this machine's. `peer` is the address that it then claims to be
    connected to (by default, the one it was given).
    """

    def __init__(
        self,
        port: int = 0,
        *,
        peer: str | None = None,
        fails: dict[str, Exception] | None = None,
        through: bool = False,
    ) -> None:
        self.port, self.peer, self.fails, self.through = port, peer, fails or {}, through
        self.ports: dict[str, int] = {}
        self.dialled: list[tuple[str, int]] = []
        self.closed = 0

    async def connect_tcp(self, host, port, timeout=None, local_address=None, socket_options=None):  # noqa: ASYNC109 -- httpcore2's
        self.dialled.append((host, port))
        if host in self.fails:
            raise self.fails[host]
        if self.through and self.peer is None:
            return await httpcore2.AnyIOBackend().connect_tcp(host, port, timeout=timeout)
        where = (host, port) if self.through else ("127.0.0.1", self.ports.get(host, self.port))
        return _Disguised(await httpcore2.AnyIOBackend().connect_tcp(*where, timeout=timeout), self.peer or host, self)


class _Disguised(httpcore2.AsyncNetworkStream):
    def __init__(self, inner, peer, backend):
        self._inner, self._peer, self._backend, self._is_open = inner, peer, backend, True

    async def read(self, max_bytes, timeout=None):  # noqa: ASYNC109 -- httpcore2's
        return await self._inner.read(max_bytes, timeout)

    async def write(self, buffer, timeout=None):  # noqa: ASYNC109 -- httpcore2's
        await self._inner.write(buffer, timeout)

    async def aclose(self):
        self._backend.closed += self._is_open
        self._is_open = False
        await self._inner.aclose()

    async def start_tls(self, ssl_context, server_hostname=None, timeout=None):  # noqa: ASYNC109 -- httpcore2's
        return await self._inner.start_tls(ssl_context, server_hostname, timeout)

    def get_extra_info(self, info):
        return (self._peer, 443) if info == "server_addr" else self._inner.get_extra_info(info)
