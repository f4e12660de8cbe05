"""Answers that were given before, from memory: in front of the router, the guard and the database.

This is an HTTP cache for many readers (RFC 9111) that lives in the site itself. It keeps successful answers that have an
ETag and say `no-cache` ("ask before every use"), with all their headers, and the question it asks is whether anything was
committed to the database since (`store.watch`). So a takedown, a wish or a new reading works at once, and nobody
who writes has to think of this cache.

Never kept: what says `no-store` (private pages, errors, whatever depends on who asks), what sets a cookie, what was asked
for with a cookie or with credentials. An answer is kept for the very host and address that were asked for, and only the
guard says which hosts are ours.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable, Mapping
from functools import lru_cache
from time import monotonic
from typing import Protocol

from starlette.concurrency import run_in_threadpool
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from threadleaf.web import answers

LONGEST = 60.0
"""Seconds after which an answer is made anew though the database is as it was: some lists are about the last days."""
_SHARE = 8
"""An answer that needs more than this part of the memory is not kept."""
_FORMS = 16
"""Forms of one address (languages, codings, media types) that are kept side by side."""
_OVERHEAD = 2048
"""Bytes that an answer takes besides its body, about."""

_METHODS = ("GET", "HEAD")
_PASS_BY = frozenset({b"cookie", b"authorization", b"content-length", b"transfer-encoding", b"upgrade", b"expect"})
_CHOSEN_BY = frozenset({"accept-encoding", "accept-language", "accept"})
_KEPT_AS = ("no-cache", answers.FOREVER)
_NOT_IN_304 = frozenset({b"content-length", b"content-type", b"content-encoding"})

Headers = Mapping[bytes, bytes]


class Watching(Protocol):
    """What this asks of `store.watch.Watch`."""

    def state(self) -> Hashable | None: ...

    def ask(self) -> Hashable: ...


class Answer:
    """A kept answer: its headers and body, and the same ready for the wire, without the status line."""

    __slots__ = ("body", "etag", "head", "headers", "known", "known_headers", "modified", "since", "state", "tag")

    def __init__(self, headers: list[tuple[bytes, bytes]], body: bytes, state: Hashable, since: float) -> None:
        named = dict(headers)
        self.headers, self.body = headers, body
        self.known_headers = [(name, value) for name, value in headers if name not in _NOT_IN_304]
        self.head, self.known = _serialised(headers), _serialised(self.known_headers)
        self.tag = named[b"etag"]
        self.etag = self.tag.decode("latin-1")
        self.modified = named[b"last-modified"].decode("latin-1") if b"last-modified" in named else None
        self.state, self.since = state, since

    def is_known(self, given: Headers) -> bool:
        """Whether a reader who sends these headers has this answer already."""
        tags = given.get(b"if-none-match")
        if tags is not None:
            return tags == self.tag or answers.is_known(self.etag, None, tags.decode("latin-1"), None)
        since = given.get(b"if-modified-since")
        return since is not None and answers.is_known(self.etag, self.modified, None, since.decode("latin-1"))


def _serialised(headers: list[tuple[bytes, bytes]]) -> bytes:
    return b"".join(b"%s: %s\r\n" % header for header in headers) + b"\r\n"


class _Address:
    """All that is kept of one address: what its form is chosen by, and each form."""

    __slots__ = ("chosen_by", "forms", "size")

    def __init__(self, chosen_by: frozenset[str]) -> None:
        self.chosen_by = chosen_by
        self.forms: dict[Hashable, Answer] = {}
        self.size = 0

    def form(self, given: Headers) -> Hashable:
        """The form that a request with these headers gets."""
        language = given.get(b"accept-language") if "accept-language" in self.chosen_by else None
        kind = given.get(b"accept") if "accept" in self.chosen_by else None
        return _coding(given.get(b"accept-encoding", b"")), language, kind

    def put(self, given: Headers, answer: Answer) -> None:
        """Keep one form; equal ones, chosen by different headers, share their bytes."""
        form = self.form(given)
        fresh = {name: old for name, old in self.forms.items() if old.state == answer.state and name != form}
        twin = next((old for old in fresh.values() if (old.etag, old.head) == (answer.etag, answer.head)), answer)
        self.forms = {**dict(list(fresh.items())[1 - _FORMS :]), form: twin}
        self.size = sum(_OVERHEAD + len(one.body) for one in {id(one): one for one in self.forms.values()}.values())


@lru_cache(256)
def _coding(accepted: bytes) -> answers.Coding:
    return answers.coding(accepted.decode("latin-1"))


class Memory:
    """Kept answers, the longest unused ones dropped beyond `most` bytes. For one thread: that of the event loop."""

    def __init__(self, watching: Watching, most: int) -> None:
        self._most = most
        self._addresses: OrderedDict[tuple[bytes, bytes], _Address] = OrderedDict()
        self.watching = watching
        self.size = 0
        """Bytes in use, about."""

    def find(self, given: Headers, target: bytes, state: Hashable) -> Answer | None:
        """The answer that holds in this state of the database, for a request with these headers (names in lower case)."""
        if not _PASS_BY.isdisjoint(given):
            return None
        key = (given.get(b"host", b""), target)
        address = self._addresses.get(key)
        answer = address.forms.get(address.form(given)) if address else None
        if answer is None or answer.state != state or monotonic() - answer.since > LONGEST:
            return None
        self._addresses.move_to_end(key)
        return answer

    def keep(self, given: Headers, target: bytes, answer: Answer) -> None:
        """Keep an answer that may be kept for everybody (`may_be_kept`)."""
        if len(answer.body) * _SHARE > self._most:
            return
        key = (given.get(b"host", b""), target)
        chosen_by = _chosen_by(dict(answer.headers))
        address = self._addresses.pop(key, None)
        self.size -= address.size if address else 0
        if address is None or address.chosen_by != chosen_by:
            address = _Address(chosen_by)
        address.put(given, answer)
        self._addresses[key] = address
        self.size += address.size
        while self.size > self._most:
            _, oldest = self._addresses.popitem(last=False)
            self.size -= oldest.size


def may_be_kept(given: Headers, status: int, headers: Headers) -> bool:
    """Whether an answer to a GET with the headers `given` may be shown to others, and asked about before every use."""
    return (
        status == 200
        and _PASS_BY.isdisjoint(given)
        and b"etag" in headers
        and headers.get(b"cache-control", b"").decode("latin-1") in _KEPT_AS
        and b"set-cookie" not in headers
        and not any(name.startswith((b"ratelimit", b"x-ratelimit")) for name in headers)
        and _chosen_by(headers) <= _CHOSEN_BY
    )


def _chosen_by(headers: Headers) -> frozenset[str]:
    """The request's headers that decide about the form of an answer."""
    names = headers.get(b"vary", b"").decode("latin-1").lower().split(",")
    return frozenset(name.strip() for name in names if name.strip())


