"""Whether search engines and feeds may tell of a page, and why: for the operator, who may say so of single pages.

a wish of somebody in it → its author's word → the operator's word → the settings
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from threadleaf.core.withhold import reach
from threadleaf.store.records import Reading

if TYPE_CHECKING:
    from threadleaf.store.threads import Store


class Told(Struct, frozen=True, kw_only=True):
    """What is said of a page at `path`: whether lists may show it, whether a wish keeps it from being found, and the words
    of author and operator (None: nothing)."""

    path: str
    listed: bool
    wish: bool
    author: bool | None
    operator: bool | None


def told(store: Store, reading: Reading) -> Told:
    """What is said of a kept page. Raises StoreError."""
    said = store.indexing.said(reading.saved)
    return Told(
        path=reading.saved.path,
        listed=reading.saved.visibility == "listed",
        wish=reach(reading.thread) != "listed",
        author=said.get("author"),
        operator=said.get("operator"),
    )


def explained(page: Told, *, unsaid: bool) -> str:
    """The same as sentences for the operator: what counts, and why. `unsaid` is what the settings say."""
    shut = "Search engines and feeds are not told of it"
    if not page.listed:
        return f"{shut}: it is not in lists."
    if page.wish:
        return f"{shut}: somebody in it asks not to be found."
    if page.author is not None:
        return (
            "Search engines and feeds may tell of it, as its author says."
            if page.author
            else f"{shut}, as its author says."
        )
    if page.operator is not None:
        return "Search engines and feeds may tell of it, as you said." if page.operator else f"{shut}, as you said."
    setting = f"the settings say so (`search_engines = {str(unsaid).lower()}`)."
    return f"Search engines and feeds may tell of it: {setting}" if unsaid else f"{shut}: {setting}"
