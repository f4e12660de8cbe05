"""Connections that are used again: within one run, for one origin and one secret, and only where all is in order."""

import asyncio
import contextlib
import gzip
from datetime import UTC, datetime

import pytest

from tests.fetch.bodies import CHUNKED
from tests.fetch.servers import Rerouted, Server, answering, door_to, http
from tests.fetch.stage import NAME
from threadleaf.core.errors import Blocked
from threadleaf.core.model import Conversation
from threadleaf.fetch.answers import Aborted
from threadleaf.fetch.door import Credential, Door
from threadleaf.fetch.drive import drive
from threadleaf.fetch.kept import IN_ALL, PER_ORIGIN, Kept, Place, may_be_repeated
from threadleaf.fetch.policy import Caps, Policy
from threadleaf.wire import Answer, Request

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


class Connection:
    """What `Kept` keeps, without a network."""

    def __init__(self, *, is_fit: bool = True) -> None:
        self.is_fit, self.is_closed = is_fit, False

    async def aclose(self) -> None:
        self.is_closed = True


def kept(*entries: tuple[Place, Connection]) -> Kept:
    """Where these were put to rest, one after the other."""
    keeping = Kept()

    async def put():
        for entry in entries:
            await keeping.put(*entry)

    asyncio.run(put())
    return keeping


HERE, THERE, SECRET = Place("https://a.example", ""), Place("https://b.example", ""), Place("https://a.example", "home")


def test_a_connection_serves_its_own_origin_and_secret_only():
    here, there, secret = Connection(), Connection(), Connection()
    keeping = kept((HERE, here), (THERE, there), (SECRET, secret))
    taken = [asyncio.run(keeping.take(place)) for place in (SECRET, HERE, THERE, Place("http://a.example", ""))]
    assert taken == [secret, here, there, None]


def test_it_is_taken_once_and_the_one_that_was_used_last_first():
    first, second = Connection(), Connection()
    keeping = kept((HERE, first), (HERE, second))
    assert [asyncio.run(keeping.take(HERE)) for _ in range(3)] == [second, first, None]


def test_those_that_are_not_fit_are_closed_and_passed_over():
    fit, unfit = Connection(), Connection(is_fit=False)
    keeping = kept((HERE, fit), (HERE, unfit))
    assert asyncio.run(keeping.take(HERE)) is fit
    assert (unfit.is_closed, fit.is_closed) == (True, False)


def test_few_rest_for_one_origin_whatever_secret_they_carried():
    other = Connection()
    same = [Connection() for _ in range(PER_ORIGIN + 1)]
    places = [SECRET, *[HERE] * PER_ORIGIN]
    kept((THERE, other), *zip(places, same, strict=True))
    assert [one.is_closed for one in same] == [True, *[False] * PER_ORIGIN]
    assert not other.is_closed


def test_few_rest_in_all():
    many = [Connection() for _ in range(IN_ALL + 1)]
    kept(*((Place(f"https://n{n}.example", ""), one) for n, one in enumerate(many)))
    assert [one.is_closed for one in many] == [True, *[False] * IN_ALL]


def test_at_the_end_all_are_closed_and_what_comes_later_is_closed_at_once():
    first, second, late = Connection(), Connection(), Connection()
    keeping = kept((HERE, first), (THERE, second))
    asyncio.run(keeping.aclose())
    asyncio.run(keeping.put(HERE, late))
    assert [one.is_closed for one in (first, second, late)] == [True] * 3
    assert asyncio.run(keeping.take(HERE)) is None


def test_what_reads_may_be_repeated():
    requests = [Request(url=""), Request(url="", method="POST", reads=True), Request(url="", method="POST")]
    assert [may_be_repeated(request) for request in requests] == [True, True, False]


# --- with a server -----------------------------------------------------------


async def came(door: Door, request: Request) -> bytes | str:
    """The body of an answer, or the kind of refusal, or the reason why it was cut off."""
    try:
        reply = await door.send(request)
    except Aborted as cut:
        return cut.why
    return reply.body if isinstance(reply, Answer) else reply.kind


def visit(server: Server, *, between=None, times: int = 2, more=None, **request) -> list[bytes | str]:
    """Ask a server several times in one visit; `between` is awaited behind each time, `more` is for the door."""

    async def visited() -> list[bytes | str]:
        async with server.up(), door_to(server, **(more or {})).visit() as door:
            heard = []
            for number in range(1, times + 1):
                heard.append(await came(door, Request(url=f"{server.url}/{number}", **request)))
                if between is not None:
                    await between()
            return heard

    return asyncio.run(visited())


