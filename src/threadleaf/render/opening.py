"""How a thread begins, in the fewest words: for cards, embeds and whatever else shows it in passing."""

from __future__ import annotations

from collections.abc import Iterable

from threadleaf.core.model import Cut, Post, Thread
from threadleaf.render import words
from threadleaf.render._safe import line
from threadleaf.render.tongue import ENGLISH, Tongue


def title(thread: Thread, say: Tongue = ENGLISH) -> str:
    """The author's first words, on one line and harmless; never empty."""
    return line(thread.title) or words.untitled(thread.author, say)


def author(thread: Thread, say: Tongue = ENGLISH) -> str:
    """The author's name, else the handle; never empty."""
    return line(thread.author.name) or words.person(thread.author, say)


def opening(thread: Thread, limit: int, say: Tongue = ENGLISH) -> str:
    """What follows the title, at most `limit` code points: the posts' words on one line, without the author's counters.

    What its author or the network put behind a warning is not told; the warning is.
    """
    cuts: dict[str, list[Cut]] = {}
    for cut in thread.article.cuts:
        cuts.setdefault(cut.post, []).append(cut)
    told: list[str] = []
    size = 0
    for post in thread.posts:
        if size > limit:
            break
        known = thread.author if post.author == thread.author.id else None
        warned = words.warning(line(post.warning), say) if post.warning else words.covers(post, known, say)
        told.append(warned or line(_uncounted(post, cuts.get(post.id, ()))))
        size += len(told[-1]) + 1
        if warned:
            break
    text = " ".join(filter(None, told))
    first = line(thread.title).removesuffix("…")
    after = text.removeprefix(first).lstrip() if first and text.startswith(first) else text
    return words.excerpt(after or text, limit)


def _uncounted(post: Post, cuts: Iterable[Cut]) -> str:
    """A post's text without what its article leaves out."""
    text = post.text
    for cut in sorted(cuts, key=lambda cut: -cut.start):
        text = text[: cut.start] + text[cut.end :]
    return text
