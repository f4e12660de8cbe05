"""`threadleaf remove`: take a kept thread down, for good."""

from __future__ import annotations

import sys
from typing import get_args

import click

from threadleaf.cli import options, terminal
from threadleaf.cli.edge import Edge
from threadleaf.cli.progress import Spoken
from threadleaf.config import Settings
from threadleaf.core.errors import NotFound
from threadleaf.store.records import Removal

HELP = """Take down the thread that a post belongs to: its content is deleted and it cannot be kept again.

A tombstone stays, with the date and the reason but nothing of the thread.
"""
EXAMPLES = """Examples:

\b
  threadleaf remove https://bsky.app/profile/alice.example.com/post/3kbi55xm6u62v --reason author --yes
"""


@click.command("remove", help=HELP, epilog=EXAMPLES, short_help="Take down a kept thread.")
@click.argument("ref")
@click.option(
    "--reason",
    type=click.Choice(get_args(Removal)),
    required=True,
    help="Whose wish it is; network: it is no longer public where it was posted.",
)
@click.option("-y", "--yes", is_flag=True, help="Do not ask.")
@click.pass_obj
@options.settings()
@options.loudness
def command(edge: Edge, ref: str, reason: Removal, yes: bool, settings: Settings, spoken: Spoken) -> None:
    with edge.service(settings, offline=True) as service:
        saved = service.find(ref, behind=True) or service.find(ref, private=True, behind=True)
        if saved is None:
            raise NotFound(f"Nothing is kept of “{ref}”, so there is nothing to take down.", subject=ref)
        if not yes:
            ask(f"Take down “{saved.title}” ({saved.path}) for good?", "takes the thread down")
        removed = service.remove(ref, reason)
    spoken.tell("\n".join(f"Taken down: {page.path}" for page in removed.pages))


def ask(question: str, does: str) -> None:
    """Go on only if the answer is yes; where nobody can be asked, --yes has to be given, which `does` it at once."""
    if not sys.stdin.isatty():
        raise click.UsageError(f"Nobody can be asked here; --yes {does} without a question.")
    click.confirm(terminal.line(question), abort=True, err=True)
