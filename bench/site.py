"""The site against nginx, which serves the same bytes as files packed before (`gzip_static`), each on the same core.

`threadleaf serve` with one process. Both send the same headers; what is asked for is spread over two hundred pages. The
measure that other work on the machine hardly moves is the CPU time of a request.
"""

from __future__ import annotations

import gzip
import os
import random
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from msgspec.structs import replace

from bench import Row
from bench._load import Load, in_turns, load, pinned, tools
from bench.render import thread
from threadleaf.config import Settings
from threadleaf.core.model import Conversation, Post, Span
from threadleaf.service import Threadleaf
from threadleaf.store import open_store
from threadleaf.web.threads import renderer

PAGES = 200
WORDS = (
    "tide mill water stone grain miller ledger night village wheel sluice flour bishop eel harbour storm moon cold "
    "window hour week fortnight sleep star lamp price weight height daughter drawing museum dog rat bread"
).split()
LISTS = ("/", "/latest", "/search?q=water", "/author/bsky/did:plc:ada", "/topics", "/asked", "/about")
GZIP = "gzip"
RATE, CPU, FORM_RATE = 1 / 0.6, 2.2, 1 / 0.2

_NGINX = """\
worker_processes 1; daemon off; pid {folder}/nginx.pid; error_log {folder}/error.log;
events {{ worker_connections 1024; }}
http {{
  access_log off; sendfile on; tcp_nopush on; tcp_nodelay on; keepalive_requests 1000000000;
  open_file_cache max=4000 inactive=60s; open_file_cache_valid 60s; server_tokens off;
  default_type "text/html; charset=utf-8"; gzip_static always; etag on;
  client_body_temp_path {folder}/b; proxy_temp_path {folder}/p; fastcgi_temp_path {folder}/f;
  uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
  server {{ listen 127.0.0.1:{port}; root {folder}/files; {headers} }}
}}
"""
_SCRIPT = """\
local asked = {{ {requests} }}
local next = 0
request = function()
  next = next % #asked + 1
  return asked[next]
end
"""


class Server(NamedTuple):
    """A running server: its process, and where it listens."""

    process: int
    port: int

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.port}"


class Fetched(NamedTuple):
    """An answer as it came."""

    headers: Mapping[str, str]
    body: bytes


def fill(folder: Path, pages: int = PAGES) -> list[str]:
    """Keep threads of fifty posts each, all of different words; the paths of their pages."""
    dice = random.Random(7)
    settings = Settings(data=str(folder))
    drawn: list[Conversation] = []
    with open_store(settings.database_target) as store:
        service = Threadleaf(
            store, lambda steps: (steps.close(), drawn[-1])[1], lambda: datetime.now(UTC), renderer(settings)
        )
        paths = []
        for number in range(pages):
            drawn.append(conversation(number, dice))
            paths.append(service.unroll(drawn[-1].posts[0].url, save="listed").path)
    return paths


def conversation(number: int, dice: random.Random) -> Conversation:
    """The example of `bench.render` under other ids and with other words."""
    example = thread()
    names = {post.id: post.id[:-6] + f"{number:03}" + post.id[-3:] for post in example.posts}
    posts = tuple(_redrawn(post, names, dice, timedelta(hours=number)) for post in example.posts)
    read_at = example.completeness.read_at
    return Conversation(network="bsky", anchor=posts[0].id, posts=posts, authors=example.authors, read_at=read_at)


def _redrawn(post: Post, names: Mapping[str, str], dice: random.Random, later: timedelta) -> Post:
    text = " ".join(dice.choices(WORDS, k=40)).capitalize() + f". See https://example.com/{dice.random()}"
    link = Span(start=text.index("https://"), end=len(text), kind="link", value=text[text.index("https://") :])
    name = names[post.id]
    url = post.url.rpartition("/")[0] + "/" + name.rpartition("/")[2]
    parent, created = names.get(post.parent or ""), post.created and post.created + later
    return replace(post, id=name, parent=parent, text=text, spans=(link,), url=url, created=created)


@contextmanager
def threadleaf(folder: Path) -> Iterator[Server]:
    """`threadleaf serve` over what is kept in a folder."""
    environment = {**os.environ, "THREADLEAF_DATA": str(folder), "XDG_CONFIG_HOME": str(folder)}
    command = [sys.executable, "-m", "threadleaf", "serve", "--port", "0"]
    process = pinned(command, env=environment, stderr=subprocess.PIPE)
    try:
        said = process.stderr.readline().decode() if process.stderr else ""
        found = re.search(r":(\d+)/", said)
        if not found:
            raise RuntimeError(f"The site did not start: {said}")
        yield Server(process.pid, int(found[1]))
    finally:
        process.send_signal(signal.SIGINT)
        process.wait()


@contextmanager
def nginx(folder: Path, answers: Mapping[str, Fetched]) -> Iterator[Server]:
    """nginx over the same bytes under the same paths."""
    files = folder / "files"
    for path, answer in answers.items():
        file = files / _file(path)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.with_name(file.name + ".gz").write_bytes(answer.body)
    headers = "".join(f'add_header {name} "{value}";' for name, value in _own(next(iter(answers.values()))).items())
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    config = folder / "nginx.conf"
    config.write_text(_NGINX.format(folder=folder, port=port, headers=headers), encoding="utf-8")
    for place in (folder, *folder.rglob("*")):  # its worker has another user where this one is root
        place.chmod(0o755)
    process = pinned(["nginx", "-c", str(config), "-p", str(folder)], stderr=subprocess.DEVNULL)
    try:
        _await(port)
        yield Server(process.pid, port)
    finally:
        process.terminate()
        process.wait()


