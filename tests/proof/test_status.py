"""Every row that is promised was proved, at its bar, on the very files that are here."""

import json

import pytest

from tests.proof.rows import CLAIMED, RECORD, ROWS, AtLeast, AtMost, Row, row, standing


@pytest.mark.parametrize("identity", CLAIMED)
def test_a_promised_row_stands(identity: str):
    lines = RECORD.read_text("utf-8").splitlines() if RECORD.exists() else []
    assert standing(row(identity), map(json.loads, lines)) == "", f"run `make proof ONLY={identity}`"


def test_rows_have_names_of_their_own_and_files_that_exist():
    assert len({row.id for row in ROWS}) == len(ROWS)
    for one in ROWS:
        assert len(one.files()) > 1


EXAMPLE = Row("T0", "", "tests/proof/rows.py", {"made": AtLeast(10, 1), "lost": AtMost(0)}, ("tests/proof/space.py",))


def record(*, ok: bool = True, files: dict | None = None, **figures: float) -> dict:
    return {"row": "T0", "ok": ok, "figures": {"made": 10, "lost": 0} | figures, "files": files or EXAMPLE.files()}


def test_a_record_at_the_bar_of_the_same_files_stands():
    assert standing(EXAMPLE, [record()]) == ""


@pytest.mark.parametrize(
    ("records", "says"),
    [
        ([], "never proved"),
        ([record() | {"row": "T9"}], "never proved"),
        ([record(made=9)], "missed its bar: made"),
        ([record(lost=1)], "missed its bar: lost"),
        ([record(ok=False)], "its test failed"),
        ([record(), record(lost=1)], "missed its bar"),
        ([record(files=EXAMPLE.files() | {"tests/proof/space.py": "0"})], "these changed: tests/proof/space.py"),
        ([record(files={"tests/proof/rows.py": EXAMPLE.files()["tests/proof/rows.py"]})], "these changed"),
        ([record(files=EXAMPLE.files() | {"src/gone.py": "0"})], "these changed: src/gone.py"),
    ],
)
def test_another_record_does_not(records: list[dict], says: str):
    assert says in standing(EXAMPLE, records)


def test_the_size_in_ci_is_a_setting_of_the_same_row():
    assert EXAMPLE.missed({"made": 1, "lost": 0}, "ci") == []
    assert EXAMPLE.missed({"made": 1, "lost": 0}, "bar") == ["made"]
    assert EXAMPLE.missed({}, "ci") == ["made", "lost"]
