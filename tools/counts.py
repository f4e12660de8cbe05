"""Adds up the runs of one folder of counts (tests/support/counts.py) into one closing line.

A test that ran twice, as under coverage, counts once, by its worst outcome.
"""

import json
import sys
from pathlib import Path

WORST_LAST = ("passed", "skipped", "failed")


def merged(folder: Path) -> dict[str, tuple[str, str]]:
    tests: dict[str, tuple[str, str]] = {}
    for path in sorted(folder.glob("*.json")):
        for name, (outcome, reason) in json.loads(path.read_text("utf-8")).items():
            before = tests.get(name, ("passed", ""))
            tests[name] = max(before, (outcome, reason), key=lambda test: WORST_LAST.index(test[0]))
    return tests


def main() -> int:
    tests = merged(Path(sys.argv[1]))
    for name, (outcome, reason) in sorted(tests.items()):
        if outcome != "passed":
            print(f"{outcome.upper()} {name}: {reason}" if reason else f"{outcome.upper()} {name}")
    outcomes = [outcome for outcome, _ in tests.values()]
    print(", ".join(f"{outcomes.count(outcome)} {outcome}" for outcome in ("passed", "failed", "skipped")))
    return 0 if tests and "failed" not in outcomes else 1


if __name__ == "__main__":
    sys.exit(main())
