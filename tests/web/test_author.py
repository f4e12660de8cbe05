"""For authors, as browsers without script see it: the form, the code, the console; and what nobody may do."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from html import unescape
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from tests.support import proofs
from tests.support.claims import ANN, HOST, Here
from tests.support.claims import here as claiming
from tests.support.public import ORIGIN, TOLD
from threadleaf.config import Settings
from threadleaf.core.proofs import Why
from threadleaf.core.ref import parse
from threadleaf.store.statements import IDLE
from threadleaf.web.app import create_app
from threadleaf.web.author import WHY
from threadleaf.web.site import LONGEST
from threadleaf.web.threads import renderer

OURS = {"origin": ORIGIN}


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Here]:
    with claiming(tmp_path) as site:
        site.use(renderer(Settings(**TOLD)))
        yield site


@pytest.fixture
def client(here: Here) -> TestClient:
    settings = Settings(**TOLD)
    return TestClient(
        create_app(here.service, settings), base_url=ORIGIN, follow_redirects=False, headers={"origin": ORIGIN}
    )


def hidden(html: str) -> Mapping[str, str]:
    """The hidden fields of the first form that has any."""
    (form, *_) = (form for form in re.findall(r"<form.*?</form>", html, re.DOTALL) if 'type="hidden"' in form)
    return {name: unescape(value) for name, value in re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form)}


def code_in(html: str) -> str:
    found = re.search(r"threadleaf-[a-z2-7]{26}", html)
    assert found
    return found[0]


def begin(client: TestClient, address: str = "@ann.example") -> tuple[Mapping[str, str], str]:
    """The hidden fields of the form with a code, and the code."""
    answer = client.post("/author", data={"url": address})
    assert answer.status_code == 200, answer.text
    return hidden(answer.text), code_in(answer.text)


def console(client: TestClient, here: Here) -> Mapping[str, str]:
    """The fields that open Ann's console."""
    fields, code = begin(client)
    here.bsky.bios[ANN] = code
    answer = client.post("/author/check", data=fields)
    assert "Your threads here" in answer.text
    return hidden(answer.text)


def act(client: TestClient, fields: Mapping[str, str], do: str, path: str = "") -> str:
    answer = client.post("/author/console", data={**fields, "do": do, "path": path})
    assert answer.status_code == 200, answer.text
    return answer.text


# --- where it is found ------------------------------------------------------------------------------------------


def test_it_stands_on_the_foot_of_every_page_and_of_what_was_taken_down(here: Here, client: TestClient):
    path = here.keep(1, 2)
    link = f'<a href="/author?url={path.replace(":", "%3A")}" rel="nofollow">Is this your thread?</a>'
    assert link in client.get(path).text
    assert link in client.get(f"{path}?view=posts").text
    here.service.remove(path, "operator")
    answer = client.get(path)
    assert answer.status_code == 410
    assert link in answer.text


def test_the_secret_of_a_private_page_is_not_in_the_link(here: Here, client: TestClient):
    path = here.keep(1, save="private")
    text = client.get(path).text
    assert "/author?url=https" in text
    assert f"/author?url={path}" not in text


def test_the_page_about_takedowns_leads_there(client: TestClient):
    assert '<a href="/author">Is this your thread?</a>' in client.get("/takedown").text


def test_where_there_is_one_reader_nobody_is_asked(here: Here):
    path = here.keep(1)
    here.use(renderer(Settings()))
    mine = TestClient(create_app(here.service, Settings()), base_url="http://127.0.0.1")
    assert "Is this your thread?" not in mine.get(path).text
    told = mine.get("/author", params={"url": path})
    assert told.status_code == 404
    assert "This is a personal site: nobody but you sees it" in told.text
    assert "<code>threadleaf remove ADDRESS --reason author</code>" in told.text
    assert "/report" not in told.text
    assert mine.post("/author", data={"url": "@ann.example"}).status_code == 405


