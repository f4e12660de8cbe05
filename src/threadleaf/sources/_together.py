"""Whether several files are about one conversation: the thread that is shown must not drop what a file was given for."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping

from threadleaf.core.errors import Unreadable
from threadleaf.core.model import Author, Missing, Post
from threadleaf.core.wishes import about

_LONGEST = 40  # characters of a post that stand for its conversation
_NAMED = 3  # so many conversations are named in a sentence


def grouped(items: Iterable[Post | Missing], bonds: Iterable[Collection[str]] = ()) -> Callable[[str], str]:
    """A function that gives the same name for the ids of one conversation, and another one for any other.

    Posts are of one conversation if one answers the other, or if they name the same first post, seen or not. What
    somebody quotes is another conversation. Each of `bonds` is some ids of one conversation.
    """
    leads: dict[str, str] = {}

    def lead(name: str) -> str:
        while (above := leads.setdefault(name, name)) != name:
            leads[name] = leads[above]  # the way is halved each time that it is gone
            name = above
        return name

    for item in items:
        for other in (item.parent, item.root if isinstance(item, Post) else None):
            if other:
                leads[lead(item.id)] = lead(other)
    for first, *others in filter(None, bonds):
        for other in others:
            leads[lead(other)] = lead(first)
    return lead


def refuse_strangers(
    files: Iterable[Collection[str]],
    lead: Callable[[str], str],
    anchor: str,
    posts: Mapping[str, Post],
    authors: Mapping[str, Author],
    subject: str,
) -> None:
    """Raise Unreadable if a file shows posts, and none of the conversation of `anchor`.

    `files` are the ids of the posts that each file shows; one without may be any. `lead` is from `grouped`.
    """
    shown = lead(anchor)
    told = [list(map(lead, ids)) for ids in files]
    strangers = dict.fromkeys(name for names in told if shown not in names for name in names)
    if not strangers:
        return
    found = [shown, *strangers]
    first: dict[str, Post] = {}
    for post in sorted(posts.values(), key=lambda post: post.parent is not None):
        first.setdefault(lead(post.id), post)
    named = [_named(first[name], authors) for name in found[:_NAMED]]
    more = ", …" if len(found) > _NAMED else ""
    count = "two" if len(found) == 2 else str(len(found))
    sentence = f"These files are of {count} conversations ({', '.join(named)}{more}). Give them one at a time."
    raise Unreadable(sentence, subject=subject)


def _named(post: Post, authors: Mapping[str, Author]) -> str:
    """The beginning of a post, or its address where its words are not for everybody, or are none."""
    text = " ".join("".join(sign if sign.isprintable() else " " for sign in post.text[: 4 * _LONGEST]).split())
    covered = post.warning or post.sensitive or not about(post, authors.get(post.author)).show
    if covered or not text:
        return post.url or "one without words"
    return f"“{text if len(text) <= _LONGEST else text[: _LONGEST - 1].rstrip() + '…'}”"
