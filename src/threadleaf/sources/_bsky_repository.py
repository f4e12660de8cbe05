"""An author's own repository: it holds every post of hers, also those that the AppView's answers cut off.

It holds more than may be shown. So it only tells where to look: the AppView is asked for each post found, and one
that it does not show is known to be missing, never shown from here.
"""

from __future__ import annotations

from collections.abc import Generator

from threadleaf.core.aturi import is_tid, tid_to_int
from threadleaf.core.model import Thread
from threadleaf.core.untyped import get, items
from threadleaf.sources import _bsky_requests as requests
from threadleaf.sources._bsky_answers import tell_reply
from threadleaf.sources._bsky_asked import name_of
from threadleaf.sources._bsky_identity import look_up
from threadleaf.sources._bsky_sightings import Sightings
from threadleaf.sources._bsky_uris import record_key
from threadleaf.wire import Reply, Request, Scope, ask

MAX_PAGES = 50
"""Of a hundred posts each."""
QUIET_PAGES = 2
QUIET_DAYS = 14
"""A listing is left when so many pages in a row brought nothing of the thread, and it is so far behind its last post.

One self-reply in twenty comes more than a day later, the longest waited 177 days (rules §3.3): what comes after is
found by asking below the posts that are still open.
"""

_Asking = Generator[tuple[Request, ...], tuple[Reply, ...], None]


def search(scope: Scope, thread: Thread, seen: Sightings, start: str) -> _Asking:
    """List the repository of the thread's author from the key `start` on, and ask the AppView what it shows.

    Where a request fails, the posts that were open are said to be out of reach.
    """
    did = thread.author.id
    account = yield from look_up(scope, did)
    if not (account.server and (yield from listed(account.server, did, start, seen, scope.posts))):
        seen.ends.unreached.update(thread.completeness.open_ends)
    wanted = tuple(requests.posts(scope, seen.only_records(did), len(thread.posts)))
    replies = (yield wanted) if wanted else ()
    for request, reply in zip(wanted, replies, strict=True):
        tell_reply(request, reply, seen)


def first_key(thread: Thread, seen: Sightings) -> str:
    """From which key to search for the rest of a thread: the lowest of its author's that anything names.

    Where the post above the first one is gone, an earlier piece may stand anywhere in the conversation: then it is the
    key of the conversation's own first post, unless that is much older (keys of posts are times).
    """
    first, key = thread.posts[0], seen.earliest_key(thread.author.id)
    root = record_key(first.root or first.id)
    is_cut = any(gap.after is None and not gap.line for gap in thread.gaps)
    return root if is_cut and root < key and _days(root, key) <= QUIET_DAYS else key


def listed(
    server: str, did: str, start: str, seen: Sightings, most: int
) -> Generator[tuple[Request, ...], tuple[Reply, ...], bool]:
    """List an account's posts from the key `start` to the end, or until no more of the thread is to be expected.

    It also ends when `most` posts of the conversation were seen. False if a request failed.
    """
    cursor = requests.cursor_before(start)
    quiet = 0
    for number in range(MAX_PAGES):
        known = len(seen.only_records(did))
        request = requests.records(server, did, cursor, number)
        page = tell_reply(request, (yield from ask(request)), seen)
        if page is None:
            return False
        keys = [record_key(name_of(record)) for record in items(get(page, "records"))]
        # A server whose cursors are of another kind begins elsewhere: going on from there leads nowhere.
        if not keys or not get(page, "cursor") or keys[0] <= cursor or keys != sorted(keys):
            break
        quiet = 0 if len(seen.only_records(did)) > known else quiet + 1
        if quiet >= QUIET_PAGES and _days(seen.latest_key(did), keys[-1]) > QUIET_DAYS:
            break
        if seen.found() >= most:
            break
        cursor = keys[-1]  # never the server's own: it might lead back
    return True


def _days(earlier: str, later: str) -> float:
    """The days between two record keys; none if they are not of the kind that tells the time (TIDs)."""
    if not is_tid(earlier) or not is_tid(later):
        return 0
    return ((tid_to_int(later) - tid_to_int(earlier)) >> 10) / 86_400_000_000
