"""Bluesky: saved answers and live ones, read alike.

    read:   documents ──────────────────────────────┐
    steps:  anchor → ask → what is open? → ask … ───┴→ answers → sightings → Conversation

`_bsky_requests` knows the addresses, `_bsky_answers` the forms of answers, `_bsky_records` and `_bsky_embeds` posts
and what hangs on them; `_bsky_sightings` adds up what was seen and says what may still be hidden; `_bsky_repository`
lists what an author's repository holds.
"""

from __future__ import annotations

from collections.abc import Container, Generator, Sequence
from typing import Protocol

from threadleaf.core.assemble import assemble
from threadleaf.core.errors import NotFound, NotNow, TooLarge
from threadleaf.core.limits import MOST_BYTES, MOST_POSTS
from threadleaf.core.model import Conversation, Ref, Thread
from threadleaf.core.untyped import get, string
from threadleaf.core.wishes import about_labels
from threadleaf.sources import _bsky_requests as requests
from threadleaf.sources._bsky_answers import Exchange, header_time, tell, tell_reply
from threadleaf.sources._bsky_repository import search
from threadleaf.sources._bsky_sightings import Sightings
from threadleaf.sources._deep import decode
from threadleaf.wire import Answer, Document, Reply, Request, Steps, ask

REACH = 10
"""How many levels down one answer shows for sure, whatever more was asked for: the public service's own limit."""
AT_ONCE = 4
"""How many places are asked about side by side; at more of them the repository is listed instead."""

_Asking = Generator[tuple[Request, ...], tuple[Reply, ...], None]


class _Around(Protocol):
    """The request for what stands around a post, in one of its two forms."""

    def __call__(self, uri: str, *, above: bool, below: bool) -> Request: ...


def matches(ref: Ref) -> bool:
    """Whether a post is one of Bluesky's."""
    return ref.network == "bsky"


# --- saved answers ---------------------------------------------------------------------------------------------


def recognises(document: Document) -> bool:
    """Whether a document looks like an answer of Bluesky, damaged ones included: `read` will say what is wrong."""
    body = document.body.lstrip(b"\xef\xbb\xbf \t\r\n")
    return body.startswith(b"{") and (b"app.bsky." in body or b'"at://' in body)


def read(documents: Sequence[Document]) -> Conversation:
    """What saved answers about one conversation show together.

    Each document is the body of an answer, or a recorded exchange `{request, status, headers, body}`. The first one
    that shows a post names the anchor. Raises Unreadable (also where an answer shows nothing of the conversation),
    TooLarge, and like `steps` NotFound and Refused.
    """
    if sum(len(document.body) for document in documents) > MOST_BYTES:
        raise TooLarge("This is more than 20 MiB, which is the most that is read at once.", subject=documents[0].name)
    seen = Sightings(bare=True)
    for document in documents:
        tell(_exchange(document), seen)
    if len(seen) > MOST_POSTS:
        raise TooLarge(
            f"This holds more than {MOST_POSTS:,} posts, which is the most that is read at once.", subject=seen.anchor
        )
    conversation = seen.conversation()
    seen.refuse_strangers(documents[0].name)
    return conversation


def _exchange(document: Document) -> Exchange:
    saved = decode(document.body, document.name)
    if get(saved, "request") is None or get(saved, "body") is None:
        return Exchange(body=saved, at=document.at, name=document.name)
    at = document.at or header_time(string(get(saved, "headers", "date")))
    return Exchange(body=get(saved, "body"), request=string(get(saved, "request")), at=at, name=document.name)


# --- live ------------------------------------------------------------------------------------------------------


def steps(ref: Ref) -> Steps:
    """Ask for the thread around a post until nothing of it is open, or nothing more can be learnt.

    A thread of some ten posts takes one request. What the AppView cut off is asked for again from there; where that
    is much, or something is missing, the author's repository is searched. What is refused on the way stays open.
    Raises NotFound, Refused (the author's wish) or NotNow when already the first question leads nowhere.
    """
    seen = Sightings(bare=False)
    around = yield from _first(ref.id, seen)
    asked_above, asked_below = {seen.anchor}, {seen.anchor}
    while (top := seen.cut_above()) and top not in asked_above:
        asked_above.add(top)
        yield from _ask([top], around, seen, above=True)
    searched = False
    while len(seen) < MOST_POSTS:
        thread = assemble(seen.conversation())
        if not about_labels(thread.author.labels).show:
            break  # it will not be shown, so there is no reason to ask for more
        loose = [uri for uri in seen.loose(thread.author.id) if uri not in asked_above][:AT_ONCE]
        places = _open_places(thread, asked_below)
        if loose:
            asked_above.update(loose)
            yield from _ask(loose, around, seen, above=True)
        elif not searched and _is_better_searched(thread, places, len(asked_below)):
            searched = True
            yield from search(thread, seen)
        elif places:
            asked_below.update(places[:AT_ONCE])
            yield from _ask(places[:AT_ONCE], around, seen, above=False)
        else:
            break
    return seen.conversation()


def _first(anchor: str, seen: Sightings) -> Generator[tuple[Request, ...], tuple[Reply, ...], _Around]:
    """The first question, in the newer form and then in the older one; returns the form that the service has."""
    request = requests.thread(anchor, above=True, below=True)
    if tell_reply(request, (yield from ask(request)), seen) is not None:
        return requests.thread
    request = requests.nested_thread(anchor, above=True, below=True)
    reply = yield from ask(request)
    if tell_reply(request, reply, seen) is not None:
        return requests.nested_thread
    if not isinstance(reply, Answer):
        raise NotNow(f"Bluesky could not be read. {reply.detail}".strip(), subject=anchor)
    if reply.status in (400, 404):
        raise NotFound("Bluesky knows no such account or post. Check the address.", subject=anchor)
    raise NotNow(f"Bluesky answered with the error {reply.status}. Please try again later.", subject=anchor)


def _open_places(thread: Thread, asked: Container[str]) -> list[str]:
    """The posts below which to ask again. Those that stand nearer to each other than one answer reaches wait for it."""
    order = {post.id: number for number, post in enumerate(thread.posts)}
    places: list[str] = []
    covered = 0
    for uri in thread.completeness.open_ends:
        number = order.get(uri, covered)  # posts in branches are asked about one by one
        if uri not in asked and number >= covered:
            places.append(uri)
            covered = number + REACH if uri in order else covered
    return places


def _is_better_searched(thread: Thread, places: Sequence[str], questions: int) -> bool:
    """Whether to search the author's repository: it costs less than asking on, or there is nowhere else to ask."""
    if not places:
        lacking = any(gap.reason in ("unknown", "unreachable") for gap in thread.gaps)
        return lacking or bool(thread.completeness.open_ends)
    missing = (thread.completeness.reported or 0) - len(thread.posts)
    return missing > 2 * REACH or len(places) > AT_ONCE or questions > 2 * AT_ONCE


def _ask(places: Sequence[str], around: _Around, seen: Sightings, *, above: bool) -> _Asking:
    """Ask, side by side, for what is above or below some posts."""
    wanted = tuple(around(uri, above=above, below=not above) for uri in places)
    replies = yield wanted
    for request, reply, uri in zip(wanted, replies, places, strict=True):
        if tell_reply(request, reply, seen) is None and not above:
            seen.unreached.add(uri)
