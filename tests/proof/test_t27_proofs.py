"""T27: no forged proof of an account opens its console; genuine ones, by the same roads, do.

Each proof is played on networks of its own, from the author's first step to the answer. A forged one must be refused
although whoever forged it did everything else right; so for each road there is a genuine proof that is accepted.
"""

from pathlib import Path

from tests.support.claims import here
from tests.support.proofs import FORGED, GENUINE, Play, played


def ends(plays: list[Play], folder: Path) -> dict[str, str]:
    """How each of some proofs ends, by its name."""
    found: dict[str, str] = {}
    for number, play in enumerate(plays):
        place = folder / str(number)
        place.mkdir(parents=True)
        with here(place) as site:
            found[play.name] = played(play, site)
    return found


def test_no_forged_proof_is_accepted(tmp_path: Path, proved):
    forged, genuine = ends(FORGED, tmp_path / "forged"), ends(GENUINE, tmp_path / "genuine")
    accepted = [name for name, end in forged.items() if end == "accepted"]
    refused = {name: end for name, end in genuine.items() if end != "accepted"}
    print(f"forged proofs accepted: {accepted}; genuine ones refused: {refused}")
    figures = {"forged": len(forged), "accepted": len(accepted), "genuine": len(genuine), "refused": len(refused)}
    proved("T27", figures, 0)
