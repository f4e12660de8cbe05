"""A thread read along one of its branches, as `?line=` in an address asks: the same for its page and for its files."""

from __future__ import annotations

from threadleaf import render
from threadleaf.core.along import along
from threadleaf.core.model import Thread
from threadleaf.web.site import LONGEST

QUERY = "line"


def turned(thread: Thread, line: str) -> Thread | None:
    """The thread with the branch called `line` on its page as its main line; None if there is no such branch."""
    first = render.post_named(thread, line[:LONGEST])
    return along(thread, first.id) if first else None
