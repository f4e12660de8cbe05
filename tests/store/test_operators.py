"""The operator's password, the link that sets it, and sessions."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from tests.store.build import NOON
from threadleaf.store.schema import meta, sessions
from threadleaf.store.threads import Store

DAY, HOUR = timedelta(days=1), timedelta(hours=1)


def test_there_is_no_password_until_one_is_set(store: Store) -> None:
    assert store.operators.password() == ""
    assert not store.operators.link_works("", NOON)
    assert not store.operators.set_password("", "hash", NOON)
    assert store.operators.password() == ""


def test_a_link_sets_the_password_once(store: Store) -> None:
    token = store.operators.new_link(NOON)
    assert store.operators.link_works(token, NOON)
    assert store.operators.set_password(token, "hash", NOON)
    assert store.operators.password() == "hash"
    assert not store.operators.link_works(token, NOON)
    assert not store.operators.set_password(token, "other", NOON)
    assert store.operators.password() == "hash"


def test_a_link_works_for_an_hour(store: Store) -> None:
    token = store.operators.new_link(NOON)
    assert store.operators.link_works(token, NOON + HOUR - timedelta(seconds=1))
    assert not store.operators.link_works(token, NOON + HOUR)
    assert not store.operators.set_password(token, "hash", NOON + HOUR)


def test_only_the_last_link_works(store: Store) -> None:
    first, second = store.operators.new_link(NOON), store.operators.new_link(NOON)
    assert first != second
    assert not store.operators.link_works(first, NOON)
    assert store.operators.link_works(second, NOON)


def test_secrets_have_128_bits_and_are_kept_as_hashes(store: Store) -> None:
    token, secret = store.operators.new_link(NOON), store.operators.begin(NOON)
    assert len(token) == len(secret) == 22, "22 characters of base64 are 128 bits and more"
    with store._database.reading() as connection:
        kept = [bytes(value) for value in connection.execute(select(meta.c.value)).scalars()]
        kept += [bytes(mark) for mark in connection.execute(select(sessions.c.mark)).scalars()]
    assert not any(text.encode() in value for text in (token, secret) for value in kept)


def test_a_session_is_known_by_its_secret_alone(store: Store) -> None:
    one, other = store.operators.begin(NOON), store.operators.begin(NOON)
    found = store.operators.session(one, NOON)
    assert found is not None
    assert found != store.operators.session(other, NOON)
    for wrong in ("", "x", one[:-1], one + "x", str(found.number), "\ud800"):
        assert store.operators.session(wrong, NOON) is None


def test_a_session_is_over_after_twelve_hours_without_a_sign_of_life(store: Store) -> None:
    secret = store.operators.begin(NOON)
    at = NOON
    for _ in range(5):
        at += 11 * HOUR
        assert store.operators.session(secret, at) is not None
    assert store.operators.session(secret, at + 12 * HOUR) is None
    assert store.operators.sessions(at + 12 * HOUR) == []


def test_a_session_is_over_after_seven_days_in_any_case(store: Store) -> None:
    secret = store.operators.begin(NOON)
    at = NOON
    while at < NOON + 7 * DAY:
        assert store.operators.session(secret, at) is not None
        at += 6 * HOUR
    assert store.operators.session(secret, NOON + 7 * DAY) is None


def test_signs_of_life_are_written_once_a_minute_at_most(store: Store) -> None:
    secret = store.operators.begin(NOON)
    store.operators.session(secret, NOON + timedelta(seconds=59))
    assert store.operators.sessions(NOON)[0].seen_at == NOON
    store.operators.session(secret, NOON + timedelta(seconds=60))
    assert store.operators.sessions(NOON)[0].seen_at == NOON + timedelta(seconds=60)


def test_a_session_that_was_ended_is_none(store: Store) -> None:
    one, other = store.operators.begin(NOON), store.operators.begin(NOON)
    found = store.operators.session(one, NOON)
    assert found is not None
    store.operators.end(found.number, NOON)
    store.operators.end(found.number, NOON)
    assert store.operators.session(one, NOON) is None
    assert store.operators.session(other, NOON) is not None
    assert [deed.did for deed in store.moderation.deeds(9)].count("signed out") == 1


def test_a_new_password_ends_all_sessions(store: Store) -> None:
    secrets = [store.operators.begin(NOON) for _ in range(3)]
    assert [one.number for one in store.operators.sessions(NOON)] == sorted(
        (one.number for one in store.operators.sessions(NOON)), reverse=True
    )
    store.operators.set_password(store.operators.new_link(NOON), "hash", NOON)
    assert [store.operators.session(secret, NOON) for secret in secrets] == [None, None, None]


def test_sessions_that_are_over_are_deleted_when_one_begins(store: Store) -> None:
    store.operators.begin(NOON)
    store.operators.begin(NOON + DAY)
    with store._database.reading() as connection:
        assert len(connection.execute(select(sessions.c.id)).all()) == 1


def test_what_was_done_is_logged_without_secrets(store: Store) -> None:
    token = store.operators.new_link(NOON)
    store.operators.set_password(token, "hash", NOON)
    secret = store.operators.begin(NOON)
    deeds = store.moderation.deeds(9)
    assert [(deed.did, deed.about) for deed in deeds] == [
        ("signed in", ""),
        ("password set", ""),
        ("set-up link made", ""),
    ]
    assert token not in repr(deeds)
    assert secret not in repr(deeds)
