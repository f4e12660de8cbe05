"""What is refused is refused before anything leaves: seen from outside, by listeners and by an audit hook."""

import json
import subprocess
import sys
from pathlib import Path

from tests.fetch.hostile import DENIED_ADDRESSES, DENIED_URLS

ROOT = Path(__file__).parents[2]


def outside(*arguments: str) -> dict:
    command = [sys.executable, "-m", "tests.fetch.outside", *arguments]
    return json.loads(subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout)


def test_no_hostile_address_gets_a_connection_or_a_look_up():
    counts = outside()
    assert len(counts["by name"]) == len(DENIED_ADDRESSES) * 2 * 3
    assert set(counts["by name"]) == {"DENY-ADDR"}
    assert counts["by url"] == list(DENIED_URLS.values())
    assert set(counts["by redirect"]) == {"DENY-HOP"}
    # Each redirect costs one connection, to the first server, which was allowed.
    assert counts["connects"] == counts["first"] == len(counts["by redirect"]) > 50
    assert (counts["inside"], counts["look-ups"]) == (0, 0)


def test_the_witnesses_would_have_seen_it():
    counts = outside("broken")
    assert counts["inside"] > 0
    assert counts["connects"] > counts["first"]
