"""`threadleaf list`: what is kept, newest first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import get_args

import click
import msgspec

from threadleaf.cli import options, terminal
from threadleaf.cli.edge import Edge
from threadleaf.config import Settings
from threadleaf.core.model import Network
from threadleaf.core.ref import address
from threadleaf.render import claims, words
from threadleaf.store.records import Saved

HELP = """List the threads that are kept, newest first.

Piped, each is one line: its path, the day it was kept, its posts, completeness, who sees it (listed, unlisted,
private), author and title, between tabs.
"""
EXAMPLES = """Examples:

\b
  threadleaf list
  threadleaf list --limit 5 --json
  threadleaf list --network bsky --lang ru
"""
_NOTHING = "Nothing is kept yet. Keep a thread with `threadleaf unroll --save`."


@click.command("list", help=HELP, epilog=EXAMPLES, short_help="List the threads that are kept.")
@click.option("--limit", type=click.IntRange(1), default=50, show_default=True, metavar="N", help="At most N threads.")
@click.option("--before", type=click.IntRange(1), metavar="NUMBER", help="Go on below this number (see --json).")
@click.option("--network", type=click.Choice(get_args(Network)), help="Only threads of this network.")
@click.option("--lang", default="", metavar="LANG", help="Only threads in this language, such as en or ru.")
@click.option("--json", "as_json", is_flag=True, help="As JSON, with all that is known.")
@click.pass_obj
@options.settings()
def command(
    edge: Edge, settings: Settings, limit: int, before: int | None, network: Network | None, lang: str, as_json: bool
) -> None:
    with edge.service(settings, offline=True) as service:
        entries = service.list(limit, before, visibility=None, network=network, lang=lang)
    if as_json:
        terminal.put(msgspec.json.format(msgspec.json.encode(list(map(_facts, entries))), indent=2) + b"\n")
    elif not entries:
        terminal.tell(_nothing(older=bool(before), other=bool(network or lang)))
    elif terminal.is_terminal():
        _print(entries)
    else:
        terminal.put("".join("\t".join(_row(entry)) + "\n" for entry in entries).encode())


def _nothing(*, older: bool, other: bool) -> str:
    if older:
        return "Nothing older is kept."
    return "Nothing of that network or language is kept." if other else _NOTHING


def _facts(entry: Saved) -> dict[str, object]:
    return {**msgspec.structs.asdict(entry), "address": address(entry.key)}


def _row(entry: Saved) -> tuple[str, ...]:
    """A thread in short, every part on one line and inert."""
    author = entry.author_handle or entry.author_name
    day, seen_by = entry.created_at.date().isoformat(), entry.visibility
    parts = (entry.path, day, str(entry.posts), entry.state, seen_by, author, entry.title)
    return tuple(map(terminal.line, parts))


def _print(entries: Sequence[Saved]) -> None:
    """For reading: each title, and below it the facts; as narrow as the terminal."""
    from rich.text import Text

    terminal.print_rich(Text("Kept threads, newest first", "dim"))
    for entry in entries:
        path, _, _, _, seen_by, author, title = _row(entry)
        size = Text(claims.in_short(entry.posts, entry.state), "" if entry.state == "complete" else "yellow")
        facts = Text(" · ").join([Text(author), size, Text(seen_by), Text(words.kept(entry.created_at))])
        doubts = words.doubts("" if entry.author_handle else entry.author_name, entry.author_handle)
        lines = Text("\n  ").join([facts, *([Text(doubts)] if doubts else []), Text(path)])
        terminal.print_rich(Text.assemble((title or "Untitled", "bold"), "\n  ", lines))
