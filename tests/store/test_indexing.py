"""What authors and operators say of search engines: whose word counts, and how long it holds."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.store.build import NOON, draft, line, ref, rendered, talk
from threadleaf.store.aliases import alias_of, alias_of_path
from threadleaf.store.records import Saved
from threadleaf.store.threads import Store


def keep(store: Store, *names: object, **more: object) -> Saved:
    saved = store.save(draft(talk(*line(*names)), **{"opt_outs": store.opted_out(()).revision, **more}))
    assert saved
    return saved


def mapped(store: Store, *, unsaid: bool) -> list[str]:
    return [path for number in store.maps.files(unsaid=unsaid) for path, _ in store.maps.pages(number, unsaid=unsaid)]


def test_without_a_word_the_settings_decide(store: Store):
    page = keep(store, 1)
    assert store.indexing.words([page.number]).get(page.number) is None
    assert mapped(store, unsaid=True) == [page.path]
    assert mapped(store, unsaid=False) == []
    assert store.maps.holds([page.number], unsaid=True) == {page.number}
    assert store.maps.holds([page.number], unsaid=False) == frozenset()


@pytest.mark.parametrize("unsaid", [True, False])
@pytest.mark.parametrize("voice", ["author", "operator"])
def test_a_word_counts_whatever_the_settings_say(store: Store, voice, unsaid: bool):
    yes, no, _silent = keep(store, 1), keep(store, 10), keep(store, 20)
    store.indexing.say(yes, voice, True, NOON)
    store.indexing.say(no, voice, False, NOON)
    assert (store.indexing.words([yes.number]).get(yes.number), store.indexing.words([no.number]).get(no.number)) == (
        True,
        False,
    )
    found = mapped(store, unsaid=unsaid)
    assert yes.path in found
    assert no.path not in found
    assert store.maps.holds([yes.number, no.number], unsaid=unsaid) == {yes.number}


@pytest.mark.parametrize("says", [True, False])
def test_the_authors_word_beats_the_operators_whichever_came_last(store: Store, says: bool):
    page = keep(store, 1)
    store.indexing.say(page, "author", says, NOON)
    store.indexing.say(page, "operator", not says, NOON + timedelta(hours=1))
    assert store.indexing.words([page.number]).get(page.number) is says
    store.indexing.say(page, "author", None, NOON + timedelta(hours=2))
    assert store.indexing.words([page.number]).get(page.number) is not says
    store.indexing.say(page, "operator", None, NOON + timedelta(hours=3))
    assert store.indexing.words([page.number]).get(page.number) is None
    assert [deed.did for deed in store.moderation.deeds(9)][:2] == [
        "operator left search engines to the settings",
        "author left search engines to the settings",
    ]
    assert {deed.about for deed in store.moderation.deeds(9)} == {"bsky"}, "the log names nobody"


@pytest.mark.parametrize("more", [{"visibility": "unlisted"}, {"visibility": "private"}, {"quiet": True}])
def test_what_lists_may_not_show_no_word_opens(store: Store, more):
    """`quiet` is the wish of somebody in the thread, such as Mastodon's `indexable: false`."""
    page = keep(store, 1, **more)
    for voice in ("author", "operator"):
        store.indexing.say(page, voice, True, NOON)
    assert mapped(store, unsaid=True) == []
    assert not store.maps.holds([page.number], unsaid=True)


def test_a_word_holds_when_the_page_grows_or_is_made_again_from_another_post(store: Store):
    page = keep(store, 1, 2)
    store.indexing.say(page, "author", False, NOON)
    grown = store.save(draft(talk(*line(1, 2, 3)), based_on=store.find([alias_of(ref(1))])))
    assert grown
    assert store.indexing.words([grown.number]).get(grown.number) is False
    store.withdraw(grown, "network", NOON)
    again = keep(store, 3, 4)
    assert store.indexing.words([again.number]).get(again.number) is False
    store.withdraw(again, "network", NOON)
    last = keep(store, 4, 5)
    assert store.indexing.said(last) == {"author": False}
    assert store.indexing.words([last.number]) == {last.number: False}, (
        "a post that came with the page leads to it as well"
    )


def test_of_two_pages_that_turn_out_to_be_one_the_last_word_counts(store: Store):
    first, second = keep(store, 1), keep(store, 2)
    store.indexing.say(first, "author", True, NOON + timedelta(hours=1))
    store.indexing.say(second, "author", False, NOON)
    both = store.save(draft(talk(*line(1, 2)), based_on=store.find([alias_of(ref(1)), alias_of(ref(2))])))
    assert both
    assert store.indexing.words([both.number]).get(both.number) is True
    store.indexing.say(both, "author", None, NOON)
    assert store.indexing.words([both.number]).get(both.number) is None, "nothing of the older word is left"


def test_the_page_is_made_anew_and_has_another_tag(store: Store):
    page = keep(store, 1)
    store.keep_page(rendered(page, "a", b"x"), "article", "1")
    assert store.page(alias_of_path(page.path), "article", "1")
    store.indexing.say(page, "operator", True, NOON)
    assert store.page(alias_of_path(page.path), "article", "1") is None
    assert store.find([alias_of(ref(1))])[0].etag != page.etag
    store.keep_page(rendered(page, "a", b"x"), "article", "1")
    assert store.page(alias_of_path(page.path), "article", "1") is None, "it was made from what counted before"


def test_nobody_is_named(store: Store):
    store.indexing.say(keep(store, 1), "author", True, NOON)
    with store._database.reading() as connection:
        rows = connection.exec_driver_sql("SELECT mark FROM indexing").all()
    assert rows
    assert all(len(bytes(row.mark)) == 32 and b"3k1" not in bytes(row.mark) for row in rows)


def test_what_is_taken_down_is_in_no_map(store: Store):
    page = keep(store, 1)
    store.indexing.say(page, "operator", True, NOON)
    store.remove([alias_of(ref(1))], "author", NOON)
    assert mapped(store, unsaid=True) == []
    assert store.indexing.words([page.number]).get(page.number) is True, "its content goes with `finish_removals`"
    store.finish_removals()
    assert store.indexing.words([page.number]).get(page.number) is None
