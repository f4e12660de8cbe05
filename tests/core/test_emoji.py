"""Custom emoji in names."""

import pytest

from threadleaf.core.emoji import emoji_in

LEAF = "https://moss.example/leaf.png"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (":leaf:", [":leaf:"]),
        ("Ada :leaf::leaf: x", [":leaf:", ":leaf:"]),
        ("12:leaf:30", []),
        ("a:leaf:", []),
        (":LEAF: :other: ::", []),
        ("", []),
    ],
)
def test_a_code_is_found_where_it_stands_alone_and_has_a_picture(text: str, found: list[str]):
    spans = emoji_in(text, {"leaf": LEAF, "other": "javascript:x"})
    assert [text[span.start : span.end] for span in spans] == found
    assert {(span.kind, span.value) for span in spans} <= {("emoji", LEAF)}


def test_without_pictures_nothing_is_found():
    assert emoji_in(":leaf:", {}) == ()
