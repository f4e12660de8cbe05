"""Finding threads: what the service adds to what the store finds."""

from __future__ import annotations

import pytest

from tests.service.conftest import Instance
from tests.store.build import NOON, line, post, talk
from threadleaf.core.errors import BadQuery, NotFound, StoreError
from threadleaf.core.model import Span
from threadleaf.service import Threadleaf


def unrolled(instance: Instance, number: int, *, who: str = "ann", visibility: str = "listed") -> None:
    seen = talk(*line(number, number + 1, author=who, langs=("en-GB",)))
    instance.says(seen).unroll(seen.posts[0].url, save=visibility)  # type: ignore[arg-type]


def test_a_search_names_authors_too_if_it_is_for_words_alone(instance: Instance) -> None:
    unrolled(instance, 1)
    unrolled(instance, 10, who="annette", visibility="unlisted")
    service = instance.service
    found = service.search("ann")
    assert [hit.saved.author_handle for hit in found.hits] == ["ann.example"]
    assert [person.handle for person in found.people] == ["ann.example"]
    assert [person.handle for person in service.search("ann", visibility=None).people] == [
        "annette.example",
        "ann.example",
    ]
    assert service.search("ann from:ann").people == ()
    assert service.search("ann", start=1).people == ()
    assert service.search("words", order="relevance").total == 1


def test_a_search_that_means_nothing_is_answered_with_a_sentence(instance: Instance) -> None:
    with pytest.raises(BadQuery):
        instance.service.search("nowhere:x")


def test_a_list_may_be_of_one_network_and_language(instance: Instance) -> None:
    unrolled(instance, 1)
    service = instance.service
    assert len(service.list(network="bsky", lang="en-US")) == 1
    assert service.list(lang="ru") == service.list(network="x") == ()


def test_an_author_has_a_list_and_a_stranger_has_none(instance: Instance) -> None:
    unrolled(instance, 1)
    unrolled(instance, 10, visibility="private")
    person, listing = instance.service.author("bsky", "@ann.example")
    assert (person.id, person.threads, listing.total, len(listing.pages)) == ("did:plc:ann", 1, 1, 1)
    assert instance.service.author("bsky", "did:plc:ann", visibility=None)[1].total == 2
    with pytest.raises(NotFound) as caught:
        instance.service.author("fedi", "ann.example")
    assert caught.value.sentence == "Nothing by this author is listed here."


def test_a_topic_is_a_tag_that_is_on_a_thread(instance: Instance) -> None:
    seen = talk(post(1, text="#Tides", spans=(Span(start=0, end=6, kind="tag", value="Tides"),)))
    instance.says(seen).unroll(seen.posts[0].url, save="listed")
    name, listing = instance.service.topic("tides")
    assert (name, listing.total) == ("Tides", 1)
    assert [topic.name for topic in instance.service.topics()] == ["Tides"]
    with pytest.raises(NotFound) as caught:
        instance.service.topic("mills")
    assert caught.value.sentence == "No thread with this tag is listed here."


def test_what_was_asked_for_is_counted_by_the_day(instance: Instance) -> None:
    unrolled(instance, 1)
    (saved,) = instance.service.list()
    instance.service.count_asked(saved)
    instance.later(days=6)
    assert instance.service.asked(7) == ((saved, 1),)
    instance.later(days=1)
    assert instance.service.asked(7) == ()
    assert instance.service.asked(30) == ((saved, 1),)
    instance.later(days=23)
    instance.service.count_asked(saved)
    assert instance.service.asked(30) == ((saved, 1),)


def test_without_a_database_nothing_is_found() -> None:
    with pytest.raises(StoreError):
        Threadleaf(None, None, lambda: NOON).search("mill")
