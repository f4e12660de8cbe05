"""Every page of the site is valid HTML, by the checker of the standard's own editors; so are the drawings."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import cast

import pytest
from starlette.testclient import TestClient

from tests.browser.readers import nu_checker
from tests.proof.crawl import ORIGIN, address, routes, served
from tests.support import site as examples
from threadleaf.config import Settings
from threadleaf.service import Threadleaf
from threadleaf.web.app import create_app

pytestmark = pytest.mark.browser

VIEWS = ("", "?view=posts", "?cite=", "?lang=ar", "?view=posts&lang=zh")
ALLOWED = ("Article lacks heading.",)
"""Advice that we do not follow: a thread's title stands above its article, so that programs find only posts in that."""


def check(folder: Path) -> list[tuple[str, str]]:
    """What is wrong with the files of a folder: the name of each and the sentence about it. One start of Java."""
    command = ["java", "-Xss2m", "-jar", nu_checker(), "--format", "json", "--exit-zero-always", "--stdout", folder]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    found = json.loads(done.stdout)["messages"]
    return [(Path(one["url"]).name, f"{one['message']} | {one.get('extract', '')}") for one in found]


def threads() -> Iterator[tuple[str, str]]:
    """The pages of all example threads, on a site for everybody and on somebody's own."""
    for settings in (Settings(public_origin=ORIGIN, contact="us@example.org"), Settings()):
        shelf = cast("Threadleaf", examples.Shelf(examples.ALL, settings))
        client = TestClient(create_app(shelf, settings), base_url=settings.public_origin or "http://127.0.0.1")
        for name, make in examples.ALL.items():
            for view in VIEWS:
                yield f"{name} {view.lstrip('?')}", client.get(examples.path_of(make()) + view).text
        line = examples.uri("b1").rpartition("/")[2]
        yield "line", client.get(f"{examples.path_of(examples.everything())}?line={line}").text


def others(folder: Path) -> Iterator[tuple[str, str]]:
    """What every other route answers with a page, whatever its status; and both ways to fill the first one in."""
    with served(folder) as site:
        client = site.client()
        more = (
            "/?lang=ru",
            "/search?q=water",
            "/search?q=%22",
            "/nothing",
            "/t/bsky/ada.example/3kunknown",
            "/report?url=/t/x/1",
        )
        for path in (*dict.fromkeys(address(template, site) for template, _ in routes(list(site.app.routes))), *more):
            answer = client.get(path)
            if answer.headers.get("content-type", "").startswith("text/html"):
                yield path, answer.text
        yield "wrong address", client.post("/unroll", data={"url": "nonsense"}, headers={"origin": ORIGIN}).text


def written(folder: Path, pages: Iterator[tuple[str, str]]) -> int:
    """Write pages as files with names that can be read, and say how many there are."""
    count = 0
    for count, (name, html) in enumerate(pages, 1):
        safe = "".join(sign if sign.isalnum() else "-" for sign in name)
        (folder / f"{count:03}{safe}.html").write_text(html, encoding="utf-8")
    return count


def test_every_page_is_valid(tmp_path: Path):
    (tmp_path / "pages").mkdir()
    (tmp_path / "data").mkdir()
    assert written(tmp_path / "pages", others(tmp_path / "data")) > 20
    (tmp_path / "threads").mkdir()
    assert written(tmp_path / "threads", threads()) > 60
    found = check(tmp_path / "pages") + check(tmp_path / "threads")
    assert sorted({said for _, said in found if not said.startswith(ALLOWED)}) == []


def test_what_is_wrong_is_seen(tmp_path: Path):
    (tmp_path / "a.html").write_text(
        "<!doctype html><title>x</title><p id=a><p id=a><b><div onx=1></b>", encoding="utf-8"
    )
    assert len(check(tmp_path)) >= 3
