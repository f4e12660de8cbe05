"""The rows: what each proves, the figures it must reach, and the files that it proves something about."""

import hashlib
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]
RECORD = ROOT / "docs" / "proof.jsonl"
SCALE = os.environ.get("TL_SCALE", "ci")

Figures = Mapping[str, float]


class AtLeast(NamedTuple):
    """A count that must be reached: in full by `make proof`, in part by `make test-all`."""

    bar: float
    ci: float

    def holds(self, figure: float, scale: str) -> bool:
        return figure >= (self.bar if scale == "bar" else self.ci)


class AtMost(NamedTuple):
    """A figure that must not be passed, at any size."""

    most: float

    def holds(self, figure: float, scale: str) -> bool:
        return figure <= self.most


NONE = AtMost(0)


class Row(NamedTuple):
    """`test` is its pytest file, `bars` what each figure must reach, `proves` patterns of files below the root."""

    id: str
    says: str
    test: str
    bars: Mapping[str, AtLeast | AtMost]
    proves: tuple[str, ...]

    def missed(self, figures: Figures, scale: str) -> list[str]:
        """The figures that miss their bar, or are not there."""
        return [name for name, bar in self.bars.items() if name not in figures or not bar.holds(figures[name], scale)]

    def files(self) -> dict[str, str]:
        """What the row proves something about, and the tests that it does it with: path → hash of the content."""
        found = {path for pattern in self.proves for path in ROOT.glob(pattern)} | {ROOT / self.test}
        return {str(path.relative_to(ROOT)): _hash(path) for path in sorted(found)}


def _hash(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:16]


def _door(*more: str) -> tuple[str, ...]:
    names = ("addresses", "answers", "door", "gate", "here", "policy", "resolve")
    return tuple(f"src/threadleaf/fetch/{name}.py" for name in names) + more


ROWS = (
    Row(
        "T1",
        "No hostile address, in any spelling and from any place that addresses come from, gets a connection or a look-up",
        "tests/proof/test_t1_sources.py",
        {"pairs": AtLeast(2592, 2592), "ways": AtLeast(22, 22), "connections": NONE, "look-ups": NONE, "wrong": NONE},
        _door("tests/fetch/hostile.py", "tests/fetch/ways*.py"),
    ),
    Row(
        "T2",
        "No address is admitted that one of three independent rules denies",
        "tests/proof/test_t2_addresses.py",
        {"addresses": AtLeast(1_000_000, 50_000), "oracles": AtLeast(3, 3), "admitted but denied": NONE},
        ("src/threadleaf/fetch/addresses.py",),
    ),
    Row(
        "T3",
        "No name leads inside, however its answers change; one look-up for a connection",
        "tests/proof/test_t3_names.py",
        {
            "plays": AtLeast(4000, 60),
            "behaviours": AtLeast(20, 20),
            "connections inside": NONE,
            "further look-ups": NONE,
        },
        _door("tests/fetch/hostile.py", "tests/fetch/names.py"),
    ),
    Row(
        "T4",
        "No redirect leads inside, and none takes a secret along",
        "tests/proof/test_t4_redirects.py",
        {"plays": AtLeast(2000, 60), "behaviours": AtLeast(20, 20), "connections inside": NONE, "secrets abroad": NONE},
        _door("tests/fetch/hostile.py", "tests/fetch/redirects.py"),
    ),
    Row(
        "T5",
        "No answer costs more than bounded memory and time, and nothing of it is half kept",
        "tests/proof/test_t5_answers.py",
        {
            "answers": AtLeast(60, 60),
            "memory (MiB)": AtMost(64),
            "one answer (s)": AtMost(20),
            "stall (ms)": AtMost(100),
            "kept": NONE,
            "wrong": NONE,
        },
        _door("src/threadleaf/fetch/drive.py", "tests/fetch/bodies.py"),
    ),
    Row(
        "T6",
        "Listeners at every hostile address, the kernel's own counters and the interpreter agree: nothing was dialled",
        "tests/proof/test_t6_outside.py",
        {
            "asked": AtLeast(500, 500),
            "accepted": NONE,
            "opened": NONE,
            "dialled": NONE,
            "wrong": NONE,
            "seen with the rule broken": AtLeast(40, 40),
        },
        _door("tests/fetch/hostile.py"),
    ),
)

CLAIMED = ("T1", "T2", "T3", "T4", "T5", "T6")
"""The rows that are promised: `make test` is red where the record of one is missing, too low or out of date."""


def row(identity: str) -> Row:
    (found,) = (row for row in ROWS if row.id == identity)
    return found


def standing(row: Row, records: Iterable[Mapping]) -> str:
    """What is wrong with the newest record of a row; empty if it stands."""
    own = [record for record in records if record["row"] == row.id]
    if not own:
        return f"{row.id} was never proved"
    newest = own[-1]
    missed = row.missed(newest["figures"], "bar")
    if missed or not newest["ok"]:
        return f"{row.id} missed its bar: {', '.join(missed) or 'its test failed'}"
    files = row.files()
    changed = sorted(
        path for path in files.keys() | newest["files"].keys() if files.get(path) != newest["files"].get(path)
    )
    return f"{row.id} was proved before these changed: {', '.join(changed)}" if changed else ""
