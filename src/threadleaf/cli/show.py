"""`threadleaf show`: a kept thread, without the network."""

from __future__ import annotations

import click

from threadleaf.cli import options
from threadleaf.cli.edge import Edge
from threadleaf.cli.output import Output
from threadleaf.config import Settings
from threadleaf.core import versions
from threadleaf.core.errors import NotFound
from threadleaf.core.model import Thread
from threadleaf.render.tongue import ENGLISH

HELP = """Show a kept thread, by the address of any of its posts or by its path.

The network is not used. Where posts were edited since they were kept first, earlier versions of the thread are named on
stderr, and --version shows one.
"""
EXAMPLES = """Examples:

\b
  threadleaf show https://bsky.app/profile/alice.example.com/post/3kbi55xm6u62v
  threadleaf show /t/bsky/alice.example.com/3kbi55xm6u62v -o thread.md
"""


@click.command("show", help=HELP, epilog=EXAMPLES, short_help="Show a kept thread.")
@click.argument("ref")
@click.option("--version", metavar="HASH", default="", help="What was edited since as it was then.")
@click.pass_obj
@options.output
@options.settings()
def command(edge: Edge, ref: str, version: str, out: Output, settings: Settings) -> int:
    ref = options.here(ref, settings)
    with edge.service(settings, offline=True) as service:
        saved = service.find(ref) or service.find(ref, private=True)
        if saved is None:
            raise NotFound(f"Nothing is kept of “{ref}”. `threadleaf unroll --save` keeps a thread.", subject=ref)
        thread = service.read(saved.path).thread
    if version:
        return out.deliver(_at(thread, version))
    for name, form in versions.known(thread).items():
        click.echo(f"Earlier version: {name}, read until {ENGLISH.moment(form.until)}.", err=True)
    return out.deliver(thread)


def _at(thread: Thread, version: str) -> Thread:
    then = versions.at(thread, version)
    if then is None:
        names = ", ".join(versions.known(thread)) or "none"
        raise NotFound(f"There is no version “{version}” of this thread. Those there are: {names}.", subject=version)
    return then
