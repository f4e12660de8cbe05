"""A fake LibreTranslate: one path of its interface, answers that are known beforehand."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

KNOWN = ("en", "de", "fr", "es", "ru", "zh", "ja", "ar")


class FakeLibreTranslate:
    """`asked` are the requests it got; `key` is what it wants, empty for nothing; `status` is its answer to all if not 200.

    `says` gives the translation of a text; whatever else is asked is upper case.
    """

    def __init__(self) -> None:
        self.asked: list[dict[str, Any]] = []
        self.key, self.status = "", 200
        self.says: dict[str, str] = {}
        self.port = 0

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def answer(self, asked: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        """What LibreTranslate answers (its /docs, `POST /translate`)."""
        self.asked.append(asked)
        if self.status != 200:
            return self.status, {"error": "Slowdown: too many requests"}
        if self.key and asked.get("api_key") != self.key:
            return 403, {"error": "Invalid API key"}
        if asked["target"] not in KNOWN:
            return 400, {"error": f"{asked['target']} is not supported"}
        text = self.says.get(asked["q"], asked["q"].upper())
        return 200, {"detectedLanguage": {"confidence": 90, "language": "en"}, "translatedText": text}


@contextmanager
def running() -> Iterator[FakeLibreTranslate]:
    """One at a port of this machine, until the block ends."""
    fake = FakeLibreTranslate()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            assert (self.path, self.headers["content-type"]) == ("/translate", "application/json")
            status, told = fake.answer(json.loads(body))
            answer = json.dumps(told).encode()
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    fake.port = server.server_port
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield fake
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
