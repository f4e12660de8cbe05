"""`threadleaf init` and `threadleaf config`."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from tests.cli.conftest import Line
from tests.support.public import ORIGIN, TOLD
from threadleaf.config import template, toml


def test_init_writes_a_settings_file_and_says_where(line: Line) -> None:
    said = line("init")
    file = line.folder / "home" / ".config" / "threadleaf" / "config.toml"
    assert (said.code, said.out) == (0, f"{file}\n")
    assert file.read_text("utf-8") == template()
    assert line("config", "path").out == said.out
    assert file.stat().st_mode & 0o777 == 0o600, "it may hold a token"


def test_init_never_overwrites(line: Line) -> None:
    file = line.folder / "mine.toml"
    file.write_text("port = 1\n")
    said = line("init", "--config", str(file))
    assert said.code == 1
    assert "is there already; it was left as it is" in said.err
    assert file.read_text() == "port = 1\n"


def test_init_tells_where_it_cannot_write(line: Line) -> None:
    (line.folder / "file").write_text("")
    said = line("init", "--config", "file/config.toml")
    assert said.code == 1
    assert "cannot be written" in said.err


def test_the_settings_in_force_are_a_settings_file(line: Line) -> None:
    (line.folder / "mine.toml").write_text('port = 1\nhost = "::1"\n[mirrors]\n"birds.example.org" = "x"\n')
    line.environ |= {"THREADLEAF_PORT": "2", "THREADLEAF_CONFIG": "mine.toml"}
    said = line("config", "show", "--data", "here")
    found = tomllib.loads(said.out)
    assert said.code == 0
    assert (found["port"], found["host"], found["data"]) == (2, "::1", str(line.folder / "here"))
    assert found["mirrors"] == {"birds.example.org": "x"}


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("postgresql://ada:secret@db.example.org/t", "postgresql://ada:…@db.example.org/t"),
        ("postgresql://db.example.org/t?user=ada&password=secret", "postgresql://db.example.org/t?user=ada&password=…"),
        ("/kept/here.sqlite3", "/kept/here.sqlite3"),
        ("", ""),
    ],
)
def test_a_password_is_never_shown(line: Line, given: str, shown: str) -> None:
    line.environ["THREADLEAF_DATABASE"] = given
    assert tomllib.loads(line("config", "show").out)["database"] == shown


def test_a_token_is_never_shown(line: Line) -> None:
    line.environ |= {"THREADLEAF_FEDI_HOME": "https://social.example.org", "THREADLEAF_FEDI_TOKEN": "secret"}
    said = line("config", "show")
    assert tomllib.loads(said.out)["fedi_token"] == "…"
    assert "secret" not in said.out + said.err


@pytest.mark.parametrize(
    ("text", "code", "sentence"),
    [
        ("", 0, "in order: a site for you alone"),
        ("".join(f"{name} = {toml(value)}\n" for name, value in TOLD.items()), 0, f"in order: a site for {ORIGIN}"),
        ('public_origin = "https://t.example.org"', 2, "set `contact`, `takedown`, `operator`, `imprint`"),
        ("prot = 1", 2, "`prot` is no setting. Did you mean `port`?"),
        ('port = "x"', 2, "`port` must be a whole number, for example port = 8410."),
        ("port = 1\nport = 2", 2, "is not TOML"),
        ('host = "0.0.0.0"', 2, "set `public_origin`, `contact`, `takedown`, `operator`"),
    ],
)
def test_settings_are_checked(line: Line, text: str, code: int, sentence: str) -> None:
    (line.folder / "mine.toml").write_text(text)
    said = line("config", "check", "--config", "mine.toml")
    assert said.code == code
    assert sentence in said.out + said.err


def test_all_that_is_wrong_is_told_at_once(line: Line) -> None:
    (line.folder / "mine.toml").write_text('port = 70000\nprot = 1\nmax_posts = "many"\nhub = "x"\n')
    line.environ["THREADLEAF_MAX_SECONDS"] = "long"
    said = line("config", "check", "--config", "mine.toml")
    assert said.code == 2
    head, *rest = said.err.splitlines()
    assert head == "Error: The settings in mine.toml and in the environment cannot be used:"
    assert rest == [
        "  - `prot` is no setting. Did you mean `port`?",
        "  - `max_posts` must be a whole number, for example max_posts = 10000.",
        "  - `THREADLEAF_MAX_SECONDS` must be a whole number, for example THREADLEAF_MAX_SECONDS=60.",
        "  - `port` must be between 0 and 65535, not 70000, for example port = 8410.",
        "  - `hub` must be the address of a hub, such as https://hub.example.org/.",
    ]


@pytest.mark.parametrize("command", ["show", "check"])
def test_a_settings_file_that_was_named_must_be_there(line: Line, command: str) -> None:
    assert line("config", command, "--config", "nowhere.toml").code == 2
    line.environ["THREADLEAF_CONFIG"] = "nowhere.toml"
    assert line("config", command).code == 2


def test_the_usual_settings_file_need_not_be_there(line: Line) -> None:
    said = line("config", "path")
    assert not Path(said.out.strip()).exists()
    assert line("config", "show").code == 0


@pytest.mark.parametrize("args", [("config",), ("config", "shw"), ("config", "path", "more"), ("init", "more")])
def test_wrong_use_of_the_settings_commands_is_told(line: Line, args: tuple[str, ...]) -> None:
    said = line(*args)
    assert said.code == 2
    assert "Usage: threadleaf" in said.err + said.out


@pytest.mark.parametrize("args", [(), ("config",)])
def test_a_group_without_a_command_shows_its_help_once(line: Line, args: tuple[str, ...]) -> None:
    said = line(*args)
    assert (said.code, said.out) == (2, "")
    assert said.err.startswith("Usage: threadleaf")
    assert said.err.count("Usage:") == 1
    assert "Error" not in said.err
