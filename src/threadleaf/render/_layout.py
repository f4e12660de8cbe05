"""A thread as a sequence of things to show, in reading order: what every format has in common.

    Thread, view ──► Layout: answered · items (Block | Hole | Turn | Spur)… · end · replies

Formats turn each of these into their own marks and decide nothing about order.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Literal

from msgspec import Struct

from threadleaf.core.model import Author, Branch, Gap, Paragraph, Piece, Post, Thread
from threadleaf.render import View
from threadleaf.render._numbers import Number, Numbers, number

__all__ = ["Answer", "Block", "Hole", "Item", "Layout", "Spur", "Turn", "View", "lay_out"]


class Block(Struct, frozen=True):
    """What stands beside one mark on the line: a post, or in the article view posts that read as one.

    `posts` have text here; `begin` are those of them that begin here, `done` those that end here, so that their
    pictures, quotes and cards follow.
    """

    posts: tuple[Post, ...]
    begin: tuple[Post, ...]
    done: tuple[Post, ...]
    paragraphs: Sequence[Paragraph]


class Hole(Struct, frozen=True):
    """Gaps at one place, with the number of each where it has one."""

    gaps: tuple[Gap, ...]
    numbers: tuple[Number | None, ...]


class Turn(Struct, frozen=True):
    """The line goes on in a reply to somebody else: their post if it may be shown, and the post that answers it."""

    asked: Post | None
    answer: Post


class Spur(Struct, frozen=True):
    """A branch where it leaves. `later` is the time from the post it leaves to its first; `deeper`: it leaves a branch.

    `after_end` says that it was written after the main line's last post. `items` are its posts and gaps.
    """

    branch: Branch
    items: tuple[Post | Hole, ...]
    later: timedelta | None
    after_end: bool
    deeper: bool
    open: bool


class Answer(Struct, frozen=True):
    """A reply by the author to somebody else; `asked` is the answered post unless the reply before answers it too.

    `unseen` says that the answered post is somebody else's and cannot be shown.
    """

    post: Post
    asked: Post | None
    unseen: bool


Item = Block | Hole | Turn | Spur


class Layout(Struct, frozen=True):
    """Everything that a format shows of a thread, in order.

    `answered` is the post that the first post answers; `answers_unseen` says that it answers one that cannot be
    shown. `end` is `confirmed`, `open`, or `gap` where a gap is the last thing on the line.
    """

    thread: Thread
    view: View
    numbers: Numbers
    posts: Mapping[str, Post]
    authors: Mapping[str, Author]
    quoted: Mapping[str, Post]
    answered: Post | None
    answers_unseen: bool
    items: tuple[Item, ...]
    end: Literal["confirmed", "open", "gap"]
    replies: tuple[Answer, ...]


def lay_out(thread: Thread, view: View) -> Layout:
    """Put a thread in order for a view. A thread without an article is always shown as posted."""
    view = view if thread.article.paragraphs else "posts"
    numbers = number(thread)
    context = {post.id: post for post in thread.context}
    holes = _holes(thread, numbers)
    first = thread.posts[0]
    answered = context.get(first.parent or "")
    answers_unseen = answered is None and ("", first.id) not in holes and _foreign(first)
    ends_in_gap = ("", None) in holes
    return Layout(
        thread=thread,
        view=view,
        numbers=numbers,
        posts={post.id: post for post in thread.posts},
        authors={author.id: author for author in (*thread.authors, thread.author)},
        quoted={post.id: post for post in thread.quoted},
        answered=answered,
        answers_unseen=answers_unseen,
        items=tuple(_items(thread, view, context, holes)),
        end="gap" if ends_in_gap else "confirmed" if _end_reached(thread) else "open",
        replies=tuple(_replies(thread, context)),
    )


def _end_reached(thread: Thread) -> bool:
    completeness = thread.completeness
    return completeness.ends_reached and thread.posts[-1].id not in completeness.open_ends


_Place = tuple[str, str | None]
"""Where a gap stands: its line, and the post before which it stands (None: at the end)."""
_Holes = dict[_Place, Hole]


def _holes(thread: Thread, numbers: Numbers) -> _Holes:
    places: dict[_Place, list[int]] = {}
    for index, gap in enumerate(thread.gaps):
        places.setdefault((gap.line, gap.before), []).append(index)
    return {
        place: Hole(tuple(thread.gaps[i] for i in found), tuple(numbers.gaps.get(i) for i in found))
        for place, found in places.items()
    }


def _foreign(post: Post) -> bool:
    """Whether a post is known to answer somebody else."""
    return post.parent is not None and post.parent_author not in (None, post.author)


def _items(thread: Thread, view: View, context: Mapping[str, Post], holes: _Holes) -> Iterator[Item]:
    """The main line. Each gap is taken out of `holes` where it is shown, and what is left is shown at the end."""
    spurs = _spurs(thread, holes) if thread.branches else {}
    earlier = None
    for block in _blocks(thread, view):
        for post in block.begin:
            if before := _before(post, earlier, context, holes):
                yield before
            earlier = post
        yield block
        if spurs:
            for post in block.done:
                yield from spurs.get(post.id, ())
    yield from holes.values()


def _before(post: Post, earlier: Post | None, context: Mapping[str, Post], holes: _Holes) -> Hole | Turn | None:
    """What stands before a post of the main line: a gap, or the other person's post that it answers."""
    if holes and (hole := holes.pop(("", post.id), None)):
        return hole
    if earlier is None or post.parent == earlier.id:
        return None
    asked = context.get(post.parent or "")
    return Turn(asked, post) if asked or _foreign(post) else None


