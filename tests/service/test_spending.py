"""The money that X takes: held before a reading, drawn by its answers, never beyond a ceiling; and for whom it is."""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.support.x import NOON, World
from threadleaf.core.errors import NotNow, Refused, UnknownAddress
from threadleaf.core.model import Conversation, Ref
from threadleaf.service import Threadleaf
from threadleaf.service.levels import check_reader
from threadleaf.service.spending import Ceilings, Purse
from threadleaf.sources import x
from threadleaf.sources.x_costs import Prices
from threadleaf.store.records import Asker
from threadleaf.store.threads import Store
from threadleaf.wire import Answer, Request, Scope, Steps, ask
from threadleaf.wire import Refused as NotAnswered

API = "https://api.x.com"
MUCH = 100_000_000
FULL = 1_510_000 + 10 * 25_000
"""The most that reading a hundred posts is held to cost."""
DAY = "What reading X may cost in a day is spent here. It is renewed at midnight (UTC)."
MONTH = "What reading X may cost in a month is spent here. It is renewed on the first day of the next month (UTC)."
LESS = "This reading would cost more than is left for it."
BUSY = "Other threads of X are being read, for which all the money is held that is left. Try again in a minute."


class Here:
    """An instance that reads the fake of X and pays for it."""

    def __init__(self, store: Store, *, day: int = MUCH, month: int = MUCH, posts: int = 100, **more: Any) -> None:
        self.world = World()
        self.store = store
        ceilings = Ceilings(day=day, month=month, posts=posts)
        self.purse = Purse(store.spending, Prices(), ceilings, API, lambda: self.world.now)
        scope = Scope(x_reads=True)
        self.service = Threadleaf(
            store, self.fetch, lambda: self.world.now, scope=scope, **{"purse": self.purse, **more}
        )

    def fetch(self, steps: Steps) -> Conversation:
        try:
            wanted = next(steps)
            while True:
                wanted = steps.send(tuple(map(self.world.reply, wanted)))
        except StopIteration as end:
            seen: Conversation = end.value
            return seen

    def thread(self, length: int = 25) -> list[str]:
        texts = [f"{number}/" for number in range(1, length + 1)]
        return self.world.thread("ada", texts, at=self.world.now - timedelta(hours=1))

    def spent(self) -> int:
        return self.purse.budget().day_spent


def read(here: Here, name: str, asker: Asker = "operator") -> int:
    return len(here.service.unroll(Ref("x", name), asker=asker).thread.posts)


# --- what it costs ---------------------------------------------------------------------------------------------


def test_a_reading_costs_what_x_charges(store: Store) -> None:
    here = Here(store)
    chain = here.thread()
    assert read(here, chain[3]) == 25
    assert here.spent() == here.world.bill.total == 25 * 5_000 + 10_000
    assert here.purse.budget().held == 0


def test_reading_again_on_the_same_day_costs_nothing_and_on_the_next_as_much(store: Store) -> None:
    here = Here(store)
    chain = here.thread()
    for day in (1, 1, 2):
        read(here, chain[0])
        assert here.spent() == 135_000
        assert here.purse.budget().month_spent == here.world.bill.total == day * 135_000
        if here.world.now == NOON or day == 1:
            here.world.later(hours=13 if here.world.now > NOON else 1)


def test_what_fails_costs_nothing_and_what_may_have_been_answered_its_most(store: Store) -> None:
    here = Here(store)
    chain = here.thread()
    for kind in ("rate", "door", "limit", "offline"):
        here.world.refuse = lambda _request, kind=kind: NotAnswered(kind=kind)  # type: ignore[misc]
        with pytest.raises(NotNow):
            read(here, chain[0])
    here.world.refuse = lambda _request: Answer(status=503, body=b"", at=NOON)
    with pytest.raises(NotNow):
        read(here, chain[0])
    assert here.purse.budget().month_spent == 0
    for number, kind in enumerate(("timeout", "network", "too-large"), 1):
        here.world.refuse = lambda _request, kind=kind: NotAnswered(kind=kind)  # type: ignore[misc]
        with pytest.raises(NotNow):
            read(here, chain[0])
        assert here.spent() == number * 25_000


def test_how_it_stands_can_be_seen(store: Store) -> None:
    here = Here(store, day=200_000_0, month=300_000_0)
    read(here, here.thread()[0])
    budget = here.purse.budget()
    assert (budget.day, budget.month, budget.thread, budget.left) == (2_000_000, 3_000_000, 135_000, 1_865_000)


