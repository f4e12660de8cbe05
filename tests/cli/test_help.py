"""The help: every command has examples, every example works, every exit code is named."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Iterator

import click
import pytest

from tests.cli.conftest import ADDRESS, Line, with_bot
from threadleaf import __version__
from threadleaf.cli import exit as codes
from threadleaf.cli.tree import COMMANDS, cli
from threadleaf.core.errors import ThreadleafError


def commands(
    command: click.Command = cli, path: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Every command of the tree with the words that lead to it."""
    yield path, command
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            found = command.get_command(context, name)
            assert found is not None
            yield from commands(found, (*path, name))


TREE = dict(commands())
EXAMPLES = sorted(
    {
        example
        for command in TREE.values()
        for example in re.findall(r"^  (threadleaf .+)$", command.epilog or "", re.MULTILINE)
    }
)


@pytest.mark.parametrize("path", TREE, ids=" ".join)
def test_every_command_has_an_example_of_itself_in_its_help(line: Line, path: tuple[str, ...]) -> None:
    said = line(*path, "--help")
    assert said.code == 0
    assert re.search(rf"^ +{' '.join(('threadleaf', *path))}\b", said.out, re.MULTILINE)
    assert line(*path, "-h") == said


@pytest.mark.parametrize("path", TREE, ids=" ".join)
def test_every_command_explains_itself_and_its_options(path: tuple[str, ...]) -> None:
    command = TREE[path]
    assert command.help
    assert [param.name for param in command.params if isinstance(param, click.Option) and not param.help] == []


@pytest.mark.parametrize("example", EXAMPLES)
def test_every_example_works(line: Line, stdin: Callable[[bytes], None], example: str) -> None:
    program, *words = shlex.split(example)
    assert program == "threadleaf"
    line.environ["THREADLEAF_PORT"] = "0"
    if words[0] in ("show", "remove", "refresh", "index"):
        line("unroll", "--save", ADDRESS)
    if words[0] == "config":
        line("init", "--config", "threadleaf.toml")
    if words[0] == "bot":
        with_bot(line)
    if "<" in words:
        stdin((line.folder / words[-1]).read_bytes())
        words = words[: words.index("<")]
    said = line(*words)
    assert (said.code, said.err if said.code else "") == (0, "")


def test_every_exit_code_is_in_the_help(line: Line) -> None:
    said = line("--help")
    for code, meaning in codes.CODES.items():
        assert f"  {code}  {meaning}" in said.out
    assert set(codes.CODES) == {0, 1, 2, 3, 4, 5, 130}


def test_every_kind_of_error_has_an_exit_code() -> None:
    errors = ThreadleafError.__subclasses__()
    assert {error.__name__: codes.of_error(error("why")) for error in errors} == {
        "UnknownAddress": 2,
        "Unreadable": 2,
        "TooLarge": 2,
        "BadQuery": 2,
        "NotFound": 1,
        "Gone": 4,
        "Refused": 4,
        "Blocked": 1,
        "NotNow": 5,
        "StoreError": 1,
    }


def test_the_version_is_told(line: Line) -> None:
    assert line("--version").out == f"threadleaf {__version__}\n"


def test_the_tree_is_as_it_is_told(line: Line) -> None:
    said = line("--help")
    assert [name for name in COMMANDS if not re.search(rf"^  {name} ", said.out, re.MULTILINE)] == []


@pytest.mark.parametrize(
    "args", [("unrol",), ("--unroll",), ("list", "--jsn"), ("show", "a", "b"), ("list", "--limit", "0")]
)
def test_what_is_no_command_or_option_is_wrong_use(line: Line, args: tuple[str, ...]) -> None:
    said = line(*args)
    assert said.code == 2
    assert said.err.startswith("Usage: threadleaf")
    assert "Error: " in said.err


def test_what_was_typed_wrongly_is_told_without_its_control_characters(line: Line) -> None:
    said = line("\x1b[31munroll\x07")
    assert said.code == 2
    assert "\x1b" not in said.err
    assert "\x07" not in said.err


def test_without_a_command_the_help_is_shown(line: Line) -> None:
    said = line()
    assert said.code == 2
    assert "Commands:" in said.out + said.err


class Interrupted(dict[str, str]):
    """An environment during whose reading Ctrl-C is typed."""

    def __getitem__(self, key: str) -> str:
        raise KeyboardInterrupt

    def get(self, key: str, default: object = None) -> object:  # type: ignore[override]
        raise KeyboardInterrupt


@pytest.mark.parametrize(
    "args",
    [
        ("unroll", ADDRESS),
        ("list",),
        ("search", "mill"),
        ("show", ADDRESS),
        ("remove", ADDRESS, "--reason", "law"),
        ("init",),
        ("config", "show"),
        ("config", "check"),
        ("config", "path"),
        ("wishes", ADDRESS),
        ("doctor",),
        ("admin", "link"),
        ("reports",),
        ("serve",),
    ],
    ids=" ".join,
)
def test_every_command_that_is_interrupted_ends_with_130(line: Line, args: tuple[str, ...]) -> None:
    line.environ = Interrupted()
    assert line(*args).code == 130


@pytest.mark.parametrize(
    "args", [("demo", "--port", "x"), ("demo", "more"), ("list", "more"), ("serve", "--port", "-1")]
)
def test_an_option_or_argument_that_makes_no_sense_is_wrong_use(line: Line, args: tuple[str, ...]) -> None:
    assert line(*args).code == 2
