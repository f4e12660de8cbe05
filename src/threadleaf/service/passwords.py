"""The operator's password: strong enough, and kept as a hash that is slow to try (argon2id, RFC 9106)."""

from __future__ import annotations

from functools import cache
from threading import Lock
from typing import TYPE_CHECKING

from threadleaf.core.errors import Refused

if TYPE_CHECKING:
    from argon2 import PasswordHasher

LEAST = 15
"""Characters of a password (OWASP ASVS 5.0 V6.2.1 asks for eight where there is a second factor)."""
MOST = 500
_VARIED = 6  # different characters, or it is no password but a key held down

_ONE = Lock()  # each hash takes 64 MiB for a moment, so there is one at a time


@cache
def _hasher() -> PasswordHasher:
    from argon2 import PasswordHasher  # not needed to read a thread

    return PasswordHasher()


def check(password: str) -> None:
    """Raise Refused, with what to do, if a password is too weak or too long."""
    if len(password) < LEAST:
        raise Refused(f"A password needs at least {LEAST} characters. A sentence of your own makes a good one.")
    if len(password) > MOST:
        raise Refused(f"A password has at most {MOST} characters.")
    if len(set(password)) < _VARIED:
        raise Refused(f"This password repeats itself: it needs at least {_VARIED} different characters.")


def hashed(password: str) -> str:
    """What is kept of a password."""
    with _ONE:
        return _hasher().hash(password.encode("utf-8", "surrogatepass"))


def fits(kept: str, password: str) -> bool:
    """Whether this is the password of which that is kept."""
    from argon2.exceptions import VerifyMismatchError

    if len(password) > MOST:
        return False
    try:
        with _ONE:
            return _hasher().verify(kept, password.encode("utf-8", "surrogatepass"))
    except VerifyMismatchError:
        return False
