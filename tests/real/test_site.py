"""The site over the real network: paste an address, read the page."""

import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from html import unescape
from pathlib import Path

import httpx2

from tests.real.seeds import Seeds
from tests.real.unroller import Bluesky


@contextmanager
def site(bluesky: Bluesky, home: Path) -> Iterator[httpx2.Client]:
    """The program as it serves its one reader, and a visitor without script."""
    command = [sys.executable, "-m", "threadleaf", "serve", "--port", "0"]
    serving = subprocess.Popen(command, env=bluesky.environ(home), cwd=home, stderr=subprocess.PIPE)
    try:
        with httpx2.Client(base_url=_address(serving), timeout=120, follow_redirects=True) as visitor:
            yield visitor
    finally:
        serving.send_signal(signal.SIGINT)
        serving.communicate(timeout=60)


def _address(serving: subprocess.Popen[bytes]) -> str:
    """Where it says that it serves; its warnings come before."""
    assert serving.stderr is not None
    said = b""
    for line in serving.stderr:
        said += line
        if found := re.match(rb"Serving (\S+) ", line):
            return found[1].decode()
    raise AssertionError(f"The site did not start: {said.decode()}")


def unrolled(visitor: httpx2.Client, address: str) -> httpx2.Response:
    """What comes of pasting an address: a browser without script loads the page again for as long as that says so."""
    page = visitor.post("/unroll", data={"url": address, "listed": "1"})
    while "refresh" in page.headers:
        time.sleep(float(page.headers["refresh"]))
        page = visitor.get(page.url)
    return page


def _text(html: str) -> str:
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", html)))


def test_a_pasted_address_becomes_the_page_of_the_whole_thread(bluesky: Bluesky, seeds: Seeds, tmp_path: Path) -> None:
    with site(bluesky, tmp_path) as visitor:
        page = unrolled(visitor, seeds.long[30])
        assert page.status_code == 200
        assert page.url.path == "/t/bsky/" + seeds.long[0].removeprefix("at://").replace("/app.bsky.feed.post", "")
        assert page.url.fragment == seeds.long[30].rpartition("/")[2]
        assert all(f'id="{uri.rpartition("/")[2]}"' in page.text for uri in (*seeds.long, *seeds.long_branch))
        assert "All 60 posts are here." in _text(page.text)
        assert visitor.get(str(page.url)).text == page.text
        assert page.url.path in visitor.get("/latest").text


def test_an_author_who_does_not_want_it_is_not_shown_and_the_asker_is_told_why(
    bluesky: Bluesky, seeds: Seeds, tmp_path: Path
) -> None:
    with site(bluesky, tmp_path) as visitor:
        refused = unrolled(visitor, seeds.logged_in_only[0])
        assert refused.status_code == 403
        assert "logged in" in _text(refused.text)
        assert "/t/bsky/" not in visitor.get("/latest").text


def test_a_network_that_does_not_answer_is_told_in_a_sentence(bluesky: Bluesky, seeds: Seeds, tmp_path: Path) -> None:
    bluesky.appview_is_at("http://localhost:1")
    with site(bluesky, tmp_path) as visitor:
        failed = unrolled(visitor, f"https://bsky.app/profile/nobody.test/post/{seeds.long[0][-13:]}")
        assert failed.status_code in (404, 503)
        assert "Traceback" not in failed.text
        assert re.search(r"[A-Z][^.]+ (?:could not be|knows no|is no)", _text(failed.text))
