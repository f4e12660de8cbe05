"""What people asked to have unrolled, on both databases."""

from datetime import timedelta

import pytest

from tests.store.build import NOON, draft, line, ref, talk
from threadleaf.core.errors import NotNow, Refused, ThreadleafError
from threadleaf.core.model import Ref
from threadleaf.store.aliases import alias_of
from threadleaf.store.records import Saved
from threadleaf.store.threads import Store
from threadleaf.store.unrolls import Unrolls

LATER = NOON + timedelta(minutes=1)


@pytest.fixture
def unrolls(store: Store) -> Unrolls:
    return store.unrolls


def begun(unrolls: Unrolls, name: object = 1, **more: object) -> str:
    told = {"level": "unlisted", "at": NOON, "most": 10} | more
    found = unrolls.begin(ref(name), **told)  # type: ignore[arg-type]
    assert found is not None
    return found.id


def kept(store: Store, *names: int) -> Saved:
    saved = store.save(draft(talk(*line(*(names or (1, 2))))))
    assert saved is not None
    return saved


def test_whoever_asks_for_the_same_meanwhile_gets_the_same(unrolls: Unrolls) -> None:
    assert begun(unrolls) == begun(unrolls, at=LATER)
    assert begun(unrolls) != begun(unrolls, 2)
    assert begun(unrolls) != begun(unrolls, level="private")


def test_who_needs_nobodys_word_does_not_share_with_those_who_do(unrolls: Unrolls) -> None:
    stranger = begun(unrolls, asker="anyone")
    assert begun(unrolls, asker="summoned") == stranger
    author, operator = (begun(unrolls, asker=who) for who in ("author", "operator"))
    assert len({stranger, author, operator}) == 3
    assert begun(unrolls, asker="author") == author


def test_what_is_done_can_be_asked_for_again(store: Store, unrolls: Unrolls) -> None:
    first = begun(unrolls)
    unrolls.failed(first, NotNow("Try later."), LATER)
    second = begun(unrolls)
    unrolls.done(second, kept(store).number, "3k1", LATER)
    assert len({first, second, begun(unrolls)}) == 3


def test_an_id_cannot_be_guessed(unrolls: Unrolls) -> None:
    ids = {begun(unrolls, name, most=100) for name in range(50)}
    assert len(ids) == 50
    assert {len(number) for number in ids} == {22}  # 128 bits in base64url


def test_no_more_than_so_many_wait(unrolls: Unrolls) -> None:
    first = begun(unrolls, 1, most=2)
    begun(unrolls, 2, most=2)
    assert unrolls.begin(ref(3), "unlisted", NOON, 2) is None
    assert begun(unrolls, 1, most=2) == first, "who is in the queue already stays in it"
    unrolls.failed(first, ThreadleafError("No."), LATER)
    begun(unrolls, 3, most=2)


def test_what_waits_is_told_with_what_was_asked_for(unrolls: Unrolls) -> None:
    found = unrolls.get(begun(unrolls, level="listed"))
    assert found is not None
    assert (found.network, found.ref, found.level, found.asked_at) == ("bsky", ref(1), "listed", NOON)
    assert (found.finished_at, found.path, found.anchor, found.error) == (None, "", "", None)


@pytest.mark.parametrize("name", ["nul\0", "\ud800", "a" * 5000, "語"])
def test_whatever_an_id_holds_it_comes_back(unrolls: Unrolls, name: str) -> None:
    asked = Ref("fedi", f"https://example.social/{name}")
    begun_ = unrolls.begin(asked, "unlisted", NOON, 1)
    assert begun_ is not None
    assert begun_.ref == asked
    assert [unroll.ref for unroll in unrolls.waiting()] == [asked]


def test_the_oldest_is_next(unrolls: Unrolls) -> None:
    second, first = begun(unrolls, 2, at=LATER), begun(unrolls, 1)
    assert [unroll.id for unroll in unrolls.waiting()] == [first, second]
    assert [unroll.id for unroll in unrolls.recent(10)] == [second, first]
    assert [unroll.id for unroll in unrolls.recent(1)] == [second]
    assert [unrolls.ahead(unroll) for unroll in unrolls.waiting()] == [0, 1]
    unrolls.failed(first, ThreadleafError("No."), LATER)
    assert [unrolls.ahead(unroll) for unroll in unrolls.waiting()] == [0]


def test_what_was_kept_leads_to_the_place_on_its_page_and_what_was_asked_for_is_forgotten(
    store: Store, unrolls: Unrolls
) -> None:
    page, number = kept(store), begun(unrolls, 2)
    unrolls.done(number, page.number, "3k2", LATER)
    found = unrolls.get(number)
    assert found is not None
    assert (found.path, found.anchor, found.ref, found.finished_at) == (page.path, "3k2", None, LATER)
    assert unrolls.waiting() == ()


def test_of_a_failure_only_what_was_said_is_kept(unrolls: Unrolls) -> None:
    number = begun(unrolls)
    unrolls.failed(number, Refused("Its author does not want\0that.", code="wish", subject="ann"), LATER)
    found = unrolls.get(number)
    assert found is not None
    assert isinstance(found.error, Refused)
    assert (found.error.code, found.error.sentence) == ("wish", "Its author does not want�that.")
    assert found.error.subject == ""
    assert (found.ref, found.path, found.finished_at) == (None, "", LATER)


def test_what_is_done_stays_as_it_was_done(store: Store, unrolls: Unrolls) -> None:
    page, number = kept(store), begun(unrolls)
    unrolls.done(number, page.number, "", LATER)
    unrolls.failed(number, ThreadleafError("No."), LATER)
    found = unrolls.get(number)
    assert found is not None
    assert (found.path, found.error) == (page.path, None)


def test_a_page_takes_along_what_led_to_it(store: Store, unrolls: Unrolls) -> None:
    page, number = kept(store), begun(unrolls)
    unrolls.done(number, page.number, "", LATER)
    store.remove([alias_of(ref(1))], "author", LATER)
    found = unrolls.get(number)
    assert found is not None
    assert found.path == "", "nobody is led there any more"
    store.finish_removals()
    assert unrolls.get(number) is None


def test_what_is_taken_down_while_it_is_read_leaves_nothing(store: Store, unrolls: Unrolls) -> None:
    page, number = kept(store), begun(unrolls)
    store.remove([alias_of(ref(1))], "author", LATER)
    unrolls.done(number, page.number, "", LATER)
    assert unrolls.get(number) is None


def test_what_was_done_long_ago_is_forgotten_and_what_waits_is_not(store: Store, unrolls: Unrolls) -> None:
    old, new, waits = begun(unrolls, 1), begun(unrolls, 2), begun(unrolls, 3)
    unrolls.failed(old, ThreadleafError("No."), NOON)
    unrolls.failed(new, ThreadleafError("No."), LATER)
    unrolls.forget(LATER)
    assert [unrolls.get(number) is None for number in (old, new, waits)] == [True, False, False]
    assert unrolls.get("nothing") is None
