"""Search text → what is looked for. What somebody types is data: nothing of it reaches a database as its language.

words "a phrase" -without  beginn*  from:ann  network:bsky  lang:ru  before:2025  after:2024-05  has:image  #tag
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta

from msgspec import Struct

from threadleaf.core.characters import clean
from threadleaf.core.errors import BadQuery
from threadleaf.core.model import Network
from threadleaf.core.words import alike, forms, is_alone, words

LONGEST = 500
"""Characters of a search text."""
MOST = 16
"""Words, phrases and other conditions of one search."""

HAS = ("image", "video", "audio", "link", "poll", "quote", "warning", "gap", "branch")
"""What `has:` may ask for. The place in this row is a bit of what is kept: names are only ever added at the end."""

NETWORKS: Mapping[str, tuple[Network, ...]] = {
    "bsky": ("bsky",),
    "bluesky": ("bsky",),
    "fedi": ("fedi",),
    "fediverse": ("fedi",),
    "mastodon": ("fedi",),
    "x": ("x",),
    "twitter": ("x",),
    "page": ("page", "file"),
}
"""The names that `network:` understands."""

_QUOTES = str.maketrans(dict.fromkeys("“”„‟«»「」『』＂", '"'))
_ITEM = re.compile(r'(?P<minus>-?)(?:(?P<name>[A-Za-z]+):(?!//))?(?:"(?P<quoted>[^"]*)"?|(?P<bare>[^\s"]*))')
_LANG = re.compile(r"([A-Za-z]{2,3})(?:-[A-Za-z0-9]+)*")
_DATE = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?", re.ASCII)
_BEGINNING = 3
"""Letters before a `*`."""


class Term(Struct, frozen=True):
    """What has to be found in one place: words in a row, as `core.words` cuts them.

    A single word has `forms`, itself among them, each of which will do, and `stem`, with which all of them begin.
    `opens`: more letters may follow the last word.
    """

    words: tuple[str, ...]
    forms: tuple[str, ...] = ()
    stem: str = ""
    opens: bool = False

    def ranges(self, row: Sequence[str]) -> Iterator[tuple[int, int]]:
        """Where it stands in a row of words: from the first of its words to behind the last."""
        length, begin = len(self.words), self.words[:-1]
        for start in range(len(row) - length + 1):
            if self.ends_with(row[start + length - 1]) and tuple(row[start : start + length - 1]) == begin:
                yield start, start + length

    def ends_with(self, word: str) -> bool:
        """Whether a word will do as its last one."""
        if self.opens:
            return word.startswith(self.words[-1])
        return word in self.forms if self.forms else word == self.words[-1]


class Query(Struct, frozen=True, kw_only=True):
    """What a search asks for. All of it must be true of a thread; of several values of one operator, one (for `has`
    and `tags`: each).

    `wanted` and `unwanted` are words and phrases. `authors` are handles or names as typed. `langs` are primary
    subtags. `tags` are as `alike` makes them, without sign. The thread was posted at `since` or later, before `until`.
    """

    wanted: tuple[Term, ...] = ()
    unwanted: tuple[Term, ...] = ()
    authors: tuple[str, ...] = ()
    networks: tuple[Network, ...] = ()
    langs: tuple[str, ...] = ()
    has: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    since: datetime | None = None
    until: datetime | None = None


class _Asked:
    """A query while it is being read."""

    def __init__(self) -> None:
        self.wanted: list[Term] = []
        self.unwanted: list[Term] = []
        self.authors: list[str] = []
        self.networks: list[Network] = []
        self.langs: list[str] = []
        self.has: list[str] = []
        self.tags: list[str] = []
        self.since: datetime | None = None
        self.until: datetime | None = None


def parse(text: str) -> Query:
    """Read a search text.

    Words outside quotes are also found in other forms (`core.words.forms`); inside quotes they are found as they are
    written, in a row. Raises BadQuery with a sentence that says what to type instead: an unknown operator, a value
    that it does not take, too much, or nothing to look for.
    """
    if len(text) > LONGEST:
        raise BadQuery(f"This is too long for a search. Use at most {LONGEST} characters.", code="long")
    asked = _Asked()
    items = [found for found in _ITEM.finditer(text.translate(_QUOTES)) if found[0]]
    if len(items) > MOST:
        raise BadQuery(f"These are too many words for a search. Use at most {MOST}.", code="many")
    for item in items:
        _take(asked, item)
    query = _query(asked)
    if query == Query():
        raise BadQuery("Say what to look for: at least one word, or something like from:ann.", code="empty")
    if query.since and query.until and query.since >= query.until:
        raise BadQuery("No day lies both after the one date and before the other. Change one of them.", code="dates")
    return query


def _query(asked: _Asked) -> Query:
    rows = {name: tuple(dict.fromkeys(row)) for name, row in vars(asked).items() if isinstance(row, list)}
    return Query(**rows, since=asked.since, until=asked.until)


def _take(asked: _Asked, item: re.Match[str]) -> None:
    """One item of the text: a word, a phrase, a tag, or an operator with its value."""
    name, quoted = (item["name"] or "").lower(), item["quoted"]
    value = (item["bare"] if quoted is None else quoted).strip()
    if name:
        _operate(asked, name, value, item)
    elif quoted is None and value.startswith(("#", "＃")) and words(value):
        if item["minus"]:
            raise BadQuery(f"Tags cannot be excluded. Exclude the word instead: -{value[1:]}", code="minus")
        asked.tags.append(tag(value))
    else:
        term = _phrase(value) if quoted is not None else _word(value)
        if term:
            (asked.unwanted if item["minus"] else asked.wanted).append(term)


def tag(text: str) -> str:
    """A tag in the form in which two spellings of it are equal, without its sign; every database takes it."""
    return clean(alike(text.strip().lstrip("#＃")))


def _phrase(text: str) -> Term | None:
    row = tuple(words(text))
    return Term(row) if row else None


def _word(text: str) -> Term | None:
    """A word as typed: another alphabet's may be a row of words, such as a Chinese name or `don't`."""
    row = tuple(words(text))
    if not row:
        return None
    if text.endswith("*") and not is_alone(row[-1]):
        if len(row[-1]) < _BEGINNING:
            raise BadQuery(f"Give at least three letters before the *, not “{row[-1]}*”.", code="beginning")
        return Term(row, opens=True)
    if len(row) > 1:
        return Term(row)
    stem, known = forms(row[0])
    return Term(row, known, stem)


def _operate(asked: _Asked, name: str, value: str, item: re.Match[str]) -> None:
    readers = {
        "from": _from, "network": _network, "lang": _lang, "has": _has, "before": _before, "after": _after,
    }  # fmt: skip
    if name not in readers:
        known = ", ".join(f"{word}:" for word in readers)
        sentence = f"“{name}:” is not known here. Known are {known}; put quotes around it to look for the words."
        raise BadQuery(sentence, subject=name, code="operator")
    if item["minus"]:
        raise BadQuery(f"Only words and phrases can be excluded, not “{name}:”.", subject=name, code="minus")
    if not value:
        raise BadQuery(f"Say something right behind “{name}:”, without a space.", subject=name, code="value")
    readers[name](asked, value)


def _from(asked: _Asked, value: str) -> None:
    asked.authors.append(value.removeprefix("@"))


def _network(asked: _Asked, value: str) -> None:
    if value.lower() not in NETWORKS:
        raise BadQuery(f"“{value}” is no network here. Say {_either(NETWORKS)}.", subject=value, code="value")
    asked.networks.extend(NETWORKS[value.lower()])


def _lang(asked: _Asked, value: str) -> None:
    found = _LANG.fullmatch(value)
    if not found:
        sentence = f"“{value}” is no language. Give its short name, such as en, ru or zh."
        raise BadQuery(sentence, subject=value, code="value")
    asked.langs.append(found[1].lower())


def _has(asked: _Asked, value: str) -> None:
    if value.lower() not in HAS:
        raise BadQuery(f"“has:{value}” is not known. Say {_either(HAS)}.", subject=value, code="value")
    asked.has.append(value.lower())


def _before(asked: _Asked, value: str) -> None:
    begins = _span(value)[0]
    asked.until = min(asked.until or begins, begins)


def _after(asked: _Asked, value: str) -> None:
    ends = _span(value)[1]
    asked.since = max(asked.since or ends, ends)


def _span(value: str) -> tuple[datetime, datetime]:
    """When a year, a month or a day begins, and when the next one does; in UTC."""
    found = _DATE.fullmatch(value)
    try:
        if not found:
            raise ValueError  # noqa: TRY301 -- told below, with dates that do not exist
        year, month, day = int(found[1]), int(found[2] or 1), int(found[3] or 1)
        first = date(year, month, day)
        if found[3]:
            last = first + timedelta(days=1)
        elif found[2]:
            last = date(year + month // 12, month % 12 + 1, 1)
        else:
            last = date(year + 1, 1, 1)
    except (ValueError, OverflowError) as error:
        sentence = f"“{value}” is no date. Write it as 2026, 2026-05 or 2026-05-03."
        raise BadQuery(sentence, subject=value, code="value") from error
    return _midnight(first), _midnight(last)


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def _either(names: Mapping[str, object] | Sequence[str]) -> str:
    *first, last = names
    return f"{', '.join(first)} or {last}"
