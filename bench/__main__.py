"""`python -m bench [NAME…]`: run the measurements, print them, and write them into docs/benchmarks.md.

Where only some are run, the other rows of that file stay as they are, each with its own date.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path

from bench import Row

HERE = Path(__file__).parent
DOCUMENT = HERE.parent / "docs" / "benchmarks.md"
HEAD = """\
# Speed

Ratios of our own time to that of a base, both measured in one run (Python {python}).
`make bench` writes this file. The bar is the most that a ratio may be.

| what | ratio | bar | measured against | on |
|---|---|---|---|---|
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


def written(text: str) -> dict[str, str]:
    """The lines of a document's table, by the names of their rows."""
    lines = text.partition("|---|")[2].splitlines()[1:]
    return {line.split(" | ")[0].removeprefix("| "): line for line in lines}


def document(rows: Sequence[Row], date: str, kept: Mapping[str, str]) -> str:
    """The rows as the document, in the place of those of the same names among the `kept` lines, or behind them."""
    fresh = {row.name: f"| {row.name} | {row.ratio:.2f} | {row.bar:g} | {row.note} | {date} |" for row in rows}
    return HEAD.format(python=sys.version.partition(" ")[0]) + "\n".join({**kept, **fresh}.values()) + "\n"


def main(arguments: Sequence[str]) -> int:
    """Measure; 1 if a bar was missed."""
    rows = measured(arguments or names())
    kept = written(DOCUMENT.read_text("utf-8")) if arguments else {}
    DOCUMENT.write_text(document(rows, f"{datetime.now(UTC):%Y-%m-%d}", kept), encoding="utf-8")
    return int(any(row.ratio > row.bar for row in rows))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
