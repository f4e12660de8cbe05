"""`threadleaf reports`: what readers reported, and what you decide."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import get_args

import click
import msgspec

from threadleaf.cli import options, terminal
from threadleaf.cli.edge import Edge
from threadleaf.config import Settings
from threadleaf.core.errors import NotFound
from threadleaf.render.tongue import ENGLISH
from threadleaf.store.cases import Report, Verdict
from threadleaf.store.records import Removal

HELP = """List the reports that wait for you, the first due first; or show one, by its number, and decide it.

Hidden pages are seen by nobody until you decide. What is removed is gone for good. Your reason is read by whoever
sent the report. Piped, the list has no head, and tabs between its columns.
"""
EXAMPLES = """Examples:

\b
  threadleaf reports
  threadleaf reports --json
"""


_HEAD = ("No.", "State", "Decide by", "Reason", "About")


@click.command("reports", help=HELP, epilog=EXAMPLES, short_help="List and decide what readers reported.")
@click.argument("number", type=click.IntRange(1), required=False)
@click.option("--decide", type=click.Choice(get_args(Verdict)), help="What becomes of the page.")
@click.option("--because", default="", metavar="TEXT", help="Your reason; needed unless the page is only hidden.")
@click.option(
    "--reason", type=click.Choice(get_args(Removal)), help="What a removed page's address says. [the report's]"
)
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@click.pass_obj
@options.settings()
def command(
    edge: Edge,
    settings: Settings,
    number: int | None,
    decide: Verdict | None,
    because: str,
    reason: Removal | None,
    as_json: bool,
) -> None:
    if decide and number is None:
        raise click.UsageError("Say which report is decided, by its number.")
    if decide in ("kept", "removed") and not because.strip():
        raise click.UsageError("Say why with --because: whoever sent the report reads it.")
    with edge.service(settings, offline=True) as service:
        desk = service.desk
        if number is None:
            _show(desk.waiting(), settings, as_json=as_json)
            return
        report = desk.numbered(number)
        if report is None:
            raise NotFound(f"There is no report number {number}.", subject=str(number))
        if decide:
            desk.decide(report, decide, because.strip(), reason)
            report = desk.numbered(number) or report
    _show([report], settings, as_json=as_json, whole=True)


def _show(reports: Sequence[Report], settings: Settings, *, as_json: bool, whole: bool = False) -> None:
    due = {report.number: report.due(settings.takedown_hours, settings.report_days) for report in reports}
    if as_json:
        facts = [_facts(report, due[report.number]) for report in reports]
        terminal.put(msgspec.json.format(msgspec.json.encode(facts), indent=2) + b"\n")
    elif not reports:
        terminal.tell("No report waits.")
    elif whole:
        terminal.put("".join(_whole(report, due[report.number]) for report in reports).encode())
    else:
        rows = [_row(report, due[report.number]) for report in reports]
        terminal.put((_aligned([_HEAD, *rows]) if terminal.is_terminal() else _tabbed(rows)).encode())


def _facts(report: Report, due: datetime) -> dict[str, object]:
    """All but the hash of the sender."""
    said = {name: value for name, value in msgspec.structs.asdict(report.said).items() if name != "asker"}
    told = {name: value for name, value in msgspec.structs.asdict(report).items() if name != "said"}
    return {**told, "due": due, **said}


def _row(report: Report, due: datetime) -> Sequence[str]:
    said = report.said
    parts = (str(report.number), report.state, ENGLISH.moment(due), said.reason, said.path or said.address)
    return tuple(map(terminal.line, parts))


def _tabbed(rows: Sequence[Sequence[str]]) -> str:
    """For programs: a report a line, between tabs."""
    return "".join("\t".join(row) + "\n" for row in rows)


def _aligned(rows: Sequence[Sequence[str]]) -> str:
    """For reading: columns of one width each; the last is as wide as it is."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)][:-1]
    padded = ((*(part.ljust(width) for part, width in zip(row, widths, strict=False)), row[-1]) for row in rows)
    return "".join("  ".join(row).rstrip() + "\n" for row in padded)


def _whole(report: Report, due: datetime) -> str:
    said = report.said
    rows = {
        "Report": str(report.number),
        "State": report.state,
        "Came in": ENGLISH.moment(report.at),
        "Decide by": ENGLISH.moment(due),
        "About": report.about,
        "Reason": said.reason,
        "Contact": said.contact or "none given",
        "Answer": report.because,
    }
    head = "".join(f"{name:<10} {terminal.line(value)}\n" for name, value in rows.items() if value)
    return f"{head}\n{terminal.inert(said.words)}\n"
