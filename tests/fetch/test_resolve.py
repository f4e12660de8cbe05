"""Looking up names: in threads nobody waits for, and never more than a few of them."""

import asyncio
import socket
import threading

import pytest

from threadleaf.fetch.resolve import SystemResolver, says_no_name


def entries(*texts):
    return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (text, 443)) for text in texts]


def test_a_name_is_looked_up_once_and_without_search_domains():
    asked = []

    def getaddrinfo(name, port, **kinds):
        asked.append((name, port))
        return entries("192.0.2.1", "192.0.2.2", "192.0.2.1")

    found = asyncio.run(SystemResolver(getaddrinfo=getaddrinfo)("example.com", 443))
    assert found == ("192.0.2.1", "192.0.2.2")
    assert asked == [("example.com.", 443)]


def test_a_name_of_one_label_is_this_machines_own():
    assert set(asyncio.run(SystemResolver()("localhost", 80))) <= {"127.0.0.1", "::1"}


@pytest.mark.parametrize("error", [socket.gaierror(-2, "unknown"), UnicodeError("label too long")])
def test_a_failure_of_the_system_is_passed_on(error):
    def getaddrinfo(name, port, **kinds):
        raise error

    with pytest.raises(type(error)):
        asyncio.run(SystemResolver(getaddrinfo=getaddrinfo)("example.com", 443))


@pytest.mark.parametrize("error", [socket.gaierror(socket.EAI_NONAME, "unknown"), OSError("no such device")])
def test_that_there_is_no_such_name_is_believed_once_some_name_was_found(error):
    known = {"example.com.": entries("192.0.2.1"), "localhost": entries("127.0.0.1")}

    def getaddrinfo(name, port, **kinds):
        if name not in known:
            raise error
        return known[name]

    resolve = SystemResolver(getaddrinfo=getaddrinfo)

    def says_no_such_name():
        with pytest.raises(OSError) as said:
            asyncio.run(resolve("none.example", 443))
        return says_no_name(said.value)

    assert not says_no_such_name()
    asyncio.run(resolve("localhost", 443))
    assert not says_no_such_name(), "that name is known without a network"
    asyncio.run(resolve("example.com", 443))
    assert says_no_such_name() is says_no_name(error)


class Stuck:
    """A resolver that answers only when the test lets it."""

    def __init__(self):
        self.go, self.asked, self.ended = threading.Event(), threading.Semaphore(0), threading.Semaphore(0)

    def __call__(self, name, port, **kinds):
        self.daemon = threading.current_thread().daemon
        self.asked.release()
        self.go.wait()
        self.ended.release()
        return entries("192.0.2.1")


def test_nobody_waits_for_a_resolver_that_never_answers():
    stuck = Stuck()
    resolve = SystemResolver(getaddrinfo=stuck)

    async def give_up():
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.01):
                await resolve("example.com", 443)

    asyncio.run(give_up())  # ends although the thread still waits
    stuck.go.set()
    assert stuck.ended.acquire(timeout=60)  # its late answer disturbs nobody
    assert stuck.daemon  # nor would the end of the program have waited for it


def test_a_late_answer_within_the_same_loop_disturbs_nobody():
    stuck = Stuck()
    resolve = SystemResolver(getaddrinfo=stuck, at_once=2)

    async def give_up():
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.01):
                await resolve("example.com", 443)
        stuck.go.set()
        return await resolve("example.com", 443)

    assert asyncio.run(give_up()) == ("192.0.2.1",)


def test_look_ups_beyond_the_limit_are_refused_at_once_and_places_come_free_again():
    stuck = Stuck()
    resolve = SystemResolver(getaddrinfo=stuck, at_once=2)

    async def three():
        first = [asyncio.ensure_future(resolve("example.com", 443)) for _ in range(2)]
        await asyncio.to_thread(stuck.asked.acquire)
        await asyncio.to_thread(stuck.asked.acquire)
        with pytest.raises(OSError, match="too many"):
            await resolve("example.com", 443)
        stuck.go.set()
        await asyncio.gather(*first)
        return await resolve("example.com", 443)

    assert asyncio.run(three()) == ("192.0.2.1",)
