"""Names that lead where they should not: every row once. `make proof` plays each a few hundred times."""

from random import Random

import pytest

from tests.fetch.names import ROWS, Row, played
from tests.fetch.stage import play


@pytest.mark.parametrize("row", ROWS, ids=[f"{row.id} {row.says}" for row in ROWS])
def test_a_name_never_leads_inside(certificates, row: Row):
    play(certificates, played, row.act, Random(row.id))


def test_there_are_twenty():
    assert [row.id for row in ROWS] == [f"D{n:02}" for n in range(1, 21)]
