"""What programs are answered."""

import re
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from html import unescape
from typing import Any, cast

import jsonschema
import msgspec
import pytest
from msgspec.structs import replace
from openapi_spec_validator import OpenAPIV31SpecValidator
from starlette.testclient import TestClient

from tests.support import site
from threadleaf.config import Settings
from threadleaf.core.errors import Gone, NotFound, NotNow, Refused, StoreError, ThreadleafError, TooLarge
from threadleaf.core.model import Ref, Thread
from threadleaf.core.ref import parse
from threadleaf.service import Threadleaf
from threadleaf.store.cases import Rate, Spent
from threadleaf.store.records import Reading
from threadleaf.web import problems
from threadleaf.web.api import OPERATIONS
from threadleaf.web.app import create_app

HERE = "http://127.0.0.1:8410"
PUBLIC = "https://threads.example.org"
TALE = site.everything()
PATH = site.path_of(TALE)
READ = PATH.replace("/t/", "/api/v1/threads/")
UNKNOWN = "https://bsky.app/profile/jean.example/post/3kunknown"


class Desk:
    """Counts what is spent; `most` of each kind is allowed."""

    def __init__(self, most: int = 1000) -> None:
        self.most = most
        self.spent: list[str] = []

    def spend(self, rate: Rate, _asker: str, _uses: int = 1) -> Spent:
        self.spent.append(rate.kind)
        left = self.most - self.spent.count(rate.kind)
        until = site.START + timedelta(seconds=7)
        return Spent(left >= 0, self.most, max(0, left), site.START, until, rate.seconds)


def shelf_of(origin: str = "", most: int = 1000) -> site.Shelf:
    shelf = site.Shelf(site.ALL, Settings(public_origin=origin))
    shelf.desk = Desk(most)  # type: ignore[attr-defined]
    return shelf


def visitor(shelf: site.Shelf, origin: str = "", contact: str = "") -> TestClient:
    settings = Settings(public_origin=origin, contact=contact, unrolls_waiting=5)
    app = create_app(cast("Threadleaf", shelf), settings)
    return TestClient(app, base_url=origin or HERE, follow_redirects=False, raise_server_exceptions=False)


@pytest.fixture
def shelf() -> site.Shelf:
    return shelf_of()


@pytest.fixture
def client(shelf: site.Shelf) -> TestClient:
    return visitor(shelf)


@pytest.fixture
def public() -> TestClient:
    return visitor(shelf_of(PUBLIC), PUBLIC)


def is_problem(answer: Any, status: int, origin: str = "") -> dict[str, Any]:
    """The problem that an answer is, after a look at what every one has."""
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["cache-control"] == "no-store"
    told: dict[str, Any] = answer.json()
    assert told["type"] == f"{origin}/api#{problems.KINDS[status].name}"
    assert (told["title"], told["status"]) == (problems.KINDS[status].title, status)
    assert told["detail"]
    return told


# --- reading -----------------------------------------------------------------------------------------------------


def test_a_thread_is_read_with_what_is_known_of_its_page(client: TestClient):
    answer = client.get(READ)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")
    assert msgspec.json.decode(msgspec.json.encode(answer.json()["thread"]), type=Thread) == TALE
    page = answer.json()["page"]
    assert (page["path"], page["network"], page["posts"], page["state"]) == (PATH, "bsky", 10, "incomplete")
    assert page["author"] == {"id": site.ADA, "handle": "ada.example", "name": "Ada Weir"}
    assert page["original"] == f"https://bsky.app/profile/{site.ADA}/post/{TALE.ref.id.rpartition('/')[2]}"


def test_any_post_of_a_thread_leads_to_it_and_the_answer_names_its_own_address(shelf: site.Shelf):
    shelf.aliases["/t/bsky/ada.example/3kother"] = PATH
    answer = visitor(shelf).get("/api/v1/threads/bsky/ada.example/3kother")
    assert (answer.status_code, answer.headers["content-location"]) == (200, READ)


