"""Looking for what the bot did, on a server with Mastodon's API: only what is read back is believed."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime, timedelta

import msgspec

from threadleaf.bot import _mastodon_requests as requests
from threadleaf.bot._mastodon_inbox import number_of
from threadleaf.bot.network import Outcome, Outgoing, Own, Recalled
from threadleaf.bot.trouble import Trouble, trouble
from threadleaf.core.text import html_text
from threadleaf.core.untyped import get, items, string
from threadleaf.sources._deep import json_of
from threadleaf.sources._fedi_addresses import post_id
from threadleaf.sources._fedi_mastodon import order
from threadleaf.sources._moments import moment
from threadleaf.wire import Answer, Asking, Reply, ask

PAGES = 5
"""So many answers are read of the bot's own posts, the newest first."""
MARGIN = timedelta(hours=1)
"""How far the clocks of this machine and of the server may lie apart where our own posts are looked through by time."""


def seek(origin: str, me: str, out: Outgoing) -> Asking[Outcome | Trouble | datetime]:
    """The bot's answer to a mention; or why nobody can say whether it is there; or when it was read that it is not.

    It is looked for in two places, neither of which may show it: below the mention, whatever the time, and among the
    bot's newest posts, which also show it once the mention is gone. An answer to a mention that is gone is `refused`.
    """
    reply = yield from ask(requests.context(origin, out.target))
    below = get(json_of(reply), "descendants")
    found = _ours(items(below), me, out)
    if found is not None:
        return found
    own = yield from _own(origin, me, out)
    if isinstance(own, Outcome | Trouble):
        return own
    if is_missing(reply):
        return Outcome(fate="refused", says="The post that was to be answered is not there any more.")
    if not isinstance(reply, Answer) or reply.status != 200 or not isinstance(below, list):
        return trouble(reply)
    return reply.at


def _own(origin: str, me: str, out: Outgoing) -> Asking[Outcome | Trouble | None]:
    """The same among the bot's own posts, back to when the deed was decided, or as far as `PAGES` answers go."""
    before = ""
    for _ in range(PAGES):
        reply = yield from ask(requests.own(origin, me, before))
        page = json_of(reply)
        if not isinstance(reply, Answer) or reply.status != 200 or not isinstance(page, list):
            return trouble(reply)
        found = _ours(page, me, out)
        if found is not None:
            return found
        oldest = min(page, key=lambda body: order(number_of(body)), default=None)
        written = moment(get(oldest, "created_at"))
        if written is None or written < out.at - MARGIN or number_of(oldest) == before:
            break
        before = number_of(oldest)
    return None


def own(origin: str, me: str, since: datetime, place: str) -> Asking[Recalled]:
    """The bot's own posts for everybody since a time, the newest first, from behind the one with the number `place`."""
    found: list[Own] = []
    for _ in range(PAGES):
        reply = yield from ask(requests.own(origin, me, place))
        page = json_of(reply)
        if not isinstance(reply, Answer) or reply.status != 200 or not isinstance(page, list):
            problem = trouble(reply)
            return Recalled(posts=tuple(found), says=problem.says, until=problem.until)
        bodies = sorted(filter(number_of, page), key=lambda body: order(number_of(body)), reverse=True)
        found += filter(None, map(_own_post, bodies))
        oldest = moment(get(bodies[-1], "created_at")) if bodies else None
        if oldest is None or oldest < since or number_of(bodies[-1]) == place:
            return Recalled(posts=tuple(found))
        place = number_of(bodies[-1])
    return Recalled(posts=tuple(found), place=place)


def _own_post(body: object) -> Own | None:
    """A post of the bot's own; None if it is not for everybody."""
    at = moment(get(body, "created_at"))
    if at is None or get(body, "visibility") not in ("public", "unlisted"):
        return None
    _, spans, _ = html_text(string(get(body, "content")))
    told = shown(body)
    links = tuple(span.value for span in spans if span.kind == "link")
    return Own(native=told.native, url=told.url, links=links, at=at)


def _ours(bodies: Iterable[object], me: str, out: Outgoing) -> Outcome | None:
    return next((shown(body) for body in bodies if _is_ours(body, me, out)), None)


def _is_ours(body: object, me: str, out: Outgoing) -> bool:
    """Whether a post is the bot's answer to the mention. If that is gone, the server empties the link: then by its words."""
    if number_of(get(body, "account")) != me or not number_of(body):
        return False
    answered = get(body, "in_reply_to_id")
    return str(answered) == out.target if answered else _says_the_same(body, out)


def _says_the_same(body: object, out: Outgoing) -> bool:
    """Whether a post tells the same person the same; how servers write the mention in front differs."""
    name, _, words = string(get(msgspec.json.decode(out.body), "status")).partition(" ")
    text, spans, _ = html_text(string(get(body, "content")))
    for span in reversed(spans):  # what a server shows of an address is shortened
        if span.kind == "link":
            text = text[: span.start] + span.value + text[span.end :]
    told = {string(get(person, "acct")).lower() for person in items(get(body, "mentions"))}
    return name.removeprefix("@").lower() in told and re.sub(r"\A\s*@\S+", "", text).split() == words.split()


def shown(body: object) -> Outcome:
    """Our own post, as the server shows it. Its address is that by which others know it."""
    url = post_id(string(get(body, "uri")), string(get(body, "url")))
    return Outcome(fate="done", native=number_of(body), url=url)


def published(reply: Reply, out: Outgoing) -> Outcome | None:
    """Our answer, if the server shows it; None if what it says is no proof."""
    body = json_of(reply)
    if not isinstance(reply, Answer) or reply.status not in (200, 201) or not number_of(body):
        return None
    return shown(body) if str(get(body, "in_reply_to_id")) == out.target else None


def favourite(reply: Reply) -> Outcome:
    """Whether a post is liked by the bot, as the post itself tells."""
    body = json_of(reply)
    if is_missing(reply):
        return Outcome(fate="refused", says="The post that was to be liked is not there any more.")
    if not isinstance(reply, Answer) or reply.status != 200 or type(get(body, "favourited")) is not bool:
        problem = trouble(reply)
        return Outcome(fate="unknown", says=problem.says, until=problem.until)
    return Outcome(fate="done" if get(body, "favourited") else "not-done")


def gone(reply: Reply) -> Outcome:
    """Whether a post of the bot's own is gone, as asking for it tells."""
    if is_missing(reply):
        return Outcome(fate="done")
    if isinstance(reply, Answer) and reply.status == 200 and number_of(json_of(reply)):
        return Outcome(fate="not-done", says="The post is still there.")
    problem = trouble(reply)
    return Outcome(fate="unknown", says=problem.says, until=problem.until)


def is_missing(reply: Reply) -> bool:
    """Whether the server says, in its API's own words, that it has no such post. A mere 404 may be a proxy's."""
    if not isinstance(reply, Answer) or reply.status not in (404, 410):
        return False
    return bool(string(get(json_of(reply), "error")))
