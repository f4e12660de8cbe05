"""What a terminal gets: foreign text commands nothing, and style is only where a terminal is."""

from __future__ import annotations

import os
import pty
import re
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.cli.conftest import PAGE, Line
from threadleaf.cli import progress, terminal
from threadleaf.cli.terminal import inert
from threadleaf.fetch.drive import Progress
from threadleaf.store import open_store
from threadleaf.store.cases import Complaint

HOSTILE = PAGE.replace("A heron", "\x1b]0;owned\x07\x1b[31m[bold red]A heron[/bold red]\x9b5n\u202e :bell:")


def on_a_terminal(*args: str, cwd: Path, code: int = 0, **environ: str) -> str:
    """What a command that ends with `code` writes to a terminal of 60 columns."""
    ours, theirs = pty.openpty()
    base = {"HOME": str(cwd), "PATH": os.environ["PATH"], "COLUMNS": "60", "TERM": "xterm", "LANG": "C.UTF-8"}
    with subprocess.Popen(
        [sys.executable, "-m", "threadleaf", *args],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        cwd=cwd,
        env={**base, **environ},
    ) as process:
        os.close(theirs)
        written = b""
        while chunk := _read(ours):
            written += chunk
        os.close(ours)
    assert process.returncode == code, written.decode()
    return written.decode().replace("\r\n", "\n")


