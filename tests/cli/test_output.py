"""Where a thread goes: formats, files written whole, terminals."""

from __future__ import annotations

import json
import os
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import click
import pytest
from msgspec.structs import replace

from tests.cli.conftest import ADDRESS, Line, conversation
from threadleaf.cli import output
from threadleaf.cli.formats import NAMES, rendered
from threadleaf.core.assemble import assemble

BEGINNINGS = {"txt": "A heron", "md": "# ", "json": "{", "html": "<!doctype html>", "svg": "<svg "}


@pytest.mark.parametrize("name", NAMES)
def test_the_suffix_chooses_the_format(line: Line, name: str) -> None:
    said = line("unroll", "thread.txt", "-o", f"out.{name}")
    written = (line.folder / f"out.{name}").read_text("utf-8")
    assert (said.code, said.out, said.err) == (0, "", "")
    assert written.startswith(BEGINNINGS[name])
    assert written.endswith("\n")


@pytest.mark.parametrize("name", NAMES)
def test_the_format_that_was_asked_for_wins_over_the_suffix(line: Line, name: str) -> None:
    line("unroll", "thread.txt", "-o", "out.txt", "-f", name)
    assert (line.folder / "out.txt").read_text("utf-8").startswith(BEGINNINGS[name])
    assert line("unroll", "thread.txt", "-o", "-", "-f", name).out.startswith(BEGINNINGS[name])
    assert line("unroll", "thread.txt", "-f", name).out.startswith(BEGINNINGS[name])


def test_text_is_the_format_of_standard_output(line: Line) -> None:
    assert line("unroll", "thread.txt", "-o", "-").out == line("unroll", "thread.txt", "-f", "txt").out
    assert not (line.folder / "-").exists()


@pytest.mark.parametrize("name", ["txt", "md", "html"])
def test_the_two_views_differ(line: Line, name: str) -> None:
    assert (
        line("unroll", "thread.txt", "-f", name, "--view", "posts").out != line("unroll", "thread.txt", "-f", name).out
    )


def test_posts_of_x_are_shown_as_posted_unless_asked_otherwise() -> None:
    thread = assemble(conversation())
    of_x = replace(thread, network="x")
    assert rendered(thread, "txt") == rendered(thread, "txt", "article")
    assert rendered(of_x, "txt") == rendered(of_x, "txt", "posts")
    assert rendered(of_x, "txt", "article") != rendered(of_x, "txt")


@pytest.mark.parametrize("path", ["out", "out.pdf", "folder.txt/out", ".txt.bak", "out."])
def test_a_suffix_that_is_no_format_is_told_before_anything_is_read(line: Line, path: str) -> None:
    line.seen = AssertionError("the network was asked")
    said = line("unroll", ADDRESS, "-o", path)
    assert said.code == 2
    assert "Use one of .txt, .md, .json, .html, .svg, or give --format." in said.err


def test_the_json_is_the_thread(line: Line) -> None:
    thread = json.loads(line("unroll", "thread.txt", "-f", "json").out)
    assert thread["version"] == 1
    assert thread["completeness"]["state"] == "open"


@pytest.mark.parametrize(
    ("path", "sentence"), [("nowhere/out.txt", "No such file or directory"), ("folder.txt", "Is a directory")]
)
def test_a_place_that_cannot_be_written_is_told(line: Line, path: str, sentence: str) -> None:
    (line.folder / "folder.txt").mkdir()
    said = line("unroll", "thread.txt", "-o", path)
    assert said.code == 1
    assert f"“{path}” cannot be written: {sentence}." in said.err


def test_links_in_a_circle_cannot_be_written_to(tmp_path: Path) -> None:
    circle = tmp_path / "circle.txt"
    circle.symlink_to(circle)
    with pytest.raises(click.ClickException, match="cannot be written"):
        output.write(str(circle), b"new")


def test_a_new_file_has_the_rights_of_any_new_file(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        output.write(str(tmp_path / "new.txt"), b"new")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "new.txt").stat().st_mode) == 0o640


def test_a_file_that_is_replaced_keeps_its_rights_and_its_links(tmp_path: Path) -> None:
    file, link = tmp_path / "old.txt", tmp_path / "link.txt"
    file.write_bytes(b"old")
    file.chmod(0o604)
    link.symlink_to(file)
    output.write(str(link), b"new")
    assert link.is_symlink()
    assert file.read_bytes() == b"new"
    assert stat.S_IMODE(file.stat().st_mode) == 0o604


def test_a_device_is_written_to_and_not_replaced() -> None:
    output.write(os.devnull, b"new")
    assert not Path(os.devnull).is_file()


@pytest.mark.parametrize("more", [(), ("-f", "json")])
def test_a_device_needs_no_suffix(line: Line, more: tuple[str, ...]) -> None:
    said = line("unroll", ADDRESS, "-o", os.devnull, *more)
    assert (said.code, said.out) == (0, "")


def test_a_pipe_gets_text(line: Line) -> None:
    os.mkfifo(line.folder / "pipe")
    with ThreadPoolExecutor(1) as pool:
        heard = pool.submit((line.folder / "pipe").read_text)
        assert line("unroll", ADDRESS, "-o", "pipe").code == 0
        assert "A pond in three posts." in heard.result(timeout=60)


def test_a_folder_is_no_device(line: Line) -> None:
    said = line("unroll", ADDRESS, "-o", ".")
    assert said.code == 2
    assert "names no format" in said.err


@pytest.mark.parametrize("fault", [KeyboardInterrupt, OSError(28, "No space left on device")])
def test_what_stops_the_writing_leaves_the_old_file_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: BaseException
) -> None:
    def stop(_descriptor: int) -> None:
        raise fault

    monkeypatch.setattr(os, "fsync", stop)
    (tmp_path / "out.txt").write_bytes(b"old")
    with pytest.raises((KeyboardInterrupt, click.ClickException)):
        output.write(str(tmp_path / "out.txt"), b"new")
    assert [(file.name, file.read_bytes()) for file in tmp_path.iterdir()] == [("out.txt", b"old")]
