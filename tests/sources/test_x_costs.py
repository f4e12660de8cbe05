"""What questions to X cost: never more than is held for them, and in fact what the fake's bill says."""

from __future__ import annotations

import json
from datetime import timedelta
from urllib.parse import urlencode

import pytest

from tests.support.x import NOON, World
from threadleaf.sources import x_costs
from threadleaf.sources.x_costs import Prices
from threadleaf.wire import Answer, Reply, Request

PRICES = Prices()
API = "https://api.x.com/2"
OF_OLDER = "author_id,referenced_tweets.id"


def asked(path: str, method: str = "GET", **query: str) -> Request:
    return Request(url=f"{API}/{path}?{urlencode(query)}", method=method)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("request_", "most"),
    [
        (asked("tweets", ids="1"), 5_000),
        (asked("tweets", ids="1,2", expansions="author_id"), 2 * 15_000),
        (asked("tweets/1", expansions=OF_OLDER), 25_000),
        (asked("tweets", ids="1,2", expansions="author_id,referenced_posts"), 2 * 25_000),
        (asked("tweets/1", expansions=f"{OF_OLDER},referenced_tweets.id.author_id"), 45_000),
        (asked("tweets/1", expansions="author_id,referenced_posts,referenced_posts.author_id"), 45_000),
        (asked("tweets/search/recent", query="conversation_id:1 from:ada", max_results="100", expansions=OF_OLDER), 1_510_000),
        (asked("tweets/search/recent", query="tides", max_results="10", expansions="author_id"), 150_000),
        (asked("tweets/search/recent", query="tides"), 50_000),
        (asked("tweets/search/recent", query="tides", max_results="many"), 500_000),
        (asked("users/7/tweets", max_results="5"), 25_000),
        (asked("users/7/mentions", max_results="5", expansions=OF_OLDER), 20_000),
        (asked("users/me"), 10_000),
        (asked("users/by/username/ada"), 10_000),
        (asked("tweets", "POST"), 10_000),
        (asked("tweets/1", "DELETE"), 10_000),
    ],
)  # fmt: skip
def test_what_a_question_can_cost(request_: Request, most: int) -> None:
    assert x_costs.most(request_, PRICES) == most


def test_what_is_written_costs_by_the_deed_and_what_is_read_by_what_is_returned() -> None:
    assert [x_costs.deed(asked("tweets", method), PRICES) for method in ("GET", "POST", "DELETE")] == [
        0,
        10_000,
        10_000,
    ]
    body = {
        "data": [{"id": "1"}, {"id": "2"}],
        "includes": {"users": [{"id": "7"}], "posts": [{"id": "2"}, {"id": "x"}]},
    }
    assert x_costs.returned(asked("tweets"), body, PRICES) == {"post 1": 5_000, "post 2": 5_000, "user 7": 10_000}
    assert x_costs.returned(asked("tweets", "POST"), {"data": {"id": "1"}}, PRICES) == {}
    assert x_costs.returned(asked("users/7/mentions"), body, PRICES) == {
        "post 1": 1_000,
        "post 2": 1_000,
        "user 7": 1_000,
    }
    assert x_costs.returned(asked("users/me"), {"data": {"id": "7"}}, PRICES) == {"user 7": 10_000}
    assert x_costs.returned(asked("tweets"), None, PRICES) == {}


def test_prices_are_those_that_are_set() -> None:
    assert x_costs.thread(25, PRICES) == 135_000
    assert x_costs.thread(25, Prices(post=1, user=2)) == 27
    assert x_costs.page(10, PRICES) == 160_000


@pytest.mark.parametrize("words", ["tweet", "post"])
def test_no_answer_costs_more_than_was_reckoned_and_all_together_cost_what_the_bill_says(words: str) -> None:
    here = World()
    here.words = words  # type: ignore[assignment]
    first = here.post("ada", "1/", at=NOON - timedelta(hours=3))
    node = first
    for number in range(30):
        other = here.post(f"p{number}", "Why?", to=node, at=NOON - timedelta(hours=2, seconds=-number))
        quoted = here.post(f"q{number}", "Elsewhere.", at=NOON - timedelta(days=1))
        here.post("ada", "So.", to=other, quotes=quoted, at=NOON - timedelta(hours=1, seconds=-number))
        node = here.post("ada", f"{number + 2}/", to=node, at=NOON - timedelta(minutes=40, seconds=-number))
    paid: dict[str, int] = {}
    answered = here.reply

    def reply(request: Request) -> Reply:
        given = answered(request)
        assert isinstance(given, Answer)
        if given.status == 200:
            cost = x_costs.returned(request, json.loads(given.body), PRICES)
            assert sum(cost.values()) <= x_costs.most(request, PRICES)
            paid.update(cost)
        return given

    here.reply = reply  # type: ignore[method-assign]
    here.run(first, x_posts=300)
    assert sum(paid.values()) == here.bill.total
