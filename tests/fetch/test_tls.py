"""Certificates are always verified, for the name that was asked. Needs the `openssl` command to make some."""

import asyncio
import shutil
import ssl
import subprocess
from pathlib import Path

import pytest

from tests.fetch.servers import Rerouted, Server, answering, http
from threadleaf.fetch.answers import Aborted
from threadleaf.fetch.door import Door
from threadleaf.wire import Request

NAME = "name.example.com"
KEY = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]


def openssl(folder: Path, *arguments: str) -> None:
    subprocess.run(["openssl", *arguments], cwd=folder, check=True, capture_output=True)


def certificate(folder: Path, name: str, host: str, *, days: str = "2", issuer: str = "ca") -> None:
    """Make `name.pem` and `name.key` for a host, signed by our own authority or (issuer = name) by itself."""
    names = ["-subj", f"/CN={host}", "-addext", f"subjectAltName=DNS:{host}"]
    openssl(folder, "req", *KEY, "-keyout", f"{name}.key", *names, "-out", f"{name}.csr")
    signer = ["-CA", f"{issuer}.pem", "-CAkey", f"{issuer}.key"] if issuer != name else ["-key", f"{name}.key"]
    rest = ["-days", days, "-set_serial", "7", "-copy_extensions", "copy", "-out", f"{name}.pem"]
    openssl(folder, "x509", "-req", "-in", f"{name}.csr", *signer, *rest)


@pytest.fixture(scope="session")
def certificates(tmp_path_factory):
    if shutil.which("openssl") is None:
        pytest.skip("the openssl command is not here")
    folder = tmp_path_factory.mktemp("tls")
    openssl(folder, "req", "-x509", *KEY, "-keyout", "ca.key", "-subj", "/CN=test authority", "-out", "ca.pem")
    certificate(folder, "good", NAME)
    certificate(folder, "expired", NAME, days="-1")
    certificate(folder, "wrong-name", "other.example.com")
    certificate(folder, "self-signed", NAME, issuer="self-signed")
    return folder


def ask(folder: Path, name: str, *, newest: ssl.TLSVersion = ssl.TLSVersion.TLSv1_3) -> tuple[Server, object]:
    """Ask a server with that certificate for NAME, trusting our own authority: the server and what came of it."""
    theirs = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    theirs.load_cert_chain(folder / f"{name}.pem", folder / f"{name}.key")
    ours = ssl.create_default_context(cafile=folder / "ca.pem")
    for context in (theirs, ours):  # as lax as can be, so that only the door stands in the way
        context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
        context.set_ciphers("ALL:@SECLEVEL=0")
    theirs.maximum_version = newest
    theirs.sni_callback = lambda connection, asked, context: heard.append(asked)
    server = Server(http(b"secure"))
    server.names = heard = []

    async def once():
        async with server.up(ssl=theirs):
            door = Door(resolve=answering("8.8.8.8"), backend=Rerouted(server.port), tls=ours)
            return await door.send(Request(url=f"http://{NAME}/x"))

    return server, asyncio.run(once())


def test_the_certificate_is_checked_for_the_name_while_the_address_is_dialled(certificates):
    server, answer = ask(certificates, "good")
    assert (answer.body, answer.url) == (b"secure", f"https://{NAME}/x")
    assert f"\r\nHost: {NAME}\r\n".encode() in server.requests[0]
    assert server.names == [NAME]


@pytest.mark.parametrize(
    ("name", "reason"),
    [("wrong-name", "Hostname mismatch"), ("self-signed", "self-signed"), ("expired", "expired")],
)
def test_a_certificate_that_does_not_prove_the_name_is_refused(certificates, name, reason):
    with pytest.raises(Aborted, match=reason) as refused:
        ask(certificates, name)
    assert refused.value.sentence.startswith(f"The secure connection to {NAME} failed")
    assert refused.value.why == "door"


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion:DeprecationWarning")
def test_a_server_without_tls_1_2_is_refused(certificates):
    server, reply = ask(certificates, "good", newest=ssl.TLSVersion.TLSv1_1)
    assert (reply.kind, server.requests) == ("network", [])


def test_a_server_that_speaks_no_tls_is_refused():
    async def plain(reader, writer):
        writer.write(http(b"plain"))
        await reader.read()
        writer.close()
        await writer.wait_closed()

    async def once():
        async with await asyncio.start_server(plain, "127.0.0.1", 0) as listener:
            backend = Rerouted(listener.sockets[0].getsockname()[1])
            await Door(resolve=answering("8.8.8.8"), backend=backend).send(Request(url=f"https://{NAME}/"))

    with pytest.raises(Aborted, match="wrong version number"):
        asyncio.run(once())
