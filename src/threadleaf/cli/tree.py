"""The tree of commands. Each lives in the module of its name, which is imported when the command is asked for."""

from __future__ import annotations

from importlib import import_module

import click

from threadleaf import __version__
from threadleaf.cli import exit as codes

COMMANDS = (
    "unroll",
    "list",
    "search",
    "show",
    "refresh",
    "index",
    "remove",
    "wishes",
    "init",
    "config",
    "doctor",
    "admin",
    "reports",
    "serve",
    "worker",
    "bot",
    "x",
    "demo",
)
"""In the order of the help."""

HELP = """Unroll social-media threads into pages to read, keep and search.

Give it the address of any post of a thread, or a saved page, and read the thread from its first post to its last.
"""

EXAMPLES = """Examples:

\b
  threadleaf unroll https://bsky.app/profile/alice.example.com/post/3kbi55xm6u62v
  threadleaf unroll thread.txt -o thread.html
"""


class Tree(click.Group):
    """A group that imports a command only when it is needed."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 -- Click's signature
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = import_module(f"threadleaf.cli.{cmd_name}").command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that was typed; an address in its place is one to be unrolled."""
        if "://" in args[0]:
            ctx.fail(f"To read a thread, type: threadleaf unroll {args[0]}")
        return super().resolve_command(ctx, args)


@click.group(
    cls=Tree,
    help=HELP,
    epilog=f"{EXAMPLES}\nExit codes:\n\n\b\n{codes.table()}\n",
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.version_option(__version__, message="threadleaf %(version)s")
def cli() -> None:
    """Click wants a function; the help is `HELP`."""
