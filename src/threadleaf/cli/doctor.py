"""`threadleaf doctor`: is everything in order, and what to do if it is not."""

from __future__ import annotations

import os
import shutil
import stat
import textwrap
from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path

import click
import msgspec

from threadleaf.cli import bots, checks, terminal
from threadleaf.cli import exit as codes
from threadleaf.cli.checks import Check, World
from threadleaf.cli.edge import Edge
from threadleaf.config import Settings, config_file
from threadleaf.core.errors import Unreadable
from threadleaf.store.health import examine

HELP = """Check settings, data folder, database, the egress policy, the networks, the clock and the bots' accounts.

Nothing is changed. What to do stands at the end, the most urgent first. It ends with 1 if something failed, with 3 if there are only warnings.
"""
EXAMPLES = """Examples:

\b
  threadleaf doctor
  threadleaf doctor --offline --json
"""


@click.command("doctor", help=HELP, epilog=EXAMPLES, short_help="Check that everything is in order.")
@click.option("--offline", is_flag=True, help="Never use the network: look at this machine only.")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@click.option("--data", metavar="DIR", help="The folder of what is kept. [THREADLEAF_DATA]")
@click.option("--config", metavar="FILE", help="The settings file. [THREADLEAF_CONFIG]")
@click.pass_obj
def command(edge: Edge, offline: bool, as_json: bool, data: str | None, config: str | None) -> int:
    found = []
    for check in _checks(edge, config, data, offline=offline):
        found.append(check)
        if not as_json:
            terminal.put(f"{_line(check)}\n".encode())
    if as_json:
        terminal.put(msgspec.json.format(msgspec.json.encode(found), indent=2) + b"\n")
    else:
        terminal.put("".join(_to_do(found)).encode())
    return _code(found)


def _checks(edge: Edge, config: str | None, data: str | None, *, offline: bool) -> Iterable[Check]:
    try:
        settings = edge.settings(config, data)
    except Unreadable as error:
        said, *problems = error.sentence.split("\n  - ")
        return [Check("settings", "failed", f"{said.removesuffix(':')}." if problems else said, "\n".join(problems))]
    return checks.everything(settings, world(edge, settings, config_file(edge.environ, config)), offline=offline)


def world(edge: Edge, settings: Settings, file: Path) -> World:
    """This machine and its network, as the checks see them; `file` is the settings file, which need not be there."""
    return World(
        open_file=partial(_open_file, file),
        space=_space,
        writable=partial(os.access, mode=os.W_OK | os.X_OK),
        examine=partial(examine, journal=settings.removals),
        look_up=edge.look_up,
        ask=partial(edge.ask, settings),
        appendable=_appendable,
        accounts=partial(bots.accounts, edge, settings),
    )


def _open_file(file: Path) -> tuple[str, str]:
    if not file.exists() or not file.stat().st_mode & stat.S_IROTH:
        return "", ""
    return str(file), file.read_text("utf-8")


def _appendable(file: Path) -> bool:
    """Whether a file can be added to, or made if it is not there: in its folder, or the nearest one above that is."""
    there = file if file.exists() else next(folder for folder in file.parents if folder.exists())
    return not file.is_dir() and os.access(there, os.W_OK)


def _space(folder: Path) -> tuple[int, int]:
    usage = shutil.disk_usage(folder)
    return usage.total, usage.free


def _line(check: Check) -> str:
    """How one check is: a line, and on a terminal as many as that has room for, the name in a column of its own."""
    mark = check.mark if check.mark in ("ok", "unknown") else check.mark.upper()
    if not terminal.is_terminal():
        return f"{mark:<8} {terminal.line(f'{check.name}: {check.said}')}"
    return _wrapped(f"{mark:<8} {terminal.line(check.name):<20} ", terminal.line(check.said))


def _to_do(found: Iterable[Check]) -> Iterator[str]:
    """What to do: each thing once, about what failed before what is only a warning."""
    urgent = sorted((check for check in found if check.todo), key=lambda check: check.mark != "failed")
    things = dict.fromkeys((check.name, todo) for check in urgent for todo in check.todo.splitlines())
    if things:
        yield "\nWhat to do:\n"
    for number, (name, todo) in enumerate(things, 1):
        head, text = f"{number:>3}. ", terminal.line(f"{name}: {todo}")
        yield (_wrapped(head, text) if terminal.is_terminal() else head + text) + "\n"


def _wrapped(head: str, text: str) -> str:
    width = shutil.get_terminal_size().columns
    return textwrap.fill(
        text,
        max(width, 2 * len(head)),
        initial_indent=head,
        subsequent_indent=" " * len(head),
        break_long_words=False,
        break_on_hyphens=False,
    )


def _code(found: Iterable[Check]) -> int:
    marks = {check.mark for check in found}
    return codes.FAILED if "failed" in marks else codes.LESS if "warning" in marks else codes.DONE