@contextlib.asynccontextmanager
async def up(server: Server, backend: Rerouted):
    """A server that is dialled through a backend which counts what is closed."""
    async with server.up():
        backend.port = server.port
        yield


def staying(*answers: bytes) -> Server:
    """A server that gives these answers one after the other, over whatever connections, and closes none itself."""

    async def answer(reader, writer):
        writer.write(answers[min(len(server.requests), len(answers)) - 1])

    server = Server(answer, then="stay")
    return server


def test_a_visit_asks_again_over_the_same_connection():
    server = staying(http(b"one"), http(b"two"), http(b"three"))
    assert visit(server, times=3) == [b"one", b"two", b"three"]
    assert server.connections == 1
    assert not any(b"\r\nConnection:" in request for request in server.requests)


@pytest.mark.parametrize(
    "first",
    [
        CHUNKED + b"3\r\none\r\n0\r\n\r\n",
        http(gzip.compress(b"one"), "Content-Encoding: gzip"),
        http(b"one", status="404 Not Found"),
        b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" + http(b"one"),
    ],
)
def test_a_whole_answer_of_any_form_leaves_it_fit(first):
    server = staying(first, http(b"two"))
    assert visit(server) == [b"one", b"two"]
    assert server.connections == 1


def test_an_answer_without_a_body_leaves_it_fit():
    server = staying(b"HTTP/1.1 204 No Content\r\n\r\n", http(b"two"))
    assert visit(server) == [b"", b"two"]
    assert server.connections == 1


