"""T41: whatever a request says about its host, its way or its address: no page is poisoned by it, no link leads elsewhere.

Every trick is played on every page, first on an empty memory and then on a full one. After it the page must be as it was
before for somebody who plays none.
"""

import re
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from tests.proof.crawl import ORIGIN, Served, address, routes, served

EVIL = "evil.example"
OURS = "threads.example.org"
FORWARDED = (
    *("x-forwarded-host", "x-host", "x-forwarded-server", "x-http-host-override", "x-original-host", "x-real-host"),
    *("x-forwarded-proto", "x-forwarded-scheme", "x-forwarded-port", "x-forwarded-prefix", "x-forwarded-ssl"),
    *("x-original-url", "x-rewrite-url", "x-original-uri", "x-proxy-url", "request-uri", "x-http-destinationurl"),
    *("x-forwarded-for", "x-real-ip", "client-ip", "true-client-ip", "x-client-ip", "cf-connecting-ip"),
    *("x-http-method-override", "x-method-override", "x-http-method", "x-forwarded-path", "x-script-name"),
    *("via", "from", "referer", "origin", "x-wap-profile", "x-arbitrary", "range", "accept-charset", "max-forwards"),
)
VALUES = {"x-http-method-override": "POST", "x-method-override": "POST", "x-http-method": "POST", "range": "bytes=0-1"}
HOSTS = (
    *(EVIL, f"{OURS}.{EVIL}", f"{EVIL}#{OURS}", f"{OURS}@{EVIL}", f"{EVIL}:443", f"{OURS}:8443", f"{OURS}, {EVIL}"),
    *(f" {EVIL}", f"{OURS}\t{EVIL}", "", "127.0.0.1", "[::1]", f"{OURS}.", "localhost", f"{OURS}/{EVIL}"),
)
PAGES = ("/", "/latest", "/t/{rest:path}", "/about", "/tools", "/api", "/{rest:path}", "/unroll")


def tricks() -> list[tuple[str, list[tuple[str, str]]]]:
    """Each trick's name and its headers."""
    host = ("host", OURS)
    forwarded = f"for={EVIL};host={EVIL};proto=http"
    return [
        *((name, [host, (name, VALUES.get(name, f"https://{EVIL}/x"))]) for name in FORWARDED),
        *((f"{name} bare", [host, (name, EVIL)]) for name in FORWARDED),
        ("forwarded", [host, ("forwarded", forwarded)]),
        *((f"host {value!r}", [("host", value)]) for value in HOSTS),
        ("two hosts", [host, ("host", EVIL)]),
        ("two hosts, ours last", [("host", EVIL), host]),
        ("a host in capitals", [("host", OURS.upper())]),
        ("a host with its port", [("host", f"{OURS}:443")]),
    ]


def ask(client: TestClient, path: str, headers: list[tuple[str, str]]) -> tuple[int, str, str]:
    """What an answer says: its status, where it leads, its text."""
    answer = client.get(path, headers=headers)
    return answer.status_code, answer.headers.get("location", ""), answer.text


def foreign(answer: tuple[int, str, str]) -> bool:
    """Whether an answer carries the other host anywhere, or leads to another one."""
    _, location, text = answer
    return EVIL in text.lower() or not re.match(rf"(?:$|/(?!/)|{re.escape(ORIGIN)}/)", location)


def play(site: Served) -> dict[str, float]:
    played = poisoned = leading = refused = 0
    paths = [address(template, site) for template in PAGES]
    for path in paths:
        plain = ask(site.client(), path, [("host", OURS)])
        for _, headers in tricks():
            site.app.state.memory._addresses.clear()
            client = site.client()
            for _ in range(2):  # first on an empty memory, then on what both have left there
                said = ask(client, path, headers)
                played += 1
                leading += foreign(said)
                refused += said[0] == 421
                poisoned += ask(client, path, [("host", OURS)]) != plain
    return {
        "plays": played,
        "tricks": len(tricks()),
        "poisoned": poisoned,
        "foreign links": leading,
        "refused": refused,
    }


def test_no_host_and_no_header_of_the_way_changes_a_page(proved, tmp_path: Path):
    with served(tmp_path) as site:
        templates = {template for template, _ in routes(list(site.app.routes))}
        assert set(PAGES) <= templates
        figures = play(site)
    proved("T41", figures, 0)


@pytest.mark.parametrize("where", ["", f"https://{EVIL}/t", f"//{EVIL}/t", "/t"])
def test_a_link_that_leads_elsewhere_is_seen(where: str):
    assert foreign((302, where, "")) == (EVIL in where)
    assert foreign((200, "", f"<a href='https://{EVIL.upper()}'>"))
