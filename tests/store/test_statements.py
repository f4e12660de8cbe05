"""Codes, consoles, and what authors say of their pages."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import inspect

from tests.store.build import NOON, draft, line, ref, rendered, talk
from threadleaf.core.proofs import LASTS, code
from threadleaf.store.aliases import alias_of, alias_of_path
from threadleaf.store.records import Saved
from threadleaf.store.statements import IDLE
from threadleaf.store.threads import Store

ANN, BOB = "did:plc:ann", "did:plc:bob"


def keep(store: Store, *names: object, **more: object) -> Saved:
    saved = store.save(draft(talk(*line(*names)), **{"opt_outs": store.opted_out(()).revision, **more}))
    assert saved
    return saved


# --- codes ------------------------------------------------------------------------------------------------------


def test_a_code_is_made_of_its_ticket_and_no_way_leads_back(store: Store):
    ticket, other = (store.statements.new_claim("bsky", ANN, NOON) for _ in range(2))
    assert re.fullmatch(r"threadleaf-[a-z2-7]{26}", code(ticket))
    assert code(ticket) != code(other)
    assert ticket not in code(ticket)
    assert len(ticket) == 22, "128 bits"


def test_a_claim_is_found_by_its_ticket_for_its_account_within_a_day(store: Store):
    ticket = store.statements.new_claim("bsky", ANN, NOON)
    found = store.statements.claim(ticket, "bsky", ANN, NOON + LASTS - timedelta(seconds=1))
    assert found
    assert (found.code, found.issued, found.author) == (code(ticket), NOON, ANN)
    assert store.statements.claim(ticket, "bsky", ANN, NOON + LASTS) is None
    assert store.statements.claim(ticket, "bsky", BOB, NOON) is None
    assert store.statements.claim(ticket, "fedi", ANN, NOON) is None
    assert store.statements.claim(code(ticket), "bsky", ANN, NOON) is None


def test_what_was_heard_is_remembered_for_the_right_account_alone(store: Store):
    ticket = store.statements.new_claim("bsky", ANN, NOON)
    claim = store.statements.claim(ticket, "bsky", ANN, NOON)
    assert claim
    assert not store.statements.heard(claim.code, "bsky", BOB, "mention", NOON)
    assert not store.statements.heard(claim.code, "bsky", ANN, "mention", NOON + LASTS)
    assert store.statements.proved(claim) is None
    assert store.statements.heard(claim.code, "bsky", ANN, "mention", NOON)
    assert store.statements.proved(claim) == "mention"


def test_a_code_opens_one_console(store: Store):
    ticket = store.statements.new_claim("bsky", ANN, NOON)
    claim = store.statements.claim(ticket, "bsky", ANN, NOON)
    assert claim
    secret = store.statements.open(claim, "post", NOON)
    assert secret
    assert store.statements.open(claim, "post", NOON) is None
    assert store.statements.claim(ticket, "bsky", ANN, NOON) is None
    assert [deed.did for deed in store.moderation.deeds(9)] == ["author proved"]
    assert [deed.about for deed in store.moderation.deeds(9)] == ["bsky"], "the log names nobody"
    assert [(one.what, one.number) for one in store.moderation.numbers()] == [("authors proved", 1)]


@pytest.fixture
def secret(store: Store) -> str:
    """The secret of Ann's console."""
    ticket = store.statements.new_claim("bsky", ANN, NOON)
    claim = store.statements.claim(ticket, "bsky", ANN, NOON)
    assert claim
    return store.statements.open(claim, "post", NOON) or ""


def test_a_console_is_its_accounts_and_stays_open_while_it_is_used(store: Store, secret: str):
    later = NOON + IDLE - timedelta(seconds=1)
    assert store.statements.console(secret, "bsky", BOB, NOON) is None
    assert store.statements.console("", "bsky", ANN, NOON) is None
    assert store.statements.console(secret, "bsky", ANN, later) == "post"
    assert store.statements.console(secret, "bsky", ANN, later + IDLE - timedelta(seconds=1)) == "post"
    assert store.statements.console(secret, "bsky", ANN, later + 3 * IDLE) is None


def test_another_accounts_try_does_not_keep_a_console_open(store: Store, secret: str):
    store.statements.console(secret, "bsky", BOB, NOON + IDLE / 2)
    assert store.statements.console(secret, "bsky", ANN, NOON + IDLE) is None


def test_a_console_is_closed(store: Store, secret: str):
    store.statements.close(secret)
    assert store.statements.console(secret, "bsky", ANN, NOON) is None


def test_a_ticket_is_no_secret_and_a_secret_no_ticket(store: Store, secret: str):
    ticket = store.statements.new_claim("bsky", ANN, NOON)
    assert store.statements.console(ticket, "bsky", ANN, NOON) is None
    assert store.statements.claim(secret, "bsky", ANN, NOON) is None


def test_what_is_over_is_dropped_and_what_is_not_stays(store: Store, secret: str):
    ticket = store.statements.new_claim("bsky", ANN, NOON)
    store.statements.forget(NOON + IDLE / 2)
    assert store.statements.console(secret, "bsky", ANN, NOON) == "post"
    store.statements.forget(NOON + IDLE)
    assert store.statements.console(secret, "bsky", ANN, NOON) is None
    assert store.statements.claim(ticket, "bsky", ANN, NOON)
    store.statements.forget(NOON + LASTS)
    assert store.statements.claim(ticket, "bsky", ANN, NOON) is None


