"""What sources say that they are doing, in the reader's language."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from threadleaf import sources
from threadleaf.render.tongue import ENGLISH
from threadleaf.web.purposes import said

ARROWS = replace(ENGLISH, code="de", text=lambda message: f"→ {message}")


def purposes() -> Iterator[str]:
    """Every text in the sources that says what is being done, with a number for each value."""
    for file in sorted(Path(str(sources.__file__)).parent.glob("*.py")):
        tree = ast.parse(file.read_text("utf-8"))
        pieces_of_others = {
            id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values
        }
        for node in ast.walk(tree):
            if id(node) in pieces_of_others:
                continue
            if isinstance(node, ast.JoinedStr):
                pieces = (str(part.value) if isinstance(part, ast.Constant) else "1,234" for part in node.values)
                text = "".join(pieces)
            elif isinstance(node, ast.Constant):
                text = str(node.value)
            else:
                continue
            if re.fullmatch(r"(?:Reading|Looking|Asking|Waiting) [^\n]*[^.\n]", text):
                yield text


@pytest.mark.parametrize("purpose", sorted(set(purposes())))
def test_whatever_a_source_does_can_be_said_in_every_language(purpose: str) -> None:
    shown = said(purpose, ARROWS)
    assert shown == f"→ {purpose}"
    assert said(purpose, ENGLISH) == purpose


def test_there_are_some() -> None:
    assert len(set(purposes())) > 15


def test_numbers_are_written_as_the_language_does() -> None:
    assert said("Reading posts 41–60 of 1,120", replace(ENGLISH, number=lambda n: f"<{n}>")) == (
        "Reading posts <41>–<60> of <1120>"
    )


def test_what_is_not_known_stays_as_it_is() -> None:
    assert said("Reading tea leaves", ARROWS) == "Reading tea leaves"
