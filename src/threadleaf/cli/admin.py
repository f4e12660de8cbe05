"""`threadleaf admin`: the way into the operator's pages."""

from __future__ import annotations

import click

from threadleaf.cli import options, server, terminal
from threadleaf.cli.edge import Edge
from threadleaf.config import Settings

EXAMPLES = """Examples:

\b
  threadleaf admin link
"""


@click.group("admin", epilog=EXAMPLES, short_help="Get into the operator's pages of the site.")
def command() -> None:
    """The operator's pages stand below /admin. There is no password until you set one by a link."""


@command.command("link", epilog="Example:\n\n\b\n  threadleaf admin link\n")
@click.pass_obj
@options.settings()
def link(edge: Edge, settings: Settings) -> None:
    """Print a link that sets the operator's password, once and within an hour; a link made before works no longer.

    All sessions end when it is used. Whoever has the link becomes the operator, so keep it to yourself.
    """
    with edge.service(settings, offline=True) as service:
        token = service.desk.new_link()
    origin = settings.public_origin or server.address(settings.host, settings.port).rstrip("/")
    terminal.put(f"{origin}/admin/set-up/{token}\n".encode())
