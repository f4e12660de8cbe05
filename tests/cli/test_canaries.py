"""What a public site says on its streams, and what it keeps, while people and secrets pass through it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import quote, urlencode

import pytest

from tests.support.public import ENVIRON, ORIGIN

CANARIES = (
    "canary-agent",
    "canary-cookie",
    "canary-password",
    "canary-words",
    "canary-contact",
    "canary-query",
    "203.0.113.77",
)
FORM = {
    "url": "/latest",
    "reason": "other",
    "words": "canary-words",
    "contact": "canary-contact",
    "faith": "yes",
    "password": "canary-password of fifteen",
    "again": "canary-password of fifteen",
    "token": "canary-query",
}
HEADERS = {
    "Host": ORIGIN.partition("://")[2],
    "User-Agent": "canary-agent",
    "Cookie": "__Host-threadleaf-operator=canary-cookie",
    "X-Forwarded-For": "203.0.113.77",
    "Referer": "https://canary-query.example/",
    "Origin": ORIGIN,
}


class Running:
    """A public site in a process of its own."""

    def __init__(self, folder: Path) -> None:
        self.data = folder / "data"
        self.secret = "canary-secret-token"
        environ = {
            **ENVIRON,
            "PATH": os.environ["PATH"],
            "HOME": str(folder),
            "THREADLEAF_DATA": str(self.data),
            "THREADLEAF_TRUSTED_PROXIES": "127.0.0.1",
            "THREADLEAF_FEDI_HOME": "https://social.example.org",
            "THREADLEAF_FEDI_TOKEN": self.secret,
            "PYTHONUNBUFFERED": "1",
        }
        command = [sys.executable, "-m", "threadleaf", "serve", "--port", "0"]
        self.process = subprocess.Popen(command, env=environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        assert self.process.stderr is not None
        self.first = self.process.stderr.readline()
        self.port = int(self.first.split(":")[3].partition("/")[0])

    def ask(self, method: str, path: str, body: str = "") -> int:
        with closing(HTTPConnection("127.0.0.1", self.port, timeout=60)) as connection:
            connection.request(method, path, body=body, headers=HEADERS)
            answer = connection.getresponse()
            answer.read()
            return answer.status

    def end(self) -> str:
        """Everything it said after its first line."""
        self.process.send_signal(signal.SIGINT)
        out, err = self.process.communicate(timeout=60)
        return out + err


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Running]:
    site = Running(tmp_path)
    yield site
    if site.process.poll() is None:
        site.process.kill()
        site.process.communicate()


def test_a_public_site_says_one_line_at_its_start_and_nothing_about_anybody(running: Running) -> None:
    assert running.first == f"Serving {ORIGIN} on http://127.0.0.1:{running.port}/ until Ctrl-C.\n"
    query = f"?url={quote('https://canary-query.example/@ann')}&q=canary-query"
    reads = ("/", "/latest", "/report", "/about", "/search", "/admin", "/admin/sign-in", "/admin/set-up/canary-query")
    statuses = [
        running.ask("GET", path + query) for path in (*reads, "/https://canary-query.example/@ann", "/t/x/canary-query")
    ]
    posts = ("/report", "/unroll", "/refresh", "/admin/sign-in", "/admin/set-up/canary-query", "/admin/blocks")
    statuses += [running.ask("POST", path + query, urlencode(FORM)) for path in posts]
    assert {status // 100 for status in statuses} <= {2, 3, 4}
    assert 303 in statuses
    said = running.end()
    assert said == ""
    kept = b"".join(file.read_bytes() for file in running.data.rglob("*") if file.is_file())
    wanted = {b"canary-words", b"canary-contact"}
    assert {canary for canary in map(str.encode, (*CANARIES, running.secret)) if canary in kept} == wanted


def test_what_no_program_should_send_is_not_repeated_in_the_log(running: Running) -> None:
    import socket

    for line in (
        b"GET /canary-query HTTP/9.9\r\n\r\n",
        b"canary-query\r\n\r\n",
        b"GET / HTTP/1.1\r\ncanary query: x\r\n\r\n",
    ):
        with socket.create_connection(("127.0.0.1", running.port), timeout=60) as connection:
            connection.sendall(line)
            connection.recv(65_536)
    assert "canary" not in running.end()
