"""The program that people run, killed in the middle of an unroll: over a network on this machine that takes its time."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread

import httpx2
import pytest

from tests.support.bluesky import Bluesky
from threadleaf.wire import Request


class Network:
    """An AppView and a directory of accounts. Whoever asks waits for `lets`; `asked` says that somebody did."""

    def __init__(self) -> None:
        self.bluesky = Bluesky()
        self.posts = self.bluesky.thread("ann", 12)
        self.asked, self.lets = Event(), Event()
        network = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                network.asked.set()
                network.lets.wait()
                answer = network.bluesky.answer(Request(url=f"https://public.api.bsky.app{self.path}"))
                with suppress(OSError):  # whoever asked may be dead
                    self.send_response(answer.status)
                    self.send_header("content-type", "application/json")
                    self.send_header("content-length", str(len(answer.body)))
                    self.end_headers()
                    self.wfile.write(answer.body)

            def log_message(self, *_: object) -> None:
                """Nobody wants to know."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True


@pytest.fixture
def network() -> Iterator[Network]:
    made = Network()
    thread = Thread(target=made.server.serve_forever)
    thread.start()
    yield made
    made.lets.set()
    made.server.shutdown()
    thread.join()
    made.server.server_close()


@pytest.fixture
def serve(network: Network, tmp_path: Path) -> Iterator[Callable[[], tuple[subprocess.Popen[str], str]]]:
    """Starts `threadleaf serve` and says where it is; whatever still runs after the test is ended."""
    place = f"127.0.0.1:{network.server.server_port}"
    environ = {
        "HOME": str(tmp_path),
        "PATH": os.environ["PATH"],
        "THREADLEAF_BLUESKY_APPVIEW": f"http://{place}",
        "THREADLEAF_BLUESKY_DIRECTORY": f"http://{place}",
        "THREADLEAF_ALLOW_LOOPBACK": place,
    }
    started: list[subprocess.Popen[str]] = []

    def start() -> tuple[subprocess.Popen[str], str]:
        command = [sys.executable, "-m", "threadleaf", "serve", "--port", "0"]
        process = subprocess.Popen(command, env=environ, cwd=tmp_path, stderr=subprocess.PIPE, text=True)
        started.append(process)
        assert process.stderr is not None
        said = ""
        for line in process.stderr:
            said += line
            if found := re.match(r"Serving (\S+) ", line):
                return process, found[1]
        raise AssertionError(said)

    yield start
    for process in started:
        with process:  # waits for its end
            process.send_signal(signal.SIGINT)


def test_an_unroll_survives_the_death_of_its_server(
    network: Network, serve: Callable[[], tuple[subprocess.Popen[str], str]]
) -> None:
    process, address = serve()
    with httpx2.Client(base_url=address, timeout=60) as visitor:
        asked = visitor.post("/unroll", data={"url": network.posts[5]})
        path = asked.headers["location"]
        assert path.startswith("/unrolling/")
        network.asked.wait()
        assert "Reading" in visitor.get(path).text
    process.kill()
    process.wait()

    network.lets.set()
    _, address = serve()
    with httpx2.Client(base_url=address, timeout=60) as visitor:
        while (page := visitor.get(path)).status_code == 200:
            Event().wait(0.05)
        assert page.status_code == 303, page.text
        key = network.posts[5].rpartition("/")[2]
        assert page.headers["location"].endswith(f"#{key}")
        thread = visitor.get(page.headers["location"])
        assert all(f'id="{post.rpartition("/")[2]}"' in thread.text for post in network.posts)


def test_ctrl_c_ends_a_server_that_reads_something_that_never_comes(
    network: Network, serve: Callable[[], tuple[subprocess.Popen[str], str]]
) -> None:
    process, address = serve()
    with httpx2.Client(base_url=address, timeout=60) as visitor:
        visitor.post("/unroll", data={"url": network.posts[5]})
        network.asked.wait()
    process.send_signal(signal.SIGINT)
    _, said = process.communicate()
    assert process.returncode == 0
    assert said.startswith("The egress door lets requests through to this machine")
    assert len(said.splitlines()) == 1, said
