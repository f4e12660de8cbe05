"""Texts that go out: they fit, their link stays whole, and nobody is tagged by them."""

import pytest

from threadleaf.bot.fitting import fitted, untagged

LINK = "https://a.example/b"


@pytest.mark.parametrize(
    ("text", "link", "room", "fits"),
    [
        ("One two three", "", 20, "One two three"),
        ("One two three", "", 9, "One two…"),
        ("One two, three", "", 10, "One two…"),
        ("苔苔苔苔", "", 3, "苔苔…"),
        (f"One two: {LINK}", LINK, 40, f"One two: {LINK}"),
        (f"One two: {LINK}", LINK, 25, f"One… {LINK}"),
        (f"One {LINK} behind it.", LINK, 33, f"One {LINK} behind…"),
        (f"One {LINK} behind it.", LINK, 24, f"{LINK}"),
        ("Onetwothree", "", 5, ""),
        (LINK, LINK, 5, LINK),
    ],
)
def test_a_text_is_shortened_behind_its_link_and_then_before_it(text, link, room, fits):
    assert fitted(text, link, room, len) == fits


@pytest.mark.parametrize(
    ("text", "link", "says"),
    [
        ("By @ada.", "", "By @\u2060ada."),
        ("By ＠ada and ada@moss.example", "", "By ＠\u2060ada and ada@moss.example"),
        ("5 @ 3", "", "5 @ 3"),
        (f"@a: {LINK}/@b", f"{LINK}/@b", f"@\u2060a: {LINK}/@b"),
        (f"{LINK}/@b", "", f"{LINK}/@b"),
    ],
)
def test_names_in_a_text_are_no_mentions(text, link, says):
    assert untagged(text, link) == says
