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

    Where names cannot be looked up, many a network says of every name that there is none. So that is believed
    (EAI_NONAME) only once some name was found; until then it is said that nothing could be looked up (EAI_AGAIN).
    """

    def __init__(self, *, getaddrinfo: Callable[..., Found] = socket.getaddrinfo, at_once: int = 32) -> None:
        self._getaddrinfo = getaddrinfo
        self._free = threading.BoundedSemaphore(at_once)
        self._works = False

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
            self._works |= "." in host
        except (OSError, UnicodeError) as error:
            unsure = says_no_name(error) and not self._works
            result = socket.gaierror(socket.EAI_AGAIN, "no name was ever found, nor was this one") if unsure else error
        finally:
            self._free.release()
        # The loop is closed when nobody waits any longer.
        with contextlib.suppress(RuntimeError):
            loop.call_soon_threadsafe(_tell, found, result)


_NO_SUCH_NAME = {socket.EAI_NONAME, getattr(socket, "EAI_NODATA", socket.EAI_NONAME)}  # not every system has both


def says_no_name(error: Exception) -> bool:
    """Whether a failed look-up says that there is no such name, rather than that nobody could be asked."""
    return isinstance(error, socket.gaierror) and error.errno in _NO_SUCH_NAME


def _tell(found: asyncio.Future[Found], result: Found | OSError | UnicodeError) -> None:
    if found.done():
        return
    if isinstance(result, Exception):
        found.set_exception(result)
    else:
        found.set_result(result)
