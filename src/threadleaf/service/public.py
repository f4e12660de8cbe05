"""Pages that are for everybody: which they are, and how others hear that something changed (WebSub)."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urlencode

from threadleaf.core.errors import NotNow
from threadleaf.core.model import Conversation
from threadleaf.core.withhold import reach
from threadleaf.store.records import Reading
from threadleaf.wire import Answer, Request, Steps, ask

FORM = "application/x-www-form-urlencoded"


def is_public(reading: Reading) -> bool:
    """Whether lists and search engines may show a page: it is listed, and no wish of anybody in it speaks against that."""
    return reading.saved.visibility == "listed" and reach(reading.thread) == "listed"


def is_indexable(reading: Reading, *, unsaid: bool) -> bool:
    """Whether search engines and feeds may tell of a page: it is public, and whoever decides about that agrees.

    That is its author; else the operator, for this page; else the settings (`unsaid`). A wish beats them all.
    """
    return is_public(reading) and (unsaid if reading.indexed is None else reading.indexed)


def announcement(hub: str, topics: Iterable[str]) -> Steps:
    """Tell a hub which feeds changed, by their addresses (WebSub §7, as hubs take it).

    The answer is an empty conversation. Raises NotNow if the hub does not take it.
    """
    body = urlencode([("hub.mode", "publish"), *(("hub.url", topic) for topic in topics)]).encode()
    request = Request(url=hub, method="POST", accept="*/*", sends=FORM, body=body, purpose="the hub of our feeds")
    reply = yield from ask(request)
    if not isinstance(reply, Answer):
        raise NotNow(f"The hub {hub} could not be told of a change: {reply.detail or reply.kind}.", subject=hub)
    if not 200 <= reply.status < 300:
        raise NotNow(f"The hub {hub} was told of a change and answered {reply.status}.", subject=hub)
    return Conversation(network="file", anchor="", posts=())
