"""Is a post nothing but a call to an unroll bot? Decided by its structure, never by a substring (rules §2.4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from threadleaf.core.model import Post

KEYWORD = "unroll"
_COURTESY = frozenset(
    {"please", "pls", "plz", "this", "thread", "the", "private", "thanks", "thank", "you", "hi", "hey"}
)
_TRIM = " \t\r\n.,;:!?…🙏👋"


def is_call(post: Post) -> bool:
    """Whether `post` consists of one or more mentions, the keyword, and at most a few words of courtesy.

    A post that merely talks about unrolling, carries a picture, or quotes something is not a call.
    """
    if not post.spans or len(post.text) > 200 or post.media or post.quote or post.poll:
        return False
    if KEYWORD not in post.text.casefold():
        return False
    words, mentioned = _words(post)
    return mentioned and all(word == KEYWORD or word in _COURTESY for word in words)


def _words(post: Post) -> tuple[list[str], bool]:
    """The post's words without its mentions, and whether there was a mention."""
    rest, at = [], 0
    for span in post.spans:
        if span.kind == "mention" and span.start >= at:
            rest.append(post.text[at : span.start])
            at = span.end
    rest.append(post.text[at:])
    words = [bare for word in " ".join(rest).split() if (bare := word.strip(_TRIM).casefold())]
    return words, at > 0
