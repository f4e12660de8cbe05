"""Following by e-mail: what may be followed, and what is new in it since somebody was told last.

A topic is a short text: `latest`, `thread:` and the path of a page, `author:` with network and id, `search:` with what
is looked for. Only what lists may show is ever told.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING, get_args

from msgspec import Struct

from threadleaf.core.errors import NotFound, UnknownAddress
from threadleaf.core.model import Network
from threadleaf.core.query import parse
from threadleaf.core.terms import account, address, is_bound
from threadleaf.service.public import is_public
from threadleaf.store.follow import Follow
from threadleaf.store.records import Saved

if TYPE_CHECKING:
    from threadleaf.service.instance import Threadleaf

IN_DIGEST = 50
"""Threads that one message names for one topic."""
LONGEST = 500
"""Characters of a topic."""

_ADDRESS = re.compile(
    r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@([A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,24}"
)


class News(Struct, frozen=True, kw_only=True):
    """What is new in a topic: its `name` for a person, threads that were kept since, or the number of new posts of
    one thread. `seen` is up to where that is."""

    kind: str
    name: str
    seen: int
    threads: tuple[Saved, ...] = ()
    posts: int = 0

    def __bool__(self) -> bool:
        return bool(self.threads or self.posts)


class Following:
    """The use-cases about following, over an instance."""

    def __init__(self, service: Threadleaf) -> None:
        self._service = service
        self._follows = service.follows

    def ask(self, address: str, topic: str, lang: str, at: datetime) -> Follow | None:
        """Note that an e-mail address wants to follow something; None if there is nothing to confirm.

        Raises UnknownAddress (no e-mail address), BadQuery, NotFound (nothing to follow).
        """
        address = normal(address)
        news = self.news(topic, 0)
        return self._follows.begin(address, topic, lang=lang, at=at, seen=news.seen)

    def news(self, topic: str, seen: int) -> News:
        """What is new in a topic. Raises NotFound, BadQuery, and what reading a page raises."""
        kind, _, rest = topic.partition(":")
        if kind == "thread":
            return self._of_thread(rest, seen)
        if topic == "latest":
            found, name = self._service.list(IN_DIGEST), ""
        elif kind == "author":
            network, _, who = rest.partition(":")
            name, found = self._of_author(network, who)
        elif kind == "search":
            parse(rest)
            found, name = tuple(hit.saved for hit in self._service.search(rest, IN_DIGEST).hits), rest
        else:
            raise NotFound("There is nothing of this name to follow.", subject=topic)
        fresh = sorted((saved for saved in found if saved.number > seen), key=lambda saved: -saved.number)
        return News(kind=kind, name=name, threads=tuple(fresh), seen=max([seen, *(saved.number for saved in found)]))

    def _of_author(self, network: str, who: str) -> tuple[str, tuple[Saved, ...]]:
        known = next((one for one in get_args(Network) if one == network), None)
        if known is None:
            raise NotFound("There is no such network here.", subject=network)
        person, listing = self._service.author(known, who, IN_DIGEST)
        name = person.name or f"@{person.handle}"
        return account(person.id) if is_bound(known) else name, listing.pages

    def _of_thread(self, path: str, seen: int) -> News:
        reading = self._service.read(path)
        if not is_public(reading):
            raise NotFound("There is no page of this thread that could be followed.", subject=path)
        thread = reading.thread
        posts = len(thread.posts) + sum(len(branch.posts) for branch in thread.branches)
        fresh = max(0, posts - seen)
        threads = (reading.saved,) if fresh else ()
        saved = reading.saved
        name = address(saved.key.id) if is_bound(saved.network) else saved.title
        return News(kind="thread", name=name, threads=threads, posts=fresh, seen=max(seen, posts))


def normal(address: str) -> str:
    """An e-mail address as it is kept. Raises UnknownAddress."""
    if len(address) > 254 or _ADDRESS.fullmatch(address) is None:
        raise UnknownAddress("This is not an e-mail address such as ada@example.org.", subject=address)
    name, _, host = address.rpartition("@")
    return f"{name}@{host.lower()}"