@pytest.mark.parametrize(
    ("first", "heard"),
    [
        (http(b"one", "Connection: close"), b"one"),
        (http(b"one").replace(b"HTTP/1.1", b"HTTP/1.0"), b"one"),
        (b"HTTP/1.1 429 Slow\r\nContent-Length: 0\r\n\r\n", "rate"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 5242881\r\n\r\n", "too-large"),
        (http(b"one", "Content-Encoding: br"), "door"),
        (http(b"one") + b"more", "door"),
        (CHUNKED + b"3\r\none\r\n0\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\nanother", b"one"),
        (CHUNKED + b"3\r\none\r\n0\r\n\r\nHTTP/1.1 200 OK\r\nX: ", b"one"),
    ],
)
def test_where_anything_is_odd_or_was_left_unread_it_is_closed(first, heard):
    server = staying(first, http(b"two"))
    assert visit(server) == [heard, b"two"]
    assert server.connections == 2


def test_it_is_closed_at_once():
    async def odd() -> list[int]:
        async with up(server, backend), door_to(server, backend=backend).visit() as door:
            assert await came(door, Request(url=server.url)) == b""
            return [server.connections, backend.closed]

    server, backend = staying(CHUNKED + b"0\r\n\r\nHTTP"), Rerouted()
    assert asyncio.run(odd()) == [1, 1]


def test_what_comes_unasked_is_never_taken_for_an_answer():
    sent = asyncio.Event()

    async def answer(reader, writer):
        writer.write(http(b"here"))
        await writer.drain()
        if server.connections == 1:
            await asyncio.wait_for(heard.wait(), 60)
            writer.write(http(b"unasked"))
            await writer.drain()
            sent.set()

    async def between():
        heard.set()
        await asyncio.wait_for(sent.wait(), 60)

    server, heard = Server(answer, then="stay"), asyncio.Event()
    assert visit(server, between=between) == [b"here"] * 2
    assert server.connections == 2


def test_a_place_on_the_way_is_asked_over_a_connection_of_its_own():
    server = staying(http(b"", "Location: /2", status="302 Found"), http(b"there"), http(b"two"))
    assert visit(server) == [b"there", b"two"]
    assert server.connections == 2  # the one that sent us on is closed, the other is used again


def test_what_stalls_is_closed():
    server = staying(b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\non", http(b"two"))
    assert visit(server, more={"caps": Caps(grace=0.05, rate=10**9)}) == ["timeout", b"two"]
    assert server.connections == 2


def test_a_request_that_is_given_up_closes_its_connection():
    server = staying(http(b"one"), b"", http(b"three"))
    assert visit(server, times=3, more={"caps": Caps(total=0.2)}) == [b"one", "timeout", b"three"]
    assert server.connections == 2


def test_a_connection_that_the_server_closed_meanwhile_is_not_used():
    server = Server(http(b"here"))
    ended = asyncio.Event()

    async def answer_and_close(reader, writer):
        writer.write(http(b"here"))
        writer.close()
        await writer.wait_closed()
        ended.set()

    server.answer = answer_and_close
    assert visit(server, between=ended.wait) == [b"here"] * 2
    assert (server.connections, len(server.requests)) == (2, 2)


def closing_on_the_second(start: bytes = b"") -> Server:
    """A server that closes its first connection when it is asked over it again, behind what it starts with."""

    async def answer(reader, writer):
        if len(server.requests) == 2:
            writer.write(start)
            writer.close()
            await writer.wait_closed()
            raise ConnectionError
        writer.write(http(b"here"))

    server = Server(answer, then="stay")
    return server


@pytest.mark.parametrize("request_", [{}, {"method": "POST", "body": b"{}", "reads": True}])
def test_one_that_it_closes_just_then_costs_another_connection_and_nothing_else(request_):
    server = closing_on_the_second()
    assert visit(server, **request_) == [b"here", b"here"]
    assert (server.connections, len(server.requests)) == (2, 3)


def test_a_connection_that_is_new_is_not_tried_again():
    server = Server(b"")
    assert visit(server, times=1) == ["network"]
    assert server.connections == 1


@pytest.mark.parametrize("start", [b"H", http(b"here")[:-1]])
def test_where_a_byte_of_an_answer_came_it_is_not_asked_again(start):
    server = closing_on_the_second(start)
    assert visit(server) == [b"here", "network"]
    assert (server.connections, len(server.requests)) == (1, 2)


def test_what_writes_has_a_connection_of_its_own():
    server = staying(http(b"one"), http(b"two"))
    assert visit(server, method="POST", body=b"{}") == [b"one", b"two"]
    assert server.connections == 2


# --- caps --------------------------------------------------------------------


def test_what_an_answer_may_cost_is_counted_anew_for_each():
    body = b"x" * 3000
    caps = Caps(head=200, body=4000, fields=3)
    server = staying(http(body), http(body), http(body))
    assert visit(server, times=3, more={"caps": caps}) == [body] * 3
    assert server.connections == 1


@pytest.mark.parametrize(
    ("second", "why"),
    [
        (http(b"x", "X: " + "a" * 200), "too-large"),
        (http(b"x", *["A: b"] * 9), "too-large"),
        (http(b"x" * 4001), "too-large"),
        (b"HTTP/1.1 200 OK\nContent-Length: 1\n\nx", "door"),
        (b"", "timeout"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nab", "timeout"),
    ],
)
def test_a_second_answer_is_held_to_the_same_caps(second, why):
    caps = Caps(head=200, body=4000, fields=5, first_byte=0.2, grace=0.05, rate=10**9)
    server = staying(http(b"one"), second)
    assert visit(server, more={"caps": caps}) == [b"one", why]
    assert server.connections == 1


# --- names and secrets -------------------------------------------------------


def test_another_host_is_never_asked_over_it_though_both_names_lead_to_one_server():
    async def both():
        async with server.up():
            places = frozenset((name, server.port) for name in ("localhost", "other.example.com", "127.0.0.1"))
            door = Door(policy=Policy(allow=places), resolve=answering("127.0.0.1"), backend=backend)
            async with door.visit() as visiting:
                for name in ("localhost", "other.example.com", "127.0.0.1", "localhost"):
                    await visiting.send(Request(url=f"http://{name}:{server.port}/"))

    server, backend = staying(http(b"here")), Rerouted(through=True)
    asyncio.run(both())
    assert (server.connections, len(server.requests), len(backend.dialled)) == (3, 4, 3)


def test_a_name_is_looked_up_and_judged_once_for_a_connection_and_anew_for_the_next():
    found = [("127.0.0.1",), ("10.0.0.1",)]
    asked = []

    async def flipping(host, port):
        asked.append(host)
        return found.pop(0)

    async def thrice():
        async with server.up():
            door = Door(policy=Policy(allow=frozenset({("localhost", server.port)})), resolve=flipping)
            async with door.visit() as visiting:
                for _ in range(2):
                    assert await came(visiting, Request(url=f"http://localhost:{server.port}/")) == b"here"
                with pytest.raises(Blocked, match=r"10\.0\.0\.1"):
                    await came(visiting, Request(url=f"http://localhost:{server.port}/"))

    server = staying(http(b"here"), http(b"here", "Connection: close"))
    asyncio.run(thrice())
    assert (asked, server.connections) == (["localhost"] * 2, 1)


def test_every_address_is_judged_also_where_a_connection_rests():
    async def twice():
        async with server.up(), door_to(server).visit() as door:
            await door.send(Request(url=server.url))
            with pytest.raises(Blocked):
                await door.send(Request(url=server.url.replace("http:", "ftp:")))

    server = staying(http(b"here"))
    asyncio.run(twice())
    assert len(server.requests) == 1


def test_what_is_asked_without_a_secret_does_not_go_where_one_was_shown():
    async def alternating():
        async with server.up():
            secrets = {"home": Credential(server.url, "Bearer secret")}
            async with door_to(server, credentials=secrets).visit() as door:
                for name in ("", "home", "", "home"):
                    await door.send(Request(url=server.url, credential=name))

    server = staying(http(b"here"))
    asyncio.run(alternating())
    assert [b"Bearer secret" in request for request in server.requests] == [False, True, False, True]
    assert server.connections == 2


def test_a_signer_is_asked_for_each_request():
    bodies = []

    def signing(method, target, body, now):
        bodies.append(target.path)
        return {"Signature": target.path}

    server = staying(http(b"here"))
    assert visit(server, credential="actor", more={"credentials": {"actor": signing}}) == [b"here"] * 2
    assert (bodies, server.connections) == (["/1", "/2"], 1)
    assert [b"\r\nSignature: /" in request for request in server.requests] == [True, True]


# --- the end -----------------------------------------------------------------


def test_at_the_end_of_a_visit_nothing_is_open():
    async def leave():
        async with up(server, backend):
            async with door_to(server, backend=backend).visit() as door:
                await asyncio.gather(*(door.send(Request(url=server.url)) for _ in range(3)))
                assert backend.closed == 0
            assert backend.closed == 3

    server, backend = staying(http(b"here")), Rerouted()
    asyncio.run(leave())
    assert server.connections == 3


def test_nor_where_a_mistake_of_ours_ends_it():
    async def leave():
        async with up(server, backend):
            door = door_to(server, backend=backend, credentials={"actor": lambda *given: {"Host": "x"}})
            async with door.visit() as visiting:
                with pytest.raises(ValueError, match="may not set"):
                    await visiting.send(Request(url=server.url, credential="actor"))
            assert backend.closed == 1

    server, backend = staying(http(b"here")), Rerouted()
    asyncio.run(leave())


def test_what_is_not_a_visit_keeps_nothing():
    async def twice():
        async with up(server, backend):
            door = door_to(server, backend=backend)
            async with door.visit() as visiting:
                await visiting.send(Request(url=server.url))
                for _ in range(2):
                    await door.send(Request(url=server.url))

    server, backend = staying(http(b"here")), Rerouted()
    asyncio.run(twice())
    assert [b"\r\nConnection: close\r\n" in request for request in server.requests] == [False, True, True]
    assert (server.connections, backend.closed) == (3, 3)


def test_a_connection_serves_one_run_of_a_source_and_no_other():
    def source(url: str):
        for _ in range(3):
            yield (Request(url=url), Request(url=url))
        return Conversation(network="bsky", anchor="done", posts=())

    async def runs() -> list[int]:
        async with up(server, backend):
            door, made = door_to(server, backend=backend), []
            for _ in range(2):
                await asyncio.to_thread(drive, source(server.url), door=door, clock=lambda: NOW)
                made.append((server.connections, backend.closed))
            return made

    server, backend = staying(http(b"here")), Rerouted()
    assert asyncio.run(runs()) == [(2, 2), (4, 4)]
    assert len(server.requests) == 12


def test_over_tls_too(certificates):
    async def thrice():
        async with server.up(ssl=certificates.theirs()):
            door = Door(resolve=resolve, backend=Rerouted(server.port), tls=certificates.ours())
            async with door.visit() as visiting:
                return [await came(visiting, Request(url=f"https://{NAME}/")) for _ in range(3)]

    server, resolve = staying(http(b"here")), answering("8.8.8.8")
    assert asyncio.run(thrice()) == [b"here"] * 3
    assert (server.connections, resolve.asked) == (1, [NAME])


def test_a_visit_that_is_broken_off_closes_what_rests_and_what_runs():
    async def leave():
        async with up(server, backend):
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(0.2), door_to(server, backend=backend).visit() as door:
                    await door.send(Request(url=server.url))
                    await asyncio.gather(*(door.send(Request(url=server.url)) for _ in range(2)))
            assert backend.closed == 2

    server, backend = staying(http(b"here"), b""), Rerouted()
    asyncio.run(leave())
