"""The bot's inbox on a server with Mastodon's API: notifications become mentions.

    notifications since the last one, the oldest first → those that name the bot → what each of them answers → Mention

A mention is only passed on with what it answers, since that is mostly what it is about. If the server wants to be left
alone midway, the rest is left to the next look; nothing that was not passed on is ever skipped.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta

from msgspec import Struct
from msgspec.structs import replace

from threadleaf.bot import _mastodon_requests as requests
from threadleaf.bot.network import Heard, Mention
from threadleaf.bot.trouble import Trouble, trouble
from threadleaf.core.calls import read
from threadleaf.core.characters import clean, web_address
from threadleaf.core.manners import is_past
from threadleaf.core.model import Post, Span
from threadleaf.core.untyped import get, items, string
from threadleaf.sources._deep import json_of
from threadleaf.sources._fedi_addresses import host_of
from threadleaf.sources._fedi_mastodon import order
from threadleaf.sources._fedi_statuses import Status, from_status
from threadleaf.sources._moments import moment
from threadleaf.wire import Answer, Asking, Refused, Reply, ask

PAGES = 5
"""So many answers are read at one look; the next look goes on."""
FIRST = timedelta(days=30)
"""How far back the very first look goes, for the wishes of authors; calls are not answered after a day."""
BACK = "<"
TRIES = 8
"""So often what stands above a mention is asked for in vain, while everything behind it waits; then it goes without."""
KNOWN = 20
"""So many numbers are remembered: a notification is heard if it is shown before so many others with higher ones are."""
PATIENCE = 4.0
"""Seconds after which a mention from another server is read again that seems to answer nothing: the home server may not
have fetched yet what it answers, and then does not say that there is anything."""


Tries = dict[str, int]
"""How often a post was asked for in vain, by its number."""


class Notice(Struct, frozen=True, kw_only=True):
    """A notification that names the bot, with the post in the server's form.

    `told_at` is when the server took the mention in, `at` when the notification was read.
    """

    number: str
    body: object
    status: Status
    told_at: datetime
    at: datetime


class Above(Struct, frozen=True, kw_only=True):
    """What a mention answers, and the first post of the whole conversation as far as it is known (its id)."""

    parent: Status
    root: str


Unread = list[tuple[object, datetime]]
"""Notifications in the server's form, the oldest first, and when each of them was read."""


class Listed(Struct, frozen=True):
    """What was read of a listing at one look; `goes_on`: there is more."""

    entries: Unread
    goes_on: bool = False


def listen(origin: str, me: str, cursor: str, tries: Tries) -> Asking[Heard]:
    """What is new since a notification. `me` is the number of the bot's account at the server `origin`; in `tries` is
    counted what is asked for in vain.

    The cursor is the last numbers that were read, the lowest first: servers give numbers before they show what has them, so
    that a lower one may come after a higher. While the first look still goes back, it is `<` and the lowest number so far.
    """
    known = cursor.split()
    going_back = not cursor or cursor.startswith(BACK)
    unread = yield from (_before(origin, cursor.removeprefix(BACK)) if going_back else _after(origin, known))
    if isinstance(unread, Trouble):
        return Heard(cursor=cursor, says=unread.says, until=unread.until)
    if going_back and unread.goes_on:
        return Heard(cursor=f"{BACK}{number_of(unread.entries[1][0])}", more=True)
    known = [] if going_back else known
    mentions, seen, refused = yield from _passed_on(origin, me, unread.entries, tries)
    here = " ".join(sorted({*known, *seen}, key=order)[-KNOWN:])
    if refused:
        return Heard(mentions=mentions, cursor=here or cursor, says=refused.says, until=refused.until)
    return Heard(mentions=mentions, cursor=here, more=unread.goes_on or (going_back and bool(cursor)))


def _passed_on(
    origin: str, me: str, unread: Unread, tries: Tries
) -> Asking[tuple[tuple[Mention, ...], list[str], Trouble | None]]:
    """The mentions among notifications, and the numbers up to which all of them are; and what stood in the way of the rest."""
    host = host_of(origin)
    notices = [notice for body, at in unread for notice in _notice(body, at, host, me) if not _is_past(notice)]
    notices = yield from _read_again(origin, notices)
    above, stopped = yield from _above(origin, notices, tries)
    mentions: list[Mention] = []
    seen = [number_of(body) for body, _ in unread]
    for notice in notices:
        if notice.status.answers in stopped:
            refused = stopped[notice.status.answers]
            return tuple(mentions), [number for number in seen if order(number) < order(notice.number)], refused
        mentions.append(_mention(notice, above.get(notice.status.answers), me))
    return tuple(mentions), seen, None


