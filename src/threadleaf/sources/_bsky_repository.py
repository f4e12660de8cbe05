"""An author's own repository: it holds every post of hers, also those that the AppView's answers cut off.

It holds more than may be shown. So it only tells where to look: the AppView is asked for each post found, and one
that it does not show is known to be missing, never shown from here.
"""

from __future__ import annotations

from collections.abc import Generator

from threadleaf.core.aturi import is_tid, tid_to_int
from threadleaf.core.model import Thread
from threadleaf.core.untyped import get, items, string
from threadleaf.sources import _bsky_requests as requests
from threadleaf.sources._bsky_answers import json_of, tell_reply
from threadleaf.sources._bsky_sightings import Sightings
from threadleaf.sources._bsky_uris import record_key
from threadleaf.wire import Reply, Request, ask

MAX_PAGES = 50
"""Of a hundred posts each."""
QUIET_PAGES = 2
QUIET_DAYS = 14
"""A listing is left when so many pages in a row brought nothing of the thread, and it is so far behind its last post.

One self-reply in twenty comes more than a day later, the longest waited 177 days (rules §3.3): what comes after is
found by asking below the posts that are still open.
"""

_Asking = Generator[tuple[Request, ...], tuple[Reply, ...], None]


def search(thread: Thread, seen: Sightings) -> _Asking:
    """List the repository of the thread's author from the thread's first post on, and ask the AppView what it shows.

    Where a request fails, the posts that were open are said to be out of reach.
    """
    did = thread.author.id
    if not (yield from _list(did, seen)):
        seen.unreached.update(thread.completeness.open_ends)
    wanted = tuple(requests.posts(seen.only_records(did)))
    replies = (yield wanted) if wanted else ()
    for request, reply in zip(wanted, replies, strict=True):
        tell_reply(request, reply, seen)


def _list(did: str, seen: Sightings) -> Generator[tuple[Request, ...], tuple[Reply, ...], bool]:
    """List posts up to the end, or until no more of the thread is to be expected; False if a request failed."""
    server = yield from _home(did)
    cursor = requests.cursor_before(seen.earliest_key(did))
    quiet = 0
    for _ in range(MAX_PAGES if server else 0):
        known = len(seen.only_records(did))
        request = requests.records(server, did, cursor)
        page = tell_reply(request, (yield from ask(request)), seen)
        if page is None:
            return False
        keys = [record_key(string(get(record, "uri"))) for record in items(get(page, "records"))]
        following = string(get(page, "cursor"))
        # A server whose cursors are of another kind begins elsewhere: going on from there leads nowhere.
        if not keys or not following or keys[0] <= cursor:
            break
        quiet = 0 if len(seen.only_records(did)) > known else quiet + 1
        if quiet >= QUIET_PAGES and _days(seen.latest_key(did), keys[-1]) > QUIET_DAYS:
            break
        cursor = following
    return bool(server)


def _home(did: str) -> Generator[tuple[Request, ...], tuple[Reply, ...], str]:
    """The server that holds an account's repository; empty if it is not to be learnt."""
    request = requests.identity(did)
    return requests.home(json_of((yield from ask(request)))) if request else ""


def _days(earlier: str, later: str) -> float:
    """The days between two record keys; none if they are not of the kind that tells the time (TIDs)."""
    if not is_tid(earlier) or not is_tid(later):
        return 0
    return ((tid_to_int(later) - tid_to_int(earlier)) >> 10) / 86_400_000_000
