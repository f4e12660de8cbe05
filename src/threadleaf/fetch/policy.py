"""What the door may do: two frozen sets of figures, and the verdicts. Pure.

The names of the verdicts are those that every test, log line and `Blocked.code` uses:

    DENY-PARSE    malformed, or a character that has no place in an address
    DENY-SCHEME   neither https nor http
    DENY-LITERAL  an IP address in any spelling instead of a name
    DENY-NAME     a special-use or single-label name, or our own
    DENY-PORT     a port that is not opened
    DENY-ADDR     the name leads to an address that is not public; nothing was sent
    DENY-HOP      the first server is fine, the one it sends us on to is not
    ABORT         the answer was cut off; nothing of it is kept
    UPGRADE       an http address, asked over https only
    ALLOW
"""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

Verdict = Literal["ALLOW", "UPGRADE"]


class Policy(Struct, frozen=True, kw_only=True):
    """Which servers may be asked. The default is the public internet over https on port 443.

    `allow`: (host, port) pairs on *loopback* that may be asked, over plain http too; for development and tests only.
    `ports`: further https ports. `own_names`, `own_addresses`: our own site, which never asks itself.
    `nat64`: prefixes (RFC 6052) behind which this network shows IPv4 hosts; the IPv4 address inside is then judged.
    """

    allow: frozenset[tuple[str, int]] = frozenset()
    ports: frozenset[int] = frozenset({443})
    own_names: frozenset[str] = frozenset()
    own_addresses: frozenset[str] = frozenset()
    nat64: tuple[str, ...] = ()


class Caps(Struct, frozen=True, kw_only=True):
    """How much one answer may cost. Times in seconds, sizes in bytes; `total` spans look-ups and redirects too.

    `connect` bounds dialling and, again, the TLS handshake. An answer must bring `rate` bytes a second on average
    once `grace` seconds have passed since its first byte. `body` bounds the decoded answer; one that grows beyond
    `ratio_from` may be at most `ratio` times as large as what was sent, and what is sent, framing and all, at most
    twice `body`. `fields` counts header lines.
    """

    look_up: float = 5.0
    answers: int = 16
    connect: float = 5.0
    first_byte: float = 10.0
    total: float = 20.0
    grace: float = 5.0
    rate: int = 1024
    head: int = 64 * 1024
    fields: int = 200
    body: int = 5 * 1024 * 1024
    ratio: int = 100
    ratio_from: int = 1024 * 1024
    redirects: int = 3
