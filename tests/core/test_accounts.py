"""Profiles as people paste them."""

import pytest

from threadleaf.core.accounts import Account, account
from threadleaf.core.errors import UnknownAddress

DID = "did:plc:adaadaadaadaadaadaadaada"


@pytest.mark.parametrize(
    ("text", "network", "name"),
    [
        ("https://bsky.app/profile/ada.example", "bsky", "ada.example"),
        (" HTTPS://bsky.app/profile/Ada.Example/ ", "bsky", "ada.example"),
        ("https://bsky.app/profile/ada.example?x=1#y", "bsky", "ada.example"),
        (f"https://bsky.app/profile/{DID}", "bsky", DID),
        (f"at://{DID}", "bsky", DID),
        (DID, "bsky", DID),
        ("@ada.example", "bsky", "ada.example"),
        ("ada.example", "bsky", "ada.example"),
        ("@ada@social.example", "fedi", "ada@social.example"),
        ("ada@Social.Example", "fedi", "ada@social.example"),
        ("https://social.example/@ada", "fedi", "ada@social.example"),
        ("https://social.example/users/ada.b/", "fedi", "ada.b@social.example"),
    ],
)
def test_an_account_is_named(text: str, network: str, name: str):
    assert account(text) == Account(network, name)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ada",
        "@ada",
        "did:web:host%3A80",
        "https://bsky.app/profile/ada.example/post/3k2",
        "https://social.example/@ada/123",
        "http://social.example/@ada",
        "https://social.example/",
        "at://ada.example/app.bsky.feed.post/3k2",
        "https://x.com/ada/status/20",
        "ada @ada@social.example",
    ],
)
def test_anything_else_is_none(text: str):
    assert account(text) is None


@pytest.mark.parametrize(
    "text", ["https://x.com/ada", "https://twitter.com/@ada/", "https://mobile.twitter.com/ada?s=1"]
)
def test_a_profile_on_x_says_nothing_for_good(text: str):
    with pytest.raises(UnknownAddress, match="address of a thread of yours"):
        account(text)
