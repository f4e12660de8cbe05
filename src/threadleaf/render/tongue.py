"""The language in which the program speaks to a reader: its texts, dates, numbers and lists.

The English text is the name of a message. Whatever says something takes a `Tongue`, `ENGLISH` unless told otherwise:

    say("Nobody has unrolled it here, by {author}.", author=name)
    say.plural(len(posts), "{n} post", "{n} posts")

`tools.strings` finds messages by reading the source, so they stand there literally: in such calls, or in `marked` and
`marked_plural` where a table is said elsewhere. The other languages are made by whoever has catalogues.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Literal

from markupsafe import Markup, escape
from msgspec import Struct

Pair = tuple[str, str]
"""A message for one thing, and for several."""


def marked(message: str) -> str:
    """The message itself: marks a text that is said elsewhere."""
    return message


def marked_plural(one: str, many: str) -> Pair:
    """As `marked`, for `Tongue.plural`."""
    return one, many


_MOMENT = marked("{day}, {clock} UTC")
_ISOLATE, _END = "\u2068", "\u2069"


class Tongue(Struct, frozen=True, kw_only=True):
    """One language. All moments are in UTC.

    `code` is its BCP 47 tag. `text` gives a message's translation, `texts` that of a pair for a number. `day` writes a
    date, `clock` hours and minutes, `number` a number in digits, `small` a number in running text, `joined` a list.
    """

    code: str
    dir: Literal["ltr", "rtl"]
    text: Callable[[str], str]
    texts: Callable[[str, str, int], str]
    day: Callable[[date], str]
    clock: Callable[[datetime], str]
    number: Callable[[int], str]
    small: Callable[[int], str]
    joined: Callable[[Sequence[str]], str]

    def __call__(self, message: str, /, **values: object) -> str:
        """A message with its values put in.

        Integers are written as `number` does. If a value is `Markup`, so is the result, with all else escaped. From
        right to left, words put in are kept from reordering what stands beside them (UAX #9, isolates).
        """
        text = self.text(message)
        return self._filled(text, values) if values else text

    def plural(self, n: int, one: str, many: str, /, **values: object) -> str:
        """The message for a number of things; `{n}` is the number, unless `values` say how it is written."""
        return self._filled(self.texts(one, many, n), {"n": n, **values})

    def moment(self, when: datetime) -> str:
        """`3 May 2026, 09:12 UTC`."""
        # Twice as fast as `format`, and a page has one for every post.
        return self.text(_MOMENT).replace("{day}", self.day(when)).replace("{clock}", self.clock(when))

    def listed(self, items: Sequence[str]) -> str:
        """`1`, `1 and 6`, `1, 6 and 8`; `Markup` if one of the items is. At least one item."""
        names = [f"item{place}" for place in range(len(items))]
        pattern = self.joined([f"{{{name}}}" for name in names])
        return self._filled(pattern, dict(zip(names, items, strict=True)))

    def _filled(self, text: str, values: dict[str, object]) -> str:
        markup = False
        for name, value in values.items():
            if type(value) is str:
                if self.dir == "rtl" and any(map(str.isalpha, value)):
                    values[name] = f"{_ISOLATE}{value}{_END}"
            elif isinstance(value, int):
                values[name] = self.number(value)
            elif hasattr(value, "__html__"):
                markup = True
        return escape(text).format(**values) if markup else text.format(**values)


# --- English ----------------------------------------------------------------------------------------------------

_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
_SMALL = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")


def _texts(one: str, many: str, n: int) -> str:
    return one if n == 1 else many


def _day(when: date) -> str:
    return f"{when.day} {_MONTHS[when.month - 1]} {when.year}"


def _clock(when: datetime) -> str:
    return f"{when.hour:02}:{when.minute:02}"


def _number(number: int) -> str:
    return f"{number:,}"


def _small(number: int) -> str:
    """A number as a word up to twelve, in digits above."""
    return _SMALL[number] if 0 <= number < len(_SMALL) else _number(number)


def _joined(items: Sequence[str]) -> str:
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} and {items[-1]}"


ENGLISH = Tongue(
    code="en",
    dir="ltr",
    text=marked,
    texts=_texts,
    day=_day,
    clock=_clock,
    number=_number,
    small=_small,
    joined=_joined,
)

__all__ = ["ENGLISH", "Markup", "Pair", "Tongue", "marked", "marked_plural"]
