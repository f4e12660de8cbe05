"""A small client of the AT Protocol, for writing samples: calls, and the names that records get.

Records are named by their content (a CID, atproto.com/specs/data-model), so a thread of a thousand posts, in which
each names the one before, can be written in a few requests: its names are reckoned here.
"""

import base64
import http.client
import json
from collections.abc import Mapping
from hashlib import sha256
from typing import Any
from urllib.parse import urlencode, urlsplit

_RECORD = bytes([1, 0x71, 0x12, 32])
"""CID version 1, DAG-CBOR, SHA-256, 32 bytes."""


class Refusal(Exception):
    """A server said no."""


def call(origin: str, method: str, body: object = None, *, token: str = "", kind: str = "application/json") -> Any:
    """Call a procedure; `body` is bytes of the media type `kind`, or anything that JSON can hold."""
    sent = body if isinstance(body, bytes) else json.dumps({} if body is None else body).encode()
    return _ask(origin, "POST", f"/xrpc/{method}", sent, {"Content-Type": kind} | _bearer(token))


def query(origin: str, method: str, *, token: str = "", **asked: object) -> Any:
    """Make a query; a list is asked as so many parameters of one name."""
    return _ask(origin, "GET", f"/xrpc/{method}?{urlencode(asked, doseq=True)}", None, _bearer(token))


def cid(record: object) -> str:
    """The name of a record's content."""
    return _base32(_RECORD + sha256(_cbor(record)).digest())


def _bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"} if token else {}


def _ask(origin: str, method: str, path: str, body: bytes | None, headers: Mapping[str, str]) -> Any:
    place = urlsplit(origin)
    connection = http.client.HTTPConnection(place.hostname or "", place.port, timeout=60)
    try:
        connection.request(method, path, body, dict(headers))
        answer = connection.getresponse()
        said = answer.read()
    finally:
        connection.close()
    if answer.status != 200:
        raise Refusal(f"{answer.status} for {method} {path}: {said.decode(errors='replace')[:500]}")
    return json.loads(said) if said else {}


def _cbor(value: object) -> bytes:
    """DAG-CBOR (ipld.io/specs/codecs/dag-cbor) of what a record may hold."""
    match value:
        case None | False | True:
            return {None: b"\xf6", False: b"\xf4", True: b"\xf5"}[value]
        case int():
            return _head(0, value) if value >= 0 else _head(1, -1 - value)
        case str():
            return _head(3, len(value.encode())) + value.encode()
        case bytes():
            return _head(2, len(value)) + value
        case list():
            return _head(4, len(value)) + b"".join(map(_cbor, value))
        case {"$link": str(link)}:
            return b"\xd8\x2a" + _cbor(b"\0" + base64.b32decode(link[1:].upper() + "=" * (-len(link[1:]) % 8)))
        case dict():
            ordered = sorted(value.items(), key=lambda item: (len(item[0].encode()), item[0].encode()))
            return _head(5, len(value)) + b"".join(_cbor(key) + _cbor(item) for key, item in ordered)
    raise TypeError(f"no record holds {value!r}")


def _head(major: int, number: int) -> bytes:
    """A value's kind and number (RFC 8949 §3) in the shortest form."""
    if number < 24:
        return bytes([major << 5 | number])
    size = next(power for power in range(4) if number < 1 << 8 * 2**power)
    return bytes([major << 5 | 24 + size]) + number.to_bytes(2**size, "big")


def _base32(data: bytes) -> str:
    return "b" + base64.b32encode(data).decode().lower().rstrip("=")
