"""T6's two processes: `listening` waits at every address and port, `asking` is the door and counts what it dials.

Three witnesses who do not know of each other: who came to a listener, the kernel's counters of this network, and the
interpreter's own events in the process that asks. With `broken`, every address passes as public: then all three must
see the same connections.
"""

import asyncio
import contextlib
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

from tests.fetch.hostile import DENIED_ADDRESSES, DENIED_URLS, absolute
from tests.fetch.servers import Server, answering, http
from tests.fetch.stage import Book, Certificates, verdict
from tests.proof.rows import ROOT
from tests.proof.space import opened
from tests.proof.witness import Witness
from threadleaf.fetch import addresses
from threadleaf.fetch.door import Door
from threadleaf.fetch.gate import LONGEST
from threadleaf.fetch.policy import Caps, Policy

PORTS = (22, 80, 443, 3306, 6379, 8080, 8443)
FIRST = "11.0.0.1"
"""Where the server stands that may be asked, and sends us on."""
QUICK = Caps(connect=0.5, first_byte=1.0)


# --- listening ------------------------------------------------------------------------------------------------------


class Trap:
    """Listens at every address on one port and counts who comes."""

    def __init__(self) -> None:
        self.accepted = 0

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.accepted += 1
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()

    async def up(self, stack: contextlib.AsyncExitStack) -> None:
        for host in ("0.0.0.0", "::"):
            for port in PORTS:
                await stack.enter_async_context(
                    await asyncio.start_server(self._accept, host, port, reuse_port=True, backlog=1024)
                )


async def _sends_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, server: Server) -> None:
    """Send whoever asks to the place that its path names, in hexadecimal digits."""
    path = server.requests[-1].split(b" ")[1].decode("ascii")
    place = bytes.fromhex(path.rpartition("/")[2]).decode("utf-8", "surrogatepass")
    writer.write(http(b"", status="302 Found").replace(b"\r\n\r\n", b"\r\nLocation: " + place.encode() + b"\r\n\r\n"))


async def _listen(*, broken: bool) -> dict:
    with tempfile.TemporaryDirectory() as folder:
        certificates, trap = Certificates(Path(folder)), Trap()
        first = Server(lambda reader, writer: _sends_on(reader, writer, first))
        async with contextlib.AsyncExitStack() as stack:
            await stack.enter_async_context(first.up(FIRST, 443, ssl=certificates.theirs(), reuse_port=True))
            await trap.up(stack)
            before = opened()
            command = [
                sys.executable,
                "-m",
                "tests.proof.outside",
                str(certificates.authority),
                *["broken"][: int(broken)],
            ]
            asking = await asyncio.create_subprocess_exec(*command, cwd=ROOT, stdout=subprocess.PIPE)
            said = json.loads((await asking.communicate())[0].splitlines()[-1])
            after = opened()
    return said | {
        "accepted": trap.accepted,
        "opened": after[0] - before[0] - first.connections,
        "passively opened": after[1] - before[1] - first.connections,
        "dialled": said["dialled"] - first.connections,
        "first": first.connections,
    }


def listening(*, broken: bool) -> dict:
    return asyncio.run(_listen(broken=broken))


# --- asking ---------------------------------------------------------------------------------------------------------


class Asking:
    """Asks in every way, and keeps the verdicts that are not as they must be."""

    def __init__(self, authority: str) -> None:
        from ssl import create_default_context

        self.tls = create_default_context(cafile=authority)
        self.asked, self.wrong = 0, []

    async def one(self, door: Door, url: str, expected: str) -> None:
        self.asked += 1
        came = await verdict(door, url)
        if came != expected:
            self.wrong.append([url[:100], came, expected])

    def door(self, resolve, **more) -> Door:
        return Door(resolve=resolve, tls=self.tls, caps=QUICK, **more)

    async def by_name(self, hostile: Iterable[str], ports: frozenset[int]) -> None:
        """A name leads to each address alone, or beside a public one, and every port may be asked."""
        for address in hostile:
            for found in ((address,), ("11.0.0.2", address), (address, "11.0.0.2")):
                for port in sorted(ports):
                    door = self.door(answering(*found), policy=Policy(ports=ports))
                    await self.one(door, f"https://name.example.com:{port}/", "DENY-ADDR")

    async def by_url(self) -> None:
        door = self.door(answering("127.0.0.1"))
        for url, expected in DENIED_URLS.items():
            await self.one(door, url, expected)
        for text in DENIED_ADDRESSES.values():
            literal = f"[{text}]" if ":" in text else text
            await self.one(door, f"https://{literal}/", "DENY-PARSE" if "%" in text else "DENY-LITERAL")

    async def by_redirect(self) -> None:
        """A server that may be asked sends us on to each of them, and to a name that leads there."""
        book = Book({"first.example.com": (FIRST,)})
        door = self.door(book)
        for place in absolute(DENIED_URLS):
            url = f"https://first.example.com/{place.encode().hex()}"
            # A place that does not fit into the first address is not even asked for.
            await self.one(door, url, "DENY-HOP" if len(url) <= LONGEST else "DENY-PARSE")
        for number, address in enumerate(DENIED_ADDRESSES.values()):
            name = f"n{number}.example.com"
            book.found[name] = (address,)
            await self.one(door, f"https://first.example.com/{f'https://{name}/'.encode().hex()}", "DENY-HOP")


async def _ask(authority: str, *, broken: bool) -> dict:
    witness, asking = Witness(), Asking(authority)
    if broken:
        addresses.is_public = lambda address, *, nat64=(): True
        await asking.by_name(DENIED_ADDRESSES.values(), frozenset({443}))
    else:
        await asking.by_name(DENIED_ADDRESSES.values(), frozenset(PORTS))
        await asking.by_url()
        await asking.by_redirect()
    return {"asked": asking.asked, "wrong": asking.wrong, "dialled": len(witness.dialled)}


if __name__ == "__main__":
    print(json.dumps(asyncio.run(_ask(sys.argv[1], broken="broken" in sys.argv))))
