"""The built package is whole: what is installed from it serves a site, with templates, fonts and languages."""

from __future__ import annotations

import os
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from contextlib import closing
from email.parser import Parser
from http.client import HTTPConnection
from pathlib import Path

import pytest

from tests.test_packaging import EXTRAS, declared

ROOT = Path(__file__).parent.parent
PIP = (sys.executable, "-m", "pip", "--disable-pip-version-check", "-q")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built without a network by the locked backend."""
    folder = tmp_path_factory.mktemp("dist")
    offline = ("--no-index", "--no-deps", "--no-build-isolation")
    subprocess.run([*PIP, "wheel", *offline, "-w", str(folder), str(ROOT)], check=True)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which nothing but the wheel is installed; what it needs comes from the tests' own environment."""
    folder = tmp_path_factory.mktemp("installed")
    subprocess.run([*PIP, "install", "--no-index", "--no-deps", "--target", str(folder), str(wheel)], check=True)
    return folder


def environ(installed: Path, home: Path) -> dict[str, str]:
    return {"PATH": os.environ["PATH"], "PYTHONPATH": str(installed), "HOME": str(home), "PYTHONUNBUFFERED": "1"}


def run(installed: Path, home: Path, *args: str) -> str:
    command = [sys.executable, "-P", "-m", "threadleaf", *args]
    return subprocess.run(
        command, env=environ(installed, home), cwd=home, check=True, capture_output=True, text=True
    ).stdout


def test_the_wheel_asks_for_what_a_server_needs(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        name = next(name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        wanted = Parser().parsestr(archive.read(name).decode()).get_all("Requires-Dist") or []
    asked = {line.partition(";")[0].strip() for line in wanted if 'extra == "serve"' in line.replace("'", '"')}
    assert {name for name, _ in declared(list(asked))} == {name for name, _ in declared(EXTRAS["serve"])}


def test_every_file_of_the_package_is_in_the_wheel(wheel: Path) -> None:
    source = ROOT / "src" / "threadleaf"
    files = {
        f"threadleaf/{file.relative_to(source).as_posix()}"
        for file in source.rglob("*")
        if file.is_file() and "__pycache__" not in file.parts
    }
    with zipfile.ZipFile(wheel) as archive:
        assert files <= set(archive.namelist())


def test_the_installed_program_is_the_one_that_runs(installed: Path, tmp_path: Path) -> None:
    where = "import threadleaf, sys; sys.stdout.write(threadleaf.__file__)"
    command = [sys.executable, "-P", "-c", where]
    found = subprocess.run(command, env=environ(installed, tmp_path), check=True, capture_output=True, text=True).stdout
    assert Path(found).is_relative_to(installed)


@pytest.fixture
def served(installed: Path, tmp_path: Path) -> Iterator[int]:
    """The port of a site that runs from what was installed, with the settings that `init` wrote."""
    run(installed, tmp_path, "init", "--yes")
    command = [sys.executable, "-P", "-m", "threadleaf", "serve", "--port", "0"]
    with subprocess.Popen(
        command, env=environ(installed, tmp_path), cwd=tmp_path, stderr=subprocess.PIPE, text=True
    ) as site:
        assert site.stderr is not None
        line = site.stderr.readline()
        assert line.startswith("Serving http://127.0.0.1:"), line
        port = int(line.split(":")[2].partition("/")[0])
        wait_for(port)
        yield port
        site.terminate()


def wait_for(port: int) -> None:
    deadline = time.monotonic() + 60
    while get(port, "/")[0] != 200:
        assert time.monotonic() < deadline


def get(port: int, path: str) -> tuple[int, str]:
    with closing(HTTPConnection("127.0.0.1", port, timeout=30)) as connection:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.read().decode("utf-8", "replace")


def test_a_site_is_served_from_what_was_installed(served: int) -> None:
    status, home = get(served, "/?lang=de")
    assert status == 200
    assert 'lang="de"' in home
    stylesheet = home.partition('rel="stylesheet" href="')[2].partition('"')[0]
    assert get(served, stylesheet)[0] == 200
    for path in ("/about", "/latest", "/admin/sign-in", stylesheet.replace("threadleaf.css", "desk.css")):
        assert get(served, path)[0] == 200
    assert get(served, "/nothing-here")[0] == 404
