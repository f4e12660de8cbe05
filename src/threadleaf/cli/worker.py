"""`threadleaf worker`: reads in the background what a site was asked for, beside the site or on another machine."""

from __future__ import annotations

import click

from threadleaf.cli import options, server
from threadleaf.cli.edge import Edge
from threadleaf.cli.progress import Spoken
from threadleaf.config import Settings

HELP = """Read the threads that a site was asked for, until Ctrl-C.

`threadleaf serve` does that itself. A worker helps it, with the same settings; on another machine that needs a
PostgreSQL server as the database of both.
"""
EXAMPLES = """Examples:

\b
  threadleaf worker
"""


@click.command("worker", help=HELP, epilog=EXAMPLES, short_help="Read what a site was asked for.")
@click.pass_obj
@options.settings()
@options.loudness
def command(edge: Edge, settings: Settings, spoken: Spoken) -> None:
    renderer = server.renderer(settings)
    board = server.board()
    with (
        edge.service(settings, board.hear, renderer=renderer) as service,
        # Pictures lie beside the site, which deletes them when their page is taken down.
        server.jobs(service, settings, board, gathers=False),
    ):
        edge.wait(lambda: spoken.tell("Working until Ctrl-C."))
