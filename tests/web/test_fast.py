"""Answers from memory: the same as without it, and never one that does not hold any more."""

from collections.abc import Callable, Hashable

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from threadleaf.web import answers, security
from threadleaf.web.fast import Fast, Memory

HERE = "http://127.0.0.1:8410"
TEXT = "A tide mill has two working windows a day. " * 40


class Watch:
    """A database whose state the test sets; `slow` as a server that would have to be asked."""

    def __init__(self) -> None:
        self.now: Hashable = 1
        self.slow = False
        self.asked = 0

    def state(self) -> Hashable | None:
        return None if self.slow else self.now

    def ask(self) -> Hashable:
        self.asked += 1
        return self.now


class Site:
    """A site behind a memory: `made` counts what it was asked itself, `answer` is what it says."""

    def __init__(self, answer: Callable[[Request], Response], most: int = 1_000_000, host: str = HERE) -> None:
        self.made = 0
        self.answer = answer
        self.watch = Watch()
        self.memory = Memory(self.watch, most)
        layers = [
            Middleware(Fast, memory=self.memory),
            Middleware(security.Guard, origin="", refuse=lambda status, sentence: PlainTextResponse(sentence, status)),
        ]
        app = Starlette(routes=[Route("/{path:path}", self._made, methods=["GET", "POST"])], middleware=layers)
        self.client = TestClient(app, base_url=host)

    async def _made(self, request: Request) -> Response:
        self.made += 1
        return self.answer(request)

    def get(self, path: str = "/t/1", **headers: str) -> tuple[int, int]:
        """The status of an answer, and whether the site itself was asked for it."""
        before = self.made
        answer = self.client.get(path, headers={name.replace("_", "-"): value for name, value in headers.items()})
        self.client.cookies.clear()  # a reader with a cookie is passed by, which would hide that one was kept
        return answer.status_code, self.made - before


def page(request: Request) -> Response:
    return answers.answer(request, TEXT, headers={"last-modified": "Sun, 03 May 2026 14:12:07 GMT"})


@pytest.fixture
def site() -> Site:
    return Site(page)


# --- the same answers --------------------------------------------------------------------------------------------


def test_what_is_remembered_is_the_same_to_the_last_header(site: Site):
    for accepted in ("br", "gzip", "identity"):
        first, then = (site.client.get("/t/1", headers={"accept-encoding": accepted}) for _ in range(2))
        assert (first.status_code, first.headers, first.content) == (then.status_code, then.headers, then.content)
        assert then.text == TEXT
        assert then.headers["content-security-policy"] == security.PAGE_POLICY
    assert site.made == 3, "one answer for each coding"


def test_head_is_answered_from_what_a_get_has_left(site: Site):
    assert site.client.head("/t/1").status_code == 200
    assert site.client.head("/t/1").status_code == 200
    assert site.made == 2, "an answer to HEAD has no body to keep"
    full = site.client.get("/t/1")
    answer = site.client.head("/t/1")
    assert (answer.content, answer.headers) == (b"", full.headers)
    assert site.made == 3


def test_who_has_it_gets_304_without_the_site_being_asked(site: Site):
    tag = site.client.get("/t/1").headers["etag"]
    assert site.get(if_none_match=tag) == (304, 0)
    assert site.get(if_none_match=f'"other", W/{tag}') == (304, 0)
    assert site.get(if_none_match='"other"') == (200, 0)
    assert site.get(if_modified_since="Sun, 03 May 2026 14:12:07 GMT") == (304, 0)
    assert site.get(if_modified_since="Sun, 03 May 2026 14:12:06 GMT") == (200, 0)
    answer = site.client.get("/t/1", headers={"if-none-match": tag})
    assert (answer.content, answer.headers["etag"], answer.headers["cache-control"]) == (b"", tag, "no-cache")
    assert answer.headers["content-security-policy"] == security.PAGE_POLICY
    assert "content-length" not in answer.headers
    assert site.client.head("/t/1", headers={"if-none-match": tag}).status_code == 304


