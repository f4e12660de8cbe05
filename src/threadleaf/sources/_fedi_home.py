"""The operator's own server of the fediverse, asked with a token: for what a post's own server shows to no stranger.

It looks the post up where that lives, and shows what it knows of what stands around it. Answers that it has not heard of
yet it fetches in the background, and says so (Mastodon) or not (others), so it is asked twice. It sees more than a
stranger may: what it showed is public only if the posts' own pages say so (`_fedi_pages`).
"""

from __future__ import annotations

import re
from collections.abc import Generator

from threadleaf.core.untyped import get, items, string
from threadleaf.sources import _fedi_requests as requests
from threadleaf.sources._deep import json_of
from threadleaf.sources._fedi_addresses import host_of, post_id
from threadleaf.sources._fedi_mastodon import Desk
from threadleaf.sources._fedi_sightings import Sightings
from threadleaf.sources._fedi_ways import Way, ended
from threadleaf.wire import Answer, Reply, Request, Scope, ask

LOOKS = 2
"""How often the server is asked whether it is done fetching."""
PAUSE = 3.0
"""Seconds that a server is given that does not say how long it takes."""
LONGEST_PAUSE = 5.0
"""Seconds that a server is given at most between two questions."""


def home(url: str, scope: Scope, seen: Sightings) -> Way:
    """Read the thread around the post at `url` from the operator's server, and tell `seen` of it."""
    reply = yield from ask(requests.search(scope.home, url))
    outcome = ended(reply)
    if outcome != "read" or not isinstance(reply, Answer):
        return "unreadable" if outcome == "not-found" else outcome
    desk = Desk(host_of(scope.home), seen, trusted=True, privileged=True)
    body = next((found for found in items(get(json_of(reply), "statuses")) if _is_it(found, url)), None)
    status = desk.read(body)
    if status is None:
        return "unreadable"
    desk.begin(reply.at)
    desk.tell(status)
    seen.asked_for(status.post.id)
    first = yield from ask(requests.home_context(scope.home, status.number))
    _tell_context(desk, status.number, first)
    wait = yield from _wait(scope.home, first)
    again = yield from ask(requests.home_context(scope.home, status.number, wait))
    _tell_context(desk, status.number, again)
    return "read"


def _is_it(status: object, url: str) -> bool:
    """Whether a post is the one that was asked for."""
    names = (post_id(string(get(status, key))) for key in ("uri", "url"))
    return post_id(url) in names


def _tell_context(desk: Desk, number: str, reply: Reply) -> None:
    body = json_of(reply)
    if isinstance(reply, Answer) and reply.status == 200:
        desk.begin(reply.at)
        desk.context(body, number)


def _wait(home: str, reply: Reply) -> Generator[tuple[Request, ...], tuple[Reply, ...], float]:
    """Wait until the server has fetched what it lacks, or long enough; returns the seconds that are left to wait.

    Mastodon names what it began in a header: `id="…", retry=SECONDS` (async refreshes, from 4.5 on).
    """
    header = reply.fields.get("mastodon-async-refresh", "") if isinstance(reply, Answer) else ""
    name, pause = re.search('id="([^"]+)"', header), re.search(r"retry=(\d{1,3})", header)
    if name is None:
        return PAUSE
    wait = min(float(pause[1]) if pause else PAUSE, LONGEST_PAUSE)
    for _ in range(LOOKS):
        state = yield from ask(requests.refresh(home, name[1], wait))
        if get(json_of(state), "async_refresh", "status") != "running":
            break
    return 0.0
