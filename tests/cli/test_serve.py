"""`threadleaf serve` and `threadleaf demo`."""

from __future__ import annotations

import builtins
import json
import socket
import sys
import threading
from collections.abc import Iterator
from typing import Any, cast

import click
import pytest

from tests.cli.conftest import ADDRESS, TEXTS, Line
from tests.support.public import ENVIRON as PUBLIC
from tests.support.public import ORIGIN
from tests.support.site import Shelf
from threadleaf.cli import demo, server
from threadleaf.cli.edge import now
from threadleaf.config import Settings
from threadleaf.core.ref import parse
from threadleaf.service import Threadleaf
from threadleaf.store import open_store
from threadleaf.web.app import create_app


class Gone:
    """A site at which nothing is."""

    def __init__(self) -> None:
        shelf = cast("Threadleaf", Shelf({}, Settings()))
        self.state = create_app(shelf, Settings()).state

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 410, "headers": []})
        await send({"type": "http.response.body", "body": b""})


@pytest.fixture
def taken() -> Iterator[int]:
    """A port on which somebody listens."""
    with server.bound("127.0.0.1", 0) as listening:
        yield listening.getsockname()[1]


def test_a_site_is_served_on_loopback_until_interrupted(line: Line) -> None:
    said = line("serve", "--port", "0")
    ((_, (host, port)),) = line.served
    assert said.code == 0
    assert host == "127.0.0.1"
    assert said.err == f"Serving http://127.0.0.1:{port}/ until Ctrl-C.\n"


@pytest.mark.parametrize("missing", PUBLIC)
@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "threads.example.org"])
def test_nobody_else_is_let_in_before_the_site_says_whom_to_turn_to(line: Line, host: str, missing: str) -> None:
    line.environ |= {**PUBLIC, missing: "  " if missing != "THREADLEAF_PUBLIC_ORIGIN" else ""}
    said = line("serve", "--host", host, "--port", "0")
    assert said.code == 2
    assert f"set `{missing.removeprefix('THREADLEAF_').lower()}` first" in said.err
    assert line.served == []


def test_a_site_behind_a_proxy_is_for_others_too(line: Line) -> None:
    line.environ |= {**PUBLIC, "THREADLEAF_IMPRINT": ""}
    said = line("serve", "--port", "0")
    assert (said.code, line.served) == (2, [])
    assert f"Others could reach {ORIGIN}" in said.err


def test_when_all_is_said_others_are_let_in(line: Line) -> None:
    line.environ |= PUBLIC
    assert line("serve", "--host", "0.0.0.0", "--port", "0", "-q").code == 0
    assert line.served[0][1][0] == "0.0.0.0"


def test_the_log_of_a_public_site_is_one_line_at_its_start(line: Line) -> None:
    line.environ |= PUBLIC
    said = line("serve", "--port", "0")
    port = line.served[0][1][1]
    assert (said.out, said.err) == ("", f"Serving {ORIGIN} on http://127.0.0.1:{port}/ until Ctrl-C.\n")


@pytest.mark.parametrize("host", ["localhost", "127.0.0.2"])
def test_every_name_of_this_machine_is_loopback(line: Line, host: str) -> None:
    assert line("serve", "--host", host, "--port", "0").code == 0


def test_a_port_that_is_taken_is_told(line: Line, taken: int) -> None:
    said = line("serve", "--port", str(taken))
    assert said.code == 1
    assert f"Cannot listen on http://127.0.0.1:{taken}/: Address already in use." in said.err


@pytest.mark.parametrize(("args", "sentence"), [(("--port", "x"), "not a valid integer"), (("more",), "unexpected")])
def test_wrong_use_of_serve_is_told(line: Line, args: tuple[str, ...], sentence: str) -> None:
    said = line("serve", *args)
    assert said.code == 2
    assert sentence in said.err


