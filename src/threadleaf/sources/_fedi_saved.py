"""Saved answers of servers of the fediverse: what their forms show together, whatever the software."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct

from threadleaf.core.errors import TooLarge, Unreadable
from threadleaf.core.limits import MOST_BYTES, MOST_POSTS
from threadleaf.core.model import Conversation
from threadleaf.core.untyped import get, items, string
from threadleaf.sources import _fedi_notes
from threadleaf.sources._deep import decode
from threadleaf.sources._fedi_addresses import host_of
from threadleaf.sources._fedi_mastodon import Desk, host_in, is_form, posts_in
from threadleaf.sources._fedi_sightings import Sightings
from threadleaf.sources._fedi_statuses import local_name
from threadleaf.sources._moments import header_time
from threadleaf.wire import Document

_MARKS = re.compile(
    rb'"(?:in_reply_to_id|ancestors|descendants|spoiler_text)"\s*:|"@context"\s*:|"(?:fileIds|renoteId|replyId)"\s*:'
)


def recognises(document: Document) -> bool:
    """Whether a document looks like an answer of a server of the fediverse, damaged ones included."""
    return _MARKS.search(document.body) is not None


def read(documents: Sequence[Document]) -> Conversation:
    """What saved answers about one conversation show together.

    Each document is the body of an answer, or a recorded exchange `{request, status, headers, body}`. The first one
    that is about one post names the anchor. Raises Unreadable (also where an answer shows nothing of the
    conversation), TooLarge, NotFound.
    """
    if sum(len(document.body) for document in documents) > MOST_BYTES:
        raise TooLarge("This is more than 20 MiB, which is the most that is read at once.", subject=documents[0].name)
    reader = _Reader()
    answers = [_saved(document) for document in documents]
    for answer in sorted(
        answers, key=lambda answer: not answer.host
    ):  # whoever does not say where it came from comes last
        reader.tell(answer)
    seen = reader.seen
    if len(seen) > MOST_POSTS:
        raise TooLarge(
            f"This holds more than {MOST_POSTS:,} posts, which is the most that is read at once.", subject=seen.anchor
        )
    reader.name_anchor()
    conversation = seen.conversation()
    seen.refuse_strangers(documents[0].name)
    return conversation


class _Saved(Struct, frozen=True):
    """A saved answer: its JSON, what was asked (empty if nobody noted it), when, and which server gave it (empty: unknown)."""

    body: object
    request: str
    host: str
    at: datetime | None
    name: str


def _saved(document: Document) -> _Saved:
    saved = decode(document.body, document.name)
    body, request = saved, ""
    if get(saved, "request") is not None and get(saved, "body") is not None:
        body, request = get(saved, "body"), string(get(saved, "request"))
    at = document.at or header_time(string(get(saved, "headers", "date")) or string(get(saved, "headers", "Date")))
    host = host_of(request.partition(" ")[2] or request) or host_in(posts_in(body))
    return _Saved(body, request, host, at, document.name)


class _Reader:
    """Tells sightings what saved answers show; those of one server share their numbers of posts."""

    def __init__(self) -> None:
        self.seen = Sightings()
        self._desks: dict[str, Desk] = {}
        self._around: list[str] = []  # names of the posts around which answers look

    def tell(self, saved: _Saved) -> None:
        self.seen.begin(saved.at)
        if is_form(saved.body):
            self._tell_statuses(saved, self._desk(saved))
        elif _fedi_notes.is_note(saved.body):
            _fedi_notes.tell(saved.body, self.seen)
        else:
            self._tell_misskey(saved.body, saved.host, saved.name)

    def _desk(self, saved: _Saved) -> Desk:
        """The server that gave an answer; where nobody noted that, one whose posts are named in it."""
        host = saved.host
        if not host:
            named = {string(get(post, key)) for post in posts_in(saved.body) for key in ("id", "in_reply_to_id")} - {""}
            host = next((host for host, desk in self._desks.items() if named & desk.named()), "")
        return self._desks.setdefault(host, Desk(host, self.seen, trusted=True))

    def _tell_statuses(self, saved: _Saved, desk: Desk) -> None:
        listed = [*items(saved.body), *items(get(saved.body, "statuses"))]
        for found in listed:
            self._tell_status(desk, found)
        if isinstance(get(saved.body, "ancestors"), list):
            number = re.search(r"/statuses/([^/?]+)/context", saved.request)
            self._tell_context(desk, saved.body, number[1] if number else "")
        elif post := self._tell_status(desk, saved.body):
            self.seen.asked_for(post)

    def _tell_misskey(self, body: object, host: str, name: str) -> None:
        from threadleaf.sources import _fedi_misskey

        if not _fedi_misskey.is_note(body):
            sentence = (
                "This is not one of the answers of the fediverse that Threadleaf reads: a post, a thread, or a list."
            )
            raise Unreadable(sentence, subject=name)
        _fedi_misskey.tell(body, host, self.seen)

    def _tell_status(self, desk: Desk, body: object) -> str:
        status = desk.read(body)
        if status is None:
            return ""
        desk.tell(status)
        return status.post.id

    def _tell_context(self, desk: Desk, body: object, number: str) -> None:
        below = items(get(body, "descendants"))
        within = {string(get(found, "id")) for found in below}
        answered = (string(get(found, "in_reply_to_id")) for found in below)
        number = number or next((name for name in answered if name not in within), "")
        desk.context(body, number)
        self._around.append(local_name(desk.host, number))

    def name_anchor(self) -> None:
        """Where no answer is about one post alone, the post around which one looks is meant, if it was seen."""
        for name in self._around:
            if self.seen.known(name) is not None:
                self.seen.asked_for(self.seen.name(name))
