"""Conversation and anchor → thread. The whole walk, in the order in which it happens:

    grow (who answered what) → choose (whose thread) → arrange (main line, branches, answers) → counters
    → gaps → completeness → context and quotes → article

Every step is a pure function over ids; the result does not depend on the order of the input's posts.
"""

from __future__ import annotations

import hashlib
import unicodedata
from typing import TYPE_CHECKING

from threadleaf.core import article, completeness, counters, gaps, series
from threadleaf.core.errors import NotFound, TooLarge
from threadleaf.core.limits import MOST_POSTS
from threadleaf.core.lines import Lines, arrange
from threadleaf.core.model import Article, Author, Branch, Ref, Thread
from threadleaf.core.title import title
from threadleaf.core.tree import age, grow, latest
from threadleaf.core.whose import Choice, choose

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from threadleaf.core.model import Conversation, Post
    from threadleaf.core.tree import Tree


def assemble(conversation: Conversation, anchor: str | None = None, *, for_readers: bool = True) -> Thread:
    """Make the thread that the anchor belongs to.

    Parameters: `conversation` what a source saw; `anchor` a post's id, by default the conversation's own anchor;
    without `for_readers` there is no article, which a source that only asks what is lacking can do without.
    Raises `NotFound` if the anchor is not among the posts, `TooLarge` beyond `MOST_POSTS` posts by the author.
    """
    tree = grow(conversation)
    choice, lines = _arranged(conversation, tree, anchor or conversation.anchor)
    main = [tree.posts[node] for node in lines.main if node in tree.posts]
    if len(main) + sum(len(side.nodes) for side in lines.sides) > MOST_POSTS:
        sentence = f"This thread has more than {MOST_POSTS:,} posts, which is the most that is read as one page."
        raise TooLarge(sentence, subject=conversation.anchor)
    numbering = counters.read(main, linked=conversation.linked)
    found = gaps.find(conversation, tree, lines, numbering)
    branches = _branches(tree, lines)
    replies = tuple(sorted((tree.posts[n] for n in lines.answers if n in tree.posts), key=age))
    context = _context(tree, choice.author, main, branches, replies)
    quoted = _quoted(conversation, tree, [*main, *(p for b in branches for p in b.posts), *replies, *context])
    people = {author.id: author for author in conversation.authors}
    return Thread(
        ref=Ref(conversation.network, _identity(conversation, people.get(choice.author), main)),
        network=conversation.network,
        url=main[0].url or conversation.address,
        title=title(main[0], numbering),
        author=people.get(choice.author) or Author(id=choice.author, network=conversation.network),
        authors=_named(people, choice, main, [*context, *quoted]),
        posts=tuple(main),
        branches=branches,
        replies_by_author=replies,
        context=context,
        quoted=quoted,
        gaps=found,
        counters=numbering,
        completeness=completeness.judge(conversation, tree, lines, found, numbering),
        parts=series.parts(main, {post.id: post for post in quoted}),
        article=article.build(main, numbering, found, branches) if for_readers else Article(),
        readings=choice.readings,
    )


def _arranged(conversation: Conversation, tree: Tree, anchor: str) -> tuple[Choice, Lines]:
    """Saved pages have no reply edges: their order is the page's, and all is one author's."""
    if conversation.linked:
        choice = choose(tree, anchor)
        return choice, arrange(tree, choice)
    posts = sorted(tree.posts.values(), key=lambda post: post.place or 0)
    if not posts:
        raise NotFound("There is no post on this page.", subject=anchor)
    return Choice(posts[0].author, posts[0].id), Lines([post.id for post in posts], [], [])


def _branches(tree: Tree, lines: Lines) -> tuple[Branch, ...]:
    sides = ((side.at, tuple(tree.posts[node] for node in side.nodes if node in tree.posts)) for side in lines.sides)
    return tuple(Branch(at=at, posts=posts) for at, posts in sides if posts)


def _context(
    tree: Tree, author: str, main: Sequence[Post], branches: Iterable[Branch], replies: Sequence[Post]
) -> tuple[Post, ...]:
    """Posts by others: those that the author answers, and those that answer the author directly."""
    own = {post.id: post.parent for post in (*main, *(post for branch in branches for post in branch.posts), *replies)}
    answered = {*own.values()}
    others = [
        post
        for node, post in tree.posts.items()
        if (tree.up[node] in own or node in answered) and post.author != author
    ]
    return tuple(sorted(others, key=age))


def _quoted(conversation: Conversation, tree: Tree, shown: Iterable[Post]) -> tuple[Post, ...]:
    """The quoted posts that are shown somewhere; a quoted post may stand in the conversation itself."""
    ids = {post.quote.id for post in shown if post.quote is not None and post.quote.state == "shown"}
    known = latest([post for post in conversation.quoted if post.id in ids]) if ids else {}
    known.update({i: tree.posts[i] for i in ids if i in tree.posts})
    return tuple([known[i] for i in sorted(known)])


def _named(
    people: dict[str, Author], choice: Choice, main: Sequence[Post], others: Iterable[Post]
) -> tuple[Author, ...]:
    ids = {post.author for post in (*main, *others)}
    ids.update((choice.author, *(reading.author for reading in choice.readings)))
    return tuple([people[i] for i in sorted(ids) if i in people])


def _identity(conversation: Conversation, author: Author | None, main: Sequence[Post]) -> str:
    """The id of the page: the first post's, or for a saved page without ids the hash of handle and texts."""
    if conversation.linked:
        return main[0].id
    handle = author.handle.casefold() if author else ""
    texts = "\n".join(unicodedata.normalize("NFC", post.text) for post in main)
    return hashlib.sha256(f"{handle}\n{texts}".encode("utf-8", "replace")).hexdigest()
