"""What is said on stderr beside the result: what is being asked right now, and where a thing was put."""

from __future__ import annotations

import sys
from types import TracebackType
from typing import TYPE_CHECKING, Self

from threadleaf.cli import terminal

if TYPE_CHECKING:
    from threadleaf.fetch.drive import Progress

_WIPE = "\r\x1b[2K"


class Spoken:
    """Called with the events of a fetch: one line that is wiped away, only on a terminal; a context manager.

    `quiet` says nothing at all. With `verbose` each event is a line of its own, wherever stderr goes.
    """

    def __init__(self, *, quiet: bool, verbose: bool) -> None:
        self._quiet, self._verbose = quiet, verbose
        self._draws = not (quiet or verbose) and sys.stderr.isatty()
        self._drawn = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._drawn:
            sys.stderr.write(_WIPE)
            sys.stderr.flush()

    def __call__(self, event: Progress) -> None:
        said = f"{event.done} answered · {terminal.line(event.purpose)}"
        if self._verbose:
            terminal.tell(said)
        elif self._draws:
            self._drawn = True
            sys.stderr.write(f"{_WIPE}{said[:70]}")
            sys.stderr.flush()

    def tell(self, text: str) -> None:
        """Say something that a person wants to know and a program does not."""
        if not self._quiet:
            terminal.tell(text)