def test_a_304_is_never_remembered_as_the_page(site: Site):
    assert site.get(if_none_match="*") == (304, 1)
    assert site.get() == (200, 1)
    assert site.get() == (200, 0)


def test_an_answer_without_a_date_has_a_tag_all_the_same():
    site = Site(lambda request: answers.answer(request, TEXT))
    site.get()
    assert site.get(if_modified_since="Sun, 03 May 2026 14:12:07 GMT") == (200, 0)


# --- never one that does not hold any more -----------------------------------------------------------------------


def test_whatever_is_committed_makes_every_answer_anew(site: Site):
    assert [site.get(), site.get()] == [(200, 1), (200, 0)]
    site.watch.now = 2
    assert site.get(if_none_match="*") == (304, 1)
    site.answer = lambda request: PlainTextResponse("taken down", 410, {"cache-control": "no-store"})
    assert site.get() == (410, 1)


def test_an_answer_that_was_made_while_something_was_committed_is_not_used(site: Site):
    def overtaken(request: Request) -> Response:
        site.watch.now = 2
        return page(request)

    site.answer = overtaken
    assert [site.get(), site.get(), site.get()] == [(200, 1), (200, 1), (200, 0)]


def test_a_server_is_asked_where_its_state_is_not_known(site: Site):
    site.watch.slow = True
    assert [site.get(), site.get()] == [(200, 1), (200, 0)]
    assert site.watch.asked == 2


def test_an_answer_is_made_anew_after_a_minute(site: Site):
    site.get()
    (address,) = site.memory._addresses.values()
    for answer in address.forms.values():
        answer.since -= 61
    assert site.get() == (200, 1)
    assert site.get() == (200, 0)


# --- what is kept, and for whom ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "headers",
    [
        {"cache-control": "no-store"},
        {"cache-control": "private, no-cache"},
        {"set-cookie": "a=b"},
        {"vary": "cookie"},
        {"vary": "*"},
        {"ratelimit": '"api";r=3;t=9'},
        {"x-ratelimit-remaining": "3"},
    ],
)
def test_what_is_for_one_reader_only_is_not_kept(headers: dict[str, str]):
    cache = headers.pop("cache-control", "no-cache")
    site = Site(lambda request: answers.answer(request, TEXT, cache=cache, headers=headers))
    assert [site.get(), site.get()] == [(200, 1), (200, 1)]


@pytest.mark.parametrize("status", [203, 206, 404, 410, 500])
def test_only_successes_are_kept(status: int):
    site = Site(lambda request: PlainTextResponse("words", status, {"etag": '"a"', "cache-control": "no-cache"}))
    assert [site.get(), site.get()] == [(status, 1), (status, 1)]


def test_an_answer_without_a_tag_is_not_kept():
    site = Site(lambda request: PlainTextResponse("words", headers={"cache-control": "no-cache"}))
    assert [site.get(), site.get()] == [(200, 1), (200, 1)]


def test_an_answer_in_pieces_is_not_kept():
    async def pieces():
        yield b"one "
        yield b"two"

    headers = {"etag": '"a"', "cache-control": "no-cache"}
    site = Site(lambda request: StreamingResponse(pieces(), headers=headers))
    assert site.client.get("/").text == site.client.get("/").text == "one two"
    assert site.made == 2


@pytest.mark.parametrize("name", ["cookie", "authorization"])
def test_who_is_known_gets_an_answer_of_their_own_and_leaves_none(site: Site, name: str):
    assert [site.get(**{name: "x"}), site.get(**{name: "x"})] == [(200, 1), (200, 1)]
    assert [site.get(), site.get()] == [(200, 1), (200, 0)]
    assert site.get(**{name: "x"}) == (200, 1)


def test_forms_are_never_answered_from_memory(site: Site):
    site.get()
    site.client.post("/t/1", content=b"url=x")
    assert site.made == 2


