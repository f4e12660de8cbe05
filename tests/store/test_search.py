"""Searching what is kept: the same on both databases, in any script, for those who may see it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from msgspec.structs import replace
from sqlalchemy import select

from tests.store.build import NOON, author, draft, post, ref, talk
from threadleaf.core.model import Media, Post, Span
from threadleaf.core.query import parse
from threadleaf.store import fulltext
from threadleaf.store.aliases import alias_of
from threadleaf.store.records import PageVisibility, Results, Saved
from threadleaf.store.schema import entries
from threadleaf.store.search import Search
from threadleaf.store.threads import Store

CHINESE = "冯玉军说：今天很好"


def keep(
    store: Store, number: int, *texts: str, who: str = "ann", posted: datetime | None = None, **more: Any
) -> Saved:
    """Keep a thread of some texts; its first post is `number` hundreds of minutes after noon unless that is said."""
    row: list[Post] = []
    told = {key: more.pop(key) for key in ("langs", "media", "spans") if key in more}
    for place, text in enumerate(texts):
        when = {"created": posted + timedelta(minutes=place)} if posted else {}
        above = row[-1].id if row else None
        row.append(post(number * 100 + place, above, author=who, text=text, **told, **when))
    saved = store.save(draft(talk(*row), **{"at": NOON + timedelta(days=400), **more}))
    assert saved is not None
    return saved


def find(store: Store, text: str, limit: int = 20, start: int | None = None, **more: Any) -> Results:
    return store.search.find(parse(text), limit, start, **more)


def numbers(results: Results) -> list[int]:
    return [hit.saved.number for hit in results.hits]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("mill", [2, 1]),
        ("MILLS", [2, 1]),
        ("mill wheel", [1]),
        ("mill -wheel", [2]),
        ("mill -wheel -corn", []),
        ('"tide mill"', [1]),
        ('"mill tide"', []),
        ('"mills"', [2]),
        ('mill -"tide mill"', [2]),
        ("-mill", [4, 3]),
        ("-mill -китай", [4]),
        ("whe*", [1]),
        ("cafe", [2]),
        ('"turns slowly"', [1]),
        ("Китай", [3]),
        ("китаем", [3]),
        ('"Китай"', []),
        ("冯玉军", [4]),
        ("玉军", [4]),
        ("军", [4]),
        ("玉冯", []),
        ("军 好", [4]),
        ('mill OR "NEAR(', []),
    ],
)
def test_words_and_phrases_are_found_in_any_script(store: Store, text: str, found: list[int]) -> None:
    pages = [
        keep(store, 1, "A tide mill’s wheel turns", "slowly."),
        keep(store, 2, "Two mills and a Café", "corn"),
        keep(store, 3, "В Китае и у Китая есть мельницы"),
        keep(store, 4, CHINESE),
    ]
    results = find(store, text)
    assert numbers(results) == [pages[number - 1].number for number in found]
    assert (results.total, results.more, results.next) == (len(found), False, None)


def test_a_hit_tells_in_which_post_and_where(store: Store) -> None:
    keep(store, 1, "Nothing here.", "But here a mill stands.")
    (hit,) = find(store, "mill").hits
    assert hit.excerpt.post == ref(101).id
    assert [hit.excerpt.text[start:end] for start, end in hit.excerpt.marks] == ["mill"]


def test_what_was_posted_last_comes_first_whenever_it_was_kept(store: Store) -> None:
    late = keep(store, 1, "mill", posted=NOON + timedelta(days=2))
    early = keep(store, 2, "mill", posted=NOON - timedelta(days=900))
    between = keep(store, 3, "mill", posted=NOON)
    assert numbers(find(store, "mill")) == [late.number, between.number, early.number]


def test_a_crowd_of_one_minute_is_found_page_by_page(store: Store) -> None:
    pages = [keep(store, number, "mill", posted=NOON) for number in range(1, 12)]
    seen: list[int] = []
    start: int | None = None
    while True:
        results = find(store, "mill", 3, start)
        assert results.total == 11
        seen += numbers(results)
        start = results.next
        if start is None:
            break
    assert sorted(seen) == [page.number for page in pages]


def test_a_date_that_cannot_be_does_not_stand_on_top_for_ever(store: Store) -> None:
    forged = keep(store, 1, "mill", posted=NOON + timedelta(days=9000), at=NOON)
    later = keep(store, 2, "mill", posted=NOON + timedelta(days=1), at=NOON + timedelta(days=1))
    oldest = keep(store, 3, "mill", posted=datetime.fromisoformat("1901-01-01T00:00:00+00:00"))
    assert numbers(find(store, "mill")) == [later.number, forged.number, oldest.number]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("from:ann", [2, 1]),
        ("from:@ANN.example mill", [1]),
        ("from:bob from:carol", [4, 3]),
        ("from:nobody", []),
        ("from:did:plc:bob", [3]),
        ('from:"…"', []),
        ("lang:en", [1]),
        ("lang:ru lang:en", [2, 1]),
        ("network:bsky mill", [3, 1]),
        ("network:fedi", []),
        ("has:image", [3]),
        ("has:image has:gap", []),
        ("#Tides", [4]),
        ("#tides #mills", [4]),
        ("#tides #other", []),
        ("mill before:2026-03-02", [1]),
        ("after:2026-03-01 before:2026-03-04", [3, 2]),
        ("mill after:2026-03-01", [3]),
        ("from:ann -mill", [2]),
    ],
)
def test_conditions_narrow_what_is_found(store: Store, text: str, found: list[int]) -> None:
    tags = (Span(start=0, end=1, kind="tag", value="tides"), Span(start=2, end=3, kind="tag", value="Mills"))
    pages = [
        keep(store, 1, "mill", langs=("en-GB",)),
        keep(store, 2, "колесо", langs=("ru",), posted=NOON + timedelta(days=1)),
        keep(store, 3, "mill", who="bob", media=(Media(kind="image"),), posted=NOON + timedelta(days=2)),
        keep(store, 4, "a b", who="carol", spans=tags, langs=("???",), posted=NOON + timedelta(days=3)),
    ]
    assert numbers(find(store, text)) == [pages[number - 1].number for number in found]


@pytest.mark.parametrize(
    ("visibility", "found"), [("listed", [1]), ("unlisted", [3]), ("private", [4]), (None, [4, 3, 2, 1])]
)
@pytest.mark.parametrize("text", ["mill", "has:image", "-wheel", "mill has:image", "mill -wheel"])
def test_only_what_may_be_seen_is_found(
    store: Store, text: str, visibility: PageVisibility | None, found: list[int]
) -> None:
    told: dict[str, Any] = {"media": (Media(kind="image"),)}
    pages = [
        keep(store, 1, "mill", **told),
        keep(store, 2, "mill", quiet=True, **told),
        keep(store, 3, "mill", visibility="unlisted", **told),
        keep(store, 4, "mill", visibility="private", **told),
    ]
    results = find(store, text, visibility=visibility)
    assert numbers(results) == [pages[number - 1].number for number in found]
    assert results.total == len(found)


@pytest.mark.parametrize("text", ["#a\0b", "a\0b", "from:a\0b", "from:\ud800", "#\ud800a", '"\ud800 a"', "été\0 abc*"])
def test_what_no_database_could_store_is_simply_not_found(store: Store, text: str) -> None:
    assert find(store, text).total == 0
    assert store.lists.topic(text, 9)[0] == ""
    assert store.lists.person("bsky", text) is None


def test_what_is_hidden_while_a_report_is_looked_at_is_not_found(store: Store) -> None:
    saved = keep(store, 1, "mill")
    other = keep(store, 2, "mill")
    store.moderation.hide([alias_of(ref(100))], NOON)
    for text in ("mill", "from:ann"):
        for visibility in ("listed", None):
            assert numbers(find(store, text, visibility=visibility)) == [other.number]
    store.moderation.show([alias_of(ref(100))])
    assert numbers(find(store, "mill")) == [other.number, saved.number]


def test_a_withheld_post_is_not_searched(store: Store) -> None:
    row = [post(1, text="A mill."), post(2, post(1).id, text="A wheel.", labels=("!no-unauthenticated",))]
    made = draft(talk(*row))
    assert [shown_post.text for shown_post in made.shown.posts] == ["A mill."]
    saved = store.save(made)
    assert saved is not None
    assert find(store, "wheel").total == 0
    assert numbers(find(store, "mill")) == [saved.number]
    assert store.withdraw(saved, "network", NOON)
    assert find(store, "mill", visibility=None).total == 0


def test_what_others_wrote_in_a_thread_is_not_searched(store: Store) -> None:
    first = post(1, author="bob", text="A question about mills?")
    answers = [post(2, first.id, text="Yes."), post(3, post(2).id, text="They turn.")]
    made = draft(talk(first, *answers, anchor=answers[0].id))
    assert made.shown.context
    assert store.save(made)
    assert find(store, "question").total == 0
    assert find(store, "turn").total == 1


def test_a_thread_that_grows_or_changes_is_found_by_what_it_says_now(store: Store) -> None:
    first = keep(store, 1, "A mill.")
    again = keep(store, 1, "A wheel.", "It turns.", based_on=(first,))
    assert find(store, "mill").total == 0
    assert numbers(find(store, "wheel turns")) == [again.number]


def test_threads_that_turn_out_to_be_one_are_found_once(store: Store) -> None:
    one, other = keep(store, 1, "mill"), keep(store, 2, "mill")
    row = [post(100, text="mill"), post(200, post(100).id, text="mill")]
    joined = store.save(draft(talk(*row), based_on=(one, other)))
    assert joined is not None
    assert numbers(find(store, "mill")) == [joined.number]


def test_what_is_taken_down_dropped_or_opted_out_is_found_no_more(store: Store) -> None:
    for number, who in ((1, "ann"), (2, "ann"), (3, "bob"), (4, "carol")):
        keep(store, number, "mill", who=who)
    store.remove([alias_of(ref(100))], "author", NOON)
    assert find(store, "mill", visibility=None).total == 3
    store.finish_removals()
    store.withdraw(store.find([alias_of(ref(200))])[0], "network", NOON)
    store.opt_out("bsky", "did:plc:bob", NOON, "author")
    (hit,) = find(store, "mill", visibility=None).hits
    assert hit.saved.author_handle == "carol.example"
    assert [person.handle for person in store.lists.people(["example"], 9, None)] == ["carol.example"]


@pytest.mark.parametrize(("text", "total"), [("mill", 4), ("mill wheel", 3), ('"mill wheel"', 3), ("колесо", 3)])
def test_counts_are_exact_up_to_a_limit(store: Store, text: str, total: int) -> None:
    pages = [keep(store, number, "mill wheel колесо") for number in range(1, 8)]
    searches = Search(store._database, store._quick, counted=4, together=3)
    seen: list[int] = []
    start: int | None = None
    for _ in range(4):
        results = searches.find(parse(text), 2, start)
        assert (results.total, results.more) == (total, True)
        seen += numbers(results)
        start = results.next
    assert start is None
    assert seen == [page.number for page in reversed(pages)]
    everything = searches.find(parse(text), 7)
    assert (everything.total, everything.more, everything.next) == (7, False, None)


def test_by_relevance_what_says_a_word_more_often_comes_first(store: Store) -> None:
    most = keep(store, 1, "mill mill mill mill mill")
    some = keep(store, 2, "mill mill and a good many other words")
    least = keep(store, 3, "mill in a row of many words that are about other things altogether")
    assert numbers(find(store, "mill")) == [least.number, some.number, most.number]
    first = find(store, "mill", 2, order="relevance")
    assert (numbers(first), first.total, first.next) == ([most.number, some.number], 3, 2)
    second = find(store, "mill", 2, first.next, order="relevance")
    assert (numbers(second), second.next) == ([least.number], None)
    assert numbers(find(store, "from:ann", order="relevance")) == [least.number, some.number, most.number]


def test_in_a_thread_of_thousands_of_words_all_of_them_are_found(store: Store) -> None:
    """A `tsvector` knows neither places beyond 16,383 nor more than 256 of one word."""
    texts = ["".join(chr(0x4E00 + (number * 7 + place) % 3000) for place in range(290)) + "军" for number in range(80)]
    texts.append("冯玉军")
    keep(store, 1, *texts)
    for phrase in ("冯玉军", "军", texts[3][5:12], texts[77][200:204] + " 冯玉", texts[11][-3:]):
        assert find(store, phrase).total == 1, phrase
    assert find(store, "冯玉 -" + texts[3][5:12]).total == 0


def test_a_phrase_across_the_seam_of_two_parts_is_found(store: Store) -> None:
    row = [f"w{number}" for number in range(fulltext._PART * 2)]
    keep(store, 1, " ".join(row))
    for place in (fulltext._PART - 1, fulltext._PART - 8, fulltext._PART):
        assert find(store, f'"{row[place - 1]} {row[place]} {row[place + 1]}"').total == 1


def test_a_thread_without_words_is_kept_and_forgotten(store: Store) -> None:
    saved = keep(store, 1, "🙂")
    assert numbers(find(store, "from:ann")) == [saved.number]
    assert store.withdraw(saved, "network", NOON)
    assert find(store, "from:ann").total == 0


def test_what_is_gone_between_the_search_and_its_reading_is_left_out(store: Store) -> None:
    saved = keep(store, 1, "mill")
    with store._database.reading() as connection:
        (place,) = connection.execute(select(entries.c.place)).scalars()
    if store._quick is not None:
        assert store._quick.entries([place])[place].saved == saved
        assert store._quick.entries([place + 1]) == store._quick.entries([]) == {}
    later = store.search
    later._quick = Gone(store) if store._quick is not None else None  # type: ignore[assignment]
    assert len(find(store, "mill").hits) == (0 if store._quick is not None else 1)


class Gone:
    """A quick way on which a thread is dropped in between."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def newest(self, *asked: Any) -> list[int]:
        assert self._store._quick is not None
        found = self._store._quick.newest(*asked)
        self._store.withdraw(self._store.list(1)[0], "network", NOON)
        return found

    def entries(self, places: Any) -> Any:
        assert self._store._quick is not None
        return self._store._quick.entries(places)


