"""What the names of records say: whose they are, where the public finds them."""

from __future__ import annotations

from functools import lru_cache

from threadleaf.core.aturi import is_did, is_handle, is_record_key

POSTS = "app.bsky.feed.post"
"""The collection of posts in a repository."""


def owner(uri: str) -> str:
    """The DID of the repository that an AT URI names; empty if it names none."""
    return _remembered(uri) if len(uri) <= _SHORT else _owner(uri)


def _owner(uri: str) -> str:
    authority = _parts(uri)[0]
    return authority if authority.startswith("did:") else ""


_SHORT = 256  # characters of a name whose owner is remembered: real ones have about 70
_remembered = lru_cache(maxsize=16_384)(_owner)  # it is asked for thousands of times while a thread is read


def may_be(asked: str, uri: str) -> bool:
    """Whether a record is the one that was asked for: the same DID, or any if it was asked for by handle, and key.

    What is no name of a record can be anything.
    """
    authority, collection, key = _parts(asked)
    mine, *rest = _parts(uri)
    return not key or (rest == [collection, key] and (authority == mine or not authority.startswith("did:")))


def authority(uri: str) -> str:
    """The account that an AT URI names, by DID or handle; empty if this is none."""
    return _parts(uri)[0]


def record_key(uri: str) -> str:
    """The last part of an AT URI: by it, a repository keeps its records in order."""
    return uri.rpartition("/")[2]


def post_uri(did: str, key: str) -> str:
    """The AT URI of a post."""
    return f"at://{did}/{POSTS}/{key}"


def public_address(uri: str) -> str:
    """Where bsky.app shows a record that can be shown; empty for any other text."""
    authority, collection, key = _parts(uri)
    if collection not in _PLACES or not is_record_key(key) or not (is_did(authority) or is_handle(authority)):
        return ""
    return _PLACES[collection].format(authority, key)


def _parts(uri: str) -> tuple[str, str, str]:
    """Authority, collection and record key; empty texts if this is no AT URI of a record."""
    parts = uri.split("/")
    return (parts[2], parts[3], parts[4]) if len(parts) == 5 and uri.startswith("at://") else ("", "", "")


_PLACES = {
    POSTS: "https://bsky.app/profile/{}/post/{}",
    # These can be attached to a post like a quoted post.
    "app.bsky.feed.generator": "https://bsky.app/profile/{}/feed/{}",
    "app.bsky.graph.list": "https://bsky.app/profile/{}/lists/{}",
    "app.bsky.graph.starterpack": "https://bsky.app/starter-pack/{}/{}",
    "app.bsky.labeler.service": "https://bsky.app/profile/{}",
}
