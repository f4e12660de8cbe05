"""What is asked of Bluesky's servers. The AppView answers without login; repositories are asked where they live.

The hosts that are known beforehand come from the `Scope`; all others from an account's own identity document.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from urllib.parse import quote, urlencode

from threadleaf.core.aturi import is_did, is_tid, previous_tid, tid_to_int
from threadleaf.sources._bsky_uris import POSTS
from threadleaf.wire import Request, Scope

AT_ONCE = 25
"""The most posts that one `getPosts` gives, and the most people that one `getProfiles` gives."""
PAGE = 100
"""The most records on a page of `listRecords`."""
LEVELS = 20
"""The most levels of answers that are asked for at once; the public service gives ten."""
PROFILE = "app.bsky.actor.profile"
"""The collection of an account's one profile, whose record key is `self`."""


def thread(scope: Scope, uri: str, *, above: bool, below: bool, purpose: str = "Reading the thread") -> Request:
    """What stands around a post, flat: up to 50 posts above it, 20 levels of answers below.

    Ten answers to each post: the first author's own ones come first, so none of hers is lost.
    """
    asked: dict[str, str | int] = {
        "anchor": uri,
        "above": str(above).lower(),
        "below": LEVELS * below,
        "branchingFactor": 10,
        "sort": "oldest",
    }
    return _request(scope.appview, "app.bsky.unspecced.getPostThreadV2", asked, purpose)


def nested_thread(scope: Scope, uri: str, *, above: bool, below: bool, purpose: str = "Reading the thread") -> Request:
    """The same in the older, nested form, for services that lack the flat one; 80 levels keep it from nesting too deep."""
    asked: dict[str, str | int] = {"uri": uri, "depth": 80 * below, "parentHeight": 80 * above}
    return _request(scope.appview, "app.bsky.feed.getPostThread", asked, purpose)


def posts(scope: Scope, uris: Sequence[str], known: int, total: int) -> Iterator[Request]:
    """Posts one by one, as the AppView shows them; `known` posts of the thread are there already, of at least `total`."""
    for start in range(0, len(uris), AT_ONCE):
        batch = uris[start : start + AT_ONCE]
        purpose = stretch(known + start, len(batch), max(total, known + len(uris)))
        yield _request(scope.appview, "app.bsky.feed.getPosts", [("uris", uri) for uri in batch], purpose)


def profiles(scope: Scope, people: Sequence[str]) -> Request:
    """What up to 25 people say of themselves, each named by DID or handle."""
    purpose = "Reading a profile" if len(people) == 1 else f"Reading {len(people)} profiles"
    return _request(scope.appview, "app.bsky.actor.getProfiles", [("actors", person) for person in people], purpose)


def latest(scope: Scope, did: str) -> Request:
    """An account's newest posts, replies to others among them."""
    asked: dict[str, str | int] = {"actor": did, "limit": 50, "filter": "posts_with_replies"}
    return _request(scope.appview, "app.bsky.feed.getAuthorFeed", asked, "Reading the author's newest posts")


def stretch(before: int, most: int, total: int) -> str:
    """Which posts are read next, in words: up to `most` after the first `before`, of `total`."""
    first, last = before + 1, min(before + most, total)
    return f"Reading post {last:,} of {total:,}" if first == last else f"Reading posts {first:,}–{last:,} of {total:,}"


# --- accounts --------------------------------------------------------------------------------------------------


def relationships(scope: Scope, did: str, others: Sequence[str]) -> Request:
    """How an account stands to others: who follows and who blocks whom."""
    asked = [("actor", did), *(("others", other) for other in others)]
    return _request(scope.appview, "app.bsky.graph.getRelationships", asked, "Asking whether anybody is blocked")


def resolution(scope: Scope, handle: str) -> Request:
    """To whom a handle leads, by the AppView's word."""
    purpose = "Looking up whose handle this is"
    return _request(scope.appview, "com.atproto.identity.resolveHandle", {"handle": handle}, purpose)


def own_word(handle: str) -> Request:
    """To whom a handle leads, by the word of the host that it names (handle specification, HTTPS method)."""
    url = f"https://{handle}/.well-known/atproto-did"
    return Request(url=url, accept="text/plain", purpose="Looking up whose handle this is")


def identity(scope: Scope, did: str) -> Request | None:
    """The document that says where an account's repository lives; None for a DID of which none is known to say it.

    A `did:web` on `localhost` is asked without TLS, as the protocol's development networks are; whether that host
    may be asked at all is for the door to say.
    """
    method, _, name = did.removeprefix("did:").partition(":")
    if not is_did(did) or method not in ("plc", "web") or (method == "web" and ":" in name):
        return None
    host = name.replace("%3A", ":")
    scheme = "http" if host.partition(":")[0] == "localhost" else "https"
    url = f"{scope.directory}/{did}" if method == "plc" else f"{scheme}://{host}/.well-known/did.json"
    return Request(url=url, purpose="Looking up where the author's posts are kept")


# --- repositories ----------------------------------------------------------------------------------------------


def status(server: str, did: str) -> Request:
    """Whether an account's repository is there, by the word of the server that holds it."""
    return _request(server, "com.atproto.sync.getRepoStatus", {"did": did}, "Asking whether the account is active")


def record(server: str, did: str, collection: str, key: str) -> Request:
    """One record of a repository."""
    asked = {"repo": did, "collection": collection, "rkey": key}
    purpose = "Reading the author's profile" if collection == PROFILE else "Reading the post"
    return _request(server, "com.atproto.repo.getRecord", asked, purpose)


def records(server: str, did: str, cursor: str, page: int) -> Request:
    """A page of a repository's posts (the first one is 0), oldest first, with the keys behind `cursor`."""
    asked: dict[str, str | int] = {"repo": did, "collection": POSTS, "limit": PAGE, "reverse": "true", "cursor": cursor}
    purpose = f"Reading entries {page * PAGE + 1:,}–{(page + 1) * PAGE:,} of the author's list of posts"
    return _request(server, "com.atproto.repo.listRecords", asked, purpose)


def newest_records(server: str, did: str, cursor: str) -> Request:
    """A page of a repository's posts, newest first, with the keys before `cursor` (empty: from the newest on)."""
    asked: dict[str, str | int] = {"repo": did, "collection": POSTS, "limit": PAGE}
    told = asked | ({"cursor": cursor} if cursor else {})
    return _request(server, "com.atproto.repo.listRecords", told, "Looking for the bot's own answers")


def cursor_before(key: str) -> str:
    """A cursor behind which a listing begins with the record `key` itself, if it is a TID (else just behind it)."""
    return previous_tid(key) if is_tid(key) and tid_to_int(key) else key


def _request(
    server: str, method: str, asked: Mapping[str, str | int] | Sequence[tuple[str, str]], purpose: str
) -> Request:
    return Request(url=f"{server}/xrpc/{method}?{urlencode(asked, quote_via=quote)}", purpose=purpose)
