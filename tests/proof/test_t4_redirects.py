"""T4: twenty ways to send us elsewhere, each many times over, in a network where every address answers."""

from tests.proof.rows import SCALE
from tests.proof.space import inside

SEED = 4
TIMES = 100 if SCALE == "bar" else 3


def test_no_redirect_leads_inside_and_none_takes_a_secret_along(proved, space):
    proved("T4", inside("plays:repeated_redirects", times=TIMES, seed=SEED), SEED)