# --- ceilings --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("ceilings", "sentence"),
    [({"day": 409_999}, DAY), ({"month": 409_999}, MONTH), ({"day": 0}, DAY), ({"month": 0}, MONTH)],
)
def test_where_too_little_is_left_to_begin_nothing_is_asked_and_it_is_told(
    store: Store, ceilings: dict[str, int], sentence: str
) -> None:
    here = Here(store, **ceilings)
    with pytest.raises(NotNow) as caught:
        read(here, here.thread()[0])
    assert (caught.value.sentence, caught.value.code, caught.value.kind) == (sentence, "budget", "not-now")
    assert here.world.requests == []


def test_where_less_is_left_a_reading_goes_less_far(store: Store) -> None:
    here = Here(store, day=560_000)
    chain = here.thread(60)
    assert 18 <= read(here, chain[0]) <= 21
    assert here.spent() < 560_000


def test_beyond_what_is_held_a_reading_gets_no_more_and_what_costs_nothing_goes_on(store: Store) -> None:
    here = Here(store, posts=10)
    heard: list[object] = []

    def returns_all(request: Request) -> Answer:
        ids = parse_qs(urlsplit(request.url).query).get("ids", [""])[0].split(",")
        return Answer(status=200, body=json.dumps({"data": [{"id": name} for name in ids]}).encode(), at=NOON)

    def never_has_enough(scope: Scope) -> Steps:
        for number in range(1, 31):
            ids = ",".join(str(number * 100 + place) for place in range(10))
            wanted = Request(url=f"{scope.x_api}/2/tweets?ids={ids}"), Request(url="https://elsewhere.example/?ids=1")
            heard.extend((yield wanted))
        return Conversation(network="x", anchor="", posts=())

    here.world.reply = returns_all  # type: ignore[method-assign, assignment]
    here.fetch(here.purse.reading(never_has_enough, Scope(x_reads=True)))
    assert here.spent() == 400_000, "eight times ten posts, of the 410,000 that were held"
    refused = [reply for reply in heard if isinstance(reply, NotAnswered)]
    assert {(reply.kind, reply.detail) for reply in refused} == {("limit", LESS)}
    assert len(refused) == 30 - 8


def test_while_the_money_is_held_for_others_one_is_asked_to_wait_a_minute(store: Store) -> None:
    here = Here(store, day=FULL + 100_000)
    chain = here.thread()
    held = here.store.spending.hold(FULL, NOON, MUCH, MUCH)
    assert isinstance(held, int)
    with pytest.raises(NotNow) as caught:
        read(here, chain[0])
    assert (caught.value.sentence, caught.value.code) == (BUSY, "budget")
    here.store.spending.release(held)
    assert read(here, chain[0]) == 25


