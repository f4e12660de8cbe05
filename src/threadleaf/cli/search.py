"""`threadleaf search`: what is in the threads that are kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click
import msgspec

from threadleaf.cli import options, terminal
from threadleaf.cli.edge import Edge
from threadleaf.config import Settings
from threadleaf.core.found import Excerpt
from threadleaf.core.ref import address
from threadleaf.render import claims, words
from threadleaf.store.records import Hit, Order, Results

if TYPE_CHECKING:
    from rich.text import Text

HELP = """Search the threads that are kept, newest first.

\b
  tide mill          both words, in any form that is known of them
  "tide mill"        these words in a row
  mill -wheel        without a word
  mill*              whatever begins so
  from:ann network:bsky lang:ru    by whom, where, in which language
  before:2026 after:2025-06        posted before or after a day, month or year
  has:image          or video, audio, link, poll, quote, warning, gap, branch
  #tides             the author's own tag

Put a search with quotes, - or * in it between '…', and -- before it if it begins with -. Piped, each thread is one line: its path, the day it was posted, its posts, author, title and what was found, between
tabs.
"""
EXAMPLES = """Examples:

\b
  threadleaf search tide mill
  threadleaf search 'mill -wheel from:ann'
  threadleaf search '"tide mill"' --limit 5 --json
"""
_NOTHING = "Nothing that is kept fits. Try fewer or other words; `threadleaf search --help` says what can be asked."
_ENDS = "Nothing older fits."


@click.command("search", help=HELP, epilog=EXAMPLES, short_help="Search the threads that are kept.")
@click.argument("query", nargs=-1, required=True)
@click.option("--limit", type=click.IntRange(1, 1000), default=20, show_default=True, metavar="N", help="At most N.")
@click.option("--start", type=click.IntRange(0), metavar="NUMBER", help="Go on there (see `next` in --json).")
@click.option(
    "--order",
    type=click.Choice(("newest", "relevance")),
    default="newest",
    show_default=True,
    help="By the time of posting, or the best of the newest 5,000 first.",
)
@click.option("--json", "as_json", is_flag=True, help="As JSON, with all that is known.")
@click.pass_obj
@options.settings()
def command(
    edge: Edge, settings: Settings, query: tuple[str, ...], limit: int, start: int | None, order: Order, as_json: bool
) -> None:
    with edge.service(settings, offline=True) as service:
        results = service.search(" ".join(query), limit, start, visibility=None, order=order)
    if as_json:
        terminal.put(msgspec.json.format(msgspec.json.encode(_facts(results)), indent=2) + b"\n")
    elif not results.hits:
        terminal.tell(_NOTHING if start is None else _ENDS)
    elif terminal.is_terminal():
        _print(results)
    else:
        terminal.put("".join("\t".join(_row(hit)) + "\n" for hit in results.hits).encode())


def _facts(results: Results) -> dict[str, object]:
    hits = [
        {**msgspec.structs.asdict(hit.saved), "address": address(hit.saved.key), "excerpt": hit.excerpt}
        for hit in results.hits
    ]
    return {**msgspec.structs.asdict(results), "hits": hits}


def _row(hit: Hit) -> tuple[str, ...]:
    """A thread in short, every part on one line and inert."""
    saved = hit.saved
    day = (saved.first_posted or saved.created_at).date().isoformat()
    author = saved.author_handle or saved.author_name
    return tuple(map(terminal.line, (saved.path, day, str(saved.posts), author, saved.title, hit.excerpt.text)))


def _print(results: Results) -> None:
    """For reading: each title, below it the facts, and what was found in bold."""
    from rich.text import Text

    for hit in results.hits:
        path, _, _, author, title, _ = _row(hit)
        size = claims.in_short(hit.saved.posts, hit.saved.state)
        facts = f"{author} · {size} · {words.kept(hit.saved.created_at)}"
        terminal.print_rich(
            Text.assemble((title or "Untitled", "bold"), "\n  ", facts, "\n  ", _marked(hit.excerpt), "\n  ", path)
        )
    number = f"more than {results.total:,}" if results.more else f"{results.total:,}"
    terminal.tell(f"{len(results.hits):,} of {number}.")


def _marked(excerpt: Excerpt) -> Text:
    """An excerpt with what was looked for in bold; what could command a terminal is left out piece by piece."""
    from rich.text import Text

    text, done = Text(), 0
    for start, end in excerpt.marks:
        text.append(terminal.inert(excerpt.text[done:start]))
        text.append(terminal.inert(excerpt.text[start:end]), "bold")
        done = end
    return text.append(terminal.inert(excerpt.text[done:]))
