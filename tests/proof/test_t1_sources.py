"""T1: every hostile address, and many spellings, by every way in which addresses come in: none of them gets anywhere."""

from tests.proof.rows import SCALE
from tests.proof.space import inside

SEED = 16
SPELLED = 400 if SCALE == "bar" else 5


def test_no_hostile_address_gets_anywhere_by_any_way(proved, space):
    figures = inside("plays:hostile_ways", spelled=SPELLED, seed=SEED, broken=False)
    proved("T1", figures, SEED)
    assert figures["exact"] > figures["pairs"] / 3


def test_with_the_rule_broken_the_witness_sees_connections(space):
    assert inside("plays:hostile_ways", spelled=0, seed=SEED, broken=True)["connections"] > 40
