"""By what mentions take turns: who asks, and whose thread is meant (see `store.inbox`)."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from threadleaf.bot.network import Mention
from threadleaf.core.calls import Call, anchor, read
from threadleaf.core.model import Network, Post, Ref
from threadleaf.store.inbox import Arrival

Mark = Callable[[str, Network, str], bytes]
"""Gives the keyed hash of a kind of name on a network."""

_ASKS = frozenset({"unroll", "unroll private", "help"})


def arrival(mention: Mention, mark: Mark) -> Arrival:
    """A mention as the store takes it in."""
    call, network = read(mention.post), mention.network
    is_wish = call is not None and call.word not in _ASKS
    told = Arrival(
        notification=mention.notification,
        post=mention.native,
        body=msgspec.json.encode(mention),
        seen_at=mention.seen_at,
        asker=mark("wisher" if is_wish else "asker", network, mention.asker.id),
        is_wish=is_wish,
    )
    meant = "" if is_wish or call is None else _meant(call, mention.post, network)
    return msgspec.structs.replace(told, about=mark("about", network, meant) if meant else None)


def author_of(ref: Ref | None, post: Post) -> str:
    """Who wrote the post that a mention means, as far as the mention tells; empty if it does not."""
    if ref is None:
        return ""
    if ref.network == "bsky" and ref.id.startswith("at://did:"):
        return ref.id.split("/")[2]
    if post.quote is not None and ref.id == post.quote.id:
        return post.quote.author
    return post.parent_author or "" if ref.id == post.parent else ""


def _meant(call: Call, post: Post, network: Network) -> str:
    """Whose thread is asked for, or which post where nobody can tell whose it is; empty if none is."""
    ref = anchor(call, post, network)
    return author_of(ref, post) or (ref.id if ref else "")
