"""What a hostile server may answer (B01 to B25), with what must come of it.

Each row is a way to answer any request. `why` is the reason for which the door cuts the answer off, or "ALLOW" where
it is in order as far as the door can see, so that it is a source's turn. Pictures (B12 to B15) are not fetched.
"""

import asyncio
import gzip
import random
import zlib
from collections.abc import Callable
from functools import cache
from typing import NamedTuple

from tests.fetch.servers import Handler, Server, http

MIB = 1024 * 1024
CHUNKED = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
GZIP = "Content-Encoding: gzip"


class Row(NamedTuple):
    """`answer` makes the bytes, or what writes them; `then` is what the server does after them."""

    id: str
    says: str
    why: str
    answer: Callable[[], bytes | Handler]
    then: str = "close"

    def server(self) -> Server:
        return Server(self.answer(), then=self.then)


@cache
def zeros(times: int, size: int = 256 * MIB) -> bytes:
    """So many zeros, packed one or more times."""
    if times > 1:
        return gzip.compress(zeros(times - 1, size), mtime=0)
    packer = zlib.compressobj(wbits=31)
    return b"".join(packer.compress(bytes(MIB)) for _ in range(size // MIB)) + packer.flush()


def _chunk(data: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(data), data)


def _endless(piece: bytes, start: bytes = b"", *, every: float = 0) -> Handler:
    """Write a start, and then a piece again and again until the other side leaves."""

    async def answer(reader, writer):
        writer.write(start)
        while True:
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(every)

    return answer


def _noise(size: int) -> bytes:
    return random.Random(5).randbytes(size)


def _members() -> bytes:
    """Packed nothing, a million times over."""
    return gzip.compress(b"", mtime=0) * 200_000


def _raw(head: str, body: bytes = b"") -> bytes:
    return f"HTTP/1.1 200 OK\r\n{head}\r\n\r\n".encode("latin-1") + body


ROWS: tuple[Row, ...] = (
    Row("B01", "256 MiB of zeros, packed", "too-large", lambda: http(zeros(1), GZIP)),
    Row("B02", "packed twice, and says so", "door", lambda: http(zeros(2), "Content-Encoding: gzip, gzip")),
    Row("B02", "packed twice, in two headers", "door", lambda: http(zeros(2), GZIP, GZIP)),
    Row("B02", "packed twice, says once", "ALLOW", lambda: http(zeros(2), GZIP)),
    Row("B03", "packed three times", "door", lambda: http(zeros(3), "Content-Encoding: gzip, gzip, gzip")),
    Row("B04", "brotli", "door", lambda: http(b"x", "Content-Encoding: br")),
    Row("B04", "zstd", "door", lambda: http(b"x", "Content-Encoding: zstd")),
    Row("B04", "deflate", "door", lambda: http(b"x", "Content-Encoding: deflate")),
    Row("B05", "twenty codings", "door", lambda: http(b"x", "Content-Encoding: " + ", ".join(["gzip"] * 20))),
    Row("B06", "a coding that nobody knows", "door", lambda: http(b"x", "Content-Encoding: x-secret")),
    Row("B06", "says packed and is not", "door", lambda: http(b"plain", GZIP)),
    Row("B06", "packed, then rubbish", "door", lambda: http(gzip.compress(b"x") + b"rubbish", GZIP)),
    Row("B06", "two hundred thousand packed nothings", "ALLOW", lambda: http(_members(), GZIP)),
    Row("B07", "a length too small", "door", lambda: _raw("Content-Length: 1", b"ab")),
    Row("B07", "a length too large", "network", lambda: _raw("Content-Length: 9", b"ab")),
    Row("B07", "a length beyond what is read", "too-large", lambda: _raw("Content-Length: 5242881")),
    Row("B07", "a negative length", "door", lambda: _raw("Content-Length: -1", b"ab")),
    Row("B07", "two lengths", "door", lambda: _raw("Content-Length: 2\r\nContent-Length: 3", b"abc")),
    Row("B07", "a length of thirty digits", "door", lambda: _raw("Content-Length: " + "9" * 30)),
    Row("B07", "no length", "door", lambda: _raw("X: y", b"{}")),
    Row("B08", "nothing, ever", "timeout", lambda: b"", "hold"),
    Row("B08", "a byte now and then", "timeout", lambda: _endless(b"x", _raw("Content-Length: 5000"), every=0.02)),
    Row("B08", "a stall in the headers", "timeout", lambda: b"HTTP/1.1 200 OK\r\nX: ", "hold"),
    Row("B08", "a stall behind the headers", "timeout", lambda: _raw("Content-Length: 9"), "hold"),
    Row("B08", "a stall in a chunk", "timeout", lambda: CHUNKED + b"5\r\nab", "hold"),
    Row("B09", "a header of a megabyte", "too-large", lambda: _raw("X: " + "a" * MIB)),
    Row("B09", "a header without end", "too-large", lambda: _endless(b"a" * 4096, b"HTTP/1.1 200 OK\r\nX: ")),
    Row("B10", "ten thousand headers", "too-large", lambda: _raw("a:\r\n" * 10_000 + "b:")),
    Row("B10", "heads without end", "too-large", lambda: _endless(b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n")),
    Row("B10", "trailers without end", "door", lambda: _endless(b"a: b\r\n", CHUNKED + b"0\r\n")),
    Row("B10", "another protocol", "door", lambda: b"HTTP/1.1 101 Go\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n"),
    Row("B11", "no head at all", "network", lambda: b"<html>HTTP/0.9</html>"),
    Row("B11", "no head, but line ends", "door", lambda: b"<html>HTTP/0.9</html>\r\n\r\n"),
    Row("B11", "bare line feeds", "door", lambda: b"HTTP/1.1 200 OK\nContent-Length: 2\n\n{}"),
    Row("B11", "a chunk of more bytes than there are numbers", "door", lambda: CHUNKED + b"f" * 30 + b"\r\nab"),
    Row("B11", "a chunk that breaks off", "network", lambda: CHUNKED + b"fffffffffffffffff\r\nab"),
    Row("B11", "chunks with bare line feeds", "network", lambda: CHUNKED + b"3\nabc\n0\n\n"),
    Row("B11", "two framings", "door", lambda: _raw("Content-Length: 2\r\nTransfer-Encoding: chunked", b"0\r\n\r\n")),
    Row("B11", "a framing that nobody knows", "door", lambda: _raw("Transfer-Encoding: gzip, chunked", b"0\r\n\r\n")),
    Row("B11", "another protocol's greeting", "door", lambda: b"\x16\x03\x01\x00\xa5\x01\x00\x00\xa1\x03\x03\r\n\r\n"),
    Row(
        "B11",
        "chunks of one byte in much framing",
        "too-large",
        lambda: _endless(b"1;" + b"x" * 9000 + b"\r\na\r\n", CHUNKED),
    ),
    Row(
        "B16",
        "JSON a hundred thousand levels deep",
        "ALLOW",
        lambda: http(b'{"thread":' + b"[" * 100_000 + b"]" * 100_000 + b"}"),
    ),
    Row("B16", "JSON that never closes", "ALLOW", lambda: http(b"[" * 5_000_000)),
    Row(
        "B17", "200 MB of JSON, announced", "too-large", lambda: _raw("Content-Length: 200000000", b"[" + b"0," * 1000)
    ),
    Row("B17", "JSON without end", "too-large", lambda: _endless(_chunk(b"0," * 8192), CHUNKED + _chunk(b"["))),
    Row("B18", "bytes that are not UTF-8", "ALLOW", lambda: http(b'{"thread":"\xff\xfe\xc0\xaf"}')),
    Row("B18", "UTF-16", "ALLOW", lambda: http('{"thread":[]}'.encode("utf-16"))),
    Row("B18", "a byte order mark", "ALLOW", lambda: http(b'\xef\xbb\xbf{"thread":[]}')),
    Row("B18", "half a pair", "ALLOW", lambda: http(b'{"thread":"\\ud800"}')),
    Row("B18", "noise", "ALLOW", lambda: http(_noise(MIB))),
    Row("B20", "a line end inside a value", "door", lambda: _raw("Link: a\rSet-Cookie: b\r\nContent-Length: 2", b"{}")),
    Row("B20", "a null inside a value", "door", lambda: _raw("Link: a\0b\r\nContent-Length: 2", b"{}")),
    Row("B21", "cookies", "ALLOW", lambda: http(b"{}", *[f"Set-Cookie: c{n}=v; Path=/" for n in range(100)])),
    Row("B22", "closed in mid-body", "network", lambda: CHUNKED + _chunk(b"{}" * 500) + b"100000\r\n" + bytes(1000)),
    Row(
        "B22",
        "closed in a packed body",
        "network",
        lambda: (
            CHUNKED.replace(b"\r\n\r\n", b"\r\nContent-Encoding: gzip\r\n\r\n")
            + _chunk(gzip.compress(b'{"thread":[]}')[:-4])
            + b"0\r\n\r\n"
        ),
    ),
    Row("B22", "closed at once", "network", lambda: b""),
    Row("B24", "a pause of thirty years", "rate", lambda: http(b"", "Retry-After: 1000000000", status="429 Slow")),
    Row(
        "B24",
        "a pause that is over",
        "rate",
        lambda: http(b"", "Retry-After: Sat, 21 Nov 2020 12:05:00 GMT", status="429 Slow"),
    ),
    Row("B24", "a pause in words", "rate", lambda: http(b"", "Retry-After: soon", status="429 Slow")),
    Row(
        "B24",
        "a pause of a broken server",
        "rate",
        lambda: http(b"", "Retry-After: 99999999999999999999", status="503 Down"),
    ),
)
