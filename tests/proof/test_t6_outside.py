"""T6: every hostile address has a listener, and nobody comes; with the rule broken, all witnesses see who comes."""

from tests.proof.space import inside


def test_nothing_is_dialled_by_the_word_of_three_witnesses(proved, space):
    seen = inside("outside:listening", broken=False)
    control = inside("outside:listening", broken=True)
    print(seen["wrong"][:5], control | {"wrong": len(control["wrong"])})
    figures = {
        "asked": seen["asked"],
        "accepted": seen["accepted"],
        "opened": max(seen["opened"], seen["passively opened"]),
        "dialled": seen["dialled"],
        "wrong": len(seen["wrong"]),
        "allowed and first on the way": seen["first"],
        "seen with the rule broken": control["accepted"],
    }
    proved("T6", figures, 0)
    assert seen["first"] > 100
    # The witnesses agree on what they see, too. Some addresses the kernel itself refuses to dial.
    assert control["accepted"] == control["passively opened"] == control["opened"] <= control["dialled"]
