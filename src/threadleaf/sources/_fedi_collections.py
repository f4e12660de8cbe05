"""Collections of ActivityPub, read page after page: the answers to a post, a conversation, what an author sent.

Servers page in ways of their own, and some lists say less than they seem to:

- Mastodon lists an author's own answers first, and after them, by an address that says `only_other_accounts=true`,
  everybody else's. The first page that comes with a post names five at most; asked for, it brings them whole.
- GoToSocial gives the first page without its items, and a next page that may be empty.
- Pleroma names five own answers at most, and does not say that there are more.
"""

from __future__ import annotations

import re
from typing import Literal

from threadleaf.core.untyped import get, number
from threadleaf.sources._fedi_forms import COLLECTIONS, id_of, is_at, kind_of, many

MOST_PAGES = 20
MOST_ITEMS = 1000
_NAMED = 5
"""The most answers that a post brings along, of which there may be more (Mastodon, Pleroma)."""

End = Literal["", "all", "own", "cut"]


class Listing:
    """The reading of one collection, which the server of `owner` (any address of it) must keep.

    `following` is the address to ask next, empty if there is none. `end` is how the reading ended: `all` was listed, at
    least all of the author's `own`, it was `cut` off; empty while it goes on.
    """

    def __init__(self, owner: str) -> None:
        self.owner = owner
        self.following = ""
        self.end: End = ""
        self._asked: set[str] = set()
        self._count = 0
        self._total: int | None = None
        self._with_own = False

    def read(self, found: object, asked: str = "") -> list[object]:
        """Take a collection or one page of it, or its address; returns the items that are in it.

        `asked` is the address under which it was found, empty if it came along with something else.
        """
        self.following = ""
        if isinstance(found, str):
            self._go_on(id_of(found))
            return []
        if kind_of(found) not in COLLECTIONS:
            self.end = "cut"
            return []
        total, first = number(get(found, "totalItems")), get(found, "first")
        self._total = self._total if total is None else total
        items = _items(found)
        if items or first is None:
            return self._page(found, items, asked, along=not asked)
        if isinstance(first, dict):
            return self._page(first, _items(first), asked, along=True)
        self._go_on(id_of(first))
        return []

    def _page(self, page: object, items: list[object], asked: str, *, along: bool) -> list[object]:
        """Take a page; `along`: it was not asked for but came along with something."""
        following = id_of(get(page, "next"))
        named = bool(items) and all(isinstance(item, str) for item in items)
        if not asked and named and (start := _from_the_start(following)):
            self._go_on(start)  # they are only named here, and whole there
            return []
        items = items[: MOST_ITEMS - self._count]
        self._count += len(items)
        self._with_own = self._with_own or not _leaves_out_own(asked)
        if _leaves_out_own(following) and not _leaves_out_own(asked):
            self.end = "own"
        elif self._count >= MOST_ITEMS:
            self.end = "cut"
        elif self._total is not None and self._count >= self._total:
            self._ended()
        elif following and (items or along):
            self._go_on(following)
        elif asked:
            self._ended()
        else:
            self.end = "own" if len(items) < _NAMED else "cut"
        return items

    def _ended(self) -> None:
        self.end = "all" if self._with_own else "cut"

    def _go_on(self, address: str) -> None:
        if address in self._asked or len(self._asked) >= MOST_PAGES or not is_at(address, self.owner):
            self.end = "cut"
        else:
            self._asked.add(address)
            self.following = address


def _items(page: object) -> list[object]:
    return [*many(get(page, "items")), *many(get(page, "orderedItems"))]


def _leaves_out_own(address: str) -> bool:
    """Whether a page lists other people's answers only, by its address (Mastodon, GoToSocial)."""
    return "only_other_accounts=true" in address


def _from_the_start(following: str) -> str:
    """The page that begins before the next one; empty if the next one's address does not say where it begins."""
    start = re.sub(r"(?<=[?&])min_id=[^&#]*&?", "", following)
    return start.rstrip("&?") if start != following and "page=true" in start else ""
