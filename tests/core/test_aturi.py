"""The syntax of the AT Protocol's names, against the protocol's own vectors and at the edges."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from threadleaf.core.ref import (
    int_to_tid,
    is_at_uri,
    is_did,
    is_handle,
    is_nsid,
    is_record_key,
    is_tid,
    previous_tid,
    tid_to_int,
)

CHECKS: dict[str, Callable[[str], bool]] = {
    "aturi": is_at_uri,
    "did": is_did,
    "handle": is_handle,
    "nsid": is_nsid,
    "recordkey": is_record_key,
    "tid": is_tid,
}


def lines(file: Path) -> list[str]:
    return [line for line in file.read_text("utf-8").split("\n") if line and not line.startswith("# ")]


@pytest.mark.parametrize("name", CHECKS)
def test_the_protocols_own_vectors_are_judged_as_it_judges_them(name: str, shared: Path) -> None:
    folder = shared / "vectors" / "atproto-interop" / "syntax"
    valid, invalid = lines(folder / f"{name}_syntax_valid.txt"), lines(folder / f"{name}_syntax_invalid.txt")
    assert valid
    assert invalid
    assert [text for text in valid if not CHECKS[name](text)] == []
    assert [text for text in invalid if CHECKS[name](text)] == []


@pytest.mark.parametrize(
    ("check", "good", "bad"),
    [
        (
            is_handle,
            ["alice.test", "A.B", "xn--ls8h.test"],
            ["alice", "a..b", "alice.test.", "-a.test", "a.1b", "ä.test"],
        ),
        (
            is_did,
            ["did:plc:abc", "did:web:a.example"],
            ["did:plc:", "DID:plc:abc", "did:plc:a:", "did:plc:a%", "plc:a"],
        ),
        (is_nsid, ["app.bsky.feed.post", "a.b.c"], ["a.b", "1a.b.c", "a.b.3", "a.b.c-d", "a..c", "a" * 300 + ".b.c"]),
        (is_record_key, ["self", "~1.2-3_", "..."], ["", ".", "..", "a b", "a" * 513]),
        (is_tid, ["3jzfcijpj2z2a"], ["3jzfcijpj2z2", "zzzzzzzzzzzzz", "3jzfcijpj2z2a\n"]),
        (
            is_at_uri,
            ["at://alice.test", "at://did:plc:a/app.bsky.feed.post", "at://alice.test/app.bsky.feed.post/self"],
            ["at://alice", "at:/alice.test", "at://alice.test/", "at://alice.test/a.b.c/d/e", "at://" + "a" * 9000],
        ),
    ],
)
def test_a_name_is_judged_by_its_whole_text(check: Callable[[str], bool], good: list[str], bad: list[str]) -> None:
    assert [text for text in good if not check(text)] == []
    assert [text for text in bad if check(text)] == []


def test_a_tid_tells_its_number() -> None:
    assert tid_to_int("2222222222222") == 0
    assert tid_to_int("2222222222223") == 1
    assert int_to_tid(2**64 - 1) == "jzzzzzzzzzzzz"


def test_the_listing_of_records_begins_just_before_a_tid() -> None:
    assert previous_tid("3kbi55xm6u62v") == "3kbi55xm6u62u"
    assert previous_tid("3kbi55xm6u622") == "3kbi55xm6u5zz"


def test_what_is_no_tid_has_no_number() -> None:
    with pytest.raises(ValueError, match="not a TID"):
        tid_to_int("self")
    with pytest.raises(ValueError, match="no TID for -1"):
        previous_tid("2222222222222")
    with pytest.raises(ValueError, match="no TID"):
        int_to_tid(2**64)