def test_whoever_comes_second_in_the_same_moment_waits(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    here = Here(store, day=FULL)
    budget = here.purse.budget
    monkeypatch.setattr(here.purse, "budget", lambda: (budget(), store.spending.hold(1, NOON, MUCH, MUCH))[0])
    with pytest.raises(NotNow) as caught:
        read(here, here.thread()[0])
    assert caught.value.sentence == BUSY


def test_sixty_four_readings_at_once_never_cross_the_ceiling(store: Store) -> None:
    """Each of another thread, so that none is free because another one paid."""
    day = FULL + 3 * 135_000
    here = Here(store, day=day)
    threads = [here.thread() for _ in range(64)]
    most: list[int] = []
    answered = here.world.reply

    def watched(request: Request) -> Any:
        most.append(here.spent())
        return answered(request)

    here.world.reply = watched  # type: ignore[method-assign]

    def tried(chain: list[str]) -> int:
        try:
            return read(here, chain[0])
        except NotNow:
            return 0

    with ThreadPoolExecutor(16) as pool:
        lengths = list(pool.map(tried, threads))
    assert sum(map(bool, lengths)) >= 1
    assert max(most) <= day
    assert here.spent() == here.world.bill.total <= day
    assert here.purse.budget().held == 0


# --- single questions ------------------------------------------------------------------------------------------


def _deeds() -> Steps:
    yield (
        Request(url=f"{API}/2/tweets", method="POST", credential="bot-x"),
        Request(url=f"{API}/2/users/7/mentions?max_results=5", credential="bot-x"),
        Request(url="https://elsewhere.example/"),
    )
    return Conversation(network="x", anchor="", posts=())


@pytest.mark.parametrize(("ceilings", "refused"), [({}, 0), ({"day": 10_000}, 1), ({"month": 9_000}, 1)])
def test_single_questions_are_paid_for_one_by_one(store: Store, ceilings: dict[str, int], refused: int) -> None:
    here = Here(store, **ceilings)
    here.world.reply = lambda request: Answer(status=201 if request.method == "POST" else 200, body=b"{}", at=NOON)  # type: ignore[method-assign]
    sent: list[Request] = []
    metered = here.purse.meter(_deeds())
    wanted = next(metered)
    sent += wanted
    with pytest.raises(StopIteration):
        metered.send(tuple(map(here.world.reply, wanted)))
    assert len(sent) == 3 - refused
    assert here.spent() == (0 if "month" in ceilings else 10_000)
    assert here.purse.budget().held == 0


def test_what_is_refused_is_told_as_a_limit_with_the_code(store: Store) -> None:
    here = Here(store, day=0)
    heard: list[object] = []

    def asking() -> Steps:
        heard.append((yield from ask(Request(url=f"{API}/2/users/me"))))
        return Conversation(network="x", anchor="", posts=())

    with pytest.raises(StopIteration):
        next(here.purse.meter(asking()))
    assert heard == [NotAnswered(kind="limit", detail=DAY, code=x.BUDGET)]


# --- for whom --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("who", "may"),
    [
        ("operator", {"operator"}),
        ("summoned", {"operator", "summoned"}),
        ("anyone", {"operator", "summoned", "anyone"}),
    ],
)
def test_who_may_have_x_read(store: Store, who: Asker, may: set[Asker]) -> None:
    here = Here(store, who_may_read_x=who)
    chain = here.thread(2)
    ways: dict[str, Callable[[Asker], object]] = {
        "look": lambda asker: read(here, chain[0], asker),
        "keep": lambda asker: here.service.unroll(Ref("x", chain[0]), save="unlisted", asker=asker),
        "read again": lambda asker: here.service.unroll(Ref("x", chain[1]), save="unlisted", asker=asker),
        "wishes": lambda asker: here.service.wishes(Ref("x", chain[0]), asker=asker),
    }
    askers: tuple[Asker, ...] = ("anyone", "summoned", "operator")
    for way, asker in ((way, asker) for way in ways for asker in askers):
        before = len(here.world.requests)
        if asker in may:
            ways[way](asker)
            assert len(here.world.requests) > before
        else:
            with pytest.raises(Refused) as caught:
                ways[way](asker)
            assert caught.value.code == "x-readers"
            assert caught.value.sentence.startswith("Reading X costs money")
            assert len(here.world.requests) == before


def test_other_networks_are_for_whoever_asks() -> None:
    check_reader("bsky", "anyone", "operator")


def test_the_scheduled_reading_is_the_operators(store: Store) -> None:
    here = Here(store)
    chain = here.thread(3)
    saved = here.service.unroll(Ref("x", chain[0]), save="listed", asker="operator").saved
    assert saved is not None
    here.world.later(days=1)
    checked = here.service.check(saved)
    assert checked is not None
    assert len(checked.thread.posts) == 3


def test_without_a_purse_x_is_not_read(store: Store) -> None:
    here = Here(store, purse=None)
    assert not here.service.reads("x")
    assert Here(store).service.reads("x")
    with pytest.raises(UnknownAddress):
        here.service.unroll(Ref("x", here.thread()[0]), asker="operator")
    assert here.world.requests == []


def test_a_deleted_post_is_taken_down_when_the_thread_is_read_again(store: Store) -> None:
    here = Here(store)
    chain = here.thread(4)
    keep = partial(here.service.unroll, Ref("x", chain[0]), save="listed", asker="operator")
    assert [post.text for post in keep().thread.posts] == ["1/", "2/", "3/", "4/"]
    here.world.delete(chain[3])
    here.world.later(hours=1)
    assert [post.text for post in keep().thread.posts] == ["1/", "2/", "3/"]


@pytest.mark.parametrize("words", [{"protected": True}, {"suspended": True}])
def test_a_thread_whose_author_is_protected_or_suspended_is_taken_down(store: Store, words: dict[str, bool]) -> None:
    here = Here(store)
    chain = here.thread(4)
    keep = partial(here.service.unroll, Ref("x", chain[0]), save="listed", asker="operator")
    path = keep().path
    for name, value in words.items():
        setattr(here.world.called("ada"), name, value)
    here.world.later(hours=1)
    with pytest.raises(Refused):
        keep()
    with pytest.raises(Exception, match=r"taken down|no page|taken back|removed|no longer"):
        here.service.read(path)
