"""Whoever asks is answered in their own language, if it is one of ours, and the answer says which that is."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import pytest

from tests.bot.test_bluesky import LINK, Bench
from tests.support.homeserver import HomeServer
from threadleaf.bot import words
from threadleaf.bot.mastodon import Mastodon
from threadleaf.bot.mouth import Mouth
from threadleaf.bot.network import Channel, Mention
from threadleaf.bot.x import X
from threadleaf.cli.bots import tongue
from threadleaf.wire import Scope


@dataclass
class Page:
    """What an answer names of a page."""

    path: str
    state: str = "complete"
    visibility: str = "unlisted"


ORIGIN = LINK.partition("/t/")[0]
PAGE: Any = Page(LINK.removeprefix(ORIGIN))


def asked(lang: str) -> Mention:
    bench = Bench()
    return bench.mention(langs=[lang] if lang else [])


def said(channel: Channel, lang: str, deed: str = "answer") -> dict[str, Any]:
    """What the network is told by whoever answers a call in a language."""
    bench = Bench()
    mouth = Mouth(channel, bench.talk, ORIGIN, tongue)
    mention = asked(lang)
    letter = getattr(mouth, deed)(mention, PAGE, mention.seen_at)
    told: dict[str, Any] = json.loads(letter.body)
    return told


@pytest.mark.parametrize(
    ("lang", "ours", "begins"),
    [
        ("", "en", "Here is the whole thread"),
        ("pl", "en", "Here is the whole thread"),
        ("de-AT", "de", "Hier steht der ganze Thread"),
        ("ar", "ar", ""),
        ("ja", "ja", ""),
        ("zh-CN", "zh-Hans", ""),
    ],
)
def test_the_answer_is_in_the_askers_language_and_says_so(lang: str, ours: str, begins: str) -> None:
    text = words.answer(tongue(ours), LINK, complete=True)
    assert text.startswith(begins)
    record = said(Bench().channel, lang)["record"]
    assert (record["text"], record["langs"]) == (text, [ours])
    status = said(Mastodon(HomeServer().origin), lang)
    assert status["language"] == ours.partition("-")[0]
    assert LINK in status["status"]
    assert status["status"].endswith(text)
    assert said(X(Scope()), lang)["text"].endswith(text)


def test_a_note_is_in_that_language_too() -> None:
    bench = Bench()
    bench.pds.may_chat = True
    mention = bench.mention(langs=["de"])
    letter = Mouth(bench.channel, bench.talk, ORIGIN, tongue).quietly(mention, PAGE, mention.seen_at)
    assert json.loads(letter.body)["message"]["text"] == words.note(tongue("de"), LINK, private=False)


def test_a_like_has_no_language() -> None:
    like = Mastodon(HomeServer().origin).compose("like", asked("de"), "", "", asked("de").seen_at, lang="")
    assert like.body == b""
