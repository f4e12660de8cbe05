"""The operator's pages: who gets in, who does not, and what can be done there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.routing import Route
from starlette.testclient import TestClient

from tests.support import site as people
from tests.support.hosted import NOW, ORIGIN, PASSWORD, PATH, POSTS, Hosted, hosted, token
from threadleaf.config import Settings
from threadleaf.core.errors import Refused
from threadleaf.web.limits import rate

COOKIE = "__Host-threadleaf-operator"
PAGES = ("/admin", "/admin/blocks", "/admin/jobs", "/admin/settings", "/admin/health", "/admin/sessions", "/admin/log")
CHANGES = ("/admin/reports/1", "/admin/blocks", "/admin/sessions", "/admin/sign-out")


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Hosted]:
    with hosted(tmp_path) as site:
        yield site


@pytest.fixture
def operator(here: Hosted) -> TestClient:
    """A browser in which the operator has signed in; there is a report no. 1."""
    here.report()
    return here.signed_in()


def sign_in(client: TestClient, password: str = PASSWORD, **more: Any) -> Any:
    return client.post("/admin/sign-in", data={"password": password}, **more)


# --- who gets in ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", [*PAGES, "/admin/reports/1"])
def test_whoever_is_not_signed_in_sees_nothing(here: Hosted, path: str) -> None:
    here.report()
    answer = here.client.get(path)
    assert (answer.status_code, answer.headers["location"]) == (303, f"{ORIGIN}/admin/sign-in")
    assert answer.content == b""


@pytest.mark.parametrize("path", CHANGES)
def test_whoever_is_not_signed_in_changes_nothing(here: Hosted, path: str) -> None:
    here.report()
    answer = here.client.post(path, data={"do": "removed", "because": "x", "token": "x", "host": "a.example"})
    assert answer.headers["location"] == f"{ORIGIN}/admin/sign-in"
    assert here.client.get(PATH).status_code == 200
    assert len(here.service.desk.waiting()) == 1


@pytest.mark.parametrize("path", [*PAGES, "/admin/reports/1"])
def test_the_operator_sees_every_page_and_nobody_keeps_it(operator: TestClient, path: str) -> None:
    answer = operator.get(path)
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    assert answer.text.count("<h1") == 1


def test_the_password_is_set_by_a_link_that_works_once(here: Hosted) -> None:
    assert sign_in(here.client).status_code == 403
    link = f"/admin/set-up/{here.service.desk.new_link()}"
    assert here.client.get(link).status_code == 200
    set_up = here.client.post(link, data={"password": PASSWORD, "again": PASSWORD})
    assert (set_up.status_code, set_up.headers["location"]) == (303, f"{ORIGIN}/admin")
    assert here.client.get(link).status_code == 404
    assert (
        here.client.post(link, data={"password": "another long one!", "again": "another long one!"}).status_code == 404
    )
    assert sign_in(here.visitor()).status_code == 303


def test_a_link_ends_after_an_hour(here: Hosted) -> None:
    link = f"/admin/set-up/{here.service.desk.new_link()}"
    here.later(minutes=61)
    assert here.client.get(link).status_code == 404
    assert here.client.post(link, data={"password": PASSWORD, "again": PASSWORD}).status_code == 404


@pytest.mark.parametrize(
    ("one", "other", "said"),
    [("short", "short", "at least 15 characters"), (PASSWORD, PASSWORD + "x", "The two are not the same.")],
)
def test_what_is_wrong_with_a_password_is_said(here: Hosted, one: str, other: str, said: str) -> None:
    link = f"/admin/set-up/{here.service.desk.new_link()}"
    answer = here.client.post(link, data={"password": one, "again": other})
    assert answer.status_code == 400
    assert said in answer.text
    assert one not in answer.text or one == "short"
    assert here.client.get(link).status_code == 200


def test_the_cookie_is_for_this_host_alone_and_no_script_reads_it(operator: TestClient, here: Hosted) -> None:
    del operator
    given = sign_in(here.visitor()).headers["set-cookie"]
    assert re.fullmatch(rf"{COOKIE}=[\w-]{{22}}; Max-Age=604800; Path=/; Secure; HttpOnly; SameSite=Lax", given)


def test_a_personal_site_has_a_cookie_without_the_prefix_that_stays_below_admin(tmp_path: Path) -> None:
    with hosted(tmp_path, personal=True) as here:
        assert here.signed_in().get("/admin").status_code == 200
        given = sign_in(here.visitor()).headers["set-cookie"]
        assert re.fullmatch(
            r"threadleaf-operator=[\w-]{22}; Max-Age=604800; Path=/admin; HttpOnly; SameSite=Lax", given
        )


@pytest.mark.parametrize("path", [*PAGES, "/admin/sign-in", "/admin/set-up/x"])
def test_a_site_for_others_without_https_has_no_such_pages(tmp_path: Path, path: str) -> None:
    with hosted(tmp_path, public_origin="http://threads.example.org") as here:
        answer = here.client.get(path)
        assert answer.status_code == 403
        assert "your password would travel in the open" in answer.text
        assert here.client.post("/admin/sign-in", data={"password": PASSWORD}).status_code == 403
        assert here.client.post("/admin/set-up/x", data={"password": PASSWORD}).status_code == 403


def test_readers_get_no_cookie_and_neither_does_the_operator_elsewhere(operator: TestClient) -> None:
    for path in ("/", "/latest", PATH, "/about", "/report", "/admin", "/admin/sign-in"):
        assert "set-cookie" not in operator.get(path).headers


# --- sessions (T43) -----------------------------------------------------------------------------------------------


def test_a_session_that_somebody_planted_is_none_and_is_not_taken_over(operator: TestClient, here: Hosted) -> None:
    del operator
    planted = "A" * 22
    browser = here.visitor()
    browser.cookies.set(COOKIE, planted)
    assert browser.get("/admin").status_code == 303
    fresh = re.search(rf"{COOKIE}=([\w-]+)", sign_in(browser).headers["set-cookie"])
    assert fresh
    assert fresh[1] != planted
    attacker = here.visitor()
    attacker.cookies.set(COOKIE, planted)
    assert attacker.get("/admin").status_code == 303


def test_each_sign_in_begins_a_new_session(operator: TestClient, here: Hosted) -> None:
    first = operator.cookies[COOKIE]
    assert first not in sign_in(operator).headers["set-cookie"]
    assert len(here.service.desk.sessions()) == 2


def test_a_cookie_that_was_kept_is_worth_nothing_after_signing_out(operator: TestClient, here: Hosted) -> None:
    stolen = operator.cookies[COOKIE]
    form = {"token": token(operator)}
    assert operator.post("/admin/sign-out", data=form).headers["location"] == f"{ORIGIN}/admin/sign-in"
    replay = here.visitor()
    replay.cookies.set(COOKIE, stolen)
    assert replay.get("/admin").status_code == 303
    assert replay.post("/admin/blocks", data={**form, "do": "block host", "host": "a.example"}).status_code == 303
    assert here.service.desk.blocked_hosts() == []


def test_sessions_are_listed_and_any_of_them_can_be_ended(operator: TestClient, here: Hosted) -> None:
    other = here.visitor()
    sign_in(other)
    text = operator.get("/admin/sessions").text
    assert text.count("End it") == 2
    assert text.count("(this one)") == 1
    number = max(session.number for session in here.service.desk.sessions())
    form = {"token": token(operator), "number": str(number)}
    assert operator.post("/admin/sessions", data=form).status_code == 303
    assert other.get("/admin").status_code == 303
    assert operator.get("/admin").status_code == 200


@pytest.mark.parametrize("number", ["", "x", "-1", "٣", "9" * 30, "999"])
def test_no_session_of_that_number_is_no_fault(operator: TestClient, number: str) -> None:
    assert operator.post("/admin/sessions", data={"token": token(operator), "number": number}).status_code == 303
    assert operator.get("/admin").status_code == 200


@pytest.mark.parametrize("later", [{"hours": 12}, {"days": 7}])
def test_a_session_ends_with_time(operator: TestClient, here: Hosted, later: dict[str, float]) -> None:
    here.later(**later)
    assert operator.get("/admin").status_code == 303


def test_ten_thousand_guesses_are_ten_tries(operator: TestClient, here: Hosted) -> None:
    del operator
    guesser = here.visitor("203.0.113.5")
    said = [sign_in(guesser, f"guess number {n} of many").status_code for n in range(30)]
    assert said == [403] * 10 + [429] * 20
    assert sign_in(guesser).status_code == 429, "the right one helps no more"
    assert sign_in(here.visitor("203.0.113.200")).status_code == 429, "nor does the neighbour"
    limit = rate("sign-in", Settings())
    assert not any(here.service.desk.spend(limit, "203.0.113.0/24").allowed for _ in range(10_000))
    answer = sign_in(guesser)
    assert "It is possible again at 13:01 UTC." in answer.text
    here.later(hours=1)
    assert sign_in(guesser).status_code == 303


def test_guesses_from_everywhere_are_few_too(operator: TestClient, here: Hosted) -> None:
    del operator
    said = [sign_in(here.visitor(f"198.51.{n}.1"), "a wrong sentence").status_code for n in range(70)]
    assert said.count(403) == 60
    assert said[-1] == 429


def test_a_link_from_the_server_gets_the_operator_in_though_others_guess(operator: TestClient, here: Hosted) -> None:
    del operator
    for _ in range(11):
        refused = sign_in(here.client, "a wrong sentence")
    assert refused.status_code == 429
    link = f"/admin/set-up/{here.service.desk.new_link()}"
    assert here.client.post(link, data={"password": PASSWORD, "again": PASSWORD}).status_code == 303
    assert here.client.get("/admin").status_code == 200


def test_signing_in_clears_the_tries(operator: TestClient, here: Hosted) -> None:
    del operator
    for _ in range(3):
        said = [sign_in(here.client, "a wrong sentence").status_code for _ in range(8)]
        assert said == [403] * 8
        assert sign_in(here.client).status_code == 303


# --- forged requests --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", CHANGES)
@pytest.mark.parametrize("wrong", ["", "x", "0" * 64, "ü"])
def test_without_the_token_of_the_session_nothing_changes(
    operator: TestClient, here: Hosted, path: str, wrong: str
) -> None:
    form = {"token": wrong, "do": "removed", "because": "x", "number": "1"}
    answer = operator.post(path, data=form)
    assert answer.status_code == 403
    assert "Nothing was done." in answer.text
    assert operator.get("/admin").status_code == 200
    assert len(here.service.desk.waiting()) == 1


def test_the_token_of_another_session_is_none(operator: TestClient, here: Hosted) -> None:
    other = here.visitor()
    sign_in(other)
    form = {"token": token(other), "do": "removed", "because": "x"}
    assert operator.post("/admin/reports/1", data=form).status_code == 403
    assert here.client.get(PATH).status_code == 200


FORGED = {
    "cross-site form": {"sec-fetch-site": "cross-site", "origin": "https://evil.example"},
    "same-site form": {"sec-fetch-site": "same-site", "origin": "https://evil.threads.example.org"},
    "old browser, other origin": {"origin": "https://evil.example"},
    "old browser, http of the same name": {"origin": "http://threads.example.org"},
    "old browser, other port": {"origin": "https://threads.example.org:8443"},
    "sandboxed frame": {"origin": "null"},
    "origin says us, browser says not": {"sec-fetch-site": "cross-site", "origin": ORIGIN},
    "fetch without credentials": {"sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors"},
}


def changing(app: Any) -> list[str]:
    """The path of every route that takes POST."""
    routes = [route for route in app.routes if isinstance(route, Route) and "POST" in (route.methods or ())]
    return sorted({re.sub(r"\{\w+(:\w+)?\}", "1", route.path) for route in routes})


@pytest.mark.parametrize("kind", FORGED)
def test_no_route_that_changes_anything_takes_what_another_site_sends(
    operator: TestClient, here: Hosted, kind: str
) -> None:
    paths = changing(here.app)
    assert {"/unroll", "/report", "/admin/sign-in", "/admin/set-up/1", *CHANGES} <= set(paths)
    before = here.service.desk.deeds(99)
    for path in paths:
        form = {"token": token(operator), "url": PATH, "do": "removed", "because": "x", "reason": "other"}
        form |= {
            "words": "x",
            "faith": "yes",
            "password": PASSWORD,
            "again": PASSWORD,
            "number": "1",
            "host": "a.example",
        }
        answer = operator.post(path, data=form, headers=FORGED[kind])
        assert answer.status_code == 403, path
        assert "another site" in answer.text
    assert here.service.desk.deeds(99) == before
    assert len(here.service.desk.waiting()) == 1
    assert operator.get("/admin").status_code == 200


def test_a_change_is_never_made_by_looking(operator: TestClient, here: Hosted) -> None:
    form = {"token": token(operator), "do": "removed", "because": "x"}
    assert operator.get("/admin/reports/1", params=form).status_code == 200
    assert operator.get("/admin/sign-out", params=form).status_code == 404
    assert operator.put("/admin/reports/1", data=form).status_code == 405
    assert len(here.service.desk.waiting()) == 1
    assert operator.get("/admin").status_code == 200


# --- what can be done -------------------------------------------------------------------------------------------


def act(client: TestClient, path: str, **form: str) -> Any:
    return client.post(path, data={"token": token(client), **form})


def test_the_queue_shows_what_waits_and_what_is_late(operator: TestClient, here: Hosted) -> None:
    here.report(reason="author")
    text = operator.get("/admin").text
    assert text.index("/admin/reports/2") < text.index("/admin/reports/1"), "the first due first"
    assert "(late)" not in text
    here.later(days=1, seconds=1)
    client = here.visitor()
    assert sign_in(client).status_code == 303
    assert client.get("/admin").text.count("(late)") == 1


def test_a_report_is_read_with_its_page(operator: TestClient, here: Hosted) -> None:
    here.report(words="<script>alert(1)</script>", contact="<b>ann</b>@example.org")
    text = operator.get("/admin/reports/2").text
    assert "&lt;script&gt;" in text
    assert "<script>" not in text
    assert "&lt;b&gt;ann" in text
    assert "The second one." in text


def test_a_page_is_hidden_kept_or_removed_and_the_reporter_reads_why(operator: TestClient, here: Hosted) -> None:
    ticket = here.client.post(
        "/report", data={"url": PATH, "reason": "author", "words": "Mine.", "faith": "yes"}
    ).headers["location"]
    assert act(operator, "/admin/reports/2", do="hidden").headers["location"] == f"{ORIGIN}/admin/reports/2"
    assert here.client.get(PATH).status_code == 403
    assert "The second one." in operator.get("/admin/reports/2").text
    assert (
        act(operator, "/admin/reports/2", do="kept", because="It is public.").headers["location"] == f"{ORIGIN}/admin"
    )
    assert here.client.get(PATH).status_code == 200
    assert "It is public." in here.client.get(ticket).text
    assert act(operator, "/admin/reports/2", do="removed", because="I was wrong.").status_code == 303
    assert here.client.get(PATH).status_code == 410
    assert "I was wrong." in here.client.get(ticket).text
    assert "as its author wished" in here.client.get(PATH).text
    assert "The second one." not in operator.get("/admin/reports/2").text


def test_the_class_of_the_reason_can_be_chosen(operator: TestClient, here: Hosted) -> None:
    act(operator, "/admin/reports/1", do="removed", because="So.", removal="network")
    assert "no longer public where it was posted" in here.client.get(PATH).text


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"do": "kept"}, "Say why"),
        ({"do": "removed", "because": "  "}, "Say why"),
        ({"do": "burnt", "because": "x"}, "Choose whether the page"),
        ({"because": "x"}, "Choose whether the page"),
    ],
)
def test_a_decision_that_lacks_something_is_told(operator: TestClient, form: dict[str, str], said: str) -> None:
    answer = act(operator, "/admin/reports/1", **form)
    assert answer.status_code == 400
    assert said in answer.text


def test_a_report_about_the_site_can_only_be_answered(operator: TestClient, here: Hosted) -> None:
    here.report(url="")
    assert "Remove it" not in operator.get("/admin/reports/2").text
    assert act(operator, "/admin/reports/2", do="removed", because="x").status_code == 400
    assert act(operator, "/admin/reports/2", do="kept", because="Mended.").status_code == 303


@pytest.mark.parametrize("path", ["/admin/reports/99", "/admin/reports/x"])
def test_what_is_not_there_is_not_there(operator: TestClient, path: str) -> None:
    assert operator.get(path).status_code == 404


def test_the_sender_of_a_report_is_blocked_without_being_known(operator: TestClient, here: Hosted) -> None:
    assert "192.0.2" not in operator.get("/admin/reports/1").text
    assert act(operator, "/admin/reports/1", do="block sender").status_code == 303
    assert "Blocked now: 1." in operator.get("/admin/blocks").text
    form = {"url": PATH, "reason": "other", "words": "x", "faith": "yes"}
    assert here.visitor("192.0.2.1").post("/report", data=form).status_code == 429
    assert here.visitor("198.51.100.1").post("/report", data=form).status_code == 303
    assert act(operator, "/admin/blocks", do="allow senders").status_code == 303
    assert here.visitor("192.0.2.1").post("/report", data=form).status_code == 303


def test_a_server_is_blocked_and_allowed_again(operator: TestClient, here: Hosted) -> None:
    assert act(operator, "/admin/blocks", do="block host", host="bad.example").status_code == 303
    assert "bad.example" in operator.get("/admin/blocks").text
    assert act(operator, "/admin/blocks", do="block host", host="nonsense").status_code == 400
    assert act(operator, "/admin/blocks", do="allow host", host="bad.example").status_code == 303
    assert here.service.desk.blocked_hosts() == []


def test_an_author_is_blocked_and_allowed_again(operator: TestClient, here: Hosted) -> None:
    who = {"network": "bsky", "author": people.ADA}
    assert act(operator, "/admin/blocks", do="block author", **who).status_code == 303
    assert here.client.get(PATH).status_code == 404
    with pytest.raises(Refused):
        here.service.unroll(POSTS[0].url)
    assert act(operator, "/admin/blocks", do="allow author", **who).status_code == 303
    assert here.service.unroll(POSTS[0].url)


@pytest.mark.parametrize(
    "form",
    [
        {"do": "block author", "network": "bsky"},
        {"do": "block author", "network": "icq", "author": "1"},
        {"do": "nothing"},
        {},
    ],
)
def test_a_block_that_lacks_something_is_told(operator: TestClient, form: dict[str, str]) -> None:
    assert act(operator, "/admin/blocks", **form).status_code == 400


def test_recent_jobs_are_listed_with_what_went_wrong(operator: TestClient, here: Hosted) -> None:
    assert "Nothing was unrolled lately." in operator.get("/admin/jobs").text
    from threadleaf.core.errors import NotNow
    from threadleaf.core.ref import parse

    begun = here.service.unrolls.begin(parse(POSTS[0].url), "unlisted", NOW, 9)
    assert begun is not None
    assert "waits or is being read" in operator.get("/admin/jobs").text
    here.service.unrolls.failed(begun.id, NotNow("It does not answer.", code="timeout"), NOW)
    text = operator.get("/admin/jobs").text
    assert "NotNow timeout: It does not answer." in text
    assert POSTS[0].url not in text


def test_secrets_are_not_among_the_settings(tmp_path: Path) -> None:
    secrets = {"fedi_home": "https://social.example.org", "fedi_token": "canary-token"}
    with hosted(tmp_path, database="postgresql://ada:canary-password@db/t", **secrets) as here:
        text = here.signed_in().get("/admin/settings").text
        assert "canary" not in text
        assert "postgresql://ada:…@db/t" in text


def test_health_is_what_the_machine_says(tmp_path: Path) -> None:
    from threadleaf.cli.checks import Check
    from threadleaf.web.app import create_app

    with hosted(tmp_path) as here:
        checks = [Check("space", "warning", "1 % is free.", "Make room."), Check("egress", "ok", "It refuses.")]
        client = here.signed_in()
        secret = client.cookies[COOKIE]
        settings = Settings(public_origin=ORIGIN)
        there = TestClient(create_app(here.service, settings, health=lambda: checks), base_url=ORIGIN)
        there.cookies.set(COOKIE, secret)
        text = there.get("/admin/health").text
        assert "1 % is free. Make room." in text
        assert "It refuses." in text


def test_the_log_says_what_was_done_and_to_nobody_in_particular(operator: TestClient, here: Hosted) -> None:
    sign_in(here.visitor(), "a wrong sentence")
    act(operator, "/admin/reports/1", do="removed", because="It named a street.")
    text = operator.get("/admin/log").text
    for said in ("password set", "sign-in refused", "report removed", "no. 1"):
        assert said in text
    for canary in ("street", PATH, "Please look", PASSWORD, "192.0.2"):
        assert canary not in text