def test_every_address_and_every_host_has_its_own(site: Site):
    assert [site.get("/t/1"), site.get("/t/2"), site.get("/t/1?view=posts")] == [(200, 1)] * 3
    assert [site.get("/t/1"), site.get("/t/2"), site.get("/t/1?view=posts")] == [(200, 0)] * 3
    assert site.get(host="localhost") == (200, 1)
    assert site.get(host="evil.example") == (421, 0)
    assert site.get(host="evil.example") == (421, 0)


def test_two_hosts_are_refused_whatever_is_kept(site: Site):
    site.get()
    ours, other = ("host", "127.0.0.1:8410"), ("host", "evil.example")
    for headers in ([ours, other], [other, ours]):
        assert site.client.get("/t/1", headers=headers).status_code == 421


def test_what_is_chosen_by_language_or_kind_is_kept_for_each():
    def chosen(request: Request) -> Response:
        text = request.headers.get("accept-language", "") + request.headers.get("accept", "")
        return answers.answer(request, text + TEXT, headers={"vary": "Accept-Language, accept"})

    site = Site(chosen)
    for kind in ("text/html", "text/markdown"):
        for language in ("de", "fr"):
            assert site.get(accept_language=language, accept=kind) == (200, 1)
    for kind in ("text/html", "text/markdown"):
        for language in ("de", "fr"):
            assert site.get(accept_language=language, accept=kind) == (200, 0)
            headers = {"accept-language": language, "accept": kind}
            assert site.client.get("/t/1", headers=headers).text.startswith(language + kind)


def test_what_is_not_chosen_by_language_is_kept_once(site: Site):
    site.get(accept_language="de")
    assert site.get(accept_language="fr") == (200, 0)


def test_an_address_whose_answers_are_chosen_differently_now_forgets_the_old_ones(site: Site):
    site.get(accept_language="de")
    site.watch.now = 2
    site.answer = lambda request: answers.answer(request, TEXT, headers={"vary": "accept-language"})
    assert [site.get(accept_language="de"), site.get(accept_language="fr")] == [(200, 1), (200, 1)]


# --- bounds ------------------------------------------------------------------------------------------------------


def filled(most: int) -> Site:
    return Site(lambda request: answers.answer(request, "x" * 10_000, cache="no-cache"), most)


def test_the_memory_is_bounded_and_drops_what_was_unused_for_longest():
    site = filled(100_000)
    for number in range(8):
        site.get(f"/{number}", accept_encoding="identity")
    assert site.get("/0", accept_encoding="identity") == (200, 0)
    site.get("/8", accept_encoding="identity")
    assert site.memory.size <= 100_000
    assert site.get("/0", accept_encoding="identity") == (200, 0)
    assert site.get("/1", accept_encoding="identity") == (200, 1)


def test_the_memory_counts_what_it_holds():
    site = filled(100_000)
    for number in range(100):
        site.watch.now = number
        for coding in ("br", "gzip", "identity"):
            site.get(f"/{number % 3}", accept_encoding=coding)
    held = site.memory._addresses.values()
    assert site.memory.size == sum(address.size for address in held)
    assert 0 < site.memory.size <= 100_000


def test_an_answer_that_would_fill_the_memory_is_not_kept():
    site = filled(79_999)
    assert [site.get(accept_encoding="identity"), site.get(accept_encoding="identity")] == [(200, 1), (200, 1)]


def test_the_forms_of_one_address_are_bounded_and_equal_ones_share_their_bytes():
    site = Site(lambda request: answers.answer(request, TEXT, headers={"vary": "accept"}))
    for number in range(100):
        site.get(accept=f"text/{number}")
    (address,) = site.memory._addresses.values()
    assert len(address.forms) == 16
    assert len({id(answer) for answer in address.forms.values()}) == 1
    assert address.size < 2 * len(TEXT)
    assert site.get(accept="text/99") == (200, 0)
