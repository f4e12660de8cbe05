"""T17: every route of the site with every status that it can be brought to give: no answer lacks a header of ours."""

import asyncio
import socket
import threading
from collections import Counter
from pathlib import Path

import pytest

from tests.proof.crawl import FAILURES, METHODS, ORIGIN, Served, address, missing, routes, served, tricks
from threadleaf.cli.server import made

WANTED = {200, 303, 304, 400, 403, 404, 405, 410, 411, 413, 421, 429, 500, 502, 503}
GARBAGE = (
    b"GET / HTTP/9.9\r\n\r\n",
    b"\x16\x03\x01\x02\x00\x01\x00",
    b"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
    b"GET / HTTP/1.1\r\nHo st: a\r\n\r\n",
)


def crawl(site: Served) -> tuple[Counter[int], Counter[str], dict[str, set[int]]]:
    """How often each status came, what was missing where, and the statuses of each route."""
    seen: Counter[int] = Counter()
    lacking: Counter[str] = Counter()
    each: dict[str, set[int]] = {}

    def look(template: str, path: str, answer) -> None:
        seen[answer.status_code] += 1
        each.setdefault(template, set()).add(answer.status_code)
        for name in missing(path, answer.status_code, dict(answer.headers), answer.headers.get_list("set-cookie")):
            lacking[f"{answer.request.method} {path} {answer.status_code}: {name}"] += 1

    client = site.client()
    for template, _ in sorted(set(routes(list(site.app.routes)))):
        path = address(template, site)
        for method, headers, body in tricks():
            for _ in range(2):  # the second time perhaps from memory
                look(template, path, client.request(method, path, headers=headers, content=body))
        for failure in FAILURES:
            site.mood[:] = [failure]
            for method in ("GET", "HEAD", "POST"):
                body = None if method != "POST" else b"url=https://bsky.app/profile/did:plc:ann/post/3k1"
                headers = {"origin": ORIGIN, "content-type": "application/x-www-form-urlencoded"}
                look(template, path, client.request(method, path, headers=headers, content=body))
            site.mood.clear()
    return seen, lacking, each


def refused(site: Served) -> Counter[str]:
    """What the server itself says to whatever is no HTTP, and what that lacks."""
    lacking: Counter[str] = Counter()
    listening = socket.create_server(("127.0.0.1", 0))
    server = made(site.app)
    thread = threading.Thread(target=lambda: asyncio.run(server.serve(sockets=[listening])), daemon=True)
    thread.start()
    for sent in GARBAGE:
        with socket.create_connection(listening.getsockname(), timeout=10) as connection:
            connection.sendall(sent)
            connection.shutdown(socket.SHUT_WR)
            said = b""
            while piece := connection.recv(65536):
                said += piece
        head, _, _ = said.decode("latin-1").partition("\r\n\r\n")
        status, *lines = head.split("\r\n")
        headers = {name.lower(): value for name, _, value in (one.partition(": ") for one in lines)}
        lacking.update(f"{sent!r}: {name}" for name in missing("/", int(status.split()[1]), headers, []))
    server.should_exit = True
    thread.join(10)
    listening.close()
    return lacking


def test_no_answer_of_any_route_lacks_a_header(proved, tmp_path: Path):
    with served(tmp_path) as site:
        seen, lacking, each = crawl(site)
        lacking += refused(site)
    for line in sorted(lacking):
        print("missing:", line)
    print("statuses:", dict(sorted(seen.items())))
    figures = {
        "routes": len(each),
        "answers": seen.total(),
        "statuses": len(WANTED & seen.keys()),
        "missing": lacking.total(),
    }
    proved("T17", figures, 0)


@pytest.mark.parametrize("name", ["content-security-policy", "x-content-type-options", "referrer-policy"])
def test_the_crawler_notices_a_header_that_is_not_there(tmp_path: Path, name: str):
    class Bare:
        def __init__(self, app) -> None:
            self.app = app

        async def __call__(self, scope, receive, send) -> None:
            async def less(message) -> None:
                if message["type"] == "http.response.start":
                    kept = [pair for pair in message["headers"] if pair[0].lower() != name.encode()]
                    message = {**message, "headers": kept}
                await send(message)

            await self.app(scope, receive, less)

    with served(tmp_path) as site:
        whole = site.app.middleware_stack = site.app.build_middleware_stack()
        site.app.middleware_stack = Bare(whole)
        _, lacking, each = crawl(site)
    assert lacking.total() >= len(each) * len(METHODS)
