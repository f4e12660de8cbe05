"""The server's last step before the application: what is in memory is written at once, without a task for the request.

uvicorn makes a scope, two callables, a task and a timer for every request; for a page that lies ready that is most of
the work. Everything else, and every request with anything unusual about it, goes the usual way.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from threadleaf.web.fast import Headers, Memory

_FOUND = b"HTTP/1.1 200 OK\r\n"
_KNOWN = b"HTTP/1.1 304 Not Modified\r\n"
_BAD = b"HTTP/1.1 400 Bad Request\r\n"
_METHODS = (b"GET", b"HEAD")


def protocol(memory: Memory, headers: Mapping[str, str]) -> type[HttpToolsProtocol]:
    """uvicorn's protocol for HTTP/1.1 over a memory; give it as `http` to `uvicorn.Config`.

    `headers` are for what the server itself refuses because it is no HTTP; all other answers have their own.
    """
    ours = [(name.encode(), value.encode()) for name, value in (*headers.items(), ("cache-control", "no-store"))]
    usual, watching = _Usual(), memory.watching

    class AtOnce(HttpToolsProtocol):
        _at_once = False
        """Whether the last request was answered from memory: then the timer of the connection is ours."""
        _answered_at = 0.0

        def on_message_begin(self) -> None:
            # The scope is made when it turns out that the application needs one.
            self.url, self.headers, self.expect_100_continue = b"", [], False

        def on_headers_complete(self) -> None:
            wire = self._wire()
            if wire is None:
                self._go_the_usual_way()
                return
            self.transport.writelines(wire)
            self.server_state.total_requests += 1
            self._at_once = True
            self._answered_at = self.loop.time()
            if self.timeout_keep_alive_task is None:
                self._wait(self.timeout_keep_alive)

        def send_400_response(self, msg: str) -> None:
            content = msg.encode()
            told = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", b"%d" % len(content))]
            headers = _serialised([*self.server_state.default_headers, *told, *ours, (b"connection", b"close")])
            self.transport.write(_BAD + headers + b"\r\n" + content)
            self.transport.close()

        def on_message_complete(self) -> None:
            if not self._at_once:
                super().on_message_complete()

        def _go_the_usual_way(self) -> None:
            self._at_once = False
            self._unset_keepalive_if_required()
            seen = self.url, self.headers, self.expect_100_continue
            super().on_message_begin()
            self.url, headers, self.expect_100_continue = seen
            self.headers.extend(headers)
            super().on_headers_complete()

        def _wire(self) -> tuple[bytes, ...] | None:
            """The whole answer as it is sent, its body uncopied; None if the application has to make it."""
            method = self.parser.get_method()
            given = dict(self.headers)
            if method not in _METHODS or len(given) != len(self.headers) or not self._is_plain(given):
                return None
            state = watching.state()
            found = None if state is None else memory.find(given, self.url, state)
            if found is None:
                return None
            headers = usual.serialised(self.server_state.default_headers)
            if found.is_known(given):
                return (_KNOWN + headers + found.known,)
            return _FOUND + headers + found.head, b"" if method == b"HEAD" else found.body

        def _is_plain(self, given: Headers) -> bool:
            """A request in turn, on a connection that stays open and takes what we write, of a client that speaks 1.1.

            Older clients want a connection to stay open only if they say so, and are told so; that is uvicorn's work.
            """
            return (
                (self.cycle is None or self.cycle.response_complete)
                and not self.pipeline
                and not self.flow.write_paused
                and self.parser.should_keep_alive()
                and (b"connection" not in given or self.parser.get_http_version() == "1.1")
            )

        # One timer for many requests: instead of being stopped and started for each, it looks back when it ends.

        def _unset_keepalive_if_required(self) -> None:
            if not self._at_once:
                super()._unset_keepalive_if_required()

        def timeout_keep_alive_handler(self) -> None:
            left = self._answered_at + self.timeout_keep_alive - self.loop.time() if self._at_once else 0
            if left > 0:
                self._wait(left)
            else:
                super().timeout_keep_alive_handler()

        def connection_lost(self, exc: Exception | None) -> None:
            self._at_once = False
            super()._unset_keepalive_if_required()
            super().connection_lost(exc)

        def _wait(self, seconds: float) -> None:
            self.timeout_keep_alive_task = self.loop.call_later(seconds, self.timeout_keep_alive_handler)

    return AtOnce


class _Usual:
    """The headers that the server puts on everything (the date), serialised anew only when they change."""

    def __init__(self) -> None:
        self._headers: list[tuple[bytes, bytes]] = []
        self._ready = b""

    def serialised(self, headers: list[tuple[bytes, bytes]]) -> bytes:
        if headers is not self._headers:
            self._headers = headers
            self._ready = _serialised(headers)
        return self._ready


def _serialised(headers: Iterable[tuple[bytes, bytes]]) -> bytes:
    return b"".join(b"%s: %s\r\n" % header for header in headers)
