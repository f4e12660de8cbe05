"""`python -m tests.proof`: run the rows at their bar and write down what they reached, one line of JSON for each.

`ONLY=T1,T2` runs some; a row whose files are as they were when it was proved is passed over, unless `AGAIN=1`.
"""

import json
import os
import platform
import signal
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from tests.proof.rows import RECORD, ROOT, ROWS, Row, standing

LONGEST = 30 * 60
"""Seconds that one row may take."""


def records() -> list[dict]:
    """The record so far, the newest last."""
    return [json.loads(line) for line in RECORD.read_text("utf-8").splitlines()] if RECORD.exists() else []


def commit() -> str:
    """What is checked out, and whether it was changed since."""

    def git(*arguments: str) -> str:
        done = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=True)
        return done.stdout.strip()

    changed = git("status", "--porcelain", "--", "src", "tests")
    return git("rev-parse", "HEAD") + (" dirty" if changed else "")


def machine() -> dict[str, object]:
    kernel = f"{platform.system()} {platform.release().partition('-')[0]}"
    return {"cores": os.cpu_count(), "kernel": kernel, "python": platform.python_version()}


def run(row: Row) -> tuple[bool, dict]:
    """Run the test of a row at its bar: whether it passed, and what it handed in."""
    with tempfile.TemporaryDirectory() as scratch:
        kept = Path(scratch, "figures.json")
        command = [sys.executable, "-m", "pytest", "-q", "-rs", "--no-header", "-p", "no:cacheprovider", row.test]
        environment = {**os.environ, "TL_SCALE": "bar", "TL_PROOF": str(kept)}
        with subprocess.Popen(command, cwd=ROOT, env=environment, start_new_session=True) as going:
            try:
                passed = going.wait(LONGEST) == 0
            except subprocess.TimeoutExpired:
                os.killpg(going.pid, signal.SIGKILL)
                passed = False
        found = json.loads(kept.read_text("utf-8")) if kept.exists() else {"figures": {}, "seed": None}
    return passed, found


def prove(row: Row) -> bool:
    """Prove one row and add it to the record."""
    print(f"{row.id}: {row.says} …", flush=True)
    files, begun = row.files(), time.monotonic()
    passed, found = run(row)
    missed = row.missed(found["figures"], "bar")
    line = {
        "row": row.id,
        "figures": found["figures"],
        "bar": {name: next(iter(bar)) for name, bar in row.bars.items()},
        "ok": passed and not missed,
        "seed": found["seed"],
        "commit": commit(),
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": machine(),
        "seconds": round(time.monotonic() - begun, 1),
        "files": files,
    }
    with RECORD.open("a", encoding="utf-8") as record:
        record.write(json.dumps(line, ensure_ascii=False) + "\n")
    print(
        f"{row.id}: {'proved' if line['ok'] else 'NOT PROVED'} in {line['seconds']} s: {found['figures']}", flush=True
    )
    return bool(line["ok"])


def main() -> int:
    only = [name for name in os.environ.get("ONLY", "").replace(",", " ").split() if name]
    if unknown := set(only) - {row.id for row in ROWS}:
        raise SystemExit(f"there is no row {', '.join(sorted(unknown))}")
    chosen = [row for row in ROWS if not only or row.id in only]
    standing_ones = [] if os.environ.get("AGAIN") else [row for row in chosen if not standing(row, records())]
    for row in standing_ones:
        print(f"{row.id}: stands as it was proved (AGAIN=1 proves it again)")
    failed = [row.id for row in chosen if row not in standing_ones and not prove(row)]
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
