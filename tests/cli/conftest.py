"""A command line for tests: its own home, no network, a thread that the network would give."""

from __future__ import annotations

import io
import shutil
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from inspect import getgeneratorlocals
from pathlib import Path
from typing import Any

import pytest
from msgspec import Struct

from tests.support.pds import HANDLE, PASSWORD, Pds
from threadleaf.cli.edge import Edge, now
from threadleaf.cli.run import run
from threadleaf.core.model import Author, Conversation, Post
from threadleaf.wire import Answer, Reply, Request, Scope, Steps

ROOT = Path(__file__).parent.parent.parent
ADDRESS = "https://bsky.app/profile/alice.example.com/post/3kbi55xm6u62v"
ALICE = "did:plc:aliceaaaaaaaaaaaaaaaaaaa"
KEYS = ("3kbi55xm6u62v", "3kbi56mwx5j2q", "3kbi57u4sys2l")
TEXTS = ("A pond in three posts.", "It was dug by a bishop.", "The carp outlived him.")
PAGE = """1/ A heron stands in the mill race every morning. It is not fishing.
2/ It is waiting for the miller, who throws it the heads of the trout.
3/ Nobody taught it that. It watched the cat.
You can follow @lena_example.

Tip: mention @twtextapp on a Twitter thread with the keyword "unroll" to get a link to it.

Latest Threads Unrolled:
"""


def posts(texts: tuple[str, ...] = TEXTS, **more: Any) -> tuple[Post, ...]:
    """Alice's posts, each answering the one before."""
    ids = [f"at://{ALICE}/app.bsky.feed.post/{key}" for key in KEYS]
    start = datetime(2026, 5, 3, 9, 0, tzinfo=UTC)
    return tuple(
        Post(
            id=ids[n],
            author=ALICE,
            text=text,
            created=start + timedelta(minutes=n),
            parent=ids[n - 1] if n else None,
            parent_author=ALICE if n else None,
            **more,
        )
        for n, text in enumerate(texts)
    )


def conversation(texts: tuple[str, ...] = TEXTS, *, labels: tuple[str, ...] = (), **more: Any) -> Conversation:
    """What a network would give of Alice's thread, with her own labels."""
    seen = posts(texts, **more)
    alice = Author(id=ALICE, network="bsky", handle="alice.example.com", name="Alice", labels=labels)
    return Conversation(network="bsky", anchor=seen[0].id, posts=seen, authors=(alice,))


class Said(Struct, frozen=True):
    """How a command ended and what it said."""

    code: int
    out: str
    err: str


class Line:
    """Calling it runs one command in this process, in an empty folder with an empty home."""

    def __init__(self, folder: Path, capture: pytest.CaptureFixture[bytes]) -> None:
        self.folder = folder
        self.environ = {"HOME": str(folder / "home")}
        self.seen: Conversation | BaseException = conversation()
        self.served: list[Any] = []
        self.scopes: list[Scope] = []
        self.waits: Callable[[], None] = lambda: None
        self._capture = capture

    def __call__(self, *args: str) -> Said:
        self._capture.readouterr()
        edge = Edge(
            self.environ, fetch=self._fetch, serve=self._serve, ask=self.ask, look_up=self.look_up, wait=self._wait
        )
        code = run(args, edge)
        out, err = self._capture.readouterr()
        return Said(code, out.decode(), err.decode())

    @staticmethod
    def ask(requests: Sequence[Request]) -> list[Reply]:
        """Every server is there, in a good mood, and knows the time."""
        at = datetime(2026, 5, 3, 9, 0, tzinfo=UTC)
        date = {"date": "Sun, 03 May 2026 09:00:01 GMT"}
        return [Answer(status=200, body=b"{}", at=at, media_type="application/json", fields=date) for _ in requests]

    @staticmethod
    def look_up(host: str) -> list[str]:
        return ["192.0.2.1"]

    def _fetch(self, steps: Steps) -> Conversation:
        self.scopes.append(getgeneratorlocals(steps)["scope"])
        steps.close()
        if isinstance(self.seen, BaseException):
            raise self.seen
        return self.seen

    def _wait(self) -> None:
        self.waits()
        raise KeyboardInterrupt

    def _serve(self, app: Any, listening: Any) -> None:
        self.served.append((app, listening.getsockname()))
        raise KeyboardInterrupt


def with_bot(line: Line) -> Pds:
    """Give the site a bot; the server of its account answers everything that is asked."""
    server = Pds(now)
    line.environ |= {
        "THREADLEAF_PUBLIC_ORIGIN": "https://threads.example.org",
        "THREADLEAF_WHO_MAY_UNROLL": "anyone",
        "THREADLEAF_BLUESKY_HANDLE": HANDLE,
        "THREADLEAF_BLUESKY_PASSWORD": PASSWORD,
    }
    line.ask = server.ask  # type: ignore[method-assign]
    return server


@pytest.fixture
def line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsysbinary: pytest.CaptureFixture[bytes]) -> Line:
    """A command line in a folder that holds `thread.txt`, and `first.json` and `second.json` of one conversation."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "thread.txt").write_text(PAGE, encoding="utf-8")
    for number, name in enumerate(("first.json", "second.json"), 1):
        shutil.copy(ROOT / "examples" / "tide-mill" / f"{number}-getPostThread.json", tmp_path / name)
    return Line(tmp_path, capsysbinary)


@pytest.fixture
def stdin(monkeypatch: pytest.MonkeyPatch) -> Callable[[bytes], None]:
    """Calling it puts bytes on standard input."""

    def put(body: bytes) -> None:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(body), encoding="utf-8"))

    return put
