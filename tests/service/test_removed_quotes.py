"""Posts of a thread that was taken down are not shown where others quote or answer them."""

from __future__ import annotations

from msgspec.structs import replace

from tests.service.conftest import Instance
from tests.store.build import NOON, line, post, ref, talk, uri
from threadleaf.core.model import Conversation, Quote


def quoting(read_at: object = NOON) -> Conversation:
    """Bob quotes the second post of Ann's thread."""
    quote = Quote(id=uri(2), author="did:plc:ann")
    bobs = (post(7, author="bob", quote=quote), post(8, uri(7, "bob"), author="bob"))
    return replace(talk(*bobs), quoted=(post(2, uri(1)),), read_at=read_at)


def words(instance: Instance, path: str) -> str:
    return repr(instance.service.read(path).thread)


def test_a_quote_of_what_was_taken_down_is_a_placeholder_everywhere(instance: Instance) -> None:
    instance.says(talk(*line(1, 2))).unroll(ref(1), save="listed")
    path = instance.says(quoting()).unroll(ref(7, "bob"), save="listed").path
    assert "Words of 2 by ann." in words(instance, path)
    instance.service.remove(ref(1), "author")
    assert "Words of 2 by ann." not in words(instance, path)
    (quote,) = [post.quote for post in instance.service.read(path).thread.posts if post.quote]
    assert quote.state == "opted-out"
    again = instance.says(quoting(instance.later(hours=1))).unroll(ref(8, "bob"), save="listed")
    assert "Words of 2 by ann." not in repr(again.thread)


def test_a_quote_of_what_its_author_took_back_comes_back_with_it(instance: Instance) -> None:
    mine = instance.says(talk(*line(1, 2))).unroll(ref(1), save="listed").saved
    path = instance.says(quoting()).unroll(ref(7, "bob"), save="listed").path
    assert instance.store is not None
    assert mine is not None
    instance.store.withdraw(mine, "network", NOON)
    assert "Words of 2 by ann." not in words(instance, path)
    instance.says(talk(*line(1, 2), read_at=instance.later(hours=1))).unroll(ref(1), save="listed")
    assert "Words of 2 by ann." not in words(instance, path), "nothing of it was kept there"
    instance.says(quoting(instance.later(hours=1))).unroll(ref(7, "bob"), save="listed")
    assert "Words of 2 by ann." in words(instance, path)