def test_addresses_are_absolute_where_the_site_has_one(public: TestClient):
    answer = public.get(READ)
    assert answer.headers["content-location"] == PUBLIC + READ
    assert answer.json()["page"]["url"] == PUBLIC + PATH


@pytest.mark.parametrize(
    ("suffix", "media_type"),
    [("md", "text/markdown"), ("txt", "text/plain"), ("json", "application/json"), ("html", "text/html")],
)
def test_a_thread_is_exported_by_its_suffix_in_the_same_bytes_as_on_the_site(
    client: TestClient, suffix: str, media_type: str
):
    answer = client.get(f"{READ}.{suffix}")
    assert answer.headers["content-type"].startswith(media_type)
    assert answer.content == client.get(f"{PATH}.{suffix}").content
    assert answer.headers["content-security-policy"] == "default-src 'none'; sandbox"


def test_an_export_is_made_in_either_view(client: TestClient):
    article, posts = client.get(f"{READ}.md?view=article"), client.get(f"{READ}.md?view=posts")
    assert article.text == client.get(f"{READ}.md").text != posts.text
    assert "view" in is_problem(client.get(f"{READ}.md?view=sideways"), 400)["detail"]


def test_what_has_not_changed_is_not_sent_again(client: TestClient):
    first = client.get(READ)
    assert client.get(READ, headers={"if-none-match": first.headers["etag"]}).status_code == 304


# --- lists -------------------------------------------------------------------------------------------------------


def test_the_list_is_walked_by_the_addresses_that_it_gives(client: TestClient):
    seen, address = [], "/api/v1/threads?limit=3"
    while address:
        answer = client.get(address)
        seen += [page["path"] for page in answer.json()["threads"]]
        found = re.fullmatch(r'<(.*)>; rel="next"', answer.headers.get("link", ""))
        address = found[1] if found else ""
    assert len(seen) == len(set(seen)) == len(site.ALL)


def test_the_next_pages_are_at_an_absolute_address_where_the_site_has_one(public: TestClient):
    assert public.get("/api/v1/threads?limit=1").headers["link"].startswith(f"<{PUBLIC}/api/v1/threads?limit=1&before=")


def test_a_list_shows_to_strangers_what_may_be_listed_and_to_its_own_reader_everything():
    for origin, expected in ((PUBLIC, "listed"), ("", None)):
        shelf = shelf_of(origin)
        visitor(shelf, origin).get("/api/v1/threads")
        assert shelf.listed == [expected]


@pytest.mark.parametrize(
    "query",
    [
        "limit=0",
        "limit=101",
        "limit=x",
        "limit=-1",
        "limit=",
        "before=0",
        "before=1.5",
        "before=²",
        "before=99999999999999999999",
    ],
)
def test_a_number_that_makes_no_sense_is_a_problem(client: TestClient, query: str):
    name = query.partition("=")[0]
    assert f"`{name}` must be a whole number" in is_problem(client.get(f"/api/v1/threads?{query}"), 400)["detail"]


# --- unrolling ---------------------------------------------------------------------------------------------------


def waited(client: TestClient, answer: Any) -> dict[str, Any]:
    """How an unroll ends, asked again and again where the answers say."""
    while answer.status_code == 202:
        time.sleep(0.01)
        answer = client.get(answer.headers["location"].removeprefix(PUBLIC))
        if answer.json()["phase"] in ("done", "failed"):
            break
        answer.status_code = 202
    told: dict[str, Any] = answer.json()
    return told


def test_a_thread_is_unrolled_and_the_answer_says_where_it_is(client: TestClient, shelf: site.Shelf):
    answer = client.post("/api/v1/unroll", json={"address": TALE.url})
    told = waited(client, answer)
    assert (told["phase"], told["path"]) == ("done", PATH)
    assert [asked for asked in shelf.asked if isinstance(asked, Ref)] == [parse(TALE.url)]
    state = client.get(f"/api/v1/unrolls/{told['number']}")
    assert (state.status_code, state.headers["location"]) == (200, READ)
    assert state.headers["cache-control"] == "no-store"


