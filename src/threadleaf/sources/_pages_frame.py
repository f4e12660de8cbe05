"""What stands around the thread on a saved page: head, foot, and what they say about author and length.

The sentences are those that the unrolling services print. Each is optional; the thread ends at the first sentence of
a foot, all behind it is foreign: help with numbers of its own, other threads, advertisements.
"""

from __future__ import annotations

import re
from itertools import pairwise

from msgspec import Struct

from threadleaf.core.errors import Unreadable
from threadleaf.sources._pages_lines import Form, Line

_HEAD = 15  # lines at most
_LONGEST = 200  # characters of a line in a head: a biography has 160 at most
_SENTENCES = 1_000  # characters: no sentence of the services is longer
_HANDLE = r"[A-Za-z0-9_]{1,15}"
_FOLLOW = rf"You can follow [@＠]({_HANDLE})\s?\.?"
_SERVICE = r"Tip: mention @twtextapp\b.*|Latest Threads Unrolled:?.*"
_TIP = rf"{_SERVICE}|By continuing to use the site, you are consenting.*"
_READER_FOOT = (
    r"Missing some Tweets? in this thread\?.*|Keep Current with (?P<name>\S.{0,79})|"
    rf"This (?:Thread|content) may be Removed Anytime!.*|Try unrolling a thread yourself!.*|"
    rf"More from @(?P<handle>{_HANDLE})|Share this Scrolly Tale.*|Did Thread Reader help you today\?.*|"
    r"(?:Twitter|X) may remove this content at anytime!.*|Stay in touch and get notified when new unrolls .*|"
    r"Get real-time email alerts when new unrolls .*|Like this thread\? Get email updates or save it to PDF!.*"
)
_CLOSED = r"Read \d{1,5} tweets"
_OWN_SENTENCES = (_FOLLOW, _SERVICE, _READER_FOOT, _CLOSED)
_DOTS = r"(?:[•·]\s*){3}"
_PICTURE = r"(?:(?P<name>\S.{0,79}?)\s+)?Profile picture"
_COUNT = r"(?:^|[\s,•·|])(?P<n>\d{1,5})\s+(?:tweets?|posts?)\b[\s,•·|]*\d{1,4}\s*min(?:ute)?s?\s+read\b"
_DATED = r"[A-Z][a-z]{2,8}\.?\s\d{1,2}(?:st|nd|rd|th)?,?\s20\d\d,?\s*[•·]?\s*(?P<n>\d{1,5})\s+tweets?"
_CHROME = (
    r"(?=.*[a-z])(?:\s*(?:\+\s?)?(?:My Authors|Read all threads|Read on (?:Twitter|X)|Bookmark|Save as PDF|[,•·|]))+\s*"
)
_BUTTON = r".*\b(?:My Authors|Read all threads)\b.*"
_TITLE = rf"Thread by (?:.{{0,80}}?@(?P<handle>{_HANDLE})\b)?.*"
_PERSON = rf"(?:(?P<name>\S[^@]{{0,79}}?)\s+)?\(?@(?P<handle>{_HANDLE})\)?(?=\s*(?:$|[,•·|]|\d))"
_LISTING = r"Discover and read the best of (?:Twitter|X) Threads about\b.*"


class Frame(Struct, kw_only=True):
    """The thread's own lines, and what the page says about them. Empty or None: it does not say.

    `known` says that something was found which only unrolling services print, `whole` that a foot was.
    """

    body: list[Line]
    form: Form = "plain"
    handle: str = ""
    name: str = ""
    bio: str = ""
    announced: int | None = None
    year: int | None = None
    old: bool = False
    known: bool = False
    whole: bool = False


