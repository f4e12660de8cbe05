"""Where a bot is signed in: its tokens, in a file that only the operator's account may read.

They are not in the database, so that no backup of it holds them; and servers change them every few hours, so that the
door has to look anew for each request.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from secrets import token_hex

import msgspec

from threadleaf.core.errors import Unreadable
from threadleaf.fetch.door import Credential

ACCESS = "bluesky"
"""The credential for what the bot does on Bluesky,"""
REFRESH = "bluesky-refresh"
"""and the one by which it gets new ones."""


class Tokens(msgspec.Struct, frozen=True, kw_only=True):
    """A session: whose (`did`), at which server (an origin), and the secrets."""

    did: str
    server: str
    access: str
    refresh: str

    def __repr__(self) -> str:
        return f"Tokens({self.did!r}, {self.server!r}, …)"


_READS = msgspec.json.Decoder(Tokens)


class Session(Mapping[str, Credential]):
    """The session in a file, and the credentials that it gives to the door by their `names`. Processes may share it."""

    def __init__(self, file: Path, names: tuple[str, str] = (ACCESS, REFRESH)) -> None:
        self._file, self._names = file, names

    @property
    def tokens(self) -> Tokens | None:
        """What is there now; None before the first sign-in. Raises Unreadable if the file cannot be read."""
        try:
            return _READS.decode(self._file.read_bytes())
        except FileNotFoundError:
            return None
        except OSError as error:
            sentence = f"The bot's session in {self._file} cannot be read: {error.strerror}."
            raise Unreadable(sentence, subject=str(self._file)) from error
        except msgspec.MsgspecError:  # torn by a full disk, say: then it signs in anew
            return None

    def keep(self, tokens: Tokens | None) -> None:
        """Keep new ones, or none any more; there is never half a file."""
        if tokens is None:
            self._file.unlink(missing_ok=True)
            return
        self._file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = self._file.with_name(f"{self._file.name}.{token_hex(8)}")
        with open(draft, "xb", opener=lambda path, flags: os.open(path, flags, 0o600)) as stream:
            stream.write(msgspec.json.encode(tokens))
        draft.replace(self._file)

    def __getitem__(self, name: str) -> Credential:
        tokens = self.tokens
        if tokens is None or name not in self._names:
            raise KeyError(name)
        return Credential(tokens.server, f"Bearer {tokens.access if name == self._names[0] else tokens.refresh}")

    def __iter__(self) -> Iterator[str]:
        return iter(self._names if self.tokens else ())

    def __len__(self) -> int:
        return len(list(iter(self)))
