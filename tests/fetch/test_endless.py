"""Servers that never come to an end, and a source that believes them: the driver's ceilings end it (B23)."""

import asyncio
import itertools
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from urllib.parse import urljoin

import pytest

from tests.fetch.servers import Server, door_to, http
from threadleaf.core.errors import NotNow
from threadleaf.core.model import Conversation
from threadleaf.fetch.drive import Limits, drive
from threadleaf.wire import Answer, Request

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


def pages(url: str, told: list):
    """A source that follows every page to the next one, and never counts; it stops where it is refused."""
    while True:
        (reply,) = yield (Request(url=url, purpose="the next page"),)
        told.append(reply)
        if not isinstance(reply, Answer):
            return Conversation(network="bsky", anchor=reply.detail, posts=())
        url = urljoin(reply.url, reply.body.decode().strip())


def stubborn(url: str, told: list):
    """A source that does not even stop there."""
    while True:
        (reply,) = yield (Request(url=url),)
        told.append(reply)


def follow(answer, limits: Limits, source=pages) -> tuple[Server, list, Conversation | None]:
    """Run a source against a server that says where the next page is: the server, the replies, what came of it."""
    server, told = Server(answer), []
    up, stop = threading.Event(), threading.Event()

    async def serve():
        async with server.up():
            up.set()
            await asyncio.to_thread(stop.wait)

    with ThreadPoolExecutor(1) as pool:
        served = pool.submit(asyncio.run, serve())
        try:
            assert up.wait(60)
            door = door_to(server)
            done = drive(source(server.url, told), door=door, clock=lambda: NOW, limits=limits)
        except NotNow:
            done = None
        finally:
            stop.set()
        served.result()
    return server, told, done


def always_another():
    """Each page names one that was never seen before."""
    numbers = itertools.count()

    async def answer(reader, writer):
        writer.write(http(f"/page/{next(numbers)}".encode()))

    return answer


def test_a_next_page_that_is_always_another_ends_at_the_ceiling_of_requests():
    server, told, done = follow(always_another(), Limits(requests=12))
    assert (server.connections, len(told)) == (12, 13)
    assert done.anchor == "The limit of 12 requests was reached."


def test_a_next_page_that_points_back_ends_there_too():
    server, _, done = follow(http(b"/"), Limits(requests=7))
    assert (server.connections, done.anchor) == (7, "The limit of 7 requests was reached.")


def test_large_pages_end_at_the_ceiling_of_bytes():
    server, told, done = follow(http(b"/" + b" " * 100_000), Limits(bytes=250_000))
    assert (server.connections, len(told)) == (3, 4)
    assert done.anchor == "The limit of 250000 bytes was reached."


def test_slow_pages_end_at_the_deadline():
    async def slow(reader, writer):
        await asyncio.sleep(0.05)
        writer.write(http(b"/"))

    server, told, done = follow(slow, Limits(seconds=0.3))
    assert done.anchor == "The time limit of 0.3 seconds was reached."
    assert server.connections <= 7
    assert told[-1].kind == "timeout"


def test_a_source_that_never_stops_is_stopped():
    server, told, done = follow(http(b"/"), Limits(requests=3, idle_rounds=5), stubborn)
    assert done is None
    assert (server.connections, len(told)) == (3, 8)


@pytest.mark.parametrize("endless", [always_another(), http(b"/")])
def test_nothing_of_it_is_lost_that_came_before(endless):
    _, told, _ = follow(endless, Limits(requests=5))
    assert [isinstance(reply, Answer) for reply in told] == [True] * 5 + [False]