def test_nobody_is_named_and_no_secret_is_kept(store: Store, secret: str):
    store.statements.allow("bsky", ANN, NOON)
    ticket = store.statements.new_claim("bsky", ANN, NOON)
    store.statements.declare(keep(store, 1), "unlisted", NOON)
    with store._database.reading() as connection:
        held = {name: connection.exec_driver_sql(f"SELECT * FROM {name}").all() for name in ("codes", "statements")}
        assert set(held) <= set(inspect(connection).get_table_names())
    told = repr(
        [
            [bytes(cell) if isinstance(cell, memoryview) else cell for cell in row]
            for rows in held.values()
            for row in rows
        ]
    )
    assert len(held["codes"]) == 2
    assert held["statements"]
    for word in (ANN, "3k1", secret, ticket, code(ticket), code(ticket).removeprefix("threadleaf-")):
        assert word not in told


# --- pages ------------------------------------------------------------------------------------------------------


def test_an_authors_pages_are_found_whoever_may_see_them(store: Store):
    pages = [keep(store, 1), keep(store, 5, visibility="unlisted"), keep(store, 9, visibility="private")]
    store.save(draft(talk(*line(20, author="bob"))))
    store.moderation.hide([alias_of(ref(1))], NOON)
    assert store.statements.theirs("bsky", ANN, 9) == tuple(reversed(pages))
    assert store.statements.theirs("bsky", ANN, 2) == (pages[2], pages[1])
    assert store.statements.theirs("fedi", ANN, 9) == ()
    assert store.statements.private("bsky", ANN) == 1
    assert store.statements.private("bsky", BOB) == 0
    store.remove([alias_of(ref(1))], "author", NOON)
    assert store.statements.theirs("bsky", ANN, 9) == (pages[2], pages[1])


def in_lists(store: Store) -> list[str]:
    return [one.path for one in store.list(9)]


def test_an_author_keeps_a_page_out_of_lists_and_puts_it_back(store: Store):
    page = keep(store, 1)
    store.statements.declare(page, "unlisted", NOON)
    assert in_lists(store) == []
    (changed,) = store.find([alias_of(ref(1))])
    assert (changed.visibility, changed.etag != page.etag) == ("unlisted", True)
    store.statements.declare(changed, "listed", NOON)
    assert in_lists(store) == [page.path]
    assert [deed.did for deed in store.moderation.deeds(9)] == ["author made listed", "author made unlisted"]


def test_what_an_author_said_stands_when_others_ask_for_something_else(store: Store):
    page = keep(store, 1, 2)
    store.statements.declare(page, "unlisted", NOON)
    (based_on,) = store.find([alias_of(ref(1))])
    again = store.save(draft(talk(*line(1, 2, 3)), based_on=(based_on,)))
    assert again
    assert (again.visibility, in_lists(store)) == ("unlisted", [])


def test_it_stands_when_the_page_is_made_again_from_another_post(store: Store):
    page = keep(store, 1, 2)
    store.statements.declare(page, "unlisted", NOON)
    store.withdraw(page, "network", NOON)
    assert keep(store, 2, 3).visibility == "unlisted"
    store.withdraw(store.find([alias_of(ref(3))])[0], "network", NOON)
    assert keep(store, 3, 4).visibility == "unlisted", "a post that came with the page leads to it as well"


def test_an_author_lists_what_others_asked_for_quietly(store: Store):
    page = keep(store, 1, visibility="unlisted")
    store.statements.declare(page, "listed", NOON)
    store.withdraw(page, "network", NOON)
    assert keep(store, 1, visibility="unlisted").visibility == "listed"


def test_a_private_copy_stays_private(store: Store):
    page = keep(store, 1)
    store.statements.declare(page, "listed", NOON)
    private = keep(store, 1, visibility="private")
    assert private.visibility == "private"
    assert in_lists(store) == [page.path]


def test_of_two_pages_that_turn_out_to_be_one_the_last_word_counts(store: Store):
    first, second = keep(store, 1), keep(store, 2)
    store.statements.declare(first, "unlisted", NOON)
    store.statements.declare(second, "listed", NOON + timedelta(hours=1))
    pages = store.find([alias_of(ref(1)), alias_of(ref(2))])
    both = store.save(draft(talk(*line(1, 2)), based_on=pages))
    assert both
    assert both.visibility == "listed"


def test_a_wish_of_somebody_in_it_keeps_a_page_out_of_lists_whatever_its_author_says(store: Store):
    page = keep(store, 1, visibility="unlisted", quiet=True)
    store.statements.declare(page, "listed", NOON)
    assert in_lists(store) == []


def test_no_rendered_page_outlives_what_its_author_says(store: Store):
    page = keep(store, 1)
    store.keep_page(rendered(page, "a", b"x"), "article", "1")
    assert store.page(alias_of_path(page.path), "article", "1")
    store.statements.declare(page, "unlisted", NOON)
    assert store.page(alias_of_path(page.path), "article", "1") is None


def test_an_author_agrees_and_takes_it_back(store: Store):
    assert not store.statements.allows("bsky", ANN)
    store.statements.allow("bsky", ANN, NOON)
    store.statements.allow("bsky", ANN, NOON)
    assert store.statements.allows("bsky", ANN)
    assert not store.statements.allows("fedi", ANN)
    store.statements.disallow("bsky", ANN)
    assert not store.statements.allows("bsky", ANN)
