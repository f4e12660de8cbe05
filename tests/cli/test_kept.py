"""`threadleaf list`, `show` and `remove`: what is kept."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from msgspec.structs import replace

from tests.cli.conftest import ADDRESS, TEXTS, Line, conversation
from tests.support.public import ENVIRON
from threadleaf.store import open_store

COMMANDS = [("show",), ("remove", "--reason", "operator", "--yes")]


def test_a_list_has_one_line_for_each_thread_newest_first(line: Line) -> None:
    line("unroll", "--save", ADDRESS)
    line("unroll", "--save", "thread.txt")
    first, second = (entry.split("\t") for entry in line("list").out.splitlines())
    assert first[2:] == ["3", "open", "listed", "lena_example", "A heron stands in the mill race every morning."]
    assert second[2:] == ["3", "complete", "listed", "alice.example.com", TEXTS[0]]
    assert second[0].startswith("/t/bsky/did:plc:alice")


def test_a_list_says_who_sees_each_page(line: Line) -> None:
    line.environ |= ENVIRON
    for visibility in ("private", "unlisted"):
        line("unroll", "--save", "--visibility", visibility, ADDRESS)
    rows = [row.split("\t") for row in line("list").out.splitlines()]
    assert [(row[0][:3], row[4]) for row in rows] == [("/t/", "unlisted"), ("/p/", "private")]
    assert [entry["visibility"] for entry in json.loads(line("list", "--json").out)] == ["unlisted", "private"]


def test_a_list_of_nothing_is_empty(line: Line) -> None:
    said = line("list")
    assert (said.code, said.out, said.err.partition(".")[0]) == (0, "", "Nothing is kept yet")
    assert line("list", "--before", "1").err == "Nothing older is kept.\n"
    assert (line("list", "--json").out, line("list", "--json").err) == ("[]\n", "")


def test_a_list_goes_on_where_the_last_one_ended(line: Line) -> None:
    line("unroll", "--save", ADDRESS)
    line("unroll", "--save", "thread.txt")
    (newest,) = json.loads(line("list", "--json", "--limit", "1").out)
    (oldest,) = json.loads(line("list", "--json", "--before", str(newest["number"])).out)
    assert newest["number"] > oldest["number"]
    assert oldest["address"].startswith("https://bsky.app/profile/did:plc:alice")


def test_foreign_text_stays_on_its_line_and_commands_nothing(line: Line) -> None:
    line.seen = conversation(("One\x1b[31m two\tthree\u202e [red]four[/red]",))
    line("unroll", "--save", ADDRESS)
    title = line("list").out.split("\t")[6]
    assert title == "One[31m two three [red]four[/red]\n"


@pytest.mark.parametrize(
    "ref", [ADDRESS, "bsky.app/profile/alice.example.com/post/3kbi55xm6u62v", "/t/bsky/alice.example.com/3kbi55xm6u62v"]
)
def test_a_kept_thread_is_shown_by_its_address_and_by_its_path(line: Line, ref: str) -> None:
    line("unroll", "--save", ADDRESS)
    said = line("show", ref)
    assert said.code == 0
    assert TEXTS[2] in said.out


def test_a_kept_thread_is_shown_by_the_path_of_its_page(line: Line) -> None:
    line("unroll", "--save", "thread.txt")
    (entry,) = json.loads(line("list", "--json").out)
    said = line("show", entry["path"], "-o", "out.md", "--fail-on", "open")
    assert said.code == 3
    assert "heron" in (line.folder / "out.md").read_text("utf-8")


@pytest.mark.parametrize("by_path", [True, False])
def test_a_private_page_is_shown_to_its_keeper(line: Line, by_path: bool) -> None:
    line("unroll", "--save", "--visibility", "private", ADDRESS)
    (entry,) = json.loads(line("list", "--json").out)
    assert line("show", entry["path"] if by_path else ADDRESS).code == 0


@pytest.mark.parametrize("command", COMMANDS)
def test_what_is_not_kept_is_told_with_the_next_step(line: Line, command: tuple[str, ...]) -> None:
    said = line(*command, ADDRESS)
    assert said.code == 1
    assert f"Nothing is kept of “{ADDRESS}”" in said.err


@pytest.mark.parametrize("command", COMMANDS)
def test_what_is_no_address_is_wrong_use(line: Line, command: tuple[str, ...]) -> None:
    assert line(*command, "https://example.com/").code == 2
    assert line(*command).code == 2
    assert line(*command, ADDRESS, "--config", "nowhere.toml").code == 2


@pytest.mark.parametrize("command", [*COMMANDS, ("list",)])
def test_a_database_that_is_none_is_a_failure(line: Line, command: tuple[str, ...]) -> None:
    line.environ["THREADLEAF_DATABASE"] = str(line.folder / "thread.txt")
    said = line(*command, *(() if command == ("list",) else (ADDRESS,)))
    assert said.code == 1
    assert "not a database" in said.err


def test_what_was_taken_down_is_refused_ever_after(line: Line) -> None:
    line("unroll", "--save", ADDRESS)
    said = line("remove", ADDRESS, "--reason", "author", "--yes")
    assert said.code == 0
    assert said.err.startswith("Taken down: /t/bsky/")
    assert line("list").out == ""
    for command in [("show", ADDRESS), ("unroll", "--save", ADDRESS), ("remove", ADDRESS, "--reason", "law", "--yes")]:
        again = line(*command)
        assert again.code == 4
        assert "was taken down on" in again.err


def test_what_its_author_took_back_is_taken_down_for_good_all_the_same(line: Line) -> None:
    line("unroll", "--save", ADDRESS)
    with open_store(line.folder / "home/.local/share/threadleaf/threadleaf.sqlite3") as store:
        store.withdraw(store.list(1, visibility=None)[0], "author", datetime(2026, 5, 4, tzinfo=UTC))
    said = line("remove", ADDRESS, "--reason", "law", "--yes")
    assert (said.code, said.err) == (0, f"Taken down for good: {ADDRESS}\n")
    again = line("unroll", "--save", ADDRESS)
    assert again.code == 4
    assert "for legal reasons" in again.err


def test_nothing_is_taken_down_where_nobody_can_be_asked(line: Line, stdin: Callable[[bytes], None]) -> None:
    line("unroll", "--save", ADDRESS)
    stdin(b"y\n")
    said = line("remove", ADDRESS, "--reason", "operator")
    assert said.code == 2
    assert "--yes" in said.err
    assert line("show", ADDRESS).code == 0


@pytest.mark.parametrize(("answer", "code", "left"), [(b"y\n", 0, 0), (b"\n", 130, 1), (b"", 130, 1)])
def test_nothing_is_taken_down_without_a_yes(
    line: Line,
    stdin: Callable[[bytes], None],
    monkeypatch: pytest.MonkeyPatch,
    answer: bytes,
    code: int,
    left: int,
) -> None:
    line("unroll", "--save", ADDRESS)
    stdin(answer)
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True)
    said = line("remove", ADDRESS, "--reason", "operator")
    assert said.code == code
    assert f"Take down “{TEXTS[0]}”" in said.err
    assert len(json.loads(line("list", "--json").out)) == left


def test_a_removal_needs_a_reason(line: Line) -> None:
    said = line("remove", ADDRESS, "--yes")
    assert said.code == 2
    assert "--reason" in said.err


def test_a_thread_that_was_edited_names_its_earlier_versions_and_shows_them(line: Line) -> None:
    first, *rest = TEXTS
    for day, text in ((4, first), (5, "Other words.")):
        line.seen = replace(conversation((text, *rest)), read_at=datetime(2026, 5, day, tzinfo=UTC))
        line("unroll", "--save", ADDRESS)
        assert ("Earlier version" in line("show", ADDRESS).err) == (day == 5)
    shown = line("show", ADDRESS, "-f", "json")
    (form,) = json.loads(shown.out)["posts"][0]["versions"]
    assert shown.err == f"Earlier version: {form['hash']}, read until 4 May 2026, 00:00 UTC.\n"
    then = line("show", ADDRESS, "--version", form["hash"])
    assert (then.code, then.err) == (0, "")
    assert "This is an earlier version of this page" in then.out
    assert first in then.out
    assert "Other words." not in then.out
    none = line("show", ADDRESS, "--version", "00000000")
    assert none.code == 1
    assert f"Those there are: {form['hash']}." in none.err


def test_a_folder_that_cannot_be_one_is_named(line: Line) -> None:
    (line.folder / "notes").write_text("Mine.", "utf-8")
    said = line("list", "--data", "notes")
    assert said.code == 1
    assert "notes/threadleaf.sqlite3 cannot be opened or made. Check " in said.err
    assert "that it is a folder, and that you may write there." in said.err
