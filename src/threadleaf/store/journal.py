"""The journal of removals: a file beside the database that only grows, so that a restored backup forgets none of them.

A line is written, and on the disk, before the transaction that it tells of is committed: whatever ends in between, no
removal is lost; at worst one is carried out when the database is opened next that nobody was told of. A line holds
keyed hashes, a date and the class of the reason: no content, and no id.

Every line names its journal, so that one file may be several journals, one after the other.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from errno import ENOSPC
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO, Literal

from msgspec import MsgspecError, Struct, json

from threadleaf.core.model import Network
from threadleaf.core.wishes import By

_TAIL = 1024

Deed = Literal["begun", "taken down", "lifted", "opted out", "allowed"]
"""A journal begins here · a tombstone was written · taken away · somebody, or a post, was put on our list · taken off it."""


class Entry(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What was done, to which keyed hashes (`marks`), when, on which network, and for which reason.

    `key` says of which database the hashes are; `journal` and `id` are random, and given when it is written. `lifts` as in
    `removal.bury`. `names` and `accounts` are what the index of pages (`store.naming`) and her own statements know
    somebody by who was put on the list, one for each mark, or none.
    """

    key: bytes
    did: Deed
    journal: str = ""
    id: str = ""
    at: datetime | None = None
    network: Network | None = None
    by: By | None = None
    marks: tuple[bytes, ...] = ()
    lifts: bool = False
    names: tuple[bytes, ...] = ()
    accounts: tuple[bytes, ...] = ()


class Journal:
    """A journal at a path; OSError is raised where it cannot be read or written. There is no file until something is
    written."""

    def __init__(self, path: Path, put: Callable[[int, bytes], int] = os.write) -> None:
        """`put` writes to a file that is open, and tells how many bytes it has taken."""
        self.path, self._put = path, put

    def state(self) -> str:
        """A value that differs whenever the file does: its length, and a hash of its end; empty if there is none."""
        try:
            with self.path.open("rb") as file:
                size = file.seek(0, os.SEEK_END)
                file.seek(max(0, size - _TAIL))
                return f"{size} {sha256(file.read()).hexdigest()[:16]}"
        except FileNotFoundError:
            return ""

    def ends(self) -> tuple[str, str]:
        """The journals of which the first and the last line are; empty where there is none."""
        first = next((entry.journal for entry in self.read()), "")
        return first, self._last() if first else ""

    def _last(self) -> str:
        with self.path.open("rb") as file:
            return next(_backwards(file)).journal

    def write(self, entries: Sequence[Entry]) -> None:
        """Add lines; when this returns they are on the disk. If it raises, nothing was added."""
        text = b"".join(json.encode(entry) + b"\n" for entry in entries)
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        file = os.open(self.path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            self._add(file, text)
        finally:
            os.close(file)
        _settle(self.path.parent)

    def _add(self, file: int, text: bytes) -> None:
        size = os.fstat(file).st_size
        left = (b"" if _ends_well(file, size) else b"\n") + text
        try:
            while left:
                left = left[self._taken(file, left) :]
            os.fsync(file)
        except OSError:
            os.ftruncate(file, size)  # else it would be carried out later, whatever was decided meanwhile
            raise

    def _taken(self, file: int, text: bytes) -> int:
        """How much of a text was written: a disk that is nearly full takes a part of it, and then nothing."""
        taken = self._put(file, text)
        if not taken:
            raise OSError(ENOSPC, os.strerror(ENOSPC))
        return taken

    def read(self) -> Iterator[Entry]:
        """What was written, in that order. A line that was not written to its end is none."""
        try:
            with self.path.open("rb") as file:
                for line in file:
                    if (entry := _entry(line)) is not None:
                        yield entry
        except FileNotFoundError:
            return


def _backwards(file: BinaryIO) -> Iterator[Entry]:
    """What the lines say, the last one first, read from ever longer parts of the file: some more than once."""
    size = file.seek(0, os.SEEK_END)
    for length in _growing(size):
        file.seek(size - length)
        lines = file.read(length).splitlines()[0 if length == size else 1 :]
        yield from filter(None, map(_entry, reversed(lines)))


def _growing(size: int) -> Iterator[int]:
    """Ever longer parts of a file, up to all of it."""
    length = 1 << 16
    while length < size:
        yield length
        length *= 4
    yield size


def _ends_well(file: int, size: int) -> bool:
    """Whether the last line has an end: a program may have ended while it wrote."""
    return size == 0 or os.pread(file, 1, size - 1) == b"\n"


def _settle(folder: Path) -> None:
    """Have the folder know the file, whatever happens to the machine."""
    there = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(there)
    finally:
        os.close(there)


_READS = json.Decoder(Entry)


def _entry(line: bytes) -> Entry | None:
    try:
        return _READS.decode(line)
    except (MsgspecError, UnicodeDecodeError):
        return None


def beside(target: str | Path) -> Path:
    """Where the journal of an SQLite file lies."""
    return Path(target).with_suffix(".removals")
