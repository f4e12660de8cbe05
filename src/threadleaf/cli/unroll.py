"""`threadleaf unroll`: from an address or saved files to the thread, printed, written or kept."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import click

import threadleaf
from threadleaf.cli import options
from threadleaf.cli.edge import Edge
from threadleaf.cli.output import Output
from threadleaf.cli.progress import Spoken
from threadleaf.config import Settings
from threadleaf.core.errors import TooLarge, UnknownAddress
from threadleaf.core.model import Ref, Thread
from threadleaf.core.withhold import reach
from threadleaf.store.records import PageVisibility, Saved
from threadleaf.wire import Document

HELP = """Read a whole thread, from the address of any of its posts or from saved files.

Several files are pages or answers of one conversation; - is standard input. Nothing is kept without --save.
"""
EXAMPLES = """Examples:

\b
  threadleaf unroll https://bsky.app/profile/alice.example.com/post/3kbi55xm6u62v
  threadleaf unroll thread.txt
  threadleaf unroll thread.txt -o thread.html
  threadleaf unroll first.json second.json -f md --view posts
  threadleaf unroll --save thread.txt
  threadleaf unroll --strict - < thread.txt
"""


@click.command("unroll", help=HELP, epilog=EXAMPLES, short_help="Read a whole thread from an address or from files.")
@click.argument("sources", metavar="REF|FILE|-...", nargs=-1, required=True)
@click.option("--save", is_flag=True, help="Keep the thread: `threadleaf list` shows it.")
@click.option(
    "--visibility",
    type=click.Choice(("listed", "unlisted", "private")),
    help="Who sees what is kept: everybody in lists, whoever has the address, or whoever has a secret one. "
    "[listed; on a site for others unlisted, and private if read from files]",
)
@click.option(
    "--max-posts",
    type=click.IntRange(1),
    metavar="N",
    help="Stop asking when N posts were seen; refuse a file that holds more.",
)
@click.option("--max-requests", type=click.IntRange(1), metavar="N", help="Stop asking after N requests.")
@click.option("--offline", is_flag=True, help="Never use the network: read files, or what is kept.")
@click.pass_obj
@options.output
@options.settings("max_posts", "max_requests")
@options.loudness
def command(
    edge: Edge,
    sources: tuple[str, ...],
    out: Output,
    settings: Settings,
    spoken: Spoken,
    save: bool,
    visibility: PageVisibility | None,
    offline: bool,
) -> int:
    if visibility and not save:
        raise click.UsageError("--visibility says who sees what is kept; it needs --save.")
    ref = _ref(sources, settings)
    documents = () if ref else tuple(map(_document, sources))
    with spoken, edge.service(settings, spoken, store=save or bool(ref and offline), offline=offline) as service:
        kept = service.find(ref) if ref and offline else None
        if kept:
            return out.deliver(service.read(kept.path).thread)
        wish = (visibility or _usual(settings, ref)) if save else None
        try:
            unrolled = (
                service.unroll(ref, save=wish, asker="operator")
                if ref
                else service.unroll_documents(documents, save=wish)
            )
        except TooLarge as error:
            raise _too_large(error, settings) from error
    if unrolled.saved and save:
        spoken.tell(_kept(unrolled.saved, settings, is_findable=reach(unrolled.thread) == "listed"))
    code = out.deliver(unrolled.thread)
    if not out.is_read_here and (lacking := _lacking(unrolled.thread)):
        spoken.tell(lacking)
    return code


def _kept(saved: Saved, settings: Settings, *, is_findable: bool) -> str:
    """Where a thread is kept, and on a site for others also who sees it there, if everybody in it `is_findable`."""
    address = settings.public_origin + saved.path
    if settings.personal:
        return f"Kept as {address}."
    shy = "but in no list of the site, for somebody in it asks not to be found. Whoever has this address can read it."
    return {
        "listed": f"Kept as {address}, {'in the lists of the site.' if is_findable else shy}",
        "unlisted": f"Kept as {address}. Whoever has this address can read it; it is in no list. "
        "To list it, add --visibility listed.",
        "private": f"Kept as a private page. Only who has this address can read it, and it is in no list of the site:\n"
        f"  {address}\nTo publish it, add --visibility unlisted or --visibility listed.",
    }[saved.visibility]


def _lacking(thread: Thread) -> str:
    """What is to be said of a thread that is not known to be whole, by whoever does not see it; else nothing."""
    from threadleaf.render import claims

    state, links_seen = thread.completeness.state, thread.completeness.links_seen
    if state == "complete" or (state == "open" and not links_seen):  # of a saved page nobody can know more
        return ""
    stopped = [line for line in claims.notes(thread) if "Unrolled again" in line]
    return " ".join([claims.state(thread.completeness), *stopped])


def _ref(sources: Sequence[str], settings: Settings) -> Ref | None:
    """The post whose address was given; None if files were."""
    from threadleaf.core.ref import MIRRORS, parse

    addresses = [source for source in sources if source != "-" and not threadleaf.is_file(source)]
    if not addresses:
        return None
    if len(sources) > 1:
        raise click.UsageError(f"“{addresses[0]}” is no file. Give one address, or the files of one conversation.")
    try:
        return parse(sources[0], mirrors={**MIRRORS, **settings.mirrors})
    except UnknownAddress as error:
        if "://" in sources[0] or not error.subject:
            raise
        raise UnknownAddress(f"There is no file of that name, and {error.sentence}", subject=error.subject) from error


def _too_large(error: TooLarge, settings: Settings) -> TooLarge:
    """The same error in the words of --max-posts, if that is what set the limit."""
    from threadleaf.render.words import posts

    if error.code != "posts" or click.get_current_context().params["max_posts"] is None:
        return error
    sentence = f"This thread has more than {posts(settings.max_posts)}, the most you allowed with --max-posts."
    return TooLarge(sentence, subject=error.subject, code=error.code)


def _document(source: str) -> Document:
    if source == "-":
        return threadleaf.read_stream(sys.stdin.buffer, "standard input")
    return threadleaf.read_file(source)


def _usual(settings: Settings, ref: Ref | None) -> PageVisibility:
    """Who sees what is kept, if nothing is said: on a personal instance its one reader sees everything.

    Elsewhere an address gives a page for whoever has its address, and other people's saved posts stay private.
    """
    if settings.personal:
        return "listed"
    return "unlisted" if ref else "private"
