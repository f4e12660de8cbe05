"""`threadleaf index`: whether search engines and feeds may tell of a kept thread."""

from __future__ import annotations

import click

from threadleaf.cli import options, terminal
from threadleaf.cli.edge import Edge
from threadleaf.config import Settings
from threadleaf.service.indexing import explained

HELP = """Say whether search engines and feeds may tell of a kept thread that your lists show; without yes, no or settings, see it.

The word of its author counts before yours, and whoever in it asks not to be found is not. `settings` takes your word
back: then `search_engines` in the settings decides.
"""
EXAMPLES = """Examples:

\b
  threadleaf index https://bsky.app/profile/alice.example.com/post/3kbi55xm6u62v
  threadleaf index https://bsky.app/profile/alice.example.com/post/3kbi55xm6u62v no
"""
_WORDS = {"yes": True, "no": False, "settings": None}


@click.command("index", help=HELP, epilog=EXAMPLES, short_help="Let search engines find a kept thread, or not.")
@click.argument("ref")
@click.argument("word", type=click.Choice([*_WORDS]), required=False)
@click.pass_obj
@options.settings()
def command(edge: Edge, ref: str, word: str | None, settings: Settings) -> None:
    ref = options.here(ref, settings)
    with edge.service(settings, offline=True) as service:
        if word:
            service.desk.index(ref, _WORDS[word])
        told = service.desk.indexing(ref)
    if settings.personal:
        terminal.tell("This is a personal instance: nobody but you sees it, search engines neither.")
    terminal.put(f"{terminal.line(told.path)}\n{explained(told, unsaid=settings.search_engines)}\n".encode())
