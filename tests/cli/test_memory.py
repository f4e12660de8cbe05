"""How much memory a site takes that is served by `threadleaf serve`: one process, web and jobs together."""

from __future__ import annotations

import re
import resource
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

MIB = 1024 * 1024
LIMIT = 600 * MIB
"""Of everything that a process can write to (RLIMIT_DATA): heap, anonymous mappings, the stacks of its threads."""
IDLE = 150
BUSY = 350
ROOT = Path(__file__).parent.parent.parent

pytestmark = pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="this system has no /proc")


def limited() -> None:
    resource.setrlimit(resource.RLIMIT_DATA, (LIMIT, LIMIT))


def megabytes(process: subprocess.Popen[str], what: str) -> float:
    """`VmRSS` is what a process has in memory now, `VmHWM` the most it ever had."""
    status = Path(f"/proc/{process.pid}/status").read_text("ascii")
    found = re.search(rf"^{what}:\s+(\d+) kB$", status, re.MULTILINE)
    assert found
    return int(found[1]) / 1024


@pytest.fixture
def serving(tmp_path: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A site with the sample threads, within the limit, and its address."""
    program = [sys.executable, "-m", "threadleaf"]
    environ = {"HOME": str(tmp_path), "THREADLEAF_DATA": str(tmp_path / "kept"), "PATH": ""}
    for folder in sorted((ROOT / "examples").iterdir()):
        if folder.is_dir():
            files = sorted(str(file) for file in folder.iterdir() if file.is_file())
            command = [*program, "unroll", "--save", "-q", *files]
            saved = subprocess.run(command, env=environ, capture_output=True, check=False)
            assert saved.returncode in (0, 3), saved.stderr
    process = subprocess.Popen(
        [*program, "serve", "--port", "0"],
        env=environ,
        cwd=tmp_path,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=limited,  # noqa: PLW1509 -- nothing but a system call
    )
    assert process.stderr is not None
    said = process.stderr.readline()
    found = re.match(r"Serving (\S+) ", said)
    assert found, said + process.stderr.read()
    yield process, found[1]
    process.send_signal(signal.SIGINT)
    process.communicate()


def test_a_site_lives_on_a_small_machine(serving: tuple[subprocess.Popen[str], str]) -> None:
    process, address = serving
    with httpx2.Client(base_url=address, timeout=60) as visitor:
        assert visitor.get("/").status_code == 200
        assert megabytes(process, "VmRSS") < IDLE
        pages = sorted(set(re.findall(r'href="(/t/[^"]+)"', visitor.get("/latest").text)))
        assert len(pages) >= 8
        for page in pages:
            for more in ("", "?view=posts", "?lang=de", "?lang=ar", ".md", ".json", ".html"):
                assert visitor.get(page + more).status_code == 200
        # The door refuses this name, so no network is needed.
        failed = visitor.post("/unroll", data={"url": "https://nobody.invalid/@ann/1"})
        assert failed.status_code in (303, 400, 502, 503)
    assert megabytes(process, "VmHWM") < BUSY
    assert process.poll() is None
