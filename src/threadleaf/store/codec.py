"""Threads and conversations as bytes: JSON by msgspec, packed by Zstandard with a checksum."""

from __future__ import annotations

from typing import Any, Final, TypeVar

import zstandard
from msgspec import MsgspecError, json

from threadleaf.core.errors import StoreError
from threadleaf.core.found import Told
from threadleaf.core.model import Conversation, Thread

_T = TypeVar("_T", Conversation, Thread, Told)

_READS: Final[dict[type, json.Decoder[Any]]] = {kind: json.Decoder(kind) for kind in (Conversation, Thread, Told)}
"""Made while this module is read, by one thread: msgspec ends the process if two learn a type at the same time."""
_LEVEL = 6  # a thread is packed once and read a thousand times; higher levels gain little on a few kilobytes


def pack(piece: Conversation | Thread) -> bytes:
    """The bytes that `unpack` reads."""
    return zstandard.ZstdCompressor(level=_LEVEL, write_checksum=True).compress(json.encode(piece))


def unpack(blob: bytes, kind: type[_T]) -> _T:
    """The piece that was packed; raises StoreError if the bytes are damaged."""
    try:
        piece: _T = _READS[kind].decode(zstandard.ZstdDecompressor().decompress(blob))
    except (zstandard.ZstdError, MsgspecError) as error:
        raise StoreError("A stored thread is damaged. Restore it from a backup, or unroll it again.") from error
    return piece
