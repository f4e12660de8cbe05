"""Whether an answer is about what was asked for.

A server that gives other ids than those asked for is not to be believed: nothing of such an answer is read, and
nothing is said in anybody's name because of it. Of a saved answer whose request nobody noted nothing is known, so
everything fits.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from threadleaf.core.characters import clean
from threadleaf.core.untyped import get, items, string
from threadleaf.sources._bsky_uris import POSTS, may_be, owner, record_key


def fits(body: object, asked: Mapping[str, str], uris: Collection[str]) -> bool:
    """Whether all that an answer is about was asked for. `asked` is the request's query, `uris` all of that name."""
    if get(body, "thread") is not None:
        return _is_thread_of(body, asked.get("anchor") or asked.get("uri") or "")
    if isinstance(get(body, "posts"), list):
        by_handle = not all(map(owner, uris))
        return not uris or by_handle or all(name_of(post) in uris for post in items(get(body, "posts")))
    place = f"at://{asked.get('repo', '')}/{asked.get('collection', POSTS)}/"
    if isinstance(get(body, "records"), list):
        names = [name_of(record) for record in items(get(body, "records"))]
        return "repo" not in asked or all(may_be(place + record_key(name), name) for name in names)
    if isinstance(get(body, "value"), dict):
        return "rkey" not in asked or may_be(place + asked["rkey"], name_of(body))
    return True


def name_of(item: object) -> str:
    """The AT URI of a post, a record, or what stands for one."""
    return clean(string(get(item, "uri")))


def is_one_of(profile: object, actors: Collection[str]) -> bool:
    """Whether somebody was asked about, by DID or handle."""
    did, handle = clean(string(get(profile, "did"))), clean(string(get(profile, "handle"))).lower()
    return not actors or did in actors or (handle in actors and not handle.startswith("did:"))


def _is_thread_of(body: object, anchor: str) -> bool:
    """Whether the post at the top of a nested answer, or at depth 0 of a flat one, is the anchor."""
    top = get(body, "thread")
    if not isinstance(top, list):
        return may_be(anchor, name_of(get(top, "post")) or name_of(top))
    found = [get(entry, "value", "post") or entry for entry in top if get(entry, "depth") == 0]
    return not anchor or (bool(found) and all(may_be(anchor, name_of(item)) for item in found))