def test_of_what_is_down_already_it_is_said(here: Here, client: TestClient):
    said = "This thread is already down here."
    path = here.keep(1)
    for about in (path, "", "@ann.example", "/t/nothing"):
        assert said not in client.get("/author", params={"url": about}).text
    here.service.remove(path, "author")
    for about in (path, f"{ORIGIN}{path}"):
        text = client.get("/author", params={"url": about}).text
        assert said in text
        assert 'action="/author"' in text


# --- the form ---------------------------------------------------------------------------------------------------


def test_the_form_knows_the_page_and_what_is_in_the_address_is_only_text(client: TestClient):
    answer = client.get("/author", params={"url": '/t/"><script>'})
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    assert "<script>" not in answer.text
    assert 'action="/author"' in answer.text
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize(
    ("url", "status", "said"),
    [
        ("", 400, "Give the address of one of your posts"),
        ("x" * (LONGEST + 1), 400, "Give the address of one of your posts"),
        ("hello", 400, "hello"),
        ("https://x.com/ann", 400, "On X, a profile"),
        ("@nobody.example", 404, "Bluesky knows no such account."),
    ],
)
def test_what_is_wrong_with_an_address_is_said(client: TestClient, url: str, status: int, said: str):
    answer = client.post("/author", data={"url": url})
    assert (answer.status_code, answer.headers["cache-control"]) == (status, "no-store")
    assert said in unescape(answer.text)
    assert 'role="alert"' in answer.text


def test_a_network_that_is_down_is_said(here: Here, client: TestClient):
    here.net.down = True
    assert client.post("/author", data={"url": "@ann.example"}).status_code == 503


@pytest.mark.parametrize(
    ("address", "ways"),
    [
        ("@ann.example", ("In the text of your profile", "app.threadleaf.author/self", "your profile lists")),
        (f"@ann@{HOST}", ("In the text of your profile", "your profile lists")),
        ("/t/x/20", ("Give its address below",)),
    ],
)
def test_the_ways_of_a_network_are_told(here: Here, client: TestClient, address: str, ways: tuple[str, ...]):
    proofs.on_x(here)
    answer = client.post("/author", data={"url": address})
    assert answer.headers["cache-control"] == "no-store"
    assert [way for way in ways if way not in answer.text] == []
    assert ("app.threadleaf.author" in answer.text) == (address == "@ann.example")
    assert answer.text.count(">threadleaf-") == 1


def test_an_address_of_ours_is_understood_with_our_host(here: Here, client: TestClient):
    fields, _ = begin(client, f"{ORIGIN}{here.keep(1)}.md")
    assert fields["account"] == ANN


# --- checking ---------------------------------------------------------------------------------------------------


def test_a_code_that_is_not_there_can_be_looked_for_again(here: Here, client: TestClient):
    fields, code = begin(client)
    answer = client.post("/author/check", data={**fields, "post": "", "page": "https://ann.example.org/me"})
    assert answer.status_code == 200
    assert WHY["absent"] in answer.text
    assert 'value="https://ann.example.org/me"' in answer.text
    assert code_in(answer.text) == code
    here.bsky.bios[ANN] = code
    assert "Your threads here" in client.post("/author/check", data=hidden(answer.text)).text


def test_every_reason_has_its_words():
    assert set(WHY) == set(Why.__args__)  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("change", "status", "said"),
    [
        ({"network": "page"}, 400, "This console is closed"),
        ({"network": ""}, 400, "This console is closed"),
        ({"account": "x" * (LONGEST + 1)}, 400, "This console is closed"),
        ({"network": "", "ticket": ""}, 400, "Give the address of one of your posts, or of your profile."),
        ({"ticket": "another"}, 400, "This code cannot be used any more"),
        ({"account": "did:plc:mal"}, 400, "This code cannot be used any more"),
        ({"post": "no address"}, 400, "no address"),
    ],
)
def test_a_form_that_was_changed_opens_nothing(
    here: Here, client: TestClient, change: Mapping[str, str], status: int, said: str
):
    fields, code = begin(client)
    here.bsky.bios[ANN] = code
    answer = client.post("/author/check", data={**fields, **change})
    assert answer.status_code == status
    assert said in unescape(answer.text)
    assert 'name="secret"' not in answer.text


