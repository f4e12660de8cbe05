"""The fake of X does what X's own words and those of other programs' authors say of it: rules, errors, prices."""

from __future__ import annotations

import json
from datetime import timedelta
from http.client import HTTPConnection
from typing import Any

import pytest

from tests.support.x import NOON, World
from threadleaf.fakes.x import serving

LOOKED_UP = {"tweet.fields": "author_id", "expansions": "author_id,referenced_tweets.id"}


def ask(here: World, path: str, *, token: str = "", method: str = "GET", body: object = None, **query: str) -> Any:
    """Status, JSON and fields of an answer; without `token`, with that of the app."""
    fields = {"authorization": f"Bearer {token or here.app_token}"}
    given = here.handle(method, f"/2/{path}", query, fields, json.dumps(body).encode())
    return given.status, json.loads(given.body or b"{}"), given.fields


def reply(here: World, text: str, to: str, name: str = "bot") -> Any:
    body = {"text": text, "reply": {"in_reply_to_tweet_id": to}}
    return ask(here, "tweets", token=here.token_of(name), method="POST", body=body)


@pytest.fixture
def here() -> World:
    made = World()
    made.person("bot")
    return made


# --- writing ---------------------------------------------------------------------------------------------------


def test_a_bot_may_answer_whoever_named_it_or_quoted_it_and_nobody_else(here: World) -> None:
    first = here.post("ada", "A thread.")
    call = here.post("bob", "@bot unroll", to=first)
    assert reply(here, "Not called.", first)[0] == 403
    status, told, _ = reply(here, "Here it is: https://threads.example.org/t/x/1", call)
    assert (status, here.bill.counts["reply"]) == (201, 1)
    answer = told["data"]["id"]
    below = here.post("cy", "Thanks.", to=answer)
    assert reply(here, "You are welcome.", below)[0] == 403, "to answer the bot is not to name it"
    quoting = here.post("cy", "Look", quotes=answer)
    assert reply(here, "Hello again.", quoting)[0] == 201


def test_the_same_words_are_refused_a_second_time(here: World) -> None:
    call = here.post("bob", "@bot unroll")
    assert reply(here, "Here it is.", call)[0] == 201
    status, told, _ = reply(here, "Here it is.", call)
    assert (status, told["detail"]) == (403, "You are not allowed to create a Tweet with duplicate content.")


def test_an_answer_to_what_is_gone_is_refused(here: World) -> None:
    call = here.post("bob", "@bot unroll")
    here.delete(call)
    assert "deleted" in reply(here, "Here it is.", call)[1]["detail"]


def test_a_post_may_be_there_although_its_answer_failed(here: World) -> None:
    call = here.post("bob", "@bot unroll")
    here.after_create = "fault"
    assert reply(here, "Here it is.", call)[0] == 503
    assert here.newest()[0].raw.endswith("Here it is.")


def test_ones_own_posts_can_be_deleted_and_no_others(here: World) -> None:
    mine, other = here.post("bot", "Mine."), here.post("ada", "Hers.")
    token = here.token_of("bot")
    assert ask(here, f"tweets/{mine}", token=token, method="DELETE")[1] == {"data": {"deleted": True}}
    assert ask(here, f"tweets/{mine}", token=token, method="DELETE")[1] == {"data": {"deleted": False}}
    assert ask(here, f"tweets/{other}", token=token, method="DELETE")[0] == 403
    assert here.bill.counts["delete"] == 1


@pytest.mark.parametrize(("token", "status"), [("", 403), ("of-yesterday", 401), ("fake-user-token-1", 401)])
def test_who_may_write(here: World, token: str, status: int) -> None:
    assert ask(here, "tweets", token=token, method="POST", body={"text": "x"})[0] == status


# --- reading ---------------------------------------------------------------------------------------------------


def test_mentions_are_listed_from_an_id_on_and_cost_less_for_the_owner(here: World) -> None:
    bot = here.called("bot").id
    calls = [here.post("bob", f"@bot unroll {number}", at=NOON + timedelta(seconds=number)) for number in range(6)]
    here.later(minutes=1)
    here.owner = "bot"
    _, told, _ = ask(here, f"users/{bot}/mentions", max_results="5")
    assert [post["id"] for post in told["data"]] == calls[:0:-1]
    assert here.bill.total == 5 * 1_000
    _, told, _ = ask(here, f"users/{bot}/mentions", max_results="5", pagination_token=told["meta"]["next_token"])
    assert [post["id"] for post in told["data"]] == calls[:1]
    _, told, _ = ask(here, f"users/{bot}/mentions", max_results="5", since_id=calls[4])
    assert [post["id"] for post in told["data"]] == calls[5:]


def test_a_timeline_has_a_window_and_leaves_out_replies(here: World) -> None:
    first = here.post("ada", "One.", at=NOON - timedelta(hours=3))
    second = here.post("ada", "Two.", to=first, at=NOON - timedelta(hours=2))
    ada = here.called("ada").id

    def listed(**query: str) -> list[str]:
        return [post["id"] for post in ask(here, f"users/{ada}/tweets", **query)[1].get("data", ())]

    assert listed() == [second, first]
    assert listed(exclude="replies") == [first]
    assert listed(start_time="2026-11-03T09:30:00Z") == [second]
    assert listed(end_time="2026-11-03T09:30:00Z", until_id=second) == [first]
    here.called("ada").suspended = True
    assert "errors" in ask(here, f"users/{ada}/tweets")[1]


