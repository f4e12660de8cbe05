"""Where a rendered thread goes: to stdout, or whole to a file."""

from __future__ import annotations

import os
import stat
import sys
from pathlib import Path

import click

from threadleaf.cli import exit as codes
from threadleaf.cli import formats, terminal
from threadleaf.core.model import Thread


class Output:
    """What the options of `options.output` ask for: where to, in which format and view, and when less is a failure.

    Made before any work is done, so that a wrong suffix is told at once (click.UsageError).
    """

    def __init__(self, path: str | None, form: str | None, view: formats.View | None, fail_on: str) -> None:
        self._path = None if path == "-" else path
        self._form = formats.chosen(self._path, form)
        self._view = view
        self._fail_on = fail_on

    @property
    def is_read_here(self) -> bool:
        """Whether the thread is printed for somebody to read, with all that its head says."""
        return self._path is None and self._form == "txt" and sys.stdout.isatty()

    def deliver(self, thread: Thread) -> int:
        """Render the thread, put it where it belongs, and return the exit code."""
        data = formats.rendered(thread, self._form, self._view)
        if self._path is not None:
            write(self._path, data)
        elif self._form == "txt":
            terminal.show(data.decode())
        else:
            terminal.put(data)
        return codes.of_state(thread.completeness.state, self._fail_on)


def write(path: str, data: bytes) -> None:
    """Write a file whole or not at all: beside its place first, then renamed over it.

    What a link points to is replaced, not the link; a device or a pipe is written to directly.
    """
    try:
        target = Path(path).resolve()
        if target.exists() and not target.is_file():
            target.write_bytes(data)
        else:
            _replace(target, data)
    except (OSError, RuntimeError) as error:  # the latter for links that go in a circle
        why = error.strerror if isinstance(error, OSError) else "its links lead back to it"
        raise click.ClickException(f"“{path}” cannot be written: {why}.") from error


def _replace(target: Path, data: bytes) -> None:
    # As tempfile would, without its import, which is a tenth of a cold start.
    beside = target.with_name(f".threadleaf-{os.urandom(8).hex()}.tmp")
    try:
        with beside.open("xb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        if target.exists():
            beside.chmod(stat.S_IMODE(target.stat().st_mode))
        beside.replace(target)
    except BaseException:  # also Ctrl-C
        beside.unlink(missing_ok=True)
        raise
