"""Calls to our bot: by structure, in every language of the interface, and never by a substring."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from threadleaf.core.calls import Call, anchor, is_call, read
from threadleaf.core.model import Media, Poll, Post, Quote, Ref, Span

BOT = "https://bsky.app/profile/did:plc:bot"
POST = "https://bsky.app/profile/ann.example/post/3kbi55xm6u62v"
AT = "at://ann.example/app.bsky.feed.post/3kbi55xm6u62v"


def said(words: str, *, link: str = "", **more: object) -> Post:
    """A post that mentions the bot and says this, with an address behind it."""
    text = f"@bot.example {words}"
    spans = [Span(start=0, end=12, kind="mention", value=BOT)]
    if link:
        start = len(text) + 1
        text = f"{text} {link[:20]}…"
        spans.append(Span(start=start, end=len(text), kind="link", value=link))
    return Post(id="call", author="asker", text=text, spans=tuple(spans), **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("words", "word"),
    [
        ("unroll", "unroll"),
        ("UNROLL!", "unroll"),
        ("please unroll this thread, thanks 🙏", "unroll"),
        ("bitte entrollen", "unroll"),
        ("Déroule ce fil stp", "unroll"),
        ("desenrolla este hilo, por favor", "unroll"),
        ("Разверни, пожалуйста", "unroll"),
        ("请展开", "unroll"),
        ("展開してください。", "unroll"),
        ("رتبها من فضلك", "unroll"),
        ("unroll private", "unroll private"),
        ("unroll privately please", "unroll private"),
        ("bitte abrollen privat", "unroll private"),
        ("forget", "forget"),
        ("Forget this, please.", "forget"),
        ("forget all", "forget all"),
        ("opt out", "opt out"),
        ("Opt-out!", "opt out"),
        ("allow", "allow"),
        ("help?", "help"),
    ],
)
def test_a_call_is_understood_in_every_language(words: str, word: str) -> None:
    assert read(said(words)) == Call(word)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "words",
    [
        "",
        "please",
        "I want to unroll my sleeping bag",
        "unroll or not?",
        "unroll unroll",
        "unrolled",
        "unroll forget",
        "forget me not",
        "all",
        "out opt",
        "never forget all this",
        "help me with this",
        "unroll " + "please " * 60,
    ],
)
def test_a_sentence_that_happens_to_hold_the_word_is_none(words: str) -> None:
    assert read(said(words)) is None


def test_without_a_mention_or_with_a_picture_or_a_poll_it_is_none() -> None:
    assert read(Post(id="1", author="a", text="unroll")) is None
    assert read(said("unroll", media=(Media(kind="image"),))) is None
    assert read(said("unroll", poll=Poll(options=()))) is None


def test_a_tag_is_a_word_like_any_other() -> None:
    text = "@bot.example unroll #birds"
    spans = (Span(start=0, end=12, kind="mention", value=BOT), Span(start=20, end=26, kind="tag", value="birds"))
    assert read(Post(id="1", author="a", text=text, spans=spans)) is None


def test_one_address_may_stand_in_it() -> None:
    assert read(said("unroll", link=POST)) == Call("unroll", POST)
    assert read(said(f"unroll {POST}")) == Call("unroll", POST)
    assert read(said(f"unroll {POST}", link=POST + "2")) is None


def test_what_is_meant_is_the_address_then_the_quoted_post_then_the_one_answered() -> None:
    quote = Quote(id="at://did:plc:b/app.bsky.feed.post/3kb")
    both = said("unroll", parent="at://parent", quote=quote)
    assert anchor(Call("unroll", POST), both, "bsky") == Ref("bsky", AT)
    assert anchor(Call("unroll"), both, "bsky") == Ref("bsky", quote.id)
    assert anchor(Call("unroll"), said("unroll", parent="at://parent"), "bsky") == Ref("bsky", "at://parent")
    assert anchor(Call("unroll"), said("unroll", quote=Quote(id="")), "bsky") is None
    assert anchor(Call("unroll", "https://example.org/"), both, "bsky") is None


@given(st.lists(st.sampled_from(["unroll", "please", "thread", "thanks", "thank", "you", "hi", "private", "word"])))
def test_what_assembly_takes_for_a_call_is_read_as_one(words: list[str]) -> None:
    post = said(" ".join(words))
    if is_call(post) and words.count("unroll") == 1 and "private" not in words:
        assert read(post) == Call("unroll")
    if "word" in words:
        assert read(post) is None