class Fast:
    """The ASGI layer: answers from memory, and remembers what the rest of the site answers."""

    def __init__(self, app: ASGIApp, *, memory: Memory) -> None:
        self._app = app
        self._memory = memory

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request; whatever has no place in the memory passes untouched."""
        if scope["type"] != "http" or scope["method"] not in _METHODS:
            await self._app(scope, receive, send)
            return
        given: Headers = dict(scope["headers"])
        if len(given) != len(scope["headers"]):  # said twice: the guard decides what that means
            await self._app(scope, receive, send)
            return
        state = self._memory.watching.state()
        if state is None:
            state = await run_in_threadpool(self._memory.watching.ask)
        target = _target(scope)
        found = self._memory.find(given, target, state)
        if found is not None:
            await _sent(found, given, send, head=scope["method"] == "HEAD")
        elif scope["method"] == "HEAD":
            await self._app(scope, receive, send)
        else:
            await self._app(scope, receive, _Recording(self._memory, given, target, state, send))


def _target(scope: Scope) -> bytes:
    path: bytes = scope.get("raw_path") or scope["path"].encode()
    query: bytes = scope["query_string"]
    return path + b"?" + query if query else path


async def _sent(answer: Answer, given: Headers, send: Send, *, head: bool) -> None:
    known = answer.is_known(given)
    headers = answer.known_headers if known else answer.headers
    await send({"type": "http.response.start", "status": 304 if known else 200, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if known or head else answer.body})


class _Recording:
    """Passes an answer on, and keeps it if it may be kept and comes in one piece."""

    def __init__(self, memory: Memory, given: Headers, target: bytes, state: Hashable, send: Send) -> None:
        self._memory, self._given, self._target, self._state, self._send = memory, given, target, state, send
        self._headers: list[tuple[bytes, bytes]] | None = None

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = [(name.lower(), value) for name, value in message["headers"]]
            if may_be_kept(self._given, message["status"], dict(headers)):
                self._headers = headers
        elif self._headers is not None and not message.get("more_body"):
            answer = Answer(self._headers, message.get("body", b""), self._state, monotonic())
            self._memory.keep(self._given, self._target, answer)
        else:
            self._headers = None
        await self._send(message)
