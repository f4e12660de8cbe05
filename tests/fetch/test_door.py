"""The door against real servers on loopback."""

import asyncio
import contextlib
import gzip
import logging
import socket
import ssl
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from itertools import pairwise

import httpcore2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fetch.hostile import DENIED_ADDRESSES
from tests.fetch.servers import Rerouted, Server, answering, ask, door_to, http
from threadleaf import __version__
from threadleaf.core.errors import Blocked
from threadleaf.fetch.answers import Aborted
from threadleaf.fetch.door import Door, _first_of_each_family
from threadleaf.fetch.policy import Caps, Policy
from threadleaf.wire import NO_NAME, Answer, Refused, Request

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
SILENT, SLOW = Caps(first_byte=0.05), Caps(grace=0.05, rate=10**9)
"""Caps that a server which stalls runs into soon, before and behind its first byte."""


def cut(server: Server, request: Request | None = None, **more) -> Aborted:
    """The reason why the server's answer was cut off."""
    with pytest.raises(Aborted) as caught:
        ask(server, request, **more)
    assert caught.value.code == "ABORT"
    return caught.value


# --- what is sent, what comes back -------------------------------------------


def test_an_answer_carries_status_body_type_time_and_address():
    server = Server(http(b'{"a": 1}', "Content-Type: application/json; charset=utf-8", status="404 Not Found"))
    answer = ask(server, clock=lambda: NOW)
    assert answer == Answer(status=404, body=b'{"a": 1}', at=NOW, url=f"{server.url}/x", media_type="application/json")


def test_a_request_says_who_asks_and_carries_nothing_else():
    server = Server(http())
    ask(server, contact="mailto:op@example.org")
    assert server.requests[0].decode().split("\r\n") == [
        "GET /x HTTP/1.1",
        f"Host: 127.0.0.1:{server.port}",
        f"User-Agent: Threadleaf/{__version__} (+mailto:op@example.org)",
        "Accept: application/json",
        "Accept-Encoding: gzip, identity",
        "Connection: close",
        "",
        "",
    ]


def test_a_write_carries_its_body():
    server = Server(http())
    request = Request(url="", method="POST", body=b'{"q": 1}', accept="*/*")

    async def post():
        async with server.up():
            return await door_to(server).send(Request(url=server.url, method="POST", body=request.body))

    assert asyncio.run(post()).status == 200
    assert server.requests[0].startswith(b"POST / HTTP/1.1\r\n")
    assert b"Content-Type: application/json\r\n" in server.requests[0]
    assert server.requests[0].endswith(b"Content-Length: 8\r\n\r\n" + request.body)


def test_a_write_says_what_its_body_is():
    server = Server(http())

    async def post():
        async with server.up():
            form = Request(url=server.url, method="POST", body=b"a=b", sends="application/x-www-form-urlencoded")
            return await door_to(server).send(form)

    assert asyncio.run(post()).status == 200
    assert b"Content-Type: application/x-www-form-urlencoded\r\n" in server.requests[0]


def test_the_system_clock_is_used_where_no_other_is_given():
    before = datetime.now(UTC)
    assert before <= ask(Server(http())).at <= datetime.now(UTC)


def test_cookies_and_proxies_of_the_surroundings_are_not_used(monkeypatch):
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    server = Server(http(b"{}", "Set-Cookie: a=b; Path=/"))

    async def twice():
        async with server.up():
            door = door_to(server)
            for _ in range(2):
                await door.send(Request(url=server.url))

    asyncio.run(twice())
    assert server.connections == 2
    assert b"cookie" not in server.requests[1].lower()


