"""Who follows what: nothing counts before it is confirmed, nobody is written to at the will of others."""

from datetime import timedelta

from tests.store.build import NOON
from threadleaf.store.follow import MOST, Follow
from threadleaf.store.threads import Store

ANN, BEN = "ann@example.org", "ben@example.org"
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def begin(store: Store, address: str = ANN, topic: str = "latest", *, after: timedelta = timedelta(0)) -> Follow | None:
    return store.follows.begin(address, topic, lang="de", at=NOON + after, seen=7)


def followed(store: Store, address: str = ANN, topic: str = "latest", *, after: timedelta = timedelta(0)) -> Follow:
    asked = begin(store, address, topic, after=after)
    assert asked is not None
    found = store.follows.confirm(asked.token, NOON + after)
    assert found is not None
    return found


def take(store: Store, *, after: timedelta = HOUR) -> tuple[Follow, ...]:
    return store.follows.take(NOON + after, NOON + after + DAY)


def test_what_was_asked_for_is_found_by_its_token_and_counts_once_it_is_confirmed(store: Store) -> None:
    asked = begin(store)
    assert asked is not None
    assert (asked.address, asked.topic, asked.lang, asked.seen, asked.confirmed_at) == (ANN, "latest", "de", 7, None)
    assert store.follows.find(asked.token) == asked
    assert take(store) == ()
    confirmed = store.follows.confirm(asked.token, NOON + HOUR)
    assert confirmed is not None
    assert confirmed.confirmed_at == NOON + HOUR
    assert store.follows.confirm(asked.token, NOON + DAY) == confirmed
    assert take(store) == (confirmed,)


def test_a_token_that_nobody_was_given_leads_nowhere(store: Store) -> None:
    followed(store)
    assert store.follows.find("nothing") is None
    assert store.follows.confirm("nothing", NOON) is None
    assert not store.follows.end("nothing")
    assert not store.follows.end("nothing", everything=True)
    assert len(take(store)) == 1


def test_who_follows_something_is_not_asked_again(store: Store) -> None:
    followed(store)
    assert begin(store, after=DAY) is None


def test_nobody_is_asked_more_than_once_an_hour(store: Store) -> None:
    first = begin(store)
    assert first is not None
    assert begin(store, topic="search:mill", after=HOUR / 2) is None
    assert begin(store, BEN) is not None
    again = begin(store, after=HOUR)
    assert again is not None
    assert again.token != first.token
    assert store.follows.find(first.token) is None


def test_nobody_follows_too_much(store: Store) -> None:
    for n in range(MOST):
        followed(store, topic=f"search:{n}")
    assert begin(store, topic="latest", after=DAY) is None


def test_one_thing_ends_or_everything(store: Store) -> None:
    one, other, third = (followed(store, topic=topic) for topic in ("latest", "search:mill", "search:eels"))
    kept = followed(store, BEN)
    assert store.follows.end(one.token)
    assert store.follows.find(one.token) is None
    assert store.follows.find(other.token) == other
    assert store.follows.end(other.token, everything=True)
    assert store.follows.find(third.token) is None
    assert take(store) == (kept,)


def test_each_address_is_taken_once_a_day_with_all_that_it_follows(store: Store) -> None:
    ann = followed(store), followed(store, topic="search:mill")
    ben = followed(store, BEN)
    begin(store, ANN, "search:eels")
    begin(store, "cat@example.org")
    assert [take(store), take(store), take(store)] == [ann, (ben,), ()]
    store.follows.told({ann[0].number: 9})
    assert take(store, after=3 * DAY)[0].seen == 9
    assert take(store, after=3 * DAY)[0].seen == 7


def test_who_could_not_be_told_is_taken_again(store: Store) -> None:
    ann = followed(store)
    assert take(store) == (ann,)
    store.follows.again(ANN, NOON)
    assert take(store) == (ann,)


def test_what_nobody_confirmed_is_forgotten(store: Store) -> None:
    asked, kept = begin(store), followed(store, BEN)
    assert asked is not None
    store.follows.forget(NOON)
    assert store.follows.find(asked.token) == asked
    store.follows.forget(NOON + HOUR)
    assert store.follows.find(asked.token) is None
    assert store.follows.find(kept.token) == kept
