"""`threadleaf admin` and `threadleaf reports`."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.cli.conftest import ADDRESS, Line
from tests.support.public import ENVIRON, ORIGIN
from threadleaf.service.moderation import Desk
from threadleaf.store import open_store


def database(line: Line) -> Path:
    return line.folder / "home/.local/share/threadleaf/threadleaf.sqlite3"


def report(line: Line, address: str = ADDRESS, **more: str) -> None:
    """A report of the thread, which is kept."""
    from datetime import UTC, datetime

    line("unroll", "--save", ADDRESS)
    with open_store(database(line)) as store:
        desk = Desk(store, lambda: datetime(2026, 5, 3, 9, tzinfo=UTC), {}, lambda: None)
        desk.report(address, "author", "Mine.\x1b[31m", asker="192.0.2.0/24", **more)


@pytest.mark.parametrize(("environ", "origin"), [({}, "http://127.0.0.1:8410"), (ENVIRON, ORIGIN)])
def test_the_link_leads_to_this_site_and_works(line: Line, environ: dict[str, str], origin: str) -> None:
    line.environ |= environ
    said = line("admin", "link")
    assert said.code == 0
    assert said.err == ""
    found = re.fullmatch(rf"{re.escape(origin)}/admin/set-up/([\w-]{{22}})\n", said.out)
    assert found
    with open_store(database(line)) as store:
        from threadleaf.cli.edge import now

        assert store.operators.link_works(found[1], now())


def test_the_link_names_the_port_of_a_site_without_address(line: Line) -> None:
    assert line("admin", "link", "--port", "8420").out.startswith("http://127.0.0.1:8420/admin/set-up/")


def test_where_the_pages_are_not_there_no_link_leads_to_them(line: Line) -> None:
    line.environ |= ENVIRON | {"THREADLEAF_PUBLIC_ORIGIN": "http://127.0.0.1:8421"}
    said = line("admin", "link")
    assert (said.code, said.out) == (4, "")
    assert "without https" in said.err


def test_without_a_report_nothing_waits(line: Line) -> None:
    said = line("reports")
    assert (said.code, said.out, said.err) == (0, "", "No report waits.\n")
    assert json.loads(line("reports", "--json").out) == []


def test_what_waits_is_listed_one_report_a_line(line: Line) -> None:
    report(line)
    said = line("reports")
    assert said.code == 0
    (row,) = said.out.splitlines()
    number, state, due, reason, path = row.split("\t")
    assert (number, state, due, reason) == ("1", "open", "4 May 2026, 09:00 UTC", "author")
    assert path.startswith("/t/bsky/")


def test_a_report_is_shown_inert_and_without_its_sender(line: Line) -> None:
    report(line, contact="ann@example.org")
    said = line("reports", "1")
    assert "Contact    ann@example.org\n" in said.out
    assert said.out.endswith("\nMine.[31m\n")
    facts = json.loads(line("reports", "1", "--json").out)[0]
    assert facts["words"] == "Mine.\x1b[31m"
    assert facts["contact"] == "ann@example.org"
    assert "asker" not in facts


@pytest.mark.parametrize(("verdict", "code"), [("hidden", 4), ("kept", 0), ("removed", 4)])
def test_a_report_is_decided(line: Line, verdict: str, code: int) -> None:
    report(line)
    said = line("reports", "1", "--decide", verdict, "--because", "So it is.")
    assert said.code == 0
    assert f"State      {verdict}\n" in said.out
    assert "Answer     So it is.\n" in said.out
    assert line("show", ADDRESS).code == code
    assert line("reports").out == ("" if verdict != "hidden" else line("reports").out)


def test_what_was_removed_can_be_answered_anew_and_stays_removed(line: Line) -> None:
    report(line)
    line("reports", "1", "--decide", "removed", "--because", "As she asked.")
    said = line("reports", "1", "--decide", "kept", "--because", "As you asked.")
    assert said.code == 0
    assert "State      removed\n" in said.out
    assert "Answer     As you asked.\n" in said.out
    with open_store(database(line)) as store:
        assert [(told.what, told.number) for told in store.moderation.numbers() if told.what.startswith("reports")] == [
            ("reports removed", 1)
        ]
        assert [deed.did for deed in store.moderation.deeds(2)] == ["report answered", "report removed"]


def test_a_removal_by_hand_is_in_the_log_without_a_name(line: Line) -> None:
    line("unroll", "--save", ADDRESS)
    line("remove", ADDRESS, "--reason", "author", "--yes")
    with open_store(database(line)) as store:
        (deed,) = store.moderation.deeds(9)
        assert (deed.did, deed.about) == ("taken down", "bsky, author")


def test_a_hidden_page_can_be_taken_down_by_its_address_too(line: Line) -> None:
    report(line)
    line("reports", "1", "--decide", "hidden")
    assert line("remove", ADDRESS, "--reason", "law", "--yes").code == 0
    assert "for legal reasons" in line("show", ADDRESS).err


def test_the_class_of_a_removals_reason_can_be_chosen(line: Line) -> None:
    report(line)
    line("reports", "1", "--decide", "removed", "--because", "x", "--reason", "law")
    assert "for legal reasons" in line("show", ADDRESS).err


@pytest.mark.parametrize(
    ("args", "code", "said"),
    [
        (("--decide", "kept", "--because", "x"), 2, "Say which report is decided"),
        (("1", "--decide", "kept"), 2, "Say why with --because"),
        (("1", "--decide", "removed", "--because", " "), 2, "Say why with --because"),
        (("1", "--decide", "burnt"), 2, "is not one of"),
        (("7",), 1, "There is no report number 7."),
        (("0",), 2, "0 is not in the range"),
    ],
)
def test_what_cannot_be_decided_is_told(line: Line, args: tuple[str, ...], code: int, said: str) -> None:
    report(line)
    answer = line("reports", *args)
    assert answer.code == code
    assert said in answer.err


def test_a_report_about_the_site_says_so(line: Line) -> None:
    report(line, "")
    assert "About      the site\n" in line("reports", "1").out
    assert line("reports", "1", "--decide", "removed", "--because", "x").code == 2
