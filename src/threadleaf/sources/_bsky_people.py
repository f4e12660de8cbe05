"""Whose profile is read, and when: wishes stand there, and they are read for everybody who is shown (rules §7).

First the thread's author; then whom she quotes and whom she answers; then others around the thread, as far as the
ceiling allows. Whoever was not read carries the signal `profile-unread`: their wishes are not known.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from threadleaf.core.identity import own
from threadleaf.core.model import Thread
from threadleaf.sources import _bsky_requests as requests
from threadleaf.wire import Request, Scope

OTHERS = 75
"""The most people who are read although they are neither quoted nor answered."""


class People:
    """Remembers who was asked about, so that nobody is asked about twice."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope
        self._asked: set[str] = set()
        self._others = OTHERS

    def named(self, actor: str) -> Request:
        """The question about the one whom an address names, by DID or handle."""
        self._asked.add(actor)
        return requests.profiles(self._scope, [actor])

    def due(self, thread: Thread, read: Iterable[str], *, last: bool) -> tuple[Request, ...]:
        """The questions to ask now. `read` are the people known already.

        Full ones only, unless it is the last time, or the author was not asked about: if she does not want to be
        unrolled, nothing more need be asked.
        """
        self._asked.update(read)
        waits = not last and thread.author.id in self._asked
        near = [person for person in _near(thread) if person not in self._asked]
        others = [person for person in _others(thread) if person not in self._asked and person not in near]
        people = [*dict.fromkeys(near), *list(dict.fromkeys(others))[: self._others]]
        if waits:
            del people[len(people) // requests.AT_ONCE * requests.AT_ONCE :]
        self._others -= sum(person not in near for person in people)
        self._asked.update(people)
        batches = range(0, len(people), requests.AT_ONCE)
        return tuple(requests.profiles(self._scope, people[at : at + requests.AT_ONCE]) for at in batches)


def _near(thread: Thread) -> Iterator[str]:
    """The author, whoever is quoted, whoever the author answers, and whose thread is offered as another reading."""
    yield thread.author.id
    yield from (post.author for post in thread.quoted)
    answered = {post.parent for post in own(thread)}
    yield from (post.author for post in thread.context if post.id in answered)
    yield from (reading.author for reading in thread.readings)


def _others(thread: Thread) -> Iterator[str]:
    yield from (post.author for post in thread.context)
