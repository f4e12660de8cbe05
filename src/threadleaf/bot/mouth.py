"""The bot's words and gestures on one network, ready to be written down."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from threadleaf.bot import words
from threadleaf.bot.network import Channel, Deed, Fate, Mention, Outgoing
from threadleaf.bot.sending import letter, outgoing
from threadleaf.bot.talk import Talk
from threadleaf.core.errors import ThreadleafError
from threadleaf.core.manners import Why
from threadleaf.core.model import Ref
from threadleaf.render.tongue import Tongue
from threadleaf.store.outbox import Letter
from threadleaf.store.records import Saved

_NEVER = datetime.min.replace(tzinfo=UTC)


class Mouth:
    """Makes letters. `origin` is the site's address, `tongue` gives a language by its BCP 47 tag."""

    def __init__(self, channel: Channel, talk: Talk, origin: str, tongue: Callable[[str], Tongue]) -> None:
        self._channel, self._talk, self._origin, self._tongue = channel, talk, origin, tongue

    def is_private(self, mention: Mention) -> bool:
        """Whether the asker can be told something alone."""
        return self._talk(self._channel.has_private_channel(mention))

    def is_open(self, mention: Mention, ref: Ref, author: str) -> bool | None:
        """Whether an answer is open to the bot; None if that cannot be read now."""
        return self._talk(self._channel.may_answer(mention, ref, author))

    def said(self, out: Letter) -> Fate:
        """Whether something was said before."""
        return self._talk(self._channel.find(outgoing(out))).fate

    def is_gone(self, native: str) -> bool:
        """Whether a post of ours is known not to be there any more."""
        gone = Outgoing(network=self._channel.network, deed="delete", key=native, target=native, body=b"", at=_NEVER)
        return self._talk(self._channel.find(gone)).fate == "done"

    def answer(self, mention: Mention, page: Saved, at: datetime) -> Letter:
        """The public answer."""
        link = self._origin + page.path
        text = words.answer(self._say(mention), link, complete=page.state != "incomplete")
        return self._made("answer", mention, text, link, at, page.path)

    def quietly(self, mention: Mention, page: Saved, at: datetime) -> Letter:
        """What a later asker gets, or whoever wanted a private page: a note, or what the network has in its place."""
        link = self._origin + page.path
        deed: Deed = "note" if self.is_private(mention) else self._channel.later
        text = words.note(self._say(mention), link, private=page.visibility == "private")
        return self._made(deed, mention, text, link, at, page.path)

    def help(self, mention: Mention, at: datetime) -> Letter:
        """The help, in public: it was asked for there."""
        return self._made("answer", mention, words.help(self._say(mention), self._origin), f"{self._origin}/", at)

    def refusal(self, mention: Mention, why: ThreadleafError | Why, at: datetime) -> Letter:
        """A no, for the asker alone."""
        return self._made("note", mention, words.refusal(self._say(mention), why), "", at)

    def nod(self, mention: Mention, at: datetime) -> Letter | None:
        """That a wish was carried out; None where the network has no word for it."""
        return self._made("like", mention, "", "", at) if self._channel.nods else None

    def _made(self, deed: Deed, mention: Mention, text: str, link: str, at: datetime, path: str = "") -> Letter:
        lang = self._say(mention).code if text else ""
        return letter(self._channel.compose(deed, mention, text, link, at, lang=lang), path)

    def _say(self, mention: Mention) -> Tongue:
        return self._tongue(next(iter(mention.post.langs), ""))
