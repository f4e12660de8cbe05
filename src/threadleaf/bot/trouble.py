"""Why a network could not be asked, in a sentence for the operator."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from threadleaf.core.characters import clean
from threadleaf.core.untyped import get, items, string
from threadleaf.sources._deep import json_of
from threadleaf.sources._moments import after
from threadleaf.wire import Answer, Refused, Reply

LONGEST = 300
"""Characters of a server's own words that are passed on."""


class Trouble(Struct, frozen=True):
    """What stood in the way, and from when asking again makes sense, if the server named a time."""

    says: str
    until: datetime | None = None


def trouble(reply: Reply) -> Trouble:
    """What an answer that is no use says, or why there was none."""
    if isinstance(reply, Refused):
        waits = f" {after(reply.until)}" if reply.until else ""
        return Trouble(f"{reply.detail or 'The server could not be asked.'}{waits}", reply.until)
    words = words_of(reply)
    return Trouble(f"The server answered {reply.status}{f': {words}' if words else ''}.")


def words_of(answer: Answer) -> str:
    """The server's own words in an error: Mastodon's `error`, Bluesky's `error` and `message`, X's `detail` and the first of
    its `errors`."""
    body = json_of(answer)
    first = next(iter(items(get(body, "errors"))), None)
    named = " ".join(filter(None, (string(get(body, "error")), string(get(body, "message")))))
    told = (get(body, "error_description"), named, get(first, "message"), get(first, "detail"))
    found = next(filter(None, map(string, (*told, get(body, "detail"), get(body, "title")))), "")
    return " ".join(clean(found).split())[:LONGEST].rstrip(".")


def was_never_sent(reply: Reply) -> bool:
    """Whether a request certainly did not reach the server: a rule of ours forbade it, or there is no network to ask."""
    return isinstance(reply, Refused) and (reply.kind in ("limit", "offline") or reply.code.startswith("DENY-"))
