"""A machine translation: what the operator's translator is asked, and what is made of its answers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial

import pytest

from tests.support import libretranslate
from tests.support.libretranslate import FakeLibreTranslate
from threadleaf.core.errors import NotNow
from threadleaf.core.model import Conversation
from threadleaf.fetch.door import Door
from threadleaf.fetch.drive import drive
from threadleaf.fetch.policy import Policy
from threadleaf.service import Threadleaf
from threadleaf.service.translating import Translator, translated
from threadleaf.wire import Answer, Refused, Reply, Request, Steps

NOW = datetime(2026, 5, 3, tzinfo=UTC)
BY = Translator(origin="https://translate.example.org")


def told(status: int, body: bytes = b'{"translatedText": "Guten Tag."}') -> Answer:
    return Answer(status=status, body=body, at=NOW)


def network(reply: Reply, asked: list[Request]) -> Callable[[Steps], Conversation]:
    """A network on which everything is answered by one thing."""

    def fetch(steps: Steps) -> Conversation:
        asked.extend(next(steps))
        try:
            steps.send((reply,))
        except StopIteration as end:
            return end.value  # type: ignore[no-any-return]
        raise AssertionError("One question is enough.")

    return fetch


def test_the_translator_is_asked_for_the_readers_language_and_nothing_else_is_told() -> None:
    asked: list[Request] = []
    assert translated(network(told(200), asked), BY, "Good day.", "zh-Hans") == "Guten Tag."
    (request,) = asked
    assert (request.method, request.url, request.credential) == ("POST", "https://translate.example.org/translate", "")
    assert request.body == b'{"q":"Good day.","source":"auto","target":"zh","format":"text"}'


def test_a_key_is_sent_where_one_is_set() -> None:
    asked: list[Request] = []
    translated(network(told(200), asked), Translator(origin=BY.origin, key="secret-1"), "Good day.", "de")
    assert b'"api_key":"secret-1"' in asked[0].body


@pytest.mark.parametrize(
    ("reply", "sentence"),
    [
        (told(400), "cannot translate this post"),
        (told(413), "cannot translate this post"),
        (told(403), "does not answer"),
        (told(500), "does not answer"),
        (told(200, b"<html>"), "does not answer"),
        (told(200, b'{"translatedText": 5}'), "does not answer"),
        (Refused(kind="network"), "does not answer"),
    ],
)
def test_what_stands_in_the_way_is_said(reply: Reply, sentence: str) -> None:
    with pytest.raises(NotNow, match=sentence):
        translated(network(reply, []), BY, "Good day.", "de")


def test_without_a_network_there_is_no_translation() -> None:
    with pytest.raises(NotNow, match="no network"):
        Threadleaf(None, None, lambda: NOW).translated(BY, "Good day.", "de")


# --- through the door, to a fake of LibreTranslate ------------------------------------------------------------------


@pytest.fixture
def fake() -> Iterator[FakeLibreTranslate]:
    with libretranslate.running() as made:
        yield made


def service(*allowed: FakeLibreTranslate) -> Threadleaf:
    door = Door(contact="", policy=Policy(allow=frozenset(("127.0.0.1", one.port) for one in allowed)))
    return Threadleaf(None, partial(drive, door=door, clock=lambda: NOW), lambda: NOW)


def test_a_post_goes_through_the_door_and_comes_back_translated(fake: FakeLibreTranslate) -> None:
    fake.key, fake.says = "secret-1", {"Good day. 🧵": "Guten Tag. 🧵"}
    by = Translator(origin=fake.origin, key="secret-1")
    assert service(fake).translated(by, "Good day. 🧵", "de") == "Guten Tag. 🧵"
    assert len(fake.asked) == 1


@pytest.mark.parametrize("status", [429, 500])
def test_a_translator_that_will_not_is_asked_once(fake: FakeLibreTranslate, status: int) -> None:
    fake.status = status
    with pytest.raises(NotNow):
        service(fake).translated(Translator(origin=fake.origin), "Good day.", "de")
    assert len(fake.asked) == 1


def test_a_translator_at_an_address_that_is_not_allowed_is_not_asked(fake: FakeLibreTranslate) -> None:
    with pytest.raises(NotNow):
        service().translated(Translator(origin=fake.origin), "Good day.", "de")
    assert fake.asked == []
