"""T16: line ends and control characters in every slot: no further header, no further record of the log, none on a terminal."""

import logging
import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

from starlette.testclient import TestClient

from tests.proof.crawl import ORIGIN, served
from tests.proof.placements import SLOTS, threaded
from threadleaf import render
from threadleaf.cli import terminal
from threadleaf.core.errors import Refused
from threadleaf.core.model import Thread

SIGNS = ("\r", "\n", "\r\n", "\0", "\x1b", "\x07", "\x08", "\x0b", "\x0c", "\x7f", "\u2028", "\u2029",
         *map(chr, range(0x80, 0xA0)), "\u202e", "\u2066")  # fmt: skip
SHAPES = (
    "a{}Set-Cookie: evil=1",
    "{}Location: https://evil.example/",
    "a{}{}<b>",
    "{}[2J{}]8;;https://evil.example\x07",
)
_RAW = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")

_DRIVES = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def texts() -> list[str]:
    return [shape.replace("{}", sign) for sign in SIGNS for shape in SHAPES]


def written(thread: Thread) -> Iterator[str]:
    """All that may be printed on a terminal, written into a letter or put into a line."""
    for view in ("article", "posts"):
        yield render.plain(thread, view)
        yield render.markdown(thread, view)
    yield render.shape(thread)
    for post in thread.posts:
        cited = render.citation(thread, post.id.rpartition("/")[2])
        yield cited.text
        yield cited.markdown


class Records(logging.Handler):
    """What is logged: one line for each record, whatever is in it."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines += self.format(record).splitlines() or [""]


def asked(client: TestClient, text: str) -> Iterator[tuple[str, dict[str, str]]]:
    """Requests whose parts hold a text, as an address may, and the headers of their answers."""
    for path in (
        f"/{quote(text)}", f"/t/bsky/{quote(text)}/3k1", f"/t/bsky/ada.example/{quote(text)}.md", f"/t/x/{quote(text)}.txt",
        f"/search?q={quote(text)}", f"/?url={quote(text)}", f"/report?url={quote(text)}", f"/oembed?url={quote(text)}",
        f"/https://bsky.app/profile/{quote(text)}/post/3k1", f"/latest?before={quote(text)}", f"/?lang={quote(text)}",
    ):  # fmt: skip
        answer = client.get(path)
        yield path, dict(answer.headers)
    answer = client.post("/unroll", data={"url": text}, headers={"origin": ORIGIN})
    yield "/unroll", dict(answer.headers)


def is_forged(headers: dict[str, str]) -> bool:
    """Whether a header is there that we never send, or holds what ends a line."""
    leads = headers.get("location", "/")
    return (
        "set-cookie" in headers
        or not leads.startswith(("/", f"{ORIGIN}/"))
        or any(unicodedata.category(sign) in ("Cc", "Zl", "Zp") for value in headers.values() for sign in value)
    )


def forged_records(lines: list[str]) -> int:
    """How many lines of a log begin with what somebody else wrote."""
    return sum(line.startswith(("Set-Cookie:", "Location:", "[2J")) for line in lines)


def test_no_control_character_comes_through(proved, tmp_path: Path):
    found = texts()
    raw = [text[:60] for one in written(threaded(list(enumerate(found)))) for text in _RAW.findall(one)]
    raw += _DRIVES.findall(terminal.inert(render.json(threaded(list(enumerate(found)))).decode()))
    log, forged, requests = Records(), list[str](), 0
    root, level = logging.getLogger(), logging.getLogger().level
    root.addHandler(log)
    root.setLevel(logging.DEBUG)
    with served(tmp_path) as site:
        client = site.client()
        for text in found:
            for path, headers in asked(client, text):
                requests += 1
                forged += [path] if is_forged(headers) else []
            site.mood[:] = [lambda text=text: Refused(f"No: {text}", subject=text)]
            forged += [text] if is_forged(dict(client.get(site.public).headers)) else []
            site.mood.clear()
    root.setLevel(level)
    root.removeHandler(log)
    print(raw[:5], forged[:5], [line for line in log.lines if "evil" in line][:5])
    figures = {
        "texts": len(found),
        "placements": len(found) * len(SLOTS),
        "requests": requests,
        "headers": len(forged),
        "records": forged_records(log.lines),
        "raw": len(raw),
    }
    proved("T16", figures, 0)
    assert requests > 1_000
    assert len(log.lines) > requests


def test_what_comes_through_is_seen():
    assert is_forged({"set-cookie": "evil=1"})
    assert is_forged({"location": "https://evil.example/"})
    assert is_forged({"x": "a\x85b"})
    assert not is_forged({"location": "/t/bsky/a"})
    told = render.json(threaded(list(enumerate(texts())))).decode()
    assert _DRIVES.search(told)  # the model itself has them as they are; only a terminal is spared them
    log = Records()
    log.emit(logging.makeLogRecord({"msg": "a\nSet-Cookie: evil=1"}))
    assert forged_records(log.lines) == 1
