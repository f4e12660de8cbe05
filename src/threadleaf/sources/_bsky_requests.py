"""What is asked of Bluesky's servers. The AppView answers without login; repositories are asked where they live."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from urllib.parse import quote, urlencode

from threadleaf.core.aturi import is_did, is_tid, previous_tid, tid_to_int
from threadleaf.core.untyped import get, items, string
from threadleaf.sources._bsky_uris import POSTS
from threadleaf.wire import Request

_APPVIEW = "https://public.api.bsky.app/xrpc"
_DIRECTORY = "https://plc.directory"
AT_ONCE = 25
"""The most posts that one `getPosts` gives."""


def thread(uri: str, *, above: bool, below: bool) -> Request:
    """What stands around a post, flat: up to 50 posts above it, 20 levels of answers below.

    Ten answers to each post: the first author's own ones come first, so none of hers is lost.
    """
    asked: dict[str, str | int] = {
        "anchor": uri,
        "above": str(above).lower(),
        "below": 20 * below,
        "branchingFactor": 10,
        "sort": "oldest",
    }
    return _request("app.bsky.unspecced.getPostThreadV2", asked, "Reading the thread")


def nested_thread(uri: str, *, above: bool, below: bool) -> Request:
    """The same in the older, nested form, for services that lack the flat one; 80 levels keep it from nesting too deep."""
    asked: dict[str, str | int] = {"uri": uri, "depth": 80 * below, "parentHeight": 80 * above}
    return _request("app.bsky.feed.getPostThread", asked, "Reading the thread")


def posts(uris: Sequence[str]) -> Iterator[Request]:
    """Posts one by one, as the AppView shows them."""
    for start in range(0, len(uris), AT_ONCE):
        asked = [("uris", uri) for uri in uris[start : start + AT_ONCE]]
        yield _request("app.bsky.feed.getPosts", asked, "Asking which posts may be shown")


def identity(did: str) -> Request | None:
    """The document that says where an account's repository lives; None for a DID of which none is known to say it."""
    method, _, name = did.removeprefix("did:").partition(":")
    if not is_did(did) or method not in ("plc", "web") or (method == "web" and ":" in name):
        return None
    url = f"{_DIRECTORY}/{did}" if method == "plc" else f"https://{name.replace('%3A', ':')}/.well-known/did.json"
    return Request(url=url, purpose="Looking up where the author's posts are kept")


def home(document: object) -> str:
    """The server of an account's repository, from its identity document; empty if that names none we may ask."""
    for service in items(get(document, "service")):
        if string(get(service, "id")).endswith("#atproto_pds") and get(service, "type") == "AtprotoPersonalDataServer":
            address = string(get(service, "serviceEndpoint")).rstrip("/")
            host = address.removeprefix("https://")
            return address if host and host != address and not set(host) & set("/?#@ ") else ""
    return ""


def records(server: str, did: str, cursor: str) -> Request:
    """A page of a repository's posts, oldest first, with the keys behind `cursor`."""
    asked: dict[str, str | int] = {"repo": did, "collection": POSTS, "limit": 100, "reverse": "true", "cursor": cursor}
    return _request("com.atproto.repo.listRecords", asked, "Reading the author's list of posts", f"{server}/xrpc")


def cursor_before(key: str) -> str:
    """A cursor behind which a listing begins with the record `key` itself, if it is a TID (else just behind it)."""
    return previous_tid(key) if is_tid(key) and tid_to_int(key) else key


def _request(
    method: str, asked: Mapping[str, str | int] | Sequence[tuple[str, str]], purpose: str, base: str = _APPVIEW
) -> Request:
    return Request(url=f"{base}/{method}?{urlencode(asked, quote_via=quote)}", purpose=purpose)
