"""Why search engines are told of a page, or not, in the operator's words."""

from __future__ import annotations

from typing import Any

import pytest

from threadleaf.service.indexing import Told, explained

SHUT = "Search engines and feeds are not told of it"


def page(**more: Any) -> Told:
    told = {"path": "/t/x/1", "listed": True, "wish": False, "author": None, "operator": None} | more
    return Told(**told)


@pytest.mark.parametrize(
    ("told", "unsaid", "sentence"),
    [
        (page(listed=False, author=True), True, f"{SHUT}: it is not in lists."),
        (page(wish=True, author=True), True, f"{SHUT}: somebody in it asks not to be found."),
        (page(author=True, operator=False), False, "Search engines and feeds may tell of it, as its author says."),
        (page(author=False, operator=True), True, f"{SHUT}, as its author says."),
        (page(operator=True), False, "Search engines and feeds may tell of it, as you said."),
        (page(operator=False), True, f"{SHUT}, as you said."),
        (page(), True, "Search engines and feeds may tell of it: the settings say so (`search_engines = true`)."),
        (page(), False, f"{SHUT}: the settings say so (`search_engines = false`)."),
    ],
)
def test_what_counts_is_said_with_its_reason(told: Told, unsaid: bool, sentence: str):
    assert explained(told, unsaid=unsaid) == sentence
