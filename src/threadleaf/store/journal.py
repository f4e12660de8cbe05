"""The journal of removals: a file beside the database that only grows, so that a restored backup forgets none of them.

A line is written, and on the disk, before the transaction that it tells of is committed: whatever ends in between, no
removal is lost; at worst one is carried out when the database is opened next that nobody was told of. A line holds
keyed hashes, a date and the class of the reason: no content, and no id. Journals of several machines may be put together.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Literal

from msgspec import MsgspecError, Struct, json

from threadleaf.core.model import Network
from threadleaf.core.wishes import By

_TAIL = 1024

Deed = Literal["taken down", "lifted", "opted out", "allowed"]
"""A tombstone was written · taken away · somebody, or a post, was put on our list · taken off it."""


class Entry(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What was done, to which keyed hashes (`marks`), when, on which network, and for which reason.

    `key` says of which database the hashes are. `lifts` as in `removal.bury`; `names` are what the index of pages knows
    somebody by who was put on the list (`store.naming`).
    """

    key: bytes
    did: Deed
    at: datetime
    network: Network
    by: By
    marks: tuple[bytes, ...]
    lifts: bool = False
    names: tuple[bytes, ...] = ()


class Journal:
    """A journal at a path. It is made when something is written first; OSError is raised if that cannot be done."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def state(self) -> bytes:
        """A value that differs whenever the journal does: its length, and a hash of its end; empty if there is none."""
        try:
            with self._path.open("rb") as file:
                size = file.seek(0, os.SEEK_END)
                file.seek(max(0, size - _TAIL))
                return b"%d %s" % (size, sha256(file.read()).hexdigest()[:16].encode())
        except FileNotFoundError:
            return b""

    def write(self, entries: Sequence[Entry]) -> None:
        """Add lines; when this returns they are on the disk."""
        text = b"".join(json.encode(entry) + b"\n" for entry in entries)
        file = os.open(self._path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            os.write(file, (b"" if _ends_well(file) else b"\n") + text)
            os.fsync(file)
        finally:
            os.close(file)
        _settle(self._path.parent)

    def read(self) -> Iterator[Entry]:
        """What was written, in that order. A line that was not written to its end is none."""
        try:
            with self._path.open("rb") as file:
                for line in file:
                    if (entry := _entry(line)) is not None:
                        yield entry
        except FileNotFoundError:
            return


def _ends_well(file: int) -> bool:
    """Whether the last line has an end: a program may have ended while it wrote."""
    size = os.fstat(file).st_size
    return size == 0 or os.pread(file, 1, size - 1) == b"\n"


def _settle(folder: Path) -> None:
    """Have the folder know the file, whatever happens to the machine."""
    there = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(there)
    finally:
        os.close(there)


def _entry(line: bytes) -> Entry | None:
    try:
        return json.decode(line, type=Entry)
    except (MsgspecError, UnicodeDecodeError):
        return None


def beside(target: str | Path) -> Path:
    """Where the journal of an SQLite file lies."""
    return Path(target).with_suffix(".removals")
