"""`threadleaf serve`: the site over what is kept."""

from __future__ import annotations

import click

from threadleaf.cli import options, server
from threadleaf.cli.config import refuse_public
from threadleaf.cli.edge import Edge
from threadleaf.cli.progress import Spoken
from threadleaf.config import Settings

HELP = """Serve what is kept as a site, until Ctrl-C.

It listens on this machine only, for you alone. To let others in, set public_origin, contact and takedown first.
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
    with edge.service(settings, renderer=renderer) as service, server.bound(settings.host, settings.port) as listening:
        address = server.address(settings.host, listening.getsockname()[1])
        site = server.site(service, settings)
        edge.serve(site, listening, lambda: spoken.tell(f"Serving {address} until Ctrl-C."))
