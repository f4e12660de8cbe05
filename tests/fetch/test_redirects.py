"""Servers that send us where we should not go: every row once. `make proof` plays each many times."""

from random import Random

import pytest

from tests.fetch.names import Row, played
from tests.fetch.redirects import ROWS
from tests.fetch.stage import play


@pytest.mark.parametrize("row", ROWS, ids=[f"{row.id} {row.says}" for row in ROWS])
def test_a_redirect_never_leads_inside_nor_takes_a_secret_along(certificates, row: Row):
    play(certificates, played, row.act, Random(row.id))


def test_there_are_twenty():
    assert [row.id for row in ROWS] == [f"R{n:02}" for n in range(1, 21)]
