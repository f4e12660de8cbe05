"""Take what may never be shown again out of what was seen, so that what is kept holds no word of it.

`core.withhold` decides what a reader sees; this decides what is kept. Whoever stands on our opt-out list, and whatever
belongs to a thread that was taken down, is not kept where others quote or answer it either: a quote keeps the id and
says why nothing is there, a post leaves a place that is known to be missing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from threadleaf.core import ref as refs
from threadleaf.core.errors import UnknownAddress
from threadleaf.core.identity import own, whole
from threadleaf.core.model import Missing, Quote
from threadleaf.core.withhold import owner, people

if TYPE_CHECKING:
    from collections.abc import Mapping

    from threadleaf.core.model import Author, Card, Conversation, Network, Post, Thread
    from threadleaf.core.wishes import OptedOut, OptOut

Names = frozenset[tuple["Network", str]]
"""People and posts, by network and id."""


def names(conversation: Conversation) -> Names:
    """Everybody and every post that a conversation holds or names: what it may come to hold a word too much of."""
    networks = {author.id: author.network for author in conversation.authors}
    named = {
        *networks,
        *(place.id for place in conversation.missing),
        *(place.author for place in conversation.missing),
    }
    cards: set[tuple[Network, str]] = set()
    ids = _ids(conversation)
    for post in (*conversation.posts, *conversation.quoted):
        named |= {post.id, post.author, post.parent or "", post.parent_author or ""}
        if post.quote is not None:
            named |= {post.quote.id, post.quote.author or owner(post.quote.id)}
        cards.update(_led(post.card, ids))
    return frozenset((networks.get(name, conversation.network), name) for name in named if name) | cards


def asked(conversation: Conversation, thread: Thread) -> tuple[Names, Names]:
    """Whom and what to look up before a conversation and its thread are kept: on our list, and among the tombstones.

    The second leaves out the posts that make this very thread: their own tombstones are no reason to erase them.
    """
    named = names(conversation)
    return named | people(thread), named - {(thread.network, post.id) for post in own(thread)}


def without(conversation: Conversation, thread: Thread, gone: OptedOut) -> tuple[Conversation, Thread]:
    """A conversation without the people and posts that are `gone` (by id), and its thread.

    The same objects if it holds nothing of them. At least one post of the thread has to be left (`withhold.shown`
    refuses it otherwise).
    """
    left = erased(conversation, gone)
    if left is conversation:
        return conversation, thread
    rest = whole(left, [conversation.anchor, *(post.id for post in own(thread))], thread.author.id)
    if left.linked:
        left = replace(left, anchor=rest.posts[0].id)
    return left, rest


def erased(conversation: Conversation, gone: OptedOut) -> Conversation:
    """The conversation without the people and posts that are `gone`; the same object if it holds nothing of them."""
    handles = {author.handle: gone[author.id] for author in conversation.authors if author.id in gone}
    why = _Why(gone, handles, _ids(conversation))
    kept = [post for post in conversation.posts if why.of(post) is None]
    quoted = [post for post in conversation.quoted if why.of(post) is None]
    fallen = [_place(post, said) for post in conversation.posts if (said := why.of(post)) is not None]
    left = replace(
        conversation,
        posts=tuple(why.bare(post) for post in kept),
        quoted=tuple(why.bare(post) for post in quoted),
        missing=(*conversation.missing, *fallen),
        authors=_left(conversation, (*kept, *quoted), gone),
    )
    return conversation if left == conversation else left


class _Why(Struct, frozen=True):
    """Why something is gone, by what names it: an id, or the handle of somebody who is."""

    gone: Mapping[str, OptOut]
    handles: Mapping[str, OptOut]
    ids: Mapping[str, str]

    def of(self, post: Post) -> OptOut | None:
        return self.named(post.id, post.author)

    def named(self, name: str, author: str) -> OptOut | None:
        names = (name, author, owner(name))
        known = (found.get(one) for found in (self.gone, self.handles) for one in names if one)
        return next((said for said in known if said is not None), None)

    def bare(self, post: Post) -> Post:
        """A post that stays, without a word of what it quotes or of what its card leads to."""
        quote, card = post.quote, post.card
        if quote is not None and (said := self.named(quote.id, quote.author)) is not None:
            post = replace(post, quote=Quote(id=quote.id, state=said.reason))
        if any(self.named(name, "") is not None for _, name in _led(card, self.ids)):
            post = replace(post, card=None)
        return post


def _place(post: Post, said: OptOut) -> Missing:
    return Missing(id=post.id, author=post.author, parent=post.parent, reason=said.reason, says="withheld")


def _left(conversation: Conversation, posts: tuple[Post, ...], gone: OptedOut) -> tuple[Author, ...]:
    """The accounts of whom something is left; those of whom nothing was there but the account stay."""
    writers = {post.author for post in posts}
    lost = {post.author for post in (*conversation.posts, *conversation.quoted)} - writers
    return tuple(author for author in conversation.authors if author.id not in lost and author.id not in gone)


def _ids(conversation: Conversation) -> Mapping[str, str]:
    """The ids of accounts by their handles."""
    return {author.handle: author.id for author in conversation.authors if author.handle}


def _led(card: Card | None, ids: Mapping[str, str]) -> Names:
    """The post whose preview a card shows, if it is that of one: as its address names it, and by its author's id."""
    try:
        ref = refs.parse(card.url if card else "")
    except UnknownAddress:
        return frozenset()
    who = owner(ref.id)
    return frozenset({(ref.network, ref.id), (ref.network, ref.id.replace(who, ids.get(who, who), 1))})
