"""Which addresses are this machine's own, as its kernel knows them. Nothing is sent to learn it."""

from __future__ import annotations

import socket
from collections.abc import Callable

from threadleaf.fetch.addresses import Address

Bind = Callable[[str], None]

_NOBODYS = {4: "192.0.2.1", 6: "2001:db8::1"}
"""Addresses of the documentation blocks (RFC 5737, RFC 3849), which no machine has."""


def bind(text: str) -> None:
    """Bind a socket to an address and close it again. Raises OSError if the address is not this machine's."""
    with socket.socket(socket.AF_INET6 if ":" in text else socket.AF_INET, socket.SOCK_DGRAM) as bound:
        bound.bind((text, 0))


def is_here(address: Address, bind: Bind = bind) -> bool:
    """Whether an address belongs to this machine: a socket can be bound to no other.

    Where the kernel lets sockets be bound to any address at all, nothing is to be learnt, and the answer is no.
    """
    return _binds(bind, str(address)) and not _binds(bind, _NOBODYS[address.version])


def _binds(bind: Bind, text: str) -> bool:
    try:
        bind(text)
    except OSError:
        return False
    return True
