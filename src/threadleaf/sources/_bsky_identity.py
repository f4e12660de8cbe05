"""Accounts: whose handle it is, and where the repository lives (specifications: handle, did).

A DID is for ever, handles and servers change. A handle counts only where both ways agree: it leads to the account,
and the account's identity document claims it.
"""

from __future__ import annotations

from collections.abc import Generator

from msgspec import Struct

from threadleaf.core.aturi import is_did, is_handle
from threadleaf.core.untyped import get, items, string
from threadleaf.sources import _bsky_requests as requests
from threadleaf.sources._deep import json_of
from threadleaf.wire import Answer, Reply, Request, Scope, ask

_LONGEST = 2048  # characters of a DID


class Account(Struct, frozen=True):
    """What an identity document says: the server of the repository, and the handle that the account claims."""

    server: str = ""
    handle: str = ""


def look_up(scope: Scope, did: str) -> Generator[tuple[Request, ...], tuple[Reply, ...], Account]:
    """What is known of an account; an empty `Account` if its document is not to be had, or is somebody else's."""
    request = requests.identity(scope, did)
    document = json_of((yield from ask(request))) if request else None
    if get(document, "id") != did:
        return Account()
    return Account(home(document), claimed(document))


def resolve(scope: Scope, handle: str) -> Generator[tuple[Request, ...], tuple[Reply, ...], str]:
    """The DID to which a handle leads: by the word of the host that it names, else by the AppView's; empty if to none.

    For use while the AppView may be down, so it is asked last (a handle proven by DNS alone has no other way here).
    """
    reply = yield from ask(requests.own_word(handle))
    said = reply.body[: _LONGEST + 2] if isinstance(reply, Answer) and reply.status == 200 else b""
    did = said.decode("ascii", "replace").strip()
    if not is_did(did):
        did = string(get(json_of((yield from ask(requests.resolution(scope, handle)))), "did"))
    return did if is_did(did) else ""


def home(document: object) -> str:
    """The server of an account's repository, from its identity document; empty if that names none we may ask.

    Only an origin: no path, query or user name. Without TLS it may be on a development network, which is for the
    door to judge.
    """
    for service in items(get(document, "service")):
        if string(get(service, "id")).endswith("#atproto_pds") and get(service, "type") == "AtprotoPersonalDataServer":
            address = string(get(service, "serviceEndpoint")).rstrip("/")
            scheme, _, host = address.partition("://")
            is_origin = bool(host) and not set(host) & set("/\\?#@ ") and host.isascii() and host.isprintable()
            return address if scheme in ("https", "http") and is_origin else ""
    return ""


def claimed(document: object) -> str:
    """The handle that an account claims: the first one in its identity document, in lower case; empty without one."""
    names = (string(name) for name in items(get(document, "alsoKnownAs")))
    handle = next((name.removeprefix("at://").lower() for name in names if name.startswith("at://")), "")
    return handle if is_handle(handle) else ""
