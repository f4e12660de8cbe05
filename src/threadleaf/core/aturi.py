"""Syntax of the AT Protocol's names: handles, DIDs, collection names, record keys, TIDs and AT URIs.

The rules are those of the protocol's specifications (atproto.com/specs: handle, did, nsid, record-key, tid,
at-uri-scheme). Every check is linear in the length of the text and answers for arbitrary text.
"""

from __future__ import annotations

import re

_TID_SIGNS = "234567abcdefghijklmnopqrstuvwxyz"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"


def is_label(text: str) -> bool:
    """Whether this is one label of a host name: letters, digits, inner hyphens, at most 63 characters."""
    return re.fullmatch(_LABEL, text) is not None


def is_handle(text: str) -> bool:
    """Whether this is a handle: a host name of two labels or more whose last label begins with a letter."""
    labels = text.split(".")
    well_formed = len(text) <= 253 and len(labels) >= 2 and all(is_label(label) for label in labels)
    return well_formed and not labels[-1][0].isdigit()


def is_did(text: str) -> bool:
    """Whether this is a DID as the AT Protocol restricts them (method in lower case, no path)."""
    return len(text) <= 2048 and re.fullmatch(r"did:[a-z]+:[A-Za-z0-9._:%-]+(?<![:%])", text) is not None


def is_nsid(text: str) -> bool:
    """Whether this is the name of a collection, such as `app.bsky.feed.post`."""
    *domain, name = text.split(".")
    if len(text) > 317 or len(domain) < 2 or not all(is_label(label) for label in domain):
        return False
    return not domain[0][0].isdigit() and re.fullmatch(r"[A-Za-z][A-Za-z0-9]{0,62}", name) is not None


def is_record_key(text: str) -> bool:
    """Whether this is the key of a record within a collection."""
    return text not in (".", "..") and re.fullmatch(r"[A-Za-z0-9._:~-]{1,512}", text) is not None


def is_tid(text: str) -> bool:
    """Whether this is a timestamp identifier, the kind of record key that posts have."""
    return re.fullmatch(rf"[2-7a-j][{_TID_SIGNS}]{{12}}", text) is not None


def is_at_uri(text: str) -> bool:
    """Whether this is an AT URI: an account, one of its collections, or a record of one."""
    if len(text) > 8192 or not text.startswith("at://"):
        return False
    authority, *rest = text[5:].split("/")
    checks = (is_nsid, is_record_key)
    return (
        (is_did(authority) or is_handle(authority))
        and len(rest) <= len(checks)
        and all(check(part) for check, part in zip(checks, rest, strict=False))
    )


def tid_to_int(tid: str) -> int:
    """The 64-bit number that a TID writes: microseconds since 1970 times 1,024, plus a clock's mark.

    Raises ValueError when the text is no TID.
    """
    if not is_tid(tid):
        raise ValueError(f"not a TID: {tid!r}")
    number = 0
    for sign in tid:
        number = number * 32 + _TID_SIGNS.index(sign)
    return number


def int_to_tid(number: int) -> str:
    """The TID of a number from 0 to 2**64 - 1; raises ValueError outside that range."""
    if not 0 <= number < 2**64:
        raise ValueError(f"no TID for {number}")
    return "".join(_TID_SIGNS[number >> shift & 31] for shift in range(60, -1, -5))


def previous_tid(tid: str) -> str:
    """The TID just before this one, to begin a listing of records at `tid` itself; raises ValueError at the first."""
    return int_to_tid(tid_to_int(tid) - 1)