def _blocks(thread: Thread, view: View) -> Iterator[Block]:
    if view == "posts":
        for post in thread.posts:
            one = (post,)
            yield Block(one, one, one, (Paragraph(pieces=(Piece(post=post.id, start=0, end=len(post.text)),)),))
        return
    posts = {post.id: post for post in thread.posts}
    runs = _runs(thread.article.paragraphs)
    before: Mapping[str, None] = {}
    for (names, paragraphs), (after, _) in zip(runs, [*runs[1:], ({}, ())], strict=True):
        here = begin = done = tuple([posts[name] for name in names])
        if before and not before.keys().isdisjoint(names):
            begin = tuple([post for post in here if post.id not in before])
        if after and not after.keys().isdisjoint(names):
            done = tuple([post for post in here if post.id not in after])
        before = names
        yield Block(here, begin, done, paragraphs)


def _runs(paragraphs: Sequence[Paragraph]) -> list[tuple[dict[str, None], list[Paragraph]]]:
    """Paragraphs that share one mark, with the ids of their posts.

    A run ends where a paragraph brings a post that the run does not have yet. A post's pieces follow each other, so
    it stands in one run or in neighbouring ones.
    """
    runs: list[tuple[dict[str, None], list[Paragraph]]] = []
    names: dict[str, None] = {}
    run: list[Paragraph] = []
    for paragraph in paragraphs:
        pieces = paragraph.pieces + paragraph.after if paragraph.after else paragraph.pieces
        if len(pieces) == 1:
            here = {pieces[0].post: None}
        else:
            here = {piece.post: None for piece in pieces}
        if here.keys() <= names.keys():
            run.append(paragraph)
        else:
            names, run = here, [paragraph]
            runs.append((names, run))
    return runs


def _spurs(thread: Thread, holes: _Holes) -> dict[str, list[Spur]]:
    """Branches by the main-line post after which they stand; those that leave a branch follow it on the same level."""
    spurs: dict[str, list[Spur]] = {}
    main = {post.id: post for post in thread.posts}
    known = dict(main)
    home = {name: name for name in main}  # from any post to the main-line post after which its line stands
    end = thread.posts[-1]
    open_ends = frozenset(thread.completeness.open_ends)
    for branch in thread.branches:
        first, leaves = branch.posts[0], known.get(branch.at)
        at = home.get(branch.at, end.id)
        for post in branch.posts:
            home[post.id], known[post.id] = at, post
        spur = Spur(
            branch=branch,
            items=tuple(_branch_items(branch, holes)),
            later=first.created - leaves.created if leaves and first.created and leaves.created else None,
            after_end=first.created is not None and end.created is not None and first.created > end.created,
            deeper=branch.at not in main,
            open=branch.posts[-1].id in open_ends,
        )
        spurs.setdefault(at, []).append(spur)
    return spurs


def _branch_items(branch: Branch, holes: _Holes) -> Iterator[Post | Hole]:
    line = branch.posts[0].id
    for post in branch.posts:
        if hole := holes.pop((line, post.id), None):
            yield hole
        yield post
    if hole := holes.pop((line, None), None):
        yield hole


def _replies(thread: Thread, context: Mapping[str, Post]) -> Iterator[Answer]:
    own = {post.id for post in thread.replies_by_author}
    shown: str | None = None
    for post in thread.replies_by_author:
        asked = context.get(post.parent or "")
        yield Answer(
            post=post,
            asked=asked if post.parent != shown else None,
            unseen=asked is None and post.parent not in own,
        )
        shown = post.parent
