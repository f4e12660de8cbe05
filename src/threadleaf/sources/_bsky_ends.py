"""Where answers end, and what may still be hidden behind them (rules §4).

Below a post there may be answers by its author that nobody saw, unless one of these holds:

- as many answers were seen as the network counts;
- one answer listed all of the author's own there (`own_listed`), and the count has not grown since;
- the author's repository was listed from that post to its end.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Literal

from msgspec import Struct

from threadleaf.core.model import Frontier, Missing, Post
from threadleaf.sources._bsky_uris import owner, record_key

END = "\x7f"
"""Behind every record key (they are ASCII letters, digits and `._:~-`)."""

Why = Literal["limit", "count", "unreachable", "unseen"]


class _Listing(Struct, frozen=True):
    """A stretch of a repository of which every record was seen: keys from `low` on, up to `high`."""

    low: str
    high: str


class Ends:
    """What answers said of their own ends.

    `unreached` are posts that could not be asked about; `unsearched` those behind which more is known to be, which
    only a list of the repository shows, and that was not to be had. `stopped` says that a ceiling of posts ended the
    reading, `refused` that something else did: then whatever was not looked for can be looked for later.
    """

    def __init__(self) -> None:
        self.unreached: set[str] = set()
        self.unsearched: set[str] = set()
        self.stopped = False
        self.refused = False
        self._own_listed: dict[str, int] = {}
        self._listed: set[str] = set()
        self._cut: set[str] = set()
        self._listings: dict[str, list[_Listing]] = {}
        self._from: dict[str, str] = {}  # the key from which each repository is known to its end

    def answers_listed(self, uri: str) -> None:
        """An answer listed the answers to a post, as many as the AppView shows."""
        self._listed.add(uri)

    def own_listed(self, uri: str, count: int) -> None:
        """An answer listed every answer to a post by the post's own author, when there were `count` by anybody."""
        self._own_listed[uri] = max(count, self._own_listed.get(uri, 0))

    def cut(self, uri: str) -> None:
        """An answer stopped at a post because of a limit."""
        self._cut.add(uri)

    def listing(self, did: str, low: str, high: str) -> None:
        """Every record of a repository's posts with a key from `low` to `high` was seen."""
        stretches = self._listings.setdefault(did, [])
        stretches.append(_Listing(low, high))
        self._from[did] = _unbroken(stretches)

    def repositories(self) -> Iterable[str]:
        """The accounts whose repositories were listed, whole or in part."""
        return self._listings.keys()

    def was_listed(self, uri: str) -> bool:
        """Whether a record must have been seen if it is there: its repository was listed from before it to the end.

        (The first key of a stretch is a cursor, or it was in the answer.)
        """
        return record_key(uri) > self._from.get(owner(uri), END)

    def frontiers(self, posts: Iterable[Post], places: Iterable[Post | Missing]) -> Iterator[Frontier]:
        """Those of the posts below which answers by their authors may be unknown; `places` is all that was seen."""
        answers: dict[str | None, set[str]] = {}
        for place in places:
            answers.setdefault(place.parent, set()).add(place.id)
        continued = {place.parent for place in places if place.author == owner(place.parent or "")}
        for post in posts:
            # No later post of hers is unknown: keys of posts grow with time (they are TIDs, by the lexicon of posts).
            if record_key(post.id) >= self._from.get(owner(post.id), END):
                continue
            seen, why = len(answers.get(post.id, ())), self._why(post, is_end=post.id not in continued)
            if post.replies is None:
                yield Frontier(post=post.id, why=why)
            elif post.replies > max(seen, self._own_listed.get(post.id, 0)):
                yield Frontier(post=post.id, why=why, hidden=post.replies - seen)
            elif post.id in self.unsearched:
                yield Frontier(post=post.id, why=why)

    def _why(self, post: Post, *, is_end: bool) -> Why:
        """Why answers to a post may be unknown; `is_end`: none by its author is known.

        At `limit` and `unreachable` a reading goes on later; it would learn nothing where all answers were listed.
        """
        if post.id in self.unsearched:
            return "unreachable"
        if post.id in self._listed:
            return "count"
        if post.id in self.unreached:
            return "unreachable"
        if (self.stopped or self.refused) and (is_end or post.replies is not None):
            return "limit" if self.stopped else "unreachable"
        if post.id in self._cut:
            return "limit" if is_end else "count"
        return "unseen"


def _unbroken(stretches: Iterable[_Listing]) -> str:
    """The lowest key from which a repository is known without a hole up to its end; `END` if its end is not."""
    low = END
    for stretch in sorted(stretches, key=lambda stretch: stretch.high, reverse=True):
        if stretch.high < low:
            break
        low = min(low, stretch.low)
    return low
