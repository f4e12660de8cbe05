"""The server writes what is in memory at once; everything unusual goes the usual way, and looks the same from outside."""

import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from threadleaf.web import answers
from threadleaf.web.atonce import protocol
from threadleaf.web.fast import Fast, Memory

TEXT = "A tide mill has two working windows a day. " * 40
HOST = "Host: 127.0.0.1\r\n"


class Still:
    """A database in which nothing happens; `slow` as a server that would have to be asked."""

    slow = False

    def state(self) -> object | None:
        return None if self.slow else 1

    def ask(self) -> object:
        return 1


@dataclass
class Served:
    port: int
    asked: list[str]
    watch: Still

    def connect(self) -> socket.socket:
        connection = socket.create_connection(("127.0.0.1", self.port), timeout=10)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return connection

    def say(self, *requests: str) -> list[tuple[str, dict[str, str], bytes]]:
        """Each request's answer, all on one connection."""
        with self.connect() as connection, connection.makefile("rb") as stream:
            connection.sendall("".join(requests).encode())
            return [read(stream, head=request.startswith("HEAD")) for request in requests]


def read(stream, *, head: bool = False) -> tuple[str, dict[str, str], bytes]:
    status = stream.readline().decode().strip()
    headers: dict[str, str] = {}
    while line := stream.readline().decode().strip():
        name, _, value = line.partition(": ")
        headers[name] = value
    length = 0 if head or " 304 " in status else int(headers["content-length"])
    return status, headers, stream.read(length)


def get(path: str = "/1", more: str = "", *, method: str = "GET", version: str = "1.1") -> str:
    return f"{method} {path} HTTP/{version}\r\n{HOST}{more}\r\n"


@pytest.fixture
def served() -> Iterator[Served]:
    asked: list[str] = []

    async def made(request: Request) -> Response:
        asked.append(f"{request.method} {request.url.path} {len(await request.body())}")
        if request.url.path == "/large":
            return answers.answer(request, "x" * 3_000_000)
        return answers.answer(request, TEXT) if request.method in ("GET", "HEAD") else PlainTextResponse("done")

    watch = Still()
    memory = Memory(watch, 64_000_000)
    layers = [Middleware(Fast, memory=memory)]
    app = Starlette(routes=[Route("/{path:path}", made, methods=["GET", "POST"])], middleware=layers)
    listening = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(
        app,
        http=protocol(memory, {"x-content-type-options": "nosniff"}),
        log_level="error",
        access_log=False,
        lifespan="off",
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    yield Served(listening.getsockname()[1], asked, watch)
    server.should_exit = True
    thread.join(10)
    listening.close()


def test_the_second_answer_is_the_first_to_the_last_header(served: Served):
    first, then = served.say(get(), get())
    assert served.asked == ["GET /1 0"]
    assert first[1].pop("date")
    assert then[1].pop("date")
    assert first == then
    assert first[0] == "HTTP/1.1 200 OK"
    assert first[2].decode() == TEXT


def test_head_and_304_have_no_body(served: Served):
    (full,) = served.say(get())
    known = get(more=f"If-None-Match: {full[1]['etag']}\r\n")
    head, seen, again = served.say(get(method="HEAD"), known, get())
    assert served.asked == ["GET /1 0"]
    assert (head[0], head[1]["content-length"]) == ("HTTP/1.1 200 OK", str(len(TEXT)))
    assert seen[0] == "HTTP/1.1 304 Not Modified"
    assert (seen[1]["etag"], seen[1].get("content-length"), bool(seen[1]["date"])) == (full[1]["etag"], None, True)
    assert again[2].decode() == TEXT


def test_requests_on_one_connection_are_answered_in_their_order(served: Served):
    served.say(get("/1"))
    requests = [get("/1"), get("/2"), get("/1"), get("/1", "Content-Length: 3\r\n") + "abc", get("/3"), get("/1")]
    found = served.say(*requests)
    assert [status for status, _, _ in found] == ["HTTP/1.1 200 OK"] * 6
    assert {body.decode() for _, _, body in found} == {TEXT}
    assert served.asked == ["GET /1 0", "GET /2 0", "GET /1 3", "GET /3 0"]


def test_a_form_after_a_page_and_a_page_after_a_form(served: Served):
    served.say(get())
    form = f"POST /1 HTTP/1.1\r\n{HOST}Content-Length: 5\r\n\r\nurl=x"
    page, done, again = served.say(get(), form, get())
    assert (page[2].decode(), done[2], again[2].decode()) == (TEXT, b"done", TEXT)
    assert "POST /1 5" in served.asked


@pytest.mark.parametrize(("more", "version"), [("Connection: close\r\n", "1.1"), ("", "1.0")])
def test_a_connection_that_shall_end_ends(served: Served, more: str, version: str):
    served.say(get())
    with served.connect() as connection:
        connection.sendall(get(more=more, version=version).encode())
        said = b""
        while piece := connection.recv(65536):
            said += piece
    assert said.endswith(TEXT.encode())


@pytest.mark.parametrize("more", ["Cookie: a=b\r\n", HOST, "Accept: a\r\nAccept: b\r\n", "Authorization: x\r\n"])
def test_anything_unusual_is_for_the_site_itself(served: Served, more: str):
    served.say(get())
    served.say(get(more=more))
    assert len(served.asked) == 2


def test_where_the_database_must_be_asked_first_the_server_does_not_wait(served: Served):
    served.say(get())
    served.watch.slow = True
    ((_, _, body),) = served.say(get())
    assert body.decode() == TEXT
    assert len(served.asked) == 1, "the layer of the site asks, and finds it in memory"


def test_an_address_with_a_fragment_or_in_full_is_the_same_page(served: Served):
    served.say(get())
    found = served.say(get("/1#2"), get("http://127.0.0.1/1"))
    assert {body.decode() for _, _, body in found} == {TEXT}


def test_who_does_not_read_does_not_fill_the_memory_of_the_server(served: Served):
    served.say(get("/large"))
    with served.connect() as connection, connection.makefile("rb") as stream:
        connection.sendall(get("/large").encode() * 50)
        sizes = [len(read(stream)[2]) for _ in range(50)]
    assert sizes == [3_000_000] * 50


@pytest.mark.parametrize("sent", [b"GET / HTTP/9.9\r\n\r\n", b"\x16\x03\x01", b"GET /1 HTTP/1.1\r\nHo st: a\r\n\r\n"])
def test_what_is_no_http_is_refused_with_our_headers(served: Served, sent: bytes):
    with served.connect() as connection, connection.makefile("rb") as stream:
        connection.sendall(sent)
        connection.shutdown(socket.SHUT_WR)
        status, headers, body = read(stream)
    assert status == "HTTP/1.1 400 Bad Request"
    assert (headers["x-content-type-options"], headers["cache-control"]) == ("nosniff", "no-store")
    assert body == b"Invalid HTTP request received."
