"""Look up a name with the system's resolver, in a thread that nobody has to wait for."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
from collections.abc import Awaitable, Callable
from typing import Any

Resolve = Callable[[str, int], Awaitable[tuple[str, ...]]]
"""From a name and a port to addresses as text. Raises OSError when there are none; the caller bounds the time."""

Found = list[tuple[Any, ...]]


class SystemResolver:
    """`getaddrinfo` in daemon threads: the system's look-up cannot be stopped, so the door stops waiting for it.

    The event loop's own threads will not do: a program cannot end before they have. At most `at_once` look-ups run
    in the whole process at a time; more are refused (OSError) rather than queued behind a resolver that is dead.
    """

    def __init__(self, *, getaddrinfo: Callable[..., Found] = socket.getaddrinfo, at_once: int = 32) -> None:
        self._getaddrinfo = getaddrinfo
        self._free = threading.BoundedSemaphore(at_once)

    async def __call__(self, host: str, port: int) -> tuple[str, ...]:
        if not self._free.acquire(blocking=False):
            raise OSError("too many look-ups at once")
        loop = asyncio.get_running_loop()
        found: asyncio.Future[Found] = loop.create_future()
        threading.Thread(target=self._look_up, args=(host, port, loop, found), daemon=True).start()
        return tuple(dict.fromkeys(str(entry[4][0]) for entry in await found))

    def _look_up(self, host: str, port: int, loop: asyncio.AbstractEventLoop, found: asyncio.Future[Found]) -> None:
        # The final dot keeps the machine's search domains out of it: `example.com` never means `example.com.lan`.
        name = f"{host}." if "." in host else host
        result: Found | OSError | UnicodeError
        try:
            result = self._getaddrinfo(name, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            result = error
        finally:
            self._free.release()
        # The loop is closed when nobody waits any longer.
        with contextlib.suppress(RuntimeError):
            loop.call_soon_threadsafe(_tell, found, result)


def _tell(found: asyncio.Future[Found], result: Found | OSError | UnicodeError) -> None:
    if found.done():
        return
    if isinstance(result, Exception):
        found.set_exception(result)
    else:
        found.set_result(result)
