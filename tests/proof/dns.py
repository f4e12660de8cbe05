"""A name server for the inside of a network of our own: it says whatever a test wants it to (RFC 1035)."""

import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from ipaddress import ip_address

A, CNAME, AAAA = 1, 5, 28
NO_SUCH_NAME, FAILURE, REFUSED = 3, 2, 5

Answer = list[tuple[str, int, str]]
"""Records: name, type, and address or name."""


class NameServer:
    """`zone` has, for a name and a type: records, the number of an error, or None for silence; else no record.

    `asked` lists what was asked for, as (name, type).
    """

    def __init__(self, zone: dict[tuple[str, int], Answer | int | None]) -> None:
        self._zone = zone
        self.asked: list[tuple[str, int]] = []

    @contextmanager
    def up(self) -> Iterator["NameServer"]:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as bound:
            bound.bind(("127.0.0.1", 53))
            threading.Thread(target=self._serve, args=(bound,), daemon=True).start()
            yield self

    def _serve(self, bound: socket.socket) -> None:
        while True:
            try:
                query, sender = bound.recvfrom(4096)
            except OSError:  # closed: the test is over
                return
            name, kind, question = _question(query)
            self.asked.append((name, kind))
            said = self._zone.get((name, kind), [])
            if said is not None:
                bound.sendto(_message(query[:2], question, said), sender)


def _question(query: bytes) -> tuple[str, int, bytes]:
    labels, at = [], 12
    while query[at]:
        labels.append(query[at + 1 : at + 1 + query[at]].decode("ascii"))
        at += 1 + query[at]
    return ".".join(labels), struct.unpack("!H", query[at + 1 : at + 3])[0], query[12 : at + 5]


def _message(identity: bytes, question: bytes, said: Answer | int) -> bytes:
    records = said if isinstance(said, list) else []
    error = said if isinstance(said, int) else 0
    head = identity + struct.pack("!HHHHH", 0x8180 | error, 1, len(records), 0, 0)
    return head + question + b"".join(_record(*record) for record in records)


def _record(name: str, kind: int, value: str) -> bytes:
    data = _name(value) if kind == CNAME else ip_address(value).packed
    return _name(name) + struct.pack("!HHIH", kind, 1, 0, len(data)) + data


def _name(text: str) -> bytes:
    return b"".join(bytes([len(label)]) + label.encode("ascii") for label in text.split(".")) + b"\0"
