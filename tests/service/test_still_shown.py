"""A thread that was read and is not kept, as it may be shown a while later."""

import pytest

from tests.service.conftest import Instance
from tests.store.build import NOON, line, ref, talk
from threadleaf.core.errors import Gone, Refused
from threadleaf.service import Threadleaf
from threadleaf.store.aliases import alias_of
from threadleaf.store.threads import Store


def test_it_is_shown_as_it_was(instance: Instance) -> None:
    thread = instance.says(talk(*line(1, 2))).unroll(ref(1)).thread
    assert instance.service.still_shown(thread) == thread


def test_it_is_not_shown_when_its_author_has_opted_out(instance: Instance) -> None:
    thread = instance.says(talk(*line(1, 2))).unroll(ref(1)).thread
    instance.service.opt_out("bsky", thread.author.id, "author")
    with pytest.raises(Refused):
        instance.service.still_shown(thread)


def test_it_is_not_shown_when_it_was_taken_down(instance: Instance, store: Store) -> None:
    service = instance.says(talk(*line(1, 2)))
    thread = service.unroll(ref(1), save="listed").thread
    store.remove([alias_of(ref(1))], "law", NOON)
    with pytest.raises(Gone):
        service.still_shown(thread)


def test_without_a_database_nobody_has_opted_out() -> None:
    service = Threadleaf(None, lambda steps: talk(*line(1, 2)), lambda: NOON)
    thread = service.unroll(ref(1)).thread
    assert service.still_shown(thread) == thread


def test_the_list_of_what_was_asked_for_is_that_of_the_database(instance: Instance, store: Store) -> None:
    assert instance.service.unrolls is store.unrolls
