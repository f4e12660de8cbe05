"""An author's own repository: it holds every post of hers, also those that the AppView's answers cut off.

It holds more than may be shown. So it only tells where to look: the AppView is asked for each post found, and one
that it does not show is known to be missing, never shown from here.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from functools import partial

from threadleaf.core.aturi import is_tid, tid_to_int
from threadleaf.core.model import Thread
from threadleaf.core.untyped import get, items
from threadleaf.sources import _bsky_requests as requests
from threadleaf.sources._bsky_answers import tell_reply
from threadleaf.sources._bsky_asked import name_of
from threadleaf.sources._bsky_ends import END
from threadleaf.sources._bsky_identity import Account, look_up
from threadleaf.sources._bsky_sightings import Sightings
from threadleaf.sources._bsky_uris import record_key
from threadleaf.wire import Reply, Request, Scope

MAX_PAGES = 50
"""Of a hundred posts each."""
QUIET_PAGES = 2
QUIET_DAYS = 14
"""A listing is left when so many pages in a row brought nothing of the thread, and it is so far behind its last post.

One self-reply in twenty comes more than a day later, the longest waited 177 days (rules §3.3): what comes after is
found by asking below the posts that are still open.
"""

_Asking = Generator[tuple[Request, ...], tuple[Reply, ...], None]


class Repository:
    """What may be found in the repositories of a reading's authors: where they are, and what was looked for."""

    def __init__(self, scope: Scope, seen: Sightings) -> None:
        self._scope, self._seen = scope, seen
        self._accounts: dict[str, Account] = {}
        self._from: dict[str, str] = {}  # the key from which each repository was listed
        self._asked: set[str] = set()

    def search(self, thread: Thread, start: str, most: int) -> _Asking:
        """List the repository of the thread's author from the key `start` on, up to where it was listed from before.

        It ends when `most` posts of the conversation were seen. Beside each page the AppView is asked for what the
        pages before it hold, so that a reading that is stopped has posts, not names. Where a request fails, what was not
        seen is said to be out of reach.
        """
        did = thread.author.id
        if did not in self._accounts:
            self._accounts[did] = yield from look_up(self._scope, did)
        server, until = self._accounts[did].server, self._from.get(did, END)
        full = partial(self._wanted, thread, most=requests.AT_ONCE)
        if server and (yield from listed(server, did, start, self._seen, most, until, full)):
            self._from[did] = min(start, until)
        else:
            self._seen.ends.refused = True
        wanted = self._wanted(thread, most=1)
        replies = (yield wanted) if wanted else ()
        for request, reply in zip(wanted, replies, strict=True):
            tell_reply(request, reply, self._seen)
        self._seen.ends.refused |= bool(self._seen.only_records(did))

    def _wanted(self, thread: Thread, *, most: int) -> tuple[Request, ...]:
        """The questions for the posts of which only records are known: those from the anchor on, then those before it.

        `most` is for how many posts a question is worth asking: then only such questions are asked.
        """
        did, anchor = thread.author.id, record_key(self._seen.anchor)
        new = [uri for uri in self._seen.only_records(did) if uri not in self._asked]
        on = [uri for uri in new if record_key(uri) >= anchor]
        back = [uri for uri in reversed(new) if record_key(uri) < anchor]
        ordered = [*on, *back]
        chosen = ordered[: len(ordered) // most * most]
        known = len(thread.posts) + len(self._asked)
        total = max(thread.completeness.reported or 0, known + len(ordered))
        self._asked.update(chosen)
        return tuple(requests.posts(self._scope, chosen, known, total))


def first_key(thread: Thread, seen: Sightings) -> str:
    """From which key to search for the rest of a thread: the lowest of its author's that anything names.

    Where the post above the first one is gone, an earlier piece may stand anywhere in the conversation: then it is the
    key of the conversation's own first post, unless that is much older (keys of posts are times).
    """
    first, key = thread.posts[0], seen.earliest_key(thread.author.id)
    root = record_key(first.root or first.id)
    is_cut = any(gap.after is None and not gap.line for gap in thread.gaps)
    return root if is_cut and root < key and _days(root, key) <= QUIET_DAYS else key


def _nothing() -> tuple[Request, ...]:
    return ()


def listed(
    server: str,
    did: str,
    start: str,
    seen: Sightings,
    most: int,
    until: str = END,
    beside: Callable[[], tuple[Request, ...]] = _nothing,
) -> Generator[tuple[Request, ...], tuple[Reply, ...], bool]:
    """List an account's posts from the key `start` to the end, or until no more of the thread is to be expected.

    It also ends at the key `until`, and when `most` posts of the conversation were seen. `beside` gives what is asked
    side by side with each page, and before it. False if a page was not to be had.
    """
    cursor = requests.cursor_before(start)
    quiet = 0
    for number in range(MAX_PAGES):
        request, more = requests.records(server, did, cursor, number), beside()
        *others, reply = yield (*more, request)
        for asked, told in zip(more, others, strict=True):
            tell_reply(asked, told, seen)
        known = len(seen.only_records(did))
        page = tell_reply(request, reply, seen)
        if page is None:
            return False
        keys = [record_key(name_of(record)) for record in items(get(page, "records"))]
        # A server whose cursors are of another kind begins elsewhere: going on from there leads nowhere.
        if not keys or not get(page, "cursor") or keys[0] <= cursor or keys != sorted(keys):
            break
        quiet = 0 if len(seen.only_records(did)) > known else quiet + 1
        if quiet >= QUIET_PAGES and _days(seen.latest_key(did), keys[-1]) > QUIET_DAYS:
            break
        if seen.found() >= most or keys[-1] >= until:
            break
        cursor = keys[-1]  # never the server's own: it might lead back
    return True


def _days(earlier: str, later: str) -> float:
    """The days between two record keys; none if they are not of the kind that tells the time (TIDs)."""
    if not is_tid(earlier) or not is_tid(later):
        return 0
    return ((tid_to_int(later) - tid_to_int(earlier)) >> 10) / 86_400_000_000
