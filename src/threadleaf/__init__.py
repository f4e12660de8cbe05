"""Threadleaf: unroll social-media threads into pages to read, keep and search.

    >>> import threadleaf
    >>> thread = threadleaf.unroll("thread.txt")  # doctest: +SKIP

Only the names in `__all__` are promised. They load when they are first used (PEP 562), so that reading a saved page
needs no database, no web framework and no HTTP client.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime
    from typing import BinaryIO

    from threadleaf import render
    from threadleaf.core.errors import (
        Blocked,
        Gone,
        NotFound,
        NotNow,
        Refused,
        StoreError,
        ThreadleafError,
        TooLarge,
        UnknownAddress,
        Unreadable,
    )
    from threadleaf.core.model import Author, Completeness, Conversation, Gap, Post, Ref, Thread
    from threadleaf.service import Threadleaf
    from threadleaf.wire import Answer, Document, Reply, Steps

__version__ = "0.1.0"

__all__ = [
    "Answer",
    "Author",
    "Blocked",
    "Completeness",
    "Document",
    "Gap",
    "Gone",
    "NotFound",
    "NotNow",
    "Post",
    "Ref",
    "Refused",
    "StoreError",
    "Thread",
    "Threadleaf",
    "ThreadleafError",
    "TooLarge",
    "UnknownAddress",
    "Unreadable",
    "__version__",
    "render",
    "unroll",
]

_HOMES = {
    "threadleaf.core.errors": (
        "Blocked",
        "Gone",
        "NotFound",
        "NotNow",
        "Refused",
        "StoreError",
        "ThreadleafError",
        "TooLarge",
        "UnknownAddress",
        "Unreadable",
    ),
    "threadleaf.core.model": ("Author", "Completeness", "Gap", "Post", "Ref", "Thread"),
    "threadleaf.service": ("Threadleaf",),
    "threadleaf.wire": ("Answer", "Document"),
}


def __getattr__(name: str) -> object:
    from importlib import import_module

    if name == "render":
        return import_module("threadleaf.render")
    for home, names in _HOMES.items():
        if name in names:
            return getattr(import_module(home), name)
    raise AttributeError(f"module 'threadleaf' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)


def unroll(
    source: str | os.PathLike[str] | Ref | Sequence[str | os.PathLike[str]] | None = None,
    *,
    documents: Iterable[Document] | None = None,
    replies: Iterable[Reply] | None = None,
    fetch: Callable[[Steps], Conversation] | None = None,
) -> Thread:
    """Unroll one thread, from its network or from saved answers and pages, and return what may be shown of it.

    `source` is the address of any post of the thread, or a file, or the files of one conversation; a text that is
    the name of something on this disk is taken as a file. `documents` are files already read, in place of `source`.
    With an address, `replies` (given beforehand, in the order in which they will be asked for) keep everything
    offline, and `fetch` is what carries out a source's requests (by default the network, at most 20 s).

    Raises one of the errors in `__all__`, each with a `sentence` for a person; TypeError if there is nothing to read.
    """
    from threadleaf.service import Threadleaf

    if documents is None:
        documents = _files(source)
    if documents is not None:
        return Threadleaf(None, None, _now).unroll_documents(tuple(documents)).thread
    if replies is not None:
        fetch = partial(_answered, replies)
    return Threadleaf(None, fetch or _fetched, _now).unroll(_address(source), asker="operator").thread


def is_file(source: str) -> bool:
    """Whether a text is the name of something on this disk, rather than an address."""
    # Path.exists raises for a name that is too long to be one.
    return "://" not in source and os.path.exists(source)  # noqa: PTH110


def read_file(path: str | os.PathLike[str]) -> Document:
    """A saved answer or page from disk, not looked into yet.

    Raises Unreadable (not there, a folder, no right to read it, empty) and TooLarge (20 MiB).
    """
    from threadleaf.core.errors import Unreadable

    name = os.fspath(path)
    try:
        with Path(path).open("rb") as stream:
            return read_stream(stream, name)
    except FileNotFoundError:
        raise Unreadable(f"There is no file “{name}”.", subject=name) from None
    except IsADirectoryError:
        raise Unreadable(f"“{name}” is a folder. Give the files in it.", subject=name) from None
    except OSError as error:
        raise Unreadable(f"“{name}” cannot be read: {error.strerror}.", subject=name) from error


def read_stream(stream: BinaryIO, name: str) -> Document:
    """The same from an open stream; `name` is what sentences call it."""
    from threadleaf.core.errors import TooLarge, Unreadable
    from threadleaf.core.limits import MOST_BYTES
    from threadleaf.wire import Document

    body = stream.read(MOST_BYTES + 1)
    if not body:
        raise Unreadable(f"“{name}” is empty.", subject=name)
    if len(body) > MOST_BYTES:
        raise TooLarge(f"“{name}” is larger than 20 MiB, which is the most that is read.", subject=name)
    return Document(body=body, name=name)


def _files(source: object) -> list[Document] | None:
    """The documents that a source names; None if it is an address."""
    if isinstance(source, os.PathLike) or (isinstance(source, str) and is_file(source)):
        return [read_file(source)]
    if isinstance(source, Sequence) and not isinstance(source, str):
        return [read_file(file) for file in source]
    return None


def _address(source: object) -> str | Ref:
    from threadleaf.core.model import Ref

    if not isinstance(source, str | Ref):
        raise TypeError(f"unroll() needs an address, a file, or several files, not {type(source).__name__}")
    return source


def _answered(replies: Iterable[Reply], steps: Steps) -> Conversation:
    """Run a source on given replies; when they run out, it is told that there is no network."""
    from threadleaf.wire import Refused

    left = iter(replies)
    try:
        wanted = next(steps)
        while True:
            wanted = steps.send(tuple(next(left, Refused(kind="offline")) for _ in wanted))
    except StopIteration as end:
        seen: Conversation = end.value
        return seen


def _fetched(steps: Steps) -> Conversation:
    from threadleaf.fetch.door import Door
    from threadleaf.fetch.drive import drive

    return drive(steps, door=Door(), clock=_now)


def _now() -> datetime:
    from datetime import UTC, datetime

    return datetime.now(UTC)  # noqa: TID251 -- the edge: every part below takes the time as an argument
