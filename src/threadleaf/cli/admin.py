"""`threadleaf admin`: the way into the operator's pages."""

from __future__ import annotations

import click

from threadleaf.cli import options, server, terminal
from threadleaf.cli.edge import Edge
from threadleaf.config import Settings
from threadleaf.core.errors import Refused

EXAMPLES = """Examples:

\b
  threadleaf admin link
  threadleaf admin link --port 8420
"""


@click.group("admin", epilog=EXAMPLES, short_help="Get into the operator's pages of the site.")
def command() -> None:
    """The operator's pages stand below /admin. There is no password until you set one by a link."""


@command.command("link", epilog=EXAMPLES)
@click.option("--port", type=click.IntRange(1, 65535), metavar="N", help="The port of a site without address. [8410]")
@click.pass_obj
@options.settings("port")
def link(edge: Edge, settings: Settings) -> None:
    """Print a link that sets the operator's password, once and within an hour; a link made before works no longer.

    All sessions end when it is used. Whoever has the link becomes the operator, so keep it to yourself.
    """
    if settings.public_origin.startswith("http:"):
        sentence = (
            f"{settings.public_origin} has no operator's pages, since it is served without https and your password "
            "would travel in the open. Serve it by https, or use `threadleaf reports`, `remove` and `doctor`."
        )
        raise Refused(sentence)
    with edge.service(settings, offline=True) as service:
        token = service.desk.new_link()
    origin = settings.public_origin or server.address(settings.host, settings.port).rstrip("/")
    terminal.put(f"{origin}/admin/set-up/{token}\n".encode())
