"""T3: twenty ways in which a name may lie, each many times over, in a network where every address answers."""

from tests.proof.dns import AAAA, A
from tests.proof.rows import SCALE
from tests.proof.space import inside

SEED = 20
TIMES = 200 if SCALE == "bar" else 3


def test_no_name_leads_inside_however_its_answers_change(proved, space):
    proved("T3", inside("plays:repeated_names", times=TIMES, seed=SEED), SEED)


def test_what_the_systems_own_resolver_makes_of_a_lying_name_server_leads_nowhere_either(space):
    seen = inside("plays:system_names")
    assert (seen["wrong"], seen["elsewhere"]) == ({}, [])
    assert seen["look-ups"] == seen["names"] > 10
    # No service record is asked for, and no name of a neighbour instead of the one that was meant.
    assert (seen["kinds"], seen["searched"]) == ([A, AAAA], [])


def test_a_name_that_leads_to_the_machines_own_public_address_is_not_asked(space):
    seen = inside("plays:ourselves")
    assert (seen["said"], seen["came"]) == (["DENY-ADDR"] * 2, 0)
    assert seen["came with the rule off"] == 2
