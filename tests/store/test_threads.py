"""Pages in the store: kept, found, listed, merged, rendered."""

from datetime import timedelta

import pytest
from msgspec.structs import replace
from sqlalchemy import select

from tests.store.build import NOON, address, draft, line, post, ref, rendered, talk, uri
from threadleaf.core.errors import Gone, UnknownAddress
from threadleaf.core.model import Ref
from threadleaf.core.ref import parse
from threadleaf.store.aliases import alias_of, alias_of_path
from threadleaf.store.records import Saved
from threadleaf.store.schema import pages
from threadleaf.store.threads import Store

LATER = NOON + timedelta(hours=1)


def keep(store: Store, *names: object, **more: object) -> Saved:
    saved = store.save(draft(talk(*line(*names)), **{"opt_outs": store.opted_out(()).revision, **more}))
    assert saved is not None
    return saved


def test_a_kept_thread_is_found_by_each_of_its_posts_in_every_spelling(store: Store) -> None:
    saved = keep(store, 1, 2, 3)
    for name in (1, 2, 3):
        assert store.find([alias_of(ref(name))]) == (saved,)
        assert store.find([alias_of(parse(address(name)))]) == (saved,)
    assert store.find([alias_of(ref(4))]) == ()


def test_a_page_tells_what_lists_need(store: Store) -> None:
    saved = keep(store, 1, 2)
    assert saved.key == ref(1)
    assert saved.network == "bsky"
    assert saved.path == "/t/bsky/did:plc:ann/3k1"
    assert (saved.title, saved.author_handle, saved.author_name) == ("Words of 1 by ann.", "ann.example", "Ann")
    assert (saved.author_id, saved.lang, saved.posts, saved.state) == ("did:plc:ann", "", 2, "complete")
    assert (saved.visibility, saved.origin, saved.revision) == ("listed", "network", 1)
    assert (saved.created_at, saved.checked_at) == (NOON, NOON)
    assert (saved.first_posted, saved.last_posted) == (NOON + timedelta(minutes=1), NOON + timedelta(minutes=2))


def test_what_is_read_is_what_was_kept(store: Store) -> None:
    made = draft(talk(*line(1, 2)))
    saved = store.save(made)
    reading = store.read(alias_of(ref(2)))
    assert reading is not None
    assert (reading.saved, reading.thread) == (saved, made.thread)
    (kept,) = store.known([alias_of(ref(1)), alias_of(ref(2))])
    assert (kept.saved, kept.conversation) == (saved, made.conversation)


def test_a_post_without_date_and_language_is_kept_too(store: Store) -> None:
    saved = store.save(draft(talk(post(1, created=None, langs=("ru", "en")))))
    assert saved is not None
    assert (saved.first_posted, saved.last_posted, saved.lang) == (None, None, "ru")


def test_text_that_one_database_would_refuse_is_kept_on_both(store: Store) -> None:
    made = draft(talk(post(1, text="Nul \x00 in a title.")))
    saved = store.save(made)
    assert saved is not None
    assert saved.title == "Nul \N{REPLACEMENT CHARACTER} in a title."
    assert store.read(alias_of(ref(1))).thread == made.thread  # type: ignore[union-attr]


def test_an_id_of_any_length_and_with_any_character_leads_to_a_page(store: Store) -> None:
    strange = [alias_of(Ref("fedi", f"https://a.example/{sign * 9000}")) for sign in ("x", "\x00", "\ud800")]
    made = draft(talk(post(1)))
    saved = store.save(replace(made, aliases=tuple(strange)))
    assert [store.find([way]) for way in strange] == [(saved,)] * 3


def test_ten_thousand_ways_lead_to_one_page(store: Store) -> None:
    made = draft(talk(*line(*range(10_000))))
    assert len(made.aliases) == 20_000
    saved = store.save(made)
    assert saved is not None
    assert store.find(made.aliases) == (saved,)


def test_saving_again_replaces_the_content_and_keeps_address_and_date(store: Store) -> None:
    first = keep(store, 1, 2)
    second = keep(store, 1, 2, 3, based_on=(first,), at=LATER)
    assert (second.number, second.path, second.created_at) == (first.number, first.path, NOON)
    assert (second.checked_at, second.posts, second.revision) == (LATER, 3, 2)
    assert second.etag != first.etag
    assert store.find([alias_of(ref(name)) for name in (1, 2, 3)]) == (second,)


