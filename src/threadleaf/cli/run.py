"""Run the command line: every way a command can end becomes an exit code and, if need be, one sentence on stderr."""

from __future__ import annotations

import os
from collections.abc import Sequence

import click

from threadleaf.cli import exit as codes
from threadleaf.cli.edge import Edge
from threadleaf.cli.terminal import complain, tell
from threadleaf.cli.tree import cli
from threadleaf.core.errors import ThreadleafError


def run(args: Sequence[str], edge: Edge | None = None) -> int:
    """Carry out one command; `edge` is the outside world, which tests may replace."""
    try:
        code = cli.main(list(args), prog_name="threadleaf", standalone_mode=False, obj=edge or Edge(os.environ))
    except (click.Abort, KeyboardInterrupt):
        return codes.INTERRUPTED
    except click.exceptions.NoArgsIsHelpError as error:  # a group without a command: the help is what to say
        tell(error.format_message())
        return codes.WRONG_USE
    except click.UsageError as error:
        return _misused(error)
    except click.ClickException as error:
        complain(error.format_message())
        return codes.FAILED
    except ThreadleafError as error:
        complain(error.sentence)
        return codes.of_error(error)
    return code if isinstance(code, int) else codes.DONE


def _misused(error: click.UsageError) -> int:
    """Say how the command is used, then what is wrong; what was typed may hold anything, so it is made inert."""
    hint = f"{error.ctx.get_usage()}\nTry '{error.ctx.command_path} --help' for help.\n" if error.ctx else ""
    complain(error.format_message(), before=hint)
    return codes.WRONG_USE
