"""What is written down twice says the same thing twice."""

import re
import tomllib
from itertools import pairwise
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
EXTRAS = PROJECT["optional-dependencies"]
LOCKS = ("base", "serve", "test", "all")


def declared(lines: list[str]) -> set[tuple[str, str]]:
    """Names and markers, without versions."""
    requirements = [Requirement(line) for line in lines]
    return {(requirement.name, str(requirement.marker)) for requirement in requirements}


def read(name: str) -> list[str]:
    lines = (ROOT / "requirements" / f"{name}.in").read_text("utf-8").splitlines()
    return [line for line in lines if line and not line.startswith(("#", "-r "))]


def test_base_requirements_are_the_dependencies_of_the_package() -> None:
    assert declared(read("base")) == declared(PROJECT["dependencies"])


def test_serve_requirements_are_the_extras_of_the_package() -> None:
    assert declared(read("serve")) == declared(EXTRAS["serve"] + EXTRAS["postgres"])


@pytest.mark.parametrize("name", LOCKS)
def test_locks_hold_no_addresses(name: str) -> None:
    assert not re.findall(
        r"://|--(?:extra-)?index|--find-links", (ROOT / f"requirements/{name}.txt").read_text("utf-8")
    )


@pytest.mark.parametrize("name", LOCKS)
def test_locks_have_what_was_asked_for(name: str) -> None:
    locked = set(
        re.findall(r"^([\w.-]+)(?:\[\w+\])?==", (ROOT / f"requirements/{name}.txt").read_text("utf-8"), re.MULTILINE)
    )
    assert {asked.replace("_", "-") for asked, _ in declared(read(name))} <= locked


def test_locks_agree() -> None:
    """A larger lock holds every pin of a smaller one, so one environment serves all."""
    pins = [
        set(re.findall(r"^[^\s;]+==\S+", (ROOT / f"requirements/{name}.txt").read_text("utf-8"), re.MULTILINE))
        for name in LOCKS
    ]
    for smaller, larger in pairwise(pins):
        assert smaller <= larger


def test_every_dependency_has_its_reason() -> None:
    reasons = (ROOT / "docs/decisions.md").read_text("utf-8")
    for name in LOCKS:
        for dependency, _ in declared(read(name)):
            assert f"**{dependency}**" in reasons, f"{dependency} has no paragraph in docs/decisions.md"
