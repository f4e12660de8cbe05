"""`threadleaf serve`: the site over what is kept."""

from __future__ import annotations

from functools import partial

import click

from threadleaf.cli import bots, checks, options, server
from threadleaf.cli.checks import Check
from threadleaf.cli.config import refuse_public
from threadleaf.cli.doctor import world
from threadleaf.cli.edge import Edge
from threadleaf.cli.progress import Spoken
from threadleaf.config import Settings

HELP = """Serve what is kept as a site, until Ctrl-C.

It listens on this machine only, for you alone. A site for others needs a few settings first, which `threadleaf init`
asks for; docs/hosting.md says how to run one.
"""
EXAMPLES = """Examples:

\b
  threadleaf serve
  threadleaf serve --port 0
"""


@click.command("serve", help=HELP, epilog=EXAMPLES, short_help="Serve what is kept as a site.")
@click.option("--host", metavar="ADDRESS", help="Where to listen. [127.0.0.1]")
@click.option("--port", type=click.IntRange(0, 65535), metavar="N", help="The port; 0 takes a free one. [8410]")
@click.pass_obj
@options.settings("host", "port")
@options.loudness
def command(edge: Edge, settings: Settings, spoken: Spoken) -> None:
    refuse_public(settings)
    renderer = server.renderer(settings)
    board = server.board()
    with (
        edge.service(settings, board.hear, renderer=renderer) as service,
        server.bound(settings.host, settings.port) as listening,
        server.jobs(service, settings, board) as jobs,
        bots.run(edge, settings, service, jobs) as called,
    ):
        settings = server.listens(settings, listening)
        address = server.address(settings.host, settings.port)
        site = server.site(service, settings, jobs, health=partial(_health, edge, settings), bots=called)
        what = address if settings.personal else f"{settings.public_origin} on {address}"
        edge.serve(site, listening, lambda: spoken.tell(f"Serving {what} until Ctrl-C."))


def _health(edge: Edge, settings: Settings) -> list[Check]:
    """What `threadleaf doctor` says about this machine, for the operator's pages."""
    return list(checks.everything(settings, world(edge, settings, edge.file), offline=True))
