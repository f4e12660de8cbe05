"""What of a thread is searched, and where in it a query is found.

Only what the author wrote in the thread itself counts, the main line and its branches, and only as it may be shown.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterator, Sequence

from msgspec import Struct

from threadleaf.core.model import Poll, Post, Thread
from threadleaf.core.query import HAS, Query, Term, tag
from threadleaf.core.words import alike, begins, in_step, placed, word_at, words

_LENGTH = 240
"""Characters of an excerpt."""
_BEFORE = 80
"""Characters before the first place that was found."""
_SLACK = 24
"""Characters that are given up so that an excerpt begins and ends between words."""

_SPACE = re.compile(r"\s")


class Excerpt(Struct, frozen=True):
    """A few lines of the post in which something was found: plain text on one line.

    `post` is its id; `marks` are the ranges `[start, end)` of `text` that were looked for, in code points, in order.
    """

    post: str
    text: str
    marks: tuple[tuple[int, int], ...] = ()


class Described(Struct, frozen=True, gc=False):
    """Of a picture or a film, what its author says of it."""

    alt: str = ""


class Said(Struct, frozen=True, gc=False):
    """Of a post, only what is searched: what is left out need not be read."""

    id: str
    text: str = ""
    warning: str = ""
    media: tuple[Described, ...] = ()
    poll: Poll | None = None


class Told(Struct, frozen=True, gc=False):
    """Of a thread, the same."""

    posts: tuple[Said, ...]
    branches: tuple[Branching, ...] = ()


class Branching(Struct, frozen=True, gc=False):
    """Of a branch, the same."""

    posts: tuple[Said, ...]


def said(told: Told, hidden: Collection[str] = ()) -> tuple[Said, ...]:
    """As `posts`."""
    row = (*told.posts, *(post for branch in told.branches for post in branch.posts))
    return tuple(post for post in row if post.id not in hidden) if hidden else row


def posts(thread: Thread, hidden: Collection[str] = ()) -> tuple[Post, ...]:
    """The posts of a thread that are searched, without those whose ids are `hidden`."""
    row = (*thread.posts, *(post for branch in thread.branches for post in branch.posts))
    return tuple(post for post in row if post.id not in hidden)


def parts(post: Post | Said) -> Iterator[str]:
    """The author's own words in a post, wherever they stand: its text first."""
    yield post.text
    if post.warning:
        yield post.warning
    for media in post.media:
        if media.alt:
            yield media.alt
    if post.poll is not None:
        for option in post.poll.options:
            yield option.title


def all_words(row: Sequence[Post | Said]) -> list[str]:
    """The words of some posts, one after the other: a sentence may go on from post to post."""
    return [word for post in row for part in parts(post) for word in words(part)]


def features(thread: Thread) -> int:
    """Which of `HAS` a thread has, one bit for each."""
    names = {"gap"} if thread.gaps else set()
    if thread.branches:
        names.add("branch")
    for post in posts(thread):
        names.update(_features(post))
    return bits(names)


def bits(names: Collection[str]) -> int:
    """Some of `HAS` as a number."""
    return sum(1 << place for place, name in enumerate(HAS) if name in names)


def _features(post: Post) -> Iterator[str]:
    for media in post.media:
        if media.kind == "gif":  # to some networks it is a picture, to others a film
            yield from ("image", "video")
        yield media.kind
    if post.card is not None or any(span.kind == "link" for span in post.spans):
        yield "link"
    if post.poll is not None:
        yield "poll"
    if post.quote is not None:
        yield "quote"
    if post.warning:
        yield "warning"


def tags(row: Sequence[Post]) -> dict[str, str]:
    """The tags of some posts: as two spellings are equal, and as the author first wrote it."""
    found: dict[str, str] = {}
    for post in row:
        for span in post.spans:
            if span.kind == "tag" and tag(span.value):
                found.setdefault(tag(span.value), span.value.lstrip("#＃"))
    return found


