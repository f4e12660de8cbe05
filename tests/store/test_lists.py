"""Lists: the latest of a network or a language, an author's, a topic's, what is asked for most."""

from __future__ import annotations

from datetime import date, timedelta

from tests.store.build import NOON, draft, post, talk
from tests.store.test_search import keep
from threadleaf.core.model import Author, Conversation, Post, Span
from threadleaf.store.aliases import alias_of
from threadleaf.store.lists import KEPT_DAYS
from threadleaf.store.records import Person, Topic
from threadleaf.store.threads import Store

TODAY = date(2026, 11, 28)


def fedi(store: Store, text: str) -> None:
    """Keep a thread of the fediverse, by somebody with the handle of another network's account."""
    who = Author(id="https://a.example/users/ann", network="fedi", handle="ann.example", name="Ann")
    only = Post(id="https://a.example/@ann/1", author=who.id, text=text, url="https://a.example/@ann/1", created=NOON)
    seen = Conversation(network="fedi", anchor=only.id, posts=(only,), authors=(who,), read_at=NOON)
    made = draft(seen)
    assert store.save(made)


def test_the_latest_of_one_network_or_language(store: Store) -> None:
    english, russian = keep(store, 1, "a", langs=("en-US",)), keep(store, 2, "б", langs=("ru",))
    fedi(store, "c")
    (other,) = store.list(1)
    assert other.network == "fedi"
    keep(store, 5, "a", langs=("en",), visibility="unlisted")
    quiet = keep(store, 6, "a", langs=("en",), quiet=True)
    assert store.list(9, network="bsky") == (russian, english)
    assert store.list(9, network="fedi") == (other,)
    assert store.list(9, lang="en") == (english,)
    assert store.list(9, network="bsky", lang="ru") == (russian,)
    assert store.list(9, network="fedi", lang="ru") == ()
    assert store.list(1, other.number, network="bsky") == (russian,)
    assert store.list(9, lang="en", visibility=None)[0] == quiet
    assert len(store.list(9, lang="en", visibility=None)) == 3
    assert store.list(9, quiet.number, visibility=None, network="bsky")[-1] == english


def test_an_author_is_found_by_id_and_by_handle_of_the_network(store: Store) -> None:
    keep(store, 1, "a")
    keep(store, 2, "b")
    fedi(store, "c")
    ann = Person(network="bsky", id="did:plc:ann", handle="ann.example", name="Ann", threads=2)
    for who in ("did:plc:ann", "ann.example", "@Ann.Example"):
        assert store.lists.person("bsky", who) == ann
    for who in ("ann", "Ann", "did:plc:annette", "", "…"):
        assert store.lists.person("bsky", who) is None
    other = store.lists.person("fedi", "ann.example")
    assert other is not None
    assert other.id == "https://a.example/users/ann"


def test_an_author_of_whom_nothing_is_listed_is_nobody(store: Store) -> None:
    keep(store, 1, "a", visibility="unlisted")
    assert store.lists.person("bsky", "did:plc:ann") is None
    assert store.lists.person("bsky", "did:plc:ann", None) is not None


def test_the_threads_of_an_author_come_page_by_page_by_the_day_they_were_posted(store: Store) -> None:
    days = [keep(store, number, "a", posted=NOON + timedelta(days=day)) for number, day in ((1, 2), (2, 3), (3, 1))]
    keep(store, 4, "b", who="bob")
    keep(store, 5, "c", visibility="unlisted")
    ann = store.lists.person("bsky", "did:plc:ann")
    assert ann is not None
    first = store.lists.by(ann, 2)
    assert (first.pages, first.total) == ((days[1], days[0]), 3)
    second = store.lists.by(ann, 2, first.next)
    assert (second.pages, second.total, second.next) == ((days[2],), 3, None)
    assert store.lists.by(ann, 9, visibility=None).total == 4


def tagged(*names: str) -> tuple[Span, ...]:
    return tuple(Span(start=place, end=place + 1, kind="tag", value=name) for place, name in enumerate(names))


def test_topics_are_the_authors_own_tags_in_any_case(store: Store) -> None:
    one = keep(store, 1, "abc", spans=tagged("Tides", "mills", "x" * 101))
    two = keep(store, 2, "abc", spans=tagged("TIDES", "潮汐"))
    keep(store, 3, "abc", spans=tagged("tides"), visibility="unlisted")
    assert store.lists.topics(9) == (Topic("tides", "Tides", 2), Topic("mills", "mills", 1), Topic("潮汐", "潮汐", 1))
    assert store.lists.topics(1, None) == (Topic("tides", "tides", 3),)
    name, listing = store.lists.topic("#tides", 1)
    assert (name, listing.pages, listing.total) == ("TIDES", (two,), 2)
    assert store.lists.topic("tides", 9, listing.next)[1].pages == (one,)
    assert store.lists.topic("nothing", 9)[0] == ""
    store.withdraw(two, "network", NOON)
    assert store.lists.topic("潮汐", 9)[0] == ""


def test_what_was_asked_for_most_comes_first(store: Store) -> None:
    one, two, three = (keep(store, number, "a") for number in (1, 2, 3))
    quiet = keep(store, 4, "a", quiet=True)
    for saved, day, times in ((one, 0, 2), (two, 0, 1), (two, 6, 2), (three, 6, 1), (three, 7, 9), (quiet, 0, 5)):
        for _ in range(times):
            store.lists.count_asked(saved.number, TODAY - timedelta(days=day))
    week = TODAY - timedelta(days=6)
    assert store.lists.most_asked(TODAY, 9) == ((one, 2), (two, 1))
    assert store.lists.most_asked(week, 9) == ((two, 3), (one, 2), (three, 1))
    assert store.lists.most_asked(week, 1, None) == ((quiet, 5),)


def test_how_often_something_was_asked_for_is_forgotten_after_thirty_days(store: Store) -> None:
    saved = keep(store, 1, "a")
    store.lists.count_asked(saved.number, TODAY - timedelta(days=KEPT_DAYS))
    store.lists.count_asked(saved.number, TODAY - timedelta(days=KEPT_DAYS - 1))
    assert store.lists.most_asked(date.min, 9) == ((saved, 2),)
    store.lists.count_asked(saved.number, TODAY)
    assert store.lists.most_asked(date.min, 9) == ((saved, 2),)


def test_nothing_is_counted_of_a_page_that_is_gone(store: Store) -> None:
    saved = keep(store, 1, "a")
    store.lists.count_asked(saved.number, TODAY)
    store.remove([alias_of(saved.key)], "author", NOON)
    store.lists.count_asked(saved.number + 7, TODAY)
    assert store.lists.most_asked(TODAY, 9, None) == ()


def test_an_author_without_a_name_is_an_author(store: Store) -> None:
    seen = talk(post(1, text="a"), authors=(Author(id="did:plc:ann", network="bsky"),))
    assert store.save(draft(seen))
    assert store.lists.person("bsky", "did:plc:ann") == Person(
        network="bsky", id="did:plc:ann", handle="", name="", threads=1
    )