def test_people_are_found_by_name_and_a_program_learns_for_whom_it_acts(here: World) -> None:
    here.person("cy", suspended=True)
    token = here.token_of("bot")
    assert ask(here, "users/by/username/BOT")[1]["data"]["username"] == "bot"
    assert ask(here, "users/me", token=token)[1]["data"]["id"] == here.called("bot").id
    assert ask(here, "users/me")[0] == 404
    details = [ask(here, f"users/by/username/{name}")[1]["errors"][0]["detail"] for name in ("cy", "nobody")]
    assert [detail.partition(":")[0] for detail in details] == [
        "User has been suspended",
        "Could not find user with username",
    ]


def test_one_post_is_an_object_and_one_that_is_gone_an_error(here: World) -> None:
    name = here.post("ada", "One.")
    assert ask(here, f"tweets/{name}", **LOOKED_UP)[1]["data"]["text"] == "One."
    here.called("ada").protected = True
    for told in (ask(here, f"tweets/{name}"), ask(here, "tweets", ids=name)):
        assert (told[0], [error["title"] for error in told[1]["errors"]]) == (200, ["Authorization Error"])


def test_a_search_reaches_seven_days_and_the_archive_thirty_unless_it_is_told(here: World) -> None:
    ages = (1, 8, 40)
    for days in ages:
        here.post("ada", f"{days} days.", at=NOON - timedelta(days=days))

    def found(where: str, **query: str) -> list[str]:
        return [post["text"] for post in ask(here, f"tweets/search/{where}", query="from:ada days", **query)[1]["data"]]

    assert found("recent") == ["1 days."]
    assert found("all") == ["1 days.", "8 days."]
    assert found("all", start_time="2020-01-01T00:00:00Z") == ["1 days.", "8 days.", "40 days."]
    here.archive = False
    assert ask(here, "tweets/search/all", query="from:ada")[0] == 403


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("tweets", {"ids": "x"}),
        ("tweets", {"ids": ",".join(["1"] * 101)}),
        ("tweets", {"ids": "1", "expansions": "everything"}),
        ("tweets/search/recent", {"query": "from:ada", "max_results": "9"}),
        ("tweets/search/recent", {"query": "to:ada"}),
        ("tweets/search/recent", {"query": ""}),
        ("tweets/search/recent", {"query": "x" * 513}),
        ("tweets/search/recent", {"query": "x", "next_token": "mine"}),
        ("tweets/search/recent", {"query": "x", "start_time": "2026-10-01T00:00:00Z"}),
        ("tweets/search/recent", {"query": "x", "start_time": "yesterday"}),
        ("tweets/search/recent", {"query": "x", "end_time": "2026-11-03T11:59:55Z"}),
    ],
)
def test_what_x_does_not_take_is_refused(here: World, path: str, query: dict[str, str]) -> None:
    assert ask(here, path, **query)[0] == 400


def test_a_limit_is_told_before_and_when_it_is_reached(here: World) -> None:
    here.limits["tweets"] = 1
    fields = ask(here, "tweets", ids="1")[2]
    assert (fields["x-rate-limit-limit"], fields["x-rate-limit-remaining"]) == ("1", "0")
    status, told, fields = ask(here, "tweets", ids="1")
    assert (status, told["type"].rpartition("/")[2]) == (429, "rate-limit-exceeded")
    assert int(fields["x-rate-limit-reset"]) > NOON.timestamp()
    here.later(minutes=15)
    assert ask(here, "tweets", ids="1")[0] == 200


def test_the_same_costs_once_a_day(here: World) -> None:
    name = here.post("ada", "One.")
    for day in (1, 1, 2):
        ask(here, "tweets", ids=name, **LOOKED_UP)
        assert here.bill.total == day * 15_000
        if day == 1 and here.now.hour == 13:
            here.later(days=1)
        here.later(hours=1)


# --- over a connection -----------------------------------------------------------------------------------------


def test_its_oembed_needs_no_token_and_knows_no_deleted_posts(here: World) -> None:
    name = here.post("ada", "Tea & <cake>.")
    query = {"url": f"https://x.com/ada/status/{name}"}
    given = here.handle("GET", "/oembed", query, {})
    told = json.loads(given.body)
    assert (told["author_url"], "Tea &amp; &lt;cake&gt;." in told["html"]) == ("https://x.com/ada", True)
    here.delete(name)
    assert here.handle("GET", "/oembed", query, {}).status == 404
    assert here.handle("GET", "/oembed", {}, {}).status == 404


def test_it_answers_over_a_connection_and_hangs_where_it_should(here: World) -> None:
    call = here.post("bob", "@bot unroll")
    here.after_create = "hang"
    body = json.dumps({"text": "Here it is.", "reply": {"in_reply_to_tweet_id": call}})
    headers = {"authorization": f"Bearer {here.token_of('bot')}"}
    with serving(here) as origin:
        place = origin.partition("://")[2]
        connection = HTTPConnection(place, timeout=30)
        connection.request("GET", "/2/nothing", headers=headers)
        assert connection.getresponse().status == 404
        connection.close()
        connection = HTTPConnection(place, timeout=0.5)
        connection.request("POST", "/2/tweets", body, headers)
        with pytest.raises(TimeoutError):
            connection.getresponse()
        connection.close()
    assert here.newest()[0].raw.endswith("Here it is.")