def test_asking_is_limited(here: Here):
    settings = Settings(**TOLD, unrolls_per_hour=2)
    client = TestClient(create_app(here.service, settings), base_url=ORIGIN, headers=OURS)
    fields, _ = begin(client)
    assert client.post("/author/check", data=fields).status_code == 200
    assert client.post("/author/check", data=fields).status_code == 429
    assert client.post("/author", data={"url": "@ann.example"}).status_code == 429


# --- the console ------------------------------------------------------------------------------------------------


def test_the_console_tells_what_is_here_and_keeps_secrets_out_of_addresses(here: Here, client: TestClient):
    path = here.keep(1, 2)
    here.keep(5, save="unlisted"), here.keep(9, save="private")
    fields = console(client, here)
    answer = client.post("/author/console", data=fields)
    assert answer.headers["cache-control"] == "no-store"
    assert answer.text.count("Take it down for good") == 2
    assert f'href="{path}"' in answer.text
    assert "Somebody keeps 1 private copy." in answer.text
    assert "#nounroll" in answer.text
    assert "set-cookie" not in answer.headers
    assert not re.search(rf'(?:href|action|src)="[^"]*{re.escape(fields["secret"])}', answer.text)


def test_a_thread_is_taken_down(here: Here, client: TestClient):
    path = here.keep(1, 2)
    assert client.get(f"{path}.md").status_code == 200
    text = act(client, console(client, here), "take down", path)
    assert "The thread was taken down for good." in text
    assert "No thread of yours is shown here." in text
    assert {client.get(path + suffix).status_code for suffix in ("", ".md", ".json", ".atom", ".svg")} == {410}


def test_all_threads_are_taken_down(here: Here, client: TestClient):
    here.keep(1), here.keep(5)
    assert "2 pages were taken down for good." in act(client, console(client, here), "take down all")


def test_whoever_opts_out_can_come_back(here: Here, client: TestClient):
    path = here.keep(1)
    fields = console(client, here)
    text = act(client, fields, "opt out")
    assert "Nothing of yours is shown here any more" in text
    assert "Nothing of this account is shown here, since 1 March 2026." in text
    assert client.get(path).status_code == 410
    text = act(client, fields, "allow")
    assert "Your threads may be shown here" in text
    assert "Nothing of this account is shown here" not in text


def test_lists(here: Here, client: TestClient):
    path = here.keep(1)
    fields = console(client, here)
    assert path in client.get("/latest").text
    assert "In no list" in act(client, fields, "unlist", path)
    assert path not in client.get("/latest").text
    assert "In lists" in act(client, fields, "list", path)
    assert path in client.get("/latest").text


def test_search_engines(here: Here, client: TestClient):
    path = here.keep(1)
    fields = console(client, here)
    assert 'content="noindex"' in client.get(path).text
    text = act(client, fields, "index", path)
    assert "Search engines may list it" in text
    assert "Keep it out of search engines" in text
    assert 'content="noindex"' not in client.get(path).text
    text = act(client, fields, "noindex", path)
    assert "Not in search engines" in text
    assert "Let search engines find it" in text
    assert 'content="noindex"' in client.get(path).text
    act(client, fields, "index", path)
    text = act(client, fields, "unlist", path)
    assert "Search engines may list it" not in text, "what is in no list is in none of theirs"


def test_everything_is_a_file(here: Here, client: TestClient):
    here.keep(1)
    answer = client.post("/author/console", data={**console(client, here), "do": "everything"})
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["content-disposition"] == 'attachment; filename="threadleaf.json"'
    assert answer.headers["cache-control"] == "no-store"
    assert answer.json()["account"] == ANN


def test_a_console_is_closed(here: Here, client: TestClient):
    fields = console(client, here)
    assert "The console is closed." in act(client, fields, "close")
    answer = client.post("/author/console", data=fields)
    assert answer.status_code == 403
    assert "This console is closed" in answer.text