@pytest.mark.parametrize("command", [("serve", "--port", "0"), ("demo",), ("demo", "--bot")])
def test_the_base_install_tells_what_a_site_needs(
    line: Line, monkeypatch: pytest.MonkeyPatch, command: tuple[str, ...]
) -> None:
    own = builtins.__import__

    def without_starlette(name: str, *more: Any, **also: Any) -> Any:
        if name.partition(".")[0] == "starlette":
            raise ModuleNotFoundError(name)
        return own(name, *more, **also)

    for name in [name for name in sys.modules if name.startswith("threadleaf.web.")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.delattr(sys.modules["threadleaf.web"], "threads", raising=False)
    monkeypatch.setattr(builtins, "__import__", without_starlette)
    said = line(*command)
    assert said.code == 1
    assert "pip install 'threadleaf[serve]'" in said.err


def test_a_worker_reads_what_a_site_was_asked_for(line: Line) -> None:
    said = line("worker")
    assert (said.code, said.out, said.err) == (0, "", "Working until Ctrl-C.\n")
    assert line.served == []


def test_what_a_site_was_asked_for_is_read_by_the_next_program(line: Line) -> None:
    with open_store(line.folder / "kept" / "threadleaf.sqlite3") as store:
        asked = store.unrolls.begin(parse(ADDRESS), "listed", now(), 1)
    assert asked is not None

    def done() -> None:
        with open_store(line.folder / "kept" / "threadleaf.sqlite3") as store:
            while store.unrolls.waiting():
                threading.Event().wait(0.01)

    line.waits = done
    assert line("worker", "--data", "kept").code == 0
    assert TEXTS[0] in line("show", ADDRESS, "--data", "kept").out


def test_addresses_of_both_families_are_written_as_browsers_want_them() -> None:
    assert server.address("127.0.0.1", 8410) == "http://127.0.0.1:8410/"
    assert server.address("::1", 8410) == "http://[::1]:8410/"


def test_the_demo_takes_the_next_free_port(taken: int) -> None:
    with server.bound("127.0.0.1", taken, next_free=True) as listening:
        assert listening.getsockname()[1] > taken


def test_there_is_no_port_beyond_the_last() -> None:
    with pytest.raises(click.ClickException, match="no such port"):
        server.bound("127.0.0.1", 65536, next_free=True)


def test_a_socket_of_the_newer_family_is_bound() -> None:
    try:
        listening = server.bound("::1", 0)
    except click.ClickException:
        pytest.skip("this machine has no IPv6 loopback")
    with listening:
        assert listening.family == socket.AF_INET6


def test_the_demo_prints_one_sample_and_serves_them_all(line: Line) -> None:
    said = line("demo", "--port", "0")
    assert said.code == 0
    assert "Why tidal mills worked better at night" in said.out
    assert "sample threads on http://127.0.0.1:" in said.err
    assert len(line.served) == 1


def test_the_demo_leaves_nothing_behind_unless_asked(line: Line) -> None:
    line("demo", "--port", "0")
    assert not (line.folder / "home").exists()
    line("demo", "--port", "0", "--data", "kept")
    assert len(json.loads(line("list", "--json", "--data", "kept").out)) >= 8


def test_the_demo_fetches_its_own_pages(line: Line) -> None:
    said = line("demo", "--check", "--port", "0")
    assert said.code == 0
    assert said.err.endswith(" and fetched.\n")
    assert line.served == []


def test_the_demo_fails_when_a_page_is_not_there(line: Line) -> None:
    listening = server.bound("127.0.0.1", 0)
    with listening, pytest.raises(click.ClickException, match="The page / answers 410"):
        demo._check(Gone(), listening, [])


def test_the_demo_takes_other_samples(line: Line) -> None:
    folder = line.folder / "samples" / "heron"
    folder.mkdir(parents=True)
    (line.folder / "thread.txt").rename(folder / "page.txt")
    said = line("demo", "--port", "0", "--examples", "samples")
    assert "A heron" in said.out
    assert "1 sample threads" in said.err


@pytest.mark.parametrize("folder", ["nowhere", "."])
def test_without_samples_there_is_no_demo(line: Line, folder: str) -> None:
    said = line("demo", "--examples", folder)
    assert said.code == 1
    assert "There are no sample threads in" in said.err


def test_the_site_shows_what_is_kept(line: Line) -> None:
    from starlette.testclient import TestClient

    line("unroll", "--save", ADDRESS)
    pages: list[str] = []

    def look(app: Any, _listening: Any) -> None:
        with TestClient(app, base_url="http://127.0.0.1") as client:
            pages.append(client.get("/").text)

    from threadleaf.cli.edge import Edge
    from threadleaf.cli.run import run

    assert run(["serve", "--port", "0"], Edge(line.environ, serve=look)) == 0
    assert TEXTS[0] in pages[0]


def test_a_server_believes_no_stranger_and_keeps_no_record() -> None:
    config = server.made(Gone()).config
    assert (config.proxy_headers, config.access_log, config.server_header) == (False, False, False)


def test_a_personal_instance_is_one_without_an_origin() -> None:
    assert Settings().personal
    assert not Settings(public_origin="https://t.example.org").personal
