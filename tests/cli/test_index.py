"""`threadleaf index`."""

from __future__ import annotations

import pytest

from tests.cli.conftest import ADDRESS, Line
from tests.support.public import ENVIRON, ORIGIN

PATH = "/t/bsky/did:plc:aliceaaaaaaaaaaaaaaaaaaa/3kbi55xm6u62v"


@pytest.fixture
def site(line: Line) -> Line:
    """The command line of a site for others, with one listed thread."""
    line.environ |= ENVIRON
    assert line("unroll", "--save", "--visibility", "listed", ADDRESS).code == 0
    return line


def test_the_operator_says_it_of_one_thread_and_takes_it_back(site: Line) -> None:
    silent = site("index", ADDRESS)
    assert (silent.code, silent.err) == (0, "")
    assert silent.out == (
        f"{PATH}\nSearch engines and feeds are not told of it: the settings say so (`search_engines = false`).\n"
    )
    assert site("index", ADDRESS, "yes").out.endswith("may tell of it, as you said.\n")
    assert site("index", PATH, "no").out.endswith("are not told of it, as you said.\n")
    assert site("index", ADDRESS, "settings").out == silent.out


def test_an_address_of_the_site_names_the_page_with_any_suffix(site: Line) -> None:
    for given in (f"{ORIGIN}{PATH}", f"{ORIGIN}{PATH}.md?view=posts#p2"):
        assert site("index", given).out.startswith(f"{PATH}\n")
    assert site("show", f"{ORIGIN}{PATH}").code == 0
    elsewhere = site("show", f"https://elsewhere.example{PATH}")
    assert (elsewhere.code, "is not the address of a post" in elsewhere.err) == (2, True)
    assert site("refresh", f"{ORIGIN}{PATH}").err.startswith(f"{PATH}: ")
    assert site("remove", f"{ORIGIN}{PATH}", "--reason", "author", "--yes").err == f"Taken down: {PATH}\n"


def test_what_is_not_kept_is_not_found(site: Line) -> None:
    said = site("index", "https://bsky.app/profile/alice.example.com/post/3kzzzzzzzzzzz", "yes")
    assert said.code == 1
    assert "There is no page of this here." in said.err


def test_on_a_personal_instance_it_is_said_that_nobody_else_sees_it(line: Line) -> None:
    line("unroll", "--save", ADDRESS)
    assert "nobody but you sees it" in line("index", ADDRESS, "yes").err
