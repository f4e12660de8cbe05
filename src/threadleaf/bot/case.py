"""A mention with what it asks, and the page that it means."""

from __future__ import annotations

from contextlib import suppress

from msgspec import Struct

from threadleaf.bot.network import Mention
from threadleaf.bot.turns import author_of
from threadleaf.core.errors import Gone, NotFound, Refused, UnknownAddress
from threadleaf.core.manners import Asked
from threadleaf.core.model import Ref
from threadleaf.core.ref import from_path
from threadleaf.service import Threadleaf
from threadleaf.store.inbox import Waiting
from threadleaf.store.outbox import Posted
from threadleaf.store.records import Saved

NO = (Refused, Gone, NotFound, UnknownAddress)
"""What is not shown or made, and never will be."""


class Case(Struct, frozen=True, kw_only=True):
    """A mention with what it asks. `ours` is the bot's own post that it answers, if it does."""

    waiting: Waiting
    mention: Mention
    asked: Asked
    ours: Posted | None

    @property
    def target(self) -> str | Ref | None:
        """What is meant: below an answer of ours the page that it names, else the anchor."""
        if self.ours is not None and self.ours.letter.path and not (self.asked.call and self.asked.call.address):
            return self.ours.letter.path
        return self.asked.anchor

    @property
    def named(self) -> Ref | None:
        """The post by which a thread is known that is not here: the first one of the conversation if that is the asker's
        own, else the one that is meant."""
        first = Ref(self.mention.network, self.mention.conversation)
        ref = from_path(self.target) if isinstance(self.target, str) else self.target
        return first if ref is self.asked.anchor and self._is_named_after(first, self.asked.asker) else ref

    @property
    def author(self) -> str:
        """Who wrote the post that is meant, as far as the mention or the post's own name tells; empty if neither does."""
        target, asker = self.target, self.asked.asker
        ref = from_path(target) if isinstance(target, str) else target
        told = author_of(ref, self.mention.post)
        return told or (asker if ref is not None and self._is_named_after(ref, asker) else "")

    @staticmethod
    def _is_named_after(ref: Ref, author: str) -> bool:
        """Whether the name of a post begins with that of an account (an actor's address, a DID)."""
        return ref.id.startswith((f"{author}/", f"at://{author}/"))


def page_of(service: Threadleaf, target: str | Ref | None) -> Saved | None:
    """The kept page that is meant, whoever may see it; None if there is none."""
    with suppress(Gone, UnknownAddress):
        if target is not None:
            return service.find(target, behind=True) or service.find(target, private=True, behind=True)
    return None


def shown(service: Threadleaf, page: Saved, author: str) -> list[str]:
    """The posts by somebody that the page of another shows."""
    with suppress(*NO):
        thread = service.read(page.path).thread
        return [post.id for post in (*thread.quoted, *thread.context) if post.author == author]
    return []
