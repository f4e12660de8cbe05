"""Reports, hidden pages, blocked servers, the log and the numbers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from tests.store.build import NOON, draft, line, post, ref, talk
from threadleaf.core.errors import Gone, Refused
from threadleaf.core.model import Conversation, Ref
from threadleaf.store.aliases import alias_of, alias_of_path
from threadleaf.store.cases import Complaint, Counted, Report, Verdict
from threadleaf.store.records import Page, Saved
from threadleaf.store.schema import hidden, reports
from threadleaf.store.threads import Store

DAY = timedelta(days=1)


def kept(store: Store, conversation: Conversation | None = None, **more: Any) -> Saved:
    told = {"opt_outs": store.opted_out(()).revision, **more}
    saved = store.save(draft(conversation or talk(*line(1, 2, 3)), **told))
    assert saved is not None
    return saved


def told(store: Store, *, path: str = "", at: Any = NOON, **more: Any) -> Report:
    complaint = Complaint(**{"reason": "privacy", "words": "Please look.", "path": path} | more)
    report = store.moderation.ticket(store.moderation.report(complaint, at))
    assert report is not None
    return report


# --- reports ----------------------------------------------------------------------------------------------------


def test_a_report_is_found_by_its_ticket_and_by_its_number(store: Store) -> None:
    said = Complaint(
        reason="author", words="Mine. 我的。", address="a", path="/t/b", network="bsky", contact="c", asker=b"\x00mark"
    )
    ticket = store.moderation.report(said, NOON)
    report = store.moderation.ticket(ticket)
    assert report is not None
    assert (report.said, report.at, report.state, report.decided_at, report.because) == (said, NOON, "open", None, "")
    assert store.moderation.numbered(report.number) == report
    assert store.moderation.numbered(report.number + 1) is None


def test_tickets_cannot_be_guessed_and_only_their_hashes_are_kept(store: Store) -> None:
    tickets = {store.moderation.report(Complaint(reason="other", words=""), NOON) for _ in range(50)}
    assert len(tickets) == 50
    assert {len(ticket) for ticket in tickets} == {22}
    with store._database.reading() as connection:
        marks = {bytes(mark) for mark in connection.execute(select(reports.c.ticket)).scalars()}
    assert not {ticket.encode() for ticket in tickets} & marks
    for wrong in ("", "1", "\ud800", min(tickets)[:-1]):
        assert store.moderation.ticket(wrong) is None


@pytest.mark.parametrize(
    ("more", "days"),
    [
        ({"reason": "author"}, 1),
        ({"reason": "other", "network": "x"}, 1),
        ({"reason": "privacy", "network": "bsky"}, 30),
        ({"reason": "other"}, 30),
    ],
)
def test_an_authors_own_page_and_x_are_due_in_a_day_the_rest_in_a_month(
    store: Store, more: dict[str, Any], days: int
) -> None:
    assert told(store, **more).due() == NOON + days * DAY


def test_what_is_due_first_stands_first(store: Store) -> None:
    slow, urgent = told(store), told(store, reason="author", at=NOON + DAY)
    late = told(store, at=NOON - 30 * DAY)
    assert [report.number for report in store.moderation.waiting()] == [late.number, urgent.number, slow.number]


def test_a_decision_is_told_with_its_reason_and_takes_the_report_out_of_the_queue(store: Store) -> None:
    report, other = told(store, path="/t/a"), told(store, path="/t/a")
    store.moderation.decide(report, "kept", "It is public.", NOON + DAY)
    done = store.moderation.numbered(report.number)
    assert done is not None
    assert (done.state, done.because, done.decided_at) == ("kept", "It is public.", NOON + DAY)
    assert done.said.path == "/t/a"
    assert store.moderation.waiting() == [other]
    assert store.moderation.decided(9) == (done,)
    assert store.moderation.decided(0) == ()


def test_a_hidden_page_waits_still(store: Store) -> None:
    report = told(store, path="/t/a")
    store.moderation.decide(report, "hidden", "", NOON + DAY)
    (waiting,) = store.moderation.waiting()
    assert (waiting.state, waiting.decided_at) == ("hidden", None)


def test_with_a_removal_all_that_named_the_page_goes_and_its_other_reports_are_decided(store: Store) -> None:
    report, same = told(store, path="/t/a", address="https://a"), told(store, path="/t/a", address="https://b")
    other = told(store, path="/t/c", address="https://c")
    store.moderation.decide(report, "removed", "Yours.", NOON)
    for number in (report.number, same.number):
        done = store.moderation.numbered(number)
        assert done is not None
        assert (done.state, done.because, done.said.path, done.said.address) == ("removed", "Yours.", "", "")
    assert store.moderation.waiting() == [other]


def test_a_removal_decides_no_report_about_no_page(store: Store) -> None:
    report, other = told(store), told(store)
    store.moderation.decide(report, "removed", "Gone.", NOON)
    assert store.moderation.waiting() == [other]


def test_what_was_promised_is_forgotten(store: Store) -> None:
    decided = told(store, path="/t/a", address="https://a", contact="ann@example.org", asker=b"mark")
    waiting = told(store, contact="ben@example.org", asker=b"mark", at=NOON + DAY)
    store.moderation.decide(decided, "kept", "Public.", NOON + DAY)
    store.moderation.forget(NOON + 30 * DAY)
    assert store.moderation.numbered(decided.number).said.contact == "ann@example.org"  # type: ignore[union-attr]
    store.moderation.forget(NOON + 31 * DAY + timedelta(seconds=1))
    done, still = store.moderation.numbered(decided.number), store.moderation.numbered(waiting.number)
    assert done is not None
    assert still is not None
    assert done.said == Complaint(reason="privacy", words="")
    assert (done.state, done.because) == ("kept", "Public.")
    assert (still.said.contact, still.said.words, still.said.asker) == ("ben@example.org", "Please look.", None)


def test_the_log_is_forgotten_after_two_years(store: Store) -> None:
    store.moderation.note("host blocked", "a", NOON)
    store.moderation.forget(NOON + 730 * DAY)
    assert len(store.moderation.deeds(9)) == 1
    store.moderation.forget(NOON + 731 * DAY)
    assert store.moderation.deeds(9) == ()


def test_years_are_counted_in_numbers(store: Store) -> None:
    told(store)
    told(store, at=NOON - 365 * DAY)
    report = told(store, path=kept(store).path)
    store.moderation.decide(report, "removed", "", NOON)
    store.moderation.decide(told(store), "kept", "", NOON)
    store.remove([alias_of(ref(1))], "author", NOON)
    assert store.moderation.numbers() == (
        Counted(2026, "removed author", 1),
        Counted(2026, "reported privacy", 3),
        Counted(2026, "reports kept", 1),
        Counted(2026, "reports removed", 1),
        Counted(2025, "reported privacy", 1),
    )


def test_a_report_that_is_decided_otherwise_counts_for_the_last_decision(store: Store) -> None:
    number = told(store, path=kept(store).path).number

    def decided(verdict: Verdict) -> dict[str, int]:
        report = store.moderation.numbered(number)
        assert report is not None
        store.moderation.decide(report, verdict, "So.", NOON)
        return {one.what: one.number for one in store.moderation.numbers() if one.what.startswith("reports ")}

    assert decided("kept") == {"reports kept": 1}
    assert decided("kept") == {"reports kept": 1}
    assert decided("hidden") == {"reports kept": 0}
    assert decided("removed") == {"reports kept": 0, "reports removed": 1}
    assert decided("removed") == {"reports kept": 0, "reports removed": 1}
    assert [deed.did for deed in store.moderation.deeds(5)] == [
        "report answered",
        "report removed",
        "report hidden",
        "report answered",
        "report kept",
    ]


def test_what_nobody_else_saw_is_in_no_number(store: Store) -> None:
    kept(store, visibility="private")
    assert store.remove([alias_of(ref(1), private=True)], "author", NOON)
    assert store.moderation.numbers() == ()


# --- hidden pages -----------------------------------------------------------------------------------------------


def refused(store: Store, *ways: Ref) -> bool:
    """Whether all that asks for a page by any of these ways is refused."""
    aliases = [alias_of(way) for way in ways]
    seen = {refusal(lambda alias=alias: store.find([alias])) for alias in aliases}
    seen |= {refusal(lambda alias=alias: store.read(alias)) for alias in aliases}
    assert len(seen) == 1, "either all or none"
    return seen == {("hidden", "This page is hidden since 1 March 2026, while a report about it is looked at.")}


def refusal(ask: Callable[[], object]) -> tuple[str, str] | None:
    try:
        ask()
    except Refused as error:
        return error.code, error.sentence
    return None


def test_a_hidden_page_is_seen_by_nobody_whichever_way_one_comes(store: Store) -> None:
    saved = kept(store)
    store.keep_page(page(saved), "article", "v")
    assert store.moderation.hide([alias_of(ref(2))], NOON) == (saved,)
    assert refused(store, ref(1), ref(2), ref(3))
    assert store.page(alias_of(ref(1)), "article", "v") is None
    store.keep_page(page(saved), "article", "v")
    assert store.page(alias_of(ref(1)), "article", "v") is None
    assert store.list(9) == store.list(9, visibility=None) == ()


def page(saved: Saved) -> Page:
    return Page(saved, "etag", NOON, b"gzip", b"brotli")


def test_the_operator_looks_behind(store: Store) -> None:
    saved = kept(store)
    store.moderation.hide([alias_of(ref(1))], NOON)
    reading = store.read(alias_of(ref(3)), behind=True)
    assert reading is not None
    assert reading.saved == saved
    assert store.find([alias_of(ref(3))], behind=True) == (saved,)


def test_a_page_that_is_shown_again_is_as_it_was(store: Store) -> None:
    saved = kept(store)
    store.moderation.hide([alias_of(ref(1))], NOON)
    store.moderation.hide([alias_of(ref(1))], NOON)
    store.moderation.show([alias_of(ref(3))])
    assert not refused(store, ref(1), ref(2), ref(3))
    assert store.list(9) == (saved,)
    store.keep_page(page(saved), "article", "v")
    assert store.page(alias_of(ref(1)), "article", "v") is not None
    with store._database.reading() as connection:
        assert connection.execute(select(hidden)).all() == []


def test_private_copies_of_a_hidden_thread_are_hidden_with_it(store: Store) -> None:
    kept(store)
    secret = kept(store, visibility="private")
    assert len(store.moderation.hide([alias_of_path(secret.path)], NOON)) == 2
    assert refused(store, ref(1))
    with pytest.raises(Refused):
        store.read(alias_of_path(secret.path))


def test_what_is_not_kept_cannot_be_hidden(store: Store) -> None:
    assert store.moderation.hide([alias_of(ref(1))], NOON) == ()
    assert store.find([alias_of(ref(1))]) == ()


def test_other_pages_are_not_hidden(store: Store) -> None:
    kept(store)
    other = kept(store, talk(*line(7, 8)))
    store.moderation.hide([alias_of(ref(1))], NOON)
    assert store.list(9) == (other,)
    assert store.read(alias_of(ref(8))) is not None


def test_a_hidden_page_stays_hidden_when_it_is_read_again(store: Store) -> None:
    saved = kept(store)
    store.moderation.hide([alias_of(ref(1))], NOON)
    again = store.save(draft(talk(*line(1, 2, 3, 4)), based_on=(saved,)))
    assert again is not None
    assert refused(store, ref(1), ref(4))


def test_a_hidden_page_that_is_deleted_and_made_again_is_hidden_again(store: Store) -> None:
    saved = kept(store)
    store.moderation.hide([alias_of(ref(1))], NOON)
    store.withdraw(saved, "network", NOON)
    with pytest.raises(Gone):
        store.find([alias_of(ref(2))])
    with pytest.raises(Refused):
        store.find([alias_of(ref(2))], lifting=True)
    kept(store)
    assert refused(store, ref(1), ref(3))
    store.moderation.show([alias_of(ref(2))])
    assert not refused(store, ref(1), ref(3))


def test_a_hidden_page_that_was_deleted_can_be_shown_again_by_any_of_its_ways(store: Store) -> None:
    store.moderation.hide([alias_of(kept(store).key)], NOON)
    store.withdraw(store.find([alias_of(ref(1))], behind=True)[0], "network", NOON)
    store.moderation.show([alias_of(ref(3))])
    kept(store)
    assert not refused(store, ref(1), ref(2), ref(3))


def test_a_page_that_takes_in_a_hidden_one_is_hidden(store: Store) -> None:
    older = kept(store, talk(*line(1, 2)))
    newer = kept(store, talk(*line(5, 6)))
    store.moderation.hide([alias_of(ref(5))], NOON)
    assert not refused(store, ref(1))
    whole = draft(talk(*line(1, 2, 5, 6)), based_on=(older, newer))
    assert store.save(whole) is not None
    assert refused(store, ref(1), ref(2), ref(5), ref(6))


def test_a_page_that_is_removed_is_gone_and_no_longer_hidden(store: Store) -> None:
    kept(store)
    store.moderation.hide([alias_of(ref(1))], NOON)
    store.remove([alias_of(ref(2))], "law", NOON)
    store.finish_removals()
    with pytest.raises(Gone):
        store.find([alias_of(ref(3))])
    with store._database.reading() as connection:
        assert connection.execute(select(hidden)).all() == []


def test_whether_another_report_hides_the_same_page_is_known(store: Store) -> None:
    one, other, elsewhere = (told(store, path=path) for path in ("/t/a", "/t/a", "/t/b"))
    store.moderation.decide(elsewhere, "hidden", "", NOON)
    store.moderation.decide(one, "hidden", "", NOON)
    assert not store.moderation.others_hide(one)
    assert store.moderation.others_hide(other)


# --- servers ----------------------------------------------------------------------------------------------------


def fedi(store: Store, host: str) -> Saved:
    conversation = talk(*line(1, 2), anchor=post(1).id)
    own = draft(conversation)
    key = Ref("fedi", f"https://{host}/@ann/1")
    from msgspec.structs import replace

    saved = store.save(replace(own, key=key, aliases=(alias_of(key),)))
    assert saved is not None
    return saved


def test_a_blocked_server_is_known_and_its_threads_are_deleted(store: Store) -> None:
    theirs, others = fedi(store, "bad.example"), fedi(store, "bad.example.org")
    wild = fedi(store, "bad_example")
    assert store.moderation.block_host("bad.example", NOON) == (theirs,)
    assert store.list(9) == (wild, others)
    assert store.moderation.is_blocked("bad.example")
    assert not store.moderation.is_blocked("bad.example.org")
    assert store.moderation.block_host("bad.example", NOON + DAY) == ()
    assert store.moderation.blocked_hosts() == [("bad.example", NOON + DAY)]


def test_a_server_is_allowed_again(store: Store) -> None:
    store.moderation.block_host("bad.example", NOON)
    assert store.moderation.allow_host("bad.example", NOON)
    assert not store.moderation.allow_host("bad.example", NOON)
    assert not store.moderation.is_blocked("bad.example")
    assert store.moderation.blocked_hosts() == []
    assert [(deed.did, deed.about) for deed in store.moderation.deeds(9)] == [
        ("host allowed", "bad.example"),
        ("host blocked", "bad.example"),
    ]


@pytest.mark.parametrize(
    ("said", "decided", "about"),
    [
        ({"path": "/t/x/1", "address": "https://x.com/i/status/1"}, None, "/t/x/1"),
        ({"address": "https://x.com/i/status/1"}, None, "https://x.com/i/status/1"),
        ({}, None, "the site"),
        ({}, NOON, "a page that was removed"),
    ],
)
def test_a_report_says_what_it_is_about_as_far_as_that_is_still_known(said: dict, decided: datetime | None, about: str):
    complaint = Complaint(reason="other", words="", **said)
    state = "removed" if decided else "open"
    report = Report(number=1, at=NOON, said=complaint, state=state, decided_at=decided, because="")
    assert report.about == about
