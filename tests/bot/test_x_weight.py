"""How X counts a text (twitter-text v3)."""

import pytest

from threadleaf.bot._x_weight import weight


@pytest.mark.parametrize(
    ("text", "weighs"),
    [
        ("", 0),
        ("moss", 4),
        ("Möß", 3),
        ("Mo\u0308os", 4),  # composed before it is counted
        ("мох", 3),
        ("苔", 2),
        ("こけ", 4),
        ("한국어", 6),
        ("“—”", 3),
        ("…", 2),
        ("′", 1),
        ("\u200b", 1),
        ("€", 2),
        ("©", 1),
        ("☃", 2),
        ("🌿", 2),
        ("👩‍👩‍👧", 2),
        ("👍🏽👍🏽", 4),
        ("🇵🇹", 2),
        ("🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f", 2),
        ("1\ufe0f\u20e3", 2),
        ("❤️", 2),
        ("https://threads.example/a/very/long/address/of/some/page", 23),
        ("Here: https://a.example", 29),
        ("HTTP://A.EXAMPLE and https://b.example", 51),
    ],
)
def test_weight(text, weighs):
    assert weight(text) == weighs
