"""`threadleaf refresh`: read kept threads again, so that their pages follow their authors."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import click

from threadleaf.cli import exit as codes
from threadleaf.cli import options
from threadleaf.cli.edge import Edge
from threadleaf.cli.progress import Spoken
from threadleaf.config import Settings
from threadleaf.core.errors import NotFound, ThreadleafError
from threadleaf.render.words import posts
from threadleaf.service import Threadleaf
from threadleaf.store.records import Saved

HELP = """Read kept threads again: what their authors added, changed or took back is so on their pages.

`threadleaf serve` does that by itself, often while a thread is young and seldom when it is old; --due does now what
is due.
"""
EXAMPLES = """Examples:

\b
  threadleaf refresh https://bsky.app/profile/alice.example.com/post/3kbi55xm6u62v
  threadleaf refresh --due
"""
_AT_ONCE = 20


@click.command("refresh", help=HELP, epilog=EXAMPLES, short_help="Read kept threads again.")
@click.argument("refs", metavar="[REF]...", nargs=-1)
@click.option("--due", is_flag=True, help="Read all that are due.")
@click.pass_obj
@options.settings()
@options.loudness
def command(edge: Edge, refs: Sequence[str], due: bool, settings: Settings, spoken: Spoken) -> int:
    if due == bool(refs):
        raise click.UsageError("Give the addresses of posts, or --due.")
    with spoken, edge.service(settings, spoken) as service:
        pages = _due(service) if due else [_kept(service, options.here(ref, settings)) for ref in refs]
        worst = max([_read(service, page, spoken) for page in pages], default=None)
    if worst is None:
        spoken.tell("No thread is due to be read again.")
    return worst or codes.DONE


def _due(service: Threadleaf) -> Iterator[Saved]:
    while pages := service.due(_AT_ONCE):
        yield from pages


def _kept(service: Threadleaf, ref: str) -> Saved:
    saved = service.find(ref) or service.find(ref, private=True)
    if saved is None:
        raise NotFound(f"Nothing is kept of “{ref}”. `threadleaf unroll --save` reads and keeps it.", subject=ref)
    return saved


def _read(service: Threadleaf, page: Saved, spoken: Spoken) -> int:
    """Read one thread again and say what came of it; the code is that of its error, if there was one."""
    if page.network in ("page", "file"):
        again = "Save the page again where you have it from, and give its file: threadleaf unroll --save FILE"
        spoken.tell(f"{page.path}: it was made from a saved page, and no network has it to be read again. {again}")
        return codes.WRONG_USE
    try:
        unrolled = service.check(page)
    except ThreadleafError as error:
        spoken.tell(f"{page.path}: {error.sentence}")
        return codes.of_error(error)
    after = unrolled.saved if unrolled is not None else None
    if after is None:
        spoken.tell(f"{page.path}: it is not shown any more where it was posted, or may not be shown here.")
    elif after.posts == page.posts:
        spoken.tell(f"{after.path}: read again, {posts(after.posts)}.")
    else:
        spoken.tell(f"{after.path}: read again, {posts(after.posts)} where there were {page.posts}.")
    return codes.DONE
