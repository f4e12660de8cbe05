"""What X's terms leave of a thread for programs."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from msgspec.json import encode
from msgspec.structs import replace

from threadleaf.core import terms
from threadleaf.core.assemble import assemble
from threadleaf.core.identity import everything
from threadleaf.core.model import Author, Conversation, Note, Part, Post, Quote, Thread

DAY = datetime(2026, 11, 3, tzinfo=UTC)
PEOPLE = tuple(
    Author(id=str(n), network="x", handle=f"h{n}", name=f"Name {n}", url=f"https://x.com/h{n}", bio="b") for n in (7, 8)
)


def post(number: int, to: int | None = None, *, by: int = 7, **more: object) -> Post:
    told = {"text": f"Words {number}.", "created": DAY, "url": f"https://x.com/h{by}/status/{number}", **more}
    return Post(id=str(number), author=str(by), parent=str(to) if to else None, root="1", **told)  # type: ignore[arg-type]


def thread() -> Thread:
    posts = (
        post(1),
        post(2, 1, quote=Quote(id="90", author="8")),
        post(3, 1, quote=Quote(id="", state="hidden")),
        post(4, 2, by=8),
        post(5, 4),
    )
    seen = Conversation(network="x", anchor="1", posts=posts, authors=PEOPLE, quoted=(post(90, by=8),))
    made = assemble(seen)
    return replace(made, parts=(Part(id="1", where="here"), Part(id="99", url="https://x.com/h7/status/99", title="W")))


def test_ids_and_addresses_are_left_and_a_note_says_so() -> None:
    bare = terms.bare(thread())
    told = encode(bare)
    for word in (b"Words", b"Name", b"h7", b"2026-11-03"):
        assert word not in told
    assert [p.id for p in everything(bare)] == [p.id for p in everything(thread())]
    assert {p.url for p in everything(bare)} == {f"https://x.com/i/status/{p.id}" for p in everything(bare)}
    assert bare.completeness.notes[-1] == Note(kind="x-terms")
    assert (bare.author.url, bare.author.name) == ("https://x.com/i/user/7", "x.com/i/user/7")
    assert [part.url for part in bare.parts] == ["https://x.com/i/status/1", "https://x.com/i/status/99"]


def test_what_is_quoted_is_an_address_if_it_is_named() -> None:
    quotes = [p.quote for p in everything(terms.bare(thread())) if p.quote]
    assert {(quote.id, quote.url) for quote in quotes} == {("90", "https://x.com/i/status/90"), ("", "")}


def test_somebody_without_a_number_has_no_address() -> None:
    assert terms.account("") == ""


@pytest.mark.parametrize("network", ["bsky", "fedi", "page", "file", "nostr"])
def test_the_terms_are_those_of_x_alone(network: str) -> None:
    assert terms.is_bound("x")
    assert not terms.is_bound(network)