def _read(descriptor: int) -> bytes:
    try:
        return os.read(descriptor, 65536)
    except OSError:  # Linux says so when the other end is closed
        return b""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "thread.txt").write_text(HOSTILE, encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize("form", ["txt", "md", "json", "html"])
def test_foreign_text_commands_no_terminal(folder: Path, form: str) -> None:
    written = on_a_terminal("unroll", "thread.txt", "-f", form, cwd=folder)
    sequences = re.findall("\x1b[^m]*m?", written)
    assert set(sequences) <= {"\x1b[1m", "\x1b[0m"}
    assert re.search("[\x00-\x08\x0b-\x1a\x1c-\x1f\x7f-\x9f\u202a-\u202e]", written) is None
    assert "bold red" in written
    assert ":bell:" in written


def test_a_text_is_wrapped_at_words_and_its_title_is_bold(folder: Path) -> None:
    (folder / "thread.txt").write_text(PAGE, encoding="utf-8")
    written = on_a_terminal("unroll", "thread.txt", cwd=folder)
    assert written.startswith("\x1b[1mA heron stands in the mill race every morning.\x1b[0m\n")
    assert max(len(line) for line in written.splitlines()[1:] if "http" not in line) <= 60


def test_a_list_is_titles_and_facts_on_a_terminal(folder: Path) -> None:
    on_a_terminal("unroll", "--save", "thread.txt", cwd=folder)
    head, title, facts, path = on_a_terminal("list", cwd=folder, COLUMNS="200").splitlines()
    assert "Kept threads, newest first" in head
    assert title.startswith("\x1b[1m")
    assert "[bold red]A heron[/bold red]" in title
    assert facts.startswith("  lena_example · \x1b[33m3 posts, end not confirmed\x1b[0m · listed · kept ")
    assert path.startswith("  /t/page/")


def test_a_list_marks_what_is_private_on_a_terminal(folder: Path) -> None:
    on_a_terminal("unroll", "--save", "--visibility", "private", "thread.txt", cwd=folder)
    assert " · private · kept " in on_a_terminal("list", cwd=folder, COLUMNS="200")


def test_reports_stand_below_their_head_on_a_terminal(folder: Path) -> None:
    on_a_terminal("unroll", "--save", "thread.txt", cwd=folder)
    (database,) = folder.rglob("threadleaf.sqlite3")
    for reason in ("law", "privacy"):
        said = Complaint(reason=reason, words="Look.", path="/t/page/1", network="page")
        with open_store(database) as store:
            store.moderation.report(said, datetime(2026, 5, 3, 9, tzinfo=UTC))
    head, *rows = on_a_terminal("reports", cwd=folder).splitlines()
    assert head.split("  ")[0] == "No."
    assert len(rows) == 2
    for name, parts in {"State": {"open"}, "Reason": {"law", "privacy"}, "About": {"/t/page/1"}}.items():
        assert {row[head.index(name) :].split("  ")[0] for row in rows} == parts


def test_a_list_of_nothing_says_what_to_do_on_a_terminal(folder: Path) -> None:
    assert "threadleaf unroll --save" in on_a_terminal("list", cwd=folder).replace("\n", "")


def test_no_colour_where_none_is_wanted(folder: Path) -> None:
    on_a_terminal("unroll", "--save", "thread.txt", cwd=folder)
    assert "\x1b[33m" in on_a_terminal("list", cwd=folder)
    assert "\x1b[33m" not in on_a_terminal("list", cwd=folder, NO_COLOR="1")


def test_piped_text_has_no_style_and_no_wrapping(line: Line) -> None:
    (line.folder / "thread.txt").write_text(HOSTILE, encoding="utf-8")
    said = line("unroll", "thread.txt")
    assert "\x1b" not in said.out
    assert "[bold red]" in said.out
    assert max(map(len, said.out.splitlines())) > 80


def test_inert_text_keeps_lines_and_tabs_and_loses_every_command() -> None:
    assert inert("a\tb\nc") == "a\tb\nc"
    assert inert("\x00\x07\x08\r\x1b\x7f\x9b\u202a\u202e\u2066\u2069") == ""
    assert inert("[bold]עברית 🇷🇺 e\u0301") == "[bold]עברית 🇷🇺 e\u0301"


class Screen:
    """A stderr that says whether it is a terminal."""

    encoding = "ascii"

    def __init__(self, *, terminal: bool) -> None:
        self.written = ""
        self._terminal = terminal

    def isatty(self) -> bool:
        return self._terminal

    def write(self, text: str) -> None:
        self.written += text

    def flush(self) -> None:
        """Nothing is held back."""


EVENT = Progress("Read the thread\x1b[31m\nof alice", 3)


@pytest.mark.parametrize(
    ("is_terminal", "quiet", "verbose", "written"),
    [
        (True, False, False, "\r\x1b[2K3 answered · Read the thread[31m of alice\r\x1b[2K"),
        (False, False, False, ""),
        (True, True, False, ""),
        (False, False, True, "3 answered ? Read the thread[31m of alice\n"),
    ],
)
def test_progress_is_one_line_on_a_terminal_and_nowhere_else(
    monkeypatch: pytest.MonkeyPatch, is_terminal: bool, quiet: bool, verbose: bool, written: str
) -> None:
    screen = Screen(terminal=is_terminal)
    monkeypatch.setattr(sys, "stderr", screen)
    with progress.Spoken(quiet=quiet, verbose=verbose) as spoken:
        spoken(EVENT)
    assert screen.written == written


def test_what_a_terminal_cannot_show_is_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = Screen(terminal=True)
    monkeypatch.setattr(sys, "stderr", screen)
    terminal.complain("“no”")
    assert screen.written == "Error: ?no?\n"


def test_what_the_doctor_says_stands_in_columns_on_a_terminal(folder: Path) -> None:
    (folder / "mine.toml").write_text('allow_loopback = ["localhost:2583"]\n')
    said = on_a_terminal("doctor", "--offline", "--config", "mine.toml", cwd=folder, code=3)
    assert max(len(row) for row in said.splitlines() if "/" not in row) <= 60
    assert "\nWARNING  loopback             WHOEVER PASTES" in said.replace("\r", "")
    assert said.rstrip().endswith("1. loopback: Empty `allow_loopback`.")


def test_an_address_without_a_command_is_told_its_command(folder: Path) -> None:
    said = on_a_terminal("https://bsky.app/profile/a.example/post/3k1", cwd=folder, code=2)
    assert "type: threadleaf unroll https://bsky.app/profile/a.example/post/3k1" in said.replace("\n", "")