def test_a_draft_based_on_an_older_page_is_not_kept(store: Store) -> None:
    first = keep(store, 1, 2)
    second = keep(store, 1, 2, 3, based_on=(first,))
    assert store.save(draft(talk(*line(1, 2, 3, 4)), based_on=(first,))) is None
    assert store.save(draft(talk(*line(1, 2, 3, 4)))) is None
    assert store.find([alias_of(ref(1))]) == (second,)
    assert store.find([alias_of(ref(4))]) == ()


def test_an_earlier_first_post_leads_to_the_address_that_was_given_once(store: Store) -> None:
    first = keep(store, 2, 3)
    second = keep(store, 1, 2, 3, based_on=(first,))
    assert second.path == first.path == "/t/bsky/did:plc:ann/3k2"
    assert store.find([alias_of_path("/t/bsky/did:plc:ann/3k1")]) == (second,)


def test_pages_that_turn_out_to_be_one_thread_become_the_older_page(store: Store) -> None:
    older = keep(store, 1, 2)
    other = keep(store, 8, 9)
    newer = keep(store, 4, 5, visibility="unlisted", origin="file")
    one = keep(store, 1, 2, 3, 4, 5, based_on=(older, newer), visibility="unlisted")
    assert (one.number, one.path, one.posts) == (older.number, older.path, 5)
    assert store.find([alias_of_path(newer.path)]) == (one,)
    assert store.list(10) == (other, one)


@pytest.mark.parametrize(
    ("first", "second", "then"), [("unlisted", "listed", "listed"), ("listed", "unlisted", "listed")]
)
def test_saving_never_narrows_who_sees_a_page(store: Store, first: str, second: str, then: str) -> None:
    page = keep(store, 1, 2, visibility=first)
    assert keep(store, 1, 2, visibility=second, based_on=(page,)).visibility == then


def test_a_thread_once_read_from_its_network_stays_so(store: Store) -> None:
    page = keep(store, 1, 2, origin="file")
    assert page.origin == "file"
    page = keep(store, 1, 2, origin="file", based_on=(page,))
    assert page.origin == "file"
    page = keep(store, 1, 2, origin="network", based_on=(page,))
    assert keep(store, 1, 2, origin="file", based_on=(page,)).origin == "network"


def test_a_private_page_is_reached_by_its_secret_address_only(store: Store) -> None:
    secret = keep(store, 1, 2, visibility="private")
    assert secret.path.startswith("/p/")
    assert len(secret.path) == len("/p/") + 22, "128 bits"
    assert store.find([alias_of(ref(1)), alias_of_path("/t/bsky/did:plc:ann/3k1")]) == ()
    assert store.find([alias_of_path(secret.path)]) == (secret,)
    assert store.find([alias_of(ref(2), private=True)]) == (secret,)


def test_a_private_page_and_a_public_one_of_the_same_thread_know_nothing_of_each_other(store: Store) -> None:
    secret = keep(store, 1, 2, 3, visibility="private")
    public = keep(store, 1, 2, visibility="unlisted")
    assert public.number != secret.number
    again = keep(store, 1, 2, visibility="private", based_on=(secret,))
    assert (again.path, again.number) == (secret.path, secret.number)
    assert store.find([alias_of(ref(1))]) == (public,)


def test_private_pages_that_turn_out_to_be_one_keep_both_secret_addresses(store: Store) -> None:
    older = keep(store, 1, 2, visibility="private")
    newer = keep(store, 4, 5, visibility="private")
    one = keep(store, 1, 2, 3, 4, 5, visibility="private", based_on=(older, newer))
    assert store.find([alias_of_path(older.path)]) == store.find([alias_of_path(newer.path)]) == (one,)


def test_only_our_own_paths_are_paths(store: Store) -> None:
    with pytest.raises(UnknownAddress):
        alias_of_path("/somewhere/else")


def test_lists_are_newest_first_page_by_page(store: Store) -> None:
    pages = [keep(store, name) for name in (1, 2, 3, 4, 5)]
    assert store.list(2) == (pages[4], pages[3])
    assert store.list(2, before=pages[3].number) == (pages[2], pages[1])
    assert store.list(2, before=pages[0].number) == ()


def test_lists_hold_only_what_is_asked_for(store: Store) -> None:
    listed, unlisted = keep(store, 1), keep(store, 2, visibility="unlisted")
    private = keep(store, 3, visibility="private")
    assert store.list(10) == (listed,)
    assert store.list(10, visibility="unlisted") == (unlisted,)
    assert store.list(10, visibility=None) == (private, unlisted, listed)


