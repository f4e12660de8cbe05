"""What leads to a page: the ids of its posts, their other spellings, and secret addresses.

Only digests are kept: ids of hostile length fit into any index (PostgreSQL's end at 2,704 bytes), and a tombstone
can be made from what is there.
"""

from __future__ import annotations

from hashlib import sha256

from msgspec import Struct

from threadleaf.core.model import Ref
from threadleaf.core.ref import from_path

SECRET = "/p/"  # noqa: S105 -- where private pages live; what follows is the secret


class Alias(Struct, frozen=True, order=True):
    """One way to a page. Private pages are a world of their own: no public address leads to them."""

    digest: bytes
    private: bool = False


def alias_of(ref: Ref, *, private: bool = False) -> Alias:
    """The way from a post to its page, among the public ones or among the private ones."""
    return Alias(_digest(ref.network, ref.id), private)


def alias_of_path(path: str) -> Alias:
    """The way from a path of our site: `/t/…` to a public page, `/p/…` to a private one.

    Raises UnknownAddress if it is neither.
    """
    if path.startswith(SECRET):
        return Alias(_digest(SECRET, path.removeprefix(SECRET)), private=True)
    return alias_of(from_path(path))


def _digest(kind: str, name: str) -> bytes:
    # What no database could store (lone surrogates) still has a digest: it is simply not found.
    return sha256(f"{kind}\n{name}".encode("utf-8", "surrogatepass")).digest()