# --- notifications ---------------------------------------------------------------------------------------------


def number_of(body: object) -> str:
    """The number of a notification or post in the server's form; some servers write figures."""
    number = get(body, "id")
    return str(number) if type(number) is int else clean(string(number))


def _after(origin: str, known: list[str]) -> Asking[Listed | Trouble]:
    """What is not known and came after the lowest number that is, as far as `PAGES` answers show it."""
    unread: Unread = []
    lowest, there = known[0], {*known}
    for _ in range(PAGES):
        reply = yield from ask(requests.mentions(origin, "min_id", lowest))
        page = _page(reply)
        if isinstance(page, Trouble):
            return Listed(unread) if unread else page
        new = [entry for entry in page if order(number_of(entry[0])) > order(lowest)]
        if not new:
            return Listed(unread)
        unread += [entry for entry in new if number_of(entry[0]) not in there]
        lowest = number_of(new[-1][0])
    return Listed(unread, goes_on=True)


def _before(origin: str, number: str) -> Asking[Listed | Trouble]:
    """The first look, from a number back, or from the newest: `PAGES` answers, unless that is older than `FIRST` before."""
    unread: Unread = []
    for _ in range(PAGES):
        reply = yield from ask(requests.mentions(origin, "max_id" if number else "", number))
        page = _page(reply)
        if isinstance(page, Trouble):
            return page
        page = [entry for entry in page if not number or order(number_of(entry[0])) < order(number)]
        unread = page + unread
        if not page or _is_old(page[0]):
            return Listed(unread)
        number = number_of(page[0][0])
    return Listed(unread, goes_on=True)


def _page(reply: Reply) -> Unread | Trouble:
    """One answer's notifications, the oldest first. Servers order a page as they like."""
    body = json_of(reply)
    if not isinstance(reply, Answer) or reply.status != 200 or not isinstance(body, list):
        return trouble(reply)
    return [(entry, reply.at) for entry in sorted(filter(number_of, body), key=lambda entry: order(number_of(entry)))]


def _is_old(entry: tuple[object, datetime]) -> bool:
    body, at = entry
    created = moment(get(body, "created_at"))
    return created is None or created < at - FIRST


def _notice(body: object, at: datetime, host: str, me: str) -> Iterator[Notice]:
    """A notification, if it is of somebody else's post that names the bot's account."""
    shown = get(body, "status")
    status = from_status(shown, host)
    named = {number_of(mention) for mention in items(get(shown, "mentions"))}
    if get(body, "type") == "mention" and status is not None and status.account != me and me in named:
        told_at = moment(get(body, "created_at")) or at
        yield Notice(number=number_of(body), body=shown, status=status, told_at=told_at, at=at)


def _is_past(notice: Notice) -> bool:
    """Whether it is a call that nobody would answer any more: then what it answers need not be asked for."""
    post = replace(notice.status.post, spans=tuple(_spans(notice.status.post, notice.body)))
    return is_past(read(post), notice.told_at, notice.at)


# --- what they answer ------------------------------------------------------------------------------------------


def _read_again(origin: str, notices: list[Notice]) -> Asking[list[Notice]]:
    """Read those mentions from other servers a second time, once, that seem to be about nothing."""
    host = host_of(origin)
    loose = [notice for notice in notices if _is_loose(notice, host)]
    if not loose:
        return notices
    replies = yield tuple(requests.status(origin, notice.status.number, PATIENCE) for notice in loose)
    again: dict[str, Notice] = {}
    for notice, reply in zip(loose, replies, strict=True):
        body = json_of(reply)
        status = from_status(body, host)
        if status is not None and status.number == notice.status.number:
            again[notice.number] = replace(notice, body=body, status=status)
    return [again.get(notice.number, notice) for notice in notices]


def _is_loose(notice: Notice, host: str) -> bool:
    """Whether a mention names nothing, comes from elsewhere, and is so young that its server's neighbours may not know
    yet what it answers."""
    post = notice.status.post
    links = any(span.kind == "link" for span in post.spans)
    young = post.created is None or notice.at - post.created < timedelta(minutes=5)
    return young and not (notice.status.answers or links or post.quote) and host_of(post.id) != host


