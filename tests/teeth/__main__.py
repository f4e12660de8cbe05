"""`python -m tests.teeth [WORD]`: run all mutants (or those whose rule contains WORD); exit 1 if one survives."""

import os
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.teeth import authors, bot, door, fast, money, mutants, operator, terms
from tests.teeth.mutants import Mutant

ROOT = Path(__file__).parent.parent.parent


def survives(mutant: Mutant) -> str:
    """What is wrong with the mutant, empty if its tests turned red for it."""
    with tempfile.TemporaryDirectory() as scratch:
        copy = Path(scratch)
        for part in ("src", "tests", "pyproject.toml"):
            source = ROOT / part
            (shutil.copytree if source.is_dir() else shutil.copy)(source, copy / part)
        path = copy / "src" / "threadleaf" / mutant.file
        text = path.read_text("utf-8")
        if text.count(mutant.old) != 1:
            return f"the line to break stands {text.count(mutant.old)} times in {mutant.file}"
        path.write_text(text.replace(mutant.old, mutant.new), "utf-8")
        return "" if red(copy, mutant) else "no test turned red"


def red(copy: Path, mutant: Mutant) -> bool:
    """Whether the tests fail on the copy; anything but failed tests (a missing file, say) is a mistake of ours."""
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-x",
        "-q",
        "--no-header",
        "-p",
        "no:cacheprovider",
        *mutant.tests.split(),
    ]
    result = subprocess.run(
        command,
        cwd=copy,
        env={**os.environ, "PYTHONPATH": str(copy / "src")},
        capture_output=True,
        text=True,
        check=False,
    )
    if result.returncode not in (0, 1):
        raise SystemExit(f"{mutant.rule}: the tests did not run\n{result.stdout}{result.stderr}")
    return result.returncode == 1


def main() -> int:
    word = " ".join(sys.argv[1:])
    chosen = [
        mutant
        for mutant in (
            *mutants.MUTANTS,
            *door.MUTANTS,
            *fast.MUTANTS,
            *operator.MUTANTS,
            *money.MUTANTS,
            *terms.MUTANTS,
            *authors.MUTANTS,
            *bot.MUTANTS,
        )
        if word in mutant.rule
    ]
    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        results = list(pool.map(survives, chosen))
    for mutant, wrong in zip(chosen, results, strict=True):
        if wrong:
            print(f"SURVIVES  {mutant.rule}: {wrong}")
    print(f"{sum(not wrong for wrong in results)} of {len(chosen)} mutants turned a test red")
    return 1 if any(results) or not chosen else 0


if __name__ == "__main__":
    sys.exit(main())
