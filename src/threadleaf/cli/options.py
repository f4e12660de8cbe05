"""Options that several commands share. Each group reaches the command as one argument."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

import click

from threadleaf.cli.edge import Edge
from threadleaf.cli.formats import NAMES
from threadleaf.cli.output import Output
from threadleaf.cli.progress import Spoken
from threadleaf.config import Settings
from threadleaf.core.ref import own_path

Command = Callable[..., Any]


def output(command: Command) -> Command:
    """Where a thread goes, and how: the command is given `out`, an `Output`."""

    @_options(
        click.option(
            "-o", "--output", "path", metavar="FILE", help="Write to FILE; its suffix is the format. - is stdout."
        ),
        click.option("-f", "--format", "form", type=click.Choice(NAMES), help="The format, whatever the suffix."),
        click.option(
            "--view",
            type=click.Choice(("article", "posts")),
            help="Posts joined into paragraphs, or one by one as posted. [article; posts for X]",
        ),
        click.option(
            "--fail-on",
            type=click.Choice(("incomplete", "open")),
            help="End with 3 if posts are known to be missing or, with open, if that could not be ruled out.",
        ),
        click.option("--strict", is_flag=True, help="The same as --fail-on incomplete."),
    )
    @wraps(command)
    def wrapped(*args: Any, path: Any, form: Any, view: Any, fail_on: Any, strict: bool, **rest: Any) -> Any:
        # Open is the stricter of the two, so it wins over --strict.
        out = Output(path, form, view, fail_on or ("incomplete" if strict else ""))
        return command(*args, out=out, **rest)

    return wrapped


def settings(*names: str) -> Callable[[Command], Command]:
    """The settings in force, with --data and --config: the command is given `settings`.

    `names` are options of the command that are settings too: they win over the file.
    """

    def decorate(command: Command) -> Command:
        @_options(
            click.option("--data", metavar="DIR", help="The folder of what is kept. [THREADLEAF_DATA]"),
            click.option("--config", metavar="FILE", help="The settings file. [THREADLEAF_CONFIG]"),
        )
        @wraps(command)
        def wrapped(edge: Edge, *args: Any, data: str | None, config: str | None, **rest: Any) -> Any:
            given = {name: rest.pop(name) for name in names}
            found: Settings = edge.settings(config, data, **given)
            return command(edge, *args, settings=found, **rest)

        return wrapped

    return decorate


def loudness(command: Command) -> Command:
    """How much is said on stderr: the command is given `spoken`, a `Spoken`."""

    @_options(
        click.option("-q", "--quiet", is_flag=True, help="Say nothing but the result."),
        click.option("-v", "--verbose", is_flag=True, help="Say what is being asked, line by line."),
    )
    @wraps(command)
    def wrapped(*args: Any, quiet: bool, verbose: bool, **rest: Any) -> Any:
        return command(*args, spoken=Spoken(quiet=quiet, verbose=verbose), **rest)

    return wrapped


def _options(*options: Callable[[Command], Command]) -> Callable[[Command], Command]:
    """Several options as one decorator; the help shows them in this order."""

    def decorate(command: Command) -> Command:
        for option in reversed(options):
            command = option(command)
        return command

    return decorate


def here(ref: str, settings: Settings) -> str:
    """What names a kept thread: of an address on the site of these settings its path, any other text as it is."""
    path = own_path(ref, settings.public_origin) if "://" in ref else ref
    stem, _, suffix = path.rpartition(".")
    return stem if path != ref and suffix in NAMES else path