def test_a_rendered_page_is_served_until_the_thread_or_the_renderer_changes(store: Store) -> None:
    saved = keep(store, 1, 2)
    page = rendered(saved, "tag", b"\x1f\x8b bytes \x00")
    way = alias_of(ref(2))
    assert store.page(way, "article", "v1") is None
    store.keep_page(page, "article", "v1")
    assert store.page(way, "article", "v1") == page
    assert store.page(way, "posts", "v1") is None
    assert store.page(way, "article", "v2") is None
    store.keep_page(rendered(saved, "tag2", b"new"), "article", "v2")
    assert store.page(way, "article", "v2") == rendered(saved, "tag2", b"new")
    assert store.page(way, "article", "v1") is None, "a view is kept once"
    german = rendered(saved, "tag3", b"neu")
    assert store.page(way, "article", "v2", "de") is None
    store.keep_page(german, "article", "v2", lang="de")
    assert store.page(way, "article", "v2", "de") == german
    assert store.page(way, "article", "v2") == rendered(saved, "tag2", b"new"), "each language has a page of its own"
    keep(store, 1, 2, 3, based_on=(saved,))
    assert store.page(way, "article", "v2") is None
    with store._database.reading() as connection:
        assert connection.execute(select(pages.c.gzip)).all() == [], "nothing of the old page is left"


def test_a_page_rendered_from_an_older_thread_is_not_kept(store: Store) -> None:
    old = keep(store, 1, 2)
    keep(store, 1, 2, 3, based_on=(old,))
    store.keep_page(rendered(old, "tag", b"old words"), "article", "v1")
    assert store.page(alias_of(ref(1)), "article", "v1") is None


def test_no_page_is_no_page(store: Store) -> None:
    assert store.read(alias_of(ref(1))) is None
    assert store.page(alias_of(ref(1)), "article", "v1") is None


def test_a_page_that_was_taken_back_is_gone_until_its_network_shows_it_again(store: Store) -> None:
    saved = keep(store, 1, 2)
    assert store.withdraw(saved, "author", NOON)
    for way in (alias_of(ref(1)), alias_of(ref(2)), alias_of_path(saved.path)):
        with pytest.raises(Gone, match="1 March 2026, as its author wished"):
            store.find([way])
    assert store.find([alias_of(ref(1))], lifting=True) == store.known([alias_of(ref(1))], lifting=True) == ()
    with pytest.raises(Gone):  # what was saved to a file before does not bring it back
        store.save(draft(talk(*line(1, 2)), origin="file"))
    again = keep(store, 1, 2)
    assert (again.path, again.number > saved.number) == (saved.path, True), "no number is given twice"
    assert store.find([alias_of(ref(2))]) == (again,)


def test_every_copy_of_what_was_taken_back_is_gone_and_doing_it_twice_does_no_harm(store: Store) -> None:
    private = store.save(draft(talk(*line(1, 2)), visibility="private"))
    public = keep(store, 1, 2)
    assert private is not None
    assert store.withdraw(public, "network", NOON)
    assert store.withdraw(private, "network", NOON)
    assert store.list(10, visibility=None) == ()
    with pytest.raises(Gone):
        store.find([alias_of_path(private.path)])
    assert store.withdraw(keep(store, 1, 2), "network", NOON)
    with pytest.raises(Gone):
        store.find([alias_of(ref(1))])


def test_what_the_operator_took_down_is_not_lifted_by_a_reading(store: Store) -> None:
    keep(store, 1, 2)
    store.remove([alias_of(ref(1))], "operator", NOON)
    with pytest.raises(Gone):
        store.find([alias_of(ref(1))], lifting=True)
    with pytest.raises(Gone):
        keep(store, 1, 2)


def test_ids_are_compared_exactly(store: Store) -> None:
    keep(store, "abc")
    assert uri("abc") != uri("ABC")
    assert store.find([alias_of(ref("ABC"))]) == ()


def test_a_secret_is_made_once_and_kept(store: Store) -> None:
    made = iter([b"one", b"two"])
    assert store.secret("a", lambda: next(made)) == b"one"
    assert store.secret("a", lambda: next(made)) == b"one"
    assert store.secret("b", lambda: next(made)) == b"two"


def test_of_two_who_make_a_secret_at_once_both_get_the_same(store: Store) -> None:
    def slowly() -> bytes:
        assert store.secret("a", lambda: b"faster") == b"faster"
        return b"slower"

    assert store.secret("a", slowly) == b"faster"
