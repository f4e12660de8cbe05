"""Secrets and signatures: who gets to see them."""

import asyncio
import contextlib
from datetime import UTC, datetime

import pytest

from tests.fetch.servers import Server, answering, door_to, http
from threadleaf.core.errors import Blocked
from threadleaf.fetch.door import SIGNED, Credential, Door
from threadleaf.wire import Refused, Request

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


def moved(place: str) -> bytes:
    return http(b"", f"Location: {place}", status="302 Found")


# --- secrets -----------------------------------------------------------------


def test_a_credential_goes_to_its_own_origin_only_and_is_gone_after_a_detour():
    home, other = Server(), Server()

    async def at_home(reader, writer):
        writer.write({1: moved("/second"), 2: moved(other.url)}.get(home.connections, http(b"back")))

    async def travel():
        async with home.up(), other.up():
            home.answer, other.answer = at_home, moved(home.url + "/third")
            secrets = {"home": Credential(home.url, "Bearer secret")}
            request = Request(url=home.url + "/first", credential="home")
            return await door_to(home, other, credentials=secrets).send(request)

    assert asyncio.run(travel()).body == b"back"
    sent = [b"Authorization: Bearer secret\r\n" in request for request in [*home.requests, *other.requests]]
    assert sent == [True, True, False, False]


def test_a_credential_for_another_origin_is_not_sent_at_all():
    server = Server(http())
    secrets = {"x": Credential("https://x.example.com", "Bearer secret")}

    async def once():
        async with server.up():
            return await door_to(server, credentials=secrets).send(Request(url=server.url, credential="x"))

    assert asyncio.run(once()).status == 200
    assert b"secret" not in server.requests[0]


def test_what_a_server_shall_pass_on_is_told_to_the_accounts_own_server_alone():
    home, other = Server(), Server(http())

    async def travel():
        async with home.up(), other.up():
            home.answer = moved(other.url)
            secrets = {"bot": Credential(home.url, "Bearer secret")}
            door = door_to(home, other, credentials=secrets)
            await door.send(Request(url=home.url, credential="bot", service="did:web:chat.example#chat"))
            await door.send(Request(url=home.url, service="did:web:chat.example#chat"))

    asyncio.run(travel())
    told = [b"\r\nAtproto-Proxy: did:web:chat.example#chat\r\n" in request for request in home.requests]
    assert told == [True, False]
    assert not any(b"atproto-proxy" in request.lower() for request in other.requests)


def test_a_credential_that_we_do_not_hold_is_refused_and_one_that_we_hold_is_not_shown():
    server = Server(http())

    async def once():
        async with server.up():
            return await door_to(server).send(Request(url=server.url, credential="x"))

    assert asyncio.run(once()) == Refused(kind="door", detail="No secret is set for “x”.")
    assert server.connections == 0
    assert "secret" not in repr(Credential("https://x.example.com", "Bearer secret"))


# --- signers -----------------------------------------------------------------


def signing(method, target, body, now):
    """A signer that signs nothing but shows what it was given."""
    fields = {"Date": f"{now:%H:%M}", "Signature": f"{method} {target.url} {len(body)}"}
    return fields | ({"Digest": "SHA-256=x"} if body else {})


def signatures(server: Server) -> list[str]:
    heads = [request.decode().split("\r\n") for request in server.requests]
    return [line for head in heads for line in head if line.startswith(("Date:", "Digest:", "Signature:"))]


def test_a_signer_is_asked_anew_for_each_place_on_the_way_also_on_other_servers():
    first, second = Server(), Server(http(b"here"))

    async def travel():
        async with first.up(), second.up():
            first.answer = moved(second.url + "/2")
            door = door_to(first, second, credentials={"actor": signing}, clock=lambda: NOW)
            return await door.send(Request(url=first.url + "/1", credential="actor"))

    assert asyncio.run(travel()).body == b"here"
    assert signatures(first) == ["Date: 12:00", f"Signature: GET {first.url}/1 0"]
    assert signatures(second) == ["Date: 12:00", f"Signature: GET {second.url}/2 0"]


def test_a_signer_covers_the_body_of_a_write():
    server = Server(http())

    async def post():
        async with server.up():
            door = door_to(server, credentials={"actor": signing}, clock=lambda: NOW)
            return await door.send(Request(url=server.url, method="POST", body=b"{}", credential="actor"))

    assert asyncio.run(post()).status == 200
    assert signatures(server) == ["Date: 12:00", f"Signature: POST {server.url}/ 2", "Digest: SHA-256=x"]


def test_a_signer_is_not_asked_for_a_place_that_is_refused():
    def never(*given):
        raise AssertionError

    for found in [("127.0.0.1",), ()]:
        door = Door(resolve=answering(*found), credentials={"actor": never})
        with contextlib.suppress(Blocked):
            asyncio.run(door.send(Request(url="https://a.example.com/", credential="actor")))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Host", "x.example.com"),
        ("Cookie", "a=b"),
        ("Authorization", "x"),
        ("X-Any", "x"),
        ("Date", "a\r\nX: y"),
        ("Date", "ü"),
    ],
)
def test_a_signer_sets_its_own_headers_only(name, value):
    server = Server(http())

    async def once():
        async with server.up():
            door = door_to(server, credentials={"actor": lambda *given: {name: value}})
            with pytest.raises(ValueError, match="may not set"):
                await door.send(Request(url=server.url, credential="actor"))

    asyncio.run(once())
    assert server.requests == []


def test_what_a_signer_may_set_is_never_a_secret_or_a_place():
    assert not {"host", "cookie", "authorization", "proxy-authorization", "connection", "content-length"} & SIGNED


# --- writes ------------------------------------------------------------------


def test_a_write_carries_the_key_that_makes_it_happen_once():
    server = Server(http())

    async def twice():
        async with server.up():
            door = door_to(server)
            await door.send(Request(url=server.url, method="POST", body=b"{}", once="a-key"))
            await door.send(Request(url=server.url, method="DELETE"))

    asyncio.run(twice())
    written, deleted = server.requests
    assert written.startswith(b"POST ")
    assert b"\r\nIdempotency-Key: a-key\r\n" in written
    assert deleted.startswith(b"DELETE ")
    assert b"Idempotency-Key" not in deleted


@pytest.mark.parametrize("key", ["a\r\nb", "schlüssel", "k" * 256])
@pytest.mark.parametrize("field", ["once", "service"])
def test_a_key_that_does_not_fit_into_a_header_is_a_mistake_of_ours(key: str, field: str):
    server = Server(http())

    async def once():
        async with server.up():
            door = door_to(server, credentials={"bot": Credential(server.url, "Bearer secret")})
            await door.send(Request(url=server.url, method="POST", credential="bot", **{field: key}))

    with pytest.raises(ValueError, match="printable ASCII"):
        asyncio.run(once())
    assert b"POST" not in b"".join(server.requests)
