"""The daily message to everybody who follows something: what is new, if anything is."""

from __future__ import annotations

import logging
import smtplib
from collections.abc import Callable
from datetime import datetime, timedelta

from threadleaf.core.errors import StoreError, ThreadleafError
from threadleaf.core.terms import address, is_bound
from threadleaf.jobs.mail import Mailer
from threadleaf.render.letters import Section, digest
from threadleaf.render.tongue import Tongue
from threadleaf.service import Threadleaf
from threadleaf.service.following import Following, News
from threadleaf.store.follow import Follow
from threadleaf.store.records import Saved

DAY = timedelta(hours=23)
"""So long after one message comes the next one at the soonest; less than a day, so that the hour does not wander."""
HOUR = timedelta(hours=1)
UNCONFIRMED = timedelta(days=2)
"""So long somebody may take to say yes."""


class Digests:
    """Sends what is due. `tongues` gives the tongue of a language; `origin` is that of the site."""

    def __init__(self, service: Threadleaf, mailer: Mailer, origin: str, tongues: Callable[[str], Tongue]) -> None:
        self._service, self._mailer, self._origin, self._tongues = service, mailer, origin, tongues
        self._looked: datetime | None = None

    def run(self, now: datetime) -> int:
        """Send everybody who is due their message; how many were sent. Does nothing within an hour of the last time.

        Raises StoreError.
        """
        if self._looked is not None and now - self._looked < HOUR:
            return 0
        self._looked = now
        follows = self._service.follows
        follows.forget(now - UNCONFIRMED)
        sent = 0
        while theirs := follows.take(now - DAY, now):
            try:
                sent += self._tell(theirs)
            except (OSError, smtplib.SMTPException):
                # The server is not there. Everybody else waits for the next hour, too.
                logging.getLogger(__name__).exception("No e-mail can be sent.")
                follows.again(theirs[0].address, now - DAY)
                return sent
        return sent

    def _tell(self, theirs: tuple[Follow, ...]) -> int:
        """Send one address what is new, and note that; 1 if anything was sent."""
        news = {follow: found for follow in theirs if (found := self._news(follow)) is not None}
        fresh = {follow: found for follow, found in news.items() if found}
        if fresh:
            first = next(iter(fresh))
            end = f"{self._origin}/follow/{first.token}/end?all"
            sections = [self._section(follow, found) for follow, found in fresh.items()]
            subject, text = digest(sections, self._mailer.host, end, self._tongues(first.lang))
            outcome = self._mailer.send(self._mailer.message(first.address, subject, text, end))
            if outcome == "refused":
                self._service.follows.end(first.token, everything=True)
            if outcome != "sent":
                return 0
        self._service.follows.told({follow.number: found.seen for follow, found in news.items()})
        return len(fresh) > 0

    def _news(self, follow: Follow) -> News | None:
        """What is new in a topic; None if that is not known. What can never be told again is followed no longer."""
        try:
            return Following(self._service).news(follow.topic, follow.seen)
        except StoreError:
            raise
        except ThreadleafError as error:
            if error.kind in ("not-found", "gone", "wrong-use"):
                self._service.follows.end(follow.token)
            return None

    def _section(self, follow: Follow, news: News) -> Section:
        return Section(
            kind=news.kind,
            name=news.name,
            posts=news.posts,
            threads=tuple((_called(saved), self._origin + saved.path) for saved in news.threads),
            end=f"{self._origin}/follow/{follow.token}/end",
        )


def _called(saved: Saved) -> str:
    """A thread in one line: its title and its author; of X, whose terms allow no more, its address there."""
    if is_bound(saved.network):
        return address(saved.key.id)
    author = saved.author_name or f"@{saved.author_handle}"
    return f"{saved.title} — {author}" if saved.title else author
