"""T5: what a hostile answer costs, and what is left of it, measured in a process of its own."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.fetch.bodies import ROWS
from tests.proof.answers import TLS
from tests.proof.rows import ROOT, SCALE

COMMAND = [sys.executable, "-m", "tests.proof.answers"]


@pytest.mark.skipif(not Path("/proc/self/clear_refs").exists(), reason="this system does not count memory from a start")
def test_a_hostile_answer_costs_little_and_leaves_nothing(proved, tmp_path):
    with subprocess.Popen(
        [*COMMAND, "serve", str(tmp_path)], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as server:
        ports = json.loads(server.stdout.readline())
        given = json.dumps(ports | {"scale": SCALE, "certificates": str(tmp_path / "authority.pem")})
        done = subprocess.run([*COMMAND, "measure"], cwd=ROOT, input=given, capture_output=True, text=True, check=False)
        server.stdin.close()
    assert done.returncode == 0, done.stderr
    measured = json.loads(done.stdout.splitlines()[-1])
    print(*measured["notes"], sep="\n")
    figures = measured["figures"]
    assert figures["answers"] == len(ROWS) + len(TLS)
    proved("T5", figures, 0)
    # The driver's own deadline ends what a source goes on asking about.
    assert figures["longest unroll (s)"] <= 21