def frame(lines: list[Line], label: str) -> Frame:
    """Find head and foot, and leave the thread between them; `label` names the page in an error.

    Raises Unreadable if the page lists threads instead of showing one.
    """
    if any(line.part for line in lines):
        return _of_elements(lines)
    follow, sure = _follow(lines)
    tip = next((i for i, line in enumerate(lines) if _matches(_TIP, line)), None)
    foot = _reader_foot(lines)
    head = 0 if sure else _head_length(lines[: _HEAD if foot is None else min(foot, _HEAD)])
    if sure or (head == 0 and foot is None):
        return _of_twtext(lines, follow if follow is not None else tip, label)
    end = min((place for place in (foot, tip) if place is not None), default=len(lines))
    known = _is_known(lines[:head], lines[end:])
    result = Frame(body=_without_picture(lines[head:end]), known=known, whole=end < len(lines))
    _refuse_listing(lines if not result.body else lines[:end], label)
    if foot is not None:
        _read_foot(result, lines[end:])
    _read_head(result, lines[:head])
    return result


def _of_twtext(lines: list[Line], end: int | None, label: str) -> Frame:
    """The frame of a page without head; without a foot nothing tells its form."""
    _refuse_listing(lines[:end], label)
    if end is None:
        return Frame(body=lines)
    handle = _first(_FOLLOW, lines[end : end + 1], 1)
    known = _is_known([], lines[end:])
    return Frame(body=lines[:end], form="twtext", handle=handle, old=True, known=known, whole=True)


def _of_elements(lines: list[Line]) -> Frame:
    """The frame of an HTML page that gives each post an element: what is no post is not the thread's.

    Cards below the foot may use the same element; they follow a line that says whose they are.
    """
    first = next(i for i, line in enumerate(lines) if line.part)
    more = (i for i, line in enumerate(lines) if i > first and _matches(r"More from @.*", line))
    end = next(more, len(lines))
    result = Frame(body=[line for line in lines[:end] if line.part], known=True, whole=True)
    _read_foot(result, [line for line in lines[first:] if not line.part])
    _read_head(result, lines[max(0, first - _HEAD) : first])
    return result


def _is_known(head: list[Line], foot: list[Line]) -> bool:
    """Whether head or foot say what no other page does: neither three dots, a common button, nor cookies."""
    said = any(_matches(pattern, line) for line in head for pattern in (_PICTURE, _TITLE, _BUTTON))
    counted = any(_counts(line) for line in head)
    return said or counted or any(_matches(pattern, line) for line in foot for pattern in _OWN_SENTENCES)


def _matches(pattern: str, line: Line) -> re.Match[str] | None:
    if line.part or len(line.text) > _SENTENCES:
        return None
    return re.fullmatch(pattern, line.text, re.IGNORECASE)


def _first(pattern: str, lines: list[Line], group: int | str) -> str:
    """What the first matching line says, where several may."""
    found = (match[group] for line in lines if (match := _matches(pattern, line)))
    return next((text for text in found if text), "")


def _follow(lines: list[Line]) -> tuple[int | None, bool]:
    """Where twtext and twunroll name the author, at the beginning of their foot, and whether that is sure.

    The last such line counts; it is sure right before the tip or at the very end. Authors recommend people too.
    """
    follows = [i for i, line in enumerate(lines) if _matches(_FOLLOW, line)]
    sure = [i for i in follows if i + 1 == len(lines) or _matches(_TIP, lines[i + 1])]
    return next(iter(sure[-1:] or follows[-1:]), None), bool(sure)


def _reader_foot(lines: list[Line]) -> int | None:
    """Where the foot of a Thread Reader page begins.

    Three dots alone may be an author's own: they count at the page's end, close above another sign of a foot, and
    anywhere above the line that closes another thread.
    """
    signs = {i for i, line in enumerate(lines) if _matches(_READER_FOOT, line)}
    closed = max((i for i, line in enumerate(lines) if _matches(_CLOSED, line)), default=0)
    last = len(lines) - 1
    for i, line in enumerate(lines):
        if i in signs or (_matches(_DOTS, line) and (i == last or i < closed or signs & {*range(i + 1, i + 6)})):
            return i
    return None


