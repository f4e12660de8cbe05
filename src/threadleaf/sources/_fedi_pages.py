"""Whether posts are public, by their own web pages: a token or a signature is transport, never permission.

What was obtained with one is shown only if its page, asked for without either, answers with the post.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable

from threadleaf.core.assemble import assemble
from threadleaf.core.model import Conversation, Post
from threadleaf.sources import _fedi_requests as requests
from threadleaf.sources._fedi_addresses import host_of
from threadleaf.sources._fedi_sightings import Sightings
from threadleaf.wire import Answer, Refused, Reply, Request

AT_ONCE = 8
"""Pages asked for side by side."""


def request(post: Post) -> Request:
    """The request for a post's page."""
    return requests.page(post.url)


def tell(post: Post, reply: Reply, seen: Sightings) -> None:
    """Tell `seen` what the page of a post says. A page that did not answer says nothing."""
    if not isinstance(reply, Answer) or reply.status == 429 or reply.status >= 500:
        return
    seen.page(post.id, shows=reply.status == 200 and _is_same(post.url, reply.url or post.url))


def prove(seen: Sightings) -> Generator[tuple[Request, ...], tuple[Reply, ...], None]:
    """Ask for the pages of the posts that would be shown and that nobody proved public yet."""
    waiting = {post.id: post for post in seen.unproven()}
    if not waiting:
        return
    wanted = [waiting[i] for i in _in_order(seen.conversation(doubtful=True)) if i in waiting]
    for start in range(0, len(wanted), AT_ONCE):
        posts = wanted[start : start + AT_ONCE]
        replies = yield tuple(map(request, posts))
        for post, reply in zip(posts, replies, strict=True):
            tell(post, reply, seen)
        if all(isinstance(reply, Refused) for reply in replies):
            return


def _in_order(conversation: Conversation) -> Iterable[str]:
    """The posts that would be shown: the anchor first, for without it there is nothing to show.

    Then what follows it, then what stands before it, the nearest first: so a reading that ends too soon has one piece
    of the thread, and the next one gets further from the end of that.
    """
    thread = assemble(conversation)
    line = [post.id for post in (*thread.posts, *(post for branch in thread.branches for post in branch.posts))]
    start = line.index(conversation.anchor) if conversation.anchor in line else 0
    others = (post.id for post in (*thread.replies_by_author, *thread.context, *thread.quoted))
    return dict.fromkeys((conversation.anchor, *line[start:], *reversed(line[:start]), *others))


def _is_same(asked: str, came: str) -> bool:
    """Whether a page is the one that was asked for, and not one to log in on, to which the server led.

    Servers have more than one address for a post; all of them end in what names it.
    """
    return host_of(asked) == host_of(came) and _last(asked) == _last(came)


def _last(address: str) -> str:
    return address.partition("#")[0].partition("?")[0].rstrip("/").rpartition("/")[2]
