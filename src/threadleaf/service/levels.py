"""Who sees a page, and who may choose that: one rule for the site, the programs and whoever asks otherwise."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from threadleaf.core.errors import Refused
from threadleaf.core.model import Network
from threadleaf.render.tongue import marked
from threadleaf.store.records import Asker

Level = Literal["listed", "unlisted", "private", "live"]
"""Everybody in lists · whoever has the address · whoever has a secret address · shown for an hour and not kept."""

Mode = Literal["open", "ask-first", "own-only", "opt-in", "closed"]
"""What others than an author may have of a network's threads: a page · a page once she agrees, until when the request
waits · a look at it, which is not kept, unless she agreed · nothing, unless she agreed · nothing."""

MODES: Mapping[str, Mode] = {"bsky": "open", "fedi": "own-only"}
"""The modes of the networks where nothing else is set; any other network is open."""

_OPEN: tuple[Level, ...] = ("unlisted", "listed", "private", "live")
_AGREED: tuple[Level, ...] = ("unlisted", "listed", "private")
_NARROWEST_FIRST: tuple[Level, ...] = ("live", "private", "unlisted", "listed")
_OF_X: Mapping[Asker, int] = {"operator": 0, "author": 1, "summoned": 1, "anyone": 2}
_COSTS = marked(
    "Reading X costs money, and on this site only its operator has threads of X read. "
    "Threadleaf is free: you can run your own."
)
_ONLY_BY_BOT = marked(
    "Reading X costs money: on this site its operator has threads of X read, and whoever mentions the site’s bot on X. "
    "Threadleaf is free: you can run your own."
)
_CLOSED = marked("This site unrolls no threads of this network. Threadleaf is free: you can run your own.")


def choices(
    network: Network, *, personal: bool, modes: Mapping[str, Mode], operator: bool = False, agreed: bool = False
) -> tuple[Level, ...]:
    """The levels that whoever asks for a thread may choose, the usual one first; empty if there are none.

    `modes` are those that the operator has set, by network. A personal instance serves its one reader, who may
    choose for every network. Elsewhere the `operator` may too. `agreed`: the thread's author asks herself, or agreed to
    pages whoever asks; then every mode but `closed` is an open one. Where that is not known, `ask-first` and `opt-in`
    offer what there is once she does.
    """
    if personal:
        return ("listed", "private", "live")
    if operator:
        return _OPEN
    mode = mode_of(network, modes)
    if agreed and mode != "closed":
        return _OPEN
    of: Mapping[Mode, tuple[Level, ...]] = {
        "open": _OPEN,
        "ask-first": _AGREED,
        "own-only": ("live",),
        "opt-in": _AGREED,
        "closed": (),
    }
    return of[mode]


def mode_of(network: Network, modes: Mapping[str, Mode]) -> Mode:
    """The mode of a network, where `modes` are those that the operator has set."""
    return modes.get(network) or MODES.get(network, "open")


def settled(asked: str, allowed: tuple[Level, ...]) -> Level:
    """The level that a thread gets: what was asked for if it may be chosen, else the next narrower one that may be,
    or the narrowest that there is.

    Whoever asks for none gets the usual one. Raises Refused if nothing may be chosen.
    """
    if not allowed:
        raise Refused(_CLOSED, code="closed")
    if asked not in _NARROWEST_FIRST:
        return allowed[0]
    at = _NARROWEST_FIRST.index(asked)
    by_nearness = (*reversed(_NARROWEST_FIRST[: at + 1]), *_NARROWEST_FIRST[at + 1 :])
    return next(level for level in by_nearness if level in allowed)


def check_reader(network: Network, asker: Asker, who_may_read_x: Asker) -> None:
    """Raise Refused (code `x-readers`) if somebody of that kind may not have a thread read, since reading X costs money.

    `who_may_read_x` is the widest kind that may.
    """
    if network == "x" and _OF_X[asker] > _OF_X[who_may_read_x]:
        raise Refused(_ONLY_BY_BOT if who_may_read_x == "summoned" else _COSTS, code="x-readers")