def _head_length(lines: list[Line]) -> int:
    """How many lines belong to the head of a Thread Reader page."""
    short = next((i for i, line in enumerate(lines) if _too_long(line)), len(lines))
    counts = [i for i in range(short) if _counts(lines[i])]
    if counts:
        end = counts[0] + 1
    else:
        end = next((i for i in range(short) if not (_is_head(lines[i]) or _matches(_PERSON, lines[i]))), short)
        if not any(_is_head(line) for line in lines[:end]):
            return 0
    while end < len(lines) and (_matches(_CHROME, lines[end]) or _counts(lines[end])):
        end += 1
    return end


def _too_long(line: Line) -> bool:
    return line.part is not None or (len(line.text) > _LONGEST and not _matches(_TITLE, line))


def _is_head(line: Line) -> bool:
    return any(_matches(pattern, line) for pattern in (_CHROME, _PICTURE, _TITLE))


def _counts(line: Line) -> re.Match[str] | None:
    """The line that counts posts: "Feb 19 4 tweets 2 min read", ", 12 tweets, 4 min read", "Mar 3, 2020, 9 tweets"."""
    if line.part or len(line.text) > _LONGEST:
        return None
    return re.search(_COUNT, line.text, re.IGNORECASE) or re.fullmatch(_DATED, line.text)


def _refuse_listing(lines: list[Line], label: str) -> None:
    """A list of threads has a count for each, a thread one (perhaps twice in a row)."""
    counts = [i for i, line in enumerate(lines) if _counts(line)]
    several = any(b > a + 1 for a, b in pairwise(counts))
    if several or any(_matches(_LISTING, line) for line in lines):
        raise Unreadable(
            f"{label} is a list of threads, not a thread. Open one of them, save its page, and give that file.",
            subject=label,
        )


def _without_picture(lines: list[Line]) -> list[Line]:
    """Without the line that is left of the author's picture between thread and foot."""
    end = len(lines)
    while end and _matches(_PICTURE, lines[end - 1]):
        end -= 1
    return lines[:end]


def _read_foot(result: Frame, foot: list[Line]) -> None:
    result.form = "scrolly" if any(_matches("Share this Scrolly Tale.*", line) for line in foot[:5]) else "reader"
    result.handle = _first(_READER_FOOT, foot, "handle")
    result.name = _first(_READER_FOOT, foot, "name") or _first(_PICTURE, foot[:5], "name")


def _read_head(result: Frame, head: list[Line]) -> None:
    if not head:
        return
    result.form = "reader" if result.form == "plain" else result.form
    counted = next(((i, found) for i, line in enumerate(head) if (found := _counts(line))), None)
    if counted:
        _read_count(result, counted[1])
    result.old = result.old or any("my authors" in line.text.lower() for line in head)
    pictured = _first(_PICTURE, head, "name")
    name, handle = _person(head, pictured)
    result.name = pictured or name or result.name
    result.handle = result.handle or handle or _first(_TITLE, head, "handle")
    about = [
        line for line in head[: counted[0] if counted else None] if not (_is_head(line) or _matches(_PERSON, line))
    ]
    if result.form == "scrolly":
        result.bio = "\n".join(line.text for line in about)


def _read_count(result: Frame, found: re.Match[str]) -> None:
    """What the counting line says: posts, year, and with them which of the heads it is."""
    text = found.string
    year = re.search(r"\b20\d\d\b", text[: found.end()])
    result.announced = int(found["n"])
    result.year = int(year[0]) if year else None
    result.old = result.old or "read on twitter" in text.lower()
    if found.re.pattern == _DATED:
        result.form = "scrolly"


def _person(head: list[Line], name: str) -> tuple[str, str]:
    """Name and handle from the lines that show them. `name` is known already, perhaps: a biography has mentions too."""
    for i, line in enumerate(head):
        found = re.match(_PERSON, line.text)
        if not found or _matches(_TITLE, line):
            continue
        if not found["name"]:
            above = i > 0 and not _is_head(head[i - 1])
            return head[i - 1].text if above else "", found["handle"]
        if found["name"] == name or not name:
            return found["name"], found["handle"]
    return "", ""