def test_what_takes_longer_than_a_moment_is_asked_for_where_the_answer_says(shelf: site.Shelf):
    client, go_on = visitor(shelf), threading.Event()
    shelf.unroll = partial(_after, go_on, shelf.unroll)  # type: ignore[method-assign]
    answer = client.post("/api/v1/unroll", json={"address": TALE.url})
    assert answer.status_code == 202
    number = answer.json()["number"]
    assert answer.headers["location"] == f"/api/v1/unrolls/{number}"
    assert answer.headers["retry-after"] == "2"
    assert client.get(f"/api/v1/unrolls/{number}").json()["phase"] in ("waiting", "reading")
    go_on.set()
    assert waited(client, answer)["path"] == PATH


def _after(event: threading.Event, unroll: Callable[..., Any], *given: Any, **more: Any) -> Any:
    assert event.wait(30)
    return unroll(*given, **more)


def test_what_fails_at_once_is_a_problem_and_stays_one(client: TestClient, shelf: site.Shelf):
    shelf.unroll_fails = NotFound("Bluesky has no such post.")
    told = is_problem(client.post("/api/v1/unroll", json={"address": UNKNOWN}), 404)
    assert told["detail"] == "Bluesky has no such post."
    (number,) = shelf.unrolls.all
    state = client.get(f"/api/v1/unrolls/{number}").json()
    assert (state["phase"], state["problem"]["detail"]) == ("failed", "Bluesky has no such post.")


def test_a_kept_page_that_was_read_lately_is_there_at_once(client: TestClient, shelf: site.Shelf):
    reading = shelf.readings[PATH]
    shelf.readings[PATH] = Reading(replace(reading.saved, checked_at=shelf.now()), reading.thread)
    answer = client.post("/api/v1/unroll", json={"address": TALE.url})
    assert (answer.status_code, answer.headers["location"]) == (200, READ)
    assert (answer.json()["phase"], answer.json()["number"]) == ("done", "")
    assert shelf.asked == []


def test_what_is_not_kept_is_at_its_own_place(client: TestClient, shelf: site.Shelf):
    shelf.find = lambda *_, **__: None  # type: ignore[method-assign]
    answer = client.post("/api/v1/unroll", json={"address": TALE.url, "visibility": "live"})
    told = waited(client, answer)
    assert told["path"].startswith("/live/")
    state = client.get(f"/api/v1/unrolls/{told['number']}")
    assert state.headers["location"] == told["path"]


def test_a_public_site_reads_nothing_for_strangers():
    shelf = shelf_of(PUBLIC)
    client = visitor(shelf, PUBLIC)
    assert client.post("/api/v1/unroll", json={"address": TALE.url}).headers["location"] == PUBLIC + READ
    is_problem(client.post("/api/v1/unroll", json={"address": UNKNOWN}), 403, PUBLIC)
    assert shelf.asked == []


def test_when_too_many_wait_the_answer_says_when_to_come_back(client: TestClient, shelf: site.Shelf):
    for n in range(5):
        shelf.unrolls.begin(replace(TALE.ref, id=f"{TALE.ref.id}{n}"), "listed", site.START, 100)
    answer = client.post("/api/v1/unroll", json={"address": UNKNOWN})
    assert is_problem(answer, 503)["code"] == "full"
    assert int(answer.headers["retry-after"]) >= 60


def test_an_unroll_that_nobody_asked_for_is_a_problem(client: TestClient):
    is_problem(client.get("/api/v1/unrolls/nothing"), 404)


