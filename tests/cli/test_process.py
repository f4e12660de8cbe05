"""Real processes: Ctrl-C, closed pipes, and what a cold start loads."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import PAGE

HEAVY = {
    "sqlalchemy",
    "httpx2",
    "httpcore2",
    "stamina",
    "rich",
    "starlette",
    "uvicorn",
    "turbohtml",
    "minijinja",
    "ijson",
}
LOADED = """
import json, sys
sys.argv = ["threadleaf", *sys.argv[1:]]
from threadleaf.cli import main
try:
    main()
finally:
    print(json.dumps(sorted({name.partition(".")[0] for name in sys.modules})), file=sys.stderr)
"""


def started(*args: str, cwd: Path, **more: int) -> subprocess.Popen[bytes]:
    environ = {"HOME": str(cwd / "home"), "PATH": os.environ["PATH"], "LANG": "C.UTF-8"}
    return subprocess.Popen([sys.executable, *args], cwd=cwd, env=environ, stderr=subprocess.PIPE, **more)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "thread.txt").write_text(PAGE, encoding="utf-8")
    return tmp_path


def test_an_interrupted_unroll_ends_with_130_and_leaves_the_old_file(folder: Path) -> None:
    os.mkfifo(folder / "slow.txt")
    (folder / "out.md").write_text("old")
    process = started("-m", "threadleaf", "unroll", "slow.txt", "-o", "out.md", cwd=folder)
    # Opening a pipe for writing waits until the other side reads from it.
    with process, (folder / "slow.txt").open("wb"):
        process.send_signal(signal.SIGINT)
        _, told = process.communicate(timeout=60)
    assert process.returncode == 130
    assert b"Traceback" not in told
    assert (folder / "out.md").read_text() == "old"
    assert {file.name for file in folder.iterdir()} == {"out.md", "slow.txt", "thread.txt"}


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("more", [(), ("--bot",)])
def test_a_demo_that_is_ended_leaves_nothing_behind(folder: Path, how: signal.Signals, more: tuple[str, ...]) -> None:
    (folder / "tmp").mkdir()
    environ = {"HOME": str(folder / "home"), "PATH": os.environ["PATH"], "TMPDIR": str(folder / "tmp")}
    command = [sys.executable, "-m", "threadleaf", "demo", "--port", "0", *more]
    with subprocess.Popen(command, cwd=folder, env=environ, stderr=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stderr is not None
        assert any(b"until Ctrl-C." in line for line in process.stderr)
        assert [*(folder / "tmp").iterdir()]
        process.send_signal(how)
        _, told = process.communicate(timeout=60)
    assert process.returncode == 0
    assert b"Traceback" not in told
    assert [*(folder / "tmp").iterdir()] == []


def test_an_interrupted_site_ends_well(folder: Path) -> None:
    with started("-m", "threadleaf", "serve", "--port", "0", cwd=folder) as process:
        assert process.stderr is not None
        first = process.stderr.readline()
        process.send_signal(signal.SIGINT)
        _, told = process.communicate(timeout=60)
    assert first.startswith(b"Serving http://127.0.0.1:")
    assert (process.returncode, told) == (0, b"")


def test_a_reader_who_has_seen_enough_is_no_failure(folder: Path) -> None:
    ours, theirs = os.pipe()
    os.close(ours)
    with started("-m", "threadleaf", "unroll", "thread.txt", cwd=folder, stdout=theirs) as process:
        os.close(theirs)
        _, told = process.communicate(timeout=60)
    assert (process.returncode, told) == (0, b"")


@pytest.mark.parametrize("form", ["txt", "md", "json"])
def test_unrolling_a_text_loads_no_database_no_web_and_no_network(folder: Path, form: str) -> None:
    with started("-c", LOADED, "unroll", "thread.txt", "-f", form, cwd=folder, stdout=subprocess.DEVNULL) as process:
        _, told = process.communicate(timeout=60)
    assert process.returncode == 0
    assert HEAVY & set(json.loads(told)) == set()


def test_importing_the_library_loads_nothing(folder: Path) -> None:
    code = "import json, sys, threadleaf; print(json.dumps([*sys.modules]), file=sys.stderr)"
    with started("-c", code, cwd=folder) as process:
        _, told = process.communicate(timeout=60)
    loaded = json.loads(told)
    assert [name for name in loaded if name.startswith("threadleaf.")] == []
    assert "msgspec" not in loaded
