"""Wherever the site shows a name it says what in it may deceive, and what others wrote turns nothing of ours."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace
from starlette.testclient import TestClient

from tests.store.build import NOON, author, draft, post, talk
from threadleaf.config import Settings
from threadleaf.core.model import Ref
from threadleaf.service import Threadleaf
from threadleaf.store import open_store
from threadleaf.web import languages, shell
from threadleaf.web.app import create_app
from threadleaf.web.threads import file_name, renderer

SAID = "This name mixes letters of several alphabets: P, y, a, l (Latin); а (Cyrillic)."
ORIGIN = "https://leaf.example"
SETTINGS = Settings(public_origin=ORIGIN, contact="mailto:a@leaf.example", takedown="Write to us.", operator="A")


@pytest.fixture
def client(tmp_path: Path) -> Iterator[TestClient]:
    """A site that keeps one thread, by somebody with a doubtful name."""
    with open_store(tmp_path / "kept.sqlite3") as store:
        kept = talk(post(1, text="The mill\u202e stands still."), authors=(replace(author(), name="P\u0430yPal"),))
        assert store.save(draft(kept))
        service = Threadleaf(store, None, lambda: NOON, renderer(SETTINGS))
        yield TestClient(create_app(service, SETTINGS), base_url=ORIGIN)


@pytest.mark.parametrize(
    "path",
    [
        *("/", "/latest", "/author/bsky/did:plc:ann", "/search?q=mill", "/search?q=P\u0430yPal"),
        *("/t/bsky/did:plc:ann/3k1", "/embed/t/bsky/did:plc:ann/3k1", "/t/bsky/did:plc:ann/3k1.txt"),
    ],
)
def test_a_doubtful_name_is_told_of(client: TestClient, path: str):
    if "/t/" in path:
        path = path.replace("/t/bsky/did:plc:ann/3k1", client.get("/api/v1/threads").json()["threads"][0]["path"])
    text = client.get(path).text
    assert SAID in text
    assert "\u202e" not in text.partition("<article")[0]  # nowhere in what is ours, nor in attributes


def test_a_sentence_with_somebodys_words_turns_nothing():
    sentence = "The file \u202ex.json cannot be read."
    assert "The file x.json cannot be read." in shell.message("That cannot be read", sentence)
    assert languages.told(sentence) == "The file x.json cannot be read."
    with languages.speaking(languages.Choice("de")):
        told = languages.told(sentence)
        assert told == '<span lang="en" dir="ltr">The file x.json cannot be read.</span>'
        assert told in shell.message("That cannot be read", told)


def test_the_name_of_a_file_has_latin_letters_only():
    ref = Ref("bsky", "at://p\u0430y\u202e.example/app.bsky.feed.post/3k\u200b1")
    assert file_name(ref) == "threadleaf-bsky-p-y-example-3k-1"
    assert file_name(ref, "3k2") == "threadleaf-bsky-p-y-example-3k-1-3k2"
