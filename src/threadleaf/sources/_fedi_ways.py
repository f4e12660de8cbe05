"""The ways in which a post of the fediverse can be asked for, and how each of them may end."""

from __future__ import annotations

from collections.abc import Generator
from typing import Literal

from threadleaf.core.untyped import get, string
from threadleaf.sources._deep import json_of
from threadleaf.wire import Answer, Reply, Request

Outcome = Literal["read", "not-found", "refused", "unsigned", "unreadable", "unreachable"]
"""How a way ended.

`read`: the post itself was shown, whatever else was not · `not-found`: its own server has no such public post ·
`refused`: the server wants a login or a signature · `unsigned`: it wants a signature, and there is none to give ·
`unreadable`: it answers in another form · `unreachable`: it did not answer.
"""

Way = Generator[tuple[Request, ...], tuple[Reply, ...], Outcome]
"""A generator of requests, driven like a source's steps, whose end is an `Outcome`. It raises nothing."""


def ended(reply: Reply) -> Outcome:
    """How a way ends that got this reply to its first question; `read` if it may be read on."""
    if not isinstance(reply, Answer) or reply.status == 429 or reply.status >= 500:
        return "unreachable"
    if reply.status in (401, 403):
        return "refused"
    body = json_of(reply)
    if reply.status in (404, 410) and string(get(body, "error")):
        return "not-found"
    return "read" if reply.status == 200 and body is not None else "unreadable"
