"""Reports: the form without script, tickets, honest errors."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.hosted import ORIGIN, PATH, POSTS, Hosted, hosted
from threadleaf.render.tongue import ENGLISH
from threadleaf.web.reports import MOST_CONTACT, MOST_WORDS, REASONS, check, on_our_site
from threadleaf.web.security import LARGER
from threadleaf.web.site import LONGEST

GOOD = {"url": PATH, "reason": "privacy", "words": "It names my street.", "contact": "ann@example.org", "faith": "yes"}


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Hosted]:
    with hosted(tmp_path) as site:
        yield site


def test_the_form_says_what_it_is_for_and_knows_the_page(here: Hosted) -> None:
    answer = here.client.get("/report", params={"url": PATH})
    assert answer.status_code == 200
    assert f'value="{PATH}"' in answer.text
    assert answer.text.count('type="radio"') == len(REASONS)
    assert "<script" not in answer.text
    assert answer.headers["cache-control"] == "no-store"


def test_what_is_in_the_address_is_only_text(here: Hosted) -> None:
    text = here.client.get("/report", params={"url": '"><script>alert(1)</script>'}).text
    assert "<script>" not in text
    assert f'value="{"x" * LONGEST}"' in here.client.get("/report", params={"url": "x" * 5_000}).text


def test_a_report_gets_a_ticket_at_which_its_state_is_seen(here: Hosted) -> None:
    answer = here.client.post("/report", data=GOOD)
    assert answer.status_code == 303
    ticket = answer.headers["location"].removeprefix(ORIGIN)
    assert len(ticket) == len("/report/") + 22
    page = here.client.get(ticket)
    assert page.status_code == 200
    assert page.headers["cache-control"] == "no-store"
    assert "It waits for the operator, who decides by 3 June 2026, 12:00 UTC at the latest." in page.text
    assert f'<a href="{PATH}" dir="auto">' in page.text
    assert "It names my street." not in page.text
    assert "ann@example.org" not in page.text


def test_a_ticket_names_the_day_that_the_site_promises(tmp_path: Path) -> None:
    with hosted(tmp_path, report_days=7, takedown_hours=6) as here:
        for reason, due in (("privacy", "11 May 2026, 12:00 UTC"), ("author", "4 May 2026, 18:00 UTC")):
            ticket = here.client.post("/report", data={**GOOD, "reason": reason}).headers["location"]
            assert f"who decides by {due} at the latest" in here.client.get(ticket).text


def test_a_ticket_leads_to_its_page_by_name_and_says_its_own_address(here: Hosted) -> None:
    ticket = here.client.post("/report", data=GOOD).headers["location"]
    page = here.client.get(ticket).text
    assert f'It is about <a href="{PATH}" dir="auto">The first post of a thread</a>.' in page
    assert f'<a href="{ticket}" dir="ltr">{ticket}</a>' in page
    report = next(iter(here.service.desk.waiting()))
    here.service.desk.decide(report, "hidden", "")
    page = here.client.get(ticket).text
    assert "The first post" not in page, "what is hidden is not named"
    assert f'<a href="{PATH}" dir="auto">{ORIGIN}{PATH}</a>' in page


def test_a_ticket_tells_the_decision_with_its_reason(here: Hosted) -> None:
    ticket = here.client.post("/report", data=GOOD).headers["location"]
    desk = here.service.desk
    (report,) = desk.waiting()
    desk.decide(report, "hidden", "")
    assert "nobody sees it until the operator has decided" in here.client.get(ticket).text
    desk.decide(report, "kept", "A street is not <b>you</b>.")
    text = here.client.get(ticket).text
    assert "It was decided on 4 May 2026: the page stays." in text
    assert "A street is not &lt;b&gt;you&lt;/b&gt;." in text
    assert "Keep the address of this page" not in text


def test_a_ticket_of_what_was_removed_names_the_page_no_more(here: Hosted) -> None:
    ticket = here.client.post("/report", data=GOOD).headers["location"]
    (report,) = here.service.desk.waiting()
    here.service.desk.decide(report, "removed", "You are right.")
    text = here.client.get(ticket).text
    assert "the page was taken down for good" in text
    assert PATH not in text
    assert here.client.get(PATH).status_code == 410


def test_a_report_about_the_site_is_answered(here: Hosted) -> None:
    ticket = here.client.post("/report", data={**GOOD, "url": ""}).headers["location"]
    (report,) = here.service.desk.waiting()
    here.service.desk.decide(report, "kept", "Mended.")
    assert "It was answered on 4 May 2026." in here.client.get(ticket).text


@pytest.mark.parametrize("ticket", ["x", "1", "AAAAAAAAAAAAAAAAAAAAAA", "%00", "%ff"])
def test_no_other_address_is_a_ticket(here: Hosted, ticket: str) -> None:
    here.client.post("/report", data=GOOD)
    assert here.client.get(f"/report/{ticket}").status_code == 404


@pytest.mark.parametrize("url", [f"{ORIGIN}{PATH}?view=posts#3k", f"{PATH}.md", POSTS[1].url, f"  {PATH}  "])
def test_any_address_of_the_page_is_understood(here: Hosted, url: str) -> None:
    assert here.client.post("/report", data={**GOOD, "url": url}).status_code == 303
    assert here.service.desk.waiting()[0].said.path == PATH


@pytest.mark.parametrize(
    ("change", "status", "said"),
    [
        ({"url": "no address"}, 400, "no address"),
        ({"url": "x" * (LONGEST + 1)}, 400, "This address is too long."),
        ({"url": "https://bsky.app/profile/jean.example/post/3kaaaaaaaaaaa"}, 404, "There is no page of this here"),
        ({"reason": "revenge"}, 400, "Choose what it is about."),
        ({"reason": ""}, 400, "Choose what it is about."),
        ({"words": "   "}, 400, "Say in your own words what should happen."),
        ({"words": "x" * (MOST_WORDS + 1)}, 400, "at most 5,000 characters"),
        ({"contact": "x" * (MOST_CONTACT + 1)}, 400, "at most 300 characters"),
        ({"faith": ""}, 400, "Say that it is true as far as you know."),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_stays(
    here: Hosted, change: dict[str, str], status: int, said: str
) -> None:
    given = {**GOOD, **change}
    answer = here.client.post("/report", data=given)
    assert answer.status_code == status
    assert said in answer.text
    assert 'role="alert"' in answer.text
    assert 'aria-describedby="wrong"' in answer.text
    assert f">\n{given['words'].strip()}</textarea>" in answer.text
    assert here.service.desk.waiting() == []


def test_nothing_at_all_is_no_fault(here: Hosted) -> None:
    assert here.client.post("/report", content=b"").status_code == 400
    assert here.client.post("/report", content=b"&".join([b"a=1"] * 99)).status_code == 400


def test_five_thousand_characters_of_any_script_fit_into_the_form(here: Hosted) -> None:
    answer = here.client.post("/report", data={**GOOD, "words": "軍" * MOST_WORDS})
    assert answer.status_code == 303
    assert here.service.desk.waiting()[0].said.words == "軍" * MOST_WORDS
    most = LARGER["/report"]
    assert here.client.post("/report", content=b"x" * (most + 1)).status_code == 413
    assert here.client.post("/unroll", content=b"x" * most).status_code == 413


def test_of_the_sender_nothing_is_kept_but_what_was_typed_and_a_keyed_hash(here: Hosted, tmp_path: Path) -> None:
    visitor = here.visitor("203.0.113.86")
    told = {"user-agent": "Canary/1.0", "referer": "https://canary.example/", "accept-language": "canary"}
    assert visitor.post("/report", data=GOOD, headers=told).status_code == 303
    here.service.list()
    kept = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    assert b"It names my street." in kept
    for canary in (b"203.0.113", b"Canary", b"canary"):
        assert canary not in kept


def test_whoever_sends_too_many_is_told_until_when(tmp_path: Path) -> None:
    with hosted(tmp_path, reports_per_day=2) as here:
        visitor, other = here.visitor("203.0.113.1"), here.visitor("198.51.100.1")
        assert [visitor.post("/report", data=GOOD).status_code for _ in range(3)] == [303, 303, 429]
        refused = here.visitor("203.0.113.99").post("/report", data=GOOD)
        assert refused.status_code == 429, "the neighbour shares the limit"
        assert "It is possible again on 5 May 2026, 12:01 UTC." in refused.text
        assert refused.headers["retry-after"] == "86400"
        assert refused.headers["ratelimit"] == '"default";r=0;t=86400'
        assert refused.headers["cache-control"] == "no-store"
        assert other.post("/report", data=GOOD).status_code == 303
        here.later(days=1)
        assert visitor.post("/report", data=GOOD).status_code == 303


def test_what_is_wrong_costs_nothing(tmp_path: Path) -> None:
    with hosted(tmp_path, reports_per_day=1) as here:
        for _ in range(5):
            assert here.client.post("/report", data={**GOOD, "faith": ""}).status_code == 400
        assert here.client.post("/report", data=GOOD).status_code == 303


def test_a_personal_site_counts_nothing(tmp_path: Path) -> None:
    with hosted(tmp_path, personal=True, exports_per_hour=1) as here:
        assert [here.client.get(f"{PATH}.txt").status_code for _ in range(3)] == [200] * 3


def test_nobody_is_asked_to_report_to_oneself(tmp_path: Path) -> None:
    with hosted(tmp_path, personal=True) as here:
        for answer in (here.client.get("/report"), here.client.post("/report", data=GOOD)):
            assert answer.status_code == 404
            assert "To take a page down, type <code>threadleaf remove ADDRESS --reason author</code>." in answer.text
        assert here.service.desk.waiting() == []
        for path in ("/", "/latest", PATH, f"{PATH}?view=posts", "/nothing-here", "/about"):
            text = here.client.get(path).text
            assert 'href="/report' not in text, path
            assert 'href="/takedown' not in text, path


def test_every_page_links_to_the_form(here: Hosted) -> None:
    for path in ("/", "/latest", "/about", "/report", PATH, "/nothing-here"):
        assert "/report" in here.client.get(path).text


def test_what_was_taken_down_or_hidden_can_be_reported_from_its_address(here: Hosted) -> None:
    number = here.report()
    report = here.service.desk.numbered(number)
    assert report is not None
    for verdict, status in (("hidden", 403), ("removed", 410)):
        here.service.desk.decide(report, verdict, "So.")  # type: ignore[arg-type]
        answer = here.client.get(PATH)
        assert answer.status_code == status
        assert answer.headers["cache-control"] == "no-store"
        assert f'href="/report?url={PATH.replace(":", "%3A")}"' in answer.text
        assert "first post" not in answer.text


FILES = ("", ".txt", ".md", ".json", ".html", ".atom", ".feed.json", ".png", ".svg", "?view=posts", "?cite=")
LISTS = (
    *("/", "/latest", "/latest.atom", "/latest.feed.json", "/search?q=first", "/author/bsky/ada.example", "/topics"),
    *("/sitemap.xml", "/oembed?url=https://threads.example.org" + PATH, "/api/v1/search?q=first", "/api/v1/threads"),
)


def test_a_hidden_page_is_in_no_file_and_no_list(tmp_path: Path) -> None:
    with hosted(tmp_path, search_engines=True) as here:
        report = here.service.desk.numbered(here.report())
        assert report is not None
        shown = {path for path in LISTS if "first post" in here.client.get(path).text}
        assert {"/", "/latest", "/search?q=first", "/author/bsky/ada.example", "/latest.atom"} <= shown
        for suffix in FILES:
            assert here.client.get(PATH + suffix).status_code == 200, suffix
        here.service.desk.decide(report, "hidden", "")
        for path in (*(PATH + suffix for suffix in FILES), f"/{POSTS[2].url}", f"/embed{PATH}"):
            answer = here.client.get(path)
            assert answer.status_code == 403, path
            assert "first post" not in answer.text
        for path in LISTS:
            answer = here.client.get(path)
            assert "first post" not in answer.text, path
            assert PATH not in answer.text or answer.status_code == 403, path
        here.service.desk.decide(report, "kept", "So.")
        assert {path for path in LISTS if "first post" in here.client.get(path).text} == shown
        assert here.client.get(PATH).status_code == 200


def test_files_are_limited_and_pages_are_not(tmp_path: Path) -> None:
    with hosted(tmp_path, exports_per_hour=2) as here:
        said = [here.client.get(f"{PATH}.{suffix}").status_code for suffix in ("txt", "md", "json")]
        assert said == [200, 200, 429]
        refused = here.client.get(f"{PATH}.txt")
        assert refused.text.startswith("That was often enough for now.")
        assert refused.headers["retry-after"]
        assert here.client.get(PATH).status_code == 200


# --- without a site ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("address", "origin", "path"),
    [
        ("https://t.example/t/x/1", "https://t.example", "/t/x/1"),
        ("https://T.example/t/x/1.md?view=posts#9", "https://t.example", "/t/x/1"),
        ("/t/x/1.json", "https://t.example", "/t/x/1"),
        ("/t/bsky/did%3Aplc%3Aa/b", "", "/t/bsky/did:plc:a/b"),
        ("http://127.0.0.1:8410/t/x/1", "", "/t/x/1"),
        ("http://localhost/p/secret", "", "/p/secret"),
        ("http://localhost/t/x/1", "https://t.example", "http://localhost/t/x/1"),
        ("https://x.com/a/status/1", "https://t.example", "https://x.com/a/status/1"),
        ("https://x.com/a/status/1", "", "https://x.com/a/status/1"),
        ("http://[::1", "", "http://[::1"),
        ("", "", ""),
        ("words", "", "words"),
    ],
)
def test_an_address_of_ours_becomes_its_path(address: str, origin: str, path: str) -> None:
    assert on_our_site(address, origin) == path


def test_a_form_that_is_in_order_has_nothing_wrong() -> None:
    assert check(GOOD, ENGLISH) is None
    assert check({**GOOD, "url": "", "contact": ""}, ENGLISH) is None


def test_an_author_is_told_that_the_page_is_hidden_if_nobody_decides(here: Hosted) -> None:
    said = "If nobody has decided a day after it came in, the page is hidden until somebody has."
    tickets = {
        reason: here.client.post("/report", data={**GOOD, "reason": reason}).headers["location"]
        for reason in ("author", "privacy")
    }
    assert said in here.client.get(tickets["author"]).text
    assert said not in here.client.get(tickets["privacy"]).text
    (report,) = (one for one in here.service.desk.waiting() if one.said.reason == "author")
    here.service.desk.decide(report, "hidden", "")
    assert said not in here.client.get(tickets["author"]).text
