"""The languages of the interface, and which of them a reader gets: that of the address, else of the browser, else English.

Sources: RFC 9110 §12.5.4 (Accept-Language and its weights), RFC 4647 §3.4 (lookup); dates, numbers, lists and plurals
are the Unicode CLDR's, through Babel. The language of the answer that is being made is held in a context variable, so
that every page, also that of an error, speaks it.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime
from functools import cache, lru_cache
from importlib.resources import files
from io import BytesIO
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlencode

from markupsafe import Markup
from msgspec import Struct

from threadleaf.render._safe import line
from threadleaf.render.tongue import ENGLISH, Tongue
from threadleaf.web import dated, valued

if TYPE_CHECKING:
    from starlette.types import Scope

NAMES: Mapping[str, str] = {
    "en": "English",
    "de": "Deutsch",
    "fr": "Français",
    "es": "Español",
    "ru": "Русский",
    "zh-Hans": "中文",
    "ja": "日本語",
    "ar": "العربية",
}
"""Every language by its BCP 47 tag, in its own words."""

_BY_RANGE = {code.lower(): code for code in NAMES} | {"zh": "zh-Hans"}
_LINKED = "-x-link"  # BCP 47 §2.2.7: private use
_RANGE = re.compile(
    r"([A-Za-z]{1,8}(?:-[A-Za-z0-9*]{1,8})*|\*)(?:\s*;\s*q=(0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?))?", re.IGNORECASE
)
_MOST = 32
"""So many language ranges are looked at; browsers send a handful."""


class Choice(Struct, frozen=True):
    """The language of one answer.

    `asked` says that the address names it, so that links to our own pages must name it too. `here` is what the
    addresses of this page in other languages begin with: `?`, or `?view=posts&`.
    """

    code: str = "en"
    asked: bool = False
    here: str = "?"

    @property
    def tag(self) -> str:
        """The language, and whether links name it, as one BCP 47 tag: `de`, `de-x-link`."""
        return self.code + _LINKED if self.asked else self.code


_CHOSEN: ContextVar[Choice] = ContextVar("threadleaf.language", default=Choice())  # noqa: B039 -- frozen


def chosen() -> Choice:
    """The language of the answer that is being made."""
    return _CHOSEN.get()


def say() -> Tongue:
    """The tongue of the answer that is being made."""
    return tongue(chosen().code)


def told(sentence: str) -> str:
    """A sentence that was made in English, in the language of the answer where a catalogue has it, else marked as English."""
    found = plainly(sentence)
    if chosen().code == "en" or found != sentence:
        return line(found)
    return Markup('<span lang="en" dir="ltr">{}</span>').format(line(sentence))


def plainly(sentence: str) -> str:
    """The same for a file that is text: as it is where no catalogue has it."""
    tongue = say()
    return valued.said(dated.said(tongue.text(sentence), tongue), tongue)


@contextmanager
def speaking(choice: Choice) -> Iterator[None]:
    """Within it, everything is said in this language."""
    token = _CHOSEN.set(choice)
    try:
        yield
    finally:
        _CHOSEN.reset(token)


def from_tag(tag: str, here: str = "?") -> Choice:
    """The choice that a `Choice.tag` stands for."""
    return Choice(tag.removesuffix(_LINKED), tag.endswith(_LINKED), here)


# --- which one --------------------------------------------------------------------------------------------------


def choose(scope: Scope) -> Choice:
    """The language of the answer to a request."""
    query = parse_qsl(scope["query_string"].decode("ascii", "replace"), keep_blank_values=True)
    kept = urlencode([(name, value) for name, value in query if name != "lang"])
    start = "?" if scope["method"] in ("GET", "HEAD") else "/?"  # a form's answer has no address of its own
    here = f"{start}{kept}&" if kept and start == "?" else start
    named = next((value for name, value in query if name == "lang"), "")
    code = look_up(named)
    if code:
        return Choice(code, asked=True, here=here)
    headers = [value.decode("latin-1") for name, value in scope["headers"] if name == b"accept-language"]
    return Choice(preferred(",".join(headers)), here=here)


def look_up(wanted: str) -> str:
    """Our language for a language range, its end cut off until one fits; empty if none does (RFC 4647 §3.4)."""
    parts = wanted.lower().split("-")
    while parts:
        code = _BY_RANGE.get("-".join(parts))
        if code:
            return code
        parts.pop()
        if parts and len(parts[-1]) == 1:
            parts.pop()
    return ""


def preferred(header: str) -> str:
    """Our language for an Accept-Language header: the first of those with the highest weight. `*` is English."""
    ranges = [(-weight, place, wanted) for place, (wanted, weight) in enumerate(_ranges(header)) if weight]
    for _, _, wanted in sorted(ranges):
        code = "en" if wanted == "*" else look_up(wanted)
        if code:
            return code
    return "en"


def _ranges(header: str) -> Iterator[tuple[str, float]]:
    for item in header.split(",")[:_MOST]:
        found = _RANGE.fullmatch(item.strip())
        if found:
            yield found[1], float(found[2] or 1)


# --- tongues ----------------------------------------------------------------------------------------------------


@cache
def tongue(code: str) -> Tongue:
    """The tongue of one of our languages; its catalogue is read when it is first spoken."""
    if code == "en":
        return ENGLISH
    from babel import Locale
    from babel.dates import format_date, format_time
    from babel.lists import format_list
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po
    from babel.numbers import format_decimal
    from babel.support import Translations

    locale = Locale.parse(code, sep="-")
    compiled = BytesIO()
    write_mo(compiled, read_po(BytesIO(_catalogues()[code]), locale))
    compiled.seek(0)
    texts = Translations(compiled)

    @lru_cache(maxsize=4096)
    def number(value: int) -> str:
        return format_decimal(value, locale=locale)

    @lru_cache(maxsize=4096)
    def day(when: date) -> str:
        return format_date(when, "long", locale)

    @lru_cache(maxsize=1440)
    def clock(hour: int, minute: int) -> str:
        return format_time(datetime(2000, 1, 1, hour, minute), "short", locale=locale)  # noqa: DTZ001 -- in UTC, as given

    return Tongue(
        code=code,
        dir="rtl" if locale.character_order == "right-to-left" else "ltr",
        text=texts.gettext,
        texts=texts.ngettext,
        day=lambda when: day(date(when.year, when.month, when.day)),
        clock=lambda when: clock(when.hour, when.minute),
        number=number,
        small=number,  # number words bend with what they count
        joined=lambda items: format_list(items, locale=locale),
    )


@cache
def _catalogues() -> Mapping[str, bytes]:
    folder = files(__package__) / "locales"
    return {code: (folder / code / "LC_MESSAGES" / "threadleaf.po").read_bytes() for code in NAMES if code != "en"}


@cache
def version() -> str:
    """Eight hexadecimal digits that change with any translation."""
    return hashlib.sha256(b"\0".join(_catalogues().values())).hexdigest()[:8]