def test_after_an_hour_it_is_closed(here: Here, client: TestClient):
    path = here.keep(1)
    fields = console(client, here)
    here.net.now += IDLE
    assert client.post("/author/console", data={**fields, "do": "take down", "path": path}).status_code == 403
    assert client.get(path).status_code == 200


@pytest.mark.parametrize(
    "change",
    [{"secret": ""}, {"secret": "x" * 22}, {"account": "did:plc:mal"}, {"network": "fedi"}, {"network": "page"}],
)
def test_nothing_opens_another_console(here: Here, client: TestClient, change: Mapping[str, str]):
    path = here.keep(1)
    fields = {**console(client, here), **change, "do": "take down all"}
    assert client.post("/author/console", data=fields).status_code == 403
    assert client.get(path).status_code == 200


def test_what_is_not_hers_is_told_in_the_console(here: Here, client: TestClient):
    theirs = here.keep(20, author="mal")
    answer = client.post("/author/console", data={**console(client, here), "do": "take down", "path": theirs})
    assert answer.status_code == 404
    assert "There is no thread of this account at this address (any more)." in answer.text
    assert client.get(theirs).status_code == 200
    again = client.post("/author/console", data={**hidden(answer.text), "do": "take down"})
    assert again.status_code == 404, "no path is no thread, and least of all every thread"


def test_what_is_more_than_the_console_names_is_in_the_file(
    here: Here, client: TestClient, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("threadleaf.service.authors.SHOWN", 1)
    here.keep(1), here.keep(5)
    answer = client.post("/author/console", data=console(client, here))
    assert "1 more thread of yours is here" in answer.text


def test_an_embed_offers_nothing_that_it_is_not_enough_for(here: Here, client: TestClient):
    proofs.on_x(here)
    fields, code = begin(client, "/t/x/20")
    here.x.says("ann", code)
    text = client.post("/author/check", data={**fields, "post": "https://x.com/ann/status/30"}).text
    assert "Your threads here" in text
    assert "Agree to pages" not in text
    assert "Put it in lists" not in act(client, hidden(text), "unlist", "/t/x/20")
    assert "Let search engines find it" not in act(client, hidden(text), "noindex", "/t/x/20")
    assert client.post("/author/console", data={**hidden(text), "do": "allow"}).status_code == 403


@pytest.mark.parametrize("path", ["/author", "/author/check", "/author/console"])
def test_forms_of_other_sites_are_refused(here: Here, client: TestClient, path: str):
    kept = here.keep(1)
    fields = {**console(client, here), "do": "take down all", "url": "@ann.example"}
    for headers in ({"origin": "https://evil.example"}, {"sec-fetch-site": "cross-site"}):
        assert client.post(path, data=fields, headers=headers).status_code == 403
    assert client.get(kept).status_code == 200
    assert "Get a code" in client.get(path, params=fields).text
    assert client.get(kept).status_code == 200


def test_what_waits_for_an_author_is_unrolled_when_she_agrees_in_her_console(here: Here):
    site = here.service
    settings = Settings(**TOLD, who_may_unroll="anyone", modes={"bsky": "ask-first"})
    client = TestClient(create_app(site, settings), base_url=ORIGIN, follow_redirects=False, headers=OURS)
    answer = client.post("/unroll", data={"url": f"https://bsky.app/profile/{ANN}/post/3k9"})
    assert answer.status_code == 403
    assert "The author of this thread has to agree first" in answer.text
    assert site.unrolls.recent(9) == ()
    act(client, console(client, here), "allow")
    assert len(site.unrolls.recent(9)) == 1
    assert site.held.agreed() == ()


def test_taking_down_everything_deletes_what_waits(here: Here, client: TestClient):
    here.service.held.put(
        parse(f"https://bsky.app/profile/{ANN}/post/3k9"),
        "unlisted",
        "anyone",
        author=ANN,
        at=here.service.now(),
        most=9,
    )
    act(client, console(client, here), "take down all")
    here.service.agree("bsky", ANN)
    assert here.service.held.agreed() == ()