def test_the_answer_may_be_packed_chunked_or_empty():
    packed = gzip.compress(b"some text")
    assert ask(Server(http(packed, "Content-Encoding: gzip"))).body == b"some text"
    chunked = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"
    assert ask(Server(chunked)).body == b"abcde"
    assert ask(Server(b"HTTP/1.1 204 No Content\r\n\r\n")).body == b""
    assert ask(Server(b"HTTP/1.1 304 Not Modified\r\n\r\n")).body == b""
    assert ask(Server(b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" + http(b"x"))).body == b"x"


def test_the_headers_that_somebody_reads_come_along():
    server = Server(http(b"{}", "Date: now", "LINK: <a>; rel=next", "Link: <b>; rel=prev", "Set-Cookie: a=b", "X: y"))
    assert ask(server).fields == {"date": "now", "link": "<a>; rel=next, <b>; rel=prev"}


# --- answers that go wrong; the table is tests/fetch/bodies.py ------------------------------------------------------

ENDLESS = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"


@pytest.mark.parametrize(
    ("start", "caps", "sentence"),
    [
        (b"", SILENT, "did not begin"),
        (b"HTTP/1.1 200 OK\r\nX: ", SLOW, "slower than"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nsome", SLOW, "slower than"),
        (ENDLESS + b"5\r\nab", SLOW, "slower than"),
    ],
)
def test_a_server_that_stalls_is_left(start, caps, sentence):
    reason = cut(Server(start, then="hold"), caps=caps)
    assert reason.why == "timeout"
    assert sentence in reason.sentence


def test_the_total_time_bounds_whatever_keeps_the_other_rules():
    reason = cut(Server(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nab", then="hold"), caps=Caps(total=0.05))
    assert (reason.why, reason.sentence) == ("timeout", "There was no whole answer within 0.05 seconds.")


def test_an_abrupt_end_is_a_fault_of_the_network():
    async def reset(reader, writer):
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nsome")
        await writer.drain()
        linger = writer.get_extra_info("socket")
        linger.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        writer.transport.abort()

    assert cut(Server(reset)).why == "network"


def test_429_is_told_as_a_limit_with_its_time_and_its_body_is_not_read():
    server = Server(b"HTTP/1.1 429 Too Many Requests\r\nRetry-After: 30\r\nContent-Length: 10\r\n\r\n", then="hold")
    refused = ask(server, clock=lambda: NOW)
    assert refused == Refused(kind="rate", detail="The server asks us to wait.", until=NOW + timedelta(seconds=30))


@pytest.mark.parametrize("value", ["1000000000", "Sat, 21 Nov 2020 12:05:00 GMT", "soon"])
def test_an_unreasonable_pause_is_clamped(value):
    refused = ask(Server(http(b"", f"Retry-After: {value}", status="429 Slow Down")), clock=lambda: NOW)
    assert refused.kind == "rate"
    assert refused.until is None or NOW <= refused.until <= NOW + timedelta(hours=1)


@given(st.lists(st.sampled_from([b"HTTP/1.1 200 OK", b"\r\n", b"Content-Length: 2", b": ", b"\n", b"2", b"ok", b"\0"])))
def test_no_bytes_of_a_server_bring_another_error_than_ours(pieces):
    # Any other error would leave the block.
    with contextlib.suppress(Aborted):
        assert isinstance(ask(Server(b"HTTP/1.1 " + b"".join(pieces))), Answer)


# --- redirects; the table is tests/fetch/redirects.py ------------------------------------------------------------


def moved(place: str, status: str = "302 Found") -> bytes:
    return http(b"", f"Location: {place}", status=status)


def test_a_get_is_sent_on_up_to_three_times_and_each_place_is_asked_anew():
    async def chain(length):
        servers = [Server() for _ in range(length + 1)]
        async with contextlib.AsyncExitStack() as up:
            for server in servers:
                await up.enter_async_context(server.up())
            for number, (here, there) in enumerate(pairwise(servers), 1):
                here.answer = moved(f"{there.url}/{number}")
            servers[-1].answer = http(b"here")
            return await door_to(*servers).send(Request(url=servers[0].url + "/start"))

    answer = asyncio.run(chain(3))
    assert (answer.body, answer.url.rpartition("/")[2]) == (b"here", "3")
    with pytest.raises(Blocked, match="without end") as refused:
        asyncio.run(chain(4))
    assert refused.value.code == "DENY-HOP"


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "303 See Other", "307 Temporary", "308 Permanent"])
def test_a_relative_place_is_on_the_same_server(status):
    async def two(reader, writer):
        writer.write(moved("y", status) if server.connections == 1 else http(b"here"))

    server = Server(two)
    answer = ask(server)
    assert (answer.body, answer.url) == (b"here", f"{server.url}/y")


def test_a_server_that_sends_us_in_a_circle_is_asked_once():
    server = Server(moved("/x"))
    with pytest.raises(Blocked, match="without end") as refused:
        ask(server)
    assert (refused.value.code, server.connections) == ("DENY-HOP", 1)


@pytest.mark.parametrize("status", ["301 Moved", "307 Temporary Redirect", "308 Permanent Redirect"])
def test_a_write_is_not_sent_on(status):
    server = Server(moved("/y", status))

    async def post():
        async with server.up():
            return await door_to(server).send(Request(url=server.url, method="POST", body=b"{}"))

    assert asyncio.run(post()).status == int(status[:3])
    assert server.connections == 1


@pytest.mark.parametrize(
    "answer", [http(b"", status="302 Found"), http(b"", "Location: /a", "Location: /b", status="302 Found")]
)
def test_a_redirect_without_one_clear_place_is_cut_off(answer):
    server = Server(answer)
    assert cut(server).why == "door"
    assert server.connections == 1


def test_a_place_on_the_way_that_leads_inside_is_refused_before_anything_is_sent():
    server = Server(moved("https://second.example.com/"))
    resolve = answering("8.8.8.8", "10.0.0.1")
    with pytest.raises(Blocked, match=r"10\.0\.0\.1") as refused:
        ask(server, resolve=resolve)
    assert refused.value.code == "DENY-HOP"
    assert (server.connections, resolve.asked) == (1, ["second.example.com"])


def test_an_answer_cut_off_behind_a_redirect_is_cut_off_not_refused():
    async def two(reader, writer):
        writer.write(moved("/y") if server.connections == 1 else b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n")

    server = Server(two)
    assert cut(server).why == "network"


# --- names; the table is tests/fetch/names.py ----------------------------------------------------------------


def send(url: str = "https://name.example.com/", **more) -> Answer | Refused:
    return asyncio.run(Door(**more).send(Request(url=url)))


@pytest.mark.parametrize("text", DENIED_ADDRESSES.values(), ids=DENIED_ADDRESSES)
def test_a_name_that_leads_inside_is_refused_and_nothing_dialled(text):
    backend = Rerouted()
    for found in [(text,), ("8.8.8.8", text), (text, "8.8.8.8"), ("8.8.8.8",) * 40 + (text,)]:
        with pytest.raises(Blocked) as refused:
            send(resolve=answering(*found), backend=backend)
        assert refused.value.code == "DENY-ADDR"
    assert backend.dialled == []


def test_a_name_with_too_many_addresses_is_refused():
    backend = Rerouted()
    many = [f"8.8.{n}.8" for n in range(17)]
    with pytest.raises(Blocked, match="many addresses") as refused:
        send(resolve=answering(*many), backend=backend)
    assert (refused.value.code, backend.dialled) == ("DENY-ADDR", [])


def test_a_name_is_looked_up_once_for_a_connection_and_the_judged_address_dialled():
    answers = iter([("8.8.8.8",), ("127.0.0.1",)])
    backend = Rerouted(fails={"8.8.8.8": httpcore2.ConnectError("refused")})

    async def flipping(host, port):
        return next(answers)

    async def twice():
        door = Door(resolve=flipping, backend=backend)
        first = await door.send(Request(url="https://flip.example.com/"))
        with pytest.raises(Blocked):
            await door.send(Request(url="https://flip.example.com/"))
        return first

    assert asyncio.run(twice()).kind == "network"
    assert backend.dialled == [("8.8.8.8", 443)]


def test_a_connection_that_ended_elsewhere_is_closed_unused():
    async def once(peer):
        async with Server(http()).up() as server:
            backend = Rerouted(server.port, peer=peer)
            with pytest.raises(Blocked, match="somewhere else") as refused:
                await Door(resolve=answering("8.8.8.8"), backend=backend).send(Request(url="https://a.example.com"))
        assert refused.value.code == "DENY-ADDR"
        assert (server.requests, backend.closed) == ([], 1)

    for peer in ("127.0.0.1", "8.8.4.4", "::ffff:8.8.8.8", "fe80::1%lo"):
        asyncio.run(once(peer))


def test_the_other_family_is_tried_when_the_first_choice_is_dead():
    dead = {host: httpcore2.ConnectTimeout("late") for host in ("2a00::1", "2a00::2", "8.8.8.8", "8.8.4.4")}
    backend = Rerouted(fails=dead)
    refused = send(resolve=answering("2a00::1", "2a00::2", "8.8.8.8", "8.8.4.4"), backend=backend)
    assert (refused.kind, refused.detail) == ("timeout", "No connection to name.example.com could be made.")
    assert [host for host, _ in backend.dialled] == ["2a00::1", "8.8.8.8", "2a00::2"]


def test_all_addresses_share_the_time_for_connecting():
    times = []

    class Slow(Rerouted):
        async def connect_tcp(self, host, port, timeout=None, local_address=None, socket_options=None):  # noqa: ASYNC109 -- httpcore2's
            times.append(timeout)
            raise httpcore2.ConnectTimeout("late")

    assert (
        send(resolve=answering("8.8.8.8", "8.8.4.4", "2a00::1"), backend=Slow(), caps=Caps(connect=6)).kind == "timeout"
    )
    assert 1.9 < times[0] <= 2
    assert len(times) == 3
    assert max(times) <= 6


def test_at_most_three_addresses_are_tried():
    found = tuple(IPv4Address(0x08080800 + n) for n in range(9))
    assert _first_of_each_family(found) == found[:3]
    assert _first_of_each_family(found[:1]) == found[:1]


@pytest.mark.parametrize("error", [OSError("no such name"), UnicodeError("label too long")])
def test_a_name_that_does_not_exist_is_a_fault_of_the_network(error):
    async def fails(host, port):
        raise error

    sentence = "The name name.example.com could not be looked up; perhaps there is no network."
    assert send(resolve=fails) == Refused(kind="network", detail=sentence)
    assert send(resolve=answering()).kind == "network"


def test_a_name_that_leads_to_this_machine_by_its_public_address_is_refused():
    backend = Rerouted()
    asked = []

    def here(address):
        asked.append(str(address))
        return address.version == 6

    with pytest.raises(Blocked, match="this machine itself") as refused:
        send(resolve=answering("8.8.8.8", "2a00::1"), backend=backend, here=here)
    assert (refused.value.code, backend.dialled, asked) == ("DENY-ADDR", [], ["8.8.8.8", "2a00::1"])


def test_a_resolver_that_never_answers_is_given_up():
    async def never(host, port):
        await asyncio.Event().wait()
        raise AssertionError

    async def hundred():
        door = Door(resolve=never, caps=Caps(look_up=0.05))
        return await asyncio.gather(*(door.send(Request(url=f"https://n{n}.example.com/")) for n in range(100)))

    assert {reply.kind for reply in asyncio.run(hundred())} == {"timeout"}


def test_nothing_listening_is_a_fault_of_the_network():
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    door = Door(policy=Policy(allow=frozenset({("127.0.0.1", port)})))
    assert asyncio.run(door.send(Request(url=f"http://127.0.0.1:{port}/"))).kind == "network"


def test_a_name_on_the_allow_list_is_looked_up_and_must_lead_here():
    async def named(*found):
        async with Server(http(b"here")).up() as server:
            policy = Policy(allow=frozenset({("localhost", server.port)}))
            return await Door(policy=policy, resolve=answering(*found)).send(
                Request(url=f"http://localhost:{server.port}/")
            )

    assert asyncio.run(named("127.0.0.1")).body == b"here"
    with pytest.raises(Blocked):
        asyncio.run(named("127.0.0.1", "8.8.8.8"))


# --- the door itself ---------------------------------------------------------


def test_the_allow_list_is_loud_and_silence_means_there_is_none(caplog):
    with caplog.at_level(logging.WARNING, "threadleaf.fetch"):
        Door()
        assert caplog.records == []
        Door(policy=Policy(allow=frozenset({("localhost", 2583), ("127.0.0.1", 80)})))
    assert "127.0.0.1:80, localhost:2583" in caplog.text
    assert "For development only" in caplog.text


@pytest.mark.parametrize("contact", ["a\r\nX: y", "ü", "\0"])
def test_the_contact_is_plain_text(contact):
    with pytest.raises(ValueError, match="printable"):
        Door(contact=contact)


def test_a_context_that_does_not_verify_is_refused():
    lax = ssl.create_default_context()
    lax.check_hostname = False
    with pytest.raises(ValueError, match="verifies"):
        Door(tls=lax)
    lax.verify_mode = ssl.CERT_NONE
    with pytest.raises(ValueError, match="verifies"):
        Door(tls=lax)


def test_the_default_context_verifies_with_tls_1_2_or_later():
    context = Door()._tls()
    assert (context.verify_mode, context.check_hostname) == (ssl.CERT_REQUIRED, True)
    assert context.minimum_version >= ssl.TLSVersion.TLSv1_2


def test_one_door_serves_many_event_loops():
    server = Server(http())

    async def once(door):
        async with server.up():
            return await door_to(server, **door).send(Request(url=server.url))

    assert [asyncio.run(once({})).status for _ in range(2)] == [200, 200]


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (socket.gaierror(socket.EAI_NONAME, "x"), "There is no server of the name a.example.com. Check the address."),
        (socket.gaierror(socket.EAI_AGAIN, "x"), "could not be looked up; perhaps there is no network."),
        (OSError("too many look-ups at once"), "could not be looked up; perhaps there is no network."),
    ],
)
def test_a_name_that_is_not_there_is_told_from_no_network(error: OSError, said: str):
    async def fails(host: str, port: int) -> tuple[str, ...]:
        raise error

    refused = asyncio.run(Door(resolve=fails).send(Request(url="https://a.example.com/")))
    assert isinstance(refused, Refused)
    assert refused.kind == "network"
    assert refused.code == (NO_NAME if "no server" in said else "")
    assert said in refused.detail
