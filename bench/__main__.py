"""`python -m bench [NAME…]`: run the measurements, print them, and write docs/benchmarks.md if all were run."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path

from bench import Row

HERE = Path(__file__).parent
DOCUMENT = HERE.parent / "docs" / "benchmarks.md"
HEAD = """\
# Speed

Ratios of our own time to that of a base, both measured in one run, on {date} (Python {python}).
`make bench` writes this file. The bar is the most that a ratio may be.

| what | ratio | bar | measured against |
|---|---|---|---|
"""


def names() -> list[str]:
    """The modules of this package that measure something."""
    return sorted(path.stem for path in HERE.glob("[!_]*.py"))


def measured(wanted: Sequence[str]) -> list[Row]:
    """The rows of the modules named, printed as they come."""
    rows: list[Row] = []
    for name in wanted:
        run = getattr(import_module(f"bench.{name}"), "run", None)
        for row in run() if run else ():
            print(f"{row.ratio:7.2f} × (at most {row.bar:g}) {row.name}: {row.note}", flush=True)
            rows.append(row)
    return rows


def table(rows: Sequence[Row], date: str) -> str:
    """The rows as the document."""
    lines = [f"| {row.name} | {row.ratio:.2f} | {row.bar:g} | {row.note} |" for row in rows]
    return HEAD.format(date=date, python=sys.version.partition(" ")[0]) + "\n".join(lines) + "\n"


def main(arguments: Sequence[str]) -> int:
    """Measure; 1 if a bar was missed."""
    rows = measured(arguments or names())
    if not arguments:
        DOCUMENT.write_text(table(rows, f"{datetime.now(UTC):%Y-%m-%d}"), encoding="utf-8")
    return int(any(row.ratio > row.bar for row in rows))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
