"""`threadleaf remove`: take a kept thread down, for good."""

from __future__ import annotations

import sys
from contextlib import suppress
from typing import TYPE_CHECKING, get_args

import click

from threadleaf.cli import options, terminal
from threadleaf.cli.edge import Edge
from threadleaf.cli.progress import Spoken
from threadleaf.config import Settings
from threadleaf.core.errors import Gone, NotFound
from threadleaf.store.records import Removal

if TYPE_CHECKING:
    from threadleaf.service import Threadleaf

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
    ref = options.here(ref, settings)
    with edge.service(settings, offline=True) as service:
        what = _named(service, ref)
        if not yes:
            ask(f"Take down {what} for good?", "takes the thread down")
        removed = service.remove(ref, reason)
        service.desk.took_down(reason, removed.pages)
    spoken.tell("\n".join(f"Taken down: {page.path}" for page in removed.pages) or f"Taken down for good: {ref}")


def _named(service: Threadleaf, ref: str) -> str:
    """What would be taken down, in words: also what its network or its author has taken back, which may come again."""
    for private in (False, True):
        saved = service.find(ref, private=private, behind=True, lifting=True)
        if saved is not None:
            return f"“{saved.title}” ({saved.path})"
    with suppress(Gone):
        service.find(ref, behind=True)
        raise NotFound(f"Nothing is kept of “{ref}”, so there is nothing to take down.", subject=ref)
    return f"what was kept of “{ref}”, and is gone until it is public again,"


def ask(question: str, does: str) -> None:
    """Go on only if the answer is yes; where nobody can be asked, --yes has to be given, which `does` it at once."""
    if not sys.stdin.isatty():
        raise click.UsageError(f"Nobody can be asked here; --yes {does} without a question.")
    click.confirm(terminal.line(question), abort=True, err=True)
