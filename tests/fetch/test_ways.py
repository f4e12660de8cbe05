"""Whichever way a hostile address comes in, it ends at the door: every way, every address, nothing dialled."""

from collections import Counter
from pathlib import Path
from random import Random

import pytest

from tests.fetch.ways import CONTROL, Nowhere, Way, outcome, values, walk
from tests.fetch.ways_in import WAYS
from threadleaf.core.errors import Blocked
from threadleaf.fetch.door import Door
from threadleaf.fetch.pictures import Unusable, picture
from threadleaf.fetch.policy import Caps

SOURCE = Path(__file__).parents[2] / "src" / "threadleaf"
IDS = [f"{way.id} {way.says}" for way in WAYS]


@pytest.mark.parametrize("way", WAYS, ids=IDS)
def test_a_way_is_as_open_as_it_is_said_to_be(way: Way):
    asked = walk(way, CONTROL).asked
    assert [said.verdict for said in asked if CONTROL not in said.url] == []
    assert bool(asked) == way.open


@pytest.mark.parametrize("way", WAYS, ids=IDS)
def test_a_hostile_address_ends_at_the_door(way: Way):
    seen = {value: (verdict, walk(way, value)) for value, verdict in values(Random(way.says), 20)}
    outcomes = Counter(outcome(value, *came) for value, came in seen.items())
    assert {value: came for value, came in seen.items() if outcome(value, *came) == "wrong"} == {}
    # An open way is one by which most of them reach the door; the others stop them before.
    assert (outcomes["exact"] > 100) == way.open, outcomes


def test_a_hostile_address_of_a_picture_gets_the_doors_own_verdict():
    nowhere = Nowhere()
    door = Door(resolve=nowhere, caps=Caps(connect=0.2))
    for value, verdict in values(Random("pictures"), 20):
        with pytest.raises(Unusable) as refused:
            picture(door, value)
        assert isinstance(refused.value.__cause__, Blocked)
        assert refused.value.__cause__.code == verdict, value
    assert all(name.startswith("inside-") for name in nowhere.asked)


def test_requests_are_made_where_a_way_is_known():
    """Whoever makes a request in another place has an address from somewhere: that is a way, and belongs into the table."""
    makers = {path.name for path in SOURCE.rglob("*.py") if "Request(url" in path.read_text("utf-8")}
    assert makers == {
        "_bsky_requests.py",
        "_fedi_asking.py",
        "_fedi_misskey.py",
        "_fedi_requests.py",
        "_fedi_software.py",
        "_bluesky_session.py",
        "_mastodon_requests.py",
        "_proofs_fedi.py",
        "_proofs_page.py",
        "_proofs_x.py",  # asks the embeds of X
        "_x_requests.py",  # asks what the settings name
        "translating.py",  # likewise
        "checks.py",
        "public.py",
        "pictures.py",  # what a post says, straight to the door: see above
    }
    named = {way.place.partition(":")[0] for way in WAYS}
    assert {name for name in named if not (SOURCE / name).is_file()} == set()
