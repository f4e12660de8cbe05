"""Certificates are always verified, for the name that was asked."""

import asyncio
import ssl

import pytest

from tests.fetch.servers import Rerouted, Server, answering, http
from tests.fetch.stage import HASTY, NAME, Certificates
from threadleaf.fetch.answers import Aborted
from threadleaf.fetch.door import Door
from threadleaf.wire import Refused, Request

V1_3 = ssl.TLSVersion.TLSv1_3


def ask(certificates: Certificates, kind: str, *, newest: ssl.TLSVersion = V1_3) -> tuple[Server, object]:
    """Ask a server with that certificate for NAME, trusting our own authority: the server and what came of it."""
    theirs = certificates.theirs(getattr(certificates, kind))
    theirs.maximum_version = newest
    theirs.sni_callback = lambda connection, asked, context: heard.append(asked)
    server = Server(http(b"secure"))
    server.names = heard = []

    async def once():
        async with server.up(ssl=theirs):
            door = Door(resolve=answering("8.8.8.8"), backend=Rerouted(server.port), tls=certificates.ours())
            return await door.send(Request(url=f"http://{NAME}/x"))

    return server, asyncio.run(once())


def test_the_certificate_is_checked_for_the_name_while_the_address_is_dialled(certificates):
    server, answer = ask(certificates, "good")
    assert (answer.body, answer.url) == (b"secure", f"https://{NAME}/x")
    assert f"\r\nHost: {NAME}\r\n".encode() in server.requests[0]
    assert server.names == [NAME]


@pytest.mark.parametrize(
    ("kind", "reason"),
    [("wrong_name", "Hostname mismatch"), ("self_signed", "self-signed"), ("expired", "expired")],
)
def test_a_certificate_that_does_not_prove_the_name_is_refused(certificates, kind, reason):
    with pytest.raises(Aborted, match=reason) as refused:
        ask(certificates, kind)
    assert refused.value.sentence.startswith(f"The secure connection to {NAME} failed")
    assert refused.value.why == "door"


def test_the_certificate_counts_that_is_shown_for_the_name_asked(certificates):
    """A server that has a good one too, but shows another where this name is asked for."""
    theirs, other = certificates.theirs(), certificates.theirs(certificates.wrong_name)
    theirs.sni_callback = lambda connection, asked, context: setattr(connection, "context", other)

    async def once():
        async with Server(http()).up(ssl=theirs) as server:
            door = Door(resolve=answering("8.8.8.8"), backend=Rerouted(server.port), tls=certificates.ours())
            await door.send(Request(url=f"https://{NAME}/x"))

    with pytest.raises(Aborted, match="Hostname mismatch"):
        asyncio.run(once())


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion:DeprecationWarning")
@pytest.mark.parametrize("newest", [ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1])
def test_a_server_without_tls_1_2_is_refused(certificates, newest):
    server, reply = ask(certificates, "good", newest=newest)
    assert (reply.kind, server.requests) == ("network", [])


def bare(handler, **more) -> object:
    """What comes of asking a server that speaks no TLS but does as the handler says."""

    async def once():
        async with await asyncio.start_server(handler, "127.0.0.1", 0) as listener:
            backend = Rerouted(listener.sockets[0].getsockname()[1])
            door = Door(resolve=answering("8.8.8.8"), backend=backend, **more)
            return await door.send(Request(url=f"https://{NAME}/"))

    return asyncio.run(once())


def test_a_server_that_speaks_no_tls_is_refused():
    async def plain(reader, writer):
        writer.write(http(b"plain"))
        await reader.read()
        writer.close()
        await writer.wait_closed()

    with pytest.raises(Aborted, match="wrong version number"):
        bare(plain)


def test_a_handshake_that_stalls_is_given_up():
    async def silent(reader, writer):
        await reader.read()
        writer.close()

    assert bare(silent, caps=HASTY) == Refused(kind="timeout", detail=f"No connection to {NAME} could be made.")


def test_no_protocol_but_http_1_1_is_offered(certificates):
    theirs = certificates.theirs()
    theirs.set_alpn_protocols(["h2", "http/1.1"])
    chosen = []

    async def tell(reader, writer):
        chosen.append(writer.get_extra_info("ssl_object").selected_alpn_protocol())
        writer.write(http(b"", 'Alt-Svc: h3=":443"; ma=86400'))

    async def twice():
        async with Server(tell).up(ssl=theirs) as server:
            backend = Rerouted(server.port)
            door = Door(resolve=answering("8.8.8.8"), backend=backend, tls=certificates.ours())
            for _ in range(2):
                await door.send(Request(url=f"https://{NAME}/"))
            return backend.dialled

    assert asyncio.run(twice()) == [("8.8.8.8", 443)] * 2
    assert chosen == ["http/1.1"] * 2