@pytest.mark.parametrize(
    "body",
    [
        "",
        "[]",
        "{}",
        '{"address": 5}',
        '{"address": ""}',
        '{"address": "x", "more": 1}',
        '{"address": "x", "visibility": "all"}',
        "{",
        b"\xff",
    ],
)
def test_a_body_that_is_no_order_is_a_problem(client: TestClient, body: str | bytes):
    answer = client.post("/api/v1/unroll", content=body, headers={"content-type": "application/json"})
    assert "body cannot be read" in is_problem(answer, 400)["detail"]


def test_only_json_is_taken(client: TestClient):
    is_problem(client.post("/api/v1/unroll", data={"address": TALE.url}), 415)
    given = {"content-type": "Application/JSON; charset=utf-8"}
    answer = client.post("/api/v1/unroll", content=f'{{"address":"{TALE.url}"}}', headers=given)
    assert answer.status_code in (200, 202)


def test_an_address_that_nobody_knows_is_a_problem(client: TestClient):
    assert "example" in is_problem(client.post("/api/v1/unroll", json={"address": "example"}), 400)["detail"]


# --- problems ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (NotFound("Bluesky has no such post."), 404),
        (Gone("This page was taken down on 3 May 2026."), 410),
        (Refused("The author does not want that.", code="no-unroll"), 403),
        (TooLarge("This thread is too large."), 413),
        (NotNow("Bluesky does not answer."), 503),
        (StoreError("The database is damaged."), 500),
    ],
)
def test_each_error_is_a_problem_with_its_sentence_and_code(
    client: TestClient, shelf: site.Shelf, error: ThreadleafError, status: int
):
    shelf.fails[PATH] = error
    answer = client.get(READ)
    told = is_problem(answer, status)
    assert (told["detail"], told.get("code", "")) == (error.sentence, error.code)
    assert ("retry-after" in answer.headers) == (status == 503)


def test_whatever_else_is_asked_for_is_a_problem_too(client: TestClient):
    is_problem(client.get("/api/v1/threads/bsky/ada.example/3knothing"), 404)
    is_problem(client.get("/api/v1/threads/mars/1"), 404)
    is_problem(client.get("/api/v1/nothing"), 404)
    is_problem(client.put("/api/v1/nothing", content=b""), 404)
    answer = client.get("/api/v1/unroll")
    is_problem(answer, 405)
    assert answer.headers["allow"] == "POST"


def test_who_is_not_let_in_is_told_so_in_the_same_form(client: TestClient):
    is_problem(client.get(READ, headers={"host": "evil.example"}), 421)
    is_problem(client.post("/api/v1/unroll", json={}, headers={"sec-fetch-site": "cross-site"}), 403)


def test_a_fault_tells_nothing_but_that_it_is_ours(client: TestClient, shelf: site.Shelf):
    shelf.fails[PATH] = RuntimeError("secret")
    answer = client.get(READ)
    is_problem(answer, 500)
    assert "secret" not in answer.text
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")


def test_pages_still_say_it_as_pages(client: TestClient, shelf: site.Shelf):
    shelf.fails[PATH] = RuntimeError("secret")
    for address in (PATH + ".md", "/nothing", "/t/bsky/ada.example/3knothing"):
        assert client.get(address).headers["content-type"].startswith("text/html")
    assert client.get("/", headers={"host": "evil.example"}).headers["content-type"].startswith("text/html")
    assert client.get("/unroll").headers["content-type"].startswith("text/html")


def test_every_answer_says_what_is_left_and_too_much_is_a_problem_with_the_time():
    shelf = shelf_of(PUBLIC, most=2)
    client = visitor(shelf, PUBLIC)
    answer = client.get(READ)
    assert answer.headers["ratelimit"] == '"default";r=1;t=7'
    assert client.get("/api/v1/threads").headers["ratelimit-policy"] == '"default";q=2;w=3600'
    answer = client.get("/api/v1/unrolls/nothing")
    told = is_problem(answer, 429, PUBLIC)
    assert "possible again at 09:13 UTC" in told["detail"]
    assert (answer.headers["retry-after"], answer.headers["ratelimit"]) == ("7", '"default";r=0;t=7')
    assert answer.headers["access-control-allow-origin"] == "*"


