"""What the proofs may ask for."""

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.proof import rows
from tests.proof.rows import Figures
from tests.proof.space import why_not


@pytest.fixture
def proved(request: pytest.FixtureRequest) -> Callable[[str, Figures, int], None]:
    """Hand in the figures of a row and the seed of its dice: they are kept for the record, and must reach the bar."""

    def check(identity: str, figures: Figures, seed: int) -> None:
        if kept := os.environ.get("TL_PROOF"):
            Path(kept).write_text(json.dumps({"figures": figures, "seed": seed}), "utf-8")
        print(identity, figures)
        assert rows.row(identity).missed(figures, rows.SCALE) == []

    return check


@pytest.fixture(scope="session")
def space() -> None:
    """A network of its own can be made here; where the kernel forbids it, what needs one is skipped."""
    if reason := why_not():
        pytest.skip(reason)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All but the status is a proof, and takes its time."""
    for item in items:
        if item.path.parent == Path(__file__).parent and item.path.name.startswith("test_t"):
            item.add_marker(pytest.mark.proof)
            item.add_marker(pytest.mark.timeout(1800))
