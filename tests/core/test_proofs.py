"""What proves a claim, and which reason is told if nothing does. The forged proofs are played in `tests.support.proofs`."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from threadleaf.core.proofs import PREFIX, Claim, Page, Seen, Verdict, Way, verdict

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
CODE = PREFIX + "a2" * 13
ANN = "did:plc:ann"
CLAIM = Claim(network="bsky", author=ANN, code=CODE, issued=NOON)
GOOD = Page(
    address="https://ann.example/me",
    answered="https://ann.example/me",
    author=ANN,
    listed=("https://ann.example/me",),
    names=("https://bsky.app/profile/did:plc:ann",),
    links=("https://bsky.app/profile/did:plc:ann",),
    codes=(CODE,),
)


def seen(text: str = CODE, way: Way = "post", **more: Any) -> Seen:
    return Seen(way=way, **({"author": ANN, "text": text} | more))


@pytest.mark.parametrize("way", ["post", "embed", "mention"])
@pytest.mark.parametrize("text", [CODE, f" {CODE}\n", f"@bot {CODE}", f"@bot.example\n@ann {CODE}"])
def test_a_post_that_holds_nothing_else_proves(way: Way, text: str):
    assert verdict(CLAIM, [seen(text, way)]) == Verdict(way)


@pytest.mark.parametrize("way", ["profile", "record"])
def test_in_a_profile_other_words_may_stand(way: Way):
    assert verdict(CLAIM, [seen(f"Mills and tides.\n{CODE} #mills", way)]) == Verdict(way)


@pytest.mark.parametrize(
    ("one", "why"),
    [
        (seen("Hello."), "absent"),
        (seen(f"{CODE}."), "absent"),
        (seen(f"@{CODE}"), "absent"),
        (seen(""), "absent"),
        (seen(f"{CODE} {CODE}"), "among-words"),
        (seen(f"{CODE} @bot"), "among-words"),
        (seen(author="did:plc:mal"), "other-account"),
        (seen(author=""), "other-account"),
        (seen(visibility="direct"), "not-public"),
        (seen(moved=True), "moved"),
        (seen(edited=True), "edited"),
        (seen(created=NOON - timedelta(hours=1, seconds=1)), "older"),
        (seen(made=NOON - timedelta(hours=1, seconds=1)), "older"),
        (replace(GOOD, codes=()), "absent"),
        (replace(GOOD, author="did:plc:mal"), "other-account"),
        (replace(GOOD, answered="https://ann.example/"), "redirected"),
        (replace(GOOD, address="http://a.example", answered="http://a.example"), "redirected"),
        (replace(GOOD, listed=("https://ann.example/",)), "one-way"),
        (replace(GOOD, links=()), "one-way"),
        (replace(GOOD, names=("http://a",), links=("http://a",)), "one-way"),
        (replace(GOOD, moved=True), "moved"),
    ],
)
def test_what_proves_nothing_has_its_reason(one: Seen | Page, why: str):
    assert verdict(CLAIM, [one]) == Verdict(None, why)


def test_a_clock_may_be_an_hour_behind():
    late = NOON - timedelta(hours=1)
    assert verdict(CLAIM, [seen(created=late, made=late, visibility="unlisted")]) == Verdict("post")


def test_a_page_proves():
    assert verdict(CLAIM, [GOOD]) == Verdict("page")


def test_one_proof_among_other_things_is_enough_and_else_the_best_reason_is_told():
    assert verdict(CLAIM, [seen("Hello."), seen(edited=True), seen()]) == Verdict("post")
    assert verdict(CLAIM, [seen("Hello."), seen(edited=True)]) == Verdict(None, "edited")
    assert verdict(CLAIM, []) == Verdict(None, "absent")