def _above(
    origin: str, notices: Iterable[Notice], tries: Tries
) -> Asking[tuple[Mapping[str, Above], Mapping[str, Trouble]]]:
    """What mentions answer, by its number; and why that could not be asked now, for those that are to wait."""
    askers = {notice.status.answers: notice.status.number for notice in notices if notice.status.answers}
    if not askers:
        return {}, {}
    replies = yield tuple(requests.context(origin, number) for number in askers.values())
    found: dict[str, Above] = {}
    for answered, reply in zip(askers, replies, strict=True):
        found |= _from_context(answered, reply, origin)
    left = [answered for answered in askers if answered not in found]
    replies = (yield tuple(requests.status(origin, answered) for answered in left)) if left else ()
    stopped: dict[str, Trouble] = {}
    for answered, reply in zip(left, replies, strict=True):
        status = from_status(json_of(reply), host_of(origin))
        if status is not None:
            found[answered] = Above(parent=status, root=status.post.id)
        elif isinstance(reply, Refused) and _is_to_wait(reply, answered, tries):
            stopped[answered] = trouble(reply)
    for answered in found:
        tries.pop(answered, None)
    return found, stopped


def _is_to_wait(refused: Refused, answered: str, tries: Tries) -> bool:
    """Whether a post that could not be asked for is waited for. The server may fail at this one for ever."""
    if refused.kind not in ("timeout", "network"):
        return refused.kind in ("rate", "limit", "offline")
    number = tries.pop(answered, 0) + 1
    if number < TRIES:
        tries[answered] = number
    return number < TRIES


def _from_context(answered: str, reply: Reply, origin: str) -> dict[str, Above]:
    """What a post answers, from what stands above it; GoToSocial shows nothing there where a post is missing."""
    ancestors = items(get(json_of(reply), "ancestors"))
    parent = from_status(ancestors[-1], host_of(origin)) if ancestors else None
    root = from_status(ancestors[0], host_of(origin)) if ancestors else None
    if parent is None or parent.number != answered:
        return {}
    return {answered: Above(parent=parent, root=(root or parent).post.id)}


def _mention(notice: Notice, above: Above | None, me: str) -> Mention:
    status, ours = notice.status, get(notice.body, "in_reply_to_account_id") == me
    post = replace(status.post, spans=tuple(_spans(status.post, notice.body)))
    if above is not None:
        # Of an answer to oneself Mastodon names whom the first one answered, so the post itself is what counts.
        ours = above.parent.account == me
        post = replace(post, parent=above.parent.post.id, parent_author=above.parent.author.id)
    return Mention(
        network="fedi",
        notification=notice.number,
        post=post,
        asker=status.author,
        native=status.number,
        conversation=above.root if above else post.id,
        parent_native=status.answers,
        parent_is_ours=ours,
        is_bot=get(notice.body, "account", "bot") is True,
        seen_at=notice.told_at,
    )


def _spans(post: Post, body: object) -> Iterable[Span]:
    """A post's spans, with a mention wherever somebody is named whom the server lists as mentioned.

    Not all software marks mentions as Mastodon does; some writes them as mere links, or as text.
    """
    people = items(get(body, "mentions"))
    pages = {web_address(get(person, "url")) for person in people}
    spans = [
        replace(span, kind="mention")
        if span.kind == "link" and span.value in pages and post.text[span.start] in "@＠"
        else span
        for span in post.spans
    ]
    for name, page in sorted(_names(people).items(), key=lambda named: -len(named[0])):
        for found in re.finditer(rf"(?i)(?<![\w/])@{re.escape(name)}(?![\w@]|[.-]\w)", post.text):
            if all(span.end <= found.start() or span.start >= found.end() for span in spans):
                spans.append(Span(start=found.start(), end=found.end(), kind="mention", value=page))
    return sorted(spans, key=lambda span: (span.start, -span.end))


def _names(people: Iterable[object]) -> dict[str, str]:
    """By what names people can be called in a text, and where their profiles are."""
    named = {}
    for person in people:
        page = web_address(get(person, "url"))
        for name in (clean(string(get(person, "acct"))), clean(string(get(person, "username")))):
            if name and page:
                named[name] = page
                named.setdefault(f"{name.partition('@')[0]}@{host_of(page)}", page)
    return named
