"""Earlier forms of a thread's posts: what was read here before an author edited it, and what she changed.

They are part of the post itself, so whatever becomes of a post becomes of them: a post that is gone, withheld or taken
down has none. Nothing is told but what was read here, and never of X, whose terms do not allow it (rules §6).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from itertools import accumulate, pairwise, zip_longest
from typing import Literal

from msgspec import Struct, json
from msgspec.structs import replace

from threadleaf.core import article, counters
from threadleaf.core.differences import Passage, differences
from threadleaf.core.identity import own
from threadleaf.core.model import AsOf, Branch, Conversation, Media, Network, Option, Poll, Post, Thread, Version
from threadleaf.core.terms import is_bound
from threadleaf.core.title import title
from threadleaf.core.wishes import decide, of_post

MOST = 20
"""Earlier forms that are kept of one post: the newest."""
LONGEST = 1_000_000
"""Characters of all earlier forms that are kept of one thread: the newest."""

What = Literal["text", "warning", "alt", "option"]
_Copy = tuple[datetime, Post]
"""A post as a reading had it, and when that was."""
_Words = tuple[str, str, tuple[str, ...], tuple[str, ...]]


class Part(Struct, frozen=True):
    """A part of a post that was changed: which one, its number where there are several (from 1), and how."""

    what: What
    number: int
    passages: tuple[Passage, ...]


class Change(Struct, frozen=True):
    """One edit: the form before it, when the network says it was made (None: it says nothing), and what it changed."""

    before: Version
    edited: datetime | None
    parts: tuple[Part, ...]


# --- keeping ----------------------------------------------------------------------------------------------------


def carried(conversation: Conversation, readings: Iterable[Conversation], author: str) -> Conversation:
    """A conversation with the earlier forms of its author's posts, as far as the readings that it was made of saw them,
    and with when each post was read last.

    A reading counts if it has a time: who does not know when a form was read cannot call it the earlier one. A post that
    may not be shown has no earlier forms, nor was a form seen that might not be shown then.
    """
    if is_bound(conversation.network) or not conversation.linked or conversation.read_at is None:
        return conversation
    copies: dict[str, list[_Copy]] = {}
    for reading in readings:
        for post in reading.posts:
            if post.author == author and (seen := post.seen or reading.read_at):
                copies.setdefault(post.id, []).append((seen, post))
    latest, network = conversation.read_at, conversation.network
    posts = [
        _with(post, copies[post.id], latest, network) if post.id in copies else post for post in conversation.posts
    ]
    return replace(conversation, posts=tuple(_bounded(posts)))


def names(conversation: Conversation) -> Iterator[tuple[str, str]]:
    """The id of every post, by itself and with the `hash` of each of its earlier forms."""
    for post in conversation.posts:
        yield post.id, ""
        for form in post.versions:
            yield post.id, form.hash


def _with(post: Post, copies: Sequence[_Copy], latest: datetime, network: Network) -> Post:
    """A post with when it was read last, with the forms in which its copies have it, and those that these had themselves."""
    seen = max(seen for seen, _ in copies)
    forms = {form.hash: form for _, copy in copies for form in copy.versions}
    for until, copy in copies:
        if _is_earlier(copy, post, network):
            form = _form(copy, until, seen)
            forms[form.hash] = form
    kept = _in_order(forms.values(), _words(post)) if forms and _is_shown(post) else ()
    return replace(post, versions=kept, seen=seen if seen < latest else None)


def _is_earlier(copy: Post, post: Post, network: Network) -> bool:
    """Whether a copy is another form of the post, and not the same one told in another way.

    The servers of the fediverse tell one text in several ways (their own interface, ActivityPub, Misskey's), so there
    only an edit that its network dates is one.
    """
    if not _is_shown(copy) or _words(copy) == _words(post):
        return False
    return network != "fedi" or (post.edited is not None and post.edited != copy.edited)


def _is_shown(post: Post) -> bool:
    return decide(of_post(post)).show


def _in_order(forms: Iterable[Version], now: _Words) -> tuple[Version, ...]:
    """The newest forms, oldest first. Of equal neighbours the later one stands; the last one is not what is there now."""
    ordered = sorted(forms, key=lambda form: form.until)
    said = [*map(_said, ordered), now]
    return tuple(form for form, (one, other) in zip(ordered, pairwise(said), strict=True) if one != other)[-MOST:]


def _bounded(posts: list[Post]) -> Iterator[Post]:
    """The posts with no more of their earlier forms than `LONGEST` allows, the newest."""
    forms = sorted((form for post in posts for form in post.versions), key=lambda form: form.until, reverse=True)
    sizes = accumulate(len(form.text) + len(form.warning) + sum(map(len, form.alts)) for form in forms)
    late = {form.hash for form, size in zip(forms, sizes, strict=True) if size > LONGEST}
    for post in posts:
        left = tuple(form for form in post.versions if form.hash not in late) if late else post.versions
        yield post if len(left) == len(post.versions) else replace(post, versions=left)


def _form(post: Post, until: datetime, replaced: datetime) -> Version:
    alts, options = _alts(post), _options(post)
    told = json.encode((post.id, until, post.text, post.warning, alts, options))
    return Version(
        hash=sha256(told).hexdigest()[:8],
        until=until,
        replaced=replaced,
        edited=post.edited,
        text=post.text,
        spans=post.spans,
        langs=post.langs,
        warning=post.warning,
        alts=alts,
        options=options,
    )


def _words(post: Post) -> _Words:
    return _normal(post.text), _normal(post.warning), _all(_alts(post)), _all(_options(post))


def _said(form: Version) -> _Words:
    return _normal(form.text), _normal(form.warning), _all(form.alts), _all(form.options)


def _all(texts: Iterable[str]) -> tuple[str, ...]:
    """A picture without description says nothing."""
    return tuple(filter(None, map(_normal, texts)))


def _normal(text: str) -> str:
    """Space is no word: how much of it there is depends on who tells a text."""
    return " ".join(text.split())


def _alts(post: Post) -> tuple[str, ...]:
    return tuple(media.alt for media in post.media)


def _options(post: Post) -> tuple[str, ...]:
    return tuple(option.title for option in post.poll.options) if post.poll else ()


# --- showing ----------------------------------------------------------------------------------------------------


def known(thread: Thread) -> Mapping[str, Version]:
    """The earlier forms of a thread's posts by their addresses, oldest first."""
    forms = sorted((form for post in own(thread) for form in post.versions), key=lambda form: form.until)
    return {form.hash: form for form in forms}


def at(thread: Thread, name: str) -> Thread | None:
    """The thread with what was edited since as it was when a form was seen last, by that form's `hash`; None without it.

    Which posts there are, what is known to be missing and what is asked for today stay as they are: so nothing comes
    back that was deleted or is withheld, and a warning that was put in front of a post later stays there.
    """
    form = known(thread).get(name)
    if form is None:
        return None
    posts = tuple(_then(post, form.until) for post in thread.posts)
    branches = tuple(
        Branch(at=branch.at, posts=tuple(_then(post, form.until) for post in branch.posts))
        for branch in thread.branches
    )
    numbering = counters.read(posts, linked=thread.completeness.links_seen)
    return replace(
        thread,
        title=title(posts[0], numbering) if posts[0].text != thread.posts[0].text else thread.title,
        posts=posts,
        branches=branches,
        replies_by_author=tuple(_then(post, form.until) for post in thread.replies_by_author),
        counters=numbering,
        article=article.build(posts, numbering, thread.gaps, branches),
        as_of=AsOf(hash=form.hash, until=form.until),
    )


def _then(post: Post, moment: datetime) -> Post:
    """A post in the form that it had at a moment, with the forms before that one."""
    form = next((form for form in post.versions if form.until >= moment), None)
    if form is None:
        return post
    return replace(
        post,
        text=form.text,
        spans=form.spans,
        langs=form.langs,
        edited=form.edited,
        warning=form.warning or post.warning,
        media=_described(post, form),
        poll=_offered(post, form),
        versions=tuple(earlier for earlier in post.versions if earlier.until < form.until),
    )


def _described(post: Post, form: Version) -> tuple[Media, ...]:
    """The post's media with the descriptions of then, unless there were more or fewer of them."""
    if len(form.alts) != len(post.media):
        return post.media
    return tuple(replace(media, alt=alt) for media, alt in zip(post.media, form.alts, strict=True))


def _offered(post: Post, form: Version) -> Poll | None:
    """The post's poll with the choices of then; nobody knows the votes for others than those of today."""
    if post.poll is None or form.options in ((), _options(post)):
        return post.poll
    return replace(post.poll, options=tuple(Option(title=option) for option in form.options), voters=None)


def changes(post: Post) -> tuple[Change, ...]:
    """What was changed in a post, edit by edit, the newest first."""
    if not post.versions:
        return ()
    last = post.versions[-1].replaced
    forms = (*post.versions, _form(post, last, last))
    return tuple(_change(before, after) for before, after in pairwise(forms))[::-1]


def _change(before: Version, after: Version) -> Change:
    parts = (
        Part("text", 0, differences(before.text, after.text, before.spans, after.spans)),
        Part("warning", 0, differences(before.warning, after.warning)),
        *_several("alt", before.alts, after.alts),
        *_several("option", before.options, after.options),
    )
    told = after.edited if after.edited != before.edited else None
    return Change(before, told, tuple(part for part in parts if part.passages))


def _several(what: What, before: tuple[str, ...], after: tuple[str, ...]) -> Iterator[Part]:
    for number, (one, other) in enumerate(zip_longest(before, after, fillvalue=""), 1):
        yield Part(what, number, differences(one, other))
