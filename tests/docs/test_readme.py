"""What the README shows is run."""

import doctest
import os
import re
from pathlib import Path

import pytest

from threadleaf.cli.tree import COMMANDS

ROOT = Path(__file__).parent.parent.parent
README = ROOT / "README.md"


@pytest.fixture
def _in_the_checkout():
    before = Path.cwd()
    os.chdir(ROOT)
    yield
    os.chdir(before)


@pytest.mark.usefixtures("_in_the_checkout")
def test_every_python_example_of_the_readme_is_true():
    result = doctest.testfile(str(README), module_relative=False, encoding="utf-8")
    assert result.attempted >= 10
    assert result.failed == 0


def test_every_link_of_the_documents_leads_to_a_file():
    for document in (README, ROOT / "CONTRIBUTING.md", ROOT / "SECURITY.md", *sorted((ROOT / "docs").glob("*.md"))):
        for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", document.read_text("utf-8")):
            assert (document.parent / target).exists(), f"{document.name}: {target}"


def test_every_command_of_the_readme_exists():
    known = set(COMMANDS)
    named = set(re.findall(r"^threadleaf (\w+)", README.read_text("utf-8"), re.MULTILINE))
    assert named <= known
    targets = set(re.findall(r"^make ([\w-]+)", README.read_text("utf-8"), re.MULTILINE))
    assert all(re.search(rf"^{target}:", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE) for target in targets)
