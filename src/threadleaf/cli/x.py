"""`threadleaf x`: what reading X costs."""

from __future__ import annotations

import click
import msgspec

from threadleaf.cli import options, terminal
from threadleaf.cli.edge import Edge
from threadleaf.cli.progress import Spoken
from threadleaf.cli.remove import ask
from threadleaf.config import Settings
from threadleaf.service.spending import Budget

HELP = """What X takes money for, and how it ends.

X charges for each post and each account that it returns, and nothing for what it returns again on the same day (UTC).
"""
EXAMPLES = """Examples:

\b
  threadleaf x budget
  threadleaf x budget --json
  threadleaf x end
"""
_BUSINESS_DAYS = 10
"""In so many business days X wants its content deleted once an access to its API has ended (Developer Agreement)."""


@click.group("x", help=HELP, epilog=EXAMPLES, short_help="What reading X costs, and its end.")
def command() -> None:
    """Click wants a function; the help is `HELP`."""


@command.command("budget", epilog=EXAMPLES)
@click.option("--json", "as_json", is_flag=True, help="As JSON; amounts are in millionths of a US dollar.")
@click.pass_obj
@options.settings()
def budget(edge: Edge, settings: Settings, as_json: bool) -> None:
    """Say what was spent, what is left, and about what a thread costs."""
    with edge.service(settings, offline=True) as service:
        assert service.purse is not None  # noqa: S101 -- there is one wherever there is a database
        found = service.purse.budget()
    if as_json:
        units = {"unit": "millionths of a US dollar", "days": "UTC"}
        told = {**units, **msgspec.structs.asdict(found), "left": found.left, "reads": bool(settings.x_token)}
        terminal.put(msgspec.json.format(msgspec.json.encode(told), indent=2) + b"\n")
        return
    terminal.put("".join(f"{line}\n" for line in _lines(found, settings)).encode())


@command.command("end", epilog=EXAMPLES)
@click.option("-y", "--yes", is_flag=True, help="Do not ask.")
@click.pass_obj
@options.settings()
@options.loudness
def end(edge: Edge, settings: Settings, yes: bool, spoken: Spoken) -> None:
    """Delete everything that came from X's API, when your access to it ends.

    X wants this within ten business days of the end. Pages, private ones too, what is made of them, requests and what the
    bot said and heard on X are deleted at once, in this database. What authors asked for stays, and what was spent by day.
    If it is interrupted, run it again. First stop programs that serve this database, and remove the backups that hold it.
    """
    with edge.service(settings, offline=True) as service:
        found = service.holds_of_x()
        if not found:
            service.end_x()  # an earlier run may have left bytes
            spoken.tell("Nothing from X is here.")
            return
        told = f"{found.pages:,} pages, {found.requests:,} requests, {found.bot:,} entries of a bot"
        if not yes:
            ask(f"Delete everything that came from X for good: {told}?", "deletes it")
        scrubbed = service.end_x()
    spoken.tell(f"Deleted: {told}. X wants this within {_BUSINESS_DAYS} business days of the end of your access.")
    if not scrubbed:
        spoken.tell(
            "Another program reads the database, so bytes may be left in its files. End it, and run this again."
        )
    if settings.x_token:
        spoken.tell("`x_token` is still set: take it out of the settings, or threads of X are read again.")


def _lines(found: Budget, settings: Settings) -> list[str]:
    lines = [
        f"Today:      {_dollars(found.day_spent)} of {_dollars(found.day)} spent; it is renewed at midnight (UTC).",
        f"This month: {_dollars(found.month_spent)} of {_dollars(found.month)} spent.",
        f"Left today: {_dollars(found.left)}. A thread of 25 posts costs about {_dollars(found.thread)}.",
    ]
    if found.held:
        lines.append(f"{_dollars(found.held)} of it is held for questions whose answers were not seen (yet).")
    if not settings.x_token:
        lines.append("X is not read: `x_token` is not set.")
    return lines


def _dollars(millionths: int) -> str:
    """An amount with as many places as it takes to see it: prices begin at a tenth of a cent."""
    places = 2 if millionths % 10_000 == 0 else 3
    return f"${millionths / 1_000_000:,.{places}f}"
