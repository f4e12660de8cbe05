"""Whether posts are public, by their own web pages: a token or a signature is transport, never permission.

What was obtained with one is shown only if its page, asked for without either, answers with the post. Some servers
answer to any address with the same page, which fetches the post by a script, or asks for a login. So each server is
also asked for a page that cannot be there: if it has that one too, its pages prove nothing.
"""

from __future__ import annotations

import re
from collections.abc import Generator, Iterable, Sequence
from typing import TypeGuard

from threadleaf.core.assemble import assemble
from threadleaf.core.model import Conversation, Post
from threadleaf.sources import _fedi_requests as requests
from threadleaf.sources._fedi_addresses import host_of
from threadleaf.sources._fedi_sightings import Sightings
from threadleaf.wire import Answer, Refused, Reply, Request

AT_ONCE = 8
"""Pages asked for side by side."""
_FIGURES = "999999999"


def request(post: Post) -> Request:
    """The request for a post's page."""
    return requests.page(post.url)


def tell(post: Post, reply: Reply, seen: Sightings) -> None:
    """Tell `seen` what the page of a post says. A page that did not answer says nothing."""
    if _says(reply):
        seen.page(post.id, shows=_shows(reply, post.url))


def look(
    posts: Sequence[Post], seen: Sightings, besides: Sequence[Request] = ()
) -> Generator[tuple[Request, ...], tuple[Reply, ...], tuple[Reply, ...]]:
    """Ask for the pages of posts, and of servers that are new for one that cannot be there; all the replies.

    `besides` is asked side by side with them; the replies to that come first.
    """
    new = {host: nowhere(post.url) for post in posts if not seen.is_tested(host := host_of(post.url))}
    replies = yield (*besides, *map(requests.page, new.values()), *map(request, posts))
    said = replies[len(besides) :]
    for (host, url), reply in zip(new.items(), said, strict=False):
        if _says(reply):
            seen.tested(host, proves=not _shows(reply, url))
    for post, reply in zip(posts, said[len(new) :], strict=True):
        tell(post, reply, seen)
    return replies


def prove(seen: Sightings) -> Generator[tuple[Request, ...], tuple[Reply, ...], None]:
    """Ask for the pages of the posts that would be shown and that nobody proved public yet."""
    waiting = {post.id: post for post in seen.unproven()}
    if not waiting:
        return
    wanted = [waiting[i] for i in _in_order(seen.conversation(doubtful=True)) if i in waiting]
    for start in range(0, len(wanted), AT_ONCE):
        posts = wanted[start : start + AT_ONCE]
        replies = yield from look(posts, seen)
        if all(isinstance(reply, Refused) for reply in replies):
            return


def _in_order(conversation: Conversation) -> Iterable[str]:
    """The posts that would be shown: the anchor first, for without it there is nothing to show.

    Then what follows it, then what stands before it, the nearest first: so a reading that ends too soon has one piece
    of the thread, and the next one gets further from the end of that.
    """
    thread = assemble(conversation, for_readers=False)
    line = [post.id for post in (*thread.posts, *(post for branch in thread.branches for post in branch.posts))]
    start = line.index(conversation.anchor) if conversation.anchor in line else 0
    others = (post.id for post in (*thread.replies_by_author, *thread.context, *thread.quoted))
    return dict.fromkeys((conversation.anchor, *line[start:], *reversed(line[:start]), *others))


def _says(reply: Reply) -> TypeGuard[Answer]:
    """Whether a server said anything about a page: that it is busy is no word about the page."""
    return isinstance(reply, Answer) and reply.status != 429 and reply.status < 500


def _shows(answer: Answer, asked: str) -> bool:
    return answer.status == 200 and _is_same(asked, answer.url or asked)


def nowhere(page: str) -> str:
    """The address of a page that cannot be there, of the same shape as another one: what names the post is altered.

    Names of posts are counted up, made of the time, or of dice; the highest of a length is in the far future of them
    all. Short figures are made longer, since a server may have counted that far.
    """
    found = re.match(r"(.*?//[^/?#]*/(?:[^?#]*/)?)([^/?#]+)", page)
    base, last = (found[1], found[2]) if found else (f"{page.rstrip('/')}/", "")
    highest = re.sub("[a-z]", "f" if re.fullmatch("[0-9a-f-]+", last) else "z", last)
    highest = re.sub("[0-9]", "9", re.sub("[A-Z]", "Z", highest))
    return f"{base}{highest if highest != last and len(last) >= len(_FIGURES) else f'{highest}{_FIGURES}'}"


def _is_same(asked: str, came: str) -> bool:
    """Whether a page is the one that was asked for, and not one to log in on, to which the server led.

    Servers have more than one address for a post; all of them end in what names it.
    """
    return host_of(asked) == host_of(came) and _last(asked) == _last(came)


def _last(address: str) -> str:
    return address.partition("#")[0].partition("?")[0].rstrip("/").rpartition("/")[2]
