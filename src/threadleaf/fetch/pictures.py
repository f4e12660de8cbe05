"""Pictures from other servers: fetched through the door, and made anew in a process of their own.

What is shown is never what came: a child with hard limits decodes it and writes another picture from the pixels, without
whatever else was in the file (places, names of cameras, second files hidden behind the first). Only raster images are
read, never SVG, which is a program.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys

from msgspec import Struct

from threadleaf.core.errors import Blocked
from threadleaf.fetch.door import Door
from threadleaf.fetch.policy import Caps
from threadleaf.wire import Answer, Request

CAPS = Caps(total=30.0, body=20 * 1024 * 1024)
"""How much fetching one picture may cost."""
SECONDS = 10
"""The longest that making one anew may take."""

_ACCEPT = "image/avif,image/webp,image/png,image/jpeg,image/gif"
_GONE = (404, 410)


class Made(Struct, frozen=True):
    """A picture made anew: WebP, its size in pixels."""

    body: bytes
    width: int
    height: int


class Unusable(Exception):
    """What is at an address is no picture that is shown: not a raster image, too large, or damaged."""


class Vanished(Exception):
    """There is no picture at an address any more."""


class Unanswered(Exception):
    """The server does not answer now; asking later may help."""


def picture(door: Door, url: str) -> Made:
    """The picture at an address. Raises Unusable, Vanished, Unanswered; `door` should have `CAPS`."""
    try:
        told = asyncio.run(door.send(Request(url=url, accept=_ACCEPT, purpose="a picture")))
    except Blocked as blocked:
        if blocked.code == "ABORT":
            raise Unanswered(str(blocked)) from blocked
        raise Unusable(str(blocked)) from blocked
    if not isinstance(told, Answer):
        raise Unanswered(told.detail)
    if told.status in _GONE:
        raise Vanished(f"{told.status}")
    if told.status != 200:
        raise Unanswered(f"The server answers {told.status}.")
    return made_anew(told.body)


def made_anew(content: bytes, seconds: float = SECONDS) -> Made:
    """Another picture with the same pixels, from a child process with limits. Raises Unusable."""
    command = [sys.executable, "-I", "-m", "threadleaf.fetch.pixels"]
    try:
        done = subprocess.run(command, input=content, capture_output=True, timeout=seconds, check=False)  # noqa: S603 -- ourselves
    except subprocess.TimeoutExpired as error:
        raise Unusable(f"It took longer than {seconds:g} seconds.") from error
    if done.returncode:
        raise Unusable(done.stderr.decode("utf-8", "replace").strip().rpartition("\n")[2] or "It was too much.")
    size, _, body = done.stdout.partition(b"\n")
    width, height = map(int, size.split())
    return Made(body, width, height)
