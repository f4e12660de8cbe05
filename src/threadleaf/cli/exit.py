"""The exit codes, in one table that `--help` shows."""

from __future__ import annotations

from collections.abc import Mapping

from threadleaf.core.errors import Kind, ThreadleafError
from threadleaf.core.model import State

DONE, FAILED, WRONG_USE, LESS, REFUSED, NOT_NOW, INTERRUPTED = 0, 1, 2, 3, 4, 5, 130

CODES: Mapping[int, str] = {
    DONE: "done",
    FAILED: "failed",
    WRONG_USE: "wrong use: an unknown address, an unreadable file, a wrong option",
    LESS: "done, but less than asked (--fail-on), or with warnings (doctor)",
    REFUSED: "refused: the author's wish, a private post, a page taken down",
    NOT_NOW: "not now: a rate limit, a budget, no network",
    INTERRUPTED: "interrupted",
}
"""What each code means."""

_KINDS: Mapping[Kind, int] = {
    "wrong-use": WRONG_USE,
    "not-found": FAILED,
    "gone": REFUSED,
    "refused": REFUSED,
    "failed": FAILED,
    "not-now": NOT_NOW,
}
_WORSE: Mapping[str, frozenset[State]] = {
    "": frozenset(),
    "incomplete": frozenset({"incomplete"}),
    "open": frozenset({"incomplete", "open"}),
}


def of_error(error: ThreadleafError) -> int:
    """The code of one of our errors."""
    return _KINDS[error.kind]


def of_state(state: State, fail_on: str) -> int:
    """The code of a thread that was shown; `fail_on` is the option: empty, `incomplete`, or `open` (the stricter)."""
    return LESS if state in _WORSE[fail_on] else DONE


def table() -> str:
    """The table as `--help` prints it."""
    return "\n".join(f"  {code:>3}  {meaning}" for code, meaning in CODES.items())
