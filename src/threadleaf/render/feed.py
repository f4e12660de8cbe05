"""What a feed holds, whatever its format: kept threads as entries, or the posts of one thread.

A growing thread is a feed of its own. What is written here is clean: any text fits into XML and JSON, and HTML is
our own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import datetime

from markupsafe import escape
from msgspec import Struct
from msgspec.structs import replace

from threadleaf.core.model import Author, Post, Thread
from threadleaf.core.versions import Change, changes
from threadleaf.render import claims, words
from threadleaf.render._body import Bodies
from threadleaf.render._changes import one
from threadleaf.render._layout import lay_out
from threadleaf.render._safe import line, web
from threadleaf.render._script import language
from threadleaf.render.tongue import ENGLISH, Tongue

MOST_POSTS = 100
"""Posts in the feed of one thread: the newest ones."""
IN_ENTRY = 40
"""Posts of a thread that stand within one entry; its page has the others."""

_NOT_XML = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # XML 1.0 §2.2


class Place(Struct, frozen=True, kw_only=True):
    """Where a thread's page is: the site's `origin`, its `path` there, and since when, which is part of its ids."""

    origin: str
    path: str
    kept_at: datetime

    @property
    def url(self) -> str:
        return self.origin + self.path


class Entry(Struct, frozen=True, kw_only=True):
    """One entry. `id` is a tag: URI (RFC 4151), which stays when the address changes; times are aware UTC."""

    id: str
    url: str
    title: str
    author: str
    author_url: str
    published: datetime
    updated: datetime
    summary: str
    html: str
    original: str = ""
    lang: str = ""


class Feed(Struct, frozen=True, kw_only=True):
    """A feed. `home` is the page that it belongs to, `address` its own; `hub` is told when it changes (WebSub).

    `since` is when it began, which is told of a feed with nothing in it: aware UTC.
    """

    id: str
    title: str
    home: str
    address: str
    entries: tuple[Entry, ...]
    since: datetime
    hub: str = ""
    lang: str = "en"

    @property
    def updated(self) -> datetime:
        """When something in it last changed; of an empty one, when it began."""
        return max((entry.updated for entry in self.entries), default=self.since)


def clean(text: str) -> str:
    """A text without what XML and UTF-8 cannot hold."""
    return _NOT_XML.sub("\ufffd", text)


def tag(place: Place, name: str = "") -> str:
    """An id for a page, or for the post `name` on it. Our host, the day on which the page was made, and its path."""
    host = place.origin.partition("://")[2].partition(":")[0]
    return f"tag:{host},{place.kept_at.date().isoformat()}:{place.path}" + (f"#{name}" if name else "")


def of_thread(thread: Thread, place: Place, say: Tongue = ENGLISH) -> Entry:
    """A thread as one entry: what can be said about its completeness, and its posts."""
    bodies = Bodies(lay_out(thread, "posts"), say, changes=False)
    shown = thread.posts[:IN_ENTRY]
    told = claims.state(thread.completeness, say)
    more = len(thread.posts) - len(shown)
    rest = say.plural(more, "{n} more post is on the page.", "{n} more posts are on the page.") if more else ""
    parts = [f"<p><strong>{escape(told)}</strong></p>", *(bodies.whole(post) for post in shown)]
    if rest:
        parts.append(f'<p><a href="{escape(place.url)}">{escape(rest)}</a></p>')
    return Entry(
        id=tag(place),
        url=place.url,
        title=clean(line(thread.title) or words.untitled(thread.author, say)),
        author=_name(thread.author, say),
        author_url=web(thread.author.url),
        published=place.kept_at,
        updated=max([place.kept_at, *_changes(thread.posts)]),
        summary=clean(f"{claims.in_short(len(thread.posts), thread.completeness.state, say)}{say('.')}"),
        html=clean("\n".join(parts)),
        original=web(thread.url),
        lang=language(thread.posts[0].langs).tag,
    )


def of_posts(thread: Thread, place: Place, say: Tongue = ENGLISH) -> tuple[Entry, ...]:
    """Every post of a thread, those in its branches too, as an entry each, and every edit that was seen as one more:
    readers of feeds do not tell of an entry that changes. The newest first, at most `MOST_POSTS`."""
    bodies = Bodies(lay_out(thread, "posts"), say, changes=False)
    own = [*thread.posts, *(post for branch in thread.branches for post in branch.posts)]
    authors = {author.id: author for author in thread.authors} | {thread.author.id: thread.author}
    told: list[tuple[datetime, Post, Change | None]] = [(post.created or place.kept_at, post, None) for post in own]
    told += [(_when(change), post, change) for post in own if post.versions for change in changes(post)]
    told.sort(key=lambda one: one[0], reverse=True)
    entries = []
    for _, post, change in told[:MOST_POSTS]:
        entry = _post(post, bodies, place, authors.get(post.author, thread.author), say)
        entries.append(_edit(entry, change, post, bodies, place, say) if change else entry)
    return tuple(entries)


def _post(post: Post, bodies: Bodies, place: Place, author: Author, say: Tongue) -> Entry:
    name = bodies.anchors[post.id]
    warned = bodies.hidden((post,), "") != ""
    title = words.warning(line(post.warning), say) if post.warning else words.covers(post, author, say)
    number = bodies.layout.numbers.posts.get(post.id)
    title = title or words.excerpt(line(post.text)) or words.called(words.span_of(number) if number else "", say)
    written = post.created or place.kept_at
    return Entry(
        id=tag(place, name),
        url=f"{place.url}#{name}",
        title=clean(title),
        author=_name(author, say),
        author_url=web(author.url),
        published=written,
        updated=max(written, post.edited or written),
        summary="" if warned else clean(words.excerpt(line(post.text), 200)),
        html=clean(bodies.whole(post)),
        original=web(post.url),
        lang=language(post.langs).tag,
    )


def _when(change: Change) -> datetime:
    """When an edit was made, or was found."""
    return change.edited or change.before.replaced


def _edit(entry: Entry, change: Change, post: Post, bodies: Bodies, place: Place, say: Tongue) -> Entry:
    """The entry of an edit; `entry` is that of its post."""
    when, html = _when(change), one(change, post, say, page=place.url)
    return replace(
        entry,
        id=f"{entry.id}?v={change.before.hash}",
        title=clean(say("Edited: {title}", title=entry.title)),
        published=when,
        updated=when,
        summary=clean(words.edit(change, say)),
        html=clean(bodies.hidden((post,), html)),
    )


def _name(author: Author, say: Tongue) -> str:
    return clean(line(author.name) or words.person(author, say))


def _changes(posts: Sequence[Post]) -> Iterator[datetime]:
    """When a thread's posts were written and edited, and found to be, as far as that is known."""
    for post in posts:
        for when in (post.created, post.edited):
            if when is not None:
                yield when
        for form in post.versions:
            yield form.replaced