def excerpt(row: Sequence[Post | Said], query: Query) -> Excerpt:
    """Where a query is found in the posts of a thread; the beginning of the first one if in none of them.

    The post with the most of the words wanted goes before, else the earlier one. Of a post behind a warning of its
    author's only that warning is shown.
    """
    for post, part, folded in _likely(row, query.wanted):
        marks = _marks(part, folded, query.wanted)
        if marks:
            return _around(post, part, marks)
    return _around(row[0], row[0].text, ())


def _likely(row: Sequence[Post | Said], terms: Sequence[Term]) -> list[tuple[Post | Said, str, str]]:
    """The parts of posts that may hold any of the terms, also as `alike` makes them; those with the most terms first.

    Cheap: nothing is cut into words.
    """
    starts = [term.stem or term.words[0] for term in terms]
    found = []
    for post in row:
        for part in parts(post):
            folded = alike(part)
            hits = sum(1 for start in starts if start in folded)
            if hits:
                found.append((hits, post, part, folded))
    return [(post, part, folded) for _, post, part, folded in sorted(found, key=lambda hit: -hit[0])]


def _marks(text: str, folded: str, terms: Sequence[Term]) -> tuple[tuple[int, int], ...]:
    """Where in a text any of the terms stands; what overlaps or touches is one."""
    if in_step(text, folded):
        ranges = [range_ for term in terms for range_ in _looked_up(folded, term)]
    else:
        cut = list(placed(text))
        row = [word for word, _, _ in cut]
        ranges = [(cut[first][1], cut[last - 1][2]) for term in terms for first, last in term.ranges(row)]
    joined: list[tuple[int, int]] = []
    for start, end in sorted(ranges):
        if joined and start <= joined[-1][1]:
            joined[-1] = joined[-1][0], max(end, joined[-1][1])
        else:
            joined.append((start, end))
    return tuple(joined)


def _looked_up(folded: str, term: Term) -> Iterator[tuple[int, int]]:
    """The same for one term, without cutting all of a text into words."""
    start = term.stem or term.words[0]
    at = folded.find(start)
    while at >= 0:
        end = _end_of(folded, at, term) if begins(folded, at) else None
        if end is not None:
            yield at, end
        at = folded.find(start, at + 1)


def _end_of(folded: str, at: int, term: Term) -> int | None:
    """Where a term ends that begins at a place; None if something else does."""
    *first, _ = term.words
    for word in first:
        found = word_at(folded, at)
        if found is None or found[0] != word:
            return None
        at = found[1]
    found = word_at(folded, at)
    return found[1] if found and term.ends_with(found[0]) else None


def _around(post: Post | Said, text: str, marks: Sequence[tuple[int, int]]) -> Excerpt:
    if post.warning and text != post.warning:
        text, marks = post.warning, ()
    first = marks[0][0] if marks else 0
    start = _begin(text, max(0, first - _BEFORE), first)
    end = _end(text, start, min(len(text), start + _LENGTH))
    head, tail = "…" if start else "", "…" if end < len(text) else ""
    shift = len(head) - start
    inside = tuple((a + shift, min(b, end) + shift) for a, b in marks if a < end)
    return Excerpt(post.id, f"{head}{_SPACE.sub(' ', text[start:end])}{tail}", inside)


def _begin(text: str, start: int, most: int) -> int:
    """The beginning of a word near `start`, where a character may be told from the one before."""
    if start == 0:
        return 0
    space = text.find(" ", start, min(start + _SLACK, most))
    start = start if space < 0 else space + 1
    while start < most and _leans(text[start]):
        start += 1
    return start


def _end(text: str, start: int, end: int) -> int:
    """The end of a word near `end`."""
    if end == len(text):
        return end
    space = text.rfind(" ", end - _SLACK, end)
    if space >= 0:
        return space
    while end > start and _leans(text[end]):
        end -= 1
    return end


def _leans(character: str) -> bool:
    """Whether a character is drawn upon, or joined to, the one before."""
    return character == "\u200d" or unicodedata.category(character) in ("Mn", "Me", "Mc")
