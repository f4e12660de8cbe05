"""The ways in which a post of the fediverse can be asked for, and how each of them may end."""

from __future__ import annotations

from collections.abc import Generator
from typing import Literal

from threadleaf.core.model import Missing
from threadleaf.core.untyped import get, string
from threadleaf.sources._deep import json_of
from threadleaf.wire import Answer, Reply, Request

Outcome = Literal["read", "not-found", "withheld", "refused", "unsigned", "unreadable", "unreachable"]
"""How a way ended.

`read`: the post itself was shown, whatever else was not · `not-found`: its own server has no such public post ·
`withheld`: its author wants it shown to people who are logged in only, so no other way is tried ·
`refused`: the server wants a login or a signature · `unsigned`: it wants a signature, and there is none to give ·
`unreadable`: it answers in another form · `unreachable`: it did not answer.
"""

Way = Generator[tuple[Request, ...], tuple[Reply, ...], Outcome]
"""A generator of requests, driven like a source's steps, whose end is an `Outcome`. It raises nothing."""


def ended(reply: Reply) -> Outcome:
    """How a way by Mastodon's API ends that got this reply to its first question; `read` if it may be read on.

    Only in that API's own words is a post not found. Servers without it say 404 to anything: then another way may lead
    to the post.
    """
    if not isinstance(reply, Answer) or reply.status == 429 or reply.status >= 500:
        return "unreachable"
    if reply.status in (401, 403):
        return "refused"
    body = json_of(reply)
    if reply.status in (404, 410) and _is_error(body):
        return "not-found"
    return "read" if reply.status == 200 and body is not None else "unreadable"


def lost(name: str, outcome: Outcome) -> Missing:
    """The place of a post that was asked for and not shown."""
    if outcome == "not-found":
        return Missing(id=name, says="not-found")
    return Missing(id=name, reason="opted-out" if outcome == "withheld" else "unreachable")


def _is_error(body: object) -> bool:
    """Whether an answer is Mastodon's entity `Error`. Other software has more words in an error (RFC 9457, say)."""
    return isinstance(body, dict) and bool(string(get(body, "error"))) and body.keys() <= {"error", "error_description"}
