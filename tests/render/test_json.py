"""The JSON form is the model, documented and described by a schema."""

from typing import get_args

import msgspec
import pytest
from jsonschema import Draft202012Validator

from tests.render.build import everything, post, thread
from tests.render.samples import ROOT, names, sample
from threadleaf import render
from threadleaf.core.model import Completeness, Network, QuoteState, Reason, SpanKind, State, Thread
from threadleaf.render._json import schema

DOCUMENT = (ROOT / "docs" / "json.md").read_text(encoding="utf-8")
VALIDATOR = Draft202012Validator(schema())


def test_the_json_is_the_thread():
    one = everything()
    assert msgspec.json.decode(render.json(one), type=Thread) == one


def test_all_keys_of_the_top_level_are_always_there():
    keys = list(msgspec.json.decode(render.json(thread(post(1)))))
    assert keys == [field.name for field in msgspec.structs.fields(Thread)]
    assert {
        "version", "ref", "author", "posts", "branches", "replies_by_author", "context", "gaps", "counters",
        "completeness", "parts", "article",
    } <= set(keys)  # fmt: skip


def test_the_schema_is_a_schema():
    Draft202012Validator.check_schema(schema())


@pytest.mark.parametrize("name", names())
def test_every_sample_fits_the_schema(name):
    VALIDATOR.validate(msgspec.json.decode(render.json(sample(name))))


def test_a_thread_without_a_key_of_the_top_level_does_not_fit():
    form = msgspec.json.decode(render.json(thread(post(1))))
    del form["gaps"]
    assert not VALIDATOR.is_valid(form)


@pytest.mark.parametrize("kind", [Thread, Completeness])
def test_the_document_names_every_key(kind):
    for field in msgspec.structs.fields(kind):
        assert f"`{field.name}`" in DOCUMENT, field.name


@pytest.mark.parametrize("words", [SpanKind, Reason, State, QuoteState, Network])
def test_the_document_names_every_word_of_the_form(words):
    for word in get_args(words):
        assert f"`{word}`" in DOCUMENT, word
