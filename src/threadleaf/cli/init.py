"""`threadleaf init`: a settings file to begin with."""

from __future__ import annotations

import os
from functools import partial

import click

from threadleaf.cli import terminal
from threadleaf.cli.edge import Edge
from threadleaf.config import config_file, template

HELP = """Write a settings file in which every setting is explained and commented out.

Nobody else on this machine may read it, for it may hold a token. A file that is there is never overwritten. Nothing
needs a settings file: without one, the defaults hold.
"""
EXAMPLES = """Examples:

\b
  threadleaf init
  threadleaf init --config threadleaf.toml
"""


@click.command("init", help=HELP, epilog=EXAMPLES, short_help="Write a settings file to begin with.")
@click.option("--config", metavar="FILE", help="The settings file. [THREADLEAF_CONFIG]")
@click.pass_obj
def command(edge: Edge, config: str | None) -> None:
    file = config_file(edge.environ, config)
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with open(file, "x", encoding="utf-8", opener=partial(os.open, mode=0o600)) as stream:
            stream.write(template())
    except OSError as error:
        why = "is there already; it was left as it is" if file.exists() else f"cannot be written: {error.strerror}"
        raise click.ClickException(f"{file} {why}.") from error
    terminal.put(f"{file}\n".encode())
