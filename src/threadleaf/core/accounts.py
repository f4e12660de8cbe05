"""From the address of a profile, as people paste it, to the name of an account; nothing is looked up."""

from __future__ import annotations

import re

from msgspec import Struct

from threadleaf.core.aturi import is_did, is_handle
from threadleaf.core.errors import UnknownAddress
from threadleaf.core.model import Network

_HOST = r"(?P<host>[a-z0-9-]+(?:\.[a-z0-9-]+)+)"
_NAME = r"(?P<name>[A-Za-z0-9_](?:[A-Za-z0-9_.-]{0,98}[A-Za-z0-9_])?)"
_FEDI = (
    rf"https://{_HOST}/(?:@|users/){_NAME}/?",
    rf"@?{_NAME}@{_HOST}",
)
_BSKY = r"(?:https://bsky\.app/profile/|at://|@)?([^/?#@]+)/?"
_ON_X = r"https://(?:www\.|mobile\.)?(?:x|twitter)\.com/@?[A-Za-z0-9_]{1,30}/?"


class Account(Struct, frozen=True):
    """An account as an address names it: a DID or a handle on Bluesky; `name@host` on the fediverse."""

    network: Network
    name: str


def account(text: str) -> Account | None:
    """The account that a profile's address or a handle names; None if it is neither, so that it may be a post's.

    Raises UnknownAddress for a profile on X, whose number no address tells.
    """
    shown = text.strip()
    address = re.split(r"[?#]", re.sub(r"(?i)\Ahttps://", "https://", shown), maxsplit=1)[0]
    if re.fullmatch(_ON_X, address):
        sentence = "On X, a profile's address does not say whose it is for good. Give the address of a thread of yours that is shown here."
        raise UnknownAddress(sentence, subject=shown)
    found = re.fullmatch(_BSKY, address)
    if found and is_did(found[1]) and "%" not in found[1]:
        return Account("bsky", found[1])
    if found and is_handle(found[1]):
        return Account("bsky", found[1].lower())
    for shape in _FEDI:
        if found := re.fullmatch(shape, address, re.IGNORECASE):
            return Account("fedi", f"{found['name']}@{found['host'].lower()}")
    return None