def test_reading_files_and_unrolling_are_counted_each_by_itself():
    shelf = shelf_of(PUBLIC)
    client = visitor(shelf, PUBLIC)
    client.get(READ + ".md")
    client.post("/api/v1/unroll", json={"address": TALE.url})
    client.get("/api/v1/threads")
    assert shelf.desk.spent == ["export", "unroll", "api"]  # type: ignore[attr-defined]


# --- who may read the answers -------------------------------------------------------------------------------------


def test_pages_of_others_may_read_the_answers_of_a_public_site_and_of_no_personal_one(
    client: TestClient, public: TestClient
):
    for address in (READ, READ + ".md", "/api/v1/threads", "/api/v1/openapi.json", "/api/v1/nothing"):
        assert public.get(address).headers["access-control-allow-origin"] == "*"
        assert "access-control-allow-credentials" not in public.get(address).headers
        assert "access-control-allow-origin" not in client.get(address).headers
    assert "link" in public.get("/api/v1/threads").headers["access-control-expose-headers"]


# --- the description ---------------------------------------------------------------------------------------------


def test_the_description_is_valid_openapi_for_both_kinds_of_site(client: TestClient):
    for one in (
        client,
        visitor(shelf_of(PUBLIC), PUBLIC, "post@example.org"),
        visitor(shelf_of(PUBLIC), PUBLIC, "https://example.org/contact"),
    ):
        told = one.get("/api/v1/openapi.json").json()
        OpenAPIV31SpecValidator(told).validate()
    assert told["servers"] == [{"url": PUBLIC}]
    assert told["info"]["contact"] == {"url": "https://example.org/contact"}


def test_every_operation_has_a_route_and_answers_as_it_is_described(client: TestClient):
    told = client.get("/api/v1/openapi.json").json()
    assert [one.path for one in OPERATIONS] == list(told["paths"])
    network, _, name = PATH.removeprefix("/t/").partition("/")
    for operation in OPERATIONS:
        address = operation.path.replace("{network}", network).replace("{id}", name).replace("{format}", "md")
        address = address.replace("{number}", "unroll-1")
        if operation.id == "search":
            continue  # needs a database: tests/web/test_api_search.py
        body = {"json": {"address": TALE.url}} if operation.body else {}
        answer = client.request(operation.method, address, **cast("Any", body))
        described = told["paths"][operation.path][operation.method]["responses"][str(answer.status_code)]
        kind = answer.headers["content-type"]
        assert kind in described["content"]
        if "schema" in described["content"][kind]:
            schema = {**described["content"][kind]["schema"], "components": told["components"]}
            jsonschema.Draft202012Validator(schema).validate(answer.json())


def test_a_problem_is_as_it_is_described(client: TestClient):
    told = client.get("/api/v1/openapi.json").json()
    schema = {"$ref": "#/components/schemas/Problem", "components": told["components"]}
    jsonschema.Draft202012Validator(schema).validate(client.get("/api/v1/nothing").json())


def test_the_page_about_it_names_every_operation_every_problem_and_every_type(client: TestClient):
    page = unescape(client.get("/api").text)
    told = client.get("/api/v1/openapi.json").json()
    names = set(re.findall(r'id="([^"]+)"', page))
    assert {one.id for one in OPERATIONS} <= names
    assert {kind.name for kind in problems.KINDS.values()} <= names
    assert set(told["components"]["schemas"]) <= names
    assert set(re.findall(r'href="#([^"]+)"', page)) <= names
    assert "<script" not in page.partition("<body")[2]


def test_search_engines_may_list_the_page_of_a_public_site_only(client: TestClient, public: TestClient):
    assert 'content="noindex"' in client.get("/api").text
    assert 'content="noindex"' not in public.get("/api").text
