"""The operator's desk: reports and what comes of them, blocks, limits, signing in."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from tests.service.conftest import Instance
from tests.store.build import NOON, address, line, talk
from threadleaf.core.errors import Gone, NotFound, Refused, StoreError, UnknownAddress
from threadleaf.core.model import Author, Conversation, Post
from threadleaf.service import Threadleaf
from threadleaf.store.cases import Rate, Report, Verdict
from threadleaf.store.records import Removal

SENTENCE = "a long sentence of my own"
ASKER = "192.0.2.0/24"
THREAD = talk(*line(1, 2, 3))


def kept(instance: Instance) -> str:
    """The path of a page that is kept."""
    return instance.says(THREAD).unroll(address(1), save="listed").path


def reported(instance: Instance, at: str = "", **more: str) -> Report:
    ticket = instance.service.desk.report(at or kept(instance), more.pop("reason", "privacy"), "Please look.", **more)  # type: ignore[arg-type]
    report = instance.service.desk.ticket(ticket)
    assert report is not None
    return report


def decide(instance: Instance, report: Report, verdict: Verdict, because: str = "So it is.", **more: Removal) -> Report:
    instance.service.desk.decide(report, verdict, because, **more)
    done = instance.service.desk.numbered(report.number)
    assert done is not None
    return done


# --- reports ----------------------------------------------------------------------------------------------------


def test_a_report_names_the_page_whichever_post_was_given(instance: Instance) -> None:
    path = kept(instance)
    numbers = []
    for given in (path, address(1), address(3)):
        report = reported(instance, given, contact="ann@example.org", asker=ASKER)
        assert (report.said.path, report.said.network, report.said.address) == (path, "bsky", given)
        assert (report.said.contact, report.state) == ("ann@example.org", "open")
        assert report.said.asker is not None
        assert ASKER.encode() not in report.said.asker
        numbers.append(report.number)
    assert [report.number for report in instance.service.desk.waiting()] == sorted(numbers)


def test_a_private_page_is_reported_by_its_path(instance: Instance) -> None:
    path = instance.says(THREAD).unroll(address(1), save="private").path
    assert reported(instance, path).said.path == path


@pytest.mark.parametrize("given", ["", "/", "/latest", "/author/ann"])
def test_the_site_itself_may_be_reported(instance: Instance, given: str) -> None:
    ticket = instance.service.desk.report(given, "other", "The list is wrong.")
    report = instance.service.desk.ticket(ticket)
    assert report is not None
    assert (report.said.path, report.said.network, report.said.address, report.said.asker) == ("", "", given, None)


def test_what_is_no_page_here_is_told_at_once(instance: Instance) -> None:
    desk = instance.service.desk
    with pytest.raises(NotFound, match="There is no page of this here"):
        desk.report(address(9), "other", "Hm.")
    for wrong in ("no address", "/t/x/y/z", "https://example.org/"):
        with pytest.raises(UnknownAddress):
            desk.report(wrong, "other", "Hm.")
    assert desk.waiting() == []


def test_a_page_that_was_taken_down_or_hidden_may_be_reported(instance: Instance) -> None:
    decide(instance, reported(instance), "hidden")
    assert reported(instance, address(2)).said.path
    instance.service.remove(address(1), "operator")
    report = reported(instance, address(2))
    assert (report.said.path, report.said.network) == ("", "bsky")
    assert reported(instance, "/t/bsky/did:plc:ann/3k1").said.path == ""


def test_nobody_has_a_ticket_that_was_not_given(instance: Instance) -> None:
    assert instance.service.desk.ticket("x") is None
    assert instance.service.desk.numbered(1) is None


def test_a_hidden_page_is_shown_to_nobody_and_not_made_again(instance: Instance) -> None:
    report = decide(instance, reported(instance), "hidden", "")
    for ask in (
        lambda: instance.service.read(report.said.path),
        lambda: instance.service.find(address(2)),
        lambda: instance.service.unroll(address(3), save="listed"),
        lambda: instance.service.unroll(address(3)),
    ):
        with pytest.raises(Refused, match="hidden since"):
            ask()
    assert instance.service.list() == ()
    assert instance.service.find(address(2), behind=True) is not None


def test_the_operator_reads_the_page_of_a_report(instance: Instance) -> None:
    report = reported(instance)
    for _ in range(2):
        reading = instance.service.desk.reading(report)
        assert reading is not None
        assert len(reading.thread.posts) == 3
        report = decide(instance, report, "hidden", "")
    report = decide(instance, report, "removed")
    assert instance.service.desk.reading(report) is None


def test_of_a_page_that_is_gone_there_is_nothing_to_read(instance: Instance) -> None:
    report = reported(instance)
    instance.service.remove(address(1), "operator")
    assert instance.service.desk.reading(report) is None
    other = reported(instance, instance.says(talk(*line(7, 8))).unroll(address(7), save="listed").path)
    instance.service.desk.block_author("bsky", "did:plc:ann")
    assert instance.service.desk.reading(other) is None


def test_a_page_that_is_kept_is_shown_again(instance: Instance) -> None:
    report = decide(instance, reported(instance), "hidden", "")
    done = decide(instance, report, "kept", "It is public.")
    assert instance.service.read(done.said.path).saved.path == done.said.path
    assert (done.state, done.because, done.decided_at) == ("kept", "It is public.", NOON)
    assert instance.service.desk.waiting() == []
    assert instance.service.desk.decided(9) == (done,)


def test_a_page_that_two_reports_hide_stays_hidden_until_both_are_decided(instance: Instance) -> None:
    one, other = reported(instance), reported(instance, address(2))
    for report in (one, other):
        decide(instance, report, "hidden", "")
    decide(instance, one, "kept")
    with pytest.raises(Refused):
        instance.service.read(one.said.path)
    decide(instance, other, "kept")
    assert instance.service.read(one.said.path)


@pytest.mark.parametrize(
    ("reason", "chosen", "said"),
    [
        ("author", None, "as its author wished"),
        ("privacy", None, "for legal reasons"),
        ("rights", None, "for legal reasons"),
        ("law", None, "for legal reasons"),
        ("wrong", None, "by the operator"),
        ("other", None, "by the operator"),
        ("other", "author", "as its author wished"),
    ],
)
def test_a_page_that_is_removed_says_the_class_of_the_reason(
    instance: Instance, reason: str, chosen: Removal | None, said: str
) -> None:
    report = reported(instance, reason=reason)
    done = decide(instance, report, "removed", "Yours.", **({"removal": chosen} if chosen else {}))
    assert (done.state, done.said.path, done.said.address) == ("removed", "", "")
    for ask in (lambda: instance.service.read(report.said.path), lambda: instance.service.unroll(address(2))):
        with pytest.raises(Gone, match=said):
            ask()


def test_what_is_gone_already_can_be_decided_as_removed(instance: Instance) -> None:
    report = reported(instance)
    instance.service.remove(address(1), "network")
    assert decide(instance, report, "removed").state == "removed"


def test_what_its_network_took_back_and_the_desk_removes_comes_back_no_more(instance: Instance) -> None:
    report = reported(instance, reason="law")
    page = instance.service.find(address(1))
    assert page is not None
    assert instance.store is not None
    instance.store.withdraw(page, "network", NOON)
    assert decide(instance, report, "removed").state == "removed"
    with pytest.raises(Gone, match="for legal reasons"):
        instance.says(talk(*line(1, 2, 3), read_at=instance.later(days=1))).unroll(address(3), save="listed")
    assert instance.service.list(visibility=None) == ()


def test_a_report_about_no_page_can_only_be_answered(instance: Instance) -> None:
    report = reported(instance, "/latest")
    for verdict in ("hidden", "removed"):
        with pytest.raises(UnknownAddress, match="can only be answered"):
            decide(instance, report, verdict)  # type: ignore[arg-type]
    assert decide(instance, report, "kept", "Mended.").because == "Mended."


# --- blocks -----------------------------------------------------------------------------------------------------


def test_a_blocked_author_is_shown_nowhere_until_allowed_again(instance: Instance) -> None:
    kept(instance)
    desk = instance.service.desk
    assert [page.title for page in desk.block_author("bsky", "did:plc:ann")]
    out = instance.service.opted_out("bsky", "did:plc:ann")
    assert out is not None
    assert out.by == "operator"
    with pytest.raises(Refused):
        instance.service.unroll(address(1))
    assert desk.allow_author("bsky", "did:plc:ann")
    assert not desk.allow_author("bsky", "did:plc:ann")
    assert [(deed.did, deed.about) for deed in desk.deeds(9)] == [
        ("author allowed", "bsky"),
        ("author blocked", "bsky"),
    ]


def fedi() -> Conversation:
    name = "https://social.example.org/@ann/1"
    author = Author(id="https://social.example.org/users/ann", network="fedi", handle="ann@social.example.org")
    post = Post(id=name, author=author.id, text="From a server.", created=NOON, url=name)
    return Conversation(network="fedi", anchor=name, posts=(post,), authors=(author,), read_at=NOON)


def test_nothing_is_read_from_a_blocked_server(instance: Instance) -> None:
    service, desk = instance.says(fedi()), instance.service.desk
    page = service.unroll("https://social.example.org/@ann/1", save="listed")
    assert [gone.path for gone in desk.block_host(" https://Social.example.org/ ")] == [page.path]
    asked = instance.asked
    with pytest.raises(Refused, match=r"reads nothing from social\.example\.org") as caught:
        service.unroll("https://social.example.org/@ann/1")
    assert (caught.value.code, instance.asked) == ("blocked", asked)
    instance.says(THREAD).unroll(address(1))
    assert [host for host, _ in desk.blocked_hosts()] == ["social.example.org"]
    assert desk.allow_host("social.example.org")
    assert instance.says(fedi()).unroll("https://social.example.org/@ann/1", save="listed").saved


@pytest.mark.parametrize("host", ["", "localhost", "a b.example", "https://a.example/@ann", "*.example.org"])
def test_what_is_no_server_is_told(instance: Instance, host: str) -> None:
    with pytest.raises(UnknownAddress, match="not the name of a server"):
        instance.service.desk.block_host(host)


def test_a_sender_is_blocked_for_thirty_days_without_being_known(instance: Instance) -> None:
    desk, rate = instance.service.desk, Rate("report", 10, 100, 86_400)
    report = reported(instance, asker=ASKER)
    assert desk.spend(rate, ASKER).allowed
    assert desk.block_asker(report)
    assert desk.blocked_askers() == 1
    assert not desk.spend(rate, ASKER).allowed
    assert desk.spend(rate, "198.51.100.0/24").allowed
    instance.later(days=31)
    assert desk.spend(rate, ASKER).allowed
    desk.tidy()
    assert not desk.block_asker(desk.numbered(report.number) or report), "who it was is forgotten by then"


def test_blocked_senders_can_be_forgiven(instance: Instance) -> None:
    desk = instance.service.desk
    desk.block_asker(reported(instance, asker=ASKER))
    desk.forgive_askers()
    assert desk.blocked_askers() == 0
    assert desk.spend(Rate("report", 1, 1, 60), ASKER).allowed
    assert ASKER not in repr(desk.deeds(9))


# --- limits and forgetting --------------------------------------------------------------------------------------


def test_a_limit_holds_and_can_be_lifted(instance: Instance) -> None:
    desk, rate = instance.service.desk, Rate("sign-in", 2, 100, 3_600)
    assert [desk.spend(rate, ASKER).allowed for _ in range(3)] == [True, True, False]
    desk.clear(rate, ASKER)
    assert desk.spend(rate, ASKER).allowed
    assert desk.now() == NOON
    desk.check()


def test_once_a_day_what_was_promised_is_forgotten(instance: Instance) -> None:
    desk = instance.service.desk
    report = decide(instance, reported(instance, contact="ann@example.org", asker=ASKER), "kept")
    desk.spend(Rate("api", 9, 99, 60), ASKER)
    desk.tidy()
    assert desk.numbered(report.number) == report
    instance.later(days=31)
    desk.tidy()
    done = desk.numbered(report.number)
    assert done is not None
    assert (done.said.contact, done.said.asker) == ("", None)


def test_what_is_tidied_waits_for_the_next_day(instance: Instance) -> None:
    desk = instance.service.desk
    report = decide(instance, reported(instance, contact="ann@example.org"), "kept")
    instance.later(days=29, hours=23)
    desk.tidy()
    instance.later(minutes=1)
    desk.tidy()
    assert desk.numbered(report.number) == report
    instance.later(days=1)
    desk.tidy()
    assert desk.numbered(report.number) != report


def test_numbers_are_counted(instance: Instance) -> None:
    decide(instance, reported(instance), "removed")
    assert {one.what: one.number for one in instance.service.desk.numbers()} == {
        "reported privacy": 1,
        "reports removed": 1,
        "removed law": 1,
    }


def test_without_a_database_there_is_no_desk() -> None:
    with pytest.raises(StoreError):
        _ = Threadleaf(None, None, lambda: NOON).desk


# --- signing in -------------------------------------------------------------------------------------------------


def test_the_operator_signs_in_with_the_password_that_a_link_set(instance: Instance) -> None:
    desk = instance.service.desk
    assert desk.sign_in(SENTENCE) is None, "there is none yet"
    token = desk.new_link()
    assert desk.link_works(token)
    assert desk.set_password(token, SENTENCE)
    assert not desk.link_works(token)
    assert not desk.set_password(token, SENTENCE)
    secret = desk.sign_in(SENTENCE)
    assert secret is not None
    session = desk.session(secret)
    assert session is not None
    assert desk.sessions() == [session]
    desk.sign_out(session.number)
    assert desk.session(secret) is None


@pytest.mark.parametrize("wrong", ["", SENTENCE[:-1], SENTENCE + " ", SENTENCE.upper(), "x" * 100_000, "\ud800" * 20])
def test_a_wrong_password_begins_nothing_and_is_logged(instance: Instance, wrong: str) -> None:
    desk = instance.service.desk
    desk.set_password(desk.new_link(), SENTENCE)
    assert desk.sign_in(wrong) is None
    assert desk.sessions() == []
    assert desk.deeds(1)[0].did == "sign-in refused"


@pytest.mark.parametrize(
    ("weak", "said"),
    [
        ("fourteen chars", "at least 15 characters"),
        ("", "at least 15 characters"),
        ("a" * 501, "at most 500 characters"),
        ("abababababababababab", "at least 6 different characters"),
    ],
)
def test_a_weak_password_is_refused_and_the_link_works_still(instance: Instance, weak: str, said: str) -> None:
    desk = instance.service.desk
    token = desk.new_link()
    with pytest.raises(Refused, match=said):
        desk.set_password(token, weak)
    assert desk.link_works(token)


def test_the_password_is_kept_as_an_argon2id_hash(instance: Instance) -> None:
    desk = instance.service.desk
    desk.set_password(desk.new_link(), SENTENCE)
    assert instance.store is not None
    kept = instance.store.operators.password()
    assert kept.startswith("$argon2id$")
    assert SENTENCE not in kept


def test_what_begins_after_a_new_password_is_the_only_session(instance: Instance) -> None:
    desk = instance.service.desk
    desk.set_password(desk.new_link(), SENTENCE)
    old = desk.sign_in(SENTENCE)
    desk.set_password(desk.new_link(), SENTENCE + "!")
    new = desk.begin()
    assert old is not None
    assert desk.session(old) is None
    assert desk.session(new) is not None


def test_links_and_sessions_go_by_the_clock_of_the_instance(
    instance: Instance, another: Callable[..., Instance]
) -> None:
    desk = instance.service.desk
    token, secret = desk.new_link(), desk.begin()
    other = another()
    assert other.service.desk.session(secret) is not None, "another process knows it"
    other.time = NOON + timedelta(hours=13)
    assert not other.service.desk.link_works(token)
    assert other.service.desk.session(secret) is None


# --- what nobody decided ----------------------------------------------------------------------------------------


def state(instance: Instance, report: Report) -> str:
    found = instance.service.desk.numbered(report.number)
    assert found is not None
    return found.state


def test_an_authors_page_is_hidden_when_nobody_has_decided_within_a_day(instance: Instance) -> None:
    desk = instance.service.desk
    report = reported(instance, reason="author", asker=ASKER)
    assert desk.will_hide(report)
    instance.later(hours=23)
    desk.hide_undecided()
    assert state(instance, report) == "open"
    assert instance.service.find(report.said.path) is not None
    instance.later(minutes=31)
    desk.hide_undecided()
    assert [one.state for one in desk.waiting()] == ["hidden"], "the operator decides about it all the same"
    with pytest.raises(Refused, match="hidden since"):
        instance.service.find(address(2))
    assert [(deed.did, deed.about) for deed in desk.deeds(9)] == [("report hidden by the site", f"no. {report.number}")]
    desk.hide_undecided()
    assert len(desk.deeds(9)) == 1
    decide(instance, report, "kept")
    assert instance.service.find(address(2)) is not None


@pytest.mark.parametrize("reason", ["privacy", "rights", "law", "wrong", "other"])
def test_no_other_reason_hides_a_page_by_itself(instance: Instance, reason: str) -> None:
    report = reported(instance, reason=reason)
    instance.later(days=2)
    instance.service.desk.hide_undecided()
    assert not instance.service.desk.will_hide(report)
    assert state(instance, report) == "open"


def test_a_decided_report_hides_nothing(instance: Instance) -> None:
    report = reported(instance, reason="author")
    decide(instance, report, "kept")
    instance.later(days=2)
    instance.service.desk.hide_undecided()
    assert instance.store is not None
    assert not instance.store.moderation.hide_undecided(report, instance.time), "another process decided meanwhile"
    assert state(instance, report) == "kept"
    assert instance.service.find(address(2)) is not None


def test_a_report_about_no_page_hides_nothing(instance: Instance) -> None:
    report = reported(instance, "/latest", reason="author")
    instance.later(days=2)
    instance.service.desk.hide_undecided()
    assert state(instance, report) == "open"


def test_a_blocked_sender_hides_nothing_also_when_the_block_is_over(instance: Instance) -> None:
    desk = instance.service.desk
    report = reported(instance, reason="author", asker=ASKER)
    desk.block_asker(report)
    assert not desk.will_hide(report)
    for days in (2, 29):
        instance.later(days=days)
        desk.tidy()
        desk.hide_undecided()
        assert state(instance, report) == "open"
    assert instance.service.find(address(2)) is not None
