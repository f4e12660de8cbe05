"""The process ends at each mark, and the network answers in one way or another: nothing is lost, nothing is done twice.

Every way at every mark is row T18 of the proofs.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import cycle

import pytest

from tests.bot.conftest import Life
from tests.bot.stories import MARKS, OUTCOMES, told

PAIRS = list(zip(MARKS, cycle(OUTCOMES), strict=False))


@pytest.mark.parametrize("chats", [False, True], ids=["likes", "notes"])
@pytest.mark.parametrize(("mark", "outcome"), PAIRS)
def test_nothing_is_lost_and_nothing_doubled(mark: str, outcome: str, chats: bool, lives: Callable[..., Life]) -> None:
    found = told(lives(chats=chats), mark, outcome)
    assert (found.lost, found.doubled) == (0, 0)
    assert found.ended, "the process came by the mark"
