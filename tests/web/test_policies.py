"""The pages about the site: filled from the settings, never with a blank."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.hosted import Hosted, hosted
from tests.support.public import TOLD
from threadleaf.config import Settings
from threadleaf.web.policies import PAGES, _contact

ALL = (*PAGES, "/transparency")


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Hosted]:
    with hosted(tmp_path) as site:
        yield site


@pytest.mark.parametrize("path", ALL)
def test_each_page_stands_at_its_address(here: Hosted, path: str) -> None:
    answer = here.client.get(path)
    assert answer.status_code == 200
    assert answer.text.count("<h1") == 1
    assert "set-cookie" not in answer.headers


def test_what_only_the_operator_can_say_is_on_the_pages(here: Hosted) -> None:
    def text(path: str) -> str:
        return here.client.get(path).text

    assert TOLD["operator"] in text("/about")
    assert TOLD["operator"] in text("/privacy")
    assert TOLD["legal_basis"] in text("/privacy")
    assert TOLD["takedown"] in text("/takedown")
    assert TOLD["imprint"] in text("/imprint")
    assert TOLD["jurisdiction"] in text("/imprint")
    for path in ("/about", "/privacy", "/takedown", "/imprint"):
        assert '<a href="mailto:us@example.org">us@example.org</a>' in text(path)


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("blank", [name for name in TOLD if name != "public_origin"])
def test_no_page_is_served_with_a_blank(tmp_path: Path, path: str, blank: str) -> None:
    with hosted(tmp_path, **{blank: " "}) as here:
        answer = here.client.get(path)
        assert answer.status_code == 503
        assert "has not yet said what belongs on this page" in answer.text


@pytest.mark.parametrize(
    ("settings", "path", "said"),
    [
        ({}, "/privacy", "and in backups after 35 days at most."),
        ({"backup_days": 1}, "/privacy", "and in backups after 1 day at most."),
        ({"backup_days": 0}, "/privacy", "There are no backups."),
        ({"modes": {"bsky": "ask-first"}}, "/privacy", "and is deleted after 14 days."),
        ({"takedown_hours": 12}, "/takedown", "and anything from X, is decided within 12 hours."),
        ({"report_days": 14}, "/takedown", "Everything else is decided within 14 days."),
    ],
)
def test_what_is_promised_is_what_the_operator_set(
    tmp_path: Path, settings: dict[str, int], path: str, said: str
) -> None:
    with hosted(tmp_path, **settings) as here:
        assert said in here.client.get(path).text


def test_nothing_is_said_of_requests_that_wait_where_none_do(here: Hosted) -> None:
    assert "has to agree first" not in here.client.get("/privacy").text


@pytest.mark.parametrize("path", [path for path in PAGES if path != "/how-it-works"])
def test_a_personal_site_says_that_it_is_one(tmp_path: Path, path: str) -> None:
    with hosted(tmp_path, personal=True) as here:
        assert "This is a personal site" in here.client.get(path).text


@pytest.mark.parametrize(
    ("who", "said"), [("anyone", "Whoever pastes"), ("operator", "The operator of this site unrolls")]
)
def test_how_it_works_says_who_may_unroll(tmp_path: Path, who: str, said: str) -> None:
    with hosted(tmp_path, who_may_unroll=who) as here:
        assert said in here.client.get("/how-it-works").text


def test_what_the_operator_writes_is_text(tmp_path: Path) -> None:
    with hosted(tmp_path, imprint="<b>Mill</b>\nSluice Lane", operator="<i>x</i>", contact="call <us>") as here:
        text = here.client.get("/imprint").text
        assert "&lt;b&gt;Mill&lt;/b&gt;\nSluice Lane" in text
        assert "<i>" not in text
        assert "call &lt;us&gt;" in text


@pytest.mark.parametrize(
    ("contact", "shown"),
    [
        ("us@example.org", '<a href="mailto:us@example.org">us@example.org</a>'),
        ("https://example.org/us", '<a href="https://example.org/us">https://example.org/us</a>'),
        ("ring twice", "ring twice"),
        ("javascript:alert(1)//@x", '<a href="mailto:javascript:alert(1)//@x">javascript:alert(1)//@x</a>'),
    ],
)
def test_a_contact_is_a_link_if_it_can_be(contact: str, shown: str) -> None:
    assert _contact(Settings(contact=contact)) == shown


def test_numbers_by_year_and_nothing_else(here: Hosted) -> None:
    assert "Nothing was reported and nothing taken down so far." in here.client.get("/transparency").text
    report = here.service.desk.numbered(here.report(words="My street.", contact="ann@example.org"))
    assert report is not None
    here.service.desk.decide(report, "removed", "Right.")
    text = here.client.get("/transparency").text
    for said in (
        "<h2>2026</h2>",
        "Reports: 1",
        "“It tells something about me or somebody else that should not be here”: 1",
        "Pages taken down for legal reasons: 1",
        "after which the page was taken down: 1",
    ):
        assert said in text
    for canary in ("street", "ann@", "Right.", "/t/"):
        assert canary not in text
