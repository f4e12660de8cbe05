"""Sentences that are made in English, with values in them, where no reader's language is known: found again here."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cached_property

_PLACE = re.compile(r"\\\{(\w+)\\\}")


class Filled:
    """The messages of which such sentences are made, each with `{names}` for its values.

    `value` is the regular expression of a value, without groups.
    """

    def __init__(self, messages: Iterable[str], value: str) -> None:
        self._messages, self._value = tuple(messages), value

    @cached_property
    def patterns(self) -> tuple[tuple[str, re.Pattern[str]], ...]:
        """Each message with the sentences that are made of it."""
        return tuple((message, self._pattern(message)) for message in self._messages)

    def find(self, sentence: str) -> tuple[str, dict[str, str]] | None:
        """The message of which a sentence was made, with its values by name; None if it was made of none."""
        for message, pattern in self.patterns:
            if found := pattern.fullmatch(sentence):
                return message, found.groupdict()
        return None

    def _pattern(self, message: str) -> re.Pattern[str]:
        text = _PLACE.sub(lambda place: f"(?P<{place[1]}>{self._value})", re.escape(message))
        return re.compile(text, re.DOTALL)
