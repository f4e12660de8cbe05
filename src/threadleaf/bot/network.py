"""What the loop asks of a network, and hears. Pure data: a network's module is generators of requests, like a source."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import ClassVar, Literal, Protocol

from msgspec import Struct

from threadleaf.core.model import Author, Network, Post, Ref
from threadleaf.wire import Asking

Deed = Literal["answer", "note", "like", "delete"]
"""What the bot does: a public answer, a private note to the asker, a like, the deletion of an answer of its own."""

Fate = Literal["done", "not-done", "refused", "unknown"]
"""What became of a deed: it happened · it certainly did not, and may be tried · the network never will · nobody knows.

No status alone ever means `not-done`: only what was read back does, and a request that was never sent.
"""


class Mention(Struct, frozen=True, kw_only=True):
    """A post that names the bot, as the network's own notification told it.

    `notification` is the network's id of the notification (the post's own where it has none). `native` is what the
    network wants to hear when the post is answered (an AT URI, the id of a status at the bot's home, a numeric id),
    `proof` the content hash where it wants that too. `conversation` names the whole conversation, `parent_is_ours`
    says that the post answers one of the bot's own, `parent_native` which, as the `Outcome` named it. `others` are the
    network's ids of those whom an answer would tag besides the asker. `is_bot`: the asker marks itself as a bot.
    `seen_at` is when the network took the post in, aware UTC.
    """

    network: Network
    notification: str
    post: Post
    asker: Author
    native: str
    proof: str = ""
    root_native: str = ""
    root_proof: str = ""
    conversation: str = ""
    parent_is_ours: bool = False
    others: tuple[str, ...] = ()
    parent_native: str = ""
    is_bot: bool = False
    seen_at: datetime


class Heard(Struct, frozen=True, kw_only=True):
    """A look into the network's inbox: what is new, and from where to go on. Opaque; empty at the very beginning.

    If it could not be read, the cursor is as it was, `says` is why, in the network's words for the operator, and
    `until` when asking again makes sense. `more`: it is longer than one look takes in; the next one goes on at once.
    """

    mentions: tuple[Mention, ...] = ()
    cursor: str = ""
    says: str = ""
    until: datetime | None = None
    more: bool = False


class Outgoing(Struct, frozen=True, kw_only=True):
    """A deed, frozen before it is sent: every try sends the same bytes.

    `key` is derived from the mention (record key, idempotency key); `body` what is sent; `target` the `native` of
    the post that is answered or liked. `at` is when it was decided (aware UTC). For `delete` key and target are the
    `native` of the bot's own post, and the body is empty.
    """

    network: Network
    deed: Deed
    key: str
    target: str
    body: bytes
    at: datetime


class Outcome(Struct, frozen=True, kw_only=True):
    """What became of a deed. `native` and `url` are the bot's own post, where there is one; `says` the network's words,
    for the operator; `until` when asking again makes sense."""

    fate: Fate
    native: str = ""
    url: str = ""
    says: str = ""
    until: datetime | None = None


class Own(Struct, frozen=True, kw_only=True):
    """A post of the bot's own that everybody can read, as `Outcome` names it, with the addresses in it (`links`)."""

    native: str
    url: str
    links: tuple[str, ...]
    at: datetime


class Recalled(Struct, frozen=True, kw_only=True):
    """A look at the bot's own posts. `place` is where the next look goes on; empty at the end, or if this one could not
    be had: then `says` and `until` are as in `Heard`."""

    posts: tuple[Own, ...] = ()
    place: str = ""
    says: str = ""
    until: datetime | None = None


class Channel(Protocol):
    """A network's module. Its methods are pure generators; secrets are named, never held.

    `me` is the bot's own stable id, empty before it is known. `hourly` is half of what an account may write in an hour.
    `later` is what a later asker gets where there is no private channel; `nods` says that a wish is confirmed by a like;
    `holds` that what nobody knows the fate of waits for the operator, since no second try is safe there. `shows` is how
    long it may take until the bot's own posts show what it has posted.
    """

    network: ClassVar[Network]
    hourly: ClassVar[int]
    later: ClassVar[Deed]
    nods: ClassVar[bool]
    holds: ClassVar[bool]
    shows: ClassVar[timedelta]

    @property
    def me(self) -> str: ...

    @property
    def handle(self) -> str:
        """How people mention it, without the first @; empty before that is known."""
        ...

    def mentions(self, cursor: str) -> Asking[Heard]:
        """What is new since the cursor."""
        ...

    def compose(self, deed: Deed, mention: Mention, text: str, link: str, at: datetime, *, lang: str = "") -> Outgoing:
        """Freeze a deed (none but `answer`, `note` and `like`). `text` holds `link` in full where there is one; `lang` is
        its language (BCP 47), empty if it has none."""
        ...

    def send(self, out: Outgoing) -> Asking[Outcome]:
        """Do it. `unknown` where the answer does not prove what happened."""
        ...

    def find(self, out: Outgoing) -> Asking[Outcome]:
        """Look whether it was done: `done`, `not-done`, or `unknown` if that cannot be read.

        A deletion is done when the post is not there, whoever deleted it.
        """
        ...

    def own(self, since: datetime, place: str) -> Asking[Recalled]:
        """The bot's own public posts since a time (aware UTC), the newest first, from `place` on; as many as a look may
        take. There may be older ones among them."""
        ...

    def may_answer(self, mention: Mention, ref: Ref, author: str) -> Asking[bool | None]:
        """Whether an answer is open to the bot there: not if the author of the post that is meant (her id, empty if
        nobody knows it) blocks whoever asks, or the bot. None if that cannot be read now."""
        ...

    def has_private_channel(self, mention: Mention) -> Asking[bool]:
        """Whether a private note to the asker can be sent."""
        ...

    def check(self) -> Asking[tuple[str, ...]]:
        """What is wrong with the bot's account, in sentences; empty if nothing is."""
        ...
