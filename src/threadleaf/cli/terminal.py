"""What goes to a person: foreign text made inert, styled only where it is a terminal."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.text import Text

_C0, _C1 = (code for code in range(0x20) if code not in (0x09, 0x0A)), range(0x7F, 0xA0)
_REMOVED: Mapping[int, None] = dict.fromkeys((*_C0, *_C1, *range(0x202A, 0x202F), *range(0x2066, 0x206A)))
"""C0 and C1 controls (ECMA-48), with which a text could drive the terminal, and the bidirectional overrides."""


def inert(text: str) -> str:
    """The text without anything that a terminal takes as a command; tabs and newlines stay."""
    return text.translate(_REMOVED)


def line(text: str) -> str:
    """The same on one line."""
    return inert(" ".join(text.split()))


def complain(sentence: str, before: str = "") -> None:
    """Say on stderr what went wrong."""
    tell(f"{before}Error: {sentence}")


def tell(text: str) -> None:
    """Say something beside the output, on stderr."""
    encoding = sys.stderr.encoding or "utf-8"
    sys.stderr.write(inert(text).encode(encoding, "replace").decode(encoding) + "\n")
    sys.stderr.flush()


def show(text: str) -> None:
    """Print a text for reading: wrapped at words, its first line bold, on a terminal; as it is elsewhere."""
    if not is_terminal():
        put(text.encode())
        return
    from rich.text import Text

    first, newline, rest = inert(text).removesuffix("\n").partition("\n")
    print_rich(Text.assemble((first, "bold"), newline + rest))


def print_rich(text: Text) -> None:
    """Print with Rich, which sees the terminal's width and obeys NO_COLOR. Markup is never read from a text."""
    from rich.console import Console

    text.overflow = "ignore"  # a long address is left whole, to be copied
    Console(markup=False, highlight=False, emoji=False).print(text)


def is_terminal() -> bool:
    return sys.stdout.isatty()


def put(data: bytes) -> None:
    """Write to stdout. A reader that has seen enough (`| head`) is not an error."""
    try:
        sys.stdout.flush()
        sys.stdout.buffer.write(inert(data.decode()).encode() if is_terminal() else data)
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        # Python flushes again at its end, into the void instead of the closed pipe.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
