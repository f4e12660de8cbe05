"""What the bot says: short enough, in every language, with the address in full."""

from __future__ import annotations

import pytest

from threadleaf.bot import words
from threadleaf.core.errors import Refused
from threadleaf.render.tongue import ENGLISH, Tongue
from threadleaf.web.languages import NAMES, tongue

LINK = "https://threads.example.org/t/bsky/did:plc:aliceaaaaaaaaaaaaaaaaaaa/3kbi55xm6u62v"


@pytest.mark.parametrize("code", NAMES)
def test_all_of_it_fits_and_holds_the_whole_address(code: str) -> None:
    say: Tongue = tongue(code)
    said = [
        words.answer(say, LINK, complete=True),
        words.answer(say, LINK, complete=False),
        words.note(say, LINK, private=True),
        words.note(say, LINK, private=False),
    ]
    assert len(set(said)) == 4
    for text in said:
        assert LINK in text
        assert text != LINK
    told = words.help(say, "https://threads.example.org")
    assert "https://threads.example.org/" in told
    assert all(word in told for word in ("unroll", "forget", "opt out", "allow"))
    for text in (*said, told, words.refusal(say, "nothing named")):
        assert len(text) <= words.LONGEST
        assert len(text.encode()) <= 3000


def test_an_address_that_leaves_no_room_stands_alone_and_is_never_cut() -> None:
    long = LINK + "a" * words.LONGEST
    assert words.answer(ENGLISH, long, complete=True) == long


def test_a_no_says_why() -> None:
    assert words.refusal(ENGLISH, Refused("The author does not want it.")) == "The author does not want it."
    assert "which thread" in words.refusal(ENGLISH, "nothing named")
