"""What the door accepts of an answer: pure judgement of heads, bodies, pace and asked-for pauses.

RFC 9110 and 9112 give the forms. Where they let a client be lenient (bare LF, two framings, a body that only the
closed connection ends) we are not: an answer whose end or coding is unclear is not an answer.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from threadleaf.core.errors import Blocked
from threadleaf.fetch.policy import Caps
from threadleaf.wire import FIELDS, RefusalKind, Refused

LONGEST_PAUSE = timedelta(hours=1)
"""No server makes us wait longer than this, whatever it says."""
LONGEST_FIELD = 2048
"""Characters in the value of a header that is passed on; a longer one is left out."""

Fields = Iterable[tuple[bytes, bytes]]
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_RESETS = ("ratelimit-reset", "x-ratelimit-reset", "x-rate-limit-reset")


class Aborted(Blocked):
    """An answer was cut off and nothing of it is kept (ABORT); `why` is the kind of refusal a source is told.

    `network`: it broke off, and may do better next time; `timeout`, `too-large`, or `door`: it is malformed.
    """

    def __init__(self, why: RefusalKind, sentence: str) -> None:
        super().__init__(sentence, code="ABORT")
        self.why: RefusalKind = why


def values(fields: Fields, name: str) -> list[str]:
    """All values of a header, in order. Bytes beyond ASCII come as Latin-1, as RFC 9110 §5.5 reads them.

    Only spaces and tabs are white space around a value: in UTF-8, what Latin-1 takes for more ends a character.
    """
    return [value.decode("latin-1").strip(" \t") for key, value in fields if key.lower() == name.encode()]


def location(method: str, status: int, fields: Fields) -> str | None:
    """Where a redirect leads, None if the answer is none that is followed: only GET is, and only to one place."""
    if method != "GET" or status not in _REDIRECTS:
        return None
    found = values(fields, "location")
    if len(found) != 1:
        raise Aborted("door", "The server sends us on without saying clearly where to.")
    try:
        return found[0].encode("latin-1").decode()
    except UnicodeDecodeError:
        return found[0]


def media_type(fields: Fields) -> str:
    """The media type without its parameters, in lower case; empty if none or several are given."""
    found = {value.partition(";")[0].strip().lower() for value in values(fields, "content-type")}
    return found.pop() if len(found) == 1 else ""


def passed_on(fields: Fields) -> dict[str, str]:
    """The headers of `wire.FIELDS`, by their names in lower case.

    The values of `link` are one list, however many headers they stand in (RFC 8288 §3); of another header the first
    counts. A value that is too long, or holds characters that cannot be seen, is left out: half an address is none.
    """
    found = {name: values(fields, name) for name in FIELDS}
    joined = {name: ", ".join(several) if name == "link" else several[0] for name, several in found.items() if several}
    return {name: value for name, value in joined.items() if len(value) <= LONGEST_FIELD and value.isprintable()}


def pause(status: int, fields: Fields, now: datetime) -> Refused | None:
    """The refusal, if the server asks to be left alone: 429, or 503 with a time.

    Retry-After counts seconds or is a date; resets are epoch seconds (Bluesky, X) or ISO dates (Mastodon and kin).
    `until` lies between now and `LONGEST_PAUSE` from now, and is None if the server names no time.
    """
    named = [_moment(value, now) for value in values(fields, "retry-after")]
    if status != 429 and not (status == 503 and named):
        return None
    named += [_moment(value, None) for name in _RESETS for value in values(fields, name)]
    until = next(filter(None, named), None)
    until = until and min(max(until, now), now + LONGEST_PAUSE)
    return Refused(kind="rate", detail="The server asks us to wait.", until=until)


def _moment(text: str, since: datetime | None) -> datetime | None:
    """A date in one of the three forms; digits count from `since`, or from 1970."""
    if text.isascii() and text.isdigit():
        base = since or datetime.fromtimestamp(0, UTC)
        # Years beyond the calendar are clamped by the caller like any far future.
        return base + timedelta(seconds=min(int(text[:12]), 10**10))
    try:
        moment = parsedate_to_datetime(text) if "," in text else datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


class Meter:
    """Watches one answer: how much came, how fast, and whether the head is in order.

    `now` reads a clock that never goes back, in seconds.
    """

    def __init__(self, caps: Caps, now: Callable[[], float]) -> None:
        self._caps = caps
        self._now = now
        self._asked: float | None = None
        self._first: float | None = None
        self._head: bytearray | None = bytearray()
        self._came = 0
        self.ended = False

    def room(self, wanted: int) -> int:
        """How many bytes may be read next."""
        if self._head is None:
            # Also what is never kept (the framing of chunks, empty packed members) has an end.
            if self._came > self._caps.head + 2 * self._caps.body:
                raise _too_large(self._caps)
            return wanted
        left = self._caps.head - len(self._head)
        if left <= 0:
            raise Aborted("too-large", f"The headers of the answer are larger than {self._caps.head} bytes.")
        return min(wanted, left)

    def patience(self) -> float:
        """How long to wait for the next byte, in seconds."""
        now = self._now()
        if self._asked is None:
            self._asked = now
        if self._first is None:
            return max(0.0, self._asked + self._caps.first_byte - now)
        return max(0.0, self._first + max(self._caps.grace, self._came / self._caps.rate) - now)

    def late(self) -> Aborted:
        """What to say when the patience ran out."""
        if self._first is None:
            return Aborted("timeout", f"The server did not begin to answer within {self._caps.first_byte:g} seconds.")
        return Aborted("timeout", f"The answer came slower than {self._caps.rate} bytes a second.")

    def saw(self, data: bytes) -> None:
        """Count what came; nothing means that the server closed the connection."""
        self.ended = not data
        if self._first is None:
            self._first = self._now()
        self._came += len(data)
        if self._head is not None:
            self._head += data

    @property
    def is_silent(self) -> bool:
        """Whether nothing has come."""
        return not self._came

    def end_head(self) -> Callable[[], int]:
        """The head is complete: check its raw form. Returns a count of the bytes that came after it."""
        head, self._head = bytes(self._head or b""), None
        size = _size_of_heads(head, self._caps.fields)
        return lambda: self._came - size


def _size_of_heads(raw: bytes, fields: int) -> int:
    """Where the body begins, behind any informational (1xx) heads."""
    start = 0
    while True:
        end = raw.find(b"\r\n\r\n", start)
        head = raw[start:end]
        if end < 0 or b"\n" in head.replace(b"\r\n", b""):
            raise Aborted("door", "The headers of the answer are malformed.")
        if head.count(b"\r\n") > fields:
            raise Aborted("too-large", f"The answer has more than {fields} headers.")
        start = end + 4
        if not head.partition(b" ")[2].startswith(b"1"):
            return start


class Body:
    """Takes in a body: counts, decodes at most one coding (gzip) in bounded steps, and stops at the caps."""

    def __init__(self, caps: Caps, status: int, fields: Fields) -> None:
        fields = list(fields)
        self._caps = caps
        self._length = _length(status, fields)
        self._gzip = _is_gzip(fields)
        self._unpack = zlib.decompressobj(31)
        self._sent = 0
        self._parts: list[bytes] = []
        self._size = 0
        if self._length is not None and self._length > caps.body:
            raise _too_large(caps)

    def feed(self, data: bytes) -> None:
        """Take in bytes as sent. Raises `Aborted`."""
        self._sent += len(data)
        if not self._gzip:
            self._keep(data)
            return
        try:
            self._inflate(data)
        except zlib.error:
            raise Aborted("door", "The answer says it is gzip and is not.") from None

    def end(self, came: int) -> bytes:
        """The whole decoded body, `came` bytes having come behind the head. Raises `Aborted`."""
        if self._length is not None and came > self._length:
            raise Aborted("door", "The server sent more than it announced.")
        if self._gzip and self._sent and not self._unpack.eof:
            raise Aborted("network", "The answer broke off.")
        return b"".join(self._parts)

    def _inflate(self, data: bytes) -> None:
        while data:
            if self._unpack.eof:  # RFC 1952 §2.2: a gzip file is one or more members
                self._unpack = zlib.decompressobj(31)
            # One byte more than may be kept, so that the cap is noticed and no more is ever unpacked.
            self._keep(self._unpack.decompress(data, self._caps.body - self._size + 1))
            data = self._unpack.unconsumed_tail or self._unpack.unused_data

    def _keep(self, data: bytes) -> None:
        self._size += len(data)
        if self._size > self._caps.body:
            raise _too_large(self._caps)
        if self._size > self._caps.ratio_from and self._size > self._caps.ratio * self._sent:
            raise Aborted("too-large", f"The answer unpacks to more than {self._caps.ratio} times what was sent.")
        self._parts.append(data)


def _too_large(caps: Caps) -> Aborted:
    return Aborted("too-large", f"The answer is larger than {caps.body / 1024 / 1024:g} MiB.")


def _length(status: int, fields: Fields) -> int | None:
    """The announced length; None for chunked and empty answers. Two framings, or none, are refused."""
    lengths, chunked = values(fields, "content-length"), values(fields, "transfer-encoding")
    if lengths and chunked:
        raise Aborted("door", "The answer gives its length in two ways.")
    if status in {204, 304} or chunked:
        return None
    if not lengths:
        raise Aborted("door", "The answer does not say where it ends.")
    return int(lengths[0])


def _is_gzip(fields: Fields) -> bool:
    codings = [coding.strip().lower() for value in values(fields, "content-encoding") for coding in value.split(",")]
    codings = [coding for coding in codings if coding not in {"", "identity"}]
    if not codings:
        return False
    if codings not in (["gzip"], ["x-gzip"]):
        raise Aborted("door", "The answer is packed in a way that we did not ask for.")
    return True
