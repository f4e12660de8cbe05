"""`threadleaf x`: what reading X costs."""

from __future__ import annotations

import click
import msgspec

from threadleaf.cli import options, terminal
from threadleaf.cli.edge import Edge
from threadleaf.config import Settings
from threadleaf.service.spending import Budget

HELP = """What X takes money for.

X charges for each post and each account that it returns, and nothing for what it returns again on the same day (UTC).
"""
EXAMPLES = """Examples:

\b
  threadleaf x budget
  threadleaf x budget --json
"""


@click.group("x", help=HELP, epilog=EXAMPLES, short_help="What reading X costs.")
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
        told = {**msgspec.structs.asdict(found), "left": found.left, "reads": bool(settings.x_token)}
        terminal.put(msgspec.json.format(msgspec.json.encode(told), indent=2) + b"\n")
        return
    terminal.put("".join(f"{line}\n" for line in _lines(found, settings)).encode())


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
