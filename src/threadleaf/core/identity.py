"""Which posts make a page, and what leads to it: the same page from whichever post one comes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from threadleaf.core import ref as refs
from threadleaf.core.assemble import assemble
from threadleaf.core.errors import UnknownAddress
from threadleaf.core.model import Conversation, Network, Post, Ref, Thread


def own(thread: Thread) -> Iterator[Post]:
    """All posts by the author that belong to the thread."""
    yield from thread.posts
    for branch in thread.branches:
        yield from branch.posts
    yield from thread.replies_by_author


def everything(thread: Thread) -> Iterator[Post]:
    """Every post of which a thread tells more than its id: its author's, what they answer, and what they quote."""
    yield from own(thread)
    yield from thread.context
    yield from thread.quoted


def whole(conversation: Conversation, anchors: Iterable[str], author: str) -> Thread:
    """The thread that holds the anchors, and if no thread holds all of them the one that holds the most.

    A page may have begun as an answer to somebody, which turns out to belong to a longer thread.
    """
    present = {post.id for post in conversation.posts}
    left = [anchor for anchor in dict.fromkeys(anchors) if anchor in present] if conversation.linked else []
    threads = []
    while left:
        threads.append(assemble(conversation, left[0]))
        held = {left[0], *(post.id for post in own(threads[-1]))}
        left = [anchor for anchor in left if anchor not in held]
    if not threads:
        return assemble(conversation)
    return max(threads, key=lambda thread: (thread.author.id == author, sum(1 for _ in own(thread))))


def key_of(conversation: Conversation, thread: Thread) -> Ref:
    """What gives a new page its address: the first post, or for a saved page the page that was saved."""
    return (_page_ref(conversation) or thread.ref) if not conversation.linked else thread.ref


def _page_ref(conversation: Conversation) -> Ref | None:
    """The saved page that a conversation was read from, if it has an address that we know."""
    ref = _parsed(conversation.address, refs.MIRRORS)
    return ref if ref is not None and ref.network == conversation.network else None


def ways_to(conversation: Conversation, thread: Thread, asked: Ref | None, mirrors: Mapping[str, Network]) -> set[Ref]:
    """Everything that leads to a thread's page.

    With reply edges: every post by the author that belongs to it, places known to be missing included, and their
    other spellings (`asked` is one, if the post asked for is the author's). Without them the ids of posts mean
    nothing outside the page: then it is the page's address and the hash of its texts.
    """
    if not conversation.linked:
        page = _page_ref(conversation)
        return {thread.ref} | ({page} if page else set())
    posts = {post.id: post for post in _claimed(thread)}
    gaps = {gap.id for gap in thread.gaps if gap.id and _same_host(gap.id, thread.ref)}
    ways = {Ref(conversation.network, i) for i in (*posts, *gaps)}
    ways.update(
        ref for post in posts.values() if (ref := _parsed(post.url, mirrors)) and _names(ref, conversation, post)
    )
    ways.update(_by_handle(thread))
    return ways | ({asked} if asked is not None and conversation.anchor in posts else set())


def _claimed(thread: Thread) -> Iterable[Post]:
    """The posts whose addresses lead here. An answer below a lone post may belong to somebody else's thread."""
    return own(thread) if len(thread.posts) + len(thread.branches) > 1 else thread.posts


def _same_host(post_id: str, ref: Ref) -> bool:
    """Whether a place that is only named may be claimed: on the fediverse no server speaks for another one's posts."""
    return ref.network != "fedi" or post_id.split("/")[2:3] == ref.id.split("/")[2:3]


def _by_handle(thread: Thread) -> Iterator[Ref]:
    """The addresses that people paste: Bluesky's own links name the account by its handle."""
    if thread.network == "bsky" and thread.author.handle:
        for post in _claimed(thread):
            yield Ref("bsky", f"at://{thread.author.handle.lower()}/app.bsky.feed.post/{post.id.rsplit('/', 1)[-1]}")


def _parsed(address: str, mirrors: Mapping[str, Network]) -> Ref | None:
    try:
        return refs.parse(address, mirrors=mirrors)
    except UnknownAddress:  # a post need not have an address that we could unroll
        return None


def _names(ref: Ref, conversation: Conversation, post: Post) -> bool:
    """Whether an address that a post gives for itself may be believed: no server speaks for another one's posts."""
    if ref.network == "fedi":
        return conversation.network == "fedi" and _same_host(post.id, ref)
    return ref.network == conversation.network and ref.id.split("/")[-1] == post.id.split("/")[-1]


def depth(posts: Iterable[Post]) -> int:
    """The number of levels of the deepest chain of replies; a circle ends where it closes."""
    up = {post.id: post.parent for post in posts}
    levels: dict[str, int] = {}
    for start in up:
        path: dict[str, None] = {}
        node: str | None = start
        while node is not None and node in up and node not in levels and node not in path:
            path[node] = None
            node = up[node]
        level = levels.get(node or "", 0)
        for node in reversed(path):
            level += 1
            levels[node] = level
    return max(levels.values(), default=0)