def _own(answer: Fetched) -> Mapping[str, str]:
    """The headers that nginx would not send by itself."""
    its = {"date", "etag", "last-modified", "content-type", "content-length", "content-encoding"}
    return {name: value for name, value in answer.headers.items() if name not in its}


def _file(path: str) -> str:
    """The file of a path with its query; nginx would take a colon or a question mark for itself."""
    return re.sub(r"[^A-Za-z0-9/.]", "_", path).lstrip("/") or "front"


def _await(port: int) -> None:
    for _ in range(100):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise RuntimeError("nginx did not start.")


def fetch(port: int, path: str, **headers: str) -> Fetched:
    """One answer, packed by gzip where that is wanted. Raises ValueError if it is none that can be shown."""
    connection = HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request("GET", path, headers={"accept-encoding": GZIP, **headers})
        answer = connection.getresponse()
        body = answer.read()
        if answer.status != 200:
            raise ValueError(f"{path} answers {answer.status}")
        return Fetched({name.lower(): value for name, value in answer.getheaders()}, body)
    finally:
        connection.close()


def script(folder: Path, name: str, server: Server, paths: Sequence[str], known: Mapping[str, str]) -> Path:
    """A script of wrk that asks for these paths in turn; `known` are the tags that the asker has."""
    host = f"Host: 127.0.0.1:{server.port}"
    wanted = []
    for path in paths:
        tag = f"If-None-Match: {known[path]}\\r\\n" if path in known else ""
        request = f"GET {path} HTTP/1.1\\r\\n{host}\\r\\nAccept-Encoding: {GZIP}\\r\\n{tag}\\r\\n"
        wanted.append("'" + request.replace("'", "\\'") + "'")
    place = folder / f"{name}-{server.port}.lua"
    place.write_text(_SCRIPT.format(requests=",\n".join(wanted)), encoding="utf-8")
    return place


class Race(NamedTuple):
    """Both servers over the same answers."""

    folder: Path
    ours: Server
    theirs: Server
    answers: Mapping[str, Fetched]

    def run(self, name: str, paths: Sequence[str], *, known: bool = False, rounds: int = 5) -> tuple[Load, Load]:
        """Ask both for the same paths in turns; `known`: as somebody who has them already."""
        files = ["/" + _file(path) for path in paths]
        tags = {path: fetch(self.ours.port, path).headers["etag"] for path in paths} if known else {}
        their_tags = {file: fetch(self.theirs.port, file).headers["etag"] for file in files} if known else {}
        one = script(self.folder, name, self.ours, paths, tags)
        other = script(self.folder, name, self.theirs, files, their_tags)
        return in_turns(
            lambda: load(self.ours.process, self.ours.base, one),
            lambda: load(self.theirs.process, self.theirs.base, other),
            rounds,
        )


def rows(race: Race, threads: Sequence[str], others: Sequence[str]) -> Iterator[Row]:
    """Kept pages, 304 for them, and every other page that a reader can ask for."""
    base = "nginx with the same bytes as files (gzip_static), same core, in turns"
    ours, theirs = race.run("pages", threads)
    note = f"{base}: {ours.rate:.0f} and {theirs.rate:.0f} requests/s, {ours.cpu:.0f} and {theirs.cpu:.0f} µs of CPU"
    yield Row("Kept page at 64 connections: time", theirs.rate / ours.rate, RATE, note)
    yield Row("Kept page: CPU of a request", ours.cpu / theirs.cpu, CPU, note)
    note = f"99 of 100 within {ours.slowest:.1f} ms (nginx: {theirs.slowest:.1f}); wants a quiet machine"
    yield Row("Kept page: slowest answers, in 10 ms", ours.slowest / 10, 1, note)
    ours, theirs = race.run("known", threads, known=True)
    note = f"{base}: {ours.rate:.0f} and {theirs.rate:.0f} requests/s, {ours.cpu:.0f} and {theirs.cpu:.0f} µs of CPU"
    yield Row("304 for a kept page: time", theirs.rate / ours.rate, 2, note)
    for path in others:
        ours, theirs = race.run("other", [path], rounds=3)
        note = f"{base}: {ours.rate:.0f} and {theirs.rate:.0f} requests/s"
        yield Row(f"`{path}`: time", theirs.rate / ours.rate, FORM_RATE, note)


def run() -> list[Row]:
    """Serve two hundred threads and measure."""
    tools("nginx", "wrk")
    with TemporaryDirectory() as name:
        folder = Path(name)
        paths = fill(folder / "data")
        with threadleaf(folder / "data") as ours:
            others = [*LISTS, *(paths[0] + suffix for suffix in (".md", ".json", ".txt", ".svg", "?view=posts"))]
            answers = {path: _packed(fetch(ours.port, path)) for path in (*paths, *others)}
            with nginx(folder, answers) as theirs:
                return list(rows(Race(folder, ours, theirs, answers), paths, others))


def _packed(answer: Fetched) -> Fetched:
    """The answer with its body as gzip, whether it came so or not: nginx sends nothing else here."""
    packed = answer.headers.get("content-encoding") == "gzip"
    return answer if packed else Fetched(answer.headers, gzip.compress(answer.body))
