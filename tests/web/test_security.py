"""Who is let in, and what stands on every answer."""

import asyncio

import pytest
from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse, Response
from starlette.testclient import TestClient
from starlette.types import Message, Receive, Scope, Send

from threadleaf.web.security import BODY_LIMIT, Guard, headers, host_is_ours, is_forged

PUBLIC = "https://threads.example.org"
POLICY = (
    "default-src 'none'; img-src 'self'; media-src 'self'; style-src 'self'; font-src 'self'; script-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; object-src 'none'; "
    "manifest-src 'self'; worker-src 'self'; require-trusted-types-for 'script'; trusted-types threadleaf-sw"
)


async def inside(scope: Scope, receive: Receive, send: Send) -> None:
    body = b""
    if scope["type"] == "http":
        while True:
            message = await receive()
            body += message.get("body", b"")
            if not message.get("more_body"):
                break
        await PlainTextResponse(f"in {len(body)}")(scope, receive, send)


def refuse(status: int, sentence: str) -> Response:
    return PlainTextResponse(sentence, status)


def client(origin: str = "", host: str = "") -> TestClient:
    return TestClient(Guard(inside, origin=origin, refuse=refuse), base_url=origin or host or "http://127.0.0.1:8410")


def test_the_policy_allows_nothing_inline_and_nobody_else():
    given = client().get("/").headers
    assert given["content-security-policy"] == POLICY
    assert given["x-content-type-options"] == "nosniff"
    assert given["referrer-policy"] == "no-referrer"
    assert given["cross-origin-opener-policy"] == "same-origin"
    assert given["cross-origin-resource-policy"] == "same-origin"
    assert "camera=()" in given["permissions-policy"]
    assert "set-cookie" not in given


def test_a_site_over_https_says_so_for_two_years_and_any_other_site_never():
    assert headers(PUBLIC)["strict-transport-security"] == "max-age=63072000; includeSubDomains"
    assert "strict-transport-security" not in headers("http://threads.example.org")
    assert "strict-transport-security" not in headers("")


def test_an_answer_may_bring_its_own_policy():
    async def file(scope: Scope, receive: Receive, send: Send) -> None:
        await PlainTextResponse("", headers={"content-security-policy": "sandbox"})(scope, receive, send)

    answer = TestClient(Guard(file, origin="", refuse=refuse), base_url="http://localhost").get("/")
    assert answer.headers.get_list("content-security-policy") == ["sandbox"]


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.1:8410", "127.9.9.9", "localhost:1", "LOCALHOST", "[::1]:8410"])
def test_a_personal_instance_answers_to_the_names_of_the_loopback(host: str):
    assert host_is_ours(host, "")


@pytest.mark.parametrize(
    "host",
    [
        "",
        "evil.example",
        "127.0.0.1.evil.example",
        "localhost.evil.example:8410",
        "0.0.0.0",
        "192.168.1.4:8410",
        "[::1",
        "evil.example@127.0.0.1.nip.io",
        "2130706433",
    ],
)
def test_a_name_bound_again_to_the_loopback_does_not_reach_a_personal_instance(host: str):
    assert not host_is_ours(host, "")
    assert client().get("/", headers={"host": host}).status_code == 421


@pytest.mark.parametrize("host", ["threads.example.org", "threads.example.org:443", "Threads.Example.org"])
def test_a_public_site_answers_to_its_own_name(host: str):
    assert host_is_ours(host, PUBLIC)


@pytest.mark.parametrize("host", ["", "127.0.0.1", "example.org", "threads.example.org:8443", "threads.example.org:80"])
def test_a_public_site_answers_to_no_other_name(host: str):
    assert not host_is_ours(host, PUBLIC)
    assert client(PUBLIC).get("/", headers={"host": host}).status_code == 421


def test_a_public_site_on_another_port_wants_the_port():
    assert host_is_ours("threads.example.org:8443", "https://threads.example.org:8443")
    assert not host_is_ours("threads.example.org", "https://threads.example.org:8443")
    assert host_is_ours("threads.example.org:80", "http://threads.example.org")


def test_two_hosts_are_none():
    scope = {
        "type": "http",
        "method": "GET",
        "path": "/",
        "query_string": b"",
        "headers": [(b"host", b"localhost"), (b"host", b"evil.example")],
    }
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    async def receive() -> Message:
        return {"type": "http.request"}

    asyncio.run(Guard(inside, origin="", refuse=refuse)(scope, receive, send))
    assert sent[0]["status"] == 421


def test_what_the_browser_says_about_a_form_decides():
    def forged(**given: str) -> bool:
        return is_forged(Headers({"host": "localhost:8410", **{k.replace("_", "-"): v for k, v in given.items()}}), "")

    assert not forged(sec_fetch_site="same-origin", origin="null")
    assert not forged(sec_fetch_site="none")
    assert forged(sec_fetch_site="cross-site")
    assert forged(sec_fetch_site="same-site")
    assert not forged(origin="http://localhost:8410")
    assert forged(origin="http://localhost:9999")
    assert forged(origin="null")
    assert not forged()


def test_a_public_site_takes_forms_from_its_own_origin_only():
    assert not is_forged(Headers({"origin": PUBLIC, "host": "whatever"}), PUBLIC)
    assert is_forged(Headers({"origin": "http://threads.example.org", "host": "threads.example.org"}), PUBLIC)


def test_a_form_of_another_site_does_nothing():
    answer = client().post("/unroll", content=b"url=x", headers={"sec-fetch-site": "cross-site"})
    assert (answer.status_code, "another site" in answer.text) == (403, True)


def test_a_form_is_small():
    assert client().post("/", content=b"x" * BODY_LIMIT).text == f"in {BODY_LIMIT}"
    assert client().post("/", content=b"x" * (BODY_LIMIT + 1)).status_code == 413


def test_a_form_says_how_long_it_is():
    answer = client().post("/", content=iter([b"url=", b"x"]))
    assert answer.status_code == 411


def test_head_has_the_headers_and_no_body():
    answer = client().head("/")
    assert (answer.status_code, answer.headers["content-length"], answer.content) == (200, "4", b"")


def test_what_is_not_http_passes_untouched():
    async def receive() -> Message:
        return {"type": "lifespan.startup"}

    async def send(message: Message) -> None:
        raise AssertionError(message)

    reached = []

    async def note(scope: Scope, receive: Receive, send: Send) -> None:
        reached.append((scope, receive, send))

    scope = {"type": "lifespan"}
    asyncio.run(Guard(note, origin="", refuse=refuse)(scope, receive, send))
    assert reached == [(scope, receive, send)]
