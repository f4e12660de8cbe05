"""Who sees a page, and who may choose that: one rule for the site, the programs and whoever asks otherwise."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from threadleaf.core.errors import Refused
from threadleaf.core.model import Network
from threadleaf.render.tongue import marked

Level = Literal["listed", "unlisted", "private", "live"]
"""Everybody in lists · whoever has the address · whoever has a secret address · shown for an hour and not kept."""

Mode = Literal["open", "own-only", "closed"]
"""What others than an author may have of a network's threads: a page · a look at it, which is not kept · nothing."""

MODES: Mapping[str, Mode] = {"bsky": "open", "fedi": "own-only"}
"""The modes of the networks where nothing else is set; any other network is open."""

_NARROWEST_FIRST: tuple[Level, ...] = ("live", "private", "unlisted", "listed")
_CLOSED = marked("This site unrolls no threads of this network. Threadleaf is free: you can run your own.")


def choices(network: Network, *, personal: bool, modes: Mapping[str, Mode]) -> tuple[Level, ...]:
    """The levels that whoever asks for a thread may choose, the usual one first; empty if there are none.

    `modes` are those that the operator has set, by network. A personal instance serves its one reader, who may
    choose for every network. Elsewhere nobody but its author makes a page of a thread where the mode is `own-only`.
    """
    if personal:
        return ("listed", "private", "live")
    mode = modes.get(network) or MODES.get(network, "open")
    of: Mapping[Mode, tuple[Level, ...]] = {
        "open": ("unlisted", "listed", "private", "live"),
        "own-only": ("live",),
        "closed": (),
    }
    return of[mode]


def settled(asked: str, allowed: tuple[Level, ...]) -> Level:
    """The level that a thread gets: what was asked for if it may be chosen, else the next narrower one that may be.

    Whoever asks for none gets the usual one. Raises Refused if nothing may be chosen.
    """
    if not allowed:
        raise Refused(_CLOSED, code="closed")
    if asked not in _NARROWEST_FIRST:
        return allowed[0]
    as_wide = _NARROWEST_FIRST[: _NARROWEST_FIRST.index(asked) + 1]
    return next(level for level in reversed(as_wide) if level in allowed)
