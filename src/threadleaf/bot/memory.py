"""What the bot has posted, read back from its network wherever the database may not know all of it.

A database may be a backup that was restored, a new one in place of a lost one, or one on which another process was the
bot: what was answered since is not in it, and would be answered again. So before it answers anybody in public, a bot
reads its own posts from the last turn that is noted until now; each that names a page of this site claims its thread.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from threadleaf.bot.clock import not_before
from threadleaf.bot.network import Channel, Own
from threadleaf.bot.talk import Talk
from threadleaf.core.errors import Gone, UnknownAddress
from threadleaf.core.model import Ref
from threadleaf.core.ref import from_path
from threadleaf.service import Threadleaf
from threadleaf.service.consent import author_of
from threadleaf.store.outbox import Remembered

REACH = timedelta(days=30)
"""So far back a bot reads that never had a turn."""
MARGIN = timedelta(hours=1)
"""How far the clocks of this machine and of the network may lie apart."""
RECENT = timedelta(minutes=3)
"""So long after the last turn another process takes over at the latest: a database that tells of one is no backup."""
_NEVER = datetime.min.replace(tzinfo=UTC)
_AGAIN = timedelta(seconds=30)
_READS = "The bot reads what it has answered before, and answers nobody yet."
_WAITS = "The bot waits until its network shows all that it may have answered before."


class Memory:
    """The memory of one process that is the bot. `holder` is its name, `origin` the address of the site."""

    def __init__(self, channel: Channel, service: Threadleaf, talk: Talk, holder: str, origin: str) -> None:
        self._channel, self._service, self._talk, self._holder = channel, service, talk, holder
        self._pages = f"{origin}/t/"
        self._origin = origin
        self.turned: datetime | None = None
        """When this process had its last turn in which it knew everything; the database is to say the same."""
        self._began: datetime | None = None
        self._since = self._shows = _NEVER
        self._until: datetime | None = None
        self._place = self._says = ""

    def recall(self, now: datetime) -> str:
        """Read back what is not known, as much as a turn may; why nobody can be answered yet, empty if they can.

        `now` is when the turn began that is noted (see `Inbox.hold`). Raises StoreError.
        """
        noted = self._service.inbox.turned(self._channel.network)
        if noted == now:
            self.turned, self._began = now, None
            return ""
        if self._began is None:
            self._begin(now, noted)
        if self._until is None or now >= self._until:
            self._says = self._look(now)
        return self._says

    @property
    def reads(self) -> bool:
        """Whether there is more to read, at once."""
        return self._began is not None and self._until is None

    def _begin(self, now: datetime, noted: datetime | None) -> None:
        """Whoever was the bot before may have posted something just now that its network does not show yet."""
        self._began, self._until, self._place = now, None, ""
        self._since = min(noted, now) - MARGIN if noted else now - REACH  # a wrong clock may have noted it
        is_recent = noted is not None and timedelta() <= now - noted <= RECENT
        self._shows = now if is_recent else now + self._channel.shows

    def _look(self, now: datetime) -> str:
        network, self._until = self._channel.network, None
        recalled = self._talk(self._channel.own(self._since, self._place))
        found = tuple(post for own in recalled.posts for post in self._remembered(own))
        self._service.outbox.remember(network, found, now)
        if recalled.says:
            self._until = not_before(now, recalled.until) if recalled.until else now + _AGAIN
            return recalled.says
        self._place = recalled.place
        if recalled.place:
            return _READS
        if now < self._shows:
            self._since, self._until = now - MARGIN, self._shows
            return _WAITS
        self._service.inbox.catch_up(network, self._holder, now)
        self.turned, self._began = now, None
        return ""

    def _remembered(self, own: Own) -> Iterator[Remembered]:
        """An answer of the bot's own; nothing if the post names no page of this site."""
        path = next((link for link in own.links if link.startswith(self._pages)), "")[len(self._origin) :]
        path = path.partition("#")[0].partition("?")[0]
        mark, network = self._service.inbox.mark, self._channel.network
        try:
            ref = from_path(path)
            page = self._service.find(path, behind=True)
        except UnknownAddress:
            return
        except Gone as gone:
            page, is_over = None, gone.code == "author"
        else:
            is_over = False
        ref, author = (page.key, page.author_id) if page else (ref, _author_of(ref))
        yield Remembered(
            native=own.native,
            url=own.url,
            path=path,
            at=own.at,
            thread=mark("thread", ref.network, ref.id),
            author=mark("author", network, author) if author else b"",
            is_over=is_over,
        )


def _author_of(ref: Ref) -> str:
    """Whose a post may be, by its name. Only who proves to be that account is taken for it, so a guess does no harm."""
    return ref.id.partition("/statuses/")[0] if ref.network == "fedi" else author_of(ref)