def test_authors_are_found_by_handle_and_by_name(store: Store) -> None:
    row = (post(1, text="mill"),)
    named = talk(*row, authors=(replace(author("ann"), name="Ана Ли"),))
    assert store.save(draft(named))
    keep(store, 2, "mill", who="annette")
    keep(store, 3, "mill", who="annette")
    keep(store, 4, "mill", who="anna", visibility="unlisted")

    def people(*words: str, visibility: PageVisibility | None = "listed") -> list[tuple[str, int]]:
        return [(person.handle, person.threads) for person in store.lists.people(words, 9, visibility)]

    assert people("ann") == [("annette.example", 2), ("ann.example", 1)]
    assert people("ана", "ли") == [("ann.example", 1)]
    assert people("ann", "ли") == [("ann.example", 1)]
    assert people("anna", visibility=None) == [("anna.example", 1)]
    assert people("anna") == people("nobody") == people() == []


def test_an_author_is_known_by_the_name_that_was_read_last(store: Store) -> None:
    first = keep(store, 1, "mill")
    renamed = talk(post(100, text="mill"), authors=(replace(author("ann"), handle="ann.new", name=""),))
    assert store.save(draft(renamed, based_on=(first,)))
    keep(store, 2, "mill", who="bob")
    again = talk(post(500, text="mill"), authors=(replace(author("ann"), handle="", name=""),))
    assert store.save(draft(again))
    assert store.lists.people(["example"], 9, None)[0].handle == "bob.example"
    person = store.lists.person("bsky", "did:plc:ann", None)
    assert person is not None
    assert (person.handle, person.name, person.threads) == ("", "", 2)
