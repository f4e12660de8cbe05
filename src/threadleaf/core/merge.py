"""Two readings of one conversation become one.

Nothing that was seen is lost because a later reading saw less: a limit, another starting point, a reading from the
last post upwards. But what a later reading looked for and did not find is taken down: a deletion follows the author.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from functools import reduce

from msgspec import Struct
from msgspec.structs import replace

from threadleaf.core.model import STOPPED, Author, Conversation, Frontier, Missing, Note, Post, Reported
from threadleaf.core.wishes import UNREAD

_Item = Post | Missing


def merge(known: Conversation, fresh: Conversation) -> Conversation:
    """The union of two readings of the same conversation, by the ids of posts.

    The later one is that with the later `read_at`; a reading without a time is older than one with a time, and of
    two without, or with the same, `fresh` is the later one.

    - A post that both have is as the later one says. A post that only the earlier one has is kept, unless it is gone.
    - *Gone* is what the later one reports missing in the network's own words (a limit or a failed request says
      nothing), and what is absent from the answers to a post all of whose answers the later one saw. What hung
      below a gone post stays, behind a place that is known to be missing; a gone post below which nothing hangs
      leaves no trace.
    - A post that the later one has is without a frontier where the later one has none, and the other way round:
      what is claimed about the ends is true at `read_at`. But where the later one did not see the answers to a
      post, because it did not ask or was stopped, and the network counts as many as before, what was known of them
      still holds.
    - Copies of a saved page (no reply edges) are not mixed: the longer one stands, of equally long ones the later.

    Raises ValueError for readings of different networks, or where only one of them saw reply edges.
    """
    if (known.network, known.linked) != (fresh.network, fresh.linked):
        raise ValueError("These are not two readings of the same conversation.")
    earlier, later = (fresh, known) if _is_later(known, fresh) else (known, fresh)
    if not later.linked:
        return later if len(later.posts) >= len(earlier.posts) else earlier
    return _union(earlier, later)


def merge_all(readings: Iterable[Conversation]) -> Conversation:
    """The union of one or more readings, put together in the order in which they were made (see `merge`)."""
    return reduce(merge, sorted(readings, key=lambda reading: (reading.read_at is not None, reading.read_at)))


def _is_later(known: Conversation, fresh: Conversation) -> bool:
    if known.read_at is None:
        return False
    return fresh.read_at is None or fresh.read_at < known.read_at


def _union(earlier: Conversation, later: Conversation) -> Conversation:
    gone = _gone(earlier, later)
    told = {post.id for post in later.posts}
    kept = tuple(post for post in earlier.posts if post.id not in told and post.id not in gone)
    posts = later.posts + kept
    missing = _missing(earlier, later, kept, gone)
    quoted = _quoted(earlier, later, posts)
    return Conversation(
        network=later.network,
        anchor=later.anchor,
        posts=posts,
        authors=_authors(earlier, later, (*posts, *quoted), missing),
        missing=missing,
        frontiers=_frontiers(earlier, later, kept, missing),
        reported=_reported(earlier, later, kept),
        quoted=quoted,
        notes=_notes(earlier, later, kept),
        linked=later.linked,
        announced=earlier.announced if later.announced is None else later.announced,
        read_at=later.read_at,
        address=later.address or earlier.address,
        begun_at=later.begun_at or earlier.begun_at,
    )


def _gone(earlier: Conversation, later: Conversation) -> set[str]:
    """Ids of what the earlier reading has (or knows to be missing) and the later one shows to be no longer there."""
    told = {post.id for post in later.posts}
    gone = {place.id for place in later.missing if place.id not in told and is_said(place)}
    view = _View.of(later)
    before: tuple[_Item, ...] = (*earlier.posts, *earlier.missing)
    # What is named, and could not be asked for, is not absent.
    named = told | {place.id for place in later.missing if place.reason == "unreachable"}
    return gone | {item.id for item in before if item.id not in named and view.lacks(item)}


def is_said(place: Missing) -> bool:
    """Whether the network itself said that the post is not there, or not for us."""
    return place.reason not in ("unreachable", "unknown") or (place.reason == "unknown" and place.says != "")


class _View(Struct, frozen=True):
    """How far down a reading saw: its posts, the answers to each that it has, and its frontiers."""

    posts: dict[str, Post]
    answers: Counter[str]
    frontiers: dict[str, Frontier]
    cut: dict[str, bool]

    @classmethod
    def of(cls, reading: Conversation) -> _View:
        posts = {post.id: post for post in reading.posts}
        answers = Counter(post.parent for post in posts.values() if post.parent is not None)
        return cls(posts, answers, {frontier.post: frontier for frontier in reading.frontiers}, {})

    def lacks(self, item: _Item) -> bool:
        """Whether the reading saw every answer to the item's parent, and not this one.

        Either the network's own count of answers is reached, or the answer is by the parent's author and the
        reading names no frontier (which is what a frontier is about: answers by the post's author).
        """
        parent = self.posts.get(item.parent or "")
        if parent is None:
            return False
        if parent.replies is not None and self.answers[parent.id] >= parent.replies:
            return True
        return item.author == parent.author and parent.id not in self.frontiers and not self._is_cut(parent)

    def _is_cut(self, post: Post) -> bool:
        """Whether the reading was cut off at a post or anywhere above it: then nobody knows what lies below."""
        walked: list[str] = []
        node: Post | None = post
        cut = False
        while node is not None and not cut:
            if node.id in self.cut:
                cut = self.cut[node.id]
                break
            walked.append(node.id)
            self.cut[node.id] = False  # corrected below; until then it ends a cycle of replies
            frontier = self.frontiers.get(node.id)
            cut = frontier is not None and frontier.why in ("limit", "unreachable")
            node = self.posts.get(node.parent or "")
        self.cut.update(dict.fromkeys(walked, cut))
        return cut


def _missing(
    earlier: Conversation, later: Conversation, kept: tuple[Post, ...], gone: Collection[str]
) -> tuple[Missing, ...]:
    """Places known to be missing: those of the later reading, those of the earlier one that are still open, and the
    places of gone posts below which something hangs. What is known about where a place is stays with it."""
    present = {post.id for post in kept}
    told = [place for place in later.missing if place.id not in present]
    settled = present | {post.id for post in later.posts} | {place.id for place in told}
    posts = {post.id: post for post in earlier.posts}
    places = {place.id: place for place in earlier.missing}
    items: tuple[_Item, ...] = (*later.posts, *kept, *told, *earlier.missing)
    above = _with_ancestors({item.parent for item in items}, posts, settled)
    left = [place for i, place in places.items() if i not in settled and (i not in gone or i in above)]
    fallen = [post for i, post in posts.items() if i not in settled and i in above]
    return (
        *(_placed(place, posts.get(place.id) or places.get(place.id)) for place in told),
        *left,
        *(Missing(id=post.id, author=post.author, parent=post.parent) for post in fallen if post.id not in places),
    )


def _with_ancestors(parents: set[str | None], posts: dict[str, Post], settled: Collection[str]) -> set[str | None]:
    """The parents, and above those that are gone their own parents: what stands between must keep its place too."""
    todo = list(parents)
    for node in todo:
        post = posts.get(node or "")
        if post is not None and node not in settled and post.parent not in parents:
            parents.add(post.parent)
            todo.append(post.parent)
    return parents


def _placed(place: Missing, known: _Item | None) -> Missing:
    if known is None:
        return place
    parent = known.parent if place.parent is None else place.parent
    return replace(place, author=place.author or known.author, parent=parent)


def _quoted(earlier: Conversation, later: Conversation, posts: tuple[Post, ...]) -> tuple[Post, ...]:
    """Quoted posts; one that only the earlier reading has stays while a post that shows it stays."""
    told = {post.id for post in later.quoted}
    out = {place.id for place in later.missing if is_said(place)}
    quoting = (*posts, *later.quoted, *earlier.quoted)
    shown = {post.quote.id for post in quoting if post.quote is not None and post.quote.state == "shown"}
    wanted = shown - told - out
    return later.quoted + tuple(post for post in earlier.quoted if post.id in wanted)


def _authors(
    earlier: Conversation, later: Conversation, posts: Iterable[Post], missing: Iterable[Missing]
) -> tuple[Author, ...]:
    """Authors as the later reading has them; where it knows no more than the id, as the earlier one has them.

    The profile that only the earlier one could read still says what it says.
    """
    older = {author.id: author for author in earlier.authors}
    told = {author.id for author in later.authors}
    named = (
        {post.author for post in posts} | {post.parent_author for post in posts} | {place.author for place in missing}
    )
    current = (_current(author, older.get(author.id, author)) for author in later.authors)
    return (*current, *(author for i, author in older.items() if i not in told and i in named))


def _current(later: Author, earlier: Author) -> Author:
    if not (later.handle or later.name):
        return earlier
    if UNREAD in later.signals and UNREAD not in earlier.signals:
        labels = tuple(dict.fromkeys((*later.labels, *earlier.labels)))
        return replace(later, bio=earlier.bio, signals=earlier.signals, labels=labels)
    return later


def _frontiers(
    earlier: Conversation, later: Conversation, kept: Iterable[Post], missing: Iterable[Missing]
) -> tuple[Frontier, ...]:
    """Frontiers of the later reading, and of what only the earlier one has.

    A post whose answers the later one did not see stays as the earlier one knew it if that one had all of them, or
    all that the network shows, and the network counts as many as then.
    """
    told = {frontier.post for frontier in later.frontiers}
    alone = ({post.id for post in kept} | {place.id for place in missing}) - told
    same = {post for post, _ in _counts(earlier).items() & _counts(later).items()}
    before = {frontier.post: frontier for frontier in earlier.frontiers}
    blind = (frontier.post for frontier in later.frontiers if frontier.why != "count")
    held = {post for post in blind if post in same and (post not in before or before[post].why == "count")}
    now = (before.get(frontier.post) if frontier.post in held else frontier for frontier in later.frontiers)
    open_still = (frontier for frontier in now if frontier is not None)
    return (*open_still, *(frontier for frontier in earlier.frontiers if frontier.post in alone))


def _counts(reading: Conversation) -> dict[str, int]:
    return {post.id: post.replies for post in reading.posts if post.replies is not None}


def _reported(earlier: Conversation, later: Conversation, kept: Iterable[Post]) -> tuple[Reported, ...]:
    alone = {post.id for post in kept}
    return later.reported + tuple(count for count in earlier.reported if count.post in alone)


def _notes(earlier: Conversation, later: Conversation, kept: tuple[Post, ...]) -> tuple[Note, ...]:
    """What was repaired on the way; of the earlier reading only what concerns that which is left of it."""
    alone = {post.id for post in kept}
    alone |= {""} if kept else set()
    left = (note for note in earlier.notes if note.post in alone and not note.kind.startswith(STOPPED))
    return later.notes + tuple(note for note in left if note not in later.notes)
