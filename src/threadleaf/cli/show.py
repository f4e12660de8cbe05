"""`threadleaf show`: a kept thread, without the network."""

from __future__ import annotations

import click

from threadleaf.cli import options
from threadleaf.cli.edge import Edge
from threadleaf.cli.output import Output
from threadleaf.config import Settings
from threadleaf.core.errors import NotFound

HELP = """Show a kept thread, by the address of any of its posts or by its path.

The network is not used.
"""
EXAMPLES = """Examples:

\b
  threadleaf show https://bsky.app/profile/alice.example.com/post/3kbi55xm6u62v
  threadleaf show /t/bsky/alice.example.com/3kbi55xm6u62v -o thread.md
"""


@click.command("show", help=HELP, epilog=EXAMPLES, short_help="Show a kept thread.")
@click.argument("ref")
@click.pass_obj
@options.output
@options.settings()
def command(edge: Edge, ref: str, out: Output, settings: Settings) -> int:
    with edge.service(settings, offline=True) as service:
        saved = service.find(ref) or service.find(ref, private=True)
        if saved is None:
            raise NotFound(f"Nothing is kept of “{ref}”. `threadleaf unroll --save` keeps a thread.", subject=ref)
        thread = service.read(saved.path).thread
    return out.deliver(thread)
