"""Finding threads: by what is in them, by author, by topic, by day, by how many asked for them."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from msgspec.structs import replace

from threadleaf.core.errors import NotFound
from threadleaf.core.model import Network
from threadleaf.core.query import Query, parse
from threadleaf.store.records import Listing, Order, PageVisibility, Person, Results, Saved, Topic

if TYPE_CHECKING:
    from threadleaf.store.threads import Store

_PEOPLE = 5
"""At most so many authors beside the threads that were found."""


class Searching:
    """The part of `Threadleaf` that finds and lists.

    Everywhere, `visibility` says what may be found: listed pages are for everybody, so that a wish against it wins
    over what was asked for; None is everything, for whoever owns the instance. Lists come page by page: `start` is what
    `next` of the page before said. All of it raises StoreError.
    """

    _clock: Callable[[], datetime]

    @property
    @abstractmethod
    def _store(self) -> Store: ...

    def search(
        self,
        text: str,
        limit: int = 20,
        start: int | None = None,
        *,
        visibility: PageVisibility | None = "listed",
        order: Order = "newest",
    ) -> Results:
        """The threads in which a search text (`core.query.parse`) is found, with the place where, at most `limit`.

        Newest first by the time of posting, or the best of the newest 5,000 first (`order`). The first page of a
        search for words alone names authors who are called so, too. Raises BadQuery, with a sentence that says what
        to type instead.
        """
        query = parse(text)
        results = self._store.search.find(query, limit, start, visibility, order)
        if start is not None or query != Query(wanted=query.wanted):
            return results
        names = [word for term in query.wanted for word in term.words]
        return replace(results, people=self._store.lists.people(names, _PEOPLE, visibility))

    def list(
        self,
        limit: int = 50,
        before: int | None = None,
        *,
        visibility: PageVisibility | None = "listed",
        network: Network | None = None,
        lang: str = "",
    ) -> tuple[Saved, ...]:
        """The pages kept last, at most `limit`; go on with the `number` of the last one as `before`.

        `network` and `lang` (a language tag, of which the first part counts) leave out all others.
        """
        return self._store.list(limit, before, visibility, network=network, lang=lang.partition("-")[0].lower())

    def author(
        self,
        network: Network,
        who: str,
        limit: int = 50,
        start: int | None = None,
        *,
        visibility: PageVisibility | None = "listed",
    ) -> tuple[Person, Listing]:
        """The threads by an author, by stable id or by handle (with or without @), those posted last first.

        Raises NotFound if there is nothing by such an author.
        """
        person = self._store.lists.person(network, who, visibility)
        if person is None:
            raise NotFound("Nothing by this author is listed here.", subject=who, code="author")
        return person, self._store.lists.by(person, limit, start, visibility)

    def topic(
        self, tag: str, limit: int = 50, start: int | None = None, *, visibility: PageVisibility | None = "listed"
    ) -> tuple[str, Listing]:
        """How a tag is written, and the threads whose authors gave it to them, those posted last first.

        Case makes no difference, nor does the sign before it. Raises NotFound if it is on no thread.
        """
        name, listing = self._store.lists.topic(tag, limit, start, visibility)
        if not name:
            raise NotFound("No thread with this tag is listed here.", subject=tag, code="topic")
        return name, listing

    def topics(self, limit: int = 100, *, visibility: PageVisibility | None = "listed") -> tuple[Topic, ...]:
        """The tags on the most threads, at most `limit`."""
        return self._store.lists.topics(limit, visibility)

    def asked(
        self, days: int, limit: int = 50, *, visibility: PageVisibility | None = "listed"
    ) -> tuple[tuple[Saved, int], ...]:
        """The pages that were asked for most in so many days up to today (UTC, at most 30), and how often."""
        since = self._clock().date() - timedelta(days=days - 1)
        return self._store.lists.most_asked(since, limit, visibility)

    def count_asked(self, saved: Saved) -> None:
        """Count that somebody asked for a thread. Nothing is noted but the day, for 30 days."""
        self._store.lists.count_asked(saved.number, self._clock().date())
