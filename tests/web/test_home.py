"""The front page: what it leads to, what can be read here, and the operator who comes by."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from tests.support.hosted import PATH, POSTS, hosted, token
from threadleaf.service import Threadleaf
from threadleaf.web.app import create_app
from threadleaf.wire import Scope

ON_X = "https://x.com/ada_weir/status/1274520000000000000"
KNOWN = POSTS[1].url
NO_X = "This site cannot read X by itself."


@pytest.mark.parametrize("personal", [True, False])
@pytest.mark.parametrize("path", ["/", "/latest", PATH, "/nothing-here"])
def test_every_page_leads_to_what_else_there_is(tmp_path: Path, path: str, personal: bool) -> None:
    with hosted(tmp_path, personal=personal) as here:
        text = here.client.get(path).text
        for there in ("/tools", "/saved", "/latest.atom", "/api"):
            assert text.partition('class="site about"')[2].count(f'href="{there}"') == 1, there
            assert here.client.get(there).status_code == 200


def test_only_networks_that_can_be_read_here_are_named(tmp_path: Path) -> None:
    with hosted(tmp_path) as here:
        text = here.client.get("/").text
        assert "What can be read here: Bluesky and the fediverse." in text


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"who_may_unroll": "anyone"}, "Bluesky and the fediverse"),
        ({"who_may_unroll": "anyone", "modes": {"fedi": "closed"}}, "Bluesky"),
        ({"who_may_unroll": "anyone", "who_may_read_x": "anyone"}, "Bluesky, X and the fediverse"),
        ({}, "Bluesky, X and the fediverse"),
        ({"personal": True}, "Bluesky, X and the fediverse"),
    ],
)
def test_where_x_can_be_read_it_is_named_to_those_who_may_have_it_read(
    tmp_path: Path, settings: dict[str, Any], said: str
) -> None:
    with hosted(tmp_path, **settings) as here:
        money: Any = object()  # there is some; nothing is read
        able = Threadleaf(
            here.store, lambda _: pytest.fail("asked"), lambda: here.now, scope=Scope(x_reads=True), purse=money
        )
        here.app = create_app(able, here.settings)
        assert f"What can be read here: {said}." in here.visitor().get("/").text


@pytest.mark.parametrize("personal", [True, False])
def test_an_address_of_x_is_answered_at_once_in_plain_words(tmp_path: Path, personal: bool) -> None:
    with hosted(tmp_path, personal=personal, **({} if personal else {"who_may_unroll": "anyone"})) as here:
        answer = here.client.post("/unroll", data={"url": ON_X})
        assert answer.status_code == 400
        assert NO_X in answer.text
        assert "threadleaf unroll FILE" in answer.text
        assert not here.service.unrolls.recent(9), "nothing waits for it"
        page = here.client.get(f"/{ON_X}")
        assert page.status_code == 404
        assert NO_X in page.text
        assert 'action="/unroll"' not in page.text
        told = here.client.post("/api/v1/unroll", json={"address": ON_X})
        assert (told.status_code, told.json()["code"]) == (400, "network")
        assert NO_X in told.json()["detail"]


def test_an_unrollers_page_is_to_be_saved(tmp_path: Path) -> None:
    with hosted(tmp_path, who_may_unroll="anyone") as here:
        answer = here.client.post(
            "/unroll", data={"url": "https://threadreaderapp.com/thread/1274520000000000000.html"}
        )
        assert answer.status_code == 400
        assert "does not fetch the pages of unrollers" in answer.text


def test_where_no_network_is_used_a_reader_is_not_told_to_give_files(tmp_path: Path) -> None:
    with hosted(tmp_path, personal=True) as here:
        service = Threadleaf(here.store, None, lambda: here.now)
        here.app = create_app(service, here.settings)
        answer = here.visitor().post(
            "/unroll", data={"url": "https://bsky.app/profile/jean.example/post/3kaaaaaaaaaaa"}
        )
        assert answer.status_code == 503
        assert "This site uses no network: it shows what is kept here, and reads nothing new." in answer.text
        assert "Give saved answers" not in answer.text
        assert "What can be read here" not in answer.text


# --- the operator -----------------------------------------------------------------------------------------------


def form(page: str) -> str:
    found = re.search(r'<form class="unroll".*?name="token" value="(\w+)"', page, re.DOTALL)
    return found[1] if found else ""


def test_an_operator_who_is_signed_in_unrolls_on_the_front_page(tmp_path: Path) -> None:
    with hosted(tmp_path, empty=True) as here:
        client = here.signed_in()
        page = client.get("/")
        assert page.headers["cache-control"] == "no-store"
        assert "Unroll it" in page.text
        assert form(page.text) == token(client)
        answer = client.post("/unroll", data={"url": KNOWN, "token": form(page.text)})
        assert answer.status_code == 303
        (saved,) = here.service.list(visibility=None)
        assert saved.visibility == "unlisted", "lists are a choice on a site for others"
        more = client.post("/unroll", data={"url": KNOWN, "level": "unlisted", "listed": "yes", "token": token(client)})
        assert more.status_code == 303
        assert here.service.list(visibility="listed")


def test_nobody_else_does(tmp_path: Path) -> None:
    with hosted(tmp_path, empty=True) as here:
        stranger, client = here.visitor(), here.signed_in()
        page = stranger.get("/")
        assert page.headers["cache-control"] == "no-cache"
        assert form(page.text) == ""
        assert "Find it" in page.text
        known = form(client.get("/").text)
        for visitor, given, status in (
            (stranger, "", 403),
            (stranger, known, 403),
            (client, "", 403),
            (client, "0" * 64, 403),
            (client, "é", 403),
        ):
            answer = visitor.post("/unroll", data={"url": KNOWN, "token": given})
            assert answer.status_code == status
        assert not here.service.list(visibility=None)


def test_a_session_that_is_over_counts_no_more(tmp_path: Path) -> None:
    with hosted(tmp_path) as here:
        client = here.signed_in()
        known = form(client.get("/").text)
        for session in here.service.desk.sessions():
            here.service.desk.sign_out(session.number)
        assert form(client.get("/").text) == ""
        assert client.post("/unroll", data={"url": KNOWN, "token": known}).status_code == 403
