"""A service of chats for the real network: the fake of `tests.support.chats` over HTTP, to which a PDS passes things on.

It is known by a DID of its own (did:web on this machine), whose document it serves itself.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import parse_qsl, urlsplit

from tests.support.chats import Chats, No


class Service:
    """`name` is what the header `atproto-proxy` says; `faults` are requests that were not as they should be."""

    def __init__(self, port: int) -> None:
        self.did, self.origin = f"did:web:localhost%3A{port}", f"http://localhost:{port}"
        self.name = f"{self.did}#bsky_chat"
        self.chats = Chats(lambda: datetime.now(UTC), "")
        self.faults: list[str] = []

    def document(self) -> object:
        chat = {"id": "#bsky_chat", "type": "BskyChatService", "serviceEndpoint": self.origin}
        return {"@context": ["https://www.w3.org/ns/did/v1"], "id": self.did, "service": [chat]}

    def answer(self, path: str, body: bytes, by: str) -> object:
        """What is said to somebody (a DID). Raises No."""
        asked, method = urlsplit(path), urlsplit(path).path.rpartition(".")[2]
        told = dict(parse_qsl(asked.query))
        self.chats._me = by
        if method == "sendMessage":
            return self.chats.send(json.loads(body))
        methods = {
            "getConvoAvailability": self.chats.availability,
            "getConvoForMembers": self.chats.chat,
            "getMessages": self.chats.listed,
        }
        return methods[method](told)


@contextmanager
def chats() -> Iterator[Service]:
    """The service, while the block runs."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._say(*self._answered(b""))

        def do_POST(self) -> None:
            self._say(*self._answered(self.rfile.read(int(self.headers["content-length"]))))

        def _answered(self, body: bytes) -> tuple[int, object]:
            if self.path == "/.well-known/did.json":
                return 200, service.document()
            try:
                return 200, service.answer(self.path, body, _speaker(self.headers["authorization"]))
            except No as no:
                return 400, dict(zip(("error", "message"), no.args, strict=True))
            except (KeyError, ValueError) as error:
                service.faults.append(f"{self.path}: {error!r}")
                return 500, {"error": "InternalServerError", "message": "A fault."}

        def _say(self, status: int, told: object) -> None:
            sent = json.dumps(told).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(sent)))
            self.end_headers()
            self.wfile.write(sent)

        def log_message(self, format: str, *args: object) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as running:
        service = Service(running.server_address[1])
        thread = Thread(target=running.serve_forever)
        thread.start()
        try:
            yield service
        finally:
            running.shutdown()
            thread.join()


def _speaker(authorization: str) -> str:
    """In whose name a server asks: the issuer of its token, of which nothing else is looked at here."""
    body = authorization.removeprefix("Bearer ").split(".")[1]
    told = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    return str(told["iss"])
