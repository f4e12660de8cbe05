"""A thread as the query of an address asks for it: an earlier version of it (`?v=`), and read along one of its branches
(`?line=`). The same for its page and for its files.
"""

from __future__ import annotations

from collections.abc import Mapping

from threadleaf import render
from threadleaf.core import versions
from threadleaf.core.along import along
from threadleaf.core.errors import NotFound
from threadleaf.core.model import Thread
from threadleaf.render.tongue import marked
from threadleaf.web.site import LONGEST

QUERY = "line"
VERSION = "v"
NO_VERSION = "no-version"
"""The code of what is raised for a version that is not there."""

NO_SUCH_POST = marked("There is no such post, or no such branch, in this thread.")


def asked(thread: Thread, query: Mapping[str, str]) -> Thread:
    """The thread that a query asks for. Raises NotFound, with the code `NO_VERSION` if there is no such version."""
    found: Thread | None = thread
    if VERSION in query:
        found = versions.at(thread, query[VERSION][:LONGEST])
    if found is None:
        sentence = "There is no such version of this thread, or not any more: when a post goes, its earlier versions go with it."
        raise NotFound(sentence, code=NO_VERSION)
    if QUERY in query:
        found = turned(found, query[QUERY])
    if found is None:
        raise NotFound(NO_SUCH_POST)
    return found


def turned(thread: Thread, line: str) -> Thread | None:
    """The thread with the branch called `line` on its page as its main line; None if there is no such branch."""
    first = render.post_named(thread, line[:LONGEST])
    return along(thread, first.id) if first else None
